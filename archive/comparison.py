"""Two texts laid side by side: which blocks and sentences answer to each other, and which words are gone or new."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

LIKE = 0.5
"""At least so many of the words of the longer of two sentences stand in the other where one was made of it."""
MOST_PAIRS = 2_500
"""So many pairs of sentences are weighed at a place; where more were replaced at once they answer to each other in order."""
MOST_WORDS = 1_500
"""Longer sentences are not compared word by word: from 200 words on frequent ones are no longer lined up, which would
take 0.5 s at worst for 1,500."""
_QUOTES = {
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛‹›′`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
}
_FOLDED = str.maketrans(_QUOTES)
_WORD = re.compile(r"\w+(?:[.,:/'-]\w+)*%?|[^\w\s]")
_SENTENCE_END = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"')]))\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one of two texts, or of both: `op` is `same`, `gone` or `new`."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """Words `old[at:end]` that became `new[to:until]`; one of the two may be empty."""

    at: int
    end: int
    to: int
    until: int


def folded(text: str) -> str:
    """Give a text as it is compared: quotes and dashes of one kind, one blank between words, nothing invisible."""
    plain = unicodedata.normalize("NFC", text).translate(_FOLDED).replace("''", '"')
    return " ".join(plain.split())


def words(text: str) -> list[str]:
    """Give words, numbers as they are printed, and signs of a folded text."""
    return _WORD.findall(text)


def sentences(blocks: Sequence[str]) -> list[str]:
    """Give the sentences of folded blocks; one that ends in an abbreviation is two, in both of two texts."""
    return [one for block in blocks for one in _SENTENCE_END.split(block) if one]


def pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Give which pieces of two texts answer to each other, in order; None stands where one has no counterpart.

    Those that are the same are given too.
    """
    for op, at, end, to, until in SequenceMatcher(None, old, new).get_opcodes():
        if op == "equal":
            yield from zip(old[at:end], new[to:until], strict=True)
        else:
            yield from _paired(old[at:end], new[to:until])


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Pair what was replaced at one place: each old piece with the likest new one behind those that are paired."""
    if len(old) * len(new) > MOST_PAIRS:
        both = min(len(old), len(new))
        yield from zip(old[:both], new[:both], strict=True)
        yield from ((one, None) for one in old[both:])
        yield from ((None, one) for one in new[both:])
        return
    bags = [frozenset(words(one)) for one in new]
    begin = 0
    for one in old:
        bag = frozenset(words(one))
        likest = max(range(begin, len(new)), key=lambda at: (_alike(bag, bags[at]), -at), default=None)
        if likest is None or _alike(bag, bags[likest]) < LIKE:
            yield one, None
            continue
        yield from ((None, between) for between in new[begin:likest])
        yield one, new[likest]
        begin = likest + 1
    yield from ((None, one) for one in new[begin:])


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one), len(other), 1)


def steps(old: Sequence[str], new: Sequence[str]) -> list[Step]:
    """Give where the words of two texts differ; one step over all of them where they are too long to compare."""
    if max(len(old), len(new)) > MOST_WORDS:
        return [] if old == new else [Step(0, len(old), 0, len(new))]
    found = SequenceMatcher(None, old, new).get_opcodes()
    return [Step(at, end, to, until) for op, at, end, to, until in found if op != "equal"]


def pieces(old: str, new: str) -> list[Piece]:
    """Give the words of two texts as they are read in one, each as it is printed."""
    before, after = old.split(), new.split()
    found: list[Piece] = []
    done = 0
    changes = steps([folded(word) for word in before], [folded(word) for word in after])
    for step in [*changes, Step(len(before), len(before), len(after), len(after))]:
        for op, some in (("same", after[done : step.to]), ("gone", before[step.at : step.end])):
            if some:
                found.append(Piece(op, " ".join(some)))
        if step.until > step.to:
            found.append(Piece("new", " ".join(after[step.to : step.until])))
        done = step.until
    return found
