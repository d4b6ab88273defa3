"""One state of an SQLite file, in a file of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.database import sqlite_module
from archive.durable import sync

PAGES = 4096
"""Pages that are copied between two calls of `on_progress`: 16 MB take 0.02 s."""


def snapshot(
    connection: Any, target: Path, *, mode: int, on_progress: Callable[[int, int], None] = lambda _done, _of: None
) -> None:
    """Copy what a connection sees into a new file, on disk when this returns.

    Others may write meanwhile. Where they do, the connection is in a transaction that has read already: the copy is of
    that state, and begins anew for nobody's sake.

    Args:
        connection: the driver's own connection.
        target: a file that does not exist yet.
        mode: who may read and write it.
        on_progress: told how many of how many pages are copied.

    Raises:
        OSError: the file cannot be made.
        sqlite3.Error (of `sqlite_module`): the database cannot be read, or the file not written.
    """
    target.touch(mode=mode, exist_ok=False)
    copy = sqlite_module().connect(target)
    try:
        connection.backup(copy, pages=PAGES, progress=lambda _status, left, of: on_progress(of - left, of))
    finally:
        copy.close()
    sync(target)
