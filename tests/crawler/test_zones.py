import json

import pytest

from crawler.zones import index_of, same_clock, zone_in, zone_of


@pytest.mark.parametrize(
    ("named", "hours", "zone"),
    [
        ("Asia/Makassar", 8, "Asia/Makassar"),
        ("", 8, "Asia/Makassar"),
        ("", "7", "Asia/Jakarta"),
        ("", 9.0, "Asia/Jayapura"),
        ("", -3, "Etc/GMT+3"),
        ("", 5.5, None),
        ("", 10**400, None),
        ("", 0, None),
        ("UTC", 0, None),
        ("../../etc/passwd", 0, None),
        (["x"], {"y": 1}, None),
        (None, None, None),
    ],
)
def test_a_wordpress_tells_its_zone_unless_it_was_never_set(named: object, hours: object, zone: str | None) -> None:
    assert zone_of({"timezone_string": named, "gmt_offset": hours}) == zone


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"namespaces": "wp/v2"}', b"[" * 10_000, b'{"code": "rest_no"}'])
def test_only_an_index_is_one(body: bytes) -> None:
    assert index_of(body) is None
    assert index_of(json.dumps({"namespaces": ["wp/v2"]}).encode()) is not None


def test_pages_let_one_think_of_a_zone() -> None:
    offsets = '<time datetime="2024-11-01T09:00:00+08:00">'
    words = "Kamis, 3 Oktober 2024 | 10:22 WIB. Pukul 09.00 Wita."
    assert (zone_in([offsets, words]) or ("",))[0] == "Asia/Makassar"
    assert (zone_in([words, "pukul 13.40 WIB"]) or ("",))[0] == "Asia/Jakarta"
    assert zone_in(["Wita membaca 10 buku", "2024-11-01T09:00:00+00:00"]) is None


def test_zones_of_one_clock_are_alike() -> None:
    assert same_clock("Asia/Makassar", "Etc/GMT-8")
    assert not same_clock("Asia/Makassar", "Asia/Jakarta")
