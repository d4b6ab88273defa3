import csv
import pickle
import shutil
from datetime import date
from pathlib import Path

import pytest

from archive import regions
from crawler.config import ElectionSettings
from crawler.reading.pack import FILES, OPTIONAL, SHIPPED, load, parse
from crawler.reading.tables import PackError

DEFAULT = ElectionSettings().pack
PACK = load(DEFAULT, Path())
OFFICES = ("gubernur", "bupati", "wali kota")


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
        (date(2024, 10, 1), ["34"], None),
        (date(2024, 10, 1), ["34.02"], "kampanye"),
        (date(2024, 10, 1), ["31.71"], "kampanye"),
        (date(2024, 10, 1), ["64.02.05"], "kampanye"),
    ],
)
def test_the_phase_of_a_day_is_that_of_the_region(day: date, codes: list[str], phase: str | None) -> None:
    assert PACK.calendar.phase(day, codes) == phase


@pytest.mark.parametrize(
    ("codes", "votes"),
    [
        ([], [date(2024, 11, 27)]),
        (["64.72"], [date(2024, 11, 27)]),
        (["64.02.05"], [date(2024, 11, 27), date(2025, 4, 19)]),
        (["64"], [date(2024, 11, 27), date(2025, 4, 19), date(2025, 5, 24)]),
        (["64.72", "19.71"], [date(2024, 11, 27), date(2025, 8, 27)]),
        (["31.01.02"], [date(2024, 11, 27)]),
        (["34"], [date(2024, 11, 27)]),
    ],
    ids=["nowhere", "a-city", "a-kecamatan", "a-province-with-its-parts", "two", "a-part-of-one", "parts-alone-vote"],
)
def test_the_phases_around_regions_are_those_of_all_and_their_own(codes: list[str], votes: list[date]) -> None:
    around = PACK.calendar.around(codes)
    assert "kampanye" in {phase.name for phase in around if not phase.regions}
    assert [phase.start for phase in around if phase.rank == 1] == votes


def test_where_nobody_votes_there_is_no_phase() -> None:
    calendar = PACK.calendar
    bare = type(calendar)(calendar.phases, calendar.votes[:1], frozenset({"64"}))
    assert [phase for phase in bare.around(["63.03"]) if not phase.regions] == []


def test_the_regions_of_all_phases_exist() -> None:
    codes = {code for phase in PACK.calendar.phases for code in phase.regions}
    assert len(codes) > 25
    assert regions.unknown(codes) == []


def test_545_regions_vote_on_the_day_and_some_again() -> None:
    first = [vote for vote in PACK.calendar.votes if vote.day == date(2024, 11, 27)]
    counts = {elects: sum(len(vote.regions) for vote in first if vote.elects == elects) for elects in OFFICES}
    assert counts == {"gubernur": 37, "bupati": 415, "wali kota": 93}
    assert regions.unknown(PACK.calendar.voting) == []
    again = {code for vote in PACK.calendar.votes if vote not in first for code in vote.regions}
    assert len(again) == 26
    assert again == {code for phase in PACK.calendar.phases if phase.rank == 1 for code in phase.regions}


