"""Whether an outlet is silent for longer than is usual for it, by when it published in the weeks before.

Time is measured in appearances that were to be expected (stories that come within three hours of each other are one, since
small newsrooms publish in batches): an hour counts by how much the outlet publishes at that hour and on
that weekday, so that nights and Sundays count for little. Around Lebaran it counts for a tenth: newsrooms close.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

BATCH = timedelta(hours=3)
LEAST_TIMES, LEAST_SPAN = 12, timedelta(days=14)
"""What must be known of an outlet before anything is said of its silence."""
USUAL_GAPS = 3
"""How many usual gaps are too many (RELIABILITY T26)."""
LEAST_EXPECTED = 10.0
"""Appearances that must be missed at least: of as many that come by chance, none comes in one case of 20,000."""
LEAST_SILENCE = timedelta(days=1)
BLOCKS = 8
"""The usual gap is the median of the longest ones in so many parts of the history."""
EVEN = 0.15
"""Which part of the stories counts as spread evenly over the week: what was never seen at night may come at night."""
LEBARAN = (timedelta(days=-3), timedelta(days=10))
"""From when to when around the day of Idul Fitri newsrooms are thinly staffed: collective leave is a week."""
HOLIDAY = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Since when an outlet is silent, how many appearances were to be expected since, and how many make a usual gap."""

    since: datetime
    missed: float
    usual: float

    @property
    def too_long(self) -> bool:
        """Whether that is more than three usual gaps."""
        return self.missed > max(USUAL_GAPS * self.usual, LEAST_EXPECTED)


def silence(published: Sequence[datetime], heard: datetime | None, until: datetime, zone: str) -> Silence | None:
    """Say how long an outlet has been silent at a time; None where its history is too short to say.

    `published` are its stories' times, `heard` is when something new was last heard of it. Only what was published
    before the silence is history: an outlet that stays silent stays so.
    """
    times = appearances(published)
    if len(times) < LEAST_TIMES or times[-1] - times[0] < LEAST_SPAN:
        return None
    newest = max(published)
    last = max(newest, heard or newest)
    if until - last < LEAST_SILENCE:
        return Silence(since=last, missed=0.0, usual=1.0)
    pace = Pace(times, ZoneInfo(zone))
    gaps = [pace.expected(one, other) for one, other in pairwise(times)]
    size = -(-len(gaps) // BLOCKS)
    longest = [max(gaps[start : start + size]) for start in range(0, len(gaps), size)]
    # What happened twice in two months is no news.
    usual = max(median(longest), sorted(gaps)[-2] / USUAL_GAPS)
    return Silence(since=last, missed=pace.expected(last, until), usual=usual)


def appearances(published: Sequence[datetime]) -> list[datetime]:
    """Give when an outlet published, of each batch the first time."""
    times: list[datetime] = []
    for moment in sorted(published):
        if not times or moment - times[-1] >= BATCH:
            times.append(moment)
    return times


class Pace:
    """How often an outlet appears in an hour of a weekday."""

    def __init__(self, times: Sequence[datetime], zone: ZoneInfo) -> None:
        self._zone = zone
        local = [moment.astimezone(zone) for moment in times]
        hours, days = [0.0] * 24, [0.0] * 7
        for moment in local:
            hours[moment.hour] += 1 / len(local)
            days[moment.weekday()] += 1 / len(local)
        span = max((times[-1] - times[0]) / timedelta(weeks=1), 2.0)
        weekly = len(local) / span
        # Its neighbours speak for an hour too: a few weeks do not show each hour at which a newsroom may be awake.
        smooth = [(hours[hour - 1] + 2 * hours[hour] + hours[(hour + 1) % 24]) / 4 for hour in range(24)]
        self._rate = [
            [weekly * ((1 - EVEN) * days[day] * smooth[hour] + EVEN / 168) for hour in range(24)] for day in range(7)
        ]

    def expected(self, start: datetime, end: datetime) -> float:
        """Give how many appearances were to be expected between two times."""
        total, here = 0.0, start.astimezone(UTC)
        while here < end:
            onward = min((here + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0), end)
            local = here.astimezone(self._zone)
            rate = self._rate[local.weekday()][local.hour] * (HOLIDAY if in_lebaran(local.date()) else 1.0)
            total += rate * ((onward - here) / timedelta(hours=1))
            here = onward
        return total


def in_lebaran(day: date) -> bool:
    """Say whether a day lies around Idul Fitri."""
    return any(feast + LEBARAN[0] <= day <= feast + LEBARAN[1] for feast in idul_fitri(day.year))


@cache
def idul_fitri(year: int) -> tuple[date, ...]:
    """Give the first days of Syawal in a year, by the tabular Islamic calendar: at most two days from what is announced.

    Its cycle of 30 years has 10,631 days; the epoch is 16 July 622 (Julian), day 227,015 of `date.toordinal`.
    """
    first = (year - 622) * 33 // 32
    feasts = []
    for hijri in range(first - 1, first + 3):
        # Nine months go before Syawal: five of 30 days, four of 29.
        ordinal = 227_015 + (hijri - 1) * 354 + (3 + 11 * hijri) // 30 + 266
        feast = date.fromordinal(ordinal)
        if feast.year == year:
            feasts.append(feast)
    return tuple(feasts)
