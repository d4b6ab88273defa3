"""What happened and what is planned: the rows that `pilkada schedule` lists."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from archive import agenda, healthchanges, runs
from archive.database import Database
from archive.records import Health, RunStatus
from archive.runs import DEAD, RunRow
from archive.standing import last_successes, telling, trends
from archive.work import Work
from scheduler.due import PAUSED
from scheduler.timetable import Timetable

NEVER = "never"
"""The state of an outlet that was not crawled yet."""
COUNTED = ("new", "revised", "failed", "left", "requests", "bytes")

Alive = Callable[[str], bool]
"""Whether an outlet is being crawled: its lock is held. A killed crawl leaves its run open until the next one."""


def planned(database: Database, outlets: Sequence[str], timetable: Timetable, *, now: datetime) -> list[dict[str, Any]]:
    """Give by what expression each outlet's work is due and when next, crawls first.

    `profile` is what decides on the expression now, `profile_until` when that ends. `paused` is since when a person has
    nothing done. Known outlets that are not enabled come last, with their crawls alone.
    """
    with database.read() as connection:
        known, paused = agenda.outlets(connection), agenda.paused(connection)
    rest = [outlet for outlet in known if outlet not in outlets]
    rows = []
    for outlet in (*outlets, *rest):
        for work in Work if outlet in outlets else (Work.CRAWL,):
            next_run = timetable.next_time(outlet, work, now)
            if next_run is None and work is not Work.CRAWL:
                continue
            profile = timetable.profile(outlet, work, now)
            rows.append(
                {
                    "outlet": outlet,
                    "work": work.value,
                    "expression": timetable.expression(outlet, work, now),
                    "next_run": next_run if outlet in outlets and outlet not in paused else None,
                    "timezone": timetable.settings.timezone,
                    "enabled": outlet in outlets,
                    "profile": profile,
                    "profile_until": timetable.until(outlet, work, now) if profile else None,
                    "paused": paused.get(outlet),
                }
            )
    return rows


def standing(
    database: Database, outlets: Sequence[str], timetable: Timetable, *, now: datetime, alive: Alive
) -> list[dict[str, Any]]:
    """Give how each outlet stands (CONTRACT.md, `schedule status`).

    Only crawls count: an import that went well says nothing of a site that blocks us. `state` is the status of the last, `running` or `never`; `last_run` is when the last one started, and
    `last_outcome` how the last one that has ended did. `next_run` is what the expression names next, daemon or not; of
    an outlet that is paused there is none. `health` is how it does by its own history, null before a crawl succeeded.
    `articles_per_day` is how many bear one of the last seven days, `usual_per_day` one of the four weeks before; null
    until it has been crawled for two weeks.
    """
    with database.read() as connection:
        paused, changes = agenda.paused(connection), healthchanges.newest(connection)
        crawls = telling(connection, outlets, passing=PAUSED)
        successes, brought = last_successes(connection, outlets), trends(connection, now)
    rows = []
    for outlet in outlets:
        last_success, trend = successes.get(outlet), brought.get(outlet)
        recent = [_settled(run, alive) for run in crawls.get(outlet, ())]
        shown = _telling(recent)
        change = changes.get(outlet)
        unwell = f"{change.state}: {change.detail}" if change is not None and change.state is not Health.OK else None
        rows.append(
            {
                "outlet": outlet,
                "state": shown.status if shown else NEVER,
                "last_success": last_success,
                "last_run": shown.started_at if shown else None,
                "last_outcome": next((run.status for run in recent if run.status is not RunStatus.RUNNING), None),
                "next_run": None if outlet in paused else timetable.next_crawl(outlet, now),
                "trouble": f"{PAUSED} {paused[outlet]:%Y-%m-%d %H:%M} UTC"
                if outlet in paused
                else (shown and _trouble(shown)) or unwell,
                "paused": paused.get(outlet),
                "health": change.state if change else Health.OK if last_success else None,
                "health_since": change.since if change else None,
                "articles_per_day": trend.now if trend else None,
                "usual_per_day": trend.usual if trend else None,
            }
        )
    return rows


def made(database: Database, *, outlets: Sequence[str] = (), limit: int, alive: Alive) -> list[dict[str, Any]]:
    """Give the newest runs, newest first; `seconds` is None while one is running."""
    with database.read() as connection:
        rows = runs.newest(connection, outlets=outlets, limit=limit)
    return [
        {
            "run_id": run.run_id,
            "outlet": run.outlet,
            "kind": run.kind,
            "cause": run.cause,
            "planned_at": run.planned_at,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "seconds": round((run.finished_at - run.started_at).total_seconds(), 1) if run.finished_at else None,
            "status": run.status,
            "exit_status": run.exit_status,
            **{name: run.counts.get(name, 0) for name in COUNTED},
            "memory_mb": run.memory_mb,
            "detail": run.detail,
        }
        for run in (_settled(row, alive) for row in rows)
    ]


def _settled(run: RunRow, alive: Alive) -> RunRow:
    """Give a run as it is: one that is open although nobody crawls its outlet has failed."""
    if run.status is RunStatus.RUNNING and not alive(run.outlet):
        return replace(run, status=RunStatus.FAILED, detail=DEAD)
    return run


def _telling(recent: Sequence[RunRow]) -> RunRow | None:
    """Choose the run that tells how an outlet stands, from its newest ones, newest first.

    That is the newest, but a run that was not taken because of another tells less than that other one, as long as that
    one runs or when it ended later.
    """
    if not recent or recent[0].status is not RunStatus.HELD:
        return recent[0] if recent else None
    note = recent[0]
    taken = next((run for run in recent if run.status is not RunStatus.HELD), None)
    if taken is None or (taken.finished_at and taken.finished_at < note.started_at):
        return note
    return taken


def _trouble(run: RunRow) -> str | None:
    if run.status in (RunStatus.OK, RunStatus.RUNNING):
        return None
    return run.detail or f"the last crawl ended {run.status}"
