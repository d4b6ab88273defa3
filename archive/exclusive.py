"""One process at a time at work that no outlet's lock covers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import BusyError


@contextmanager
def exclusive(locks: Path, work: str) -> Iterator[bool]:
    """Hold the lock of some work in a home's folder of locks; the kernel frees it when the process is dead.

    Gives whether it is held: in a home that is read-only no lock can be.

    Raises:
        BusyError: another process is at it.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(locks / f"{work}.lock")
    try:
        locks.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyError(f"another {work} is being made in {locks.parent}") from None
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