def test_a_pack_travels_as_its_texts_and_is_compiled_once_in_a_process() -> None:
    one, two = pickle.loads(pickle.dumps(PACK)), pickle.loads(pickle.dumps(PACK))
    assert one is two
    assert (one.version, one.calendar, one.entries) == (PACK.version, PACK.calendar, PACK.entries)
    assert len(pickle.dumps(PACK)) < 100_000, "a job of eight pages carries it once"


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
        ("words.tsv", "pilgub\tfor\t5", "pilgub", "line 4: the kind must be one of for, with, against, void, not nothing"),
        ("words.tsv", "pilgub\tfor\t5", "pilgub\tfor\tmuch", "line 4: the weight must be a number from 0 to 100, not much"),
        ("words.tsv", "pilgub\tfor\t5", "pilkada\tfor\t5", "line 4: pilkada stands twice"),
        ("words.tsv", "pilgub\tfor\t5", "--\tfor\t5", "line 4: an entry holds no word"),
        ("words.tsv", "pilgub\tfor\t5", "pilgub\tfor\t5\tKPUU", "line 4: KPUU is voided and is no entry of the table"),
        ("words.tsv", "pilgub\tfor\t5", "pilgub\tfor\t5\t\t\t", "line 4: 6 cells, where the table has 4 columns"),
        ("phases.tsv", "2024-01-26\t2024-11-18", "2024-01-26\t2024-13-18", "line 2: 2024-13-18 is no day such as 2024-11-27"),
        ("phases.tsv", "2024-01-26\t2024-11-18", "2024-01-26\t2023-11-18", "line 2: it ends before it starts"),
        ("phases.tsv", "persiapan\t9", "\t9", "line 2: the phase has no name"),
        ("phases.tsv", "persiapan\t9\t", "persiapan\t9\tKukar", "line 2: Kukar is no code of a region"),
        ("phases.tsv", "persiapan\t9\t", "persiapan\tfirst\t", "line 2: the rank must be a whole number, not first"),
        ("phases.tsv", "persiapan\t9\t", "persiapan\t9\t34", "line 2: 34 has a phase and no vote in "),
        ("regions.tsv", "2025-04-16\tbupati", "2025-04-16\t", "line 78: what is elected is named"),
        ("regions.tsv", "2025-04-16\tbupati\t72.08", "2025-04-16\tbupati\t72.08 72.08", "line 78: a region stands twice"),
        ("regions.tsv", "2025-04-16\tbupati\t72.08", "2025-04-16\tbupati\t72.99", "line 78: there is no region 72.99"),
        ("topics.tsv", "asn_netralitas\tnetralitas", "Netralitas!\tnetralitas", "line 7: a topic is named in small letters, digits and _, not Netralitas!"),
        ("topics.tsv", "asn_netralitas\tnetralitas\t1", "asn_netralitas\tnetralitas\tmuch", "line 7: the weight must be a number from 0 to 100, not much"),
        ("topics.tsv", "asn_netralitas\tnetralitas\t1", "asn_netralitas\tnetralitas …\t1", "line 7: a gap stands between two words"),
        ("topics.tsv", "asn_netralitas\tnetralitas\t1", "asn_netralitas\tnetral*\t1", "line 7: netral* is no word, nor some parted by |"),
        ("modality.tsv", "warned\timbau\n", "warned\timbau\nwarned\timbau\n", "line 6: imbau stands twice"),
        ("modality.tsv", "warned\timbau\n", "sure\timbau\n", "line 5: the kind must be one of warned, claim, denied, turn, plain, without, not sure"),
        ("modality.tsv", "without\tpsu", "without\tpsuu", "psuu is no topic of "),
        ("actors.csv", "id,name", "id,nama", "line 1: there is no column nama; they are id, name, aliases"),
        ("actors.csv", "id,name,aliases", "id;name;aliases", "line 1: the columns are parted by ; and must be parted by commas"),
        ("actors.csv", "id,name", "name,name", "line 1: the columns id, name must stand there, and none twice"),
        ("actors.csv", "akmal-malik,Akmal", "akmal malik,Akmal", "line 10: an id is a word without blanks, not akmal malik"),
        ("actors.csv", "akmal-malik,Akmal Malik,", "akmal-malik,Akmal Malik,malik;", "line 10: a name has a word with a capital, not malik"),
        ("actors.csv", "akmal-malik,Akmal", "seno-aji,Akmal", "line 10: seno-aji is Seno Aji on line 3"),
        ("actors.csv", "2023-10-02,2025-02-19", "2023-10-02,2022-02-19", "line 10: to is before from"),
        ("actors.csv", "2023-10-02,2025-02-19", "2023,2025-02-19", "line 10: 2023 is no day such as 2024-11-27"),
        ("actors.csv", "64,2023-10-02", "Kaltim,2023-10-02", "line 10: Kaltim is no code of a region"),
        ("actors.csv", "64,2023-10-02", "99,2023-10-02", "line 10: there is no region 99"),
        ("actors.csv", "no\nakmal", "no,no\nakmal", "line 9: 12 cells, where the table has 11 columns"),
        ("actors.csv", "akmal-malik,", '"akmal-malik,', "line 10: ',' expected after '\"'"),
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


def test_what_a_copy_leaves_out_is_not_looked_for(own: Path) -> None:
    for file in OPTIONAL:
        (own / file).unlink()
    bare = load(f"{own}/", Path())
    assert (bare.codebook.names, dict(bare.actors.listed), bare.calendar.votes) == ((), {}, ())
    assert bare.calendar.phase(date(2024, 10, 1), ["34"]) == "kampanye", "nobody said who votes"
    assert pickle.loads(pickle.dumps(bare)).version == bare.version != PACK.version


@pytest.mark.parametrize("file", OPTIONAL)
def test_each_of_these_files_may_be_left_out_alone(own: Path, file: str) -> None:
    (own / file).unlink()
    assert load(f"{own}/", Path()).version != PACK.version


def test_a_list_of_actors_of_ones_own_comes_before_the_packs_and_changes_the_digest(tmp_path: Path) -> None:
    (tmp_path / "actors.csv").write_text("name,id\nSari Melati,sari\n", "utf-8")
    pack = load(DEFAULT, tmp_path, own_actors="actors.csv")
    assert list(pack.actors.listed)[-1] == "sari"
    assert len(pack.actors.listed) == len(PACK.actors.listed) + 1
    assert pickle.loads(pickle.dumps(pack)).version == pack.version != PACK.version
    with pytest.raises(PackError, match=r"election\.actors: .*tokoh\.csv cannot be read: No such file"):
        load(DEFAULT, tmp_path, own_actors="tokoh.csv")
    (tmp_path / "actors.csv").write_text("name,id\nSari Melati,\n", "utf-8")
    with pytest.raises(PackError, match=r"actors\.csv, line 2: an id is a word without blanks, not nothing"):
        load(DEFAULT, tmp_path, own_actors="actors.csv")


def test_all_rows_of_the_starter_list_name_their_source_and_are_unreviewed() -> None:
    rows = list(csv.DictReader((SHIPPED / DEFAULT / "actors.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 100
    assert {row["reviewed"] for row in rows} == {"no"}
    assert all(row["source"] for row in rows)


def test_empty_tables_are_refused(own: Path) -> None:
    (own / "words.tsv").write_text("# nothing\n", "utf-8")
    with pytest.raises(PackError, match=r"words.tsv is empty"):
        load(f"{own}/", Path())


def test_texts_are_read_in_the_order_of_the_files() -> None:
    texts = tuple((SHIPPED / DEFAULT / file).read_text("utf-8") for file in FILES)
    assert parse(DEFAULT, (*texts, "")).version == PACK.version
