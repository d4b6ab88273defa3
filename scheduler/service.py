"""The daemon: runs what is due, each outlet once at a time, until it is told to stop."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from random import random
from threading import Condition

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from archive.database import Database
from archive.errors import ArchiveError
from archive.work import Work
from scheduler import due
from scheduler.due import Errand, Key
from scheduler.heartbeat import Heartbeat
from scheduler.reload import RefusedError, Renew
from scheduler.timetable import Timetable
from scheduler.turns import Turns

LOGGER = logging.getLogger(__name__)

TICK = 1.0
"""Seconds between two looks at requests, at what is overdue and at the clock."""
CLOCK_JUMP = 60.0
"""Seconds by which the wall clock may move against the monotonic one before the agenda is drawn up anew."""
REST = 60.0
"""Seconds for which the archive is left alone after it could not be read or written."""
PATIENCE = 27.0
"""Seconds that crawls have to end after they were told to; the process has 30.

Those that do not are killed after 25: with 25 here, too, this process was gone before it had closed their runs.
"""

MOST_AT_ONCE = 256
"""Threads that may be at work: `parallel` says how many are, and can change while the daemon runs."""
LEAST = timedelta(minutes=2)
"""How long work that is no crawl may take at least, though the outlet's next crawl be due earlier."""

Perform = Callable[[Errand], None]
"""Does some work for an outlet, and returns when it has ended."""


def name_of(outlet: str, work: Work) -> str:
    """Give how some work is named in a line: a crawl by its outlet alone."""
    return outlet if work is Work.CRAWL else f"{outlet} {work}"


