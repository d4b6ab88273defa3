"""Articles taken down: hidden, without their text, or without their bytes, as a person ordered.

The order is written first, and what it asks for is done after, in steps that each find by themselves what is left to
do: whatever a kill cut short, the same command finishes. An article that is taken down is no row any more but its
order: what reads articles need not know of it, and neither a rebuild nor a crawl makes it again (`archive.orders`).
"""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from archive import condemned, holdings, keptreadings, leftovers, orders, projections, runs, surgery
from archive.archive import Archive
from archive.captures import CaptureStore
from archive.database import insert_row
from archive.errors import ArchiveError
from archive.holdings import Holdings
from archive.models import Address, Disposition, Due, Outlet, Sighting, Takedown, Visit
from archive.orders import ADDRESS, ORDER
from archive.records import ChangeKind, Level, Purpose, Reason, RunStatus, VisitState
from archive.stories import UID
from archive.union import tell


@dataclass(slots=True, kw_only=True)
class Done:
    """What a takedown took, or would take, and where the text still is."""

    uid: str
    outlet: str
    level: Level
    before: Level
    versions: int
    holdings: Holdings = field(default_factory=Holdings)
    records: int = 0
    """Records that were removed from WARC files."""
    kept: int = 0
    """Visits to other stories of which the reading is kept, since their record went."""
    mentions: int = 0
    """Pages of other stories that print its headline, or a piece of it, and were left."""
    remains: list[str] = field(default_factory=list)
    """What a crash had left of it, and is gone."""
    copies: list[Path] = field(default_factory=list)
    """Copies of the database that hold it as before."""


_LOST = {"reason": Reason.UNREADABLE, "detail": "its record was removed with another story, which was taken down"}

Hold = Callable[[str], AbstractContextManager[Any]]
"""Gives the lock of an outlet."""


def plan(archive: Archive, name: str, *, level: Level, mentions: bool = True) -> Done:
    """Say what an order would take; nothing is changed."""
    with archive.database.read() as connection:
        story = condemned.find(connection, name)
        done = _begun(story, level)
        if level is Level.BYTES:
            done.holdings = _holdings(connection, archive, story)
            done.records = len(_going(done.holdings, mentions=mentions))
    done.mentions = 0 if mentions else len(done.holdings.mentions)
    done.copies = archive.database.copies() if level is not Level.HIDDEN else []
    return done


def take_down(
    archive: Archive,
    name: str,
    *,
    reason: str,
    level: Level,
    hold: Hold,
    now: datetime,
    mentions: bool = True,
    and_copies: bool = False,
) -> Done:
    """Take an article down, or finish what an earlier order asked for; a lower level than the one in force is none.

    Raises:
        NotFoundError: there is no such article.
        ArchiveUnavailableError: a step could not be taken now; the order stands, and the same call goes on with it.
    """
    with archive.database.read() as connection:
        slug = condemned.find(connection, name).slug
    with hold(slug):
        ticket = _in_order(archive, slug, now)
        with archive.database.write() as connection:
            ticket.check(connection)
            story = condemned.find(connection, name)
            done = _begun(story, level)
            if ORDER.index(level) > ORDER.index(story.level):
                _note(connection, story, level, reason, now)
                _hide(connection, story, now)
            order = orders.last(connection, story.uid)
            if order.level is not Level.HIDDEN:
                _drop_text(connection, story.uid)
                keptreadings.drop(connection, story.visit_ids)
        if order.level is Level.BYTES:
            _drop_bytes(archive, story.uid, order.id, done, mentions=mentions, now=now)
            with archive.database.write() as connection:
                if mentions:
                    keptreadings.clear(connection, story.traces, now)
                _thin(connection, story)
        if order.level is Level.HIDDEN:
            archive.catch_up()
        else:
            done.remains = leftovers.sweep(archive, slug, story.traces)
            done.copies = archive.database.copies()
            if and_copies:
                for copy in done.copies:
                    copy.unlink()
                done.remains += [copy.name for copy in done.copies]
                done.copies = []
        with archive.database.write() as connection:
            ticket.check(connection)
            finished = update(Takedown).where(Takedown.id == order.id, Takedown.done_at.is_(None))
            connection.execute(finished.values(done_at=now))
            runs.finish(connection, ticket, status=RunStatus.OK, detail="", extra={}, now=now)
    return done


def lift(archive: Archive, name: str, *, reason: str, hold: Hold, now: datetime) -> str:
    """Undo an order whose bytes are still there; give the uid. What they tell is read again by the outlet's next crawl.

    Raises:
        NotFoundError: no such article is taken down.
        ArchiveError: its bytes are gone, by its own order or by that of another story of the same records.
    """
    with archive.database.read() as connection:
        story = condemned.find(connection, name)
    if story.level is Level.LIFTED:
        raise ArchiveError(f"article {story.uid} is not taken down")
    if story.level is Level.BYTES:
        raise ArchiveError(f"article {story.uid} cannot come back: its bytes were removed")
    with hold(story.slug), archive.database.write() as connection:
        mine = orders.shown_by(story.uid)
        there = select(Visit.id).where(*mine, orders.READABLE)
        if connection.execute(there.limit(1)).first() is None:
            raise ArchiveError(f"article {story.uid} cannot come back: its bytes were removed with another story's")
        _add_order(connection, story, Level.LIFTED, reason, now, done_at=now)
        orders.drop_keys(connection, story.uid, now)
        part = select(Address.id).where(Address.id == Visit.address_id, Address.canonical.contains("#")).exists()
        plain = {"reason": None, "detail": None}
        connection.execute(update(Visit).where(*mine, ~orders.READABLE).values(**_LOST))
        connection.execute(update(Visit).where(*mine, part).values(state=VisitState.READ, **plain))
        connection.execute(update(Visit).where(*mine).values(state=VisitState.UNREAD, **plain))
    return story.uid


