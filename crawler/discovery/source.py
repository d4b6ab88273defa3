"""What a source of stories is asked, what it answers, and what follows from that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

Marks = Mapping[str, Any]
"""How far a source was read; each kind of source has its own keys."""

LONGEST_ADDRESS = 2083
"""The longest address that is taken for a story's (RELIABILITY T8)."""
LONGEST_TITLE = 500

SEVEN_DAYS = timedelta(days=7)
"""How often at most a crawl goes beyond its budget: an unconditional fetch, a full walk, a new try of what was closed."""

MANY_PAGES = 500
"""Longer lists are walked again less often."""
SELDOM = timedelta(days=30)
AGAIN = "as once in seven days, or in thirty where they are long"


def walk_due(mark: Marks, now: datetime) -> bool:
    """Whether what was `walked` to its end is to be walked so again: what was back-dated stands anywhere in it.

    A story may have been passed over in the one walk there was: a removal moves all that follow by one place, under the
    eyes of whoever reads page by page. So the second walk comes after seven days, however long the list.
    """
    walked = mark.get("walked")
    if not isinstance(walked, str):
        return False
    seldom = mark.get("confirmed") and int(mark.get("pages", 0)) > MANY_PAGES
    return now - datetime.fromisoformat(walked) > (SELDOM if seldom else SEVEN_DAYS)


class NotThisSourceError(Exception):
    """The answer is not of this source's kind: closed, replaced by HTML, or broken; the text says which.

    `closed` says that the site means it (a refusal, another page in its place), and has not merely stumbled.
    """

    def __init__(self, why: str, *, closed: bool = False) -> None:
        super().__init__(why)
        self.closed = closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request to a source: its address, and which window of the source it is a part of."""

    url: str
    window: str
    page: int = 1
    urgent: bool = True
    """Whether it goes before the stories that are known and not yet fetched; deep pages of a long list do not."""
    to_end: bool = False
    """Whether the window is read to its end, and not only until what is known."""
    section: str | None = None
    """The section that all stories of the window belong to."""
    teller: str = ""
    """What tells apart who speaks, where one source has several voices: the path of a list."""
    known: int = 0
    """How many pages in a row told of nothing new."""
    bare: int = 0
    """How many pages in a row had no story that the walk had not seen."""
    least: int = 0
    """The page before which a walk does not stop, whatever is known."""
    back: bool = False
    """Whether a walk that goes on looks for where it stood, backwards."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What is sent beside the address: validators of what is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as received; `headers` have lower-case names, `at` is when it came."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime

    @property
    def unchanged(self) -> bool:
        """Whether the site says that nothing changed since the validators were given."""
        return self.status == 304

    def refused(self) -> bool:
        """Whether the status says that there is no such source for us: it is closed, or was never there."""
        return self.status in (401, 403, 404, 410)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a source told of one story; times are ISO 8601, a day alone where no time is said."""

    url: str
    record: str | None = None
    """The story's record inside the answer, where that holds its text."""
    title: str = ""
    published: str | None = None
    modified: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one answer told."""

    stories: tuple[Story, ...]
    total: int | None = None
    """How many stories the source says there are in the window."""
    more: bool | None = None
    """Whether there is a page after this one; None where the answer does not say."""
    unusable: int = 0
    """Entries without what identifies a story."""
    sections: Mapping[str, str] = field(default_factory=dict)
    """Lists of sections that the answer names: path and label."""
    validators: Mapping[str, str] = field(default_factory=dict)
    """What the site gives to ask with whether anything changed: `etag`, `last-modified`."""
    further: Sequence[tuple[str, str | None]] = ()
    """Further parts of the source, with the time at which each says that it changed."""
    seen: frozenset[str] = frozenset()
    """Every story that the answer names, also those outside the days of a backfill."""
    remark: str | None = None
    """What a report should say of what the answer tells."""
    before: bool = False
    """Whether all that the answer names is older than the first day of a backfill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Which stories of an answer were not known: to the archive (`fresh`), and as told by this source (`first`)."""

    fresh: int = 0
    first: frozenset[str] = frozenset()
    """Addresses as the answer gives them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to ask next, and what to remember."""

    asks: Sequence[Ask] = ()
    marks: Marks | None = None
    """How far the source has been read by now; None as before."""
    remark: str | None = None
    """What a report should say: that a crawl went beyond its budget, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days, in the outlet's zone and inclusive, that a backfill is for; None is no bound."""

    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None

    def __str__(self) -> str:
        return f"{self.since or ''}..{self.until or ''}"

    def times(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """Give when the first of them begins in a zone, and when the last is over."""
        since = None if self.since is None else datetime.combine(self.since, time(), zone)
        until = None if self.until is None else datetime.combine(self.until + timedelta(days=1), time(), zone)
        return since, until

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)


EVERY_DAY = Span()


class Source(Protocol):
    """One kind of source, for one crawl: it is stateful, and is told of every answer in the order of asking."""

    kind: str
    needed: bool
    """Whether a crawl cannot do without it: then another group of sources is asked, or the crawl has failed."""

    def begin(self) -> Sequence[Ask]:
        """What a crawl asks first."""

    def read(self, ask: Ask, reply: Reply) -> Answer:
        """What an answer tells.

        Raises:
            NotThisSourceError: it is not of this kind.
        """

    def go_on(self, ask: Ask, answer: Answer, *, met: Met, now: datetime) -> Step:
        """What follows from an answer; `met` says which of its stories were not known."""
