"""Crawls as child processes: started, watched, ended at their deadline with all that they started, and reported."""

import contextlib
import logging
import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from archive import runs
from archive.database import Database
from archive.errors import ArchiveError, ArchiveUnavailableError
from archive.work import Work
from crawler import logs
from crawler.config import CrawlSettings, Loaded, OutletSettings, SettingsError, check_base_url, election_pack
from crawler.declaration import DeclarationError
from crawler.guard import authority, is_loopback
from crawler.outlets import proved
from crawler.report import Report, report_of
from crawler.task import Line, Outlet, Task
from crawler.version import VERSION
from scheduler import processes

logger = logging.getLogger(__name__)

STOP_SECONDS = 25.0
"""How long a child that was asked to stop may take."""
STOP_HEARD_SECONDS = 0.5
"""How long a signal may go unheard: one that comes just before Python waits for a lock is handled after the wait."""
OVERTIME_SECONDS = 30.0
"""How long after its deadline a child is ended by force."""


class StoppedError(ArchiveError):
    """A crawl was not begun, since `interrupt` was called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a crawl is confined to; by default to nothing."""

    base_url: str | None = None
    """Another address to crawl the outlet at."""
    limit: int | None = None
    """Stop after so many stored articles."""
    since: date | None = None
    until: date | None = None
    """Days in the outlet's zone, inclusive: a backfill."""
    recheck: bool = False
    """Whether held articles are visited, and nothing else."""
    only: tuple[str, ...] = ()
    """Addresses: nothing else is asked for."""
    visits: bool = True
    """Whether a crawl visits on its way what is due."""
    work: Work | None = None
    """Of which kind its run is, where it doesn't follow from the above."""
    seconds: float | None = None
    """How long it may take at most, where that is less than `crawl.deadline`."""


EVERYTHING = Scope()


