"""Addresses that older rules made, brought to the newest; the forms that rules give are those of the crawler."""

import time
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from archive import changes, frontier, parts, projections
from archive.frontier import Sight
from archive.identity import make_uid
from archive.looks import Rule
from archive.models import Address, AddressAlias, Disposition, Due, Sighting, Visit
from archive.records import ChangeKind, Entry, Key, Outcome, Part, Purpose, Reading
from archive.rekey import rekey
from archive.stories import Article, ArticleKey, ReadingRow, Version
from archive.visits import UnreadVisit
from crawler.addresses import canonical, whole
from tests.archive.test_identity import DEBATE, EDITED, FLOOD, found, number, where

BASE = "http://kabar.test"
NEWEST = 3
LOGISTICS = (
    "Logistik Tiba di Kecamatan",
    "Kotak suara dan bilik suara tiba di kantor kecamatan dengan truk pada Senin pagi, dijaga polisi dan disaksikan panitia pengawas.",
)


def forms(raw: str) -> tuple[str, str | None] | None:
    form = canonical(raw, BASE)
    return (form, whole(form)) if form is not None else None


def renew(bench: Any, desk: Any) -> int:
    with bench.database.write() as connection:
        return rekey(connection, desk.ticket.outlet_id, version=NEWEST, forms=forms, now=bench.now(), rule=Rule())


def store(desk: Any, old: str, raw: str, text: tuple[str, str], *, wp: str | None = None, **said: Any) -> Any:
    """Store a story whose address had another canonical form by older rules."""
    address_id = desk.sight(old, raw=BASE + raw)
    keys = (Key(scheme="wp", value=wp),) if wp else ()
    reading = Reading(title=text[0], body=text[1:], keys=keys, extractor="test 1", **said)
    # The visit is at the address as it was met.
    saved = desk.save(address_id, old, desk.keep(raw), reading)
    with desk.bench.database.write() as connection:
        newest = select(func.max(Visit.id)).scalar_subquery()
        connection.execute(Visit.__table__.update().where(Visit.id == newest).values(url=BASE + raw))
    return saved


def addresses(bench: Any) -> dict[str, int]:
    with bench.database.read() as connection:
        return {
            row.canonical: row.rules_version
            for row in connection.execute(select(Address.canonical, Address.rules_version).order_by(Address.id))
        }


def rows(bench: Any, model: Any) -> list[Any]:
    with bench.database.read() as connection:
        return list(connection.execute(select(model.__table__).order_by(*model.__table__.primary_key)).all())


def test_an_address_whose_form_is_the_same_is_only_stamped(bench: Any) -> None:
    desk = bench.begin()
    saved = desk.store("/debat/", *DEBATE)
    before = {model: rows(bench, model) for model in (AddressAlias, Sighting, Visit, Article, ArticleKey, Disposition)}
    assert renew(bench, desk) == 0
    assert addresses(bench) == {"/debat/": NEWEST}
    assert {model: rows(bench, model) for model in before} == before
    assert found(bench, "/debat/") == saved.uid


def test_an_address_gets_its_new_form_and_the_article_keeps_its_name(bench: Any) -> None:
    desk = bench.begin()
    saved = store(desk, "/politik/debat/amp/", "/politik/debat/amp/?amp", DEBATE)
    assert renew(bench, desk) == 1
    assert addresses(bench) == {"/politik/debat/": NEWEST}
    assert where(bench, saved.uid)[1] == f"{BASE}/politik/debat/"
    assert found(bench, "/politik/debat/") == found(bench, f"{BASE}/politik/debat/amp/?amp") == saved.uid
    again = desk.store("/politik/debat/", *EDITED)
    assert (again.outcome, again.uid) == (Outcome.REVISED, saved.uid)
    assert renew(bench, desk) == 0


def test_further_pages_go_where_their_story_does(bench: Any) -> None:
    desk = bench.begin()
    old = "/politik/debat/amp/"
    store(desk, old, "/politik/debat/", DEBATE)
    page = Part(number=2, url=f"{BASE}/politik/debat/2/")
    with bench.database.write() as connection:
        (visit,) = rows(bench, Visit)
        told = UnreadVisit(
            visit_id=visit.id,
            address_id=visit.address_id,
            canonical=old,
            url=visit.url,
            purpose=visit.purpose,
            at=visit.at,
            capture_id=visit.capture_id,
            record=None,
            imported=False,
        )
        parts.ask_for(connection, desk.ticket, told, [page], rules_version=1, now=bench.now())
    assert renew(bench, desk) == 2
    assert set(addresses(bench)) == {"/politik/debat/", "/politik/debat/#2"}
    with bench.database.write() as connection:
        (due,) = frontier.take_due(connection, desk.ticket, limit=9, now=bench.now())
    assert (due.canonical, due.url, due.purpose) == ("/politik/debat/#2", page.url, Purpose.EVIDENCE)


