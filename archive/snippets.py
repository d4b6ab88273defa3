"""The piece of an article that shows why it was found."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from archive.query import ParsedQuery
from archive.querytree import Leaf, Phrase, Prefix, Word
from archive.stems import Token, tokens

# A sentence ends at its mark if a capital, a digit or a quote follows; `H. Edi`, `No. 7` and `Kab. Kutai` go on.
_END = re.compile(
    r"(?<![\s.(][A-Z])(?<!\bNo)(?<!\b[KkDd]ab)(?<!\bKec)(?<!\bDr)(?<!\bDrs)(?<!\bIr)(?<!\bRp)[.!?…]+[\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z0-9])"
    r"|\s*\n\s*"
)
_ELLIPSIS = "…"
_WINDOWS = 100
"""Places tried in one sentence: a page without a full stop can hold a word thousands of times."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text and where its matches stand in it (characters, end excluded, in order, apart from each other)."""

    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Match:
    term: int
    weight: int
    start: int
    end: int


def snippet(body: str, query: ParsedQuery, *, width: int = 200) -> Snippet:
    """The sentence that holds the most of a query, or of a sentence longer than `width` its best part.

    A phrase counts as many words as it has; of equals the first is taken. Where the body holds nothing of the query
    (only the title does) it is the first sentence. Cut ends carry an ellipsis, which `width` doesn't count.
    """
    matches = list(_matches(tokens(body), query.terms))
    sentences = list(_sentences(body))
    if not sentences:
        return Snippet("", ())
    starts = [found.start for found in matches]
    sentence = window = sentences[0]
    worth = (0, 0)
    for start, end in sentences:
        inside = matches[bisect_left(starts, start) : bisect_left(starts, end)]
        for candidate in _windows(inside, start, end, width):
            value = _worth([found for found in inside if candidate[0] <= found.start and found.end <= candidate[1]])
            if value > worth:
                sentence, window, worth = (start, end), candidate, value
    start, end = _cut(body, sentence, window, width)
    return _shown(
        body[start:end],
        [(found.start - start, found.end - start) for found in matches if start <= found.start and found.end <= end],
        before=_ELLIPSIS if start > sentence[0] else "",
        after=_ELLIPSIS if end < sentence[1] else "",
    )


def _matches(words: list[Token], terms: tuple[Leaf, ...]) -> Iterator[_Match]:
    """Where each term of a query stands, in the order of the text."""
    wanted: dict[str, list[int]] = {}
    rooted: dict[str, list[int]] = {}
    sequences: dict[int, tuple[str, ...]] = {}
    beginnings = {number: term.beginning for number, term in enumerate(terms) if isinstance(term, Prefix)}
    for number, term in enumerate(terms):
        if isinstance(term, Prefix):
            continue
        sequences[number] = parts = term.parts if isinstance(term, Phrase) else term.forms.parts
        wanted.setdefault(parts[0], []).append(number)
        for root in term.forms.roots if isinstance(term, Word) else ():
            rooted.setdefault(root, []).append(number)
    flat = [(part, word) for word in words for part in word.forms.parts]
    last = -1
    for place, (part, word) in enumerate(flat):
        for number in wanted.get(part, ()):
            sequence = sequences[number]
            if tuple(text for text, _ in flat[place : place + len(sequence)]) == sequence:
                yield _Match(number, len(sequence), word.start, flat[place + len(sequence) - 1][1].end)
        for number, beginning in beginnings.items():
            if part.startswith(beginning):
                yield _Match(number, 1, word.start, word.end)
        if word.start != last:
            last = word.start
            for number in {number for stem in word.forms.stems for number in rooted.get(stem, ())}:
                yield _Match(number, 1, word.start, word.end)


def _sentences(body: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _END.finditer(body):
        yield from _trimmed(body, start, found.end())
        start = found.end()
    yield from _trimmed(body, start, len(body))


def _trimmed(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    text = body[start:end]
    if stripped := text.strip():
        start += len(text) - len(text.lstrip())
        yield start, start + len(stripped)


def _windows(inside: list[_Match], start: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    """The whole sentence if it fits, else what fits from each match on."""
    if not inside:
        return
    if end - start <= width:
        yield start, end
        return
    for found in inside[:_WINDOWS]:
        yield found.start, min(end, max(found.end, found.start + width))


def _worth(held: list[_Match]) -> tuple[int, int]:
    best: dict[int, int] = {}
    for found in held:
        best[found.term] = max(found.weight, best.get(found.term, 0))
    return sum(best.values()), len({found.start for found in held})


def _cut(body: str, sentence: tuple[int, int], window: tuple[int, int], width: int) -> tuple[int, int]:
    """A window of `width` inside a sentence that begins a little before what must be shown and ends between words."""
    first, last = sentence
    if last - first <= width:
        return sentence
    start = max(first, min(window[0], last - width) - width // 4)
    while first < start < window[0] and not body[start - 1].isspace():
        start += 1
    end = min(last, start + width)
    while end > start and end < last and not body[end].isspace():
        end -= 1
    if end <= window[0]:  # one word, longer than the window
        start, end = window[0], min(last, window[0] + width)
    return start, start + len(body[start:end].rstrip())


def _shown(text: str, held: list[tuple[int, int]], *, before: str, after: str) -> Snippet:
    marks: list[tuple[int, int]] = []
    for start, end in sorted((start + len(before), end + len(before)) for start, end in held):
        if marks and start < marks[-1][1]:
            marks[-1] = (marks[-1][0], max(marks[-1][1], end))
        else:
            marks.append((start, end))
    return Snippet(before + text + after, tuple(marks))
