import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from scheduler.checkup import late, of_daemon, unwell
from scheduler.heartbeat import Health, Life
from scheduler.lock import Holder
from scheduler.settings import ScheduleSettings
from scheduler.timetable import Timetable

NOON = datetime(2024, 11, 27, 4, tzinfo=UTC)
HOLDER = Holder(pid=os.getpid(), host="h", since=NOON - timedelta(hours=1), purpose="scheduler")
HEALTH = Health(
    life=Life.RUNNING,
    pid=HOLDER.pid,
    host="h",
    version="1",
    started_at=HOLDER.since + timedelta(seconds=1),
    at=NOON - timedelta(seconds=20),
    every=30,
    next_run=None,
    running=[],
    outlets={},
    trouble=None,
    settings_read_at=HOLDER.since,
    refused=None,
)


def with_(**changes: Any) -> Health:
    return msgspec.structs.replace(HEALTH, **changes)


@dataclass
class Case:
    health: Health | None
    wrong: str | None
    holder: Holder | None = HOLDER
    held: bool = True


CASES = {
    "well": Case(HEALTH, None),
    "hangs": Case(with_(at=NOON - timedelta(seconds=61)), f"the scheduler (process {HOLDER.pid}) hangs: "),
    "no archive": Case(with_(trouble="pilkada.db: disk I/O error"), "cannot work: pilkada.db: disk I/O error"),
    "older settings": Case(with_(refused="crawl.delay must be 0 or more"), "goes by older settings, since new ones"),
    "never a sign": Case(None, "has given no sign of life since it started"),
    "the sign of one before": Case(with_(started_at=HOLDER.since - timedelta(days=1)), "has given no sign of life"),
    "only just begun": Case(None, None, Holder(pid=7, host="h", since=NOON - timedelta(seconds=9), purpose="")),
    "nobody knows who": Case(None, None, None),
    "stopped": Case(with_(life=Life.STOPPED), "the scheduler was stopped at 2024-11-27 03:59 UTC", None, held=False),
    "killed": Case(HEALTH, f"the scheduler (process {HOLDER.pid}) ended without a word", None, held=False),
    "killed as it stopped": Case(with_(life=Life.STOPPING), "ended without a word", None, held=False),
    "cron's home": Case(None, None, None, held=False),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_daemon_that_is_gone_or_hangs_is_told_from_one_that_works(case: Case) -> None:
    wrong = of_daemon(case.holder, case.health, held=case.held, now=NOON)
    assert (wrong is None) == (case.wrong is None)
    assert case.wrong is None or (wrong and case.wrong in wrong)


def row(last_run: datetime | None, **more: Any) -> dict[str, Any]:
    return {"outlet": "kukar", "state": "ok", "last_run": last_run, "paused": None, "health": "ok", **more}


@pytest.mark.parametrize(
    ("given", "health", "said"),
    [
        (row(NOON - timedelta(hours=2)), None, []),
        (
            row(NOON - timedelta(hours=2, minutes=1)),
            None,
            ["kukar: was to be crawled at 2024-11-27 02:30 UTC at the latest, and was not since 2024-11-27 01:59 UTC"],
        ),
        (row(NOON - timedelta(days=9), state="running"), None, []),
        (row(NOON - timedelta(days=9), paused=NOON), None, []),
        (row(None), None, ["kukar: was never crawled"]),
        (row(None), HEALTH, []),
        (
            row(None),
            with_(started_at=NOON - timedelta(hours=3)),
            ["kukar: was to be crawled at 2024-11-27 02:00 UTC at the latest, and was never"],
        ),
    ],
    ids=["two periods and an hour", "longer", "running", "paused", "never", "just started", "started long ago"],
)
def test_an_outlet_is_late_after_two_periods_and_an_hour(
    given: dict[str, Any], health: Health | None, said: list[str]
) -> None:
    assert list(late([given], Timetable(ScheduleSettings()), health=health, now=NOON)) == said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (row(NOON), []),
        (row(NOON, health=None, health_since=None), []),
        (row(NOON, health="degraded", health_since=NOON, trouble="degraded: half of the fields are gone"), []),
        (
            row(NOON, health="silent", health_since=NOON, trouble="silent: nothing new for 3 days"),
            ["kukar: silent: nothing new for 3 days (since 2024-11-27 04:00 UTC)"],
        ),
        (row(NOON, health="dead", health_since=NOON, trouble="", paused=NOON), []),
    ],
    ids=["well", "no history", "degraded", "silent", "paused"],
)
def test_an_outlet_that_gives_nothing_is_found(given: dict[str, Any], said: list[str]) -> None:
    assert list(unwell([given])) == said
