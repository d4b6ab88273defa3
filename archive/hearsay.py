"""What others say of addresses: imported captures, and lists that a person wrote."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from archive import frontier, orders
from archive.frontier import Sight, Sighted
from archive.models import Address, Capture, Due, Sighting, Visit
from archive.records import Purpose
from archive.runs import RunTicket


def hear(
    connection: Connection,
    ticket: RunTicket,
    told: Sight,
    *,
    rules_version: int,
    at: datetime,
    capture_id: int | None = None,
) -> Sighted:
    """Note what an imported capture told of an address at some time in the past; nothing becomes due by it.

    It never goes before what was said later: only what the source has not said yet is taken from it.
    """
    address_id, fresh = frontier.address(
        connection, ticket.outlet_id, told.canonical, rules_version=rules_version, now=at
    )
    if orders.closed(connection, ticket.outlet_id, told.canonical) is not None:
        return Sighted(address_id=address_id)
    if fresh:
        # Of a known address the forms that are met by crawling stay the newest, since those are asked for.
        frontier.note_alias(connection, address_id, told.raw)
    held = connection.execute(
        select(Sighting.id, Sighting.published_said, Sighting.title_said, Sighting.section_said).where(
            Sighting.address_id == address_id, Sighting.source == told.source
        )
    ).first()
    if held is None:
        first, _, more = frontier.note_sighting(connection, address_id, told, capture_id, at)
        return Sighted(address_id=address_id, fresh=fresh, changed=False, first=first, more=more)
    news = {
        name: said
        for name, said in (
            ("published_said", told.published),
            ("title_said", told.title),
            ("section_said", told.section),
        )
        if said is not None and getattr(held, name) is None
    }
    if news:
        # What was told first stays tied to the capture that told it.
        connection.execute(update(Sighting).where(Sighting.id == held.id).values(**news))
    more = bool(news.keys() & {"published_said", "section_said"})
    return Sighted(address_id=address_id, fresh=fresh, changed=False, first=False, more=more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A story of which a source told in a capture, and at which nobody looked."""

    address_id: int
    canonical: str
    capture_id: int
    at: datetime


def unseen(connection: Connection, outlet_id: int, source: str) -> list[Unseen]:
    """Give the stories that are known from what a source told in imported captures, by capture."""
    rows = connection.execute(
        select(Sighting.address_id, Address.canonical, Sighting.capture_id, Capture.fetched_at.label("at"))
        .join(Address, Address.id == Sighting.address_id)
        .join(Capture, Capture.id == Sighting.capture_id)
        .where(
            Address.outlet_id == outlet_id,
            Sighting.source == source,
            ~select(Visit.id).where(Visit.address_id == Address.id).exists(),
        )
        .order_by(Sighting.capture_id, Sighting.id)
    )
    return [Unseen(**row._mapping) for row in rows]


def ask(connection: Connection, ticket: RunTicket, told: Sight, *, rules_version: int, now: datetime) -> bool:
    """Make an address due that a person asked for, unless it was looked at or is due already; say whether it is now."""
    due = select(Due.id).join(Address, Address.id == Due.address_id)
    due = due.where(Address.outlet_id == ticket.outlet_id, Address.canonical == told.canonical)
    if connection.execute(due).first() is not None:
        return False
    frontier.sight(connection, ticket, told, rules_version=rules_version, priority=1, now=now)
    return connection.execute(due).first() is not None


def seen_since(connection: Connection, address_id: int, purpose: Purpose, at: datetime) -> None:
    """Take an address off the list of what is due, if it was due by the time at which it was looked at."""
    connection.execute(delete(Due).where(Due.address_id == address_id, Due.purpose == purpose, Due.next_at <= at))
