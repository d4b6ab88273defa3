import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from archive import agenda, runs
from archive.agenda import Action
from archive.database import Database, sqlite_module
from archive.records import RunStatus
from archive.work import Work
from scheduler.due import Errand
from scheduler.heartbeat import Health, Heartbeat, Life, Outlook, read
from scheduler.notify import Notifier
from scheduler.service import TICK, SchedulerService
from scheduler.settings import ScheduleSettings
from scheduler.timetable import Cadence, Timetable

SELDOM = "0 0 29 2 *"
"""An expression that names no time while a test runs."""


def now() -> datetime:
    return datetime.now(UTC)


def every(seconds: float) -> Cadence:
    def cadence(_expression: str, _timezone: str, after: datetime) -> datetime:
        return datetime.fromtimestamp((math.floor(after.timestamp() / seconds) + 1) * seconds, UTC)

    return cadence


@dataclass(frozen=True)
class Run:
    outlet: str
    cause: str
    planned_at: datetime | None
    at: datetime
    began: float
    ended: float


@dataclass
class Crawls:
    """Crawls that take some seconds, end when they are told to (unless deaf), and are noted."""

    seconds: float = 0.0
    deaf: bool = False
    begun: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)
    told: threading.Event = field(default_factory=threading.Event)

    def __call__(self, errand: Errand) -> None:
        began, at = time.monotonic(), now()
        self.begun.append(errand.outlet)
        if self.deaf:
            time.sleep(self.seconds)
        else:
            self.told.wait(self.seconds)
        self.errands.append(errand)
        self.runs.append(Run(errand.outlet, errand.cause, errand.planned_at, at, began, time.monotonic()))

    def most_at_once(self) -> int:
        return max(sum(other.began <= run.began < other.ended for other in self.runs) for run in self.runs)


def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.01)


def a_service(
    database: Database,
    crawls: Callable[[Errand], None],
    outlets: Sequence[str] = ("kukar",),
    *,
    parallel: int = 4,
    cadence: Cadence | None = None,
    interrupt: Callable[[], None] = lambda: None,
    clock: Callable[[], datetime] = now,
    tick: float = 0.05,
    patience: float = 25.0,
    heartbeat: Heartbeat | None = None,
    settings: ScheduleSettings | None = None,
    hosts: Mapping[str, str] | None = None,
) -> SchedulerService:
    options = {"cadence": cadence} if cadence else {}
    return SchedulerService(
        database=database,
        timetable=Timetable(
            settings or ScheduleSettings(crawl=SELDOM, maintenance="", jitter=0.0, parallel=parallel), **options
        ),
        outlets=outlets,
        hosts=hosts,
        perform=crawls,
        interrupt=crawls.told.set if isinstance(crawls, Crawls) else interrupt,
        now=clock,
        tick=tick,
        patience=patience,
        heartbeat=heartbeat,
    )


@contextmanager
def serving(service: SchedulerService) -> Iterator[list[tuple[str, ...]]]:
    left: list[tuple[str, ...]] = []
    service.start()
    thread = threading.Thread(target=lambda: left.append(service.serve()))
    thread.start()
    try:
        yield left
    finally:
        service.stop()
        thread.join(30)
        assert not thread.is_alive()


def put(database: Database, next_at: datetime, *outlets: str) -> None:
    with database.write() as connection:
        for outlet in outlets:
            agenda.appoint(connection, outlet, Work.CRAWL, expression=SELDOM, next_at=next_at)


def ask(database: Database, outlet: str) -> None:
    with database.write() as connection:
        agenda.ask(connection, outlet, Action.TRIGGER, now())


def next_at(database: Database, outlet: str) -> datetime:
    with database.read() as connection:
        return agenda.appointments(connection, Work.CRAWL)[outlet].next_at


@pytest.mark.parametrize("down", [timedelta(minutes=1), timedelta(days=30)], ids=str)
def test_after_downtime_each_outlet_is_crawled_once_and_soon(database: Database, down: timedelta) -> None:
    planned = now() - down
    put(database, planned, "kukar", "mahakam")
    crawls = Crawls()
    with serving(a_service(database, crawls, ["kukar", "mahakam"])):
        until(lambda: len(crawls.runs) == 2)
        time.sleep(0.3)
    assert sorted((run.outlet, run.cause, run.planned_at) for run in crawls.runs) == [
        ("kukar", "missed", planned),
        ("mahakam", "missed", planned),
    ]


