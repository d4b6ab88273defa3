"""The records that an article was read from, handed on with what lets others check them without Pilkada."""

import gzip
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, select
from warcio.archiveiterator import ArchiveIterator

from archive import citation, evidencenote, orders, references
from archive.archive import Archive
from archive.captures import IMPORT
from archive.errors import ArchiveError
from archive.holdings import unpacked
from archive.models import Capture, Outlet, Visit, WarcFile
from archive.newfolder import new_folder
from archive.orders import LIES
from archive.output import to_json
from archive.records import Reason
from archive.times import utc
from archive.traces import SHOWN, Traces
from archive.warc import DamagedRecordError, Place, digest, file_digest, read_member

RECORDS, ARTICLE, SUMS, NOTE = "records.warc.gz", "article.json", "SHA256SUMS", "README.txt"
_BESIDE = ("request", "metadata")
"""Records that tell of another one, under `WARC-Concurrent-To`."""

_HTTP = re.compile(rb"^content-type:[ \t]*application/http\b", re.IGNORECASE | re.MULTILINE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_BARE = re.compile(rb"(?<!\r)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A record as it lies in the file that is handed on; `role` is what it gave to the article, if anything."""

    record_id: str
    kind: str
    role: str
    url: str | None
    at: str
    offset: int
    length: int
    sha256: str
    payload_sha256: str | None
    imported: bool
    plain: bool
    """Whether it is HTTP whose header lines end as they should: FastWARC takes others for a part of the payload."""


def write(archive: Archive, name: str, folder: Path, *, version: int | None = None) -> list[Held]:
    """Write the records that an article, or a version of it, was read from into a new folder; give them.

    Each is copied byte for byte; the folder appears when all of it is on disk.

    Raises:
        NotFoundError: there is no such article, or it was taken down.
        ArchiveError: one of its records was taken down, is damaged, or holds another story that was taken down; nothing
            is written.
        ExportError: the folder has something in it.
        ArchiveUnavailableError: it cannot be written.
    """
    record = archive.get(name, version=version)
    cited = citation.of_record(archive, record)
    with new_folder(folder) as beside:
        with archive.database.read() as connection:
            held = _copy(connection, archive.home.warc, record, beside / RECORDS)
        (beside / ARTICLE).write_text(to_json(record) + "\n", "utf-8")
        (beside / NOTE).write_text(evidencenote.written(record, references.as_text(cited), held), "utf-8")
        sums = "".join(f"{file_digest(beside / name)}  {name}\n" for name in (RECORDS, ARTICLE, NOTE))
        (beside / SUMS).write_text(sums, "utf-8")
    return held


def _copy(connection: Connection, warc: Path, record: dict[str, Any], target: Path) -> list[Held]:
    roles = {capture["record_id"]: capture["role"] for capture in record["captures"]}
    if gone := [capture["record_id"] for capture in record["captures"] if capture["offset"] is None]:
        raise ArchiveError(f"record {gone[0]} was taken down: there is no evidence to hand on")
    held: list[Held] = []
    heed = _Orders(connection, record["outlet"])
    with target.open("wb") as file:
        for row, member in _members(connection, warc, list(roles)):
            heed.check(row, member)
            held.append(
                Held(
                    record_id=row.record_id,
                    kind=row.record_type,
                    role=roles.get(row.record_id, ""),
                    url=row.url,
                    at=str(utc(row.fetched_at)),
                    offset=file.tell(),
                    length=len(member),
                    sha256=digest(member),
                    payload_sha256=row.payload_sha256,
                    imported=row.origin == IMPORT and row.record_type != "warcinfo",
                    plain=_plain(member),
                )
            )
            file.write(member)
    return held


class _Orders:
    """The orders that stand at an outlet: a text that is hidden is not handed on within another story's record."""

    def __init__(self, connection: Connection, outlet: str) -> None:
        self._connection = connection
        outlet_id = connection.execute(select(Outlet.id).where(Outlet.slug == outlet)).scalar_one()
        taken = orders.standing(connection, outlet_id)
        self._traces = {uid: Traces.read(orders.last(connection, uid).traces) for uid in taken}

    def check(self, row: Row[Any], member: bytes) -> None:
        if not self._traces:
            return
        text = unpacked(member)
        uids = (uid for uid, traces in self._traces.items() if traces.within(text).share >= SHOWN)
        shown = select(Visit.detail).where(Visit.capture_id == row.id, Visit.reason == Reason.TAKEN_DOWN)
        uid = next(uids, None) or self._connection.execute(shown.limit(1)).scalar()
        if uid is not None:
            raise ArchiveError(
                f"record {row.record_id} holds article {uid} too, which was taken down: it is not handed on"
            )


def _plain(member: bytes) -> bool:
    header, _, block = gzip.decompress(member).partition(b"\r\n\r\n")
    if not _HTTP.search(header):
        return False
    ends = _HEADER_END.search(block)
    return ends is not None and _BARE.search(block, 0, ends.end()) is None


def _members(connection: Connection, warc: Path, record_ids: Sequence[str]) -> Iterator[tuple[Row[Any], bytes]]:
    """Give the records and those that tell of them, file by file in their order, each file's warcinfo first."""
    told = connection.execute(_rows().where(Capture.record_id.in_(record_ids))).all()
    for file_id, name in dict.fromkeys((row.warc_file_id, row.name) for row in told):
        info = _rows().where(Capture.warc_file_id == file_id, Capture.record_type == "warcinfo", LIES)
        found = {row.id: (row, _read(warc / name, row)) for row in connection.execute(info.limit(1))}
        for row in told:
            if row.warc_file_id == file_id:
                found[row.id] = row, _read(warc / name, row)
                found |= {near.id: (near, member) for near, member in _beside(connection, warc / name, row)}
        yield from sorted(found.values(), key=lambda pair: pair[0].offset)


def _rows() -> Select[*tuple[Any, ...]]:
    joined = select(*Capture.__table__.c, WarcFile.name).join(WarcFile, WarcFile.id == Capture.warc_file_id)
    return joined.order_by(WarcFile.id, Capture.offset)


def _beside(connection: Connection, path: Path, row: Row[Any]) -> Iterator[tuple[Row[Any], bytes]]:
    """Give the request of a response, and what else was written down of that exchange."""
    near = _rows().where(
        Capture.warc_file_id == row.warc_file_id,
        Capture.record_type.in_(_BESIDE),
        Capture.fetched_at == row.fetched_at,
        Capture.url == row.url,
        LIES,
    )
    for other in connection.execute(near):
        member = _read(path, other)
        record = next(iter(ArchiveIterator(io.BytesIO(member))))
        if record.rec_headers.get_header("WARC-Concurrent-To") == row.record_id:
            yield other, member


def _read(path: Path, row: Row[Any]) -> bytes:
    try:
        return read_member(Place(path=path, offset=row.offset, length=row.length), row.sha256)
    except DamagedRecordError as error:
        raise ArchiveError(f"{row.name}@{row.offset}: {error}: there is no evidence to hand on") from error
