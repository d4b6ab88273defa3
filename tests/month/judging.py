"""Lays what Pilkada's archive says of a month beside what the script did, and what the sites logged beside the budget."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from archive.archive import Archive
from crawler.sample import SAMPLES
from tests.month.player import PLAYED
from tests.month.script import Event, Script

STORY = re.compile(r"/detailpost/[^/]+|/article/[^/]+|/[a-z0-9-]+/\d\d/\d\d/\d{4}/[^/]+/?(?:amp/?)?")
RECORD = re.compile(r"/wp-json/wp/v2/posts/\d+|/wp-json/wp/v2/posts\?.*\binclude=")

A_CRAWL = timedelta(minutes=5)
"""What is due by a crawl may be written down so much after its beginning."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the archive says of one story: every article that it made of it, with versions and events."""

    outlet: str
    number: int
    articles: list[dict[str, Any]]

    @property
    def versions(self) -> list[dict[str, Any]]:
        """The versions that followed another."""
        return [version for article in self.articles for version in article["history"][1:]]

    def events(self, kind: str) -> list[datetime]:
        told = [event for article in self.articles for event in article.get("events", []) if event["event"] == kind]
        return [moment(event["at"]) for event in told]


@dataclass(kw_only=True)
class Verdict:
    """The month in numbers, an outlet a line, and each thing that is not as the script has it."""

    table: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def blame(self, outlet: str, what: str, detail: str) -> None:
        self.table[outlet][what] += 1
        self.wrong.append(f"{outlet}: {what}: {detail}")

    def __str__(self) -> str:
        rows = [("", *self.table)]
        names = dict.fromkeys(name for counts in self.table.values() for name in counts)
        rows += [(name, *(str(counts[name]) for counts in self.table.values())) for name in names]
        return "\n".join(
            "".join(cell.ljust(34) if not at else cell.rjust(16) for at, cell in enumerate(row)) for row in rows
        )


@dataclass(frozen=True, kw_only=True)
class Played:
    """What is left of a script that was played: the archive's articles by story, the sites' logs, the crawls' reports."""

    articles: dict[tuple[str, int], list[dict[str, Any]]]
    log: list[tuple[datetime, str, str, int]]
    reports: list[dict[str, Any]]


def looked_up(home: Path) -> Played:
    """Give what a home holds; the slug of a story ends in its number, wherever it was moved."""
    articles: dict[tuple[str, int], list[dict[str, Any]]] = {}
    archive = Archive.open(home)
    try:
        for record in archive.articles():
            number = re.search(r"-(\d{3})(?:-baru)?/?$", urlsplit(record["canonical_url"]).path)
            assert number, record["canonical_url"]
            articles.setdefault((record["outlet"], int(number[1])), []).append(archive.get(record["uid"]))
    finally:
        archive.database.dispose()
    kept = json.loads(home.joinpath(PLAYED).read_text("utf-8"))
    log = [(moment(tick), outlet, target, status) for tick, outlet, target, status in kept["log"]]
    return Played(articles=articles, log=log, reports=kept["reports"])


def judge(script: Script, played: Played, *, budget: int | None = None) -> Verdict:
    """Give what Pilkada made of a script."""
    verdict = Verdict(table={outlet: Counter() for outlet in script.plan.outlets})
    for key in dict.fromkeys((event.outlet, event.number) for event in script.events):
        seen = Seen(outlet=key[0], number=key[1], articles=played.articles.get(key, []))
        events = script.of(*key)
        counts = verdict.table[seen.outlet]
        counts["stories"] += 1
        if len(seen.articles) != 1:
            verdict.blame(seen.outlet, "stories that are not one article", f"{seen.number}: {len(seen.articles)}")
        of_edits(verdict, seen, [event for event in events if event.do == "edit"])
        counts["trifles"] += sum(event.do == "trifle" for event in events)
        of_removals(verdict, seen, events)
        of_moves(verdict, seen, [event for event in events if event.do == "move"])
    of_requests(verdict, script, played, budget)
    return verdict


def of_edits(verdict: Verdict, seen: Seen, edits: list[Event]) -> None:
    """Each edit is one version, of its kinds, announced or silent as it was, in time; and nothing else is."""
    counts = verdict.table[seen.outlet]
    waiting = list(edits)
    counts["edits"] += len(edits)
    for version in seen.versions:
        since, told = moment(version["since"]), f"{seen.number} at {version['since']} {version['changed']}"
        meant = [event for event in waiting if event.at <= since]
        if not meant:
            verdict.blame(seen.outlet, "false edits", told)
            continue
        event = meant[-1]
        waiting.remove(event)
        counts["edits found"] += 1
        if event.latest is not None and since > event.latest + A_CRAWL:
            verdict.blame(seen.outlet, "edits late", f"{told}, made at {event.at}, due {event.latest}")
        if set(version["changed"]) != event.changed:
            verdict.blame(seen.outlet, "edits of another kind", f"{told}, meant {sorted(event.changed)}")
        if version["announced"] is not event.announced:
            verdict.blame(seen.outlet, "edits mistaken for silent or announced", f"{told}, note {version['note']!r}")
        counts["edits announced"] += event.announced
    for event in waiting:
        verdict.blame(seen.outlet, "edits missed", f"{seen.number} {sorted(event.changed)} at {event.at}")


