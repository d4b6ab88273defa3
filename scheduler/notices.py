"""How a change of an outlet's health is told to a person: in one line of the log, and as a piece of a message."""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from archive.healthchanges import Change
from archive.records import Health
from archive.text import clean_text, for_terminal
from scheduler.health import commands

WIDTH = 80
LONGEST_DETAIL, LONGEST_ADDRESS = 400, 300
"""Characters of what a site may have a hand in."""


def plain(text: str, longest: int = LONGEST_DETAIL) -> str:
    """Give a text on one line, without what could steer a terminal or split a header, and no longer than that."""
    line = " ".join(clean_text(for_terminal(text)).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def line(change: Change) -> str:
    """Give a change as one line of the log."""
    if change.state is Health.OK:
        return f"{change.outlet}: well again" + (f": {plain(change.detail)}" if change.detail else "")
    help_ = "; ".join(f"`{words}`" for words in commands(change.cause, change.outlet))
    return (
        f"{change.outlet}: {change.state} ({change.cause}) since {change.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC:"
        f" {plain(change.detail)}; see {help_}"
    )


def piece(change: Change, zone: str) -> str:
    """Give a change as lines of a message, no wider than 80 columns but for an address; times are in a zone."""
    return "\n".join(_lines(change, zone))


def _lines(change: Change, zone: str) -> Iterator[str]:
    if change.state is Health.OK:
        yield f"{change.outlet}: OK again (seen {minute(change.since, zone)})"
        yield from wrapped(plain(change.detail))
        return
    yield f"{change.outlet}: {change.state.upper()} since {minute(change.since, zone)} ({change.cause})"
    yield from wrapped(plain(change.detail))
    if change.example:
        yield f"  Example: {plain(change.example, LONGEST_ADDRESS)}"
    for words in commands(change.cause, change.outlet):
        yield f"  $ {words}"


def wrapped(text: str) -> Sequence[str]:
    """Give a text as indented lines."""
    indent = "  "
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def minute(moment: datetime, zone: str) -> str:
    """Give a time to the minute, with the zone's own name for its offset."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
