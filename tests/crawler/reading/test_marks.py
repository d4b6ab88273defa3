"""Every flag: where it is raised, where it is held back, and that the README explains it."""

import re
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from archive.records import Trust
from crawler.reading.dateline import Dateline
from crawler.reading.dates import Moment
from crawler.reading.marks import FLAGS, flags, language_of

WITA = timezone(timedelta(hours=8))
AT = datetime(2024, 11, 21, 9, tzinfo=WITA)
TEXT = (
    "Logistik pilkada tiba di gudang kabupaten dan diperiksa petugas satu per satu sampai larut. "
    "Tiga kotak suara yang rusak dicatat dan dilaporkan kepada pengawas. "
    "Sisanya disimpan di ruang yang dikunci dan dijaga polisi siang dan malam."
)


def of(*more: str, published: date | None = date(2024, 11, 20), **given: object) -> tuple[str, ...]:
    said = Moment(published, None, Trust.PAGE) if published else None
    return flags((TEXT, *more), published=said, at=AT, outlet=("Kabar Contoh",), **given)  # type: ignore[arg-type]


def test_the_readme_explains_every_flag_in_the_same_words() -> None:
    readme = Path(__file__).resolve().parents[3].joinpath("README.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)`\s+\| (.+?)\s+\|$", readme, re.MULTILINE)
    assert {name: meaning for name, meaning in rows if name in FLAGS} == FLAGS


def test_a_plain_text_has_no_flag() -> None:
    assert of() == ()


def test_all_flags_stand_in_the_order_of_the_list() -> None:
    found = flags(
        ("Rabu (21/11/2024) suaга â€œsah",),
        published=Moment(date(2025, 1, 1), None, Trust.PAGE),
        in_url=Moment(date(2024, 1, 1), None, Trust.URL),
        dateline=Dateline(printed="X", rest="", outlet="warta.id"),
        outlet=("Kabar Contoh",),
        at=AT,
        parts_missing=True,
        offsite=True,
        republished=True,
    )
    assert found == tuple(FLAGS)


@pytest.mark.parametrize(
    "words",
    [
        "Rapat digelar Rabu (21/11/2024).",
        "Rapat digelar Rabu, 21 November 2024.",
        "Rapat digelar Rabu ,21 November 2024.",
        "Rapat digelar Rabu 21 November 2024 siang.",
        "Rapat digelar Rabu 21/11/2024.",
        "Rapat digelar rabu,(21/11/24).",
        "Rapat digelar Rabu 21-11-2024.",
        "Rapat digelar Rabu malam (21/11/2024).",
        "Rapat digelar Rabu dini hari waktu setempat (21/11/2024).",
        "Rapat digelar Rabu (21/11/2024) malam.",
        "Rapat digelar hari Rabu tanggal 21 November 2024.",
        "Rapat digelar Rabu kemarin (21/11/2024).",
        "Rapat digelar Rabu, 21 November2024.",
        "Rapat digelar Rabu, 21 Nopember 2024.",
        "Rapat digelar Rabu (21 Nov 2024).",
        "Rapat digelar Jum'at (21/11/2024).",
        "Rapat digelar Jum’at, 21 November 2024.",
        "Rapat digelar Ahad (21/11/2024).",
        "Rapat digelar Minggu (21/11/2024).",
        "Rapat digelar Kamis (31/11/2024).",
        "Rapat digelar Kamis (21/11/2024), lalu diulang Rabu (22/11/2024).",
    ],
)
def test_a_weekday_that_does_not_fit_its_date_is_flagged(words: str) -> None:
    assert of(words) == ("weekday_mismatch",)


