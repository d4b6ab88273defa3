"""`pilkada schedule alerts test` and `schedule digest`: whether those who are to be told can be, and a summary."""

from typing import TYPE_CHECKING, Protocol

import click

from archive.output import MisuseError, format_option, write_rows

if TYPE_CHECKING:
    from archive.database import Database
    from archive.settings import Home
    from scheduler.watch import Watch

NOT_TAKEN = 3
TEST = (
    "Pilkada: a test",
    "This is a test: you will be told here when an outlet's health changes.\n\n  $ pilkada schedule status\n",
)


class App(Protocol):
    """What the command line hands to these commands as `ctx.obj`."""

    home: "Home"

    @property
    def watch(self) -> "Watch":
        """What judges outlets, and tells people."""

    def database_to_read(self) -> "Database":
        """Give the archive's database, an empty one in its stead where there is none yet."""


def _somebody(app: App) -> None:
    """Refuse to go on where nobody is to be told.

    Raises:
        MisuseError: `alerts.to` is empty.
    """
    if not app.watch.settings.to:
        raise MisuseError(
            f'nobody is to be told: write to = ["mailto://…"] under [alerts] in {app.home.settings_file},'
            " with addresses as Apprise has them"
        )


@click.group()
def alerts() -> None:
    """Who is told when an outlet's health changes."""


@alerts.command()
@format_option
@click.pass_obj
def test(app: App, output: str) -> int:
    """Send a test to every address, and say which of them took it."""
    from scheduler.alertsettings import masked_address

    _somebody(app)
    taken = app.watch.courier.announce(*TEST)
    rows = [
        {"number": number, "address": masked_address(address), "taken": took}
        for number, (address, took) in enumerate(zip(app.watch.settings.to, taken, strict=True), start=1)
    ]
    write_rows(rows, output)
    return 0 if all(taken) else NOT_TAKEN


@click.command()
@click.option("--hours", default=24, show_default=True, type=click.IntRange(1, 24 * 366), help="How far back it goes.")
@click.option("--send", is_flag=True, help="Send it to those who are told of changes, too.")
@click.pass_obj
def digest(app: App, *, hours: int, send: bool) -> int:
    """Print how outlets do, what came in the last hours, and what needs a hand."""
    from archive.text import for_terminal

    if send:
        _somebody(app)
    title, text = app.watch.digest(app.database_to_read(), hours)
    click.echo(for_terminal(text), nl=False)
    if not send:
        return 0
    taken = app.watch.courier.announce(title, text)
    click.echo(f"{sum(taken)} of {len(taken)} addresses took it", err=True)
    return 0 if all(taken) else NOT_TAKEN
