"""Articles in a database as crawls leave them, without their captures: for what is measured or tested behind them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from archive import frontier, runs, store, visits
from archive.database import Database
from archive.frontier import Sight
from archive.identity import Visited
from archive.records import Purpose, Reading, VisitState
from archive.store import Saved


class Desk:
    """One run of each of some outlets; what it stores goes through the same parts as in a crawl."""

    def __init__(self, database: Database, slugs: Iterable[str], now: datetime) -> None:
        self._now = now
        with database.write() as connection:
            self.runs = {slug: self._begin(connection, slug) for slug in slugs}

    def _begin(self, connection: Connection, slug: str) -> runs.RunTicket:
        declared = {"name": slug.title(), "base_url": f"http://{slug}.test/", "timezone": "Asia/Makassar"}
        return runs.begin(
            connection,
            runs.register_outlet(connection, slug, declared, self._now),
            kind="crawl",
            cause="test",
            planned_at=None,
            version="0",
            settings_digest="",
            now=self._now,
        )

    def store(
        self, connection: Connection, slug: str, path: str, reading: Reading, *, at: datetime | None = None
    ) -> Saved:
        """Store what a visit to an address of an outlet showed."""
        ticket, at = self.runs[slug], at or self._now
        sight = Sight(canonical=path, raw=path, source="rest", modified=None)
        address_id = frontier.sight(connection, ticket, sight, rules_version=1, priority=1, now=at).address_id
        visit_id = visits.add(
            connection,
            ticket,
            address_id=address_id,
            purpose=Purpose.ARTICLE,
            url=path,
            at=at,
            status=200,
            capture_id=None,
        )
        visited = Visited(
            visit_id=visit_id,
            outlet_id=ticket.outlet_id,
            outlet=slug,
            address_id=address_id,
            canonical=path,
            at=at,
            sources=(),
        )
        saved = store.save(connection, visited, reading)
        visits.settle(connection, visit_id, VisitState.READ, text_sha256=saved.text_sha256)
        return saved