@pytest.mark.parametrize(
    "words",
    [
        "Rapat digelar Kamis (21/11/2024).",
        "Rapat digelar Jum'at (22/11/2024) dan Sabtu, 23 November 2024.",
        "Rapat digelar Ahad malam (24/11/24).",
        "Rapat digelar Senin-Rabu (18-20/11/2024).",
        "Rapat digelar Senin-Rabu, 18-20 November 2024.",
        "Rapat digelar Senin - Rabu (18/11/2024 - 20/11/2024).",
        "Rapat digelar Senin dan Selasa (18/11/2024 dan 19/11/2024).",
        "Rapat digelar Senin hingga Rabu, 18 hingga 20 November 2024.",
        "Rapat digelar Rabu (21/11).",
        "Rapat digelar Rabu. 21 November 2024 adalah hari libur.",
        "Dalam dua minggu, 21 November 2024, hasilnya keluar.",
        "Pada Rabu, 27 November 24 TPS dibuka.",
        "Menurut putusan 21/11/2024, Rabu nanti rapat digelar.",
        "Perkara Rabu nomor 21/11/2024/PHPU dibacakan.",
    ],
)
def test_a_weekday_that_fits_or_has_no_date_of_its_own_is_not_flagged(words: str) -> None:
    assert of(words) == ()


def test_the_weekday_in_a_dateline_counts() -> None:
    dateline = Dateline(printed="SAMPIT, Rabu (21/11/2024) –", rest="")
    assert of(dateline=dateline) == ("weekday_mismatch",)


@pytest.mark.parametrize(
    ("printed", "copied"),
    [
        ("KABARCONTOH.COM", False),
        ("kabar contoh", False),
        ("KC", False),
        ("PM", False),
        ("Kabar Contoh Kaltim", False),
        ("kabarlain.id", True),
        ("ANTARA", True),
        ("DKPP", True),
    ],
)
def test_a_dateline_of_another_outlet_is_a_copied_story(printed: str, copied: bool) -> None:
    dateline = Dateline(printed=f"SAMPIT, {printed} –", rest="", outlet=printed)
    assert of(dateline=dateline) == ("copied_dateline",) * copied


@pytest.mark.parametrize(
    "words", ["Rapat digelar hari ini (19/11/2024).", "Hari ini, Selasa (19/11/2024), rapat digelar."]
)
def test_a_day_that_the_text_calls_todays_contradicts_another(words: str) -> None:
    assert of(words) == ("date_conflict",)
    assert of(words, published=date(2024, 11, 19)) == ()


def test_a_dateline_s_day_contradicts_another() -> None:
    dateline = Dateline(printed="SAMPIT, 19 November 2024 –", rest="", day="19 November 2024")
    assert of(dateline=dateline) == ("date_conflict",)
    assert of(dateline=dateline, published=date(2024, 11, 19)) == ()


def test_an_events_day_contradicts_nothing() -> None:
    assert of("Rapat digelar Selasa (19/11/2024). Hari ini petugas libur.") == ()


@pytest.mark.parametrize(
    ("day", "raised"), [(22, ()), (23, ("future_date",))], ids=["a day ahead is a zone", "two are not"]
)
def test_a_day_ahead_of_the_visit_is_kept_and_flagged(day: int, raised: tuple[str, ...]) -> None:
    assert of(published=date(2024, 11, day)) == raised


@pytest.mark.parametrize(
    ("words", "raised"),
    [
        ("â€œNetral,â€ katanya.", "mojibake"),
        ("βInsya Allah kita netral", "mojibake"),
        ("ΓÇ£NetralΓÇ¥ katanya", "mojibake"),
        ("katanya\ufffd", "mojibake"),
        ("âNetral, katanya", "mojibake"),
        ("surat suaга sah", "lookalikes"),
        ("Βawaslu dan KPU", "lookalikes"),
        ("petugas КPU tiba", "lookalikes"),
    ],
)
def test_damaged_letters_are_flagged(words: str, raised: str) -> None:
    assert of(words) == (raised,)


@pytest.mark.parametrize(
    "words",
    ["“Netral,” katanya – di kafé Señor Ângela", "vitamin β-karoten 5 μg", "Москва dan Αθήνα", "«Aman» 51,28 %"],
)
def test_whole_letters_are_not(words: str) -> None:
    assert of(words) == ()


@pytest.mark.parametrize(
    ("declared", "found"),
    [("id-ID", "id"), ("EN_us", "en"), ("x-default", None), ("ind", None), ("日本", None), ("", None), (None, None)],
)
def test_a_declared_language_counts_where_the_words_say_none_and_it_is_one(
    declared: str | None, found: str | None
) -> None:
    assert language_of(("2.130 kotak.",), declared) == found
