"""What is due: decisions over the agenda, each in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from archive import agenda
from archive.agenda import Action, Work
from archive.database import Database
from scheduler.settings import ScheduleSettings

Cadence = Callable[[str, str, datetime], datetime]
"""Expression, zone and a time to the next time after it: `scheduler.cadence.next_time`."""


class Cause(StrEnum):
    """Why a crawl is run."""

    SCHEDULE = "schedule"
    """Its time has come."""
    MISSED = "missed"
    """Its time came while no daemon ran or the machine slept; one run makes up for all that were missed."""
    TRIGGER = "trigger"
    """A person asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One crawl to be run now, and for which time it was planned."""

    outlet: str
    cause: Cause
    planned_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When each outlet is due next, and which of them were due already."""

    next_at: dict[str, datetime]
    missed: frozenset[str]


def draw_up(
    database: Database, outlets: Sequence[str], settings: ScheduleSettings, *, now: datetime, cadence: Cadence
) -> Plan:
    """Bring the agenda in line with the settings and the clock.

    What is overdue stays so until it is taken. What lies ahead is worked out anew, so that a changed zone and a clock
    that was set back leave no outlet waiting for a time that the expression does not name. A changed expression, too,
    is worked out anew, overdue or not. Outlets that are not given leave the agenda.
    """
    next_at, missed = {}, set()
    with database.write() as connection:
        agenda.keep_only(connection, outlets, Work.CRAWL)
        known = agenda.appointments(connection, Work.CRAWL)
        for outlet in outlets:
            expression = settings.expression(outlet)
            held = known.get(outlet)
            if held and held.expression == expression and held.next_at <= now:
                next_at[outlet] = held.next_at
                missed.add(outlet)
                continue
            next_at[outlet] = cadence(expression, settings.timezone, now)
            if held is None or (held.expression, held.next_at) != (expression, next_at[outlet]):
                agenda.appoint(connection, outlet, Work.CRAWL, expression=expression, next_at=next_at[outlet])
    return Plan(next_at=next_at, missed=frozenset(missed))


def waiting(database: Database, overdue_since: datetime) -> list[str]:
    """Give the outlets that a person asked for and those that were due by a time and have not been taken."""
    with database.read() as connection:
        appointments = agenda.appointments(connection, Work.CRAWL).values()
        overdue = [appointment.outlet for appointment in appointments if appointment.next_at <= overdue_since]
        return list(dict.fromkeys(agenda.asked(connection, Action.TRIGGER) + overdue))


def take(
    database: Database,
    outlet: str,
    settings: ScheduleSettings,
    *,
    now: datetime,
    cadence: Cadence,
    missed: bool = False,
) -> Errand | None:
    """Give what is to be done for an outlet now, None when nothing is; either way it is not due any more.

    All periods that have come since the last run, and all requests, are one errand; where both are there, it has the
    cause and the time of the plan. The next time is set here, before the crawl starts, so that a crawl that kills the
    daemon is not the first thing that the next daemon does.
    """
    with database.write() as connection:
        asked = agenda.take(connection, outlet, Action.TRIGGER, now)
        appointment = agenda.appointments(connection, Work.CRAWL).get(outlet)
        if appointment and appointment.next_at <= now:
            expression = settings.expression(outlet)
            next_at = cadence(expression, settings.timezone, now)
            agenda.appoint(connection, outlet, Work.CRAWL, expression=expression, next_at=next_at)
            cause = Cause.MISSED if missed else Cause.SCHEDULE
            return Errand(outlet=outlet, cause=cause, planned_at=appointment.next_at)
    return Errand(outlet=outlet, cause=Cause.TRIGGER, planned_at=None) if asked else None
