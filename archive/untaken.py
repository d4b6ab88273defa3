"""What was due and was not done: noted once as a run that was not taken, or counted by the run that made up for it."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from archive import runs
from archive.models import Outlet, Run
from archive.records import RunStatus

MISSED = "missed"
"""Among a run's counts: how many periods passed without a run before it, for which it stands in."""


def note_skipped(
    connection: Connection, outlet: str, *, kind: str, cause: str, planned_at: datetime, detail: str, now: datetime
) -> bool:
    """Write down that a run was due and not taken, once for what was planned; give whether it is new."""
    outlet_id = connection.execute(select(Outlet.id).where(Outlet.slug == outlet)).scalar_one()
    same = (Run.outlet_id == outlet_id, Run.kind == kind, Run.planned_at == planned_at, Run.detail == detail)
    if connection.execute(select(Run.id).where(*same).limit(1)).first() is not None:
        return False
    runs.note_held(
        connection,
        outlet_id,
        kind=kind,
        cause=cause,
        planned_at=planned_at,
        detail=detail,
        now=now,
        status=RunStatus.SKIPPED,
    )
    return True


def stood_in(connection: Connection, run_id: int, missed: int) -> None:
    """Note for how many periods without a run a run stands in: only who started it knows."""
    held = connection.execute(select(Run.counts).where(Run.id == run_id)).scalar_one()
    connection.execute(update(Run).where(Run.id == run_id).values(counts=held | {MISSED: missed}))
