"""Plays what broke: a history that is crawled once, and from a copy of it two crawls for each thing that breaks."""

import asyncio
import json
import logging
import random
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
from scrapy.utils.reactor import install_reactor

from archive import healthchanges
from archive.database import Database
from archive.settings import Home
from crawler.reading import ReadingPool
from crawler.sample import SAMPLES, SampleOutlet
from crawler.sample.posts import Post, slugified
from crawler.sample.server import Answer
from crawler.task import Task
from scheduler.watch import look
from tests.month.player import Clock, crawl, declare
from tests.month.script import OPENINGS
from tests.month.stories import story
from tests.mutations.broken import MUTATIONS, Change

TOLD = "told.json"
START = datetime(2024, 11, 4, 1, 0, tzinfo=UTC)
STEP = timedelta(hours=13)
"""A copy of robots.txt is good for a day: of two crawls the second asks for it in any case."""
HISTORY, BEFORE = 5, 4
"""Crawls that go before, and stories that come between two of them."""
RUNS, NEW = 2, 6
QUIET = "quiet"
"""Said in the stead of mutations, with a number of days: nothing breaks."""


class Site:
    """An outlet whose answers may be changed, and its newsroom."""

    def __init__(self, slug: str, clock: Clock) -> None:
        self.change: Change | None = None
        self.before: dict[str, Answer] = {}
        self.slug, self.clock, self._chance = slug, clock, random.Random(slug)
        site = self

        class Changed(SAMPLES[slug]):  # type: ignore[misc]
            def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
                said = super().answer(target, headers)
                if site.change is not None:
                    return site.change(target, said, site.before)
                site.before[target] = said
                return said

        self.outlet: SampleOutlet = Changed(clock=clock)
        self._number = 5000

    def publish(self, number: int, until: datetime) -> list[int]:
        """Publish some stories in the hours before a time."""
        made = []
        for back in range(number, 0, -1):
            self._number += 1
            made.append(self._number)
            told = story(self._chance, self._number, opening=lambda place: OPENINGS[self.slug].format(place.upper()))
            self.outlet.publish(
                Post(
                    id=self._number,
                    slug=f"{slugified(told.title)}-{self._number}",
                    title=f"{told.title} ({self._number})",
                    section="Pilkada",
                    date=(until - back * timedelta(minutes=70)).replace(microsecond=0),
                    blocks=tuple(block.replace('"Kami', "“Kami").replace(',"', ",”") for block in told.blocks),
                    tags=("Pilkada 2024",),
                    account="Redaktur",
                )
            )
        return made


async def play(names: list[str], home: Path) -> None:
    clock = Clock(START)
    slugs = sorted({MUTATIONS[name].outlet for name in names})
    told: dict[str, Any] = {}
    with ExitStack() as stack:
        sites = {slug: Site(slug, clock) for slug in slugs}
        rooms = SimpleNamespace(
            sites={slug: stack.enter_context(site.outlet) for slug, site in sites.items()},
            plan=SimpleNamespace(budget=0),
        )
        tasks = declare(home / "well", rooms)  # type: ignore[arg-type]
        pool = stack.enter_context(ReadingPool(1, next(iter(tasks.values())).memory_mb))
        tick = START
        for number in range(HISTORY + 1):
            for site in sites.values():
                if number:
                    site.publish(BEFORE, tick)
            told.setdefault("before", []).append(await looked(tasks, home / "well", pool, clock, tick))
            tick += STEP
        for name in [*names, *slugs]:
            mutation = MUTATIONS.get(name)
            slug = mutation.outlet if mutation else name
            site, here = sites[slug], home / slugified(name)
            shutil.copytree(home / "well", here)
            made: list[int] = []
            for run in range(RUNS):
                site.change = mutation.change if mutation else None
                made += site.publish(NEW, tick + run * STEP)
                found = await looked({slug: tasks[slug]}, here, pool, clock, tick + run * STEP)
                told.setdefault(name, []).append(found.get(slug))
            site.change = None
            for number in made:
                site.outlet.delete(number)
    home.joinpath(TOLD).write_text(json.dumps(told, default=str, indent=1), "utf-8")


async def quiet(days: int, home: Path) -> None:
    """Crawl outlets twice a day in which nothing breaks: some stories on weekdays, fewer on Sundays, none at night."""
    clock, chance = Clock(START), random.Random(11)
    told: list[Any] = []
    with ExitStack() as stack:
        sites = {slug: Site(slug, clock) for slug in SAMPLES}
        rooms = SimpleNamespace(
            sites={slug: stack.enter_context(site.outlet) for slug, site in sites.items()},
            plan=SimpleNamespace(budget=0),
        )
        tasks = declare(home / "well", rooms)  # type: ignore[arg-type]
        pool = stack.enter_context(ReadingPool(1, next(iter(tasks.values())).memory_mb))
        for half in range(2 * days):
            tick = START + half * timedelta(hours=12)
            for site in sites.values():
                sunday = tick.weekday() == 6
                site.publish(0 if half % 2 == 0 else chance.choice((0, 0, 1) if sunday else (1, 2, 2, 4)), tick)
            told.append(await looked(tasks, home / "well", pool, clock, tick))
    home.joinpath(TOLD).write_text(json.dumps({QUIET: told}, default=str), "utf-8")


async def looked(
    tasks: Mapping[str, Task], home: Path, pool: ReadingPool, clock: Clock, tick: datetime
) -> dict[str, Any]:
    """Crawl outlets at a time, judge them, and give what stands of each."""
    clock.set(tick)
    url = f"sqlite:///{home / 'pilkada.db'}"
    database = Database(url)
    for slug, task in tasks.items():
        here = msgspec.structs.replace(task, home=str(home), database_url=url)
        await crawl(here, Home(home), database, pool, clock)
        look(database, [slug], now=clock())
    with database.read() as connection:
        newest = healthchanges.newest(connection)
    database.dispose()
    return {slug: [change.state, change.cause, change.detail, change.example] for slug, change in newest.items()}


def main(home: str, *names: str) -> None:
    """Play mutations, or `quiet` days, in a folder, and leave what was told of each there."""
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("scrapy").setLevel(logging.CRITICAL)
    work = quiet(int(names[1]), Path(home)) if names[0] == QUIET else play(list(names), Path(home))
    playing = asyncio.get_event_loop().create_task(work)
    playing.add_done_callback(lambda _: reactor.stop())  # type: ignore[attr-defined]
    reactor.run(installSignalHandlers=False)  # type: ignore[attr-defined]
    playing.result()
