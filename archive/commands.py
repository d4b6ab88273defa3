"""The commands that look things up in the archive, hand them on, and keep it in order."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from archive.output import WIDTH, MisuseError, format_option, room, to_json, write_rows

if TYPE_CHECKING:
    from archive.archive import Archive, Findings
    from archive.database import Database
    from archive.records import Filters, TagKind
    from archive.snippets import Snippet

Command = TypeVar("Command", bound=Callable[..., Any])


OPERATORS = re.compile(r"(?<!\S)(?:AND|OR|NOT|-\w+|\w+\*|(?:title|author|place|outlet|tag|actor):\S*)(?!\S)")
"""What other query languages know, and ours does not yet."""


class App(Protocol):
    """What the command line hands to these commands as `ctx.obj`."""

    def archive(self) -> "Archive":
        """Give the archive for reading."""

    def raw_database(self) -> "Database":
        """Give the database as it is, whatever its schema."""

    def listed(self, kind: "TagKind") -> "Sequence[tuple[str, str]]":
        """Give value and name of the topics or actors that the election's data knows, whether an article has them or not."""


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


@click.command()
@click.argument("query", nargs=-1, required=True)
@filter_options
@click.option("--sort", type=click.Choice(["relevance", "newest", "oldest"]), default="relevance", show_default=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many are shown.")
@click.option("--collapse", is_flag=True, help="Of a story that several outlets ran, the first hit only.")
@format_option
@click.pass_obj
def search(
    app: App, /, query: tuple[str, ...], *, sort: Any, limit: int, collapse: bool, output: str, **asked: Any
) -> None:
    """Search the archive for words (all of them, in any form) and "phrases"."""
    filters = make_filters(app, **asked)
    found = app.archive().search(" ".join(query), filters=filters, sort=sort, limit=limit, collapse=collapse)
    hits = [
        hit.record
        | {"snippet": hit.snippet.text, "score": hit.score}
        | ({"collapsed": hit.collapsed} if collapse else {})
        for hit in found.hits
    ]
    if output == "json":
        answer = {
            "query": found.query,
            "expanded": None,
            "total": found.total,
            "took_ms": found.took_ms,
            "hits": hits,
            "facets": None,
            "next": None,
        }
        click.echo(to_json(answer))
    elif output == "table":
        _print_findings(found, collapse=collapse)
        if taken := OPERATORS.findall(found.query):
            said = ", ".join(dict.fromkeys(taken))
            click.echo(f"{said}: searched for as a word, since a query has words and phrases only", err=True)
    else:
        write_rows(hits, output)


def _print_findings(found: "Findings", *, collapse: bool) -> None:
    for hit in found.hits:
        record = hit.record
        where = [record["outlet"], record["published_date"] or "undated", record["place"] or "", record["uid"]]
        where.append(record["state"] if record["state"] != "live" else "")
        if collapse and record["cluster"]:
            others = record["cluster"]["size"] - 1
            where.append(f"+{others} cop{'y' if others == 1 else 'ies'}")
        click.secho(_line(record["title"]), bold=True)
        click.echo(_line("  ".join(filter(None, where)), indent=2))
        click.echo(_snippet_lines(hit.snippet))
        click.echo()
    shown = f", {len(found.hits)} shown" if len(found.hits) < found.total else ""
    one, several = ("story", "stories") if collapse else ("article", "articles")
    click.echo(f"{found.total} {one if found.total == 1 else several}{shown}, {found.took_ms:.0f} ms", err=True)


def _width() -> int:
    """Give the columns of running text: longer lines than 80 are hard to read."""
    return min(room(), WIDTH)


def _line(text: str, indent: int = 0) -> str:
    from archive.text import fitted, for_terminal

    return " " * indent + fitted(" ".join(for_terminal(text).split()), _width() - indent)


def _snippet_lines(snippet: "Snippet") -> str:
    """Give a snippet in lines of at most 80 columns with its matches in bold; marks follow their words when lines break."""
    from archive.text import columns

    bold = {at for start, end in snippet.marks for at in range(start, end)}
    width = _width()
    lines, line, column = [], "    ", 4
    for word in re.finditer(r"\S+", snippet.text):
        size = columns(word[0])
        if column > 4 and column + 1 + size > width:
            lines.append(line)
            line, column = "    ", 4
        if column > 4:
            line, column = line + " ", column + 1
        marked = any(at in bold for at in range(word.start(), word.end()))
        line += click.style(word[0], bold=True) if marked else word[0]
        column += size
    return "\n".join([*lines, line])


@click.command()
@click.argument("name", metavar="ID|URL")
@click.option("--version", type=click.IntRange(1), help="As this version had it.")
@click.option(
    "--diff",
    is_flag=True,
    help="What this version, or the last one, changed; of an only one, against its cluster's first.",
)
@click.option("--against", metavar="first|ID|URL", help="The difference to its cluster's first, or to any article.")
@click.option("--format", "output", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.pass_obj
def show(app: App, name: str, *, version: int | None, diff: bool, against: str | None, output: str) -> None:
    """Show one article by id, uid or address: its text, its versions, its captures; as HTML, a page to keep or print."""
    from archive.orders import TakenDownError

    archive = app.archive()
    if diff or against is not None:
        archive.look_for_copies()
    try:
        record = archive.get(name, version=version)
    except TakenDownError as error:
        if output == "html":
            raise
        _print_taken(error.tombstone, output)
        return
    if diff or against is not None:
        other = archive.compared(record, against)
        if other is None:
            click.echo(_nothing_before(record, against), err=True)
        else:
            _print_difference(other, record, output)
    elif output == "json":
        click.echo(to_json(record))
    elif output == "html":
        from archive.printout import of_article

        click.echo(of_article(record))
    else:
        _print_article(record)


def _print_taken(tombstone: dict[str, Any], output: str) -> None:
    from archive.takedowncommands import print_tombstone

    if output == "json":
        click.echo(to_json(tombstone))
    else:
        print_tombstone(tombstone)


def _nothing_before(record: dict[str, Any], against: str | None) -> str:
    if against not in (None, "first"):
        return f"{against} is the article itself: --diff shows what its versions changed"
    said = f"version {record['version']} of {record['versions']}: nothing came before it"
    if record["cluster"] and record["cluster"]["rank"] == 1:
        return f"{said}, and it is the first of its cluster: --against ID compares it with another article"
    return f"{said}, and no other outlet has its text" if record["versions"] == 1 else said


def _print_difference(old: dict[str, Any], new: dict[str, Any], output: str) -> None:
    import sys

    from archive import difference

    if output == "json":
        click.echo(to_json(difference.between(old, new)))
    elif output == "html":
        from archive.printout import of_difference

        click.echo(of_difference(old, new))
    else:
        click.echo("\n\n".join(difference.paragraphs(old, new, _width(), coloured=sys.stdout.isatty())))


def _print_article(record: dict[str, Any]) -> None:
    import textwrap

    from archive import particulars
    from archive.text import for_terminal

    def wrapped(text: str, **options: Any) -> str:
        return "\n".join(textwrap.wrap(for_terminal(text), _width(), **options)) or ""

    click.secho(wrapped(record["title"]), bold=True)
    click.echo()
    for name, text in particulars.of(record):
        click.echo(wrapped(f"{name:<10}{text}", subsequent_indent=" " * 10, break_on_hyphens=False))
    click.echo()
    for block in record["body"].split("\n\n"):
        click.echo(wrapped(block) + "\n")
    click.echo("captures")
    for capture in record["captures"]:
        place = "taken down" if capture["offset"] is None else f"{capture['file']} @{capture['offset']}"
        click.echo(_line(f"{capture['role']:<7} {capture['fetched_at']} {place}", indent=2))
        click.echo(_line(f"{capture['record_id']}", indent=4))
        click.echo(f"    sha256 {capture['sha256']}")


@click.command()
@format_option
@click.pass_obj
def verify(app: App, output: str) -> int:
    """Check every capture, every article and the index; exit status 5 when something is damaged."""
    import sys
    from dataclasses import asdict

    from archive.verify import verify as prove

    terminal = sys.stderr.isatty()

    def progress(done: int) -> None:
        if terminal:
            click.echo(f"\r\x1b[K{done} captures checked", nl=False, err=True)

    proof = prove(app.archive(), on_progress=progress)
    if terminal:
        click.echo("\r\x1b[K", nl=False, err=True)
    if output == "json":
        click.echo(to_json(asdict(proof)))
    else:
        write_rows([asdict(damage) for damage in proof.damaged], output)
    missing, extra = len(proof.index["missing"]), len(proof.index["extra"])
    click.echo(
        f"{proof.captures} captures, {proof.articles} articles, {len(proof.damaged)} damaged; "
        + (f"{proof.taken_down} captures taken down; " if proof.taken_down else "")
        + f"index: {missing} missing, {extra} too many",
        err=output != "table",
    )
    return 5 if proof.damaged or missing or extra else 0


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
