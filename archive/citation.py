"""An article as others cite it: one version of it, and the capture that shows it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import select

from archive.archive import Archive
from archive.articles import declarations
from archive.errors import ArchiveError, NotFoundError
from archive.models import Capture, Outlet
from archive.records import State
from archive.sources import marks

_IN_AN_ADDRESS = "%/:?#[]@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One version of an article: `accessed` is when its capture was taken, in the outlet's zone."""

    uid: str
    outlet: str
    container: str
    authors: tuple[str, ...]
    title: str
    published: date | None
    url: str
    accessed: datetime
    language: str | None
    version: int
    versions: int
    record_id: str
    """Without its angle brackets: in a RIS note, Zotero takes them for markup and drops all between them."""
    payload_sha256: str | None
    place: str
    state: State
    gone: str | None
    """Where the story is not public any more: since when."""
    last_seen: str

    @property
    def key(self) -> str:
        """What the citation is called within a list: the same for the same version."""
        return re.sub(r"[^A-Za-z0-9-]", "-", f"{self.outlet}-{self.uid}-v{self.version}")

    @property
    def location(self) -> str:
        """Where in the archive the capture lies."""
        return f"{self.place} {self.record_id}"

    @property
    def note(self) -> str:
        """What lets a reader find the capture and check it, and whether the story is public still."""
        taken = self.accessed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = [f"version {self.version} of {self.versions}", f"captured {taken}"]
        if self.payload_sha256:
            said.append(f"payload sha256 {self.payload_sha256}")
        said.append(f"WARC-Record-ID {self.record_id}")
        if self.state is not State.LIVE:
            since = f" since {self.gone}" if self.gone else ""
            said.append(f"{self.state.value}{since}, last seen {self.last_seen}")
        return "; ".join(said)


def cite(archive: Archive, name: str, at: date | datetime | None = None) -> Citation:
    """Give the citation of an article as it is, or as it stood at a time or at the end of a day in its outlet's zone.

    Raises:
        NotFoundError: there is no such article, or it had not been seen by then; if it was taken down, a
            TakenDownError with its tombstone.
    """
    record = archive.get(name)
    if at is not None:
        number = _version_at(record, _moment(at, zone_of(archive, record["outlet"])), at)
        record = archive.get(record["uid"], version=number)
    return of_record(archive, record)


def of_record(archive: Archive, record: dict[str, Any]) -> Citation:
    """Give the citation of an article that the archive's `get` gave, in the version that it is of.

    Raises:
        ArchiveError: no capture is tied to it.
    """
    zone = zone_of(archive, record["outlet"])
    capture = _told_by(record)
    with archive.database.read() as connection:
        payload = select(Capture.payload_sha256).where(Capture.record_id == capture["record_id"])
        payload_sha256 = connection.execute(payload).scalar()
    return Citation(
        uid=record["uid"],
        outlet=record["outlet"],
        container=_line(record["outlet_name"]),
        authors=tuple(filter(None, map(_line, record["authors"]))),
        title=_line(record["title"]),
        published=date.fromisoformat(record["published_date"]) if record["published_date"] else None,
        url=quote(record["canonical_url"], safe=_IN_AN_ADDRESS),
        accessed=datetime.fromisoformat(capture["fetched_at"]).astimezone(zone),
        language=record["language"],
        version=record["version"],
        versions=record["versions"],
        record_id=_line(capture["record_id"].strip("<>")),
        payload_sha256=payload_sha256,
        place="removed by a takedown" if capture["offset"] is None else capture["file"],
        state=State(record["state"]),
        gone=record["removed_at"],
        last_seen=record["last_seen_at"],
    )


def zone_of(archive: Archive, outlet: str) -> ZoneInfo:
    """Give the zone in which an outlet's days are counted."""
    with archive.database.read() as connection:
        outlet_id = connection.execute(select(Outlet.id).where(Outlet.slug == outlet)).scalar_one()
        declared = declarations(connection)[outlet_id]["timezone"]
        # Where the declaration leaves it to the site, crawls remember what that told.
        return ZoneInfo(declared or marks(connection, outlet_id, "zone").get("timezone") or "UTC")


def _moment(at: date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(at, datetime):
        return at
    return datetime.combine(at + timedelta(days=1), time(), zone) - timedelta(microseconds=1)


def _version_at(record: dict[str, Any], moment: datetime, said: date | datetime) -> int:
    held = [row["version"] for row in record["history"] if datetime.fromisoformat(row["since"]) <= moment]
    if not held:
        first = record["history"][0]["since"]
        raise NotFoundError(f"article {record['uid']} was first seen at {first}: none of it is known at {said}")
    return int(held[-1])


def _told_by(record: dict[str, Any]) -> dict[str, Any]:
    """Give the capture that gave the text: an interface's record before the page that is kept beside it."""
    for role in ("record", "page", ""):
        for capture in record["captures"]:
            if capture["role"].startswith(role):
                return dict(capture)
    raise ArchiveError(f"article {record['uid']} has no capture to cite: `pilkada verify` says what is damaged")


def _line(text: str) -> str:
    """Give a text on one line: a line's end would begin a tag in RIS."""
    return " ".join(text.split())
