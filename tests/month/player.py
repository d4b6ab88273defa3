"""Plays a script: does what it says to the sample outlets, and has them crawled as a crawl's child process would."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import install_reactor

from archive import runs
from archive.database import Database
from archive.settings import Home
from crawler import child
from crawler.config import load
from crawler.crawl import Crawl
from crawler.reader import Reader
from crawler.reading import ReadingPool
from crawler.reading.pack import parse
from crawler.report import report_of
from crawler.runner import EVERYTHING, make_task
from crawler.sample import SAMPLES, SampleOutlet
from crawler.sample.absent import challenge, gone, notice, soft_404, to_home
from crawler.sample.server import Answer
from crawler.spider import OutletSpider
from crawler.task import Task
from tests.month import script
from tests.month.script import Event, Plan
from tests.month.stories import prose

PLAYED = "month.json"
"""In the home: what was asked of the sites, and what the crawls reported."""


class Clock:
    """A time that is set, and runs on from there by the machine's clock."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def set(self, at: datetime) -> None:
        self._at, self._since = at, time.monotonic()

    def __call__(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._since)


class Newsrooms:
    """The outlets of a plan, to which its events are done."""

    def __init__(self, plan: Plan, clock: Clock) -> None:
        self.plan, self.clock = plan, clock
        self.sites: dict[str, SampleOutlet] = {slug: SAMPLES[slug](clock=clock, posts=()) for slug in plan.outlets}
        if "kalteng-sampel" in self.sites:
            self.sites["kalteng-sampel"].rest = "401"  # type: ignore[attr-defined]
        self._numbers: dict[tuple[str, int], int] = {}
        self._notices = 0

    def do(self, event: Event) -> None:
        site = self.sites[event.outlet]
        self.clock.set(event.at)
        if event.post is not None:
            self._numbers[event.outlet, event.number] = event.post.id
            site.publish(event.post)
            return
        number = self._numbers[event.outlet, event.number]
        post = next(post for post in site.posts if post.id == number)
        match event.do:
            case "edit" | "trifle":
                at = post.changed if event.silent else event.at
                site.edit(number, title=event.title, blocks=event.blocks, at=at)
            case "remove":
                site.remove(number, instead=self._instead(site, event.way))
            case "restore":
                site.restore(number)
            case "move":
                site.move(number, slug=f"{post.slug}-baru", redirect=event.way == "redirect")

    def _instead(self, site: SampleOutlet, way: str) -> Answer | None:
        told = prose()["withdrawn"]["notices"]
        self._notices += 1
        words = told[self._notices % len(told)]
        made: dict[str, Callable[[], Answer | None]] = {
            "own": lambda: None,
            "gone": gone,
            "home": lambda: to_home(site.base_url, status=302 if self._notices % 2 else 301),
            "soft": soft_404,
            "notice": lambda: notice(words),
            "notice-404": lambda: notice(words, status=404),
            "notice-410": lambda: notice(words, status=410),
        }
        return made[way]()

    def stand(self, tick: datetime, turn: int) -> None:
        """Have the sites answer as on the day of a crawl; a shield sends its page with 403 and 200 in turn."""
        kind = self.plan.down.get((tick - script.START).days)
        for site in self.sites.values():
            site.down_paths = {"": 503} if kind == "503" else {}
            site.scripted = {"": challenge(403 if turn % 2 else 200)} if kind == "challenge" else {}


async def crawl(task: Task, home: Home, database: Database, pool: ReadingPool, clock: Clock) -> dict[str, Any]:
    """Crawl as a child does, in this process, and give the report."""

    def now() -> datetime:
        return clock()

    began = time.monotonic()
    crawl: Crawl = child.begin(task, home, database, now=now)
    try:
        crawl.put_in_order()
        pack = parse(*task.pack)
        reader = Reader(crawl, pool, crawl.site(pack))
        runner = AsyncCrawlerRunner(child.fetching(task, now=now))
        crawler = runner.create_crawler(OutletSpider)
        await runner.crawl(crawler, crawl=crawl, reader=reader, calendar=pack.calendar)
        child.count(crawl, crawler)
    finally:
        crawl.captures.close()
    if crawl.fatal is not None:
        raise crawl.fatal
    child.close(crawl, seconds=time.monotonic() - began)
    with database.read() as connection:
        row = runs.get(connection, crawl.ticket.run_id)
    assert row is not None
    return asdict(report_of(row))


async def play(plan: Plan, home: Path) -> None:
    clock = Clock(script.START)
    rooms = Newsrooms(plan, clock)
    waiting = written(plan)
    log: list[list[Any]] = []
    reports: list[dict[str, Any]] = []
    with ExitStack() as stack:
        for site in rooms.sites.values():
            stack.enter_context(site)
        tasks = declare(home, rooms)
        database = Database(next(iter(tasks.values())).database_url)
        stack.callback(database.dispose)
        pool = stack.enter_context(ReadingPool(1, next(iter(tasks.values())).memory_mb))
        tick, turn = script.START, 0
        while tick <= plan.end:
            while waiting and waiting[0].at <= tick:
                rooms.do(waiting.pop(0))
            clock.set(tick)
            rooms.stand(tick, turn)
            made = await asyncio.gather(*(crawl(task, Home(home), database, pool, clock) for task in tasks.values()))
            reports += [report | {"tick": tick} for report in made]
            for slug, site in rooms.sites.items():
                log += [[tick, slug, target, status] for _, target, status in site.requests]
                site.forget_requests()
            tick, turn = tick + plan.step, turn + 1
    home.joinpath(PLAYED).write_text(json.dumps({"log": log, "reports": reports}, default=str), "utf-8")


def written(plan: Plan) -> list[Event]:
    return list(script.written(plan).events)


def declare(home: Path, rooms: Newsrooms) -> dict[str, Task]:
    """Write the settings of the outlets, and give what a crawl of each is told."""
    lines = ['[crawl]\npages = "all"\nallow_hosts = [', *(f'"{site.base_url[7:]}",' for site in rooms.sites.values())]
    text = "\n".join([*lines, "]", f"[visits]\nbudget = {rooms.plan.budget}"])
    for slug, site in rooms.sites.items():
        text += f'\n[outlets.{slug}]\nfamily = "{site.family}"\nname = "{site.name}"\nbase_url = "{site.base_url}"\n'
        text += f'timezone = "{site.zone_name}"\n'
    home.mkdir(parents=True, exist_ok=True)
    home.joinpath("pilkada.toml").write_text(text, "utf-8")
    database = Database(Home(home).database_url(load(home, environment={}).settings.archive))
    database.upgrade()
    loaded = load(home, environment={})
    tasks = {slug: make_task(loaded, database.url, slug, "command", None, EVERYTHING, "ERROR") for slug in rooms.sites}
    database.dispose()
    return tasks


def main(plan: str, home: str) -> None:
    """Play a plan, `MONTH` or `SMALL`, in a home."""
    reacting(play(getattr(script, plan), Path(home)))


def reacting(playing: Coroutine[Any, Any, None]) -> None:
    """Run something that crawls to its end: once in a process."""
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    task = asyncio.get_event_loop().create_task(playing)
    task.add_done_callback(lambda _: reactor.stop())  # type: ignore[attr-defined]
    reactor.run(installSignalHandlers=False)  # type: ignore[attr-defined]
    task.result()
