"""Lays the ledger, the archive and the sites' logs beside what the plan says; each thing that is not as it has it is told."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from archive import coverage, runs
from archive.archive import Archive
from archive.health import findings
from archive.records import Health, RunStatus
from archive.runs import Counts, RunRow
from archive.verify import verify
from crawler.sample import SAMPLES
from tests.months.player import EVERY, LATE, Played, due_after
from tests.months.town import DAY, DELAY, HOUR, SHUT, Asked, Ill, Plan, Town

STATES = {
    "503": (Health.DEAD, "down"),
    "refused": (Health.DEAD, "down"),
    "challenge": (Health.BLOCKED, "challenge"),
    "robots": (Health.BLOCKED, "robots"),
    "redesign": (Health.DEGRADED, ""),
    "silent": (Health.SILENT, "silent"),
}
"""What is to be said of an outlet with what is wrong with it; of a redesign one of several causes."""
CHANGES = """
SELECT o.slug, h.state, h.cause, h.detail, h.at FROM health_change h JOIN outlet o ON o.id = h.outlet_id ORDER BY h.id
"""
SHUT_OUT = ("503", "refused", "challenge", "robots")
ROBOTS_HELD = DAY
"""For so long a copy of robots.txt holds, whatever stands at the site."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A change of an outlet's health, as it was noticed."""

    outlet: str
    state: Health
    cause: str
    detail: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a home holds once a plan was played."""

    rows: list[RunRow]
    changes: list[Told]
    held: dict[str, list[int]]
    """The numbers of the stories of each article, by outlet."""
    days: list[coverage.Day]
    unsound: list[str]


def looked_up(home: Path, now: datetime) -> Found:
    archive = Archive.open(home)
    try:
        with archive.database.read() as connection:
            rows = runs.newest(connection, limit=1_000_000)[::-1]
            days = coverage.days(connection, now=now)
            changes = [
                Told(
                    outlet=outlet,
                    state=Health(state),
                    cause=cause,
                    detail=detail,
                    at=datetime.fromisoformat(f"{at}+00:00"),
                )
                for outlet, state, cause, detail, at in connection.exec_driver_sql(CHANGES)
            ]
        held: dict[str, list[int]] = defaultdict(list)
        for article in archive.articles():
            number = re.search(r"-(\d+)/?$", article["canonical_url"])
            held[article["outlet"]].append(int(number[1]) if number else -1)
        proof = verify(archive)
        unsound = findings(archive.database) + [str(damage) for damage in proof.damaged]
        unsound += [f"index: {what} {keys}" for what, keys in proof.index.items() if keys]
    finally:
        archive.database.dispose()
    return Found(rows=rows, changes=changes, held=held, days=days, unsound=unsound)


def judge(plan: Plan, town: Town, played: Played, found: Found) -> list[str]:
    """Give all that is wrong."""
    wrong = [*found.unsound, *of_runs(plan, played, found.rows)]
    for outlet in plan.outlets:
        asked = town.rooms[outlet].asked
        rows = [row for row in found.rows if row.outlet == outlet]
        said = [*of_requests(plan, outlet, asked, rows), *of_robots(plan, outlet, asked)]
        said += of_stories(plan, town, outlet, rows, found.held[outlet])
        said += of_health(plan, outlet, rows, [change for change in found.changes if change.outlet == outlet])
        lost = len(town.published(outlet, plan.end)) - len(found.held[outlet])
        said += of_coverage(plan, outlet, [day for day in found.days if day.outlet == outlet], lost=lost)
        wrong += [f"{outlet}: {what}" for what in said]
    return wrong


def of_runs(plan: Plan, played: Played, rows: list[RunRow]) -> Iterator[str]:
    """Each run that was foretold was made, for its time and cause, and no other; all sums hold."""
    for outlet in plan.outlets:
        made = [(row.planned_at, row.cause) for row in rows if row.outlet == outlet]
        meant = [(run.planned_at, run.cause) for run in played.runs if run.outlet == outlet]
        if made != meant:
            at = next((at for at, pair in enumerate(zip(made, meant, strict=False)) if pair[0] != pair[1]), None)
            yield f"{outlet}: {len(made)} runs, {len(meant)} foretold; they part at {at}: {made[at or -1]} {meant[at or -1]}"
    for row in rows:
        names = {name: value for name, value in row.counts.items() if name in Counts.__dataclass_fields__}
        if row.status is RunStatus.FAILED and "killed" in row.detail:
            continue
        if not Counts(**names).reconciles:
            yield f"{row.outlet}: the sums of run {row.run_id} do not hold: {names}"
    killed = [row for row in rows if row.status is RunStatus.FAILED and "ended without a word" in row.detail]
    if len(killed) != played.killed:
        yield f"{played.killed} runs were killed, and the ledger has {len(killed)}"


def of_requests(plan: Plan, outlet: str, asked: list[Asked], rows: list[RunRow]) -> Iterator[str]:
    """One request at a time, the delay kept, no run within another, and what the runs say they sent is what came."""
    for one, other in pairwise(sorted(asked, key=lambda request: request.began)):
        if other.began < one.ended:
            yield f"two requests at once: {one} {other}"
    if outlet in plan.delayed:
        yield from of_delay(asked)
    right = [row for row in rows if not any(since <= row.started_at - by < until for since, until, by in plan.wrong)]
    for run, later in pairwise(right):
        if later.started_at < (run.finished_at or run.started_at):
            yield f"run {later.run_id} began within run {run.run_id}"
    killed = any(row.status is RunStatus.FAILED and "killed" in row.detail for row in rows)
    refused = bool(plan.ill(outlet, "refused"))
    sent = sum(row.counts.get("requests", 0) for row in rows)
    if not killed and not refused and sent != len(asked):
        yield f"{sent} requests told, {len(asked)} came"


def of_delay(asked: list[Asked]) -> Iterator[str]:
    """Over all crawls: of a single pause a busy machine says little, since it may be late in noting a request."""
    crawls: dict[datetime, list[float]] = defaultdict(list)
    for request in asked:
        crawls[request.at].append(request.began)
    taken = sum(max(times) - min(times) for times in crawls.values())
    pauses = sum(len(times) - 1 for times in crawls.values())
    if taken < 0.9 * pauses * DELAY:
        yield f"{pauses} pauses between requests took {taken:.2f} s"


def of_robots(plan: Plan, outlet: str, asked: list[Asked]) -> Iterator[str]:
    """Once a robots.txt that forbids all was fetched nothing else is, until another was."""
    shut = False
    for request in asked:
        if request.target == "/robots.txt":
            shut = any(ill.holds(request.at) for ill in plan.ill(outlet, "robots"))
        elif shut:
            yield f"asked for {request.target} at {request.at}, when robots.txt said {SHUT!r}"


def of_stories(plan: Plan, town: Town, outlet: str, rows: list[RunRow], held: list[int]) -> Iterator[str]:
    """All that was published when the last good crawl began is held, and nothing is twice."""
    if len(held) != len(set(held)):
        yield f"articles twice: {sorted(number for number in set(held) if held.count(number) > 1)}"
    good = [row for row in rows if row.status is RunStatus.OK and row.started_at <= plan.end + HOUR]
    if not good:
        yield "never crawled well"
        return
    posts = [post for post in town.rooms[outlet].site.posts if post.date <= good[-1].started_at]
    for ill in plan.ill(outlet, "redesign"):  # coverage names those: `of_coverage`
        posts = [post for post in posts if post.date < ill.since or number_of(post.slug) in held]
    published = {number_of(post.slug) for post in posts}
    if published - set(held):
        yield f"{len(published - set(held))} stories not held: {sorted(published - set(held))}"
    if set(held) - published:
        yield f"held and never published: {sorted(set(held) - published)}"


def number_of(slug: str) -> int:
    return int(slug.rpartition("-")[2])


def of_health(plan: Plan, outlet: str, rows: list[RunRow], changes: list[Told]) -> Iterator[str]:
    """Each trouble that lasts is told once and within two runs that met it, its end too, and nothing else is told."""
    left = list(changes)
    for ill in sorted(plan.ill(outlet, *STATES), key=lambda ill: ill.since):
        met = [row for row in rows if ill.holds(row.started_at)]
        if len(met) < 2 and ill.kind != "robots":
            continue
        state, cause = STATES[ill.kind]
        told = next((change for change in left if change.at >= ill.since), None)
        if told is None or (told.state, cause or told.cause) != (state, told.cause):
            yield f"{ill.kind} from {ill.since} is told as {told and (told.state, told.cause, told.at)}"
            continue
        left.remove(told)
        if ill.kind in SHUT_OUT:
            seen = met[1].started_at if ill.kind != "robots" else ill.since + ROBOTS_HELD + EVERY * HOUR
            if at_earliest(plan, told.at) > seen + HOUR:
                yield f"{ill.kind} from {ill.since} is told at {told.at}, and was met twice by {seen}"
        if ill.until >= plan.end:
            continue
        well = next((change for change in left if change.at >= told.at), None)
        if well is None or well.state is not Health.OK:
            yield f"the end of {ill.kind} at {ill.until} is told as {well and (well.state, well.cause, well.at)}"
            continue
        left.remove(well)
        if ill.kind in SHUT_OUT and at_earliest(plan, well.at) > recovered(plan, ill) + 2 * EVERY * HOUR:
            yield f"the end of {ill.kind} at {ill.until} is told at {well.at}"
    yield from (f"told without a cause: {change}" for change in left)


def at_earliest(plan: Plan, at: datetime) -> datetime:
    """The true time of something noted at a time, which may have been that of a clock that was ahead."""
    return min([at, *(at - by for since, until, by in plan.wrong if since + by <= at < until + by)])


def recovered(plan: Plan, ill: Ill) -> datetime:
    """When the first crawl after a trouble may find it over."""
    at = due_after(ill.until + (ROBOTS_HELD if ill.kind == "robots" else timedelta(0)))
    while any(since <= at + LATE < until for since, until in plan.down):
        at = due_after(at)
    return at


def of_coverage(plan: Plan, outlet: str, days: list[coverage.Day], *, lost: int) -> Iterator[str]:
    """What is not held is named; hours without a crawl lie on days of an outage, and each day that was an outage from end to end has all of them."""
    out = [(ill.since, ill.until, ill.kind) for ill in plan.ill(outlet, *SHUT_OUT)]
    out += [(since, until, "down") for since, until in plan.down]
    out += [(at, at + LATE, "killed") for at in plan.killed]
    out += [(since - abs(by), until + abs(by), "wrong clock") for since, until, by in plan.wrong]
    if (named := sum(day.missing for day in days)) != lost:
        yield f"{lost} stories are not held, and {named} are named as missing"
    slack = 2 * EVERY * HOUR
    for day in days:
        if day.day is None or day.verdict is coverage.Verdict.OPEN:
            continue
        zone = ZoneInfo(SAMPLES[f"{outlet.partition('-')[0]}-sampel"].zone_name)
        begin, end = (datetime.combine(day.day + number * DAY, time(), zone) for number in (0, 1))
        near = [
            kind
            for since, until, kind in out
            if since - slack < end and begin < until + slack + (ROBOTS_HELD if kind == "robots" else timedelta(0))
        ]
        whole = [kind for since, until, kind in out if since + slack <= begin and end <= until and kind != "robots"]
        if day.hours_down and not near:
            yield f"{day.day} is told to have {day.hours_down} hours without a crawl"
        if whole and day.hours_down < 24:
            yield f"{day.day} lies in {whole} and is told to have {day.hours_down} hours without a crawl"
