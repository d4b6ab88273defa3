"""A daemon that crawls for months holds no more than on its first day (RELIABILITY P17)."""

import math
import statistics
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import agenda, runs
from archive.database import Database
from archive.records import RunStatus
from archive.work import Work
from tests.conftest import Promise
from tests.crawler.commandline import NO_PAGES, Newsroom, Pilkada, Running, empty_database, until

SELDOM = {"PILKADA_SCHEDULE__CRAWL": "0 0 29 2 *", "PILKADA_SCHEDULE__JITTER": "0"}
WARM = 0.2
"""The part of the runs after which all that is made once has been made: threads' stacks, compiled statements, the index."""
QUIET = 4
"""So many looks in a row that find the same are a daemon at rest."""
SLOPE = 1.0
"""Megabytes by which a daemon may grow in a hundred runs."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds after so many runs: megabytes, open files, threads."""

    runs: int
    megabytes: float
    files: int
    threads: int


def held(pid: int, after: int) -> Held:
    folder = Path(f"/proc/{pid}")
    status = dict(line.split(":\t", 1) for line in folder.joinpath("status").read_text().splitlines() if ":\t" in line)
    files = len(list(folder.joinpath("fd").iterdir()))
    return Held(after, int(status["VmRSS"].split()[0]) / 1024, files, int(status["Threads"]))


def growth(samples: list[Held]) -> float:
    """Megabytes in a hundred runs, by least squares."""
    line = statistics.linear_regression([one.runs for one in samples], [one.megabytes for one in samples])
    return line.slope * 100


class Busy:
    """A daemon that is asked again and again for all outlets of a home."""

    def __init__(self, daemon: Running, database: Database, outlets: list[str]) -> None:
        self.daemon, self.database, self.outlets = daemon, database, outlets
        self.asked = 0

    def round(self) -> Held:
        """Ask for each outlet once, wait until all were crawled and the daemon rests, and look at it."""
        with self.database.write() as connection:
            for outlet in self.outlets:
                agenda.ask(connection, outlet, agenda.TRIGGERS[Work.CRAWL], datetime.now(UTC))
        self.asked += len(self.outlets)
        until(lambda: self.ended() == self.asked, within=180, every=0.1)
        until(lambda: list(self.daemon.family()) == [self.daemon.pid], within=30)
        return self._at_rest()

    def _at_rest(self) -> Held:
        """What the daemon holds once that changes no more: the index and the judgement come after the crawl."""
        seen = [held(self.daemon.pid, self.asked)]
        while len(seen) < QUIET or len({(one.files, one.threads) for one in seen[-QUIET:]}) > 1:
            assert len(seen) < 100, seen
            time.sleep(0.3)
            seen.append(held(self.daemon.pid, self.asked))
        return seen[-1]

    def ended(self) -> int:
        with self.database.read() as connection:
            rows = runs.newest(connection, limit=100_000)
        return sum(row.finished_at is not None for row in rows)

    def well(self) -> int:
        with self.database.read() as connection:
            return sum(row.status is RunStatus.OK for row in runs.newest(connection, limit=100_000))


def busy(tmp_path: Path, number: int, rounds: int) -> tuple[list[Held], int]:
    """Have a daemon crawl so many outlets so many times; give what it held after each round, and how many runs were well."""
    pilkada = Pilkada(tmp_path / "home")
    outlets = [f"kabar-{at}" for at in range(1, number + 1)]
    with ExitStack() as stack:
        sites = [stack.enter_context(Newsroom(6)) for _ in outlets]
        for outlet, site in zip(outlets, sites, strict=True):
            pilkada.declare(site.base_url, slug=outlet)
        pilkada.home.joinpath("pilkada.db").write_bytes(empty_database())
        database = Database(f"sqlite:///{pilkada.home / 'pilkada.db'}")
        stack.callback(database.dispose)
        daemon = stack.enter_context(pilkada.running("schedule", "run", env={**NO_PAGES, **SELDOM}))
        until(lambda: "scheduler:" in daemon.err, within=60)
        at_work = Busy(daemon, database, outlets)
        samples = [at_work.round() for _ in range(rounds)]
        well = at_work.well()
        assert daemon.end(within=40).status == 0
    return samples, well


def judged(samples: list[Held], well: int, promise: Promise, *, slope: float) -> str:
    """Hold the promise against what was seen, and give it in a line."""
    warm = samples[max(1, int(WARM * len(samples))) :]
    grown = growth(warm)
    line = f"{warm[0]} {warm[-1]} {grown:+.2f} MB in 100 runs"
    number = samples[-1].runs
    promise("P17", injected=number, recovered=well, lost=0, mb_in_100_runs=round(grown, 2), files=warm[-1].files)
    assert grown < slope, line
    assert warm[-1].files <= warm[0].files, line
    assert warm[-1].threads <= warm[0].threads, line
    return line


def test_a_daemon_keeps_no_files_and_no_threads_of_crawls_that_ended(tmp_path: Path, promise: Promise) -> None:
    samples, well = busy(tmp_path, 2, 3)
    # So few runs say nothing of memory: what is made once is made in them.
    judged(samples, well, promise, slope=math.inf)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_daemon_does_not_grow_in_five_hundred_runs(
    tmp_path: Path, promise: Promise, capsys: pytest.CaptureFixture[str]
) -> None:
    line = judged(*busy(tmp_path, 4, 125), promise, slope=SLOPE)
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")
