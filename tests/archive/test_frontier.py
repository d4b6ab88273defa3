from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from archive import frontier, spots, visits
from archive.errors import ArchiveUnavailableError
from archive.frontier import DueAddress, Sight, Sighted
from archive.models import Address, AddressAlias, Disposition, Due, Sighting
from archive.records import Entry, Purpose, Reason, VisitState

ON_BOTH_DATABASES = True


def sight(desk: Any, path: str, *, source: str = "rest", raw: str = "", **said: str | None) -> Sighted:
    told = Sight(canonical=path, raw=raw or f"http://kabar.test{path}", source=source, **said)
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
    assert again == Sighted(address_id=first.address_id, fresh=False, changed=False, first=False, more=False)
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
        pytest.raises(
            ArchiveUnavailableError, match=r"UNIQUE constraint failed: due\.address_id|uq_due_address_id_purpose"
        ) as raised,
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


@pytest.mark.parametrize(
    ("before", "now", "more"),
    [
        ({}, {}, False),
        ({}, {"section": "Politik"}, True),
        ({}, {"published": "2024-11-22"}, True),
        ({"section": "Politik"}, {"section": "Politik"}, False),
        ({"section": "Politik"}, {"section": "Hukum"}, True),
        ({"published": "2024-11-22"}, {}, False),
    ],
    ids=["nothing", "a section", "a day", "the same", "another", "no longer"],
)
def test_what_a_source_tells_beyond_what_it_told_is_noticed(bench: Any, before: Any, now: Any, more: bool) -> None:
    desk = bench.begin()
    sight(desk, "/a/", **before)
    assert wants(desk, **now) is more
    assert sight(desk, "/a/", **now).more is more


def wants(desk: Any, **said: Any) -> bool:
    told = Sight(canonical="/a/", raw="http://kabar.test/a/", source="rest", **said)
    with desk.bench.database.read() as connection:
        return frontier.wanted(connection, desk.ticket.outlet_id, [told])


def test_what_a_source_no_longer_says_stays_as_it_said_it(bench: Any) -> None:
    desk = bench.begin()
    first = sight(desk, "/a/", section="Politik", published="2024-11-22")
    sight(desk, "/a/")
    with bench.database.read() as connection:
        (hint,) = frontier.hints(connection, first.address_id)
    assert (hint.section, hint.published, hint.source) == ("Politik", "2024-11-22", "rest")


def test_only_the_addresses_that_are_named_are_taken(bench: Any) -> None:
    desk = bench.begin()
    desk.sight("/a/")
    wanted = desk.sight("/b/")
    with bench.database.write() as connection:
        taken = frontier.take_due(connection, desk.ticket, limit=9, now=bench.now(), only=[wanted])
    assert [one.address_id for one in taken] == [wanted]


@pytest.mark.parametrize(
    ("since", "before", "expected"),
    [
        ("2024-11-01", "2024-12-01", ["/in/", "/undated/", "/two/"]),
        ("2024-11-01", None, ["/in/", "/after/", "/undated/", "/two/"]),
        (None, "2024-11-01", ["/before/", "/undated/", "/two/"]),
    ],
)
def test_what_all_sources_place_outside_the_days_stays_due(
    bench: Any, since: str | None, before: str | None, expected: list[str]
) -> None:
    desk = bench.begin()
    sight(desk, "/in/", published="2024-11-22T02:15:00+00:00")
    sight(desk, "/before/", published="2024-10-31")
    sight(desk, "/after/", published="2024-12-01T00:00:00")
    sight(desk, "/undated/")
    sight(desk, "/two/", published="2024-10-31")
    sight(desk, "/two/", source="feed", published="2024-11-02T00:10:00+08:00")
    with bench.database.write() as connection:
        taken = frontier.take_due(connection, desk.ticket, limit=9, now=bench.now(), days=(since, before))
    assert [one.canonical for one in taken] == expected
    assert len(dues(bench)) == 5


@pytest.mark.parametrize(
    ("title", "published", "due"),
    [
        pytest.param("Banjir Rendam Dua Kelurahan", "2025-03-04", True, id="another headline and another day"),
        pytest.param("Banjir Rendam Dua Kelurahan", "2024-11-20T09:00:00+00:00", False, id="another headline, one day"),
        pytest.param("Debat Perdana Digelar Malam Ini", "2025-03-04", False, id="an edited headline"),
        pytest.param("Banjir Rendam Dua Kelurahan", None, False, id="no day"),
        pytest.param(None, "2025-03-04", False, id="no headline"),
    ],
)
def test_a_list_that_tells_of_another_story_at_a_known_address_has_it_fetched(
    bench: Any, title: str | None, published: str | None, due: bool
) -> None:
    desk = bench.begin()
    first = sight(desk, "/a", title="Debat Perdana Digelar Besok", published="2024-11-20")
    with bench.database.write() as connection:
        frontier.done(connection, first.address_id, Purpose.ARTICLE)
    again = sight(desk, "/a", title=title, published=published)
    assert (again.fresh, again.changed, bool(dues(bench))) == (False, due, due)


def test_a_part_is_its_storys_only_where_the_story_is_held(bench: Any) -> None:
    desk = bench.begin()
    told = Sight(canonical="/a/b/2/", raw="http://kabar.test/a/b/2/", source="rest", whole="/a/b/")
    with bench.database.read() as connection:
        assert spots.of_whole(connection, desk.ticket.outlet_id, told) == told
    desk.sight("/a/b/")
    with bench.database.read() as connection:
        assert spots.of_whole(connection, desk.ticket.outlet_id, told) == told
    desk.store("/a/b/")
    with bench.database.read() as connection:
        assert spots.of_whole(connection, desk.ticket.outlet_id, told).canonical == "/a/b/"


def test_a_story_that_was_not_there_is_asked_for_again_when_a_later_run_is_told_of_it(bench: Any) -> None:
    desk = bench.begin()
    seen = sight(desk, "/a/", source="sitemap")
    with bench.database.write() as connection:
        visits.add(
            connection, desk.ticket, address_id=seen.address_id, purpose=Purpose.ARTICLE, url="u", at=bench.now(),
            status=404, capture_id=None, state=VisitState.REJECTED, reason=Reason.NOT_FOUND,
        )  # fmt: skip
        frontier.done(connection, seen.address_id, Purpose.ARTICLE)
    assert not sight(desk, "/a/", source="feed").changed, "this run has just asked for it"
    later = bench.begin()
    assert not sight(later, "/a/", source="feed").changed, "it was told so before"
    assert sight(later, "/a/", source="listing").changed
    assert dues(bench) == [(seen.address_id, Purpose.ARTICLE)]
