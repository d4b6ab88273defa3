"""Addresses, who told us of them, what is due and what became of it in a run: the queue of a crawl."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, update

from archive.database import insert_row
from archive.models import Address, AddressAlias, Capture, Disposition, Due, Sighting, Source, Visit, WarcFile
from archive.records import Entry, Outcome, Purpose, Reason, VisitState
from archive.runs import RunTicket
from archive.warc import Place

RETRY_AFTER = timedelta(minutes=15)
"""The first wait after a failed fetch; each further one waits four times as long, a day at most."""
MAX_TRIES = 5
"""After so many failed fetches an evidence page is given up; its visits say why."""
TEXTS = (Outcome.NEW, Outcome.REVISED)
"""Outcomes that tell of a text; they go before any other of the same address in a run."""

_ADDRESS = select(Address.id).where(
    Address.outlet_id == bindparam("outlet"), Address.canonical == bindparam("canonical")
)
_TOLD = (
    select(Address.id, Sighting.modified_said)
    .outerjoin(Sighting, and_(Sighting.address_id == Address.id, Sighting.source == bindparam("source")))
    .where(Address.outlet_id == bindparam("outlet"), Address.canonical == bindparam("canonical"))
)
_SIGHTING = select(Sighting.id, Sighting.modified_said).where(
    Sighting.address_id == bindparam("address"), Sighting.source == bindparam("source")
)
_ALIAS = select(AddressAlias.id).where(
    AddressAlias.address_id == bindparam("address"), AddressAlias.raw == bindparam("raw")
)
_DUE = select(Due.id).where(Due.address_id == bindparam("address"), Due.purpose == bindparam("purpose"))
_DONE = delete(Due).where(Due.address_id == bindparam("address"), Due.purpose == bindparam("purpose"))
_ENTERED = select(Disposition.entry).where(
    Disposition.run_id == bindparam("run"), Disposition.address_id == bindparam("address")
)
_DISPOSITION = (
    update(Disposition)
    .where(Disposition.run_id == bindparam("run"), Disposition.address_id == bindparam("address"))
    .values(outcome=bindparam("outcome"), reason=bindparam("reason"), detail=bindparam("detail"))
)
_DISPOSE = _DISPOSITION.where(Disposition.outcome.is_(None))
_DISPOSE_TEXT = _DISPOSITION.where(or_(Disposition.outcome.is_(None), Disposition.outcome.not_in(TEXTS)))
_SETTLE = (
    update(Visit)
    .where(Visit.id == bindparam("visit"))
    .values(
        state=bindparam("state"),
        reason=bindparam("reason"),
        detail=bindparam("detail"),
        text_sha256=bindparam("text_sha256"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a source said of one story."""

    canonical: str
    raw: str
    source: str
    title: str | None = None
    published: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """What a sighting means: `fresh` addresses are new, `changed` ones are known with another modification time."""

    address_id: int
    fresh: bool
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAddress:
    """An address to be fetched; `url` is the newest raw form it was met in."""

    address_id: int
    purpose: Purpose
    canonical: str
    url: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadVisit:
    """A visit whose capture has not been read: where its bytes lie, and the record of the same story if one is held."""

    visit_id: int
    address_id: int
    canonical: str
    url: str
    purpose: Purpose
    at: datetime
    capture_id: int
    record: str | None


def sight(
    connection: Connection, ticket: RunTicket, told: Sight, *, rules_version: int, priority: int, now: datetime
) -> Sighted:
    """Note that a source told us of an address; what is new or said to be changed becomes due at once."""
    address_id = connection.execute(_ADDRESS, {"outlet": ticket.outlet_id, "canonical": told.canonical}).scalar()
    fresh = address_id is None
    if address_id is None:
        address_id = insert_row(
            connection,
            Address,
            outlet_id=ticket.outlet_id,
            canonical=told.canonical,
            rules_version=rules_version,
            first_seen_at=now,
        )
    changed = _note_sighting(connection, address_id, told, now) and not fresh
    _note_alias(connection, address_id, told.raw)
    if fresh or changed:
        make_due(connection, ticket, address_id, Purpose.ARTICLE, priority=priority, now=now)
        enter(connection, ticket, address_id, Entry.DISCOVERED if fresh else Entry.CARRIED)
    return Sighted(address_id=address_id, fresh=fresh, changed=changed)


def wanted(connection: Connection, outlet_id: int, told: Iterable[Sight]) -> bool:
    """Say whether any of these sightings is of a new address or gives a known one another modification time."""
    for one in told:
        held = connection.execute(
            _TOLD, {"outlet": outlet_id, "canonical": one.canonical, "source": one.source}
        ).first()
        if held is None or (one.modified is not None and one.modified != held.modified_said):
            return True
    return False


