"""What every request passes on its way out: is it the outlet's, and does robots.txt allow it."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, ResponseDataLossError
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from archive.records import Reason
from archive.warc import Exchange
from crawler.guard import Boundary, authority
from crawler.resolver import why_refused
from crawler.robots import Robots, judge, unheard
from crawler.tee import EXCHANGES

logger = logging.getLogger(__name__)

VISIT = "visit"
"""The key in a request's meta that marks a visit to a held article: it, and all that follows from it, is paid for."""
ROBOTS = "robots"
"""The key in a request's meta that marks a request for robots.txt."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class RefusedError(IgnoreRequest):
    """A request was not sent; `reason` says by which rule, `passing` that it may be sent another time."""

    def __init__(self, reason: Reason, detail: str, *, passing: bool = False) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.passing = passing


class LetGoError(IgnoreRequest):
    """A request was not sent, since the crawl was stopped while it waited for its turn."""


class OverBudgetError(Exception):
    """A request was not sent, since the day's budget of visits is spent."""


class Guest(Protocol):
    """For whom requests are sent: a crawl, or an errand that keeps nothing."""

    boundary: Boundary
    heard: set[str]
    """Hosts that answered when they were asked for robots.txt, whatever they said."""

    def held_robots(self, host: str) -> Robots | None:
        """Give what is held of a host's robots.txt and still good."""

    def keep_robots(self, host: str, status: int, exchanges: Sequence[Exchange]) -> None:
        """Note what a host answered for robots.txt."""


def guest_of(crawler: Crawler) -> Guest:
    """Give for whom a Scrapy crawler works."""
    guest: Guest | None = getattr(crawler.spider, "crawl", None)
    assert guest is not None
    return guest


class BoundaryMiddleware:
    """Refuses what is not the outlet's: when a request is queued, and again at each redirect.

    A robots.txt is followed to other hosts, since the rules that it leads to are the outlet's (RFC 9309 2.3.1.2), but
    to no other port than those of the web.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._named = frozenset(crawler.settings.getlist("PILKADA_ALLOWED_HOSTS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build for one crawler."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let a request pass or refuse it."""
        place = authority(request.url) or ""
        rules = request.meta.get(ROBOTS) and (place in self._named or place.rpartition(":")[2] in ("80", "443"))
        if not rules and not guest_of(self._crawler).boundary.admits(request.url):
            raise RefusedError(Reason.OFFSITE, f"{request.url} is not the outlet's")
        if "@" in urlsplit(request.url).netloc:
            raise RefusedError(Reason.OFFSITE, "the address holds a user or a password")


class BudgetMiddleware:
    """Takes each request of a visit off the outlet's budget before it is sent, redirects and second tries too.

    It is asked last, so that what robots.txt forbids costs nothing.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build for one crawler."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let a request pass or refuse it."""
        pay = request.meta.get(VISIT)
        if pay is not None and not pay():
            raise OverBudgetError(f"{request.url}: the day's budget of visits is spent")


class LocationMiddleware:
    """Refuses a redirect to what is no address of the web; Scrapy would end in an error that looks like our own."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Let a response pass or refuse where it leads."""
        place = response.headers.get(b"Location")
        if place is None or response.status not in REDIRECTS:
            return response
        try:
            scheme = urlsplit(urljoin(request.url, place.decode("latin-1").strip())).scheme
        except ValueError:
            scheme = ""
        if scheme not in ("http", "https"):
            raise RefusedError(Reason.OFFSITE, f"{request.url} leads to no address of the web")
        return response


class UnpackMiddleware(HttpCompressionMiddleware):
    """Scrapy's, with one kind of error for what cannot be unpacked, whichever library found out."""

    def process_response(  # type: ignore[override]  # Scrapy hands no spider over any more
        self, request: Request, response: Response
    ) -> Request | Response:
        """Undo a response's content codings."""
        try:
            return super().process_response(request, response)
        except IgnoreRequest:
            raise  # it is larger than allowed
        except Exception as error:
            coding = (response.headers.get(b"Content-Encoding") or b"").decode("latin-1")[:40]
            raise ResponseDataLossError(f"its coding {coding!r} cannot be undone: {error}") from error


class RobotsMiddleware:
    """Asks each host for robots.txt once in 24 hours, keeps to it, and sends nothing where it cannot be had."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._name = crawler.spider.name if crawler.spider is not None else ""
        self._asked: dict[str, asyncio.Task[Robots]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build for one crawler."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request pass or refuse it."""
        if request.meta.get(ROBOTS):
            return
        host = authority(request.url)
        assert host is not None
        if host not in self._asked:
            self._asked[host] = asyncio.ensure_future(self._learn(host, request.url))
        robots = await self._asked[host]
        self._keep_delay(robots)
        if not robots.allows(request.url):
            if why := why_refused(host):
                raise RefusedError(Reason.NETWORK, why)
            if robots.why:
                raise RefusedError(Reason.ROBOTS, robots.why, passing=True)
            raise RefusedError(Reason.ROBOTS, f"robots.txt asks not to fetch {request.url}")

    def _keep_delay(self, robots: Robots) -> None:
        """Slow the outlet's slot down to the Crawl-delay; Scrapy makes a slot anew after a while without requests."""
        delay = robots.delay()
        if delay and self._crawler.engine is not None:
            for slot in self._crawler.engine.downloader.slots.values():
                slot.delay = max(slot.delay, delay)

    async def _learn(self, host: str, url: str) -> Robots:
        guest = guest_of(self._crawler)
        robots = guest.held_robots(host)
        if robots is None:
            robots = await self._fetch(guest, host, url)
        if robots.why:
            logger.info("%s: %s", self._name, robots.why)
        return robots

    async def _fetch(self, guest: Guest, host: str, url: str) -> Robots:
        scheme = url.partition(":")[0]
        # That it could not be had is said once, as the crawl's outcome.
        meta = {ROBOTS: True, "give_up_log_level": "DEBUG"}
        request = Request(f"{scheme}://{host}/robots.txt", meta=meta, callback=NO_CALLBACK, priority=1000)
        try:
            response: Response = await self._crawler.engine.download_async(request)
        except LetGoError:
            raise
        except IgnoreRequest as error:
            guest.heard.add(host)
            logger.info("%s: robots.txt of %s: %s", self._name, host, error)
            return unheard("is redirected too often or to where we may not go, or unpacks to too much")
        except DownloadCancelledError:
            guest.heard.add(host)
            return unheard("is larger than any robots.txt")
        except Exception as error:  # noqa: BLE001 - whatever kept us from reading robots.txt, nothing is fetched
            logger.info("%s: robots.txt of %s: %s", self._name, host, error)
            return unheard("did not answer")
        if (response.headers.get(b"Content-Encoding") or b"").strip().lower() not in (b"", b"identity"):
            guest.heard.add(host)
            return unheard("is in a coding that we did not offer")
        guest.keep_robots(host, response.status, response.meta.get(EXCHANGES, []))
        return judge(response.status, response.body)