def test_a_new_outlet_is_not_crawled_before_its_time(database: Database) -> None:
    crawls = Crawls()
    service = a_service(database, crawls)
    with serving(service):
        time.sleep(0.3)
        assert service.upcoming() == ("kukar", next_at(database, "kukar"))
    assert crawls.runs == []


def test_outlets_are_crawled_at_their_times(database: Database) -> None:
    crawls = Crawls()
    with serving(a_service(database, crawls, cadence=every(0.4))):
        until(lambda: len(crawls.runs) >= 3)
    planned = [run.planned_at for run in crawls.runs if run.planned_at]
    assert {run.cause for run in crawls.runs} == {"schedule"}
    assert {later - earlier for earlier, later in pairwise(planned)} == {timedelta(seconds=0.4)}


def test_a_crawl_longer_than_its_period_never_overlaps_and_its_periods_become_one(database: Database) -> None:
    crawls = Crawls(seconds=0.6)
    with serving(a_service(database, crawls, cadence=every(0.2))):
        until(lambda: len(crawls.runs) >= 3, 12)
    assert crawls.most_at_once() == 1
    assert len({run.planned_at for run in crawls.runs}) == len(crawls.runs)
    for earlier, later in pairwise(crawls.runs):
        assert later.began >= earlier.ended
        assert later.planned_at is not None
        assert later.planned_at - earlier.at < timedelta(seconds=0.2)


def test_no_more_outlets_than_allowed_are_crawled_at_once_and_each_gets_its_turn(database: Database) -> None:
    outlets = [f"outlet-{number}" for number in range(50)]
    put(database, now() - timedelta(hours=1), *outlets)
    crawls = Crawls(seconds=0.02)
    with serving(a_service(database, crawls, outlets, parallel=2)):
        until(lambda: len(crawls.runs) >= 50, 10)
        time.sleep(0.3)
    assert sorted(run.outlet for run in crawls.runs) == sorted(outlets)
    assert crawls.most_at_once() == 2


def test_outlets_that_are_always_due_do_not_starve_others(database: Database) -> None:
    outlets = [f"outlet-{number}" for number in range(10)]
    crawls = Crawls(seconds=0.1)
    with serving(a_service(database, crawls, outlets, parallel=2, cadence=every(0.2))):
        until(lambda: set(crawls.begun) == set(outlets), 5)
        time.sleep(1.0)
    counts = [crawls.begun.count(outlet) for outlet in outlets]
    assert max(counts) - min(counts) <= 2


def test_a_request_is_taken_within_two_seconds(database: Database) -> None:
    crawls = Crawls()
    with serving(a_service(database, crawls, tick=TICK)):
        ask(database, "kukar")
        until(lambda: crawls.runs, 2)
        time.sleep(0.3)
    assert [(run.outlet, run.cause, run.planned_at) for run in crawls.runs] == [("kukar", "trigger", None)]


def test_requests_made_during_a_crawl_are_one_crawl_right_after(database: Database) -> None:
    put(database, now() - timedelta(hours=1), "kukar")
    crawls = Crawls(seconds=0.6)
    with serving(a_service(database, crawls)):
        until(lambda: crawls.begun)
        for _ in range(3):
            ask(database, "kukar")
        until(lambda: len(crawls.runs) == 2)
        time.sleep(0.3)
    assert [run.cause for run in crawls.runs] == ["missed", "trigger"]
    assert crawls.most_at_once() == 1
    assert crawls.runs[1].began - crawls.runs[0].ended < 2


def test_a_request_is_taken_while_all_workers_are_busy_as_soon_as_one_is_free(database: Database) -> None:
    put(database, now() - timedelta(hours=1), "kukar")
    crawls = Crawls(seconds=0.6)
    with serving(a_service(database, crawls, ["kukar", "mahakam"], parallel=1)):
        until(lambda: crawls.begun)
        ask(database, "mahakam")
        until(lambda: len(crawls.runs) == 2)
    assert [(run.outlet, run.cause) for run in crawls.runs] == [("kukar", "missed"), ("mahakam", "trigger")]


