"""A package is a data set to give away: whole, described, checkable, and without the texts unless they are asked for."""

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas
import pytest
from jsonschema import Draft202012Validator
from pyarrow import parquet

from archive import codebook, long, package
from archive.columns import Kind, paths
from archive.errors import ArchiveUnavailableError
from archive.export import ExportError
from archive.package import ARTICLES, CODEBOOK, COUNTS, COVERED, NOTE, QUERY, SCHEMA, SUMS, VERSIONS, Release
from archive.records import Filters
from archive.statistics import By
from crawler.cli import main
from tests.archive import newsstand
from tests.disk import fill, small_disk

NOW = datetime(2024, 12, 1, 6, 0, tzinfo=UTC)
RUN = 8
"""Words of a body in a row that nothing in a package without texts may have."""


@pytest.fixture(scope="module")
def stand(room: Any) -> Any:
    room.uids = newsstand.fill(room)
    return room


def write(
    stand: Any,
    folder: Path,
    filters: Filters = Filters(),  # noqa: B008 - frozen
    query: str | None = None,
    **said: Any,
) -> int:
    release = Release(filters=filters, query=query, software="1.2.3", **({"made_at": NOW} | said))
    with stand.archive.snapshot(filters, query) as snapshot:
        return package.write(snapshot, folder, release)


