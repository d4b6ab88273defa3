"""Crawls of outlets at which something goes wrong by chance: `python -m tests.crawler.faultyruns RUNS PAGES HOME`.

A process of its own, since a reactor runs once. After each run, what became of every address is looked up in the
archive's tables, by statements that the program does not share, and in the site's log.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from archive.database import Database
from archive.settings import Home
from crawler.config import load
from crawler.reading import ReadingPool
from crawler.reading.rules import CHROME, WORDPRESS, Rules
from crawler.reextract.outlets import Reextract
from crawler.sample import SAMPLES, SampleOutlet
from crawler.sample.absent import challenge, gone, soft_404, to_home
from crawler.sample.large import story
from crawler.sample.server import HTML, Answer
from crawler.task import Task
from spiders.families import WordPress
from tests.crawler.commandline import summed
from tests.month import script
from tests.month.player import Clock, crawl, declare, reacting

FOUND = "faultyruns.json"
"""In the home: what was found."""
STATUSES = (401, 403, 404, 410, 429, 500, 502, 503, 504)
ROBOTS: tuple[str | int | None, ...] = (
    *(None, None, None, "User-agent: *\nDisallow: /\n", "User-agent: *\nDisallow: /*berita\nDisallow: /category\n"),
    *(503, 404, 401, "<html>\x00\xff bukan robots.txt", ""),
)
# How an address entered and left a run, and whether anything is to come of it.
STANDING = """
SELECT a.canonical, d.outcome, d.reason,
       EXISTS (SELECT 1 FROM due WHERE due.address_id = a.id AND due.next_at IS NOT NULL) AS due,
       EXISTS (SELECT 1 FROM visit v WHERE v.address_id = a.id AND v.state = 'unread') AS unread
