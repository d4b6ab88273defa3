import csv
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from archive.errors import ArchiveUnavailableError
from archive.export import ExportError, write
from archive.output import cell_text
from archive.records import Filters
from archive.text import for_csv
from crawler.cli import main

HOSTILE = ("=HYPERLINK(1)", "+62 812", "-lima", "@admin", "\tTab", "a;b", 'kutip "ganda"', "baris\nbaru", "—'", "ꦥ😀")


@pytest.fixture
def stocked(bench: Any) -> Any:
    desk = bench.begin()
    for number, text in enumerate(HOSTILE):
        desk.store(
            f"/{number}/",
            text,
            f"Alinea {text}",
            "Alinea dua.",
            tags=(text, "dua"),
            authors=("Rina", "Budi"),
            published_date=date(2024, 11, 25),
        )
    bench.begin("suara").store("/x/", "Suara", "Satu.")
    return bench


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").split("\n")[:-1]]


def test_jsonl_has_one_record_a_line_as_they_are(stocked: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    assert write(stocked.archive.articles(), file) == len(HOSTILE) + 1
    assert lines(file) == list(stocked.archive.articles())
    assert HOSTILE[-1] in file.read_text("utf-8")


def test_csv_has_the_records_in_columns_of_the_same_names(stocked: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    records = list(stocked.archive.articles())
    assert write(iter(records), file) == len(records)
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert rows == [{name: for_csv(cell_text(value)) for name, value in record.items()} for record in records]
    assert rows[0]["authors"] == "Rina; Budi"
    assert rows[0]["election"] == ""
    assert (rows[0]["changed"], rows[0]["published_date"]) == ("false", "2024-11-25")
    assert json.loads(rows[0]["captures"]) == records[0]["captures"]
    assert file.read_bytes().startswith(b"id,uid,url,")


def test_no_cell_of_a_csv_begins_a_formula(stocked: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    write(stocked.archive.articles(), file)
    with file.open(encoding="utf-8", newline="") as opened:
        cells = [cell for row in csv.reader(opened) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert {"'=HYPERLINK(1)", "'+62 812", "'-lima", "'@admin", "'\tTab"} <= set(cells)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "A.JSONL", "a b.Csv"])
def test_the_ending_names_the_format(stocked: Any, tmp_path: Path, name: str) -> None:
    assert write(stocked.archive.articles(Filters(outlets=("suara",))), tmp_path / name) == 1
    first = (tmp_path / name).read_text("utf-8")[0]
    assert first == ("{" if name.lower().endswith("jsonl") else "i")


@pytest.mark.parametrize("name", ["a.xlsx", "a", "a.json", ".jsonl", "a.csv.gz"])
def test_another_ending_is_refused_before_anything_is_read(tmp_path: Path, name: str) -> None:
    def never() -> Iterator[dict[str, Any]]:
        raise AssertionError("it was read")
        yield {}

    with pytest.raises(ExportError, match="name a file that ends in"):
        write(never(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_an_export_that_is_stopped_leaves_the_old_file(stocked: Any, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    write(stocked.archive.articles(), file)
    held = file.read_bytes()

    def broken() -> Iterator[dict[str, Any]]:
        yield from stocked.archive.articles(Filters(outlets=("suara",)))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(broken(), file)
    assert file.read_bytes() == held
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, "home"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("none/a.jsonl", id="no such folder"),
        pytest.param("file/a.jsonl", id="a file for a folder"),
        pytest.param("folder.csv", id="a folder of that name"),
        pytest.param("d" * 250 + ".csv", id="a name too long"),
    ],
)
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ArchiveUnavailableError, match="cannot be written"):
        write([{"id": 1}], tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.csv"]


def test_an_export_of_nothing_is_an_empty_file(tmp_path: Path) -> None:
    assert write([], tmp_path / "a.jsonl") == 0
    assert (tmp_path / "a.jsonl").read_bytes() == b""


def test_a_csv_of_nothing_has_its_header_still(tmp_path: Path) -> None:
    assert write([], tmp_path / "a.csv") == 0
    assert (tmp_path / "a.csv").read_text().startswith("id,uid,url,canonical_url,outlet,")


def test_an_export_keeps_the_modes_that_files_have(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").touch()
    write([{"id": 1}], tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl").stat().st_mode == (tmp_path / "b.jsonl").stat().st_mode


@pytest.mark.usefixtures("root_logger")
@pytest.mark.parametrize(
    ("words", "number"),
    [
        ([], len(HOSTILE) + 1),
        (["--outlet", "suara"], 1),
        (["--after", "2024-11-25"], len(HOSTILE)),
        (["--query", "alinea"], len(HOSTILE)),
        (["--query", "tidakada"], 0),
    ],
    ids=["all", "an outlet", "days", "a query", "a query without hits"],
)
def test_the_command_prints_how_many(
    stocked: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], number: int
) -> None:
    file = tmp_path / "a.jsonl"
    assert main(["--home", str(stocked.home.root), "export", "--to", str(file), *words]) == 0
    assert capsys.readouterr().out == f"{number} article{'s' * (number != 1)} written to {file}\n"
    assert len(lines(file)) == number


@pytest.mark.usefixtures("root_logger")
def test_the_command_names_an_ending_it_does_not_write(
    stocked: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(stocked.home.root), "export", "--to", f"{tmp_path}{os.sep}a.xlsx"]) == 2
    assert "a.xlsx: name a file that ends in .jsonl or .csv" in capsys.readouterr().err
