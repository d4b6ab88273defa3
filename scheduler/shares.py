"""Whether an outlet's newest stories lack what those before them had: a page that is read, a body, a date, an author.

Each feature is a share of stories. It has fallen when it is at most half of what it was and chance does not explain that:
with the share of before, so few among the newest would come up once in a million. So it takes five stories where every
one had it before, and more where some had not.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from math import comb
from statistics import median

from archive.signs import Printed, StorySign

LEAST_BEFORE, LEAST_RECENT = 20, 5
"""How many stories must be known from before, and how many new ones there must be."""
LEAST_SHARE = 0.6
"""What fewer of the stories had before is no habit."""
CHANCE = 1e-6
"""How seldom chance may explain a fall: forty outlets that publish ten stories a day give 12,000 windows a month, of
eight features each, and those overlap."""
RUNS = 2
"""One batch of stories may be of another kind than the rest: those of two runs are looked at."""
AT_ONCE = timedelta(minutes=2)
"""A story that says it was published so shortly before it was found has the time at which its page was made."""
OLD, AHEAD = 31, -1
"""Days from a story's day to that on which it was found, from which on the day is not believed."""

LONG_AGO = 2
"""Days from a story's day to that on which it was found, past which a feed, that alone may know times, has dropped it:
lists of sections lead weeks back, and what they name late is no sign of a redesign."""

Feature = Callable[[StorySign], bool | None]
"""Whether a story has something; None where it cannot be said of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """What fewer stories have than before; `since` is when the first of them was found, `story` one that shows it."""

    name: str
    recent: tuple[int, int]
    before: tuple[int, int]
    since: datetime
    story: StorySign


def fallen(
    name: str, has: Feature, stories: Sequence[StorySign], begun: datetime | None, *, runs: int = RUNS
) -> Fall | None:
    """Say whether a feature has fallen; `stories` are newest first.

    The newest stories are those of so many runs that found any. `begun` is when a fall of it began that was found before: what came after that is not what was usual before.
    """
    told = [(story, known) for story in stories if (known := has(story)) is not None]
    recent = _recent(told, runs)
    before = [pair for pair in told[len(recent) :] if begun is None or pair[0].run_at < begun]
    if len(recent) < LEAST_RECENT or len(before) < LEAST_BEFORE:
        return None
    now, then = sum(known for _, known in recent), sum(known for _, known in before)
    usual = (then + 1) / (len(before) + 2)
    if then < LEAST_SHARE * len(before) or now > len(recent) * usual / 2:
        return None
    if _at_most(now, len(recent), usual) > CHANCE:
        return None
    lacking = [story for story, known in recent if not known]
    return Fall(
        name=name,
        recent=(now, len(recent)),
        before=(then, len(before)),
        since=lacking[-1].run_at,
        story=lacking[0],
    )


def _recent(told: Sequence[tuple[StorySign, bool]], runs: int) -> Sequence[tuple[StorySign, bool]]:
    """The stories of the newest runs, and as many more as make them enough."""
    size = 0
    for number, (_, run) in enumerate(groupby(told, key=lambda pair: pair[0].run_at)):
        if number >= runs and size >= LEAST_RECENT:
            break
        size += len(list(run))
    return told[:size]


def _at_most(hits: int, number: int, share: float) -> float:
    """The chance of at most so many hits among a number, each with a share."""
    return sum(comb(number, n) * share**n * (1 - share) ** (number - n) for n in range(hits + 1))


def printed(said: Callable[[Printed], bool | None]) -> Feature:
    """A feature of what was read of a story."""
    return lambda story: None if story.printed is None else said(story.printed)


def fields(stories: Sequence[StorySign], placed_at: datetime | None) -> dict[str, Feature]:
    """What readings have, by how it is named to a person; sections are looked for in what was found by `placed_at`."""

    def placed(story: StorySign) -> bool | None:
        late = placed_at is None or story.run_at > placed_at
        return None if late or story.printed is None else story.printed.section

    titles = Counter(story.printed.title for story in stories if story.printed)
    # Of the older half: a text is short, or holds the page around it, beside what was usual before the new ones.
    words = [story.printed.words for story in stories[len(stories) // 2 :] if story.printed]
    usual = median(words) if words else 0
    return {
        "a headline of its own": printed(lambda one: titles[one.title] == 1),
        "a text of half to twice the usual length": printed(lambda one: usual / 2 <= one.words <= 2 * usual),
        "a date": printed(lambda one: one.day is not None),
        "a time of day": printed(lambda one: None if (one.lag or 0) > LONG_AGO else one.age is not None),
        "an author": printed(lambda one: one.author),
        "a section": placed,
        "letters that were decoded right": printed(lambda one: not one.garbled),
    }


def dates() -> dict[str, Feature]:
    """What a date has that can be believed; a first crawl and a backfill tell nothing of it."""

    def of_these_days(story: StorySign) -> bool | None:
        if story.backlog or story.printed is None or story.printed.lag is None:
            return None
        return story.agreed or AHEAD <= story.printed.lag <= OLD

    def of_its_own(story: StorySign) -> bool | None:
        if story.backlog or story.printed is None or story.printed.age is None:
            return None
        return story.printed.age > AT_ONCE

    return {"a date of these days": of_these_days, "a time that is not that of the visit": of_its_own}


def pages() -> dict[str, Feature]:
    """Whether there was a story where one was to be, and whether its public page could be kept."""
    return {"a page that could be read": lambda story: story.read, "a public page to keep": lambda story: story.kept}


def tellers(names: Collection[str], asked_at: datetime) -> dict[str, Feature]:
    """Which sources told of a story, once they were asked again after it was found: a feed may be behind a list."""

    def told_by(source: str) -> Feature:
        def told(story: StorySign) -> bool | None:
            late = story.printed is not None and (story.printed.lag or 0) > LONG_AGO
            return None if story.backlog or late or story.run_at >= asked_at else source in story.sources

        return told

    return {name: told_by(name) for name in sorted(names)}
