"""Records taken out of WARC files: what stays is copied byte for byte beside, and the file is replaced by that.

Which state is whole at any moment is told by sizes. The new file is on disk before its places are committed, and takes
the old one's name after: where a kill came between, the file beside is as long as its row says, and `finish` renames it;
where the kill came before, it is not, since what lacks a record is shorter, and `finish` drops it.
"""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy import Connection, Table, bindparam, select, update

from archive import changes
from archive.database import Database
from archive.durable import sync
from archive.errors import ArchiveUnavailableError
from archive.models import Capture, WarcFile
from archive.orders import LIES
from archive.records import FileState
from archive.stories import Article, ReadingSource
from archive.warc import DamagedRecordError, Place, file_digest, read_member

BESIDE = ".taking"
"""How the name of a file ends that is to take the place of the one beside it."""

_CAPTURES = cast("Table", Capture.__table__)
_PLACE = update(_CAPTURES).where(_CAPTURES.c.id == bindparam("capture")).values(offset=bindparam("place"))


def finish(database: Database, folder: Path, slug: str) -> list[str]:
    """Bring files of an outlet in whose replacement a kill came to their old or new state; say which became the new one.

    The caller holds the outlet's lock.
    """
    done = []
    for beside in sorted((folder / slug).glob(f"*{BESIDE}")):
        path = beside.with_name(beside.name.removesuffix(BESIDE))
        with database.read() as connection:
            size = connection.execute(
                select(WarcFile.size).where(WarcFile.name == str(path.relative_to(folder).as_posix()))
            ).scalar()
        if size == beside.stat().st_size:
            _replace(beside, path)
            done.append(f"{path.name}: finished what a takedown had begun")
        else:
            beside.unlink()
    return done


def remove(database: Database, folder: Path, capture_ids: Collection[int], takedown_id: int, *, now: datetime) -> int:
    """Take records out of their files, note that an order did so, and give how many lay in a file.

    Raises:
        ArchiveUnavailableError: a file is damaged or cannot be written; it is as it was.
    """
    with database.read() as connection:
        lying = select(Capture.id, Capture.warc_file_id).where(Capture.id.in_(list(capture_ids)), LIES)
        files: dict[int, set[int]] = {}
        for row in connection.execute(lying):
            files.setdefault(row.warc_file_id, set()).add(row.id)
    for file_id, ids in sorted(files.items()):
        _rewrite(database, folder, file_id, ids, takedown_id, now)
    return sum(map(len, files.values()))


def _rewrite(database: Database, folder: Path, file_id: int, going: set[int], takedown_id: int, now: datetime) -> None:
    with database.read() as connection:
        file = connection.execute(select(WarcFile.name, WarcFile.state).where(WarcFile.id == file_id)).one()
        rows = connection.execute(
            select(Capture.id, Capture.offset, Capture.length)
            .where(Capture.warc_file_id == file_id, LIES)
            .order_by(Capture.offset)
        ).all()
    path = folder / file.name
    if not path.exists():  # nothing is left to remove; `verify` goes on telling of the others
        with database.write() as connection:
            _note(connection, going, takedown_id)
            _tell(connection, file_id, now)
        return
    beside = path.with_name(path.name + BESIDE)
    staying = [row for row in rows if row.id not in going]
    places = []
    try:
        with beside.open("wb") as target:
            for row in staying:
                places.append({"capture": row.id, "place": target.tell()})
                _copy(Place(path=path, offset=row.offset, length=row.length), target)
            size = target.tell()
        sync(beside)
        sync(beside.parent)
        sha256 = file_digest(beside) if file.state is FileState.CLOSED else None
    except DamagedRecordError as error:
        beside.unlink(missing_ok=True)
        raise ArchiveUnavailableError(f"{path} is as it was: {error}; put a whole copy of it there") from error
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ArchiveUnavailableError(f"{beside} cannot be written: {error.strerror}") from error
    with database.write() as connection:
        _note(connection, going, takedown_id)
        # Places are given from the front: each is where a record lay that was moved further to the front before.
        if places:
            connection.execute(_PLACE, places)
        connection.execute(update(WarcFile).where(WarcFile.id == file_id).values(size=size, sha256=sha256))
        _tell(connection, file_id, now)
    _replace(beside, path)


def _copy(place: Place, target: BinaryIO) -> None:
    """Copy a record as it lies there, damaged or not: `verify` goes on telling of it."""
    target.write(read_member(place))


def _note(connection: Connection, going: Collection[int], takedown_id: int) -> None:
    gone = update(Capture).where(Capture.id.in_(list(going)))
    connection.execute(gone.values(offset=None, takedown_id=takedown_id))


def _tell(connection: Connection, file_id: int, now: datetime) -> None:
    """Tell of the articles whose records say where in a file they were read."""
    read = select(ReadingSource.reading_id).join(Capture, Capture.id == ReadingSource.capture_id)
    changes.note(connection, Article.reading_id.in_(read.where(Capture.warc_file_id == file_id)), now)


def _replace(beside: Path, path: Path) -> None:
    try:
        beside.replace(path)
        sync(path.parent)
    except OSError as error:
        raise ArchiveUnavailableError(f"{path} cannot be replaced: {error.strerror}") from error
