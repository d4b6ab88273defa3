"""Stories that an outlet told us of and that are not held: which, of what day, and why."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from archive.models import Address, Due, Outlet, Sighting, Visit
from archive.records import Purpose, Reason, VisitState
from archive.runs import HANGS_ON
from archive.stories import ADDRESS, ArticleKey
from archive.tables import aliased
from archive.zones import zone_of

CLOSED = (401, 403, 429)
_SHUT = (Reason.ROBOTS, Reason.CHALLENGE)

FIRST_DAY = date(1990, 1, 1)
"""Before the web there was no day on which a page was published: a program's zero time is 0001-01-01 or 1970-01-01."""


class Why(StrEnum):
    """Why a story that was listed is not held."""

    WAITING = "waiting"
    """It was not fetched yet, or not read yet."""
    FAILED = "failed"
    """Its page could not be fetched."""
    BLOCKED = "blocked"
    """We were kept out: robots.txt, a challenge, 401, 403, 429."""
    UNREADABLE = "unreadable"
    """Its page is kept, and no text was found in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A story that is not held; `day` is the outlet's, None where no source gave one."""

    address_id: int
    canonical: str
    day: date | None
    why: Why


def stories(connection: Connection, outlet_id: int, zone: ZoneInfo) -> list[Missing]:
    """Give the stories of an outlet that are known and not held.

    What was looked at and is no article, is not there any more, or was taken down on a person's order is none of them.
    """
    later = aliased(Visit)
    last = select(func.max(later.id)).where(later.address_id == Address.id).scalar_subquery()
    rows = connection.execute(
        select(Address.id, Address.canonical, Visit.state, Visit.reason, Visit.status, Due.id.label("due"))
        .join(Due, and_(Due.address_id == Address.id, Due.purpose == Purpose.ARTICLE), isouter=True)
        .join(Visit, Visit.id == last, isouter=True)
        .where(
            Address.outlet_id == outlet_id,
            ~HANGS_ON,
            ~held_at(outlet_id),
            or_(Due.id.is_not(None), Visit.id.is_not(None)),
        )
        .order_by(Address.id)
    ).all()
    found = {row.id: (row.canonical, why) for row in rows if (why := _why(row.state, row.reason, row.status, row.due))}
    days = _days(connection, outlet_id, zone) if found else {}
    return [
        Missing(address_id=one, canonical=canonical, day=days.get(one), why=why)
        for one, (canonical, why) in found.items()
    ]


def held_at(outlet_id: int) -> ColumnElement[bool]:
    """Give the condition that an address is an article's key, or was one.

    Open and closed keys are asked for apart: each has an index of its own, and a question for both uses neither (100,000
    articles of 3 outlets: minutes, where this takes 0.5 s).
    """
    key = select(ArticleKey.id).where(
        ArticleKey.outlet_id == outlet_id, ArticleKey.scheme == ADDRESS, ArticleKey.value == Address.canonical
    )
    return or_(key.where(ArticleKey.until.is_(None)).exists(), key.where(ArticleKey.until.is_not(None)).exists())


def _why(state: VisitState | None, reason: Reason | None, status: int | None, due: int | None) -> Why | None:
    if reason in _SHUT or (state is VisitState.FAILED and status in CLOSED):
        return Why.BLOCKED
    if state is VisitState.REJECTED and reason is Reason.UNREADABLE:
        return Why.UNREADABLE
    if state is VisitState.UNREAD:
        return Why.WAITING
    if due is None:
        return None
    return Why.FAILED if state is VisitState.FAILED else Why.WAITING


def _days(connection: Connection, outlet_id: int, zone: ZoneInfo) -> dict[int, date]:
    """Give the day that sources said of addresses that are not held; of several the first."""
    rows = connection.execute(
        select(Sighting.address_id, Sighting.source, Sighting.published_said)
        .join(Address, Address.id == Sighting.address_id)
        .where(Address.outlet_id == outlet_id, Sighting.published_said.is_not(None), ~held_at(outlet_id))
    )
    days: dict[int, date] = {}
    for address_id, source, said in rows:
        day = day_of(source, said or "", zone)
        if day is not None:
            days[address_id] = min(day, days.get(address_id, day))
    return days


def day_of(source: str, said: str, zone: ZoneInfo) -> date | None:
    """Give the outlet's day of a time that a source gave: a day alone is one, WordPress's interface speaks UTC."""
    try:
        if len(said) <= len("2024-11-27"):
            day = date.fromisoformat(said)
        else:
            moment = datetime.fromisoformat(said)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC if source.startswith("wordpress") else zone)
            day = moment.astimezone(zone).date()
    except (ValueError, OverflowError):
        return None
    return day if day >= FIRST_DAY else None


def hasten(connection: Connection, outlet: str, first: date, last: date, now: datetime) -> int:
    """Make what is missing of some days, or of no known day, due at once; give how many addresses that were."""
    outlet_id = connection.execute(select(Outlet.id).where(Outlet.slug == outlet)).scalar()
    if outlet_id is None:
        return 0
    found = stories(connection, outlet_id, zone_of(connection, outlet_id, outlet))
    wanted = [story.address_id for story in found if story.day is None or first <= story.day <= last]
    number = 0
    for at in range(0, len(wanted), 500):
        later = (Due.address_id.in_(wanted[at : at + 500]), Due.purpose == Purpose.ARTICLE, Due.next_at > now)
        number += connection.execute(update(Due).where(*later).values(next_at=now)).rowcount
    return number
