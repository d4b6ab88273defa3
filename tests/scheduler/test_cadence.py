from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from scheduler.cadence import CadenceError, next_time

ZONES = sorted(
    zone for zone in available_timezones() if not zone.startswith(("posix/", "right/")) and zone != "localtime"
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        pytest.param("*/30 * * * *", "2024-11-27 04:10", "2024-11-27 04:30", id="every half hour"),
        pytest.param("*/30 * * * *", "2024-11-27 04:30", "2024-11-27 05:00", id="strictly later"),
        pytest.param("0 0 * * 0", "2024-11-27 00:00", "2024-12-01 00:00", id="0 is Sunday"),
        pytest.param("0 0 * * 7", "2024-11-27 00:00", "2024-12-01 00:00", id="7 is Sunday"),
        pytest.param("0 0 * * sun", "2024-11-27 00:00", "2024-12-01 00:00", id="sun is Sunday"),
        pytest.param("0 0 * * 1", "2024-11-27 00:00", "2024-12-02 00:00", id="1 is Monday"),
        pytest.param("0 0 * * 5-7", "2024-12-01 00:00", "2024-12-06 00:00", id="Friday to Sunday"),
        pytest.param("0 0 27 * 1", "2024-11-25 12:00", "2024-11-27 00:00", id="day of month or day of week: the day"),
        pytest.param("0 0 27 * 1", "2024-11-27 12:00", "2024-12-02 00:00", id="day of month or day of week: the week"),
        pytest.param("0 0 30 2 1", "2025-01-01 00:00", "2025-02-03 00:00", id="no such day, but a Monday"),
        pytest.param("0 0 29 2 *", "2025-01-01 00:00", "2028-02-29 00:00", id="29 February waits for a leap year"),
        pytest.param("0 0 31 * *", "2024-11-01 00:00", "2024-12-31 00:00", id="31st skips short months"),
    ],
)
def test_cron_rules_hold(expression: str, after: str, expected: str) -> None:
    assert next_time(expression, "UTC", utc(after)) == utc(expected)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Jakarta", "2024-11-26 23:00"),
        ("Asia/Makassar", "2024-11-26 22:00"),
        ("Asia/Jayapura", "2024-11-26 21:00"),
    ],
)
def test_an_expression_is_read_in_its_zone(zone: str, expected: str) -> None:
    found = next_time("0 6 * * *", zone, utc("2024-11-26 12:00"))
    assert found == utc(expected)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "expression",
    ["", "* * * *", "* * * * * *", "@daily", "60 * * * *", "*/0 * * * *", "0 0 * * 8", "0 0 30 2 *", "0 0 31 4,6 *"],
)
def test_what_is_no_cadence_is_refused_by_name(expression: str) -> None:
    with pytest.raises(CadenceError) as caught:
        next_time(expression, "Asia/Makassar")
    assert repr(expression) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_time_that_comes_twice_is_run_once() -> None:
    first = next_time("30 2 * * *", "Europe/Berlin", utc("2024-10-26 12:00"))
    assert first == utc("2024-10-27 00:30")
    for minutes in range(0, 120, 5):
        assert next_time("30 2 * * *", "Europe/Berlin", first + timedelta(minutes=minutes)) == utc("2024-10-28 01:30")


def test_a_time_that_does_not_exist_is_run_when_the_clock_has_gone_forward() -> None:
    assert next_time("30 2 * * *", "Europe/Berlin", utc("2024-03-30 12:00")) == utc("2024-03-31 01:00")


def daily_gaps(zone: str) -> list[timedelta]:
    moment, gaps = utc("2025-12-31 12:00"), []
    while moment.year < 2027:
        after = next_time("0 0 * * *", zone, moment)
        gaps.append(after - moment)
        moment = after
    return gaps[1:]


@pytest.mark.parametrize("zone", [*ZONES[::60], "Asia/Makassar", "Europe/Berlin", "US/Pacific"])
def test_no_day_is_skipped_in_a_year(zone: str) -> None:
    assert timedelta(hours=20) < min(daily_gaps(zone)) <= max(daily_gaps(zone)) <= timedelta(hours=26)


@pytest.mark.soak
@pytest.mark.parametrize("zone", ZONES)
def test_no_day_is_skipped_in_any_zone(zone: str) -> None:
    assert timedelta(hours=20) < min(daily_gaps(zone)) <= max(daily_gaps(zone)) <= timedelta(hours=26)
    assert ZoneInfo(zone)
