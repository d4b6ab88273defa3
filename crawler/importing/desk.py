"""One outlet's side of an import: what it takes goes to its own WARC file and becomes visits with their own times."""

import logging
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from http import HTTPStatus
from itertools import groupby
from operator import attrgetter
from typing import Any

from archive import foreign, frontier, hearsay, intake, orders, parts, runs, spots, visits
from archive.database import Database
from archive.foreign import Found
from archive.frontier import IMPORTED, Sight
from archive.intake import Intake
from archive.ladder import VisitRule
from archive.records import Entry, Purpose, RunStatus
from archive.settings import Home
from archive.warc import DamagedRecordError, HttpMessage, Written, describe, read_response, response_in
from crawler import offline
from crawler.addresses import RULES_VERSION
from crawler.clock import now
from crawler.config import OutletSettings
from crawler.discovery import FeedPages, Story
from crawler.discovery.source import LONGEST_ADDRESS
from crawler.importing.heeding import heed
from crawler.importing.judging import (
    WORDPRESS,
    Heard,
    NotTakenError,
    Sources,
    Taken,
    check_answered,
    check_names,
    check_page,
    further_page,
    imported,
    moment_of,
    time_in,
)
from crawler.materials import records_of
from crawler.version import VERSION
from scheduler import processes
from scheduler.lock import outlet_lock

logger = logging.getLogger(__name__)

TOGETHER = 64
"""Records that are written and committed together; a kill costs at most these."""
TOGETHER_BYTES = 8_000_000


