"""P8: after downtime each outlet is crawled once, soon; clocks that jump and zones that change theirs skip no period.

The service is the real one over a real agenda; its clock is ours, and it is stepped as its main loop steps it.
"""

import shutil
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import pytest

from archive import agenda
from archive.database import Database
from scheduler.due import Cause, Errand
from scheduler.service import SchedulerService
from scheduler.settings import ScheduleSettings
from scheduler.timetable import Timetable
from tests.conftest import Promise
from tests.scheduler.test_cadence import ZONES

NOW = datetime(2024, 11, 27, 4, 10, tzinfo=UTC)
SOON = timedelta(seconds=60)
HALF_HOUR = timedelta(minutes=30)
KINDS = ScheduleSettings(visits="10 * * * *", jitter=30.0)
"""Crawls each half hour, visits each hour, maintenance each night."""


class Played:
    """A daemon that is stepped: each step is a second of a clock that a test may move."""

    def __init__(
        self, database: Database, outlets: list[str], at: datetime, settings: ScheduleSettings = KINDS
    ) -> None:
        self.at = at
        self.runs: list[tuple[datetime, Errand]] = []
        self._told = threading.Lock()
        self.service = SchedulerService(
            database=database,
            timetable=Timetable(settings),
            outlets=outlets,
            perform=self._perform,
            interrupt=lambda: None,
            now=lambda: self.at,
            chance=lambda: 0.5,
        )
        self.service.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.service.stop()
        assert self.service.serve() == ()

    def _perform(self, errand: Errand) -> None:
        with self._told:
            self.runs.append((self.at, errand))

    def step(self) -> None:
        """Look once, and let what begins end."""
        self.service.tick()
        while self.service.running():
            time.sleep(0.0005)

    def until(self, end: datetime, *, every: timedelta) -> None:
        """Go on to a time, in steps that are small enough to be no jump."""
        while self.at < end:
            self.at += every
            self.step()

    def settle(self) -> None:
        """Step on the spot until nothing more begins."""
        made = -1
        while made != len(self.runs):
            made = len(self.runs)
            self.step()


def agreed(database: Database, outlets: list[str], at: datetime) -> None:
    """Have a daemon live for a moment, so that the agenda knows what was planned then."""
    with Played(database, outlets, at) as played:
        played.step()


def copy(empty_archive: Path, folder: Path, name: object) -> Database:
    file = folder / f"{name}.db"
    shutil.copy(empty_archive, file)
    return Database(f"sqlite:///{file}")


def after_downtime(empty_archive: Path, folder: Path, *, outlets: int, downs: list[timedelta]) -> tuple[int, int]:
    """Let daemons be away; give how many kinds of work at outlets came due meanwhile, and how many were run once, soon."""
    slugs = [f"outlet-{number}" for number in range(outlets)]
    injected = recovered = 0
    for number, down in enumerate(downs):
        database = copy(empty_archive, folder, number)
        agreed(database, slugs, NOW)
        with database.read() as connection:
            planned = {key: held.next_at for key, held in agenda.book(connection).items()}
        back = NOW + down
        missed = {key for key, at in planned.items() if at <= back}
        with Played(database, slugs, back) as played:
            played.settle()
        injected += len(missed)
        begun = [(errand.outlet, errand.work) for _, errand in played.runs]
        recovered += sum(begun.count(key) == 1 for key in missed)
        assert set(begun) == missed
        assert all(at - back <= SOON and errand.cause is Cause.MISSED for at, errand in played.runs)
        assert all(errand.planned_at == planned[errand.outlet, errand.work] for _, errand in played.runs)
        database.dispose()
    return injected, recovered


MINUTES = [1, 19, 21, 29, 31, 60, 600, 1440, 10_000, 30 * 1440]


def test_after_downtime_each_kind_of_work_is_run_once_and_soon(
    empty_archive: Path, tmp_path: Path, promise: Promise
) -> None:
    downs = [timedelta(minutes=minutes) for minutes in MINUTES]
    injected, recovered = after_downtime(empty_archive, tmp_path, outlets=5, downs=downs)
    promise("P8", injected=injected, recovered=recovered, lost=injected - recovered, trouble="downtime")


