"""Runs: who crawls what, since when, how it ended, and whether its sums hold."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, literal, or_, select, update

from archive import changes
from archive.database import insert_row
from archive.errors import SupersededError
from archive.looks import Happened
from archive.models import Address, Disposition, Due, Outlet, OutletDeclaration, Run, Visit
from archive.records import Entry, Outcome, Purpose, RunStatus, VisitState
from archive.stories import Article, Event
from archive.work import Work

RECHECK = "recheck"
"""The kind of a run that does nothing but visit held articles: what is due otherwise takes no part in it."""
DEAD = "ended without a word: killed, or the machine stopped"
BROKEN = "the run's sums do not hold"
SHOWN = ("name", "base_url")
"""What of a declaration stands in the records of the outlet's articles."""
HANGS_ON = Address.canonical.like("/%#%")
"""Whether an address is a further page of a story (`archive.parts`): no story, and no part of a run's sums."""
_FENCE = select(Outlet.fence).where(Outlet.id == bindparam("outlet"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTicket:
    """What a crawl holds while it runs; each write of it checks the fence."""

    run_id: int
    outlet_id: int
    fence: int

    def check(self, connection: Connection) -> None:
        """Refuse to go on when another crawl of the outlet has taken over.

        Raises:
            SupersededError: it has.
        """
        if connection.execute(_FENCE, {"outlet": self.outlet_id}).scalar_one() != self.fence:
            raise SupersededError("another crawl of this outlet has taken over")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run as `schedule runs` and reports show it."""

    run_id: int
    outlet: str
    kind: str
    cause: str
    planned_at: datetime | None
    started_at: datetime
    finished_at: datetime | None
    status: RunStatus
    detail: str
    counts: dict[str, Any]
    exit_status: int | None
    memory_mb: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one crawl of one outlet did; `reconciles` is the sum of CONTRACT.md."""

    discovered: int = 0
    carried: int = 0
    """Left by earlier runs, or due again."""
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    left: int = 0
    removed: int = 0
    """Articles that this run's looks proved to be taken down; they are no part of the sum."""
    restored: int = 0

    @property
    def reconciles(self) -> bool:
        """Whether every address that entered the run left it with one outcome, or is left to the next."""
        return add_up(asdict(self))


def add_up(counted: Mapping[str, Any]) -> bool:
    """Say whether what is kept of a run's counts is a sum that holds (CONTRACT.md)."""
    ended = sum(counted.get(name, 0) for name in ("new", "revised", "unchanged", "failed", "left"))
    entered = sum(counted.get(name, 0) for name in ("discovered", "carried"))
    return bool(ended + sum(counted.get("rejected", {}).values()) == entered)


def register_outlet(connection: Connection, slug: str, declared: dict[str, Any], now: datetime) -> int:
    """Give the id of an outlet, making it when it is new; note its declaration when that has changed."""
    outlet_id = connection.execute(select(Outlet.id).where(Outlet.slug == slug)).scalar()
    if outlet_id is None:
        outlet_id = insert_row(connection, Outlet, slug=slug, fence=0)
    from archive.warc import digest  # counts of runs need nothing of WARC files

    fingerprint = digest(repr(sorted(declared.items())).encode())
    held = connection.execute(
        select(OutletDeclaration.digest, OutletDeclaration.declared)
        .where(OutletDeclaration.outlet_id == outlet_id)
        .order_by(OutletDeclaration.since.desc(), OutletDeclaration.id.desc())
        .limit(1)
    ).first()
    if held is None or held.digest != fingerprint:
        if held is not None and any(held.declared.get(name) != declared.get(name) for name in SHOWN):
            changes.note(connection, Article.outlet_id == outlet_id, now)
        insert_row(connection, OutletDeclaration, outlet_id=outlet_id, digest=fingerprint, declared=declared, since=now)
    return int(outlet_id)


def begin(
    connection: Connection,
    outlet_id: int,
    *,
    kind: str,
    cause: str,
    planned_at: datetime | None,
    version: str,
    settings_digest: str,
    now: datetime,
) -> RunTicket:
    """Open a run under a new fence, take over what earlier runs left due, and close runs that died.

    The caller holds the outlet's lock, so a run that is still marked as running is dead.
    """
    open_runs = select(Run.id).where(Run.outlet_id == outlet_id, Run.status == RunStatus.RUNNING)
    for dead in connection.execute(open_runs.order_by(Run.id)).scalars().all():
        close_dead(connection, dead, detail=DEAD, now=now)
    connection.execute(update(Outlet).where(Outlet.id == outlet_id).values(fence=Outlet.fence + 1))
    fence = connection.execute(select(Outlet.fence).where(Outlet.id == outlet_id)).scalar_one()
    run_id = insert_row(
        connection,
        Run,
        outlet_id=outlet_id,
        kind=kind,
        cause=cause,
        planned_at=planned_at,
        started_at=now,
        status=RunStatus.RUNNING,
        detail="",
        counts={},
        version=version,
        settings_digest=settings_digest,
        pid=os.getpid(),
        fence=fence,
    )
    if kind not in (RECHECK, Work.MAINTENANCE):
        connection.execute(
            insert(Disposition).from_select(
                ["run_id", "address_id", "entry"],
                select(literal(run_id), Due.address_id, literal(Entry.CARRIED.value))
                .join(Address, Address.id == Due.address_id)
                .where(Due.outlet_id == outlet_id, Due.purpose != Purpose.RECHECK, Due.next_at <= now, ~HANGS_ON)
                .group_by(Due.address_id),
            )
        )
    return RunTicket(run_id=run_id, outlet_id=outlet_id, fence=fence)


def last_ticket(connection: Connection, slug: str) -> RunTicket:
    """Give the ticket of the last run at an outlet that was crawled: who looks on takes no new one."""
    row = connection.execute(
        select(Run.id, Run.outlet_id, Outlet.fence)
        .join(Outlet, Outlet.id == Run.outlet_id)
        .where(Outlet.slug == slug)
        .order_by(Run.id.desc())
        .limit(1)
    ).one()
    return RunTicket(run_id=row.id, outlet_id=row.outlet_id, fence=row.fence)


def outlet_slugs(connection: Connection) -> list[str]:
    """Give the slugs of all outlets that the archive has seen."""
    return list(connection.execute(select(Outlet.slug).order_by(Outlet.slug)).scalars())


def counts(connection: Connection, run_id: int) -> Counts:
    """Add up what became of the addresses of a run."""
    entered = {
        row.entry: row.number
        for row in connection.execute(
            select(Disposition.entry, func.count().label("number"))
            .where(Disposition.run_id == run_id)
            .group_by(Disposition.entry)
        )
    }
    ended: dict[Outcome | None, int] = {}
    rejected: dict[str, int] = {}
    for outcome, reason, number in connection.execute(
        select(Disposition.outcome, Disposition.reason, func.count())
        .where(Disposition.run_id == run_id)
        .group_by(Disposition.outcome, Disposition.reason)
    ):
        if outcome is Outcome.REJECTED:
            rejected[reason.value if reason else "unknown"] = number
        else:
            ended[outcome] = ended.get(outcome, 0) + number
    return Counts(
        discovered=entered.get(Entry.DISCOVERED, 0),
        carried=entered.get(Entry.CARRIED, 0),
        new=ended.get(Outcome.NEW, 0),
        revised=ended.get(Outcome.REVISED, 0),
        unchanged=ended.get(Outcome.UNCHANGED, 0),
        rejected=rejected,
        failed=ended.get(Outcome.FAILED, 0),
        left=_left(connection, run_id),
        **_happened(connection, run_id),
    )


def _happened(connection: Connection, run_id: int) -> dict[str, int]:
    """Count the removals and restorations that looks of a run proved."""
    rows = connection.execute(
        select(Event.kind, func.count())
        .join(Visit, Visit.id == Event.visit_id)
        .where(Visit.run_id == run_id, Event.kind != Happened.SUSPECTED)
        .group_by(Event.kind)
    )
    return {kind.value: number for kind, number in rows}


def _left(connection: Connection, run_id: int) -> int:
    """Count addresses without an outcome that are still due or wait to be read; any other is lost and breaks the sum."""
    due = select(Due.id).where(Due.address_id == Disposition.address_id).exists()
    unread = (
        select(Visit.id).where(Visit.address_id == Disposition.address_id, Visit.state == VisitState.UNREAD).exists()
    )
    return connection.execute(
        select(func.count())
        .select_from(Disposition)
        .where(Disposition.run_id == run_id, Disposition.outcome.is_(None), or_(due, unread))
    ).scalar_one()


def evidence_left(connection: Connection, outlet_id: int, now: datetime) -> int:
    """Count the public pages that are due now, to be kept beside articles already held."""
    return connection.execute(
        select(func.count()).where(Due.outlet_id == outlet_id, Due.purpose == Purpose.EVIDENCE, Due.next_at <= now)
    ).scalar_one()


def finish(
    connection: Connection,
    ticket: RunTicket,
    *,
    status: RunStatus,
    detail: str,
    extra: dict[str, Any],
    now: datetime,
    memory_mb: int | None = None,
) -> Counts:
    """Close a run; one whose sums do not hold is failed, whatever it thought of itself."""
    summed = counts(connection, ticket.run_id)
    if not summed.reconciles:
        status, detail = RunStatus.FAILED, f"{BROKEN}: {summed}"
    connection.execute(
        update(Run)
        .where(Run.id == ticket.run_id, Run.status == RunStatus.RUNNING)
        .values(status=status, detail=detail, counts=asdict(summed) | extra, memory_mb=memory_mb, finished_at=now)
    )
    return summed


def close_dead(
    connection: Connection, run_id: int, *, detail: str, now: datetime, extra: Mapping[str, Any] | None = None
) -> None:
    """Close a run whose process has ended without closing it; its sums are held to be whole like any other's.

    `extra` is what its process said that it did until then.
    """
    running = connection.execute(select(Run.counts).where(Run.id == run_id, Run.status == RunStatus.RUNNING)).first()
    if running is None:
        return
    summed = counts(connection, run_id)
    if not summed.reconciles:
        detail = f"{detail}; {BROKEN}: {summed}"
    held = asdict(summed) | dict(running[0]) | dict(extra or {})
    closed = {"status": RunStatus.FAILED, "detail": detail, "counts": held, "finished_at": now}
    connection.execute(update(Run).where(Run.id == run_id).values(closed))


def note_repaired(connection: Connection, run_id: int, done: Sequence[str]) -> None:
    """Note what a run mended that an earlier one had left, at once: it may be killed before it is closed."""
    counts = connection.execute(select(Run.counts).where(Run.id == run_id)).scalar_one()
    connection.execute(update(Run).where(Run.id == run_id).values(counts=counts | {"repaired": list(done)}))


def note_ending(connection: Connection, run_id: int, *, exit_status: int, memory_mb: int | None) -> None:
    """Note how the process of a run ended and what it held at most: only who started it knows."""
    connection.execute(update(Run).where(Run.id == run_id).values(exit_status=exit_status, memory_mb=memory_mb))


def note_held(
    connection: Connection,
    outlet_id: int,
    *,
    kind: str,
    cause: str,
    planned_at: datetime | None,
    detail: str,
    now: datetime,
    status: RunStatus = RunStatus.HELD,
) -> int:
    """Write down a run that was due and not taken: another process holds the outlet, or the detail says why else."""
    return insert_row(
        connection,
        Run,
        outlet_id=outlet_id,
        kind=kind,
        cause=cause,
        planned_at=planned_at,
        started_at=now,
        finished_at=now,
        status=status,
        detail=detail,
        counts=asdict(Counts()),
        version="",
        settings_digest="",
        fence=0,
    )


def get(connection: Connection, run_id: int) -> RunRow | None:
    """Give one run."""
    return next(iter(_rows(connection, Run.id == run_id, limit=1)), None)


def of_ids(connection: Connection, ids: Collection[int]) -> list[RunRow]:
    """Give some runs, newest first."""
    return _rows(connection, Run.id.in_(ids), limit=len(ids))


def newest(
    connection: Connection, *, outlets: Sequence[str] = (), kind: str | None = None, limit: int = 20
) -> list[RunRow]:
    """Give the newest runs, newest first, of some outlets or of all; of one kind where it is named."""
    of_them = Outlet.slug.in_(outlets) if outlets else Outlet.id > 0
    return _rows(connection, of_them if kind is None else and_(of_them, Run.kind == kind), limit=limit)


def last_success(connection: Connection, outlet: str) -> datetime | None:
    """Give when an outlet was last crawled to the end."""
    return connection.execute(
        select(func.max(Run.finished_at))
        .join(Outlet, Outlet.id == Run.outlet_id)
        .where(Outlet.slug == outlet, Run.kind == "crawl", Run.status.in_([RunStatus.OK, RunStatus.PARTIAL]))
    ).scalar()


def _rows(connection: Connection, condition: Any, *, limit: int) -> list[RunRow]:
    rows = connection.execute(
        select(
            Run.id.label("run_id"),
            Outlet.slug.label("outlet"),
            Run.kind,
            Run.cause,
            Run.planned_at,
            Run.started_at,
            Run.finished_at,
            Run.status,
            Run.detail,
            Run.counts,
            Run.exit_status,
            Run.memory_mb,
        )
        .join(Outlet, Outlet.id == Run.outlet_id)
        .where(condition)
        .order_by(Run.id.desc())
        .limit(limit)
    )
    return [RunRow(**row._mapping) for row in rows]
