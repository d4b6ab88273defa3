"""Records written to a file: JSON Lines or CSV, streamed, and whole or not at all."""

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from archive.columns import ARTICLE, Columns
from archive.errors import ArchiveError, ArchiveUnavailableError
from archive.output import cell_text, to_json
from archive.text import for_csv


class ExportError(ArchiveError):
    """The file's name does not say a format that we write."""


def write(records: Iterable[Mapping[str, Any]], path: Path, columns: Columns = ARTICLE) -> int:
    """Write records to `path` in the format that its ending names; give how many.

    `columns` are the header of a CSV without records.

    Raises:
        ExportError: the ending is neither .jsonl nor .csv.
        ArchiveUnavailableError: the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in (".jsonl", ".csv"):
        raise ExportError(f"{path.name}: name a file that ends in .jsonl or .csv")
    with whole(path) as file:
        return _jsonl(records, file) if ending == ".jsonl" else _csv(records, file, columns)


@contextmanager
def whole(path: Path) -> Iterator[TextIO]:
    """Give a file that is written beside its place and renamed when it is whole: what is stopped leaves the old one.

    Raises:
        ArchiveUnavailableError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise ArchiveUnavailableError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            beside.unlink()


def _jsonl(records: Iterable[Mapping[str, Any]], file: TextIO) -> int:
    number = 0
    for record in records:
        file.write(to_json(record) + "\n")
        number += 1
    return number


def _csv(records: Iterable[Mapping[str, Any]], file: TextIO, columns: Columns) -> int:
    writer = csv.writer(file, lineterminator="\n")
    rows = iter(records)
    first = next(rows, None)
    writer.writerow(columns if first is None else first)
    number = 0
    for record in chain(() if first is None else (first,), rows):
        writer.writerow([for_csv(cell_text(value)) for value in record.values()])
        number += 1
    return number
