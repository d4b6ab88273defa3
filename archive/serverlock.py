"""A lock on a PostgreSQL server: what a lock file is for the processes of one home, it is for all homes of a database."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from archive.database import cause
from archive.errors import ArchiveUnavailableError

POLL = 0.05
"""Seconds between two tries to get a lock that another session has."""
# A holder whose machine is gone would keep the lock for the two hours that systems wait for a silent connection.
_SETTINGS = (
    "tcp_keepalives_idle = 30",
    "tcp_keepalives_interval = 10",
    "tcp_keepalives_count = 3",
    "idle_session_timeout = 0",
)
_HOLDER = text(
    # A role sees nothing but the number of another role's session.
    "SELECT coalesce(a.application_name, '') AS name, coalesce(a.backend_start, now()) AS since "
    "FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND l.classid = CAST(:high AS oid) AND l.objid = CAST(:low AS oid)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Whose session holds a lock: its process' number and machine as they stand in the session's name, and since when."""

    pid: int
    host: str
    since: datetime


class ServerLock:
    """An advisory lock that a session of its own holds, and that is free as soon as the server ends that session.

    Its holder is not told then: whoever writes checks its fence (`runs.RunTicket`), and who only waits asks `held`. A
    pooler that hands sessions from one client to another (PgBouncer in transaction mode) must not stand in between.
    """

    def __init__(self, engine: Engine, address: str, name: str) -> None:
        self._engine = engine
        self._address = address
        self._key = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
        self._connection: Connection | None = None

    def acquire(self, patience: float) -> bool:
        """Take the lock; give whether it could be had within some seconds.

        Raises:
            ArchiveUnavailableError: the server cannot be asked.
        """
        ending = time.monotonic() + patience
        with self._guarded():
            connection = self._connect()
            while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}).scalar_one():
                if time.monotonic() > ending:
                    self.release()
                    return False
                time.sleep(POLL)
        return True

    def release(self) -> None:
        """Free the lock by ending its session; without effect when there is none."""
        if self._connection is not None:
            with suppress(DBAPIError):  # a session that is gone already has freed it
                self._connection.close()
            self._connection = None

    def held(self) -> bool:
        """Say whether this object holds the lock: the server may have ended its session, and says so to no one."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            self.release()
            return False
        return True

    def holder(self) -> Session | None:
        """Give whose session holds the lock now.

        Raises:
            ArchiveUnavailableError: the server cannot be asked.
        """
        parts = self._key.to_bytes(8, signed=True)
        halves = {"high": int.from_bytes(parts[:4]), "low": int.from_bytes(parts[4:])}
        with self._guarded(), self._engine.connect() as connection:
            found = connection.execute(_HOLDER, halves).first()
        if found is None:
            return None
        _, _, told = found.name.partition(" ")
        pid, _, host = told.partition("@")
        return Session(pid=int(pid) if pid.isdigit() else 0, host=host or "an unknown machine", since=found.since)

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
            for setting in _SETTINGS:
                self._connection.exec_driver_sql(f"SET {setting}")
        return self._connection

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            self.release()
            raise ArchiveUnavailableError(f"{self._address}: {cause(error)}") from error


def own_name() -> str:
    """Give what this process' sessions are called on the server: by it another home is told who holds a lock."""
    return f"pilkada {os.getpid()}@{socket.gethostname()}"[:63]