@pytest.fixture(scope="module")
def bare(stand: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "paket"
    assert write(stand, folder) == len(stand.uids)
    return folder


@pytest.fixture(scope="module")
def full(stand: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "paket"
    assert write(stand, folder, with_text=True) == len(stand.uids)
    return folder


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """Give a table's rows as JSON has them."""
    if name in (COUNTS, COVERED):
        numbers = {Kind.INTEGER: int, Kind.NUMBER: float}
        kinds = codebook.TABLES["count" if name == COUNTS else name]
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return [
                {key: numbers.get(kinds[key], str)(value) if value else None for key, value in row.items()}
                for row in csv.DictReader(file)
            ]
    held: list[dict[str, Any]] = parquet.read_table(folder / f"{name}.parquet").to_pylist()
    return [
        {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()} for row in held
    ]


def test_it_holds_what_its_readme_names_and_nothing_else(bare: Path) -> None:
    files = {path.name for path in bare.iterdir()}
    named = set(re.findall(r"`([\w.]+\.(?:parquet|csv|md|json)|SHA256SUMS)`", (bare / NOTE).read_text("utf-8")))
    assert named == files - {NOTE, SUMS}
    assert files == {
        *(f"{name}.parquet" for name in (ARTICLES, VERSIONS, *long.TABLES)),
        *("counts.csv", "coverage.csv", NOTE, CODEBOOK, SCHEMA, QUERY, SUMS),
    }


def test_a_tool_that_is_not_ours_finds_every_file_as_it_was_written(bare: Path, tmp_path: Path) -> None:
    copy = tmp_path / "salinan"
    shutil.copytree(bare, copy)
    check = ["sha256sum", "--check", "--strict", "--quiet", SUMS]
    assert subprocess.run(check, cwd=copy, check=False, capture_output=True).returncode == 0
    assert {line.split("  ")[1] for line in (copy / SUMS).read_text("utf-8").splitlines()} == {
        path.name for path in copy.iterdir() if path.name != SUMS
    }
    with (copy / "counts.csv").open("a", encoding="utf-8") as file:
        file.write("kabar,2024-09,1,1,1\n")
    assert subprocess.run(check, cwd=copy, check=False, capture_output=True).returncode == 1


@pytest.mark.parametrize("texts", ["bare", "full"])
def test_every_row_is_what_its_schema_and_codebook_say(texts: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(texts)
    schema = json.loads((folder / SCHEMA).read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    sections = re.split(r"^## (\w+)\n", (folder / CODEBOOK).read_text("utf-8"), flags=re.MULTILINE)[1:]
    described = dict(zip(sections[::2], sections[1::2], strict=True))
    held = package.tables(with_text=texts == "full")
    assert list(described) == list(held) == list(schema["$defs"])
    for name, (_, columns) in held.items():
        assert re.findall(r"^\| `([\w.]+)` \|", described[name], re.MULTILINE) == list(paths(columns))
        validator = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})
        found = rows(folder, name)
        assert [(name, error.message) for row in found for error in validator.iter_errors(row)] == []
        assert {tuple(row) for row in found} == {tuple(columns)}
        assert not validator.is_valid(found[0] | {"mood": "riang"})


def test_with_texts_it_holds_the_records_as_they_are(stand: Any, full: Path) -> None:
    archive = stand.archive
    assert rows(full, ARTICLES) == list(archive.articles())
    assert rows(full, VERSIONS) == list(archive.versions())
    for name in long.TABLES:
        assert rows(full, name) == list(long.LongRows(archive.articles(), name))
    assert "for who may read them" in (full / NOTE).read_text("utf-8")
    assert json.loads((full / QUERY).read_text("utf-8"))["with_text"] is True


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str) -> Iterator[tuple[str, ...]]:
    held = words(text)
    return (tuple(held[at : at + RUN]) for at in range(len(held) - RUN + 1))


def texts(value: Any) -> Iterator[str]:
    """Give all that is text in a value, and lists of texts as one too: joined they might be a text again."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        yield " ".join(part for part in value if isinstance(part, str))
        for part in value:
            yield from texts(part)


def all_texts(folder: Path) -> Iterator[str]:
    for path in folder.iterdir():
        if path.suffix == ".parquet":
            columns = parquet.read_table(path).to_pydict()
            yield from texts(columns)
        else:
            yield path.read_text("utf-8")


def test_without_texts_eight_words_of_none_stand_in_a_row_anywhere(stand: Any, bare: Path, full: Path) -> None:
    bodies = [row["body"] for row in stand.archive.versions()]
    secret = {run for body in bodies for run in runs(body)}
    assert len(secret) > 200
    assert not secret & {run for text in all_texts(bare) for run in runs(text)}
    assert secret <= {run for text in all_texts(full) for run in runs(text)}, "the test finds them where they are"


def test_without_texts_no_column_that_quotes_is_there_and_the_readme_names_each(stand: Any, bare: Path) -> None:
    note = (bare / NOTE).read_text("utf-8")
    record = next(row for row in rows(bare, ARTICLES) if row["uid"] == stand.uids["first"])
    for path in codebook.quoting("article"):
        assert f"`{path}`" in note
    assert not {"body", "lead", "removed", "caption", "captions"} & record.keys()
    assert record["election"].keys() == {"score", "about", "pack"}
    assert record["regions"][0]["spans"] == [{"field": "body", "start": 4, "end": 26}]
    assert record["related"] == [{"url": "https://kabar.test/posko/"}]
    assert record["title"] == "KPU Muara Seruni Tetapkan Pemilih"
    told = "\n".join(all_texts(bare))
    for quoted in (*newsstand.FULL["captions"], newsstand.FULL["caption"], newsstand.NOTE, "daftar pemilih tetap"):
        assert quoted not in told


def test_counts_are_those_of_stats(stand: Any, bare: Path) -> None:
    expected = [
        {"outlet": outlet} | row
        for outlet in ("hulu-sungai", "kabar", "suara")
        for row in stand.archive.statistics(Filters(outlets=(outlet,)), By.MONTH)
    ]
    assert rows(bare, COUNTS) == expected
    assert {row["month"] for row in expected} == {"2024-09", "unknown"}
    assert any(row["clusters"] < row["articles"] or row["firsts"] < row["articles"] for row in expected)


def test_filters_and_a_query_choose_the_articles_and_are_written_down(stand: Any, tmp_path: Path) -> None:
    filters = Filters(outlets=("suara", "kabar"), after=date(2024, 9, 1))
    folder = tmp_path / "paket"
    expanded = [{"term": "KPU", "also": ["Komisi Pemilihan Umum"]}]
    assert write(stand, folder, filters, "pemilih KPU", expanded=expanded) == 2
    found = [record["uid"] for record in stand.archive.matching("pemilih KPU", filters)]
    assert [row["uid"] for row in rows(folder, ARTICLES)] == found
    assert set(found) == {stand.uids["first"], stand.uids["copy"]}
    assert {row["uid"] for row in rows(folder, "captures")} == set(found)
    with stand.archive.snapshot() as snapshot:
        cursor = snapshot.cursor
    told = json.loads((folder / QUERY).read_text("utf-8"))
    assert told["filters"].pop("outlets") == ["suara", "kabar"]
    assert told["filters"].pop("after") == "2024-09-01"
    assert not any(told.pop("filters").values())
    assert told == {
        "made_at": "2024-12-01T06:00:00Z",
        "pilkada": "1.2.3",
        "query": "pemilih KPU",
        "expanded": expanded,
        "articles": 2,
        "with_text": False,
        "cursor": cursor,
        "extractors": {"test 1": 2},
        "election_packs": {"uji 1a2b": 1, "unknown": 1},
        "tag_codebooks": {"buku uji 1": 1, "unknown": 1},
    }
    assert "They are what the query and the filters of `QUERY.json` found." in (folder / NOTE).read_text("utf-8")


def test_a_package_of_nothing_is_whole_too(stand: Any, tmp_path: Path) -> None:
    assert write(stand, tmp_path / "paket", query="tidakada") == 0
    assert {name for name in package.tables(with_text=False) if rows(tmp_path / "paket", name)} == {COVERED}
    assert "0 articles of 0 outlets, out of" in (tmp_path / "paket" / NOTE).read_text("utf-8")


def test_the_same_archive_and_query_give_the_same_bytes_but_for_the_time(
    stand: Any, bare: Path, tmp_path: Path
) -> None:
    (tmp_path / "paket").mkdir()
    write(stand, tmp_path / "paket", made_at=NOW.replace(year=2025))
    for path in bare.iterdir():
        again = (tmp_path / "paket" / path.name).read_bytes()
        if path.name == QUERY:
            assert again == path.read_bytes().replace(b"2024-12-01T06", b"2025-12-01T06") != path.read_bytes()
        elif path.name == SUMS:
            differing = set(again.splitlines()) ^ set(path.read_bytes().splitlines())
            assert {line.split()[1] for line in differing} == {QUERY.encode()}
        else:
            assert again == path.read_bytes(), path.name


def test_the_readmes_examples_run(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bare)
    note = (bare / NOTE).read_text("utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```$", note, re.MULTILINE | re.DOTALL)
    held: dict[str, Any] = {}
    exec(program, held)
    assert isinstance(held["regions"], pandas.DataFrame)
    assert list(held["regions"]["code"]) == ["64.02", "64", "64.02.10"]
    assert set(held["regions"]["outlet"]) == {"kabar"}
    (statement,) = re.findall(r"^```sql\n(.*?)^```$", note, re.MULTILINE | re.DOTALL)
    found = duckdb.sql(statement).fetchall()
    assert sum(number for *_, number in found) == len(rows(bare, ARTICLES))


def test_a_place_that_is_taken_is_left_as_it_is(stand: Any, tmp_path: Path) -> None:
    (tmp_path / "paket").mkdir()
    (tmp_path / "paket" / "catatan.txt").write_text("milik orang")
    with pytest.raises(ExportError, match="paket is not empty: name a folder that is not there yet"):
        write(stand, tmp_path / "paket")
    assert [path.name for path in tmp_path.rglob("*")] == ["paket", "catatan.txt"]


def test_what_is_stopped_leaves_nothing(stand: Any, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, 200):
        fill(disk / "filler", but_kilobytes=40)
        with pytest.raises(ArchiveUnavailableError, match="paket cannot be written: No space left on device"):
            write(stand, disk / "paket")
        assert [path.name for path in disk.iterdir()] == ["filler"]


def test_the_command_says_what_it_wrote_and_refuses_what_makes_no_sense(
    stand: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    export = ["--home", str(stand.home.root), "export"]
    folder = tmp_path / "paket"
    assert main([*export, "--package", str(folder), "--query", "pemilih", "--with-text"]) == 0
    out = capsys.readouterr().out
    assert re.fullmatch(rf"3 articles written to {re.escape(str(folder))}\nnext cursor: \w+\n", out)
    assert json.loads((folder / QUERY).read_text("utf-8"))["cursor"] in out
    for words_, said in (
        (["--package", str(folder)], "is not empty"),
        (["--package", str(folder), "--to", "a.csv"], "name one place"),
        (["--to", "a.csv", "--with-text"], "--with-text is for --package"),
        (["--package", "baru", "--versions"], "--versions and --package are two exports"),
        (["--package", "baru", "--sample", "3"], "--sample does not go with --package"),
        (["--package", "baru", "--since-cursor", "abc"], "leave --package out"),
        (["--package", "baru", "--query", '"'], "pilkada: "),
    ):
        assert main([*export, *words_]) == 2, words_
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1)
        assert said in told.err
    assert main([*export, "--package", str(tmp_path / "tiada" / "paket")]) == 1
    assert "cannot be written: No such file or directory" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["paket"]
