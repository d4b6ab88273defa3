"""Many processes that begin the same thing in the same moment: all are there and wait before the first one goes on.

What takes long, starting Python and importing, is done once, and the processes are forked from that.
"""

import importlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

from tests.crawler.commandline import environment
from tests.crawler.warm import end_as

ROOT = Path(__file__).resolve().parents[2]
COMMAND, CHILD = "crawler.cli", "crawler.child"
"""What a process becomes: the command, or the child process that crawls for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One of the crowd that has ended."""

    pid: int
    status: int
    out: str
    err: str


class Crowd:
    """The processes, by id in `pids`; those that end are given in that order."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        self._lines: IO[str] = process.stdout
        self.pids: list[int] = json.loads(self._lines.readline())

    def leaving(self) -> Iterator[Left]:
        """Give each one that ends, until all have."""
        for line in self._lines:
            yield Left(**json.loads(line))

    def first(self, number: int) -> list[Left]:
        """Wait until so many have ended."""
        return list(itertools.islice(self.leaving(), number))


@contextmanager
def crowd(
    calls: Sequence[tuple[str, Sequence[str]]], *, become: str = COMMAND, env: Mapping[str, str] | None = None
) -> Iterator[Crowd]:
    """Begin as many processes as there are calls: what is on stdin, and the words; what is left at the end is killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crawler.crowd", become],
        cwd=ROOT,
        env=environment(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    with process:
        process.stdin.write(json.dumps([[given, list(words)] for given, words in calls]) + "\n")
        process.stdin.flush()
        begun = Crowd(process)
        try:
            yield begun
        finally:
            process.stdin.close()  # it ends with who holds the line
            process.kill()
            for pid in begun.pids:
                _kill(pid)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def serve(become: str) -> None:
    """Fork the crowd, let all go at once, and tell of each that ends."""
    module = importlib.import_module(become)
    if become == COMMAND:
        for name in ("archive.archive", "crawler.runner", "scheduler.commands", "scheduler.service", "scheduler.lock"):
            importlib.import_module(name)
    calls = json.loads(sys.stdin.readline())
    waiting, go = os.pipe()
    members = {}
    for given, words in calls:
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - read when it has ended
        pid = os.fork()
        if pid == 0:
            os.close(go)
            os.read(waiting, 1)  # comes back once nobody can write any more
            _become(module, given, words, out.fileno(), err.fileno())
        members[pid] = (out, err)
    os.close(waiting)
    _tell(list(members))
    os.close(go)
    while members:
        pid, status = os.wait()
        out, err = members.pop(pid)
        said = [os.pread(file.fileno(), 1_000_000, 0).decode() for file in (out, err)]
        left = {"pid": pid, "status": os.waitstatus_to_exitcode(status), "out": said[0], "err": said[1]}
        _tell(left)


def _tell(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _become(module: Any, given: str, words: list[str], out: int, err: int) -> NoReturn:
    with tempfile.TemporaryFile() as file:
        file.write(given.encode())
        file.seek(0)
        os.dup2(file.fileno(), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.chdir(tempfile.gettempdir())
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 - the other one has read ahead
    end_as(lambda: module.main(*([words] if words else [])))


if __name__ == "__main__":
    serve(sys.argv[1])
