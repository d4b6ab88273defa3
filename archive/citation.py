"""An article as others cite it: one version of it, the capture that shows it, and that in four formats.

Names are never taken apart: most Indonesian names have no family name, and which part of one would be is not printed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from archive.archive import Archive
from archive.articles import declarations
from archive.errors import ArchiveError, NotFoundError
from archive.models import Capture, Outlet
from archive.records import State
from archive.sources import marks

MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
UNDATED = "t.t."
"""*Tanpa tanggal*, as Indonesian reference lists have it."""
ARCHIVE = "Pilkada"
"""What the archive is called in a citation; where in it the record lies stands beside."""

_TEX = {
    "\\": r"{\textbackslash}",
    # To BibTeX an escaped brace still opens a group: one alone would run to the end of the file.
    "{": r"\{\vphantom{\}}",
    "}": r"\vphantom{\{}\}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}
"""Signs that TeX would act upon, spelled as Zotero spells and reads them."""
_LIGATURE = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=`)(?=`)|(?<=[?!])(?=`)|(?<=,)(?=,)|(?<=<)(?=<)|(?<=>)(?=>)")
_NOT_IN_AN_ADDRESS = {sign: f"%{ord(sign):02X}" for sign in '{}\\"<>^`| '}


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
        url=record["canonical_url"].translate(str.maketrans(_NOT_IN_AN_ADDRESS)),
        accessed=datetime.fromisoformat(capture["fetched_at"]).astimezone(zone),
        language=record["language"],
        version=record["version"],
        versions=record["versions"],
        record_id=capture["record_id"],
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


def as_text(citation: Citation) -> str:
    """Give the citation in a line for an Indonesian reference list."""
    return " ".join(_sentences(citation))


def _sentences(citation: Citation) -> Iterator[str]:
    if citation.authors:
        yield _ended(_listed(citation.authors))
    yield f'"{_ended(citation.title)}"'
    yield _ended(f"{citation.container}, {_day(citation.published) if citation.published else UNDATED}")
    yield f"Versi {citation.version} dari {citation.versions}."
    if citation.state is not State.LIVE:
        since = f" sejak {citation.gone}" if citation.gone else ""
        yield f"{_GONE[citation.state]}{since}, terakhir terlihat {citation.last_seen}."
    yield citation.url
    yield f"Diakses {_day(citation.accessed)} pukul {citation.accessed:%H.%M.%S %Z}."
    if citation.payload_sha256:
        yield f"sha256 {citation.payload_sha256}"
    yield citation.record_id


_GONE = {State.REMOVED: "Dihapus dari situsnya", State.SUSPECTED: "Tidak ditemukan lagi di situsnya"}


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _listed(names: tuple[str, ...]) -> str:
    *most, last = names
    if not most:
        return last
    return f"{most[0]} dan {last}" if len(most) == 1 else f"{', '.join(most)}, dan {last}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def as_bibtex(citation: Citation) -> str:
    """Give the citation as an entry of a BibTeX file, for BibTeX, biblatex and what imports either.

    Names and title stand in braces of their own, so that no style parts the ones or lowers the other. An address is not
    escaped, as both programs ask; `date` and `urldate` are biblatex's, and BibTeX prints `year` and `note`.
    """
    published = citation.published
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in citation.authors),
        "title": f"{{{_tex(citation.title)}}}",
        "journal": _tex(citation.container),
        "year": str(published.year) if published else "",
        "date": published.isoformat() if published else "",
        "url": citation.url,
        "urldate": citation.accessed.date().isoformat(),
        "note": _tex(citation.note),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@article{{{citation.key},\n{lines}}}\n"


def _tex(text: str) -> str:
    """Give a text as TeX prints it: nothing in it is a command, opens a group, or runs together with its neighbour."""
    return "".join(_TEX.get(sign, sign) for sign in _LIGATURE.sub("\0", text)).replace("\0", "{}")


def as_ris(citation: Citation) -> str:
    """Give the citation as a RIS record: a newspaper's article, whose lines end with CR LF."""
    published = citation.published
    tags = [
        ("TY", "NEWS"),
        ("ID", citation.key),
        *(("AU", name) for name in citation.authors),
        ("TI", citation.title),
        ("T2", citation.container),
        ("PY", str(published.year) if published else ""),
        ("DA", f"{published:%Y/%m/%d}" if published else ""),
        ("LA", citation.language or ""),
        ("UR", citation.url),
        ("Y2", f"{citation.accessed:%Y/%m/%d}"),
        ("DB", ARCHIVE),
        ("AN", citation.location),
        ("N1", citation.note),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in tags if value) + "ER  - \r\n"


def as_csl(citation: Citation) -> list[dict[str, Any]]:
    """Give the citation as CSL-JSON: a list of one item."""
    item = {
        "id": citation.key,
        "type": "article-newspaper",
        "author": [{"literal": name} for name in citation.authors],
        "title": citation.title,
        "container-title": citation.container,
        "issued": _parts(citation.published) if citation.published else None,
        "accessed": _parts(citation.accessed),
        "URL": citation.url,
        "language": citation.language,
        "version": str(citation.version),
        "archive": ARCHIVE,
        "archive_location": citation.location,
        "note": citation.note,
    }
    return [{name: value for name, value in item.items() if value}]


def _parts(day: date) -> dict[str, Any]:
    return {"date-parts": [[day.year, day.month, day.day]]}
