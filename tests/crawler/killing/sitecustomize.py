"""Kills a crawl's process and its group at a named point; Python loads it where a test puts this folder on PYTHONPATH.

`KILL_AT` names the point, or is `any`; `KILL_AFTER` counts the times that it is reached, the fatal one included. `KILL_ALL` has the
command that started the crawl die first, as when the machine is switched off.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

POINT = os.environ.get("KILL_AT", "")
left = int(os.environ.get("KILL_AFTER", "1"))
size = 0
wrote = False


def die() -> NoReturn:
    if os.environ.get("KILL_ALL"):
        os.kill(os.getppid(), signal.SIGKILL)
    os.killpg(0, signal.SIGKILL)
    raise AssertionError


def reached(point: str) -> bool:
    """Count a point down; die at it, but where something has to be done to it first."""
    global left
    if POINT not in (point, "any"):
        return False
    left -= 1
    if left == 0 and point not in ("half a record", "checkpoint"):
        die()
    return left == 0


def is_warc(descriptor: int) -> bool:
    return Path(f"/proc/self/fd/{descriptor}").readlink().name.endswith(".warc.gz")


def watch_files() -> None:
    sync, stat = os.fsync, os.fstat

    def fstat(descriptor: int) -> os.stat_result:
        global size
        found = stat(descriptor)
        if is_warc(descriptor):  # asked before anything is appended
            size = found.st_size
            reached("after fetch")
        return found

    def fsync(descriptor: int) -> None:
        warc = is_warc(descriptor)
        if warc and reached("half a record"):
            os.ftruncate(descriptor, (size + stat(descriptor).st_size) // 2)
            die()
        if warc:
            reached("before fsync")
        sync(descriptor)
        if warc:
            reached("after fsync")

    def opened(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and str(arguments[0]).endswith(".warc.gz"):
            reached("rotation")

    os.fstat, os.fsync = fstat, fsync
    sys.addaudithook(opened)


def watch_database() -> None:
    from sqlalchemy.engine.default import DefaultDialect

    execute, executemany, commit = DefaultDialect.do_execute, DefaultDialect.do_executemany, DefaultDialect.do_commit

    def noted(run: Any) -> Any:
        def noting(self: Any, cursor: Any, statement: str, *more: Any, **named: Any) -> None:
            global wrote
            run(self, cursor, statement, *more, **named)
            if statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
                wrote = True
                reached("inside the transaction")

        return noting

    def do_commit(self: Any, connection: Any) -> None:
        global wrote
        writes, wrote = wrote, False
        if writes and reached("checkpoint"):
            if self.name == "sqlite":
                connection.execute("PRAGMA wal_autocheckpoint = 1").close()
            delay = float(os.environ.get("KILL_DELAY", "0"))
            threading.Thread(target=lambda: (time.sleep(delay), die())).start()
            commit(self, connection)
            time.sleep(60)
        commit(self, connection)
        if writes:
            reached("after commit")

    DefaultDialect.do_execute = noted(execute)  # type: ignore[method-assign]
    DefaultDialect.do_executemany = noted(executemany)  # type: ignore[method-assign]
    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]


# A crawl's process only: not the command before it, nor the readers behind it.
if POINT and sys.orig_argv[-2:] == ["-m", "crawler"]:
    watch_files()
    watch_database()
