"""What an errand is told, and what it brings back; both travel between processes as one line of JSON."""

from datetime import datetime
from typing import Literal

import msgspec

from crawler.logs import Options
from crawler.task import Outlet


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One errand: where to, what for, within which limits."""

    url: str
    outlet: Outlet | None = None
    """Of a check: the outlet as declared. Without one the site is probed."""
    locks: str
    delay: float
    allowed_hosts: list[str]
    user_agent: str
    deadline: float
    memory_mb: int
    log_level: str
    log: Options = Options()


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What one source answered."""

    source: str
    path: str
    answers: bool
    said: str
    """How many stories it told of, or why it told of none."""
    stories: int = 0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader made of one story; `rejected` says why it is none."""

    url: str
    title: str = ""
    body: int = 0
    """Characters."""
    published: str | None = None
    published_source: str | None = None
    authors: list[str] = []
    section: str | None = None
    tags: list[str] = []
    caption: str | None = None
    image: str | None = None
    rejected: str | None = None


class Hinted(msgspec.Struct, frozen=True, kw_only=True):
    """What one source told of a story whose page is kept."""

    source: str
    published: str | None = None
    section: str | None = None


class Exchanged(msgspec.Struct, frozen=True, kw_only=True):
    """One request and what was answered; of cookies only the names."""

    url: str
    status: int
    headers: dict[str, str]
    at: datetime
    body: bytes | None = None
    """Of the few answers that a maintainer needs whole."""
    role: Literal["listing", "page"] | None = None
    told: list[Hinted] = []


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What an errand found out of a site."""

    base_url: str = ""
    family: str | None = None
    name: str = ""
    timezone: str | None = None
    """As the site tells it, or as its texts let one think; `zone_by` says which."""
    zone_by: str = ""
    sources: list[Heard] = []
    articles: list[Seen] = []
    stories: str | None = None
    """The pattern of the paths of stories."""
    lists: list[str] = []
    tells: dict[str, str] = {}
    """What headers and the head of a page say of the system."""
    unsure: list[str] = []
    wrong: list[str] = []
    """Of a check: what is not as declared."""
    requests: int = 0
    exchanges: list[Exchanged] = []
    failed: str | None = None
    """Why nothing was found out, in one line."""
    left_alone: datetime | None = None
    """Until when the site asked to be left alone."""
