"""The command that writes articles, their versions, likenesses, lists or texts to files."""

import secrets
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.commands import App, filter_options, make_filters
from archive.long import TABLES
from archive.output import MisuseError, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from archive.archive import Archive
    from archive.cursors import Snapshot
    from archive.records import Filters
    from archive.sampling import Key, Sample

KEYS = ("outlet", "month", "region", "topic", "state")
LARGEST_SEED = 2**32
"""Below which a seed is chosen: short enough to be typed again."""


class Keys(click.ParamType["tuple[Key, ...]"]):
    """What a sample's strata are made by: `outlet,month`."""

    name = "keys"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "tuple[Key, ...]":  # noqa: ARG002
        """Read the keys, each once."""
        from archive.sampling import Key

        if isinstance(value, tuple):
            return value
        named = dict.fromkeys(part.strip() for part in value.split(","))
        for name in named:
            if name not in KEYS:
                raise MisuseError(f"--stratify: {name or 'nothing'} is no key; there are {', '.join(KEYS)}")
        return tuple(map(Key, named))


@click.command()
@click.option("--to", "target", type=click.Path(path_type=Path), help="FILE.jsonl, .csv, .parquet or .xlsx")
@click.option(
    "--text", "folder", type=click.Path(path_type=Path), help="Or a new folder: a text file for each article."
)
@click.option("--package", type=click.Path(path_type=Path), help="Or a new folder: a data set with its codebook.")
@filter_options
@click.option("--with-text", is_flag=True, help="Put the texts into the package, too: they are the outlets'.")
@click.option("--query", help="Only articles that this search finds.")
@click.option("--no-expand", is_flag=True, help="Let --query find its words alone.")
@click.option("--since-cursor", metavar="CURSOR", help="Only what changed since an export that printed this cursor.")
@click.option("--rows", type=click.Choice(TABLES), help="A row for each article and value of this field.")
@click.option("--versions", is_flag=True, help="A row for each version of the articles.")
@click.option("--pairs", is_flag=True, help="A row for two articles that share a source; FILE.gexf is a graph.")
@click.option("--nodes", type=click.Choice(["outlets", "articles"]), help="What the graph joins, outlets unless told.")
@click.option("--sample", "number", type=click.IntRange(1), help="Only so many articles, drawn by chance.")
@click.option("--seed", type=click.IntRange(0), help="Draws the same sample again; one is chosen and printed.")
@click.option("--stratify", "keys", type=Keys(), help=f"Draw in proportion from each {', '.join(KEYS)}: outlet,month")
@click.pass_obj
def export(
    app: App,
    /,
    *,
    target: Path | None,
    folder: Path | None,
    package: Path | None,
    with_text: bool,
    query: str | None,
    no_expand: bool,
    since_cursor: str | None,
    rows: str | None,
    versions: bool,
    pairs: bool,
    nodes: str | None,
    number: int | None,
    seed: int | None,
    keys: "tuple[Key, ...] | None",
    **asked: Any,
) -> None:
    """Write articles to a file or a folder, whole or not at all; prints how many, and the cursor for what comes after."""
    place = target or folder or package
    if place is None or [target, folder, package].count(None) < 2:
        raise MisuseError("name one place: --to FILE, --text DIR or --package DIR")
    if with_text and not package:
        raise MisuseError("--with-text is for --package")
    kinds = {"--versions": versions, "--pairs": pairs, "--rows": rows, "--text": folder, "--package": package}
    chosen = [name for name, wanted in kinds.items() if wanted]
    if len(chosen) > 1:
        raise MisuseError(f"{chosen[0]} and {chosen[1]} are two exports: ask for one at a time")
    if pairs and query is not None:
        raise MisuseError("--pairs takes filters and no --query")
    if no_expand and query is None:
        raise MisuseError("--no-expand is for --query")
    if since_cursor is not None and (chosen or number is not None):
        raise MisuseError(f"--since-cursor is of whole articles: leave {(*chosen, '--sample')[0]} out")
    if number is None and (seed is not None or keys):
        raise MisuseError("--seed and --stratify are for a sample: --sample N")
    if number is not None and (versions or pairs or package):
        raise MisuseError(f"a sample is of articles: --sample does not go with {chosen[0]}")
    graph = target is not None and target.suffix.lower() == ".gexf"
    if graph and not pairs:
        raise MisuseError(f"{place.name} is a graph, which is made of --pairs")
    if nodes and not graph:
        raise MisuseError("--nodes is for a graph: --pairs --to FILE.gexf")
    click.get_current_context().with_resource(app.unwinding())
    filters = make_filters(app, **asked)
    archive = app.archive()
    after = None
    if graph:
        told = _write_graph(archive, filters, place, nodes or "outlets")
    elif versions or pairs:
        told = _write_others(archive, filters, query, place, pairs=pairs, expand=not no_expand)
    elif package:
        told, after = _write_package(archive, filters, query, place, expand=not no_expand, with_text=with_text)
    elif not chosen and number is None:
        told, after = _write_changes(archive.snapshot(filters, query, since=since_cursor, expand=not no_expand), place)
    else:
        from archive.export import ending_of
        from archive.newfolder import free

        free(place) if folder else ending_of(place)
        # A crawl that was killed, or goes on, has stored more than it has compared.
        archive.look_for_copies()
        if number is None:
            expand = not no_expand
            records = archive.articles(filters) if query is None else archive.matching(query, filters, expand=expand)
        else:
            seed = secrets.randbelow(LARGEST_SEED) if seed is None else seed
            sample = archive.sample(
                number, seed=seed, by=keys or (), filters=filters, query=query, expand=not no_expand
            )
            _print_sample(sample, keys or (), seed)
            records = archive.of(sample.uids)
        told = _write_texts(records, place) if folder else _write_articles(records, place, rows)
    click.echo(f"{told} written to {place}")
    if after is not None:
        click.echo(f"next cursor: {after}")


