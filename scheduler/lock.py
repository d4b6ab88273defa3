"""One process at a time: locks that the kernel frees when their holder dies."""

import os
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec
from filelock import FileLock, Timeout

from archive.errors import ArchiveUnavailableError
from scheduler.errors import SchedulerError

if TYPE_CHECKING:
    from archive.database import Database
    from archive.serverlock import ServerLock

GRACE = 0.2
"""Seconds for which a held lock is asked again: `holder` takes a free lock for a moment to see that it is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The process that holds a lock, since when and for what."""

    pid: int
    host: str
    since: datetime
    purpose: str


class HeldError(SchedulerError):
    """Another process holds the lock; `holder` is None when it has not said who it is."""

    def __init__(self, holder: Holder | None, purpose: str = "process") -> None:
        self.holder = holder
        super().__init__(f"another {holder.purpose if holder else purpose} runs already{_who(holder)}")


def _who(holder: Holder | None) -> str:
    if holder is None:
        return ""
    elsewhere = f" on {holder.host}" if holder.host != socket.gethostname() else ""
    return f": process {holder.pid}{elsewhere} since {holder.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


class ProcessLock:
    """A lock on a file (flock), held by one process at most and free as soon as that process is dead.

    Who holds it stands in a JSON file beside it, which is only ever read while the lock is held, so that the one of a
    killed process does not mislead. Where a file is on a network drive, that drive must know flock. An archive on a
    server may have several homes: there the lock is had only with the server's own of the same name.
    """

    def __init__(
        self,
        path: Path,
        purpose: str,
        *,
        server: "ServerLock | None" = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.path = path
        self.purpose = purpose
        self._server = server
        self._now = now
        self._note = path.with_suffix(".json")
        # Not per thread: a crawl's lock may be freed by another thread than took it.
        self._lock = FileLock(path, thread_local=False)

    def acquire(self) -> None:
        """Take the lock, or say at once who has it; it is held no longer than this object lives.

        Raises:
            HeldError: another process (or another ProcessLock of this one) has it, here or at another home.
            ArchiveUnavailableError: the lock's file cannot be made, or the server cannot be asked.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=GRACE, poll_interval=0.02)
        except Timeout:
            raise HeldError(self._read(), self.purpose) from None
        except OSError as error:
            raise ArchiveUnavailableError(f"{self.path} cannot be locked: {error.strerror}") from error
        try:
            self._write()
        except OSError as error:
            self._lock.release()
            raise ArchiveUnavailableError(f"{self._note} cannot be written: {error.strerror}") from error
        try:
            self._acquire_at_server()
        except BaseException:
            self.release()
            raise

    def _acquire_at_server(self) -> None:
        if self._server and not self._server.acquire(GRACE):
            raise HeldError(self._elsewhere(), self.purpose)

    def share(self, database: "Database") -> None:
        """Hold the lock that is held here for all homes of a database too.

        Raises:
            HeldError: another home has it.
            ArchiveUnavailableError: the server cannot be asked.
        """
        self._server = database.server_lock(self.purpose)
        self._acquire_at_server()

    def renew(self) -> None:
        """Take the lock again at the server if that ended our session, of which nobody is told.

        Raises:
            HeldError: another home has it by now.
            ArchiveUnavailableError: the server cannot be asked.
        """
        if self._server and not self._server.held():
            self._acquire_at_server()

    def release(self) -> None:
        """Free the lock; without effect when it is not held."""
        if self._server:
            self._server.release()
        if self._lock.is_locked:
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def held(self) -> bool:
        """Say whether any process holds the lock now, this one included."""
        return self._held_here() or self._elsewhere() is not None

    def _held_here(self) -> bool:
        if self._lock.is_locked:
            return True
        if not self.path.exists():
            return False
        probe = FileLock(self.path, thread_local=False)
        try:
            probe.acquire(timeout=0)
        except (Timeout, OSError):
            return True
        probe.release()
        return False

    def holder(self) -> Holder | None:
        """Give who holds the lock now; None when nobody does, or when it has not said so yet."""
        return self._read() if self._held_here() else self._elsewhere()

    def _elsewhere(self) -> Holder | None:
        """Give who holds the server's lock: a process of another home, where this home's file is free."""
        session = self._server.holder() if self._server else None
        if session is None:
            return None
        return Holder(pid=session.pid, host=session.host, since=session.since, purpose=self.purpose)

    def _write(self) -> None:
        holder = Holder(pid=os.getpid(), host=socket.gethostname(), since=self._now(), purpose=self.purpose)
        draft = self._note.with_suffix(".json.new")
        draft.write_bytes(msgspec.json.encode(holder))
        draft.replace(self._note)

    def _read(self) -> Holder | None:
        try:
            return msgspec.json.decode(self._note.read_bytes(), type=Holder)
        except (OSError, msgspec.DecodeError):
            return None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def scheduler_lock(locks: Path, database: "Database | None" = None) -> ProcessLock:
    """Give the lock that the one scheduler of a home holds; with a database, of all its homes."""
    return _lock(locks / "scheduler.lock", "scheduler", database)


def outlet_lock(locks: Path, outlet: str, database: "Database | None" = None) -> ProcessLock:
    """Give the lock that the one crawl of an outlet holds; with a database, in all its homes."""
    return _lock(locks / f"outlet-{outlet}.lock", f"crawl of {outlet}", database)


def _lock(path: Path, purpose: str, database: "Database | None") -> ProcessLock:
    return ProcessLock(path, purpose, server=database.server_lock(purpose) if database else None)


def host_lock(locks: Path, host: str) -> ProcessLock:
    """Give the lock that the one crawl at a host holds; the host's name is made fit for a file's."""
    name = re.sub(r"[^a-z0-9.-]", "_", host.lower())[:100]
    return ProcessLock(locks / f"host-{name}.lock", f"crawl at {host}")
