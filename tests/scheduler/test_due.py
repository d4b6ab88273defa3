from datetime import UTC, datetime, timedelta

import pytest

from archive import agenda
from archive.agenda import Action, Work
from archive.database import Database
from scheduler import due
from scheduler.cadence import next_time
from scheduler.due import Cause, Errand, Plan
from scheduler.settings import ScheduleSettings

NOW = datetime(2024, 11, 27, 4, 10, tzinfo=UTC)
HALF_PAST = datetime(2024, 11, 27, 4, 30, tzinfo=UTC)
SETTINGS = ScheduleSettings()


def draw_up(database: Database, now: datetime, *outlets: str, settings: ScheduleSettings = SETTINGS) -> Plan:
    return due.draw_up(database, outlets, settings, now=now, cadence=next_time)


def take(database: Database, now: datetime, *, missed: bool = False) -> Errand | None:
    return due.take(database, "kukar", SETTINGS, now=now, cadence=next_time, missed=missed)


def held(database: Database) -> dict[str, datetime]:
    with database.read() as connection:
        return {slug: held.next_at for slug, held in agenda.appointments(connection, Work.CRAWL).items()}


def test_a_new_outlet_waits_for_its_first_time(database: Database) -> None:
    assert draw_up(database, NOW, "kukar") == Plan(next_at={"kukar": HALF_PAST}, missed=frozenset())
    assert held(database) == {"kukar": HALF_PAST}
    assert take(database, NOW) is None


@pytest.mark.parametrize("down", [timedelta(minutes=m) for m in (1, 29, 31, 60, 24 * 60, 30 * 24 * 60)], ids=str)
def test_whatever_was_missed_is_made_up_for_once(database: Database, down: timedelta) -> None:
    draw_up(database, HALF_PAST - timedelta(seconds=1), "kukar")
    now = HALF_PAST - timedelta(seconds=1) + down
    assert draw_up(database, now, "kukar").missed == {"kukar"}
    assert take(database, now, missed=True) == Errand(outlet="kukar", cause=Cause.MISSED, planned_at=HALF_PAST)
    assert take(database, now) is None
    assert draw_up(database, now, "kukar").missed == frozenset()
    assert held(database)["kukar"] > now


def test_what_is_overdue_stays_so_until_it_is_taken(database: Database) -> None:
    draw_up(database, NOW, "kukar")
    later = NOW + timedelta(days=2)
    for _ in range(3):
        assert draw_up(database, later, "kukar") == Plan(next_at={"kukar": HALF_PAST}, missed=frozenset({"kukar"}))


def test_a_changed_expression_is_worked_out_anew(database: Database) -> None:
    draw_up(database, NOW, "kukar")
    daily = ScheduleSettings(outlets={"kukar": "0 6 * * *"})
    plan = draw_up(database, NOW + timedelta(hours=1), "kukar", settings=daily)
    assert plan == Plan(next_at={"kukar": datetime(2024, 11, 27, 22, tzinfo=UTC)}, missed=frozenset())


def test_a_changed_zone_is_worked_out_anew(database: Database) -> None:
    for zone, hour in (("Asia/Makassar", 22), ("Asia/Jakarta", 23), ("Asia/Jayapura", 21)):
        draw_up(database, NOW, "kukar", settings=ScheduleSettings(timezone=zone, crawl="0 6 * * *"))
        assert held(database) == {"kukar": datetime(2024, 11, 27, hour, tzinfo=UTC)}


@pytest.mark.parametrize(
    "back", [timedelta(hours=1), timedelta(days=1), NOW - datetime(1970, 1, 1, tzinfo=UTC)], ids=str
)
def test_a_clock_set_back_leaves_nobody_waiting_for_the_old_time(database: Database, back: timedelta) -> None:
    draw_up(database, NOW, "kukar")
    assert draw_up(database, NOW - back, "kukar").next_at["kukar"] <= NOW - back + timedelta(minutes=30)


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
    assert due.waiting(database, NOW) == ["kukar"]
    assert take(database, NOW) == Errand(outlet="kukar", cause=Cause.TRIGGER, planned_at=None)
    assert take(database, NOW) is None
    assert due.waiting(database, NOW) == []
    assert held(database) == {"kukar": HALF_PAST}


def test_what_is_planned_and_asked_for_is_crawled_once(database: Database) -> None:
    draw_up(database, NOW, "kukar")
    with database.write() as connection:
        agenda.ask(connection, "kukar", Action.TRIGGER, NOW)
    assert take(database, HALF_PAST) == Errand(outlet="kukar", cause=Cause.SCHEDULE, planned_at=HALF_PAST)
    assert take(database, HALF_PAST) is None
    assert due.waiting(database, HALF_PAST) == []
