"""The spider of an errand: it asks one thing after the other, under the same rules as a crawl, and keeps nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from archive.warc import Exchange
from crawler.discovery import Reply
from crawler.failures import NETWORK_ERRORS, explain
from crawler.guard import Boundary, authority
from crawler.middlewares import REDIRECTS, ROBOTS, RefusedError
from crawler.patience import wait_asked
from crawler.resolver import why_refused
from crawler.robots import Robots, judge
from crawler.spider import PATIENCE

logger = logging.getLogger(__name__)

MOST_REQUESTS = 15
"""What an errand may send, robots.txt and redirects included."""
HOPS = 5
"""Redirects that are followed from one address."""


class NoAnswerError(Exception):
    """An address gave nothing to look at; the text says why, for a person. `final` ends the errand."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


class LeaveAloneError(NoAnswerError):
    """The site asked to be left alone `until` some time."""

    def __init__(self, status: int, until: datetime) -> None:
        super().__init__(
            f"the site answered {status}: it asks to be left alone until {until:%Y-%m-%d %H:%M} UTC", final=True
        )
        self.until = until


class SpentError(IgnoreRequest):
    """A request was not sent, since the errand has sent as many as it may."""


class Visitor:
    """Whoever runs an errand: where it may go, what robots.txt said, how much was asked."""

    def __init__(self, url: str, allowed: Sequence[str]) -> None:
        self.boundary = Boundary((url,))
        self.heard: set[str] = set()
        self.named: list[str] = []
        """Sitemaps that robots.txt names."""
        self.sent = 0
        self.replies: list[Reply] = []
        self.download: Callable[[Request], Awaitable[Response]]
        self._allowed = frozenset(allowed)

    def held_robots(self, host: str) -> Robots | None:
        """Give nothing: an errand holds no copies, and the middleware asks each host once."""

    def keep_robots(self, host: str, status: int, exchanges: Sequence[Exchange]) -> None:  # noqa: ARG002
        """Note that a host answered; an errand keeps no copy."""
        self.heard.add(host)

    def sitemaps(self) -> list[str]:
        """Give the sitemaps that robots.txt names, as far as they are the site's."""
        return [url for url in self.named if self.boundary.admits(url)]

    def note(self, response: Response, request: Request) -> None:
        """Note which sitemaps a robots.txt names."""
        if request.meta.get(ROBOTS):
            self.named += judge(response.status, response.body).sitemaps()

    @property
    def left(self) -> int:
        """How many requests may still be sent."""
        return MOST_REQUESTS - self.sent

    async def ask(self, url: str, headers: Mapping[str, str] | None = None, *, wander: bool = False) -> Reply:
        """Ask for one address and follow where it leads within the site; with `wander` the site may be elsewhere.

        Raises:
            NoAnswerError: nothing came that could be looked at.
        """
        for _ in range(HOPS + 1):
            response = await self._sent(url, headers or {})
            target = (response.headers.get(b"Location") or b"").decode("latin-1").strip()
            reply = _reply(response, url)
            self.replies.append(reply)
            if response.status in PATIENCE:
                raise LeaveAloneError(
                    response.status, reply.at + wait_asked(reply.headers.get("retry-after"), reply.at)
                )
            if response.status not in REDIRECTS or not target:
                return reply
            url = urljoin(url, target)
            if not self.boundary.admits(url):
                if not wander or not self._of_the_web(url):
                    raise NoAnswerError(f"{reply.url} leads to {url}, which is another site")
                self.boundary = Boundary((*self.boundary.base_urls, url))
        raise NoAnswerError(f"{url}: redirected more than {HOPS} times")

    def _of_the_web(self, url: str) -> bool:
        """Whether another host may be asked at all; the resolver refuses what is not public besides."""
        place = authority(url) or ""
        return place in self._allowed or place.rpartition(":")[2] in ("80", "443")

    async def _sent(self, url: str, headers: Mapping[str, str]) -> Response:
        try:
            request = Request(
                url,
                headers=dict(headers),
                callback=NO_CALLBACK,
                meta={"dont_redirect": True, "give_up_log_level": "DEBUG"},
            )
        except ValueError as error:
            raise NoAnswerError(f"{url} cannot be asked for") from error
        try:
            return await self.download(request)
        except SpentError as error:
            raise NoAnswerError(str(error), final=True) from error
        except RefusedError as error:
            raise NoAnswerError(error.detail, final=error.passing) from error
        except DownloadCancelledError as error:
            raise NoAnswerError(f"{url} sends more than is taken of any answer") from error
        except NETWORK_ERRORS as error:
            raise NoAnswerError(why_refused(authority(url)) or f"{url}: {explain(error)}", final=True) from error


def _reply(response: Response, url: str) -> Reply:
    """An answer; of cookies only the names stay."""
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
    if "set-cookie" in headers:
        cookies = response.headers.getlist(b"Set-Cookie")
        headers["set-cookie"] = ", ".join(dict.fromkeys(one.decode("latin-1").partition("=")[0] for one in cookies))
    return Reply(url=url, status=response.status, headers=headers, body=response.body, at=datetime.now(UTC))


class BudgetMiddleware:
    """Counts what is sent and lets no more through than an errand may send; it stands next to the wire."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build for one crawler."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:  # noqa: ARG002
        """Let a request pass or refuse it."""
        visitor: Visitor = self._crawler.spider.crawl  # type: ignore[union-attr]
        if visitor.left <= 0:
            raise SpentError(f"{MOST_REQUESTS} requests were sent, which is all that is asked of a site at once")
        visitor.sent += 1


class ErrandSpider(Spider):
    """Runs one errand from beginning to end."""

    def __init__(self, *, crawl: Visitor, errand: Callable[[], Awaitable[None]], **kwargs: Any) -> None:
        super().__init__(name="errand", **kwargs)
        self.crawl = crawl
        self._errand = errand
        self._nothing: tuple[Request, ...] = ()

    async def start(self) -> AsyncIterator[Request]:
        """Run the errand; Scrapy is given nothing to do by itself."""
        engine = self.crawler.engine
        assert engine is not None
        self.crawl.download = engine.download_async
        self.crawler.signals.connect(self.crawl.note, signal=signals.response_received)
        try:
            await self._errand()
        finally:
            # Scrapy would notice at its next heartbeat, five seconds later.
            self._closing = asyncio.ensure_future(engine.close_spider_async(reason="finished"))
        for request in self._nothing:
            yield request