FROM disposition d JOIN address a ON a.id = d.address_id WHERE d.run_id = {run}
"""
# Addresses whose last end is a rejection that says why: 404, 410, an empty page, robots.txt.
REFUSED = """
SELECT o.slug, rtrim(a.canonical, '/') FROM disposition d
JOIN address a ON a.id = d.address_id JOIN outlet o ON o.id = a.outlet_id
WHERE d.outcome = 'rejected' AND d.reason IS NOT NULL
AND d.run_id = (SELECT max(run_id) FROM disposition last WHERE last.address_id = a.id)
"""
ENDED = ("new", "revised", "unchanged")

Fault = Callable[[Callable[[], Answer], random.Random], Answer]


def _refused(own: Callable[[], Answer], chance: random.Random) -> Answer:
    headers = (HTML, ("Retry-After", str(chance.choice([1, 600, 7200])))) if chance.random() < 0.5 else (HTML,)
    return Answer(status=chance.choice(STATUSES), headers=headers, body=b"<html><body>galat</body></html>")


def _reset(own: Callable[[], Answer], chance: random.Random) -> Answer:
    raise ConnectionResetError


def _cut_short(own: Callable[[], Answer], chance: random.Random) -> Answer:
    """A body that ends before the length that was told, and the connection with it."""
    answer = own()
    told = (*answer.headers, ("Content-Length", str(len(answer.body) + 700)), ("Connection", "close"))
    return replace(answer, headers=told, body=answer.body[: chance.randint(0, len(answer.body))], chunked=False)


def _challenged(own: Callable[[], Answer], chance: random.Random) -> Answer:
    return challenge(chance.choice([200, 403, 503]))


def _nonsense(own: Callable[[], Answer], chance: random.Random) -> Answer:
    return chance.choice([Answer(body=b""), Answer(body=chance.randbytes(900)), gone(), soft_404()])


def _slow(own: Callable[[], Answer], chance: random.Random) -> Answer:
    time.sleep(chance.uniform(0.01, 0.05))
    return own()


FAULTS: Mapping[str, Fault] = {
    "status": _refused,
    "reset": _reset,
    "truncated": _cut_short,
    "challenge": _challenged,
    "nonsense": _nonsense,
    "slow": _slow,
}


@dataclass
class Mood:
    """What goes wrong at a site meanwhile: which faults, at what, and at how many of the requests there."""

    faults: tuple[str, ...] = ()
    where: str = "all"
    share: float = 1.0


def troubled(kind: type[SampleOutlet], clock: Clock, seed: int) -> SampleOutlet:
    """A sample outlet without stories, whose `mood` a test sets."""

    class Troubled(kind):  # type: ignore[misc, valid-type]
        mood = Mood()
        chance = random.Random(seed)

        def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
            def own() -> Answer:
                return super(Troubled, self).answer(target, headers)

            paths = {self.path(post) for post in self.posts}
            of_story = target in paths
            meant = self.mood.where == "all" or of_story == (self.mood.where == "stories")
            if not self.mood.faults or not meant or target == "/robots.txt" or self.chance.random() > self.mood.share:
                return own()
            return FAULTS[self.chance.choice(self.mood.faults)](own, self.chance)

    site: SampleOutlet = Troubled(clock=clock, posts=())
    if hasattr(site, "rest"):
        site.rest = ("open", "401", "open", "html")[seed % 4]
    return site


@dataclass
class Found:
    """What was found after the runs."""

    runs: int = 0
    faulty: int = 0
    wrong: list[str] = field(default_factory=list)
    bad_runs: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    stories: int = 0
    refused: int = 0
    """Stories of which the site itself said that there are none, while things went wrong."""
    unstored: list[str] = field(default_factory=list)
    """Those that are neither held nor refused with a reason."""
    quarantine: dict[str, int] = field(default_factory=dict)


class Trial:
    """Some outlets, crawled again and again while chance sees to it that things go wrong there."""

    def __init__(self, home: Path, stack: ExitStack, seed: int = 14) -> None:
        self.chance = random.Random(seed)
        self.clock = Clock(script.START)
        self.found = Found()
        kinds = {**SAMPLES, "kutai-sampel": SAMPLES["kabar-sampel"]}
        self.sites = {slug: troubled(kind, self.clock, at) for at, (slug, kind) in enumerate(kinds.items())}
        for site in self.sites.values():
            stack.enter_context(site)
        rooms: Any = SimpleNamespace(sites=self.sites, plan=script.SMALL)
        self.tasks: dict[str, Task] = declare(home, rooms)
        first = next(iter(self.tasks.values()))
        self.home, self.database = Home(home), Database(first.database_url)
        stack.callback(self.database.dispose)
        self.pool = stack.enter_context(ReadingPool(1, first.memory_mb))
        self._published = 0

    def publish(self, site: SampleOutlet, number: int) -> None:
        for _ in range(number):
            date = self.clock() - timedelta(minutes=self.chance.randint(1, 600))
            site.publish(story(self._published, self.chance, date=date, paged=False))
            self._published += 1

    def upset(self, site: SampleOutlet) -> None:
        """Draw what goes wrong at a site until the next run, and what its newsroom does."""
        kinds = tuple(self.chance.sample(list(FAULTS), self.chance.randint(1, 3)))
        share = self.chance.choice([0.1, 0.3, 0.6, 1.0])
        where = self.chance.choice(["all", "stories", "stories", "sources"])
        calm = self.chance.random() < 0.15
        mood = Mood() if calm else Mood(faults=kinds, where=where, share=share)
        site.mood = mood  # type: ignore[attr-defined]
        site.robots = self.chance.choice(ROBOTS)
        self.found.faults.update(mood.faults)
        self.found.faulty += bool(mood.faults) or site.robots is not None
        self.publish(site, self.chance.randint(0, 3))
        held = [post.id for post in site.public]
        if len(held) > 4 and self.chance.random() < 0.3:
            site.edit(self.chance.choice(held), title=f"Ralat: {self.chance.randint(1, 999)} berkas diperiksa ulang")
        if len(held) > 4 and self.chance.random() < 0.2:
            instead = self.chance.choice([None, gone(), soft_404(), to_home(site.base_url)])
            site.remove(self.chance.choice(held), instead=instead)

    async def run(self, slug: str) -> None:
        site, found = self.sites[slug], self.found
        site.forget_requests()
        report = await crawl(self.tasks[slug], self.home, self.database, self.pool, self.clock)
        found.runs += 1
        found.statuses[report["status"]] += 1
        wrong = list(self.judged(report, site))
        found.wrong += [f"run {report['run_id']} of {slug}: {line}" for line in wrong]
        found.bad_runs += bool(wrong)

    def judged(self, report: Mapping[str, Any], site: SampleOutlet) -> Iterator[str]:
        """Say what of a run does not add up."""
        if not summed(report):
            yield f"its sums do not hold: {report}"
        rows = self.rows(STANDING.format(run=report["run_id"]))
        if len(rows) != report["discovered"] + report["carried"]:
            yield f"{len(rows)} addresses entered it, and it tells of {report['discovered'] + report['carried']}"
        for canonical, outcome, reason, due, unread in rows:
            self.found.ends[f"{outcome or 'left'}{f' ({reason})' if reason else ''}"] += 1
            if outcome in ENDED:
                continue
            if outcome in ("rejected", "failed") and not reason:
                yield f"{canonical} is {outcome}, and nobody says why"
            if outcome == "failed" and not due:
                yield f"{canonical} failed and is not tried again"
            if outcome is None and not (due or unread):
                yield f"{canonical} has no outcome and nothing is to come of it"
        visited = {canonical for (canonical,) in self.rows("SELECT canonical FROM address")}
        paths = {site.path(post) for post in site.posts}
        for target in {target for _, target, _ in site.requests} & paths:
            if target.rstrip("/") not in {one.rstrip("/") for one in visited}:
                yield f"{target} was asked for, and the archive has never heard of it"

    async def settle(self) -> None:
        """Let all be well again, and crawl until nothing is due: what was listed while things went wrong is held."""
        for _ in range(3):
            self.clock.set(self.clock() + timedelta(days=9))
            for slug, site in self.sites.items():
                site.mood, site.robots = Mood(), None  # type: ignore[attr-defined]
                await self.run(slug)
        held = set(
            self.rows(
                "SELECT o.slug, rtrim(a.canonical, '/') FROM visit v JOIN address a ON a.id = v.address_id"
                " JOIN outlet o ON o.id = a.outlet_id WHERE v.state = 'read'"
            )
        )
        refused = set(self.rows(REFUSED))
        for slug, site in self.sites.items():
            paths = {(slug, site.path(post).rstrip("/")) for post in site.public}
            self.found.stories += len(paths)
            self.found.refused += len(paths & refused - held)
            self.found.unstored += [f"{slug}: {path}" for _, path in sorted(paths - held - refused)]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    async def quarantine(self, pages: int) -> dict[str, int]:
        """Have pages that a rule makes unreadable crawled, put the rule right, and read them again without a request.

        The site was redesigned, as its outlet's rules do not know: its text stands where they see side matter.
        """
        site = self.sites["kutai-sampel"]
        site.rest = "401"  # type: ignore[attr-defined]
        site.down_paths = {"/feed": 404}  # it would hold the text
        before = {post.id for post in site.posts}
        self.clock.set(self.clock() + timedelta(days=1))
        self.publish(site, pages)
        boxes = [
            one[1:] for one in CHROME if one.startswith(".") and one.replace("-", "").replace("_", "")[1:].isalnum()
        ]
        fresh = [post for post in site.public if post.id not in before]
        for post in fresh:
            page = site.serve(site.path(post), {})
            site.scripted[site.path(post)] = replace(page, body=self.redesigned(page.body, boxes))
        mine = "(SELECT max(id) FROM run)"
        await self.run("kutai-sampel")
        state = f"state = 'rejected' AND reason = 'unreadable' AND run_id = {mine}"
        (refused,) = self.rows(f"SELECT count(*), count(capture_id) FROM visit WHERE {state}")
        site.forget_requests()
        with rules(replace(WORDPRESS, drop=())):
            task = Reextract(load(self.home.root, environment={}), self.database, self.pool, rehearsal=False)
            await asyncio.to_thread(task.run, ["kutai-sampel"], None)
        titles = {title for (title,) in self.rows("SELECT title FROM reading")}
        return {
            "pages": len(fresh),
            "refused": refused[0],
            "kept": refused[1],
            "recovered": sum(post.title in titles for post in fresh),
            "requests": len(site.requests),
        }

    def redesigned(self, body: bytes, boxes: list[str]) -> bytes:
        """A page whose text stands in a box that is side matter elsewhere, in others that say nothing, in other elements."""
        box, deep = self.chance.choice(boxes), self.chance.randint(0, 3)
        tag = self.chance.choice(["p", "p", "div", "section"])
        head, mark, rest = body.decode().partition('<div class="entry-content">')
        inside, closing, tail = rest.partition("</div>")
        inside = inside.replace("<p>", f"<{tag}>").replace("</p>", f"</{tag}>")
        begin, end = f'<div class="{box}">' + "<div>" * deep, "</div>" * deep + "</div>"
        return (head + mark + begin + inside + end + closing + tail).encode()


@contextmanager
def rules(these: Rules) -> Iterator[None]:
    """Have the family's pages be read by other rules, as after a release that mends them."""
    before = WordPress.rules
    WordPress.rules = these
    try:
        yield
    finally:
        WordPress.rules = before


async def hold(runs: int, pages: int, home: Path) -> None:
    with ExitStack() as stack:
        trial = Trial(home, stack)
        for site in trial.sites.values():
            trial.publish(site, 4)
        slugs = list(trial.sites)
        for number in range(runs):
            slug = slugs[number % len(slugs)]
            trial.clock.set(trial.clock() + timedelta(minutes=trial.chance.choice([5, 40, 300, 1500]) / len(slugs)))
            trial.upset(trial.sites[slug])
            await trial.run(slug)
        await trial.settle()
        trial.found.quarantine = await trial.quarantine(pages)
        home.joinpath(FOUND).write_text(json.dumps(vars(trial.found), indent=1), "utf-8")


if __name__ == "__main__":
    import sys

    reacting(hold(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
