"""Articles as texts: a file each, named by nothing that a site wrote, and a table that joins on the names."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.columns import ARTICLE
from archive.errors import ArchiveUnavailableError
from archive.export import ExportError
from archive.output import cell_text
from archive.text import for_csv
from archive.textfolder import METADATA, write_texts
from crawler.cli import main
from tests.archive.ran import Ran
from tests.disk import fill, small_disk


def test_each_article_is_a_file_that_its_row_names(ran: Ran, tmp_path: Path) -> None:
    folder = tmp_path / "teks"
    records = {record["uid"]: record for record in ran.archive.articles()}
    assert write_texts(ran.archive.articles(), folder) == len(records)
    with (folder / METADATA).open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["doc_id"] for row in rows} == {path.name for path in folder.iterdir()} - {METADATA}
    for row in rows:
        record = records.pop(row["uid"])
        assert (folder / row["doc_id"]).read_bytes().decode("utf-8") == f"{record['title']}\n\n{record['body']}\n"
        assert re.fullmatch(rf"{record['outlet']}_(\d{{4}}-\d\d-\d\d|undated)_{record['uid']}\.txt", row["doc_id"])
        assert row == {"doc_id": row["doc_id"]} | {
            name: for_csv(cell_text(record[name])) for name in ARTICLE if name != "body"
        }
    assert records == {}
    assert [path.name for path in tmp_path.iterdir()] == ["teks"]


@pytest.mark.usefixtures("root_logger")
def test_the_command_writes_a_sample_as_texts(ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "teks.v1"
    folder.mkdir()
    assert main([*ran.home, "export", "--text", str(folder), "--sample", "3", "--seed", "1"]) == 0
    assert capsys.readouterr().out.endswith(f"3 texts written to {folder}\n")
    assert len(list(folder.glob("*.txt"))) == 3


@pytest.mark.usefixtures("root_logger")
@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("full", 2, "full is not empty: name a folder that is not there yet"),
        ("file", 2, "file is not empty: name a folder"),
        ("file/teks", 1, "cannot be written: Not a directory"),
        ("none/teks", 1, "cannot be written: No such file or directory"),
        ("d" * 256, 1, "cannot be read: File name too long"),
    ],
    ids=["a folder with something in it", "a file", "below a file", "no folder to lie in", "a name too long"],
)
def test_a_place_that_is_taken_is_refused_before_anything_is_written(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, status: int, said: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "catatan.txt").write_text("milik orang")
    (tmp_path / "file").write_text("milik orang")
    assert main([*ran.home, "export", "--text", str(tmp_path / name)]) == status
    told = capsys.readouterr()
    assert (said in told.err, told.out) == (True, "")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["catatan.txt", "file", "full"]


def test_what_is_stopped_leaves_nothing(ran: Ran, tmp_path: Path) -> None:
    def broken() -> Iterator[dict[str, Any]]:
        yield next(ran.archive.articles())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_texts(broken(), tmp_path / "teks")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named_and_leaves_nothing(ran: Ran, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, 100):
        fill(disk / "filler", but_kilobytes=8)
        with pytest.raises(ArchiveUnavailableError, match="teks cannot be written: No space left on device"):
            write_texts(ran.archive.articles(), disk / "teks")
        assert [path.name for path in disk.iterdir()] == ["filler"]


def test_a_folder_that_fills_meanwhile_is_left_as_it_is(ran: Ran, tmp_path: Path) -> None:
    folder = tmp_path / "teks"

    def slowly() -> Iterator[dict[str, Any]]:
        yield from ran.archive.articles()
        folder.mkdir()
        (folder / "lain.txt").write_text("milik orang")

    with pytest.raises((ArchiveUnavailableError, ExportError)):
        write_texts(slowly(), folder)
    assert [path.name for path in tmp_path.rglob("*")] == ["teks", "lain.txt"]
