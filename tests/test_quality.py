"""The gate on how well pages are read: it holds today, and what is broken on purpose it names."""

import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from bench.measures import day, minute, same, token_f1
from bench.pages import PAGES, Case, goldens
from bench.quality import FLOORS, Floors, Value, complaints, fields, main, measure, table
from bench.regions import Said, f1

FAMILY = "wordpress"


@pytest.fixture
def floors() -> Floors:
    read: Floors = tomllib.loads(FLOORS.read_text("utf-8"))
    return read


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The goldens in a folder where they can be broken; the recording is elsewhere."""
    monkeypatch.setenv("PILKADA_SHARED", str(tmp_path))
    return Path(shutil.copytree(PAGES, tmp_path / "pages"))


def test_pages_are_read_as_well_as_the_floors_ask(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--pages", str(copied)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert max(map(len, out.splitlines())) <= 80
    assert "recorded posts, by the REST interface: not here, so not measured" in out


def test_a_page_that_is_read_otherwise_is_named_with_the_field_that_sank(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = copied / FAMILY / "canonical.html"
    page.write_bytes(page.read_bytes().replace(b'<figcaption class="wp-caption-text">', b"<figcaption>Lain: "))
    assert main(["--pages", str(copied)]) == 1
    said = capsys.readouterr().err
    assert "golden pages: caption sank to 0.9" in said
    assert "below 1.0; 1 wrong, wordpress/canonical" in said


def test_a_story_that_is_no_longer_taken_for_one_sinks_every_field(copied: Path) -> None:
    page = copied / FAMILY / "canonical.html"
    page.write_bytes(b"<!doctype html><title>Galat</title><body>")
    found = measure(copied)["golden"]
    assert {name for name, value in found.items() if f"{FAMILY}/canonical" in value.wrong} == set(found)


@pytest.mark.parametrize(
    ("rule", "sinks"), [("caption", "caption"), ("roles", "authors"), ("containers", "body"), ("section", "section")]
)
def test_a_rule_that_is_lost_sinks_its_field(rule: str, sinks: str, floors: Floors) -> None:
    cases = [
        replace(case, site=replace(case.site, rules=replace(case.site.rules, **{rule: ()})))
        for case in goldens()
        if case.is_article
    ]
    said = complaints({"golden": fields(cases, Case.found)}, floors)
    assert any(f"golden pages: {sinks} sank to" in line for line in said)


def test_a_golden_that_went_is_missed(copied: Path) -> None:
    before = measure(copied)
    floors = {part: {name: (one.value, one.said) for name, one in values.items()} for part, values in before.items()}
    for file in (copied / FAMILY).glob("canonical.*"):
        file.unlink()
    said = complaints(measure(copied), floors)
    pages = before["golden"]["kind"].said
    assert f"golden pages: kind is said by {pages - 1} pages, no longer by {pages}" in said


def test_no_field_is_without_a_floor_and_no_floor_without_its_field() -> None:
    measured = {"golden": {"regions": Value(value=1, pages=9, said=9)}}
    assert complaints(measured, {"golden": {"body": (1.0, 9)}}) == [
        "golden pages: body has a floor and was not measured",
        "golden pages: regions was measured and has no floor in tests/floors.toml",
    ]
    assert table(measured, {}).splitlines()[3].split() == ["regions", "9", "9", "1.000", "none"]


def test_a_region_is_right_with_its_role() -> None:
    both = frozenset({("64.02", "main"), ("64", "mention")})
    texts = [
        Said(title="Kukar", expected=both, found=both),
        Said(title="Kukar lagi", expected=both, found=frozenset({("64.02", "mention"), ("64", "mention")})),
    ]
    assert f1(texts) == pytest.approx(6 / 8)
    assert f1(texts, role="main") == pytest.approx(2 / 3)
    assert f1(texts, role="mention") == pytest.approx(4 / 5)
    assert f1([], role="main") == 1


def test_words_are_counted_as_often_as_they_stand_there() -> None:
    assert token_f1("Warga memilih, warga pulang.", "warga MEMILIH warga pulang") == 1
    assert token_f1("warga warga", "warga") == pytest.approx(2 / 3)
    assert token_f1("", "") == 1
    assert token_f1("warga", "") == 0


def test_a_field_is_right_where_it_holds_the_same_values() -> None:
    assert same(["Rina", "Slamet"], ["Slamet", "Rina"])
    assert same("Kota\u00a0Bangun", "Kota  Bangun")
    assert same([{"code": "64.02", "role": "main"}], [{"role": "main", "code": "64.02"}])
    assert not same(["Rina"], ["Rina", "Rina"])
    assert not same(None, "")


def test_a_time_is_compared_as_a_moment_and_a_day_is_the_outlets() -> None:
    zone = "Asia/Makassar"
    assert minute("2024-11-27T09:00:42", zone) == minute("2024-11-27T01:00:00+00:00", zone)
    assert minute("2024-11-27T09:01:00+08:00", zone) != minute("2024-11-27T09:00:00+08:00", zone)
    assert minute(None, zone) is day(None, zone) is None
    assert day("2024-11-26T22:00:00+00:00", zone) == day("2024-11-27", zone) == "2024-11-27"
