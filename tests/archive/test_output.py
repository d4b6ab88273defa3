import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click
import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from archive.output import FORMATS, WIDTH, cell_text, format_option, to_csv, to_json, write_rows
from archive.records import Reason, Related
from archive.text import columns

ROWS = [
    {"outlet": "kabar", "status": Reason.HTTP, "tags": ["a", "b"], "at": None, "left": 0},
    {"outlet": "suara", "status": Reason.NETWORK, "tags": [], "at": datetime(2024, 11, 25, tzinfo=UTC), "left": 12},
]
Printed = Callable[..., str]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    def run(*arguments: Any) -> str:
        write_rows(*arguments)
        return capsys.readouterr().out

    return run


PLAIN = [
    {"outlet": "kabar", "status": "http", "tags": ["a", "b"], "at": None, "left": 0},
    {"outlet": "suara", "status": "network", "tags": [], "at": "2024-11-25T00:00:00Z", "left": 12},
]


def test_json_is_an_array(printed: Printed) -> None:
    assert json.loads(printed(ROWS, "json")) == PLAIN
    assert json.loads(printed([], "json")) == []


def test_jsonl_is_an_object_a_line(printed: Printed) -> None:
    assert [json.loads(line) for line in printed(iter(ROWS), "jsonl").splitlines()] == PLAIN
    assert printed([], "jsonl") == ""


def test_csv_has_a_header_and_joins_lists(printed: Printed) -> None:
    assert printed(ROWS, "csv") == (
        "outlet,status,tags,at,left\nkabar,http,a; b,,0\nsuara,network,,2024-11-25T00:00:00Z,12\n"
    )


def test_a_table_has_a_header_in_capitals_and_only_the_columns_asked_for(printed: Printed) -> None:
    assert printed(ROWS, "table", ["outlet", "left"]) == "OUTLET  LEFT\nkabar   0\nsuara   12\n"
    assert printed([], "table") == ""


@given(st.lists(st.lists(st.text(max_size=200), min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_table_fits_80_columns_and_holds_one_row_a_line(cells: list[list[str]]) -> None:
    from contextlib import redirect_stdout

    buffer = io.StringIO()
    with redirect_stdout(buffer):
        write_rows([dict(zip("abc", row, strict=True)) for row in cells], "table")
    lines = buffer.getvalue().split("\n")
    assert len(lines) == len(cells) + 2
    assert max(map(len, lines)) <= WIDTH


def test_what_a_site_says_cannot_steer_the_terminal(printed: Printed) -> None:
    said = printed([{"title": "\x1b[2J\x1b]0;x\x07Judul\u202e\nlain\r\x9b1m"}], "table")
    assert said == "TITLE\n[2J]0;xJudul lain 1m\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (True, "true"), (False, "false"), (0, "0"), (1.5, "1.5"), ("teks", "teks"), ([], ""),
        (("a", "b"), "a; b"), ([None, "a"], "; a"), ({"a": 1}, '{"a":1}'), ([{"a": 1}, {"a": 2}], '[{"a":1},{"a":2}]'),
        (Reason.HTTP, "http"), (datetime(2024, 11, 25, tzinfo=UTC), "2024-11-25T00:00:00Z"),
        (Related(text="Baca", url="u"), '{"text":"Baca","url":"u"}'),
    ],
    ids=repr,
)  # fmt: skip
def test_a_value_as_the_text_of_a_cell(value: object, text: str) -> None:
    assert cell_text(value) == text


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=5))
@example(["a\r=cmd|' /C calc'!A0"])
def test_csv_is_read_back_as_it_was_but_for_the_guard_and_line_ends(cells: list[str]) -> None:
    (head, row) = csv.reader(io.StringIO(to_csv([{str(at): cell for at, cell in enumerate(cells)}]), newline=""))
    assert head == [str(at) for at in range(len(cells))]
    for cell, said in zip(row, cells, strict=True):
        plain = said.replace("\r\n", "\n").replace("\r", "\n")
        assert cell == (f"'{plain}" if plain.startswith(("=", "+", "-", "@", "\t", "\n")) else plain)


def test_json_gives_text_as_it_is() -> None:
    @dataclass
    class Story:
        title: str
        reason: Reason

    assert to_json(Story("“Siap” ꦥ", Reason.HTTP)) == '{"title":"“Siap” ꦥ","reason":"http"}'


def test_every_listing_command_takes_the_four_formats_and_no_other() -> None:
    @click.command()
    @format_option
    def listing(output: str) -> None:
        click.echo(output)

    runner = CliRunner()
    assert runner.invoke(listing, []).output == "table\n"
    for output in FORMATS:
        assert runner.invoke(listing, ["--format", output]).output == f"{output}\n"
    assert runner.invoke(listing, ["--format", "xml"]).exit_code == 2


def test_wide_signs_push_no_column_aside(printed: Printed) -> None:
    rows = [{"title": "🔥" * 60, "uid": "a"}, {"title": "Pilkada", "uid": "b"}]
    heads, hot, plain = printed(rows, "table").splitlines()
    assert columns(hot) <= WIDTH
    assert len({columns(line[: line.rindex(end)]) for line, end in ((heads, "UID"), (hot, "a"), (plain, "b"))}) == 1
