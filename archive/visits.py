"""Visits: what was seen at an address and when, which of them wait to be read, and where their bytes lie."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, and_, bindparam, or_, select, update

from archive.captures import IMPORT
from archive.database import insert_row
from archive.frontier import enter
from archive.models import Address, Capture, Outlet, Visit, WarcFile
from archive.orders import KEPT, LIES, heeded
from archive.records import Entry, Purpose, Reason, VisitState
from archive.runs import HANGS_ON, RunTicket
from archive.warc import Place

_SETTLE = (
    update(Visit)
    .where(Visit.id == bindparam("visit"))
    .values(
        state=bindparam("state"),
        reason=bindparam("reason"),
        detail=bindparam("detail"),
        text_sha256=bindparam("text_sha256"),
        notice=bindparam("notice"),
    )
)


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
    imported: bool
    """Whether others fetched what is read."""
    status: int | None = None


def add(
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
    notice: str | None = None,
) -> int:
    """Write down one look at an address; whoever says at once how it ended settles what it means (`removals.settle`)."""
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
        notice=notice,
        text_sha256=None,
    )


def unread(connection: Connection, ticket: RunTicket, *, limit: int, besides: Iterable[int] = ()) -> list[UnreadVisit]:
    """Give visits that wait to be read, in the order of fetching, `besides` those that are being read."""
    rows = connection.execute(
        _TO_READ.where(
            Visit.outlet_id == ticket.outlet_id, Visit.state == VisitState.UNREAD, Visit.id.not_in(list(besides))
        ).limit(limit)
    )
    return [UnreadVisit(**row._mapping) for row in rows]


_TO_READ = (
    select(
        Visit.id.label("visit_id"),
        Visit.address_id,
        Address.canonical,
        Visit.url,
        Visit.purpose,
        Visit.at,
        Visit.capture_id,
        Visit.record,
        (Capture.origin == IMPORT).label("imported"),
        Visit.status,
    )
    .join(Address, Address.id == Visit.address_id)
    .join(Capture, Capture.id == Visit.capture_id)
    .order_by(Visit.id)
)


GONE = (404, 410)
"""What a site answers where a story is gone."""
BESIDE = timedelta(days=1)
"""How long a record tells what a page shows that was not fetched as its evidence."""


def newest_record(connection: Connection, visit: UnreadVisit) -> tuple[int, str] | None:
    """Give the API response that was newest when a page was visited and holds its story, and the record in it.

    An evidence page was fetched for its record's sake; any other may show an edit of which an old record knows nothing.
    """
    held = (
        select(Visit.capture_id, Visit.record)
        .join(Capture, Capture.id == Visit.capture_id)
        .where(Visit.address_id == visit.address_id, Visit.record.is_not(None), Visit.at <= visit.at, LIES)
        .limit(1)
    )
    if visit.purpose is Purpose.ARTICLE:
        # A feed knows less than the REST interface; others' captures may hold both.
        held = held.where(Visit.at >= visit.at - BESIDE).order_by(
            Capture.content_type.ilike("%json%").desc().nulls_last()
        )
    row = connection.execute(held.order_by(Visit.at.desc(), Visit.id.desc())).first()
    return (row.capture_id, row.record) if row else None


def page_beside(connection: Connection, visit: UnreadVisit) -> "KeptPage | None":
    """Give the public page that was seen last within the day before an API's record of the same story."""
    row = connection.execute(
        select(Visit.address_id, Visit.url, Visit.at, Visit.capture_id)
        .where(
            Visit.address_id == visit.address_id,
            Visit.record.is_(None),
            KEPT,
            Visit.status.between(200, 299),
            Visit.at.between(visit.at - BESIDE, visit.at),
        )
        .order_by(Visit.at.desc(), Visit.id.desc())
        .limit(1)
    ).first()
    return KeptPage(**row._mapping) if row else None