def of_removals(verdict: Verdict, seen: Seen, events: list[Event]) -> None:
    """Each removal is confirmed in time, and explained where it was; each restoration is seen; nothing else is removed."""
    counts = verdict.table[seen.outlet]
    removed, restored = seen.events("removed"), seen.events("restored")
    away = [event for event in events if event.do == "remove"]
    back = [event for event in events if event.do == "restore"]
    for name, done, found in (("removals", away, removed), ("restorations", back, restored)):
        counts[name] += len(done)
        for event in done:
            in_time = [at for at in found if event.at <= at]
            if not in_time:
                verdict.blame(seen.outlet, f"{name} missed", f"{seen.number} {event.way} at {event.at}")
                continue
            counts[f"{name} found"] += 1
            assert event.latest is not None
            if in_time[0] > event.latest + A_CRAWL:
                what = f"{seen.number} {event.way} at {event.at}, seen {in_time[0]}, due {event.latest}"
                verdict.blame(seen.outlet, f"{name} late", what)
            found.remove(in_time[0])
        for at in found:
            verdict.blame(seen.outlet, f"false {name}", f"{seen.number} at {at}")
    for article in seen.articles:
        state = "removed" if away and not back else "live"
        if article["state"] != state:
            verdict.blame(seen.outlet, "states mistaken", f"{seen.number} is {article['state']}, not {state}")
        if away and not back and article.get("removal") and article["removal"]["explained"] is not away[0].explained:
            verdict.blame(seen.outlet, "explanations mistaken", f"{seen.number} {away[0].way} {article['removal']}")
        counts["explained"] += any(event.explained for event in away)


def of_moves(verdict: Verdict, seen: Seen, moves: list[Event]) -> None:
    """A story that was moved is known at its new address."""
    verdict.table[seen.outlet]["moves"] += len(moves)
    for event in moves:
        if not any("-baru" in article["canonical_url"] for article in seen.articles):
            verdict.blame(seen.outlet, "moves missed", f"{seen.number} {event.way} at {event.at}")
        else:
            verdict.table[seen.outlet]["moves found"] += 1


def of_requests(verdict: Verdict, script: Script, played: Played, budget: int | None) -> None:
    """What visits asked for on a day of the outlet's zone is within the budget, and is what the crawls say they sent.

    Counted apart is what any crawl fetches: the page of each story that is new, and at a WordPress, whose sources tell
    of edits, that of each one that was changed.
    """
    days: Counter[tuple[str, date]] = Counter()
    fetched: Counter[tuple[str, int]] = Counter()
    told = {key: script.of(*key) for key in dict.fromkeys((event.outlet, event.number) for event in script.events)}
    for tick, outlet, target, _ in played.log:
        counts = verdict.table[outlet]
        counts["requests"] += 1
        path = urlsplit(target).path
        story = STORY.fullmatch(path)
        counts["of them pages of stories"] += bool(story)
        if not (story or RECORD.match(target)):
            continue
        if story and (number := re.search(r"-(\d{3})(?:-baru)?/?$", path)):
            key = outlet, int(number[1])
            tells = (
                "publish",
                "move",
                *(("edit", "trifle", "restore") if SAMPLES[outlet].family == "wordpress" else ()),
            )
            if fetched[key] < sum(event.do in tells and event.at <= tick for event in told.get(key, ())):
                fetched[key] += 1
                continue
        counts["of them for visits"] += 1
        days[outlet, tick.astimezone(ZoneInfo(SAMPLES[outlet].zone_name)).date()] += 1
    sent = Counter[str]()
    for report in played.reports:
        sent[report["outlet"]] += report["requests"]
        verdict.table[report["outlet"]]["page views told"] += report.get("page_views", 0)
    for outlet, counts in verdict.table.items():
        counts["most visits on a day"] = max((number for key, number in days.items() if key[0] == outlet), default=0)
        if sent[outlet] != counts["requests"]:
            verdict.blame(outlet, "requests told wrong", f"{sent[outlet]} told, {counts['requests']} logged")
    for (outlet, day), number in days.items():
        if budget is not None and number > budget:
            verdict.blame(outlet, "days beyond the budget", f"{day}: {number} of {budget}")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