def _note_sighting(connection: Connection, address_id: int, told: Sight, now: datetime) -> bool:
    """Insert or touch the sighting; say whether the source gives another modification time than before."""
    held = connection.execute(_SIGHTING, {"address": address_id, "source": told.source}).first()
    said = {"published_said": told.published, "modified_said": told.modified, "title_said": told.title}
    if held is None:
        insert_row(connection, Sighting, address_id=address_id, source=told.source, first_at=now, last_at=now, **said)
        return told.modified is not None
    connection.execute(update(Sighting).where(Sighting.id == held.id).values(last_at=now, **said))
    return told.modified is not None and told.modified != held.modified_said


def _note_alias(connection: Connection, address_id: int, raw: str) -> None:
    if connection.execute(_ALIAS, {"address": address_id, "raw": raw}).first() is None:
        insert_row(connection, AddressAlias, address_id=address_id, raw=raw)


def make_due(
    connection: Connection, ticket: RunTicket, address_id: int, purpose: Purpose, *, priority: int, now: datetime
) -> None:
    """Make an address due now for a purpose; an entry that stands is brought forward."""
    due_id = connection.execute(_DUE, {"address": address_id, "purpose": purpose}).scalar()
    if due_id is not None:
        connection.execute(update(Due).where(Due.id == due_id, Due.next_at > now).values(next_at=now))
        return
    insert_row(
        connection,
        Due,
        outlet_id=ticket.outlet_id,
        address_id=address_id,
        purpose=purpose,
        next_at=now,
        priority=priority,
        tries=0,
        lease_run_id=None,
    )


def enter(connection: Connection, ticket: RunTicket, address_id: int, entry: Entry) -> None:
    """Note that an address takes part in the run; once is enough."""
    if connection.execute(_ENTERED, {"run": ticket.run_id, "address": address_id}).first() is None:
        insert_row(connection, Disposition, run_id=ticket.run_id, address_id=address_id, entry=entry)


def dispose(
    connection: Connection,
    ticket: RunTicket,
    address_id: int,
    outcome: Outcome,
    *,
    reason: Reason | None = None,
    detail: str | None = None,
) -> None:
    """Write down what became of an address in the run; the first outcome stands, unless a text was found after all."""
    enter(connection, ticket, address_id, Entry.CARRIED)
    connection.execute(
        _DISPOSE_TEXT if outcome in TEXTS else _DISPOSE,
        {"run": ticket.run_id, "address": address_id, "outcome": outcome, "reason": reason, "detail": detail},
    )


def done(connection: Connection, address_id: int, purpose: Purpose) -> None:
    """Take an address off the list of what is due for a purpose."""
    connection.execute(_DONE, {"address": address_id, "purpose": purpose})


