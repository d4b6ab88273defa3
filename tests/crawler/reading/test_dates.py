from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from archive.records import Trust
from crawler.reading.dates import Moment, moment, printed_moment, relative_moment, url_moment

WITA = ZoneInfo("Asia/Makassar")


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2024-11-19T20:30:00+00:00", "2024-11-20T04:30:00+08:00"),
        ("2024-11-19T20:30:00Z", "2024-11-20T04:30:00+08:00"),
        ("2024-11-20T04:30:00+08:00", "2024-11-20T04:30:00+08:00"),
        ("2024-11-20 04:30:00", "2024-11-20T04:30:00+08:00"),
    ],
)
def test_a_time_is_brought_to_the_outlets_zone_before_its_day_is_taken(value: str, at: str) -> None:
    found = moment(value, WITA, Trust.JSONLD)
    assert found
    assert found.at
    assert (found.day, found.at.isoformat()) == (date(2024, 11, 20), at)
    assert found.at.tzinfo == timezone(timedelta(hours=8))


def test_a_gmt_time_without_offset_is_utc() -> None:
    found = moment("2024-11-19T20:30:00", WITA, Trust.API, naive=UTC)
    assert found
    assert found.day == date(2024, 11, 20)


def test_a_day_without_a_time_has_none() -> None:
    found = moment("2024-11-20", WITA, Trust.META)
    assert found
    assert (found.day, found.at) == (date(2024, 11, 20), None)


@pytest.mark.parametrize(
    "value", [None, "", "kemarin", "0000-00-00T00:00:00", "2024-13-40", "0001-01-01T00:00:00", 20241120, {}]
)
def test_what_is_no_date_is_unknown(value: object) -> None:
    assert moment(value, WITA, Trust.JSONLD) is None


@pytest.mark.parametrize(
    ("text", "day", "clock"),
    [
        ("Jum'at, 09 Februari 2024 | 13:40 WITA", date(2024, 2, 9), "13:40:00+08:00"),
        ("MINGGU, 08 DESEMBER 2024 | 06:26 WIB", date(2024, 12, 8), "07:26:00+08:00"),
        ("Kamis 29 Aug 2024 - 13:15 WIB", date(2024, 8, 29), "14:15:00+08:00"),
        ("20-November-24, 03:42", date(2024, 11, 20), "03:42:00+08:00"),
        ("Selasa, 10 Des 2024 13.33", date(2024, 12, 10), "13:33:00+08:00"),
        ("5 Nopember 2024", date(2024, 11, 5), None),
        ("Published November 20, 2024", date(2024, 11, 20), None),
        ("Senin (05/09/2024)", date(2024, 9, 5), None),
        ("Senin, 11 November2024", date(2024, 11, 11), None),
        ("Wati Lestari • 14 May 2025 17:43", date(2025, 5, 14), "17:43:00+08:00"),
        ("JUM’AT, 5 PEBRUARI 2024 | 06.26 WITA", date(2024, 2, 5), "06:26:00+08:00"),
        ("Ahad, 8 Des. 2024 pukul 14.30 WIT", date(2024, 12, 8), "13:30:00+08:00"),
        ("30 Agt 2024", date(2024, 8, 30), None),
        ("3 Agst 2024", date(2024, 8, 3), None),
        ("7 Peb 2024", date(2024, 2, 7), None),
        ("Rabu, 20/Nov/2024", date(2024, 11, 20), None),
        ("Senin, 12/08/24 10:00", date(2024, 8, 12), "10:00:00+08:00"),
        ("2024/11/20 13:40:05", date(2024, 11, 20), "13:40:05+08:00"),
        ("13:15 WIB, 29 Agustus 2024", date(2024, 8, 29), "14:15:00+08:00"),
        ("06.26 WITA Minggu, 08 Desember 2024", date(2024, 12, 8), "06:26:00+08:00"),
        ("8 Des 2024 23:30 WIB", date(2024, 12, 9), "00:30:00+08:00"),
        ("20 November 2024 12:05 am", date(2024, 11, 20), "00:05:00+08:00"),
        ("20 November 2024 | 1.25 kali dilihat", date(2024, 11, 20), None),
        ("20 November 2024 dibaca 3.41 menit", date(2024, 11, 20), None),
        ("Diperbarui 21 November 2024 | Terbit 20 November 2024 08:00", date(2024, 11, 20), "08:00:00+08:00"),
    ],
)
def test_a_printed_date_is_read(text: str, day: date, clock: str | None) -> None:
    found = printed_moment(text, WITA)
    assert found
    assert found.day == day
    assert (found.at and found.at.timetz().isoformat()) == clock


@pytest.mark.parametrize(
    "text",
    [
        "2 hari yang lalu",
        "31 Februari 2024",
        "Nomor 10 Tahun 2016",
        "Mei 2024",
        "Diperbarui: 21 November 2024",
        "versi 1.2.3.2024",
    ],
)
def test_what_is_not_a_whole_date_is_not_guessed(text: str) -> None:
    assert printed_moment(text, WITA) is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://contoh.test/pilkada/05/09/2024/judul/", date(2024, 9, 5)),
        ("https://contoh.test/2024/09/05/judul/", date(2024, 9, 5)),
        ("https://contoh.test/pilkada/31/02/2024/judul/", None),
        ("https://contoh.test/judul-2024/", None),
    ],
)
def test_the_day_in_an_address_is_day_first(url: str, day: date | None) -> None:
    found = url_moment(url)
    assert (found.day if found else None) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3 jam yang lalu", date(2024, 11, 10)),
        ("7 jam yang lalu", date(2024, 11, 10)),
        ("8 jam yang lalu", None),
        ("9 jam yang lalu", date(2024, 11, 9)),
        ("40 menit lalu", date(2024, 11, 10)),
        ("Oleh Andi • 1 hour ago", date(2024, 11, 10)),
        ("1 jam 20 menit yang lalu", date(2024, 11, 10)),
        ("2 hari yang lalu", None),
        ("2 days ago", None),
        ("1 minggu yang lalu", None),
        ("5 bulan yang lalu", None),
        ("1 bulan 3 jam yang lalu", None),
        ("kemarin", None),
        ("3 jam lagi", None),
        ("10 November 2024", None),
    ],
)
def test_a_relative_date_names_a_day_only_where_it_leaves_one(text: str, day: date | None) -> None:
    at = datetime(2024, 11, 10, 0, 30, tzinfo=UTC)
    found = relative_moment(text, at, WITA, Trust.LISTING)
    assert found == (Moment(day, None, Trust.LISTING) if day else None)


def test_a_relative_date_is_counted_back_over_the_outlets_midnight() -> None:
    at = datetime(2024, 11, 9, 16, 30, tzinfo=UTC)
    found = relative_moment("10 menit yang lalu", at, WITA, Trust.LISTING)
    assert found
    assert found.day == date(2024, 11, 10)


def test_an_english_ordinal_before_the_month_is_read() -> None:
    told = printed_moment("20th November 2024", ZoneInfo("Asia/Makassar"))
    assert told is not None
    assert told.day == date(2024, 11, 20)
