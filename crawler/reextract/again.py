"""Today's rules over what is kept: stories that older ones read are read once more, all of a story's visits together.

A story's articles are taken out and made again in one transaction, so that a search never misses one, a process that is
killed leaves whole stories only, and the result is what a rebuild of everything would give. What is left to do is told
by the extractor that stands beside each reading. No site is asked for anything.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from archive import articles, frontier, projections, stale, visits
from archive.records import Outcome, Purpose, Reading, Reason, Rejection
from archive.stale import AGAIN, Rules, Story
from crawler.clock import now
from crawler.crawl import Crawl
from crawler.materials import Materials, Prepared, reject, save
from crawler.reader import A_JOB
from crawler.reading import Job, ReadingPool, extractor
from crawler.reading.pack import Pack
from crawler.reading.pool import tells_of_reader
from crawler.reading.tagging import tagged
from crawler.reextract.differences import Differences

AT_ONCE = 32
"""Visits that are with the pool for each reader: none must wait while the parent stores."""

Result = Reading | Rejection


@dataclass(slots=True)
class Tally:
    """What reading again did, over all outlets."""

    read: int = 0
    """Visits that were read."""
    articles: int = 0
    """Articles of which they are the visits."""
    rejected: Counter[str] = field(default_factory=Counter)
    """Visits that show no article, by reason."""
    left: list[str] = field(default_factory=list)
    """Addresses of stories left as they are, since their bytes are damaged or a reader was lost at them."""
    differences: Differences = field(default_factory=Differences)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some stories with their visits, and what readers make of them."""

    stories: Sequence[Story]
    prepared: Sequence[Prepared]
    answers: Sequence[Future[tuple[Result, ...]]]

    def results(self) -> dict[int, tuple[Prepared, Result]]:
        """Wait for the readers; give what came of each visit, in the order of the visits."""
        read = (result for answer in self.answers for result in answer.result())
        return {one.visit.visit_id: (one, one.told or next(read)) for one in self.prepared}


