"""One process at a time at work that no outlet's lock covers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import ArchiveUnavailableError, BusyError


@contextmanager
def exclusive(locks: Path, work: str) -> Iterator[None]:
    """Hold the lock of some work in a home's folder of locks; the kernel frees it when the process is dead.

    Raises:
        BusyError: another process is at it.
        ArchiveUnavailableError: the lock's file cannot be made.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(locks / f"{work}.lock")
    try:
        locks.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyError(f"another {work} is being made in {locks.parent}") from None
    except OSError as error:
        raise ArchiveUnavailableError(f"{lock.lock_file} cannot be locked: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()
