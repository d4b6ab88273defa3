"""What the archive knows of an article's being public: from facts, whoever learned them when, and the same again."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select, update

from archive import removals, runs, visits
from archive.looks import Rule, told
from archive.models import Visit
from archive.records import ChangeKind, Filters, Purpose, Reading, Reason, State, VisitState
from archive.rekey import rekey
from archive.runs import Counts
from archive.stories import Article, Change

ON_BOTH_DATABASES = True

TITLE = "Logistik Pilkada Tiba di Gudang KPU"
BODY = (
    "Sebanyak 1.204 kotak suara tiba di gudang KPU Kabupaten Muara Tiga pada Senin pagi, dikawal dua mobil polisi.",
    "Ketua KPU, Laila Nurhayati, memastikan seluruh kotak dihitung ulang di depan saksi sebelum disegel.",
)
OTHER = (
    "Banjir merendam tiga desa di hulu sungai sejak Minggu malam dan memutus jalan menuju pasar induk.",
    "Warga mengungsi ke balai desa sambil menunggu air surut, kata Camat Hulu Sungai, Jumadi.",
)
NOTICE = "Berita ini telah dihapus oleh redaksi karena memuat identitas anak."


@pytest.fixture
def desk(room: Any) -> Any:
    room.number += 1
    room.pass_time(days=400)
    return room.begin(f"kabar{room.number}")


def settle(desk: Any) -> None:
    """Settle the look that was written down last."""
    with desk.bench.database.write() as connection:
        newest = connection.execute(select(Visit.id).order_by(Visit.id.desc()).limit(1)).scalar_one()
        removals.settle(connection, newest, Rule(), now=desk.bench.now())


def at(desk: Any, hours: float) -> datetime:
    """Give so many hours after the test began."""
    began: datetime = desk.bench.clock
    return began + timedelta(hours=hours)


def show(desk: Any, hours: float, path: str = "/a/", body: tuple[str, ...] = BODY, **said: Any) -> str:
    """Have a page be seen; give the uid of its article."""
    before = desk.bench.clock
    desk.bench.clock = at(desk, hours)
    reading = Reading(title=said.pop("title", TITLE), body=body, extractor="test 1")
    saved = desk.save(desk.sight(path), path, desk.keep(path, b"halaman"), reading, **said)
    settle(desk)
    desk.bench.clock = before
    return str(saved.uid)


def look(desk: Any, hours: float, reason: Reason | None = None, path: str = "/a/", **said: Any) -> None:
    """Write down a look of which nothing was kept: one that missed the story, says nothing, or saw what was held."""
    address_id = desk.sight(path)
    state = VisitState.READ if reason is None else said.pop("state", VisitState.REJECTED)
    with desk.bench.database.write() as connection:
        visit_id = visits.add(
            connection, desk.ticket, address_id=address_id, purpose=said.pop("purpose", Purpose.RECHECK), url=path,
            at=at(desk, hours), status=304 if reason is None else 404, capture_id=None, state=state, reason=reason,
            **said,
        )  # fmt: skip
        if reason is None:
            visits.settle(connection, visit_id, state, text_sha256="as held")
    settle(desk)


def take_down(desk: Any, *, since: float, path: str = "/a/") -> None:
    for hours in (0, 12, 24):
        look(desk, since + hours, Reason.NOT_FOUND, path)


def record(desk: Any, uid: str) -> dict[str, Any]:
    found: dict[str, Any] = desk.bench.archive.get(uid)
    return found


def state(desk: Any, uid: str) -> tuple[str, list[str]]:
    found = record(desk, uid)
    return found["state"], [event["event"] for event in found["events"]]


def test_a_removal_is_told_with_its_times_its_reason_and_its_notice(desk: Any) -> None:
    uid = show(desk, 0)
    assert told(record(desk, uid)) is not None
    assert list(told(record(desk, uid))) == []
    take_down(desk, since=1)
    look(desk, 30, Reason.SOFT_404, notice=NOTICE, detail="a notice stands in the story's place")
    found = record(desk, uid)
    assert found["state"] == "removed"
    assert found["removed_at"] == found["removal"]["removed_at"] == found["events"][1]["at"]
    assert found["last_seen_at"] < found["removal"]["first_missed_at"] < found["removed_at"]
    assert found["removal"] | {"first_missed_at": 0, "removed_at": 0} == {
        "first_missed_at": 0, "removed_at": 0, "because": "soft_404", "explained": True, "notice": NOTICE,
    }  # fmt: skip
    assert found["body"] == "\n\n".join(BODY)
    assert dict(told(found))["removed"] == f"{found['removed_at']}, explained: {NOTICE}"
    found_here = desk.bench.archive.search("gudang", filters=Filters(state=State.REMOVED, outlets=(desk.slug,)))
    assert [hit.record["uid"] for hit in found_here.hits] == [uid]
    assert [one["uid"] for one in desk.bench.archive.articles(Filters(state=State.REMOVED, outlets=(desk.slug,)))] == [
        uid
    ]


def test_a_look_without_bytes_ends_a_suspicion_and_restores(desk: Any) -> None:
    uid = show(desk, 0)
    look(desk, 1, Reason.GONE)
    assert state(desk, uid) == ("suspected", ["suspected"])
    look(desk, 2)
    assert state(desk, uid) == ("live", ["suspected"])
    assert record(desk, uid)["last_seen_at"] == at(desk, 2).strftime("%Y-%m-%dT%H:%M:%SZ")
    take_down(desk, since=30)
    look(desk, 90)
    assert state(desk, uid) == ("live", ["suspected", "suspected", "removed", "restored"])
    assert record(desk, uid)["removal"] is None
    assert [name for name, _ in told(record(desk, uid))] == ["seen", *["event"] * 4]
    with desk.bench.database.read() as connection:
        assert (
            runs.counts(connection, desk.ticket.run_id).removed,
            runs.counts(connection, desk.ticket.run_id).restored,
        ) == (1, 1)
    assert Counts(removed=1, restored=1).reconciles, "they are no part of the sum"


@pytest.mark.parametrize(
    ("reason", "how"),
    [
        (Reason.HTTP, {"state": VisitState.FAILED}),
        (Reason.NETWORK, {"state": VisitState.FAILED}),
        (Reason.CHALLENGE, {"state": VisitState.FAILED}),
        (Reason.UNPROVEN, {"state": VisitState.FAILED}),
        (Reason.NOT_FOUND, {"state": VisitState.FAILED}),
        (Reason.ROBOTS, {}),
        (Reason.LISTING, {}),
        (Reason.PASSWORD, {}),
        (Reason.UNREADABLE, {}),
        (Reason.CHALLENGE, {}),
        (Reason.NOT_FOUND, {"purpose": Purpose.EVIDENCE}),
    ],
    ids=lambda one: one.value if isinstance(one, Reason) else "-".join(map(str, one.values())),
)
def test_what_says_nothing_removes_nothing(desk: Any, reason: Reason, how: dict[str, Any]) -> None:
    uid = show(desk, 0)
    for hours in range(1, 100, 6):
        look(desk, hours, reason, **how)
    assert state(desk, uid) == ("live", [])


def test_what_was_never_held_is_not_removed(desk: Any) -> None:
    take_down(desk, since=0)
    assert state(desk, show(desk, 30)) == ("live", [])


def test_readers_hear_of_each_change_and_exports_of_when_it_was_seen(desk: Any) -> None:
    show(desk, 0)

    def sequence() -> dict[ChangeKind, int]:
        newest = select(Change.kind, func.max(Change.sequence)).group_by(Change.kind)
        with desk.bench.database.read() as connection:
            return {row.kind: row[1] for row in connection.execute(newest)}

    heard = [sequence()]
    for hours, reason in [
        (1, None),
        (2, Reason.GONE),
        (3, Reason.GONE),
        (14, Reason.GONE),
        (30, Reason.GONE),
        (40, None),
    ]:
        look(desk, hours, reason)
        heard.append(sequence())
    news = [{kind.value for kind in after if after[kind] != before.get(kind)} for before, after in pairwise(heard)]
    assert news == [{"noted"}, {"upsert"}, set(), set(), {"upsert"}, {"upsert"}]


def test_looks_that_are_learned_of_late_go_where_they_belong(desk: Any) -> None:
    uid = show(desk, 100)
    take_down(desk, since=10)
    assert state(desk, uid) == ("live", []), "nothing was held then, as far as is known"
    show(desk, 0)
    assert state(desk, uid) == ("live", ["suspected", "removed", "restored"])
    show(desk, 20)
    assert state(desk, uid) == ("live", ["suspected", "suspected"])


def test_a_moved_story_is_missed_where_it_stands(desk: Any) -> None:
    uid = show(desk, 0)
    assert show(desk, 5, "/baru/", landed="/baru/") == uid
    take_down(desk, since=10)
    assert state(desk, uid) == ("live", [])
    take_down(desk, since=40, path="/baru/")
    assert state(desk, uid)[0] == "removed"


@pytest.mark.parametrize("missed_first", [True, False], ids=["missed, then found", "found, then missed"])
def test_a_story_that_moves_without_a_redirect_stands_where_its_text_was_found(desk: Any, missed_first: bool) -> None:
    uid = show(desk, 0)
    if missed_first:
        look(desk, 5, Reason.SOFT_404)
    assert show(desk, 10, "/baru/") == uid
    take_down(desk, since=20)
    assert state(desk, uid) == ("live", ["suspected"] if missed_first else [])
    assert record(desk, uid)["canonical_url"].endswith("/baru/")
    take_down(desk, since=60, path="/baru/")
    assert state(desk, uid)[0] == "removed"


def test_another_story_at_an_old_address_restores_nothing(desk: Any) -> None:
    uid = show(desk, 0)
    take_down(desk, since=1)
    other = show(desk, 50, body=OTHER, title="Banjir Rendam Tiga Desa")
    assert other != uid
    take_down(desk, since=60)
    assert state(desk, uid) == ("removed", ["suspected", "removed"])
    assert state(desk, other) == ("removed", ["suspected", "removed"])
    assert record(desk, uid)["removed_at"] < record(desk, other)["first_seen_at"]


def test_two_articles_that_become_one_are_judged_by_all_looks_at_both(desk: Any) -> None:
    one = show(desk, 0)
    edited = (*BODY[:1], f"{BODY[1]} Ia berterima kasih kepada warga.")
    other = show(desk, 1, "/b/", body=edited)
    assert one != other
    take_down(desk, since=2)
    assert state(desk, one)[0] == "removed"
    assert show(desk, 50, landed="/b/", body=edited) == one
    assert state(desk, one) == ("live", []), "it stood at the other address all the while"
    take_down(desk, since=60, path="/b/")
    assert state(desk, one) == ("removed", ["suspected", "removed"])


def test_addresses_under_new_rules_keep_what_became_of_their_stories(desk: Any) -> None:
    uid = show(desk, 0, "/a/?versi=1")
    take_down(desk, since=1, path="/a/?versi=1")
    with desk.bench.database.write() as connection:
        rekey(
            connection, desk.ticket.outlet_id, version=2, forms=lambda _: ("/a/", None), now=desk.bench.now(), rule=Rule()
        )  # fmt: skip
    assert state(desk, uid) == ("removed", ["suspected", "removed"])
    look(desk, 60, path="/a/")
    assert state(desk, uid) == ("live", ["suspected", "removed", "restored"])


def test_settling_again_gives_the_same(desk: Any) -> None:
    uid = show(desk, 0)
    take_down(desk, since=1)
    look(desk, 70)
    look(desk, 80, Reason.HOME)
    whole = record(desk, uid)
    with desk.bench.database.write() as connection:
        article = connection.execute(select(Article.id, Article.address_id).where(Article.uid == uid)).one()
        connection.execute(
            update(Article).where(Article.id == article.id).values(
                state=State.LIVE, first_missed_at=None, missed_because=None, seen_again_at=None
            )
        )  # fmt: skip
        removals.settle_addresses(connection, [article.address_id], Rule(), now=desk.bench.now())
    assert record(desk, uid) == whole
    assert whole["state"] == "suspected"
