"""How outlets stand, all of them in a few statements: the runs that tell, the last success, and how much they bring."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, ScalarSelect, case, func, select

from archive import runs
from archive.models import Outlet, Run
from archive.records import RunStatus
from archive.runs import RunRow
from archive.stories import Article

DAYS, BEFORE = 7, 28
"""Days that are now, and days before them that are what is usual."""
LEAST_HISTORY = timedelta(days=14)
"""How long an outlet must have been crawled before anything is called usual."""
NOT_TAKEN = (RunStatus.HELD, RunStatus.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Articles a day: in the last seven days, today left out, and in the four weeks before."""

    now: float
    usual: float


def telling(connection: Connection, outlets: Collection[str], *, passing: str) -> dict[str, list[RunRow]]:
    """Give of each outlet the crawls that tell how it stands, newest first.

    They are the newest one, the newest that was taken, and the newest that has ended; those that were skipped with a
    detail that begins with `passing` are none. Each is sought in the index by outlet and time, so that old runs cost
    nothing.
    """
    paused = (Run.status == RunStatus.SKIPPED) & Run.detail.startswith(passing, autoescape=True)
    picks = (
        _newest(~paused),
        _newest(Run.status.not_in(NOT_TAKEN)),
        _newest(~paused, Run.status != RunStatus.RUNNING),
    )
    ids = {
        one
        for row in connection.execute(select(*picks).select_from(Outlet).where(Outlet.slug.in_(outlets)))
        for one in row
        if one is not None
    }
    found: dict[str, list[RunRow]] = {}
    for run in runs.of_ids(connection, ids):
        found.setdefault(run.outlet, []).append(run)
    return found


def last_successes(connection: Connection, outlets: Collection[str]) -> dict[str, datetime]:
    """Give when each outlet was last crawled to the end."""
    at = _newest(Run.status.in_([RunStatus.OK, RunStatus.PARTIAL]))
    rows = connection.execute(
        select(Outlet.slug, Run.finished_at).join(Run, Run.id == at).where(Outlet.slug.in_(outlets))
    )
    return {row.slug: row.finished_at for row in rows}


def trends(connection: Connection, now: datetime) -> dict[str, Trend]:
    """Give how much each outlet brings, by the days that its articles bear; of a short history nothing."""
    today = now.date()
    first = (
        select(Run.outlet_id, func.min(Run.started_at).label("at"))
        .where(Run.kind == "crawl")
        .group_by(Run.outlet_id)
        .subquery()
    )
    lately = today - timedelta(days=DAYS)
    rows = connection.execute(
        select(
            Outlet.slug,
            first.c.at,
            func.count(case((Article.published_date >= lately, 1))).label("now"),
            func.count(case((Article.published_date < lately, 1))).label("before"),
        )
        .join(first, first.c.outlet_id == Outlet.id)
        .outerjoin(Article, (Article.outlet_id == Outlet.id) & _between(lately - timedelta(days=BEFORE), today))
        .where(first.c.at <= now - LEAST_HISTORY)
        .group_by(Outlet.slug, first.c.at)
    )
    return {row.slug: Trend(now=round(row.now / DAYS, 1), usual=round(row.before / BEFORE, 1)) for row in rows}


def _between(since: date, until: date) -> ColumnElement[bool]:
    return (Article.published_date >= since) & (Article.published_date < until)


def _newest(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """The id of an outlet's newest crawl of which something holds."""
    return (
        select(Run.id)
        .where(Run.outlet_id == Outlet.id, Run.kind == "crawl", *conditions)
        .order_by(Run.started_at.desc(), Run.id.desc())
        .limit(1)
        .correlate(Outlet)
        .scalar_subquery()
    )
