"""One crawl of one outlet: what was fetched is kept, noted and handed to the readers; the database is its only queue."""

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from archive import frontier, hosts, parts, removals, runs, visits
from archive.captures import CaptureStore
from archive.database import Database
from archive.frontier import DueAddress
from archive.records import Outcome, Purpose, Reason, RunStatus, VisitState
from archive.rekey import rekey
from archive.runs import RunTicket
from archive.settings import Home
from archive.troubles import Trouble
from archive.warc import DamagedRecordError, Exchange, Written, read_response
from crawler.addresses import RULES_VERSION, moved_to
from crawler.awaited import Awaited
from crawler.declaration import Declaration
from crawler.guard import Boundary, authority
from crawler.naming import Naming
from crawler.patience import wait_asked
from crawler.robots import MAX_AGE, Robots, judge
from crawler.task import Outlet

if TYPE_CHECKING:
    from crawler.reading import Site
    from crawler.reading.pack import Pack

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """What a crawl counts besides the addresses."""

    requests: int = 0
    not_modified: int = 0
    bytes: int = 0
    stored: int = 0
    evidence: int = 0
    visits: int = 0
    page_views: int = 0
    parts_failed: int = 0
    """Further pages of stories that could not be fetched."""
    repaired: list[str] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)
    """What maintenance found."""
    told: dict[str, int | None] = field(default_factory=dict)
    """How many stories the first answer of each source named, None where it had not changed."""
    memory_mb: int = 0


def opened(
    outlet: Outlet,
    declared: type[Declaration],
    *,
    database: Database,
    home: Home,
    facts: dict[str, Any],
    work: str,
    cause: str,
    planned_at: datetime | None,
    version: str,
    settings_digest: str,
    software: str,
    now: Callable[[], datetime],
) -> "Crawl":
    """Open a run of some work at an outlet, its addresses under today's rules; the caller holds the outlet's lock.

    `facts` is the declaration as it is kept.
    """
    forms = Naming(outlet.base_url, outlet.declared_url, declared).forms
    with database.write() as connection:
        outlet_id = runs.register_outlet(connection, outlet.slug, facts, now())
        rekey(connection, outlet_id, version=RULES_VERSION, forms=forms, now=now(), rule=outlet.rule)
        ticket = runs.begin(
            connection,
            outlet_id,
            kind=work,
            cause=cause,
            planned_at=planned_at,
            version=version,
            settings_digest=settings_digest,
            now=now(),
        )
    captures = CaptureStore(
        database,
        home.warc,
        ticket=ticket,
        slug=outlet.slug,
        software=software,
        new_id=lambda: str(uuid.uuid4()),
        now=now,
    )
    return Crawl(outlet, declared, database=database, home=home, ticket=ticket, captures=captures, now=now)