def take_due(connection: Connection, ticket: RunTicket, *, limit: int, now: datetime) -> list[DueAddress]:
    """Lease what is due to be fetched, most urgent first, and not what waits to be read from a capture."""
    unread = select(Visit.id).where(Visit.address_id == Due.address_id, Visit.state == VisitState.UNREAD).exists()
    newest_form = (
        select(AddressAlias.raw)
        .where(AddressAlias.address_id == Due.address_id)
        .order_by(AddressAlias.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(Due.id, Due.address_id, Due.purpose, Due.tries, Address.canonical, newest_form.label("url"))
        .join(Address, Address.id == Due.address_id)
        .where(
            Due.outlet_id == ticket.outlet_id,
            Due.next_at <= now,
            (Due.lease_run_id.is_(None)) | (Due.lease_run_id != ticket.run_id),
            (Due.purpose == Purpose.EVIDENCE) | ~unread,
        )
        .order_by(Due.priority.desc(), Due.id)
        .limit(limit)
    ).all()
    if rows:
        connection.execute(update(Due).where(Due.id.in_([row.id for row in rows])).values(lease_run_id=ticket.run_id))
    return [
        DueAddress(
            address_id=row.address_id, purpose=row.purpose, canonical=row.canonical, url=row.url, tries=row.tries
        )
        for row in rows
    ]


def postpone(connection: Connection, due: DueAddress, *, now: datetime) -> datetime | None:
    """Put a failed fetch off, longer each time; give when it is tried again, None for evidence that is given up."""
    tries = due.tries + 1
    if due.purpose is Purpose.EVIDENCE and tries >= MAX_TRIES:
        done(connection, due.address_id, due.purpose)
        return None
    wait: timedelta = min(RETRY_AFTER * 4 ** min(tries - 1, 8), timedelta(days=1))
    connection.execute(
        update(Due)
        .where(Due.address_id == due.address_id, Due.purpose == due.purpose)
        .values(tries=tries, next_at=now + wait, lease_run_id=None)
    )
    return now + wait


def add_visit(
    connection: Connection,
    ticket: RunTicket,
    *,
    address_id: int,
    purpose: Purpose,
    url: str,
    at: datetime,
    status: int | None,
    capture_id: int | None,
    record: str | None = None,
    state: VisitState = VisitState.UNREAD,
    reason: Reason | None = None,
    detail: str | None = None,
) -> int:
    """Write down one look at an address."""
    return insert_row(
        connection,
        Visit,
        outlet_id=ticket.outlet_id,
        address_id=address_id,
        run_id=ticket.run_id,
        purpose=purpose,
        capture_id=capture_id,
        record=record,
        url=url,
        at=at,
        status=status,
        state=state,
        reason=reason,
        detail=detail,
        text_sha256=None,
    )


def unread_visits(
    connection: Connection, ticket: RunTicket, *, limit: int, besides: Iterable[int] = ()
) -> list[UnreadVisit]:
    """Give visits that wait to be read, in the order of fetching, `besides` those that are being read."""
    rows = connection.execute(
        select(
            Visit.id.label("visit_id"),
            Visit.address_id,
            Address.canonical,
            Visit.url,
            Visit.purpose,
            Visit.at,
            Visit.capture_id,
            Visit.record,
        )
        .join(Address, Address.id == Visit.address_id)
        .where(Visit.outlet_id == ticket.outlet_id, Visit.state == VisitState.UNREAD, Visit.id.not_in(list(besides)))
        .order_by(Visit.id)
        .limit(limit)
    )
    return [UnreadVisit(**row._mapping) for row in rows]


def record_visit(connection: Connection, address_id: int) -> tuple[int, str] | None:
    """Give the newest capture of an API response that holds the story of an address, and the story's record in it."""
    row = connection.execute(
        select(Visit.capture_id, Visit.record)
        .where(Visit.address_id == address_id, Visit.record.is_not(None), Visit.capture_id.is_not(None))
        .order_by(Visit.id.desc())
        .limit(1)
    ).first()
    return (row.capture_id, row.record) if row else None


def has_evidence(connection: Connection, visit: UnreadVisit) -> bool:
    """Say whether a public page was kept after a visit: so it is when the visit is read again after a rebuild."""
    kept = select(Visit.id).where(
        Visit.address_id == visit.address_id,
        Visit.purpose == Purpose.EVIDENCE,
        Visit.capture_id.is_not(None),
        Visit.id > visit.visit_id,
    )
    return connection.execute(kept.limit(1)).first() is not None


def settle_visit(
    connection: Connection,
    visit_id: int,
    state: VisitState,
    *,
    reason: Reason | None = None,
    detail: str | None = None,
    text_sha256: str | None = None,
) -> None:
    """Write down how the reading of a visit ended."""
    connection.execute(
        _SETTLE,
        {"visit": visit_id, "state": state, "reason": reason, "detail": detail, "text_sha256": text_sha256},
    )


def marks(connection: Connection, outlet_id: int, kind: str) -> dict[str, Any]:
    """Give how far a source of an outlet has been read; empty before it was read to the end once."""
    held = select(Source.marks).where(Source.outlet_id == outlet_id, Source.kind == kind)
    return dict(connection.execute(held).scalar() or {})


def set_marks(connection: Connection, ticket: RunTicket, kind: str, marks: dict[str, Any], now: datetime) -> None:
    """Note how far a source has been read and that it answered."""
    source_id = connection.execute(
        select(Source.id).where(Source.outlet_id == ticket.outlet_id, Source.kind == kind)
    ).scalar()
    if source_id is None:
        insert_row(connection, Source, outlet_id=ticket.outlet_id, kind=kind, marks=marks, answered_at=now)
    else:
        connection.execute(update(Source).where(Source.id == source_id).values(marks=marks, answered_at=now))


def capture_places(connection: Connection, folder: Path, capture_ids: Iterable[int]) -> dict[int, tuple[Place, str]]:
    """Give where captures lie below the folder of WARC files, and the SHA-256 that each must have, by id."""
    rows = connection.execute(
        select(Capture.id, WarcFile.name, Capture.offset, Capture.length, Capture.sha256)
        .join(WarcFile, WarcFile.id == Capture.warc_file_id)
        .where(Capture.id.in_(list(capture_ids)))
    )
    return {row.id: (Place(path=folder / row.name, offset=row.offset, length=row.length), row.sha256) for row in rows}


def unread_again(connection: Connection, ticket: RunTicket) -> int:
    """Have every kept visit of an outlet read once more; give how many. Its addresses take part in the run."""
    kept = (
        Visit.outlet_id == ticket.outlet_id,
        Visit.capture_id.is_not(None),
        Visit.state.in_([VisitState.READ, VisitState.REJECTED]),
        Visit.status.between(200, 299),
    )
    for address_id in connection.execute(select(Visit.address_id).where(*kept).distinct()).scalars().all():
        enter(connection, ticket, address_id, Entry.CARRIED)
    return connection.execute(
        update(Visit).where(*kept).values(state=VisitState.UNREAD, reason=None, detail=None, text_sha256=None)
    ).rowcount
