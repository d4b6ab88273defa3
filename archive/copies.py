"""What two texts share where one source is behind both: words in a row, figures, a quote.

Outlets shorten a release, pad it, and put other words between its quotes, so of what two texts have in common the
share of the shorter one counts, and never that of both: of four real pairs that are one release, Jaccard's index of
3-word runs is .11 to .38, which no usual threshold finds, and the share of the shorter .25 to .55; of texts about the
same event or by the same speaker it is .12 and less (DOMAIN.md 1.8, where the thresholds of this module come from).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import islice
from operator import add

from archive.records import Tier

RULE = 3
"""The version of the rules of this module; pairs say by which they were told."""
LEAST_WORDS = 60
"""A shorter text is a notice or a caption: two that are alike say nothing of their source."""
COPY, COPIED = 0.35, 0.2
"""At least so many runs of five words outside quotes, of the paragraphs that both have, stand in the other text, and so
many of all: a copy. Who reworks a release keeps its quotes, which can be half of it, so that they say nothing of the tier;
nor does what was cut or padded. Of 25,000 pairs made of releases (`bench/releases.py`, four seeds) 98 % are above it where
both outlets replaced up to 12 % of the words, and 99 % below it where one replaced 20 to 40 %."""
TAKEN = 0.1
"""At least so many of a paragraph's runs of three words stand in the other text where that has the paragraph too."""
LEAST_OF_PARAGRAPH = 8
"""Words outside quotes; fewer are who said it."""
REWRITE = 0.2
"""At least so many of its runs of three words: one source, reworked."""
LEAST_RUNS = 12
"""Runs that any two must share: a fifth of the shortest text that is looked at."""
SAME_FIGURES, SAME_QUOTE, SAME_AT_ALL = 2, 0.55, 0.05
"""Fewer runs are enough, down to the last, beside so many rare figures and so much of a quote that both have."""
QUOTE_WORDS = 8
"""Shorter quotes are turns of speech."""
MOST_QUOTES = 100
"""Each quote is held against each of the other text: of 3,000, which no story has, that took 9 s."""
SERIES = 0.5
"""At least so many runs of each text stand in the other, around other figures: the same piece of another day."""
OTHER_FIGURES = 2
"""At least so many figures differ where the words around them are the same."""
KEPT, KEPT_OF_QUOTES = 16, 8
"""One run of words in so many is a mark by which texts are looked up (PERFORMANCE.md); more of those in quotes, since
they are what a rewrite keeps."""

_TOKEN = re.compile(r"[a-z]+|\d+(?:[.,/]\d+)*")
_QUOTE = re.compile(r'"(?<![^\s(\[]")(?=\S)([^"\n]{30,1500})(?:"|$)', re.MULTILINE)
_QUOTES = "“”„«»″"
_UNSEEN = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]")
"""Accents, and what says where a word may be broken: it parts none."""
_DAY = re.compile(r"\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}/\d{4}")
_CLOCK = re.compile(r"(?:[01]?\d|2[0-4])\.[0-5]\d")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """The evidence that one source is behind two texts; shares are of the shorter one, 0 to 1."""

    tier: Tier
    c3: float
    c5: float
    unquoted: float
    """As `c5`, of what stands outside quotes in the paragraphs that both have: how little was changed in what was taken."""
    figures: tuple[str, ...]
    """Rare figures that both have."""
    quote: float
    """How much of the shorter of two quotes stands in the other, of the two that share most."""


class Text:
    """A text as it is compared: in small letters without accents; of its marks only quotes count."""

    def __init__(self, text: str) -> None:
        folded = text
        if not text.isascii():
            for sign in _QUOTES:
                folded = folded.replace(sign, '"')
            folded = _UNSEEN.sub("", unicodedata.normalize("NFKD", folded)).encode("ascii", "replace").decode()
        self._folded = folded.lower()
        self.words: Sequence[str] = _TOKEN.findall(self._folded)
        self._in_order = _runs(self.words)
        self.runs = frozenset(self._in_order)

    @property
    def counts(self) -> bool:
        """Whether it is long enough to have a source that could be told."""
        return len(self.words) >= LEAST_WORDS

    @cached_property
    def fives(self) -> frozenset[int]:
        """Its runs of five words."""
        return _fives(self._in_order)

    @cached_property
    def unquoted(self) -> tuple[tuple[frozenset[int], frozenset[int]], ...]:
        """The runs of three and of five words of each of its paragraphs, outside quotes."""
        between = (_TOKEN.findall(_QUOTE.sub(" ", one)) for one in self._folded.split("\n"))
        runs = (_runs(words) for words in between if len(words) >= LEAST_OF_PARAGRAPH)
        return tuple((frozenset(some), _fives(some)) for some in runs)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """All its numbers, as printed."""
        return frozenset(word for word in self.words if word[0] <= "9")

    @cached_property
    def figures(self) -> frozenset[str]:
        """Its rare figures, without marks: no day, year or time of day, and nothing as round or as small as `100`."""
        return frozenset(
            digits
            for number in self.numbers
            if len(digits := re.sub(r"\D", "", number).lstrip("0")) > 2 and len(digits.rstrip("0")) > 1
            if not any(form.fullmatch(number) for form in (_DAY, _CLOCK, _YEAR))
        )

    @cached_property
    def quotes(self) -> tuple[Sequence[str], ...]:
        """The words of what it says that someone said, the first ones; a quote that is not closed ends with its paragraph."""
        told = (_TOKEN.findall(quote) for quote in _QUOTE.findall(self._folded))
        return tuple(islice((words for words in told if len(words) >= QUOTE_WORDS), MOST_QUOTES))

    @cached_property
    def places(self) -> dict[tuple[str, ...], set[str]]:
        """Its numbers of any kind, plain, by the words around them."""
        words = ["", "", *self.words, ""]
        masked = ["#" if word[:1].isdigit() else word for word in words]
        found: dict[tuple[str, ...], set[str]] = {}
        for at in range(2, len(words) - 1):
            if masked[at] == "#":
                found.setdefault((masked[at - 2], masked[at - 1], masked[at + 1]), set()).add(_plain(words[at]))
        return found

    def marks(self) -> list[int]:
        """Give the numbers, of 27 bits, by which texts that share something are looked up, sorted."""
        found = {run for run in self.runs if not run % KEPT}
        for quote in self.quotes:
            found.update(run for run in _runs(quote) if not run % KEPT_OF_QUOTES)
        found.update(sum(_numbers(f"#{figure}")) for figure in self.figures)
        return sorted({mark >> 3 for mark in found})


