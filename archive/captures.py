"""Captures: WARC files of an outlet, their records in the database, and what a crash left of them."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from archive import surgery
from archive.database import Database, insert_row
from archive.errors import ArchiveUnavailableError
from archive.models import Capture, WarcFile
from archive.records import FileState
from archive.room import Reserve
from archive.runs import RunTicket, note_repaired
from archive.warc import (
    DamagedRecordError,
    Exchange,
    WarcAppender,
    Written,
    cut_tail,
    describe,
    file_digest,
    whole_members,
)

logger = logging.getLogger(__name__)

OWN = "own"
"""The origin of what we fetched ourselves."""
IMPORT = "import"
"""The origin of what others fetched."""


class Shelf:
    """Where the records of one outlet are kept by one run: a file at a time, and its row."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        *,
        ticket: RunTicket,
        slug: str,
        software: str,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._folder = folder
        self._ticket = ticket
        self._slug = slug
        self._software = software
        self._new_id = new_id
        self._now = now
        self._appender: WarcAppender | None = None
        self._file_id = 0

    def _begin(self, appender: WarcAppender) -> Written:
        """Begin a file with the record that says whose it is."""
        info = {"software": self._software, "format": "WARC File Format 1.1", "isPartOf": self._slug}
        return appender.begin(info, self._now())


