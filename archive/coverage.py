"""What an archive covers, per outlet and day: what is held, known and missing, and whether anybody looked.

All of it is worked out from facts when it is asked for; nothing is kept in step. A day is the outlet's.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from archive import missing, totals
from archive.columns import COVERAGE
from archive.downtime import CrawlRun, Outage, outages
from archive.missing import Missing, Why
from archive.models import Outlet, Run
from archive.records import RunStatus
from archive.stories import Article
from archive.work import Work
from archive.zones import zone_of

WEEKS = 8
"""So many of an outlet's own weeks must be covered before a day can be called thin."""
LEAST_USUAL = 4
"""Of fewer stories a day nothing can be said."""
ONE = timedelta(days=1)


class Verdict(StrEnum):
    """What can be said of an outlet's day, in the order in which it is asked."""

    OPEN = "open"
    """It is not over."""
    LACKING = "lacking"
    """Stories are known, or were counted by the site, that are not held."""
    UNSEEN = "unseen"
    """The outlet's lists were not read to their end since: the archive does not reach back to it."""
    DOWN = "down"
    """Crawls were made before it, and none has succeeded since it was over."""
    COMPLETE = "complete"
    """The site said how many stories there are, and all are held."""
    THIN = "thin"
    """All that was listed is held, and it is less than half of the least that this weekday had in eight weeks."""
    QUIET = "quiet"
    """The lists were read since it was over, and have nothing of it."""
    HELD = "held"
    """The lists were read since it was over, and all that they have of it is held."""


GAPS = frozenset({Verdict.LACKING, Verdict.DOWN, Verdict.UNSEEN, Verdict.THIN})
"""Verdicts of days on which what is held may not be all that there was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What is covered of one outlet's day; `day` is None for stories of which nobody told when they were published."""

    outlet: str
    day: date | None
    held: int
    missing: int
    """Known or counted, and not held, whichever why."""
    failed: int
    """Of these, those whose page could not be fetched."""
    blocked: int
    """Of these, those from which we were kept."""
    unreadable: int
    waiting: int
    uncounted: int
    """Of the missing, those that the site counts and never named."""
    hours_down: float
    verdict: Verdict | None
    """Of stories without a day None, or that some of them are missing."""
    outage: Outage | None = None
    """The first time without a crawl in it; of a day that is `down`, the one that goes on since."""
    example: str | None = None
    """The address of a story that is missing, as identified."""

    @property
    def known(self) -> int:
        """How many stories there are, as far as anybody told."""
        return self.held + self.missing

    @property
    def basis(self) -> str:
        """By what its stories are counted."""
        return "unknown" if self.day is None else "published"


def days(
    connection: Connection,
    outlets: Sequence[str] = (),
    *,
    since: date | None = None,
    until: date | None = None,
    now: datetime,
) -> list[Day]:
    """Give the days of outlets, oldest first, each outlet's unknown day last; by default of all outlets and days.

    The first day is that of the first story or crawl, whichever is earlier; the last is today.
    """
    rows = connection.execute(select(Outlet.id, Outlet.slug).order_by(Outlet.slug)).all()
    found: list[Day] = []
    for row in rows:
        if not outlets or row.slug in outlets:
            found += _Outlet(connection, row.id, row.slug, now).days(since, until)
    return found


