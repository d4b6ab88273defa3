"""When an outlet was not crawled although it should have been, told from its own runs and from nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median_low

from archive.records import RunStatus

SUCCESS = frozenset({RunStatus.OK, RunStatus.PARTIAL})
MISSED = "missed"
"""The cause of a crawl that makes up for ones that were due while no daemon ran."""
HISTORY = 5
"""So many spaces between crawls must be known before one of them can be called long."""
LONG = 3
"""A space is long where it is so many times the usual one."""
RECENT = 50
DAY = timedelta(days=1)
SLACK = timedelta(minutes=10)
"""By which crawls of the same plan may begin later than on the day before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRun:
    """What is asked of a crawl: when it was, how it ended, and of whose doing that was."""

    cause: str
    planned_at: datetime | None
    started_at: datetime
    finished_at: datetime | None
    status: RunStatus
    detail: str
    trouble: str | None
    """An `archive.troubles.Trouble`, where something kept it from its work."""
    listed: bool
    """Whether all that the outlet's sources list was read to where it was known."""
    since: str | None
    until: str | None
    """The days of a backfill, ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time without a successful crawl; `run` is the first that was tried in it, None where none was."""

    start: datetime
    end: datetime
    over: bool
    """Whether a crawl has succeeded since."""
    run: CrawlRun | None


def outages(runs: Sequence[CrawlRun], now: datetime) -> list[Outage]:
    """Give the times in which an outlet was not crawled, from its runs in order of time.

    Three things say so: a crawl that failed, was blocked or not taken, until the next that succeeded; a crawl that made
    up for missed ones, from the time for which it was planned; a space of more than three usual ones, unless there was
    such a space at the same hours of the day before (a cadence that rests at night).
    """
    found: list[Outage] = []
    successes: list[datetime] = []
    tried: CrawlRun | None = None
    for run in runs:
        if run.status is RunStatus.RUNNING:
            continue
        if run.status not in SUCCESS:
            tried = tried or run
            continue
        start = _start(successes, tried, run.started_at)
        if run.cause == MISSED and run.planned_at is not None:
            start = min(run.planned_at, start or run.planned_at)
        if start is not None and start < run.started_at:
            found.append(Outage(start=start, end=run.started_at, over=True, run=tried))
        successes.append(run.started_at)
        tried = None
    start = _start(successes, tried, now)
    if start is not None and start < now:
        found.append(Outage(start=start, end=now, over=False, run=tried))
    return found


def _start(successes: Sequence[datetime], tried: CrawlRun | None, end: datetime) -> datetime | None:
    """Give since when there was none by `end`; None where nothing says that there should have been one."""
    failed = (tried.planned_at or tried.started_at) if tried else None
    spaces = [later - one for one, later in pairwise(successes[-RECENT:])]
    # Of a cadence that was watched for less than a day nobody knows whether it rests at night.
    if len(spaces) < HISTORY or successes[-1] - successes[0] < DAY - SLACK:
        return failed
    last, usual = successes[-1], median_low(spaces)
    if end - last <= LONG * max(usual, SLACK) or _rests(successes, last, end):
        return failed
    return min(last + usual, failed or end)


def _rests(successes: Sequence[datetime], last: datetime, end: datetime) -> bool:
    """Say whether nothing was crawled at the same hours of the day before, within that day's work."""
    if end - last >= DAY - SLACK:
        return False
    start, stop = last - DAY + SLACK, end - DAY - SLACK
    return not any(start < one < stop for one in successes[-10 * RECENT :])
