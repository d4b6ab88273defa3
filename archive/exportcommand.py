"""The command that writes articles, their versions or their likenesses to a file."""

from pathlib import Path
from typing import Any

import click

from archive.commands import App, filter_options, make_filters
from archive.output import MisuseError


@click.command()
@click.option(
    "--to", "target", type=click.Path(path_type=Path), required=True, help="FILE.jsonl, .csv, .parquet or .xlsx"
)
@filter_options
@click.option("--query", help="Only articles that this search finds.")
@click.option("--versions", is_flag=True, help="A row for each version of the articles.")
@click.option("--pairs", is_flag=True, help="A row for two articles that share a source; FILE.gexf is a graph.")
@click.option(
    "--nodes",
    type=click.Choice(["outlets", "articles"]),
    help="What the graph joins, outlets unless told.",
)
@click.pass_obj
def export(
    app: App, /, *, target: Path, query: str | None, versions: bool, pairs: bool, nodes: str | None, **asked: Any
) -> None:
    """Write articles to a file, whole or not at all; prints how many."""
    if versions and pairs:
        raise MisuseError("--versions and --pairs are two files: ask for one at a time")
    if pairs and query is not None:
        raise MisuseError("--pairs takes filters and no --query")
    graph = target.suffix.lower() == ".gexf"
    if graph and not pairs:
        raise MisuseError(f"{target.name} is a graph, which is made of --pairs")
    if nodes and not graph:
        raise MisuseError("--nodes is for a graph: --pairs --to FILE.gexf")
    filters = make_filters(app, **asked)
    archive = app.archive()
    if not versions:
        archive.look_for_copies()  # a crawl that was killed, or goes on, has stored more than it has compared
    if graph:
        from archive import gexf

        nodes = nodes or "outlets"
        made = (gexf.of_articles if nodes == "articles" else gexf.of_outlets)(archive.pairs(filters))
        gexf.write(made, target)
        click.echo(f"{_number(len(made.nodes), nodes[:-1])} and {_number(len(made.edges), 'edge')} written to {target}")
        return
    from archive import columns
    from archive.export import write

    if pairs:
        told = _number(write(archive.pairs(filters), target, columns.PAIR), "pair")
    elif versions:
        told = _number(write(archive.versions(filters, query), target, columns.VERSION), "version")
    else:
        records = archive.articles(filters) if query is None else archive.matching(query, filters)
        told = _number(write(records, target), "article")
    click.echo(f"{told} written to {target}")


def _number(count: int, of: str) -> str:
    return f"{count} {of}{'' if count == 1 else 's'}"
