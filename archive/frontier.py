"""Addresses, who told us of them, what is due and what became of it in a run: the queue of a crawl."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, or_, select, update

from archive import orders
from archive.database import insert_row
from archive.likeness import unlike
from archive.looks import MISSED
from archive.models import Address, AddressAlias, Disposition, Due, Sighting, Visit
from archive.records import Entry, Outcome, Purpose, Reason, VisitState
from archive.runs import RunTicket

RETRY_AFTER = timedelta(minutes=15)
"""The first wait after a failed fetch; each further one waits four times as long, a day at most."""
MAX_TRIES = 5
"""After so many failed fetches an evidence page is given up; its visits say why."""
IMPORTED = "import"
"""How the name of a source ends that spoke in an imported capture."""
TEXTS = (Outcome.NEW, Outcome.REVISED)
"""Outcomes that tell of a text; they go before any other of the same address in a run."""

_ADDRESS = select(Address.id).where(
    Address.outlet_id == bindparam("outlet"), Address.canonical == bindparam("canonical")
)
_TOLD = (
    select(Address.id, Sighting.published_said, Sighting.modified_said, Sighting.section_said)
    .outerjoin(Sighting, and_(Sighting.address_id == Address.id, Sighting.source == bindparam("source")))
    .where(Address.outlet_id == bindparam("outlet"), Address.canonical == bindparam("canonical"))
)
_SIGHTING = select(
    Sighting.id, Sighting.published_said, Sighting.modified_said, Sighting.title_said, Sighting.section_said
).where(Sighting.address_id == bindparam("address"), Sighting.source == bindparam("source"))
_LAST_VISIT = (
    select(Visit.reason, Visit.run_id)
    .where(Visit.address_id == bindparam("address"))
    .order_by(Visit.id.desc())
    .limit(1)
)
_ALIAS = select(AddressAlias.id).where(
    AddressAlias.address_id == bindparam("address"), AddressAlias.raw == bindparam("raw")
)
_DUE = select(Due.id).where(Due.address_id == bindparam("address"), Due.purpose == bindparam("purpose"))
_DONE = delete(Due).where(Due.address_id == bindparam("address"), Due.purpose == bindparam("purpose"))
_HINTS = (
    select(Sighting.source, Sighting.published_said, Sighting.section_said, Sighting.capture_id)
    .where(
        Sighting.address_id == bindparam("address"),
        or_(Sighting.published_said.is_not(None), Sighting.section_said.is_not(None)),
    )
    .order_by(Sighting.id)
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a source said of one story.

    `whole` is the address of the story of which this would be a part; it counts where such a story is held.
    """

    canonical: str
    raw: str
    source: str
    whole: str | None = None
    title: str | None = None
    published: str | None = None
    modified: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """What a sighting means: `fresh` addresses are new, `changed` ones are known and are to be asked for again.

    That is so where the modification time or the story is another, and where the story was not there and another source
    tells of it.

    `first` says that this source had not told of it, `more` that it told a time of publication or a section that it had
    not told before.
    """

    address_id: int
    fresh: bool = False
    changed: bool = False
    first: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What one source said of a story whose own page may leave it out, and the capture in which it did."""

    source: str
    published: str | None
    section: str | None
    capture_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAddress:
    """An address to be fetched; `url` is the newest raw form it was met in."""

    address_id: int
    purpose: Purpose
    canonical: str
    url: str
    tries: int


def address(
    connection: Connection, outlet_id: int, canonical: str, *, rules_version: int, now: datetime
) -> tuple[int, bool]:
    """Give the id of an address, which is entered where it is not known, and whether it was not."""
    held = connection.execute(_ADDRESS, {"outlet": outlet_id, "canonical": canonical}).scalar()
    if held is not None:
        return held, False
    entered = {"outlet_id": outlet_id, "canonical": canonical, "rules_version": rules_version, "first_seen_at": now}
    return insert_row(connection, Address, **entered), True


def sight(
    connection: Connection,
    ticket: RunTicket,
    told: Sight,
    *,
    rules_version: int,
    priority: int,
    now: datetime,
    capture_id: int | None = None,
) -> Sighted:
    """Note that a source told us of an address; what is new or said to be changed becomes due at once.

    Of a story that was taken down nothing is noted.
    """
    address_id, fresh = address(connection, ticket.outlet_id, told.canonical, rules_version=rules_version, now=now)
    if orders.closed(connection, ticket.outlet_id, told.canonical) is not None:
        return Sighted(address_id=address_id)
    first, changed, more = note_sighting(connection, address_id, told, capture_id, now)
    # An address that only a page named as its own was never met: its page may show more than that one.
    fresh = fresh or (first and not _is_met(connection, address_id))
    changed = not fresh and (
        changed or (first and (_was_gone(connection, ticket, address_id) or _hearsay(connection, address_id)))
    )
    note_alias(connection, address_id, told.raw)
    if fresh or changed:
        make_due(connection, ticket, address_id, Purpose.ARTICLE, priority=priority, now=now)
        enter(connection, ticket, address_id, Entry.DISCOVERED if fresh else Entry.CARRIED)
    return Sighted(address_id=address_id, fresh=fresh, changed=changed, first=first, more=more)


def _hearsay(connection: Connection, address_id: int) -> bool:
    """Say whether an address is known from imports alone, and none of those showed its text."""
    told = select(Sighting.id).where(Sighting.address_id == address_id, Sighting.source.like(f"%{IMPORTED}"))
    looked = select(Visit.id).where(
        Visit.address_id == address_id, Visit.state.in_([VisitState.READ, VisitState.UNREAD])
    )
    return connection.execute(select(told.exists() & ~looked.exists())).scalar_one() is True


def wanted(connection: Connection, outlet_id: int, told: Iterable[Sight]) -> bool:
    """Say whether any of these sightings is of a new address or tells of a known one what it had not told before."""
    for one in told:
        held = connection.execute(
            _TOLD, {"outlet": outlet_id, "canonical": one.canonical, "source": one.source}
        ).first()
        if held is None or _tells_more(held, one) or (one.modified is not None and one.modified != held.modified_said):
            return True
    return False


def _tells_more(held: Any, told: Sight) -> bool:
    """Say whether a source gives a time of publication or a section that it had not given."""
    return (told.published is not None and told.published != held.published_said) or (
        told.section is not None and told.section != held.section_said
    )


def _tells_of_another(held: Any, told: Sight) -> bool:
    """Say whether a source gives an address another headline and another day: its slug was used again.

    A card's "8 bulan yang lalu" names no day, so one that has a day now has another.
    """
    if told.title is None or held.title_said is None or told.published is None:
        return False
    return told.published[:10] != (held.published_said or "")[:10] and unlike(told.title, held.title_said)


def note_sighting(
    connection: Connection, address_id: int, told: Sight, capture_id: int | None, now: datetime
) -> tuple[bool, bool, bool]:
    """Insert or touch the sighting; say whether it is the first, tells of a change, and tells more.

    What a source no longer says stays as it said it last: a card's "3 jam yang lalu" names no day a week later.
    """
    held = connection.execute(_SIGHTING, {"address": address_id, "source": told.source}).first()
    said = {
        "published_said": told.published,
        "modified_said": told.modified,
        "title_said": told.title,
        "section_said": told.section,
    }
    if held is None:
        insert_row(
            connection,
            Sighting,
            address_id=address_id,
            source=told.source,
            first_at=now,
            last_at=now,
            capture_id=capture_id,
            **said,
        )
        return True, False, told.published is not None or told.section is not None
    changed = (told.modified is not None and told.modified != held.modified_said) or _tells_of_another(held, told)
    more = _tells_more(held, told)
    values: dict[str, Any] = {name: value for name, value in said.items() if value is not None} | {"last_at": now}
    if capture_id is not None and (changed or more):
        values["capture_id"] = capture_id
    connection.execute(update(Sighting).where(Sighting.id == held.id).values(**values))
    return False, changed, more


def _was_gone(connection: Connection, ticket: RunTicket, address_id: int) -> bool:
    """Say whether a story was not there when an earlier run asked for it: a sitemap tells of it before it is public."""
    last = connection.execute(_LAST_VISIT, {"address": address_id}).first()
    return last is not None and last.run_id != ticket.run_id and last.reason in MISSED


def _is_met(connection: Connection, address_id: int) -> bool:
    met = select(AddressAlias.id).where(AddressAlias.address_id == address_id)
    return connection.execute(met.limit(1)).first() is not None


def note_alias(connection: Connection, address_id: int, raw: str) -> None:
    """Note a form in which an address was met; once is enough."""
    if connection.execute(_ALIAS, {"address": address_id, "raw": raw}).first() is None:
        insert_row(connection, AddressAlias, address_id=address_id, raw=raw)


def make_due(
    connection: Connection, ticket: RunTicket, address_id: int, purpose: Purpose, *, priority: int, now: datetime
) -> None:
    """Make an address due now for a purpose, unless its story was taken down; an entry that stands is brought forward."""
    if orders.is_closed(connection, address_id):
        return
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


def take_due(
    connection: Connection,
    ticket: RunTicket,
    *,
    limit: int,
    now: datetime,
    only: Iterable[int] | None = None,
    days: tuple[str | None, str | None] = (None, None),
) -> list[DueAddress]:
    """Lease what is due to be fetched, most urgent first, and not what waits to be read from a capture.

    With `only` nothing but those addresses is taken; with `days`, the first and the one after the last, nothing of which
    sources say that it was published outside them.
    """
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
            Due.purpose != Purpose.RECHECK,
            Due.next_at <= now,
            (Due.lease_run_id.is_(None)) | (Due.lease_run_id != ticket.run_id),
            (Due.purpose == Purpose.EVIDENCE) | ~unread,
            *([] if only is None else [Due.address_id.in_(list(only))]),
            *within(days),
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


def within(days: tuple[str | None, str | None]) -> list[ColumnElement[bool]]:
    """Give the condition that some source gives a day within bounds, the last exclusive, or none gives any."""
    since, before = days
    if since is None and before is None:
        return []
    dated = select(Sighting.id).where(Sighting.address_id == Due.address_id, Sighting.published_said.is_not(None))
    inside = dated.where(
        *([] if since is None else [Sighting.published_said >= since]),
        *([] if before is None else [Sighting.published_said < before]),
    )
    return [or_(~dated.exists(), inside.exists())]


def postpone(connection: Connection, due: DueAddress, *, now: datetime) -> datetime | None:
    """Put a failed fetch off, longer each time; give when it is tried again, None for evidence that is given up."""
    return _put_off(connection, due.address_id, due.purpose, due.tries + 1, now)


def withheld(connection: Connection, address_id: int, *, now: datetime) -> None:
    """Put an address off whose page was withheld from us for now (a challenge), as after a failed fetch."""
    tries = connection.execute(
        select(Due.tries).where(Due.address_id == address_id, Due.purpose == Purpose.ARTICLE)
    ).scalar()
    if tries is not None:
        _put_off(connection, address_id, Purpose.ARTICLE, tries + 1, now)


def _put_off(connection: Connection, address_id: int, purpose: Purpose, tries: int, now: datetime) -> datetime | None:
    if purpose is Purpose.EVIDENCE and tries >= MAX_TRIES:
        done(connection, address_id, purpose)
        return None
    wait: timedelta = min(RETRY_AFTER * 4 ** min(tries - 1, 8), timedelta(days=1))
    connection.execute(
        update(Due)
        .where(Due.address_id == address_id, Due.purpose == purpose)
        .values(tries=tries, next_at=now + wait, lease_run_id=None)
    )
    return now + wait


def hints(connection: Connection, address_id: int) -> list[Hint]:
    """Give what sources said of a story, in the order in which they first did."""
    rows = connection.execute(_HINTS, {"address": address_id})
    return [
        Hint(source=row.source, published=row.published_said, section=row.section_said, capture_id=row.capture_id)
        for row in rows
    ]
