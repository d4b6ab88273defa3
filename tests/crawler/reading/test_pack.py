import pickle
import shutil
from datetime import date
from pathlib import Path

import pytest

from archive import regions
from crawler.config import ElectionSettings
from crawler.reading.pack import FILES, SHIPPED, PackError, load, parse

DEFAULT = ElectionSettings().pack
PACK = load(DEFAULT, Path())


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A user's copy of the pack that ships."""
    return shutil.copytree(SHIPPED / DEFAULT, tmp_path / "packs" / "pilkada-2031")


@pytest.mark.parametrize(
    ("day", "codes", "phase"),
    [
        (date(2024, 10, 1), ["64.02"], "kampanye"),
        (date(2024, 8, 28), ["64"], "pendaftaran"),
        (date(2024, 11, 25), [], "masa_tenang"),
        (date(2024, 11, 27), ["16.02"], "pemungutan_suara"),
        (date(2024, 11, 28), ["16.02"], "rekapitulasi"),
        (date(2025, 3, 1), ["64.02"], "persiapan_psu"),
        (date(2025, 3, 1), ["64.72"], None),
        (date(2025, 4, 19), ["64.72", "64.02"], "psu"),
        (date(2025, 8, 6), ["91.03"], "psu"),
        (date(2025, 4, 19), ["64"], None),
        (date(2025, 8, 27), ["19.71"], "pilkada_ulang"),
        (date(2023, 6, 1), ["64.02"], None),
    ],
)
def test_the_phase_of_a_day_is_that_of_the_region(day: date, codes: list[str], phase: str | None) -> None:
    assert PACK.phase(day, codes) == phase


def test_the_regions_of_all_phases_exist() -> None:
    codes = {code for phase in PACK.phases for code in phase.regions}
    assert len(codes) > 25
    assert regions.unknown(codes) == []


def test_a_pack_travels_as_its_texts_and_is_compiled_once_in_a_process() -> None:
    one, two = pickle.loads(pickle.dumps(PACK)), pickle.loads(pickle.dumps(PACK))
    assert one is two
    assert (one.version, one.phases, one.entries) == (PACK.version, PACK.phases, PACK.entries)
    assert len(pickle.dumps(PACK)) < 30_000, "a job of eight pages carries it once"


def test_a_folder_of_the_users_takes_the_place_of_the_pack_and_has_another_digest(own: Path) -> None:
    copied = load("packs/pilkada-2031", own.parents[1])
    assert copied.digest == PACK.digest
    assert copied.version == f"pilkada-2031 {PACK.digest}"
    words = own / "words.tsv"
    words.write_text(words.read_text("utf-8") + "pildun\tagainst\t4\n", "utf-8")
    assert load(str(own) + "/", Path()).digest != PACK.digest


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("words.tsv", "words\tkind", "word\tkind", "line 1: the columns must be words, kind, weight, voids, parted by tabs"),
        ("words.tsv", "pilgub\tfor\t5", "pilgub\tsure\t5", "line 4: the kind must be one of for, with, against, void, not sure"),
        ("words.tsv", "pilgub\tfor\t5", "pilgub\tfor\tmuch", "line 4: the weight must be a number from 0 to 100, not much"),
        ("words.tsv", "pilgub\tfor\t5", "pilkada\tfor\t5", "line 4: pilkada stands twice"),
        ("words.tsv", "pilgub\tfor\t5", "--\tfor\t5", "line 4: an entry holds no word"),
        ("words.tsv", "pilgub\tfor\t5", "pilgub\tfor\t5\tKPUU", "line 4: KPUU is voided and is no entry of the table"),
        ("words.tsv", "pilgub\tfor\t5", "pilgub\tfor\t5\t\t\t", "line 4: 6 cells, where the table has 4 columns"),
        ("phases.tsv", "2024-01-26\t2024-11-18", "2024-01-26\t2024-13-18", "line 2: month must be in 1..12"),
        ("phases.tsv", "2024-01-26\t2024-11-18", "2024-01-26\t2023-11-18", "line 2: it ends before it starts"),
        ("phases.tsv", "persiapan\t9", "\t9", "line 2: the phase has no name"),
        ("phases.tsv", "persiapan\t9\t", "persiapan\t9\tKukar", "line 2: Kukar is no code of a region"),
        ("pack.toml", "threshold = 0.5", "threshold = 5", "threshold must lie between 0 and 1, and needed above 0"),
        ("pack.toml", "threshold = 0.5", 'threshold = "half"', "threshold must be a number from 0 to 1000"),
        ("pack.toml", "threshold = 0.5", "treshold = 0.5", "threshold must be a number from 0 to 1000"),
        ("pack.toml", "threshold = 0.5", "threshold = 0.5\nmood = 1", "unknown key mood"),
        ("pack.toml", "threshold = 0.5", "threshold", "is not valid TOML"),
        ("pack.toml", 'name = "', 'name = 5 # "', "name must be a text"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_pack_is_one_line_with_file_and_line(
    own: Path, file: str, old: str, new: str, complaint: str
) -> None:
    text = (own / file).read_text("utf-8")
    assert old in text
    (own / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PackError) as error:
        load(f"{own}/", Path())
    assert str(own / file) in str(error.value)
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


def test_a_pack_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"there is no pack .*; pilkada-2024 ships, and a folder is written with a /"):
        load("pilkada-1999", tmp_path)


@pytest.mark.parametrize("name", ["packs/none", "../packs"])
def test_a_folder_of_a_pack_that_is_not_there_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(PackError) as error:
        load(name, tmp_path)
    assert f"there is no folder {tmp_path / name}; pilkada-2024 ships" in str(error.value)


def test_a_file_that_is_missing_or_no_text_is_said(own: Path) -> None:
    (own / "phases.tsv").write_bytes(b"\xff\xfe")
    with pytest.raises(PackError, match=r"phases.tsv cannot be read: it is not UTF-8"):
        load(f"{own}/", Path())
    (own / "phases.tsv").unlink()
    with pytest.raises(PackError, match=r"phases.tsv cannot be read: No such file"):
        load(f"{own}/", Path())


def test_empty_tables_are_refused(own: Path) -> None:
    (own / "words.tsv").write_text("# nothing\n", "utf-8")
    with pytest.raises(PackError, match=r"words.tsv is empty"):
        load(f"{own}/", Path())


def test_texts_are_read_in_the_order_of_the_files() -> None:
    texts = tuple((SHIPPED / DEFAULT / file).read_text("utf-8") for file in FILES)
    assert parse(DEFAULT, texts).version == PACK.version
