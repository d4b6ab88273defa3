"""From captures to articles: unread visits are taken from the database, read in other processes, and stored.

The same loop serves a live crawl and what a killed one left behind.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from archive import frontier, hearsay, store, visits
from archive.errors import ArchiveError
from archive.frontier import Hint
from archive.identity import Visited
from archive.records import Outcome, Purpose, Reading, Reason, Rejection, Role, VisitState
from archive.visits import KeptPage, UnreadVisit
from archive.warc import DamagedRecordError, Place, read_response
from crawler.addresses import is_amp
from crawler.crawl import Crawl
from crawler.discovery import SAID_BY
from crawler.further import FurtherPages
from crawler.reading import Job, Material, Page, ReadingPool, Record, Site, Told, feed
from crawler.reading.dates import moment

logger = logging.getLogger(__name__)

AT_ONCE = 32
"""How many visits are with the readers at once."""
A_JOB = 8
"""How many of them travel together; batches save a tenth to a quarter of the main process's time (PERFORMANCE)."""
DEEPEST = 100
"""Levels of a record; WordPress needs 10, and one of 900 cannot be handed to a reader, which would hold up all others."""
QUICK_SECONDS = 5.0
"""How long a stopped crawl waits for its readers; what is not read by then is read by the next one."""


class Reader:
    """The reading half of a crawl; runs beside the fetching half, in the same thread."""

    def __init__(self, crawl: Crawl, pool: ReadingPool, site: Site) -> None:
        self._crawl = crawl
        self._pool = pool
        self._site = site
        self._reading: dict[int, UnreadVisit] = {}
        self._sources: dict[int, tuple[tuple[int, Role], ...]] = {}
        self._hints: dict[int, list[Hint]] = {}
        self._partial: set[int] = set()
        self._further = FurtherPages(crawl)
        self._answer: tuple[int, Mapping[str, object]] | None = None
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
        self._site = replace(self._site, timezone=timezone)

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
            self._reading.update({visit.visit_id: visit for visit, _ in batch})
            self._idle.clear()
            future = self._pool.submit(Job(sources=tuple(material for _, material in batch)))
            ids = [visit.visit_id for visit, _ in batch]
            future.add_done_callback(partial(self._hand_over, loop, ids))

    def _take(self, room: int) -> list[tuple[UnreadVisit, Material]]:
        """Give unread visits with what is to be read; those whose bytes are damaged are settled here."""
        ready: list[tuple[UnreadVisit, Material]] = []
        with self._crawl.database.read() as connection:
            waiting = visits.unread(
                connection,
                self._crawl.ticket,
                limit=room,
                besides=[*self._reading, *self._sources, *self._crawl.awaited.visits],
            )
            records = {visit.visit_id: self._record_of(connection, visit) for visit in waiting}
            beside = {
                visit.visit_id: page
                for visit in waiting
                if visit.imported and visit.record is not None and (page := visits.page_beside(connection, visit))
            }
            hints = {
                visit.visit_id: frontier.hints(connection, visit.address_id)
                for visit in waiting
                if records[visit.visit_id] is None
            }
            self._further.take(connection, waiting)
            wanted = {visit.capture_id for visit in waiting} | {held[0] for held in records.values() if held}
            wanted |= {page.capture_id for page in beside.values()} | self._further.captures()
            places = visits.capture_places(connection, self._crawl.home.warc, wanted)
        self._backlog = A_JOB if len(waiting) == room else 0
        for visit in waiting:
            held = records[visit.visit_id]
            try:
                material = self._material(
                    visit, held, places, hints.get(visit.visit_id, ()), beside.get(visit.visit_id)
                )
                material, pages = self._further.added(visit, material, places)
            except DamagedRecordError as error:
                rejection = Rejection(reason=Reason.UNREADABLE, detail=f"the capture is damaged: {error}")
                self._store_all([(visit, rejection)])
                continue
            sources = [(held[0], Role.RECORD)] if held else []
            if visit.record is None:
                sources.extend((capture_id, Role.PAGE) for capture_id in (visit.capture_id, *pages))
            elif material.page is not None:
                sources.append((beside[visit.visit_id].capture_id, Role.PAGE))
            sources.extend(
                (hint.capture_id, Role.LISTING) for hint in hints.get(visit.visit_id, ()) if hint.capture_id is not None
            )
            self._sources[visit.visit_id] = tuple(sources)
            if visit.visit_id in hints:
                self._hints[visit.visit_id] = hints[visit.visit_id]
            if visit.imported and visit.record is not None and bare(material.record):
                self._partial.add(visit.visit_id)
            ready.append((visit, material))
        return ready

    @staticmethod
    def _record_of(connection: Any, visit: UnreadVisit) -> tuple[int, str] | None:
        """The record that is read with a visit: its own, or, where its page is evidence, the story's newest.

        A page that was fetched for its story has the word: a sitemap said that it changed since the record was given.
        Why others fetched a page is not known; a record of the same day is taken for its story's.
        """
        if visit.record is not None:
            return visit.capture_id, visit.record
        beside = visit.purpose is Purpose.EVIDENCE or visit.imported
        return visits.newest_record(connection, visit) if beside else None

    def _material(
        self,
        visit: UnreadVisit,
        held: tuple[int, str] | None,
        places: dict[int, tuple[Place, str]],
        hints: Sequence[Hint],
        beside: KeptPage | None,
    ) -> Material:
        page = None
        record = self._record(held, places) if held else None
        shown = (visit.url, visit.capture_id) if visit.record is None else None
        if beside is not None and bare(record):
            shown = (beside.url, beside.capture_id)
        if shown is not None:
            message = read_response(*places[shown[1]])
            page = Page(url=shown[0], body=message.body, status=message.status, content_type=message.content_type)
        return Material(
            site=self._site,
            url=visit.url,
            fetched_at=visit.at,
            record=record,
            page=page,
            told=told_by(hints, ZoneInfo(self._site.timezone)),
        )

    def _record(self, held: tuple[int, str], places: dict[int, tuple[Place, str]]) -> Record | None:
        """Give one record of an API response; the last response stays parsed, since a hundred visits share it."""
        capture_id, name = held
        if self._answer is None or self._answer[0] != capture_id:
            self._answer = (capture_id, records_of(read_response(*places[capture_id]).body))
        payload = self._answer[1].get(name)
        if not isinstance(payload, dict):
            return None
        if deeper_than(payload, DEEPEST):
            raise DamagedRecordError(f"its record is nested more than {DEEPEST} levels deep")
        return Record(payload)

    def _hand_over(
        self, loop: asyncio.AbstractEventLoop, ids: Sequence[int], future: Future[tuple[Reading | Rejection, ...]]
    ) -> None:
        """Bring a result from the pool's thread to ours; after the loop has ended the visits stay unread."""
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._done, ids, future)

    def _done(self, ids: Sequence[int], future: Future[tuple[Reading | Rejection, ...]]) -> None:
        done = [self._reading.pop(visit_id) for visit_id in ids]
        try:
            self._store_all(list(zip(done, future.result(), strict=True)))
        except ArchiveError as error:
            # A full disk, a lost database: the visits stay unread, the crawl ends and says why.
            self.on_fatal(error)
        except Exception as error:
            # A bug of ours, or a pool that was stopped: as above.
            logger.exception("%s: a reading could not be stored", self._crawl.outlet.slug)
            self.on_fatal(error)
        finally:
            for visit_id in ids:
                self._sources.pop(visit_id, None)
                self._hints.pop(visit_id, None)
                self._partial.discard(visit_id)
                self._further.forget(visit_id)
            if not self._reading:
                self._idle.set()
        if self._backlog >= A_JOB:
            self.pump()
        self.on_progress()

    def _store_all(self, results: Sequence[tuple[UnreadVisit, Reading | Rejection]]) -> None:
        """Store what one job gave in one transaction, as far as --limit lets it."""
        crawl = self._crawl
        room = None if crawl.outlet.limit is None else crawl.outlet.limit - crawl.tally.stored
        stored = 0
        with crawl.database.write() as connection:
            crawl.ticket.check(connection)
            for visit, result in results:
                if room is not None and stored >= room:
                    break
                if self._learned_more(connection, visit) or self._further.more_came(connection, visit, result):
                    self._backlog += 1  # it stays unread
                    continue
                if self._further.keeps_back(connection, visit, result):
                    continue
                stored += self._store(connection, visit, result) is Outcome.NEW
        crawl.tally.stored += stored

    def _learned_more(self, connection: Any, visit: UnreadVisit) -> bool:
        """Say whether a list told more of a story while its page was with a reader: then it is read once more."""
        used = self._hints.get(visit.visit_id)
        return used is not None and used != frontier.hints(connection, visit.address_id)

    def _store(self, connection: Any, visit: UnreadVisit, result: Reading | Rejection) -> Outcome:
        crawl, ticket = self._crawl, self._crawl.ticket
        settle = partial(visits.settle, connection, visit.visit_id)
        dispose = partial(frontier.dispose, connection, ticket, visit.address_id)
        if visit.imported:
            if isinstance(result, Reading):
                hearsay.seen_since(connection, visit.address_id, visit.purpose, visit.at)
        elif isinstance(result, Rejection) and result.reason is Reason.CHALLENGE:
            # It says nothing of the story, which may be shown another time.
            frontier.withheld(connection, visit.address_id, now=crawl.now())
        elif visit.purpose is Purpose.ARTICLE:
            frontier.done(connection, visit.address_id, Purpose.ARTICLE)
        if isinstance(result, Rejection):
            outcome = Outcome.UNCHANGED if visit.purpose is Purpose.EVIDENCE else Outcome.REJECTED
            settle(VisitState.REJECTED, reason=result.reason, detail=result.detail)
            dispose(outcome, reason=result.reason, detail=result.detail)
            return outcome
        reading = replace(result, keys=crawl.naming.names(result.keys))
        saved = store.save(
            connection,
            Visited(
                visit_id=visit.visit_id,
                outlet_id=ticket.outlet_id,
                outlet=crawl.outlet.slug,
                address_id=visit.address_id,
                canonical=visit.canonical,
                at=visit.at,
                sources=self._sources[visit.visit_id],
                landed=crawl.naming.spot(visit.url),
                claimed=crawl.naming.claimed(reading.canonical),
                partial=visit.visit_id in self._partial or (visit.imported and is_amp(visit.url)),
            ),
            reading,
        )
        settle(VisitState.READ, text_sha256=saved.text_sha256)
        dispose(saved.outcome)
        changed = visit.record is not None and saved.outcome is not Outcome.UNCHANGED
        if changed and page_wanted(crawl.outlet.pages, reading) and not visits.has_evidence(connection, visit):
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


