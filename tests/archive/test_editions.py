"""Versions written to a file: a row for each, with its text, its time, and what it changed."""

import csv
import json
from pathlib import Path

import pytest

from archive import columns
from archive.records import Filters
from crawler.cli import main
from tests.archive.ran import COUNT, NOTE, Ran


def test_each_version_is_a_row_with_what_it_changed(ran: Ran) -> None:
    rows = [row for row in ran.archive.versions() if row["uid"] == ran.uids["edited"]]
    assert all(tuple(row) == tuple(columns.VERSION) for row in rows)
    assert [(row["version"], row["versions"], row["since"], row["until"]) for row in rows] == [
        (1, 3, "2024-09-30T01:00:00Z", "2024-09-30T02:00:00Z"),
        (2, 3, "2024-09-30T02:00:00Z", "2024-09-30T03:00:00Z"),
        (3, 3, "2024-09-30T03:00:00Z", None),
    ]
    assert [row["body"].split("\n\n")[0] for row in rows] == [COUNT.format(number) for number in (412, 421, 421)]
    assert [(row["changed"], row["announced"], row["note"]) for row in rows] == [
        ([], None, None),
        (["figures"], False, None),
        (["body"], True, NOTE),
    ]
    history = ran.archive.get(ran.uids["edited"])["history"]
    assert [row["text_sha256"] for row in rows] == [version["text_sha256"] for version in history]
    assert rows[0]["canonical_url"] == "http://kabar.test/edited/"


def test_filters_and_a_search_choose_the_articles(ran: Ran) -> None:
    assert len(list(ran.archive.versions())) == 12
    changed = [row["uid"] for row in ran.archive.versions(Filters(changed=True))]
    assert changed == [ran.uids["edited"]] * 3
    assert [row["version"] for row in ran.archive.versions(query="surat rusak")] == [1, 2, 3]
    assert list(ran.archive.versions(Filters(outlets=("suara",)), "surat rusak")) == []


def test_the_command_writes_them(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    file = tmp_path / "versi.csv"
    assert main([*ran.home, "export", "--to", str(file), "--versions", "--changed"]) == 0
    assert capsys.readouterr().out == f"3 versions written to {file}\n"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["version"], row["changed"]) for row in rows] == [("1", ""), ("2", "figures"), ("3", "body")]
    assert main([*ran.home, "export", "--to", str(file), "--versions", "--query", "tidakada"]) == 0
    assert file.read_text("utf-8") == ",".join(columns.VERSION) + "\n"
    lines = tmp_path / "versi.jsonl"
    assert main([*ran.home, "export", "--to", str(lines), "--versions"]) == 0
    assert [json.loads(line) for line in lines.read_text("utf-8").splitlines()] == list(ran.archive.versions())
    assert main([*ran.home, "export", "--to", str(file), "--versions", "--pairs"]) == 2
