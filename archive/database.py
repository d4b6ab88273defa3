"""Engines, pragmas, transactions and the schema's version."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Self, cast

from sqlalchemy import URL, Connection, Engine, Insert, Table, create_engine, event, insert, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError
from sqlalchemy.pool import QueuePool

from archive.errors import ArchiveError, ArchiveUnavailableError, SchemaError
from archive.tables import DeclarativeBase

if TYPE_CHECKING:
    from archive.serverlock import ServerLock

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012")
"""The schema's revisions, oldest first; a test holds them against the migrations folder."""
HEAD = REVISIONS[-1]
SAFE_SQLITE = (3, 51, 3)
"""Before it, a checkpoint beside a writer could lose a WAL frame (RELIABILITY T32)."""
BUSY_SECONDS = 30
DAMAGED = ("not a database", "malformed")
"""What SQLite says of a file that is no database, or not a whole one."""
PUT_BACK = "it is damaged: put a backup into a new home, `pilkada --home NEW db restore FILE`"


def sqlite_module() -> ModuleType:
    """Give pysqlite3 where it is installed, since its SQLite is new enough, else the standard library's."""
    try:
        import pysqlite3.dbapi2 as module
    except ImportError:
        import sqlite3 as module
    return module  # type: ignore[no-any-return]


def sqlite_warning() -> str | None:
    """Say what is wrong with the SQLite library in use, if anything is."""
    module = sqlite_module()
    if module.sqlite_version_info >= SAFE_SQLITE:
        return None
    wanted = ".".join(map(str, SAFE_SQLITE))
    return (
        f"SQLite {module.sqlite_version} can lose data when a checkpoint meets a writer; "
        f"install pysqlite3, or a Python with SQLite {wanted} or later"
    )


def parsed_url(url: str) -> URL:
    """Give the parts of a database's address.

    Raises:
        ArchiveError: it is none.
    """
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:  # the latter for a port that is no number
        shown = re.sub(r":.*@", ":***@", url)  # what is no address may hold a password all the same
        raise ArchiveError(f"archive.url is not a database address: {shown}") from error


