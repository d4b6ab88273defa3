from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from archive import frontier
from archive.errors import ArchiveUnavailableError
from archive.frontier import DueAddress, Sight, Sighted
from archive.models import Address, AddressAlias, Disposition, Due, Sighting, Visit
from archive.records import Entry, Purpose, VisitState


def sight(desk: Any, path: str, *, modified: str | None = None, source: str = "rest", raw: str = "") -> Sighted:
    told = Sight(canonical=path, raw=raw or f"http://kabar.test{path}", source=source, modified=modified)
    with desk.bench.database.write() as connection:
        return frontier.sight(connection, desk.ticket, told, rules_version=1, priority=1, now=desk.bench.now())


def take(desk: Any, limit: int = 10) -> list[DueAddress]:
    with desk.bench.database.write() as connection:
        return frontier.take_due(connection, desk.ticket, limit=limit, now=desk.bench.now())


def dues(bench: Any) -> list[tuple[int, Purpose]]:
    with bench.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(Due.address_id, Due.purpose).order_by(Due.id))]


def entries(desk: Any) -> dict[int, Entry]:
    with desk.bench.database.read() as connection:
        rows = connection.execute(
            select(Disposition.address_id, Disposition.entry).where(Disposition.run_id == desk.ticket.run_id)
        )
        return {row.address_id: row.entry for row in rows}


def test_a_new_address_is_discovered_and_due_at_once(bench: Any) -> None:
    desk = bench.begin()
    seen = sight(desk, "/a/")
    assert (seen.fresh, seen.changed) == (True, False)
    assert dues(bench) == [(seen.address_id, Purpose.ARTICLE)]
    assert entries(desk) == {seen.address_id: Entry.DISCOVERED}


def test_an_address_told_again_is_one_address(bench: Any) -> None:
    desk = bench.begin()
    first = sight(desk, "/a/", modified="kemarin")
    bench.pass_time(hours=1)
    again = sight(desk, "/a/", modified="kemarin", raw="http://kabar.test/a/?utm_source=x")
    assert again == Sighted(address_id=first.address_id, fresh=False, changed=False)
    with bench.database.read() as connection:
        for table, number in ((Address, 1), (Sighting, 1), (AddressAlias, 2), (Due, 1)):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == number
        held = connection.execute(select(Sighting.first_at, Sighting.last_at)).one()
    assert held.last_at - held.first_at == timedelta(hours=1)


def test_a_known_address_with_another_modification_time_is_due_and_carried(bench: Any) -> None:
    first = bench.begin()
    first.sight("/a/", modified="kemarin")
    first.store("/a/", "A", "satu")
    assert dues(bench) == []
    desk = bench.begin()
    seen = sight(desk, "/a/", modified="hari ini")
    assert (seen.fresh, seen.changed) == (False, True)
    assert dues(bench) == [(seen.address_id, Purpose.ARTICLE)]
    assert entries(desk) == {seen.address_id: Entry.CARRIED}


def test_an_address_enters_a_run_once(bench: Any) -> None:
    desk = bench.begin()
    seen = sight(desk, "/a/")
    with bench.database.write() as connection:
        frontier.enter(connection, desk.ticket, seen.address_id, Entry.CARRIED)
    assert entries(desk) == {seen.address_id: Entry.DISCOVERED}


def test_addresses_of_two_outlets_are_two(bench: Any) -> None:
    assert bench.begin("kabar").sight("/a/") != bench.begin("suara").sight("/a/")


@pytest.mark.parametrize(
    ("canonical", "modified", "wanted"),
    [
        ("/a/", "kemarin", False), ("/a/", None, False), ("/a/", "hari ini", True), ("/b/", None, True)
    ],
    ids=["known", "known, no time said", "known, other time", "new"],
)  # fmt: skip
def test_an_answer_is_kept_if_it_tells_of_anything_new(
    bench: Any, canonical: str, modified: str | None, wanted: bool
) -> None:
    desk = bench.begin()
    desk.sight("/a/", modified="kemarin")
    told = Sight(canonical=canonical, raw="", source="rest", modified=modified)
    with bench.database.read() as connection:
        assert frontier.wanted(connection, desk.ticket.outlet_id, [told]) is wanted
        assert frontier.wanted(connection, desk.ticket.outlet_id, []) is False


