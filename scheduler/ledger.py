"""What happened and what is planned: the rows that `pilkada schedule` lists."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from archive import agenda, runs
from archive.database import Database
from archive.records import RunStatus
from archive.runs import DEAD, RunRow
from scheduler.cadence import next_time
from scheduler.settings import ScheduleSettings

NEVER = "never"
"""The state of an outlet that was not crawled yet."""
RECENT = 50
"""How many runs are looked at to see how an outlet stands: notes of runs that were not taken may hide a long one."""
COUNTED = ("new", "revised", "failed", "left", "requests", "bytes")

Alive = Callable[[str], bool]
"""Whether an outlet is being crawled: its lock is held. A killed crawl leaves its run open until the next one."""


def planned(
    database: Database, outlets: Sequence[str], settings: ScheduleSettings, *, now: datetime
) -> list[dict[str, Any]]:
    """Give by what expression each outlet is crawled and when next; known outlets that are not enabled come last."""
    with database.read() as connection:
        known = agenda.outlets(connection)
    rest = [outlet for outlet in known if outlet not in outlets]
    return [
        {
            "outlet": outlet,
            "expression": settings.expression(outlet),
            "next_run": next_time(settings.expression(outlet), settings.timezone, now) if enabled else None,
            "timezone": settings.timezone,
            "enabled": enabled,
        }
        for enabled, group in ((True, outlets), (False, rest))
        for outlet in group
    ]


def standing(
    database: Database, outlets: Sequence[str], settings: ScheduleSettings, *, now: datetime, alive: Alive
) -> list[dict[str, Any]]:
    """Give how each outlet stands (CONTRACT.md, `schedule status`).

    Only crawls count: an import that went well says nothing of a site that blocks us. `state` is the status of the last, `running` or `never`; `last_run` is when the last one started, and
    `last_outcome` how the last one that has ended did. `next_run` is what the expression names next, daemon or not.
    """
    rows = []
    for outlet in outlets:
        with database.read() as connection:
            crawls = runs.newest(connection, outlets=[outlet], kind="crawl", limit=RECENT)
            last_success = runs.last_success(connection, outlet)
        recent = [_settled(run, alive) for run in crawls]
        shown = _telling(recent)
        rows.append(
            {
                "outlet": outlet,
                "state": shown.status if shown else NEVER,
                "last_success": last_success,
                "last_run": shown.started_at if shown else None,
                "last_outcome": next((run.status for run in recent if run.status is not RunStatus.RUNNING), None),
                "next_run": next_time(settings.expression(outlet), settings.timezone, now),
                "trouble": _trouble(shown) if shown else None,
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
