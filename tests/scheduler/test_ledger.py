from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archive import healthchanges, runs
from archive.database import Database
from archive.records import Health, RunStatus
from scheduler import ledger
from scheduler.settings import ScheduleSettings
from scheduler.timetable import Timetable

NOW = datetime(2024, 11, 27, 4, 10, tzinfo=UTC)
HALF_PAST = datetime(2024, 11, 27, 4, 30, tzinfo=UTC)
SETTINGS = Timetable(ScheduleSettings(maintenance="", outlets={"mahakam": "0 6 * * *"}))
MINUTE = timedelta(minutes=1)


def begin(
    database: Database, outlet: str, at: datetime, *, cause: str = "schedule", kind: str = "crawl"
) -> runs.RunTicket:
    with database.write() as connection:
        outlet_id = runs.register_outlet(connection, outlet, {"name": outlet}, at)
        return runs.begin(
            connection, outlet_id, kind=kind, cause=cause, planned_at=at, version="0", settings_digest="", now=at
        )


def finish(database: Database, ticket: runs.RunTicket, at: datetime, status: RunStatus, detail: str = "") -> None:
    with database.write() as connection:
        runs.finish(connection, ticket, status=status, detail=detail, extra={"requests": 3}, now=at)


def note_held(database: Database, outlet: str, at: datetime) -> None:
    with database.write() as connection:
        outlet_id = runs.register_outlet(connection, outlet, {"name": outlet}, at)
        runs.note_held(
            connection,
            outlet_id,
            kind="crawl",
            cause="schedule",
            planned_at=at,
            detail="another crawl of kukar runs already",
            now=at,
        )


def standing(database: Database, *, alive: bool = False) -> dict[str, Any]:
    (row,) = ledger.standing(database, ["kukar"], SETTINGS, now=NOW, alive=lambda _outlet: alive)
    return row


def test_an_outlet_never_crawled_has_only_a_next_run(database: Database) -> None:
    assert standing(database) == {
        "outlet": "kukar",
        "state": "never",
        "last_success": None,
        "last_run": None,
        "last_outcome": None,
        "next_run": HALF_PAST,
        "trouble": None,
        "paused": None,
        "health": None,
        "health_since": None,
        "articles_per_day": None,
        "usual_per_day": None,
    }


@pytest.mark.parametrize(
    ("status", "detail", "trouble"),
    [
        (RunStatus.OK, "", None),
        (RunStatus.PARTIAL, "the deadline was met", "the deadline was met"),
        (RunStatus.BLOCKED, "robots.txt refuses us", "robots.txt refuses us"),
        (RunStatus.FAILED, "", "the last crawl ended failed"),
    ],
)
def test_the_last_run_tells_how_an_outlet_stands(
    database: Database, status: RunStatus, detail: str, trouble: str | None
) -> None:
    good = begin(database, "kukar", NOW - 60 * MINUTE)
    finish(database, good, NOW - 59 * MINUTE, RunStatus.OK)
    last = begin(database, "kukar", NOW - 30 * MINUTE)
    finish(database, last, NOW - 29 * MINUTE, status, detail)
    succeeded = status in (RunStatus.OK, RunStatus.PARTIAL)
    assert standing(database) == {
        "outlet": "kukar",
        "state": status,
        "last_success": NOW - (29 if succeeded else 59) * MINUTE,
        "last_run": NOW - 30 * MINUTE,
        "last_outcome": status,
        "next_run": HALF_PAST,
        "trouble": trouble,
        "paused": None,
        "health": Health.OK,
        "health_since": None,
        "articles_per_day": None,
        "usual_per_day": None,
    }


def test_what_is_wrong_with_an_outlet_that_answers_is_told(database: Database) -> None:
    finish(database, begin(database, "kukar", NOW - 9 * MINUTE), NOW - 8 * MINUTE, RunStatus.OK)
    for state, trouble in ((Health.SILENT, "silent: nothing new for 9 days"), (Health.OK, None)):
        with database.write() as connection:
            healthchanges.append(
                connection,
                "kukar",
                state=state,
                cause="",
                detail="nothing new for 9 days",
                example=None,
                since=NOW,
                now=NOW,
            )
        row = standing(database)
        assert (row["health"], row["health_since"], row["trouble"]) == (state, NOW, trouble)


