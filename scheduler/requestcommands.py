"""`pilkada schedule trigger`, `pause` and `resume`: what a person asks of the daemon."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from archive.output import MisuseError
from archive.work import Work

if TYPE_CHECKING:
    from scheduler.commands import App


def unknown(outlet: str, known: Sequence[str]) -> MisuseError:
    """Give the error that names an outlet which there is not, and those that there are."""
    names = f"known are {', '.join(known)}" if known else "none is known"
    return MisuseError(f"there is no outlet {outlet}; {names}")


@click.command()
@click.argument("outlet")
@click.option("--work", default="crawl", type=click.Choice([work.value for work in Work]), help="What [crawl].")
@click.pass_obj
def trigger(app: "App", outlet: str, work: str) -> None:
    """Ask the daemon to crawl OUTLET now, or right after what is being done there; a paused one stays paused."""
    from archive import agenda
    from scheduler.lock import scheduler_lock

    _known(app, outlet)
    database = app.database()
    with database.write() as connection:
        agenda.ask(connection, outlet, agenda.TRIGGERS[Work(work)], datetime.now(UTC))
    lock = scheduler_lock(app.home.locks, database)
    if lock.held():
        holder = lock.holder()
        process = f" (process {holder.pid})" if holder else ""
        click.echo(f"{outlet}: asked for; the scheduler{process} takes it within two seconds", err=True)
    else:
        click.echo(f"{outlet}: asked for; no scheduler is running, the next `pilkada schedule run` takes it", err=True)


@click.command()
@click.argument("outlet")
@click.pass_obj
def pause(app: "App", outlet: str) -> None:
    """Have nothing done for OUTLET by the schedule, until it is resumed; what runs goes on to its end.

    What a person asks for is done all the same: `schedule trigger`, `pilkada crawl`.
    """
    from archive import agenda

    _known(app, outlet)
    now = datetime.now(UTC)
    with app.database().write() as connection:
        since = agenda.paused(connection).get(outlet)
        if since is None:
            agenda.ask(connection, outlet, agenda.Action.PAUSE, now)
    said = "is paused" if since is None else f"was paused already, at {since:%Y-%m-%d %H:%M} UTC"
    click.echo(f"{outlet}: {said}; go on with `pilkada schedule resume {outlet}`", err=True)


@click.command()
@click.argument("outlet")
@click.pass_obj
def resume(app: "App", outlet: str) -> None:
    """Go on with a paused OUTLET: one run makes up for all that were missed."""
    from archive import agenda

    with app.database().write() as connection:
        if outlet not in agenda.paused(connection):
            _known(app, outlet)
            raise MisuseError(f"{outlet} is not paused")
        agenda.take(connection, outlet, agenda.Action.PAUSE, datetime.now(UTC))
    click.echo(f"{outlet}: goes on; what was missed meanwhile is made up for by one run", err=True)


def _known(app: "App", outlet: str) -> None:
    if outlet not in app.outlets:
        raise unknown(outlet, app.outlets)
