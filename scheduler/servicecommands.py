"""`pilkada schedule reload`, `unit` and `containerfile`: the daemon as others start, watch and change it."""

import getpass
import sys
import time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scheduler.commands import App


ANSWER_SECONDS = 30.0
"""How long the daemon may take to read its settings: its main loop may wait for the archive."""


@click.command()
@click.pass_obj
def reload(app: "App") -> None:
    """Have the daemon read its settings anew, without stopping what runs; bad ones are refused whole, and it goes on."""
    from scheduler.heartbeat import read
    from scheduler.lock import scheduler_lock
    from scheduler.processes import ask_to_reload

    app.renewed()  # what is wrong with them is said here, too
    holder = scheduler_lock(app.home.locks).holder()
    if holder is None:
        click.echo("no scheduler is running in this home: the next `pilkada schedule run` reads them", err=True)
        return
    before = read(app.home.health_file)
    try:
        ask_to_reload(holder.pid)
    except OSError as error:
        raise click.ClickException(f"process {holder.pid} cannot be asked: {error.strerror or error}") from error
    ending = time.monotonic() + ANSWER_SECONDS
    while (health := read(app.home.health_file)) is None or (
        before and health.settings_read_at == before.settings_read_at
    ):
        if time.monotonic() > ending:
            raise click.ClickException(f"process {holder.pid} has not read its settings within {ANSWER_SECONDS:g} s")
        time.sleep(0.1)
    if health.refused:
        raise click.ClickException(f"process {holder.pid} goes by older settings: {health.refused}")
    click.echo(f"the scheduler (process {holder.pid}) goes by the settings as they are now", err=True)


@click.command()
@click.option("--user", "own", is_flag=True, help="A unit for your own manager (systemctl --user), not the system's.")
@click.option("--run-as", metavar="NAME", help="Who runs it [you]; a user that has nothing else to do is best.")
@click.option(
    "--reach",
    multiple=True,
    metavar="ADDRESS",
    help="An address in a private network that is needed, of the archive's server say; repeatable. "
    "The name servers of this machine are let through anyway.",
)
@click.option(
    "--write",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder beside the home that is written to, of an SQLite file elsewhere say; repeatable.",
)
@click.pass_context
def unit(ctx: click.Context, *, own: bool, run_as: str | None, reach: tuple[str, ...], write: tuple[Path, ...]) -> None:
    """Print a systemd unit for the daemon of this installation and home."""
    from scheduler.unit import Place, name_servers
    from scheduler.unit import unit as unit_of

    app: App = ctx.obj
    config = ctx.find_root().params.get("config")
    try:
        known = name_servers(Path("/etc/resolv.conf").read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        known = ()
    place = Place(
        python=Path(sys.executable),
        home=app.home.root,
        config=config.absolute() if config else None,
        user=None if own else run_as or getpass.getuser(),
        parallel=app.schedule.parallel,
        reached=(*known, *reach),
        written=tuple(path.absolute() for path in write),
    )
    click.echo(unit_of(place), nl=False)


@click.command()
def containerfile() -> None:
    """Print a container file for the daemon: a wheel installed, nobody's rights, a volume for the home."""
    click.echo(files("scheduler").joinpath("data/Containerfile").read_text("utf-8"), nl=False)
