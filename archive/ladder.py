"""When a held article is visited again: rungs counted from its publication, closer ones after a visit that missed it.

Pure: times go in and come out. The default was chosen for what it costs, 6 to 8 visits in an article's life; `dense` is
the ladder that NewsDiffs runs (PEERS.md 1b).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SETTLED = timedelta(minutes=30)
"""A rung so soon after an article was found would show what was just seen."""
LAST = 180 * DAY
"""When an article that was found late is visited the only time, counted from when it was found."""
LONGEST = 3650 * DAY
MOST_RUNGS = 500
_DURATION = re.compile(r"(\d{1,6})\s*(min|h|d)")
_UNITS = {"min": timedelta(minutes=1), "h": HOUR, "d": DAY}


class LadderError(ValueError):
    """A ladder, or a duration in it, cannot be used; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Ages at which an article is visited, ascending; `polls` says that it is also on the day after polling."""

    rungs: tuple[timedelta, ...]
    polls: bool = False

    def next(
        self, *, born: datetime, found: datetime, last: datetime, polls: Iterable[datetime] = ()
    ) -> datetime | None:
        """Give the first time after the `last` look at which an article is due, in the past where one was missed.

        `born` is its publication, or when it was found where that is unknown; `polls` are the days after polling, as
        their beginnings, None where no visit is left. An article that was found after its last rung is visited once.
        """
        settled = found + SETTLED
        due = sorted({*(born + rung for rung in self.rungs), *(poll for poll in polls if self.polls and poll > born)})
        due = [time for time in due if time >= settled] or [found + LAST]
        return next((time for time in due if time > last), None)


def _every(step: timedelta, start: timedelta, end: timedelta) -> list[timedelta]:
    return [start + step * number for number in range(-((start - end) // step))]


SPARSE = Ladder(rungs=(HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY, LAST), polls=True)
DENSE = Ladder(
    rungs=(
        *_every(timedelta(minutes=15), timedelta(minutes=15), 3 * HOUR),
        *_every(HOUR, 3 * HOUR, DAY),
        *_every(3 * HOUR, DAY, 7 * DAY),
        *_every(3 * DAY, 7 * DAY, 30 * DAY),
        *_every(30 * DAY, 30 * DAY, 361 * DAY),
    )
)
NAMED = {"sparse": SPARSE, "dense": DENSE}


def ladder(said: str | Sequence[str]) -> Ladder:
    """Give the ladder of a name, or of a list of durations such as `1h`.

    Raises:
        LadderError: there is no such name, or a duration is none.
    """
    if isinstance(said, str):
        if said not in NAMED:
            raise LadderError(f'must be one of {", ".join(NAMED)}, or a list such as ["1h", "1d", "30d"], not {said}')
        return NAMED[said]
    if not 0 < len(said) <= MOST_RUNGS:
        raise LadderError(f"must have 1 to {MOST_RUNGS} durations")
    return Ladder(rungs=tuple(sorted({duration(one) for one in said})))


def duration(text: str) -> timedelta:
    """Give what `30min`, `6h` or `3d` says.

    Raises:
        LadderError: it says nothing of the kind, nothing at all, or more than ten years.
    """
    told = _DURATION.fullmatch(text.strip())
    length = int(told[1]) * _UNITS[told[2]] if told else timedelta()
    if not timedelta() < length <= LONGEST:
        raise LadderError(f"{text!r} is no duration such as 30min, 6h or 3d")
    return length


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRule:
    """Which articles of an outlet are visited again and when, and what that may cost: `[visits]` as it holds there."""

    ladder: Ladder = SPARSE
    articles: str = "election"
    """`election`, `all` or `none`."""
    budget: int = 300
    """Requests for visits on one day of the outlet's zone."""
    confirm: int = 3
    over: timedelta = DAY
    """An article is removed once so many looks missed it, the last so long after the first."""

    @property
    def confirming(self) -> timedelta:
        """How long after a look that missed an article it is looked for again, so that the looks take `over`."""
        return self.over / max(1, self.confirm - 1)
