"""One crawl of one outlet: what was fetched is kept, noted and handed to the readers; the database is its only queue."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from archive import frontier, hosts, visits
from archive.captures import CaptureStore
from archive.database import Database
from archive.frontier import DueAddress, Sight
from archive.records import Entry, Outcome, Purpose, Reason, RunStatus, VisitState
from archive.runs import RunTicket
from archive.settings import Home
from archive.warc import DamagedRecordError, Exchange, Written, read_response
from crawler.addresses import RULES_VERSION, canonical, moved_to
from crawler.declaration import Declaration
from crawler.discovery import SOURCES, Answer, Ask, Source, Step, Story
from crawler.guard import Boundary, authority
from crawler.robots import MAX_AGE, Robots, judge

logger = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(hours=24)
"""A Retry-After beyond this is cut to it."""
DEFAULT_WAIT = timedelta(minutes=15)
"""How long a host that answers 429 or 503 is left alone when it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet as declared, and the address at which it is crawled this time."""

    slug: str
    name: str
    family: str
    declared_url: str
    base_url: str
    timezone: str
    pages: str
    starts: tuple[str, ...] = ()
    """Of a listing site: paths of its lists, and the pattern of its stories' paths, where it declares its own."""
    article: str | None = None
    limit: int | None = None
    only: tuple[str, ...] = ()
    """Addresses to which the crawl is confined; its sources are not asked then."""


