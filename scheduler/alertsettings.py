"""Whom the scheduler tells, and when."""

import re
from collections.abc import Iterator

import msgspec

from scheduler.cadence import CadenceError, next_time


class AlertSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[alerts]` in pilkada.toml."""

    to: list[str] = []
    """Who is told when an outlet's health changes: addresses as Apprise has them. They hold secrets."""
    digest: str | None = "0 7 * * *"
    """When they are sent a summary (cron, in the schedule's zone); none where it is empty."""


SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://\S+", re.IGNORECASE)


def faults(settings: AlertSettings, timezone: str) -> Iterator[str]:
    """Say what is wrong with the settings, each beginning with its key, and no address repeated: they hold secrets."""
    for number, address in enumerate(settings.to, start=1):
        if not SCHEME.fullmatch(address.strip()):
            which = f"address {number} of {len(settings.to)}"
            yield f"alerts.to: {which} is none of Apprise's, such as mailto://user:password@host"
    try:
        if settings.digest:
            next_time(settings.digest, timezone)
    except CadenceError as error:
        yield f"alerts.digest: {error}"


def masked_address(address: str) -> str:
    """Give an address without all that may be secret in it: which service it is, and no more."""
    found = SCHEME.fullmatch(address.strip())
    return f"{found[1]}://***" if found else "***"
