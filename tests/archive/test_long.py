"""Long tables: a row for each article and value, in every format."""

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from archive import labels, long
from archive.export import ENDINGS, write
from archive.labels import Coded
from archive.records import Actor, Region, Span, TagRole, Topic
from crawler.cli import main
from tests.archive.test_export import rows_in

PLACES = (
    Span(field="title", start=0, end=5, text="Kukar"),
    Span(field="body", start=10, end=28, text="Kutai Kartanegara"),
)


@pytest.fixture(scope="module")
def held(room: Any) -> Any:
    """Three articles: two with regions, topics and an actor, one at which nobody looked."""
    desk = room.begin()
    kukar = Region(code="64.02", name="Kutai Kartanegara", level="kabkota", role=TagRole.MAIN)
    muara = Region(code="64.02.01", name="Muara Muntai", level="kecamatan", role=TagRole.MENTION)
    topic = Topic(name="logistik", role=TagRole.MAIN)
    for number, regions in enumerate(((kukar,), (kukar, muara))):
        actors = (Actor(id="kpu", name="KPU", role="lembaga"),) * number
        text = f"Kotak suara nomor {number} tiba di gudang."
        desk.store(f"/{number}/", "Judul", text, regions=regions, topics=(topic,), actors=actors, codebook="buku 1")
    uid = desk.store("/lama/").uid
    coded = [Coded(line=2, uid=uid, coder="Rina", code="nada", value="-1")]
    labels.add(room.database, coded, source="label.csv", now=room.now())
    return room


@pytest.mark.parametrize("table", long.TABLES)
def test_the_rows_are_the_values_of_the_records(held: Any, table: str) -> None:
    made = long.LongRows(held.archive.articles(), table)
    rows = list(made)
    assert rows
    assert all(list(row) == list(long.columns(table)) for row in rows)
    assert rows == [
        {"uid": record["uid"], **value} | ({"spans": ""} if "spans" in value else {})
        for record in held.archive.articles()
        for value in record[table] or ()
    ]
    counted = held.archive.statistics()[0]["articles"]
    assert (made.articles, made.unknown) == (counted, 0 if table in ("captures", "labels") else 1)


def test_places_in_the_text_are_one_cell(bench: Any) -> None:
    bench.begin().store(
        "/a/",
        regions=(Region(code="64.02", name="Kutai Kartanegara", level="kabkota", role=TagRole.MAIN, spans=PLACES),),
        topics=(Topic(name="logistik", role=TagRole.MENTION, spans=PLACES[:1]),),
        actors=(Actor(id="kpu", name="KPU", role="lembaga"),),
        codebook="buku 1",
    )
    told = [
        [row["spans"] for row in long.LongRows(bench.archive.articles(), table)]
        for table in ("regions", "topics", "actors")
    ]
    assert told == [["title:0-5 Kukar; body:10-28 Kutai Kartanegara"], ["title:0-5 Kukar"], [""]]


@pytest.mark.usefixtures("root_logger")
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("table", long.TABLES)
def test_the_command_writes_every_table_in_every_format(
    held: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, ending: str
) -> None:
    file = tmp_path / f"a{ending}"
    assert main(["--home", str(held.home.root), "export", "--rows", table, "--to", str(file)]) == 0
    told = capsys.readouterr()
    rows = sum(1 for _ in long.LongRows(held.archive.articles(), table))
    (counted,) = held.archive.statistics()
    of = f" of {counted['articles']} articles written to {file}\n"
    assert told.out == f"{rows} {table[:-1]}{'s' * (rows != 1)}{of}"
    assert told.err == (
        "" if table in ("captures", "labels") else f"nobody looked for {table} in 1 article: no row says so\n"
    )
    assert rows_in(file) == rows
    if ending == ".jsonl":
        assert list(json.loads(file.read_text("utf-8").splitlines()[0])) == list(long.columns(table))
    if ending == ".csv":
        with file.open(encoding="utf-8", newline="") as opened:
            assert next(csv.reader(opened)) == list(long.columns(table))


def test_tables_join_by_uid(held: Any, tmp_path: Path) -> None:
    articles, regions = tmp_path / "articles.parquet", tmp_path / "regions.parquet"
    write(held.archive.articles(), articles)
    write(long.LongRows(held.archive.articles(), "regions"), regions, long.columns("regions"))
    counted = duckdb.sql(
        f"SELECT code, count(*) FROM '{articles}' JOIN '{regions}' USING (uid) WHERE outlet = 'kabar' GROUP BY code"
    ).fetchall()
    assert dict(counted) == {"64.02": 2, "64.02.01": 1}
