from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from archive.healthchanges import Change
from archive.records import Health, Reason
from archive.signs import RunSign, Signs, StorySign
from archive.troubles import Trouble
from scheduler.health import commands, judge
from scheduler.silence import idul_fitri, silence
from tests.scheduler.newsrooms import newsroom
from tests.scheduler.outlets import EVERY, NOW, found, known, lacking, ran, refused


def state(signs: Signs, standing: Change | None = None) -> tuple[Health, str] | None:
    finding = judge(signs, standing)
    return (finding.state, finding.cause) if finding else None


def stood(cause: str, since: datetime, state: Health = Health.DEGRADED) -> Change:
    return Change(
        number=1, outlet="kukar", state=state, cause=cause, detail="", example=None, since=since, at=since, told_at=None
    )


def test_an_outlet_that_does_as_ever_is_well() -> None:
    assert state(known()) == (Health.OK, "")


@pytest.mark.parametrize("before", [0, 3], ids=["never crawled", "hardly crawled"])
def test_without_history_nothing_is_guessed(before: int) -> None:
    few = known([ran(0, told={"listing": 1})], lacking(6, author=False), before=before)
    assert state(few) == (Health.OK, "")
    assert judge(known(before=0)) is None


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Trouble.CHALLENGE, (Health.BLOCKED, "challenge")),
        (Trouble.REFUSED, (Health.BLOCKED, "refused")),
        (Trouble.ASKED, (Health.BLOCKED, "asked")),
        (Trouble.DOWN, (Health.DEAD, "down")),
        (Trouble.SOURCES, (Health.DEGRADED, "sources")),
    ],
)
def test_what_shuts_us_out_is_told_the_second_time(kind: Trouble, found: tuple[Health, str]) -> None:
    assert judge(known([ran(0, kind)])) is None, "once is a stumble"
    finding = judge(known([ran(0, kind), ran(1, kind, detail="the first time")]))
    assert finding is not None
    assert (finding.state, finding.cause) == found
    assert finding.since == NOW - EVERY, "by when it began"
    assert finding.example == "http://kukar.test/list"


def test_robots_txt_counts_at_once_and_from_when_it_was_seen() -> None:
    seen = NOW - timedelta(minutes=5)
    finding = judge(replace(known([ran(0, Trouble.ROBOTS)]), robots_at=seen))
    assert finding is not None
    assert (finding.state, finding.cause, finding.since) == (Health.BLOCKED, "robots", seen)
    assert finding.example == "http://kukar.test/robots.txt"


def test_two_crawls_in_ten_minutes_make_no_site_dead() -> None:
    minutes = [replace(ran(0, Trouble.DOWN), started_at=NOW - timedelta(minutes=10 * back)) for back in range(7)]
    assert judge(known(minutes[:3])) is None
    assert state(known(minutes)) == (Health.DEAD, "down")


@pytest.mark.parametrize("kind", [Trouble.OURS, Trouble.WAITING])
def test_what_is_ours_and_a_wait_that_was_asked_for_say_nothing_of_a_site(kind: Trouble) -> None:
    assert judge(replace(known(before=0), runs=[ran(back, kind) for back in range(9)])) is None
    assert state(known([ran(0, kind)] * 9)) == (Health.OK, "")
    down = [ran(0, kind), ran(1, Trouble.DOWN), ran(2, kind), ran(3, Trouble.DOWN)]
    assert state(known(down)) == (Health.DEAD, "down")


def test_one_clean_run_is_well_again() -> None:
    down = [ran(0), ran(1, Trouble.DOWN), ran(2, Trouble.DOWN)]
    finding = judge(known(down), stood("down", NOW - 2 * EVERY, Health.DEAD))
    assert finding is not None
    assert (finding.state, finding.since) == (Health.OK, NOW)


