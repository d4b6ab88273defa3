"""What readers are given of a visit: its record and its pages out of the WARC files, and what sources said of the story."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from archive import frontier, keptreadings, orders, removals, store, visits
from archive.frontier import Hint
from archive.identity import Visited
from archive.orders import RefusedError
from archive.records import Level, Purpose, Reading, Reason, Rejection, Role, VisitState
from archive.store import Saved
from archive.visits import KeptPage, UnreadVisit
from archive.warc import DamagedRecordError, Place, read_response
from crawler.addresses import is_amp
from crawler.crawl import Crawl
from crawler.discovery import SAID_BY
from crawler.further import FurtherPages
from crawler.reading import Material, Page, Record, Site, Told, feed
from crawler.reading.dates import moment

logger = logging.getLogger(__name__)

DEEPEST = 100
"""Levels of a record; WordPress needs 10, and one of 900 cannot be handed to a reader, which would hold up all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A visit with what a reader is given of it; there is no `material` where its bytes are damaged or taken down."""

    visit: UnreadVisit
    material: Material | None = None
    damaged: Rejection | None = None
    kept: Reading | None = None
    """What was read of it before its bytes were taken down."""
    sources: tuple[tuple[int, Role], ...] = ()
    """Ids of the captures that are read, and what each gives."""
    hints: Sequence[Hint] | None = None
    """What sources said of the story, where that is read with it."""
    partial: bool = False
    """Whether the material cannot know all that the story's page knows."""

    @property
    def told(self) -> Reading | Rejection | None:
        """What the visit showed, where that is told without a reader."""
        return self.damaged or self.kept


class Materials:
    """Prepares the visits of one outlet for its readers."""

    def __init__(self, crawl: Crawl, site: Site) -> None:
        self._crawl = crawl
        self.site = site
        self.further = FurtherPages(crawl)
        self._answer: tuple[int, Mapping[str, object]] | None = None

    def of(self, connection: Any, waiting: list[UnreadVisit]) -> list[Prepared]:
        """Give what is to be read of some visits."""
        kept = keptreadings.of(connection, [visit.visit_id for visit in waiting])
        known = [
            Prepared(visit=visit, kept=kept[visit.visit_id][0], sources=kept[visit.visit_id][1])
            for visit in waiting
            if visit.visit_id in kept
        ]
        waiting = [visit for visit in waiting if visit.visit_id not in kept]
        records = {visit.visit_id: self._record_of(connection, visit) for visit in waiting}
        beside = {
            visit.visit_id: page
            for visit in waiting
            if visit.imported and visit.record is not None and (page := visits.page_beside(connection, visit))
        }
        hints = {
            visit.visit_id: frontier.hints(connection, visit.address_id)
            for visit in waiting
            if records[visit.visit_id] is None
        }
        self.further.take(connection, waiting)
        wanted = {visit.capture_id for visit in waiting} | {held[0] for held in records.values() if held}
        wanted |= {page.capture_id for page in beside.values()} | self.further.captures()
        places = visits.capture_places(connection, self._crawl.home.warc, wanted)
        read = [
            self._prepared(
                visit, records[visit.visit_id], places, hints.get(visit.visit_id), beside.get(visit.visit_id)
            )
            for visit in waiting
        ]
        return sorted([*known, *read], key=lambda one: one.visit.visit_id)

    def _prepared(
        self,
        visit: UnreadVisit,
        held: tuple[int, str] | None,
        places: dict[int, tuple[Place, str]],
        hints: Sequence[Hint] | None,
        beside: KeptPage | None,
    ) -> Prepared:
        try:
            material = self._material(visit, held, places, hints or (), beside)
            material, pages = self.further.added(visit, material, places)
        except DamagedRecordError as error:
            rejection = Rejection(reason=Reason.UNREADABLE, detail=f"the capture is damaged: {error}")
            return Prepared(visit=visit, damaged=rejection)
        sources = [(held[0], Role.RECORD)] if held else []
        if visit.record is None:
            sources.extend((capture_id, Role.PAGE) for capture_id in (visit.capture_id, *pages))
        elif beside is not None and material.page is not None:
            sources.append((beside.capture_id, Role.PAGE))
        sources.extend((hint.capture_id, Role.LISTING) for hint in hints or () if hint.capture_id is not None)
        return Prepared(
            visit=visit,
            material=material,
            sources=tuple(sources),
            hints=hints,
            partial=visit.imported and visit.record is not None and bare(material.record),
        )

    def unkept(self, connection: Any, look: UnreadVisit, page: Page) -> Material:
        """Give what a page that is not kept would be read as: alone, with what is held and known of its story."""
        self.further.take(connection, [look])
        places = visits.capture_places(connection, self._crawl.home.warc, self.further.captures())
        hints = frontier.hints(connection, look.address_id)
        told = told_by(hints, ZoneInfo(self.site.timezone))
        material = Material(site=self.site, url=look.url, fetched_at=look.at, page=page, told=told)
        material, _ = self.further.added(look, material, places)
        self.further.forget(look.visit_id)
        return material

    @staticmethod
    def _record_of(connection: Any, visit: UnreadVisit) -> tuple[int, str] | None:
        """The record that is read with a visit: its own, or, where its page is evidence, the story's newest.

        A page that was fetched for its story has the word: a sitemap said that it changed since the record was given.
        Why others fetched a page is not known; a record of the same day is taken for its story's.
        """
        if visit.record is not None:
            return visit.capture_id, visit.record
        beside = visit.purpose is Purpose.EVIDENCE or visit.imported
        return visits.newest_record(connection, visit) if beside else None

    def _material(
        self,
        visit: UnreadVisit,
        held: tuple[int, str] | None,
        places: dict[int, tuple[Place, str]],
        hints: Sequence[Hint],
        beside: KeptPage | None,
    ) -> Material:
        page = None
        record = self._record(held, places) if held else None
        shown = (visit.url, visit.capture_id) if visit.record is None else None
        if beside is not None and bare(record):
            shown = (beside.url, beside.capture_id)
        if shown is not None:
            message = read_response(*places[shown[1]])
            page = Page(url=shown[0], body=message.body, status=message.status, content_type=message.content_type)
        return Material(
            site=self.site,
            url=visit.url,
            fetched_at=visit.at,
            record=record,
            page=page,
            told=told_by(hints, ZoneInfo(self.site.timezone)),
        )

    def _record(self, held: tuple[int, str], places: dict[int, tuple[Place, str]]) -> Record | None:
        """Give one record of an API response; the last response stays parsed, since a hundred visits share it."""
        capture_id, name = held
        if self._answer is None or self._answer[0] != capture_id:
            self._answer = (capture_id, records_of(read_response(*places[capture_id]).body))
        payload = self._answer[1].get(name)
        if not isinstance(payload, dict):
            return None
        if deeper_than(payload, DEEPEST):
            raise DamagedRecordError(f"its record is nested more than {DEEPEST} levels deep")
        return Record(payload)


