"""A page held against what is held of its story, before anything of it is kept: the same, another text, or no story."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from archive import history, rechecks, visits
from archive.looks import MISSED
from archive.rechecks import Held, Looked
from archive.records import Purpose, Reading, Reason, Rejection
from archive.store import text_digest
from archive.visits import UnreadVisit
from archive.warc import DamagedRecordError, Exchange, read_response
from crawler.crawl import Crawl
from crawler.materials import Materials
from crawler.reading import Job, Material, Page, ReadingPool

WHOLE = timedelta(days=7)
"""How often at least a page is asked for without validators: a server may say `304` of a page that changed (T24)."""


class EndedError(Exception):
    """The crawl was stopped before a request of a visit was sent."""


class Says(Enum):
    """What a look says of a held story."""

    SAME = "same"
    OTHER = "other"
    """There is another text."""
    BESIDE = "beside"
    """Its page was not kept yet, beside the record that its text is from: nothing to hold it against."""
    MISSED = "missed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An answer as it came, after redirects; `headers` have lower-case names."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    exchanges: tuple[Exchange, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an answer says of a story, and why."""

    says: Says
    reason: Reason | None = None
    detail: str = ""
    notice: str | None = None
    """What stands in the story's place and says why."""
    stranger: str | None = None
    """The digest of a text that has nothing of the held one."""


SAME = Verdict(says=Says.SAME)
GONE = {404: Reason.NOT_FOUND, 410: Reason.GONE}


def by_status(seen: Seen, asked: str) -> Verdict | None:
    """Give what an answer says before it is read; None where it must be."""
    if seen.status == 304:
        return SAME
    if seen.status in GONE:
        return Verdict(says=Says.MISSED, reason=GONE[seen.status], detail=f"answered {seen.status}")
    if not 200 <= seen.status < 300:
        return Verdict(says=Says.NOTHING, reason=Reason.HTTP, detail=f"answered {seen.status}")
    if elsewhere(seen.url, asked) and urlsplit(seen.url).path.strip("/") == "":
        return Verdict(says=Says.MISSED, reason=Reason.HOME, detail="leads to the home page")
    return None


def by_rejection(rejection: Rejection, seen: Seen, asked: str) -> Verdict:
    """Give what it says of a story that its page is none; a wall, a challenge or a broken page says nothing."""
    if rejection.reason in MISSED:
        return Verdict(says=Says.MISSED, reason=rejection.reason, detail=rejection.detail, notice=rejection.notice)
    if rejection.reason is Reason.LISTING and elsewhere(seen.url, asked):
        return Verdict(says=Says.MISSED, reason=Reason.HOME, detail=f"leads to a list, {urlsplit(seen.url).path}")
    return Verdict(says=Says.NOTHING, reason=rejection.reason, detail=rejection.detail)


def elsewhere(url: str, asked: str) -> bool:
    """Say whether an answer is of another path than was asked for."""
    return urlsplit(url).path.rstrip("/") != urlsplit(asked).path.rstrip("/")


class Pages:
    """Reads pages of one outlet without keeping them."""

    def __init__(self, crawl: Crawl, materials: Materials, pool: ReadingPool) -> None:
        self._crawl, self._materials, self._pool = crawl, materials, pool

    def validators(self, held: Held) -> dict[str, str]:
        """Give what to ask with whether a page changed; nothing once a week, and where its newest page is not kept."""
        with self._crawl.database.read() as connection:
            kept = rechecks.looked(connection, held)
            whole = rechecks.last_whole(connection, held.address_id)
            if kept.page is None or not kept.newest or whole is None or self._crawl.now() - whole > WHOLE:
                return {}
            places = visits.capture_places(connection, self._crawl.home.warc, [kept.page.capture_id])
        try:
            said = {name.lower(): value for name, value in read_response(*places[kept.page.capture_id]).headers}
        except DamagedRecordError:
            return {}
        names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        return {names[name]: value for name, value in said.items() if name in names}

    async def judge(self, held: Held, seen: Seen, asked: str) -> Verdict:
        """Give what a page says of the story that is held."""
        if verdict := by_status(seen, asked):
            return verdict
        with self._crawl.database.read() as connection:
            kept = rechecks.looked(connection, held)
            materials = [self._material(connection, held, seen)]
            before = self._before(connection, held, kept)
        if before is not None:
            materials.append(before)
        reading, *rest = await asyncio.wrap_future(self._pool.submit(Job(sources=tuple(materials))))
        if isinstance(reading, Rejection):
            return by_rejection(reading, seen, asked)
        with self._crawl.database.read() as connection:
            same = history.shows(connection, held.article_id, reading)
            strange = history.shows_nothing_of(connection, held.article_id, reading)
        stranger = text_digest(reading) if strange else None
        if elsewhere(seen.url, asked) and self._moves(held, seen):
            return Verdict(says=Says.OTHER, detail="stands elsewhere", stranger=stranger)
        if rest:
            same = isinstance(rest[0], Reading) and text_digest(rest[0]) == text_digest(reading)
            return SAME if same else Verdict(says=Says.OTHER, stranger=stranger)
        # A page may be read otherwise than a record, so that it tells of an edit only beside an earlier look at it.
        return SAME if same else Verdict(says=Says.BESIDE if kept.record_at else Says.OTHER, stranger=stranger)

    async def shown(self, held: Held, seen: Seen, asked: str) -> str | None:
        """Give the digest of the text that an answer shows; None where it shows no story."""
        if by_status(seen, asked) is not None:
            return None
        with self._crawl.database.read() as connection:
            material = self._material(connection, held, seen)
        (reading,) = await asyncio.wrap_future(self._pool.submit(Job(sources=(material,))))
        return text_digest(reading) if isinstance(reading, Reading) else None

    def _moves(self, held: Held, seen: Seen) -> bool:
        """Say whether a redirect leads to another address of the outlet than the story is known by."""
        spot = self._crawl.naming.spot(seen.url)
        return spot is not None and spot.canonical != held.canonical

    def _material(self, connection: Any, held: Held, seen: Seen) -> Material:
        page = Page(
            url=seen.url, body=seen.body, status=seen.status, content_type=seen.headers.get("content-type") or None
        )
        look = UnreadVisit(
            visit_id=-held.address_id,
            address_id=held.address_id,
            canonical=held.canonical,
            url=seen.url,
            purpose=Purpose.ARTICLE,
            at=seen.at,
            capture_id=0,
            record=None,
            imported=False,
        )
        return self._materials.unkept(connection, look, page)

    def _before(self, connection: Any, held: Held, kept: Looked) -> Material | None:
        """Give the page that is kept beside the record of which a text is, to be read alone as the new one is."""
        if kept.record_at is None or kept.page is None or kept.page.at < kept.record_at:
            return None
        places = visits.capture_places(connection, self._crawl.home.warc, [kept.page.capture_id])
        try:
            message = read_response(*places[kept.page.capture_id])
        except DamagedRecordError:
            return None
        headers = {"content-type": message.content_type or ""}
        page = Seen(
            url=kept.page.url,
            status=message.status,
            headers=headers,
            body=message.body,
            exchanges=(),
            at=kept.page.at,
        )
        return self._material(connection, held, page)
