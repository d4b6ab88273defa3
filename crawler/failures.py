"""What goes wrong between us and a site, told apart from what is our own fault."""

from OpenSSL.SSL import Error as SslError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from twisted.internet.error import ConnectError, ConnectionClosed

from archive.records import Reason
from crawler.middlewares import RefusedError

NETWORK_ERRORS = (
    CannotResolveHostError,
    ConnectError,
    ConnectionClosed,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    SslError,
)
"""What goes wrong between us and a site; anything else is our own fault and ends the crawl."""


def no_way(error: BaseException) -> bool:
    """Say whether just this address gives nothing: robots.txt shuts it, it leads elsewhere or in circles, it is too large."""
    if isinstance(error, RefusedError):
        return error.reason in (Reason.ROBOTS, Reason.OFFSITE) and not error.passing
    return isinstance(error, DownloadCancelledError) or type(error) is IgnoreRequest


def explain(error: BaseException | None) -> str:
    """Give a network error in a few words."""
    text = " ".join(str(error).split()) or type(error).__name__
    return f"{type(error).__name__.removesuffix('Error')}: {text}"[:200]
