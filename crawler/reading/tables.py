"""The tables of a pack as rows, each with the place that a complaint about it names."""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date

_CODE = re.compile(r"\d{2}(\.\d{2}){0,3}")


class PackError(Exception):
    """A pack of an election cannot be used; one line names the file, the line and what is wrong."""


def rows(text: str, where: str, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the rows of a table with tabs, and where each stands; empty lines and lines with # are left out.

    Raises:
        PackError: it has other columns, or is empty.
    """
    header: tuple[str, ...] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = tuple(cell.strip() for cell in line.split("\t"))
        place = f"{where}, line {number}"
        if header is None:
            header = cells
            if cells != columns:
                raise PackError(f"{place}: the columns must be {', '.join(columns)}, parted by tabs")
        else:
            yield place, _named(columns, cells, place)
    if header is None:
        raise PackError(f"{where} is empty")


def sheet(
    text: str, where: str, needed: Sequence[str], optional: Sequence[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the rows of a table with commas, as spreadsheets write it, its columns in any order; `""` where one is missing.

    Raises:
        PackError: a column is unknown, stands twice or is missing, or a row has more cells.
    """
    known = (*needed, *optional)
    header: tuple[str, ...] | None = None
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        for cells in reader:
            place = f"{where}, line {reader.line_num}"
            row = tuple(cell.strip() for cell in cells)
            if not any(row) or row[0].startswith("#"):
                continue
            if header is None:
                header = row
                if wrong := next((name for name in header if name not in known), None):
                    if ";" in wrong:
                        raise PackError(f"{place}: the columns are parted by ; and must be parted by commas")
                    raise PackError(f"{place}: there is no column {wrong}; they are {', '.join(known)}")
                if len(set(header)) < len(header) or not set(needed) <= set(header):
                    raise PackError(f"{place}: the columns {', '.join(needed)} must stand there, and none twice")
            else:
                yield place, dict.fromkeys(known, "") | _named(header, row, place)
    except csv.Error as error:
        raise PackError(f"{where}, line {reader.line_num}: {error}") from error
    if header is None:
        raise PackError(f"{where} is empty")


def _named(columns: tuple[str, ...], cells: tuple[str, ...], place: str) -> dict[str, str]:
    if len(cells) > len(columns):
        raise PackError(f"{place}: {len(cells)} cells, where the table has {len(columns)} columns")
    return dict(zip(columns, cells + ("",) * (len(columns) - len(cells)), strict=True))


def number(text: str, place: str, *, name: str, least: float = 0) -> float:
    """Read a number from `least` to 100.

    Raises:
        PackError: it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not least <= value <= 100:
        raise PackError(f"{place}: the {name} must be a number from {least} to 100, not {text}")
    return value


def day(text: str, place: str) -> date:
    """Read a day written `2024-11-27`.

    Raises:
        PackError: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise PackError(f"{place}: {text or 'nothing'} is no day such as 2024-11-27") from error


def codes(text: str, place: str) -> tuple[str, ...]:
    """Read the codes of regions, parted by blanks.

    Raises:
        PackError: one has not the form of a code.
    """
    found = tuple(text.split())
    if wrong := next((code for code in found if not _CODE.fullmatch(code)), None):
        raise PackError(f"{place}: {wrong} is no code of a region")
    return found
