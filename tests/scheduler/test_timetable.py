"""When work is due as profiles come and go; times are those of Makassar, eight hours ahead of UTC."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from archive.phases import Phase
from archive.work import Work
from scheduler.settings import Profile, ScheduleSettings, Times
from scheduler.timetable import Timetable

ZONE = ZoneInfo("Asia/Makassar")
WEEK = Profile(from_=date(2024, 11, 24), until=date(2024, 11, 30), crawl="*/10 * * * *")
QUIET = Phase(name="masa_tenang", start=date(2024, 11, 24), end=date(2024, 11, 26), rank=3)
VOTE = Phase(name="pemungutan_suara", start=date(2024, 11, 27), end=date(2024, 11, 27), rank=1)
AGAIN = Phase(name="pemungutan_suara", start=date(2025, 8, 27), end=date(2025, 8, 27), rank=1, regions=("64.02",))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def phases(outlet: str) -> Sequence[Phase]:
    return (QUIET, VOTE, AGAIN) if outlet == "kukar" else (QUIET, VOTE)


def timetable(**profiles: Profile) -> Timetable:
    return Timetable(ScheduleSettings(crawl="0 */2 * * *", profiles=profiles), phases=phases)


def times(table: Timetable, after: str, number: int, outlet: str = "kukar", work: Work = Work.CRAWL) -> list[str]:
    at, found = local(after), []
    for _ in range(number):
        following = table.next_time(outlet, work, at)
        assert following is not None
        at = following
        found.append(f"{at.astimezone(ZONE):%m-%d %H:%M}")
    return found


def test_the_week_of_polling_is_crawled_every_ten_minutes_and_else_every_two_hours() -> None:
    table = timetable(minggu=WEEK)
    assert times(table, "2024-11-23 21:30", 4) == ["11-23 22:00", "11-24 00:00", "11-24 00:10", "11-24 00:20"]
    assert times(table, "2024-11-30 23:45", 3) == ["11-30 23:50", "12-01 00:00", "12-01 02:00"]


def test_a_run_far_off_does_not_hide_that_a_profile_begins_before_it() -> None:
    table = Timetable(ScheduleSettings(crawl="0 0 1 1 *", profiles={"minggu": WEEK}))
    assert times(table, "2024-01-02 00:00", 1) == ["11-24 00:00"]
    assert times(table, "2024-11-30 23:50", 1) == ["01-01 00:00"]


@pytest.mark.parametrize(
    ("outlet", "after", "expected"),
    [
        ("kukar", "2024-11-23 23:00", "11-24 00:00"),
        ("kukar", "2024-11-27 23:55", "11-28 00:00"),
        ("kukar", "2025-08-26 23:55", "08-27 00:00"),
        ("kukar", "2025-08-27 00:00", "08-27 00:10"),
        ("etam", "2025-08-27 00:00", "08-27 02:00"),
    ],
)
def test_a_phase_holds_where_the_outlet_is(outlet: str, after: str, expected: str) -> None:
    table = timetable(coblos=Profile(phase=["masa_tenang", "pemungutan_suara"], crawl="*/10 * * * *"))
    assert times(table, after, 1, outlet) == [expected]


def test_of_profiles_that_overlap_the_first_in_the_file_that_speaks_of_the_work_counts() -> None:
    table = timetable(
        hari=Profile(phase="pemungutan_suara", crawl="*/5 * * * *"),
        minggu=Profile(from_=WEEK.from_, until=WEEK.until, crawl="*/10 * * * *", visits="30 * * * *"),
    )
    assert times(table, "2024-11-26 23:50", 2) == ["11-27 00:00", "11-27 00:05"]
    assert times(table, "2024-11-27 23:55", 2) == ["11-28 00:00", "11-28 00:10"]
    assert times(table, "2024-11-27 12:00", 1, work=Work.VISITS) == ["11-27 12:30"], "the day says nothing of visits"
    reversed_order = timetable(minggu=WEEK, hari=Profile(phase="pemungutan_suara", crawl="*/5 * * * *"))
    assert times(reversed_order, "2024-11-27 00:00", 1) == ["11-27 00:10"]


def test_phase_and_days_hold_together_and_only_for_the_outlets_named() -> None:
    one = Profile(phase="pemungutan_suara", from_=date(2025, 1, 1), outlets=["kukar"], crawl="*/5 * * * *")
    table = timetable(hari=one)
    assert times(table, "2024-11-27 00:00", 1) == ["11-27 02:00"]
    assert times(table, "2025-08-27 00:00", 1) == ["08-27 00:05"]
    assert times(table, "2025-08-27 00:00", 1, "etam") == ["08-27 02:00"]


def test_work_may_be_due_in_a_profile_alone_or_never() -> None:
    table = timetable(minggu=Profile(from_=WEEK.from_, until=WEEK.until, visits="15 * * * *"))
    assert times(table, "2024-11-01 00:00", 2, work=Work.VISITS) == ["11-24 00:15", "11-24 01:15"]
    assert table.next_time("kukar", Work.VISITS, local("2024-11-30 23:30")) is None
    off = Timetable(ScheduleSettings(visits="15 * * * *", outlets={"kukar": Times(visits="")}))
    assert off.next_time("kukar", Work.VISITS, local("2024-11-24 00:00")) is None
    assert off.next_time("etam", Work.VISITS, local("2024-11-24 00:00")) == local("2024-11-24 00:15")


def test_it_says_which_profile_decides_and_until_when() -> None:
    coblos = Profile(phase=["masa_tenang", "pemungutan_suara"], crawl="*/10 * * * *")
    table = timetable(coblos=coblos)
    at = local("2024-11-25 08:00")
    assert table.profile("kukar", Work.CRAWL, at) == "coblos"
    assert table.until("kukar", Work.CRAWL, at) == local("2024-11-28 00:00"), "two phases of one profile are one"
    assert table.profile("kukar", Work.VISITS, at) is None
    assert table.until("etam", Work.CRAWL, local("2024-11-28 08:00")) is None


def test_periods_are_counted_with_both_ends_and_not_without_bound() -> None:
    table = Timetable(ScheduleSettings(crawl="*/10 * * * *"))
    at = local("2024-11-27 12:00")
    assert table.periods("kukar", Work.CRAWL, at, at + timedelta(minutes=9)) == 1
    assert table.periods("kukar", Work.CRAWL, at, at + timedelta(hours=1)) == 7
    assert table.periods("kukar", Work.CRAWL, datetime(1970, 1, 1, tzinfo=UTC), at) == 5_000
