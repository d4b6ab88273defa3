from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import healthchanges, runs
from archive.database import Database
from archive.records import Health, RunStatus
from archive.settings import Home
from archive.troubles import Trouble
from scheduler.alertsettings import AlertSettings
from scheduler.watch import OwnNetworkError, Watch, look

NOW = datetime(2024, 11, 27, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def crawl(database: Database, outlet: str, at: datetime, trouble: Trouble | None = None) -> None:
    with database.write() as connection:
        outlet_id = runs.register_outlet(connection, outlet, {"name": outlet, "timezone": "Asia/Makassar"}, at)
        ticket = runs.begin(
            connection, outlet_id, kind="crawl", cause="", planned_at=at, version="", settings_digest="", now=at
        )
        extra = {"trouble": trouble} if trouble else {"told": {"listing": 9}}
        status = RunStatus.FAILED if trouble else RunStatus.OK
        runs.finish(connection, ticket, status=status, detail="no answer", extra=extra, now=at + HOUR / 60)


def stands(database: Database) -> dict[str, Health]:
    with database.read() as connection:
        return {outlet: change.state for outlet, change in healthchanges.newest(connection).items()}


def test_a_change_is_written_once_and_an_outlet_that_was_never_unwell_has_none(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    crawl(database, "kukar", NOW)
    assert look(database, ["kukar", "tidak-ada"], now=NOW) == []
    crawl(database, "kukar", NOW + HOUR, Trouble.DOWN)
    crawl(database, "kukar", NOW + 2 * HOUR, Trouble.DOWN)
    assert look(database, ["kukar"], now=NOW + 3 * HOUR) == ["kukar"]
    assert look(database, ["kukar"], now=NOW + 3 * HOUR) == []
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith(
        "kukar: dead (down) since 2024-11-27 05:00 UTC: no answer; see `pilkada --verbose crawl kukar`"
    )
    crawl(database, "kukar", NOW + 4 * HOUR)
    assert look(database, ["kukar"], now=NOW + 5 * HOUR) == ["kukar"]
    assert stands(database) == {"kukar": Health.OK}


def test_where_nobody_answers_it_is_our_network_and_no_outlet_is_dead(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outlets = ("kukar", "berau", "paser")
    for at in (NOW, NOW + 2 * HOUR):
        for outlet in outlets:
            crawl(database, outlet, at, Trouble.DOWN)
    with pytest.raises(OwnNetworkError):
        look(database, outlets, now=NOW + 3 * HOUR)
    watch = Watch(
        AlertSettings(), database=lambda: database, home=Home(tmp_path), zone="UTC", outlets=outlets, now=lambda: NOW
    )
    watch.after(["kukar"])
    assert "this machine's network" in caplog.text
    assert stands(database) == {}
    crawl(database, "berau", NOW + 3 * HOUR)
    assert look(database, outlets, now=NOW + 4 * HOUR) == ["kukar", "paser"], "berau answers: the others are dead"


def test_our_own_trouble_makes_no_outlet_unwell(database: Database) -> None:
    for hour in range(5):
        crawl(database, "kukar", NOW + hour * HOUR, Trouble.OURS)
    assert look(database, ["kukar"], now=NOW + 6 * HOUR) == []
