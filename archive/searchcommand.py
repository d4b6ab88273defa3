"""The command that searches the archive."""

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from archive.commands import App, filter_options, make_filters
from archive.output import format_option, line, running_width, to_json, wrapped, write_rows

if TYPE_CHECKING:
    from archive.search import Findings
    from archive.snippets import Snippet

_VALUES = 12
"""Values of a kind that are printed for people; `--format json` has all."""


# A query may begin with a minus, which is no option here: none of one letter is known.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("query", nargs=-1, required=True)
@filter_options
@click.option("--sort", type=click.Choice(["relevance", "newest", "oldest"]), default="relevance", show_default=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many are shown.")
@click.option("--after-key", metavar="KEY", help="Go on behind the page that gave this key.")
@click.option("--no-expand", is_flag=True, help="Look for the words alone, without abbreviations and variants of them.")
@click.option("--collapse", is_flag=True, help="Of a story that several outlets ran, the first hit only.")
@click.option(
    "--facets", is_flag=True, help="Count what is found by outlet, month, region, topic, actor, state, election."
)
@format_option
@click.pass_obj
def search(
    app: App,
    /,
    query: tuple[str, ...],
    *,
    sort: str,
    limit: int,
    after_key: str | None,
    no_expand: bool,
    collapse: bool,
    facets: bool,
    output: str,
    **asked: Any,
) -> None:
    """Search the archive.

    Words are looked for in any form, and all of them must be there. "a phrase", =exactly, begin*, OR, -not, ( ), and
    title: author: place: outlet: tag: actor: before a word are the rest of the language.
    """
    if unknown := next((word for word in query if word.startswith("--") and word[2:3].isalpha()), None):
        context = click.get_current_context()
        known = [name for option in context.command.params for name in option.opts]
        raise click.NoSuchOption(unknown, possibilities=get_close_matches(unknown, known), ctx=context)
    filters = make_filters(app, **asked)
    found = app.archive().search(
        " ".join(query),
        filters=filters,
        sort=sort,
        limit=limit,
        after_key=after_key,
        expand=not no_expand,
        collapse=collapse,
        facets=facets,
    )
    hits = [
        hit.record
        | {"snippet": hit.snippet.text, "score": hit.score}
        | ({"collapsed": hit.collapsed} if collapse else {})
        for hit in found.hits
    ]
    if output == "json":
        answer = {
            "query": found.query,
            "expanded": found.expanded,
            "total": found.total,
            "took_ms": found.took_ms,
            "hits": hits,
            "facets": found.facets,
            "next": found.next,
        }
        click.echo(to_json(answer))
        return
    if output == "table":
        _print_findings(found, collapse=collapse)
    else:
        write_rows(hits, output)
    if found.next is not None:
        click.echo(f"more: --after-key {found.next}", err=True)


def _print_findings(found: "Findings", *, collapse: bool) -> None:
    for hit in found.hits:
        record = hit.record
        where = [record["outlet"], record["published_date"] or "undated", record["place"] or "", record["uid"]]
        where.append(record["state"] if record["state"] != "live" else "")
        if collapse and record["cluster"]:
            others = record["cluster"]["size"] - 1
            where.append(f"+{others} cop{'y' if others == 1 else 'ies'}")
        click.secho(line(record["title"]), bold=True)
        click.echo(line("  ".join(filter(None, where)), indent=2))
        click.echo(_snippet_lines(hit.snippet))
        click.echo()
    for kind, rows in (found.facets or {}).items():
        _print_facet(kind, rows)
    for expansion in found.expanded:
        click.echo(_indented(f"{expansion['term']}: also {', '.join(expansion['also'])}", 2), err=True)
    shown = f", {len(found.hits)} shown" if len(found.hits) < found.total else ""
    one, several = ("story", "stories") if collapse else ("article", "articles")
    click.echo(f"{found.total} {one if found.total == 1 else several}{shown}, {found.took_ms:.0f} ms", err=True)


def _print_facet(kind: str, rows: list[dict[str, Any]]) -> None:
    """Print the first values of a kind, as many as one looks over."""
    said = [f"{row.get('name') or row['value']} {row['articles']}" for row in rows[:_VALUES]]
    more = f" and {len(rows) - _VALUES} more" if len(rows) > _VALUES else ""
    click.echo(_indented(f"{kind:<10}{', '.join(said) or 'none'}{more}", 10))


def _indented(text: str, indent: int) -> str:
    return wrapped(text, subsequent_indent=" " * indent, break_on_hyphens=False)


def _snippet_lines(snippet: "Snippet") -> str:
    """Give a snippet in lines of at most 80 columns with its matches in bold; marks follow their words when lines break."""
    from archive.text import columns

    bold = {at for start, end in snippet.marks for at in range(start, end)}
    width = running_width()
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