@pytest.mark.parametrize(
    ("stories", "found", "words"),
    [
        (lacking(3, author=False), "fields", "0 of 6 new stories have an author, of those before 60 of 60"),
        (lacking(3, words=40), "fields", "half to twice the usual length"),
        (lacking(3, words=900), "fields", "half to twice the usual length"),
        (lacking(3, day=None, age=None, lag=None), "fields", "a time of day"),
        (lacking(3, garbled=True), "fields", "letters"),
        (lacking(3, title="Kabar Kukar"), "fields", "a headline of its own"),
        (lacking(3, lag=4000), "dates", "a date of these days"),
        (lacking(3, lag=-30), "dates", "a date of these days"),
        (lacking(3, age=timedelta(seconds=20)), "dates", "a time that is not that of the visit"),
    ],
)
def test_what_new_stories_lack_is_told(stories: Sequence[StorySign], found: str, words: str) -> None:
    signs = known([ran(0), ran(1)], stories)
    finding = judge(signs)
    assert finding is not None
    assert (finding.state, finding.cause) == (Health.DEGRADED, found)
    assert words in finding.detail
    assert finding.since == NOW - EVERY
    assert finding.example == "http://kukar.test/0-0"
    assert state(signs, stood(found, finding.since)) == (Health.DEGRADED, found), "it is not forgotten"


def test_a_time_of_day_is_not_missed_of_stories_that_were_found_long_after() -> None:
    assert state(known([ran(0), ran(1)], lacking(3, age=None))) == (Health.DEGRADED, "fields")
    assert state(known([ran(0), ran(1)], lacking(3, age=None, lag=9))) == (Health.OK, "")


def test_sections_are_missed_once_the_lists_that_tell_them_were_read() -> None:
    late = [found(back, 0, printed={"section": False}) for back in range(8)]
    assert state(known([ran(back) for back in range(8)], late)) == (Health.OK, "")
    lost = [found(back, 0, printed={"section": False}) for back in range(16)]
    finding = judge(known([ran(back) for back in range(16)], lost))
    assert finding is not None
    assert (finding.cause, "0 of 5 new stories have a section" in finding.detail) == ("fields", True), finding.detail


@pytest.mark.parametrize(
    ("reason", "status", "found"),
    [
        (Reason.CHALLENGE, 200, Health.BLOCKED),
        (Reason.HTTP, 403, Health.BLOCKED),
        (Reason.ROBOTS, None, Health.BLOCKED),
        (Reason.UNREADABLE, 200, Health.DEGRADED),
        (Reason.LISTING, 200, Health.DEGRADED),
        (Reason.NETWORK, None, Health.DEGRADED),
    ],
)
def test_stories_that_are_listed_and_not_there_are_told(reason: Reason, status: int | None, found: Health) -> None:
    finding = judge(known([ran(0), ran(1)], refused(3, reason, status)))
    assert finding is not None
    assert (finding.state, finding.cause) == (found, "pages")
    assert reason in finding.detail


@pytest.mark.parametrize("number", [1, 2], ids=["two of them", "four of them"])
def test_a_few_stories_that_lack_something_are_chance(number: int) -> None:
    assert state(known([ran(0), ran(1)], lacking(number, author=False))) == (Health.OK, "")


def test_what_half_the_stories_lacked_before_is_not_missed() -> None:
    stories = lacking(3, author=False) + [found(back, 0, printed={"author": back % 2}) for back in range(2, 40)]
    assert state(replace(known([ran(0), ran(1)]), stories=stories)) == (Health.OK, "")


def test_what_lasts_for_sixty_days_counts_as_usual() -> None:
    since = NOW - 60 * EVERY
    stories = [found(back, 0, printed={"author": False}) for back in range(60)] + [
        found(60 + back) for back in range(9)
    ]
    finding = judge(replace(known(), stories=stories), stood("fields", since))
    assert finding is not None
    assert finding.state is Health.OK
    assert "counts as usual" in finding.detail


def test_old_stories_of_a_first_crawl_and_of_a_walk_are_no_drift_of_dates() -> None:
    backlog = [found(0, at, backlog=True, printed={"lag": 900}) for at in range(9)]
    agreed = [found(0, at, agreed=True, printed={"lag": 900}) for at in range(9)]
    assert state(known([ran(0)], backlog)) == state(known([ran(0)], agreed)) == (Health.OK, "")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"feed": 10, "listing": 2}, "listing names 2 stories, where 12 are usual"),
        ({"feed": 10, "listing": 0}, "listing names 0"),
        ({"listing": 12}, "feed answers no more"),
    ],
)
def test_a_source_that_tells_little_or_nothing_is_told(told: dict[str, int | None], words: str) -> None:
    assert state(known([ran(0, told=told)])) == (Health.OK, ""), "once is a stumble"
    finding = judge(known([ran(0, told=told), ran(1, told=told)]))
    assert finding is not None
    assert (finding.state, finding.cause, finding.since) == (Health.DEGRADED, "source", NOW - EVERY)
    assert words in finding.detail