def compare(one: Text, other: Text) -> Likeness | None:
    """Give what makes it likely that one source is behind two texts, None where it is not."""
    runs = len(one.runs & other.runs)
    least = min(len(one.runs), len(other.runs))
    if runs < LEAST_RUNS or runs < SAME_AT_ALL * least:
        return None
    c3, figures = runs / least, one.figures & other.figures
    if c3 < REWRITE and len(figures) < SAME_FIGURES:
        return None
    quote = _quote(one, other)
    if (c3 < REWRITE and quote < SAME_QUOTE) or _are_of_a_series(one, other):
        return None
    c5 = _contained(one.fives, other.fives)
    unquoted = max(_kept(one, other), _kept(other, one)) if one.unquoted and other.unquoted else c5
    return Likeness(
        tier=Tier.COPY if unquoted >= COPY and c5 >= COPIED else Tier.REWRITE,
        c3=round(c3, 3),
        c5=round(c5, 3),
        unquoted=round(unquoted, 3),
        figures=tuple(sorted(figures)),
        quote=round(quote, 2),
    )


def recur(one: Text, other: Text) -> Likeness | None:
    """Give what shows that two texts of one outlet are a piece that recurs: a count, a schedule, a price."""
    runs = len(one.runs & other.runs)
    most = max(len(one.runs), len(other.runs))
    if not most or runs < SERIES * most or not _are_of_a_series(one, other):
        return None
    return Likeness(tier=Tier.SERIES, c3=round(runs / most, 3), c5=0, unquoted=0, figures=(), quote=0)


def _are_of_a_series(one: Text, other: Text) -> bool:
    """Say whether most figures differ where the words around them are the same: a source's are kept by all who use it."""
    ours, theirs = (frozenset(map(_plain, text.numbers)) for text in (one, other))
    if min(len(ours - theirs), len(theirs - ours)) < OTHER_FIGURES:
        return False
    both = one.places.keys() & other.places.keys()
    differ = sum(not one.places[place] & other.places[place] for place in both)
    return differ >= OTHER_FIGURES and differ * 2 > len(both)


def _plain(number: str) -> str:
    """Give a number without what an outlet's own style makes of it: `20/09/2024` is `20/9`, and `12.417` is `12417`."""
    if _DAY.fullmatch(number):
        return "/".join(part.lstrip("0") for part in number.split("/")[:2])
    return re.sub(r"\D", "", number).lstrip("0")


def _quote(one: Text, other: Text) -> float:
    theirs = [set(quote) for quote in other.quotes]
    return max(
        (
            len(words & further) / max(QUOTE_WORDS, min(len(words), len(further)))
            for words in map(set, one.quotes)
            for further in theirs
        ),
        default=0.0,
    )


def _fives(runs: Sequence[int]) -> frozenset[int]:
    """Give a number for each run of five words, made of those of the runs of three that it begins and ends with."""
    return frozenset(first ^ last * 3 for first, last in zip(runs, runs[2:], strict=False))


def _kept(one: Text, other: Text) -> float:
    """Give how much of those paragraphs of a text that the other has too stands there as it is."""
    runs, fives = (frozenset[int]().union(*some) for some in zip(*other.unquoted, strict=True))
    taken = [own for threes, own in one.unquoted if len(threes & runs) >= TAKEN * len(threes)]
    return sum(len(own & fives) for own in taken) / max(1, sum(map(len, taken)))


def _contained(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _runs(words: Sequence[str]) -> list[int]:
    """Give a number for each run of three words, the same in every process and on every machine."""
    if len(words) < 3:
        return []
    firsts, seconds, thirds = zip(*map(_numbers, words), strict=True)
    return list(map(add, map(add, firsts, seconds[1:]), thirds[2:]))


@lru_cache(maxsize=1 << 16)
def _numbers(word: str) -> tuple[int, int, int]:
    """Give a word's numbers of 28 bits as the first, second and third of a run.

    Python's cheapest numbers have 30 bits, as their sum has: with 60 a text of 400 words costs a tenth more. Two such
    texts share a run by chance once in 7,000 pairs.
    """
    digest = blake2b(word.encode(), digest_size=12).digest()
    return tuple(int.from_bytes(digest[at : at + 4]) >> 4 for at in (0, 4, 8))  # type: ignore[return-value]