def _write_graph(archive: "Archive", filters: "Filters", place: Path, nodes: str) -> str:
    from archive import gexf

    archive.look_for_copies()
    made = (gexf.of_articles if nodes == "articles" else gexf.of_outlets)(archive.pairs(filters))
    gexf.write(made, place)
    return f"{_number(len(made.nodes), nodes[:-1])} and {_number(len(made.edges), 'edge')}"


def _write_others(
    archive: "Archive", filters: "Filters", query: str | None, place: Path, *, pairs: bool, expand: bool
) -> str:
    from archive import columns
    from archive.export import ending_of, write

    ending_of(place)
    if pairs:
        archive.look_for_copies()
        return _number(write(archive.pairs(filters), place, columns.PAIR), "pair")
    return _number(write(archive.versions(filters, query, expand=expand), place, columns.VERSION), "version")


def _write_changes(states: "AbstractContextManager[Snapshot]", place: Path) -> tuple[str, str]:
    """Write one state of the archive, or what changed since one; give what is told of it, and the cursor for the next."""
    from archive.export import ending_of, write

    ending_of(place)
    with states as snapshot:
        gone = Counter[str]()
        number = write(_counted(snapshot.rows, gone), place, snapshot.columns)
        told = _number(number - gone.total(), "article")
        return (f"{told} and {_number(gone.total(), 'tombstone')}" if gone else told), snapshot.cursor


def _counted(rows: "Iterator[dict[str, Any]]", gone: Counter[str]) -> "Iterator[dict[str, Any]]":
    """Give rows, and count those that are tombstones, by why."""
    for row in rows:
        if why := row.get("tombstone"):
            gone[why] += 1
        yield row


def _write_package(
    archive: "Archive", filters: "Filters", query: str | None, place: Path, *, expand: bool, with_text: bool
) -> tuple[str, str]:
    from datetime import UTC, datetime
    from importlib.metadata import version

    from archive import package
    from archive.newfolder import free
    from archive.search import read

    free(place)
    also = read(query, expand=expand).expanded if query is not None else ()
    release = package.Release(
        filters=filters,
        query=query,
        expanded=[{"term": one.term, "also": list(one.also)} for one in also],
        software=version("pilkada"),
        made_at=datetime.now(UTC),
        with_text=with_text,
    )
    with archive.snapshot(filters, query, expand=expand) as snapshot:
        return _number(package.write(snapshot, place, release), "article"), snapshot.cursor


def _write_texts(records: "Iterable[dict[str, Any]]", place: Path) -> str:
    from archive.textfolder import write_texts

    return _number(write_texts(records, place), "text")


def _write_articles(records: "Iterable[dict[str, Any]]", place: Path, rows: str | None) -> str:
    from archive import long
    from archive.export import write

    if rows is None:
        return _number(write(records, place), "article")
    made = long.LongRows(records, rows)
    told = _number(write(made, place, long.columns(rows)), rows[:-1])
    if made.unknown:
        click.echo(f"nobody looked for {rows} in {_number(made.unknown, 'article')}: no row says so", err=True)
    return f"{told} of {_number(made.articles, 'article')}"


def _print_sample(sample: "Sample", keys: "tuple[Key, ...]", seed: int) -> None:
    """Say what was drawn of each stratum, and the seed that draws it again."""
    if keys:
        rows = [
            {key.value: value for key, value in zip(keys, stratum, strict=True)} | {"articles": size, "drawn": drawn}
            for stratum, size, drawn in sample.strata
        ]
        write_rows(rows, "table")
    click.echo(f"{len(sample.uids)} of {_number(sample.total, 'article')} drawn with --seed {seed}")


def _number(count: int, of: str) -> str:
    return f"{count} {of}{'' if count == 1 else 's'}"
