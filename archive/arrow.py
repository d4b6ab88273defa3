"""Rows as Arrow holds them: the typed columns of `archive.columns`, in batches, at constant memory."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from archive.columns import ARTICLE, Columns, Kind, Many, Shape

if TYPE_CHECKING:
    import pyarrow

ROWS = 500
"""Rows of a batch: 8 MB while they are Python's, where articles have 300 words."""

GROUP = 8_000_000
"""Bytes of text and numbers that a row group of Parquet has at least: a reader holds one, and finds its columns fast."""


def schema(columns: Columns = ARTICLE) -> "pyarrow.Schema":
    """Give the Arrow schema of rows: days are `date32`, lists are lists, records are structs, times are strings.

    Times stay as they were printed, since an instant would lose the outlet's offset.
    """
    import pyarrow

    return pyarrow.schema([(name, _type(shape)) for name, shape in columns.items()])


def _type(shape: Shape) -> "pyarrow.DataType":
    import pyarrow

    if isinstance(shape, Many):
        return pyarrow.list_(_type(shape.of))
    if isinstance(shape, Mapping):
        return pyarrow.struct([(name, _type(part)) for name, part in shape.items()])
    return {
        Kind.TEXT: pyarrow.string(),
        Kind.DAY: pyarrow.date32(),
        Kind.INTEGER: pyarrow.int64(),
        Kind.NUMBER: pyarrow.float64(),
        Kind.TRUTH: pyarrow.bool_(),
    }[shape]


def batches(records: Iterable[Mapping[str, Any]], columns: Columns = ARTICLE) -> Iterator["pyarrow.RecordBatch"]:
    """Give rows as record batches of `schema(columns)`, in their order; of no rows there is none."""
    import pyarrow

    typed = schema(columns)
    days = [name for name, shape in columns.items() if shape is Kind.DAY]
    rows = iter(records)
    while held := list(islice(rows, ROWS)):
        yield pyarrow.RecordBatch.from_pylist([{**row, **_days(row, days)} for row in held], typed)


def _days(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, date | None]:
    return {name: date.fromisoformat(row[name]) if row[name] else None for name in names}


def reader(records: Iterable[Mapping[str, Any]], columns: Columns = ARTICLE) -> "pyarrow.RecordBatchReader":
    """Give rows as a reader that makes its batches as they are asked for, once."""
    import pyarrow

    return pyarrow.RecordBatchReader.from_batches(schema(columns), batches(records, columns))


def write_parquet(records: Iterable[Mapping[str, Any]], file: BinaryIO, columns: Columns = ARTICLE) -> int:
    """Write rows to an open file as Parquet, packed with zstd; give how many."""
    import pyarrow
    from pyarrow import parquet

    number = size = 0
    held: list[pyarrow.RecordBatch] = []
    with parquet.ParquetWriter(file, schema(columns), compression="zstd") as writer:
        for batch in batches(records, columns):
            held.append(batch)
            number += batch.num_rows
            size += batch.nbytes
            if size >= GROUP:
                writer.write_table(pyarrow.Table.from_batches(held))
                held, size = [], 0
        if held:
            writer.write_table(pyarrow.Table.from_batches(held))
    return number
