"""What sources tell, noted in the archive: addresses, what is due, and what answers hold of texts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from archive import frontier, orders, rechecks, sources, spots, totals, visits
from archive.frontier import Sight
from archive.records import Entry, Outcome, Purpose, Reason
from archive.warc import Exchange
from crawler.addresses import RULES_VERSION
from crawler.crawl import Crawl, last_response
from crawler.discovery import (
    SOURCES,
    Answer,
    Ask,
    FeedPages,
    Marks,
    Met,
    Plan,
    Sitemaps,
    Source,
    Span,
    Step,
    Story,
    Use,
    needed,
    own,
    state,
)
from crawler.guard import authority


class Sightings:
    """The sources of a crawl, and what they told of."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl
        outlet, declared = crawl.outlet, crawl.declared
        self.began = crawl.now()
        self.span = Span(since=outlet.since, until=outlet.until)
        kinds = [kind for group in declared.sources for kind in group]
        with crawl.database.read() as connection:
            self._marks = {
                kind: {
                    **own(sources.marks(connection, crawl.ticket.outlet_id, self._source_name(kind))),
                    **state(sources.marks(connection, crawl.ticket.outlet_id, self._place_name(kind))),
                }
                for kind in kinds
            }
        self._troubled = {kind for kind, marks in self._marks.items() if state(marks)}
        self.plan = Plan(
            declared.sources, self._source, self._marks, needed=lambda kind: needed(declared, kind), now=crawl.now()
        )
        self._answered = False
        self._shielded: list[Source] = []
        self.undated = 0
        """Stories that a backfill took because no source said when they were published."""

    def _source(self, kind: str, listed: bool) -> Source:  # noqa: FBT001 - a plan hands it over
        return SOURCES[kind](
            Use(
                declared=self._crawl.declared,
                base_url=self._crawl.outlet.base_url,
                timezone=self._crawl.outlet.timezone,
                marks=own(self._marks.get(kind, {})),
                span=self.span,
                now=self._crawl.now(),
                listed=listed,
                sitemaps=self._sitemaps,
            )
        )

    def _sitemaps(self) -> list[str]:
        """Give the sitemaps that the copies of robots.txt name; each copy is read from its capture."""
        robots = [held for host in sorted(self._crawl.boundary.hosts()) if (held := self._crawl.held_robots(host))]
        return [url for held in robots for url in held.sitemaps() if self._crawl.own.admits(url)]

    def _source_name(self, kind: str) -> str:
        # How far the days of a backfill were read says nothing of how far the outlet was.
        return self._place_name(kind) + (f" {self.span}" if self.span else "")

    def _place_name(self, kind: str) -> str:
        """Under which name it is noted that a source is closed: at a mirror it may be open, on other days it is not."""
        at = authority(self._crawl.outlet.base_url)
        return kind if at == authority(self._crawl.outlet.declared_url) else f"{kind} {at}"

    def marks_of(self, kind: str) -> Marks:
        """Give the marks of a source as they are by now."""
        with self._crawl.database.read() as connection:
            return sources.marks(connection, self._crawl.ticket.outlet_id, self._place_name(kind))

    def note_failure(self, source: Source, *, closed: bool, shielded: bool = False) -> None:
        """Remember that a source did not answer as one of its kind.

        Where a shield asked a browser to prove itself, or robots.txt asked us to stay away (`shielded`), only another
        source that answers in the same crawl shows that the source is meant: a day on which the whole site is shut
        closes none, and the first crawl after it asks what the last one before it asked.
        """
        if shielded and not self._answered:
            self._shielded.append(source)
            return
        now = self._crawl.now()
        name = self._place_name(source.kind)
        with self._crawl.database.write() as connection:
            self._crawl.ticket.check(connection)
            # What the source has marked in this crawl is how far it was read, and stays.
            held = sources.marks(connection, self._crawl.ticket.outlet_id, name)
            marks = self.plan.marks_of_failure(source, held, closed=closed, now=now)
            sources.set_marks(connection, self._crawl.ticket, name, marks, now)

    def keep_answer(self, source: Source, ask: Ask, answer: Answer, exchanges: Sequence[Exchange]) -> Step:
        """Note every story that an answer told of; keep the answer if it told anything new. Give what follows from it.

        A story whose text is in the answer is read from it, any other becomes due to be fetched; one whose page was
        read is read once more where the answer knows more of it than its page.
        """
        if source.needed:
            self._answered = True
            while self._shielded:
                self.note_failure(self._shielded.pop(), closed=True)
        now = self._crawl.now()
        name = f"{source.kind} {ask.teller}".strip()
        told = [(story, self._crawl.naming.sight(story, name)) for story in answer.stories]
        with self._crawl.database.read() as connection:
            outlet_id = self._crawl.ticket.outlet_id
            met = [(story, spots.of_whole(connection, outlet_id, sight)) for story, sight in told if sight]
            inside, barred = self._open(connection, self._each_once(met))
            wanted = frontier.wanted(connection, outlet_id, [sight for _, sight in inside])
            held = visits.records_at(connection, outlet_id, [sight.canonical for _, sight in inside])
        further = self._further(inside, held)
        wanted = wanted or bool(further)
        records = self._crawl.captures.keep(list(exchanges)) if wanted and not barred else []
        fresh = unread = 0
        first: set[str] = set()
        with self._crawl.database.write() as connection:
            self._crawl.ticket.check(connection)
            ids = self._crawl.captures.record(connection, records)
            answered = last_response(records) if records else None
            capture_id = ids[answered.record_id] if answered is not None else None
            rechecks.hasten(connection, outlet_id, [sight for _, sight in inside], now)
            for story, sight in inside:
                sighted = frontier.sight(
                    connection,
                    self._crawl.ticket,
                    sight,
                    rules_version=RULES_VERSION,
                    priority=1,
                    now=now,
                    capture_id=capture_id,
                )
                fresh += sighted.fresh
                if sighted.first:
                    first.add(story.url)
                if story.record is None:
                    if sighted.more and not (sighted.fresh or sighted.changed):
                        unread += visits.read_again(connection, self._crawl.ticket, sighted.address_id)
                elif sighted.first or sighted.changed or story.record in further:
                    assert answered is not None
                    if not sighted.fresh:
                        frontier.enter(connection, self._crawl.ticket, sighted.address_id, Entry.CARRIED)
                    unread += 1
                    visits.add(
                        connection,
                        self._crawl.ticket,
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
            if source.kind in self._troubled:
                self._answers_again(connection, source.kind, now)
            step = source.go_on(ask, answer, met=Met(fresh=fresh, first=frozenset(first)), now=now)
            if step.marks is not None:
                sources.set_marks(connection, self._crawl.ticket, self._source_name(source.kind), dict(step.marks), now)
            if answer.total is not None and ask.page == 1 and ask.window == "all":
                since, until = self.span.times(ZoneInfo(self._crawl.outlet.timezone or "UTC"))
                totals.note(connection, self._crawl.ticket, name, answer.total, since=since, until=until, now=now)
        self._crawl.remarks += filter(None, (answer.remark, step.remark))
        self._note_told(source, ask, name, answer)
        if self.span:
            self.undated += sum(story.published is None for story in answer.stories)
        if unread:
            self._crawl.on_unread(unread)
        return step

    def _note_told(self, source: Source, ask: Ask, name: str, answer: Answer) -> None:
        """Count what the first answer of a source named; a sitemap is left out on most days, so none of it is told.

        Of a backfill nothing is: its days say how much there is.
        """
        if self.span or ask.page > 1 or ask.section is not None or (source.kind == Sitemaps.kind and not source.needed):
            return
        told = self._crawl.tally.told
        unchanged = isinstance(source, FeedPages) and source.unchanged
        told[name] = None if unchanged else max(told.get(name) or 0, len(answer.stories))

    def _answers_again(self, connection: Any, kind: str, now: datetime) -> None:
        """Note that a source is not closed any more, whichever days it was asked for."""
        name = self._place_name(kind)
        held = sources.marks(connection, self._crawl.ticket.outlet_id, name)
        sources.set_marks(connection, self._crawl.ticket, name, own(held), now)
        self._troubled.discard(kind)

    @staticmethod
    def _further(inside: list[tuple[Story, Sight]], held: dict[str, set[str]]) -> set[str]:
        """Give the numbers that were not met at their addresses, where others were.

        Each is another story there, or the same one under another number.
        """
        further = set()
        for story, sight in inside:
            if story.record is not None and story.record.isdigit():
                known = held.setdefault(sight.canonical, set())
                if story.record not in known and any(record.isdigit() for record in known):
                    further.add(story.record)
                known.add(story.record)
        return further

    def _open(self, connection: Any, told: list[tuple[Story, Sight]]) -> tuple[list[tuple[Story, Sight]], bool]:
        """Leave out stories that were taken down; say whether the answer may not be kept, since it has one's bytes.

        From such an answer nothing can be read: its other stories become due by their pages.
        """
        outlet_id = self._crawl.ticket.outlet_id
        closed = [sight for _, sight in told if orders.closed(connection, outlet_id, sight.canonical) is not None]
        barred = any(orders.removed_at(connection, outlet_id, sight.canonical) for sight in closed)
        kept = [(story, sight) for story, sight in told if sight not in closed]
        return [(replace(story, record=None), sight) for story, sight in kept] if barred else kept, barred

    @staticmethod
    def _each_once(told: list[tuple[Story, Sight]]) -> list[tuple[Story, Sight]]:
        """Leave out what an answer without texts tells a second time, at another form of its address."""
        kept: dict[tuple[str, str | None], tuple[Story, Sight]] = {}
        for story, sight in told:
            kept.setdefault((sight.canonical, story.record), (story, sight))
        return list(kept.values())

    def enter_only(self) -> None:
        """Make the addresses to which the crawl is confined due to be fetched."""
        now = self._crawl.now()
        with self._crawl.database.write() as connection:
            self._crawl.ticket.check(connection)
            for url in self._crawl.outlet.only:
                told = self._crawl.naming.sight(Story(url=url), "command")
                if told is None:
                    self._reject_offsite(connection, Story(url=url), "command", now)
                    continue
                sight = spots.of_whole(connection, self._crawl.ticket.outlet_id, told)
                sighted = frontier.sight(
                    connection, self._crawl.ticket, sight, rules_version=RULES_VERSION, priority=1, now=now
                )
                if (uid := orders.closed(connection, self._crawl.ticket.outlet_id, sight.canonical)) is not None:
                    self._turn_away(connection, sighted.address_id, uid)
                    continue
                frontier.make_due(
                    connection, self._crawl.ticket, sighted.address_id, Purpose.ARTICLE, priority=1, now=now
                )
                frontier.enter(connection, self._crawl.ticket, sighted.address_id, Entry.CARRIED)
                if self._crawl.only is not None:
                    self._crawl.only.add(sighted.address_id)

    def _turn_away(self, connection: Any, address_id: int, uid: str) -> None:
        """Note that an address that a person asked for is that of a story which was taken down."""
        ticket = self._crawl.ticket
        frontier.dispose(connection, ticket, address_id, Outcome.REJECTED, reason=Reason.TAKEN_DOWN, detail=uid)

    def _reject_offsite(self, connection: Any, story: Story, source: str, now: datetime) -> None:
        sight = Sight(canonical=story.url, raw=story.url, source=source, title=story.title or None)
        sighted = frontier.sight(
            connection, self._crawl.ticket, sight, rules_version=RULES_VERSION, priority=0, now=now
        )
        if sighted.fresh:
            frontier.done(connection, sighted.address_id, Purpose.ARTICLE)
            frontier.dispose(
                connection,
                self._crawl.ticket,
                sighted.address_id,
                Outcome.REJECTED,
                reason=Reason.OFFSITE,
                detail=story.url,
            )
