"""A release of a data set: a folder that can be given away, with the query, the codebook, counts and checksums in it.

Unless it is asked for, nothing is in it that gives a text back: `data/codebook.toml` says which columns quote one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import func, select

from archive import articles, codebook, coverage, editions, handbook, long, recordschema, uncovered
from archive.arrow import write_parquet
from archive.columns import COUNT, COVERAGE, Columns
from archive.cursors import Snapshot
from archive.export import write_csv
from archive.newfolder import new_folder
from archive.packagenote import Chosen, written
from archive.records import Filters
from archive.statistics import UNKNOWN
from archive.stories import Article, ReadingRow
from archive.times import utc
from archive.warc import file_digest

ARTICLES, VERSIONS, COUNTS, COVERED = "articles", "versions", "counts", "coverage"
NOTE, CODEBOOK, SCHEMA, QUERY, SUMS = "README.md", "CODEBOOK.md", "schema.json", "QUERY.json", "SHA256SUMS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What is released: how it was asked for, by which Pilkada, when, and whether with the texts."""

    filters: Filters
    query: str | None
    expanded: Sequence[Mapping[str, Any]] = ()
    """What was looked for beside what the query says."""
    software: str
    made_at: datetime
    with_text: bool = False


@dataclass(slots=True)
class Tally:
    """What is counted of articles as they pass; a cluster counts once in an outlet's month."""

    articles: Counter[tuple[str, str]] = field(default_factory=Counter)
    clusters: set[tuple[str, str, str]] = field(default_factory=set)
    copies: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Articles that are in a cluster."""
    later: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Of these, those that are not its first."""
    extractors: Counter[str] = field(default_factory=Counter)
    packs: Counter[str] = field(default_factory=Counter)

    def passing(self, records: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """Give records as they are, each counted."""
        for record in records:
            day, cluster = record["published_date"], record["cluster"]
            key = record["outlet"], day[:7] if day else UNKNOWN
            self.articles[key] += 1
            if cluster:
                self.clusters.add((*key, cluster["uid"]))
                self.copies[key] += 1
                self.later[key] += cluster["rank"] > 1
            self.extractors[record["extractor"]] += 1
            self.packs[(record["election"] or {}).get("pack", UNKNOWN)] += 1
            yield record

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give the sums by outlet and month, in this order, as `stats` counts them."""
        shared = Counter((outlet, month) for outlet, month, _ in self.clusters)
        for key in sorted(self.articles):
            number = self.articles[key]
            sums = number, number - self.copies[key] + shared[key], number - self.later[key]
            yield dict(zip(COUNT, (*key, *sums), strict=True))


def write(snapshot: Snapshot, folder: Path, release: Release) -> int:
    """Write the articles of a snapshot and all that belongs to them into a new folder; give how many articles.

    The same archive and release give the same bytes, but for the time, which stands in `QUERY.json`, and what it makes of
    days in `coverage.csv`.

    Raises:
        ExportError: the folder has something in it, or is a file.
        ArchiveUnavailableError: it cannot be written.
    """
    held = tables(with_text=release.with_text)
    tally = Tally()
    codebooks: Counter[str] = Counter()
    with new_folder(folder) as beside:
        rows = {ARTICLES: _parquet(tally.passing(snapshot.rows), beside, ARTICLES, held)}
        rows[VERSIONS] = _parquet(_versions(snapshot, beside, codebooks), beside, VERSIONS, held)
        for name in long.TABLES:
            made = long.LongRows(_lists(beside, name, held[name][1]), name)
            rows[name] = _parquet(made, beside, name, held)
        with (beside / f"{COUNTS}.csv").open("w", encoding="utf-8", newline="") as file:
            rows[COUNTS] = write_csv(tally.rows(), file, COUNT)
        covered = uncovered.days(snapshot.connection, release.filters, release.made_at)
        with (beside / f"{COVERED}.csv").open("w", encoding="utf-8", newline="") as file:
            rows[COVERED] = write_csv(map(coverage.record, covered), file, COVERAGE)
        chosen = Chosen(
            rows=rows,
            gaps=Counter(row.outlet for row in covered if row.verdict in coverage.GAPS),
            outlets=len({outlet for outlet, _ in tally.articles}),
            months=sorted(month for month in {month for _, month in tally.articles} if month != UNKNOWN),
            undated=sum(number for (_, month), number in tally.articles.items() if month == UNKNOWN),
            query=release.query,
            filtered=release.filters != Filters(),
            left_out={} if release.with_text else left_out(),
        )
        _write(beside / NOTE, written(chosen))
        _write(beside / CODEBOOK, f"# Codebook\n\n{handbook.markdown(held)}")
        _write(beside / SCHEMA, handbook.pretty(recordschema.collection(held)))
        told = {"extractors": tally.extractors, "election_packs": tally.packs, "tag_codebooks": codebooks}
        _write(beside / QUERY, handbook.pretty(_query(release, snapshot.cursor, rows[ARTICLES]) | _sorted(told)))
        names = sorted(path.name for path in beside.iterdir())
        _write(beside / SUMS, "".join(f"{file_digest(beside / name)}  {name}\n" for name in names))
    return rows[ARTICLES]


def tables(*, with_text: bool) -> dict[str, tuple[str, Columns]]:
    """Give the tables of a package by the names of their files: what a row is, and which columns it has."""
    kinds = {
        ARTICLES: "article",
        VERSIONS: "version",
        **{name: name for name in long.TABLES},
        COUNTS: "count",
        COVERED: COVERED,
    }
    return {
        name: (kind, codebook.TABLES[kind] if with_text else codebook.without_quotes(kind))
        for name, kind in kinds.items()
    }


def left_out() -> dict[str, list[str]]:
    """Give the columns that a package without texts leaves out, by table."""
    return {name: told for name, (kind, _) in tables(with_text=False).items() if (told := codebook.quoting(kind))}


def _parquet(
    rows: Iterable[Mapping[str, Any]], folder: Path, name: str, held: Mapping[str, tuple[str, Columns]]
) -> int:
    with (folder / f"{name}.parquet").open("wb") as file:
        return write_parquet(rows, file, held[name][1])


def _read(folder: Path, columns: list[str]) -> Iterator[list[dict[str, Any]]]:
    """Read back some columns of the articles that were written: the records are put together once."""
    from pyarrow import parquet

    with parquet.ParquetFile(folder / f"{ARTICLES}.parquet") as file:
        for batch in file.iter_batches(articles.BATCH, columns=columns):
            yield batch.to_pylist()


def _versions(snapshot: Snapshot, folder: Path, codebooks: Counter[str]) -> Iterator[dict[str, Any]]:
    """Give the versions of the articles that were written, and count by which data their tags were made."""
    for batch in _read(folder, ["uid"]):
        uids = [row["uid"] for row in batch]
        made = select(ReadingRow.codebook, func.count()).join(Article, Article.reading_id == ReadingRow.id)
        for name, number in snapshot.connection.execute(
            made.where(Article.uid.in_(uids)).group_by(ReadingRow.codebook)
        ):
            codebooks[name or UNKNOWN] += number
        yield from editions.rows(snapshot.connection, uids)


def _lists(folder: Path, name: str, columns: Columns) -> Iterator[dict[str, Any]]:
    """Give one list of each article that was written, of its parts those that the long table has."""
    parts = [part for part in columns if part != "uid"]
    for batch in _read(folder, ["uid", name]):
        for row in batch:
            held = row[name]
            yield {"uid": row["uid"], name: held and [{part: one[part] for part in parts} for one in held]}


def _query(release: Release, cursor: str, number: int) -> dict[str, Any]:
    return {
        "made_at": utc(release.made_at),
        "pilkada": release.software,
        "query": release.query,
        "expanded": list(release.expanded),
        "filters": msgspec.to_builtins(release.filters),
        "articles": number,
        "with_text": release.with_text,
        "cursor": cursor,
    }


def _sorted(told: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {name: dict(sorted(counted.items())) for name, counted in told.items()}


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")
