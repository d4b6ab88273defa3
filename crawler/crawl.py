"""One crawl of one outlet: what was fetched is kept, noted and handed to the readers; the database is its only queue."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from archive import frontier, hosts
from archive.captures import CaptureStore
from archive.database import Database
from archive.frontier import DueAddress, Sight
from archive.records import Outcome, Purpose, Reason, RunStatus, VisitState
from archive.runs import RunTicket
from archive.settings import Home
from archive.warc import DamagedRecordError, Exchange, Written, read_response
from crawler.addresses import RULES_VERSION, canonical
from crawler.discovery import Answer, Story, WordPressRest
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
    limit: int | None = None


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
        *,
        database: Database,
        home: Home,
        ticket: RunTicket,
        captures: CaptureStore,
        now: Callable[[], datetime],
    ) -> None:
        self.outlet = outlet
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
        # How far a mirror was read says nothing of how far the outlet was.
        elsewhere = authority(outlet.base_url) != authority(outlet.declared_url)
        self._source_name = WordPressRest.kind + (f" {authority(outlet.base_url)}" if elsewhere else "")
        with database.read() as connection:
            self._marks = frontier.marks(connection, ticket.outlet_id, self._source_name)
        self.source = WordPressRest(outlet.base_url, self._marks)
        self._walked: dict[str, set[str]] = {}
        self._told: dict[str, str] = {}
        """Which record was told of first at an address in this crawl."""
        self._windows = {ask.window for ask in self.source.first()}

    def blame(self, status: RunStatus, detail: str) -> None:
        """Note why the crawl cannot do its work; the first cause stands."""
        if self.trouble is None:
            self.trouble = (status, detail)
            logger.info("%s: %s", self.outlet.slug, detail)

    def full(self) -> bool:
        """Say whether as many articles were stored as --limit asks for."""
        return self.outlet.limit is not None and self.tally.stored >= self.outlet.limit

    # ---- listings and API answers ----

    def keep_answer(self, answer: Answer, exchanges: Sequence[Exchange], window: str) -> None:
        """Note every story that an answer told of; if any is new or changed, keep the answer and have it read."""
        now = self.now()
        told = [(story, self._sight(story)) for story in answer.stories]
        inside = [(story, sight) for story, sight in told if sight is not None]
        with self.database.read() as connection:
            wanted = frontier.wanted(connection, self.ticket.outlet_id, [sight for _, sight in inside])
        # Two stories at one address (numbers of stories that look like numbers of parts): the second is one, too.
        further = {
            story.record
            for story, sight in inside
            if self._told.setdefault(sight.canonical, story.record) != story.record
        }
        wanted = wanted or bool(further)
        records = self.captures.keep(list(exchanges)) if wanted else []
        with self.database.write() as connection:
            self.ticket.check(connection)
            ids = self.captures.record(connection, records)
            answered = _last_response(records) if records else None
            for story, sight in inside:
                sighted = frontier.sight(
                    connection, self.ticket, sight, rules_version=RULES_VERSION, priority=1, now=now
                )
                if sighted.fresh or sighted.changed or story.record in further:
                    assert answered is not None
                    frontier.add_visit(
                        connection,
                        self.ticket,
                        address_id=sighted.address_id,
                        purpose=Purpose.ARTICLE,
                        url=story.url,
                        at=answered.fetched_at,
                        status=answered.status,
                        capture_id=ids[answered.record_id],
                        record=story.record,
                    )
            for story, _ in [pair for pair in told if pair[1] is None]:
                self._reject_offsite(connection, story, now)
        self._walked.setdefault(window, set()).update(story.record for story in answer.stories)
        self._marks = self.source.marks_after(self._marks, answer.stories, now)
        if wanted:
            self.on_unread(len(inside))

    def missed(self, answer: Answer, window: str) -> bool:
        """Say whether a finished walk saw fewer stories than there are in its window: some moved while it walked."""
        return answer.total is not None and len(self._walked.get(window, ())) + answer.unusable < answer.total

    def end_window(self, window: str) -> None:
        """Note that a window was read to its end; once all were, the next crawl begins where they ended."""
        self._windows.discard(window)
        if not self._windows:
            with self.database.write() as connection:
                self.ticket.check(connection)
                frontier.set_marks(connection, self.ticket, self._source_name, self._marks, self.now())

    def _sight(self, story: Story) -> Sight | None:
        if not self._own.admits(story.url):
            return None
        form = canonical(story.url, self.outlet.base_url)
        if form is None:
            return None
        return Sight(
            canonical=form,
            raw=story.url,
            source=self.source.kind,
            title=story.title,
            published=story.published,
            modified=story.modified,
        )

    def _reject_offsite(self, connection: Any, story: Story, now: datetime) -> None:
        sight = Sight(canonical=story.url, raw=story.url, source=self.source.kind, title=story.title)
        sighted = frontier.sight(connection, self.ticket, sight, rules_version=RULES_VERSION, priority=0, now=now)
        if sighted.fresh:
            frontier.done(connection, sighted.address_id, Purpose.ARTICLE)
            frontier.dispose(
                connection, self.ticket, sighted.address_id, Outcome.REJECTED, reason=Reason.OFFSITE, detail=story.url
            )

    # ---- pages ----

    def take_due(self, limit: int) -> list[DueAddress]:
        """Lease addresses that are due to be fetched, most urgent first."""
        with self.database.write() as connection:
            self.ticket.check(connection)
            return frontier.take_due(connection, self.ticket, limit=limit, now=self.now())

    def keep_page(self, due: DueAddress, url: str, exchanges: Sequence[Exchange]) -> None:
        """Keep a page that answered 200 and have it read."""
        records = self.captures.keep(list(exchanges))
        with self.database.write() as connection:
            self.ticket.check(connection)
            ids = self.captures.record(connection, records)
            page = _last_response(records)
            frontier.add_visit(
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
            frontier.add_visit(
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
            places = frontier.capture_places(connection, self.home.warc, [capture_id] if capture_id else [])
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