def _begun(story: condemned.Story, level: Level) -> Done:
    return Done(
        uid=story.uid, outlet=story.slug, level=level, before=story.level, versions=len(story.left.get("texts", ()))
    )


def _in_order(archive: Archive, slug: str, now: datetime) -> runs.RunTicket:
    """Open a run and have every byte of the outlet's files spoken for by a row; the caller holds the outlet's lock."""
    with archive.database.write() as connection:
        outlet_id = connection.execute(select(Outlet.id).where(Outlet.slug == slug)).scalar_one()
        ticket = runs.begin(
            connection,
            outlet_id,
            kind="takedown",
            cause="command",
            planned_at=None,
            version="",
            settings_digest="",
            now=now,
        )
    shelf = CaptureStore(
        archive.database,
        archive.home.warc,
        ticket=ticket,
        slug=slug,
        software="",
        new_id=lambda: str(uuid.uuid4()),
        now=lambda: now,
    )
    shelf.repair()
    return ticket


def _add_order(
    connection: Connection,
    story: condemned.Story,
    level: Level,
    reason: str,
    now: datetime,
    *,
    done_at: datetime | None = None,
) -> None:
    insert_row(
        connection,
        Takedown,
        outlet_id=story.outlet_id,
        uid=story.uid,
        level=level,
        reason=reason,
        at=now,
        done_at=done_at,
        left=story.left,
        traces=story.traces.kept(),
    )


def _note(connection: Connection, story: condemned.Story, level: Level, reason: str, now: datetime) -> None:
    """Write the order down, by what the story is known, and which visits showed it."""
    _add_order(connection, story, level, reason, now)
    orders.add_keys(connection, story.outlet_id, story.uid, story.keys)
    connection.execute(
        update(Visit)
        .where(Visit.id.in_(story.visit_ids))
        .values(state=VisitState.REJECTED, reason=Reason.TAKEN_DOWN, detail=story.uid)
    )


def _hide(connection: Connection, story: condemned.Story, now: datetime) -> None:
    """Take the article out of all that is made of facts, and tell so; nothing is due any more."""
    if story.article_id is None:
        return
    canonicals = [value for scheme, value in story.keys if scheme == ADDRESS]
    address_ids = condemned.addresses(connection, story.outlet_id, canonicals)
    connection.execute(delete(Due).where(Due.address_id.in_(address_ids)))
    projections.take_out(connection, [story.article_id])
    for uid in dict.fromkeys(value for scheme, value in reversed(story.keys) if scheme == UID):
        tell(connection, story.article_id, uid, ChangeKind.TOMBSTONE, now)


def _drop_text(connection: Connection, uid: str) -> None:
    """Drop what sources said of the story, and words of pages that stood in its place; readings went with the article."""
    order = orders.last(connection, uid)
    canonicals = [value for scheme, value in orders.keys(connection, uid) if scheme == ADDRESS]
    here = condemned.addresses(connection, order.outlet_id, canonicals)
    connection.execute(update(Sighting).where(Sighting.address_id.in_(here)).values(title_said=None))
    connection.execute(update(Disposition).where(Disposition.address_id.in_(here)).values(detail=None))
    looks = update(Visit).where(Visit.address_id.in_(here))
    connection.execute(looks.values(notice=None))
    connection.execute(looks.where(Visit.reason.is_distinct_from(Reason.TAKEN_DOWN)).values(detail=None))


def _holdings(connection: Connection, archive: Archive, story: condemned.Story) -> Holdings:
    paths = [value for scheme, value in story.keys if scheme == ADDRESS]
    return holdings.of(connection, archive.home.warc, story.outlet_id, story.visit_ids, story.traces, paths)


def _going(found: Holdings, *, mentions: bool) -> set[int]:
    return found.own | found.shared | (found.mentions if mentions else set())


def _drop_bytes(archive: Archive, uid: str, takedown_id: int, done: Done, *, mentions: bool, now: datetime) -> None:
    """Keep what else was read of the records that hold the text, then remove them."""
    with archive.database.read() as connection:
        story = condemned.taken(connection, uid)
        done.holdings = _holdings(connection, archive, story)
    going = _going(done.holdings, mentions=mentions)
    done.mentions = 0 if mentions else len(done.holdings.mentions)
    with archive.database.write() as connection:
        done.kept = keptreadings.keep(connection, going)
        _ask_again(connection, going)
    done.records = surgery.remove(archive.database, archive.home.warc, going, takedown_id, now=now)


def _thin(connection: Connection, story: condemned.Story) -> None:
    """Leave of the digests of its words those that do not give the text back."""
    mine = update(Takedown).where(Takedown.uid == story.uid)
    connection.execute(mine.values(traces=story.traces.thinned().kept()))


def _ask_again(connection: Connection, going: set[int]) -> None:
    """Make due what waits to be read from a record that goes."""
    waiting = (Visit.capture_id.in_(going), Visit.state == VisitState.UNREAD)
    rows = connection.execute(select(Visit.outlet_id, Visit.address_id, Visit.at).where(*waiting)).all()
    connection.execute(update(Visit).where(*waiting).values(state=VisitState.REJECTED, **_LOST))
    due = set(connection.execute(select(Due.address_id).where(Due.purpose == Purpose.ARTICLE)).scalars())
    asked = {row.address_id: row for row in rows if row.address_id not in due}
    for row in asked.values():
        told = {"outlet_id": row.outlet_id, "address_id": row.address_id, "purpose": Purpose.ARTICLE}
        connection.execute(insert(Due).values(**told, next_at=row.at, priority=1, tries=0, lease_run_id=None))