class CaptureStore(Shelf):
    """The WARC files of one outlet while it is crawled; the caller holds the outlet's lock.

    `keep` puts bytes on disk, `record` writes their rows: in that order, so that no row is without its bytes. Records
    whose rows were rolled back are taken up by the next `keep`, so that no file has bytes that no row speaks of.
    """

    reserve: Reserve | None = None
    """What must stay free of the disk for anything to be kept."""
    _day: date | None = None

    def keep(self, exchanges: list[Exchange]) -> list[Written]:
        """Write some exchanges to the day's file, on disk when this returns; give their records in that order.

        Raises:
            ArchiveUnavailableError: the disk is full, nearly full or broken; nothing of them is left in the file.
        """
        if self.reserve is not None:
            self.reserve.check()
        return self._open().append(exchanges)

    def record(self, connection: Connection, records: Iterable[Written]) -> dict[str, int]:
        """Insert the rows of records that `keep` gave; give the capture id of each record id."""
        records = list(records)
        if not records:
            return {}
        ids = insert_captures(connection, self._file_id, records)
        size = max(record.offset + record.length for record in records)
        connection.execute(update(WarcFile).where(WarcFile.id == self._file_id).values(size=size))
        return ids

    def _open(self) -> WarcAppender:
        today = self._now().astimezone(UTC).date()
        if self._appender is None or self._day != today:
            self.close()
            path, self._file_id = self._path_for(today)
            self._appender = WarcAppender(path, new_id=self._new_id)
            self._day = today
        with self._database.read() as connection:
            self._ticket.check(connection)
            size = connection.execute(select(WarcFile.size).where(WarcFile.id == self._file_id)).scalar_one()
        if size > self._appender.size:
            raise ArchiveUnavailableError(f"{self._appender.path}: it has lost records; the next crawl closes it")
        if size < self._appender.size:
            self._take_up(self._appender.path)
        if self._appender.size == 0:
            written = self._begin(self._appender)
            with self._database.write() as connection:
                self._ticket.check(connection)
                self.record(connection, [written])
        return self._appender

    def _take_up(self, path: Path) -> None:
        """Write the rows of records that `keep` put on disk and a transaction that failed forgot."""
        self.close()
        done: list[str] = []
        with self._database.write() as connection:
            self._ticket.check(connection)
            self._repair_one(connection, self._file_id, path, done)
        for line in done:
            logger.warning("%s: %s", self._slug, line)
        self._appender = WarcAppender(path, new_id=self._new_id)

    def _path_for(self, day: date) -> tuple[Path, int]:
        """Give a file of the day that may be appended to: an open one whose records are all there, else a new one."""
        with self._database.write() as connection:
            self._ticket.check(connection)
            taken = {
                name: (file_id, state)
                for file_id, name, state in connection.execute(
                    select(WarcFile.id, WarcFile.name, WarcFile.state).where(
                        WarcFile.outlet_id == self._ticket.outlet_id
                    )
                )
            }
            for number in range(1, 1000):
                suffix = "" if number == 1 else f"-{number}"
                name = f"{self._slug}/{self._slug}-{day:%Y%m%d}{suffix}.warc.gz"
                if name not in taken:
                    file_id = insert_row(
                        connection,
                        WarcFile,
                        outlet_id=self._ticket.outlet_id,
                        name=name,
                        day=day,
                        state=FileState.OPEN,
                        size=0,
                    )
                    return self._folder / name, file_id
                if taken[name][1] is FileState.OPEN:
                    return self._folder / name, taken[name][0]
        raise ArchiveUnavailableError(f"{self._folder}: a thousand damaged files in one day")

    def repair(self) -> list[str]:
        """Put every open file of the outlet in order and close those of past days; say what was done.

        Whole records that have no row yet are taken up, what is torn behind them is cut off and kept in `warc/torn/`.
        The file of an import is cut back to what has rows, since the import is run again, and closed.
        A file that has lost committed bytes is closed as it is, for `verify` to report.
        """
        self.close()
        today = self._now().astimezone(UTC).date()
        done = surgery.finish(self._database, self._folder, self._slug)
        with self._database.read() as connection:
            files = connection.execute(
                select(WarcFile.id, WarcFile.name, WarcFile.day).where(
                    WarcFile.outlet_id == self._ticket.outlet_id, WarcFile.state == FileState.OPEN
                )
            ).all()
        for file_id, name, day in files:
            path = self._folder / name
            with self._database.write() as connection:
                self._ticket.check(connection)
                size = self._repair_one(connection, file_id, path, done)
                whole = path.exists() and path.stat().st_size == size
                if day != today or (size > 0 and not whole) or _is_import(connection, file_id):
                    connection.execute(
                        update(WarcFile)
                        .where(WarcFile.id == file_id)
                        .values(state=FileState.CLOSED, size=size, sha256=file_digest(path) if whole else None)
                    )
                if done:
                    # With the repair itself, which nobody would hear of where this run is killed too.
                    note_repaired(connection, self._ticket.run_id, done)
        return done

    def _repair_one(self, connection: Connection, file_id: int, path: Path, done: list[str]) -> int:
        size = committed_size(connection, file_id)
        if not path.exists() or path.stat().st_size <= size:
            return size
        found = []
        for offset, member in () if _is_import(connection, file_id) else whole_members(path, size):
            try:
                found.append(describe(offset, member))
            except DamagedRecordError:
                break
        if found:
            insert_captures(connection, file_id, found)
            size = found[-1].offset + found[-1].length
            connection.execute(update(WarcFile).where(WarcFile.id == file_id).values(size=size))
            done.append(f"{path.name}: took up {len(found)} records that a crash had left without a row")
        stamp = self._now().astimezone(UTC).strftime("%Y%m%dT%H%M%S")
        cut = cut_tail(path, size, self._folder / "torn" / f"{path.name}.{stamp}")
        if cut:
            done.append(f"{path.name}: cut {cut} bytes of a record that a crash had torn")
        return size

    def close(self) -> None:
        """Close the file that is open, if any."""
        if self._appender is not None:
            self._appender.close()
            self._appender = None


def committed_size(connection: Connection, file_id: int) -> int:
    """Give where the last record that has a row ends in a file."""
    return (
        connection.execute(
            select(func.max(Capture.offset + Capture.length)).where(Capture.warc_file_id == file_id)
        ).scalar()
        or 0
    )


def _is_import(connection: Connection, file_id: int) -> bool:
    """Say whether a file is an import's: the record that it begins with says so."""
    first = select(Capture.origin).where(Capture.warc_file_id == file_id).limit(1)
    return connection.execute(first).scalar() == IMPORT


def insert_captures(
    connection: Connection, file_id: int, records: Iterable[Written], *, origin: str = OWN
) -> dict[str, int]:
    """Insert the rows of records in one file; give the capture id of each record id."""
    ids = {}
    for record in records:
        ids[record.record_id] = insert_row(
            connection,
            Capture,
            warc_file_id=file_id,
            record_id=record.record_id,
            record_type=record.record_type,
            offset=record.offset,
            length=record.length,
            sha256=record.sha256,
            url=record.url,
            status=record.status,
            content_type=record.content_type,
            payload_sha256=record.payload_sha256,
            fetched_at=record.fetched_at,
            origin=origin,
        )
    return ids