class Desk:
    """An outlet while a file is imported; it holds the outlet's lock from `open` to `close`."""

    def __init__(
        self, home: Home, database: Database, slug: str, declared: OutletSettings, visits: VisitRule | None = None
    ) -> None:
        self._database = database
        self._stack = ExitStack()
        self._stack.enter_context(outlet_lock(home.locks, slug, database))
        try:
            self.crawl = offline.begin(home, database, slug, declared, work="import", visits=visits)
        except BaseException:
            self._stack.close()
            raise
        self._sources = Sources(self.crawl.declared, self.crawl.outlet)
        self._intake = Intake(
            database,
            home.warc,
            ticket=self.crawl.ticket,
            slug=slug,
            software=f"Pilkada/{VERSION}",
            new_id=lambda: str(uuid.uuid4()),
            now=now,
        )
        self._waiting: dict[str, Taken] = {}
        self._size = 0
        self.stopped = False
        self.counts = runs.Counts()

    def offer(self, found: Found) -> str | None:
        """Take a response or a revisit of this outlet; give None if it was taken, else why not.

        `known` is what the archive has already; `id_taken` what has the id of another record.
        """
        assert found.header is not None
        assert found.block is not None
        try:
            check_names(found.header)
            at = moment_of(found.header, now())
            if found.header.get("WARC-Truncated") or found.header.get("WARC-Segment-Number"):
                raise NotTakenError("truncated")
            if not foreign.sound(found.header, found.block):
                raise NotTakenError("damaged")
            record_id, member = foreign.member(found.header, found.block)
            try:
                written = describe(0, member)
            except DamagedRecordError:
                raise NotTakenError("malformed") from None
            # A field that stands there twice would be read in one way here and in another later.
            if (written.record_id, written.record_type, written.url) != (
                record_id,
                found.header.kind,
                found.header.url,
            ):
                raise NotTakenError("malformed")
            self._check_known(record_id, written)
            if found.header.kind == "revisit":
                self.flush()
                taken = self._revisit(found, record_id, member, at)
            else:
                taken = self._response(record_id, member, at)
        except NotTakenError as reason:
            return str(reason)
        self._waiting[record_id] = taken
        self._size += len(member)
        if len(self._waiting) >= TOGETHER or self._size >= TOGETHER_BYTES:
            self.flush()
        return None

    def _check_known(self, record_id: str, written: Written) -> None:
        if record_id in self._waiting:
            self.flush()
        with self._database.read() as connection:
            held = intake.held(connection, record_id)
        if held is not None:
            said = (written.url, written.payload_sha256, written.fetched_at)
            same = (held.url, held.payload_sha256, held.fetched_at) == said
            raise NotTakenError("known" if same else "id_taken")

    def _response(self, record_id: str, member: bytes, at: datetime) -> Taken:
        try:
            message = response_in(member)
        except DamagedRecordError:
            raise NotTakenError("unreadable") from None
        gone = message.status in visits.GONE and self._is_known(message.url)
        if not gone:
            check_answered(message)
        heard = None if gone else self._sources.heard(message)
        heed(self._database, self.crawl, message, heard)
        further = None
        if gone:
            pass  # a look that found nothing where a story was told of: a removal, if it was held then
        elif heard is None:
            check_page(message, self.crawl.declared, self.crawl.outlet)
            further = self._check_address(message)
        elif not any(self.crawl.naming.spot(story.url) for story in heard.answer.stories):
            raise NotTakenError("no_story")
        elif not heard.texts:
            self._check_news(heard)
        return Taken(
            record_id=record_id,
            member=member,
            url=message.url,
            at=at,
            status=message.status,
            heard=heard,
            further=further,
        )

    def _is_known(self, url: str) -> bool:
        """Say whether the archive knows of a story at an address."""
        spot = self.crawl.naming.spot(url) if len(url) <= LONGEST_ADDRESS else None
        if spot is None:
            return False
        self.flush()
        with self._database.read() as connection:
            return spots.is_known(connection, self.crawl.ticket.outlet_id, spot)

    def _check_address(self, message: HttpMessage) -> str | None:
        """Give the address of a story's further page; refuse a page at an address that no story can have.

        `/slug/2/` is of a further page unless a source told of it as a story; where it does not link to the others, it
        cannot be told of what.
        """
        url = message.url
        told = self.crawl.naming.sight(Story(url=url), IMPORTED) if len(url) <= LONGEST_ADDRESS else None
        if told is None:
            raise NotTakenError("bad_address")
        if self.crawl.declared.family != WORDPRESS:
            return None
        page = further_page(message)
        if told.whole is not None:
            self.flush()
            with self._database.read() as connection:
                if spots.is_story(connection, self.crawl.ticket.outlet_id, told):
                    return None
            if page is None:
                raise NotTakenError("part")
        story = self.crawl.naming.spot(page[0]) if page is not None else None
        return parts.form(story.canonical, page[1]) if page is not None and story is not None else None

    def _check_news(self, heard: Heard) -> None:
        """Refuse a feed or a list that tells nothing which it had not told before."""
        self.flush()
        with self._database.read() as connection:
            stories = heard.answer.stories
            told = [sight for story in stories if (sight := self._sight(connection, story, heard.source))]
            if not frontier.wanted(connection, self.crawl.ticket.outlet_id, told):
                raise NotTakenError("nothing_new")

    def _revisit(self, found: Found, record_id: str, member: bytes, at: datetime) -> Taken:
        """A look that showed the same bytes as an earlier one, which the archive must have."""
        assert found.header is not None
        with self._database.read() as connection:
            original = intake.original(
                connection,
                record_id=(found.header.get("WARC-Refers-To") or "").strip(),
                url=(found.header.get("WARC-Refers-To-Target-URI") or found.header.url).strip(),
                at=time_in(found.header.get("WARC-Refers-To-Date")),
            )
            looks = visits.of_capture(connection, self.crawl.ticket.outlet_id, original) if original else ()
        if not looks:
            raise NotTakenError("revisit_of_unknown")
        return Taken(record_id=record_id, member=member, url=found.header.url, at=at, again=tuple(looks))

    def flush(self) -> None:
        """Put what was taken on disk, then write its rows."""
        taken = list(self._waiting.values())
        if not taken:
            return
        written = self._intake.keep([one.member for one in taken])
        with self._database.write() as connection:
            self.crawl.ticket.check(connection)
            ids = self._intake.record(connection, written)
            for one in taken:
                self._note(connection, one, ids[one.record_id])
        self._waiting.clear()
        self._size = 0

    def _note(self, connection: Any, taken: Taken, capture_id: int) -> None:
        if taken.again:
            for look in taken.again:
                if parts.story_of(look.canonical) is not None:
                    self._further(connection, look.canonical, taken, look.capture_id, look.url, look.status)
                else:
                    self._visit(
                        connection,
                        look.address_id,
                        look.capture_id,
                        url=look.url,
                        at=taken.at,
                        record=look.record,
                        status=look.status,
                    )
        elif taken.further is not None:
            self._further(connection, taken.further, taken, capture_id, taken.url, taken.status)
        elif taken.heard is None:
            self._look(connection, Story(url=taken.url), taken, capture_id)
        else:
            for story in taken.heard.answer.stories:
                if story.record in taken.heard.texts:
                    self._look(connection, story, taken, capture_id)
                elif sight := self._sight(connection, story, taken.heard.source):
                    self._tell(connection, sight, taken.at, capture_id)

    def _further(
        self, connection: Any, canonical: str, taken: Taken, capture_id: int, url: str, status: int | None
    ) -> None:
        parts.learn(
            connection,
            self.crawl.ticket,
            canonical,
            url=url,
            at=taken.at,
            status=status,
            capture_id=capture_id,
            rules_version=RULES_VERSION,
        )

    def take_texts(self) -> None:
        """Have stories read from a feed's items that nothing else shows; what a feed holds may be the first part alone."""
        self.flush()
        ticket = self.crawl.ticket
        with self._database.read() as connection:
            unseen = hearsay.unseen(connection, ticket.outlet_id, imported(FeedPages.kind))
            places = visits.capture_places(connection, self.crawl.home.warc, {one.capture_id for one in unseen})
        for capture_id, group in groupby(unseen, key=attrgetter("capture_id")):
            try:
                links = self._links_in(read_response(*places[capture_id]).body)
            except DamagedRecordError as error:
                logger.warning("%s: a feed that was imported is damaged: %s", self.crawl.outlet.slug, error)
                continue
            with self._database.write() as connection:
                ticket.check(connection)
                for story in group:
                    if (url := links.get(story.canonical)) is not None:
                        self._visit(
                            connection,
                            story.address_id,
                            capture_id,
                            url=url,
                            at=story.at,
                            record=url,
                            status=HTTPStatus.OK,
                        )

    def _links_in(self, body: bytes) -> dict[str, str]:
        """Give the links of a feed's items that hold a text, by what they are in canonical form."""
        links = {}
        for link in records_of(body):
            if (spot := self.crawl.naming.spot(link)) is not None:
                links[spot.canonical] = link
        return links

    def _look(self, connection: Any, story: Story, taken: Taken, capture_id: int) -> None:
        """Note that a story was seen: on its page, or as a record in an answer."""
        # The record's time of publication is the reading's affair; told by a source it would be a hint beside it.
        sight = self._sight(connection, Story(url=story.url, title=story.title), IMPORTED)
        if sight is None or orders.closed(connection, self.crawl.ticket.outlet_id, sight.canonical) is not None:
            return
        heard = hearsay.hear(connection, self.crawl.ticket, sight, rules_version=RULES_VERSION, at=taken.at)
        entry = Entry.DISCOVERED if heard.fresh else Entry.CARRIED
        frontier.enter(connection, self.crawl.ticket, heard.address_id, entry)
        if taken.status not in visits.GONE:
            told = story.record is not None
            visits.read_beside(connection, self.crawl.ticket, heard.address_id, taken.at, record=told)
        self._visit(
            connection,
            heard.address_id,
            capture_id,
            url=sight.raw,
            at=taken.at,
            record=story.record,
            status=taken.status,
        )

    def _visit(
        self,
        connection: Any,
        address_id: int,
        capture_id: int,
        *,
        url: str,
        at: datetime,
        record: str | None,
        status: int | None,
    ) -> None:
        frontier.enter(connection, self.crawl.ticket, address_id, Entry.CARRIED)
        visits.add(
            connection,
            self.crawl.ticket,
            address_id=address_id,
            purpose=Purpose.ARTICLE,
            url=url,
            at=at,
            status=status,
            capture_id=capture_id,
            record=record,
        )

    def _tell(self, connection: Any, sight: Sight, at: datetime, capture_id: int) -> None:
        """Note what a feed or a list said of a story; a page that was read knowing less is read once more."""
        heard = hearsay.hear(
            connection, self.crawl.ticket, sight, rules_version=RULES_VERSION, at=at, capture_id=capture_id
        )
        if heard.more and not heard.fresh:
            visits.read_again(connection, self.crawl.ticket, heard.address_id)

    def _sight(self, connection: Any, story: Story, source: str) -> Sight | None:
        """Give a story as the archive notes it, the whole one where it is a part of one that is held."""
        told = self.crawl.naming.sight(story, source) if len(story.url) <= LONGEST_ADDRESS else None
        return told and spots.of_whole(connection, self.crawl.ticket.outlet_id, told)

    def ask_for(self, urls: Sequence[str]) -> Counter[str]:
        """Make addresses due to be fetched by the next crawl; count what became of them."""
        told: Counter[str] = Counter()
        with self._database.write() as connection:
            self.crawl.ticket.check(connection)
            for url in urls:
                sight = self._sight(connection, Story(url=url), "list")
                if sight is None:
                    told["bad_address"] += 1
                    continue
                asked = hearsay.ask(connection, self.crawl.ticket, sight, rules_version=RULES_VERSION, now=now())
                told["due" if asked else "known"] += 1
        return told

    def close(self, *, read: bool) -> None:
        """Close the outlet's file and its run, and free the outlet."""
        try:
            if read:
                self._intake.close()
                with self._database.write() as connection:
                    self.crawl.ticket.check(connection)
                    self.counts = runs.finish(
                        connection,
                        self.crawl.ticket,
                        status=RunStatus.PARTIAL if self.stopped else RunStatus.OK,
                        detail="stopped by a signal" if self.stopped else "",
                        extra={"repaired": self.crawl.tally.repaired},
                        now=now(),
                        memory_mb=processes.peak_mb(),
                    )
        finally:
            self._stack.close()
