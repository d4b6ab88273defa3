"""What an import takes in: a WARC file of its own per import and outlet, closed when the import ends."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select, update

from archive.captures import IMPORT, Shelf, insert_captures
from archive.database import insert_row
from archive.models import Capture, WarcFile
from archive.orders import LIES
from archive.records import FileState
from archive.warc import WarcAppender, Written, file_digest

logger = logging.getLogger(__name__)


class Intake(Shelf):
    """The records of one outlet that an import takes; the caller holds the outlet's lock.

    As in a crawl, `keep` puts bytes on disk and `record` writes their rows. What a killed import left without a row is
    cut off by the next repair: the file that it came from has it still. Nothing taken, no file.
    """

    def keep(self, members: Sequence[bytes]) -> list[Written]:
        """Append records byte for byte, on disk when this returns.

        Raises:
            DamagedRecordError: one of them is no WARC record; none is kept.
            ArchiveUnavailableError: the disk is full or broken; nothing of them is left in the file.
        """
        return (self._appender or self._open()).copy(members)

    def record(self, connection: Connection, records: Iterable[Written]) -> dict[str, int]:
        """Insert the rows of records that `keep` gave; give the capture id of each record id."""
        records = list(records)
        ids = insert_captures(connection, self._file_id, records, origin=IMPORT)
        size = max(record.offset + record.length for record in records)
        connection.execute(update(WarcFile).where(WarcFile.id == self._file_id).values(size=size))
        return ids

    def _open(self) -> WarcAppender:
        now = self._now()
        stem = f"{self._slug}/{self._slug}-import-{now.astimezone(UTC):%Y%m%dT%H%M%S}"
        with self._database.write() as connection:
            self._ticket.check(connection)
            taken = set(
                connection.execute(select(WarcFile.name).where(WarcFile.outlet_id == self._ticket.outlet_id)).scalars()
            )
            number = next(n for n in range(1, len(taken) + 2) if _name(stem, n) not in taken)
            name = _name(stem, number)
            self._file_id = insert_row(
                connection,
                WarcFile,
                outlet_id=self._ticket.outlet_id,
                name=name,
                day=now.astimezone(UTC).date(),
                state=FileState.OPEN,
                size=0,
            )
        self._appender = WarcAppender(self._folder / name, new_id=self._new_id)
        written = self._begin(self._appender)
        with self._database.write() as connection:
            self._ticket.check(connection)
            self.record(connection, [written])
        return self._appender

    def close(self) -> None:
        """Close the file that was written, if any, for good."""
        if self._appender is None:
            return
        self._appender.close()
        path, self._appender = self._appender.path, None
        with self._database.write() as connection:
            self._ticket.check(connection)
            connection.execute(
                update(WarcFile)
                .where(WarcFile.id == self._file_id)
                .values(state=FileState.CLOSED, size=path.stat().st_size, sha256=file_digest(path))
            )


def _name(stem: str, number: int) -> str:
    return f"{stem}{'' if number == 1 else f'-{number}'}.warc.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the archive has under a record's id."""

    url: str | None
    payload_sha256: str | None
    fetched_at: datetime


def held(connection: Connection, record_id: str) -> Held | None:
    """Give what the archive has under a record's id, if anything."""
    row = connection.execute(
        select(Capture.url, Capture.payload_sha256, Capture.fetched_at).where(Capture.record_id == record_id)
    ).first()
    return None if row is None else Held(**row._mapping)


def original(connection: Connection, *, record_id: str, url: str, at: datetime | None) -> int | None:
    """Give the capture that a revisit speaks of: by its id, else by its address and time."""
    responses = select(Capture.id).where(Capture.record_type == "response", LIES)
    found = connection.execute(responses.where(Capture.record_id == record_id)).scalar()
    if found is None and at is not None:
        found = connection.execute(responses.where(Capture.url == url, Capture.fetched_at == at).limit(1)).scalar()
    return found