@dataclass(slots=True)
class Tally:
    """What a crawl counts besides the addresses."""

    requests: int = 0
    not_modified: int = 0
    bytes: int = 0
    stored: int = 0
    evidence: int = 0
    repaired: list[str] = field(default_factory=list)


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
        self._own = Boundary((outlet.base_url, outlet.declared_url))
        self.tally = Tally()
        self.trouble: tuple[RunStatus, str] | None = None
        self.cut_short: str | None = None
        self.fatal: BaseException | None = None
        self.in_flight = 0
        self.heard: set[str] = set()
        """Hosts that answered when they were asked for robots.txt, whatever they said, or whose copy still holds."""
        self.on_unread: Callable[[int], None] = lambda _number: None
        self.remarks: list[str] = []
        """What a crawl that did its work had to do without."""
        self.sources = [self._source(kind) for kind in declared.sources]
        self._only: set[int] | None = set() if outlet.only else None
        self._told: dict[str, str] = {}
        """Which record was told of first at an address in this crawl."""

    def _source(self, kind: str) -> Source:
        with self.database.read() as connection:
            marks = frontier.marks(connection, self.ticket.outlet_id, self._source_name(kind))
        return SOURCES[kind](self.declared, self.outlet.base_url, self.outlet.timezone, marks)

    def _source_name(self, kind: str) -> str:
        # How far a mirror was read says nothing of how far the outlet was.
        at = authority(self.outlet.base_url)
        return kind if at == authority(self.outlet.declared_url) else f"{kind} {at}"

    def blame(self, status: RunStatus, detail: str) -> None:
        """Note why the crawl cannot do its work; the first cause stands."""
        if self.trouble is None:
            self.trouble = (status, detail)
            logger.info("%s: %s", self.outlet.slug, detail)

    def full(self) -> bool:
        """Say whether as many articles were stored as --limit asks for."""
        return self.outlet.limit is not None and self.tally.stored >= self.outlet.limit

    # ---- listings and API answers ----

    def keep_answer(self, source: Source, ask: Ask, answer: Answer, exchanges: Sequence[Exchange]) -> Step:
        """Note every story that an answer told of; keep the answer if it told anything new. Give what follows from it.

        A story whose text is in the answer is read from it, any other becomes due to be fetched; one whose page was
        read is read once more where the answer knows more of it than its page.
        """
        now = self.now()
        name = source.kind if ask.section is None else f"{source.kind} {ask.window}"
        told = [(story, self._sight(story, name)) for story in answer.stories]
        inside = [(story, sight) for story, sight in told if sight is not None]
        with self.database.read() as connection:
            wanted = frontier.wanted(connection, self.ticket.outlet_id, [sight for _, sight in inside])
        # Two stories at one address (numbers of stories that look like numbers of parts): the second is one, too.
        further = {
            story.record
            for story, sight in inside
            if story.record is not None and self._told.setdefault(sight.canonical, story.record) != story.record
        }
        wanted = wanted or bool(further)
        records = self.captures.keep(list(exchanges)) if wanted else []
        first = unread = 0
        with self.database.write() as connection:
            self.ticket.check(connection)
            ids = self.captures.record(connection, records)
            answered = _last_response(records) if records else None
            capture_id = ids[answered.record_id] if answered is not None else None
            for story, sight in inside:
                sighted = frontier.sight(
                    connection,
                    self.ticket,
                    sight,
                    rules_version=RULES_VERSION,
                    priority=1,
                    now=now,
                    capture_id=capture_id,
                )
                first += sighted.first
                if story.record is None:
                    if sighted.more and not sighted.fresh:
                        unread += visits.read_again(connection, self.ticket, sighted.address_id)
                elif sighted.fresh or sighted.changed or story.record in further:
                    assert answered is not None
                    unread += 1
                    visits.add(
                        connection,
                        self.ticket,
                        address_id=sighted.address_id,
                        purpose=Purpose.ARTICLE,
                        url=story.url,
                        at=answered.fetched_at,
                        status=answered.status,
                        capture_id=capture_id,
                        record=story.record,
                    )
            for story, _ in [pair for pair in told if pair[1] is None]:
                self._reject_offsite(connection, story, name, now)
            step = source.go_on(ask, answer, fresh=first, now=now)
            if step.marks is not None:
                frontier.set_marks(connection, self.ticket, self._source_name(source.kind), dict(step.marks), now)
        if unread:
            self.on_unread(unread)
        return step

    def enter_only(self) -> None:
        """Make the addresses to which the crawl is confined due to be fetched."""
        now = self.now()
        with self.database.write() as connection:
            self.ticket.check(connection)
            for url in self.outlet.only:
                sight = self._sight(Story(url=url), "command")
                if sight is None:
                    self._reject_offsite(connection, Story(url=url), "command", now)
                    continue
                sighted = frontier.sight(
                    connection, self.ticket, sight, rules_version=RULES_VERSION, priority=1, now=now
                )
                frontier.make_due(connection, self.ticket, sighted.address_id, Purpose.ARTICLE, priority=1, now=now)
                frontier.enter(connection, self.ticket, sighted.address_id, Entry.CARRIED)
                if self._only is not None:
                    self._only.add(sighted.address_id)

    def _sight(self, story: Story, source: str) -> Sight | None:
        if not self._own.admits(story.url):
            return None
        form = canonical(story.url, self.outlet.base_url, self.declared.form)
        if form is None:
            return None
        return Sight(
            canonical=form,
            raw=story.url,
            source=source,
            title=story.title or None,
            published=story.published,
            modified=story.modified,
            section=story.section,
        )

    def _reject_offsite(self, connection: Any, story: Story, source: str, now: datetime) -> None:
        sight = Sight(canonical=story.url, raw=story.url, source=source, title=story.title or None)
        sighted = frontier.sight(connection, self.ticket, sight, rules_version=RULES_VERSION, priority=0, now=now)
        if sighted.fresh:
            frontier.done(connection, sighted.address_id, Purpose.ARTICLE)
            frontier.dispose(
                connection, self.ticket, sighted.address_id, Outcome.REJECTED, reason=Reason.OFFSITE, detail=story.url
            )

    # ---- pages ----

    def address_of(self, due: DueAddress) -> str:
        """Give where a story is fetched: as the site wrote it, unless that is not where the outlet is crawled."""
        base_url, declared_url = self.outlet.base_url, self.outlet.declared_url
        here = authority(due.url) == authority(base_url)
        return due.url if here else moved_to(due.url, declared_url, base_url)

    def take_due(self, limit: int) -> list[DueAddress]:
        """Lease addresses that are due to be fetched, most urgent first."""
        with self.database.write() as connection:
            self.ticket.check(connection)
            return frontier.take_due(connection, self.ticket, limit=limit, now=self.now(), only=self._only)

    def keep_page(self, due: DueAddress, url: str, exchanges: Sequence[Exchange]) -> None:
        """Keep a page that answered 200 and have it read."""
        records = self.captures.keep(list(exchanges))
        with self.database.write() as connection:
            self.ticket.check(connection)
            ids = self.captures.record(connection, records)
            page = _last_response(records)
            visits.add(
                connection,
                self.ticket,
                address_id=due.address_id,
                purpose=due.purpose,
                url=url,
                at=page.fetched_at,
                status=page.status,
                capture_id=ids[page.record_id],
            )
            if due.purpose is Purpose.EVIDENCE:
                frontier.done(connection, due.address_id, due.purpose)
                self.tally.evidence += 1
        self.on_unread(1)

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

        `passing` is a refusal that may be over soon: a robots.txt that did not answer.
        """
        now = self.now()
        final = reason in (Reason.NOT_FOUND, Reason.OFFSITE, Reason.ROBOTS) and not passing
        records = self.captures.keep(list(exchanges)) if exchanges and final else []
        with self.database.write() as connection:
            self.ticket.check(connection)
            ids = self.captures.record(connection, records)
            visits.add(
                connection,
                self.ticket,
                address_id=due.address_id,
                purpose=due.purpose,
                url=due.url,
                at=now,
                status=status,
                capture_id=ids[_last_response(records).record_id] if records else None,
                state=VisitState.REJECTED if final else VisitState.FAILED,
                reason=reason,
                detail=detail,
            )
            if final:
                frontier.done(connection, due.address_id, due.purpose)
            else:
                frontier.postpone(connection, due, now=now)
            held = due.purpose is Purpose.EVIDENCE
            outcome = Outcome.UNCHANGED if held else Outcome.REJECTED if final else Outcome.FAILED
            frontier.dispose(connection, self.ticket, due.address_id, outcome, reason=reason, detail=detail)

    # ---- the host's wishes ----

    def held_robots(self, host: str) -> Robots | None:
        """Give what the copy of robots.txt says that is kept for a host, None when it is older than 24 hours."""
        with self.database.read() as connection:
            copy = hosts.robots_copy(connection, _key(host))
            if copy is None or self.now() - copy[1] > MAX_AGE:
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
            held = hosts.robots_digest(connection, _key(host))
        answer = exchanges[-1] if exchanges and status < 300 else None
        changed = answer is not None and answer.payload_sha256 != held
        records = self.captures.keep(list(exchanges)) if changed else []
        with self.database.write() as connection:
            self.ticket.check(connection)
            ids = self.captures.record(connection, records)
            hosts.note_robots(
                connection,
                _key(host),
                scheme=self.outlet.base_url.partition(":")[0],
                status=status,
                capture_id=ids[_last_response(records).record_id] if records else None,
                now=self.now(),
            )

    def waiting(self) -> datetime | None:
        """Give until when any of the outlet's hosts asked to be left alone, None when that has passed."""
        with self.database.read() as connection:
            asked = [hosts.not_before(connection, _key(host)) for host in sorted(self.boundary.hosts())]
        return max((until for until in asked if until is not None and until > self.now()), default=None)

    def leave_alone(self, host: str, status: int, retry_after: str | None) -> datetime:
        """Note that a host asked for patience; give until when."""
        until = self.now() + wait_asked(retry_after, self.now())
        with self.database.write() as connection:
            self.ticket.check(connection)
            hosts.leave_alone(connection, _key(host), scheme=self.outlet.base_url.partition(":")[0], until=until)
        logger.warning("%s: %s answered %s, left alone until %s", self.outlet.slug, host, status, until.isoformat())
        return until


def wait_asked(retry_after: str | None, now: datetime) -> timedelta:
    """Give how long a Retry-After header asks to wait, in seconds or until a date, a day at most."""
    text = (retry_after or "").strip()
    try:
        wait = timedelta(seconds=int(text)) if text.isascii() and text.isdigit() else parsedate_to_datetime(text) - now
    except (ValueError, TypeError, OverflowError):
        wait = DEFAULT_WAIT
    return max(timedelta(0), min(wait, LONGEST_WAIT))


def _key(host: str) -> tuple[str, int]:
    name, _, port = host.rpartition(":")
    return name, int(port)


def _last_response(records: Sequence[Written]) -> Written:
    return [record for record in records if record.record_type == "response"][-1]