def page_wanted(pages: str, reading: Reading) -> bool:
    """Say whether `crawl.pages` asks for the public page of a story whose text is held from a record."""
    return pages == "all" or (pages == "election" and reading.election is not None and reading.election.about)


def records_of(body: bytes) -> Mapping[str, object]:
    """Give the records of an answer that holds whole texts, JSON or RSS, by the name that a visit gives them.

    Raises:
        DamagedRecordError: it is neither.
    """
    try:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
            return feed.records(body)
        posts = json.loads(body)
    except (ValueError, RecursionError, feed.NoFeedError) as error:
        raise DamagedRecordError(f"it holds no records: {error}") from error
    found = posts if isinstance(posts, list) else [posts]
    return {str(post.get("id")): post for post in found if isinstance(post, dict)}


def bare(record: Record | None) -> bool:
    """Say whether a record knows neither section nor tags: a feed's, or one asked for without what is embedded in it."""
    return record is not None and ("_embedded" not in record.payload or record.payload.get("feed") is True)


def told_by(hints: Sequence[Hint], zone: ZoneInfo) -> Told:
    """Give what sources said of a story: the time from the one that knows a time of day, the section first told."""
    times = [
        told
        for hint in hints
        if (trust := SAID_BY.get(hint.source.partition(" ")[0])) and (told := moment(hint.published, zone, trust))
    ]
    return Told(
        published=next((told for told in times if told.at is not None), times[0] if times else None),
        section=next((hint.section for hint in hints if hint.section), None),
    )


def deeper_than(value: Any, levels: int) -> bool:
    """Say whether JSON is nested more than so many levels deep."""
    layer: list[Any] = [value]
    while layer and levels >= 0:
        layer = [
            inner
            for outer in layer
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        levels -= 1
    return bool(layer)
