"""Body and fields beside other tools, on the same pages: `make compare`, which makes their environment first.

All golden pages of articles, and the recorded posts where they are. Every tool is given the decoded page and its address
(`bench/others.py`), and each page of a story in several: the texts are joined. A body may hold the dateline and the
credit line or not; words are compared, so that bullets, cells and paragraphs are each tool's own affair. A time without
a zone is taken for the outlet's clock, midnight for a day alone, and a section is right if it is among those found.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measures import day, minute, same, token_f1, words
from bench.others import ROUNDS, TOOLS
from bench.pages import Case, goldens, recorded
from crawler.reading import Page
from crawler.reading.parsing import decoded
from tests.crawler.gold import shared

LONGEST = 600
"""Seconds that a tool has for all pages; the slowest needed 10."""
ROOT = Path(__file__).parents[1]
OURS = "Pilkada"
COLUMNS = {
    "body": ("F1", 6),
    "exact": ("EXACT", 6),
    "title": ("TITLE", 6),
    "day": ("DAY", 6),
    "minute": ("MINUTE", 7),
    "authors": ("AUTHORS", 8),
    "section": ("SECTION", 8),
    "tags": ("TAGS", 6),
    "caption": ("CAPTION", 8),
    "ms": ("MS", 7),
}
"""What is measured, its head and its width."""
HEAD = "".join(f"{head:>{width}}" for head, width in COLUMNS.values())

Scores = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a tool found in a story: the fields that it has, the CPU seconds of all pages, and why it failed on some."""

    found: Mapping[str, Any]
    seconds: float
    failed: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A tool's scores: shares of the stories, and the milliseconds of a page."""

    tool: str
    scores: Scores
    failed: int = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Read all pages with all tools, and print how right each is."""
    parser = argparse.ArgumentParser(prog="python -m bench.comparison", description=__doc__)
    parser.add_argument("python", help="the interpreter of the environment that has the other tools")
    options = parser.parse_args(arguments)
    folder = shared()
    sets = {"golden pages": [case for case in goldens() if case.is_article]}
    if folder is not None:
        sets["recorded posts"] = list(recorded(folder))
    else:
        print("bench.comparison: the recorded posts are not here", file=sys.stderr)
    cases = [case for own in sets.values() for case in own]
    answers, versions = {OURS: [ours(case) for case in cases]}, []
    for tool in TOOLS:
        answers[tool], version = theirs(options.python, tool, cases)
        versions.append(f"{tool} {version}")
    blocks, first = {}, 0
    for name, own in sets.items():
        last = first + len(own)
        blocks[f"{name}: {len(own)} stories"] = [
            row(tool, own, of_tool[first:last]) for tool, of_tool in answers.items()
        ]
        first = last
    sys.stdout.write(table(blocks, versions))
    return 0


def ours(case: Case) -> Answer:
    """What our reader finds, in the shape of the other tools' answers; it also looks for what they do not."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        found = case.found()
        best = min(best, time.process_time() - began)
    return Answer(
        found={
            **{name: found.get(name) for name in ("title", "authors", "tags", "caption")},
            "body": "\n".join(found.get("body", ())),
            "time": found.get("published_at") or found.get("published_date"),
            "section": [found["section"]] if found.get("section") else [],
        },
        seconds=best,
        failed=[found["rejected"]] if "rejected" in found else [],
    )


def theirs(python: str, tool: str, cases: Iterable[Case]) -> tuple[list[Answer], str]:
    """What another tool finds, and its version."""
    stories = [{"url": case.given["url"], "html": [_html(case, body) for body in case.pages]} for case in cases]
    done = subprocess.run(
        [python, "-W", "ignore", "-m", "bench.others", tool],
        input="".join(json.dumps(story) + "\n" for story in stories),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LONGEST,
        check=True,
    )
    first, *rest = map(json.loads, done.stdout.splitlines())
    answers = [Answer(**answer) for answer in rest]
    if all(answer.failed for answer in answers):
        raise SystemExit(f"bench.comparison: {tool} {first['version']} failed on every story: {answers[0].failed[0]}")
    return answers, first["version"]


def _html(case: Case, body: bytes) -> str:
    return decoded(Page(url=case.given["url"], body=body, content_type=case.given["content_type"]))


def row(tool: str, cases: Sequence[Case], answers: Sequence[Answer]) -> Row:
    """How right a tool is on some stories; fields that it does not have are left out."""
    of_each = [scores(case, answer.found) for case, answer in zip(cases, answers, strict=True)]
    means = {name: statistics.fmean(one[name] for one in of_each) for name in of_each[0]}
    pages = sum(len(case.pages) for case in cases)
    means["ms"] = sum(answer.seconds for answer in answers) * 1000 / pages
    return Row(tool=tool, scores=means, failed=sum(len(answer.failed) for answer in answers))


def scores(case: Case, found: Mapping[str, Any]) -> Scores:
    """How right each field is that a tool has."""
    expected, zone = case.expected, case.site.timezone
    bodies = accepted(expected)
    right = {
        "body": max(token_f1(body, found["body"]) for body in bodies),
        "exact": float(words(found["body"]) in map(words, bodies)),
    }
    for name in ("title", "authors", "tags", "caption"):
        if name in found:
            right[name] = float(same(expected[name] or None, found[name] or None))
    if "section" in found:
        section, sections = expected["section"], found["section"] or []
        right["section"] = float(section in sections if section else not sections)
    if "time" in found:
        said = found["time"]
        only_day = said is not None and (len(said) == len("2024-11-27") or said.endswith("T00:00:00"))
        right["day"] = float(expected["published_date"] == day(said, zone))
        right["minute"] = float(minute(expected["published_at"], zone) == minute(None if only_day else said, zone))
    return right


def accepted(expected: Mapping[str, Any]) -> list[str]:
    """The texts that a body may be: with and without the dateline before it and the credit line behind it."""
    body = "\n".join(expected["body"])
    before, after = {"", expected["dateline"] or ""}, {"", expected["credit"] or ""}
    return [f"{dateline}\n{body}\n{credit}" for dateline in before for credit in after]


def table(blocks: Mapping[str, Sequence[Row]], versions: Sequence[str]) -> str:
    """Give the rows of each set of stories as lines of at most 80 columns."""
    lines = []
    for name, rows in blocks.items():
        lines += [name.upper(), f"{'':<11}{HEAD}"]
        lines += [f"{one.tool:<11}{''.join(_cell(one.scores, column) for column in COLUMNS)}" for one in rows]
        lines += [
            f"{one.tool} failed on {one.failed} pages, where it counts as having found nothing."
            for one in rows
            if one.failed
        ]
        lines.append("")
    return "\n".join([*lines, ", ".join(versions)]) + "\n"


def _cell(scores: Scores, column: str) -> str:
    width, value = COLUMNS[column][1], scores.get(column)
    told = "-" if value is None else f"{value:.1f}" if column == "ms" else f"{value:.3f}"
    return f"{told:>{width}}"


if __name__ == "__main__":
    sys.exit(main())
