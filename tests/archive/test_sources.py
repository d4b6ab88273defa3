"""How far sources were read is remembered by outlet and source."""

from typing import Any

from archive import sources

ON_BOTH_DATABASES = True


def test_marks_say_how_far_a_source_was_read(bench: Any) -> None:
    desk, other = bench.begin("kabar"), bench.begin("suara")
    for marks in ({"newest": 1}, {"newest": 2}):
        with bench.database.write() as connection:
            sources.set_marks(connection, desk.ticket, "rest", marks, bench.now())
    with bench.database.read() as connection:
        assert sources.marks(connection, desk.ticket.outlet_id, "rest") == {"newest": 2}
        assert sources.marks(connection, desk.ticket.outlet_id, "feed") == {}
        assert sources.marks(connection, other.ticket.outlet_id, "rest") == {}
