import re
from datetime import date
from pathlib import Path

import pytest

from archive.records import Actor
from crawler.reading.actorlist import actors as listed
from crawler.reading.actors import actors
from crawler.reading.words import Words

LIST = """id,name,aliases,role,pair,party,region,from,to
rahmadi,Rahmadi Sanjaya,Bang Madi,bupati,,,64.02,2021-02-26,2024-09-24
rahmadi,Rahmadi Sanjaya,,calon bupati,Rahmadi-Lidia,pnb,64.02,2024-09-25,2024-11-27
lidia,Lidia Marpatan,,calon wakil bupati,Rahmadi-Lidia,,64.02,,
daud,Yohanes Da'ud bin Lingai,,calon bupati,,,64.02,,
fauzan-kukar,Ahmad Fauzan,,calon bupati,,,64.02,,
fauzan-barut,Ahmad Fauzan,,calon bupati,,,62.05,2024-09-22,2025-05-14
sanjaya,Putri Sanjaya,,anggota DPRD,,,64,,
pnb,Partai Nusa Baru,PNB,partai,,,,,
pas,Partai Amanah,PAS,partai,,,,,
kpu,KPU Kukar,,lembaga,,,64.02,,
"""
ACTORS = listed([(LIST, "actors.csv")])


def named(
    *texts: str, title: str = "", day: date | None = date(2024, 10, 1), regions: tuple[str, ...] = ("64.02",)
) -> dict[str, Actor]:
    return {one.id: one for one in actors(ACTORS, Words.of(title, texts), day=day, regions=(regions,))}


def spelled(actor: Actor) -> list[str]:
    return [span.text for span in actor.spans]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Calon bupati H. Rahmadi Sanjaya, S.Sos., tiba.", ["rahmadi"]),
        ("RAHMADI SANJAYA TIBA", ["rahmadi"]),
        ("rahmadi sanjaya tiba", []),
        ("Rahmadi tiba.", []),
        ("Bang Madi tiba.", ["rahmadi"]),
        ("Yohanes Da’ud Bin Lingai tiba.", ["daud"]),
        ("YOHANES DA'UD BIN LINGAI TIBA", ["daud"]),
        ("Pasangan Rahmadi-Lidia unggul.", ["rahmadi", "lidia"]),
        ("Rahmadi Sanjaya–Lidia Marpatan unggul.", ["rahmadi", "lidia"]),
        ("Kader PNB dan Partai Amanah.", ["pas", "pnb"]),
        ("Waktunya pas, kata seorang ibu.", []),
        ("Ketua KPU bicara. KPU Kukar hadir.", ["kpu"]),
    ],
)
def test_names_are_matched_as_they_are_written(text: str, ids: list[str]) -> None:
    assert sorted(named(text)) == sorted(ids)


def test_a_single_name_counts_after_the_whole_one_and_in_the_headline() -> None:
    found = named(
        "Rahmadi Sanjaya hadir.", "Menurut Rahmadi, aman. Bupati Kukar Rahmadi pulang.", title="Rahmadi Hadir"
    )
    assert spelled(found["rahmadi"]) == ["Rahmadi", "Rahmadi Sanjaya", "Rahmadi", "Rahmadi"]


@pytest.mark.parametrize(
    "more", ["Rahmadi Hakim juga hadir.", "Hadir pula Andi Rahmadi."], ids=["followed", "preceded"]
)
def test_a_single_name_that_another_full_name_shares_is_nobodys(more: str) -> None:
    assert spelled(named("Rahmadi Sanjaya hadir.", more, "Rahmadi diam.")["rahmadi"]) == ["Rahmadi Sanjaya"]


def test_a_single_name_that_two_of_the_list_share_is_nobodys() -> None:
    found = named("Rahmadi Sanjaya dan Putri Sanjaya hadir.", "Sanjaya diam, Putri tertawa.")
    assert spelled(found["rahmadi"]) == ["Rahmadi Sanjaya"]
    assert spelled(found["sanjaya"]) == ["Putri Sanjaya", "Putri"]


def test_no_word_of_a_party_or_of_a_body_stands_for_it_alone() -> None:
    assert spelled(named("Partai Amanah menang. Partai itu lahir lama. Amanah, katanya.")["pas"]) == ["Partai Amanah"]


