"""What the daemon has done for an outlet, kind by kind: in this process, but for the children that do it."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive import runs
from archive.runs import RunRow
from archive.work import Work
from crawler.cli import App
from scheduler.due import Cause, Errand
from tests.crawler.commandline import SLUG, Newsroom, Pilkada

SMALL = pytest.mark.parametrize("site", [6], indirect=True, ids=["6 articles"])
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def app(fresh: Pilkada) -> Iterator[App]:
    with (fresh.home / "pilkada.toml").open("a", encoding="utf-8") as file:
        file.write('[schedule]\nbackfill_since = 2024-06-01\nvisits = "0 1 * * *"\n[visits]\narticles = "all"\n')
    app = App(fresh.home, None, "ERROR")
    yield app
    app.database().dispose()


def do(app: App, work: Work, **more: Any) -> RunRow | None:
    """Have some work done; give the run that it made, None where there was nothing to do."""
    with app.database().read() as connection:
        before = {run.run_id for run in runs.newest(connection)}
    app.work(Errand(outlet=SLUG, work=work, cause=Cause.SCHEDULE, planned_at=YESTERDAY, **more))
    with app.database().read() as connection:
        made = [run for run in runs.newest(connection) if run.run_id not in before]
    return made[0] if made else None


@SMALL
def test_each_kind_of_work_is_a_run_of_its_own(app: App, site: Newsroom) -> None:
    crawl = do(app, Work.CRAWL, missed=12)
    assert crawl is not None
    assert (crawl.kind, crawl.status, crawl.counts["new"], crawl.counts["missed"]) == ("crawl", "ok", 6, 12)

    visits = do(app, Work.VISITS, ends_by=datetime.now(UTC) + timedelta(minutes=2))
    assert visits is not None
    assert (visits.kind, visits.status, visits.planned_at) == ("recheck", "ok", YESTERDAY)

    backfill = do(app, Work.BACKFILL)
    assert backfill is not None
    assert (backfill.kind, backfill.status, backfill.counts["since"]) == ("backfill", "ok", "2024-06-01")
    asked = len(site.requests)
    again = do(app, Work.BACKFILL)
    assert again is None or again.counts["until"], "a backfill that has ended is not begun anew"
    if again is None:
        assert len(site.requests) == asked
    else:
        assert do(app, Work.BACKFILL) is None, "days that fall short are asked for again after a day"

    home = app.home.root
    draft = home / ".artikel.csv.999999999"
    draft.write_text("separuh")
    os.utime(draft, (YESTERDAY.timestamp() - 60,) * 2)
    young, ours = home / ".baru.csv.999999999", home / f".kini.csv.{os.getpid()}"
    young.write_text("")
    ours.write_text("")
    os.utime(ours, (YESTERDAY.timestamp() - 60,) * 2)
    with app.database().write() as connection:
        connection.exec_driver_sql("UPDATE visit SET state = 'unread'")
    asked = len(site.requests)
    upkeep = do(app, Work.MAINTENANCE)
    assert upkeep is not None
    assert (upkeep.kind, upkeep.status, upkeep.detail) == ("maintenance", "ok", "")
    assert upkeep.counts["swept"] == [draft.name]
    assert upkeep.counts["unchanged"] == 6, "what was left unread is read"
    assert (young.exists(), ours.exists()) == (True, True)
    assert len(site.requests) == asked, "maintenance asks nobody for anything"


@SMALL
@pytest.mark.usefixtures("site")
def test_maintenance_finds_a_damaged_record_on_its_day_and_closes_files_of_days_that_are_over(app: App) -> None:
    do(app, Work.CRAWL)
    (file,) = app.home.warc.rglob("*.warc.gz")
    with app.database().write() as connection:
        connection.exec_driver_sql("UPDATE warc_file SET day = '2024-11-27'")
        day = datetime.now(UTC).date().toordinal() % 30
        (offset,) = connection.exec_driver_sql("SELECT max(offset) FROM capture").one()
        connection.exec_driver_sql(f"UPDATE capture SET id = 30000 + {day} WHERE offset = {offset}")
    flip(file, offset + 40)
    upkeep = do(app, Work.MAINTENANCE)
    assert upkeep is not None
    assert upkeep.status == "failed"
    assert upkeep.detail.endswith("`pilkada verify` names all")
    (damaged,) = upkeep.counts["damaged"]
    assert f"/{file.name}@{offset}: " in damaged
    with app.database().read() as connection:
        assert connection.exec_driver_sql("SELECT state FROM warc_file").scalars().all() == ["closed"]


def flip(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 0xFF
    file.write_bytes(bytes(data))


def test_a_phase_that_no_calendar_has_is_refused_with_those_that_it_has(fresh: Pilkada) -> None:
    with (fresh.home / "pilkada.toml").open("a", encoding="utf-8") as file:
        file.write('[schedule.profiles.coblos]\nphase = "pencoblosan"\ncrawl = "*/10 * * * *"\n')
    for words in (("schedule", "list"), ("config",)):
        said = fresh(*words)
        assert said.status == 2
        assert "schedule.profiles.coblos.phase: there is no phase pencoblosan; known are " in said.complaint()


def test_a_profile_of_a_phase_stands_in_the_list_with_its_day(fresh: Pilkada) -> None:
    with (fresh.home / "pilkada.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[schedule]\ncrawl = "0 0 1 1 *"\n[schedule.profiles.coblos]\nphase = ["masa_tenang"]\ncrawl = "* * * * *"\n'
        )
    app = App(fresh.home, None, "ERROR")
    days = [app.timetable.next_crawl(SLUG, datetime(2024, month, 28, tzinfo=UTC)).date() for month in (1, 11)]
    assert days == [date(2024, 11, 23), date(2024, 12, 31)], "midnight in Makassar is the day before in UTC"
