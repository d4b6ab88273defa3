"""Records as Arrow: typed by one table, the same as elsewhere, and one line from pandas, polars and DuckDB."""

import subprocess
import sys
from collections import Counter
from datetime import date
from typing import Any

import duckdb
import polars
import pyarrow
import pytest

from archive import arrow, columns
from archive.query import QueryError
from archive.records import Election, Filters, Related, Removed
from tests.archive.ran import Ran


def again(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give rows of Arrow as records have them: a day is ISO 8601 there."""
    return [{name: value.isoformat() if type(value) is date else value for name, value in row.items()} for row in rows]


def test_every_record_is_the_same_in_arrow(ran: Ran) -> None:
    table = ran.archive.to_arrow().read_all()
    assert again(table.to_pylist()) == list(ran.archive.articles())


def test_a_record_with_everything_is_the_same_in_arrow(bench: Any) -> None:
    said = {
        "removed": (Removed(rule="share", text="Bagikan"),),
        "related": (Related(text="Baca", url="http://kabar.test/b/"),),
        "election": Election(score=0.91, about=True, evidence=("Pilkada",), pack="pilkada-2024 0123456789ab"),
        "captions": ("Suasana gudang 😀.",),
    }
    bench.begin().store("/penuh/", "Penuh", "Alinea satu.", published_date=date(1971, 7, 3), **said)
    table = bench.archive.to_arrow().read_all()
    assert again(table.to_pylist()) == list(bench.archive.articles())
    assert table["published_date"].to_pylist() == [date(1971, 7, 3)]


def test_types_are_those_of_the_table_of_columns(ran: Ran) -> None:
    typed = ran.archive.to_arrow().schema
    assert typed.names == list(columns.ARTICLE)
    assert typed.field("published_date").type == pyarrow.date32()
    assert typed.field("published_at").type == pyarrow.string()
    assert (typed.field("word_count").type, typed.field("changed").type) == (pyarrow.int64(), pyarrow.bool_())
    assert typed.field("tags").type == pyarrow.list_(pyarrow.string())
    spans = typed.field("topics").type.value_type.field("spans").type
    assert str(spans) == "list<item: struct<field: string, start: int64, end: int64, text: string>>"


@pytest.mark.parametrize("columns", [columns.VERSION, columns.PAIR], ids=["versions", "pairs"])
def test_versions_and_pairs_are_typed_too(ran: Ran, columns: columns.Columns) -> None:
    rows = list(ran.archive.versions() if "version" in columns else ran.archive.pairs())
    assert rows
    assert again(arrow.reader(rows, columns).read_all().to_pylist()) == rows


def test_filters_and_a_search_choose_the_articles(ran: Ran) -> None:
    assert ran.archive.to_arrow(Filters(changed=True)).read_all().num_rows == 1
    found = ran.archive.to_arrow(query="surat rusak").read_all()["uid"].to_pylist()
    assert found == [record["uid"] for record in ran.archive.matching("surat rusak")]
    assert len(found) == ran.archive.search("surat rusak").total
    assert ran.archive.to_arrow(Filters(outlets=("nihil",))).read_all().num_rows == 0


def test_a_query_that_cannot_be_read_is_said_before_anything_is(ran: Ran) -> None:
    with pytest.raises(QueryError):
        ran.archive.to_arrow(query="(surat")


def test_rows_come_in_batches_as_they_are_asked_for(ran: Ran) -> None:
    (record, *_) = ran.archive.articles()
    asked = []

    def many() -> Any:
        for number in range(3 * arrow.ROWS):
            asked.append(number)
            yield record

    reader = arrow.reader(many())
    assert asked == []
    assert reader.read_next_batch().num_rows == arrow.ROWS == len(asked)


def test_pandas_polars_and_duckdb_take_it_in_one_line(ran: Ran) -> None:
    records = list(ran.archive.articles())
    counts = Counter(record["outlet"] for record in records)

    frame = ran.archive.to_arrow().read_pandas()
    assert frame.groupby("outlet").size().to_dict() == counts

    table = polars.from_arrow(ran.archive.to_arrow())
    assert isinstance(table, polars.DataFrame)
    assert table.schema["published_date"] == polars.Date
    assert dict(table["outlet"].value_counts().rows()) == counts

    articles = ran.archive.to_arrow()
    assert dict(duckdb.sql("SELECT outlet, count(*) FROM articles GROUP BY outlet").fetchall()) == counts
    assert articles.read_all().num_rows == 0, "a reader is read once"

    articles = ran.archive.to_arrow()
    (named,) = duckdb.sql("SELECT count(DISTINCT uid) FROM (SELECT uid, unnest(regions) FROM articles)").fetchall()
    assert named == (sum(bool(record["regions"]) for record in records),)
    del articles


def test_the_archive_brings_no_crawler_and_arrow_only_when_it_is_asked_for(ran: Ran) -> None:
    code = f"""
import sys
from pilkada import Archive, Filters
archive = Archive.open({str(ran.archive.home.root)!r})
assert next(archive.articles(Filters(changed=True))) and archive.search("panitia").hits
heavy = {{"pyarrow", "pandas", "xlsxwriter", "matplotlib", "numpy"}} & sys.modules.keys()
assert archive.to_arrow().read_all().num_rows
print(heavy, {{"scrapy", "twisted", "lxml", "crawler", "scheduler"}} & sys.modules.keys())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("set() set()\n", "")