def test_a_feed_that_says_nothing_changed_is_no_source_that_tells_little() -> None:
    told: dict[str, int | None] = {"feed": None, "listing": 11}
    assert state(known([ran(0, told=told), ran(1, told=told)])) == (Health.OK, "")


def test_a_feed_that_stands_still_while_the_list_goes_on_is_told() -> None:
    frozen = [found(back, at, sources=frozenset({"listing"})) for back in (1, 2) for at in range(3)]
    finding = judge(known([ran(0), ran(1), ran(2)], frozen))
    assert finding is not None
    assert (finding.state, finding.cause) == (Health.DEGRADED, "source")
    assert "feed stands still" in finding.detail
    late = [found(0, at, sources=frozenset({"listing"})) for at in range(9)]
    assert state(known([ran(0)], late)) == (Health.OK, ""), "it may be behind the list by a crawl"


def test_each_cause_names_a_command_that_helps() -> None:
    assert commands("fields", "kukar") == ("pilkada outlets check kukar", "pilkada reextract --outlet kukar")
    assert commands("robots", "kukar") == ("pilkada outlets check kukar",)
    assert commands("", "kukar") == ()


# ---- silence ----


def quiet_days(published: Sequence[datetime], start: datetime) -> list[datetime]:
    """When an outlet would be called silent in thirty days, looked at twice a day."""
    looks = [start + timedelta(hours=12 * step) for step in range(60)]
    found = [(now, [moment for moment in published if now - timedelta(days=60) <= moment <= now]) for now in looks]
    told = [(now, silence(moments, None, now, "Asia/Makassar")) for now, moments in found]
    return [now for now, one in told if one is not None and one.too_long]


@pytest.mark.parametrize(
    ("number", "start"),
    [
        pytest.param(2, datetime(2024, 9, 1, tzinfo=NOW.tzinfo), id="nights and Sundays"),
        pytest.param(2, datetime(2025, 3, 20, tzinfo=NOW.tzinfo), id="Lebaran"),
        pytest.param(60, datetime(2024, 8, 1, tzinfo=NOW.tzinfo), id="many", marks=pytest.mark.soak),
        pytest.param(60, datetime(2025, 3, 20, tzinfo=NOW.tzinfo), id="many, Lebaran", marks=pytest.mark.soak),
    ],
)
@pytest.mark.parametrize("a_day", [1, 3, 10])
def test_thirty_quiet_days_are_no_silence(number: int, start: datetime, a_day: float) -> None:
    for seed in range(number):
        assert quiet_days(newsroom(seed, start - timedelta(days=60), days=90, a_day=a_day), start) == [], seed


@pytest.mark.parametrize(("a_day", "within"), [(10, 6), (3, 14)])
def test_an_outlet_that_stops_is_called_silent(a_day: float, within: int) -> None:
    published = newsroom(3, NOW - timedelta(days=55), days=50, a_day=a_day)
    last = published[-1]
    signs = replace(known(published=published), told_at=last)
    later = replace(ran(0), started_at=last + timedelta(days=within), finished_at=last + timedelta(days=within))
    assert state(replace(signs, runs=[replace(later, finished_at=last + timedelta(hours=20))])) == (Health.OK, "")
    finding = judge(replace(signs, runs=[later]))
    assert finding is not None
    assert (finding.state, finding.cause, finding.since) == (Health.SILENT, "silent", last)
    down = [replace(ran(0, Trouble.DOWN), started_at=last + timedelta(days=30)), later]
    assert judge(replace(signs, runs=[down[0], replace(later, finished_at=last + timedelta(hours=20))])) is None


def test_a_story_that_was_only_listed_ends_a_silence() -> None:
    published = newsroom(3, NOW - timedelta(days=55), days=30, a_day=10)
    runs: list[RunSign] = [ran(0)]
    signs = replace(known(published=published), runs=runs)
    assert state(replace(signs, told_at=published[-1])) == (Health.SILENT, "silent")
    assert state(replace(signs, told_at=NOW - timedelta(hours=3))) == (Health.OK, "")


def test_the_day_of_lebaran_is_known() -> None:
    announced = {2023: date(2023, 4, 22), 2024: date(2024, 4, 10), 2025: date(2025, 3, 31), 2026: date(2026, 3, 20)}
    assert {year: idul_fitri(year)[0] for year in announced} == announced
    assert [len(idul_fitri(year)) for year in (2032, 2033, 2034)] == [1, 2, 1]
