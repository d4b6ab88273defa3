"""What the runs of each outlet came to since there are any, and what is held and due: for a monitor that asks often."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from archive.models import Due, Outlet, Run
from archive.records import RunStatus
from archive.stories import Article

SUMMED = ("requests", "bytes")
ENDS = ("new", "revised", "unchanged", "failed")


class Totals:
    """Sums over all runs that have ended; each look reads those alone that ended since the last one."""

    def __init__(self) -> None:
        self.runs: Counter[tuple[str, str, str]] = Counter()
        """By outlet, kind and outcome."""
        self.addresses: Counter[tuple[str, str]] = Counter()
        """By outlet and what became of them; visited again they count again."""
        self.sums: Counter[tuple[str, str]] = Counter()
        """By outlet and one of `SUMMED`."""
        self.memory_mb: dict[str, int] = {}
        """The peak of each outlet's newest run of which it is known."""
        self._all_until = 0
        self._beyond: set[int] = set()

    def look(self, connection: Connection) -> None:
        """Add the runs that ended since the last look."""
        rows = connection.execute(
            select(Run.id, Outlet.slug, Run.kind, Run.status, Run.counts, Run.memory_mb)
            .join(Outlet, Outlet.id == Run.outlet_id)
            .where(Run.id > self._all_until)
            .order_by(Run.id)
        )
        whole = True
        for row in rows:
            whole = whole and row.status is not RunStatus.RUNNING
            if row.status is not RunStatus.RUNNING and row.id not in self._beyond:
                self._add(row)
                self._beyond.add(row.id)
            if whole:
                self._all_until = row.id
        self._beyond = {one for one in self._beyond if one > self._all_until}

    def _add(self, row: Any) -> None:
        slug, counts = row.slug, row.counts
        self.runs[slug, row.kind, row.status.value] += 1
        self.addresses.update({(slug, end): int(counts.get(end, 0)) for end in ENDS})
        self.addresses[slug, "rejected"] += sum(counts.get("rejected", {}).values())
        self.sums.update({(slug, name): int(counts.get(name, 0)) for name in SUMMED})
        if row.memory_mb is not None:
            self.memory_mb[slug] = row.memory_mb


def held(connection: Connection) -> dict[str, int]:
    """Give how many articles are held of each outlet."""
    rows = connection.execute(
        select(Outlet.slug, func.count().label("number"))
        .join(Article, Article.outlet_id == Outlet.id)
        .group_by(Outlet.slug)
    )
    return {row.slug: row.number for row in rows}


def due(connection: Connection, now: datetime) -> dict[str, int]:
    """Give how many addresses of each outlet are due to be fetched now."""
    rows = connection.execute(
        select(Outlet.slug, func.count().label("number"))
        .join(Due, Due.outlet_id == Outlet.id)
        .where(Due.next_at <= now)
        .group_by(Outlet.slug)
    )
    return {row.slug: row.number for row in rows}
