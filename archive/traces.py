"""By what a text is known that is no longer held: digests of its headlines and of its runs of eight words.

A text that was taken down turns up in listings, feeds, answers of an API and on other pages, wrapped in other markup and
escaped in other ways. What counts is therefore its words alone, and of them only digests are kept. While the bytes are
there these are of all runs; after, of runs that stand apart. Runs that overlap give a text back to whoever knows eight of
its words and tries a dictionary for the ninth, and so on: a story of 84 words came back whole, in less than a second.
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Self

RUN = 8
"""Words in a run: of two stories of one topic, hardly any is in both, but for what is quoted or copied."""
SHORTEST = 4
"""Words that a headline must have to say which story it is of: `Pilkada Kukar 2024` may stand above any."""
SHOWN = 0.2
"""Of an answer with other stories' texts that holds so much of one, it is in it; less may be a quote that both have."""
SAME = 0.5
"""A text that shares so many runs is the same one, edited."""
AKIN = 0.1
"""As much as a text must share that stands under a name of the other one; a number that is used again shares none."""

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_BROKEN = re.compile(r"\\[nrt/\"]")
_TAG = re.compile(r"<[^<>]*>")
_SAID = re.compile(r"\b(?:alt|title|label|content|description|excerpt)\s*=([^<>]*)", re.IGNORECASE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Found:
    """How much of a text there is: whether one of its headlines, and which share of its runs of words."""

    headline: bool
    share: float


@dataclass(frozen=True, slots=True)
class Traces:
    """Digests of a text: of each headline with the number of its words, and of each run of words of its body."""

    headlines: frozenset[tuple[int, str]]
    runs: frozenset[str]
    apart: frozenset[str]
    """Those of the runs of which no two overlap in any version."""

    @classmethod
    def of(cls, headlines: Iterable[str], bodies: Iterable[str]) -> Self:
        """Give the traces of an article with all headlines and texts that it had."""
        titles = [words(headline) for headline in headlines]
        told = [list(_runs(words(body), RUN)) for body in bodies]
        return cls(
            headlines=frozenset((len(title), _digest(title)) for title in titles if len(title) >= SHORTEST),
            runs=frozenset(run for runs in told for run in runs),
            apart=_apart(told),
        )

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        """Give what `kept` wrote down."""
        return cls(
            headlines=frozenset((number, digest) for number, digest in kept["headlines"]),
            runs=frozenset(kept["runs"]),
            apart=frozenset(kept["apart"]),
        )

    def kept(self) -> dict[str, Any]:
        """Give the digests as they are kept."""
        return {
            "headlines": sorted(map(list, self.headlines)), "runs": sorted(self.runs), "apart": sorted(self.apart)
        }  # fmt: skip

    def thinned(self) -> Self:
        """Give the traces that no one can make the text of."""
        return replace(self, runs=self.apart)

    def within(self, text: str) -> Found:
        """Say how much of the text there is in another one, whose markup and escapes do not count."""
        there = words(text)
        lengths = {number for number, _ in self.headlines}
        headline = any((number, run) in self.headlines for number in lengths for run in _runs(there, number))
        shared = len(self.runs.intersection(_runs(there, RUN))) if self.runs else 0
        return Found(headline=headline, share=shared / len(self.runs) if self.runs else 0.0)


def words(text: str) -> list[str]:
    """Give the words of a text without markup, escapes of JSON and entities, also where a feed escapes its markup.

    What tags say to readers comes after: a headline may stand in the `alt` of a picture alone.
    """
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    text = html.unescape(html.unescape(_BROKEN.sub(" ", text)))
    said = " ".join(_SAID.findall(text))
    return _WORD.findall(f"{_TAG.sub(' ', text)} {said}".casefold())


def _runs(told: Sequence[str], length: int) -> Iterable[str]:
    """Give the digest of each run of so many words; of fewer words there is none."""
    return (_digest(told[at : at + length]) for at in range(len(told) - length + 1))


def _apart(told: Iterable[list[str]]) -> frozenset[str]:
    """Give runs of which no two overlap, from the front of each body; of a later one what the earlier ones lack."""
    chosen: set[str] = set()
    seen: set[str] = set()
    for runs in told:
        shut = {near for at, run in enumerate(runs) if run in chosen for near in range(at - RUN + 1, at + RUN)}
        last = -RUN
        for at, run in enumerate(runs):
            if at >= last + RUN and at not in shut and run not in seen:
                chosen.add(run)
                last = at
        seen.update(runs)
    return frozenset(chosen)


def _digest(told: Sequence[str]) -> str:
    return blake2b(" ".join(told).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
