"""The daemon: runs what is due, each outlet once at a time, until it is told to stop."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from random import random
from threading import Condition

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from archive.database import Database
from archive.errors import ArchiveError
from scheduler import due
from scheduler.cadence import next_time
from scheduler.due import Cadence, Errand
from scheduler.heartbeat import Heartbeat
from scheduler.settings import ScheduleSettings
from scheduler.trigger import CadenceTrigger

LOGGER = logging.getLogger(__name__)

TICK = 1.0
"""Seconds between two looks at requests, at what is overdue and at the clock."""
CLOCK_JUMP = 60.0
"""Seconds by which the wall clock may move against the monotonic one before the agenda is drawn up anew."""
REST = 60.0
"""Seconds for which the archive is left alone after it could not be read or written."""
PATIENCE = 25.0
"""Seconds that crawls have to end after they were told to; the process has 30."""

Crawl = Callable[[str, str, datetime | None], None]
"""Runs one crawl of an outlet, for a cause and a planned time, and returns when it has ended."""


class SchedulerService:
    """Runs crawls by the agenda; APScheduler keeps the waiting, the agenda table says what is due.

    A job that fires only asks the agenda: a fire too many does nothing, and one that was lost (the clock was moved, the
    archive was away) is made good by the next tick. So an outlet that is due or asked for while it is being crawled
    is crawled once more right after, whatever the number of periods and requests. `crawl` never runs twice at once
    for one outlet, and at most `settings.parallel` times in all; those that wait are served in the order in which
    they came. After `interrupt`, crawls that run must end, and a `crawl` called later must return at once.
    """

    def __init__(
        self,
        *,
        database: Database,
        settings: ScheduleSettings,
        outlets: Sequence[str],
        crawl: Crawl,
        interrupt: Callable[[], None],
        now: Callable[[], datetime],
        heartbeat: Heartbeat | None = None,
        cadence: Cadence = next_time,
        chance: Callable[[], float] = random,
        tick: float = TICK,
        patience: float = PATIENCE,
    ) -> None:
        self._database = database
        self._settings = settings
        self._outlets = tuple(outlets)
        self._crawl = crawl
        self._interrupt = interrupt
        self._now = now
        self._heartbeat = heartbeat
        self._trouble: str | None = None
        self._cadence = cadence
        self._chance = chance
        self._tick = tick
        self._patience = patience
        self._plan = due.Plan(next_at={}, missed=frozenset())
        self._missed: set[str] = set()
        self._strangers: set[str] = set()
        self._running: set[str] = set()
        self._idle = Condition()
        self._stopping = False
        # A queue, not an event: a signal handler that sets an event can meet its lock held by the thread it interrupts.
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._drift = 0.0
        self._rest_until = 0.0
        # APScheduler tells of every skipped fire, which is how a crawl longer than its period looks; our lines say more.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(settings.parallel)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Draw up the agenda and start to run what is due; what was missed is run once, at once.

        Raises:
            ArchiveError: the agenda cannot be read or written.
        """
        self._drift = self._clock_drift()
        self._draw_up()
        for outlet in self._outlets:
            trigger = self._trigger(outlet)
            self._scheduler.add_job(
                self._work, trigger, id=outlet, args=[outlet], next_run_time=self._first_fire(trigger, outlet)
            )
        self._scheduler.start()
        if self._heartbeat:
            self._heartbeat.begin()
        LOGGER.info("scheduler starts: %d outlets, %d of them overdue", len(self._outlets), len(self._missed))

    def upcoming(self) -> tuple[str, datetime] | None:
        """Give the outlet that was due first when the agenda was last drawn up, and its time."""
        return min(self._plan.next_at.items(), key=lambda item: (item[1], item[0]), default=None)

    def serve(self) -> tuple[str, ...]:
        """Go on until `stop` is called; give the outlets whose crawl did not end in time, none is good."""
        try:
            while not self._stopping:
                self.tick()
                if self._heartbeat:
                    self._heartbeat.beat(self.running(), self._trouble)
                with suppress(Empty):
                    self._bell.get(timeout=self._tick)
        finally:
            self._stopping = True
            if self._heartbeat:
                self._heartbeat.stopping(self.running())
            left = self._end()
            if self._heartbeat:
                self._heartbeat.end(left)
        return left

    def running(self) -> tuple[str, ...]:
        """Give the outlets that are being crawled."""
        with self._idle:
            return tuple(sorted(self._running))

    def stop(self) -> None:
        """Make `serve` return: no new crawls, those that run are told to stop. Safe in a signal handler."""
        self._stopping = True
        self._bell.put(None)

    def tick(self) -> None:
        """Wake the outlets that were asked for or are overdue, and notice when the clock was moved."""
        if time.monotonic() < self._rest_until:
            return
        try:
            self._watch_clock()
            grace = timedelta(seconds=self._settings.jitter + self._tick)
            waiting = due.waiting(self._database, self._now() - grace)
        except ArchiveError as error:
            self._rest(error)
            return
        self._trouble = None
        for outlet in waiting:
            if outlet not in self._outlets:
                self._warn_of(outlet)
            elif outlet not in self._running:
                self._scheduler.modify_job(outlet, next_run_time=datetime.now(UTC))

    def _work(self, outlet: str) -> None:
        with self._idle:
            if self._stopping:
                return
            self._running.add(outlet)
        try:
            self._run(outlet)
        except ArchiveError as error:
            self._rest(error)
        except Exception:  # the edge of one job
            LOGGER.exception("%s: crawl failed for a cause that was not foreseen", outlet)
        finally:
            with self._idle:
                self._running.discard(outlet)
                self._idle.notify_all()

    def _run(self, outlet: str) -> None:
        errand = self._take(outlet)
        if errand is None:
            return
        planned = f", planned for {errand.planned_at:%Y-%m-%d %H:%M} UTC" if errand.planned_at else ""
        LOGGER.info("%s: crawl begins (%s%s)", outlet, errand.cause, planned)
        began = time.monotonic()
        try:
            self._crawl(outlet, errand.cause.value, errand.planned_at)
        finally:
            LOGGER.info("%s: crawl ended after %.1f s", outlet, time.monotonic() - began)

    def _take(self, outlet: str) -> Errand | None:
        errand = due.take(
            self._database,
            outlet,
            self._settings,
            now=self._now(),
            cadence=self._cadence,
            missed=outlet in self._missed,
        )
        self._missed.discard(outlet)
        return errand

    def _draw_up(self) -> None:
        self._plan = due.draw_up(self._database, self._outlets, self._settings, now=self._now(), cadence=self._cadence)
        self._missed = set(self._plan.missed)

    def _trigger(self, outlet: str) -> CadenceTrigger:
        return CadenceTrigger(
            self._settings.expression(outlet),
            self._settings.timezone,
            jitter=self._settings.jitter,
            cadence=self._cadence,
            chance=self._chance,
        )

    def _first_fire(self, trigger: CadenceTrigger, outlet: str) -> datetime:
        """Give when a job fires first: what was missed at once, since `parallel` already spreads it."""
        return datetime.now(UTC) if outlet in self._missed else trigger.put_off(self._plan.next_at[outlet])

    def _clock_drift(self) -> float:
        return self._now().timestamp() - time.monotonic()

    def _watch_clock(self) -> None:
        """Draw up the agenda anew when the wall clock was moved: APScheduler would wait until it is right again."""
        drift = self._clock_drift()
        if abs(drift - self._drift) <= CLOCK_JUMP:
            return
        LOGGER.warning("the clock moved by %+.0f s: the agenda is drawn up anew", drift - self._drift)
        self._draw_up()
        self._drift = drift
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=self._first_fire(job.trigger, job.id))

    def _rest(self, error: ArchiveError) -> None:
        LOGGER.error("%s; asked again in %.0f s", error, REST)
        self._rest_until = time.monotonic() + REST
        self._trouble = str(error)

    def _warn_of(self, outlet: str) -> None:
        if outlet not in self._strangers:
            self._strangers.add(outlet)
            LOGGER.warning("%s: asked for, and unknown since this scheduler started: start it again", outlet)

    def _end(self) -> tuple[str, ...]:
        self._scheduler.pause()
        with self._idle:
            LOGGER.info("scheduler stops: %d crawls are running", len(self._running))
        self._interrupt()
        with self._idle:
            self._idle.wait_for(lambda: not self._running, timeout=self._patience)
            left = tuple(sorted(self._running))
        self._scheduler.shutdown(wait=False)
        if left:
            LOGGER.error("%s: did not end within %.0f s", ", ".join(left), self._patience)
        return left
