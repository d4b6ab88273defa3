"""The commands that keep the database in order."""

import click

from archive.commands import App
from archive.output import format_option, write_rows


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

        raise NotFoundError(f"there is no archive in {database.path.parent}: run `pilkada init`, then `pilkada crawl`")
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
