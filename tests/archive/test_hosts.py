from datetime import timedelta
from typing import Any

from archive import hosts
from archive.warc import digest

ON_BOTH_DATABASES = True

KEY = ("kabar.test", 80)


def test_an_unknown_host_has_no_robots_and_may_be_asked(bench: Any) -> None:
    with bench.database.read() as connection:
        assert hosts.robots_copy(connection, KEY) is None
        assert hosts.robots_digest(connection, KEY) is None
        assert hosts.not_before(connection, KEY) is None


def test_the_copy_of_robots_stays_in_force_when_a_later_answer_is_the_same(bench: Any) -> None:
    desk = bench.begin()
    capture_id = desk.keep("/robots.txt", b"User-agent: *\nDisallow:\n")
    first = bench.now()
    with bench.database.write() as connection:
        hosts.note_robots(connection, KEY, scheme="http", status=200, capture_id=capture_id, now=first)
        assert hosts.robots_copy(connection, KEY) == (200, first, capture_id)
        assert hosts.robots_digest(connection, KEY) == digest(b"User-agent: *\nDisallow:\n")
    later = bench.pass_time(hours=24)
    with bench.database.write() as connection:
        hosts.note_robots(connection, KEY, scheme="http", status=404, capture_id=None, now=later)
        assert hosts.robots_copy(connection, KEY) == (404, later, capture_id)


def test_a_host_is_left_alone_apart_from_its_robots_and_from_other_ports(bench: Any) -> None:
    until = bench.now() + timedelta(hours=1)
    with bench.database.write() as connection:
        hosts.leave_alone(connection, KEY, scheme="http", until=until)
        assert hosts.not_before(connection, KEY) == until
        assert hosts.robots_copy(connection, KEY) is None
        assert hosts.not_before(connection, ("kabar.test", 8080)) is None
        hosts.note_robots(connection, KEY, scheme="http", status=404, capture_id=None, now=bench.now())
        assert hosts.not_before(connection, KEY) == until
