"""What an article is and was does not depend on the order in which the archive learned of the looks at it."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from archive import articles, versions
from archive.models import Visit
from archive.records import Outcome
from archive.store import Saved
from archive.stories import ArticleKey, ReadingSource, Version

DEBATE = (
    "KPU Kutai Barat menggelar debat kedua calon bupati di Melak pada Rabu malam. Tiga pasangan calon hadir lengkap dan"
    " memaparkan rencana mereka soal jalan, sekolah, dan harga sawit di hadapan ratusan pendukung."
)
FLOOD = (
    "Hujan dua hari membuat sungai meluap, ratusan rumah tergenang setinggi lutut. Warga mengungsi ke gedung sekolah"
    " sambil menunggu bantuan perahu karet dari badan penanggulangan bencana kabupaten."
)
LOOKS = {
    "comes-back": (("satu", 0), ("dua", 1), ("satu", 2), ("satu", 3)),
    "edited-twice": (("satu", 0), ("satu", 1), ("dua", 2), ("tiga", 3)),
    "there-and-back": (("satu", 0), ("dua", 1), ("satu", 2), ("dua", 3)),
}


def look(
    bench: Any, desk: Any, text: str, hours: int, *, path: str = "/a/", wp: str | None = None, **said: Any
) -> Saved:
    before = bench.clock
    bench.clock = before + timedelta(hours=hours)
    saved: Saved = desk.store(path, "Judul", text, wp=wp, **said)
    bench.clock = before
    return saved


def state(bench: Any, uid: str) -> tuple[Any, ...]:
    with bench.database.read() as connection:
        record = articles.by_uid(connection, [uid])[uid]
        history = versions.history(connection, uid)
        texts = connection.execute(
            select(Version.since, Visit.at).join(Visit, Visit.id == Version.first_visit_id).order_by(Version.since)
        ).all()
    assert all(row.since == row.at for row in texts), "a version is known by the first look at it"
    shown = {name: record[name] for name in ("uid", "body", "first_seen_at", "last_seen_at", "versions", "changed")}
    return shown, [(version["since"], version["text_sha256"]) for version in history]


@pytest.mark.parametrize("looks", LOOKS.values(), ids=LOOKS)
def test_every_order_gives_the_same_history(bench: Any, looks: Sequence[tuple[str, int]]) -> None:
    found = []
    for number, order in enumerate(permutations(looks)):
        desk = bench.begin(f"kabar{number}")
        uid = [look(bench, desk, text, hours).uid for text, hours in order][-1]
        found.append(state(bench, uid))
    shown, history = found[0]
    assert len(history) == len([1 for at, (text, _) in enumerate(looks) if not at or looks[at - 1][0] != text])
    assert shown["body"] == looks[-1][0]
    for other, others in found:
        assert {**other, "uid": ""} == {**shown, "uid": ""}
        assert others == history


def test_an_older_look_is_an_earlier_version_and_what_is_shown_stays(bench: Any) -> None:
    desk = bench.begin()
    assert look(bench, desk, "baru", 9).outcome is Outcome.NEW
    assert look(bench, desk, "lama", 1).outcome is Outcome.REVISED
    assert look(bench, desk, "lama", 2).outcome is Outcome.UNCHANGED
    last = look(bench, desk, "lama", 0)
    assert last.outcome is Outcome.UNCHANGED
    shown, history = state(bench, last.uid)
    assert (shown["body"], shown["versions"]) == ("baru", 2)
    assert (shown["first_seen_at"], shown["last_seen_at"]) == ("2024-11-25T01:30:15Z", "2024-11-25T10:30:15Z")
    assert [since for since, _ in history] == ["2024-11-25T01:30:15Z", "2024-11-25T10:30:15Z"]


def test_an_older_look_at_the_text_that_is_shown_adds_its_capture_and_what_nobody_said_later(bench: Any) -> None:
    desk = bench.begin()
    uid = look(bench, desk, "isi", 9).uid
    look(bench, desk, "isi", 5)
    with bench.database.read() as connection:
        assert len(connection.execute(select(ReadingSource)).all()) == 2
        assert articles.by_uid(connection, [uid])[uid]["authors"] == []
    look(bench, desk, "isi", 3, authors=("Rina Kartika",))
    look(bench, desk, "isi", 2, authors=("Sabran",))
    with bench.database.read() as connection:
        assert articles.by_uid(connection, [uid])[uid]["authors"] == ["Rina Kartika"]


def test_an_older_story_at_an_address_is_a_story_of_its_own_and_takes_nothing_over(bench: Any) -> None:
    desk = bench.begin()
    today = look(bench, desk, "debat", 9, wp="12")
    before = look(bench, desk, "banjir", 1, wp="3")
    assert before.outcome is Outcome.NEW
    assert before.uid != today.uid
    assert look(bench, desk, "debat", 10, wp="12").uid == today.uid
    assert look(bench, desk, "debat publik", 11).uid == today.uid, "the address is the newer story's"
    with bench.database.read() as connection:
        assert articles.resolve(connection, "http://kabar.test/a/") == today.uid
        held = connection.execute(select(ArticleKey.since, ArticleKey.until).where(ArticleKey.value == "/a/")).all()
    assert sorted(row.until is None for row in held) == [False, True]


def test_an_older_look_at_a_story_whose_address_was_used_again_is_of_that_story(bench: Any) -> None:
    desk = bench.begin()
    debate, flood = ("Debat Kedua Digelar di Melak", DEBATE), ("Banjir Merendam Tiga Kecamatan", FLOOD)
    bench.pass_time(days=3)
    first = desk.store("/jadwal", *debate, published_date=date(2024, 11, 25))
    bench.pass_time(days=9)
    second = desk.store("/jadwal", *flood, published_date=date(2024, 12, 6))
    assert first.uid != second.uid
    bench.pass_time(days=-11)
    older = desk.store("/jadwal", debate[0], f"{DEBATE} Jadwalnya belum pasti.", published_date=date(2024, 11, 25))
    assert (older.outcome, older.uid) == (Outcome.REVISED, first.uid)
    shown, history = state(bench, first.uid)
    assert (shown["body"], len(history)) == (DEBATE, 2)
    with bench.database.read() as connection:
        assert articles.resolve(connection, "http://kabar.test/jadwal") == second.uid
