"""The child process that crawls one outlet: takes the outlet's lock, works, and closes its run.

Reads a Task from stdin, says Lines on stdout, logs to stderr. Exit status: 0 it closed its run, whatever the outcome;
1 it could not; 4 another process holds the outlet.
"""

import asyncio
import contextlib
import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import msgspec
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from archive import runs
from archive.database import Database
from archive.errors import ArchiveError
from archive.records import RunStatus
from archive.settings import Home
from archive.troubles import Trouble
from archive.work import Work
from crawler import logs
from crawler.clock import now
from crawler.crawl import Crawl, opened
from crawler.outlets import declaration
from crawler.reader import Reader
from crawler.reading import ReadingPool
from crawler.reading.pack import parse
from crawler.settings import scrapy_settings
from crawler.spider import LIMIT_MET, OutletSpider
from crawler.task import Line, Task
from crawler.upkeep import keep_up
from scheduler import processes
from scheduler.lock import HeldError, host_lock, outlet_lock

logger = logging.getLogger(__name__)

READERS = 1
"""Reading processes an outlet: at polite delays one is idle most of the time."""
PROGRESS_SECONDS = 1.0
TURN_SECONDS = 0.5
"""How often a crawl looks whether its host is free."""


def say(line: Line) -> None:
    """Say one line to the parent."""
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()


def main() -> int:
    """Crawl as the task on stdin says."""
    early = begun()
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    logs.follow(task.log)
    processes.limit_memory(task.memory_mb)
    home = Home(Path(task.home))
    try:
        database = Database(task.database_url)
        turn = turn_at_host(home.locks, task.outlet.base_url, task.delay, task.deadline, early)
        with outlet_lock(home.locks, task.outlet.slug, database), turn:
            return _crawl(task, home, database, early)
    except HeldError as error:
        say(Line(held_by=str(error)))
        return 4
    except ArchiveError as error:
        say(Line(error=str(error)))
        return 1


def begun() -> Sequence[object]:
    """Tie this process to its parent and have it log to stderr; what is given has something in it once we were told to stop."""
    processes.die_with_parent()
    # Until Scrapy puts its own handlers there: a signal that comes while we start must not end us with the run open.
    early = processes.remember_stop()
    logs.begin(logs.Options(), "WARNING", of_interest=of_interest)
    logging.captureWarnings(capture=True)
    sys.excepthook = _unforeseen
    return early


