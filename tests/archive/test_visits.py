"""Visits: which wait to be read, which are read again, and where their bytes lie."""

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from archive import frontier, visits
from archive.models import Capture, Disposition, Visit
from archive.records import Purpose, VisitState

ON_BOTH_DATABASES = True


def take(desk: Any) -> list[Any]:
    with desk.bench.database.write() as connection:
        return frontier.take_due(connection, desk.ticket, limit=9, now=desk.bench.now())


def test_an_address_that_waits_to_be_read_is_not_fetched_again(bench: Any) -> None:
    desk = bench.begin()
    address_id, capture_id = desk.sight("/a/"), desk.keep("/a/")
    with bench.database.write() as connection:
        visit_id = visits.add(
            connection, desk.ticket, address_id=address_id, purpose=Purpose.ARTICLE, url="u", at=bench.now(),
            status=200, capture_id=capture_id,
        )  # fmt: skip
    assert take(desk) == []
    (unread,) = unread_visits(desk)
    assert (unread.visit_id, unread.capture_id, unread.canonical) == (visit_id, capture_id, "/a/")
    assert unread_visits(desk, besides=[visit_id]) == []
    with bench.database.write() as connection:
        visits.settle(connection, visit_id, VisitState.FAILED)
    assert len(take(desk)) == 1
    assert unread_visits(desk) == []


def unread_visits(desk: Any, besides: list[int] | None = None) -> list[Any]:
    with desk.bench.database.read() as connection:
        return visits.unread(connection, desk.ticket, limit=9, besides=besides or [])


def a_visit(desk: Any, address_id: int, purpose: Purpose, capture_id: int, record: str | None = None) -> int:
    with desk.bench.database.write() as connection:
        return visits.add(
            connection, desk.ticket, address_id=address_id, purpose=purpose, url="u", at=desk.bench.now(),
            status=200, capture_id=capture_id, record=record,
        )  # fmt: skip


def records_for_pages(desk: Any) -> list[tuple[int, str] | None]:
    with desk.bench.database.read() as connection:
        return [
            visits.newest_record(connection, visit) for visit in unread_visits(desk) if visit.record is None
        ]  # fmt: skip


def test_the_record_that_was_newest_when_a_page_was_seen_is_found_for_it(bench: Any) -> None:
    desk = bench.begin()
    address_id = desk.sight("/a/")
    captures = [desk.keep("/api/"), desk.keep("/api/")]
    page = desk.keep("/a/")
    a_visit(desk, address_id, Purpose.ARTICLE, page)
    assert records_for_pages(desk) == [None]
    for number, capture_id in enumerate(captures):
        bench.pass_time(hours=1)
        a_visit(desk, address_id, Purpose.ARTICLE, capture_id, record=str(number))
        bench.pass_time(hours=1)
        a_visit(desk, address_id, Purpose.EVIDENCE, page)
    assert records_for_pages(desk) == [None, (captures[0], "0"), (captures[1], "1")]
    bench.pass_time(hours=26)
    a_visit(desk, address_id, Purpose.EVIDENCE, page)
    a_visit(desk, address_id, Purpose.ARTICLE, page)
    assert records_for_pages(desk)[3:] == [(captures[1], "1"), None], "a record of two days ago knows no edit"
    with bench.database.read() as connection:
        places = visits.capture_places(connection, Path("warc"), captures)
    assert {place.path for place, _ in places.values()} == {Path("warc/kabar/kabar-20241125.warc.gz")}


def test_the_newest_page_of_an_address_is_found_and_an_error_page_only_where_there_is_no_other(bench: Any) -> None:
    desk = bench.begin()
    with bench.database.read() as connection:
        assert visits.newest_page(connection, "kabar", "/a/", "u") is None
    address_id = desk.sight("/a/")
    held = []
    for status, record in ((404, None), (200, None), (200, "7"), (410, None), (200, None), (404, None)):
        capture_id = desk.keep("/a/")
        with bench.database.write() as connection:
            visits.add(
                connection, desk.ticket, address_id=address_id, purpose=Purpose.ARTICLE, url="u", at=bench.now(),
                status=status, capture_id=capture_id, record=record,
            )  # fmt: skip
        with bench.database.read() as connection:
            page = visits.newest_page(connection, "kabar", "/a/", "u")
            assert visits.newest_page(connection, "lain", "/a/", "u") is None
        assert page is not None
        held.append((status, page.capture_id == capture_id))
    assert held == [(404, True), (200, True), (200, False), (410, False), (200, True), (404, False)]
    capture_id = desk.keep("/a/")
    with bench.database.write() as connection:
        visits.add(
            connection, desk.ticket, address_id=address_id, purpose=Purpose.ARTICLE, url="u/amp", at=bench.now(),
            status=200, capture_id=capture_id,
        )  # fmt: skip
    with bench.database.read() as connection:
        forms = [visits.newest_page(connection, "kabar", "/a/", form) for form in ("u", "u/amp", "u/2")]
    assert [form and form.url for form in forms] == ["u", "u/amp", "u/amp"]


def test_a_rebuild_has_every_kept_visit_read_again(bench: Any) -> None:
    first = bench.begin()
    for number in range(3):
        first.store(f"/{number}/", f"Judul {number}", f"isi {number}")
    gone = first.sight("/hilang/")
    with bench.database.write() as connection:
        visits.add(
            connection, first.ticket, address_id=gone, purpose=Purpose.ARTICLE, url="u", at=bench.now(), status=404,
            capture_id=first_capture(connection), state=VisitState.REJECTED,
        )  # fmt: skip
    desk = bench.begin()
    with bench.database.write() as connection:
        assert visits.unread_again(connection, desk.ticket) == 3
        states = connection.execute(select(Visit.state).order_by(Visit.id)).scalars().all()
        assert states == [VisitState.UNREAD] * 3 + [VisitState.REJECTED]
        entered = select(func.count()).where(Disposition.run_id == desk.ticket.run_id)
        assert connection.execute(entered).scalar() == 4


def first_capture(connection: Any) -> int:
    return connection.execute(select(func.min(Capture.id))).scalar_one()


def test_the_newest_page_that_was_read_is_read_again(bench: Any) -> None:
    desk = bench.begin()
    desk.store("/a/", "Judul", "isi")
    with bench.database.write() as connection:
        (address_id,) = connection.execute(select(Visit.address_id)).scalars().all()
        assert visits.read_again(connection, desk.ticket, address_id)
        assert connection.execute(select(Visit.state)).scalars().all() == [VisitState.UNREAD]
        assert not visits.read_again(connection, desk.ticket, address_id), "it waits already"


def test_a_story_read_from_a_record_has_no_page_to_read_again(bench: Any) -> None:
    desk = bench.begin()
    address_id = desk.sight("/a/")
    with bench.database.write() as connection:
        visits.add(
            connection, desk.ticket, address_id=address_id, purpose=Purpose.ARTICLE, url="u", at=bench.now(),
            status=200, capture_id=None, record="1", state=VisitState.READ,
        )  # fmt: skip
        assert not visits.read_again(connection, desk.ticket, address_id)
