"""What sources said of the number of their stories, beside how many of these they named."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from archive.database import insert_row
from archive.missing import day_of
from archive.models import Address, Sighting, SourceTotal
from archive.runs import RunTicket

ONE = timedelta(days=1)


def note(
    connection: Connection,
    ticket: RunTicket,
    source: str,
    total: int,
    *,
    since: datetime | None,
    until: datetime | None,
    now: datetime,
) -> None:
    """Keep how many public stories a source says that there are, of all or of those between two times."""
    insert_row(
        connection,
        SourceTotal,
        outlet_id=ticket.outlet_id,
        source=source,
        since=since,
        until=until,
        total=total,
        at=now,
    )


def compared(connection: Connection, outlet_id: int, zone: ZoneInfo) -> tuple[set[date], dict[date | None, int]]:
    """Give the days of which all stories that the site counts were named, and how many of others were not.

    The newest count of each span of days is taken. What is lacking in a span of several days is of no known day.
    """
    newest = select(func.max(SourceTotal.id)).where(SourceTotal.outlet_id == outlet_id)
    newest = newest.group_by(SourceTotal.source, SourceTotal.since, SourceTotal.until)
    rows = connection.execute(select(SourceTotal).where(SourceTotal.id.in_(newest)).order_by(SourceTotal.id)).all()
    if not rows:
        return set(), {}
    named = {source: _named(connection, outlet_id, source, zone) for source in {row.source for row in rows}}
    counted: set[date] = set()
    lacking: dict[date | None, int] = {}
    for row in rows:
        first = row.since.astimezone(zone).date() if row.since else None
        last = row.until.astimezone(zone).date() - ONE if row.until else row.at.astimezone(zone).date() - ONE
        told = sum(
            number
            for day, number in named[row.source].items()
            if (first is None or (day is not None and day >= first))
            and (row.until is None or (day is not None and day <= last))
        )
        if told < row.total:
            day = first if first == last else None
            lacking[day] = max(lacking.get(day, 0), row.total - told)
        elif first is not None and row.at >= datetime.combine(last + ONE, datetime.min.time(), zone):
            counted |= {first + ONE * number for number in range((last - first).days + 1)}
    return counted - lacking.keys(), lacking


def _named(connection: Connection, outlet_id: int, source: str, zone: ZoneInfo) -> dict[date | None, int]:
    """Count the stories that a source named, by the day that it gave."""
    rows = connection.execute(
        select(Sighting.published_said, func.count())
        .join(Address, Address.id == Sighting.address_id)
        .where(Address.outlet_id == outlet_id, Sighting.source == source)
        .group_by(Sighting.published_said)
    )
    days: dict[date | None, int] = {}
    for said, number in rows:
        day = day_of(source, said, zone) if said else None
        days[day] = days.get(day, 0) + number
    return days
