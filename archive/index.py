"""The search index: finds words and phrases in articles (Tantivy), and can be made again from the archive at any time."""

import logging
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType, Occur, Order, Query

from archive import fields, indexfolder
from archive.document import IndexDocument
from archive.errors import ArchiveUnavailableError
from archive.paging import Place, Sort, place
from archive.query import ParsedQuery
from archive.records import Filters

logger = logging.getLogger(__name__)

Change = tuple[int, str, IndexDocument | None]
"""Sequence in the archive's changes, the article's uid, and what is to be found of it (None: nothing any more)."""

BATCH = 10_000
"""Changes in one commit, which is what a kill costs."""
HEAP = 32_000_000
"""Bytes that Tantivy holds before it writes a segment: 20,000 articles take 10.5 s, with 15 MB (its least) 13.5 s, with
64 MB 10.3 s."""

_LOOKS = 5
_LOOK_AGAIN = 0.1
"""Seconds after which who waits for the lock looks whether the work is done: it may get the lock last of many."""
_VALUES = 10_000
"""Values of one kind that articles are counted by, at most: there are 552 regions of the two levels that are counted."""
_TIED = 64
_EVERYTHING = Filters()


class IndexUnusableError(ArchiveUnavailableError):
    """The index can't be read, written or trusted, and it hasn't been made again; one line says why."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found; `place` is what the results are sorted by, `score` known where that is relevance."""

    uid: str
    place: Place
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How many articles a query finds, exactly, and those of them that were asked for."""

    total: int
    hits: tuple[Hit, ...]


Facets = dict[str, dict[str, int]]
"""How many of the articles that a query finds have which value, by what they are counted by; the most frequent first."""


class SearchIndex:
    """The index in one folder. Any number of processes search it while one of them brings it up to date.

    A handle follows what other processes commit. It is for one thread; another thread opens its own.
    `locks` is where `index.lock` lies, by default `locks` beside the folder.
    """

    def __init__(self, folder: Path, *, locks: Path | None = None) -> None:
        self._folder = folder
        self._locks = folder.parent / "locks" if locks is None else locks
        self._seen: indexfolder.Identity | None = None
        self._index: tantivy.Index | None = None
        self._trouble: str | None = None
        self._told = 0

    @classmethod
    def open(cls, folder: Path, *, locks: Path | None = None) -> "SearchIndex":
        """The index in a folder that need not exist; nothing is written before `catch_up`."""
        return cls(folder, locks=locks)

    @property
    def applied(self) -> int:
        """The sequence up to which changes are in the index; 0 if there is none that can be trusted."""
        self._told = self._applied()
        return self._told

    def catch_up(
        self, changes: Iterable[Change] | Callable[[int], Iterable[Change]], *, until: int, timeout: float = 10.0
    ) -> int:
        """Applies what is newer than the index and not above `until`, and returns how many changes that were.

        `changes` is asked, once nobody else can write, for all that comes after a sequence, in order. An iterable must hold
        all that comes after `applied` as last read here (0 if never); should the index have been lost since then, nothing
        is done, and `applied` says so. Too much does no harm: an interrupted call is simply made again. If another process
        is at it, waits for it up to `timeout` seconds and then leaves it to that one. Where nothing can be written (a
        read-only disk), nothing is done.
        """
        if until <= self._applied():
            return 0
        from filelock import FileLock, Timeout  # 50 ms, and most searches have nothing to catch up with

        lock = FileLock(self._locks / "index.lock")
        ends = time.monotonic() + timeout
        try:
            self._locks.mkdir(parents=True, exist_ok=True)
            while not lock.is_locked:
                try:
                    lock.acquire(timeout=_LOOK_AGAIN)
                except Timeout:
                    if until <= self._applied():  # by whoever has the lock
                        return 0
                    if time.monotonic() >= ends:
                        raise
        except Timeout:
            logger.info("search index %s: another process is bringing it up to date", self._folder)
            return 0
        except OSError as error:
            logger.warning("search index %s can't be brought up to date here: %s", self._folder, error)
            return 0
        try:
            applied = self._made()
            if until <= applied:  # somebody else was at it while this one waited: opening a writer takes 0.1 s
                return 0
            if callable(changes):
                return self._apply(changes(applied), applied, until)
            if applied < self._told:
                logger.warning("search index %s was made anew; the next call fills it", self._folder)
                return 0
            return self._apply(changes, applied, until)
        finally:
            lock.release()

    def discard(self, *, timeout: float = 10.0) -> None:
        """Removes the index and what was moved aside of older ones; who catches up next makes it again.

        Raises:
            IndexUnusableError: another process is writing it, or it can't be removed.
        """
        from filelock import FileLock, Timeout

        self._seen, self._index, self._trouble = None, None, None
        try:
            self._locks.mkdir(parents=True, exist_ok=True)
            with FileLock(self._locks / "index.lock", timeout=timeout):
                for folder in (self._folder, *self._folder.parent.glob(f"{self._folder.name}.*")):
                    if folder.is_dir():
                        shutil.rmtree(folder)
        except Timeout as error:
            raise IndexUnusableError(f"the search index {self._folder} is being written by another process") from error
        except OSError as error:
            raise IndexUnusableError(f"the search index {self._folder} can't be removed: {error.strerror}") from error

    def search(
        self,
        query: ParsedQuery,
        *,
        filters: Filters = _EVERYTHING,
        sort: str = Sort.NEWEST,
        limit: int = 20,
        after: Place | None = None,
    ) -> Result:
        """The articles that hold all of a query and pass the filters, the first `limit` of them, or of those after a place.

        Of equals in score the newest comes first, of equals in time that with the smaller uid, so that pages never
        overlap. Articles without a day pass no filter of days.

        Raises:
            IndexUnusableError: the index can't be trusted, and nobody could make it again.
        """
        if limit < 0:
            raise ValueError("limit counts from 0")
        index = self._opened()
        if index is None:
            return Result(0, ())
        sort = Sort(sort)
        if not limit:
            return Result(self._count(index, query, filters), ())
        with self._blaming_the_engine():
            searcher = index.searcher()
            question = _question(index, query, filters, ranked=sort is Sort.RELEVANCE)
            if after is None or sort is Sort.RELEVANCE:
                return _page(searcher, question, sort, limit, after)
            first, last = (after[0], None) if sort is Sort.OLDEST else (None, -after[0])  # type: ignore[operator]
            rest = Query.range_query(index.schema, "moment", FieldType.Integer, first, last)
            question = Query.boolean_query([(Occur.Must, question), (Occur.Must, rest)])
            hits = _page(searcher, question, sort, limit, after).hits
        return Result(self._count(index, query, filters), hits)

    def _count(self, index: tantivy.Index, query: ParsedQuery, filters: Filters) -> int:
        with self._blaming_the_engine():
            found = index.searcher().search(_question(index, query, filters, ranked=False), 1)
            return int(found.count)  # type: ignore[attr-defined]  # the stubs lack it

    def facets(self, query: ParsedQuery, *, filters: Filters = _EVERYTHING) -> Facets:
        """Count what a query finds by all of `fields.FACETS`.

        An article counts under each province, kabupaten and kota that it names, and under those in which lies what it names,
        as the filter takes them.

        Raises:
            IndexUnusableError: the index can't be trusted, and nobody could make it again.
        """
        index = self._opened()
        if index is None:
            return {name: {} for name in fields.FACETS}
        asked = {name: {"terms": {"field": fields.counted(name), "size": _VALUES}} for name in fields.FACETS}
        with self._blaming_the_engine():
            found = index.searcher().aggregate(_question(index, query, filters, ranked=False), asked)
        return {
            name: {bucket["key"]: bucket["doc_count"] for bucket in found[name]["buckets"]} for name in fields.FACETS
        }

    def uids(self) -> set[str]:
        """The articles that can be found."""
        index = self._opened()
        if index is None:
            return set()
        with self._blaming_the_engine():
            return {uid for uid, _ in index.searcher().terms_with_prefix("uid", "", Query.all_query())}

    def _opened(self) -> tantivy.Index | None:
        self._look()
        if self._trouble is not None:
            raise IndexUnusableError(f"the search index {self._folder} can't be used: {self._trouble}")
        return self._index

    def _look(self) -> None:
        """Opens what is in the folder now, unless that is open already, or notes why it can't be."""
        for _ in range(_LOOKS):
            try:
                seen = indexfolder.identity(self._folder)
                if seen == self._seen:
                    return
                self._seen, self._index, self._trouble = None, None, None
                self._trouble = None if seen is None else indexfolder.trouble(self._folder)
                if seen is not None and self._trouble is None:
                    with indexfolder.openable(self._folder) as folder:
                        self._index = tantivy.Index.open(str(folder))
                        self._index.config_reader(reload_policy="manual")
            except PermissionError as error:
                raise IndexUnusableError(f"the search index can't be read: {error}") from error
            except (ValueError, OSError) as error:
                self._trouble, self._index = " ".join(str(error).split()), None
            self._seen = seen
            # A commit in the meantime may have removed files that we looked for: then look again.

    def _applied(self) -> int:
        self._look()
        return 0 if self._index is None else indexfolder.applied(self._folder)

    def _made(self) -> int:
        """Makes sure of an index that can be trusted, and returns how far it goes."""
        self._seen = None  # also what happened to its files since they were opened
        self._look()
        if self._trouble is not None:
            indexfolder.move_aside(self._folder, self._trouble)
            self._look()
        if self._index is None:
            indexfolder.make(self._folder)
        return indexfolder.applied(self._folder)

    def _apply(self, changes: Iterable[Change], applied: int, until: int) -> int:
        done, last = 0, applied
        with self._writer() as writer:
            for sequence, uid, article in changes:
                if sequence <= applied:
                    continue
                if sequence > until:
                    break
                if sequence < last:
                    raise ValueError(f"change {sequence} comes after change {last}")
                document = None if article is None else fields.document(article)
                with self._blaming_the_engine():
                    writer.delete_documents_by_term("uid", uid)
                    if document is not None:
                        writer.add_document(document)
                done, last = done + 1, sequence
                if done % BATCH == 0:
                    with self._blaming_the_engine():
                        writer.commit()
                        indexfolder.seal(self._folder, sequence, files=False)
            with self._blaming_the_engine():
                writer.commit()
        with self._blaming_the_engine():
            indexfolder.seal(self._folder, until)
        return done

    @contextmanager
    def _writer(self) -> Iterator[tantivy.IndexWriter]:
        """Tantivy's writer, and with it Tantivy's lock; what isn't committed is dropped if anything fails."""
        with self._blaming_the_engine():
            writer = tantivy.Index.open(str(self._folder)).writer(HEAP, 1)
        try:
            yield writer
        except BaseException:
            with suppress(ValueError):
                writer.rollback()
            with suppress(ValueError):
                writer.wait_merging_threads()
            raise
        with self._blaming_the_engine():
            # Also lets go of the lock; without it a process that ends kills its merges, and segments pile up.
            writer.wait_merging_threads()

    @contextmanager
    def _blaming_the_engine(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, OSError) as error:
            why = " ".join(str(error).split())
            raise IndexUnusableError(f"the search index {self._folder} can't be used: {why}") from error


