"""What the database shows of how an archive does, without changing anything: for whoever looks why it does not work."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, func, select

from archive import changes
from archive.database import HEAD, REVISIONS, Database
from archive.models import Capture, Outlet, Run, Visit, WarcFile
from archive.records import RunStatus, VisitState


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What there is to know; times are UTC."""

    newest: datetime | None
    """The last time that any run or capture has of our clock; captures that were imported have times of others."""
    open_runs: dict[str, int]
    """How many runs were begun and not ended, by outlet."""
    unread: dict[str, int]
    """How many visits wait to be read, by outlet."""
    sequence: int
    """Of the newest change, which the index should have."""


def condition(database: Database) -> Condition:
    """Look through the database; its schema must be today's.

    Raises:
        ArchiveUnavailableError: it cannot be read.
    """
    with database.read() as connection:
        times = [
            connection.execute(select(func.max(Run.started_at))).scalar(),
            connection.execute(select(func.max(Run.finished_at))).scalar(),
            connection.execute(
                select(Capture.fetched_at).where(Capture.origin == "own").order_by(Capture.id.desc()).limit(1)
            ).scalar(),
        ]
        return Condition(
            newest=max((time for time in times if time is not None), default=None),
            open_runs=_by_outlet(connection, Run, Run.status == RunStatus.RUNNING),
            unread=_by_outlet(connection, Visit, Visit.state == VisitState.UNREAD),
            sequence=changes.newest(connection),
        )


def lost_files(database: Database, warc: Path) -> list[str]:
    """Give the WARC files that the database knows and that are not there, or are shorter than it knows.

    Raises:
        ArchiveUnavailableError: it cannot be read.
    """
    with database.read() as connection:
        known = connection.execute(select(WarcFile.name, WarcFile.size).order_by(WarcFile.name)).all()
    return [name for name, size in known if size > _size(warc / name)]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _by_outlet(connection: Connection, kind: type[Run] | type[Visit], which: ColumnElement[bool]) -> dict[str, int]:
    counted = (
        select(Outlet.slug, func.count()).join(kind, kind.outlet_id == Outlet.id).where(which).group_by(Outlet.slug)
    )
    return {row[0]: row[1] for row in connection.execute(counted)}


def schema_trouble(revision: str | None) -> tuple[str, str] | None:
    """Say what is wrong with a schema's revision and what helps; None where nothing is, or there is none yet."""
    if revision in (None, HEAD):
        return None
    if revision in REVISIONS:
        return f"schema {revision}, {HEAD} is needed", "pilkada db upgrade"
    return (
        f"schema {revision} is newer than this Pilkada knows ({HEAD})",
        "install the Pilkada that made it, or a newer one",
    )
