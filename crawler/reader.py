"""From captures to articles: unread visits are taken from the database, read in other processes, and stored.

The same loop serves a live crawl and what a killed one left behind.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Any

from archive import frontier, hearsay, visits
from archive.errors import ArchiveError
from archive.records import Outcome, Purpose, Reading, Reason, Rejection
from crawler.crawl import Crawl
from crawler.materials import Materials, Prepared, reject, save
from crawler.reading import Job, ReadingPool, Site

logger = logging.getLogger(__name__)

AT_ONCE = 32
"""How many visits are with the readers at once."""
A_JOB = 8
"""How many of them travel together; batches save a tenth to a quarter of the main process's time (PERFORMANCE)."""
Answers = tuple[Reading | Rejection, ...]
QUICK_SECONDS = 5.0
"""How long a stopped crawl waits for its readers; what is not read by then is read by the next one."""


class Reader:
    """The reading half of a crawl; runs beside the fetching half, in the same thread."""

    def __init__(self, crawl: Crawl, pool: ReadingPool, site: Site) -> None:
        self._crawl = crawl
        self.pool = self._pool = pool
        self.materials = self._materials = Materials(crawl, site)
        self._further = self._materials.further
        self._reading: dict[int, Prepared] = {}
        self._closing = False
        self._idle = asyncio.Event()
        self._idle.set()
        self.on_progress: Callable[[], None] = lambda: None
        self.on_fatal: Callable[[BaseException], None] = lambda _: None
        self._backlog = A_JOB  # what a killed crawl left is not counted, and is read at once
        crawl.on_unread = self._count

    def stop(self) -> None:
        """Give the readers nothing more; what is with them is stored."""
        self._closing = True

    def live_in(self, timezone: str) -> None:
        """Read in a zone that was learned after the reader was made."""
        self._materials.site = replace(self._materials.site, timezone=timezone)

    def busy(self) -> bool:
        """Say whether readings are under way."""
        return bool(self._reading)

    def _count(self, number: int) -> None:
        """Note that visits wait to be read; a job's worth of them is handed over together."""
        self._backlog += number
        if self._backlog >= A_JOB:
            self.pump()

    def pump(self) -> None:
        """Give the readers more to do, as far as there is room and anything is unread."""
        if self._closing or self._crawl.fatal is not None or self._crawl.full():
            return
        room = AT_ONCE - len(self._reading)
        if room < A_JOB:
            return
        try:
            taken = self._take(room)
        except ArchiveError as error:
            self.on_fatal(error)
            return
        loop = asyncio.get_running_loop()
        for start in range(0, len(taken), A_JOB):
            batch = taken[start : start + A_JOB]
            ids = [prepared.visit.visit_id for prepared in batch]
            self._reading.update(zip(ids, batch, strict=True))
            self._idle.clear()
            future = self._submit(batch)
            future.add_done_callback(partial(self._hand_over, loop, ids))

    def _take(self, room: int) -> list[Prepared]:
        """Give unread visits with what is to be read."""
        with self._crawl.database.read() as connection:
            waiting = visits.unread(
                connection, self._crawl.ticket, limit=room, besides=[*self._reading, *self._crawl.awaited.visits]
            )
            materials = self._materials.of(connection, waiting)
        self._backlog = A_JOB if len(waiting) == room else 0
        return materials

    def _submit(self, batch: Sequence[Prepared]) -> Future[Answers]:
        """Give what readers will make of some visits, those left out of which it is told without one."""
        sources = tuple(prepared.material for prepared in batch if prepared.told is None)
        if sources:
            return self._pool.submit(Job(sources=sources))
        answered: Future[Answers] = Future()
        answered.set_result(())
        return answered

    def _hand_over(self, loop: asyncio.AbstractEventLoop, ids: Sequence[int], future: Future[Answers]) -> None:
        """Bring a result from the pool's thread to ours; after the loop has ended the visits stay unread."""
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._done, ids, future)

    def _done(self, ids: Sequence[int], future: Future[Answers]) -> None:
        done = [self._reading.pop(visit_id) for visit_id in ids]
        try:
            read = iter(future.result())
            self._store_all([(prepared, prepared.told or next(read)) for prepared in done])
        except ArchiveError as error:
            # A full disk, a lost database: the visits stay unread, the crawl ends and says why.
            self.on_fatal(error)
        except Exception as error:
            # A bug of ours, or a pool that was stopped: as above.
            logger.exception("%s: a reading could not be stored", self._crawl.outlet.slug)
            self.on_fatal(error)
        finally:
            for visit_id in ids:
                self._further.forget(visit_id)
            if not self._reading:
                self._idle.set()
        if self._backlog >= A_JOB:
            self.pump()
        self.on_progress()

    def _store_all(self, results: Sequence[tuple[Prepared, Reading | Rejection]]) -> None:
        """Store what one job gave in one transaction, as far as --limit lets it."""
        crawl = self._crawl
        room = None if crawl.outlet.limit is None else crawl.outlet.limit - crawl.tally.stored
        stored = 0
        with crawl.database.write() as connection:
            crawl.ticket.check(connection)
            for prepared, result in results:
                visit = prepared.visit
                if room is not None and stored >= room:
                    break
                if _learned_more(connection, prepared) or self._further.more_came(connection, visit, result):
                    self._backlog += 1  # it stays unread
                    continue
                if self._further.keeps_back(connection, visit, result):
                    continue
                stored += self._store(connection, prepared, result) is Outcome.NEW
        crawl.tally.stored += stored

    def _store(self, connection: Any, prepared: Prepared, result: Reading | Rejection) -> Outcome:
        crawl, ticket, visit = self._crawl, self._crawl.ticket, prepared.visit
        dispose = partial(frontier.dispose, connection, ticket, visit.address_id)
        if visit.imported:
            if isinstance(result, Reading):
                hearsay.seen_since(connection, visit.address_id, visit.purpose, visit.at)
        elif isinstance(result, Rejection) and result.reason is Reason.CHALLENGE:
            # It says nothing of the story, which may be shown another time.
            frontier.withheld(connection, visit.address_id, now=crawl.now())
        elif visit.purpose is Purpose.ARTICLE and visit.status not in visits.GONE:
            frontier.done(connection, visit.address_id, Purpose.ARTICLE)
        if isinstance(result, Rejection):
            outcome = Outcome.UNCHANGED if visit.purpose is Purpose.EVIDENCE else Outcome.REJECTED
            dispose(outcome, reason=reject(connection, crawl, visit, result), detail=result.detail)
            return outcome
        saved = save(connection, crawl, prepared, result)
        if isinstance(saved, Rejection):
            dispose(Outcome.REJECTED, reason=saved.reason, detail=saved.detail)
            return Outcome.REJECTED
        dispose(saved.outcome)
        changed = visit.record is not None and saved.outcome is not Outcome.UNCHANGED
        if changed and page_wanted(crawl.outlet.pages, result) and not visits.has_evidence(connection, visit):
            frontier.make_due(connection, ticket, visit.address_id, Purpose.EVIDENCE, priority=0, now=crawl.now())
        return saved.outcome

    async def drain(self, *, quick: bool = False) -> None:
        """Wait until what was fetched is read; a stopped crawl waits a few seconds for what is with the readers."""
        self._closing = self._closing or quick
        try:
            async with asyncio.timeout(QUICK_SECONDS if quick else None):
                self.pump()
                while self._reading:
                    await self._idle.wait()
                    self.pump()
        except TimeoutError:
            logger.info("%s: %s readings are left to the next crawl", self._crawl.outlet.slug, len(self._reading))


def _learned_more(connection: Any, prepared: Prepared) -> bool:
    """Say whether a list told more of a story while its page was with a reader: then it is read once more."""
    return prepared.hints is not None and prepared.hints != frontier.hints(connection, prepared.visit.address_id)


def page_wanted(pages: str, reading: Reading) -> bool:
    """Say whether `crawl.pages` asks for the public page of a story whose text is held from a record."""
    return pages == "all" or (pages == "election" and reading.election is not None and reading.election.about)
