"""The one choke point before a connection: no name leads to a machine that is not public (RELIABILITY T1)."""

import logging
from collections.abc import Sequence
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IResolutionReceiver
from zope.interface import implementer

from crawler.guard import is_public

logger = logging.getLogger(__name__)


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Hands on the public addresses of a name and notes the others."""

    def __init__(self, receiver: Any, name: str, place: str, refused: set[str]) -> None:
        self._receiver = receiver
        self._name = name
        self._place = place
        self._refused = refused
        self._found: set[bool] = set()

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's name
        public = is_public(address.host)
        self._found.add(public)
        if public:
            self._receiver.addressResolved(address)
        else:
            logger.info("refused %s: it leads to %s, which is not public", self._name, address.host)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        if self._found == {False}:
            self._refused.add(self._place)
        else:
            self._refused.discard(self._place)
        self._receiver.resolutionComplete()


class PublicResolver(CachingHostnameResolver):
    """Resolves names to public addresses only, except for the exact host:port that settings or --base-url name.

    The only choke point that sees the port and that IP literals pass through too.
    """

    def __init__(self, reactor: Any, cache_size: int, allowed: frozenset[str]) -> None:
        super().__init__(reactor, cache_size)
        self._allowed = allowed
        self.refused: set[str] = set()
        """Each host:port that led to addresses which are not public, and to no other."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """Build from Scrapy's settings; the allowed pairs are in PILKADA_ALLOWED_HOSTS."""
        # Answers are not cached: a cached answer would be handed out for any port.
        return cls(reactor, 0, frozenset(crawler.settings.getlist("PILKADA_ALLOWED_HOSTS")))

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: N803 - Twisted's name
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Resolve one name for one port."""
        host = f"[{hostName}]" if ":" in hostName else hostName
        place = f"{host}:{portNumber}"
        named = place in self._allowed
        receiver = resolutionReceiver if named else _PublicOnly(resolutionReceiver, hostName, place, self.refused)
        resolver: Any = self.original_resolver
        return resolver.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


def why_refused(place: str | None) -> str | None:
    """Say why a host:port was not connected to; None when it was not refused here."""
    from twisted.internet import reactor

    if place is None or place not in getattr(reactor.nameResolver, "refused", ()):
        return None
    return f'{place} leads to no public address: to crawl it all the same, add "{place}" to crawl.allow_hosts'
