"""The one spider: asks the outlet's source for stories, then fetches what the database says is due."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from twisted.python.failure import Failure

from archive.errors import ArchiveError
from archive.frontier import DueAddress
from archive.parts import story_of
from archive.records import Reason, RunStatus
from archive.troubles import Trouble
from crawler.crawl import Crawl
from crawler.discovery import Answer, Ask, Listings, NotThisSourceError, Reply, Sitemaps, Source
from crawler.discovery.plan import Asks
from crawler.failures import NETWORK_ERRORS, explain, no_way
from crawler.guard import authority
from crawler.middlewares import ROBOTS, LetGoError, RefusedError
from crawler.ownzone import OwnZone
from crawler.reader import Reader
from crawler.reading import looks_like_challenge
from crawler.reading.phases import Calendar
from crawler.rechecks.visitor import Visitor
from crawler.resolver import why_refused
from crawler.settings import MEGABYTE
from crawler.sightings import Sightings
from crawler.tee import EXCHANGES

logger = logging.getLogger(__name__)

AHEAD = 8
"""How many due addresses are leased at once; a kill leaves at most these to be leased again."""
LISTING_MAXSIZE = 55 * MEGABYTE
"""The most bytes of an answer that tells of many stories: a hundred long posts exceed the 10 MiB of a page."""
URGENT, PATIENT = 10, -1
"""Priorities of requests to sources; that of a story's page is 0."""
LIMIT_MET = "as many articles as --limit asks for are stored"
PATIENCE = {429, 503}
"""Statuses that ask for patience."""
CLOSED = {401, 403}
"""Statuses that refuse us."""
SHUT = {Trouble.CHALLENGE, Trouble.REFUSED, Trouble.ROBOTS}
"""What keeps just us out."""


