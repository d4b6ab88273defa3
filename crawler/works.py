"""What the daemon has done for an outlet: each kind of work as a child process within its limits."""

import logging
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.records import RunStatus
from archive.work import Work
from crawler.config import Loaded, OutletSettings, SettingsError, election_pack
from scheduler.settings import NEVER
from scheduler.timetable import Timetable

if TYPE_CHECKING:
    from archive.database import Database
    from crawler.cli import App
    from crawler.report import Report
    from crawler.runner import Scope
    from scheduler.due import Errand

logger = logging.getLogger(__name__)

AGAIN = timedelta(days=1)
"""After which days that fall short are asked for again: lists do not change that fast."""
BACK = 1000
"""How many runs are looked at to see whether a backfill has ended: more than a hundred days of them."""


def timetable(loaded: Loaded) -> Timetable:
    """Give when each outlet's work is due by the settings.

    Raises:
        SettingsError: a profile names a phase that the election's calendar does not have.
    """
    schedule, outlets = loaded.settings.schedule, loaded.settings.outlets
    wanted = {name: profile.phases for name, profile in schedule.profiles.items() if profile.phases}
    if not wanted:
        return Timetable(schedule)
    calendar = election_pack(loaded).calendar
    known = list(dict.fromkeys(phase.name for phase in calendar.phases))
    for name, phases in wanted.items():
        if lost := next((phase for phase in phases if phase not in known), None):
            said = f"schedule.profiles.{name}.phase: there is no phase {lost}"
            raise SettingsError(f"{said}; known are {', '.join(known)}")
    return Timetable(
        schedule, phases=lambda outlet: calendar.around(outlets[outlet].regions if outlet in outlets else ())
    )


def host_of(outlet: OutletSettings) -> str:
    """Give the host that an outlet is at, as crawls take turns there."""
    return (urlsplit(outlet.base_url).netloc or "").lower().removeprefix("www.")


def work(app: "App", errand: "Errand") -> None:
    """Do some work for an outlet and bring the index up to date; what goes wrong is logged and in its run."""
    from archive.errors import ArchiveError
    from crawler.runner import StoppedError

    try:
        report = _done(app, errand)
        if report is None:
            return
        _say(errand, report)
        app.archive().catch_up()
        if errand.work is Work.CRAWL:
            app.watch.after([errand.outlet])
    except StoppedError as stopped:
        logger.info("%s", stopped)
    except (ArchiveError, SettingsError) as error:
        logger.error("%s: %s", errand.outlet, error)
        app.watch.own_trouble(str(error))


def _done(app: "App", errand: "Errand") -> "Report | None":
    from archive import untaken

    scope = _scope(app, errand)
    if scope is None:
        return None
    try:
        report = app.runner.crawl(errand.outlet, cause=errand.cause, planned_at=errand.planned_at, scope=scope)
    finally:
        app.progress.forget(errand.outlet)
    if report.run_id is not None and errand.missed:
        with app.database().write() as connection:
            untaken.stood_in(connection, report.run_id, errand.missed)
    return report


def _scope(app: "App", errand: "Errand") -> "Scope | None":
    """Give what a run is confined to, None when there is nothing to be done."""
    from crawler.runner import Scope

    now = datetime.now(UTC)
    seconds = (errand.ends_by - now).total_seconds() if errand.ends_by else None
    match errand.work:
        case Work.CRAWL:
            apart = app.timetable.expression(errand.outlet, Work.VISITS, now) != NEVER
            return Scope(visits=not apart)
        case Work.VISITS:
            return Scope(recheck=True, seconds=seconds)
        case Work.BACKFILL:
            since = app.schedule.backfill_since
            days = days_to_fill(app.database(), errand.outlet, since, now) if since else None
            return Scope(since=days[0], until=days[1], work=Work.BACKFILL, seconds=seconds) if days else None
        case Work.MAINTENANCE:
            return Scope(work=Work.MAINTENANCE, seconds=seconds)


def days_to_fill(database: "Database", outlet: str, since: date, now: datetime) -> tuple[date, date | None] | None:
    """Give the days that a backfill goes on with, None when all is held back to a day, or was asked for within a day.

    First all days, until a run has found nothing left to be done; then those that fall short, the newest first.
    """
    from archive import runs
    from archive.coverage import days
    from archive.gaps import gaps
    from scheduler.coveragecommands import hasten, spans_of

    with database.read() as connection:
        made = runs.newest(connection, outlets=[outlet], kind=Work.BACKFILL, limit=BACK)
        whole = [
            run for run in made if run.counts.get("since") == since.isoformat() and run.counts.get("until") is None
        ]
        if not any(run.status is RunStatus.OK for run in whole):
            return since, None
        short = [one for one in gaps(days(connection, [outlet], since=since, until=None, now=now)) if one.repairable]
    asked = {(run.counts.get("since"), run.counts.get("until")) for run in made if now - run.started_at < AGAIN}
    for _, first, last in spans_of(short):
        if (first.isoformat(), last.isoformat()) not in asked:
            hasten(database, [(outlet, first, last)], now)
            return first, last
    return None


def _say(errand: "Errand", report: "Report") -> None:
    outlet = errand.outlet
    logger.info("%s: %s, %s new, %s left", outlet, report.status.value, report.new, report.left)
    if report.status in (RunStatus.BLOCKED, RunStatus.FAILED):
        logger.warning("%s: %s", outlet, report.detail)