@pytest.mark.parametrize(
    ("regions", "day", "ids"),
    [
        (("64.02",), date(2024, 10, 1), ["fauzan-kukar"]),
        (("62",), date(2024, 10, 1), ["fauzan-barut"]),
        (("62.05.01",), None, ["fauzan-barut"]),
        (("64.02", "62"), None, []),
        ((), None, []),
    ],
)
def test_two_of_one_name_are_told_apart_by_region_or_not_at_all(
    regions: tuple[str, ...], day: date | None, ids: list[str]
) -> None:
    assert list(named("Ahmad Fauzan hadir.", day=day, regions=regions)) == ids


@pytest.mark.parametrize(
    ("day", "role"),
    [
        (date(2024, 9, 24), "bupati"),
        (date(2024, 10, 1), "calon bupati"),
        (date(2025, 3, 1), "calon bupati"),
        (date(2020, 1, 1), "bupati"),
        (None, "bupati"),
    ],
    ids=["in-office", "candidate", "nearest-before", "nearest-after", "no-day"],
)
def test_the_role_is_that_of_the_day_else_the_nearest(day: date | None, role: str) -> None:
    assert named("Rahmadi Sanjaya hadir.", day=day)["rahmadi"].role == role


def test_who_weighs_most_comes_first_and_spans_are_in_the_order_of_the_text() -> None:
    found = named("Putri Sanjaya hadir.", "Lidia Marpatan pulang. Putri diam.", title="Lidia Marpatan Pulang")
    assert list(found) == ["lidia", "sanjaya"]
    assert [(span.field, span.start) for span in found["lidia"].spans] == [("title", 0), ("body", 22)]


def test_the_users_rows_of_an_id_take_the_place_of_the_packs() -> None:
    own = "id,name,role\nrahmadi,Rahmadi Hakim,wartawan\n"
    both = listed([(LIST, "pack"), (own, "own")])
    assert both.listed["rahmadi"].role(None) == "wartawan"
    assert [one.id for one in actors(both, Words.of("", ["Rahmadi Sanjaya hadir."]), day=None, regions=())] == []


def test_the_list_that_the_readme_shows_can_be_used() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"^```csv\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    words = Words.of("Pak Rahmadi dan PNB", ["Rahmadi-Lidia hadir."])
    found = actors(listed([(shown, "README.md")]), words, day=date(2024, 10, 1), regions=())
    assert {one.id: one.role for one in found} == {
        "rahmadi": "calon bupati",
        "pnb": "partai",
        "lidia": "calon wakil bupati",
    }


def test_titles_and_degrees_of_a_list_do_not_matter() -> None:
    rows = 'id,name,aliases\nsri,"Dr. Hj. Sri Melati, S.E., M.Si",H. Melati\nbudi,Budi,\nmas,Mas\'ud Rahim S.Pd,\n'
    own = listed([(rows, "actors.csv")])

    def found(text: str) -> list[str]:
        return [span.text for one in actors(own, Words.of("", [text]), day=None, regions=()) for span in one.spans]

    assert found("Sri Melati tiba. Ibu Melati menyapa.") == ["Sri Melati", "Melati"]
    assert found("Bupati Dr. Hj. Sri Melati, S.E., M.Si. tiba.") == ["Sri Melati"]
    assert found("Mas'ud Rahim tiba.") == ["Mas'ud Rahim"]
    assert found("Melati layu, ud Rahim pulang.") == []


def test_a_name_is_none_across_a_sentence_or_a_list_nor_within_a_longer_one() -> None:
    rows = "id,name\nmadi,Rahmadi Sanjaya\nanton,Moch. Anton\nbudi,Budi\n"
    own = listed([(rows, "actors.csv")])

    def found(text: str) -> list[str]:
        return [one.id for one in actors(own, Words.of("", [text]), day=None, regions=())]

    assert found("Yang hadir Rahmadi, Sanjaya, dan Lidia.") == []
    assert found("Begitu kata Rahmadi. Sanjaya menolak.") == []
    assert found("Turut hadir Moch. Anton.") == ["anton"]
    assert found("Turut hadir Budi Santoso dan Agus Budi.") == []
    assert found("Calon bupati Budi menyapa Agus Budi.") == ["budi"]
