"""What crawls of each outlet brought since a time, added up from their runs."""

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, select

from archive.models import Outlet, Run
from archive.records import RunStatus
from archive.troubles import Trouble

SUMMED = ("new", "revised", "removed", "restored")
TAKEN = (RunStatus.OK, RunStatus.PARTIAL, RunStatus.BLOCKED, RunStatus.FAILED)


def since(connection: Connection, start: datetime) -> dict[str, Counter[str]]:
    """Give, of each outlet with a run since a time, the sums of its runs' counts, and how many `crawls` there were.

    Of these some `ended_badly`, and of those some found that the site was `down`. A run that was not taken is none; one that still runs counts when it has ended.
    """
    rows = connection.execute(
        select(Outlet.slug, Run.kind, Run.status, Run.counts)
        .join(Outlet, Outlet.id == Run.outlet_id)
        .where(Run.started_at >= start, Run.status.in_(TAKEN))
    )
    brought: dict[str, Counter[str]] = {}
    for row in rows:
        sums = brought.setdefault(row.slug, Counter())
        sums.update({name: int(row.counts.get(name, 0)) for name in SUMMED})
        if row.kind == "crawl":
            sums["crawls"] += 1
            sums["ended_badly"] += row.status in (RunStatus.BLOCKED, RunStatus.FAILED)
            sums["down"] += row.counts.get("trouble") == Trouble.DOWN
    return brought
