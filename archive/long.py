"""The lists of records as long tables: one row per article and value, which a spreadsheet or R joins by `uid`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archive.columns import ARTICLE, SPANS, TEXT, Columns, Many

TABLES = ("regions", "topics", "actors", "captures", "labels")
"""The fields of a record of which there are long tables."""


def columns(table: str) -> Columns:
    """Give the columns of a long table: the article's `uid`, then what a record says of each of its values."""
    shape = ARTICLE[table]
    assert isinstance(shape, Many)
    assert isinstance(shape.of, Mapping)
    return {"uid": TEXT, **{name: TEXT if part is SPANS else part for name, part in shape.of.items()}}


class LongRows:
    """The rows of one table, made while they are iterated, which they are once; then how many articles they are of."""

    def __init__(self, records: Iterable[Mapping[str, Any]], table: str) -> None:
        self._records = records
        self._table = table
        self.articles = 0
        """Articles that have passed, with rows or without."""
        self.unknown = 0
        """Of these, the ones of which nobody looked: they have no rows, which does not say that they name nothing."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Give the rows, an article's in the order of its record."""
        for record in self._records:
            self.articles += 1
            values = record[self._table]
            self.unknown += values is None
            for value in values or ():
                row = {"uid": record["uid"], **value}
                if "spans" in row:
                    row["spans"] = _joined(row["spans"])
                yield row


def _joined(spans: Iterable[Mapping[str, Any]]) -> str:
    """Give places in a text as one cell: `title:0-3 KPU; body:120-137 Kutai Kartanegara`."""
    return "; ".join(f"{span['field']}:{span['start']}-{span['end']} {span['text']}" for span in spans)
