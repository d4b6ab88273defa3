"""How far each source of an outlet has been read, in the source's own words."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from archive.database import insert_row
from archive.models import Outlet, Source
from archive.runs import RunTicket


def marks(connection: Connection, outlet_id: int, kind: str) -> dict[str, Any]:
    """Give how far a source of an outlet has been read; empty before it was read to the end once."""
    held = select(Source.marks).where(Source.outlet_id == outlet_id, Source.kind == kind)
    return dict(connection.execute(held).scalar() or {})


def marks_of(connection: Connection, slug: str, kind: str) -> dict[str, Any]:
    """Give how far a source of the outlet of a name has been read; empty for an outlet that was never crawled."""
    outlet_id = connection.execute(select(Outlet.id).where(Outlet.slug == slug)).scalar()
    return marks(connection, outlet_id, kind) if outlet_id is not None else {}


def set_marks(connection: Connection, ticket: RunTicket, kind: str, marks: dict[str, Any], now: datetime) -> None:
    """Note how far a source has been read and that it answered."""
    source_id = connection.execute(
        select(Source.id).where(Source.outlet_id == ticket.outlet_id, Source.kind == kind)
    ).scalar()
    if source_id is None:
        insert_row(connection, Source, outlet_id=ticket.outlet_id, kind=kind, marks=marks, answered_at=now)
    else:
        connection.execute(update(Source).where(Source.id == source_id).values(marks=marks, answered_at=now))
