"""The table that sets Pilkada beside other tools: measured alike for all, and in the README as it is printed."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bench.comparison import COLUMNS, OURS, Row, ours, row, scores, table
from bench.others import TOOLS, quickest
from bench.pages import PAGES, Case, golden

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def case() -> Case:
    return golden(PAGES, PAGES / "wordpress" / "canonical.json")


def test_what_is_read_right_scores_full_marks(case: Case) -> None:
    of_us = row(OURS, [case], [ours(case)])
    assert of_us.scores.pop("ms") > 0
    assert of_us.scores == dict.fromkeys(of_us.scores, 1.0)
    assert of_us.scores.keys() == COLUMNS.keys() - {"ms"}


def found(case: Case, **other: Any) -> Mapping[str, Any]:
    """What another tool may find where it is right about everything, but for what is given."""
    expected = case.expected
    right = {name: expected[name] for name in ("title", "authors", "tags")}
    return {**right, "body": "\n".join(expected["body"]), "time": expected["published_at"], **other}


@pytest.mark.parametrize(
    ("other", "wrong"),
    [
        ({}, set()),
        ({"time": "2024-10-15T15:50:00+0000"}, set()),
        ({"time": "2024-10-15T23:50:30"}, set()),
        ({"time": "2024-10-15T00:00:00"}, {"minute"}),
        ({"time": "2024-10-16"}, {"day", "minute"}),
        ({"time": None}, {"day", "minute"}),
        ({"section": ["Berita", "Pilkada"]}, set()),
        ({"section": None}, {"section"}),
        ({"authors": ["Kabar Contoh"]}, {"authors"}),
        ({"title": "Warga Muara Kaman Usul TPS Terapung – Kabar"}, {"title"}),
    ],
    ids=lambda given: str(sorted(given) if isinstance(given, set) else given),  # sets have no order of their own
)
def test_every_tool_is_given_the_benefit_of_the_doubt_and_no_more(
    case: Case, other: dict[str, Any], wrong: set[str]
) -> None:
    assert {name for name, score in scores(case, found(case, **other)).items() if score < 1} == wrong


def test_a_body_may_hold_dateline_and_credit_line_and_nothing_else(case: Case) -> None:
    expected = case.expected
    body = "\n".join(f"- {paragraph}" for paragraph in expected["body"])
    whole = f"{expected['dateline']} {body}\n{expected['credit'] or ''}"
    assert expected["dateline"]
    assert scores(case, found(case, body=whole))["exact"] == scores(case, found(case, body=body))["exact"] == 1
    glued = scores(case, found(case, body=body + "\nBagikan"))
    assert glued["exact"] == 0
    assert 0.97 < glued["body"] < 1


def test_what_a_tool_has_no_field_for_is_a_dash() -> None:
    printed = table({"pages": [Row(tool="resiliparse", scores={"body": 0.5, "exact": 0, "ms": 0.12})]}, [])
    line = printed.splitlines()[2]
    assert line.split() == ["resiliparse", "0.500", "0.000", *["-"] * 7, "0.1"]


def test_a_tool_that_finds_nothing_is_told_of() -> None:
    printed = table({"pages": [Row(tool="newspaper4k", scores={"ms": 9}, failed=3)]}, ["newspaper4k 0.9.6"])
    assert "newspaper4k failed on 3 pages" in printed


def test_a_tool_runs_in_a_process_that_knows_only_addresses_and_pages(case: Case) -> None:
    """The tool is the one that is here in any case."""
    stories = [{"url": case.given["url"], "html": [html]} for html in (case.pages[0].decode(), "<p>")]
    done = subprocess.run(
        [sys.executable, "-m", "bench.others", "trafilatura"],
        input="".join(json.dumps(story) + "\n" for story in stories),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    version, first, second = map(json.loads, done.stdout.splitlines())
    assert version["version"]
    assert first["found"]["title"] == case.expected["title"]
    assert first["failed"] == second["failed"] == []
    assert not any(second["found"].values())


def test_a_tool_that_fails_has_found_nothing_and_says_why() -> None:
    def read(html: str, url: str) -> dict[str, Any]:
        raise LookupError(f"{len(html)} at {url}")

    fields, _, why = quickest(read, "<p>", "https://kabar.example/")
    assert (fields, why) == ({}, "LookupError: 3 at https://kabar.example/")


def shape(text: str) -> list[list[str]]:
    return [re.sub(r"\d+(\.\d+)*", "0", line).split() for line in text.splitlines()]


def test_the_readme_shows_the_table_as_it_is_printed() -> None:
    named = {"time": ("day", "minute")}
    fields = {OURS: tuple(COLUMNS), **{tool: names for tool, (_, names) in TOOLS.items()}}
    rows = [
        Row(
            tool=tool,
            scores=dict.fromkeys(
                (*(column for name in names for column in named.get(name, (name,))), "exact", "ms"), 1.0
            ),
        )
        for tool, names in fields.items()
    ]
    blocks = {"golden pages: 1 stories": rows, "recorded posts: 54 stories": rows}
    printed = table(blocks, [f"{tool} 1.0" for tool in TOOLS])
    assert max(map(len, printed.splitlines())) <= 80
    readme = (ROOT / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"```text\n(GOLDEN PAGES.*?)```", readme, re.DOTALL)
    assert shape(shown) == shape(printed)