class Crawl:
    """The fetching half of a crawl; all its methods run in the child's one thread."""

    def __init__(
        self,
        outlet: Outlet,
        declared: type[Declaration],
        *,
        database: Database,
        home: Home,
        ticket: RunTicket,
        captures: CaptureStore,
        now: Callable[[], datetime],
    ) -> None:
        self.outlet = outlet
        self.declared = declared
        self.database = database
        self.home = home
        self.ticket = ticket
        self.captures = captures
        self.now = now
        self.boundary = Boundary((outlet.base_url,))
        self.own = Boundary((outlet.base_url, outlet.declared_url))
        """The outlet's hosts, at whichever of them it is crawled."""
        self.naming = Naming(outlet.base_url, outlet.declared_url, declared)
        self.tally = Tally()
        self.trouble: tuple[RunStatus, str] | None = None
        self.trouble_kind: tuple[Trouble, str | None] | None = None
        """Of which kind it is, and an address that shows it."""
        self.listed = False
        """Whether what the outlet's sources list, of the days that were asked for, was read to where it was known."""
        self.halted = False
        self.cut_short: str | None = None
        self.fatal: BaseException | None = None
        self.in_flight = 0
        self.heard: set[str] = set()
        """Hosts that answered when they were asked for robots.txt, whatever they said, or whose copy still holds."""
        self.on_unread: Callable[[int], None] = lambda _number: None
        self.remarks: list[str] = []
        """What a crawl that did its work had to do without, or did beyond its budget."""
        self.only: set[int] | None = set() if outlet.only or outlet.recheck else None
        """The ids of the addresses to which the crawl is confined."""
        self.fetches = True
        """Whether anything is fetched: where not, no story waits for its further pages."""
        self.awaited = Awaited()

    def put_in_order(self) -> None:
        """Repair what an earlier run left in the outlet's files, and say what was done."""
        self.tally.repaired = self.captures.repair()
        for line in self.tally.repaired:
            logger.warning("%s: %s", self.outlet.slug, line)

    def site(self, pack: "Pack") -> "Site":
        """The outlet as its readers are told of it, and the pack by which they judge its articles."""
        from crawler.reading import Site  # not where a command only names an outlet

        return Site(
            slug=self.outlet.slug,
            name=self.outlet.name,
            base_url=self.outlet.declared_url,
            timezone=self.outlet.timezone,
            rules=self.declared.rules,
            pack=pack,
            regions=self.outlet.regions,
        )

    def blame(
        self,
        status: RunStatus,
        detail: str,
        *,
        kind: Trouble = Trouble.SOURCES,
        url: str | None = None,
        halt: bool = True,
    ) -> None:
        """Note why the crawl cannot do its work; the first cause stands.

        `halt` says that stories that are known shall not be fetched either: the site is down, or asked for patience.
        """
        self.halted = self.halted or halt
        if self.trouble is None:
            self.trouble, self.trouble_kind = (status, detail), (kind, url)
            logger.info("%s: %s", self.outlet.slug, detail)

    def count(self, url: str, number: int = 1) -> None:
        """Count requests that are sent, and which of them raise a story's public counter."""
        self.tally.requests += number
        if self.declared.counts_views and self.naming.claimed(url) is not None:
            self.tally.page_views += number

    def full(self) -> bool:
        """Say whether as many articles were stored as --limit asks for."""
        return self.outlet.limit is not None and self.tally.stored >= self.outlet.limit

    # ---- pages ----

    def address_of(self, due: DueAddress) -> str:
        """Give where a story is fetched: as the site wrote it, unless that is not where the outlet is crawled."""
        base_url, declared_url = self.outlet.base_url, self.outlet.declared_url
        query = self.declared.form.query or parts.story_of(due.canonical) is not None
        url = due.url if query else due.url.partition("?")[0]
        here = authority(url) == authority(base_url)
        return url if here else moved_to(url, declared_url, base_url)

    def take_due(self, limit: int) -> list[DueAddress]:
        """Lease addresses that are due to be fetched, most urgent first."""
        with self.database.write() as connection:
            self.ticket.check(connection)
            return frontier.take_due(
                connection, self.ticket, limit=limit, now=self.now(), only=self.only, days=self.outlet.days
            )

    def keep_page(self, due: DueAddress, url: str, exchanges: Sequence[Exchange]) -> None:
        """Keep a page that answered 200 and have it read; a further page of a story is read with its first."""
        records = self.captures.keep(list(exchanges))
        story = parts.story_of(due.canonical)
        with self.database.write() as connection:
            self.ticket.check(connection)
            ids = self.captures.record(connection, records)
            page = last_response(records)
            visits.add(
                connection,
                self.ticket,
                address_id=due.address_id,
                purpose=due.purpose,
                url=url,
                at=page.fetched_at,
                status=page.status,
                capture_id=ids[page.record_id],
                state=VisitState.UNREAD if story is None else VisitState.READ,
            )
            if due.purpose is Purpose.EVIDENCE:
                frontier.done(connection, due.address_id, due.purpose)
                self.tally.evidence += 1
            ready = self.awaited.settle(due.address_id)
            if story is not None and ready is None:
                ready = parts.read_again(connection, self.ticket, story)
        self.on_unread(1 if story is None else ready or 0)

    def keep_failure(
        self,
        due: DueAddress,
        reason: Reason,
        detail: str,
        *,
        status: int | None,
        exchanges: Sequence[Exchange],
        passing: bool = False,
    ) -> None:
        """Note that an address gave no page: final for what the site says is gone, else to be tried again.

        Where a story is held, what stands in its place is read: a notice may say why it is gone. `passing` is a refusal
        that may be over soon: a robots.txt that did not answer.
        """
        now = self.now()
        final = reason in (Reason.NOT_FOUND, Reason.OFFSITE, Reason.ROBOTS) and not passing
        records = self.captures.keep(list(exchanges)) if exchanges and final else []
        with self.database.write() as connection:
            self.ticket.check(connection)
            ids = self.captures.record(connection, records)
            capture_id = ids[last_response(records).record_id] if records else None
            held = due.purpose is not Purpose.EVIDENCE and removals.is_held(connection, due.address_id)
            missed = held and reason is Reason.NOT_FOUND and capture_id is not None
            visits.add(
                connection,
                self.ticket,
                address_id=due.address_id,
                purpose=due.purpose,
                url=due.url,
                at=now,
                status=status,
                capture_id=capture_id,
                state=VisitState.UNREAD if missed else VisitState.REJECTED if final else VisitState.FAILED,
                reason=None if missed else reason,
                detail=None if missed else detail,
            )
            if final:
                frontier.done(connection, due.address_id, due.purpose)
            else:
                frontier.postpone(connection, due, now=now)
            if missed:
                pass  # whoever reads it says what became of the address
            elif parts.story_of(due.canonical) is None:
                evidence = due.purpose is Purpose.EVIDENCE
                outcome = Outcome.UNCHANGED if evidence else Outcome.REJECTED if final else Outcome.FAILED
                frontier.dispose(connection, self.ticket, due.address_id, outcome, reason=reason, detail=detail)
                return
        if missed:
            self.on_unread(1)
            return
        self.tally.parts_failed += 1
        self.on_unread(self.awaited.settle(due.address_id) or 0)

    # ---- the host's wishes ----

    def held_robots(self, host: str) -> Robots | None:
        """Give what the copy of robots.txt says that is kept for a host, None when it is older than 24 hours."""
        with self.database.read() as connection:
            copy = hosts.robots_copy(connection, host_key(host))
            # A copy that is of a time to come was made while the clock was wrong.
            if copy is None or not timedelta(0) <= self.now() - copy[1] <= MAX_AGE:
                return None
            self.heard.add(host)
            status, _, capture_id = copy
            places = visits.capture_places(connection, self.home.warc, [capture_id] if capture_id else [])
        if not 200 <= status < 300:
            return judge(status)
        if capture_id is None:
            return None
        try:
            return judge(status, read_response(*places[capture_id]).body)
        except DamagedRecordError:
            return None

    def keep_robots(self, host: str, status: int, exchanges: Sequence[Exchange]) -> None:
        """Note what a host answered for robots.txt, and keep the answer when it is one and not the same as before."""
        self.heard.add(host)
        if not 200 <= status < 300 and not 400 <= status < 500:
            return
        if status == 429:
            return
        with self.database.read() as connection:
            held = hosts.robots_digest(connection, host_key(host))
        answer = exchanges[-1] if exchanges and status < 300 else None
        changed = answer is not None and answer.payload_sha256 != held
        records = self.captures.keep(list(exchanges)) if changed else []
        with self.database.write() as connection:
            self.ticket.check(connection)
            ids = self.captures.record(connection, records)
            hosts.note_robots(
                connection,
                host_key(host),
                scheme=self.outlet.base_url.partition(":")[0],
                status=status,
                capture_id=ids[last_response(records).record_id] if records else None,
                now=self.now(),
            )

    def waiting(self) -> datetime | None:
        """Give until when any of the outlet's hosts asked to be left alone, None when that has passed."""
        with self.database.read() as connection:
            return left_alone(connection, self.boundary, self.now())

    def leave_alone(self, host: str, status: int, retry_after: str | None) -> datetime:
        """Note that a host asked for patience; give until when."""
        until = self.now() + wait_asked(retry_after, self.now())
        with self.database.write() as connection:
            self.ticket.check(connection)
            hosts.leave_alone(connection, host_key(host), scheme=self.outlet.base_url.partition(":")[0], until=until)
        logger.warning("%s: %s answered %s, left alone until %s", self.outlet.slug, host, status, until.isoformat())
        return until


def left_alone(connection: Any, boundary: Boundary, now: datetime) -> datetime | None:
    """Give until when any host of an outlet asked to be left alone, None when that has passed."""
    asked = [hosts.not_before(connection, host_key(host)) for host in sorted(boundary.hosts())]
    return max((until for until in asked if until is not None and until > now), default=None)


def host_key(host: str) -> tuple[str, int]:
    """Give name and port of a `host:port`, by which the archive knows a host."""
    name, _, port = host.rpartition(":")
    return name, int(port)


def last_response(records: Sequence[Written]) -> Written:
    """Give the record of the answer at which a chain of redirects ended."""
    return [record for record in records if record.record_type == "response"][-1]
