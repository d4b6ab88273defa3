"""The command that searches the archive."""

import re
from typing import TYPE_CHECKING, Any

import click

from archive.commands import App, filter_options, make_filters
from archive.output import format_option, line, running_width, to_json, write_rows

if TYPE_CHECKING:
    from archive.archive import Findings
    from archive.snippets import Snippet

OPERATORS = re.compile(r"(?<!\S)(?:AND|OR|NOT|-\w+|\w+\*|(?:title|author|place|outlet|tag|actor):\S*)(?!\S)")
"""What other query languages know, and ours does not yet."""


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
        click.secho(line(record["title"]), bold=True)
        click.echo(line("  ".join(filter(None, where)), indent=2))
        click.echo(_snippet_lines(hit.snippet))
        click.echo()
    shown = f", {len(found.hits)} shown" if len(found.hits) < found.total else ""
    one, several = ("story", "stories") if collapse else ("article", "articles")
    click.echo(f"{found.total} {one if found.total == 1 else several}{shown}, {found.took_ms:.0f} ms", err=True)


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