class Runner:
    """Crawls outlets of one archive, each in a child process of its own."""

    def __init__(
        self,
        loaded: Loaded,
        database: Database,
        *,
        log_level: str,
        on_progress: Callable[[str, Line], None] = lambda _outlet, _line: None,
    ) -> None:
        self._loaded = loaded
        self._database = database
        self._log_level = log_level
        self._on_progress = on_progress
        self._children: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopping = False
        if lacking := processes.shortcomings():
            logger.info("%s", lacking)

    def adopt(self, loaded: Loaded) -> None:
        """Begin crawls by other settings from now on; those that run have theirs."""
        self._loaded = loaded

    def crawl_all(
        self, outlets: Sequence[str], *, scope: Scope = EVERYTHING, cause: str = "command"
    ) -> tuple[list[Report], list[ArchiveError]]:
        """Crawl some outlets side by side; give the reports in the order asked for, and what failed on our side.

        An outlet whose crawl had not begun when `interrupt` was called has no report, and is no failure.

        Raises:
            SettingsError: one of the outlets may not be crawled with these settings; none was.
        """
        for slug in outlets:  # what is wrong with one must be said before anything is sent to another
            make_task(self._loaded, self._database.url, slug, cause, None, scope, self._log_level)
        workers = max(1, min(len(outlets), self._loaded.settings.schedule.parallel))
        reports, errors = [], []
        with ThreadPoolExecutor(workers, thread_name_prefix="crawl") as pool:
            crawls = [pool.submit(self.crawl, slug, cause=cause, scope=scope) for slug in outlets]
            while wait(crawls, timeout=STOP_HEARD_SECONDS).not_done:
                pass
            for crawl in crawls:
                try:
                    reports.append(crawl.result())
                except StoppedError as stopped:
                    logger.warning("%s", stopped)
                except ArchiveError as error:
                    errors.append(error)
        return reports, errors

    def crawl(
        self,
        slug: str,
        *,
        cause: str,
        planned_at: datetime | None = None,
        scope: Scope = EVERYTHING,
    ) -> Report:
        """Crawl one outlet and give its report once the child has ended.

        Raises:
            ArchiveUnavailableError: our side failed; the text names the cause.
            StoppedError: `interrupt` was called before the crawl had begun.
        """
        task = make_task(self._loaded, self._database.url, slug, cause, planned_at, scope, self._log_level)
        if self._stopping:
            raise StoppedError(f"{slug} is not crawled, since the program is being stopped")
        started_at = datetime.now(UTC)
        # The kernel ends the child with the thread that started it; this thread waits for it below.
        child = child_process()
        with self._lock:
            self._children.add(child)
            if self._stopping:
                processes.terminate(child.pid)
        timer = threading.Timer(task.deadline + OVERTIME_SECONDS, processes.kill_group, [child.pid])
        timer.daemon = True
        timer.start()
        try:
            last = self._listen(child, task)
        except BaseException:
            processes.kill_group(child.pid)
            raise
        finally:
            timer.cancel()
            ended = processes.wait_for(child)
            processes.kill_group(child.pid)
            with self._lock:
                self._children.discard(child)
        return self._report(slug, task, last, ended, started_at)

    def _listen(self, child: subprocess.Popen[bytes], task: Task) -> Line:
        """Hand the task over and follow what the child says; give the last of each thing it said."""
        assert child.stdin is not None
        assert child.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(msgspec.json.encode(task))
            child.stdin.close()
        said: dict[str, Any] = {}
        with child.stdout:
            for raw in child.stdout:
                try:
                    line = msgspec.json.decode(raw, type=Line)
                except msgspec.DecodeError:
                    logger.warning("%s: the crawl's process said %r", task.outlet.slug, raw[:200])
                    continue
                said |= {name: value for name, value in msgspec.structs.asdict(line).items() if value is not None}
                self._on_progress(task.outlet.slug, line)
        return Line(**said)

    def _report(self, slug: str, task: Task, last: Line, ended: processes.Ended, started_at: datetime) -> Report:
        finished_at = datetime.now(UTC)
        if last.held_by is not None:
            with self._database.write() as connection:
                outlet_id = runs.register_outlet(connection, slug, task.declared, finished_at)
                run_id = runs.note_held(
                    connection,
                    outlet_id,
                    kind=task.outlet.work,
                    cause=task.cause,
                    planned_at=task.planned_at,
                    detail=last.held_by,
                    now=finished_at,
                )
                row = runs.get(connection, run_id)
            assert row is not None
            return report_of(row)
        if last.run_id is None and last.error is not None:
            raise ArchiveUnavailableError(last.error)
        if last.run_id is None and self._stopping:
            raise StoppedError(f"{slug} is not crawled, since the program is being stopped")
        if last.run_id is None:
            raise ArchiveUnavailableError(f"the crawl of {slug} did not start: {processes.ending(ended.status)}")
        try:
            with self._database.write() as connection:
                if ended.status != 0:
                    detail = last.error or f"the crawl's process {processes.ending(ended.status)}"
                    if last.error is None and finished_at - started_at > timedelta(seconds=task.deadline):
                        detail = f"ended by force {OVERTIME_SECONDS:g} s after its deadline of {task.deadline:g} s"
                    seconds = round((finished_at - started_at).total_seconds(), 1)
                    done = {"requests": last.requests or 0, "bytes": last.bytes or 0, "seconds": seconds}
                    runs.close_dead(connection, last.run_id, detail=detail, extra=done, now=finished_at)
                memory = max((mb for mb in (last.memory_mb, ended.memory_mb) if mb is not None), default=None)
                runs.note_ending(connection, last.run_id, exit_status=ended.status, memory_mb=memory)
                row = runs.get(connection, last.run_id)
        except ArchiveError:
            if last.error is None:
                raise  # else what stopped the child stands in our way too, and the first cause tells more
        if last.error is not None:
            raise ArchiveUnavailableError(last.error)
        assert row is not None
        return report_of(row)

    def interrupt(self) -> None:
        """Ask all children to stop, and end by force those that have not after 25 seconds."""
        with self._lock:
            self._stopping = True
            children = list(self._children)
        for child in children:
            processes.terminate(child.pid)

            timer = threading.Timer(STOP_SECONDS, processes.kill_group, [child.pid])
            timer.daemon = True
            timer.start()


