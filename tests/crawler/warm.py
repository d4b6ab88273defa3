"""A process that has imported the command and becomes it whenever it is asked: each call is a process of its own.

Starting Python and importing a command takes 0.4 s of CPU, and the tests call commands many hundred times; becoming one
takes 0.01 s. What a fresh start proves is proved where tests start one: `test_each_command_starts_by_itself`,
`Pilkada.running`, the wheel and the README's examples.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from crawler.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
WHEN_RUN = ("alembic.command", "archive.archive", "archive.upgrade", "crawler.reading.pack", "crawler.runner")
"""What commands import when they run."""
LONGEST = 100_000
"""Bytes of a call: the kernel takes twice as many in one message."""


class Warm:
    """The process that has imported everything. It ends with the one that made it: nobody holds the line then."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.crawler.warm", str(theirs.fileno())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def run(
        self, words: Sequence[str], env: Mapping[str, str], cwd: str, timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Do what `subprocess.run` does: the output captured, as text, and nothing on stdin.

        Raises:
            subprocess.TimeoutExpired: it took longer, and was killed.
        """
        call = json.dumps([list(words), dict(env), cwd]).encode()
        assert len(call) <= LONGEST, "too long a call"
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            socket.send_fds(self._line, [call], [out.fileno(), err.fileno()])
            pid = int(self._line.recv(20))
            self._line.settimeout(timeout)
            try:
                status = self._line.recv(20)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(words), timeout) from None
            finally:
                self._line.settimeout(None)
            assert status, "the process that was to become the command is gone"
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(list(words), int(status), out.read().decode(), err.read().decode())

    def close(self) -> None:
        """Let nobody hold the line, and wait until it has ended."""
        self._line.close()
        self._process.wait()


@functools.cache
def warm() -> Warm:
    """The one of this process."""
    made = Warm()
    atexit.register(made.close)
    return made


def serve(line: socket.socket) -> None:
    """Become a command at each call, until nobody can call any more."""
    gc.disable()
    for name in (*(place.partition(":")[0] for place in COMMANDS.values()), *WHEN_RUN):
        importlib.import_module(name)
    gc.freeze()
    gc.enable()
    while True:
        call, handed, _, _ = socket.recv_fds(line, 2 * LONGEST, 2)
        if not call:
            return
        pid = os.fork()
        if pid == 0:
            line.close()
            _become(*json.loads(call), *handed)
        for descriptor in handed:
            os.close(descriptor)
        line.send(str(pid).encode())
        line.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())


def _become(words: list[str], env: dict[str, str], cwd: str, out: int, err: int) -> NoReturn:
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)

    def main() -> int:
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        sys.argv = ["pilkada", *words]
        from crawler.cli import main

        return main()

    end_as(main)


def end_as(main: Callable[[], int]) -> NoReturn:
    """End this process as a program that is nothing but `main` ends."""
    status = 1
    try:
        status = main()
    except BaseException:  # noqa: BLE001 - the end of a program, where Python does the same
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
