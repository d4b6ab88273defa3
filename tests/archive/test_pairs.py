"""Pairs written to a file: the earlier article first, the evidence beside it."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from archive import columns
from archive.records import Filters
from crawler.cli import main
from tests.archive.ran import Ran
from tests.archive.releases import DAY

ON_BOTH_DATABASES = True


def named(ran: Ran, rows: Any) -> set[tuple[str, str]]:
    names = {uid: name for name, uid in ran.uids.items()}
    return {(names[row["first_uid"]], names[row["other_uid"]]) for row in rows}


def test_a_pair_is_in_the_order_of_time_with_its_evidence(ran: Ran) -> None:
    rows = list(ran.archive.pairs())
    assert all(tuple(row) == tuple(columns.PAIR) for row in rows)
    found = {(row["first_title"], row["other_title"]): row for row in rows}
    row = found["Berita first", "Berita copy"]
    assert (row["first_outlet"], row["other_outlet"]) == ("kabar", "suara")
    assert (row["first_published"], row["other_published"]) == (
        "2024-09-20T09:00:00+08:00",
        "2024-09-20T10:00:00+08:00",
    )
    assert (row["tier"], row["c3"], row["unquoted"], row["first_certain"]) == ("copy", 1.0, 1.0, True)
    assert "184327" in row["figures"]
    assert row["cluster"] == ran.uids["first"]
    assert found["Berita first", "Berita reworded"]["tier"] == "rewrite"
    assert found["Berita first", "Berita padded"]["other_published"] == "2024-09-21"
    members = {member["uid"]: member for member in ran.archive.cluster(ran.uids["first"])[1:]}
    for row in rows:
        if row["first_uid"] == ran.uids["first"] and row["other_uid"] in members:
            member = members[row["other_uid"]]
            assert {name: row[name] for name in ("tier", "c3", "c5", "unquoted", "figures", "quote")} == {
                name: member[name] for name in ("tier", "c3", "c5", "unquoted", "figures", "quote")
            }


def test_a_pair_passes_where_either_article_does(ran: Ran) -> None:
    every = named(ran, ran.archive.pairs())
    assert {("first", name) for name in ("copy", "trimmed", "padded", "reworded")} <= every
    for filters, passing in (
        (Filters(outlets=("pesisir",)), {"reworded"}),
        (Filters(after=date(2024, 9, 21), before=date(2024, 9, 22)), {"padded", "reworded"}),
        (Filters(before=DAY), {"first", "copy", "trimmed", "event"}),
        (Filters(changed=True), set()),
    ):
        assert named(ran, ran.archive.pairs(filters)) == {pair for pair in every if passing & set(pair)}, filters


def test_the_command_writes_them(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    file = tmp_path / "pasangan.csv"
    held = list(ran.archive.pairs())
    assert main([*ran.home, "export", "--to", str(file), "--pairs"]) == 0
    assert capsys.readouterr().out == f"{len(held)} pairs written to {file}\n"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["tier"] for row in rows] == [row["tier"] for row in held]
    lines = tmp_path / "pasangan.jsonl"
    assert main([*ran.home, "export", "--to", str(lines), "--pairs"]) == 0
    assert [json.loads(line) for line in lines.read_text("utf-8").splitlines()] == held
    assert main([*ran.home, "export", "--to", str(file), "--pairs", "--changed"]) == 0
    assert file.read_text("utf-8") == ",".join(columns.PAIR) + "\n"
    assert main([*ran.home, "export", "--to", str(file), "--pairs", "--query", "pemilih"]) == 2