class _Outlet:
    """What is known of one outlet, read once."""

    def __init__(self, connection: Connection, outlet_id: int, slug: str, now: datetime) -> None:
        self._slug, self._now = slug, now
        self._zone = zone_of(connection, outlet_id, slug)
        self._today = now.astimezone(self._zone).date()
        self._runs = _runs(connection, outlet_id, Work.CRAWL)
        usual = [run for run in self._runs if not (run.since or run.until)]
        self._begun = usual[0].started_at if usual else None
        # The daemon's backfills are of a kind of their own: they read lists, and say nothing of when crawls were made.
        filled = _runs(connection, outlet_id, Work.BACKFILL)
        listed = [run for run in (*self._runs, *filled) if run.listed]
        self._whole = max((run.started_at for run in listed if _whole(run)), default=None)
        """When the last crawl began that read all that was not known, whatever the day."""
        self._parts = [run for run in listed if not _whole(run)]
        self._outages: dict[date, list[Outage]] = defaultdict(list)
        for one in outages(usual, now):
            first, last = (moment.astimezone(self._zone).date() for moment in (one.start, one.end))
            for number in range((last - first).days + 1):
                self._outages[first + ONE * number].append(one)
        self._held: dict[date | None, int] = {
            row[0]: row[1]
            for row in connection.execute(
                select(Article.published_date, func.count())
                .where(Article.outlet_id == outlet_id)
                .group_by(Article.published_date)
            )
        }
        self._missing: dict[date | None, list[Missing]] = defaultdict(list)
        for story in missing.stories(connection, outlet_id, self._zone):
            self._missing[story.day].append(story)
        self._counted, self._uncounted = totals.compared(connection, outlet_id, self._zone)

    def days(self, since: date | None, until: date | None) -> Iterator[Day]:
        """Give the days in order, and what has no day."""
        known = [day for day in (*self._held, *self._missing) if day is not None]
        if self._runs:
            known.append(self._runs[0].started_at.astimezone(self._zone).date())
        if known:
            first = max(min(known), since or date.min)
            last = min(self._today, until or date.max)
            for number in range((last - first).days + 1):
                yield self._day(first + ONE * number)
        if self._held.get(None) or self._missing.get(None) or self._uncounted.get(None):
            lacking = bool(self._missing.get(None) or self._uncounted.get(None))
            yield self._row(None, Verdict.LACKING if lacking else None, 0.0, None)

    def _day(self, day: date) -> Day:
        start, end = _bounds(day, self._zone)
        down = [(max(one.start, start), min(one.end, end), one) for one in self._outages.get(day, ())]
        down = [piece for piece in down if piece[0] < piece[1]]
        hours = sum(((stop - begin).total_seconds() for begin, stop, _ in down), 0.0) / 3600
        verdict = self._verdict(day, end)
        outage = down[0][2] if down else None
        if verdict is Verdict.DOWN and outage is None:
            outage = next((one for held in self._outages.values() for one in held if one.start >= end), None)
        return self._row(day, verdict, round(hours, 1), outage)

    def _row(self, day: date | None, verdict: Verdict | None, hours: float, outage: Outage | None) -> Day:
        why = Counter(story.why for story in self._missing.get(day, ()))
        named = next((story.canonical for story in self._missing.get(day, ())), None)
        uncounted = self._uncounted.get(day, 0)
        return Day(
            outlet=self._slug,
            day=day,
            held=self._held.get(day, 0),
            missing=why.total() + uncounted,
            failed=why[Why.FAILED],
            blocked=why[Why.BLOCKED],
            unreadable=why[Why.UNREADABLE],
            waiting=why[Why.WAITING],
            uncounted=uncounted,
            hours_down=hours,
            verdict=verdict,
            outage=outage,
            example=named,
        )

    def _verdict(self, day: date, end: datetime) -> Verdict:
        if end > self._now:
            return Verdict.OPEN
        if self._missing.get(day) or self._uncounted.get(day):
            return Verdict.LACKING
        if not self._looked(day, end):
            return Verdict.DOWN if self._begun is not None and self._begun < end else Verdict.UNSEEN
        if day in self._counted:
            return Verdict.COMPLETE
        if self._thin(day):
            return Verdict.THIN
        return Verdict.HELD if self._held.get(day) else Verdict.QUIET

    def _looked(self, day: date, end: datetime) -> bool:
        """Say whether what the outlet lists of a day was read after it was over."""
        whole = self._whole is not None and self._whole >= end
        return whole or any(run.started_at >= end and _spans(run, day) for run in self._parts)

    def _thin(self, day: date) -> bool:
        weeks = [self._held.get(day - ONE * 7 * number, 0) for number in range(1, WEEKS + 1)]
        first = min((one for one in self._held if one is not None), default=day)
        enough = first <= day - ONE * 7 * WEEKS and median(weeks) >= LEAST_USUAL
        return enough and self._held.get(day, 0) < min(weeks) / 2


def _bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return datetime.combine(day, time(), zone), datetime.combine(day + ONE, time(), zone)


def _whole(run: CrawlRun) -> bool:
    return run.since is None and run.until is None


def _spans(run: CrawlRun, day: date) -> bool:
    return (run.since is None or run.since <= day.isoformat()) and (run.until is None or day.isoformat() <= run.until)


def _runs(connection: Connection, outlet_id: int, work: Work) -> list[CrawlRun]:
    rows = connection.execute(
        select(
            Run.cause,
            Run.planned_at,
            Run.started_at,
            Run.finished_at,
            Run.status,
            Run.detail,
            *(Run.counts[name].as_string().label(name) for name in ("trouble", "since", "until")),
            Run.counts["listed"].as_boolean().label("listed"),
        )
        .where(Run.outlet_id == outlet_id, Run.kind == work.run_kind)
        .order_by(Run.started_at, Run.id)
    )
    return [
        CrawlRun(
            cause=row.cause,
            planned_at=row.planned_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            status=row.status,
            detail=row.detail,
            trouble=row.trouble,
            # Runs of versions that did not write it down: those that did all that they were to do had read all lists.
            listed=row.status is RunStatus.OK if row.listed is None else bool(row.listed),
            since=row.since,
            until=row.until,
        )
        for row in rows
    ]


def record(row: Day) -> dict[str, Any]:
    """Give a day as the outside sees it (CONTRACT.md, `coverage`)."""
    held = {name: getattr(row, name) for name in COVERAGE}
    return held | {"day": row.day and row.day.isoformat(), "verdict": row.verdict and row.verdict.value}
