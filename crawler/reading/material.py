"""What a reader is given: an outlet's description, and the record and the pages that tell of one story."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.reading.dates import Moment
from crawler.reading.pack import Pack
from crawler.reading.rules import WORDPRESS, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a reader must know of an outlet; travels to the reading processes, so all of it can be pickled."""

    slug: str
    name: str
    base_url: str
    timezone: str
    """IANA name of the zone in which the outlet's days are counted."""
    rules: Rules = WORDPRESS
    pack: Pack | None = None
    """The election by which its articles are judged; without one they are not."""
    regions: tuple[str, ...] = ()
    """Official codes of what it covers: where an article is taken to be at home."""


@dataclass(frozen=True, slots=True)
class Record:
    """One post object of a site's API, as JSON gave it; nothing in it is taken on trust."""

    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One public page as received, its transfer and content codings undone."""

    url: str
    body: bytes
    status: int = 200
    content_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What feeds and listings said of a story; its page may leave it out, or know it less precisely."""

    published: Moment | None = None
    """Its `source` says whether a feed or a listing gave it."""
    section: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that one visit showed of one story: a record, a page, or both, and a story's further pages in order."""

    site: Site
    url: str
    fetched_at: datetime
    record: Record | None = None
    page: Page | None = None
    further: tuple[Page, ...] = field(default=())
    told: Told = field(default_factory=Told)
