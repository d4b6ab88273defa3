"""Rows as a sheet of a workbook (xlsx), typed, a row in memory at a time; what a sheet cannot hold is said."""

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

from archive.columns import Columns, Kind, Shape
from archive.export import ExportError
from archive.output import cell_text

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

logger = logging.getLogger(__name__)

ROWS = 1_048_575
"""The most that a sheet holds below its header."""
LONGEST = 32_767
"""The most UTF-16 units that a cell holds."""
CUT = "cut"
"""The last column, which names those of its row whose text is longer than a cell."""
_MADE = datetime(1980, 1, 1, tzinfo=UTC)
"""When the workbook says that it was made: as its parts do, so that the same rows are the same bytes."""
_FIRST_YEAR = 1900
"""A sheet knows no earlier day."""


def write_sheet(
    records: Iterable[Mapping[str, Any]], file: BinaryIO, columns: Columns, *, named: str, room: Path
) -> int:
    """Write rows to an open file as a workbook with one sheet; give how many.

    Days, numbers and truths have their types; all else is the text that a CSV has, without its apostrophes, since a
    cell that is a string is never a formula. Drafts lie in a folder in `room`, which is gone at the end.

    Raises:
        ExportError: there are more rows than a sheet holds.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    with TemporaryDirectory(prefix=f".{named}.", dir=room) as drafts:
        book = Workbook(file, {"constant_memory": True, "tmpdir": drafts})
        book.use_zip64()
        book.set_properties({"created": _MADE})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        try:
            number = _fill(sheet, records, columns, day, named)
            book.close()
        except FileCreateError as error:
            raise error.args[0] from None  # the OSError that it wraps: a full disk
        finally:
            with suppress(OSError):
                sheet.row_data_fh.close()  # only a whole workbook closes its draft
    return number


def _fill(sheet: "Worksheet", records: Iterable[Mapping[str, Any]], columns: Columns, day: "Format", named: str) -> int:
    for at, name in enumerate((*columns, CUT)):
        sheet.write_string(0, at, name)
    sheet.freeze_panes(1, 0)
    number = several = 0
    for number, record in enumerate(records, 1):
        if number > ROWS:
            raise ExportError(f"{named}: a sheet holds {ROWS:,} rows, and there are more: write .parquet or .csv")
        cut = [
            name
            for at, (name, shape) in enumerate(columns.items())
            if _write(sheet, number, at, record[name], shape, day)
        ]
        if cut:
            sheet.write_string(number, len(columns), "; ".join(cut))
            several += len(cut)
    if several:
        cells = f"{several} cell{' was' if several == 1 else 's were'}"
        logger.warning(
            "%s: %s cut to %s characters, all that one holds; the column `%s` says where", named, cells, LONGEST, CUT
        )
    return number


def _write(sheet: "Worksheet", row: int, at: int, value: Any, shape: Shape, day: "Format") -> bool:
    """Write one cell; say whether it was cut."""
    if value is None:
        return False
    if shape is Kind.TRUTH:
        sheet.write_boolean(row, at, value)
    elif shape in (Kind.INTEGER, Kind.NUMBER):
        sheet.write_number(row, at, value)
    elif shape is Kind.DAY and int(value[:4]) >= _FIRST_YEAR:
        sheet.write_datetime(row, at, date.fromisoformat(value), day)
    else:
        text = cell_text(value)
        fitting = _fitting(text)
        if fitting:
            sheet.write_string(row, at, fitting)
        return fitting != text
    return False


def _fitting(text: str) -> str:
    """Give as much of a text as a cell holds, without half a sign at the end."""
    if len(text) <= LONGEST // 2:
        return text
    units = text.encode("utf-16-le")
    return text if len(units) <= 2 * LONGEST else units[: 2 * LONGEST].decode("utf-16-le", "ignore")
