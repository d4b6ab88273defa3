"""The script of a month: what newsrooms do when, and by when Pilkada must have noticed what of it.

All follows from a plan and its seed, so that whoever plays it and whoever judges it have the same one.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count, cycle

from crawler.sample.posts import Post, slugified
from tests.month.stories import KINDS, TRIFLES, Story, story

START = datetime(2024, 11, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WIB = timezone(7 * HOUR)
RUNGS = (HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY)
"""The sparse ladder, as far as it reaches in a month."""
CONFIRM, OVER = 3, DAY
WINDOWS = ((2.6, 5.5), (8, 21), (27, 68), (77, 163))
"""Hours after publication, between two rungs each, in which something is done to a story."""
TELLS = frozenset({"kabar-sampel"})
"""Outlets whose interface tells of each edit at the next crawl."""
DAYS_ONLY = frozenset({"sumsel-sampel"})
"""Outlets whose pages name the day alone: the ladder counts from its noon (UTC), or from when a story was found."""
WAYS = {
    "kabar-sampel": ("own", "gone", "home", "notice", "notice-404"),
    "kaltim-sampel": ("own", "gone", "home", "notice"),
    "kalteng-sampel": ("own", "soft", "home", "notice-410"),
    "sumsel-sampel": ("own", "gone", "home", "soft", "notice"),
}
"""How an outlet shows that a story was removed: as its system does, or as an editor or a plugin had it."""
OPENINGS = {
    "kabar-sampel": "{} – ",
    "kaltim-sampel": "Kaltimsampel.com, {}- ",
    "kalteng-sampel": "{}, KALTENGSAMPEL.CO – ",
    "sumsel-sampel": "{}, sumselsampel - ",
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long, at how many outlets, how much of each doing an outlet; `down` are days and what stands there then."""

    days: int
    step: timedelta
    outlets: tuple[str, ...]
    quiet: int
    edits: int
    trifles: int
    removals: int
    restored: int
    moves: int
    down: dict[int, str]
    budget: int = 100
    seed: int = 7
    windows: tuple[int, ...] = (0, 1, 2, 3)

    @property
    def end(self) -> datetime:
        return START + self.days * DAY

    def is_down(self, at: datetime) -> bool:
        return (at - START).days in self.down

    def working(self, at: datetime) -> datetime:
        """When the first crawl from a time on finds the outlet at work."""
        steps = max(0, -((START - at) // self.step))
        tick = START + steps * self.step
        while self.is_down(tick):
            tick += self.step
        return tick


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that is done to a story, and what of it must be seen.

    `changed` are the kinds of the version that must come of an edit by `latest`; where it is empty none may come.
    """

    at: datetime
    outlet: str
    number: int
    do: str
    latest: datetime | None = None
    post: Post | None = None
    title: str | None = None
    blocks: tuple[str, ...] = ()
    changed: frozenset[str] = frozenset()
    announced: bool = False
    way: str = "own"
    silent: bool = False
    """Whether the system takes no note of the time of an edit, as where a plugin counts readers."""

    @property
    def explained(self) -> bool:
        return self.way.startswith("notice")


@dataclass(kw_only=True)
class Script:
    """What is done, in order of time."""

    plan: Plan
    events: list[Event] = field(default_factory=list)

    def of(self, outlet: str, number: int) -> list[Event]:
        return [event for event in self.events if (event.outlet, event.number) == (outlet, number)]

    def where(self, do: str) -> list[Event]:
        return [event for event in self.events if event.do == do]


def written(plan: Plan) -> Script:
    """Write the script of a plan."""
    chance = random.Random(plan.seed)
    events: list[Event] = []
    for outlet in plan.outlets:
        trifles = cycle(TRIFLES)
        kinds = ((kind, announced) for kind, announced in cycle([(k, a) for k in KINDS for a in (False, True)]))
        ways = cycle(WAYS[outlet])
        numbers = count(100)
        stories = cycle(chance.sample(range(140), 140))
        author = _Author(plan, chance, outlet)
        for _ in range(plan.quiet):
            events += author.quiet(next(numbers), next(stories))
        for at in range(plan.removals):
            events += author.removed(next(numbers), next(stories), next(ways), restored=at < plan.restored)
        for at in range(plan.moves):
            events += author.moved(next(numbers), next(stories), redirect=at % 2 == 0)
        left = [next(kinds) for _ in range(plan.edits)] + [(next(trifles), False) for _ in range(plan.trifles)]
        chance.shuffle(left)
        while left:
            some = [left.pop()]
            if left and left[-1][0] != some[0][0] and chance.random() < 0.3:
                some.append(left.pop())
            events += author.edited(next(numbers), next(stories), some)
    return Script(plan=plan, events=_numbered(sorted(events, key=lambda event: (event.at, event.outlet, event.number))))


def _numbered(events: list[Event]) -> list[Event]:
    """Give the posts ids in the order in which they are published, as every system does."""
    ids = count(2001)
    return [replace(event, post=replace(event.post, id=next(ids))) if event.post else event for event in events]


class _Author:
    """Writes what happens to the stories of one outlet."""

    def __init__(self, plan: Plan, chance: random.Random, outlet: str) -> None:
        self.plan, self.chance, self.outlet = plan, chance, outlet

    def quiet(self, number: int, of: int) -> Iterator[Event]:
        """A story to which nothing is done, from before the month."""
        at = START - timedelta(hours=self.chance.uniform(4, 90))
        yield self._publish(at, number, self._story(of))

    def edited(self, number: int, of: int, edits: list[tuple[str, bool]]) -> list[Event]:
        while True:
            told = self._story(of)
            if any(kind == "counter" for kind, _ in edits):
                told.trifle("counter")
            born = self._born()
            events = [self._publish(born, number, told)]
            chosen = sorted(self.chance.sample(self.plan.windows, len(edits)))
            for (kind, announced), window in zip(edits, chosen, strict=True):
                at = self._in_window(born, window)
                self._do(told, kind, announced=announced)
                events.append(
                    Event(
                        at=at,
                        outlet=self.outlet,
                        number=number,
                        do="edit" if kind in KINDS else "trifle",
                        latest=self.noticed(born, at),
                        title=told.title,
                        blocks=tuple(told.blocks),
                        changed=frozenset({kind} & set(KINDS)),
                        announced=announced,
                        silent=kind == "counter",
                    )
                )
            if self._fits(born, events):
                return events

    def removed(self, number: int, of: int, way: str, *, restored: bool) -> list[Event]:
        windows = [window for window in self.plan.windows if window < (2 if restored else 4)]
        while True:
            born = self._born()
            at = self._in_window(born, self.chance.choice(windows))
            latest = self._confirmed(self.noticed(born, at, edit=False))
            away = Event(at=at, outlet=self.outlet, number=number, do="remove", way=way, latest=latest)
            events = [self._publish(born, number, self._story(of)), away]
            if restored:
                top = RUNGS[self.plan.windows[-1] + 1] - 3 * HOUR
                back = self._within(latest + HOUR, born + top)
                if back is None:
                    continue
                noticed = self.noticed(born, back)
                events.append(Event(at=back, outlet=self.outlet, number=number, do="restore", latest=noticed))
            if self._fits(born, events):
                return events

    def moved(self, number: int, of: int, *, redirect: bool) -> list[Event]:
        """Where nothing leads from the old address to the new one, the lists of new stories still show that one."""
        while True:
            born = self._born()
            at = self._in_window(born, self.chance.choice(self.plan.windows) if redirect else 1)
            way = "redirect" if redirect else "own"
            gone = Event(
                at=at, outlet=self.outlet, number=number, do="move", way=way, latest=self.noticed(born, at, edit=False)
            )
            events = [self._publish(born, number, self._story(of)), gone]
            if self._fits(born, events):
                return events

    def noticed(self, born: datetime, at: datetime, *, edit: bool = True) -> datetime:
        """By when a crawl has seen what was done at a time: at the ladder's next rung, or as soon as the site tells."""
        if edit and self.outlet in TELLS:
            return self._late(at)
        first = self.plan.working(born)
        rung = next(rung for rung in RUNGS if born + rung > at)
        latest = self._late(first + rung)
        if self.outlet not in DAYS_ONLY:
            return latest
        noon = min(born.astimezone(WIB).replace(hour=12, minute=0, second=0, tzinfo=UTC), first)
        later = next((noon + rung for rung in RUNGS if noon + rung > at), self.plan.end)
        return max(latest, self._late(later))

    def _late(self, at: datetime) -> datetime:
        """The crawl that takes a visit that is due: the next one, after a day of failures one that tries again."""
        tick = self.plan.working(at)
        spared = any(self.plan.is_down(at + hours * HOUR) for hours in range(-6, 3))
        return tick + self.plan.step + (12 * HOUR if spared else timedelta(0))

    def _confirmed(self, missed: datetime) -> datetime:
        for _ in range(CONFIRM - 1):
            missed = self._late(missed + OVER / (CONFIRM - 1))
        return missed

    def _fits(self, born: datetime, events: list[Event]) -> bool:
        """Whether each thing is done after the one before was seen, and seen before the month is over."""
        seen = self.plan.working(born) + HOUR / 2
        for event in events[1:]:
            assert event.latest is not None
            if event.at < seen or event.latest > self.plan.end - self.plan.step:
                return False
            seen = event.latest + HOUR / 2
        return not any(self.plan.is_down(born + hours * HOUR) for hours in range(8))

    def _born(self) -> datetime:
        return START + timedelta(hours=self.chance.uniform(0, 24 * self.plan.days - 12))

    def _in_window(self, born: datetime, window: int) -> datetime:
        return born + timedelta(hours=self.chance.uniform(*WINDOWS[window]))

    def _within(self, since: datetime, until: datetime) -> datetime | None:
        return since + (until - since) * self.chance.random() if since < until else None

    def _story(self, of: int) -> Story:
        opening = OPENINGS[self.outlet]
        return story(self.chance, of, opening=lambda place: opening.format(place.upper()))

    def _do(self, told: Story, kind: str, *, announced: bool) -> None:
        if kind in KINDS:
            told.edit(kind, announced=announced)
        else:
            told.trifle(kind)

    def _publish(self, at: datetime, number: int, told: Story) -> Event:
        post = Post(
            id=number,
            slug=f"{slugified(told.title)}-{number}",
            title=told.title,
            section="Pilkada",
            date=at.replace(microsecond=0),
            blocks=tuple(told.blocks),
            tags=("Pilkada 2024",),
            account="Redaktur",
        )
        return Event(at=at, outlet=self.outlet, number=number, do="publish", post=post)


MONTH = Plan(
    days=30,
    step=2 * HOUR,
    outlets=("kabar-sampel", "kaltim-sampel", "kalteng-sampel", "sumsel-sampel"),
    quiet=6,
    edits=39,
    trifles=11,
    removals=10,
    restored=3,
    moves=5,
    down={12: "503", 19: "challenge"},
)
SMALL = replace(
    MONTH,
    days=6,
    step=4 * HOUR,
    outlets=("kabar-sampel", "kaltim-sampel"),
    quiet=3,
    edits=8,
    trifles=2,
    removals=2,
    restored=1,
    moves=2,
    down={3: "503", 4: "challenge"},
    windows=(0, 1, 2),
)
POOR = replace(SMALL, budget=6)
"""The same with fewer visits than are due."""
