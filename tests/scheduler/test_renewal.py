import logging
from pathlib import Path

import pytest

from archive.database import Database
from scheduler.heartbeat import Health, Heartbeat, Outlook, read
from scheduler.notify import Notifier
from scheduler.reload import RefusedError, Renewal
from scheduler.service import SchedulerService
from scheduler.settings import ScheduleSettings
from scheduler.timetable import Timetable
from tests.scheduler.test_service import SELDOM, Crawls, ask, now, put, serving, until

LONG = Timetable(ScheduleSettings(crawl=SELDOM, jitter=0.0, parallel=1))
WIDE = Timetable(ScheduleSettings(crawl=SELDOM, jitter=0.0, parallel=3))


class Settings:
    """Settings that a person changes: what is read is what stands here, unless it is bad."""

    def __init__(self) -> None:
        self.bad: str | None = None
        self.effects = 0

    def __call__(self) -> Renewal:
        if self.bad:
            raise RefusedError(self.bad)
        return Renewal(timetable=WIDE, outlets=["kukar", "mahakam", "etam"], hosts={}, take_effect=self._count)

    def _count(self) -> None:
        self.effects += 1


def test_settings_are_taken_over_while_crawls_run_and_bad_ones_are_refused_whole(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings, crawls = Settings(), Crawls(seconds=30)
    file = tmp_path / "health.json"

    def health() -> Health:
        found = read(file)
        assert found is not None
        return found

    service = SchedulerService(
        database=database,
        timetable=LONG,
        outlets=["kukar", "mahakam"],
        perform=crawls,
        interrupt=crawls.told.set,
        now=now,
        heartbeat=Heartbeat(file, look=Outlook, notifier=Notifier(None), version="1", now=now),
        renew=settings,
        tick=0.05,
    )
    put(database, now(), "kukar", "mahakam")
    with serving(service):
        until(lambda: crawls.begun)
        settings.bad = "crawl.delay must be 0 or more, not -1"
        began = health().settings_read_at
        with caplog.at_level(logging.ERROR):
            service.reload()
            until(lambda: health().refused)
        assert health().refused == settings.bad
        assert [record.getMessage() for record in caplog.records] == [
            f"new settings are refused, the old ones stay in force: {settings.bad}"
        ]
        assert (settings.effects, len(crawls.begun)) == (0, 1), "there is one place as before"

        settings.bad = None
        ask(database, "etam")
        service.reload()
        until(lambda: set(crawls.begun) == {"kukar", "mahakam", "etam"})
        assert (settings.effects, crawls.runs) == (1, []), "what runs was not stopped"
        assert (health().refused, health().settings_read_at > began) == (None, True)
        assert health().running, "what runs stands in the file at once"
