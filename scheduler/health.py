"""How an outlet does, by rules over what the archive knows of it; each rule says how much it must know before it speaks.

| cause | what is wrong | needs | state |
|---|---|---|---|
| robots | robots.txt shuts us out | one run | blocked |
| challenge, refused, asked | a shield, 401 and 403, 429 | two runs in a row | blocked |
| down | no answer, 500 and more | two in a row over an hour | dead |
| sources | no list, feed or interface is what it was | two in a row | degraded |
| pages | stories are listed, and their pages give none | 5 new stories, 20 before | degraded or blocked |
| fields | title, text, date, author or section is lacking | 5 new stories, 20 before | degraded |
| dates | days years back or ahead, times of the visit | 5 new stories, 20 before | degraded |
| source | a source went, froze, or names under a fifth | two in a row, 5 before | degraded |
| silent | nothing new for three usual gaps | 12 appearances over 14 days | silent |

What is ours (a full disk, a database, a bug), and a run that sent nothing because the site asked for patience, tells
nothing of an outlet: what was found before stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from archive.healthchanges import Change
from archive.records import Health, Reason
from archive.signs import RunSign, Signs, StorySign
from archive.troubles import UNTOLD, Trouble
from scheduler.shares import LEAST_BEFORE, Fall, Feature, dates, fallen, fields, pages, tellers
from scheduler.silence import silence

IN_A_ROW = 2
DEAD_AFTER = timedelta(hours=1)
"""Two crawls may be ten minutes apart, and a site that is restarted is not dead."""
LEAST_RUNS = 5
FEW_LINKS, LEAST_LINKS = 0.2, 5
"""Which part of its usual links is too few, and how many must be usual (RELIABILITY T26)."""
ALWAYS = 0.9
"""In which part of the runs a source must have answered to be missed."""
STATES = {
    Trouble.ROBOTS: Health.BLOCKED,
    Trouble.CHALLENGE: Health.BLOCKED,
    Trouble.REFUSED: Health.BLOCKED,
    Trouble.ASKED: Health.BLOCKED,
    Trouble.DOWN: Health.DEAD,
    Trouble.SOURCES: Health.DEGRADED,
}
PLACED = 10
"""Crawls after which a story's section is known: a PopojiCMS tells it in the lists of its sections, one of which a crawl
reads; six crawls went by in forty days of the sample outlets."""
LASTING = ("pages", "fields", "dates", "source")
"""Causes that are found by comparing with what was before."""
SHUT = {Reason.ROBOTS, Reason.CHALLENGE}
NO_ENTRY = {401, 403, 429}
HELP: Mapping[str, tuple[str, ...]] = {
    "down": ("pilkada --verbose crawl {}",),
    "silent": ("pilkada --verbose crawl {}", "pilkada outlets check {}"),
    "pages": ("pilkada outlets check {}", "pilkada reextract --outlet {}"),
    "fields": ("pilkada outlets check {}", "pilkada reextract --outlet {}"),
    "dates": ("pilkada outlets check {}", "pilkada reextract --outlet {}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How an outlet does; `since` is when that began by the facts, `example` an address that shows it."""

    state: Health
    cause: str = ""
    detail: str = ""
    since: datetime
    example: str | None = None


def commands(cause: str, outlet: str) -> tuple[str, ...]:
    """Give the commands that help where something is wrong: the first shows it, a second one mends what is held."""
    return tuple(words.format(outlet) for words in HELP.get(cause, ("pilkada outlets check {}",))) if cause else ()


def judge(signs: Signs, standing: Change | None = None) -> Finding | None:
    """Say how an outlet does; None where nothing was learned since `standing`, or too little."""
    telling = [run for run in signs.runs if run.trouble not in UNTOLD and (run.trouble or run.told)]
    if not telling:
        return None
    if telling[0].trouble is not None:
        return _shut_out(signs, telling, standing)
    clean = [run for run in telling if run.trouble is None and run.started_at >= signs.declared_at]
    stories = [story for story in signs.stories if story.run_at >= signs.declared_at]
    placed_at = clean[PLACED].started_at if len(clean) > PLACED else None
    return (
        _pages(stories, _begun(standing, "pages"))
        or _falls("fields", fields(stories, placed_at), stories, _begun(standing, "fields"))
        or _falls("dates", dates(), stories, _begun(standing, "dates"))
        or _source(signs, clean, stories, _begun(standing, "source"))
        or _silent(signs, telling[0])
        or Finding(state=Health.OK, detail=_as_usual(standing, stories), since=telling[0].started_at)
    )


def _as_usual(standing: Change | None, stories: Sequence[StorySign]) -> str:
    """That nothing is left to compare with, where that is why nothing is found any more."""
    begun = next((found for cause in LASTING if (found := _begun(standing, cause))), None)
    if begun is None or sum(story.run_at < begun for story in stories) >= LEAST_BEFORE:
        return ""
    return "it has been as it is for so long that this counts as usual now"


def _begun(standing: Change | None, cause: str) -> datetime | None:
    return standing.since if standing is not None and standing.cause == cause else None