def read_beside(connection: Connection, ticket: RunTicket, address_id: int, at: datetime, *, record: bool) -> None:
    """Have imported looks at an address read once more that are read together with one at `at`, a record or a page.

    So the order in which files are imported changes nothing.
    """
    imported = select(Capture.id).where(Capture.id == Visit.capture_id, Capture.origin == IMPORT)
    rows = connection.execute(
        update(Visit)
        .where(
            Visit.address_id == address_id,
            Visit.purpose == Purpose.ARTICLE,
            Visit.state == VisitState.READ,
            Visit.record.is_(None) if record else Visit.record.is_not(None),
            Visit.at.between(at, at + BESIDE),
            imported.exists(),
        )
        .values(state=VisitState.UNREAD)
    )
    if rows.rowcount:
        enter(connection, ticket, address_id, Entry.CARRIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A visit that is kept: which address, in which form, what was looked at there and where its bytes lie."""

    address_id: int
    canonical: str
    url: str
    record: str | None
    status: int | None
    capture_id: int


def of_capture(connection: Connection, outlet_id: int, capture_id: int) -> list[Kept]:
    """Give the first visit to each address that a capture showed."""
    rows = connection.execute(
        select(Visit.address_id, Address.canonical, Visit.url, Visit.record, Visit.status, Visit.capture_id)
        .join(Address, Address.id == Visit.address_id)
        .where(Visit.capture_id == capture_id, Visit.outlet_id == outlet_id, *heeded())
        .order_by(Visit.id)
    )
    first: dict[tuple[int, str | None], Kept] = {}
    for row in rows:
        first.setdefault((row.address_id, row.record), Kept(**row._mapping))
    return list(first.values())


def records_at(connection: Connection, outlet_id: int, canonicals: Iterable[str]) -> dict[str, set[str]]:
    """Give the names of the records of an API that were kept for each of some addresses."""
    found: dict[str, set[str]] = {}
    for canonical, record in connection.execute(
        select(Address.canonical, Visit.record)
        .join(Visit, Visit.address_id == Address.id)
        .where(Address.outlet_id == outlet_id, Address.canonical.in_(list(canonicals)), Visit.record.is_not(None))
    ):
        found.setdefault(canonical, set()).add(str(record))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A public page that is kept: which address, when it was seen, and its capture."""

    address_id: int
    url: str
    at: datetime
    capture_id: int


def newest_page(connection: Connection, outlet: str, canonical: str, url: str) -> KeptPage | None:
    """Give the newest public page that is kept of an address, of the form `url` of it if there is one.

    An error page is given only where there is no other.
    """
    row = connection.execute(
        select(Visit.address_id, Visit.url, Visit.at, Visit.capture_id)
        .join(Address, Address.id == Visit.address_id)
        .join(Outlet, Outlet.id == Address.outlet_id)
        .where(
            Outlet.slug == outlet,
            Address.canonical == canonical,
            Visit.record.is_(None),
            KEPT,
        )
        .order_by(Visit.status.between(200, 299).desc().nulls_last(), (Visit.url == url).desc(), Visit.id.desc())
        .limit(1)
    ).first()
    return KeptPage(**row._mapping) if row else None


def read_again(connection: Connection, ticket: RunTicket, address_id: int) -> bool:
    """Have the newest page of an address read once more, since more is known of it now; False where none is held."""
    newest = connection.execute(
        select(Visit.id)
        .where(
            Visit.address_id == address_id,
            Visit.purpose == Purpose.ARTICLE,
            Visit.record.is_(None),
            Visit.state == VisitState.READ,
        )
        .order_by(Visit.id.desc())
        .limit(1)
    ).scalar()
    if newest is None:
        return False
    enter(connection, ticket, address_id, Entry.CARRIED)
    connection.execute(update(Visit).where(Visit.id == newest).values(state=VisitState.UNREAD))
    return True


def waits(connection: Connection, address_id: int) -> bool:
    """Say whether a look at an address waits to be read."""
    unread = select(Visit.id).where(Visit.address_id == address_id, Visit.state == VisitState.UNREAD)
    return connection.execute(unread.limit(1)).first() is not None


def has_evidence(connection: Connection, visit: UnreadVisit) -> bool:
    """Say whether a public page was kept after a visit: so it is when the visit is read again after a rebuild."""
    kept = select(Visit.id).where(
        Visit.address_id == visit.address_id,
        Visit.purpose == Purpose.EVIDENCE,
        Visit.capture_id.is_not(None),
        Visit.id > visit.visit_id,
    )
    return connection.execute(kept.limit(1)).first() is not None


def settle(
    connection: Connection,
    visit_id: int,
    state: VisitState,
    *,
    reason: Reason | None = None,
    detail: str | None = None,
    notice: str | None = None,
    text_sha256: str | None = None,
) -> None:
    """Write down how the reading of a visit ended."""
    ended = {"state": state, "reason": reason, "detail": detail, "notice": notice, "text_sha256": text_sha256}
    connection.execute(_SETTLE, {"visit": visit_id, **ended})


def capture_places(connection: Connection, folder: Path, capture_ids: Iterable[int]) -> dict[int, tuple[Place, str]]:
    """Give where captures lie below the folder of WARC files, and the SHA-256 that each must have, by id."""
    rows = connection.execute(
        select(Capture.id, WarcFile.name, Capture.offset, Capture.length, Capture.sha256)
        .join(WarcFile, WarcFile.id == Capture.warc_file_id)
        .where(Capture.id.in_(list(capture_ids)))
    )
    return {row.id: (Place(path=folder / row.name, offset=row.offset, length=row.length), row.sha256) for row in rows}


def readable(outlet_id: int) -> tuple[ColumnElement[bool], ...]:
    """Say which visits of an outlet show what can be read: stories of their own, with bytes that are kept.

    Where a story is gone there may be a notice that says why. What whoever fetched it could tell alone stays as it was
    told: an API that lists a story no more, a way that leads to the home page.
    """
    shown = select(Visit.address_id).where(Visit.outlet_id == outlet_id, Visit.text_sha256.is_not(None))
    missed = and_(Visit.status.in_(GONE), Visit.purpose != Purpose.EVIDENCE, Visit.address_id.in_(shown))
    return (
        Visit.outlet_id == outlet_id,
        *heeded(),
        Visit.capture_id.is_not(None),
        or_(Visit.status.between(200, 299), missed),
        or_(Visit.reason.is_(None), Visit.reason.not_in([Reason.WITHDRAWN, Reason.HOME])),
        # What missed a held story was judged when it was seen: its page is evidence, and no story.
        Visit.purpose != Purpose.RECHECK,
        Visit.address_id.not_in(select(Address.id).where(Address.outlet_id == outlet_id, HANGS_ON)),
    )


def to_read_again(connection: Connection, outlet_id: int, address_ids: Collection[int]) -> list[UnreadVisit]:
    """Give all visits to some addresses that show what can be read, in the order in which a rebuild reads them."""
    rows = connection.execute(
        _TO_READ.where(*readable(outlet_id), Visit.state != VisitState.FAILED, Visit.address_id.in_(address_ids))
    )
    return [UnreadVisit(**row._mapping) for row in rows]


def with_text(connection: Connection, visit_ids: Collection[int]) -> set[int]:
    """Give those of some visits that showed a text."""
    told = select(Visit.id).where(Visit.id.in_(visit_ids), Visit.text_sha256.is_not(None))
    return set(connection.execute(told).scalars())


def unsettle(connection: Connection, visit_ids: Collection[int]) -> None:
    """Forget how the reading of some visits ended."""
    connection.execute(update(Visit).where(Visit.id.in_(visit_ids)).values(state=VisitState.UNREAD, **_UNKNOWN))


_UNKNOWN: dict[str, None] = {"reason": None, "detail": None, "notice": None, "text_sha256": None}


def unread_again(connection: Connection, ticket: RunTicket) -> int:
    """Have every kept visit of an outlet read once more; give how many. Its addresses take part in the run."""
    kept = (*readable(ticket.outlet_id), Visit.state.in_([VisitState.READ, VisitState.REJECTED]))
    for address_id in connection.execute(select(Visit.address_id).where(*kept).distinct()).scalars().all():
        enter(connection, ticket, address_id, Entry.CARRIED)
    return connection.execute(update(Visit).where(*kept).values(state=VisitState.UNREAD, **_UNKNOWN)).rowcount