def test_a_request_for_an_outlet_declared_since_is_left_for_the_next_daemon(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    ask(database, "samarinda")
    with serving(a_service(database, Crawls())):
        until(lambda: "samarinda: asked for, and unknown" in caplog.text)
        time.sleep(0.3)
    assert caplog.text.count("samarinda") == 1
    crawls = Crawls()
    with serving(a_service(database, crawls, ["samarinda"])):
        until(lambda: crawls.runs, 2)


def test_stopping_tells_running_crawls_and_starts_no_more(database: Database) -> None:
    put(database, now() - timedelta(hours=1), "kukar", "mahakam", "etam")
    crawls = Crawls(seconds=60)
    with serving(a_service(database, crawls, ["kukar", "mahakam", "etam"], parallel=2)) as left:
        until(lambda: len(crawls.begun) == 2)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert left == [()]
    time.sleep(0.3)
    assert len(crawls.begun) == 2


def test_what_was_queued_when_the_daemon_stopped_is_made_up_for_by_the_next(database: Database) -> None:
    test_stopping_tells_running_crawls_and_starts_no_more(database)
    crawls = Crawls()
    with serving(a_service(database, crawls, ["kukar", "mahakam", "etam"])):
        until(lambda: crawls.runs)
        time.sleep(0.3)
    assert [run.cause for run in crawls.runs] == ["missed"]


def test_a_crawl_that_does_not_end_is_named_and_not_waited_for(database: Database) -> None:
    put(database, now() - timedelta(hours=1), "kukar")
    crawls = Crawls(seconds=2.0, deaf=True)
    with serving(a_service(database, crawls, patience=0.5)) as left:
        until(lambda: crawls.begun)
        began = time.monotonic()
    assert time.monotonic() - began < 1.5
    assert left == [("kukar",)]


def test_a_crawl_that_fails_unforeseen_is_logged_and_harms_no_other(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    good = Crawls()

    def crawl(errand: Errand) -> None:
        if errand.outlet == "kukar":
            raise ZeroDivisionError("a bug")
        good(errand)

    put(database, now() - timedelta(hours=1), "kukar", "mahakam")
    with serving(a_service(database, crawl, ["kukar", "mahakam"], parallel=1)):
        until(lambda: good.runs)
        time.sleep(0.3)
    assert caplog.text.count("kukar: crawl failed for a cause that was not foreseen") == 1
    assert caplog.text.count("ZeroDivisionError: a bug") == 1
    assert [run.outlet for run in good.runs] == ["mahakam"]


def test_an_archive_that_is_away_is_told_of_once_and_does_not_end_the_daemon(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    crawls = Crawls()
    with serving(a_service(database, crawls)):
        connection = sqlite_module().connect(database.path)
        connection.execute("ALTER TABLE request RENAME TO elsewhere")
        connection.close()
        until(lambda: "no such table" in caplog.text)
        time.sleep(0.3)
    assert caplog.text.count("no such table") == 1


def test_the_health_file_follows_what_runs_and_says_when_the_archive_is_away(
    database: Database, tmp_path: Path
) -> None:
    def heartbeat() -> Heartbeat:
        file = tmp_path / "health.json"
        return Heartbeat(file, look=Outlook, notifier=Notifier(None), version="1", now=now, every=0.01)

    def health() -> Health:
        found = read(tmp_path / "health.json")
        assert found is not None
        return found

    crawls = Crawls(seconds=30)
    with serving(a_service(database, crawls, heartbeat=heartbeat())):
        assert health().life is Life.RUNNING
        ask(database, "kukar")
        until(lambda: health().running == ["kukar"])
        crawls.told.set()
        until(lambda: health().running == [])
        connection = sqlite_module().connect(database.path)
        connection.execute("ALTER TABLE request RENAME TO elsewhere")
        connection.close()
        until(lambda: "no such table" in (health().trouble or ""))
        began = health().at
        until(lambda: health().at > began)
    assert health().life is Life.STOPPED


class Clock:
    def __init__(self) -> None:
        self.moved = timedelta()

    def __call__(self) -> datetime:
        return now() + self.moved


def test_a_clock_set_forward_makes_one_run_of_what_was_missed(database: Database) -> None:
    clock, crawls = Clock(), Crawls()
    with serving(a_service(database, crawls, cadence=every(3600), clock=clock)):
        planned = next_at(database, "kukar")
        clock.moved = timedelta(days=1)
        until(lambda: crawls.runs)
        time.sleep(0.3)
    assert [(run.cause, run.planned_at) for run in crawls.runs] == [("missed", planned)]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), timedelta(days=20000)], ids=str)
