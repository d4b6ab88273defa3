"""The scheduler's own settings."""

from collections.abc import Collection, Iterator
from datetime import date

import msgspec

from archive.work import Work
from scheduler.cadence import CadenceError, next_time
from scheduler.scrapeaddress import MetricsError, place

NEVER = ""
"""The expression of work that is never due."""


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[schedule.outlets.NAME]`: when an outlet's work is due; what is left out is as for all."""

    crawl: str | None = None
    visits: str | None = None
    backfill: str | None = None
    maintenance: str | None = None

    def of(self, work: Work) -> str | None:
        """Give the expression of some work, None where nothing is said of it."""
        said: str | None = getattr(self, work.value)
        return said


class Profile(Times, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[schedule.profiles.NAME]`: other times while a phase of the election or some days last."""

    phase: str | list[str] = []
    """Phases of the election's calendar, in the outlet's regions."""
    from_: date | None = msgspec.field(default=None, name="from")
    until: date | None = None
    """Days in the zone of the schedule, inclusive; with `phase`, both must hold."""
    outlets: list[str] = []
    """Only these; none is all."""

    @property
    def phases(self) -> list[str]:
        """The phases in which it holds."""
        said = self.phase.split(",") if isinstance(self.phase, str) else self.phase
        return [name.strip() for name in said if name.strip()]


class ScheduleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[schedule]` in pilkada.toml."""

    timezone: str = "Asia/Makassar"
    """The zone (IANA name) in which cron expressions are read."""
    crawl: str = "*/30 * * * *"
    """When outlets are crawled that have no expression of their own."""
    visits: str = NEVER
    """When held articles are visited; without an expression, crawls visit on their way what is due."""
    backfill: str = "20 */3 * * *"
    """When a backfill goes on, as long as `backfill_since` names one and it has not ended."""
    maintenance: str = "40 2 * * *"
    """When files are closed and proved, and what was left unread is read."""
    outlets: dict[str, str | Times] = {}
    """The times of one outlet, by slug; an expression alone is that of its crawls."""
    backfill_since: date | None = None
    """The day back to which every outlet is to be held."""
    profiles: dict[str, Profile] = {}
    """Other times for a while; where several hold, the first that says something of the work."""
    jitter: float = 30.0
    """Seconds by which a start is put off at most, by chance, so that outlets do not start in one second."""
    parallel: int = 4
    """How many outlets are worked on at once at most."""
    metrics: str | None = None
    """Where the daemon answers Prometheus: an address and a port, or a port of this machine; nowhere unless set."""

    def expression(self, outlet: str, work: Work = Work.CRAWL) -> str:
        """Give the cron expression of an outlet's work while no profile holds; `NEVER` where it is never due."""
        if work is Work.BACKFILL and self.backfill_since is None:
            return NEVER
        own = self.outlets.get(outlet)
        if isinstance(own, str):
            own = Times(crawl=own)
        said = own.of(work) if own else None
        every: str = getattr(self, work.value)
        return every if said is None else said


def faults(settings: ScheduleSettings, known: Collection[str]) -> Iterator[str]:
    """Say what is wrong with the settings, each beginning with its key; `known` are the outlets. The zone is good."""
    for key, expression in _expressions(settings):
        try:
            if expression != NEVER or key.rpartition(".")[2] not in ("visits", "backfill", "maintenance"):
                next_time(expression, settings.timezone)
        except CadenceError as error:
            yield f"{key}: {error}"
    if settings.metrics is not None:
        try:
            place(settings.metrics)
        except MetricsError as error:
            yield str(error)
    named = [(f"schedule.outlets.{slug}", slug) for slug in settings.outlets]
    for name, profile in settings.profiles.items():
        key = f"schedule.profiles.{name}"
        named += [(f"{key}.outlets", slug) for slug in profile.outlets]
        if not profile.phases and profile.from_ is None and profile.until is None:
            yield f"{key} says not when it holds: write phase, from or until"
        if profile.from_ and profile.until and profile.until < profile.from_:
            yield f"{key}: until is before from"
        if all(profile.of(work) is None for work in Work):
            yield f"{key} changes nothing: write crawl, visits, backfill or maintenance"
    for key, slug in named:
        if slug not in known:
            yield f"{key}: there is no outlet {slug}; known are {', '.join(known)}"


def _expressions(settings: ScheduleSettings) -> Iterator[tuple[str, str]]:
    for work in Work:
        yield f"schedule.{work}", getattr(settings, work.value)
    for slug, own in settings.outlets.items():
        if isinstance(own, str):
            yield f"schedule.outlets.{slug}", own
        else:
            yield from _said(f"schedule.outlets.{slug}", own)
    for name, profile in settings.profiles.items():
        yield from _said(f"schedule.profiles.{name}", profile)


def _said(key: str, times: Times) -> Iterator[tuple[str, str]]:
    for work in Work:
        if (expression := times.of(work)) is not None:
            yield f"{key}.{work}", expression
