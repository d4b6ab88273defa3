import csv
import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from pyarrow import parquet

from archive import sheet
from archive.columns import ARTICLE, INTEGER, TEXT, Kind
from archive.errors import ArchiveUnavailableError
from archive.export import ENDINGS, ExportError, write
from archive.output import cell_text
from archive.records import Filters, State
from archive.text import for_csv
from crawler.cli import main
from scheduler.processes import stop_self
from tests.archive.ran import Ran
from tests.disk import small_disk

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


def cells(file: Path) -> list[dict[str, Any]]:
    """Give the rows of a workbook's one sheet by the names in its first row."""
    book = openpyxl.load_workbook(file, read_only=True)
    head, *rows = book.worksheets[0].iter_rows(values_only=True)
    book.close()
    return [dict(zip(head, row, strict=True)) for row in rows]


def rows_in(file: Path) -> int:
    """Give how many rows a file of any format has, as a reader that is not ours counts them."""
    ending = file.suffix.lower()
    if ending == ".parquet":
        return int(parquet.read_metadata(file).num_rows)
    if ending == ".xlsx":
        return len(cells(file))
    with file.open(encoding="utf-8", newline="") as opened:
        return sum(1 for _ in (csv.DictReader(opened) if ending == ".csv" else opened))


def test_parquet_has_the_records_with_their_types(stocked: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    assert write(stocked.archive.articles(), file) == len(HOSTILE) + 1
    table = parquet.read_table(file)
    assert table.equals(stocked.archive.to_arrow().read_all())
    assert table.schema.names == list(ARTICLE)


def test_a_workbook_has_the_records_as_typed_cells(ran: Ran, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    records = list(ran.archive.articles())
    assert write(iter(records), file) == len(records)
    for record, row in zip(records, cells(file), strict=True):
        assert list(row) == [*ARTICLE, "cut"]
        for name, value in record.items():
            if ARTICLE[name] is Kind.DAY:
                told = datetime.fromisoformat(value) if value else None
            elif ARTICLE[name] in (Kind.INTEGER, Kind.TRUTH):
                told = value
            else:
                told = cell_text(value) or None
            assert (row[name], type(row[name])) == (told, type(told)), name
    assert any(row["published_date"] for row in cells(file))


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(stocked: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    write(stocked.archive.articles(), file)
    book = openpyxl.load_workbook(file)
    held = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert {cell.data_type for cell in held} <= {"s", "n", "b", "d", "inlineStr"}
    assert not [cell for cell in held if cell.hyperlink]
    assert [row["title"] for row in cells(file)] == [record["title"] for record in stocked.archive.articles()]
    assert "=HYPERLINK(1)" in {cell.value for cell in held}


def test_what_a_cell_cannot_hold_is_cut_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "a.xlsx"
    texts = ("a" * sheet.LONGEST, "a" * sheet.LONGEST + "b", "😀" * sheet.LONGEST, "_x0041_ \x0b 50% C++", "")
    assert write(({"id": at, "body": text} for at, text in enumerate(texts)), file, {"id": INTEGER, "body": TEXT}) == 5
    rows = cells(file)
    rows[3]["body"] = unescape(rows[3]["body"])  # openpyxl leaves the format's own escapes of strings as they are
    assert [row["body"] for row in rows] == [texts[0], texts[0], "😀" * (sheet.LONGEST // 2), texts[3], None]
    assert [row["cut"] for row in rows] == [None, "body", "body", None, None]
    said = "a.xlsx: 2 cells were cut to 32767 characters, all that one holds; the column `cut` says where"
    assert caplog.messages == [said]


def test_a_day_before_sheets_know_any_is_text(tmp_path: Path) -> None:
    write([{"day": "1899-12-31"}, {"day": "1900-03-01"}], tmp_path / "a.xlsx", {"day": Kind.DAY})
    assert [row["day"] for row in cells(tmp_path / "a.xlsx")] == ["1899-12-31", datetime.fromisoformat("1900-03-01")]


@pytest.mark.soak
def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path) -> None:
    def numbers(most: int) -> Iterator[dict[str, int]]:
        return ({"id": number} for number in range(most))

    columns = {"id": INTEGER}
    assert write(numbers(sheet.ROWS), tmp_path / "a.xlsx", columns) == sheet.ROWS
    held = (tmp_path / "a.xlsx").stat()
    with pytest.raises(ExportError, match=r"a.xlsx: a sheet holds 1,048,575 rows, and there are more: write"):
        write(numbers(sheet.ROWS + 1), tmp_path / "a.xlsx", columns)
    assert (tmp_path / "a.xlsx").stat() == held
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


@pytest.mark.parametrize("ending", [".parquet", ".xlsx"])
def test_the_same_rows_are_the_same_bytes(ran: Ran, tmp_path: Path, ending: str) -> None:
    files = [tmp_path / f"{name}{ending}" for name in "ab"]
    for file in files:
        write(ran.archive.articles(), file)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_is_named_and_leaves_the_old_file(ran: Ran, tmp_path: Path, ending: str) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, 400):
        file = disk / f"a{ending}"
        write(ran.archive.articles(), file)
        held = file.read_bytes()
        # What does not pack well, so that it is large in every format.
        many = ({"id": number, "body": os.urandom(4000).hex()} for number in range(400))
        with pytest.raises(ArchiveUnavailableError, match=rf"a\{ending} cannot be written: No space left on device"):
            write(many, file, {"id": INTEGER, "body": TEXT})
        assert file.read_bytes() == held
        assert [path.name for path in disk.iterdir()] == [file.name]


@pytest.mark.usefixtures("root_logger")
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("words", "filters"),
    [
        ([], Filters()),
        (["--region", "64.02.10"], Filters(regions=("64.02.10",))),
        (
            ["--topic", "daftar_pemilih", "--before", "2024-10-01"],
            Filters(topics=("daftar_pemilih",), before=date(2024, 10, 1)),
        ),
        (["--changed", "--state", "live"], Filters(changed=True, state=State.LIVE)),
    ],
    ids=["all", "a region", "a topic", "changed"],
)
def test_counts_are_those_of_search_and_stats(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str, words: list[str], filters: Filters
) -> None:
    file = tmp_path / f"a{ending}"
    (counted,) = ran.archive.statistics(filters)
    assert counted["articles"] > 0
    assert main([*ran.home, "export", "--to", str(file), *words]) == 0
    assert rows_in(file) == counted["articles"]
    assert capsys.readouterr().out.startswith(f"{counted['articles']} article")
    assert main([*ran.home, "export", "--to", str(file), "--query", "panitia", *words]) == 0
    assert rows_in(file) == ran.archive.search("panitia", filters=filters).total


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "A.JSONL", "a b.Csv", "A.Parquet", "a.XLSX"])
def test_the_ending_names_the_format(stocked: Any, tmp_path: Path, name: str) -> None:
    assert write(stocked.archive.articles(Filters(outlets=("suara",))), tmp_path / name) == 1
    first = (tmp_path / name).read_bytes()
    assert first.startswith({"j": b"{", "c": b"id,", "p": b"PAR1", "x": b"PK"}[name.rpartition(".")[2][0].lower()])