def test_a_clock_set_back_puts_no_run_off_by_more_than_a_period(
    database: Database, back: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    clock, crawls = Clock(), Crawls()
    with serving(a_service(database, crawls, cadence=every(600), clock=clock)):
        clock.moved = -back
        until(lambda: "the clock moved" in caplog.text)
        until(lambda: next_at(database, "kukar") - clock() <= timedelta(seconds=600))
    assert crawls.runs == []


def test_each_run_is_one_line_at_its_start_and_one_at_its_end(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="scheduler")
    # A crawl that another test left behind may end meanwhile, and is of another outlet.
    put(database, datetime(2024, 11, 27, 4, 30, tzinfo=UTC), "lamandau")
    with serving(a_service(database, Crawls(), ("lamandau",))):
        until(lambda: "lamandau: crawl ended" in caplog.text)
    lines = [record.getMessage() for record in caplog.records if record.getMessage().startswith("lamandau")]
    assert lines == [
        "lamandau: crawl begins (missed, planned for 2024-11-27 04:30 UTC)",
        "lamandau: crawl ended after 0.0 s",
    ]


def test_kinds_of_work_take_turns_at_an_outlet_and_hosts_are_kept_apart(database: Database) -> None:
    past = now() - timedelta(hours=1)
    put(database, past, "kukar", "etam")
    with database.write() as connection:
        agenda.appoint(connection, "kukar", Work.VISITS, expression=SELDOM, next_at=past)
    settings = ScheduleSettings(crawl=SELDOM, visits=SELDOM, maintenance="", jitter=0.0)
    crawls = Crawls(seconds=0.1)
    hosts = {"kukar": "media.test", "etam": "media.test"}
    with serving(a_service(database, crawls, ["kukar", "etam"], settings=settings, hosts=hosts)):
        until(lambda: len(crawls.runs) == 3)
    assert crawls.most_at_once() == 1
    assert sorted((errand.outlet, errand.work) for errand in crawls.errands) == [
        ("etam", Work.CRAWL),
        ("kukar", Work.CRAWL),
        ("kukar", Work.VISITS),
    ]
    limits = {errand.work: errand.ends_by for errand in crawls.errands}
    assert limits[Work.CRAWL] is None
    assert limits[Work.VISITS] is not None


def test_a_paused_outlet_is_left_alone_over_restarts_and_made_up_for_by_one_run(database: Database) -> None:
    put(database, now() - timedelta(hours=1), "kukar", "etam")
    with database.write() as connection:
        agenda.ask(connection, "kukar", Action.PAUSE, now())
    crawls = Crawls()
    for _ in range(2):
        with serving(a_service(database, crawls, ["kukar", "etam"])):
            until(lambda: crawls.runs)
            time.sleep(0.2)
    service = a_service(database, crawls, ["kukar", "etam"])
    with serving(service):
        ask(database, "kukar")
        until(lambda: len(crawls.runs) == 2)
        with database.write() as connection:
            agenda.take(connection, "kukar", Action.PAUSE, now())
        until(lambda: len(crawls.runs) == 3)
        time.sleep(0.2)
    assert [(run.outlet, run.cause) for run in crawls.runs] == [
        ("etam", "missed"),
        ("kukar", "trigger"),
        ("kukar", "missed"),
    ]
    with database.read() as connection:
        (note,) = runs.newest(connection)
    assert (note.outlet, note.status) == ("kukar", RunStatus.SKIPPED)


def test_other_settings_are_taken_up_and_what_runs_goes_on(database: Database) -> None:
    crawls = Crawls(seconds=0.2)
    service = a_service(database, crawls, ["kukar"])
    service.start()
    service.adopt(Timetable(ScheduleSettings(crawl="* * * * *", jitter=0.0)), ["kukar", "etam"], {})
    with database.read() as connection:
        held = agenda.appointments(connection, Work.CRAWL)
    assert {slug: one.expression for slug, one in held.items()} == {"kukar": "* * * * *", "etam": "* * * * *"}
