"""The search index: finds words and phrases in articles (Tantivy), and can be made again from the archive at any time."""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import tantivy
from tantivy import Occur, Order, Query

from archive import fields, indexfolder
from archive.errors import ArchiveUnavailableError
from archive.query import ParsedQuery
from archive.records import Filters, IndexDocument

logger = logging.getLogger(__name__)

Sort = Literal["newest", "oldest", "relevance"]
Change = tuple[int, str, IndexDocument | None]
"""Sequence in the archive's changes, the article's uid, and what is to be found of it (None: nothing any more)."""

BATCH = 10_000
"""Changes in one commit, which is what a kill costs."""
HEAP = 32_000_000
"""Bytes that Tantivy holds before it writes a segment: 20,000 articles take 10.5 s, with 15 MB (its least) 13.5 s, with
64 MB 10.3 s."""

_LOOKS = 5
_TIED = 64
_EVERYTHING = Filters()


class IndexUnusableError(ArchiveUnavailableError):
    """The index can't be read, written or trusted, and it hasn't been made again; one line says why."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found; with a score where they are sorted by relevance."""

    uid: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """How many articles a query finds, exactly, and those of them that were asked for."""

    total: int
    hits: tuple[Hit, ...]


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
        try:
            self._locks.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=timeout)
        except Timeout:
            logger.info("search index %s: another process is bringing it up to date", self._folder)
            return 0
        except OSError as error:
            logger.warning("search index %s can't be brought up to date here: %s", self._folder, error)
            return 0
        try:
            applied = self._made()
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
        sort: Sort = "newest",
        limit: int = 20,
        offset: int = 0,
    ) -> Result:
        """The articles that hold all of a query and pass the filters, `limit` of them from `offset` on.

        Of equals in score the newest comes first, of equals in time that with the smaller uid, so that pages never
        overlap. Articles without a day pass no filter of days.

        Raises:
            IndexUnusableError: the index can't be trusted, and nobody could make it again.
        """
        if limit < 0 or offset < 0:
            raise ValueError("limit and offset count from 0")
        index = self._opened()
        if index is None:
            return Result(0, ())
        ranked = sort == "relevance"
        parts = [fields.matching(index.schema, query.root, ranked=ranked), *fields.passing(index.schema, filters)]
        question = Query.boolean_query([(Occur.Must, part) for part in parts])
        order: dict[str, Any] = {}
        if not ranked:
            order = {"order_by_field": "moment", "order": Order.Desc if sort == "newest" else Order.Asc}
        with self._blaming_the_engine():
            searcher = index.searcher()
            size = min(offset + limit + _TIED, max(searcher.num_docs, 1))
            found = searcher.search(question, size, **order)
            total: int = found.count  # type: ignore[attr-defined]  # the stubs lack it
            last = min(offset + limit, total)
            if offset >= last:
                return Result(total, ())
            # All that ties with the last hit is needed, since Tantivy's own order among equals differs from run to run.
            while len(found.hits) < total and found.hits[-1][0] == found.hits[last - 1][0]:
                size = min(size * 4, total)
                found = searcher.search(question, size, count=False, **order)
            return Result(total, tuple(_page(searcher, found.hits, sort, offset, last)))

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


def _page(
    searcher: tantivy.Searcher, hits: list[tuple[Any, tantivy.DocAddress]], sort: Sort, offset: int, last: int
) -> list[Hit]:
    """The hits from `offset` to `last`, those that tie put in order."""
    values = [value for value, _ in hits]
    start, held = values.index(values[offset]), hits[: len(values) - values[::-1].index(values[last - 1])]
    addresses = [address for _, address in held[start:]]
    ranked = sort == "relevance"
    moments: list[Any] = searcher.fast_field_values("moment", addresses) if ranked else values[start:]
    sign = 1 if sort == "oldest" else -1
    rows = sorted(
        (-value if ranked else 0, sign * moment, str(searcher.doc(address)["uid"][0]), value)
        for value, moment, address in zip(values[start:], moments, addresses, strict=False)
    )
    return [Hit(uid, value if ranked else None) for _, _, uid, value in rows[offset - start : last - start]]
