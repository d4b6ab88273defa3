"""How the tables of a real archive read in Datasette, asked in this process and without a network."""

import asyncio
import html
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from archive.records import Region, TagRole, Topic
from archive.schema import Base
from archive.tablebook import COLUMNS, LABELS, PLUMBING, QUERIES
from crawler.cli import main
from tests.archive.releases import RELEASE

KUKAR = Region(code="64.02", name="Kabupaten Kutai Kartanegara", level="kabkota", role=TagRole.MAIN)
TITLE = "Logistik Pilkada Tiba di Gudang KPU"


class Browser:
    """Datasette over an archive, with the metadata that the command printed."""

    def __init__(self, file: Path, metadata: dict[str, Any]) -> None:
        self.app = Datasette([str(file)], metadata=metadata)
        self._loop = asyncio.new_event_loop()

    def get(self, path: str) -> Any:
        response = self._loop.run_until_complete(self.app.client.get(path, follow_redirects=True))
        assert response.status_code == 200, (path, response.text[:300])
        return response.json() if path.partition("?")[0].endswith(".json") else response.text

    def close(self) -> None:
        self.app.executor.shutdown()
        self._loop.close()


@pytest.fixture(scope="module")
def browser(room: Any) -> Iterator[Browser]:
    """Two outlets, one of which ran the other's text and edited a story since."""
    for slug in ("kabar", "suara"):
        desk = room.begin(slug)
        said = {"published_date": date(2024, 11, 25), "regions": (KUKAR,), "codebook": "buku 1", "tags": ("Pilkada",)}
        topic = Topic(name="logistik", role=TagRole.MAIN)
        desk.store("/logistik/", TITLE, *RELEASE, authors=("Rina Wijaya",), topics=(topic,), **said)
        room.pass_time(hours=1)
    desk.store("/lain/", "Debat Ditunda", "Debat ditunda sehari.", published_date=date(2024, 11, 26))
    room.pass_time(hours=1)
    desk.store("/lain/", "Debat Ditunda", "Debat ditunda dua hari.", published_date=date(2024, 11, 26))
    room.archive.catch_up()
    told = room.home.root / "metadata.json"
    browser = Browser(room.database.path, described(room.home.root, told))
    yield browser
    browser.close()


def described(home: Path, told: Path) -> dict[str, Any]:
    """Give what `pilkada db describe` prints."""
    patch = pytest.MonkeyPatch()
    with told.open("w") as out:
        patch.setattr("sys.stdout", out)
        assert main(["--home", str(home), "db", "describe"]) == 0
        patch.undo()
    return json.loads(told.read_text())  # type: ignore[no-any-return]


def cells(page: str, column: str) -> list[str]:
    """Give the words in a column of a page's table."""
    found = re.findall(rf'<td class="col-{column}[^"]*">(.*?)</td>', page, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", " ", cell)).split("\xa0")[0].strip() for cell in found]


def test_every_table_lists_with_what_it_is(browser: Browser) -> None:
    tables = {table["name"]: table for table in browser.get("/pilkada.json")["tables"]}
    assert set(tables) - {"sqlite_sequence"} == {*Base.metadata.tables, "alembic_version"}
    assert {name for name, table in tables.items() if table["hidden"]} - {"sqlite_sequence"} == set(PLUMBING)
    for name in Base.metadata.tables:
        page = browser.get(f"/pilkada/{name}")
        assert 'class="metadata-description"' in page, name
        rows = browser.get(f"/pilkada/{name}.json?_shape=array&_size=1000")
        assert len(rows) == tables[name]["count"], name


def test_labels_and_columns_are_those_of_tables(browser: Browser) -> None:
    for table, column in LABELS.items():
        assert column in Base.metadata.tables[table].c, table
    for table, columns in COLUMNS.items():
        assert set(columns) <= set(Base.metadata.tables[table].c.keys()), table


def test_a_reference_reads_as_what_it_leads_to(browser: Browser) -> None:
    articles = browser.get("/pilkada/article")
    assert cells(articles, "outlet_id") == ["suara", "suara", "kabar"]
    assert cells(articles, "address_id")[0] == "/lain/"
    versions = browser.get("/pilkada/version")
    assert set(cells(versions, "reading_id")) == {TITLE, "Debat Ditunda"}


def test_lists_are_lists_and_can_be_counted(browser: Browser) -> None:
    rows = browser.get("/pilkada/reading.json?_shape=array&_json=tags&_json=authors&_sort=id")
    assert [row["tags"] for row in rows[:2]] == [["Pilkada"]] * 2
    assert rows[0]["authors"] == ["Rina Wijaya"]
    facets = browser.get("/pilkada/reading.json?_facet_array=tags")["facet_results"]
    assert [(found["value"], found["count"]) for found in facets["tags"]["results"]] == [("Pilkada", 2)]


def test_times_and_days_are_readable(browser: Browser) -> None:
    rows = browser.get("/pilkada/article.json?_shape=array&_sort=id")
    assert rows[0]["first_seen_at"] == "2024-11-25 01:30:15.250000"
    assert rows[0]["published_date"] == "2024-11-25"
    assert len(browser.get("/pilkada/article.json?_shape=array&published_date__gte=2024-11-26")) == 1


def test_texts_lie_apart_from_the_rows_that_are_listed(browser: Browser) -> None:
    piece = RELEASE[0].split()[-3:]
    assert " ".join(piece) not in browser.get("/pilkada/article") + browser.get("/pilkada/version")
    (body, *_) = browser.get("/pilkada/body.json?_shape=array")
    assert body["text"] == "\n\n".join(RELEASE)


def test_every_query_that_is_ready_finds_something(browser: Browser) -> None:
    uid = browser.get("/pilkada/article.json?_shape=array&_sort=id")[0]["uid"]
    values = {"articles": "words=logistik", "text": f"uid={uid}", "named": "kind=region"}
    found = {name: browser.get(f"/pilkada/{name}.json?_shape=array&{values.get(name, '')}") for name in QUERIES}
    assert [(row["outlet"], row["title"]) for row in found["articles"]] == [("suara", TITLE), ("kabar", TITLE)]
    (text,) = found["text"]
    assert text["text"] == "\n\n".join(RELEASE)
    assert (text["warc"].split("/")[0], len(text["sha256"])) == ("kabar", 64)
    assert found["named"] == [{"value": "64.02", "name": KUKAR.name, "articles": 2, "main": 2}]
    assert [(row["outlet"], row["changed"]) for row in found["edits"]] == [("suara", '["body", "figures"]')]
    (copy,) = found["copies"]
    assert (copy["cluster"], copy["outlet"], copy["tier"]) == (uid, "suara", "copy")


def test_datasette_changes_nothing_of_the_archive(browser: Browser, room: Any) -> None:
    with room.database.write() as connection:  # an archive that is read goes on
        connection.exec_driver_sql("UPDATE outlet SET fence = fence + 1")
    fences = browser.get("/pilkada/outlet.json?_shape=array")
    assert fences[0]["fence"] > 0
    assert room.database.check() == []
