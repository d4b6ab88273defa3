"""What the archive knows by which an outlet's health is judged: its newest runs, its newest stories, when it publishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, select

from archive.models import Address, Capture, Disposition, Host, Outlet, OutletDeclaration, Run, Sighting, Visit
from archive.records import Entry, Purpose, Reason, RunStatus, VisitState
from archive.stories import Article, ReadingRow
from archive.troubles import Trouble
from archive.zones import zone_of

REACH = timedelta(days=60)
"""How far back is looked: what was usual before that is not what is usual now."""
RUNS, STORIES = 120, 200
"""How many runs and stories are looked at, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSign:
    """What one crawl met: `told` is how many stories the first answer of each source named, None where it had not changed."""

    started_at: datetime
    finished_at: datetime
    status: RunStatus
    detail: str
    trouble: Trouble | None
    url: str | None
    """An address that shows the trouble."""
    told: Mapping[str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What was read of a story."""

    title: str
    words: int
    day: str | None
    age: timedelta | None
    """From when it was published to when it was found; None without a time of day."""
    lag: int | None
    """Days from its day to the day on which it was found; None without a day."""
    author: bool
    section: bool
    garbled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StorySign:
    """A story that a crawl found: where, by which sources, and what its page and its evidence gave.

    `read` and `kept` are None where nobody looked yet; `refused` is what stood there instead.
    """

    run_at: datetime
    backlog: bool
    """Whether a first crawl found it, which takes all that there is, or a backfill."""
    url: str
    sources: frozenset[str]
    agreed: bool
    """Whether a source said of its day what its page says."""
    read: bool | None
    kept: bool | None
    refused: Reason | None
    status: int | None
    printed: Printed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """All that is looked at of one outlet, newest first; `told_at` is when something new was last heard of it."""

    outlet: str
    base_url: str
    timezone: str
    declared_at: datetime
    runs: Sequence[RunSign]
    stories: Sequence[StorySign]
    published: Sequence[datetime] = field(default=())
    told_at: datetime | None = None
    robots_at: datetime | None = None
    """When the robots.txt in force was first seen."""


def of(connection: Connection, outlet: str, now: datetime) -> Signs | None:
    """Give what is known of an outlet; None of one that was never crawled."""
    declaration = connection.execute(
        select(Outlet.id, OutletDeclaration.declared, OutletDeclaration.since)
        .join(OutletDeclaration, OutletDeclaration.outlet_id == Outlet.id)
        .where(Outlet.slug == outlet)
        .order_by(OutletDeclaration.since.desc(), OutletDeclaration.id.desc())
        .limit(1)
    ).first()
    if declaration is None:
        return None
    base_url = str(declaration.declared.get("base_url", ""))
    since = now - REACH
    stories = _stories(connection, declaration.id, base_url, since)
    return Signs(
        outlet=outlet,
        base_url=base_url,
        timezone=zone_of(connection, declaration.id, outlet).key,
        declared_at=declaration.since,
        runs=_runs(connection, declaration.id, since),
        stories=stories,
        published=_published(connection, declaration.id, now),
        told_at=next((story.run_at for story in stories if not story.backlog), None),
        robots_at=_robots_at(connection, base_url),
    )


def _runs(connection: Connection, outlet_id: int, since: datetime) -> list[RunSign]:
    rows = connection.execute(
        select(Run.started_at, Run.finished_at, Run.status, Run.detail, Run.counts)
        .where(
            Run.outlet_id == outlet_id,
            Run.started_at >= since,
            Run.kind == "crawl",
            Run.finished_at.is_not(None),
            Run.status.not_in([RunStatus.HELD, RunStatus.SKIPPED]),
        )
        .order_by(Run.id.desc())  # not by time: a run that began while the clock was a day ahead is not the newest
        .limit(RUNS)
    )
    return [
        RunSign(
            started_at=row.started_at,
            finished_at=row.finished_at or row.started_at,
            status=row.status,
            detail=row.detail,
            trouble=_trouble(row.status, row.counts),
            url=row.counts.get("trouble_at"),
            told=row.counts.get("told", {}),
        )
        for row in rows
    ]


def _trouble(status: RunStatus, counts: Mapping[str, Any]) -> Trouble | None:
    """Give what kept a run from its work; one that ended badly without a word of the site tells nothing of it."""
    if status not in (RunStatus.BLOCKED, RunStatus.FAILED):
        return None
    kind = counts.get("trouble")
    return Trouble(kind) if kind in set(Trouble) else Trouble.OURS


def _stories(connection: Connection, outlet_id: int, base_url: str, since: datetime) -> list[StorySign]:
    """Give the newest stories that crawls found, each with what its sources, its visits and its reading say."""
    first = connection.execute(
        select(Run.id)
        .where(Run.outlet_id == outlet_id, Run.kind == "crawl", Run.status == RunStatus.OK)
        .order_by(Run.id)
        .limit(1)
    ).scalar()
    found = connection.execute(
        select(Disposition.address_id, Run.id, Run.started_at, Run.counts, Address.canonical)
        .join(Run, Run.id == Disposition.run_id)
        .join(Address, Address.id == Disposition.address_id)
        .where(
            Run.outlet_id == outlet_id,
            Run.started_at >= since,
            Run.kind == "crawl",
            Disposition.entry == Entry.DISCOVERED,
        )
        .order_by(Run.id.desc(), Disposition.address_id.desc())
        .limit(STORIES)
    ).all()
    ids = [row.address_id for row in found]
    sources = _sources(connection, ids)
    looks = _looks(connection, ids)
    readings = _readings(connection, ids)
    told = []
    for row in found:
        page, evidence = looks.get((row.address_id, Purpose.ARTICLE)), looks.get((row.address_id, Purpose.EVIDENCE))
        failed = next((look for look in (page, evidence) if look is not None and not _read(look)), None)
        said, printed = sources.get(row.address_id, {}), readings.get(row.address_id)
        told.append(
            StorySign(
                run_at=row.started_at,
                backlog=first is None or row.id <= first or not row.counts.get("told"),
                url=base_url.rstrip("/") + row.canonical if row.canonical.startswith("/") else row.canonical,
                sources=frozenset(said),
                agreed=printed is not None and any(day and day[:10] == printed.day for day in said.values()),
                read=_read(page),
                kept=_read(evidence),
                refused=failed.reason if failed else None,
                status=failed.status if failed else None,
                printed=printed,
            )
        )
    return told


def _read(look: Any) -> bool | None:
    return None if look is None or look.state is VisitState.UNREAD else bool(look.state is VisitState.READ)


def _sources(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, str | None]]:
    """Give which sources told of each address, and the day that each gave."""
    said = select(Sighting.address_id, Sighting.source, Sighting.published_said).where(Sighting.address_id.in_(ids))
    told: dict[int, dict[str, str | None]] = {}
    for row in connection.execute(said):
        told.setdefault(row.address_id, {})[row.source] = row.published_said
    return told


def _looks(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, Purpose], Any]:
    """Give the newest visit to each address for its text, and that for its evidence."""
    last = (
        select(func.max(Visit.id))
        .where(Visit.address_id.in_(ids), Visit.purpose != Purpose.RECHECK)
        .group_by(Visit.address_id, Visit.purpose)
    )
    rows = connection.execute(
        select(Visit.address_id, Visit.purpose, Visit.state, Visit.reason, Visit.status).where(Visit.id.in_(last))
    )
    return {(row.address_id, row.purpose): row for row in rows}


def _readings(connection: Connection, ids: Sequence[int]) -> dict[int, Printed]:
    rows = connection.execute(
        select(
            Article.address_id,
            Article.first_seen_at,
            ReadingRow.title,
            ReadingRow.word_count,
            ReadingRow.published_date,
            ReadingRow.published_at,
            ReadingRow.authors,
            ReadingRow.section,
            ReadingRow.flags,
        )
        .join(ReadingRow, ReadingRow.id == Article.reading_id)
        .where(Article.address_id.in_(ids))
    )
    return {
        row.address_id: Printed(
            title=row.title,
            words=row.word_count,
            day=row.published_date.isoformat() if row.published_date else None,
            age=row.first_seen_at - row.published_at if row.published_at else None,
            lag=(row.first_seen_at.date() - row.published_date).days if row.published_date else None,
            author=bool(row.authors),
            section=row.section is not None,
            garbled="mojibake" in row.flags,
        )
        for row in rows
    }


def _published(connection: Connection, outlet_id: int, now: datetime) -> list[datetime]:
    """Give when the stories of the last weeks were published, newest first; a day alone is its noon in UTC."""
    rows = connection.execute(
        select(Article.moment)
        .where(
            Article.outlet_id == outlet_id,
            Article.published_date >= (now - REACH).date(),
            Article.moment <= int(now.timestamp()),
        )
        .order_by(Article.moment.desc())
        .limit(5000)
    )
    return [datetime.fromtimestamp(moment, UTC) for moment in rows.scalars()]


def _robots_at(connection: Connection, base_url: str) -> datetime | None:
    parts = urlsplit(base_url)
    port = parts.port or (80 if parts.scheme == "http" else 443)
    return connection.execute(
        select(Capture.fetched_at)
        .join(Host, Host.robots_capture_id == Capture.id)
        .where(Host.host == (parts.hostname or ""), Host.port == port)
    ).scalar()