def _unforeseen(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what nobody caught as one event, where Python would write its trace line by line."""
    logger.critical("a bug: %s", error, exc_info=(kind, error, trace))


@contextmanager
def turn_at_host(locks: Path, base_url: str, delay: float, deadline: float, early: Sequence[object]) -> Iterator[None]:
    """Wait until no other crawl is at the outlet's host: each keeps the host's delay for itself alone.

    The delay is kept from one crawl to the next as well, since crawls that are due often follow each other at once. Two
    outlets at one host take turns, whoever crawls them; the wait counts as time of the crawl. Where there is no
    delay (this machine's own addresses) nobody waits.

    Raises:
        HeldError: the other one was still there when the deadline was met, or we were asked to stop.
    """
    if not delay:
        yield
        return
    name = (urlsplit(base_url).hostname or "").removeprefix("www.")
    lock = host_lock(locks, name)
    left = lock.path.with_suffix(".left")
    rest = still_to_rest(lock.path, left, delay)
    given_up = time.monotonic() + deadline
    waited = False
    while True:
        try:
            lock.acquire()
            break
        except HeldError:
            if early or time.monotonic() > given_up:
                raise
            waited = True
            time.sleep(TURN_SECONDS)
    left.unlink(missing_ok=True)
    try:
        time.sleep(delay if waited else rest)  # the other one's last request may have been just as it left
        yield
    finally:
        with contextlib.suppress(OSError):
            left.touch()
        lock.release()


def still_to_rest(lock: Path, left: Path, delay: float) -> float:
    """Give the seconds for which a host is left alone after a crawl; one that was killed has left no word when it ended."""
    try:
        age = time.time() - left.stat().st_mtime
    except OSError:
        return delay if lock.exists() else 0.0
    return delay - age if 0 <= age <= delay else 0.0


def _crawl(task: Task, home: Home, database: Database, early: Sequence[object]) -> int:
    started = time.monotonic()
    crawl = begin(task, home, database, now=now)
    say(Line(run_id=crawl.ticket.run_id, memory_mb=processes.peak_mb()))
    try:
        crawl.put_in_order()
        crawl.captures.reserve = home.reserve(task.database_url, task.reserve_mb)
        crawl.captures.reserve.check()
        if task.outlet.kind == Work.MAINTENANCE:
            keep_up(task, crawl, early, readers=READERS)
        else:
            _run(task, crawl, early)
    except ArchiveError as error:
        crawl.fatal = error
    finally:
        crawl.captures.close()
    if isinstance(crawl.fatal, ArchiveError):
        say(Line(error=str(crawl.fatal)))
    close(crawl, seconds=time.monotonic() - started)
    crawl.database.dispose()
    return 1 if isinstance(crawl.fatal, ArchiveError) else 0


def begin(task: Task, home: Home, database: Database, *, now: Callable[[], datetime]) -> Crawl:
    """Open the run of a task; the caller holds the outlet's lock."""
    return opened(
        task.outlet,
        declaration(task.outlet.slug, task.outlet.family, starts=task.outlet.starts, article=task.outlet.article),
        database=database,
        home=home,
        facts=task.declared,
        work=task.outlet.work,
        cause=task.cause,
        planned_at=task.planned_at,
        version=task.version,
        settings_digest=task.settings_digest,
        software=task.user_agent,
        now=now,
    )


def fetching(task: Task, *, now: Callable[[], datetime]) -> dict[str, Any]:
    """Give Scrapy's settings for a task."""
    return scrapy_settings(
        user_agent=task.user_agent,
        delay=task.delay,
        allowed_hosts=task.allowed_hosts,
        memory_mb=task.memory_mb,
        log_level=task.log_level,
        now=now,
    )


def _run(task: Task, crawl: Crawl, early: Sequence[object]) -> None:
    """Let Scrapy work until nothing is due, the deadline is near, or a signal comes."""
    process = AsyncCrawlerProcess(fetching(task, now=now))
    logs.speak_from(task.log_level)
    with ReadingPool(READERS, task.memory_mb) as pool:
        reader = Reader(crawl, pool, crawl.site(parse(*task.pack)))
        process.crawl(OutletSpider, crawl=crawl, reader=reader, calendar=parse(*task.pack).calendar)
        (crawler,) = process.crawlers

        def stop_at_deadline() -> None:
            if isinstance(crawler.spider, OutletSpider):
                crawler.spider.stop(why=f"the deadline of {task.deadline:g} s was met")

        def tell() -> None:
            if isinstance(crawler.spider, OutletSpider):
                crawler.spider.let_go()
            say_how_far(crawl, crawler)
            loop.call_later(PROGRESS_SECONDS, tell)

        def stop_early() -> None:
            if early:
                processes.stop_self()

        loop = asyncio.get_event_loop()
        loop.call_later(0, stop_early)
        loop.call_later(task.deadline, stop_at_deadline)
        loop.call_later(PROGRESS_SECONDS, tell)
        process.start()
        count(crawl, crawler)
        say_how_far(crawl, crawler)  # while the readers live: what they held is counted in
        if crawl.fatal is not None or crawl.cut_short is not None:
            pool.stop()


def say_how_far(crawl: Crawl, crawler: Crawler) -> None:
    """Say what was done so far: should this process be killed, its parent writes that down."""
    assert crawler.stats is not None
    tally = crawl.tally
    tally.memory_mb = max(tally.memory_mb, processes.peak_mb() or 0)
    received = crawler.stats.get_value("downloader/response_bytes", 0)
    say(Line(requests=tally.requests, stored=tally.stored, bytes=received, memory_mb=tally.memory_mb or None))


def count(crawl: Crawl, crawler: Crawler) -> None:
    """Note what Scrapy counted once it has ended, and that it was stopped early where it was."""
    # A signal that comes while Scrapy starts or ends the spider leaves no other trace.
    heard = isinstance(crawler.spider, OutletSpider) and crawler.spider.asked_all()
    if not heard and crawl.trouble is None and crawl.cut_short is None:
        crawl.cut_short = "stopped before its sources had answered"
    crawl.listed = (
        heard and crawl.trouble is None and not (crawl.cut_short or crawl.outlet.recheck or crawl.outlet.only)
    )
    assert crawler.stats is not None
    crawl.tally.bytes = crawler.stats.get_value("downloader/response_bytes", 0)
    crawl.tally.not_modified = crawler.stats.get_value("downloader/response_status_count/304", 0)


def close(crawl: Crawl, *, seconds: float) -> None:
    """Close the run with what became of it."""
    ticket, tally = crawl.ticket, crawl.tally
    if crawl.fatal is not None and not isinstance(crawl.fatal, ArchiveError):
        crawl.trouble = (RunStatus.FAILED, f"a bug: {type(crawl.fatal).__name__}: {crawl.fatal}")
    if crawl.fatal is not None:
        crawl.trouble_kind = (Trouble.OURS, None)
    with crawl.database.write() as connection:
        ticket.check(connection)
        left = runs.counts(connection, ticket.run_id).left
        evidence_left = (
            0
            if crawl.outlet.recheck or not crawl.fetches
            else runs.evidence_left(connection, ticket.outlet_id, crawl.now())
        )
        if isinstance(crawl.fatal, ArchiveError):
            status, detail = RunStatus.FAILED, str(crawl.fatal)
        elif crawl.trouble is not None:
            status, detail = crawl.trouble
        elif crawl.cut_short is not None or left or evidence_left:
            met = LIMIT_MET if crawl.full() else "not all that is due was fetched"
            status, detail = RunStatus.PARTIAL, "; ".join([crawl.cut_short or met, *crawl.remarks])
        else:
            status, detail = RunStatus.OK, "; ".join(crawl.remarks)
        extra = {
            "requests": tally.requests,
            "not_modified": tally.not_modified,
            "bytes": tally.bytes,
            "seconds": round(seconds, 1),
            "evidence": tally.evidence,
            "visits": tally.visits,
            "page_views": tally.page_views,
            "evidence_left": evidence_left,
            "repaired": tally.repaired,
            **tally.found,
            "told": tally.told,
            "listed": crawl.listed,
            "since": crawl.outlet.since and crawl.outlet.since.isoformat(),
            "until": crawl.outlet.until and crawl.outlet.until.isoformat(),
        }
        if crawl.trouble_kind is not None:
            extra |= {"trouble": crawl.trouble_kind[0], "trouble_at": crawl.trouble_kind[1]}
        runs.finish(connection, ticket, status=status, detail=detail, extra=extra, now=crawl.now())


def of_interest(record: logging.LogRecord) -> bool:
    """Say whether a log record is ours, or tells of a library's error; Scrapy sets its own loggers to DEBUG.

    What our own side could not do is the run's last line; Scrapy would log its trace beside it.
    """
    if record.exc_info and isinstance(record.exc_info[1], ArchiveError):
        return False
    ours = record.name.partition(".")[0] in (*logs.OURS, "py")  # Python's own warnings are `py.warnings`
    return ours or record.levelno >= logging.ERROR
