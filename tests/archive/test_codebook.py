"""The codebook and its JSON Schema describe what is exported, all of it, and nothing else."""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from archive import codebook, long, records, recordschema
from archive.codebook import TABLES, CodebookError, fields
from archive.columns import ARTICLE, Kind, Many, paths
from archive.package import Tally
from archive.records import State, Tier
from crawler.cli import main
from crawler.reading.marks import FLAGS
from tests.archive import newsstand
from tests.rowfaults import faults

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def held(room: Any) -> dict[str, list[dict[str, Any]]]:
    """The rows of every kind of an archive that has one of everything."""
    newsstand.fill(room)
    archive = room.archive
    counted = Tally()
    list(counted.passing(archive.articles()))
    return {
        "article": list(archive.articles()),
        "version": list(archive.versions()),
        "pair": list(archive.pairs()),
        "count": list(counted.rows()),
        "coverage": archive.coverage(now=room.now()),
        **{name: list(long.LongRows(archive.articles(), name)) for name in long.TABLES},
    }


def values(row: Any, path: str) -> Iterator[Any]:
    """Give all that stands at a path of a row."""
    name, _, rest = path.partition(".")
    for part in row if isinstance(row, list) else [row] if row is not None else []:
        yield from values(part[name], rest) if rest else [part[name]]


@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_an_archive_with_one_of_everything_is_valid(
    held: dict[str, list[dict[str, Any]]], table: str
) -> None:
    Draft202012Validator.check_schema(recordschema.document(table))
    assert held[table]
    assert [fault for row in held[table] for fault in faults(table, row)] == []


def test_that_archive_has_what_records_can_say(held: dict[str, list[dict[str, Any]]]) -> None:
    articles = held["article"]
    assert {record["state"] for record in articles} == {state.value for state in State}
    assert {record["cluster"]["tier"] for record in articles if record["cluster"]} == {None, "copy", "rewrite"}
    assert {record["versions"] for record in articles} == {1, 2}
    assert any(version["note"] for version in held["version"])
    unsaid = {
        f"{table}.{field.path}"
        for table, rows in held.items()
        for field in fields(table)
        if not any(value not in (None, []) for row in rows for value in values(row, field.path))
    }
    assert unsaid == {"version.shrunken"}, "every other column is tested by a value"


@pytest.mark.parametrize("table", TABLES)
def test_null_is_explained_where_there_may_be_null_and_only_there(
    held: dict[str, list[dict[str, Any]]], table: str
) -> None:
    for field in fields(table):
        found = [value for row in held[table] for value in values(row, field.path)]
        assert field.null or None not in found, field.path
        assert (field.empty is not None) == isinstance(field.shape, Many), f"{field.path}: an empty list says something"


@pytest.mark.parametrize("table", TABLES)
def test_what_is_exported_is_described_and_what_is_described_is_exported(
    held: dict[str, list[dict[str, Any]]], table: str
) -> None:
    described = [field.path for field in fields(table)]
    assert described == list(paths(TABLES[table]))
    assert all(list(row) == [path for path in described if "." not in path] for row in held[table])


def test_a_column_that_nobody_described_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codebook, "TABLES", {"pair": {**TABLES["pair"], "mood": Kind.TEXT}})
    with pytest.raises(CodebookError, match="mood"):
        fields("pair")


WRONG: dict[Kind, list[Any]] = {
    Kind.TEXT: [1, True, ["a"], {}],
    Kind.DAY: ["2024-13-01", "27 November 2024", "2024-11-27T00:00:00", 20241127, ""],
    Kind.INTEGER: ["1", 1.5, True, []],
    Kind.NUMBER: ["0.5", True, {}],
    Kind.TRUTH: [1, 0, "true", "ya"],
}


def spoiled(field: codebook.Field) -> list[Any]:
    """Give values that a column must not have."""
    if isinstance(field.shape, Many):
        wrong: list[Any] = ["a", {}, [None], [[]], [1.5] if field.shape.of is Kind.TEXT else ["a"]]
        return wrong + ([["lain"]] if field.values or field.form else [])
    if not isinstance(field.shape, Kind):
        return ["a", [], {}, {"lain": 1}]
    wrong = list(WRONG[field.shape])
    wrong += ["lain", ""] if field.values else []
    wrong += [" "] if field.form else []
    wrong += [field.least - 1] if field.least is not None else []
    return wrong + ([field.most + 1] if field.most is not None else [])


def put(row: Any, path: str, value: Any) -> bool:
    """Put a value at a path of a row, in the first place where there is one; say whether there was."""
    name, _, rest = path.partition(".")
    for part in row if isinstance(row, list) else [row] if row is not None else []:
        if not rest:
            part[name] = value
            return True
        if put(part[name], rest, value):
            return True
    return False


