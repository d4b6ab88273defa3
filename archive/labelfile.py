"""Files of labels as spreadsheets and programs write them: CSV with commas, semicolons or tabs, and JSON Lines."""

import codecs
import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from archive.errors import ArchiveError
from archive.labels import Coded
from archive.text import from_csv

COLUMNS = ("uid", "coder", "code", "value")
LONGEST = {"uid": 200, "coder": 200, "code": 200, "value": 32_767}
"""Characters that a cell may have; no spreadsheet's cell holds more than the last."""
_SEPARATORS = ",;\t"
_OTHER = ((codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"))


class LabelFileError(ArchiveError):
    """A file that holds no labels, or something else in one of its lines; one line says where and what."""


def read(path: Path) -> Iterator[Coded]:
    """Give the labels of a file, one at a time.

    Raises:
        LabelFileError: it cannot be read, is no text in UTF-8, or a line is not as it must be; the text names the line.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".jsonl"):
        raise LabelFileError(f"{path.name}: name a file that ends in .csv or .jsonl")
    try:
        yield from (_csv if ending == ".csv" else _jsonl)(path)
    except OSError as error:
        raise LabelFileError(f"{path} cannot be read: {error.strerror}") from error


def _lines(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if number == 1:
                for mark, name in _OTHER:
                    if raw.startswith(mark):
                        raise _wrong(path, 1, f"is {name}: save it as CSV UTF-8")
            try:
                yield raw.removeprefix(codecs.BOM_UTF8 if number == 1 else b"").decode()
            except UnicodeDecodeError as error:
                sign = raw[error.start : error.start + 1].hex()
                raise _wrong(path, number, f"is not UTF-8 (byte {sign}): save it as CSV UTF-8") from error


def _csv(path: Path) -> Iterator[Coded]:
    lines = _lines(path)
    skipped, first = 0, ""
    for first in lines:
        if first.strip() and not first.lower().startswith("sep="):  # which Excel writes for itself
            break
        skipped += 1
    headers = [next(csv.reader([first], delimiter=one), []) for one in _SEPARATORS]
    at = max(range(len(headers)), key=lambda one: len(set(COLUMNS) & set(_names(headers[one]))))
    names = _names(headers[at])
    _check(path, skipped + 1, names)
    rows = csv.reader(lines, delimiter=_SEPARATORS[at], strict=True)
    try:
        for cells in rows:
            number = rows.line_num + skipped + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) < len(names) or any(cell.strip() for cell in cells[len(names) :]):
                raise _wrong(path, number, f"has {len(cells)} cells where the header has {len(names)}")
            named = {name: from_csv(cell.strip()) for name, cell in zip(names, cells, strict=False) if name}
            yield _coded(path, number, named)
    except csv.Error as error:
        raise _wrong(path, rows.line_num + skipped + 1, f"is no CSV: {error}") from error


def _names(header: Sequence[str]) -> list[str]:
    """Give the names of columns; empty ones at the end, which spreadsheets add, are none."""
    names = [name.strip().lower() for name in header]
    while names and not names[-1]:
        names.pop()
    return names


def _jsonl(path: Path) -> Iterator[Coded]:
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            held = msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise _wrong(path, number, f"is no JSON object: {error}") from error
        _check(path, number, list(held))
        for name, value in held.items():
            if isinstance(value, (list, dict)):
                raise _wrong(path, number, f"has a list or an object for {name}")
        yield _coded(path, number, {name: _text(value) for name, value in held.items()})


def _text(value: object) -> str:
    """Give a number, a truth or nothing as a cell has it."""
    return value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()


def _check(path: Path, number: int, names: Sequence[str]) -> None:
    """Refuse columns that are missing, unknown or named twice."""
    missing = [name for name in COLUMNS if name not in names]
    unknown = [name for name in names if name not in COLUMNS]
    if len(missing) == len(COLUMNS):
        raise _wrong(path, number, f"names none of the columns {', '.join(COLUMNS)}")
    if missing:
        raise _wrong(path, number, f"has no {' and no '.join(missing)}")
    if unknown:
        said = ", ".join(repr(name[:40]) for name in unknown)
        raise _wrong(path, number, f"has {said} too: the columns are {', '.join(COLUMNS)} and no others")
    if len(names) > len(COLUMNS):
        raise _wrong(path, number, "names a column twice")


def _coded(path: Path, number: int, said: Mapping[str, str]) -> Coded:
    for name, text in said.items():
        if len(text) > LONGEST[name]:
            raise _wrong(path, number, f"has a {name} of more than {LONGEST[name]:,} characters")
        if "\0" in text:
            raise _wrong(path, number, f"has a NUL in its {name}")
        if not text.strip() and name != "value":
            raise _wrong(path, number, f"has no {name}")
    return Coded(
        line=number,
        uid=said["uid"].strip().lower(),
        coder=said["coder"].strip(),
        code=said["code"].strip(),
        value=said["value"] or None,
    )


def _wrong(path: Path, number: int, why: str) -> LabelFileError:
    return LabelFileError(f"{path.name}: line {number} {why}")