def _question(index: tantivy.Index, query: ParsedQuery, filters: Filters, *, ranked: bool) -> Query:
    parts = [fields.matching(index.schema, query.root, ranked=ranked), *fields.passing(index.schema, filters)]
    return Query.boolean_query([(Occur.Must, part) for part in parts])


def _page(searcher: tantivy.Searcher, question: Query, sort: Sort, limit: int, after: Place | None) -> Result:
    """How many the engine finds, and the first hits after a place, in order.

    Tantivy's own order among equals differs from run to run, so all that ties with the last hit is fetched before it is
    cut. Of results by relevance all that come before the place are fetched again: no index finds a score.
    """
    ranked = sort is Sort.RELEVANCE
    order: dict[str, Any] = (
        {"weight_by_field": "recency"}
        if ranked
        else {"order_by_field": "moment", "order": Order.Asc if sort is Sort.OLDEST else Order.Desc}
    )
    start = None if after is None else after[0] if sort is Sort.OLDEST else -after[0]  # type: ignore[operator]
    most = max(searcher.num_docs, 1)
    size = min(limit + _TIED, most)
    while True:
        found = searcher.search(question, size, **order)
        held, total = found.hits, int(found.count)  # type: ignore[attr-defined]  # the stubs lack it
        whole = len(held) == total
        if not whole:
            held = [hit for hit in held if hit[0] != held[-1][0]]
        if ranked and start is not None:
            held = [hit for hit in held if hit[0] <= start]
        needed = limit + sum(hit[0] == start for hit in held)
        if whole or len(held) >= needed:
            break
        size = min(size * 4, most)
    last = held[min(needed, len(held)) - 1][0] if held else None
    hits = _hits(searcher, [hit for at, hit in enumerate(held) if at < needed or hit[0] == last], sort)
    return Result(total, tuple(hit for hit in hits if after is None or hit.place > after)[:limit])


def _hits(searcher: tantivy.Searcher, held: list[tuple[Any, tantivy.DocAddress]], sort: Sort) -> list[Hit]:
    ranked = sort is Sort.RELEVANCE
    addresses = [address for _, address in held]
    moments: list[Any] = searcher.fast_field_values("moment", addresses) if ranked else [value for value, _ in held]
    found = []
    for (value, address), moment in zip(held, moments, strict=True):
        uid, score = str(searcher.doc(address)["uid"][0]), value if ranked else None
        found.append(Hit(uid, place(sort, uid, moment, score), score))
    return sorted(found, key=lambda hit: hit.place)
