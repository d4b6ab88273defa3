"""The commands that keep the database in order."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from archive import commands
from archive.output import MisuseError, format_option, to_json, write_rows

if TYPE_CHECKING:
    from archive.manifest import Manifest
    from archive.settings import Home


class App(commands.App, Protocol):
    """What the command line hands to these commands as `ctx.obj`."""

    @property
    def home(self) -> "Home":
        """Where things lie in the archive's folder."""

    def own_files(self) -> Sequence[Path]:
        """Give the files of the home that a person wrote: the settings, and what they name."""

    def database_named(self) -> str | None:
        """Say which setting names a database elsewhere than in the home; None where none does."""


@click.group()
def db() -> None:
    """The database: its schema, its health, and its articles made again."""


@db.command()
@click.pass_obj
def upgrade(app: App) -> None:
    """Bring the database to this version's schema; an older one is copied beside itself first."""
    database = app.raw_database()
    if database.revision() is None:
        from archive.errors import NotFoundError

        raise NotFoundError(f"there is no archive in {database.place}: run `pilkada init`, then `pilkada crawl`")
    done = database.upgrade()
    copied = f"; the database as it was lies in {done.copy}" if done is not None and done.copy is not None else ""
    click.echo("the schema was up to date" if done is None else f"the schema is up to date now{copied}", err=True)
    if done is not None:
        from archive.tags import unlooked

        with database.read() as connection:
            number = unlooked(connection)
        if number:
            click.echo(f"of {number} articles no region, topic or actor is known: `pilkada reextract` looks", err=True)


@db.command()
@format_option
@click.pass_obj
def check(app: App, output: str) -> int:
    """Check the database file, references between rows, and the sums of all runs; exit status 5 on a finding."""
    from archive.health import findings

    rows = [{"finding": finding} for finding in findings(app.archive().database)]
    write_rows(rows, output)
    click.echo(f"{len(rows)} findings", err=True)
    return 5 if rows else 0


@db.command()
@click.pass_obj
def describe(app: App) -> None:
    """Print what the tables are, as metadata for Datasette: `datasette pilkada.db -m FILE` shows them in a browser."""
    from archive.tablebook import metadata

    click.echo(to_json(metadata(app.archive().database.path.stem)))


_FILE = click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
_NOT_OURS = {".zst", ".xz", ".bz2", ".zip", ".7z", ".db"}
"""Endings of names that would say something else than what is written."""


@db.command()
@_FILE
@click.option(
    "--without-warc", is_flag=True, help="Only names and digests of the WARC files, which are copied by other means."
)
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def backup(app: App, file: Path, *, without_warc: bool, output: str) -> int:
    """Write the archive to FILE.tar or FILE.tar.gz while crawls go on; exit status 5 where it is damaged."""
    from datetime import UTC, datetime
    from importlib.metadata import version

    from archive.backup import back_up

    if file.is_dir():
        raise MisuseError(f"{file} is a folder: name a file in it, such as {file / 'cadangan.tar'}")
    if file.exists():
        raise MisuseError(f"{file} is there already: name a new one, or delete it first")
    if file.suffix in _NOT_OURS:
        raise MisuseError(f"{file.name}: name a file that ends in .tar, or .tar.gz")
    with _progress() as show:
        done = back_up(
            app.raw_database(),
            app.home,
            file,
            settings=app.own_files(),
            software=version("pilkada"),
            now=datetime.now(UTC),
            warc=not without_warc,
            on_progress=show,
        )
    if output == "json":
        click.echo(
            to_json(
                {
                    "file": str(file),
                    "size": done.size,
                    "manifest": done.manifest,
                    "sums": done.sums,
                    "damaged": done.damaged,
                }
            )
        )
    else:
        click.echo(f"{_counted(done.manifest)}, {done.size:,} bytes, written to {file}")
    for line in done.damaged:
        click.echo(f"damaged: {line}", err=True)
    if done.damaged:
        click.echo("what is damaged in the archive is so in the backup: `pilkada verify` tells all", err=True)
    return 5 if done.damaged else 0


@db.command()
@_FILE
@click.pass_obj
def restore(app: App, file: Path) -> int:
    """Make a backup an archive again, in a new or empty --home, once every digest in it was proven."""
    from archive import restore as restoring
    from archive.unpacking import told_by

    told = told_by(file)
    if where := app.database_named():
        raise MisuseError(f"{where} names a database, and a backup is restored to the home: unset it meanwhile")
    if why := restoring.obstacle(app.home, told):
        raise MisuseError(why)
    with _progress() as show:
        done = restoring.restore(file, app.home, on_progress=show)
    click.echo(f"{_counted(told)} restored to {app.home.root}")
    home = f"pilkada --home {app.home.root}"
    orders = "knows no order to take an article down"
    if told.orders.last is not None:
        number = f"{told.orders.number} order{'' if told.orders.number == 1 else 's'}"
        orders = f"knows {number} to take an article down, the last of {told.orders.last:%Y-%m-%d %H:%M} UTC"
    click.echo(
        f"the backup was made at {told.made_at:%Y-%m-%d %H:%M} UTC and {orders}: give later ones again", err=True
    )
    for name in done.aside:
        why = "there were settings already, or these name a database elsewhere"
        click.echo(f"{app.home.root / name}: put aside, since {why}", err=True)
    if done.missing:
        click.echo(f"put these {len(done.missing)} WARC files into {app.home.warc}, then `{home} verify`:", err=True)
        for name, digest in sorted(done.missing.items()):
            click.echo(f"  {name}  sha256 {digest or 'unknown'}", err=True)
    if done.older:
        click.echo(f"its schema is older: `{home} db upgrade`", err=True)
    return 0


def _counted(told: "Manifest") -> str:
    """Say in a few words what a backup holds."""
    articles, captures, files = told.articles, told.captures, sum(bool(one.held) for one in told.warc)
    where = f"in {files} WARC file{'' if files == 1 else 's'}"
    left = "" if told.warc_included else ", which it does not hold,"
    return f"{articles} article{'' if articles == 1 else 's'}, {captures} capture{'' if captures == 1 else 's'} {where}{left}"


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Give what shows on a terminal how far it is; elsewhere nothing."""
    import sys

    from archive.manifest import MB

    shown = -1

    def show(done: int, of: int) -> None:
        nonlocal shown
        if done // MB != shown:
            shown = done // MB
            click.echo(f"\r\x1b[K{shown:,} of {of // MB:,} MB", nl=False, err=True)

    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    try:
        yield show
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)
