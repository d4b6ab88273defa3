"""A folder of files that is written beside its place and takes it when it is whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.durable import sync
from archive.errors import ArchiveUnavailableError
from archive.export import ExportError


def free(folder: Path) -> None:
    """Make sure that nothing is in a folder, if it is there at all.

    Raises:
        ExportError: something is, or it is a file.
        ArchiveUnavailableError: it cannot be looked into.
    """
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise ArchiveUnavailableError(f"{folder} cannot be read: {error.strerror}") from error
    if taken:
        raise ExportError(f"{folder} is not empty: name a folder that is not there yet")


@contextmanager
def new_folder(folder: Path, *, each: bool = True) -> Iterator[Path]:
    """Give a folder to write files into, which takes its place when it is whole: what is stopped leaves none.

    Before that each file reaches the disk, unless there are too many for that.

    Raises:
        ExportError: there is a folder with something in it, or a file.
        ArchiveUnavailableError: the folder cannot be written.
    """
    try:
        place = folder.resolve()
        free(place)
        beside = place.with_name(f".{place.name}.{os.getpid()}")
        beside.mkdir()
        try:
            yield beside
            for path in (*(beside.iterdir() if each else ()), beside):
                sync(path)
            with suppress(FileNotFoundError):
                place.rmdir()
            beside.rename(place)
            sync(place.parent)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise ArchiveUnavailableError(f"{folder} cannot be written: {error.strerror or error}") from error
