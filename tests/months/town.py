"""Twenty newsrooms on loopback that publish, fail, change and fall silent by a script, and note what is asked of them."""

import random
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.sample import SAMPLES, PopojiSite, SampleOutlet
from crawler.sample.absent import challenge
from crawler.sample.large import story
from crawler.sample.server import Answer
from tests.scheduler.newsrooms import newsroom

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2024, 11, 1, tzinfo=UTC)
"""Eight in the morning in the schedule's zone."""
STORIES = ("/article/", "/detailpost/")
"""Where the stories of a listing site and of a PopojiCMS are."""
SHUT = "User-agent: *\nDisallow: /\n"
DELAY = 0.05
"""Seconds between two requests at an outlet that is declared with a delay."""
SLOW = 0.2
"""Seconds that a slow outlet takes for an answer."""


@dataclass(frozen=True, kw_only=True)
class Ill:
    """What is wrong with an outlet from one time to another."""

    outlet: str
    kind: str
    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        return self.since <= at < self.until


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long, at how many outlets of each family, and what goes wrong; all times lie on the true clock."""

    days: int
    each: int
    a_day: float
    history: int
    """Days for which an outlet has published before anybody looked: its silence is judged by two weeks at least."""
    ills: tuple[Ill, ...] = ()
    down: tuple[tuple[datetime, datetime], ...] = ()
    """When no daemon runs."""
    killed: tuple[datetime, ...] = ()
    """Due times at which the daemon is killed in the middle of crawls."""
    wrong: tuple[tuple[datetime, datetime, timedelta], ...] = ()
    """From when to when the machine's clock is wrong, and by how much."""
    delayed: tuple[str, ...] = ()
    seed: int = 11

    @property
    def end(self) -> datetime:
        return START + self.days * DAY

    @property
    def outlets(self) -> list[str]:
        return [f"{slug.removesuffix('-sampel')}-{number}" for number in range(1, self.each + 1) for slug in SAMPLES]

    def ill(self, outlet: str, *kinds: str) -> list[Ill]:
        return [ill for ill in self.ills if ill.outlet == outlet and (not kinds or ill.kind in kinds)]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as a site saw it: when by the true clock, and from when to when by the machine's seconds."""

    at: datetime
    began: float
    ended: float
    target: str
    status: int


class Clock:
    """The true time: set by whoever plays, and the same for all sites."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@dataclass(kw_only=True)
class Newsroom:
    """One outlet: its site, its log, and when it publishes."""

    site: SampleOutlet
    slug: str
    asked: list[Asked] = field(default_factory=list)


def emptied(body: bytes) -> bytes:
    """A story's page after a redesign: its text comes by JavaScript."""
    return re.sub(rb"(?s)<body.*</body>", b'<body><div id="app"></div><script src="/app.js"></script></body>', body)


class Town:
    """The newsrooms of a plan; use it as a context manager, and `stand` it at each time."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.clock = Clock()
        self.rooms: dict[str, Newsroom] = {}
        for at, outlet in enumerate(plan.outlets):
            kind = SAMPLES[f"{outlet.partition('-')[0]}-sampel"]
            self.rooms[outlet] = self._room(kind, outlet, at)

    def __enter__(self) -> "Town":
        for room in self.rooms.values():
            room.site.start()
        return self

    def __exit__(self, *_: object) -> None:
        for room in self.rooms.values():
            room.site.stop()

    def stand(self, at: datetime) -> None:
        """Have the outlets stand as they do at a time."""
        self.clock.at = at
        for outlet, room in self.rooms.items():
            kinds = {ill.kind for ill in self.plan.ill(outlet) if ill.holds(at)}
            site = room.site
            site.down_paths = {"": 503} if "503" in kinds else {}
            site.scripted = {"": challenge()} if "challenge" in kinds else {}
            site.robots = SHUT if "robots" in kinds else None
            if "refused" in kinds:
                site.stop()
            elif not site.listening:  # type: ignore[attr-defined]
                site.start()

    def published(self, outlet: str, until: datetime) -> list[int]:
        """The numbers of the stories that an outlet had published by a time."""
        return [post.id for post in self.rooms[outlet].site.posts if post.date <= until]

    def _room(self, kind: Any, outlet: str, at: int) -> Newsroom:
        noted: list[Asked] = []
        plan, clock = self.plan, self.clock

        class Watched(kind):  # type: ignore[misc] # a class that is chosen
            @property
            def listening(self) -> bool:
                return self._server is not None

            def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
                began, now = time.monotonic(), clock()
                kinds = {ill.kind for ill in plan.ill(outlet) if ill.holds(now)}
                if "slow" in kinds:
                    time.sleep(SLOW)
                said: Answer = super().answer(target, headers)
                if "redesign" in kinds and target.startswith(STORIES):
                    said = replace(said, body=emptied(said.body))
                noted.append(Asked(now, began, time.monotonic(), target, said.status))
                return said

        site = Watched(clock=clock, posts=(), port=free_port())
        if kind is SAMPLES["kalteng-sampel"]:
            site.rest = "401"
        chance = random.Random(self.plan.seed + at)
        silent = next((ill.since for ill in plan.ill(outlet, "silent")), plan.end)
        times = newsroom(
            self.plan.seed + at, START - plan.history * DAY, days=plan.history + plan.days, a_day=plan.a_day
        )
        for number, born in enumerate(moment for moment in times if moment < silent):
            post = story(150 * at + number, chance, date=born)
            site.publish(replace(post, date=born, modified=None, sticky=False))
        if isinstance(site, PopojiSite):
            site.write_sitemap()
        return Newsroom(site=site, slug=outlet, asked=noted)


def free_port() -> int:
    """A port that is free now: an outlet that refuses connections for a while comes back at its own."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