@pytest.mark.parametrize("name", ["a.xls", "a", "a.json", ".jsonl", "a.csv.gz"])
def test_another_ending_is_refused_before_anything_is_read(tmp_path: Path, name: str) -> None:
    def never() -> Iterator[dict[str, Any]]:
        raise AssertionError("it was read")
        yield {}

    with pytest.raises(ExportError, match="name a file that ends in"):
        write(never(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [f"a{ending}" for ending in ENDINGS])
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


@pytest.mark.parametrize("words", [*(["--to", f"a{ending}"] for ending in ENDINGS), ["--text", "a"]], ids="-".join)
def test_a_command_that_is_told_to_stop_leaves_nothing(ran: Ran, tmp_path: Path, words: list[str]) -> None:
    process = os.fork()
    if process == 0:
        told: list[str] = []

        def stop(event: str, arguments: tuple[Any, ...]) -> None:
            if event == "open" and str(arguments[0]).startswith(str(tmp_path)) and not told:
                told.append(event)
                stop_self()

        sys.addaudithook(stop)
        os._exit(main([*ran.home, "export", words[0], str(tmp_path / words[1])]))
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 1
    assert list(tmp_path.iterdir()) == []


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


@pytest.mark.parametrize("ending", [".parquet", ".xlsx"])
def test_nothing_is_typed_columns_without_rows(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"a{ending}"
    assert write([], file) == rows_in(file) == 0
    assert ending == ".xlsx" or parquet.read_schema(file).names == list(ARTICLE)


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
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{number} article{'s' * (number != 1)} written to {file}"
    assert re.fullmatch("next cursor: [a-z2-7]{32}", said[1])
    assert len(lines(file)) == number


@pytest.mark.usefixtures("root_logger")
def test_the_command_names_an_ending_it_does_not_write(
    stocked: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(stocked.home.root), "export", "--to", f"{tmp_path}{os.sep}a.xls"]) == 2
    assert "a.xls: name a file that ends in .jsonl, .csv, .parquet or .xlsx" in capsys.readouterr().err