class SchedulerService:
    """Runs what the agenda table says is due, as jobs of APScheduler's; its main loop looks there once a second.

    APScheduler is given a job when its turn has come, to be run at once: it would wait an hour where the clock was set back
    by one, run nothing that was missed while it was off, and lose what it cannot read in a store. Nothing but the agenda
    keeps an appointment: what was due while the machine slept, the archive was away or the clock was moved
    is found by the next look. So an outlet that is due or asked for while it is being crawled is crawled once more right
    after, whatever the number of periods and requests. `perform` never runs twice at once for one outlet or one host,
    and at most `parallel` times in all; those that wait are served in the order in which they came. After `interrupt`,
    what runs must end, and a `perform` called later must return at once.
    """

    def __init__(
        self,
        *,
        database: Database,
        timetable: Timetable,
        outlets: Sequence[str],
        perform: Perform,
        interrupt: Callable[[], None],
        now: Callable[[], datetime],
        hosts: Mapping[str, str] | None = None,
        heartbeat: Heartbeat | None = None,
        renew: Renew | None = None,
        hindrance: Callable[[], str | None] = lambda: None,
        chance: Callable[[], float] = random,
        tick: float = TICK,
        patience: float = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._timetable = timetable
        self._outlets = tuple(outlets)
        self._perform = perform
        self._interrupt = interrupt
        self._now = now
        self._heartbeat = heartbeat
        self._renew = renew
        self._outdated = False
        self._hindrance = hindrance
        self._hindered: set[Key] = set()
        self._trouble: str | None = None
        self._hindered_by: str | None = None
        self._chance = chance
        self._tick = tick
        self._patience = patience
        self._monotonic = monotonic
        self._plan = due.Plan(next_at={}, missed=frozenset())
        self._missed: set[Key] = set()
        self._paused: set[Key] = set()
        self._starts: dict[Key, tuple[datetime, datetime]] = {}
        self._strangers: set[str] = set()
        self._turns = Turns(hosts or {}, timetable.settings.parallel)
        self._idle = Condition()
        self._stopping = False
        # A queue, not an event: a signal handler that sets an event can meet its lock held by the thread it interrupts.
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._drift = 0.0
        self._rest_until = 0.0
        # It tells of each job that it adds and removes; our lines say more.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._jobs = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(MOST_AT_ONCE)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Draw up the agenda; what was missed is run once, at once, when `serve` is called.

        Raises:
            ArchiveError: the agenda cannot be read or written.
        """
        self._drift = self._clock_drift()
        self._draw_up()
        self._jobs.start()
        if self._heartbeat:
            self._heartbeat.begin()
        overdue = len({outlet for outlet, _ in self._missed})
        LOGGER.info("scheduler starts: %d outlets, %d of them overdue", len(self._outlets), overdue)

    def adopt(self, timetable: Timetable, outlets: Sequence[str], hosts: Mapping[str, str]) -> None:
        """Go on by other settings; what runs goes on by the old ones. Only the thread that serves may call it.

        Raises:
            ArchiveError: the agenda cannot be read or written; the old settings stay in force.
        """
        plan = due.draw_up(self._database, outlets, timetable, now=self._now())
        self._timetable, self._outlets = timetable, tuple(outlets)
        self._turns.hosts, self._turns.parallel = hosts, timetable.settings.parallel
        self._take_up(plan)

    def upcoming(self) -> tuple[str, datetime] | None:
        """Give the outlet whose crawl was due first when the agenda was last drawn up, and its time."""
        crawls = [(at, outlet) for (outlet, work), at in self._plan.next_at.items() if work is Work.CRAWL]
        return min(crawls)[::-1] if crawls else None

    def serve(self) -> tuple[str, ...]:
        """Go on until `stop` is called; give what did not end in time, none is good."""
        try:
            while not self._stopping:
                if self._outdated:
                    self._reload()
                self.tick()
                if self._heartbeat:
                    self._heartbeat.beat(self.running(), self._trouble, hindrance=self._hindered_by)
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
        """Give what is being done: an outlet that is crawled, or an outlet and its work."""
        with self._idle:
            return tuple(sorted(name_of(outlet, work) for outlet, work in self._turns.running().items()))

    def stop(self) -> None:
        """Make `serve` return: no new work, what runs is told to stop. Safe in a signal handler."""
        self._stopping = True
        self._bell.put(None)

    def reload(self) -> None:
        """Have `serve` go by the settings as they are now, or as before where they are bad. Safe in a signal handler."""
        self._outdated = True
        self._bell.put(None)

    def _reload(self) -> None:
        self._outdated = False
        if self._renew is None:
            return
        if self._heartbeat:
            self._heartbeat.reloading()
        refused = None
        try:
            renewal = self._renew()
            self.adopt(renewal.timetable, renewal.outlets, renewal.hosts)
        except (RefusedError, ArchiveError) as error:
            refused = str(error)
            LOGGER.error("new settings are refused, the old ones stay in force: %s", refused)
        else:
            renewal.take_effect()
            LOGGER.info("new settings are in force: %d outlets", len(self._outlets))
        if self._heartbeat:
            self._heartbeat.begin(self.running(), refused)

    def tick(self) -> None:
        """Begin what was asked for or is due, as far as places are free, and notice when the clock was moved."""
        if self._monotonic() < self._rest_until:
            return
        try:
            self._watch_clock()
            waiting = due.waiting(self._database, self._now())
            self._heed(waiting.paused, waiting.due)
            if self._is_hindered(waiting.due):
                return
        except ArchiveError as error:
            self._rest(error)
            return
        ripe = dict.fromkeys(key for key in waiting.asked if self._knows(key))
        ripe |= dict.fromkeys(key for key, at in waiting.due.items() if self._knows(key) and self._ripe(key, at))
        with self._idle:
            self._turns.keep(ripe)
            for key in ripe:
                self._turns.wait(key)
            for outlet, work in () if self._stopping else self._turns.next():
                self._jobs.add_job(self._work, args=[outlet, work], name=name_of(outlet, work))

    def _ripe(self, key: Key, at: datetime) -> bool:
        """Say whether what has come due shall begin: by chance a little later, but for what was missed."""
        if key in self._missed:
            return True
        if self._starts.get(key, (None, at))[0] != at:
            put_off = timedelta(seconds=self._timetable.settings.jitter * self._chance())
            self._starts[key] = (at, at + put_off)
        return self._starts[key][1] <= self._now()

    def _heed(self, paused: Mapping[Key, datetime], due_now: Mapping[Key, datetime]) -> None:
        """Note what is due and not done since a person paused the outlet; what was noted is missed once that is over."""
        for key, at in paused.items():
            if key not in self._paused and self._knows(key):
                due.note_paused(self._database, key, at, now=self._now())
        # One that is neither was put off to a time to come: nothing of it was missed.
        self._missed |= self._paused & due_now.keys()
        self._paused = set(paused)

    def _is_hindered(self, ready: Mapping[Key, datetime]) -> bool:
        """Say whether nothing may begin now; what is due is then noted once, stays due, and is made up for by one run."""
        why, before = self._hindrance(), self._hindered_by
        self._trouble, self._hindered_by = None, why
        if why is None:
            if self._hindered:
                LOGGER.info("work goes on: %d runs were put off", len(self._hindered))
                self._missed |= self._hindered
                self._hindered = set()
            return False
        if before is None:
            LOGGER.error("%s", why)
        for key, at in ready.items():
            if key not in self._hindered and self._knows(key):
                due.note_hindered(self._database, key, at, why, now=self._now())
                self._hindered.add(key)
        return True

    def _work(self, outlet: str, work: Work) -> None:
        try:
            if not self._stopping:
                self._run(outlet, work)
        except ArchiveError as error:
            self._rest(error)
        except Exception:  # the edge of one job
            LOGGER.exception("%s: %s failed for a cause that was not foreseen", outlet, work)
        finally:
            with self._idle:
                self._turns.done(outlet)
                self._idle.notify_all()
            self._bell.put(None)

    def _run(self, outlet: str, work: Work) -> None:
        errand = self._take(outlet, work)
        if errand is None:
            return
        planned = f", planned for {errand.planned_at:%Y-%m-%d %H:%M} UTC" if errand.planned_at else ""
        missed = f", stands in for {errand.missed} missed" if errand.missed > 1 else ""
        LOGGER.info("%s: %s begins (%s%s%s)", outlet, work, errand.cause, planned, missed)
        began = time.monotonic()
        try:
            self._perform(errand)
        finally:
            LOGGER.info("%s: %s ended after %.1f s", outlet, work, time.monotonic() - began)

    def _take(self, outlet: str, work: Work) -> Errand | None:
        key, now = (outlet, work), self._now()
        errand = due.take(self._database, outlet, work, self._timetable, now=now, missed=key in self._missed)
        self._missed.discard(key)
        self._starts.pop(key, None)
        if errand is None or work is Work.CRAWL:
            return errand
        return replace(errand, ends_by=max(self._timetable.next_crawl(outlet, now), now + LEAST))

    def _draw_up(self) -> None:
        self._take_up(due.draw_up(self._database, self._outlets, self._timetable, now=self._now()))

    def _take_up(self, plan: due.Plan) -> None:
        self._plan, self._missed, self._starts = plan, set(plan.missed), {}

    def _clock_drift(self) -> float:
        return self._now().timestamp() - self._monotonic()

    def _watch_clock(self) -> None:
        """Draw up the agenda anew when the wall clock was moved: what lies ahead may lie a year ahead now."""
        drift = self._clock_drift()
        if abs(drift - self._drift) <= CLOCK_JUMP:
            return
        LOGGER.warning("the clock moved by %+.0f s: the agenda is drawn up anew", drift - self._drift)
        self._draw_up()
        self._drift = drift

    def _rest(self, error: ArchiveError) -> None:
        LOGGER.error("%s; asked again in %.0f s", error, REST)
        self._rest_until = self._monotonic() + REST
        self._trouble = str(error)

    def _knows(self, key: Key) -> bool:
        """Say whether an outlet is one of ours; one that was declared since is warned of once."""
        outlet, _ = key
        if outlet not in self._outlets and outlet not in self._strangers:
            self._strangers.add(outlet)
            LOGGER.warning(
                "%s: asked for, and unknown to this scheduler: have it read its settings anew, `pilkada schedule reload`",
                outlet,
            )
        return outlet in self._outlets

    def _end(self) -> tuple[str, ...]:
        LOGGER.info("scheduler stops: %d are at work", len(self.running()))
        self._interrupt()
        with self._idle:
            self._idle.wait_for(lambda: not self._turns.running(), timeout=self._patience)
        left = self.running()
        if left:
            LOGGER.error("%s: did not end within %.0f s", ", ".join(left), self._patience)
        self._jobs.shutdown(wait=False)
        return left