def make_task(
    loaded: Loaded,
    database_url: str,
    slug: str,
    cause: str,
    planned_at: datetime | None,
    scope: Scope,
    log_level: str,
) -> Task:
    """Put together what a child is told.

    Raises:
        SettingsError: the outlet may not be crawled with these settings.
    """
    crawl, declared = loaded.settings.crawl, loaded.settings.outlets[slug]
    if scope.base_url is not None:
        check_base_url("--base-url", scope.base_url)
    at = scope.base_url or declared.base_url
    host = authority(at)
    assert host is not None
    named = host in crawl.allow_hosts or scope.base_url is not None
    asks = scope.work is not Work.MAINTENANCE
    if asks:
        check_contact(slug, crawl, at)
    try:
        proved(slug, declared.family, starts=tuple(declared.lists), article=declared.stories)
    except DeclarationError as error:
        raise SettingsError(str(error)) from error
    pack = election_pack(loaded)
    return Task(
        home=str(loaded.home.root),
        database_url=database_url,
        outlet=Outlet(
            slug=slug,
            name=declared.name,
            family=declared.family,
            declared_url=declared.base_url,
            base_url=at,
            timezone=declared.timezone,
            regions=tuple(declared.regions),
            pages=crawl.pages,
            starts=tuple(declared.lists),
            article=declared.stories,
            since=scope.since,
            until=scope.until,
            limit=scope.limit,
            visits=loaded.settings.visits.rule(slug),
            recheck=scope.recheck,
            only=scope.only,
            passes_by=not scope.visits,
            kind=scope.work.run_kind if scope.work else None,
        ),
        declared=msgspec.to_builtins(declared),
        pack=pack.source,
        cause=cause,
        planned_at=planned_at,
        delay=_delay(crawl, declared, at, named=named) if asks else 0.0,
        allowed_hosts=[*crawl.allow_hosts, *([host] if scope.base_url is not None else [])],
        user_agent=user_agent(crawl),
        deadline=min(crawl.deadline, scope.seconds or crawl.deadline),
        memory_mb=crawl.memory_mb,
        reserve_mb=crawl.reserve_mb,
        settings_digest=_digest(loaded),
        version=VERSION,
        log_level=log_level,
        log=msgspec.structs.replace(logs.in_force(), outlet=slug),
    )


def child_process(*words: str) -> subprocess.Popen[bytes]:
    """Start `python -m crawler`, to be told on stdin what to do."""
    return processes.start_module("crawler", *words)


def user_agent(crawl: CrawlSettings) -> str:
    """Give by what name sites know us."""
    return f"Pilkada/{VERSION}" + (f" (+{crawl.contact})" if crawl.contact else "")


def check_contact(slug: str, crawl: CrawlSettings, at: str) -> None:
    """Refuse to crawl a real outlet without a contact in the User-Agent.

    Raises:
        SettingsError: crawl.contact is unset and the address is not on this machine.
    """
    if crawl.contact is None and not is_loopback(at):
        raise SettingsError(
            f'crawl.contact is unset, and sites are told who asks: write contact = "…" under [crawl] in pilkada.toml,'
            f" an e-mail address or a page, before {slug} ({at}) is crawled"
        )


def _delay(crawl: CrawlSettings, declared: OutletSettings, at: str, *, named: bool) -> float:
    if declared.delay is not None:
        return declared.delay
    return 0.0 if named and is_loopback(at) else crawl.delay


def _digest(loaded: Loaded) -> str:
    import hashlib

    return hashlib.sha256(msgspec.json.encode(loaded.settings)).hexdigest()[:16]