def save(
    connection: Any, crawl: Crawl, prepared: Prepared, result: Reading, former: Mapping[str, int] | None = None
) -> Saved | Rejection:
    """Store what a visit showed under its article, and settle it; the article has its `former` id if it was taken out.

    A story that was taken down and turns up at another address is not stored: a Rejection says so.
    """
    visit = prepared.visit
    reading = replace(result, keys=crawl.naming.names(result.keys))
    visited = Visited(
        visit_id=visit.visit_id,
        outlet_id=crawl.ticket.outlet_id,
        outlet=crawl.outlet.slug,
        address_id=visit.address_id,
        canonical=visit.canonical,
        at=visit.at,
        sources=prepared.sources,
        landed=crawl.naming.spot(visit.url),
        claimed=crawl.naming.claimed(reading.canonical),
        partial=prepared.partial or (visit.imported and is_amp(visit.url)),
    )
    try:
        saved = store.save(connection, visited, reading, former)
    except RefusedError as refused:
        return _turn_away(connection, crawl, visit, refused.uid)
    visits.settle(connection, visit.visit_id, VisitState.READ, text_sha256=saved.text_sha256)
    removals.settle(connection, visit.visit_id, crawl.outlet.rule, now=crawl.now())
    return saved


def _turn_away(connection: Any, crawl: Crawl, visit: UnreadVisit, uid: str) -> Rejection:
    """Settle a visit that showed a story which was taken down, and close the address at which it stands now."""
    rejection = Rejection(reason=Reason.TAKEN_DOWN, detail=uid)
    orders.add_keys(connection, crawl.ticket.outlet_id, uid, [(orders.ADDRESS, visit.canonical)])
    visits.settle(connection, visit.visit_id, VisitState.REJECTED, reason=rejection.reason, detail=uid)
    if orders.last(connection, uid).level is Level.BYTES:
        orders.reopen(connection, uid)
        logger.warning("%s: %s shows %s, which was taken down: take it down again", crawl.outlet.slug, visit.url, uid)
    return rejection


def reject(
    connection: Any, crawl: Crawl, visit: UnreadVisit, rejection: Rejection, *, detail: str | None = None
) -> Reason:
    """Settle a visit that showed no story, and what that means for one that is held; give why it was rejected."""
    reason = rejection.reason
    if removals.is_held(connection, visit.address_id):
        spot = crawl.naming.spot(visit.url)
        if reason is Reason.LISTING and (spot is None or spot.canonical != visit.canonical):
            reason = Reason.HOME  # the story's own address leads there
        elif reason is Reason.NOT_FOUND and visit.status == HTTPStatus.GONE:
            reason = Reason.GONE
    visits.settle(
        connection,
        visit.visit_id,
        VisitState.REJECTED,
        reason=reason,
        detail=detail or rejection.detail,
        notice=rejection.notice,
    )
    removals.settle(connection, visit.visit_id, crawl.outlet.rule, now=crawl.now())
    return reason


def records_of(body: bytes) -> Mapping[str, object]:
    """Give the records of an answer that holds whole texts, JSON or RSS, by the name that a visit gives them.

    Raises:
        DamagedRecordError: it is neither.
    """
    try:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
            return feed.records(body)
        posts = json.loads(body)
    except (ValueError, RecursionError, feed.NoFeedError) as error:
        raise DamagedRecordError(f"it holds no records: {error}") from error
    found = posts if isinstance(posts, list) else [posts]
    return {str(post.get("id")): post for post in found if isinstance(post, dict)}


def bare(record: Record | None) -> bool:
    """Say whether a record knows neither section nor tags: a feed's, or one asked for without what is embedded in it."""
    return record is not None and ("_embedded" not in record.payload or record.payload.get("feed") is True)


def told_by(hints: Sequence[Hint], zone: ZoneInfo) -> Told:
    """Give what sources said of a story: the time from the one that knows a time of day, the section first told."""
    times = [
        told
        for hint in hints
        if (trust := SAID_BY.get(hint.source.partition(" ")[0])) and (told := moment(hint.published, zone, trust))
    ]
    return Told(
        published=next((told for told in times if told.at is not None), times[0] if times else None),
        section=next((hint.section for hint in hints if hint.section), None),
    )


def deeper_than(value: Any, levels: int) -> bool:
    """Say whether JSON is nested more than so many levels deep."""
    layer: list[Any] = [value]
    while layer and levels >= 0:
        layer = [
            inner
            for outer in layer
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        levels -= 1
    return bool(layer)