def _shut_out(signs: Signs, telling: Sequence[RunSign], standing: Change | None) -> Finding | None:
    """What the newest runs met, where none of them could do its work."""
    bad = telling[: next((at for at, run in enumerate(telling) if run.trouble is None), len(telling))]
    newest = bad[0]
    assert newest.trouble is not None
    kind = newest.trouble
    alike = bad[: next((at for at, run in enumerate(bad) if run.trouble is not kind), len(bad))]
    since = _begun(standing, kind) or alike[-1].started_at
    if kind is Trouble.ROBOTS:
        since = min(signs.robots_at or since, since) if since < newest.started_at else signs.robots_at or since
    elif len(bad) < IN_A_ROW or (kind is Trouble.DOWN and newest.finished_at - bad[-1].started_at < DEAD_AFTER):
        return None
    return Finding(
        state=STATES[kind],
        cause=kind,
        detail=newest.detail,
        since=since,
        example=_robots_txt(signs) if kind is Trouble.ROBOTS else newest.url or signs.base_url,
    )


def _robots_txt(signs: Signs) -> str:
    return signs.base_url.rstrip("/") + "/robots.txt"


def _pages(stories: Sequence[StorySign], begun: datetime | None) -> Finding | None:
    """Stories that are listed, and are not where they are said to be; who keeps us out says what state that is."""
    finding = None
    for name, has in pages().items():
        fall = fallen(name, has, stories, begun)
        if fall is not None:
            finding = _finding("pages", [fall], begun)
            reason, status = fall.story.refused, fall.story.status
            if reason in SHUT or status in NO_ENTRY:
                finding = replace(finding, state=Health.BLOCKED)
            if reason is not None:
                answered = f" (answered {status})" if status else ""
                finding = replace(finding, detail=f"{finding.detail}: {reason}{answered}")
            return finding
    return finding


def _falls(
    cause: str, features: Mapping[str, Feature], stories: Sequence[StorySign], begun: datetime | None
) -> Finding | None:
    falls = [fall for name, has in features.items() if (fall := fallen(name, has, stories, begun))]
    return _finding(cause, falls, begun) if falls else None


def _finding(cause: str, falls: Sequence[Fall], begun: datetime | None) -> Finding:
    told = [
        f"{fall.recent[0]} of {fall.recent[1]} new stories have {fall.name}, of those before {fall.before[0]} of"
        f" {fall.before[1]}"
        for fall in falls
    ]
    return Finding(
        state=Health.DEGRADED,
        cause=cause,
        detail="; ".join(told),
        since=begun or min(fall.since for fall in falls),
        example=falls[0].story.url or None,
    )


def _source(
    signs: Signs, clean: Sequence[RunSign], stories: Sequence[StorySign], begun: datetime | None
) -> Finding | None:
    """A source that answers no more while others do, that names few stories, or that stands still."""
    newest, before = clean[:IN_A_ROW], [run for run in clean[IN_A_ROW:] if begun is None or run.started_at < begun]
    if len(newest) == IN_A_ROW and len(before) >= LEAST_RUNS:
        for name in sorted({name for run in before for name in run.told}):
            answers = [run.told[name] for run in before if name in run.told]
            since = begun or newest[-1].started_at
            if len(answers) >= ALWAYS * len(before) and not any(name in run.told for run in newest):
                return _of_source(signs, f"{name} answers no more; what others tell is taken", since)
            counts = [count for count in answers if count is not None]
            usual = median(counts) if len(counts) >= LEAST_RUNS else 0
            now = [count for run in newest if (count := run.told.get(name)) is not None]
            if usual >= LEAST_LINKS and len(now) == IN_A_ROW and max(now) < FEW_LINKS * usual:
                return _of_source(signs, f"{name} names {now[0]} stories, where {usual:g} are usual", since)
    if not clean:
        return None
    # Lists of sections are not asked in each crawl, and sitemaps are not: what these told says nothing of them.
    names = {name for run in clean for name in run.told}
    for name, has in tellers(names, clean[0].started_at).items():
        if fall := fallen(name, has, stories, begun, runs=1):  # another run has passed already
            detail = f"{name} stands still: of the last {fall.recent[1]} stories it named {fall.recent[0]}"
            return _of_source(signs, detail, begun or fall.since)
    return None


def _of_source(signs: Signs, detail: str, since: datetime) -> Finding:
    return Finding(state=Health.DEGRADED, cause="source", detail=detail, since=since, example=signs.base_url)


def _silent(signs: Signs, newest: RunSign) -> Finding | None:
    """Nothing new; counted until the newest run that heard the outlet, so that an outage of ours is no silence of its."""
    found = silence(signs.published, signs.told_at, newest.finished_at, signs.timezone)
    if found is None or not found.too_long:
        return None
    days = (newest.finished_at - found.since) / timedelta(days=1)
    return Finding(
        state=Health.SILENT,
        cause="silent",
        detail=f"nothing new for {days:.1f} days, in which {found.missed:.0f} stories were to be expected;"
        f" usually {found.usual:.0f} at most are waited for",
        since=found.since,
        example=signs.base_url,
    )
