"""The scheduler's own settings, and whom it tells."""

import re
from collections.abc import Iterator, Sequence

import msgspec


class ScheduleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[schedule]` in pilkada.toml."""

    timezone: str = "Asia/Makassar"
    """The zone (IANA name) in which cron expressions are read."""
    crawl: str = "*/30 * * * *"
    """When outlets are crawled that have no expression of their own."""
    outlets: dict[str, str] = {}
    """An expression for one outlet, by slug."""
    jitter: float = 30.0
    """Seconds by which a start is put off at most, by chance, so that outlets do not start in one second."""
    parallel: int = 4
    """How many outlets are crawled at once at most."""

    def expression(self, outlet: str) -> str:
        """Give the cron expression by which an outlet is crawled."""
        return self.outlets.get(outlet, self.crawl)


class AlertSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[alerts]` in pilkada.toml."""

    to: list[str] = []
    """Who is told when an outlet's health changes: addresses as Apprise has them. They hold secrets."""
    digest: str | None = "0 7 * * *"
    """When they are sent a summary (cron, in the schedule's zone); none where it is empty."""


SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://\S+", re.IGNORECASE)


def address_faults(addresses: Sequence[str]) -> Iterator[str]:
    """Say what is wrong with addresses, without repeating any: they hold secrets."""
    for number, address in enumerate(addresses, start=1):
        if not SCHEME.fullmatch(address.strip()):
            yield f"address {number} of {len(addresses)} is none of Apprise's, such as mailto://user:password@host"


def masked_address(address: str) -> str:
    """Give an address without all that may be secret in it: which service it is, and no more."""
    found = SCHEME.fullmatch(address.strip())
    return f"{found[1]}://***" if found else "***"
