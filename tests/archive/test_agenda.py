from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import agenda
from archive.agenda import Action, Appointment, Work
from archive.database import Database

ON_BOTH_DATABASES = True

NOW = datetime(2024, 11, 27, 4, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'pilkada.db'}")
    database.ensure()
    yield database
    database.dispose()


def test_an_appointment_is_moved_not_doubled(database: Database) -> None:
    later = NOW + timedelta(minutes=30)
    with database.write() as connection:
        agenda.appoint(connection, "kukar", Work.CRAWL, expression="*/30 * * * *", next_at=NOW)
        agenda.appoint(connection, "kukar", Work.CRAWL, expression="0 * * * *", next_at=later)
        assert agenda.appointments(connection, Work.CRAWL) == {
            "kukar": Appointment(outlet="kukar", expression="0 * * * *", next_at=later)
        }


def test_appointments_come_in_the_order_of_their_times(database: Database) -> None:
    with database.write() as connection:
        for outlet, minutes in (("mahakam", 20), ("kukar", 30), ("etam", 10)):
            at = NOW + timedelta(minutes=minutes)
            agenda.appoint(connection, outlet, Work.CRAWL, expression="* * * * *", next_at=at)
        assert list(agenda.appointments(connection, Work.CRAWL)) == ["etam", "mahakam", "kukar"]


def test_outlets_that_are_not_kept_leave_the_agenda_and_stay_known(database: Database) -> None:
    with database.write() as connection:
        for outlet in ("kukar", "mahakam"):
            agenda.appoint(connection, outlet, Work.CRAWL, expression="* * * * *", next_at=NOW)
        assert agenda.keep_only(connection, ["mahakam"], Work.CRAWL) == 1
        assert list(agenda.appointments(connection, Work.CRAWL)) == ["mahakam"]
        assert agenda.outlets(connection) == ["kukar", "mahakam"]


def test_all_requests_for_an_outlet_are_taken_together_and_once(database: Database) -> None:
    with database.write() as connection:
        for outlet in ("kukar", "mahakam", "kukar"):
            agenda.ask(connection, outlet, Action.TRIGGER, NOW)
        assert agenda.asked(connection, Action.TRIGGER) == ["kukar", "mahakam"]
        assert agenda.take(connection, "kukar", Action.TRIGGER, NOW) == 2
        assert agenda.take(connection, "kukar", Action.TRIGGER, NOW) == 0
        assert agenda.asked(connection, Action.TRIGGER) == ["mahakam"]
