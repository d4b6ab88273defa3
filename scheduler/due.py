"""What is due: decisions over the agenda, each in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from archive import agenda, untaken
from archive.database import Database
from archive.work import Work
from scheduler.timetable import Timetable

PAUSED = "paused since"
Key = tuple[str, Work]
"""An outlet and what is done for it."""


class Cause(StrEnum):
    """Why work is done."""

    SCHEDULE = "schedule"
    """Its time has come."""
    MISSED = "missed"
    """Its time came while no daemon ran, the machine slept or the outlet was paused; one run makes up for all of them."""
    TRIGGER = "trigger"
    """A person asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Some work to be done now, and for which time it was planned."""

    outlet: str
    work: Work = Work.CRAWL
    cause: Cause
    planned_at: datetime | None
    missed: int = 0
    """How many periods passed without a run, for which this one stands in."""
    ends_by: datetime | None = None
    """When the outlet is wanted for its next crawl: work that is no crawl leaves off then, and goes on the next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When work is due next, and which was due already."""

    next_at: dict[Key, datetime]
    missed: frozenset[Key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits to be done: asked for by a person, come due (and when), or due at an outlet that is paused."""

    asked: list[Key]
    due: dict[Key, datetime]
    paused: dict[Key, datetime]


def draw_up(database: Database, outlets: Sequence[str], timetable: Timetable, *, now: datetime) -> Plan:
    """Bring the agenda in line with the settings and the clock.

    What is overdue stays so until it is taken. What lies ahead is worked out anew, so that a changed zone and a clock
    that was set back leave no outlet waiting for a time that the expression does not name. What was due by an
    expression that the settings have no more, too, is worked out anew, overdue or not. Outlets that are not given, and
    work that is never due, leave the agenda.
    """
    next_at: dict[Key, datetime] = {}
    missed: set[Key] = set()
    with database.write() as connection:
        known = agenda.book(connection)
        for work in Work:
            for outlet in outlets:
                held = known.get((outlet, work))
                if held and held.next_at <= now and held.expression in timetable.expressions(outlet, work):
                    next_at[outlet, work] = held.next_at
                    missed.add((outlet, work))
                    continue
                following = timetable.next_time(outlet, work, now)
                if following is None:
                    continue
                next_at[outlet, work] = following
                expression = timetable.expression(outlet, work, following)
                if held is None or (held.expression, held.next_at) != (expression, following):
                    agenda.appoint(connection, outlet, work, expression=expression, next_at=following)
            agenda.keep_only(connection, [outlet for outlet, kind in next_at if kind is work], work)
    return Plan(next_at=next_at, missed=frozenset(missed))


def waiting(database: Database, now: datetime) -> Waiting:
    """Give what is asked for and what has come due, neither of it taken yet."""
    with database.read() as connection:
        paused = agenda.paused(connection)
        due = {key: held.next_at for key, held in agenda.book(connection).items() if held.next_at <= now}
        return Waiting(
            asked=agenda.triggered(connection),
            due={key: at for key, at in due.items() if key[0] not in paused},
            paused={key: at for key, at in due.items() if key[0] in paused},
        )


def note_paused(database: Database, key: Key, planned_at: datetime, *, now: datetime) -> None:
    """Write down once that some work was due and not done since a person paused the outlet, and since when."""
    outlet, work = key
    with database.write() as connection:
        since = agenda.paused(connection).get(outlet)
        if since is not None:
            untaken.note_skipped(
                connection,
                outlet,
                kind=work.run_kind,
                cause=Cause.SCHEDULE,
                planned_at=planned_at,
                detail=f"{PAUSED} {since:%Y-%m-%d %H:%M} UTC",
                now=now,
            )


def note_hindered(database: Database, key: Key, planned_at: datetime, why: str, *, now: datetime) -> None:
    """Write down that some work was due and could not be done, whatever the outlet."""
    outlet, work = key
    with database.write() as connection:
        untaken.note_skipped(
            connection,
            outlet,
            kind=work.run_kind,
            cause=Cause.SCHEDULE,
            planned_at=planned_at,
            detail=why,
            now=now,
        )


def take(
    database: Database, outlet: str, work: Work, timetable: Timetable, *, now: datetime, missed: bool = False
) -> Errand | None:
    """Give what is to be done for an outlet now, None when nothing is; either way it is not due any more.

    All periods that have come since the last run, and all requests, are one errand; where both are there, it has the
    cause and the time of the plan. The next time is set here, before the work starts, so that a crawl that kills the
    daemon is not the first thing that the next daemon does. Of a paused outlet only requests are taken.
    """
    with database.write() as connection:
        asked = agenda.take(connection, outlet, agenda.TRIGGERS[work], now)
        held = agenda.appointments(connection, work).get(outlet)
        due = held if held and held.next_at <= now and outlet not in agenda.paused(connection) else None
        if due:
            following = timetable.next_time(outlet, work, now)
            if following is None:
                agenda.strike(connection, outlet, work)
            else:
                expression = timetable.expression(outlet, work, following)
                agenda.appoint(connection, outlet, work, expression=expression, next_at=following)
    if due:
        passed = timetable.periods(outlet, work, due.next_at, now)
        cause = Cause.MISSED if missed else Cause.SCHEDULE
        return Errand(
            outlet=outlet,
            work=work,
            cause=cause,
            planned_at=due.next_at,
            missed=passed if missed else passed - 1,
        )
    return Errand(outlet=outlet, work=work, cause=Cause.TRIGGER, planned_at=None) if asked else None
