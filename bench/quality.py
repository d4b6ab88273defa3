"""How well pages are read, held against the floors in `tests/floors.toml`: the last step of `make check`.

`python -m bench.quality` prints a line a field: on how many pages it was measured, on how many of them there is something
to find, and the share that was read right. Of `body` it is the mean F1 of its words, and `lines` are the bodies that are
right line for line. Exit status 1 where a value is below its floor, has none, or was not measured.
"""

import argparse
import statistics
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import regions
from bench.election import judged
from bench.measures import lines, minute, same, token_f1
from bench.pages import PAGES, Case, goldens, recorded
from crawler.goldens import TAGS
from tests.crawler.gold import shared

FLOORS = Path(__file__).parents[1] / "tests" / "floors.toml"
FIELDS = (
    *("title", "published_at", "published_date", "authors", "editors", "place", "section", "tags", "caption"),
    *TAGS,
)
"""What is measured where a page's expectation names it; `published_at` is compared to the minute."""
PARTS = {
    "golden": "golden pages",
    "page": "recorded posts, by their pages alone",
    "record": "recorded posts, by the REST interface",
    "election": "articles written for the election gate",
    "regions": "texts written for regions",
}
"""The tables of the floors, and what they are about."""
WORST = 3
"""As many pages are named where a field sank."""

Found = Mapping[str, Any]
Floors = Mapping[str, Mapping[str, tuple[float, int]]]
"""By table and field: the least value, and on how many pages at least there must be something to find."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What was measured of one field."""

    value: float
    pages: int
    said: int
    """Pages where something is expected."""
    wrong: tuple[str, ...] = ()
    """Pages that are not read as expected."""


Measured = dict[str, dict[str, Value]]


def measure(folder: Path = PAGES, shared_folder: Path | None = None) -> Measured:
    """Read all pages, and judge all articles written for it; the recorded posts only where they are."""
    cases = goldens(folder)
    measured = {"golden": {"kind": _kinds(cases), **fields(cases, Case.found)}}
    if shared_folder is not None:
        posts = list(recorded(shared_folder))
        measured["page"] = fields(posts, Case.found)
        measured["record"] = fields(posts, Case.found_in_record)
    measured["election"] = {
        who: Value(value=one.f1, pages=one.about + one.others, said=one.about) for who, one in judged().items()
    }
    measured["regions"] = _regions()
    return measured


def _regions() -> dict[str, Value]:
    """F1 of the regions with their roles, of the codes that texts are about, and of those that they name on the way."""
    texts = regions.said()
    wrong = tuple(one.title for one in texts if one.expected != one.found)
    roles = {"all": None, "main": "main", "mention": "mention"}
    return {
        name: Value(
            value=regions.f1(texts, role=role),
            pages=len(texts),
            said=sum(role is None or any(role == one[1] for one in text.expected) for text in texts),
            wrong=wrong,
        )
        for name, role in roles.items()
    }


def _kinds(cases: Sequence[Case]) -> Value:
    """Whether each page is taken for what it is: an article, a list of stories, or nothing, and for which reason."""

    def kind(shown: Found) -> str:
        return str(shown.get("rejected") or ("list" if "stories" in shown else "article"))

    wrong = tuple(case.name for case in cases if kind(case.found()) != kind(case.expected))
    return Value(value=1 - len(wrong) / max(1, len(cases)), pages=len(cases), said=len(cases), wrong=wrong)


def fields(cases: Iterable[Case], read: Callable[[Case], Found]) -> dict[str, Value]:
    """Measure each field of all pages on which an article is expected; a page that is rejected has every field wrong."""
    read_so = [(case, read(case)) for case in cases if case.is_article]
    values = {
        "body": _value(read_so, "body", lambda case, found: token_f1(_text(case.expected), _text(found))),
        "lines": _value(
            read_so, "body", lambda case, found: float(lines(found["body"]) == lines(case.expected["body"]))
        ),
    }
    for name in FIELDS:
        named = [(case, found) for case, found in read_so if name in case.expected]
        if named:
            values[name] = _value(named, name, lambda case, found, name=name: _right(case, found, name))
    return values


def _right(case: Case, found: Found, name: str) -> float:
    expected, given = case.expected[name], found.get(name)
    if name == "published_at":
        return float(minute(expected, case.site.timezone) == minute(given, case.site.timezone))
    return float(same(expected, given))


def _value(read_so: Sequence[tuple[Case, Found]], name: str, score: Callable[[Case, Found], float]) -> Value:
    scores = {case.name: 0.0 if "rejected" in found else score(case, found) for case, found in read_so}
    return Value(
        value=statistics.fmean(scores.values()) if scores else 0.0,
        pages=len(scores),
        said=sum(bool(case.expected[name]) for case, _ in read_so),
        wrong=tuple(page for page, one in scores.items() if one < 1),
    )


def _text(shown: Found) -> str:
    return "\n".join(shown["body"])


def complaints(measured: Measured, floors: Floors) -> list[str]:
    """A line for each value below its floor, for each that has none, and for each floor that nothing was held against.

    Only those tables of the floors are looked at that were measured: the recordings are not everywhere.
    """
    found = []
    for part, values in measured.items():
        own = floors.get(part, {})
        for name in sorted(own.keys() | values.keys()):
            said = f"{PARTS[part]}: {name}"
            if name not in values:
                found.append(f"{said} has a floor and was not measured")
            elif name not in own:
                found.append(f"{said} was measured and has no floor in tests/floors.toml")
            else:
                value, (floor, least) = values[name], own[name]
                if value.value < floor:
                    named = "".join(f", {page}" for page in value.wrong[:WORST])
                    found.append(f"{said} sank to {value.value:.4f}, below {floor}; {len(value.wrong)} wrong{named}")
                if value.said < least:
                    found.append(f"{said} is said by {value.said} pages, no longer by {least}")
    return found


def table(measured: Measured, floors: Floors) -> str:
    """Give what was measured as lines of at most 80 columns."""
    rows = [f"{'READ':<44}{'PAGES':>8}{'SAID':>8}{'VALUE':>9}{'FLOOR':>9}"]
    for part, title in PARTS.items():
        rows += ["", title if part in measured else f"{title}: not here, so not measured"]
        for name, value in measured.get(part, {}).items():
            floor = floors.get(part, {}).get(name)
            told = "none" if floor is None else f"{floor[0]:.3f}"
            rows.append(f"  {name:<42}{value.pages:>8}{value.said:>8}{value.value:>9.3f}{told:>9}")
    return "\n".join(rows) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was measured; say what sank."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("--pages", type=Path, default=PAGES, help="the folder of goldens")
    parser.add_argument("--floors", type=Path, default=FLOORS)
    options = parser.parse_args(arguments)
    floors = tomllib.loads(options.floors.read_text("utf-8"))
    measured = measure(options.pages, shared())
    sys.stdout.write(table(measured, floors))
    sank = complaints(measured, floors)
    for line in sank:
        print(f"bench.quality: {line}", file=sys.stderr)
    return int(bool(sank))


if __name__ == "__main__":
    sys.exit(main())
