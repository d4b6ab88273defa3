"""How a child process ends with its parent and stays within its memory."""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_WATCH_SECONDS = 0.5
_MEGABYTE = 1024 * 1024
ORPHANED = 86
"""Exit status of a child whose parent is gone."""


def die_with_parent() -> None:
    """Make this process end within half a second of its parent, however the parent died.

    On Linux the kernel is asked for a SIGKILL. It sends it when the *thread* that started the child ends, so whoever
    starts children starts them from a thread that lives as long as they shall. Everywhere a daemon thread also watches
    for the parent's id to change, which catches a parent that died before the kernel was asked.
    """
    expected = _parent_pid()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != expected:
        os._exit(ORPHANED)
    threading.Thread(target=_watch, args=(expected,), name="parent-watch", daemon=True).start()


def limit_memory(megabytes: int) -> None:
    """Limit what this process may allocate; past it an allocation fails with MemoryError. No effect on Windows.

    RLIMIT_DATA, not RLIMIT_AS: shared libraries and memory-mapped files would count against the latter.
    """
    if sys.platform == "win32":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    wanted = megabytes * _MEGABYTE
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def ignore_interrupts() -> None:
    """Leave Ctrl-C and the service manager's SIGTERM, which reach the whole group, to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _parent_pid() -> int:
    """The parent that started us: multiprocessing was told its id, so a parent that is already dead is noticed."""
    parent = multiprocessing.parent_process()
    return parent.pid if parent is not None and parent.pid is not None else os.getppid()


def _watch(expected: int) -> None:
    while os.getppid() == expected:
        time.sleep(_WATCH_SECONDS)
    os._exit(ORPHANED)


def terminate(pid: int) -> None:
    """Ask a child to stop, as Ctrl-C would; on Windows it is ended, there is no asking."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGTERM)


def kill_group(pid: int) -> None:
    """End a child that leads its own session, and all that it started; what has ended already is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)


def ending(status: int) -> str:
    """Say how a process ended, from its exit status."""
    if status >= 0:
        return f"ended with exit status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
