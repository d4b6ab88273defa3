"""What is wrong inside the database: its file, its references, and what must always be true of its rows."""

from sqlalchemy import func, select

from archive import runs
from archive.database import Database
from archive.models import Disposition, Due, Run, Visit
from archive.records import RunStatus, VisitState
from archive.stories import Article


def findings(database: Database) -> list[str]:
    """Give what is wrong, a line each; none is good."""
    found = database.check()
    with database.read() as connection:
        for run_id in connection.execute(
            select(Run.id).where(Run.status.in_([RunStatus.OK, RunStatus.PARTIAL, RunStatus.BLOCKED]))
        ).scalars():
            lost = connection.execute(
                select(func.count())
                .select_from(Disposition)
                .outerjoin(Due, Due.address_id == Disposition.address_id)
                .where(Disposition.run_id == run_id, Disposition.outcome.is_(None), Due.id.is_(None))
                .where(~select(Visit.id).where(Visit.address_id == Disposition.address_id).exists())
            ).scalar_one()
            if lost:
                found.append(f"run {run_id}: {lost} addresses have no outcome, no visit and are not due")
            rejected = runs.counts(connection, run_id).rejected
            if "unknown" in rejected:
                found.append(f"run {run_id}: {rejected['unknown']} rejections have no reason")
        textless = connection.execute(
            select(func.count()).select_from(Article).where(Article.reading_id.is_(None))
        ).scalar_one()
        if textless:
            found.append(f"{textless} articles have no reading: run `pilkada db rebuild`")
        homeless = connection.execute(
            select(func.count()).where(
                Visit.state.in_([VisitState.READ, VisitState.UNREAD]), Visit.capture_id.is_(None)
            )
        ).scalar_one()
        if homeless:
            found.append(f"{homeless} visits count as read but have no capture")
    return found