class OutletSpider(Spider):
    """A crawl's fetching, driven by Scrapy; what is particular to the outlet is its declaration's."""

    name = "outlet"

    def __init__(self, *, crawl: Crawl, reader: Reader, calendar: Calendar, **kwargs: Any) -> None:
        super().__init__(name=crawl.outlet.slug, **kwargs)
        self.crawl = crawl
        self.sightings = Sightings(crawl)
        self.reader = reader
        self.zone = OwnZone(crawl)
        self._asking = 0
        self._begun = False
        self.stopping = False
        self.visitor = Visitor(self, calendar)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "OutletSpider":
        """Build the spider and listen for the moments when Scrapy has nothing to do or sends something."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_idle, signal=signals.spider_idle)
        crawler.signals.connect(spider.on_error, signal=signals.spider_error)
        crawler.signals.connect(spider.on_sent, signal=signals.request_reached_downloader)
        crawler.signals.connect(spider.on_received, signal=signals.response_received)
        crawler.signals.connect(spider.on_closed, signal=signals.spider_closed)
        spider.reader.on_progress = spider.feed
        spider.reader.on_fatal = spider.stop
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Ask the source; nothing is sent to a host that asked to be left alone. What a killed crawl left unread is read."""
        until = self.crawl.waiting()
        if until is not None:
            why = f"the site asked to be left alone until {until:%Y-%m-%d %H:%M} UTC"
            self.crawl.blame(RunStatus.BLOCKED, why, kind=Trouble.WAITING)
        elif self.zone.due and not await self._learn_zone():
            return
        if self.crawl.outlet.timezone:
            self.reader.live_in(self.crawl.outlet.timezone)
            self.reader.pump()
        if until is not None:
            return
        if self.crawl.outlet.recheck:
            self._begun = True
            return
        if self.crawl.outlet.only:
            self.sightings.enter_only()
            self._begun = True
            return
        if self.sightings.plan.tried_again:
            self.crawl.remarks.append(f"{', '.join(self.sightings.plan.tried_again)}: closed before, tried again")
        for request in self._listings(self.sightings.plan.begin()):
            yield request
        self._begun = True

    async def _learn_zone(self) -> bool:
        """Ask the site for its zone before anything is read; say whether it is known."""
        assert self.crawler.engine is not None
        request = Request(self.zone.url, callback=NO_CALLBACK, meta={"give_up_log_level": "DEBUG"})
        try:
            response = await self.crawler.engine.download_async(request)
            known = response.status not in PATIENCE and self.zone.heard(
                response.status, response.body, response.meta.get(EXCHANGES, [])
            )
        except LetGoError:
            return False
        except Exception as error:  # noqa: BLE001 - each is noted as that of a request to a source is
            if not no_way(error):
                self._note_failure(error, authority(request.url))
                return False
            known = self.zone.unheard(str(error))
        if not known and self.zone.missing:
            self.crawl.blame(RunStatus.FAILED, self.zone.missing)
        return known

    def asked_all(self) -> bool:
        """Say whether every request to a source was answered, or failed in a way that was noted."""
        return self._begun and self._asking == 0

    def _listings(self, asks: Asks) -> list[Request]:
        return [self._listing(source, ask) for source, ask in asks]

    def _listing(self, source: Source, ask: Ask) -> Request:
        self._asking += 1
        return Request(
            ask.url,
            headers=dict(ask.headers),
            callback=self.on_listing,
            errback=self.on_listing_failed,
            cb_kwargs={"source": source, "ask": ask},
            priority=URGENT if ask.urgent else PATIENT,
            meta={"give_up_log_level": "DEBUG"}
            | ({} if isinstance(source, Listings) else {"download_maxsize": LISTING_MAXSIZE}),
        )

    def on_listing(self, response: Response, source: Source, ask: Ask) -> Iterator[Request]:
        """Read an answer of a source, keep what it tells, ask on."""
        self._asking -= 1
        if response.status in PATIENCE or not self.sightings.plan.current(source):
            return
        headers = {
            name.decode("latin-1").lower(): values[-1].decode("latin-1") for name, values in response.headers.items()
        }
        reply = Reply(
            url=response.url, status=response.status, headers=headers, body=response.body, at=self.crawl.now()
        )
        try:
            answer = _read(source, ask, reply)
        except NotThisSourceError as error:
            kind = _kind(response)
            shielded = kind is Trouble.CHALLENGE
            yield from self._without(source, ask, kind, str(error), closed=error.closed, shielded=shielded)
            return
        if answer.unusable:
            logger.warning("%s: %s entries that lead to no story in %s", self.name, answer.unusable, ask.url)
        step = self.sightings.keep_answer(source, ask, answer, response.meta.get(EXCHANGES, []))
        if source.needed:
            yield from self._listings(self.sightings.plan.answered())
        if step.asks and self.crawl.full():
            self.crawl.cut_short = LIMIT_MET
            return
        yield from [self._listing(source, further) for further in step.asks]
        self.feed()

    def _without(
        self, source: Source, ask: Ask, kind: Trouble, why: str, *, closed: bool, shielded: bool = False
    ) -> list[Request]:
        """Go on without a source that did not answer as one of its kind: ask elsewhere, or say why nothing can be asked."""
        if isinstance(source, Listings) and ask.section is not None:
            self.crawl.remarks.append(why)
            return self._listings([(source, further) for further in source.skip(ask).asks])
        if isinstance(source, Sitemaps) and closed and (elsewhere := source.instead()):
            return self._listings([(source, elsewhere)])
        self.sightings.note_failure(source, closed=closed, shielded=shielded)
        if not source.needed:
            self.crawl.remarks.append(why)
            return []
        asks = self.sightings.plan.failed(source, why, closed=closed)
        if asks is None:
            status = RunStatus.BLOCKED if kind in SHUT else RunStatus.FAILED
            self.crawl.blame(status, self.sightings.plan.why, kind=kind, url=ask.url, halt=False)
            self.feed()
            return []
        logger.info("%s: %s; asking another source", self.name, why)
        return self._listings(asks)

    def on_listing_failed(self, failure: Failure) -> list[Request]:
        """Note why a source could not be asked, and ask another one where that may help."""
        error = failure.value
        assert error is not None
        if isinstance(error, LetGoError):
            return []  # it stays asked for: a crawl that was stopped has not heard all
        self._asking -= 1
        source: Source = failure.request.cb_kwargs["source"]  # type: ignore[attr-defined]
        ask: Ask = failure.request.cb_kwargs["ask"]  # type: ignore[attr-defined]
        if not self.sightings.plan.current(source):
            return []
        if no_way(error):
            robots = isinstance(error, RefusedError) and error.reason is Reason.ROBOTS
            why = str(error) if isinstance(error, RefusedError) else f"{urlsplit(ask.url).path}: {explain(error)}"
            kind = Trouble.ROBOTS if robots else Trouble.SOURCES
            return self._without(source, ask, kind, why, closed=True, shielded=robots)
        self._note_failure(error, authority(failure.request.url))  # type: ignore[attr-defined]
        return []

    def _note_failure(self, error: BaseException, host: str | None) -> None:
        """Note that the site could not be asked, and by whose fault."""
        if isinstance(error, RefusedError):
            silent = error.reason is Reason.ROBOTS and str(host) not in self.crawl.heard
            status = RunStatus.BLOCKED if error.reason is Reason.ROBOTS and not silent else RunStatus.FAILED
            why = f"the site is down: {error.detail}" if silent else error.detail
            self.crawl.blame(status, why, kind=Trouble.DOWN, url=f"{self.crawl.outlet.base_url}/robots.txt")
        elif isinstance(error, NETWORK_ERRORS):
            why = why_refused(host) or f"the site is down: {explain(error)}"
            self.crawl.blame(RunStatus.FAILED, why, kind=Trouble.DOWN, url=self.crawl.outlet.base_url)
        else:
            self.stop(error)

    def feed(self) -> None:
        """Give Scrapy what is due to be fetched, a few at a time."""
        engine = self.crawler.engine
        if engine is None or self.stopping:
            return
        ended = self.crawl.halted or self.crawl.full()
        room = 0 if ended or self.crawl.in_flight > AHEAD // 2 else AHEAD - self.crawl.in_flight
        try:
            found = self.crawl.take_due(room) if room > 0 else ()
        except Exception as error:  # noqa: BLE001 - Scrapy would log it, and the crawl pass for one that was stopped
            self.stop(error)
            return
        for due in found:
            self.crawl.in_flight += 1
            engine.crawl(
                Request(
                    self.crawl.address_of(due),
                    callback=self.on_page,
                    errback=self.on_page_failed,
                    cb_kwargs={"due": due},
                )
            )
        if self._asking or self.crawl.in_flight:
            return
        self.reader.pump()
        if not self.reader.busy() and not self.visitor.goes_on():
            # Scrapy would notice at its next heartbeat, five seconds later.
            self._close("finished")

    def on_page(self, response: Response, due: DueAddress) -> None:
        """Keep a page, or note why there is none."""
        self.crawl.in_flight -= 1
        exchanges = response.meta.get(EXCHANGES, [])
        part = story_of(due.canonical) is not None
        if part and looks_like_challenge(response.body):
            detail = "asks a browser to prove itself"
            self.crawl.keep_failure(due, Reason.CHALLENGE, detail, status=response.status, exchanges=exchanges)
        elif 200 <= response.status < 300:
            self.crawl.keep_page(due, response.url, exchanges)
        else:
            gone = response.status in (404, 410)
            reason = Reason.NOT_FOUND if gone else Reason.HTTP
            self.crawl.keep_failure(
                due, reason, f"answered {response.status}", status=response.status, exchanges=exchanges
            )
        self.feed()

    def on_page_failed(self, failure: Failure) -> None:
        """Note why a page could not be fetched."""
        self.crawl.in_flight -= 1
        due: DueAddress = failure.request.cb_kwargs["due"]  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, LetGoError):
            return  # it stays due
        if isinstance(error, RefusedError):
            self.crawl.keep_failure(due, error.reason, error.detail, status=None, exchanges=(), passing=error.passing)
        elif isinstance(error, NETWORK_ERRORS):
            self.crawl.keep_failure(due, Reason.NETWORK, explain(error), status=None, exchanges=())
        else:
            self.stop(error)
        self.feed()

    def on_received(self, response: Response, request: Request) -> None:
        """Stop the crawl when the host asks for patience; Scrapy tells us before it sends what it holds ready."""
        host = authority(response.url)
        header = response.headers.get(b"Retry-After")
        robots = bool(request.meta.get(ROBOTS))
        if response.status not in PATIENCE or host is None or (robots and header is None):
            return
        try:
            until = self.crawl.leave_alone(host, response.status, header.decode("latin-1") if header else None)
        except ArchiveError as error:
            self.stop(error)
            return
        if robots:
            return  # nothing is sent after it anyway, and that is said as robots.txt's answer
        kind = Trouble.ASKED if response.status == 429 else Trouble.DOWN
        why = f"the site answered {response.status} and is left alone until {until:%Y-%m-%d %H:%M} UTC"
        self.crawl.blame(RunStatus.BLOCKED, why, kind=kind, url=response.url)
        self._close("blocked")

    def on_sent(self, request: Request) -> None:
        """Count a request."""
        self.crawl.count(request.url)

    def on_idle(self) -> None:
        """Fetch what is due; stay while readings are under way, since they may make more due."""
        self.feed()
        if not self.stopping:
            raise DontCloseSpider

    def on_error(self, failure: Failure, response: Response) -> None:
        """Stop when a callback failed: a full disk, a lost database or a bug must not pass as a quiet crawl."""
        if not isinstance(failure.value, ArchiveError):
            logger.error("%s: %s: %s", self.name, response.url, failure.getTraceback())
        self.stop(failure.value)

    def stop(self, error: BaseException | None = None, why: str | None = None) -> None:
        """End the crawl soon: what is in flight is kept, what is due stays due."""
        if error is not None and self.crawl.fatal is None:
            self.crawl.fatal = error
        if why is not None and self.crawl.cut_short is None:
            self.crawl.cut_short = why
        self._close(why or "fatal")

    def _close(self, reason: str) -> None:
        if self.stopping or self.crawler.engine is None:
            return
        self.stopping = True
        self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))

    def let_go(self) -> None:
        """Once the crawl is being closed, give up the requests that wait for their turn.

        Scrapy waits for them, and a Crawl-delay is longer than the patience of whoever stops us: a kill would follow.
        """
        engine = self.crawler.engine
        if engine is None or engine._slot is None or engine._slot.closing is None:
            return
        for slot in engine.downloader.slots.values():
            while slot.queue:
                request, answer = slot.queue.popleft()
                self.crawl.count(request.url, -1)  # it was counted when it began to wait
                answer.errback(LetGoError("the crawl was stopped"))

    async def on_closed(self, reason: str) -> None:
        """Let the readers finish what was fetched."""
        if undated := self.sightings.undated:
            self.crawl.remarks.append(f"{undated} stories whose day no source says were not left out")
        if failed := self.crawl.tally.parts_failed:
            self.crawl.remarks.append(f"{failed} further pages of stories could not be fetched")
        if reason == "shutdown":
            self.crawl.cut_short = "stopped by a signal"
        elif reason == "memusage_exceeded":
            self.crawl.cut_short = "the memory limit was reached"
        await self.visitor.end()
        await self.reader.drain(quick=reason != "finished")


def _kind(response: Response) -> Trouble:
    """Whose doing it is that an answer is not one of a source."""
    if looks_like_challenge(response.body):
        return Trouble.CHALLENGE
    if response.status in CLOSED:
        return Trouble.REFUSED
    return Trouble.DOWN if response.status >= 500 else Trouble.SOURCES


def _read(source: Source, ask: Ask, reply: Reply) -> Answer:
    """Give what an answer tells; one that would take all our memory is none (51 MB of `{},` are a gigabyte of objects)."""
    try:
        return source.read(ask, reply)
    except MemoryError:
        pass
    where = urlsplit(ask.url).path
    raise NotThisSourceError(f"{where} answered more than our memory holds: {len(reply.body):,} bytes", closed=True)