def test_the_schema_refuses_a_second_entry_for_one_purpose(bench: Any) -> None:
    desk = bench.begin()
    address_id = desk.sight("/a/")
    values = {
        "outlet_id": desk.ticket.outlet_id, "address_id": address_id, "next_at": bench.now(), "priority": 0, "tries": 0
    }  # fmt: skip
    with bench.database.write() as connection:
        connection.execute(insert(Due).values(**values, purpose=Purpose.EVIDENCE))
    with (
        pytest.raises(ArchiveUnavailableError, match=r"UNIQUE constraint failed: due\.address_id") as raised,
        bench.database.write() as connection,
    ):
        connection.execute(insert(Due).values(**values, purpose=Purpose.ARTICLE))
    assert isinstance(raised.value.__cause__, IntegrityError)
    assert dues(bench) == [(address_id, Purpose.ARTICLE), (address_id, Purpose.EVIDENCE)]


def test_making_due_again_brings_the_entry_forward(bench: Any) -> None:
    desk = bench.begin()
    address_id = desk.sight("/a/")
    (due,) = take(desk)
    with bench.database.write() as connection:
        frontier.postpone(connection, due, now=bench.now())
    assert take(desk) == []
    with bench.database.write() as connection:
        frontier.make_due(connection, desk.ticket, address_id, Purpose.ARTICLE, priority=0, now=bench.now())
    assert [one.tries for one in take(desk)] == [1]


def test_what_is_due_is_leased_once_in_a_run_and_again_in_the_next(bench: Any) -> None:
    desk = bench.begin()
    ids = [desk.sight(f"/{number}/") for number in range(5)]
    assert [one.address_id for one in take(desk, 2)] == ids[:2]
    assert [one.address_id for one in take(desk)] == ids[2:]
    assert take(desk) == []
    assert [one.address_id for one in take(bench.begin())] == ids
    assert take(bench.begin("suara")) == []


def test_the_most_urgent_comes_first_and_in_its_newest_form(bench: Any) -> None:
    desk = bench.begin()
    first, second = desk.sight("/a/"), desk.sight("/b/", raw="http://kabar.test/b/?old")
    sight(desk, "/b/", raw="http://kabar.test/b/?new")
    with bench.database.write() as connection:
        frontier.make_due(connection, desk.ticket, first, Purpose.EVIDENCE, priority=0, now=bench.now())
        frontier.make_due(connection, desk.ticket, second, Purpose.EVIDENCE, priority=5, now=bench.now())
    taken = take(desk)
    assert [(one.address_id, one.purpose) for one in taken] == [
        (second, Purpose.EVIDENCE), (first, Purpose.ARTICLE), (second, Purpose.ARTICLE), (first, Purpose.EVIDENCE)
    ]  # fmt: skip
    assert (taken[0].url, taken[0].canonical) == ("http://kabar.test/b/?new", "/b/")


def test_an_address_that_waits_to_be_read_is_not_fetched_again(bench: Any) -> None:
    desk = bench.begin()
    address_id, capture_id = desk.sight("/a/"), desk.keep("/a/")
    with bench.database.write() as connection:
        visit_id = frontier.add_visit(
            connection, desk.ticket, address_id=address_id, purpose=Purpose.ARTICLE, url="u", at=bench.now(),
            status=200, capture_id=capture_id,
        )  # fmt: skip
    assert take(desk) == []
    (unread,) = unread_visits(desk)
    assert (unread.visit_id, unread.capture_id, unread.canonical) == (visit_id, capture_id, "/a/")
    assert unread_visits(desk, besides=[visit_id]) == []
    with bench.database.write() as connection:
        frontier.settle_visit(connection, visit_id, VisitState.FAILED)
    assert len(take(desk)) == 1
    assert unread_visits(desk) == []


def unread_visits(desk: Any, besides: list[int] | None = None) -> list[Any]:
    with desk.bench.database.read() as connection:
        return frontier.unread_visits(connection, desk.ticket, limit=9, besides=besides or [])


