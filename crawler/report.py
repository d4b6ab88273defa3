"""What is said of a crawl once it has ended, from the row of its run."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.records import RunStatus
from archive.runs import RunRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What CONTRACT.md promises of a crawl, and why it ended as it did."""

    outlet: str
    status: RunStatus
    detail: str
    requests: int
    not_modified: int
    discovered: int
    carried: int
    new: int
    revised: int
    unchanged: int
    removed: int
    restored: int
    rejected: dict[str, int]
    failed: int
    left: int
    evidence: int
    visits: int
    page_views: int
    evidence_left: int
    bytes: int
    seconds: float
    started_at: datetime
    finished_at: datetime
    repaired: list[str]
    run_id: int | None


def report_of(row: RunRow) -> Report:
    """Give a run as the report that CONTRACT.md promises."""
    counts: dict[str, Any] = row.counts
    finished_at = row.finished_at or row.started_at
    return Report(
        outlet=row.outlet,
        status=row.status,
        detail=row.detail,
        requests=counts.get("requests", 0),
        not_modified=counts.get("not_modified", 0),
        discovered=counts.get("discovered", 0),
        carried=counts.get("carried", 0),
        new=counts.get("new", 0),
        revised=counts.get("revised", 0),
        unchanged=counts.get("unchanged", 0),
        removed=counts.get("removed", 0),
        restored=counts.get("restored", 0),
        rejected=counts.get("rejected", {}),
        failed=counts.get("failed", 0),
        left=counts.get("left", 0),
        evidence=counts.get("evidence", 0),
        visits=counts.get("visits", 0),
        page_views=counts.get("page_views", 0),
        evidence_left=counts.get("evidence_left", 0),
        bytes=counts.get("bytes", 0),
        seconds=counts.get("seconds", round((finished_at - row.started_at).total_seconds(), 1)),
        started_at=row.started_at,
        finished_at=finished_at,
        repaired=counts.get("repaired", []),
        run_id=row.run_id,
    )
