"""`pilkada coverage`: what is held of each outlet's days, which fall short, and a backfill of just those."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import click

from archive.commands import Day
from archive.output import MisuseError, format_option, write_rows
from archive.text import for_terminal

if TYPE_CHECKING:
    from archive.coverage import Day as Covered
    from archive.database import Database
    from archive.gaps import Gap

DAYS = 30
"""So many days are listed where nobody says since when."""
COLUMNS = ("outlet", "day", "held", "missing", "failed", "blocked", "hours_down", "verdict")
GAP_COLUMNS = ("outlet", "first", "last", "days", "missing", "verdict", "cause")
UNKNOWN = "unknown"


class App(Protocol):
    """What the command line hands to these commands as `ctx.obj`."""

    @property
    def outlets(self) -> Sequence[str]:
        """The slugs of the enabled outlets."""

    def database_to_read(self) -> "Database":
        """Give the archive's database, an empty one in its stead where there is none yet."""

    def repair(self, spans: "Sequence[tuple[str, date, date]]") -> int:
        """Crawl some days of outlets, one after another, and print a report of each; give the exit status."""


def _days_options(command: Any) -> Any:
    for option in (
        click.option("--until", type=Day(), help="Days until this one."),
        click.option("--since", type=Day(), help="Days from this one: 2024-09-01, 30d."),
        click.option("--outlet", "outlets", multiple=True, metavar="SLUG", help="Of this outlet; may be repeated."),
    ):
        command = option(command)
    return command


@click.group(invoke_without_command=True)
@_days_options
@format_option
@click.pass_context
def coverage(ctx: click.Context, outlets: tuple[str, ...], since: date | None, until: date | None, output: str) -> None:
    """Show per outlet and day what is held, known and missing, and whether anybody looked.

    Without --since the last 30 days are shown. Days are the outlet's.
    """
    if ctx.invoked_subcommand is not None:
        if outlets or since or until or output != "table":
            raise MisuseError(f"options stand after the word: pilkada coverage {ctx.invoked_subcommand} --since …")
        return
    last = min(until or _now().date(), _now().date())
    shown = since or max(last, date.min + timedelta(days=DAYS)) - timedelta(days=DAYS - 1)
    from archive.coverage import record

    rows = [record(row) for row in _covered(ctx.obj, outlets, shown, until)]
    if output == "table":
        rows = [row | {"day": row["day"] or UNKNOWN} for row in rows]
    write_rows(rows, output, COLUMNS, empty="no outlet was crawled or imported yet")


@coverage.command()
@_days_options
@click.option("--check", is_flag=True, help="Exit with 3 where a day falls short.")
@format_option
@click.pass_obj
def gaps(
    app: App, outlets: tuple[str, ...], since: date | None, until: date | None, *, check: bool, output: str
) -> int:
    """List the days that fall short, why, and what helps; those of one cause in a row are one line."""
    found = _gaps(app, outlets, since, until)
    _print(found, output)
    if output == "table":
        for command in dict.fromkeys(one.command for one in found):
            click.echo(for_terminal(command), err=True)
    return 3 if found and check else 0


@coverage.command()
@_days_options
@click.option("--dry-run", is_flag=True, help="Send nothing: say which days would be asked for.")
@format_option
@click.pass_obj
def repair(
    app: App, outlets: tuple[str, ...], since: date | None, until: date | None, *, dry_run: bool, output: str
) -> int:
    """Backfill the days that fall short and no others, then say which still do.

    It can be stopped and goes on with the same command. What is kept and not readable is no matter of asking again:
    `pilkada reextract` reads it.
    """
    found = [one for one in _gaps(app, outlets, since, until) if one.repairable and one.outlet in app.outlets]
    spans = spans_of(found)
    if dry_run:
        rows = [{"outlet": outlet, "since": first, "until": last} for outlet, first, last in spans]
        write_rows(rows, output, empty="no day falls short")
        return 0
    if not spans:
        write_rows([], output, empty="no day falls short")
        return 0
    hasten(app.database_to_read(), spans, _now())
    status = app.repair(spans)
    write_rows(
        [asdict(one) for one in _gaps(app, outlets, since, until)], output, GAP_COLUMNS, empty="no day falls short"
    )
    return status


def spans_of(found: "Iterable[Gap]") -> list[tuple[str, date, date]]:
    """Give the days of gaps as spans, those that follow each other as one; the newest of an outlet first."""
    spans: list[tuple[str, date, date]] = []
    for one in sorted((gap for gap in found if gap.first and gap.last), key=lambda gap: (gap.outlet, gap.first)):
        assert one.first is not None
        assert one.last is not None
        if spans and spans[-1][0] == one.outlet and one.first - spans[-1][2] <= timedelta(days=1):
            spans[-1] = (one.outlet, spans[-1][1], max(one.last, spans[-1][2]))
        else:
            spans.append((one.outlet, one.first, one.last))
    return sorted(spans, key=lambda span: (span[0], -span[1].toordinal()))


def hasten(database: "Database", spans: Iterable[tuple[str, date, date]], now: datetime) -> None:
    """Have what failed on some days tried again now: a person asks, and does not wait for the next try's time."""
    from archive import missing

    with database.write() as connection:
        for outlet, first, last in spans:
            missing.hasten(connection, outlet, first, last, now)


def _covered(app: App, outlets: tuple[str, ...], since: date | None, until: date | None) -> "list[Covered]":
    from archive import coverage as covered
    from archive.runs import outlet_slugs

    if since and until and since > until:
        raise MisuseError(f"--since {since} is later than --until {until}")
    with app.database_to_read().read() as connection:
        known = sorted({*outlet_slugs(connection), *app.outlets})
        if unknown := next((slug for slug in outlets if slug not in known), None):
            raise MisuseError(f"there is no outlet {unknown}; known are {', '.join(known) or 'none'}")
        return covered.days(connection, outlets, since=since, until=until, now=_now())


def _gaps(app: App, outlets: tuple[str, ...], since: date | None, until: date | None) -> "list[Gap]":
    from archive.gaps import gaps as joined

    return joined(_covered(app, outlets, since, until))


def _print(found: "Sequence[Gap]", output: str) -> None:
    rows = [asdict(one) for one in found]
    if output == "table":
        rows = [row | {"first": row["first"] or UNKNOWN, "last": row["last"] or UNKNOWN} for row in rows]
    write_rows(rows, output, GAP_COLUMNS, empty="no day falls short")


def _now() -> datetime:
    return datetime.now(UTC)
