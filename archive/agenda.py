"""What is due when, and what a person asked of the daemon: rows only, the scheduler decides what they mean."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, select, update

from archive.database import insert_row
from archive.models import Agenda, Outlet, Request
from archive.work import Work


class Action(StrEnum):
    """What a person may ask of the daemon."""

    TRIGGER = "trigger"
    """Crawl an outlet now."""
    TRIGGER_VISITS = "trigger visits"
    TRIGGER_BACKFILL = "trigger backfill"
    TRIGGER_MAINTENANCE = "trigger maintenance"
    PAUSE = "pause"
    """Do nothing for an outlet that nobody asks for, until this request is taken back."""


TRIGGERS = {
    Work.CRAWL: Action.TRIGGER,
    Work.VISITS: Action.TRIGGER_VISITS,
    Work.BACKFILL: Action.TRIGGER_BACKFILL,
    Work.MAINTENANCE: Action.TRIGGER_MAINTENANCE,
}
"""By what some work is asked for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """When an outlet's work is due next, and the cron expression that said so."""

    outlet: str
    expression: str
    next_at: datetime


def appointments(connection: Connection, work: Work) -> dict[str, Appointment]:
    """Give what is due when, by outlet."""
    rows = connection.execute(
        select(Outlet.slug, Agenda.expression, Agenda.next_at)
        .join(Outlet, Outlet.id == Agenda.outlet_id)
        .where(Agenda.work == work)
        .order_by(Agenda.next_at, Outlet.slug)
    )
    return {slug: Appointment(outlet=slug, expression=expression, next_at=at) for slug, expression, at in rows}


def appoint(connection: Connection, outlet: str, work: Work, *, expression: str, next_at: datetime) -> None:
    """Set when an outlet's work is due next."""
    outlet_id = _outlet_id(connection, outlet)
    values = {"expression": expression, "next_at": next_at}
    known = update(Agenda).where(Agenda.outlet_id == outlet_id, Agenda.work == work).values(values)
    if not connection.execute(known).rowcount:
        insert_row(connection, Agenda, outlet_id=outlet_id, work=work, **values)


def keep_only(connection: Connection, outlets: Collection[str], work: Work) -> int:
    """Strike out the work of all other outlets; give how many there were."""
    others = select(Outlet.id).where(Outlet.slug.not_in(outlets))
    return connection.execute(delete(Agenda).where(Agenda.work == work, Agenda.outlet_id.in_(others))).rowcount


def strike(connection: Connection, outlet: str, work: Work) -> None:
    """Strike out an outlet's work."""
    outlet_id = select(Outlet.id).where(Outlet.slug == outlet).scalar_subquery()
    connection.execute(delete(Agenda).where(Agenda.work == work, Agenda.outlet_id == outlet_id))


def ask(connection: Connection, outlet: str, action: Action, now: datetime) -> int:
    """Write down what a person asks of the daemon; give the request's id."""
    return insert_row(
        connection, Request, outlet_id=_outlet_id(connection, outlet), action=action, asked_at=now, taken_at=None
    )


def book(connection: Connection) -> dict[tuple[str, Work], Appointment]:
    """Give all that is due when, by outlet and work."""
    return {(slug, work): held for work in Work for slug, held in appointments(connection, work).items()}


def asked(connection: Connection, action: Action) -> list[str]:
    """Give the outlets for which something is asked and not taken yet, longest waiting first."""
    rows = connection.execute(
        select(Outlet.slug)
        .join(Request, Request.outlet_id == Outlet.id)
        .where(Request.action == action, Request.taken_at.is_(None))
        .order_by(Request.id)
    )
    return list(dict.fromkeys(rows.scalars()))


def triggered(connection: Connection) -> list[tuple[str, Work]]:
    """Give all work that is asked for and not taken yet, longest waiting first."""
    works = {action: work for work, action in TRIGGERS.items()}
    rows = connection.execute(
        select(Outlet.slug, Request.action)
        .join(Request, Request.outlet_id == Outlet.id)
        .where(Request.action.in_(list(works)), Request.taken_at.is_(None))
        .order_by(Request.id)
    )
    return list(dict.fromkeys((slug, works[Action(action)]) for slug, action in rows))


def paused(connection: Connection) -> dict[str, datetime]:
    """Give the outlets for which nothing is done, and since when."""
    rows = connection.execute(
        select(Outlet.slug, Request.asked_at)
        .join(Request, Request.outlet_id == Outlet.id)
        .where(Request.action == Action.PAUSE, Request.taken_at.is_(None))
        .order_by(Request.id.desc())
    )
    return {row.slug: row.asked_at for row in rows}


def take(connection: Connection, outlet: str, action: Action, now: datetime) -> int:
    """Mark all that is asked for an outlet as taken; give how many requests that were."""
    outlet_id = select(Outlet.id).where(Outlet.slug == outlet).scalar_subquery()
    open_requests = (Request.outlet_id == outlet_id, Request.action == action, Request.taken_at.is_(None))
    return connection.execute(update(Request).where(*open_requests).values(taken_at=now)).rowcount


def outlets(connection: Connection) -> list[str]:
    """Give all outlets that the archive has ever heard of."""
    return list(connection.execute(select(Outlet.slug).order_by(Outlet.slug)).scalars())


def _outlet_id(connection: Connection, slug: str) -> int:
    """Give an outlet's id; one that was never crawled gets its row here, its declaration with its first crawl."""
    outlet_id = connection.execute(select(Outlet.id).where(Outlet.slug == slug)).scalar()
    return insert_row(connection, Outlet, slug=slug, fence=0) if outlet_id is None else int(outlet_id)
