"""Rows written to a file: JSON Lines, CSV, Parquet or a workbook, streamed, and whole or not at all."""

import csv
import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from archive.columns import ARTICLE, Columns
from archive.errors import ArchiveError, ArchiveUnavailableError
from archive.output import cell_text, to_json
from archive.text import for_csv

ENDINGS = (".jsonl", ".csv", ".parquet", ".xlsx")


class ExportError(ArchiveError):
    """What was asked for cannot be written so: no such format, too much for it, or a place that is taken."""


def write(records: Iterable[Mapping[str, Any]], path: Path, columns: Columns = ARTICLE) -> int:
    """Write rows to `path` in the format that its ending names; give how many.

    Raises:
        ExportError: the ending names no format that we write, or a sheet holds less rows.
        ArchiveUnavailableError: the file cannot be written.
    """
    ending = ending_of(path)
    if ending in (".jsonl", ".csv"):
        with whole(path) as file:
            return _jsonl(records, file) if ending == ".jsonl" else write_csv(records, file, columns)
    # Each takes 0.1 s to import.
    if ending == ".parquet":
        from archive.arrow import write_parquet

        with whole_bytes(path) as binary:
            return write_parquet(records, binary, columns)
    from archive.sheet import write_sheet

    with whole_bytes(path) as binary:
        return write_sheet(records, binary, columns, named=path.name, room=path.parent)


def ending_of(path: Path) -> str:
    """Give the ending by which a file's format is known.

    Raises:
        ExportError: it names no format that we write.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ExportError(f"{path.name}: name a file that ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    return ending


@contextmanager
def whole(path: Path) -> Iterator[TextIO]:
    """Give a file that is written beside its place and renamed when it is whole: what is stopped leaves the old one.

    Raises:
        ArchiveUnavailableError: it cannot be written.
    """
    with _beside(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def whole_bytes(path: Path) -> Iterator[BinaryIO]:
    """Give a file for bytes, as `whole` gives one for text."""
    with _beside(path) as beside, beside.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.is_dir():  # before an hour of writing, and not after it
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        yield beside
        beside.replace(path)
    except OSError as error:
        raise ArchiveUnavailableError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            beside.unlink()


def write_csv(records: Iterable[Mapping[str, Any]], file: TextIO, columns: Columns) -> int:
    """Write rows to an open file with a header, which is there without rows too; give how many."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    number = 0
    for record in records:
        writer.writerow([for_csv(cell_text(record[name])) for name in columns])
        number += 1
    return number


def _jsonl(records: Iterable[Mapping[str, Any]], file: TextIO) -> int:
    number = 0
    for record in records:
        file.write(to_json(record) + "\n")
        number += 1
    return number
