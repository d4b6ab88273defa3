"""What a crawl's child process is told, and the lines that it says while it works; neither needs what a crawl needs."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from archive import runs
from archive.ladder import VisitRule
from archive.looks import Rule
from crawler.logs import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet as declared, and the address at which it is crawled this time."""

    slug: str
    name: str
    family: str
    declared_url: str
    base_url: str
    timezone: str
    regions: tuple[str, ...]
    pages: str
    starts: tuple[str, ...] = ()
    """Of a listing site: paths of its lists, and the pattern of its stories' paths, where it declares its own."""
    article: str | None = None
    since: date | None = None
    until: date | None = None
    limit: int | None = None
    visits: VisitRule | None = None
    recheck: bool = False
    """Whether nothing is done but to visit held articles; `since` and `until` are then days of these."""
    only: tuple[str, ...] = ()
    """Addresses to which the crawl is confined; its sources are not asked then."""
    passes_by: bool = False
    """Whether a crawl leaves visits to runs of their own."""
    kind: str | None = None
    """Of which kind the run is, where it is neither a crawl nor one of visits."""

    @property
    def rule(self) -> Rule:
        """From when on a story that is missed is taken for removed."""
        return Rule(confirm=self.visits.confirm, over=self.visits.over) if self.visits else Rule()

    @property
    def visited(self) -> bool:
        """Whether held articles are visited: not where a person asked for some days, some addresses or so many articles."""
        confined = self.since or self.until or self.limit or self.only or self.passes_by
        return self.visits is not None and (self.recheck or not confined)

    @property
    def days(self) -> tuple[str | None, str | None]:
        """The days of a backfill as the archive compares them.

        A time is kept as its source wrote it, in UTC or with the outlet's offset: a day on either side is let in.
        """
        return (
            (self.since - timedelta(days=1)).isoformat() if self.since else None,
            (self.until + timedelta(days=2)).isoformat() if self.until else None,
        )

    @property
    def work(self) -> str:
        """What kind of run a crawl of it is."""
        return self.kind or (runs.RECHECK if self.recheck else "crawl")


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One crawl: which outlet, in which archive, within which limits."""

    home: str
    database_url: str
    outlet: Outlet
    declared: dict[str, object]
    pack: tuple[str, tuple[str, ...]]
    """Name and texts (`Pack.source`) of what is known of the election, so that all of a crawl is judged alike."""
    cause: str
    planned_at: datetime | None
    delay: float
    allowed_hosts: list[str]
    user_agent: str
    deadline: float
    memory_mb: int
    reserve_mb: int | None = None
    """What shall stay free of the disk; None for the usual."""
    settings_digest: str
    version: str
    log_level: str
    log: Options = Options()


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line that a child says on its stdout: that its run has begun, how far it is, or why it cannot work."""

    run_id: int | None = None
    requests: int | None = None
    stored: int | None = None
    bytes: int | None = None
    memory_mb: int | None = None
    """The most that the child and its readers held so far."""
    error: str | None = None
    held_by: str | None = None
