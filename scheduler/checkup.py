"""What is wrong with how the outlets are crawled, judged from outside: a daemon that hangs cannot say so itself."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from archive.records import Health as State
from scheduler.heartbeat import EVERY, Health, Life
from scheduler.lock import Holder
from scheduler.timetable import Timetable

PERIODS = 2
"""How many of an outlet's periods may pass without a crawl."""
LEEWAY = timedelta(hours=1)
"""How much longer, since crawls before it may take their whole deadline."""

GIVES_NOTHING = (State.BLOCKED, State.SILENT, State.DEAD)


def of_daemon(holder: Holder | None, health: Health | None, *, held: bool, now: datetime) -> str | None:
    """Say what is wrong with the daemon, None where nothing is.

    `holder` and `held` tell who has the scheduler's lock. In a home in which no daemon ever ran none is missed: its
    outlets are crawled by cron.
    """
    if held:
        since = holder.since if holder else now
        who = f"the scheduler (process {holder.pid})" if holder else "the scheduler"
        # Not by the process' number alone: in a container each daemon is process 1.
        theirs = health if health and holder and health.pid == holder.pid and health.started_at >= since else None
        if theirs is None:
            begun = now - since <= timedelta(seconds=2 * EVERY)
            return None if begun else f"{who} has given no sign of life since it started: {_cure(holder)}"
        if theirs.stale(now):
            return f"{who} hangs: its last sign of life is of {_minute(theirs.at)}, {_cure(holder)}"
        if theirs.trouble:
            return f"{who} cannot work: {theirs.trouble}"
        return (
            f"{who} goes by older settings, since new ones were refused: {theirs.refused}" if theirs.refused else None
        )
    if health is None:
        return None
    if health.life is Life.STOPPED:
        return f"the scheduler was stopped at {_minute(health.at)}: start it with `pilkada schedule run`"
    return (
        f"the scheduler (process {health.pid}) ended without a word: its last sign of life is of {_minute(health.at)}; "
        "start it with `pilkada schedule run`"
    )


def late(
    rows: Sequence[Mapping[str, Any]], timetable: Timetable, *, health: Health | None, now: datetime
) -> Iterator[str]:
    """Say which outlets were not crawled for two of their periods and an hour, whoever was to crawl them.

    `rows` are those of `schedule status`. An outlet that was never crawled is late from when the daemon started.
    """
    for row in rows:
        if row["state"] == "running" or row["paused"]:
            continue
        since = row["last_run"] or (health.started_at if health else None)
        if since is None:
            yield f"{row['outlet']}: was never crawled"
            continue
        due = since
        for _ in range(PERIODS):
            due = timetable.next_crawl(row["outlet"], due)
        if now > due + LEEWAY:
            begun = f"not since {_minute(since)}" if row["last_run"] else "never"
            yield f"{row['outlet']}: was to be crawled at {_minute(due)} at the latest, and was {begun}"


def unwell(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say which outlets give nothing by their own history; one that gives less than it did is told by alerts, once."""
    for row in rows:
        if row["health"] in GIVES_NOTHING and not row["paused"]:
            yield f"{row['outlet']}: {row['trouble'] or row['health']} (since {_minute(row['health_since'])})"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _cure(holder: Holder | None) -> str:
    return f"end it (kill -9 {holder.pid}) and start it again" if holder else "end it and start it again"
