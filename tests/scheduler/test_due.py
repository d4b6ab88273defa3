from datetime import UTC, date, datetime, timedelta

import pytest

from archive import agenda, runs
from archive.agenda import TRIGGERS, Action
from archive.database import Database
from archive.records import RunStatus
from archive.runs import RunRow
from archive.work import Work
from scheduler import due
from scheduler.due import Cause, Errand, Plan
from scheduler.settings import Profile, ScheduleSettings, Times
from scheduler.timetable import Timetable

NOW = datetime(2024, 11, 27, 4, 10, tzinfo=UTC)
HALF_PAST = datetime(2024, 11, 27, 4, 30, tzinfo=UTC)
SETTINGS = ScheduleSettings(maintenance="")
KUKAR = ("kukar", Work.CRAWL)
NOTHING = due.Waiting(asked=[], due={}, paused={})


def draw_up(database: Database, now: datetime, *outlets: str, settings: ScheduleSettings = SETTINGS) -> Plan:
    return due.draw_up(database, outlets, Timetable(settings), now=now)


def take(database: Database, now: datetime, *, missed: bool = False) -> Errand | None:
    return due.take(database, "kukar", Work.CRAWL, Timetable(SETTINGS), now=now, missed=missed)


def held(database: Database) -> dict[str, datetime]:
    with database.read() as connection:
        return {slug: held.next_at for slug, held in agenda.appointments(connection, Work.CRAWL).items()}


def test_a_new_outlet_waits_for_its_first_time(database: Database) -> None:
    assert draw_up(database, NOW, "kukar") == Plan(next_at={KUKAR: HALF_PAST}, missed=frozenset())
    assert held(database) == {"kukar": HALF_PAST}
    assert take(database, NOW) is None


@pytest.mark.parametrize("down", [timedelta(minutes=m) for m in (1, 29, 31, 60, 24 * 60, 30 * 24 * 60)], ids=str)
def test_whatever_was_missed_is_made_up_for_once(database: Database, down: timedelta) -> None:
    draw_up(database, HALF_PAST - timedelta(seconds=1), "kukar")
    now = HALF_PAST - timedelta(seconds=1) + down
    assert draw_up(database, now, "kukar").missed == {KUKAR}
    periods = 1 + int((down - timedelta(seconds=1)) / timedelta(minutes=30))
    assert take(database, now, missed=True) == Errand(
        outlet="kukar", cause=Cause.MISSED, planned_at=HALF_PAST, missed=periods
    )
    assert take(database, now) is None
    assert draw_up(database, now, "kukar").missed == frozenset()
    assert held(database)["kukar"] > now


def test_what_is_overdue_stays_so_until_it_is_taken(database: Database) -> None:
    draw_up(database, NOW, "kukar")
    later = NOW + timedelta(days=2)
    for _ in range(3):
        assert draw_up(database, later, "kukar") == Plan(next_at={KUKAR: HALF_PAST}, missed=frozenset({KUKAR}))


def test_a_changed_expression_is_worked_out_anew(database: Database) -> None:
    draw_up(database, NOW, "kukar")
    daily = ScheduleSettings(maintenance="", outlets={"kukar": "0 6 * * *"})
    plan = draw_up(database, NOW + timedelta(hours=1), "kukar", settings=daily)
    assert plan == Plan(next_at={KUKAR: datetime(2024, 11, 27, 22, tzinfo=UTC)}, missed=frozenset())


def test_a_changed_zone_is_worked_out_anew(database: Database) -> None:
    for zone, hour in (("Asia/Makassar", 22), ("Asia/Jakarta", 23), ("Asia/Jayapura", 21)):
        draw_up(database, NOW, "kukar", settings=ScheduleSettings(timezone=zone, crawl="0 6 * * *"))
        assert held(database) == {"kukar": datetime(2024, 11, 27, hour, tzinfo=UTC)}


@pytest.mark.parametrize(
    "back", [timedelta(hours=1), timedelta(days=1), NOW - datetime(1970, 1, 1, tzinfo=UTC)], ids=str
)
def test_a_clock_set_back_leaves_nobody_waiting_for_the_old_time(database: Database, back: timedelta) -> None:
    draw_up(database, NOW, "kukar")
    assert draw_up(database, NOW - back, "kukar").next_at[KUKAR] <= NOW - back + timedelta(minutes=30)


def test_outlets_that_are_gone_leave_the_agenda(database: Database) -> None:
    draw_up(database, NOW, "kukar", "mahakam")
    draw_up(database, NOW, "mahakam")
    assert list(held(database)) == ["mahakam"]


def test_the_next_time_is_set_before_the_crawl_starts(database: Database) -> None:
    draw_up(database, NOW, "kukar")
    errand = take(database, HALF_PAST + timedelta(seconds=12))
    assert errand == Errand(outlet="kukar", cause=Cause.SCHEDULE, planned_at=HALF_PAST)
    assert held(database) == {"kukar": HALF_PAST + timedelta(minutes=30)}


