"""One article per story, by whatever address and under whatever number it is met."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from archive import articles, projections
from archive.identity import _FORMER_HOLDERS, make_uid
from archive.records import ChangeKind, Outcome, Reason
from archive.stories import Article, ArticleKey, Change, Version

ON_BOTH_DATABASES = True

DEBATE = (
    "Debat Perdana Calon Bupati Digelar Besok",
    "KPU menggelar debat perdana calon bupati di gedung serba guna besok malam, dan dua pasangan calon akan beradu gagasan soal jalan dan sekolah.",
)
FLOOD = (
    "Banjir Rendam Dua Kelurahan di Samarinda",
    "Hujan deras sejak Rabu malam merendam puluhan rumah warga di tepi sungai, sementara petugas menyiapkan perahu karet dan dapur umum.",
)
EDITED = (DEBATE[0] + " Malam", DEBATE[1] + " Panitia menyiapkan lima ratus kursi untuk undangan.")
OLD, NEW = date(2024, 11, 20), date(2025, 3, 4)


def where(bench: Any, uid: str) -> tuple[str, str]:
    with bench.database.read() as connection:
        record = articles.by_uid(connection, [uid])[uid]
    return record["url"], record["canonical_url"]


@pytest.mark.sqlite_only
def test_who_had_a_key_once_is_found_by_an_index(bench: Any) -> None:
    with bench.database.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {_FORMER_HOLDERS.compile(connection)}", (1,) * 4).all()
    assert "ix_article_key_closed" in str(plan)


def found(bench: Any, name: str) -> str | None:
    with bench.database.read() as connection:
        return articles.resolve(connection, name)


def number(bench: Any, model: Any = Article) -> int:
    with bench.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(model)).scalar_one())


# ---- numbers and guids ----


@pytest.mark.parametrize("name", ["wp", "guid"])
def test_a_story_with_a_new_address_is_the_same_article_which_stands_there_now(bench: Any, name: str) -> None:
    desk = bench.begin()
    first = desk.store("/lama/", *DEBATE, **{name: "7"})
    again = desk.store("/baru/", *DEBATE, **{name: "7"})
    assert (again.outcome, again.uid) == (Outcome.UNCHANGED, first.uid)
    assert where(bench, first.uid) == ("http://kabar.test/baru/", "http://kabar.test/baru/")
    assert found(bench, "/lama/") == found(bench, "/baru/") == first.uid
    assert (number(bench), number(bench, Version)) == (1, 1)
    with bench.database.read() as connection:
        kinds = connection.execute(select(Change.kind)).scalars().all()
    assert kinds == [ChangeKind.UPSERT] * 2, "exports hear of the new address"
    assert desk.store("/baru/", *DEBATE, **{name: "7"}).outcome is Outcome.UNCHANGED
    assert number(bench, Change) == 3, "and of one capture more"


def test_a_story_may_be_rewritten_when_it_moves_as_long_as_its_day_stays(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/lama/", *DEBATE, wp="7", published_date=OLD)
    assert desk.store("/baru/", *FLOOD, wp="7", published_date=OLD).uid == first.uid


def test_numbers_that_start_again_name_other_stories(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/lama/", *DEBATE, wp="12", published_date=OLD)
    second = desk.store("/baru/", *FLOOD, wp="12", published_date=NEW)
    assert (second.outcome, number(bench)) == (Outcome.NEW, 2)
    assert second.uid == make_uid("kabar", "/baru/", 0) != first.uid
    # The number is the new story's from now on, and the old one is known by its address.
    assert desk.store("/baru/", *FLOOD, "Lagi.", wp="12", published_date=NEW).uid == second.uid
    assert desk.store("/lama/", *EDITED, published_date=OLD).uid == first.uid
    assert desk.store("/lama/", *DEBATE, wp="512", published_date=OLD).uid == first.uid


def test_a_number_that_starts_again_is_told_by_its_guid(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/lama/", *DEBATE, wp="12", guid="/?p=12")
    second = desk.store("/baru/", *FLOOD, wp="12", guid="/?p=4711")
    assert second.outcome is Outcome.NEW
    assert desk.store("/pindah/", *EDITED, wp="80", guid="/?p=12").uid == first.uid


def test_a_site_that_numbers_its_stories_anew_has_the_same_articles(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/debat/", *DEBATE, wp="7", published_date=OLD)
    again = desk.store("/debat/", *EDITED, wp="512", published_date=OLD)
    assert (again.outcome, again.uid) == (Outcome.REVISED, first.uid)
    other = desk.store("/debat/", *EDITED, "Lagi.", wp="900", published_date=NEW)
    assert other.outcome is Outcome.NEW, "the same address and a like text on another day: a yearly announcement"


# ---- addresses alone ----


def test_an_address_used_again_for_another_story_is_a_new_article(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/jadwal", *DEBATE, published_date=OLD)
    second = desk.store("/jadwal", *FLOOD, published_date=NEW)
    assert (second.outcome, second.uid) == (Outcome.NEW, make_uid("kabar", "/jadwal", 1))
    assert found(bench, "/jadwal") == second.uid
    assert desk.store("/jadwal", *FLOOD, "Lagi.", published_date=NEW).uid == second.uid
    assert found(bench, first.uid) == first.uid


@pytest.mark.parametrize(
    ("title", "body", "day"),
    [
        pytest.param(*FLOOD, OLD, id="on the same day"),
        pytest.param(*FLOOD, None, id="on a day that is not known"),
        pytest.param(DEBATE[0], FLOOD[1], NEW, id="under the same headline"),
        pytest.param(FLOOD[0], DEBATE[1], NEW, id="with the same text"),
    ],
)
def test_without_every_sign_of_another_story_it_is_an_edit(bench: Any, title: str, body: str, day: date | None) -> None:
    desk = bench.begin()
    first = desk.store("/jadwal", *DEBATE, published_date=OLD)
    again = desk.store("/jadwal", title, body, published_date=day)
    assert (again.outcome, again.uid) == (Outcome.REVISED, first.uid)


@pytest.mark.parametrize("reason", [Reason.NOT_FOUND, Reason.SOFT_404])
def test_a_story_that_was_gone_needs_no_day_to_be_another(bench: Any, reason: Reason) -> None:
    desk = bench.begin()
    first = desk.store("/jadwal", *DEBATE)
    bench.pass_time(days=1)
    desk.miss("/jadwal", reason)
    bench.pass_time(days=1)
    assert desk.store("/jadwal", *EDITED).uid == first.uid, "the story came back"
    assert desk.store("/jadwal", *FLOOD).uid == first.uid, "and was not gone since"
    desk.miss("/jadwal", reason)
    assert desk.store("/jadwal", *FLOOD).uid == first.uid
    bench.pass_time(days=1)
    desk.miss("/jadwal", reason)
    assert desk.store("/jadwal", *DEBATE).outcome is Outcome.NEW


# ---- redirects and canonical links ----


def test_an_address_that_redirects_is_a_key_of_the_article_where_it_leads(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/lama/", *DEBATE)
    again = desk.store("/lama/", *DEBATE, landed="/baru/")
    assert (again.outcome, again.uid) == (Outcome.UNCHANGED, first.uid)
    assert where(bench, first.uid) == ("http://kabar.test/baru/",) * 2
    assert desk.store("/baru/", *EDITED).uid == first.uid
    assert (number(bench), first.uid) == (1, make_uid("kabar", "/lama/", 0))


def test_an_address_that_redirects_to_another_story_stays_its_own_storys(bench: Any) -> None:
    desk = bench.begin()
    first, other = (
        desk.store("/debat/", *DEBATE, published_date=OLD),
        desk.store("/banjir/", *FLOOD, published_date=NEW),
    )
    again = desk.store("/debat/", *FLOOD, landed="/banjir/", published_date=NEW)
    assert (again.outcome, again.uid) == (Outcome.UNCHANGED, other.uid)
    assert (found(bench, "/debat/"), found(bench, "/banjir/")) == (first.uid, other.uid)
    assert where(bench, other.uid) == ("http://kabar.test/banjir/",) * 2


def test_an_article_stands_where_its_page_says_that_it_does(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/m/debat/", *DEBATE, claimed="/debat/")
    assert where(bench, first.uid)[1] == "http://kabar.test/debat/"
    assert desk.store("/debat/", *EDITED).uid == first.uid
    assert desk.store("/wap/debat/", *DEBATE, "Lagi.", claimed="/debat/").uid == first.uid
    assert number(bench) == 1


def test_a_canonical_link_that_all_pages_have_joins_none(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/debat/", *DEBATE, claimed="/berita/", published_date=OLD)
    other = desk.store("/banjir/", *FLOOD, claimed="/berita/", published_date=OLD)
    assert (first.outcome, other.outcome, number(bench)) == (Outcome.NEW, Outcome.NEW, 2)
    assert where(bench, other.uid)[1] == "http://kabar.test/banjir/"


# ---- articles that become one ----


def two_articles(bench: Any) -> tuple[Any, str, str]:
    """A story that was met as a page, and under its number at the address to which it moved, with an edit in between."""
    desk = bench.begin()
    older = desk.store("/lama/", *DEBATE)
    bench.pass_time(hours=1)
    newer = desk.store("/baru/", *EDITED, wp="7")
    assert (older.outcome, newer.outcome) == (Outcome.NEW, Outcome.NEW)
    bench.pass_time(hours=1)
    return desk, older.uid, newer.uid


def test_two_articles_that_prove_to_be_one_become_the_older_one(bench: Any) -> None:
    desk, older, newer = two_articles(bench)
    again = desk.store("/lama/", *EDITED, wp="7", landed="/baru/")
    assert (again.outcome, again.uid) == (Outcome.UNCHANGED, older)
    assert (number(bench), number(bench, Version)) == (1, 2)
    assert {found(bench, name) for name in (older, newer, "/lama/", "/baru/")} == {older}
    assert where(bench, older) == ("http://kabar.test/baru/",) * 2
    record = bench.archive.get(newer)
    assert (record["uid"], record["title"], record["versions"]) == (older, EDITED[0], 2)
    assert (record["first_seen_at"], record["last_seen_at"]) == ("2024-11-25T01:30:15Z", "2024-11-25T03:30:15Z")
    bench.archive.catch_up()
    hits = bench.archive.search("debat").hits
    assert [hit.record["uid"] for hit in hits] == [older]
    with bench.database.read() as connection:
        last = {row.uid: row.kind for row in connection.execute(select(Change.__table__).order_by(Change.sequence))}
    assert last == {older: ChangeKind.UPSERT, newer: ChangeKind.TOMBSTONE}


def test_the_name_of_an_article_that_became_part_of_another_is_never_given_again(bench: Any) -> None:
    desk, older, newer = two_articles(bench)
    desk.store("/lama/", *EDITED, wp="7", landed="/baru/")
    another = desk.store("/baru/", *FLOOD, wp="9")
    assert another.outcome is Outcome.NEW
    assert another.uid not in (older, newer)
    at_old = desk.store("/lama/", *FLOOD, "Lagi.", wp="10")
    assert at_old.uid == make_uid("kabar", "/lama/", 1)


def test_texts_that_are_not_akin_are_not_joined_by_a_redirect(bench: Any) -> None:
    desk = bench.begin()
    first = desk.store("/lama/", *FLOOD)
    other = desk.store("/baru/", *DEBATE, wp="7")
    assert desk.store("/lama/", *DEBATE, wp="7", landed="/baru/").uid == other.uid
    assert found(bench, "/lama/") == first.uid


def test_what_became_one_becomes_one_again_in_a_rebuild(bench: Any) -> None:
    desk = bench.begin()
    script = [
        ("/lama/", DEBATE, {}), ("/baru/", EDITED, {"wp": "7"}), ("/lama/", EDITED, {"wp": "7", "landed": "/baru/"}),
        ("/lama/", FLOOD, {"wp": "9"}), ("/akhir/", EDITED, {"wp": "7"}),
    ]  # fmt: skip

    def play() -> dict[str, tuple[str, str]]:
        uids = {desk.store(path, *text, **said).uid for path, text, said in script}
        return {uid: where(bench, uid) for uid in uids if found(bench, uid) == uid}

    first = play()
    with bench.database.read() as connection:
        names = set(connection.execute(select(ArticleKey.value).where(ArticleKey.scheme == "uid")).scalars())
    assert len(names) == 1
    with bench.database.write() as connection:
        before = projections.forget(connection, desk.ticket.outlet_id, bench.now())
    assert before == {*first, *names}
    assert play() == first
    with bench.database.write() as connection:
        assert projections.bury(connection, desk.ticket.outlet_id, before, bench.now()) == 0
    assert {found(bench, name) for name in names} <= set(first)
