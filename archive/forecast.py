"""What the next crawl of an outlet finds to be done, from what is known before it asks anything."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, or_, select

from archive import frontier
from archive.models import Due, Outlet, Visit
from archive.rechecks import spent
from archive.records import Purpose, VisitState


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How much is due at an outlet; what its lists tell of beside this only a crawl can know."""

    addresses: int = 0
    """Stories of which the text is to be fetched."""
    evidence: int = 0
    """Public pages that are to be kept beside articles already held."""
    visits: int = 0
    """Held articles that are due to be looked at again."""
    spent: int = 0
    """Requests that visits have cost on this day."""
    unread: int = 0
    """What was fetched and waits to be read."""


def of(
    connection: Connection, outlet: str, *, now: datetime, today: date, days: tuple[str | None, str | None]
) -> Forecast:
    """Count what is due at an outlet by now; stories of some days alone where days are given, as `frontier.take_due` has them."""
    outlet_id = connection.execute(select(Outlet.id).where(Outlet.slug == outlet)).scalar()
    if outlet_id is None:
        return Forecast()
    unread = select(Visit.id).where(Visit.address_id == Due.address_id, Visit.state == VisitState.UNREAD).exists()
    fetched = and_(or_(Due.purpose == Purpose.EVIDENCE, ~unread), *frontier.within(days))
    rows = connection.execute(
        select(Due.purpose, func.count())
        .where(Due.outlet_id == outlet_id, Due.next_at <= now, or_(Due.purpose == Purpose.RECHECK, fetched))
        .group_by(Due.purpose)
    )
    due = {row[0]: row[1] for row in rows}
    waiting = select(func.count()).where(Visit.outlet_id == outlet_id, Visit.state == VisitState.UNREAD)
    return Forecast(
        addresses=due.get(Purpose.ARTICLE, 0),
        evidence=due.get(Purpose.EVIDENCE, 0),
        visits=due.get(Purpose.RECHECK, 0),
        spent=spent(connection, outlet_id, today),
        unread=connection.execute(waiting).scalar_one(),
    )
