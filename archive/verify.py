"""Proof that the archive is what it was: each capture against its bytes, each article against its captures."""

import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select
from warcio.archiveiterator import ArchiveIterator

from archive import store
from archive.archive import Archive
from archive.errors import ArchiveError
from archive.index import SearchIndex
from archive.models import Capture, WarcFile
from archive.orders import LIES, unfinished
from archive.records import FileState, Reading
from archive.stories import Article, Body, Change, ReadingRow, ReadingSource
from archive.warc import DamagedRecordError, Place, read_member


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One thing that is not as it was written: what it is, where it lies, why it is damaged."""

    what: str
    where: str
    why: str


@dataclass(slots=True, kw_only=True)
class Proof:
    """What `pilkada verify` found (CONTRACT.md)."""

    captures: int = 0
    articles: int = 0
    taken_down: int = 0
    """Records that a person ordered to be removed: digests are left of them."""
    damaged: list[Damage] = field(default_factory=list)
    index: dict[str, list[str]] = field(default_factory=lambda: {"missing": [], "extra": []})


def verify(archive: Archive, *, on_progress: Callable[[int], None] = lambda _done: None) -> Proof:
    """Check every record of every WARC file, every article and the index; nothing is changed.

    A crawl may go on meanwhile: only what was committed when the check began is looked at.
    """
    proof = Proof()
    with archive.database.read() as connection:
        bad = set()
        for file in connection.execute(select(WarcFile.id, WarcFile.name, WarcFile.state, WarcFile.size)).all():
            bad |= _check_file(connection, archive.home.warc, file, proof, on_progress)
        _check_articles(connection, bad, proof)
        proof.taken_down = connection.execute(select(func.count()).select_from(Capture).where(~LIES)).scalar_one()
        for uid in unfinished(connection):
            why = "it is not carried out to its end: give the command once more"
            proof.damaged.append(Damage(what="takedown", where=uid, why=why))
    _check_index(archive, proof)
    return proof


def _check_file(
    connection: Connection, folder: Path, file: Any, proof: Proof, on_progress: Callable[[int], None]
) -> set[int]:
    path = folder / file.name
    bad = set()
    end = 0
    for row in connection.execute(
        select(Capture.id, Capture.record_id, Capture.offset, Capture.length, Capture.sha256)
        .where(Capture.warc_file_id == file.id, LIES)
        .order_by(Capture.offset)
        .execution_options(yield_per=1000)
    ):
        proof.captures += 1
        if row.offset != end:
            stray = f"{row.offset - end} bytes belong to no record"
            proof.damaged.append(Damage(what="file", where=f"{file.name}@{end}", why=stray))
        end = row.offset + row.length
        why = check_record(Place(path=path, offset=row.offset, length=row.length), row.sha256, row.record_id)
        if why is not None:
            bad.add(row.id)
            proof.damaged.append(Damage(what="capture", where=f"{file.name}@{row.offset}", why=why))
        if proof.captures % 500 == 0:
            on_progress(proof.captures)
    if file.state is FileState.CLOSED and path.exists() and path.stat().st_size != max(end, file.size):
        why = f"the closed file has {path.stat().st_size} bytes, {max(end, file.size)} were written"
        proof.damaged.append(Damage(what="file", where=file.name, why=why))
    return bad


def check_record(place: Place, sha256: str, record_id: str) -> str | None:
    """Say what is wrong with a record, None when it is whole: its bytes, its gzip member, its id."""
    try:
        member = read_member(place, sha256)
    except DamagedRecordError as error:
        return str(error)
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(gzip.decompress(member)))))
        found = record.rec_headers.get_header("WARC-Record-ID")
    except Exception as error:  # noqa: BLE001 - a parser of damaged bytes may fail in any way; it is one finding
        return f"the record cannot be parsed: {error}"
    return None if found == record_id else f"another record lies there: {found}"


def _check_articles(connection: Connection, bad: set[int], proof: Proof) -> None:
    sources: dict[int, list[int]] = {}
    for reading_id, capture_id in connection.execute(
        select(ReadingSource.reading_id, ReadingSource.capture_id).join(
            Article, Article.reading_id == ReadingSource.reading_id
        )
    ):
        sources.setdefault(reading_id, []).append(capture_id)
    for row in _texts(connection):
        proof.articles += 1
        held = sources.get(row.reading_id or 0, [])
        why = None
        if row.text is None:
            why = "it has no text"
        elif not held:
            why = "no capture is tied to it"
        elif any(capture_id in bad for capture_id in held):
            why = "a capture that it was read from is damaged"
        elif store.text_digest(Reading(title=row.title, body=_blocks(row.text))) != row.text_sha256:
            why = "its text is not the one that was read"
        if why is not None:
            proof.damaged.append(Damage(what="article", where=row.uid, why=why))


def _blocks(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n\n")) if text else ()


def _texts(connection: Connection) -> Iterator[Any]:
    yield from connection.execute(
        select(Article.uid, Article.reading_id, ReadingRow.title, ReadingRow.text_sha256, Body.text)
        .outerjoin(ReadingRow, ReadingRow.id == Article.reading_id)
        .outerjoin(Body, Body.reading_id == ReadingRow.id)
        .order_by(Article.id)
        .execution_options(yield_per=200)
    )


def _check_index(archive: Archive, proof: Proof) -> None:
    """Compare the index with the articles; what changes meanwhile is left out, since the index follows a crawl."""
    index = SearchIndex.open(archive.home.index, locks=archive.home.locks)
    try:
        archive.index_up_to_date()
        applied = index.applied
        found = index.uids()
    except ArchiveError as error:
        proof.damaged.append(Damage(what="index", where=str(archive.home.index), why=str(error)))
        return
    with archive.database.read() as connection:
        held = set(connection.execute(select(Article.uid).where(Article.reading_id.is_not(None))).scalars())
        moving = set(connection.execute(select(Change.uid).where(Change.sequence > applied)).scalars())
    proof.index = {"missing": sorted(held - found - moving), "extra": sorted(found - held - moving)}
