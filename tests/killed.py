"""Processes that are killed at every step that they take in the file system, one after another."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

STEP = "tests.step"
"""What a test may tell audit hooks of itself, by `sys.audit`, where the work calls it back."""
STEPS = {STEP, "open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "sqlite3.connect"}
"""What Python tells audit hooks of, whichever code does it."""


def killed_at_every_step(work: Callable[[], None]) -> Iterator[int]:
    """Do some work in a process of its own that is killed before its first step, its second, … until it ends; give which.

    It is not told when the work came to its end: the last step is the one that there was none of any more.
    """
    step = 1
    while killed_at(work, step):
        yield step
        step += 1


def killed_at(work: Callable[[], None], step: int) -> bool:
    """Do some work in a process of its own that is killed before one of its steps; say whether it came so far."""
    return _in_a_process(work, kill_at=step) is None


def steps_of(work: Callable[[], None]) -> int:
    """Do some work in a process of its own, and give how many steps it takes."""
    steps = _in_a_process(work)
    assert steps is not None
    return steps


def _in_a_process(work: Callable[[], None], kill_at: int = 0) -> int | None:
    """Give how many steps the work took; None where it was killed."""
    told, tell = os.pipe()
    process = os.fork()
    if process == 0:
        steps = 0

        def count(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal steps
            if event in STEPS and not (event == "open" and _reads(arguments)):
                steps += 1
                if steps == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        status = 1
        try:
            work()
            os.write(tell, str(steps).encode())
            status = 0
        finally:  # nothing of the test's own process is done twice
            if status:
                sys.excepthook(*sys.exc_info())
            os._exit(status)
    os.close(tell)
    _, status = os.waitpid(process, 0)
    with os.fdopen(told) as said:
        steps_taken = said.read()
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return None if os.WIFSIGNALED(status) else int(steps_taken)


def _reads(arguments: tuple[Any, ...]) -> bool:
    """Say whether a file is opened for reading: nothing in the file system changes."""
    return not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