def test_many_requests_are_one_errand_and_leave_the_plan_alone(database: Database) -> None:
    draw_up(database, NOW, "kukar")
    with database.write() as connection:
        for _ in range(3):
            agenda.ask(connection, "kukar", Action.TRIGGER, NOW)
    assert due.waiting(database, NOW).asked == [KUKAR]
    assert take(database, NOW) == Errand(outlet="kukar", cause=Cause.TRIGGER, planned_at=None)
    assert take(database, NOW) is None
    assert due.waiting(database, NOW) == NOTHING
    assert held(database) == {"kukar": HALF_PAST}


def test_what_is_planned_and_asked_for_is_crawled_once(database: Database) -> None:
    draw_up(database, NOW, "kukar")
    with database.write() as connection:
        agenda.ask(connection, "kukar", Action.TRIGGER, NOW)
    assert take(database, HALF_PAST) == Errand(outlet="kukar", cause=Cause.SCHEDULE, planned_at=HALF_PAST)
    assert take(database, HALF_PAST) is None
    assert due.waiting(database, HALF_PAST) == NOTHING


def test_each_kind_of_work_is_due_at_its_own_times(database: Database) -> None:
    settings = ScheduleSettings(
        crawl="*/30 * * * *",
        visits="0 1 * * *",
        maintenance="40 2 * * *",
        outlets={"mahakam": Times(crawl="0 6 * * *", visits="", maintenance="10 3 * * 0")},
    )
    plan = draw_up(database, NOW, "kukar", "mahakam", settings=settings)
    assert plan.next_at == {
        KUKAR: HALF_PAST,
        ("kukar", Work.VISITS): datetime(2024, 11, 27, 17, tzinfo=UTC),
        ("kukar", Work.MAINTENANCE): datetime(2024, 11, 27, 18, 40, tzinfo=UTC),
        ("mahakam", Work.CRAWL): datetime(2024, 11, 27, 22, tzinfo=UTC),
        ("mahakam", Work.MAINTENANCE): datetime(2024, 11, 30, 19, 10, tzinfo=UTC),
    }
    draw_up(database, NOW, "kukar", "mahakam")
    with database.read() as connection:
        assert set(agenda.book(connection)) == {KUKAR, ("mahakam", Work.CRAWL)}


def test_a_backfill_is_due_once_the_settings_name_how_far_back(database: Database) -> None:
    assert set(draw_up(database, NOW, "kukar").next_at) == {KUKAR}
    settings = ScheduleSettings(maintenance="", backfill_since=date(2024, 6, 1))
    assert set(draw_up(database, NOW, "kukar", settings=settings).next_at) == {KUKAR, ("kukar", Work.BACKFILL)}


def test_what_was_due_by_a_profile_that_is_over_is_still_made_up_for(database: Database) -> None:
    settings = ScheduleSettings(
        maintenance="", profiles={"minggu": Profile(until=date(2024, 11, 27), crawl="*/10 * * * *")}
    )
    draw_up(database, NOW, "kukar", settings=settings)
    assert draw_up(database, NOW + timedelta(days=3), "kukar", settings=settings).missed == {KUKAR}


def pause(database: Database, at: datetime) -> None:
    with database.write() as connection:
        agenda.ask(connection, "kukar", Action.PAUSE, at)


def skipped(database: Database) -> list[RunRow]:
    with database.read() as connection:
        return runs.newest(connection)


def test_of_a_paused_outlet_only_what_is_asked_for_is_taken(database: Database) -> None:
    draw_up(database, NOW, "kukar")
    pause(database, NOW)
    assert due.waiting(database, HALF_PAST) == due.Waiting(asked=[], due={}, paused={KUKAR: HALF_PAST})
    assert take(database, HALF_PAST) is None
    with database.write() as connection:
        agenda.ask(connection, "kukar", TRIGGERS[Work.CRAWL], HALF_PAST)
    assert take(database, HALF_PAST) == Errand(outlet="kukar", cause=Cause.TRIGGER, planned_at=None)
    assert held(database) == {"kukar": HALF_PAST}, "it is made up for once the outlet goes on"


def test_a_run_that_was_due_at_a_paused_outlet_is_noted_once(database: Database) -> None:
    draw_up(database, NOW, "kukar")
    pause(database, NOW)
    for minutes in (0, 30, 60):
        due.note_paused(database, KUKAR, HALF_PAST, now=HALF_PAST + timedelta(minutes=minutes))
    (run,) = skipped(database)
    assert (run.kind, run.status, run.planned_at) == ("crawl", RunStatus.SKIPPED, HALF_PAST)
    assert run.detail == "paused since 2024-11-27 04:10 UTC"
