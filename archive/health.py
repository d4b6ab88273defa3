"""What is wrong inside the database: its file, its references, and what must always be true of its rows."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection, and_, func, or_, select

from archive import runs
from archive.database import Database
from archive.models import Disposition, Due, Run, Visit
from archive.records import Outcome, Purpose, RunStatus, VisitState
from archive.stories import Article

AT_ONCE = 500
"""Addresses that are asked for in one statement."""


def findings(database: Database) -> list[str]:
    """Give what is wrong, a line each; none is good."""
    found = database.check()
    with database.read() as connection:
        found += _sums(connection)
        textless = connection.execute(
            select(func.count()).select_from(Article).where(Article.reading_id.is_(None))
        ).scalar_one()
        if textless:
            found.append(f"{textless} articles have no reading: run `pilkada db rebuild`")
        homeless = connection.execute(
            select(func.count()).where(
                Visit.capture_id.is_(None),
                # A look that showed the text that is held is a row without bytes.
                or_(
                    Visit.state == VisitState.UNREAD,
                    and_(Visit.state == VisitState.READ, Visit.purpose != Purpose.RECHECK),
                ),
            )
        ).scalar_one()
        if homeless:
            found.append(f"{homeless} visits count as read but have no capture")
    return found


def _sums(connection: Connection) -> Iterator[str]:
    """Say which runs, whatever their kind and however they ended, do not add up, or do not any more."""
    lost = _lost(connection)
    reasonless = select(Disposition.run_id).where(Disposition.outcome == Outcome.REJECTED, Disposition.reason.is_(None))
    unexplained = Counter(connection.execute(reasonless).scalars())
    ended = select(Run.id, Run.counts).where(Run.status != RunStatus.RUNNING)
    untrue = {run_id for run_id, counted in connection.execute(ended) if not runs.add_up(counted)}
    for run_id in sorted({*lost, *unexplained, *untrue}):
        if run_id in lost:
            yield f"run {run_id}: {lost[run_id]} addresses have no outcome, no visit and are not due"
        if run_id in unexplained:
            yield f"run {run_id}: {unexplained[run_id]} rejections have no reason"
        if run_id in untrue and run_id not in lost:
            yield f"run {run_id}: its counts do not add up"


def _lost(connection: Connection) -> Counter[int]:
    """Count by run the addresses that came into it, and of which nothing came then or later, and nothing is to come."""
    due = select(Due.id).where(Due.address_id == Disposition.address_id)
    # A visit of an earlier run tells nothing, unless it is still to be read.
    to_come = or_(Visit.run_id >= Disposition.run_id, Visit.state == VisitState.UNREAD)
    visit = select(Visit.id).where(Visit.address_id == Disposition.address_id, to_come)
    open_ends = connection.execute(
        select(Disposition.address_id, Disposition.run_id).where(
            and_(Disposition.outcome.is_(None), ~due.exists(), ~visit.exists())
        )
    ).all()
    last: dict[int, int] = {}
    addresses = sorted({address_id for address_id, _ in open_ends})
    for begin in range(0, len(addresses), AT_ONCE):
        some = addresses[begin : begin + AT_ONCE]
        settled = select(Disposition.address_id, func.max(Disposition.run_id).label("run_id")).where(
            Disposition.address_id.in_(some), Disposition.outcome.is_not(None)
        )
        rows = connection.execute(settled.group_by(Disposition.address_id))
        last |= {row.address_id: row.run_id for row in rows}
    return Counter(run_id for address_id, run_id in open_ends if last.get(address_id, 0) < run_id)
