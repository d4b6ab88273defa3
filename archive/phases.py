"""The phases of an election as plots mark them: which goes before the others, and where each has room for its name."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

GAP = 5.0
"""Points between what stands in one lane."""
THINNEST = 2.5
"""Points: a day of two years is one point wide, and would not be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase of the election, its days inclusive; without `regions` it holds everywhere, the lowest `rank` first."""

    name: str
    start: date
    end: date
    rank: int
    regions: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name as people read it, with the codes of its regions where it doesn't hold everywhere."""
        name = self.name.replace("_", " ")
        return f"{name} ({', '.join(self.regions)})" if self.regions else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A phase in its lane (0 is the top one): where its bar and its name stand, in points from the left."""

    phase: Phase
    lane: int
    left: float
    right: float
    text: str
    text_left: float


def overlapping(phases: Iterable[Phase], first: date, last: date) -> list[Phase]:
    """Give the phases that share a day with a time, those of the lowest rank first."""
    found = [phase for phase in phases if phase.start <= last and phase.end >= first]
    return sorted(found, key=lambda phase: (phase.rank, phase.start, phase.end, phase.label))


def bands(
    phases: Sequence[Phase],
    first: date,
    last: date,
    *,
    width: float,
    measure: Callable[[str], float],
    fit: Callable[[str], str],
    lanes: int,
) -> tuple[list[Band], list[Phase]]:
    """Lay phases that overlap a time out in lanes, so that no bar and no name meets another; give also what had no room.

    A phase goes to the highest lane that has room for it below all that go before it and hold at the same time. Its
    name stands in its bar where it fits, else at its right, or at its left near the end. `fit` makes a name short
    enough, `measure` gives its width.
    """
    scale = width / ((last - first).days + 1)
    taken: list[list[tuple[float, float]]] = []
    laid: list[Band] = []
    left_out: list[Phase] = []
    for phase in phases:
        left = max((phase.start - first).days, 0) * scale
        right = min(max(min((phase.end - first).days + 1, width / scale) * scale, left + THINNEST), width)
        left = min(left, right - THINNEST)
        text = fit(phase.label)
        long = measure(text)
        if long + 2 * GAP <= right - left:
            text_left = left + GAP
        elif right + GAP / 2 + long <= width:
            text_left = right + GAP / 2
        else:
            text_left = max(left - GAP / 2 - long, 0.0)
        extent = (min(left, text_left) - GAP, max(right, text_left + long) + GAP)
        above = [one.lane for one in laid if one.phase.start <= phase.end and phase.start <= one.phase.end]
        lowest = max(above, default=-1) + 1
        lane = next((at for at in range(lowest, len(taken)) if _free(extent, taken[at])), len(taken))
        if lane == lanes:
            left_out.append(phase)
            continue
        if lane == len(taken):
            taken.append([])
        taken[lane].append(extent)
        laid.append(Band(phase=phase, lane=lane, left=left, right=right, text=text, text_left=text_left))
    return laid, left_out


def _free(extent: tuple[float, float], held: Sequence[tuple[float, float]]) -> bool:
    return all(extent[1] <= left + GAP or right - GAP <= extent[0] for left, right in held)


def foremost(phases: Sequence[Phase], first: date, last: date) -> list[tuple[date, date, Phase]]:
    """Give from when to when which phase goes before all others that hold, as `phase` of an article says it."""
    ordered = overlapping(phases, first, last)
    edges = {first.toordinal(), last.toordinal() + 1}
    for phase in ordered:
        edges |= {max(phase.start, first).toordinal(), min(phase.end, last).toordinal() + 1}
    found: list[tuple[date, date, Phase]] = []
    for start, end in pairwise(sorted(edges)):
        day = date.fromordinal(start)
        held = next((one for one in ordered if one.start <= day <= one.end), None)
        if held is not None:
            found.append((day, date.fromordinal(end - 1), held))
    return found