def test_a_crawl_that_runs_is_told_beside_the_last_outcome(database: Database) -> None:
    finish(database, begin(database, "kukar", NOW - 9 * MINUTE), NOW - 8 * MINUTE, RunStatus.PARTIAL, "much to do")
    begin(database, "kukar", NOW - MINUTE)
    row = standing(database, alive=True)
    assert (row["state"], row["last_outcome"], row["last_run"]) == ("running", "partial", NOW - MINUTE)
    assert row["trouble"] is None


def test_an_import_says_nothing_of_how_crawls_go(database: Database) -> None:
    blocked = begin(database, "kukar", NOW - 9 * MINUTE)
    finish(database, blocked, NOW - 8 * MINUTE, RunStatus.BLOCKED, "robots.txt refuses us")
    taken = begin(database, "kukar", NOW - 3 * MINUTE, cause="command", kind="import")
    finish(database, taken, NOW - 2 * MINUTE, RunStatus.OK)
    row = standing(database)
    assert (row["state"], row["last_run"], row["trouble"]) == ("blocked", NOW - 9 * MINUTE, "robots.txt refuses us")


def test_a_run_that_nobody_runs_has_failed(database: Database) -> None:
    begin(database, "kukar", NOW - MINUTE)
    row = standing(database)
    assert (row["state"], row["last_outcome"], row["trouble"]) == ("failed", "failed", ledger.DEAD)
    (run,) = ledger.made(database, limit=5, alive=lambda _outlet: False)
    assert (run["status"], run["detail"], run["seconds"]) == ("failed", ledger.DEAD, None)


def test_notes_of_runs_not_taken_do_not_hide_the_crawl_that_was_in_the_way(database: Database) -> None:
    ticket = begin(database, "kukar", NOW - 9 * MINUTE)
    for minutes in (8, 7, 6):
        note_held(database, "kukar", NOW - minutes * MINUTE)
    assert standing(database, alive=True)["state"] == "running"
    finish(database, ticket, NOW - MINUTE, RunStatus.OK)
    assert standing(database)["state"] == "ok"
    note_held(database, "kukar", NOW)
    row = standing(database)
    assert (row["state"], row["last_outcome"], row["trouble"]) == (
        "held",
        "held",
        "another crawl of kukar runs already",
    )


def test_runs_are_listed_newest_first_with_their_counts(database: Database) -> None:
    finish(database, begin(database, "kukar", NOW, cause="missed"), NOW + timedelta(seconds=12.34), RunStatus.OK)
    finish(database, begin(database, "mahakam", NOW + MINUTE), NOW + 2 * MINUTE, RunStatus.FAILED, "no answer")
    newest, oldest = ledger.made(database, limit=5, alive=lambda _outlet: False)
    assert oldest == {
        "run_id": 1,
        "outlet": "kukar",
        "kind": "crawl",
        "cause": "missed",
        "planned_at": NOW,
        "started_at": NOW,
        "finished_at": NOW + timedelta(seconds=12.34),
        "seconds": 12.3,
        "status": "ok",
        "exit_status": None,
        "new": 0,
        "revised": 0,
        "failed": 0,
        "left": 0,
        "requests": 3,
        "bytes": 0,
        "memory_mb": None,
        "detail": "",
    }
    assert (newest["outlet"], newest["status"], newest["detail"]) == ("mahakam", "failed", "no answer")
    assert ledger.made(database, outlets=["kukar"], limit=5, alive=lambda _outlet: False) == [oldest]
    assert ledger.made(database, limit=1, alive=lambda _outlet: False) == [newest]


def test_the_plan_lists_enabled_outlets_first_and_known_ones_without_a_time(database: Database) -> None:
    begin(database, "bekas", NOW)
    kukar, mahakam, old = ledger.planned(database, ["kukar", "mahakam"], SETTINGS, now=NOW)
    assert kukar == {
        "outlet": "kukar",
        "work": "crawl",
        "expression": "*/30 * * * *",
        "next_run": HALF_PAST,
        "timezone": "Asia/Makassar",
        "enabled": True,
        "profile": None,
        "profile_until": None,
        "paused": None,
    }
    assert (mahakam["expression"], mahakam["next_run"]) == ("0 6 * * *", datetime(2024, 11, 27, 22, tzinfo=UTC))
    assert (old["outlet"], old["enabled"], old["next_run"]) == ("bekas", False, None)
