"""Outlets read again one after the other: each under its lock, as a run of its own where there is anything to do."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date

from archive import runs
from archive.database import Database
from archive.records import RunStatus
from crawler import offline
from crawler.clock import now
from crawler.config import Loaded, SettingsError, election_pack
from crawler.ownzone import filled
from crawler.reading import ReadingPool
from crawler.reading.pack import Pack
from crawler.reextract.again import Reextraction, Tally
from scheduler import processes
from scheduler.lock import HeldError, outlet_lock


@dataclass(slots=True)
class Report:
    """What was read again, and which outlets were not looked at."""

    tally: Tally = field(default_factory=Tally)
    done: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    """Outlets at which another process is at work."""
    undeclared: list[str] = field(default_factory=list)
    zoneless: list[str] = field(default_factory=list)


class Reextract:
    """Reads again what older rules read; a rehearsal says what would change and leaves all as it is."""

    def __init__(self, loaded: Loaded, database: Database, pool: ReadingPool, *, rehearsal: bool = False) -> None:
        self._loaded = filled(loaded, database)
        self._database = database
        self._pool = pool
        self._rehearsal = rehearsal
        self._stopped = False
        self.on_progress: Callable[[str, int, int], None] = lambda _outlet, _done, _all: None

    def stop(self) -> None:
        """End after the stories at hand; the same command goes on with the others."""
        self._stopped = True

    def run(self, named: Sequence[str], since: date | None) -> Report:
        """Read the outlets that are named, or all that the archive knows; one that another process holds is left.

        Raises:
            SettingsError: an outlet that is named is not declared or has no zone, or what is known of the election
                cannot be read.
            ArchiveError: what was read could not be stored; the stories before it are.
        """
        pack = election_pack(self._loaded)
        report = Report()
        slugs = self._chosen(named, report)
        for slug in slugs:
            if self._stopped:
                break
            try:
                with nullcontext() if self._rehearsal else outlet_lock(self._loaded.home.locks, slug, self._database):
                    self._read(slug, pack, since, report.tally)
                report.done.append(slug)
            except HeldError:
                report.held.append(slug)
        return report

    def _chosen(self, named: Sequence[str], report: Report) -> list[str]:
        with self._database.read() as connection:
            crawled = runs.outlet_slugs(connection)
        declared = self._loaded.settings.outlets
        for slug in dict.fromkeys(named):
            if slug not in declared:
                raise SettingsError(
                    f"no settings declare {slug} any more: nobody says how to read it"
                    if slug in crawled
                    else f"there is no outlet {slug}; known are {', '.join(declared)}"
                )
            if slug in crawled and not declared[slug].timezone:
                raise SettingsError(f"set outlets.{slug}.timezone: no site has told it")
        meant = [slug for slug in crawled if slug in named or not named]
        report.undeclared = [slug for slug in meant if slug not in declared]
        report.zoneless = [slug for slug in meant if slug in declared and not declared[slug].timezone]
        return [slug for slug in meant if slug not in (*report.undeclared, *report.zoneless)]

    def _read(self, slug: str, pack: Pack, since: date | None, tally: Tally) -> None:
        home, declared = self._loaded.home, self._loaded.settings.outlets[slug]
        rule = self._loaded.settings.visits.rule(slug)
        crawl = offline.look(home, self._database, slug, declared, visits=rule)
        again = Reextraction(crawl, self._pool, pack, tally=tally, rehearsal=self._rehearsal)
        stories = again.stories(since)
        if not stories:
            return
        if not self._rehearsal:
            crawl = offline.begin(home, self._database, slug, declared, work="reextract", visits=rule)
            # What a killed crawl left unread may be of the same stories.
            asyncio.run(offline.read(crawl, offline.reader(crawl, self._pool, pack)))
            again = Reextraction(crawl, self._pool, pack, tally=tally, rehearsal=False)
            stories = again.stories(since)
        again.work(
            stories,
            stopped=lambda: self._stopped,
            on_progress=lambda done: self.on_progress(slug, done, len(stories)),
        )
        if self._rehearsal:
            return
        with self._database.write() as connection:
            crawl.ticket.check(connection)
            status = RunStatus.PARTIAL if self._stopped else RunStatus.OK
            detail = "stopped; the same command goes on with it" if self._stopped else ""
            runs.finish(
                connection,
                crawl.ticket,
                status=status,
                detail=detail,
                extra={},
                now=now(),
                memory_mb=processes.peak_mb(),
            )