@pytest.mark.parametrize(
    ("tries", "minutes"), [(0, 15), (1, 60), (2, 240), (3, 960), (4, 1440), (5, 1440), (25, 1440), (10_000, 1440)]
)
def test_a_failed_fetch_waits_four_times_as_long_each_time_a_day_at_most(bench: Any, tries: int, minutes: int) -> None:
    desk = bench.begin()
    due = DueAddress(
        address_id=desk.sight("/a/"), purpose=Purpose.ARTICLE, canonical="/a/", url="http://kabar.test/a/", tries=tries
    )
    with bench.database.write() as connection:
        again = frontier.postpone(connection, due, now=bench.now())
    assert again == bench.now() + timedelta(minutes=minutes)
    bench.pass_time(minutes=minutes, seconds=-1)
    assert take(desk) == []
    bench.pass_time(seconds=1)
    assert [one.tries for one in take(desk)] == [tries + 1]


def test_an_evidence_page_is_given_up_after_five_tries(bench: Any) -> None:
    desk = bench.begin()
    address_id = desk.sight("/a/")
    with bench.database.write() as connection:
        frontier.done(connection, address_id, Purpose.ARTICLE)
        frontier.make_due(connection, desk.ticket, address_id, Purpose.EVIDENCE, priority=0, now=bench.now())
    waits = []
    while taken := take(desk):
        with bench.database.write() as connection:
            again = frontier.postpone(connection, taken[0], now=bench.now())
        if again is not None:
            waits.append((again - bench.now()) // timedelta(minutes=1))
            bench.pass_time(days=2)
    assert waits == [15, 60, 240, 960]
    assert dues(bench) == []


def test_marks_say_how_far_a_source_was_read(bench: Any) -> None:
    desk, other = bench.begin("kabar"), bench.begin("suara")
    for marks in ({"newest": 1}, {"newest": 2}):
        with bench.database.write() as connection:
            frontier.set_marks(connection, desk.ticket, "rest", marks, bench.now())
    with bench.database.read() as connection:
        assert frontier.marks(connection, desk.ticket.outlet_id, "rest") == {"newest": 2}
        assert frontier.marks(connection, desk.ticket.outlet_id, "feed") == {}
        assert frontier.marks(connection, other.ticket.outlet_id, "rest") == {}


def test_the_newest_record_of_a_story_is_found_for_its_page(bench: Any) -> None:
    desk = bench.begin()
    address_id = desk.sight("/a/")
    captures = [desk.keep("/api/"), desk.keep("/api/")]
    with bench.database.read() as connection:
        assert frontier.record_visit(connection, address_id) is None
    for number, capture_id in enumerate(captures):
        with bench.database.write() as connection:
            frontier.add_visit(
                connection, desk.ticket, address_id=address_id, purpose=Purpose.ARTICLE, url="u", at=bench.now(),
                status=200, capture_id=capture_id, record=str(number),
            )  # fmt: skip
    with bench.database.read() as connection:
        assert frontier.record_visit(connection, address_id) == (captures[1], "1")
        places = frontier.capture_places(connection, Path("warc"), captures)
    assert {place.path for place, _ in places.values()} == {Path("warc/kabar/kabar-20241125.warc.gz")}


def test_a_rebuild_has_every_kept_visit_read_again(bench: Any) -> None:
    first = bench.begin()
    for number in range(3):
        first.store(f"/{number}/", f"Judul {number}", f"isi {number}")
    gone = first.sight("/hilang/")
    with bench.database.write() as connection:
        frontier.add_visit(
            connection, first.ticket, address_id=gone, purpose=Purpose.ARTICLE, url="u", at=bench.now(), status=404,
            capture_id=first_capture(connection), state=VisitState.REJECTED,
        )  # fmt: skip
    desk = bench.begin()
    with bench.database.write() as connection:
        assert frontier.unread_again(connection, desk.ticket) == 3
        states = connection.execute(select(Visit.state).order_by(Visit.id)).scalars().all()
    assert states == [VisitState.UNREAD] * 3 + [VisitState.REJECTED]
    assert len(entries(desk)) == 4


def first_capture(connection: Any) -> int:
    from archive.models import Capture

    return connection.execute(select(func.min(Capture.id))).scalar_one()
