"""`pilkada schedule`: the daemon, what it will do and what it did."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn, Protocol
from zoneinfo import ZoneInfo

import click

from archive.output import MisuseError, format_option, write_rows
from archive.text import for_terminal
from scheduler.alertcommands import alerts, digest
from scheduler.requestcommands import pause, resume, trigger, unknown
from scheduler.servicecommands import containerfile, reload, unit

if TYPE_CHECKING:
    from archive.database import Database
    from archive.settings import Home
    from scheduler.due import Errand
    from scheduler.heartbeat import Health, Heartbeat
    from scheduler.ledger import Alive
    from scheduler.lock import ProcessLock
    from scheduler.reload import Renewal
    from scheduler.service import SchedulerService
    from scheduler.settings import ScheduleSettings
    from scheduler.timetable import Timetable
    from scheduler.watch import Watch

LIST_COLUMNS = ("outlet", "work", "expression", "next_run", "note")
STATUS_COLUMNS = ("outlet", "state", "last_success", "next_run", "a_day", "trouble")
RUNS_COLUMNS = ("outlet", "started_at", "cause", "status", "new", "detail")


class App(Protocol):
    """What the command line hands to these commands as `ctx.obj`."""

    home: "Home"
    schedule: "ScheduleSettings"

    @property
    def watch(self) -> "Watch":
        """What judges outlets, and tells people."""

    @property
    def version(self) -> str:
        """The version of this installation."""

    @property
    def outlets(self) -> Sequence[str]:
        """The slugs of the enabled outlets."""

    def database(self) -> "Database":
        """Give the archive's database, its schema ensured."""

    def database_to_read(self) -> "Database":
        """Give the archive's database, an empty one in its stead where there is none yet."""

    @property
    def timetable(self) -> "Timetable":
        """When each outlet's work is due."""

    @property
    def hosts(self) -> Mapping[str, str]:
        """The host that each outlet is at."""

    def work(self, errand: "Errand") -> None:
        """Do some work for an outlet in a child process, return when it has ended, and raise for no foreseeable cause."""

    def renewed(self) -> "Renewal":
        """Read the settings anew; raise `RefusedError` where the daemon could not start with them."""

    def hindrance(self) -> str | None:
        """Say what stands in the way of all work, None where nothing does."""

    def interrupt(self) -> None:
        """Tell what runs to stop; a `work` that is called later returns at once."""


@click.group()
def schedule() -> None:
    """Crawl at set times, and see what was and will be done."""


for command in (trigger, pause, resume, reload, unit, containerfile, alerts, digest):
    schedule.add_command(command)


@schedule.command()
@click.pass_obj
def run(app: App) -> None:
    """Run the daemon: crawl every outlet at its times until Ctrl-C or SIGTERM."""
    from scheduler.lock import scheduler_lock
    from scheduler.service import SchedulerService

    if not app.outlets:
        raise MisuseError(f"no outlet is enabled, so there is nothing to run: declare one in {app.home.settings_file}")
    with scheduler_lock(app.home.locks) as lock:
        lock.share(app.database())
        service = SchedulerService(
            database=app.database(),
            timetable=app.timetable,
            outlets=app.outlets,
            hosts=app.hosts,
            perform=app.work,
            interrupt=app.interrupt,
            now=_now,
            heartbeat=_heartbeat(app, lock),
            renew=app.renewed,
            hindrance=app.hindrance,
        )
        with _metrics(app):
            left = _serve(service, app)
    if left:
        _leave()


def _heartbeat(app: App, lock: "ProcessLock") -> "Heartbeat":
    from scheduler import ledger
    from scheduler.heartbeat import Heartbeat, Outlook
    from scheduler.notify import Notifier

    def look() -> Outlook:
        lock.renew()
        database = app.database()
        alive = _alive(app, database)
        return Outlook.of(ledger.standing(database, app.outlets, app.timetable, now=_now(), alive=alive))

    notifier = Notifier.from_environment()
    return Heartbeat(app.home.health_file, look=look, notifier=notifier, version=app.version, now=_now)


def _metrics(app: App) -> AbstractContextManager[None]:
    from scheduler import ledger
    from scheduler.metrics import Collector, served

    def look() -> Sequence[Mapping[str, Any]]:
        database = app.database()
        return ledger.standing(database, app.outlets, app.timetable, now=_now(), alive=_alive(app, database))

    return served(app.schedule.metrics, lambda: Collector(app.database(), look, version=app.version, now=_now))


def _serve(service: "SchedulerService", app: App) -> tuple[str, ...]:
    from scheduler.processes import on_reload, on_stop

    app.watch.start()
    with on_stop(service.stop), on_reload(service.reload):
        service.start()
        zone = app.schedule.timezone
        warn_of_zone(zone)
        outlet, next_at = service.upcoming() or ("", _now())
        when = f"at {_minute(next_at, zone)}" if next_at > _now() else "at once"
        size = f"{len(app.outlets)} outlet{'s' if len(app.outlets) != 1 else ''}"
        click.echo(f"scheduler: {size}, next: {outlet} {when}, zone {zone}; stop with Ctrl-C", err=True)
        return service.serve()


def _leave() -> NoReturn:
    """End the process at once: a crawl that does not end must not hold it, since Python would wait for its thread."""
    import logging
    import os
    import sys

    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


