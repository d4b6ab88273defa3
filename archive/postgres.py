"""The archive in a database of a PostgreSQL server: its connections, transactions and what differs from a file."""

import weakref
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from archive.database import BUSY_SECONDS, Database, cause
from archive.errors import ArchiveError, ArchiveUnavailableError
from archive.serverlock import ServerLock, own_name

DRIVER = "postgresql+psycopg"
WRITER = 0x70696C6B616461
"""The advisory lock that whoever writes holds: `pilkada` as a number. It is one of this database, not of the server."""
OLDEST = 15
"""The version that the tests run on."""
BYTEWISE = ("C", "POSIX", "C.UTF-8", "C.utf8")
"""Orders of text that are those of its bytes in UTF-8, as SQLite's and Python's are."""
CREATE = "createdb --template template0 --encoding UTF8 --locale C NAME"
_PROMPT = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000}
"""A server that is gone is noticed within a minute."""
_ORDER = text(
    "SELECT pg_encoding_to_char(encoding) AS encoding, "
    "CASE WHEN datlocprovider = 'i' THEN 'ICU does' ELSE datcollate END AS collate "
    "FROM pg_database WHERE datname = current_database()"
)


class ServerDatabase(Database):
    """One archive's database on a PostgreSQL server, of version 15 or later.

    Writers wait for one another, as they do at an SQLite file: the sequence of changes then rises in the order of
    commits, and what one transaction looked up before it wrote still holds. A write sees what the writer before it
    committed, so it is READ COMMITTED: a snapshot of its own would be taken before the lock is had. A read sees one
    state and can change nothing.
    """

    def _connect(self) -> None:
        try:
            import psycopg  # noqa: F401 - SQLAlchemy imports it by the driver's name
        except ImportError as error:
            raise ArchiveError("archive.url names PostgreSQL, which needs psycopg: pip install psycopg") from error
        self._write = self._engine()
        self._read = self._engine(query_only=True)
        for engine in (self._write, self._read):
            weakref.finalize(self, engine.dispose)  # psycopg complains of a connection that nobody closed

    @property
    def path(self) -> Path:
        """Refuse: there is no file."""
        raise ArchiveError(
            f"{self.name} is no file and lies in no folder: give the archive's folder beside the address (`url=`), and "
            "copy the database by PostgreSQL's own tools (pg_dump, pg_restore)"
        )

    @property
    def place(self) -> str:
        """The address without its password."""
        return self.name

    @property
    def name(self) -> str:
        """The address without its password."""
        return self._parsed.difference_update_query(("password", "sslpassword")).render_as_string(hide_password=True)

    def _engine(self, *, query_only: bool = False, foreign_keys: bool = True) -> Engine:  # noqa: ARG002
        engine = create_engine(
            self._parsed.set(drivername=DRIVER),
            poolclass=QueuePool,
            pool_pre_ping=True,  # a daemon outlives the server's restarts: 0.3 ms where a save takes 12
            connect_args={"connect_timeout": BUSY_SECONDS, "application_name": "pilkada"},
        )

        @event.listens_for(engine, "connect")
        def configure(connection: Any, _record: object) -> None:
            from psycopg import IsolationLevel

            connection.autocommit = True
            # A cast of a day to text, and how a time is printed, would follow the server's settings.
            for setting in ("datestyle = 'ISO'", "timezone = 'UTC'", f"lock_timeout = '{BUSY_SECONDS}s'"):
                connection.execute(f"SET {setting}")
            connection.autocommit = False
            connection.read_only = query_only
            connection.isolation_level = IsolationLevel.REPEATABLE_READ if query_only else IsolationLevel.READ_COMMITTED

        if not query_only:

            @event.listens_for(engine, "begin")
            def begin(connection: Connection) -> None:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER})")

        return engine

    def server_lock(self, name: str) -> ServerLock:
        """Give the lock of a name that is held by one session of this database at most, from whichever home."""
        engine = create_engine(
            self._parsed.set(drivername=DRIVER),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"connect_timeout": BUSY_SECONDS, "application_name": own_name(), **_PROMPT},
        )
        return ServerLock(engine, self.name, name)

    def _unavailable(self, error: DatabaseError | DBAPIError) -> ArchiveUnavailableError:
        return ArchiveUnavailableError(f"{self.name}: {cause(error)}")

    def _exists(self) -> bool:
        return True

    def _for_migrations(self) -> Engine:
        """Give the engine of writes.

        Raises:
            ArchiveError: this database cannot be an archive's.
        """
        if unfit := self.unfit():
            raise ArchiveError(unfit)
        return self._engine()

    def unfit(self) -> str | None:
        """Say why this database cannot be an archive's.

        Texts are ordered by their bytes, as SQLite and our own code order them, and all signs can be held.
        """
        with self.read() as connection:
            version = int((connection.dialect.server_version_info or (0,))[0])
            found = connection.execute(_ORDER).one()
        if version < OLDEST:
            return f"{self.name} is in PostgreSQL {version}, {OLDEST} or later is needed"
        if found.encoding != "UTF8" or found.collate not in BYTEWISE:
            return (
                f"{self.name} keeps texts as {found.encoding} and orders them as {found.collate}; UTF8 and C are "
                f"needed: make it by `{CREATE}`"
            )
        return None

    def _copy(self) -> None:
        """Make none: a migration is one transaction here, and copies are the server's affair (pg_dump)."""

    def copies(self) -> list[Path]:
        """Give none."""
        return []

    def warning(self) -> str | None:
        """Say nothing: the server's library is not ours to judge."""
        return None

    def scrub(self) -> None:
        """Write the tables anew without what was deleted from them; the server's own log and backups are its keeper's.

        Raises:
            ArchiveUnavailableError: another process reads or writes for long, or the disk is full; nothing is lost.
        """
        with self._guarded(), self._write.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM (FULL)")

    def check(self) -> list[str]:
        """Give nothing: the server keeps references whole, and its own `pg_amcheck` looks at its files."""
        return []
