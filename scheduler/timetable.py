"""When each outlet's work is due: the settings, with the profiles that hold for a while."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from archive.phases import Phase
from archive.work import Work
from scheduler.cadence import next_time
from scheduler.settings import NEVER, Profile, ScheduleSettings

Cadence = Callable[[str, str, datetime], datetime]
"""Expression, zone and a time to the next time after it: `scheduler.cadence.next_time`."""
MOST_PERIODS = 5_000
"""How many periods are counted: `*/10` has 4,320 in thirty days; after a clock that stood at 1970 no number means much."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days, inclusive, on which a profile holds at an outlet; None is open."""

    profile: str
    first: date | None
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


class Timetable:
    """Says when an outlet's work is due next; where a profile begins or ends in between, what holds then counts.

    `phases` gives the phases of the election at an outlet; it is asked only where a profile names some.
    """

    def __init__(
        self,
        settings: ScheduleSettings,
        *,
        phases: Callable[[str], Sequence[Phase]] = lambda _outlet: (),
        cadence: Cadence = next_time,
    ) -> None:
        self.settings = settings
        self._phases = phases
        self._cadence = cadence
        self._zone = ZoneInfo(settings.timezone)
        self._spans: dict[str, tuple[Span, ...]] = {}

    def next_time(self, outlet: str, work: Work, after: datetime) -> datetime | None:
        """Give when some work is due next after a time, None where it never is."""
        named, since = None, after
        while named is None:
            expression, ends = self.expression(outlet, work, since), self._changes(outlet, since)
            if expression != NEVER:
                # Strictly after: the second before a profile's first midnight, so that this midnight counts.
                named = self._cadence(
                    expression, self.settings.timezone, since if since == after else since - timedelta(seconds=1)
                )
            if ends is None:
                return named
            if named is None or named >= ends:
                named, since = None, ends
        return named

    def next_crawl(self, outlet: str, after: datetime) -> datetime:
        """Give when an outlet is crawled next; the settings leave none uncrawled."""
        named = self.next_time(outlet, Work.CRAWL, after)
        assert named is not None
        return named

    def periods(self, outlet: str, work: Work, since: datetime, until: datetime) -> int:
        """Count the times that were named from a named time to another time, both included."""
        number, at = 0, since
        while at <= until and number < MOST_PERIODS:
            number += 1
            following = self.next_time(outlet, work, at)
            if following is None:
                break
            at = following
        return number

    def expression(self, outlet: str, work: Work, at: datetime) -> str:
        """Give the expression that holds at a time; `NEVER` where the work is never due."""
        name = self.profile(outlet, work, at)
        if name is None:
            return self.settings.expression(outlet, work)
        said = self.settings.profiles[name].of(work)
        assert said is not None
        return said

    def profile(self, outlet: str, work: Work, at: datetime) -> str | None:
        """Give the profile that decides on some work at a time: the first in the file that holds and says something of it."""
        day = at.astimezone(self._zone).date()
        for span in self._of(outlet):
            if span.holds(day) and self.settings.profiles[span.profile].of(work) is not None:
                return span.profile
        return None

    def until(self, outlet: str, work: Work, at: datetime) -> datetime | None:
        """Give when another profile decides on some work, or none does any more; None where that never changes."""
        now, changes = self.profile(outlet, work, at), self._changes(outlet, at)
        while changes is not None and self.profile(outlet, work, changes) == now:
            changes = self._changes(outlet, changes)
        return changes

    def expressions(self, outlet: str, work: Work) -> set[str]:
        """Give all expressions by which some work may be due."""
        own = {self.settings.profiles[span.profile].of(work) for span in self._of(outlet)}
        return {said for said in own if said is not None} | {self.settings.expression(outlet, work)}

    def _changes(self, outlet: str, after: datetime) -> datetime | None:
        """Give the first midnight after a time at which a profile begins or ends."""
        edges = {edge for span in self._of(outlet) for edge in self._edges(span)}
        return min((edge for edge in edges if edge > after), default=None)

    def _edges(self, span: Span) -> Iterator[datetime]:
        for day in (span.first, span.last and span.last + timedelta(days=1)):
            if day is not None:
                yield datetime.combine(day, time(), self._zone).astimezone(UTC)

    def _of(self, outlet: str) -> tuple[Span, ...]:
        if outlet not in self._spans:
            profiles = self.settings.profiles.items()
            self._spans[outlet] = tuple(
                span
                for name, profile in profiles
                if not profile.outlets or outlet in profile.outlets
                for span in self._spans_of(name, profile, outlet)
            )
        return self._spans[outlet]

    def _spans_of(self, name: str, profile: Profile, outlet: str) -> Iterator[Span]:
        if not profile.phases:
            yield Span(name, profile.from_, profile.until)
            return
        for phase in self._phases(outlet):
            if phase.name in profile.phases:
                first = max(phase.start, profile.from_ or phase.start)
                last = min(phase.end, profile.until or phase.end)
                if first <= last:
                    yield Span(name, first, last)
