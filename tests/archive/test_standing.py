from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from archive import runs, standing
from archive.records import RunStatus
from archive.standing import Trend

ON_BOTH_DATABASES = True
PAUSE = "paused since"


def ended(desk: Any, status: RunStatus) -> int:
    with desk.bench.database.write() as connection:
        runs.finish(connection, desk.ticket, status=status, detail="", extra={}, now=desk.bench.now())
    return int(desk.ticket.run_id)


def note(desk: Any, status: RunStatus, detail: str) -> int:
    bench, given = desk.bench, {"kind": "crawl", "cause": "schedule", "planned_at": None}
    with bench.database.write() as connection:
        return runs.note_held(connection, desk.ticket.outlet_id, detail=detail, status=status, now=bench.now(), **given)


def told(bench: Any, *outlets: str) -> dict[str, list[int]]:
    with bench.database.read() as connection:
        found = standing.telling(connection, outlets, passing=PAUSE)
    return {outlet: [run.run_id for run in held] for outlet, held in found.items()}


def test_notes_of_whatever_number_hide_no_crawl(bench: Any) -> None:
    first = ended(bench.begin(), RunStatus.OK)
    bench.pass_time(hours=1)
    desk = bench.begin()
    for _ in range(60):
        bench.pass_time(minutes=1)
        held = note(desk, RunStatus.HELD, "another crawl runs")
    bench.pass_time(minutes=1)
    note(desk, RunStatus.SKIPPED, f"{PAUSE} yesterday")
    assert told(bench, "kabar", "suara") == {"kabar": [held, desk.ticket.run_id]}
    with bench.database.read() as connection:
        assert standing.last_successes(connection, ["kabar", "suara"]).keys() == {"kabar"}
    assert first < desk.ticket.run_id


def test_a_trend_is_told_once_there_is_a_history_of_two_weeks(bench: Any) -> None:
    desk = bench.begin()
    today = bench.now().date()
    for days, number in ((1, 3), (7, 4), (8, 2), (35, 5), (36, 9), (0, 1)):
        for count in range(number):
            at = today - timedelta(days=days)
            desk.store(f"/{days}-{count}/", f"Berita {days} {count}", f"Isi {days} {count}.", published_date=at)
    with bench.database.read() as connection:
        assert standing.trends(connection, bench.now()) == {}
        assert standing.trends(connection, bench.now() + timedelta(days=14)).keys() == {"kabar"}
    ended(desk, RunStatus.OK)
    with bench.database.write() as connection:
        connection.exec_driver_sql("UPDATE run SET started_at = '2024-11-01 00:00:00.000000'")
    with bench.database.read() as connection:
        assert standing.trends(connection, bench.now()) == {"kabar": Trend(now=1.0, usual=round(7 / 28, 1))}
    assert isinstance(today, date)


@pytest.mark.sqlite_only
def test_two_hundred_outlets_are_asked_for_in_as_many_statements_as_one(bench: Any) -> None:
    slugs = [f"kabar-{number}" for number in range(200)]
    for slug in slugs:
        ended(bench.begin(slug), RunStatus.OK)
    numbers = []
    for asked in (slugs[:1], slugs):
        statements: list[str] = []
        with bench.database.read() as connection:
            event.listen(connection, "before_cursor_execute", lambda *given, to=statements: to.append(given[2]))
            assert len(standing.telling(connection, asked, passing=PAUSE)) == len(asked)
            assert len(standing.last_successes(connection, asked)) == len(asked)
            standing.trends(connection, bench.now())
        numbers.append(len(statements))
    assert numbers == [4, 4]
