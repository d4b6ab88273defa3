"""Whether a story is still public: what the looks at it prove, in the order of time.

A look sees a story, misses it, or says nothing; whoever looks decides which (`MISSED`), and writes a miss only
where the outlet was seen to work. A miss counts at the address where the story stands, and only after it was seen. One
makes a story suspected; as many as the rule asks for, over as long as it asks for, remove it; a look that sees it at any
of its addresses ends that.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from archive.records import Reason, State

MISSED = frozenset({Reason.NOT_FOUND, Reason.GONE, Reason.WITHDRAWN, Reason.HOME, Reason.SOFT_404})
"""What a look says that found no story; where one is held, it misses it."""


class Happened(StrEnum):
    """What looks at an article proved of its being public, in the order in which it goes."""

    SUSPECTED = "suspected"
    """A look missed it."""
    REMOVED = "removed"
    """Enough looks missed it, over long enough."""
    RESTORED = "restored"
    """It was seen again after that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How many looks must miss a story, the last of them how long after the first, until it is taken for removed."""

    confirm: int = 3
    over: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look that saw a story, or missed it for a reason; `notice` is what stood in its place."""

    at: datetime
    visit_id: int
    address_id: int
    missed: Reason | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The address where a story stands, and since when it is known there."""

    address_id: int
    since: datetime | None = None


@dataclass(slots=True)
class Standing:
    """What is known of a story's being public; all but `last_seen` and `events` is of the time since it was seen last."""

    last_seen: datetime | None = None
    misses: list[Look] = field(default_factory=list)
    removed_at: datetime | None = None
    """When the look was made that confirmed it."""
    events: list[tuple[Happened, Look]] = field(default_factory=list)

    @property
    def state(self) -> State:
        """Whether it is live, suspected or removed."""
        if self.removed_at is not None:
            return State.REMOVED
        return State.SUSPECTED if self.misses else State.LIVE

    @property
    def first_missed(self) -> datetime | None:
        """When it was missed first."""
        return self.misses[0].at if self.misses else None

    @property
    def reason(self) -> Reason | None:
        """What the last look found instead."""
        return self.misses[-1].missed if self.misses else None

    @property
    def notice(self) -> str | None:
        """What was put in its place last."""
        return next((look.notice for look in reversed(self.misses) if look.notice), None)


def standing(looks: Iterable[Look], rule: Rule, home: Place) -> Standing:
    """Say what looks at one story prove; their order does not matter, only their times do."""
    found = Standing()
    seen_at: int | None = None
    for look in sorted(looks, key=lambda look: (look.at, look.visit_id)):
        if look.missed is None:
            if found.removed_at is not None:
                found.events.append((Happened.RESTORED, look))
            found.last_seen, found.removed_at, found.misses = look.at, None, []
            seen_at = look.address_id
        elif seen_at is not None and _counts(look, home, seen_at):
            found.misses.append(look)
            if len(found.misses) == 1:
                found.events.append((Happened.SUSPECTED, look))
            enough = len(found.misses) >= rule.confirm and look.at - found.misses[0].at >= rule.over
            if enough and found.removed_at is None:
                found.removed_at = look.at
                found.events.append((Happened.REMOVED, look))
    return found


def _counts(look: Look, home: Place, seen_at: int) -> bool:
    """Say whether a miss was where the story stood: the address that it has left may be empty."""
    if look.address_id == home.address_id:
        return True
    return home.since is not None and look.at < home.since and look.address_id == seen_at


FOUND = {
    Reason.NOT_FOUND: "its address answers that it is not there (404)",
    Reason.GONE: "its address answers that it is gone (410)",
    Reason.WITHDRAWN: "the site's interface gives it no more",
    Reason.HOME: "its address leads to the home page or to a list",
    Reason.SOFT_404: "its page says that there is no such story",
}
"""What a look found instead of a story, for people."""


def told(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what a person is told of a story's being public, each piece under its name; nothing of one never missed."""
    removal = record["removal"]
    if removal or record["events"]:
        yield "seen", f"last {record['last_seen_at']}"
    if removal:
        yield "missed", f"since {removal['first_missed_at']}: {FOUND[Reason(removal['because'])]}"
        explained = f"explained: {removal['notice']}" if removal["explained"] else "without an explanation"
        yield "removed", f"{removal['removed_at'] or 'not confirmed yet'}, {explained}"
    for event in record["events"] if any(event["event"] == Happened.RESTORED for event in record["events"]) else ():
        yield "event", f"{event['at']} {event['event']}"
