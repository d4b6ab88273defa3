"""`pilkada crawl --dry-run`: what a crawl would do, as far as it is known before anything is asked of a site."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from archive import articles, forecast, runs
from archive.database import Database
from archive.records import Filters
from crawler.config import Loaded
from crawler.crawl import left_alone
from crawler.guard import Boundary
from crawler.runner import Scope, make_task
from scheduler.lock import outlet_lock

COLUMNS = ("outlet", "would", "addresses", "unread", "visits", "minutes", "why")
BESIDE = "robots.txt and lists are asked for beside this; what is new there only a crawl can tell"


def rows(
    loaded: Loaded, database: Database, outlets: Sequence[str], scope: Scope, *, now: datetime
) -> list[dict[str, Any]]:
    """Give for each outlet whether it would be crawled now, and what is due there; nothing is sent, nothing is written.

    `visits` are those that the day's budget has left; `minutes` is what the requests for all that is due take at least
    at the outlet's delay.

    Raises:
        SettingsError: one of the outlets may not be crawled with these settings.
    """
    return [_row(loaded, database, slug, scope, now) for slug in outlets]


def _row(loaded: Loaded, database: Database, slug: str, scope: Scope, now: datetime) -> dict[str, Any]:
    task = make_task(loaded, database.url, slug, "command", None, scope, "WARNING")
    outlet = task.outlet
    today = now.astimezone(ZoneInfo(outlet.timezone or "UTC")).date()
    with database.read() as connection:
        wait = left_alone(connection, Boundary((outlet.base_url, outlet.declared_url)), now)
        due = forecast.of(connection, slug, now=now, today=today, days=outlet.days)
        days = Filters(outlets=(slug,), after=scope.since, before=scope.until)
        looked_at = articles.count(connection, days) if scope.since or scope.until else due.visits
        success = runs.last_success(connection, slug)
    held = outlet_lock(loaded.home.locks, slug).held()
    budget = max(0, outlet.visits.budget - due.spent) if outlet.visits and outlet.visited else 0
    visits = min(looked_at, budget)
    addresses, evidence = (0, 0) if outlet.recheck else (due.addresses, due.evidence)
    if scope.limit is not None:
        addresses = min(addresses, scope.limit)
    seconds = (addresses + evidence + visits) * task.delay
    return {
        "outlet": slug,
        "would": "held" if held else "wait" if wait else "crawl",
        "addresses": addresses,
        "evidence": evidence,
        "visits": visits,
        "unread": due.unread,
        "minutes": round(seconds / 60, 1),
        "base_url": outlet.base_url,
        "delay": task.delay,
        "user_agent": task.user_agent,
        "not_before": wait.astimezone(UTC) if wait else None,
        "last_success": success,
        "why": _why(held=held, wait=wait, success=success, now=now),
    }


def _why(*, held: bool, wait: datetime | None, success: datetime | None, now: datetime) -> str:
    if held:
        return "it is being crawled"
    if wait:
        return f"its host asked to be left alone until {wait:%Y-%m-%d %H:%M} UTC"
    if success is None:
        return "never crawled: all that it lists is taken"
    ago = max(timedelta(0), now - success)
    hours = ago.total_seconds() / 3600
    return f"last success {hours:.0f} h ago" if hours >= 1 else f"last success {hours * 60:.0f} min ago"
