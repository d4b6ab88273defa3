"""The archive as one object: opened, searched, listed; what the command line and `from pilkada import Archive` use."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from archive import (
    articles,
    changes,
    clusters,
    cursors,
    editions,
    labels,
    pairs,
    series,
    statistics,
)
from archive.columns import ARTICLE
from archive.cursors import Snapshot
from archive.database import Database
from archive.errors import ArchiveUnavailableError, NotFoundError
from archive.index import SearchIndex
from archive.paging import Sort
from archive.records import Filters, TagRole
from archive.search import Asked, Findings, find, read
from archive.series import Counted, Per
from archive.settings import ArchiveSettings, Home
from archive.statistics import By

if TYPE_CHECKING:
    from pyarrow import RecordBatchReader

    from archive.coverage import Day
    from archive.sampling import Key, Sample

logger = logging.getLogger(__name__)


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
            home = Database(url).path.parent  # one on a server has none: `url` is given beside the home then
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
        sort: str = Sort.RELEVANCE,
        limit: int = 20,
        after_key: str | None = None,
        expand: bool = True,
        collapse: bool = False,
        facets: bool = False,
    ) -> Findings:
        """Find articles by a query (README has the language); what was stored a moment ago is found too.

        Args:
            query: what to look for.
            filters: which articles are looked at.
            sort: `relevance`, `newest` or `oldest`.
            limit: how many hits to give.
            after_key: what an earlier search gave as `next`, to go on behind its last hit.
            expand: whether abbreviations and variants of the words are looked for too.
            collapse: whether the first hit of each cluster stands for the others; `total` counts these no more.
            facets: whether to count what is found by outlet, month, region, topic, actor, state and election. These count
                articles, also where hits are collapsed.

        Raises:
            QueryError: the query cannot be read; the text points at the character.
            PageKeyError: `after_key` is none, or one of another order.
        """
        if collapse:
            self.look_for_copies()
        asked = Asked(
            query=query,
            filters=filters,
            sort=Sort(sort),
            limit=limit,
            after_key=after_key,
            expand=expand,
            collapse=collapse,
            facets=facets,
        )
        return find(self.database, self.index_up_to_date, asked)

    def catch_up(self) -> None:
        """Look for copies of what changed, and bring the search index up to date."""
        from archive import duplicates  # 25 ms for what compares texts, which most searches do not

        duplicates.catch_up(self.database)
        self.index_up_to_date()

    def look_for_copies(self) -> None:
        """Look for copies of what changed, as far as something can be written here."""
        from archive import duplicates

        try:
            duplicates.catch_up(self.database)
        except ArchiveUnavailableError as error:
            logger.warning("clusters are as they were when something could last be written: %s", error)

    def index_up_to_date(self) -> SearchIndex:
        """Give the search index with all changes in it, as far as it can be written here."""
        index = SearchIndex.open(self.home.index, locks=self.home.locks)
        with self.database.read() as connection:
            newest = changes.newest(connection)
            index.catch_up(lambda after: changes.after(connection, after), until=newest)
        return index

    def articles(self, filters: Filters = Filters()) -> Iterator[dict[str, Any]]:  # noqa: B008 - frozen
        """Give the records that pass the filters, in order of their id, one at a time."""
        with self.database.read() as connection:
            yield from articles.stream(connection, filters)

    def matching(
        self,
        query: str,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        *,
        expand: bool = True,
    ) -> Iterator[dict[str, Any]]:
        """Give the records of all articles that a search finds, newest first, one at a time."""
        yield from self._of(self._found(query, filters, expand=expand))

    def of(self, uids: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Give the records of some articles in their order, one at a time; those that are not there are left out."""
        yield from self._of([uids[start : start + articles.BATCH] for start in range(0, len(uids), articles.BATCH)])

    def _of(self, batches: Iterable[Sequence[str]]) -> Iterator[dict[str, Any]]:
        with self.database.read() as connection:
            yield from articles.listed(connection, batches)

    @contextmanager
    def snapshot(
        self,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        query: str | None = None,
        *,
        since: str | None = None,
        expand: bool = True,
    ) -> Iterator[Snapshot]:
        """Give the records of one state of the archive and its cursor: of all that passes, or of what changed `since` one.

        Who replaces what they hold by the records, and drops what comes as a tombstone, holds what passes now, as long as
        filters and query stay the same. While crawls write, nothing is missed.

        Raises:
            CursorError: `since` is no cursor of this archive as it is.
            QueryError: the query cannot be read.
        """
        self.look_for_copies()
        found, until = None, None
        if query is not None:
            index = self.index_up_to_date()
            until = index.applied  # what the index is behind is told of the next time
            found = self._found(query, filters, expand=expand, index=index)
        with self.database.read() as connection:
            if since is not None:
                uids = None if found is None else frozenset(uid for some in found for uid in some)
                rows = cursors.changed(connection, cursors.read(connection, since), filters, uids)
            elif found is not None:
                rows = articles.listed(connection, found)
            else:
                rows = articles.stream(connection, filters)
            columns = ARTICLE if since is None else cursors.COLUMNS
            cursor = cursors.give(connection, until)
            yield Snapshot(rows=rows, columns=columns, cursor=cursor, connection=connection)

    def sample(
        self,
        number: int,
        *,
        seed: int,
        by: "Sequence[Key | str]" = (),
        filters: Filters = Filters(),  # noqa: B008 - frozen
        query: str | None = None,
        expand: bool = True,
    ) -> "Sample":
        """Draw so many of the articles that pass the filters, and that a search finds if there is one.

        The same seed draws the same articles of the same archive; `by` (outlet, month, region, topic, state) parts them
        into strata, of which each gives in proportion to its size. `of(sample.uids)` gives their records.

        Raises:
            ValueError: `by` names something else.
        """
        from archive import sampling

        keys = [sampling.Key(key) for key in by]
        found = None if query is None else self._found(query, filters, expand=expand)
        with self.database.read() as connection:

            def listed() -> Iterator[tuple[str, sampling.Stratum]]:
                if found is None:
                    yield from sampling.strata(connection, keys, filters)
                for some in found or ():
                    held = dict(sampling.strata(connection, keys, filters, among=some))
                    yield from ((uid, held[uid]) for uid in some if uid in held)

            return sampling.draw(listed, number, seed)

    def to_arrow(
        self,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        query: str | None = None,
        *,
        expand: bool = True,
    ) -> "RecordBatchReader":
        """Give the records that pass the filters, and that a search finds if there is one, as typed Arrow batches.

        The reader makes them while they are read, once, at constant memory: `.read_all()` is a table, `.read_pandas()`
        a data frame, and `polars.from_arrow(reader)` and DuckDB (`FROM reader`) take it as it is.

        Raises:
            QueryError: the query cannot be read; the text points at the character.
        """
        from archive import arrow  # 0.1 s, which no other use of an archive pays

        # Searched here and not while it is read: who reads may be DuckDB, which knows no error of ours.
        found = None if query is None else self._found(query, filters, expand=expand)
        return arrow.reader(self.articles(filters) if found is None else self._of(found))

    def _found(
        self, query: str, filters: Filters, *, expand: bool, index: SearchIndex | None = None
    ) -> list[list[str]]:
        """Give the uids of all articles that a search finds, newest first, so many together as one query asks for."""
        parsed = read(query, expand=expand)
        index = index or self.index_up_to_date()
        total = index.search(parsed, filters=filters, limit=0).total
        uids = [hit.uid for hit in index.search(parsed, filters=filters, limit=total).hits]
        return [uids[start : start + articles.BATCH] for start in range(0, len(uids), articles.BATCH)]

    def versions(
        self,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        query: str | None = None,
        *,
        expand: bool = True,
    ) -> Iterator[dict[str, Any]]:
        """Give all versions of the articles that pass the filters, and that a search finds if there is one."""
        found = None if query is None else self._found(query, filters, expand=expand)
        with self.database.read() as connection:
            for some in articles.stream_uids(connection, filters) if found is None else found:
                yield from editions.rows(connection, some)

    def pairs(self, filters: Filters = Filters()) -> Iterator[dict[str, Any]]:  # noqa: B008 - frozen
        """Give the pairs of articles that share a source, of which either passes the filters, with the evidence."""
        with self.database.read() as connection:
            yield from pairs.rows(connection, filters)

    def labels(self, filters: Filters = Filters()) -> Iterator[dict[str, Any]]:  # noqa: B008 - frozen
        """Give the labels of the articles that pass the filters, each with when and by which file it came."""
        with self.database.read() as connection:
            yield from labels.stream(connection, articles.passing(filters))

    def statistics(
        self,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        by: By | None = None,
        *,
        role: TagRole | None = None,
    ) -> list[dict[str, Any]]:
        """Count the articles that pass the filters, the stories that they are, and those that were first."""
        with self.database.read() as connection:
            return statistics.counts(connection, filters, by, role=role)

    def over_time(
        self,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        by: By | None = None,
        *,
        per: Per | None = None,
        role: TagRole | None = None,
    ) -> Counted:
        """Count as `statistics` does, and give the same articles by day, week or month."""
        with self.database.read() as connection:
            return series.count(connection, filters, by, per=per, role=role)

    def coverage(
        self, outlets: Sequence[str] = (), *, since: date | None = None, until: date | None = None, now: datetime
    ) -> list[dict[str, Any]]:
        """Say per outlet and day what is held, known and missing, and whether anybody looked (CONTRACT.md, `coverage`).

        Without outlets all are meant, without days all that there are; `now` ends the last of them.
        """
        from archive import coverage

        with self.database.read() as connection:
            return [
                coverage.record(row) for row in coverage.days(connection, outlets, since=since, until=until, now=now)
            ]

    def covered(self, filters: Filters, now: datetime) -> "list[Day]":
        """Say what is covered of the outlets and days that filters ask for, of all that the outlets wrote then.

        Where they name no first or last day, it is that of the articles that pass.
        """
        from archive import uncovered

        with self.database.read() as connection:
            return uncovered.days(connection, filters, now)

    def get(self, name: str, *, version: int | None = None) -> dict[str, Any]:
        """Give one article by id, uid or address, as it is or as a version of it was.

        Its versions stand under `history`, the articles of its cluster under `members`, what became of it under `removal`
        and `events`.

        Raises:
            NotFoundError: there is no such article, or it has no such version; if it was taken down, a TakenDownError
                with its tombstone.
        """
        from archive import lookup  # 20 ms, and a search needs none of it

        with self.database.read() as connection:
            return lookup.article(connection, name, version)

    def compared(self, record: dict[str, Any], against: str | None = None) -> dict[str, Any] | None:
        """Give what the difference of an article that `get` gave is to; None where nothing came before it.

        That is the article that `against` names, or with `first` the first of its cluster. Without, it is the version
        before; of an article with one version, the first of its cluster.

        Raises:
            NotFoundError: there is no such article, or it is in no cluster.
        """
        from archive import lookup

        with self.database.read() as connection:
            return lookup.compared(connection, record, against)

    def clusters(self, filters: Filters = Filters()) -> Iterator[dict[str, Any]]:  # noqa: B008 - frozen
        """Give the clusters in which an article passes the filters, the newest first, one at a time."""
        with self.database.read() as connection:
            seeds = clusters.passing(connection, articles.passing(filters))
            for start in range(0, len(seeds), articles.BATCH):
                told = clusters.sums(connection, seeds[start : start + articles.BATCH])
                records = articles.by_uid(connection, list(told))
                for uid, row in told.items():
                    yield row | {name: records[uid][name] for name in ("outlet", "title", "canonical_url")}

    def cluster(self, name: str) -> list[dict[str, Any]]:
        """Give the articles of the cluster that an article is in, first one first, and what they share with the first.

        Raises:
            NotFoundError: there is no such article, or it is in no cluster.
        """
        from archive import lookup

        with self.database.read() as connection:
            return lookup.cluster(connection, name)
