"""A schema brought to the newest revision: a copy of the file before, then the migrations."""

from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from archive.database import sqlite_module
from archive.durable import sync
from archive.errors import ArchiveError, ArchiveUnavailableError
from archive.snapshot import snapshot


def copy_beside(connection: Any, path: Path, ending: str) -> Path:
    """Put one state of an SQLite file beside it, on disk when this returns, and give the copy's place.

    A copy that is there already is never written over; the new one gets a number then. The caller holds the write lock,
    so that nobody else makes one at the same time.

    Args:
        connection: the driver's own connection to the file, outside a transaction.
        path: the file.
        ending: what the copy's name has after the file's.

    Raises:
        ArchiveUnavailableError: the copy cannot be written; nothing is left of it.
    """
    part = path.with_name(f"{path.name}.{ending}.part")
    try:
        part.unlink(missing_ok=True)  # a kill may have left one
        snapshot(connection, part, mode=path.stat().st_mode & 0o777)
        copy = _free_name(path, ending)
        part.rename(copy)
        sync(path.parent)
    except (OSError, sqlite_module().Error) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        why = error.strerror if isinstance(error, OSError) else error
        raise ArchiveUnavailableError(
            f"{path} was left as it is, since no copy can be put beside it before the upgrade: {why}"
        ) from error
    return copy


def _free_name(path: Path, ending: str) -> Path:
    names = (f"{path.name}.{ending}" if number == 1 else f"{path.name}.{ending}-{number}" for number in count(1))
    return next(copy for copy in map(path.with_name, names) if not copy.exists())


def migrate(connection: Connection) -> None:
    """Run the migrations that a database lacks in a connection's transaction; SQLite's enforces no foreign keys then.

    Raises:
        ArchiveError: a reference would point to nothing afterwards.
    """
    command.upgrade(migrations(connection), "head")
    if connection.dialect.name != "sqlite":
        return  # the others enforce references while they alter tables
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise ArchiveError(f"the upgrade would break {len(broken)} references; nothing was changed")


def migrations(connection: Connection | None = None) -> Config:
    """Give Alembic's configuration for the archive's migrations, on a connection if one is given."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config
