"""The scheduler's service under a clock that is set, crawling in this process: a child for each crawl takes a second.

All else is what the program does: the outlet's lock, the readers' pool, the index and the judgement after each crawl.
Told on stdin, a JSON array a line: the wall clock and the seconds that passed by the machine's own count.
"""

import asyncio
import json
import logging
import sys
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

from scrapy.utils.reactor import install_reactor

from archive import untaken
from archive.archive import Archive
from archive.database import Database
from archive.settings import Home
from crawler.config import load
from crawler.guard import is_loopback
from crawler.reading import ReadingPool
from crawler.runner import EVERYTHING, make_task
from crawler.works import host_of, timetable
from scheduler.alertsettings import AlertSettings
from scheduler.due import Errand
from scheduler.lock import outlet_lock, scheduler_lock
from scheduler.service import SchedulerService
from scheduler.watch import Watch
from tests.month.player import crawl

TICK = 0.05


class Clock:
    """The machine's two clocks; both run on from where they were set."""

    def __init__(self, at: datetime, seconds: float) -> None:
        self.set(at, seconds)

    def set(self, at: datetime, seconds: float) -> None:
        self._set = at, seconds, time.monotonic()

    def wall(self) -> datetime:
        at, _, since = self._set
        return at + timedelta(seconds=time.monotonic() - since)

    def monotonic(self) -> float:
        _, seconds, since = self._set
        return seconds + time.monotonic() - since


class Daemon:
    """One life of the daemon."""

    def __init__(self, home: Path, clock: Clock, loop: asyncio.AbstractEventLoop, pool: ReadingPool) -> None:
        self.home, self.clock, self.loop, self.pool = Home(home), clock, loop, pool
        self.loaded = load(home, environment={})
        self.database = Database(self.home.database_url(self.loaded.settings.archive))
        self.archive = Archive.open(home)
        declared = sorted(self.loaded.settings.outlets.items())
        self.outlets = [slug for slug, outlet in declared if is_loopback(outlet.base_url)]
        self.watch = Watch(
            AlertSettings(),
            database=lambda: self.database,
            home=self.home,
            zone=self.loaded.settings.schedule.timezone,
            outlets=self.outlets,
            now=clock.wall,
        )
        self.times: SimpleQueue[str] = SimpleQueue()

    def crawl(self, errand: Errand) -> None:
        slug = errand.outlet
        task = make_task(self.loaded, self.database.url, slug, errand.cause, errand.planned_at, EVERYTHING, "ERROR")
        with outlet_lock(self.home.locks, slug):
            asked = crawl(task, self.home, self.database, self.pool, self.clock.wall)
            report = asyncio.run_coroutine_threadsafe(asked, self.loop).result()
        with self.database.write() as connection:
            untaken.stood_in(connection, report["run_id"], errand.missed)
        self.archive.catch_up()
        self.watch.after([slug])

    def serve(self) -> None:
        """Serve until stdin ends; the clock is set between two ticks, as a machine's is for whoever reads both."""
        settings = self.loaded.settings
        service = SchedulerService(
            database=self.database,
            timetable=timetable(self.loaded),
            outlets=self.outlets,
            hosts={slug: host_of(settings.outlets[slug]) for slug in self.outlets},
            perform=self.crawl,
            interrupt=lambda: None,
            now=self.clock.wall,
            monotonic=self.clock.monotonic,
        )
        with scheduler_lock(self.home.locks):
            service.start()
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            while True:
                service.tick()
                with suppress(Empty):
                    line = self.times.get(timeout=TICK)
                    if not line:
                        break
                    at, seconds = json.loads(line)
                    self.clock.set(datetime.fromisoformat(at), seconds)
            service.stop()
            service.serve()

    def listen(self) -> None:
        for line in sys.stdin:
            self.times.put(line)
        self.times.put("")


def main(home: str) -> None:
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    at, seconds = json.loads(sys.stdin.readline())
    loop = asyncio.get_event_loop()
    failed: list[BaseException] = []

    def serve() -> None:
        try:
            daemon.serve()
        except BaseException as error:
            failed.append(error)
            raise
        finally:
            loop.call_soon_threadsafe(reactor.stop)  # type: ignore[attr-defined]

    with ReadingPool(1, 512) as pool:
        daemon = Daemon(Path(home), Clock(datetime.fromisoformat(at), seconds), loop, pool)
        threading.Thread(target=daemon.listen, daemon=True).start()
        threading.Thread(target=serve).start()
        reactor.run(installSignalHandlers=False)  # type: ignore[attr-defined]
    sys.exit(1 if failed else 0)