class Reextraction:
    """The stories of one outlet, read again; a rehearsal undoes each of them at once. The caller holds the lock."""

    def __init__(self, crawl: Crawl, pool: ReadingPool, pack: Pack, *, tally: Tally, rehearsal: bool) -> None:
        self._crawl = crawl
        self._pool = pool
        self._tally = tally
        self._rehearsal = rehearsal
        self._at_once = AT_ONCE * pool.workers
        site = crawl.site(pack)
        self._materials = Materials(crawl, site)
        # What is told of any text names the data by which it is told.
        told = tagged(Reading(title="", body=()), site)
        self._rules = Rules(
            extractor=extractor(site.rules), pack=told.election.pack if told.election else None, codebook=told.codebook
        )

    def stories(self, since: date | None) -> list[Story]:
        """Give the stories that are to be read again."""
        crawl = self._crawl

        def landed(url: str) -> str | None:
            spot = crawl.naming.spot(url)
            return spot.canonical if spot else None

        zone = ZoneInfo(crawl.outlet.timezone)
        with crawl.database.read() as connection:
            return stale.stories(connection, crawl.ticket.outlet_id, self._rules, since=since, zone=zone, landed=landed)

    def work(
        self, stories: Sequence[Story], *, stopped: Callable[[], bool], on_progress: Callable[[int], None]
    ) -> None:
        """Read stories again, in order, until all are or a stop comes."""
        batches = deque(stories[start : start + A_JOB] for start in range(0, len(stories), A_JOB))
        waiting: deque[_Batch] = deque()
        done = 0
        while not stopped() and (batches or waiting):
            while batches and sum(len(batch.prepared) for batch in waiting) < self._at_once:
                waiting.append(self._begun(batches.popleft()))
            batch = waiting.popleft()
            self._store(batch)
            done += len(batch.stories)
            on_progress(done)

    def _begun(self, stories: Sequence[Story]) -> _Batch:
        """Hand the visits of some stories to the readers."""
        crawl = self._crawl
        addresses = [address_id for story in stories for address_id in story.address_ids]
        with crawl.database.read() as connection:
            waiting = visits.to_read_again(connection, crawl.ticket.outlet_id, addresses)
            prepared = self._materials.of(connection, waiting)
        materials = [one.material for one in prepared if one.told is None]
        jobs = [tuple(materials[start : start + A_JOB]) for start in range(0, len(materials), A_JOB)]
        return _Batch(stories, prepared, [self._pool.submit(Job(sources=job)) for job in jobs])

    def _store(self, batch: _Batch) -> None:
        crawl, tally = self._crawl, self._tally
        results = batch.results()
        with crawl.database.rehearse() if self._rehearsal else crawl.database.write() as connection:
            if not self._rehearsal:
                crawl.ticket.check(connection)
            texts = visits.with_text(connection, results.keys())
            lost = {
                one.visit.address_id: one.visit.url
                for visit_id, (one, result) in results.items()
                if visit_id in texts and (_is_lost(one, result) or visit_id in self._materials.further.torn)
            }
            whole = [story for story in batch.stories if lost.keys().isdisjoint(story.address_ids)]
            addresses = {address_id for story in whole for address_id in story.address_ids}
            looks = [look for look in results.values() if look[0].visit.address_id in addresses]
            ids = [article_id for story in whole for article_id in story.article_ids]
            before = articles.by_uid(connection, articles.uids(connection, ids))
            made = self._make_again(connection, ids, looks)
            after = articles.by_uid(connection, sorted({*before, *made}))
        tally.read += len(results)
        tally.articles += len(before)
        tally.left.extend(lost.values())
        tally.differences.compare(before, after)
        for visit_id, (_, result) in results.items():
            self._materials.further.forget(visit_id)
            if isinstance(result, Rejection):
                tally.rejected[result.reason.value] += 1

    def _make_again(
        self, connection: Any, article_ids: Sequence[int], looks: Sequence[tuple[Prepared, Result]]
    ) -> set[str]:
        """Make articles again from all looks at them, in the order of the visits; give the uids of what was stored."""
        crawl = self._crawl
        ids, names = projections.take_out(connection, article_ids)
        visits.unsettle(connection, [one.visit.visit_id for one, _ in looks])
        made: set[str] = set()
        ended: dict[int, tuple[Outcome, Reason | None]] = {}
        for one, result in looks:
            outcome, uid = self._save(connection, one, result, ids)
            made |= {uid} if uid else set()
            reason = result.reason if isinstance(result, Rejection) else None
            held = ended.get(one.visit.address_id)
            # A text that was found at an address says more of it than a visit without.
            if held is None or (held[1] is not None and reason is None):
                ended[one.visit.address_id] = outcome, reason
        for address_id, (outcome, reason) in ended.items():
            frontier.dispose(connection, crawl.ticket, address_id, outcome, reason=reason)
        projections.bury(connection, crawl.ticket.outlet_id, {*ids, *names}, now())
        return made

    def _save(
        self, connection: Any, one: Prepared, result: Result, ids: Mapping[str, int]
    ) -> tuple[Outcome, str | None]:
        """Store what a visit showed, as `Reader` does, and give how it ended and the uid; what is due stays as it is."""
        visit = one.visit
        if isinstance(result, Rejection):
            detail = result.detail
            if result.reason is Reason.UNREADABLE:
                detail += f"{AGAIN}{self._rules.extractor}"
            reject(connection, self._crawl, visit, result, detail=detail)
            return Outcome.UNCHANGED if visit.purpose is Purpose.EVIDENCE else Outcome.REJECTED, None
        if self._materials.further.keeps_back(connection, visit, result):
            return Outcome.UNCHANGED, None
        saved = save(connection, self._crawl, one, result, ids)
        if isinstance(saved, Rejection):
            return Outcome.REJECTED, None
        fresh = saved.outcome is Outcome.NEW and saved.uid not in ids
        return Outcome.NEW if fresh else Outcome.UNCHANGED, saved.uid


def _is_lost(one: Prepared, result: Result) -> bool:
    """Say whether what a visit showed cannot be told any more: its bytes are damaged, or a reader was lost at it."""
    return one.damaged is not None or (isinstance(result, Rejection) and tells_of_reader(result))
