"""How outlets do: every change of it as a row, and whether those who are to be told of it were."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, update

from archive.database import insert_row
from archive.models import HealthChange, Outlet
from archive.records import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an outlet's health became; `since` is when it began by the facts, `at` when it was noticed."""

    number: int
    outlet: str
    state: Health
    cause: str
    detail: str
    example: str | None
    since: datetime
    at: datetime
    told_at: datetime | None


def newest(connection: Connection) -> dict[str, Change]:
    """Give the newest change of each outlet, by slug; an outlet of which nothing was ever found has none."""
    last = select(func.max(HealthChange.id)).group_by(HealthChange.outlet_id)
    return {change.outlet: change for change in _changes(connection, HealthChange.id.in_(last))}


def of(connection: Connection, outlet: str) -> Change | None:
    """Give the newest change of one outlet."""
    last = select(func.max(HealthChange.id)).join(Outlet).where(Outlet.slug == outlet).scalar_subquery()
    return next(iter(_changes(connection, HealthChange.id == last)), None)


def append(
    connection: Connection,
    outlet: str,
    *,
    state: Health,
    cause: str,
    detail: str,
    example: str | None,
    since: datetime,
    now: datetime,
) -> int:
    """Write down what an outlet's health became; nobody was told of it yet."""
    outlet_id = connection.execute(select(Outlet.id).where(Outlet.slug == outlet)).scalar_one()
    return insert_row(
        connection,
        HealthChange,
        outlet_id=outlet_id,
        state=state,
        cause=cause,
        detail=detail,
        example=example,
        since=since,
        at=now,
        told_at=None,
    )


def untold(connection: Connection, since: datetime) -> list[Change]:
    """Give the changes noticed since a time of which nobody was told, in the order in which they came."""
    return _changes(connection, HealthChange.told_at.is_(None) & (HealthChange.at >= since))


def last_told(connection: Connection, outlets: Collection[str]) -> dict[str, Change]:
    """Give, of some outlets, the newest change of which those who are to be told were."""
    last = (
        select(func.max(HealthChange.id))
        .join(Outlet)
        .where(HealthChange.told_at.is_not(None), Outlet.slug.in_(list(outlets)))
        .group_by(HealthChange.outlet_id)
    )
    return {change.outlet: change for change in _changes(connection, HealthChange.id.in_(last))}


def mark_told(connection: Connection, numbers: Iterable[int], now: datetime) -> None:
    """Note that those who are to be told of some changes were; what was noted before stays."""
    told = update(HealthChange).where(HealthChange.id.in_(list(numbers)), HealthChange.told_at.is_(None))
    connection.execute(told.values(told_at=now))


def _changes(connection: Connection, condition: ColumnElement[bool]) -> list[Change]:
    rows = connection.execute(
        select(
            HealthChange.id.label("number"),
            Outlet.slug.label("outlet"),
            HealthChange.state,
            HealthChange.cause,
            HealthChange.detail,
            HealthChange.example,
            HealthChange.since,
            HealthChange.at,
            HealthChange.told_at,
        )
        .join(Outlet, Outlet.id == HealthChange.outlet_id)
        .where(condition)
        .order_by(HealthChange.id)
    )
    return [Change(**row._mapping) for row in rows]
