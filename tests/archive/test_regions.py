"""Codes and names of regions are looked up in the tables that ship, also by who filters by them."""

import csv
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from archive import regions
from archive.exportcommand import export
from archive.records import Region, TagRole
from archive.searchcommand import search
from archive.showcommand import show


def test_the_codes_of_the_table_are_known():
    with regions.TABLE.open(encoding="utf-8") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert len(codes) > 7000
    # Each costs a look through the table: all together took 3 s.
    assert regions.unknown(sorted(codes)[::20]) == []


@pytest.mark.parametrize("code", ["99", "64.99", "64.0", "code", ""])
def test_a_code_that_no_region_has_is_given_back(code):
    assert regions.unknown({code, "64.02"}) == [code]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("64.02", ["64.02"]),
        ("Kutai Kartanegara", ["64.02"]),
        ("kabupaten kutai kartanegara", ["64.02"]),
        ("KUKAR", ["64.02"]),
        ("Tenggarong", ["64.02"]),
        ("Kalimantan Timur", ["64"]),
        ("Kaltim", ["64"]),
        ("Kayu Agung", ["16.02"]),
        ("Palangka Raya", ["62.71"]),
        ("Kab. Bandung", ["32.04"]),
        ("Kota Bandung", ["32.73"]),
        ("Bandung", ["32.04", "32.73"]),
        ("Mura", ["16.05", "62.12"]),
        ("Kapuas", ["62.03"]),
        ("Loa Janan", ["64.02.03"]),
        ("Atlantis", []),
        ("", []),
    ],
)
def test_a_region_is_called_by_code_or_by_any_of_its_names(text, codes):
    assert [code for code, _ in regions.called(text)] == codes


KUKAR = Region(code="64.02", name="Kabupaten Kutai Kartanegara", level="kabkota", role=TagRole.MAIN)
KALTIM = Region(code="64", name="Kalimantan Timur", level="provinsi", role=TagRole.MENTION)
LOA_JANAN = Region(code="64.02.03", name="Loa Janan", level="kecamatan", role=TagRole.MENTION)
OKI = Region(code="16.02", name="Kabupaten Ogan Komering Ilir", level="kabkota", role=TagRole.MAIN)


@pytest.fixture
def invoke(bench):
    desk = bench.begin()
    desk.store("/a/", "Kukar Siap", "Pemilih antre.", regions=(KUKAR, KALTIM, LOA_JANAN), codebook="test 1")
    desk.store("/b/", "OKI Siap", "Pemilih antre.", regions=(OKI,), codebook="test 1")
    desk.store("/c/", "Semua Siap", "Pemilih antre.", codebook="test 1")
    archive = bench.archive
    app = SimpleNamespace(archive=lambda: archive, unwinding=nullcontext)
    return lambda command, *words: CliRunner().invoke(command, words, obj=app)


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        (["--region", "64"], ["Kukar Siap"]),
        (["--region", "Kukar"], ["Kukar Siap"]),
        (["--region", "Kab. Kukar"], ["Kukar Siap"]),
        (["--region", "DKI Jakarta"], []),
        (["--region", "Loa Janan"], ["Kukar Siap"]),
        (["--region", "Kukar", "--region", "16"], ["Kukar Siap", "OKI Siap"]),
        (["--region", "Papua"], []),
    ],
)
def test_a_filter_by_region_takes_what_is_about_it_or_a_part_of_it(invoke, tmp_path, words, titles):
    found = invoke(search, "antre", *words, "--format", "csv").stdout
    assert sorted(row["title"] for row in csv.DictReader(found.splitlines())) == titles
    file = tmp_path / "berita.csv"
    assert invoke(export, "--to", str(file), *words).exit_code == 0
    with file.open(encoding="utf-8") as written:
        assert sorted(row["title"] for row in csv.DictReader(written)) == titles


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Atlantis", "there is no region Atlantis; give its official code or name"),
        ("Bandung", "Bandung may be 32.04 Kabupaten Bandung, 32.73 Kota Bandung: give the code"),
    ],
)
def test_a_region_that_is_none_or_several_is_one_line(invoke, name, line):
    ended = invoke(search, "antre", "--region", name)
    assert (ended.exit_code, ended.stderr) == (2, f"Error: --region: {line}\n")


def test_an_article_is_shown_with_its_main_regions_first_and_the_others_in_brackets(invoke):
    shown = invoke(show, "1").stdout
    said = " ".join(shown[shown.index("regions") : shown.index("state")].split())
    assert said == "regions Kabupaten Kutai Kartanegara 64.02 (Kalimantan Timur 64, Loa Janan 64.02.03)"
    assert max(map(len, shown[: shown.index("captures")].splitlines())) <= 80
    assert "regions" not in invoke(show, "3").stdout