def test_two_addresses_that_are_one_become_one_with_all_that_was_known_of_them(bench: Any) -> None:
    desk = bench.begin()
    first = store(desk, "/politik/debat/amp/", "/politik/debat/amp/?amp", DEBATE)
    bench.pass_time(hours=1)
    with bench.database.write() as connection:
        told = Sight(canonical="/politik/debat/amp/", raw=f"{BASE}/politik/debat/amp/", source="feed", title="Debat")
        frontier.sight(connection, desk.ticket, told, rules_version=1, priority=1, now=bench.now())
    later = bench.begin()
    second = later.store("/politik/debat/", *EDITED)
    assert second.uid != first.uid
    with bench.database.write() as connection:
        for old in rows(bench, Address):
            frontier.make_due(connection, later.ticket, old.id, Purpose.EVIDENCE, priority=old.id, now=bench.now())
    captured = len(rows(bench, Visit))
    assert renew(bench, later) == 1

    (address,) = rows(bench, Address)
    assert (address.canonical, address.rules_version) == ("/politik/debat/", NEWEST)
    assert {row.raw for row in rows(bench, AddressAlias)} == {
        "/politik/debat/", "/politik/debat/amp/", f"{BASE}/politik/debat/", f"{BASE}/politik/debat/amp/",
        f"{BASE}/politik/debat/amp/?amp",
    }  # fmt: skip
    assert {row.source: (row.first_at < row.last_at) for row in rows(bench, Sighting)} == {"rest": True, "feed": False}
    (due,) = rows(bench, Due)
    assert (due.purpose, due.priority) == (Purpose.EVIDENCE, 2)
    assert [row.address_id for row in rows(bench, Visit)] == [address.id] * captured
    assert [(row.run_id, row.address_id, row.outcome) for row in rows(bench, Disposition)] == [
        (1, address.id, Outcome.NEW), (2, address.id, Outcome.NEW)
    ]  # fmt: skip
    # Both were articles: they are one, the older, and both names lead to it.
    assert {found(bench, name) for name in (first.uid, second.uid, "/politik/debat/")} == {first.uid}
    assert bench.archive.get(second.uid)["versions"] == 2
    assert later.store("/politik/debat/", *EDITED).outcome is Outcome.UNCHANGED


def test_two_outcomes_of_one_run_are_both_kept(bench: Any) -> None:
    desk = bench.begin()
    store(desk, "/politik/debat/amp/", "/politik/debat/amp/?amp", DEBATE)
    desk.store("/politik/debat/", *DEBATE)
    before = sorted(row.outcome for row in rows(bench, Disposition))
    assert before == [Outcome.NEW, Outcome.UNCHANGED]
    renew(bench, desk)
    assert sorted(row.outcome for row in rows(bench, Disposition)) == before
    assert len({row.address_id for row in rows(bench, Visit)}) == 1
    assert bench.database.check() == []


@pytest.mark.parametrize(("entry", "other"), [(Entry.DISCOVERED, Entry.CARRIED), (Entry.CARRIED, Entry.DISCOVERED)])
def test_an_address_that_was_left_in_a_run_takes_the_outcome_of_the_other(
    bench: Any, entry: Entry, other: Entry
) -> None:
    desk = bench.begin()
    left, done = desk.sight("/politik/debat/amp/", raw=f"{BASE}/politik/debat/amp/?amp"), desk.sight("/politik/debat/")
    with bench.database.write() as connection:
        table = Disposition.__table__
        connection.execute(table.delete())
        connection.execute(insert(Disposition).values(run_id=1, address_id=left, entry=entry))
        connection.execute(insert(Disposition).values(run_id=1, address_id=done, entry=other, outcome=Outcome.NEW))
    renew(bench, desk)
    (row,) = rows(bench, Disposition)
    assert (row.entry, row.outcome) == (Entry.DISCOVERED, Outcome.NEW)


def test_stories_that_older_rules_took_for_parts_of_one_get_addresses_of_their_own(bench: Any) -> None:
    """Rules 1 and 2 cut the number off `/kabar/kukar/12/`, whether a story stood before it or none."""
    desk = bench.begin()
    texts = {"11": DEBATE, "12": FLOOD}
    uids = {wp: store(desk, "/kabar/kukar/", f"/kabar/kukar/{wp}/", text, wp=wp).uid for wp, text in texts.items()}
    desk.sight("/kabar/kukar/", raw=f"{BASE}/kabar/kukar/13/")
    assert renew(bench, desk) == 1
    assert addresses(bench) == {f"/kabar/kukar/{wp}/": NEWEST for wp in ("11", "12", "13")}
    for wp, uid in uids.items():
        assert where(bench, uid) == (f"{BASE}/kabar/kukar/{wp}/",) * 2
        assert found(bench, f"/kabar/kukar/{wp}/") == uid
    (due,) = rows(bench, Due)
    assert {row.id: row.canonical for row in rows(bench, Address)}[due.address_id] == "/kabar/kukar/13/", (
        "never fetched"
    )
    assert desk.store("/kabar/kukar/12/", *FLOOD, "Lagi.", wp="12").uid == uids["12"]
    assert bench.database.check() == []


