"""When an election is in which phase, and which regions vote in it: `phases.tsv` and `regions.tsv` of a pack."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from archive import regions
from archive.phases import Phase
from crawler.reading.tables import PackError, codes, day, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A vote on one day: what is elected, and the regions that elect it."""

    elects: str
    day: date
    regions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The phases of an election and its votes; of a calendar without votes nobody knows which regions vote."""

    phases: tuple[Phase, ...]
    votes: tuple[Vote, ...]
    voting: frozenset[str]
    """All regions that vote, once or more."""

    def phase(self, day: date, regions: Sequence[str]) -> str | None:
        """The phase of a day in some regions: of those that hold there, the one of the lowest rank; None for no phase.

        A region without a vote of its own has the phases of those that it lies in, and none where these have no vote.
        """
        voting = self.voting
        here = not voting or not regions or any(_within(region, voting) for region in regions)
        held = [
            phase
            for phase in self.phases
            if phase.start <= day <= phase.end
            and (any(_within(region, phase.regions) for region in regions) if phase.regions else here)
        ]
        return min(held, key=lambda phase: phase.rank).name if held else None

    def around(self, regions: Sequence[str]) -> list[Phase]:
        """Give the phases that hold in one of some regions or in a part of one; without regions, those of all regions.

        A phase of certain regions keeps those that are meant.
        """
        if not regions:
            return [phase for phase in self.phases if not phase.regions]
        here = not self.voting or any(_met(code, regions) for code in self.voting)
        found = []
        for phase in self.phases:
            meant = tuple(code for code in phase.regions if _met(code, regions))
            if meant or (here and not phase.regions):
                found.append(replace(phase, regions=meant))
        return found


def _within(region: str, wider: Iterable[str]) -> bool:
    """Whether a region is one of some, or lies in one: what holds in a province holds in its kabupaten, not in reverse."""
    parts = region.split(".")
    return any(".".join(parts[:end]) in wider for end in range(1, len(parts) + 1))


def _met(region: str, others: Sequence[str]) -> bool:
    """Whether a region is one of others, lies in one, or has one in it."""
    return _within(region, others) or any(_within(other, (region,)) for other in others)


def calendar(phases: str, votes: str, where: tuple[str, str]) -> Calendar:
    """Read the two tables; that of the votes may be empty.

    Raises:
        PackError: a row has a mistake, or a phase holds in a region that has no vote.
    """
    held = _votes(votes, where[1]) if votes else ()
    voting = frozenset(code for vote in held for code in vote.regions)
    found = []
    for place, row in rows(phases, where[0], ("start", "end", "phase", "rank", "regions", "note", "source")):
        phase = _phase(row, place)
        if voting and (lost := next((code for code in phase.regions if not _within(code, voting)), None)):
            raise PackError(f"{place}: {lost} has a phase and no vote in {where[1]}")
        found.append(phase)
    return Calendar(tuple(found), held, voting)


def _phase(row: dict[str, str], place: str) -> Phase:
    start, end = day(row["start"], place), day(row["end"], place)
    try:
        rank = int(row["rank"])
    except ValueError as error:
        raise PackError(f"{place}: the rank must be a whole number, not {row['rank']}") from error
    if end < start or not row["phase"]:
        raise PackError(f"{place}: {'it ends before it starts' if row['phase'] else 'the phase has no name'}")
    return Phase(name=row["phase"], start=start, end=end, rank=rank, regions=codes(row["regions"], place))


def _votes(text: str, where: str) -> tuple[Vote, ...]:
    found = []
    named: dict[str, str] = {}
    for place, row in rows(text, where, ("day", "elects", "regions", "note", "source")):
        voting = codes(row["regions"], place)
        if not voting or not row["elects"]:
            raise PackError(f"{place}: {'no region' if row['elects'] else 'what is elected'} is named")
        if len(set(voting)) < len(voting):
            raise PackError(f"{place}: a region stands twice")
        named |= dict.fromkeys(voting, place)
        found.append(Vote(elects=row["elects"], day=day(row["day"], place), regions=frozenset(voting)))
    if lost := regions.unknown(named):
        raise PackError(f"{named[lost[0]]}: there is no region {lost[0]}")
    return tuple(found)
