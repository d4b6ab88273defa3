"""What looks at held articles said, written down: rows for what is unchanged, captures for what is not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from archive import frontier, rechecks, removals, visits
from archive.frontier import MAX_TRIES
from archive.planner import Planner
from archive.rechecks import Held
from archive.records import Entry, Outcome, Purpose, Reason, State, VisitState
from archive.warc import Exchange
from crawler.crawl import Crawl, last_response
from crawler.rechecks.pages import Seen, Verdict

CONTROLS = 3
"""So many stories are asked for in a run that saw none: where the newest one was taken down too, one alone held the
confirmation of another's removal up for 6 hours in a month of forty removals."""


class Ledger:
    """The looks of one round: which articles are due, and what became of each."""

    def __init__(self, crawl: Crawl, planner: Planner) -> None:
        self._crawl, self._planner = crawl, planner
        self._waiting: dict[int, Held] = {}

    def due(self) -> list[Held]:
        """Give what is to be looked at: what is due, or all of the days of a run that is for these."""
        crawl, outlet = self._crawl, self._crawl.outlet
        assert outlet.visits is not None
        with crawl.database.write() as connection:
            crawl.ticket.check(connection)
            self._planner.follow(connection, crawl.now())
            if outlet.visits.articles == "none":
                found = []
            elif outlet.since or outlet.until:
                found = rechecks.of_days(connection, crawl.ticket, outlet.visits, outlet.since, outlet.until)
            else:
                found = rechecks.due(connection, crawl.ticket, crawl.now())
        found = [self._placed(held) for held in found]
        self._waiting = {held.article_id: held for held in found}
        return found

    def _placed(self, held: Held) -> Held:
        return held if held.url else replace(held, url=urljoin(self._crawl.outlet.base_url, held.canonical))

    def told(self, some: Sequence[Held], source: str) -> dict[int, tuple[str | None, datetime]]:
        """Give by which time of change, and when, a source told of some articles last, by address."""
        with self._crawl.database.read() as connection:
            return rechecks.told(connection, [held.address_id for held in some], source)

    def numbers(self, some: Sequence[Held]) -> dict[int, str]:
        """Give the numbers by which a WordPress knows some articles."""
        with self._crawl.database.read() as connection:
            return rechecks.numbers(connection, [held.article_id for held in some])

    def controls(self, missed: Held) -> list[Held]:
        """Give other articles by which an outlet is seen to work."""
        with self._crawl.database.read() as connection:
            found = rechecks.newest_live(connection, self._crawl.ticket, missed.article_id, CONTROLS)
        return [self._placed(held) for held in found]

    def same(self, held: Held, *, url: str, status: int, record: str | None = None, detail: str | None = None) -> None:
        """Write down that a story was there with the text that is held: a row, no bytes."""
        crawl, now = self._crawl, self._crawl.now()
        with crawl.database.write() as connection:
            crawl.ticket.check(connection)
            rule, told = crawl.outlet.rule, {"url": url, "record": record, "detail": detail}
            rechecks.seen(connection, crawl.ticket, held, rule, at=now, status=status, **told)
            frontier.dispose(connection, crawl.ticket, held.address_id, Outcome.UNCHANGED)
            self._settle(connection, held, now)
        self._looked(held)

    def other(self, held: Held, seen: Seen, *, beside: bool) -> None:
        """Keep a page that shows another text and have it read as any page, or as evidence `beside` a record."""
        crawl = self._crawl
        records = crawl.captures.keep(list(seen.exchanges))
        page = last_response(records)
        with crawl.database.write() as connection:
            crawl.ticket.check(connection)
            ids = crawl.captures.record(connection, records)
            frontier.enter(connection, crawl.ticket, held.address_id, Entry.CARRIED)
            visits.add(
                connection,
                crawl.ticket,
                address_id=held.address_id,
                purpose=Purpose.EVIDENCE if beside else Purpose.ARTICLE,
                url=seen.url,
                at=page.fetched_at,
                status=page.status,
                capture_id=ids[page.record_id],
            )
            self._planner.settle(connection, held.article_id, crawl.now())
        self._looked(held)
        crawl.on_unread(1)

    def handed_on(self, some: Sequence[Held]) -> None:
        """Note that records of some articles were kept and wait to be read, wherever they stand now."""
        crawl, now = self._crawl, self._crawl.now()
        with crawl.database.write() as connection:
            crawl.ticket.check(connection)
            for held in some:
                if not visits.waits(connection, held.address_id):
                    frontier.dispose(connection, crawl.ticket, held.address_id, Outcome.UNCHANGED)
                self._planner.settle(connection, held.article_id, now)
        for held in some:
            self._looked(held)

    def missed(self, held: Held, verdict: Verdict, *, status: int | None, exchanges: Sequence[Exchange]) -> None:
        """Write down that a story was not there, and keep the answer that says so.

        What answered that it is gone is read: a notice may say why. Whoever reads it says what became of the look.
        """
        crawl, now = self._crawl, self._crawl.now()
        records = crawl.captures.keep(list(exchanges)) if exchanges else []
        with crawl.database.write() as connection:
            crawl.ticket.check(connection)
            ids = crawl.captures.record(connection, records)
            read = bool(records) and status in visits.GONE
            visit_id = visits.add(
                connection,
                crawl.ticket,
                address_id=held.address_id,
                purpose=Purpose.RECHECK,
                url=held.url,
                at=now,
                status=status,
                capture_id=ids[last_response(records).record_id] if records else None,
                state=VisitState.UNREAD if read else VisitState.REJECTED,
                reason=None if read else verdict.reason,
                detail=None if read else verdict.detail,
                notice=verdict.notice,
            )
            frontier.enter(connection, crawl.ticket, held.address_id, Entry.CARRIED)
            if not read:
                frontier.dispose(
                    connection,
                    crawl.ticket,
                    held.address_id,
                    Outcome.REJECTED,
                    reason=verdict.reason,
                    detail=verdict.detail,
                )
                removals.settle(connection, visit_id, crawl.outlet.rule, now=now)
            self._settle(connection, held, now, missed=True)
        self._looked(held)
        if read:
            crawl.on_unread(1)

    def nothing(self, held: Held, reason: Reason, detail: str, *, status: int | None) -> None:
        """Write down a look that says nothing of its story; it is tried again, a few times."""
        crawl, now = self._crawl, self._crawl.now()
        with crawl.database.write() as connection:
            crawl.ticket.check(connection)
            visits.add(
                connection,
                crawl.ticket,
                address_id=held.address_id,
                purpose=Purpose.RECHECK,
                url=held.url,
                at=now,
                status=status,
                capture_id=None,
                state=VisitState.FAILED,
                reason=reason,
                detail=detail,
            )
            frontier.dispose(connection, crawl.ticket, held.address_id, Outcome.FAILED, reason=reason, detail=detail)
            again = frontier.postpone(connection, held.due, now=now)
            if held.tries + 1 >= MAX_TRIES:
                self._planner.leave_out(connection, [held], now, again if held.state is State.SUSPECTED else None)
        self._looked(held)

    def leave_out(self, morrow: datetime) -> int:
        """Put off what the budget leaves out; give how many."""
        left = list(self._waiting.values())
        with self._crawl.database.write() as connection:
            self._crawl.ticket.check(connection)
            self._planner.leave_out(connection, left, self._crawl.now(), morrow)
        return len(left)

    def _settle(self, connection: Any, held: Held, now: datetime, *, missed: bool = False) -> None:
        """Draw the consequences of a look that needs no reading: what becomes of the article, and when it is visited next."""
        self._planner.settle(connection, held.article_id, now, missed=missed)

    def _looked(self, held: Held) -> None:
        self._waiting.pop(held.article_id, None)
        self._crawl.tally.visits += 1