@pytest.mark.parametrize("table", TABLES)
def test_a_wrong_value_in_any_column_is_refused(held: dict[str, list[dict[str, Any]]], table: str) -> None:
    validator = Draft202012Validator(recordschema.document(table))
    let_through, tried = [], 0
    for field in fields(table):
        wrong = spoiled(field) + ([None] if field.null is None else [])
        for value in wrong:
            row = deepcopy(next(row for row in held[table] if list(values(row, field.path))))
            assert put(row, field.path, value)
            tried += 1
            if validator.is_valid(row):
                let_through.append((field.path, value))
    assert let_through == []
    assert tried > 20


def test_a_column_too_many_or_too_few_is_refused(held: dict[str, list[dict[str, Any]]]) -> None:
    for table, (row, *_) in held.items():
        assert faults(table, row | {"mood": "riang"})
        for name in row:
            assert faults(table, {other: value for other, value in row.items() if other != name}), name
    nested = deepcopy(next(row for row in held["article"] if row["captures"]))
    nested["captures"][0]["mood"] = "riang"
    assert faults("article", nested)


def test_enums_are_those_of_the_records_with_what_stands_below_each() -> None:
    for name in ("Trust", "State", "Edited", "TagRole", "Modality", "Tier"):
        assert set(codebook.meanings(name)) == {member.value for member in getattr(records, name)}
    assert codebook.meanings("Tier")[Tier.COPY] == "The same text at two outlets, shortened, padded or retouched"
    with pytest.raises(CodebookError, match="Mood"):
        codebook.meanings("Mood")
    with pytest.raises(CodebookError, match="Level"):
        codebook.meanings("Level")


def test_the_flags_are_those_of_the_reader_and_of_the_readme() -> None:
    (flags,) = (field.values for field in fields("article") if field.path == "flags")
    assert flags is not None
    assert {name: said for name, said in flags.items() if name != "shrunken"} == FLAGS
    table = re.findall(r"^\| `(\w+)` +\| (.+) \|$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert dict(table).items() >= flags.items()


def test_nothing_is_written_twice_or_for_nobody() -> None:
    held = tomllib.loads(codebook.FILE.read_text("utf-8"))
    entries = [
        entry for table in ("article", "version", "pair", "count", "coverage", "long") for entry in held[table].values()
    ]
    named = {key: {entry.get(key) for entry in entries} for key in ("from", "form", "values")}
    assert set(held["sources"]) == named["from"] - {None}
    assert set(held["forms"]) == named["form"] - {None}
    assert set(held["values"]) <= named["values"]
    for name, said in held["values"].items():
        members = {member.value for member in getattr(records, name, ())}
        assert not members or set(said) <= members, name


def test_what_quotes_the_text_is_known() -> None:
    assert codebook.quoting("article") == [
        *("body", "removed", "lead", "caption", "captions", "related.text", "election.evidence"),
        *("regions.spans.text", "topics.spans.text", "actors.spans.text"),
    ]
    assert codebook.quoting("version") == ["body", "note"]
    bare = codebook.without_quotes("article")
    assert [name for name in ARTICLE if name not in bare] == ["body", "removed", "lead", "caption", "captions"]
    assert "regions.spans.start" in paths(bare)
    assert not {"regions.spans.text", "election.evidence"} & paths(bare).keys()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["codebook", *words]) == 0
    return capsys.readouterr().out


def test_the_command_prints_it_in_every_format(capsys: pytest.CaptureFixture[str], root_logger: None) -> None:
    schema = json.loads(run(capsys, "--format", "json-schema"))
    assert schema == recordschema.document("article")
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    rows = list(csv.DictReader(io.StringIO(run(capsys, "--format", "csv"))))
    assert [(row["of"], row["column"]) for row in rows] == [
        (table, path) for table in TABLES for path in paths(TABLES[table])
    ]
    assert [row["column"] for row in rows if row["of"] == "article" and row["null"]][:3] == [
        "lead",
        "dateline",
        "dateline_outlet",
    ]
    listed = json.loads(run(capsys, "--of", "pair", "--format", "json"))
    assert [row["column"] for row in listed] == list(paths(TABLES["pair"]))
    told = run(capsys, "--format", "markdown")
    assert re.findall(r"^## (\w+)$", told, re.MULTILINE) == list(TABLES)
    lines = [line for line in told.splitlines() if line.startswith("| `")]
    assert len(lines) == len(rows)
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {5}
    assert run(capsys, "--of", "version").startswith("COLUMN ")
    assert main(["codebook", "--of", "mood"]) == 2
    assert "there are no rows mood; there are article, version, pair, count, coverage" in capsys.readouterr().err
