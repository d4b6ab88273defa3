from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from archive import articles, changes, projections, versions
from archive.identity import make_uid
from archive.records import ChangeKind, Key, Outcome, Reading, Related, Removed, Role, Trust
from archive.store import text_digest
from archive.stories import Article, ArticleKey, Change, ReadingRow, Version
from archive.visits import unread_again

ON_BOTH_DATABASES = True

TEXT = ("Bawaslu mengawasi surat suara.", "“Kami siap,” kata ketuanya.")


def told_of(bench: Any) -> list[tuple[int, str, ChangeKind]]:
    with bench.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(Change.sequence, Change.uid, Change.kind))]


def number_of(bench: Any, model: Any) -> int:
    with bench.database.read() as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


def record(bench: Any, uid: str) -> dict[str, Any]:
    with bench.database.read() as connection:
        return articles.by_uid(connection, [uid])[uid]


def test_a_text_is_new_then_unchanged_then_revised(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/a/", "Judul", *TEXT)
    bench.pass_time(hours=1)
    again = desk.store("/a/", "Judul", *TEXT)
    bench.pass_time(hours=1)
    other = desk.store("/a/", "Judul", *TEXT, "Ralat: besok.")
    assert [one.outcome for one in (first, again, other)] == [Outcome.NEW, Outcome.UNCHANGED, Outcome.REVISED]
    assert first.uid == again.uid == other.uid
    assert first.text_sha256 == again.text_sha256 != other.text_sha256
    assert number_of(bench, Article) == 1
    assert number_of(bench, Version) == 2
    held = record(bench, first.uid)
    assert held["body"] == "\n\n".join((*TEXT, "Ralat: besok."))
    assert (held["version"], held["versions"], held["changed"]) == (2, 2, True)
    assert (held["first_seen_at"], held["last_seen_at"]) == ("2024-11-25T01:30:15Z", "2024-11-25T03:30:15Z")


def test_a_text_that_comes_back_is_a_version_of_its_own(bench: Any) -> None:
    desk = bench.begin()
    outcomes = [desk.store("/a/", "Judul", body).outcome for body in ("satu", "dua", "satu")]
    assert outcomes == [Outcome.NEW, Outcome.REVISED, Outcome.REVISED]
    assert number_of(bench, Version) == 3


def test_every_version_keeps_its_text(bench: Any) -> None:
    desk = bench.begin()
    uid, _ = [desk.store("/a/", "Judul", body).uid for body in ("satu", "dua")]
    with bench.database.read() as connection:
        history = versions.history(connection, uid)
    assert [one["version"] for one in history] == [1, 2]
    assert [one["text_sha256"] for one in history] == [
        text_digest(Reading(title="Judul", body=(body,))) for body in ("satu", "dua")
    ]
    assert number_of(bench, ReadingRow) == 2


def test_a_further_address_with_the_same_text_is_the_same_article(bench: Any) -> None:
    desk = bench.begin()
    first, further = desk.store("/a/", "Judul", *TEXT), desk.store("/b/", "Judul", *TEXT)
    assert (further.outcome, further.uid) == (Outcome.UNCHANGED, first.uid)
    assert number_of(bench, Article) == 1
    for name in ("/a/", "/b/", "http://kabar.test/a/", "http://kabar.test/b/"):
        with bench.database.read() as connection:
            assert articles.resolve(connection, name) == first.uid
    assert record(bench, first.uid)["canonical_url"] == "http://kabar.test/a/"


def test_the_same_text_at_another_outlet_is_an_article_of_its_own(bench: Any) -> None:
    first = bench.begin("kabar").store("/a/", "Judul", *TEXT)
    other = bench.begin("suara").store("/a/", "Judul", *TEXT)
    assert (first.outcome, other.outcome) == (Outcome.NEW, Outcome.NEW)
    assert first.uid != other.uid


def test_a_story_that_moved_is_known_by_its_number(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/lama/", "Judul", *TEXT, wp="7")
    moved = desk.store("/baru/", "Judul baru", *TEXT, wp="7")
    assert (moved.outcome, moved.uid) == (Outcome.REVISED, first.uid)
    for name in ("/lama/", "/baru/"):
        with bench.database.read() as connection:
            assert articles.resolve(connection, name) == first.uid


def test_an_address_that_another_story_took_over_is_that_storys(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/jadwal/", "Jadwal debat pertama", "Debat pertama besok.", wp="7")
    bench.pass_time(days=1)
    second = desk.store("/jadwal/", "Jadwal debat kedua", "Debat kedua besok.", wp="9")
    assert second.outcome is Outcome.NEW
    assert second.uid == make_uid("kabar", "/jadwal/", 1) != first.uid == make_uid("kabar", "/jadwal/", 0)
    with bench.database.read() as connection:
        assert articles.resolve(connection, "/jadwal/") == second.uid
        keys = connection.execute(
            select(ArticleKey.scheme, ArticleKey.value, ArticleKey.until.is_(None)).order_by(ArticleKey.id)
        ).all()
    assert [tuple(key) for key in keys] == [
        ("wp", "7", True), ("address", "/jadwal/", False), ("wp", "9", True), ("address", "/jadwal/", True)
    ]  # fmt: skip
    assert desk.store("/jadwal-1/", "Jadwal debat pertama", "Debat pertama besok.", wp="7").uid == first.uid


def test_a_number_that_is_met_later_is_added_to_the_story_at_its_address(bench: Any) -> None:
    desk = bench.begin()
    page = desk.store("/a/", "Judul", *TEXT)
    numbered = desk.store("/a/", "Judul lain", *TEXT, wp="7")
    assert (numbered.outcome, numbered.uid) == (Outcome.REVISED, page.uid)
    assert desk.store("/b/", "Judul lain", *TEXT, "Lagi.", wp="7").uid == page.uid


def test_a_page_that_says_no_number_is_the_story_at_its_address(bench: Any) -> None:
    desk = bench.begin()
    numbered = desk.store("/a/", "Judul", *TEXT, wp="7")
    assert desk.store("/a/", "Judul", *TEXT, "Lagi.").uid == numbered.uid


@pytest.mark.parametrize(
    ("title", "body"),
    [
        pytest.param("Judul", ("Bawaslu  mengawasi\tsurat suara.", "“Kami siap,” kata ketuanya."), id="blanks"),
        pytest.param("Judul", ("Bawaslu mengawasi surat suara.", '"Kami siap," kata ketuanya.'), id="straight quotes"),
        pytest.param("Judul", ("Bawaslu mengawasi surat suara.", "„Kami siap,” kata ketuanya."), id="low quotes"),
        pytest.param(" Judul ", TEXT, id="blanks round the headline"),
    ],
)
def test_quotes_and_blanks_make_no_version(bench: Any, title: str, body: tuple[str, ...]) -> None:
    desk = bench.begin()
    first = desk.store("/a/", "Judul", *TEXT)
    again = desk.store("/a/", title, *body)
    assert (again.outcome, again.text_sha256) == (Outcome.UNCHANGED, first.text_sha256)
    assert number_of(bench, Version) == 1


@pytest.mark.parametrize(
    ("title", "body"),
    [
        pytest.param("Judul!", TEXT, id="headline"),
        pytest.param("Judul", TEXT[:1], id="a block less"),
        pytest.param("Judul", TEXT[::-1], id="order"),
        pytest.param("Judul", (" ".join(TEXT),), id="blocks joined"),
        pytest.param("Judul", (TEXT[0].lower(), TEXT[1]), id="case"),
        pytest.param("Judul " + TEXT[0], TEXT[1:], id="headline and block joined"),
    ],
)
def test_another_text_makes_a_version(bench: Any, title: str, body: tuple[str, ...]) -> None:
    desk = bench.begin()
    desk.store("/a/", "Judul", *TEXT)
    assert desk.store("/a/", title, *body).outcome is Outcome.REVISED


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4), st.text("ab “”'\"\n", max_size=9))
def test_composition_of_letters_makes_no_other_text(blocks: list[str], title: str) -> None:
    import unicodedata

    plain = Reading(title=title, body=tuple(blocks))
    taken_apart = Reading(
        title=unicodedata.normalize("NFD", title), body=tuple(unicodedata.normalize("NFD", one) for one in blocks)
    )
    assert text_digest(plain) == text_digest(taken_apart)


@pytest.mark.parametrize(
    "said",
    [
        {"section": "Politik"},
        {"tags": ("pilkada",)},
        {"authors": ("Rina",)},
        {"published_at": datetime(2024, 11, 24, 9, tzinfo=UTC), "published_source": Trust.META},
        {"modified_at": datetime(2024, 11, 25, 9, tzinfo=UTC)},
        {"removed": (Removed(rule="share", text="Bagikan"),)},
        {"related": (Related(text="Baca juga", url="http://kabar.test/x/"),)},
        {"flags": ("short",)},
    ],
    ids=lambda said: next(iter(said)),
)
def test_other_metadata_make_a_reading_and_no_version(bench: Any, said: dict[str, Any]) -> None:
    desk = bench.begin()
    first = desk.store("/a/", "Judul", *TEXT)
    again = desk.store("/a/", "Judul", *TEXT, **said)
    assert again.outcome is Outcome.UNCHANGED
    assert (number_of(bench, ReadingRow), number_of(bench, Version)) == (2, 1)
    assert [kind for _, _, kind in told_of(bench)] == [ChangeKind.UPSERT] * 2
    assert desk.store("/a/", "Judul", *TEXT, **said).outcome is Outcome.UNCHANGED
    assert number_of(bench, ReadingRow) == 2
    assert [kind for _, _, kind in told_of(bench)][2:] == [ChangeKind.NOTED], "it has one capture more"
    name, value = next(iter(said.items()))
    assert record(bench, first.uid)[name] not in (None, [], ()), value


def test_a_time_in_another_offset_is_printed_as_the_page_prints_it(bench: Any) -> None:
    wita = timezone(timedelta(hours=8))
    desk = bench.begin()
    saved = desk.store(
        "/a/",
        "Judul",
        *TEXT,
        published_at=datetime(2024, 11, 25, 0, 30, tzinfo=wita),
        published_date=date(2024, 11, 25),
    )
    held = record(bench, saved.uid)
    assert (held["published_at"], held["published_date"]) == ("2024-11-25T00:30:00+08:00", "2024-11-25")


def test_one_more_sight_of_the_same_reading_adds_its_capture(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/a/", "Judul", *TEXT)
    desk.store("/a/", "Judul", *TEXT)
    desk.store("/b/", "Judul", *TEXT)
    held = record(bench, first.uid)["captures"]
    assert len(held) == len({one["record_id"] for one in held}) == 3
    assert {one["role"] for one in held} == {Role.PAGE.value}


def test_the_sequence_of_changes_tells_of_what_changed_and_of_nothing_else(bench: Any) -> None:
    desk = bench.begin()
    one = desk.store("/a/", "A", "satu").uid
    two = desk.store("/b/", "B", "dua").uid
    desk.store("/a/", "A", "satu")
    desk.store("/b/", "B", "dua lagi")
    assert [change[1:] for change in told_of(bench)] == [
        (one, ChangeKind.UPSERT),
        (two, ChangeKind.UPSERT),
        (one, ChangeKind.NOTED),  # its record names one capture more, which no search asks for
        (two, ChangeKind.UPSERT),
    ]
    sequences = [change[0] for change in told_of(bench)]
    assert sequences == sorted(set(sequences))
    with bench.database.read() as connection:
        told = list(changes.after(connection, 0))
        assert [(sequence, uid) for sequence, uid, _ in told] == [(1, one), (4, two)]
        assert [document.body for _, _, document in told] == ["satu", "dua lagi"]
        assert list(changes.after(connection, 4)) == []
        assert changes.newest(connection) == 4


def test_a_uid_is_made_of_outlet_address_and_ordinal_alone() -> None:
    assert make_uid("kabar", "/a/", 0) == "7cn5uq7bjg2ktrn4"
    names = {
        make_uid(*seed) for seed in (("kabar", "/a/", 0), ("kabar", "/a/", 1), ("suara", "/a/", 0), ("kabar", "/b/", 0))
    }
    assert len(names) == 4
    assert all(articles.UID_FORM.fullmatch(name) for name in names)


def test_a_forgotten_outlet_read_again_has_the_same_articles(bench: Any) -> None:
    bench.begin("suara").store("/lain/", "Lain", "Tetap di sini.")
    desk = bench.begin()
    script = [
        ("/a/", "A", ("satu",), "1"), ("/b/", "B", ("dua",), None), ("/a/", "A", ("satu", "lagi"), "1"),
        ("/c/", "B", ("dua",), None), ("/a/", "Lain", ("tiga",), "2"), ("/pindah/", "A", ("satu", "lagi"), "1"),
    ]  # fmt: skip
    visits = []
    for path, title, body, wp in script:
        address_id, capture_id = desk.sight(path), desk.keep(path)
        keys = (Key(scheme="wp", value=wp),) if wp else ()
        visits.append((address_id, path, capture_id, Reading(title=title, body=body, keys=keys, extractor="test 1")))

    def play() -> tuple[list[Any], dict[str, Any]]:
        saved = [desk.save(*visit) for visit in visits]
        with bench.database.read() as connection:
            held = {uid: articles.by_uid(connection, [uid])[uid] for uid in {one.uid for one in saved}}
        return saved, {
            uid: (row["title"], row["body"], row["versions"], row["canonical_url"]) for uid, row in held.items()
        }

    first = play()
    assert len(first[1]) == 3
    with bench.database.write() as connection:
        assert projections.forget(connection, desk.ticket.outlet_id, bench.now()) == set(first[1])
        unread_again(connection, desk.ticket)
    assert (number_of(bench, Article), number_of(bench, ReadingRow)) == (1, 1)
    assert play() == first
    with bench.database.write() as connection:
        assert projections.bury(connection, desk.ticket.outlet_id, set(first[1]), bench.now()) == 0


def test_what_a_rebuild_does_not_bring_back_is_told_as_gone(bench: Any) -> None:
    desk = bench.begin()
    lost = desk.store("/a/", "A", "satu").uid
    kept = desk.store("/b/", "B", "dua").uid
    with bench.database.write() as connection:
        before = projections.forget(connection, desk.ticket.outlet_id, bench.now())
    assert desk.store("/b/", "B", "dua").uid == kept
    with bench.database.write() as connection:
        assert projections.bury(connection, desk.ticket.outlet_id, before, bench.now()) == 1
    assert [change[1:] for change in told_of(bench)[2:]] == [
        (lost, ChangeKind.TOMBSTONE),
        (kept, ChangeKind.TOMBSTONE),
        (kept, ChangeKind.UPSERT),
    ], "a rebuild that is killed has told all the same"
    with bench.database.read() as connection:
        told = {uid: document for _, uid, document in changes.after(connection, 0)}
    assert told[lost] is None
    assert told[kept] is not None
    bench.archive.catch_up()
    assert [bench.archive.search(word).total for word in ("satu", "dua")] == [0, 1]


def test_a_story_without_a_day_keeps_the_moment_of_its_first_sight(bench: Any) -> None:
    """Else an edit makes the first of a cluster its last, and three weeks later no member at all."""

    def moment() -> int:
        with bench.database.read() as connection:
            return connection.execute(select(Article.moment)).scalar_one()

    desk = bench.begin()
    seen = bench.pass_time(days=1)
    desk.store("/a/", "Judul", *TEXT, wp="1")
    bench.pass_time(days=20)
    desk.store("/a/", "Judul", *TEXT, "Ralat: besok.")
    assert moment() == int(seen.timestamp())
    desk.store("/b/", "Judul lain", *TEXT, "Ralat: lusa.")
    desk.store("/b/", "Judul lain", *TEXT, "Ralat: lusa.", wp="1")
    assert moment() == int(seen.timestamp()), "two articles proved to be one"
    bench.clock = seen - timedelta(days=5)
    desk.store("/a/", "Judul", *TEXT, "Naskah pertama.")
    assert moment() == int(bench.clock.timestamp()), "an import knows of an earlier look"