def test_a_part_stays_the_storys_where_the_story_is_held(bench: Any) -> None:
    desk = bench.begin()
    saved = desk.store("/kabar/kukar/logistik/", *LOGISTICS)
    desk.sight("/kabar/kukar/logistik/", raw=f"{BASE}/kabar/kukar/logistik/2/")
    # Rule 1 took one ending off, and no more.
    store(bench.begin(), "/kabar/kukar/logistik/2/", "/kabar/kukar/logistik/2/amp/", LOGISTICS)
    assert renew(bench, desk) == 1
    assert addresses(bench) == {"/kabar/kukar/logistik/": NEWEST}
    assert found(bench, f"{BASE}/kabar/kukar/logistik/2/amp/") == saved.uid
    assert number(bench) == 1


def test_two_stories_at_what_is_one_address_by_now_stay_two(bench: Any) -> None:
    desk = bench.begin()
    first = store(desk, "/jadwal/debat/amp/", "/jadwal/debat/amp/?amp", DEBATE, published_date=date(2020, 1, 1))
    second = desk.store("/jadwal/debat/", *FLOOD, published_date=date(2024, 1, 1))
    renew(bench, desk)
    assert {found(bench, uid) for uid in (first.uid, second.uid)} == {first.uid, second.uid}
    assert found(bench, "/jadwal/debat/") == second.uid
    assert number(bench) == 2


def test_a_rebuild_after_a_change_of_rules_gives_the_same_names(bench: Any) -> None:
    """The uid is a citation: made of the address as it was at first sight, it does not follow the rules."""
    desk = bench.begin()
    script = [
        ("/politik/debat/amp/", "/politik/debat/amp/?amp", DEBATE, None),
        ("/politik/debat/", "/politik/debat/", EDITED, None),
        ("/kabar/kukar/", "/kabar/kukar/11/", FLOOD, "11"),
        ("/kabar/kukar/", "/kabar/kukar/12/", LOGISTICS, "12"),
    ]
    uids = [store(desk, old, raw, text, wp=wp).uid for old, raw, text, wp in script]
    assert len(set(uids)) == 4
    renew(bench, desk)
    leads = {uid: found(bench, uid) for uid in uids}
    with bench.database.read() as connection:
        seen = connection.execute(
            select(Visit.id, Visit.url, Address.id.label("address_id"), Address.canonical)
            .join(Address, Address.id == Visit.address_id)
            .order_by(Visit.id)
        ).all()
    with bench.database.write() as connection:
        before = projections.forget(connection, desk.ticket.outlet_id, bench.now())
    for row, (_, raw, text, wp) in zip(seen, script, strict=True):
        keys = (Key(scheme="wp", value=wp),) if wp else ()
        reading = Reading(title=text[0], body=text[1:], keys=keys, extractor="test 1")
        desk.save(row.address_id, row.canonical, desk.keep(raw), reading)
    with bench.database.write() as connection:
        assert projections.bury(connection, desk.ticket.outlet_id, before, bench.now()) == 0
        assert changes.last(connection, uids[0]) is ChangeKind.NOTED, "it has the labels of the other one again"
    assert {uid: found(bench, uid) for uid in uids} == leads
    assert leads[uids[0]] == leads[uids[1]] == uids[0] == make_uid("kabar", "/politik/debat/amp/", 0)


def test_an_address_that_was_only_claimed_gets_its_new_form_too(bench: Any) -> None:
    desk = bench.begin()
    saved = desk.store("/m/debat/", *DEBATE, claimed="/politik/debat/amp/")
    assert renew(bench, desk) == 1
    assert where(bench, saved.uid)[1] == f"{BASE}/politik/debat/"


def test_an_address_of_another_site_has_nothing_to_become(bench: Any) -> None:
    desk = bench.begin()
    desk.sight("https://lain.example/a/2/", raw="https://lain.example/a/2/")
    assert renew(bench, desk) == 0
    assert addresses(bench) == {"https://lain.example/a/2/": NEWEST}


@pytest.mark.parametrize("rows_held", [pytest.param(10_000, id="10000")])
def test_a_start_hardly_notices_that_there_is_nothing_to_do(bench: Any, rows_held: int) -> None:
    desk = bench.begin()
    with bench.database.write() as connection:
        values = {"outlet_id": desk.ticket.outlet_id, "rules_version": NEWEST, "first_seen_at": bench.now()}
        connection.execute(insert(Address), [values | {"canonical": f"/berita/{at}/"} for at in range(rows_held)])
    began = time.perf_counter()
    assert renew(bench, desk) == 0
    assert time.perf_counter() - began < 0.2


def test_no_projection_is_lost(bench: Any) -> None:
    desk = bench.begin()
    store(desk, "/politik/debat/amp/", "/politik/debat/amp/?amp", DEBATE)
    desk.store("/politik/debat/", *EDITED)
    held = {model: len(rows(bench, model)) for model in (ReadingRow, Version, Visit)}
    renew(bench, desk)
    assert {model: len(rows(bench, model)) for model in held} == held
    with bench.database.read() as connection:
        assert changes.newest(connection) == 5
