"""The archive as one object: opened, searched, listed; what the command line and `from pilkada import Archive` use."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from archive import articles, changes, versions
from archive.database import Database
from archive.errors import NotFoundError
from archive.index import SearchIndex, Sort
from archive.query import parse
from archive.records import Filters
from archive.settings import ArchiveSettings, Home
from archive.snippets import Snippet, snippet
from archive.text import for_terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One article that a search found: its record without the body, and the piece that shows why."""

    record: dict[str, Any]
    snippet: Snippet
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a search found; `total` is exact, `took_ms` what it took without starting the program."""

    query: str
    total: int
    took_ms: float
    hits: list[Found]


class Archive:
    """One archive: the database, the captures and the search index of a home."""

    def __init__(self, home: Home, database: Database) -> None:
        self.home = home
        self.database = database

    @classmethod
    def open(cls, home_or_url: str | Path, *, url: str | None = None) -> Self:
        """Open the archive in a folder, or the one that a database's address names (its folder is the home then).

        The folder's `pilkada.toml` may name another database, as may `url`, which goes before it.

        Raises:
            ArchiveError: there is none, or it cannot be read; the text says what to do.
        """
        home = Path(home_or_url)
        if isinstance(home_or_url, str) and "://" in home_or_url:
            url = home_or_url
            home = Database(url).path.parent
        layout = Home(home)
        url = url or layout.url_in_settings()
        database = Database(layout.database_url(ArchiveSettings(url=url)))
        if database.revision() is None:
            raise NotFoundError(f"there is no archive in {home}: run `pilkada init`, then `pilkada crawl`")
        database.ensure()
        return cls(layout, database)

    def search(
        self,
        query: str,
        *,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        sort: Sort = "relevance",
        limit: int = 20,
    ) -> Findings:
        """Find articles by words and phrases; what was stored a moment ago is found too.

        Raises:
            QueryError: the query cannot be read; the text points at the character.
        """
        parsed = parse(query)
        started = time.perf_counter()
        self.catch_up()
        index = SearchIndex.open(self.home.index, locks=self.home.locks)
        result = index.search(parsed, filters=filters, sort=sort, limit=limit)
        with self.database.read() as connection:
            records = articles.by_uid(connection, [hit.uid for hit in result.hits])
        hits = []
        for hit in result.hits:
            record = records.get(hit.uid)
            if record is not None:
                body = for_terminal(record.pop("body"))
                hits.append(Found(record=record, snippet=snippet(body, parsed), score=hit.score))
        took = round((time.perf_counter() - started) * 1000, 1)
        return Findings(query=query, total=result.total, took_ms=took, hits=hits)

    def catch_up(self) -> int:
        """Bring the search index up to date; give how many changes that took."""
        index = SearchIndex.open(self.home.index, locks=self.home.locks)
        with self.database.read() as connection:
            newest = changes.newest(connection)
            return index.catch_up(lambda after: changes.after(connection, after), until=newest)

    def articles(self, filters: Filters = Filters()) -> Iterator[dict[str, Any]]:  # noqa: B008 - frozen
        """Give the records that pass the filters, in order of their id, one at a time."""
        with self.database.read() as connection:
            yield from articles.stream(connection, filters)

    def matching(self, query: str, filters: Filters = Filters()) -> Iterator[dict[str, Any]]:  # noqa: B008 - frozen
        """Give the records of all articles that a search finds, newest first, one at a time."""
        parsed = parse(query)
        self.catch_up()
        index = SearchIndex.open(self.home.index, locks=self.home.locks)
        total = index.search(parsed, filters=filters, sort="newest", limit=1).total
        uids = [hit.uid for hit in index.search(parsed, filters=filters, sort="newest", limit=max(total, 1)).hits]
        with self.database.read() as connection:
            for start in range(0, len(uids), articles.BATCH):
                some = uids[start : start + articles.BATCH]
                found = articles.by_uid(connection, some)
                yield from (found[uid] for uid in some if uid in found)

    def get(self, name: str, *, version: int | None = None) -> dict[str, Any]:
        """Give one article by id, uid or address, as it is or as a version of it was, with its versions under `history`.

        Raises:
            NotFoundError: there is no such article, or it has no such version.
        """
        with self.database.read() as connection:
            uid = articles.resolve(connection, name)
            record = articles.by_uid(connection, [uid]).get(uid) if uid else None
            if uid is None or record is None:
                raise NotFoundError(f"there is no article {name} in this archive")
            if version is not None:
                held = record["versions"]
                record = articles.of_version(connection, uid, version)
                if record is None:
                    raise NotFoundError(
                        f"article {name} has {held} version{'' if held == 1 else 's'}, and no {version}"
                    )
            return record | {"history": versions.history(connection, uid), "members": []}