def cause(error: BaseException) -> str:
    """Give the driver's own words for a database error, on one line."""
    original = getattr(error, "orig", None) or error
    return " ".join(str(original).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What an upgrade of the schema came from; a new database has neither a revision before nor a copy."""

    before: str | None
    copy: Path | None


class Database:
    """One archive's database: `read()` and `write()` give connections inside a transaction.

    Two engines, since one hook for both would make every SELECT take the write lock: reads are deferred and
    query-only, writes begin with BEGIN IMMEDIATE, so that a read never turns into a write that fails at once.
    This is the one in an SQLite file; an address of PostgreSQL gives an `archive.postgres.ServerDatabase`.
    """

    def __new__(cls, url: str) -> Self:
        """Give what the address asks for, as `pathlib.Path` gives what the system has."""
        if parsed_url(url).get_backend_name() != "postgresql":
            return super().__new__(cls)
        from archive.postgres import ServerDatabase

        return super().__new__(cast("type[Self]", ServerDatabase))

    def __init__(self, url: str) -> None:
        self.url = url
        self._parsed = parsed_url(url)
        self._connect()

    def _connect(self) -> None:
        """Make the engines; nothing is opened yet."""
        if self._parsed.get_backend_name() != "sqlite" or self._parsed.database in (None, "", ":memory:"):
            raise ArchiveError(
                "archive.url must name an SQLite file (sqlite:////path/to/pilkada.db) or a database of PostgreSQL "
                "(postgresql://user@host/name)"
            )
        self._write = self._engine()
        self._read = self._engine(query_only=True)

    @property
    def path(self) -> Path:
        """The file.

        Raises:
            ArchiveError: there is none, since the archive is in PostgreSQL.
        """
        return Path(str(self._parsed.database))

    @property
    def name(self) -> str:
        """What the database is called in what is said of it, without a password."""
        return str(self.path)

    @property
    def place(self) -> str:
        """Where it lies: a folder, or an address on a server."""
        return str(self.path.parent)

    def _engine(self, *, query_only: bool = False, foreign_keys: bool = True) -> Engine:
        module = sqlite_module()
        engine = create_engine(
            self.url,
            module=module,
            poolclass=QueuePool,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )

        @event.listens_for(engine, "connect")
        def configure(connection: Any, _record: object) -> None:
            connection.isolation_level = None
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
                f"busy_timeout={BUSY_SECONDS * 1000}",
                "trusted_schema=OFF",
            ):
                connection.execute(f"PRAGMA {pragma}").close()
            if query_only:
                connection.execute("PRAGMA query_only=ON").close()

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN" if query_only else "BEGIN IMMEDIATE")

        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the archive and can change nothing."""
        with self._guarded(), self._read.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a transaction that is committed at the end, or rolled back on an error."""
        with self._guarded(), self._write.begin() as connection:
            yield connection

    @contextmanager
    def rehearse(self) -> Iterator[Connection]:
        """Give a connection in a transaction of which nothing stays: what would be written is seen in it, and undone."""
        with self._guarded(), self._write.connect() as connection, connection.begin() as transaction:
            try:
                yield connection
            finally:
                transaction.rollback()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: DatabaseError | DBAPIError) -> ArchiveUnavailableError:
        """Say what the driver said, and of the folder what SQLite cannot tell from any other failure to open a file."""
        said = cause(error)
        folder = self.path.parent
        if folder.is_dir() and not os.access(folder, os.W_OK):
            said += f" ({folder} is read-only)"
        elif folder.is_dir() and "full" not in said and shutil.disk_usage(folder).free == 0:
            said += " (the disk is full)"
        elif any(word in said for word in DAMAGED):
            said += f"; {PUT_BACK}"
        return ArchiveUnavailableError(f"{self.path}: {said}")

    def server_lock(self, name: str) -> "ServerLock | None":  # noqa: ARG002
        """Give a lock that all homes of this database share, None for a file: that is one home's."""
        return None

    def dispose(self) -> None:
        """Close all connections."""
        self._read.dispose()
        self._write.dispose()

    def revision(self) -> str | None:
        """Give the schema's revision, None for a database that does not exist yet.

        Raises:
            ArchiveError: it cannot be read, or is none of ours.
        """
        if not self._exists():
            return None
        try:
            with self._read.begin() as connection:
                tables = set(inspect(connection).get_table_names())
                if tables and "alembic_version" not in tables:
                    raise ArchiveError(f"{self.name} is a database of another program")
                if not tables:
                    return None
                return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        except DatabaseError as error:
            raise self._unavailable(error) from error

    def _exists(self) -> bool:
        """Say whether there is a database; a file of no bytes beside captures is one that was lost, and none to begin."""
        try:
            if not self.path.exists() or self.path.stat().st_size > 0:
                return self.path.exists()
            lost = any(self.path.with_name("warc").glob("*/*.warc.gz"))
        except OSError as error:
            raise ArchiveUnavailableError(f"{self.path}: {error.strerror}") from error
        if lost:
            raise ArchiveUnavailableError(f"{self.path} is empty, and captures lie beside it; {PUT_BACK}")
        return False

    def _known(self) -> str | None:
        """Give the schema's revision as `revision()` does.

        Raises:
            SchemaError: this version does not know it.
        """
        found = self.revision()
        if found is not None and found not in REVISIONS:
            raise SchemaError(
                f"{self.name} was made by a newer Pilkada (schema {found}, this one knows {HEAD}): upgrade Pilkada"
            )
        return found

    def ensure(self) -> None:
        """Make a new database, or check that an old one has today's schema.

        Raises:
            SchemaError: it has another schema; the text says what to do.
            ArchiveUnavailableError: it cannot be read or made.
        """
        found = self._known()
        if found is None:
            self.upgrade()
        elif found != HEAD:
            raise SchemaError(f"{self.name} has schema {found}, {HEAD} is needed: run `pilkada db upgrade`")

    def upgrade(self) -> Upgrade | None:
        """Bring the schema to the newest revision, an older one's after a copy of it; None where nothing was to do.

        Foreign keys are off and are checked before the commit: a batch migration with foreign keys on silently deletes
        child rows. The copy is made while the write lock is held, so that it has every row that the migration finds.

        Raises:
            SchemaError: a newer Pilkada made it.
            ArchiveUnavailableError: it cannot be read, copied or written; nothing was changed, and no copy is left.
        """
        if self._known() == HEAD:
            return None
        from archive.upgrade import migrate

        engine = self._for_migrations()
        copy = None
        try:
            with self._guarded(), engine.begin() as connection:
                before = self._known()  # now under the lock: another process may have been faster
                if before == HEAD:
                    return None
                if before is not None:
                    copy = self._copy()
                migrate(connection)
        except ArchiveError:
            if copy is not None:
                with suppress(OSError):
                    copy.unlink()
            raise
        finally:
            engine.dispose()
        return Upgrade(before=before, copy=copy)

    def _for_migrations(self) -> Engine:
        """Give an engine that begins as a write does, on a database that need not exist yet."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveUnavailableError(f"{self.path.parent} cannot be made: {error.strerror}") from error
        return self._engine(foreign_keys=False)

    def _copy(self) -> Path | None:
        """Copy the database before its schema changes, while the write lock is held."""
        from archive.upgrade import copy_beside

        with closing(self._read.raw_connection()) as raw:
            return copy_beside(raw.driver_connection, self.path, f"before-{HEAD}")

    def copies(self) -> list[Path]:
        """Give the copies that upgrades put beside the database: each holds what it held then."""
        beside = self.path.parent.glob(f"{self.path.name}.before-*")
        return sorted(path for path in beside if path.is_file())

    def unfit(self) -> str | None:
        """Say why a database of this kind cannot be an archive's: of a file there is nothing to say."""
        return None

    def warning(self) -> str | None:
        """Say what is wrong with the database's library, if anything is."""
        return sqlite_warning()

    def scrub(self) -> None:
        """Write the file anew without what was deleted from it, and empty the write-ahead log.

        Raises:
            ArchiveUnavailableError: another process reads or writes, or the disk is full; nothing is lost.
        """
        with self._guarded(), closing(self._write.raw_connection()) as raw:
            connection: Any = raw.driver_connection
            try:
                connection.execute("VACUUM").close()
                busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            except sqlite_module().Error as error:
                raise ArchiveUnavailableError(f"{self.path} cannot be written anew: {cause(error)}") from error
        if busy:
            raise ArchiveUnavailableError(f"{self.path}-wal cannot be emptied: another process reads the archive")

    def check(self) -> list[str]:
        """Give SQLite's own findings on the file and on references between rows; none is good."""
        with self.read() as connection:
            found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
            found += [
                f"{row[0]} row {row[1]} refers to a missing {row[2]}"
                for row in connection.execute(text("PRAGMA foreign_key_check"))
            ]
        return found


def insert_row(connection: Connection, model: type[DeclarativeBase], **values: object) -> int:
    """Insert one row and give its id, the first column of its key."""
    key = connection.execute(_insert(model), values).inserted_primary_key
    assert key is not None
    return int(key[0])


@cache
def _insert(model: type[DeclarativeBase]) -> Insert:
    """Give the statement for a table, built once: building one costs four times what running it does (106 and 27 µs).

    The statements that run for every article are constants of their modules for the same reason.
    """
    return insert(cast("Table", model.__table__))
