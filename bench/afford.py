"""How many outlets and years fit a machine: what was measured, and the table that follows from it.

The measured lines can be read back, so that a test can hold the table in the README against the numbers beside it.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from archive.ladder import SPARSE
from crawler.rechecks.settings import VisitSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What there is, and what others take of it."""

    cores: int = 1
    memory_mb: int = 1024
    disk_gb: float = 25.0
    system_mb: int = 250
    """Memory of the system itself, and what it needs for files."""
    system_gb: float = 5.0
    """Disk of the system, of Python with Pilkada (0.9 GB), of log files (48 MB) and of the reserve."""


MACHINE = Machine()
MEASURED: tuple[tuple[str, str, str], ...] = (
    ("warc", "WARC files, an article", "bytes"),
    ("database", "database, an article", "bytes"),
    ("index", "index, an article", "bytes"),
    ("idle_bytes", "database, a crawl with nothing new, at most", "bytes"),
    ("visit_bytes", "database, a visit that shows the same", "bytes"),
    ("article_ms", "CPU, an article from fetched to searchable", "ms"),
    ("idle_ms", "CPU, a crawl with nothing new, start and index included", "ms"),
    ("visit_ms", "CPU, a visit that shows the same", "ms"),
    ("idle_requests", "requests of a crawl with nothing new", ""),
    ("daemon_mb", "memory, the daemon", "MB"),
    ("child_mb", "memory, the process of a crawl", "MB"),
    ("reader_mb", "memory, its reader", "MB"),
    ("search_mb", "memory, a search in 10,000 articles", "MB"),
    ("catch_up_mb", "memory, the index made of 10,000 articles", "MB"),
    ("export_mb", "memory, an export of 10,000 articles", "MB"),
)
"""Name, words and unit of what is measured; in this order it is printed."""
CRAWLS_A_DAY = 48
"""`*/30 * * * *`, as nobody set it otherwise."""
DELAY = 2.0
"""Seconds between two requests to a host."""
LOOKS = len(SPARSE.rungs)
"""At a held article in its first half year; later there are none."""
BUDGET = VisitSettings().budget
"""Of looks, an outlet and day."""
COPIES = 2.0
"""Times the database: an upgrade puts a copy beside it."""
SLACK = 1.5
"""Times the index: segments are merged into new ones before the old ones go."""
SHARE = 0.5
"""Of a core, and of the time at which crawls may run: the rest is for searches, and for days on which more happens."""
STORIES = (10, 30, 100)
"""New stories a day of an outlet."""
OUTLETS = (5, 10, 20, 50, 100, 200)


def visits(stories: int) -> int:
    """Give how many looks at held articles an outlet's day has, once it was followed for half a year."""
    return min(LOOKS * stories, BUDGET)


def parallel(found: Mapping[str, int], machine: Machine = MACHINE) -> int:
    """Give how many crawls fit the memory at once, beside the daemon and the largest command of a person."""
    person = max(found["search_mb"], found["export_mb"])
    free = machine.memory_mb - machine.system_mb - max(found["daemon_mb"], found["catch_up_mb"]) - person
    return max(0, free // (found["child_mb"] + found["reader_mb"]))


def years(found: Mapping[str, int], outlets: int, stories: int, machine: Machine = MACHINE) -> float:
    """Give for how many years the disk holds what some outlets publish."""
    article = found["warc"] + COPIES * found["database"] + SLACK * found["index"]
    rows = visits(stories) * found["visit_bytes"] + CRAWLS_A_DAY * found["idle_bytes"]
    day = outlets * (stories * article + COPIES * rows)
    return (machine.disk_gb - machine.system_gb) * 1e9 / (day * 365)


def busy(found: Mapping[str, int], outlets: int, stories: int, machine: Machine = MACHINE) -> float:
    """Give which share of the cores crawls, visits and the index take."""
    day = CRAWLS_A_DAY * found["idle_ms"] + stories * found["article_ms"]
    return outlets * (day + visits(stories) * found["visit_ms"]) / 1000 / 86_400 / machine.cores


def occupied(found: Mapping[str, int], outlets: int, stories: int, machine: Machine = MACHINE) -> float:
    """Give which share of the time of all crawls that may run at once is taken, at the delay between two requests."""
    waited = CRAWLS_A_DAY * found["idle_requests"] + stories + visits(stories)
    own = CRAWLS_A_DAY * found["idle_ms"] / 1000
    return outlets * (waited * DELAY + own) / 86_400 / max(1, parallel(found, machine))


def fits(found: Mapping[str, int], outlets: int, stories: int, machine: Machine = MACHINE) -> bool:
    """Say whether core and time suffice."""
    return busy(found, outlets, stories, machine) <= SHARE and occupied(found, outlets, stories, machine) <= SHARE


def most(found: Mapping[str, int], stories: int, machine: Machine = MACHINE) -> int:
    """Give how many outlets core and time suffice for."""
    outlets = 0
    while fits(found, outlets + 1, stories, machine):
        outlets += 1
    return outlets


def table(found: Mapping[str, int]) -> str:
    """Give what was measured and what follows, as lines of at most 80 columns."""
    machine = MACHINE
    measured = [f"{words:<62}{found[name]:>9,} {unit}".rstrip() for name, words, unit in MEASURED]
    heads = "".join(f"{f'{stories} A DAY':>14}" for stories in STORIES)
    rows = [
        f"{outlets:<10}" + "".join(f"{_cell(found, outlets, stories):>14}" for stories in STORIES)
        for outlets in OUTLETS
    ]
    limits = "".join(f"{most(found, stories):>14}" for stories in STORIES)
    return "\n".join(
        [
            "MEASURED",
            *measured,
            "",
            f"YEARS THAT FIT {machine.cores} CORE, {machine.memory_mb} MB, {machine.disk_gb:g} GB, BY STORIES OF AN OUTLET",
            f"{'OUTLETS':<10}{heads}",
            *rows,
            f"{'at most':<10}{limits}",
            f"schedule.parallel = {parallel(found)} fits the memory",
            "",
        ]
    )


def _cell(found: Mapping[str, int], outlets: int, stories: int) -> str:
    if not fits(found, outlets, stories):
        return "too many"
    held = years(found, outlets, stories)
    return f"{math.floor(held)}" if held >= 10 else f"{math.floor(held * 10) / 10:.1f}"


def measured_in(text: str) -> dict[str, int]:
    """Give what was measured, out of the lines of a table.

    Raises:
        KeyError: a line is not there.
    """
    lines = {line[:62].strip(): line[62:] for line in text.splitlines() if len(line) > 62}
    found = {}
    for name, words, _ in MEASURED:
        number = re.match(r"\s*([\d,]+)", lines[words])
        assert number is not None, words
        found[name] = int(number[1].replace(",", ""))
    return found
