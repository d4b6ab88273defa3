"""What a source of stories is asked, what it answers, and what follows from that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Marks = Mapping[str, Any]
"""How far a source was read; each kind of source has its own keys."""


class NotThisSourceError(Exception):
    """The answer is not of this source's kind: closed, replaced by HTML, or broken; the text says which."""


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
    known: int = 0
    """How many pages in a row told of nothing new."""
    bare: int = 0
    """How many pages in a row had no story that the page before had not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as received; `headers` have lower-case names, `at` is when it came."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to ask next, and what to remember."""

    asks: Sequence[Ask] = ()
    marks: Marks | None = None
    """How far the source has been read by now; None as before."""


class Source(Protocol):
    """One kind of source, for one crawl: it is stateful, and is told of every answer in the order of asking."""

    kind: str
    needed: bool
    """Whether the crawl has failed when it does not answer; else the report says what is missing."""

    def begin(self) -> Sequence[Ask]:
        """What a crawl asks first."""

    def read(self, ask: Ask, reply: Reply) -> Answer:
        """What an answer tells.

        Raises:
            NotThisSourceError: it is not of this kind.
        """

    def go_on(self, ask: Ask, answer: Answer, *, fresh: int, now: datetime) -> Step:
        """What follows from an answer; `fresh` of its stories this source had not told of before."""
