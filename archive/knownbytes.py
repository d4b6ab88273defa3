"""The bytes of WARC files that one state of the database knows, held against its digests as they are read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, func, select

from archive import tarball
from archive.database import Database
from archive.errors import ArchiveUnavailableError
from archive.models import Capture
from archive.surgery import BESIDE
from archive.warc import digest


class MovedError(Exception):
    """A file has other bytes than it had when it was looked at: a takedown took some out."""


@dataclass(kw_only=True)
class KnownBytes:
    """The WARC files of an archive as `state` knows them, a copy of its database; `live` is the database now."""

    state: Connection
    live: Database
    folder: Path
    damaged: list[str] = field(default_factory=list)
    """What is not as it was written, a line each."""

    def held(self, name: str, size: int) -> int:
        """Give how many of the bytes that are known are there."""
        try:
            return min(size, (self.folder / name).stat().st_size)
        except OSError:
            return 0

    def read(self, file_id: int, name: str, held: int) -> Iterator[bytes]:
        """Give so many bytes of a file, record by record; one that is not as it was written is given all the same.

        Raises:
            MovedError: a takedown has rewritten the file.
            ArchiveUnavailableError: it cannot be read.
        """
        records = self.state.execute(
            select(Capture.offset, Capture.length, Capture.sha256)
            .where(Capture.warc_file_id == file_id, Capture.offset.is_not(None))
            .order_by(Capture.offset)
            .execution_options(yield_per=1000)
        )
        at = wrong = 0
        with opened(self.folder / name) as file:
            for row in records:
                offset = min(row.offset or 0, held)
                yield from exactly(file, offset - at)  # bytes of no record: `verify` tells of them
                at = max(at, offset)
                record = file.read(min(row.length, held - at))
                wrong += at != row.offset or digest(record) != row.sha256
                yield record
                at += len(record)
            yield from exactly(file, held - at)
        if wrong:
            self.note(file_id, name, f"{wrong} {'record is' if wrong == 1 else 'records are'} not as written")

    def note(self, file_id: int, name: str, why: str) -> None:
        """Note that a file is damaged.

        Raises:
            MovedError: it is not, but a takedown has rewritten it since the state was copied, or is about to.
        """
        newest = self.state.execute(select(func.max(Capture.id))).scalar() or 0
        lying = select(func.count(), func.sum(Capture.offset)).where(
            Capture.warc_file_id == file_id, Capture.id <= newest, Capture.offset.is_not(None)
        )
        with self.live.read() as connection:
            moved = connection.execute(lying).one() != self.state.execute(lying).one()
        path = self.folder / name
        if moved or path.with_name(path.name + BESIDE).exists():
            raise MovedError
        self.damaged.append(f"{name}: {why}")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file of the archive to read it.

    Raises:
        ArchiveUnavailableError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise ArchiveUnavailableError(f"{path} cannot be read: {error.strerror}") from error


def exactly(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Give so many bytes in parts.

    Raises:
        MovedError: the file has become shorter since it was looked at.
    """
    for part in tarball.parts(file, size):
        yield part
        size -= len(part)
    if size > 0:
        raise MovedError
