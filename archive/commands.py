"""What the archive's commands share: the filters, and what the command line hands them."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from archive.output import MisuseError

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.database import Database
    from archive.phases import Phase
    from archive.records import Filters, TagKind

Command = TypeVar("Command", bound=Callable[..., Any])


class App(Protocol):
    """What the command line hands to these commands as `ctx.obj`."""

    def archive(self) -> "Archive":
        """Give the archive for reading."""

    def raw_database(self) -> "Database":
        """Give the database as it is, whatever its schema."""

    def listed(self, kind: "TagKind") -> "Sequence[tuple[str, str]]":
        """Give value and name of the topics or actors that the election's data knows, whether an article has them or not."""

    def phases(self, regions: "Sequence[str]") -> "tuple[str, Sequence[Phase]]":
        """Give the election's name, and its phases in all regions or around some."""

    def unwinding(self) -> AbstractContextManager[None]:
        """Have SIGTERM stop a command as Ctrl-C does, so that it takes away what it has half-written."""


class Day(click.ParamType[date]):
    """A day: `2024-11-27`, `today`, or so many days back, `7d`."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ARG002
        """Read a day."""
        if isinstance(value, date):
            return value
        today = datetime.now(UTC).astimezone().date()
        if value == "today":
            return today
        try:
            if back := re.fullmatch(r"(\d{1,5})d", value):
                return today - timedelta(days=int(back[1]))
            return date.fromisoformat(value)
        except (ValueError, OverflowError):
            name = param.opts[-1] if param else "the day"
            raise MisuseError(f"{name}: {value} is no day such as 2024-11-27, 7d or today") from None


def filter_options(command: Command) -> Command:
    """Give a command the filters, as arguments that `make_filters` takes."""
    for option in (
        click.option("--changed", is_flag=True, help="Only what has more than one version."),
        click.option("--state", type=click.Choice(["live", "suspected", "removed"]), help="As it was seen last."),
        click.option("--actor", "actors", multiple=True, help="Names this actor, by id or name; may be repeated."),
        click.option("--topic", "topics", multiple=True, help="Speaks of this topic; may be repeated."),
        click.option("--region", "regions", multiple=True, help="About this region, by code or name; may be repeated."),
        click.option("--election", is_flag=True, help="Only what is about an election."),
        click.option("--before", type=Day(), help="Published on this day or before."),
        click.option("--after", type=Day(), help="Published on this day or after: 2024-11-27, 7d, today."),
        click.option("--outlet", "outlets", multiple=True, help="Of this outlet; may be repeated."),
    ):
        command = option(command)
    return command


def make_filters(
    app: "App",
    *,
    outlets: tuple[str, ...],
    after: date | None,
    before: date | None,
    state: str | None,
    changed: bool,
    election: bool,
    regions: tuple[str, ...],
    topics: tuple[str, ...],
    actors: tuple[str, ...],
) -> "Filters":
    """Give the filters that were asked for.

    Raises:
        MisuseError: what is named is unknown, a region's name means several, or no day lies between the two.
    """
    from archive.records import Filters, State, TagKind
    from archive.tagwords import meant, region_codes

    if after and before and after > before:
        raise MisuseError(f"--after {after} is later than --before {before}")
    if outlets:
        with app.archive().database.read() as connection:
            from archive.runs import outlet_slugs

            known = outlet_slugs(connection)
        for slug in outlets:
            if slug not in known:
                raise MisuseError(f"there is no outlet {slug} in this archive; it has {', '.join(known) or 'none'}")
    return Filters(
        outlets=outlets,
        after=after,
        before=before,
        state=State(state) if state else None,
        changed=changed,
        election=election,
        regions=region_codes(regions),
        topics=meant(app, TagKind.TOPIC, topics),
        actors=meant(app, TagKind.ACTOR, actors),
    )