@pytest.mark.soak
def test_after_downtime_of_any_length_fifty_outlets_are_run_once_and_soon(
    empty_archive: Path, tmp_path: Path, promise: Promise
) -> None:
    downs = [timedelta(minutes=minutes * factor) for minutes in MINUTES[:-1] for factor in (1, 2, 3)]
    downs = [*downs, timedelta(days=30)]
    injected, recovered = after_downtime(empty_archive, tmp_path, outlets=50, downs=downs)
    promise("P8", injected=injected, recovered=recovered, lost=injected - recovered, trouble="downtime")


JUMPS = [
    timedelta(hours=1),
    timedelta(hours=-1),
    timedelta(days=1),
    timedelta(days=-1),
    datetime(1970, 1, 1, tzinfo=UTC) - NOW,
]


@pytest.mark.parametrize("back", [False, True], ids=["for good", "and back"])
def test_a_clock_that_jumps_puts_nothing_off_by_more_than_a_period_and_runs_nothing_twice(
    empty_archive: Path, tmp_path: Path, promise: Promise, *, back: bool
) -> None:
    lost = 0
    for number, jump in enumerate(JUMPS):
        database = copy(empty_archive, tmp_path, number)
        with Played(database, ["kukar"], NOW, ScheduleSettings(maintenance="", jitter=0.0)) as played:
            played.until(NOW + timedelta(minutes=25), every=timedelta(seconds=50))
            assert [errand.planned_at for _, errand in played.runs] == [NOW + timedelta(minutes=20)]
            played.at += jump
            played.settle()
            if back:
                played.at -= jump
                played.settle()
            begun, since = played.at, len(played.runs)
            played.until(begun + HALF_HOUR + SOON, every=timedelta(seconds=50))
        after = played.runs[since:]
        # At once where periods were leapt over, and at the next time that the clock shows, whatever it shows.
        lost += not after
        assert all(at - begun <= HALF_HOUR + SOON for at, _ in after)
        assert len(after) <= 2
        lived = [errand.planned_at for _, errand in after]
        assert len(set(lived)) == len(lived), "no period is run twice"
        database.dispose()
    promise("P8", injected=len(JUMPS), recovered=len(JUMPS) - lost, lost=lost, trouble="clock jumps")


def skipped(zones: list[str]) -> list[str]:
    """Give where a daily or a six-hourly expression leaves a gap longer than its interval and an hour.

    At Troll station, where the clock changes by two hours, these two.
    """
    found = []
    for zone in zones:
        leeway = timedelta(hours=2 if zone == "Antarctica/Troll" else 1)
        for expression, interval in (("30 2 * * *", timedelta(days=1)), ("15 */6 * * *", timedelta(hours=6))):
            table = Timetable(ScheduleSettings(timezone=zone, crawl=expression))
            at = table.next_crawl("kukar", datetime(2025, 12, 31, 12, tzinfo=UTC))
            while at.year < 2028:
                following = table.next_crawl("kukar", at)
                if not timedelta() < following - at <= interval + leeway:
                    found.append(f"{zone} {expression} {at.astimezone(ZoneInfo(zone))}")
                at = following
    return found


def test_no_zone_skips_a_period(promise: Promise) -> None:
    zones = [*ZONES[::200], "Asia/Makassar", "US/Pacific", "Australia/Lord_Howe"]
    lost = skipped(zones)
    promise(
        "P8", injected=len(zones), recovered=len(zones) - len(lost), lost=len(lost), trouble="zones", where=lost[:5]
    )


@pytest.mark.soak
def test_no_zone_of_all_skips_a_period(promise: Promise) -> None:
    lost = skipped(ZONES)
    promise(
        "P8", injected=len(ZONES), recovered=len(ZONES) - len(lost), lost=len(lost), trouble="zones", where=lost[:5]
    )
