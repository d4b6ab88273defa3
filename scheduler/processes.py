"""Processes and signals: all that is not the same on every system stands here, and what a system cannot do is said.

Linux is what the tests run on. macOS lacks Linux's death signal, and its kernel does not hold a process to RLIMIT_DATA.
On Windows nothing can be asked of a process by a signal: it is ended at once, alone, and its children are not.
"""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_ROOT = str(Path(__file__).parents[1])
"""Where our packages lie, also in a checkout that was not installed."""
_PR_SET_PDEATHSIG = 1
_WATCH_SECONDS = 0.5
_MEGABYTE = 1024 * 1024
_STOPS = (signal.SIGTERM, signal.SIGINT)
ORPHANED = 86
"""Exit status of a child whose parent is gone."""


def shortcomings(platform: str = sys.platform) -> str | None:
    """Say in one line what a crawl lacks on a system, None where it lacks nothing."""
    if platform == "win32":
        return (
            "on Windows a crawl has no limit on memory, is not closed cleanly when it is stopped (the next one takes up "
            "what it left), and does not notice that the program which started it was killed"
        )
    if platform == "darwin":
        return "on macOS no limit stops a page that eats memory"
    return None


def start_child(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a child that is written to and read from, and that `kill_group` ends with all that it starts.

    It leads a session of its own, so that a Ctrl-C at the terminal does not reach it. On Windows it does.
    """
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )


def start_module(name: str, *words: str) -> subprocess.Popen[bytes]:
    """Start one of our packages or modules as a child, to be told on stdin what to do.

    It is told all of the settings that it needs: those in the environment, secrets among them, go no further.
    """
    kept = {name: value for name, value in os.environ.items() if not (name.startswith("PILKADA_") and "__" in name)}
    return start_child(
        # -P: a folder of our name where the user happens to be must not be taken for ours.
        [sys.executable, "-P", "-m", name, *words],
        kept | {"PYTHONPATH": os.pathsep.join(filter(None, [_ROOT, kept.get("PYTHONPATH")]))},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a child ended: its exit status as Python gives it (negative: the signal), and the most that it held, if told."""

    status: int
    memory_mb: int | None


def wait_for(child: subprocess.Popen[bytes]) -> Ended:
    """Wait until a child of `start_child` has ended, however it did.

    Linux hands the peak of a process down to what it starts, so a peak no higher than our own tells nothing of the
    child. Windows tells of none.
    """
    if sys.platform == "win32":
        return Ended(status=child.wait(), memory_mb=None)
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts in bytes, Linux in units of 1024
    try:
        _, status, usage = os.wait4(child.pid, 0)
    except ChildProcessError:  # somebody has asked already
        return Ended(status=child.wait(), memory_mb=None)
    child.returncode = os.waitstatus_to_exitcode(status)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = usage.ru_maxrss * unit // _MEGABYTE if usage.ru_maxrss > own else None
    return Ended(status=child.returncode, memory_mb=peak)


def peak_mb() -> int | None:
    """Give what this process and its living children have each held at most (resident), together; None but on Linux."""
    pids = ["self"]
    with contextlib.suppress(OSError):
        for task in Path("/proc/self/task").iterdir():
            pids += task.joinpath("children").read_text("ascii").split()
    peaks = [peak for pid in pids if (peak := _high_water(pid)) is not None]
    return sum(peaks) // 1024 if peaks else None


def _high_water(pid: str) -> int | None:
    """The peak of one process in KB since its program began; a process that has ended has none."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return None


def die_with_parent() -> None:
    """Make this process end within half a second of its parent, however the parent died. No effect on Windows.

    On Linux the kernel is asked for a SIGKILL. It sends it when the *thread* that started the child ends, so whoever
    starts children starts them from a thread that lives as long as they shall. Everywhere a daemon thread also watches
    for the parent's id to change, which catches a parent that died before the kernel was asked. Windows never changes
    it.
    """
    if sys.platform == "win32":
        return
    expected = _parent_pid()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != expected:
        os._exit(ORPHANED)
    threading.Thread(target=_watch, args=(expected,), name="parent-watch", daemon=True).start()


def _parent_pid() -> int:
    """The parent that started us: multiprocessing was told its id, so a parent that is already dead is noticed."""
    parent = multiprocessing.parent_process()
    return parent.pid if parent is not None and parent.pid is not None else os.getppid()


def _watch(expected: int) -> None:
    while os.getppid() == expected:
        time.sleep(_WATCH_SECONDS)
    os._exit(ORPHANED)


def limit_memory(megabytes: int) -> None:
    """Limit what this process may allocate; past it an allocation fails with MemoryError.

    RLIMIT_DATA, not RLIMIT_AS: shared libraries and memory-mapped files would count against the latter. No effect on
    Windows, which has no such limit, nor on macOS, which counts nothing that malloc gives against it.
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
    """Leave Ctrl-C and the service manager's SIGTERM, which reach the whole group, to the parent.

    On Windows that concerns Ctrl-C only; there a SIGTERM from another process cannot be ignored.
    """
    for number in _STOPS:
        signal.signal(number, signal.SIG_IGN)


def usable_cores() -> int:
    """Give how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@contextlib.contextmanager
def on_stop(act: Callable[[], None]) -> Iterator[None]:
    """Call `act`, and do nothing else, at each Ctrl-C or SIGTERM that comes meanwhile. On Windows at Ctrl-C only.

    Only the main thread may use it.
    """
    before = [(number, signal.signal(number, lambda *_: act())) for number in _STOPS]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextlib.contextmanager
def on_reload(act: Callable[[], None]) -> Iterator[None]:
    """Call `act`, and do nothing else, at each SIGHUP that comes meanwhile. Windows has none.

    Only the main thread may use it.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.signal(signal.SIGHUP, lambda *_: act())
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def ask_to_reload(pid: int) -> None:
    """Send a SIGHUP.

    Raises:
        OSError: there is no such process, or it is somebody else's; on Windows always.
    """
    if sys.platform == "win32":
        raise OSError("a process cannot be asked on Windows")
    os.kill(pid, signal.SIGHUP)


@contextlib.contextmanager
def stop_unwinds() -> Iterator[None]:
    """Have a SIGTERM that comes meanwhile unwind what runs, as Ctrl-C does: what is half-written is taken away again.

    Only the main thread may use it.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def remember_stop() -> Sequence[object]:
    """Give a list that has something in it once this process was told to stop, until a library takes its signals over.

    On Windows it stays empty: whoever tells a process to stop ends it.
    """
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    return told


def stop_self() -> None:
    """Tell this process to stop, as `terminate` does from outside; also on Windows, through its own handlers."""
    signal.raise_signal(signal.SIGTERM)


def is_alive(pid: int) -> bool:
    """Say whether there is a process of a number; where that cannot be asked, it is taken to be there."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def terminate(pid: int) -> None:
    """Ask a child to stop, as Ctrl-C would; on Windows it is ended, there is no asking."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGTERM)


def kill_group(pid: int) -> None:
    """End a child of `start_child` and all that it started; what has ended already is fine. On Windows only the child."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            os.kill(pid, signal.SIGTERM)
        else:
            os.killpg(pid, signal.SIGKILL)


def ending(status: int) -> str:
    """Say how a process ended, from its exit status; on Windows one that was ended has a status like any other."""
    if status >= 0:
        return f"ended with exit status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
