"""A search: the query read, the index asked, and what it found put together with what the database holds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from archive import articles, clusters, paging
from archive.database import Database
from archive.index import SearchIndex
from archive.paging import Sort
from archive.query import ParsedQuery, parse
from archive.records import Filters
from archive.snippets import Snippet, snippet
from archive.text import for_terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One article that a search found: its record without the body, and the piece that shows why."""

    record: dict[str, Any]
    snippet: Snippet
    score: float | None
    collapsed: int = 0
    """How many further hits of its cluster it stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a search found; `total` is exact, `took_ms` what it took without starting the program.

    `expanded` is what was looked for beside what was typed, `next` the key after which the next page begins (None on the
    last one), `facets` how many articles have which value, if they were asked for: the most frequent value first, months in
    their order.
    """

    query: str
    expanded: list[dict[str, Any]]
    total: int
    took_ms: float
    hits: list[Found]
    facets: dict[str, list[dict[str, Any]]] | None
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `Archive.search` was asked, which says what each means."""

    query: str
    filters: Filters
    sort: Sort
    limit: int
    after_key: str | None
    expand: bool
    collapse: bool
    facets: bool


def read(query: str, *, expand: bool) -> ParsedQuery:
    """Give the tree of a query, with other ways to say what it asks for if these are wanted.

    Raises:
        QueryError: it cannot be read.
    """
    parsed = parse(query)
    if not expand:
        return parsed
    from archive import expansions

    return expansions.expand(parsed)


def find(database: Database, up_to_date: Callable[[], SearchIndex], asked: Asked) -> Findings:
    """Give what a search finds in the index, which is brought up to date once the query has been read.

    Raises:
        QueryError: the query cannot be read.
        PageKeyError: the key is none, or one of another order.
    """
    after = None if asked.after_key is None else paging.read(asked.after_key, asked.sort)
    parsed = read(asked.query, expand=asked.expand)
    started = time.perf_counter()
    index = up_to_date()
    # What is collapsed is counted exactly: all that is found is looked at, 0.5 s where that is 100,000 articles.
    most = index.search(parsed, filters=asked.filters, limit=0).total if asked.collapse else asked.limit + 1
    result = index.search(
        parsed, filters=asked.filters, sort=asked.sort, limit=most, after=None if asked.collapse else after
    )
    total, found, standing = result.total, list(result.hits), {}
    counted = None
    with database.read() as connection:
        if asked.collapse:
            standing = clusters.folded(connection, [hit.uid for hit in found])
            total = len(standing)
            found = [hit for hit in found if hit.uid in standing and (after is None or hit.place > after)]
        more, found = len(found) > asked.limit, found[: asked.limit]
        records = articles.by_uid(connection, [hit.uid for hit in found])
        if asked.facets:
            from archive.facets import named

            counted = named(connection, index.facets(parsed, filters=asked.filters))
    hits = []
    for hit in found:
        record = records.get(hit.uid)
        if record is not None:
            shown = snippet(for_terminal(record.pop("body")), parsed)
            hits.append(Found(record=record, snippet=shown, score=hit.score, collapsed=standing.get(hit.uid, 0)))
    return Findings(
        query=asked.query,
        expanded=[{"term": one.term, "also": list(one.also)} for one in parsed.expanded],
        total=total,
        took_ms=round((time.perf_counter() - started) * 1000, 1),
        hits=hits,
        facets=counted,
        next=paging.key(asked.sort, found[-1].place) if more else None,
    )
