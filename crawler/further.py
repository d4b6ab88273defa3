"""A story's further pages, as its readers need them: those that are held, those to wait for, and a feed's first alone."""

import logging
from dataclasses import replace
from typing import Any

from archive import frontier, parts, visits
from archive.parts import KeptPart
from archive.records import Outcome, Purpose, Reading, Rejection, VisitState
from archive.visits import UnreadVisit
from archive.warc import DamagedRecordError, Place, read_response
from crawler.addresses import RULES_VERSION
from crawler.crawl import Crawl
from crawler.reading import Material, Page
from crawler.reading.parts import MOST

logger = logging.getLogger(__name__)

LARGEST = 20 * 1024 * 1024
"""What a story's further pages may hold together; those beyond it are left out, and the story is flagged."""


class FurtherPages:
    """The further pages of the stories that are with the readers."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl
        self._held: dict[int, list[KeptPart]] = {}
        self.torn: set[int] = set()
        """The visits to stories of which a further page is damaged."""

    def take(self, connection: Any, waiting: list[UnreadVisit]) -> None:
        """Note which further pages are held of the stories that are to be read from their own."""
        self._held |= self._of(connection, [visit for visit in waiting if visit.record is None])

    def captures(self) -> set[int]:
        """Give the captures of all that are noted."""
        return {part.capture_id for pages in self._held.values() for part in pages}

    def forget(self, visit_id: int) -> None:
        """Forget what was noted of a story that is no longer with a reader."""
        self._held.pop(visit_id, None)
        self.torn.discard(visit_id)

    def _of(self, connection: Any, waiting: list[UnreadVisit]) -> dict[int, list[KeptPart]]:
        return parts.held(connection, self._crawl.ticket.outlet_id, waiting, MOST)

    def added(
        self, visit: UnreadVisit, material: Material, places: dict[int, tuple[Place, str]]
    ) -> tuple[Material, list[int]]:
        """Add a story's further pages to its first, as far as they can be read and are not too much; give which."""
        pages: dict[int, Page] = {}
        size = 0
        for part in self._held.get(visit.visit_id, ()):
            try:
                message = read_response(*places[part.capture_id])
            except DamagedRecordError as error:
                logger.warning("%s: %s: the capture is damaged: %s", self._crawl.outlet.slug, part.url, error)
                self.torn.add(visit.visit_id)
                continue
            size += len(message.body)
            if size > LARGEST:
                break
            pages[part.capture_id] = Page(
                url=part.url, body=message.body, status=message.status, content_type=message.content_type
            )
        return replace(material, further=tuple(pages.values())), list(pages)

    def more_came(self, connection: Any, visit: UnreadVisit, result: Reading | Rejection) -> bool:
        """Say whether further pages of a story came while its first was with a reader."""
        if isinstance(result, Rejection) or not result.parts:
            return False
        return self._of(connection, [visit]).get(visit.visit_id, []) != self._held.get(visit.visit_id, [])

    def keeps_back(self, connection: Any, visit: UnreadVisit, result: Reading | Rejection) -> bool:
        """Say whether a reading is not to be stored, since it shows less of its story than its pages do or will."""
        if isinstance(result, Rejection):
            return False
        return self._waits(connection, visit, result) or self._is_beginning(connection, visit, result)

    def _waits(self, connection: Any, visit: UnreadVisit, reading: Reading) -> bool:
        """Ask for pages that were not asked for since a story was visited: it stays unread until they were."""
        crawl = self._crawl
        pages = [page for page in reading.parts if crawl.naming.spot(page.url) is not None]
        asked = parts.ask_for(
            connection, crawl.ticket, visit, pages, rules_version=RULES_VERSION, now=crawl.now(), again=crawl.fetches
        )
        if not asked or not crawl.fetches:
            return False
        crawl.awaited.wait(visit.visit_id, asked)
        if crawl.only is not None:
            crawl.only |= asked
        return True

    def _is_beginning(self, connection: Any, visit: UnreadVisit, reading: Reading) -> bool:
        """Say whether a feed gave the first page alone of a story whose pages are known; it is read from them.

        They are fetched once more where it is not what is held.
        """
        crawl = self._crawl
        if visit.record is None or visit.record.isdigit():
            return False
        text = "\n\n".join(reading.body)
        same = parts.begins_as_held(connection, crawl.ticket.outlet_id, visit.canonical, text)
        if same is None:
            return False
        visits.settle(connection, visit.visit_id, VisitState.READ)
        if same:
            frontier.done(connection, visit.address_id, Purpose.ARTICLE)
            frontier.dispose(connection, crawl.ticket, visit.address_id, Outcome.UNCHANGED)
        elif crawl.fetches:
            frontier.make_due(connection, crawl.ticket, visit.address_id, Purpose.ARTICLE, priority=1, now=crawl.now())
        return True
