"""Phrases of a table, and where they stand in a line: the longest first, and none within another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from crawler.reading.tables import PackError
from crawler.reading.vocabulary import OWN, as_compared
from crawler.reading.words import WORD, Line

GAP, OR = "…", "|"
REACH = 5
"""Words that may stand where a phrase has a gap: `ASN di tiga kecamatan itu ikut kampanye`."""
_STOPS = frozenset(".!?;:")

Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True)
class _Step:
    """One word of a phrase: in any case one of `forms`, or as written one of `exact`; and how many may stand before it."""

    forms: frozenset[str]
    exact: frozenset[str]
    reach: int

    @property
    def words(self) -> frozenset[str]:
        """All in lower case."""
        return self.forms | {word.lower() for word in self.exact}


@dataclass(frozen=True, slots=True)
class Phrase(Generic[Meaning]):
    """What a phrase says; `rest` are its words after the first."""

    first: _Step
    rest: tuple[_Step, ...]
    says: tuple[Meaning, ...]


@dataclass(slots=True)
class Match(Generic[Meaning]):
    """Where a phrase stands in a line: its first word and its last."""

    says: tuple[Meaning, ...]
    first: int
    last: int


@dataclass(slots=True)
class _Branch(Generic[Meaning]):
    """The phrases that begin with one word: alone, by the word that follows at once, and those with a gap after it."""

    alone: list[Phrase[Meaning]] = field(default_factory=list)
    always: tuple[Meaning, ...] = ()
    """What the word says by itself however it is written; most that stand alone do."""
    beside: dict[str, list[Phrase[Meaning]]] = field(default_factory=dict)
    apart: list[Phrase[Meaning]] = field(default_factory=list)
    beyond: set[str] = field(default_factory=set)
    """What may follow after such a gap."""


@dataclass(frozen=True, slots=True)
class Phrases(Generic[Meaning]):
    """A table of phrases by their first words in lower case, longest first."""

    by_word: Mapping[str, _Branch[Meaning]]

    def among(self, line: Line) -> list[Match[Meaning]]:
        """Give what stands in a line, in order, phrases without a gap first.

        The words of a phrase belong to no other; those in its gap do.
        """
        by_word, lower = self.by_word, line.lower
        found: list[Match[Meaning]] = []
        taken: set[int] = set()
        end = len(lower)
        # Most words begin nothing, and most that do are followed by nothing: each is seen by one look into a dict.
        for at in [at for at, word in enumerate(lower) if word in by_word]:
            if at in taken:
                continue
            branch = by_word[lower[at]]
            if (
                branch.beside
                and at + 1 < end
                and (beside := branch.beside.get(lower[at + 1]))
                and _take(beside, line, at, taken, found)
            ):
                continue
            if (
                branch.apart
                and not branch.beyond.isdisjoint(lower[at + 1 : at + 2 + REACH])
                and _take(branch.apart, line, at, taken, found)
            ):
                continue
            if branch.always:
                found.append(Match(branch.always, at, at))
            elif branch.alone:
                _take(branch.alone, line, at, taken, found)
        return found


def _take(
    candidates: Sequence[Phrase[Meaning]], line: Line, at: int, taken: set[int], found: list[Match[Meaning]]
) -> bool:
    """Take the first of some phrases that stands at a word."""
    word, exact = line.lower[at], line.words[at]
    for phrase in candidates:
        if word not in phrase.first.forms and exact not in phrase.first.exact:
            continue
        if not phrase.rest:
            found.append(Match(phrase.says, at, at))
            return True
        if places := _placed(phrase.rest, line, at, taken):
            taken.update(places)
            found.append(Match(phrase.says, at, places[-1]))
            return True
    return False


def _placed(rest: Sequence[_Step], line: Line, first: int, taken: set[int]) -> list[int]:
    """Where the further words of a phrase stand whose first is at `first`; nothing where one is missing."""
    lower, exact, end = line.lower, line.words, len(line.lower)
    places: list[int] = []
    at, gap = first + 1, 0
    for step in rest:
        last = min(at + step.reach, end - 1)
        while at <= last and ((lower[at] not in step.forms and exact[at] not in step.exact) or at in taken):
            at += 1
        if at > last:
            return []
        places.append(at)
        gap |= step.reach
        at += 1
    if gap:
        start, stop = line.place(first, places[-1])
        if not _STOPS.isdisjoint(line.text[start:stop]):
            return []
    return places


def phrases(rows: Iterable[tuple[str, str, Meaning]]) -> Phrases[Meaning]:
    """Make a table of places, words and what they say; words that stand twice say both.

    Raises:
        PackError: a phrase holds no word, or the same is said of it twice.
    """
    made: dict[tuple[_Step, ...], tuple[Meaning, ...]] = {}
    for place, words, says in rows:
        steps = _steps(words, place)
        held = made.get(steps, ())
        if says in held:
            raise PackError(f"{place}: {words} stands twice")
        made[steps] = (*held, says)
    by_word: dict[str, _Branch[Meaning]] = {}
    for (first, *rest), meanings in sorted(made.items(), key=lambda item: -len(item[0])):
        phrase = Phrase(first, tuple(rest), meanings)
        for word in first.words:
            branch = by_word.setdefault(word, _Branch())
            if not rest:
                branch.alone.append(phrase)
                branch.always = meanings if len(branch.alone) == 1 and word in first.forms else ()
            elif rest[0].reach:
                branch.apart.append(phrase)
                branch.beyond |= rest[0].words
            else:
                for following in rest[0].words:
                    branch.beside.setdefault(following, []).append(phrase)
    return Phrases(by_word)


def _steps(words: str, place: str) -> tuple[_Step, ...]:
    pieces = words.replace("-", " ").split()
    if not pieces or GAP in (pieces[0], pieces[-1]):
        raise PackError(f"{place}: {'a gap stands between two words' if pieces else 'an entry holds no word'}")
    steps: list[_Step] = []
    reach = 0
    for piece in pieces:
        if piece == GAP:
            reach = REACH
            continue
        given = [as_compared(word) for word in piece.split(OR)]
        if not all(WORD.fullmatch(word) for word in given):
            raise PackError(f"{place}: {piece} is no word, nor some parted by {OR}")
        exact = frozenset(word for word in given if word.isupper())
        small = frozenset(given) - exact
        steps.append(_Step(small | {word + OWN for word in small}, exact, reach))
        reach = 0
    return tuple(steps)