@schedule.command("list")
@format_option
@click.pass_obj
def list_(app: App, output: str) -> None:
    """List when each outlet's work is due."""
    from scheduler import ledger

    rows = ledger.planned(app.database_to_read(), app.outlets, app.timetable, now=_now())
    if output == "table":
        zone = app.schedule.timezone
        rows = [row | {"note": _note(row, zone)} for row in rows]
        warn_of_zone(zone)
    _print(app, rows, output, LIST_COLUMNS, empty=_no_outlet(app))


def _note(row: Mapping[str, Any], zone: str) -> str | None:
    """Say in a table what stands between an expression and its next run, and which profile it is of."""
    if not row["enabled"]:
        return "not enabled"
    if row["paused"]:
        return f"paused since {_minute(row['paused'], zone)}"
    until = f" until {_minute(row['profile_until'], zone)}" if row["profile_until"] else ""
    return f"{row['profile']}{until}" if row["profile"] else None


def warn_of_zone(zone: str) -> None:
    """Say on stderr that a zone changes its clock, where it does."""
    from scheduler.cadence import next_change

    if warning := next_change(zone, _now()):
        click.echo(warning, err=True)


@schedule.command()
@click.option(
    "--check",
    is_flag=False,
    flag_value="all",
    type=click.Choice(["all", "daemon"]),
    help="Exit with 3 when the daemon is gone or hangs, or an outlet is late or gives nothing; =daemon looks at the daemon alone.",
)
@format_option
@click.pass_obj
def status(app: App, output: str, *, check: str | None) -> int:
    """Show how each outlet stands: last success, next run, what is wrong.

    --check is for a monitor: what is wrong with the daemon, and which outlets were not crawled for two of their periods
    and an hour, or are blocked, silent or dead, is said on stderr, and the exit status is 3.
    """
    from scheduler import ledger
    from scheduler.checkup import late, unwell
    from scheduler.heartbeat import read

    now, health, database = _now(), read(app.home.health_file), app.database_to_read()
    rows = ledger.standing(database, app.outlets, app.timetable, now=now, alive=_alive(app, database))
    shown = [row | {"a_day": _a_day(row)} for row in rows] if output == "table" else rows
    _print(app, shown, output, STATUS_COLUMNS, empty=_no_outlet(app))
    daemon, wrong = _daemon(app, database, health, now)
    told = output == "table" and not check  # a check says only what is wrong: cron mails whatever is said
    said = [f"{row['outlet']}: {row['trouble']}" for row in rows if row["trouble"]] if told else []
    if wrong or (rows and told):
        said.append(daemon)
    found = [*late(rows, app.timetable, health=health, now=now), *unwell(rows)] if check == "all" else []
    for line in said + found:
        click.echo(for_terminal(line), err=True)
    return 3 if check and (wrong or found) else 0


def _a_day(row: Mapping[str, Any]) -> str | None:
    """How much an outlet brings, and how much is usual."""
    return None if row["usual_per_day"] is None else f"{row['articles_per_day']:g} ({row['usual_per_day']:g})"


def _daemon(app: App, database: "Database", health: "Health | None", now: datetime) -> tuple[str, bool]:
    """Say how the scheduler stands, and whether that is wrong: the times of the next runs mean nothing without one."""
    from scheduler.checkup import of_daemon
    from scheduler.lock import scheduler_lock

    lock = scheduler_lock(app.home.locks, database)
    held, holder = lock.held(), lock.holder()
    if wrong := of_daemon(holder, health, held=held, now=now):
        return wrong, True
    if not held:
        return "no scheduler is running: start it with `pilkada schedule run`", False
    if holder is None:
        return "a scheduler is running", False
    return f"a scheduler is running: process {holder.pid} since {_minute(holder.since, app.schedule.timezone)}", False


@schedule.command()
@click.option("--outlet", "outlets", multiple=True, metavar="SLUG", help="Only runs of this outlet; repeatable.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="How many at most.")
@format_option
@click.pass_obj
def runs(app: App, outlets: tuple[str, ...], limit: int, output: str) -> None:
    """List the newest runs, newest first."""
    from archive import agenda
    from scheduler import ledger

    database = app.database_to_read()
    with database.read() as connection:
        known = sorted({*app.outlets, *agenda.outlets(connection)})
    for outlet in outlets:
        if outlet not in known:
            raise unknown(outlet, known)
    rows = ledger.made(database, outlets=outlets, limit=limit, alive=_alive(app, database))
    if output == "table":
        rows = [row if row["kind"] == "crawl" else row | {"cause": row["kind"]} for row in rows]
    _print(app, rows, output, RUNS_COLUMNS, empty=f"no runs yet in {app.home.root}")


def _now() -> datetime:
    return datetime.now(UTC)


def _alive(app: App, database: "Database") -> "Alive":
    from scheduler.lock import outlet_lock

    return lambda outlet: outlet_lock(app.home.locks, outlet, database).held()


def _minute(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _no_outlet(app: App) -> str:
    return f"no outlet is enabled: declare one in {app.home.settings_file}"


def _print(
    app: App,
    rows: Sequence[Mapping[str, Any]],
    output: str,
    columns: Sequence[str] | None = None,
    *,
    empty: str | None = None,
) -> None:
    """Print rows; a table has its times in the schedule's zone, to the minute, and without rows says `empty`."""
    if output == "table":
        zone = app.schedule.timezone
        rows = [
            {name: _minute(cell, zone) if isinstance(cell, datetime) else cell for name, cell in row.items()}
            for row in rows
        ]
    write_rows(rows, output, columns, empty=empty)
