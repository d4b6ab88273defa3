"""The bytes of each request and response as they went over the wire, taken from the connection itself.

A downloader middleware sees headers parsed and bodies decoded; header case and order, chunk framing and content coding
are gone by then. So the HTTP/1.1 handler's connections are tapped: one request at a time uses a connection, so what it
sends and receives between two requests is one exchange. Written for Scrapy 2.19 and Twisted 26.10; a test compares
byte for byte with what a server sent.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.web._newclient import HEADER, STATUS

from archive.warc import Exchange

logger = logging.getLogger(__name__)

EXCHANGES = "exchanges"
"""The key in a request's meta: the exchanges it took, redirects and tries included, oldest first."""

MAX_HEAD = 256 * 1024
"""The most bytes of a response before its body. Scrapy's limits count bodies only: measured, 330 MB of header lines took
1,046 MB of memory (RELIABILITY T6); a head of 64 KiB is already more than any web server lets through."""


class Tap:
    """What one request sent and received so far."""

    def __init__(self, started_at: datetime) -> None:
        self.started_at = started_at
        self.sent: list[bytes] = []
        self.received: list[bytes] = []
        self.head = 0


class TappedProtocol(_LenientHTTP11ClientProtocol):
    """A connection that copies what passes through it."""

    now: Callable[[], datetime]
    _tap: Tap | None = None

    def request(self, request: Any) -> Deferred[Any]:
        """Send a request and mark its response with the tap that sees both."""
        tap = self._tap = Tap(self.now())
        transport: Any = self.transport
        write = transport.writeSequence

        def write_and_copy(parts: list[bytes]) -> None:
            tap.sent.extend(parts)
            write(parts)

        # A request without a body is written at once, inside request(), by one writeSequence.
        transport.writeSequence = write_and_copy
        try:
            answer = super().request(request)
        finally:
            del transport.writeSequence
        return answer.addCallback(self._mark, tap)

    @staticmethod
    def _mark(response: Any, tap: Tap) -> Any:
        response.pilkada_tap = tap
        return response

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Copy some bytes of the response and hand them on."""
        if self._tap is not None:
            self._tap.received.append(data)
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        self._limit_head(len(data))

    def _limit_head(self, more: int) -> None:
        """End a connection on which a response's head does not end, nor the interim responses before it."""
        tap, parser = self._tap, self._parser
        if tap is None or parser is None or parser.state not in (STATUS, HEADER):
            return
        tap.head += more
        if tap.head > MAX_HEAD:
            logger.info("a response had more than %s bytes before its body; its connection is ended", MAX_HEAD)
            transport: Any = self.transport
            transport.abortConnection()


class _TappedFactory(_LenientHTTP11ClientFactory):
    def __init__(self, *words: Any, now: Callable[[], datetime]) -> None:
        super().__init__(*words)  # type: ignore[no-untyped-call]
        self._now = now

    def buildProtocol(self, addr: Any) -> TappedProtocol:  # noqa: ARG002, N802 - Twisted's name
        protocol = TappedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
        protocol.now = self._now
        return protocol


class _TappedAgent(_ScrapyAgent):
    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        self._tap: Tap = txresponse.pilkada_tap
        self._request = request
        return super()._cb_bodyready(txresponse, request)

    def _cb_bodydone(self, result: Any, url: str) -> Response:
        response = super()._cb_bodydone(result, url)
        content_type = response.headers.get(b"Content-Type")
        self._request.meta.setdefault(EXCHANGES, []).append(
            Exchange(
                url=url,
                sent=b"".join(self._tap.sent),
                received=b"".join(self._tap.received),
                status=response.status,
                content_type=content_type.decode("latin-1") if content_type else None,
                started_at=self._tap.started_at,
            )
        )
        return response


class TeeDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler, leaving the exchange in the request's meta."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = partial(_TappedFactory, now=crawler.settings["PILKADA_NOW"])  # type: ignore[assignment]

    async def download_request(self, request: Request) -> Response:
        """Download one request, as Scrapy's handler does, through a tapped agent."""
        agent = _TappedAgent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))
