"""P7: never two schedulers, never two crawls of one outlet, however many begin at once."""

import itertools
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from archive import runs
from archive.database import Database
from archive.runs import RunRow
from crawler.config import load
from crawler.runner import EVERYTHING, make_task
from crawler.sample.server import Answer
from scheduler.heartbeat import read
from tests.conftest import Promise
from tests.crawler.commandline import SLUG, Newsroom, Pilkada, until
from tests.crawler.crowd import CHILD, crowd
from tests.postgres import Server

NEVER = '[schedule]\ncrawl = "0 0 29 2 *"\njitter = 0\n'
"""Only what is asked for is crawled."""


ONE_HOME, TWO_HOMES = "one home", "two homes of one server"
LONG = [pytest.mark.soak, pytest.mark.timeout(300)]
MANY = pytest.mark.parametrize(
    ("on", "number"),
    [(TWO_HOMES, 10), pytest.param(ONE_HOME, 100, marks=LONG), pytest.param(TWO_HOMES, 100, marks=LONG)],
    ids=str,
)
NAMED = re.compile(r"pilkada: another scheduler runs already: process \d+ since [^\n]* UTC\n")


class Watched(Newsroom):
    """An outlet that takes its time, and sees how many ask it at once."""

    def __init__(self) -> None:
        super().__init__(6)
        self.most = 0
        self._asking = 0
        self._counting = threading.Lock()

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        with self._counting:
            self._asking += 1
            self.most = max(self.most, self._asking)
        try:
            time.sleep(0.05)
            return super().answer(target, headers)
        finally:
            with self._counting:
                self._asking -= 1


@pytest.fixture
def watched() -> Iterator[Watched]:
    with Watched() as site:
        yield site


def home(folder: Path, site: Newsroom, *, url: str | None = None) -> Pilkada:
    made = Pilkada(folder)
    made.declare(site.base_url, top=NEVER + (f'[archive]\nurl = "{url}"\n' if url else ""))
    return made


def crawls(database: Database) -> list[RunRow]:
    with database.read() as connection:
        return sorted(runs.newest(connection, kind="crawl", limit=1000), key=lambda run: run.started_at)


def taken(database: Database) -> list[RunRow]:
    return [run for run in crawls(database) if run.status not in ("held", "running")]


def overlaps(made: list[RunRow]) -> int:
    """Count the runs that began before the one before them had ended."""
    return sum(
        earlier.finished_at is None or later.started_at < earlier.finished_at
        for earlier, later in itertools.pairwise(made)
    )


@contextmanager
def homes(on: str, folder: Path, site: Newsroom, ask_for: Callable[[str], Server]) -> Iterator[list[Pilkada]]:
    """One home with a file, or two homes of one database on a server."""
    if on == ONE_HOME:
        yield [home(folder / "home", site)]
    else:
        with ask_for("postgres").new() as url:
            yield [home(folder / name, site, url=url) for name in ("first", "second")]


@MANY
def test_of_schedulers_that_start_at_once_one_runs_and_the_others_name_it(
    number: int, on: str, watched: Watched, tmp_path: Path, promise: Promise, request: pytest.FixtureRequest
) -> None:
    with homes(on, tmp_path, watched, request.getfixturevalue) as all_homes:
        which = itertools.islice(itertools.cycle(all_homes), number)
        with crowd([("", ["--home", str(one.home), "schedule", "run"]) for one in which]) as starts:
            refused = starts.first(number - 1)
            (holder,) = set(starts.pids) - {left.pid for left in refused}
            wrong = [left for left in refused if left.status != 4 or not NAMED.fullmatch(left.err)]
            assert [left.err for left in wrong] == []
            # In two homes some are refused by one of their own, which the server refuses a moment later.
            assert on == TWO_HOMES or all(f": process {holder} since " in left.err for left in refused)
            until(lambda: holder in [health.pid for one in all_homes if (health := read(one.home / "health.json"))])
    promise("P7", injected=number, recovered=len(refused) + 1, lost=len(wrong), of=f"starts of the scheduler, {on}")


def test_of_ten_schedulers_one_runs_and_keeps_its_place_while_it_is_frozen_but_not_when_it_was_killed(
    watched: Watched, tmp_path: Path, promise: Promise
) -> None:
    pilkada = home(tmp_path / "home", watched)
    often = {"WATCHDOG_USEC": "1000000"}  # a beat every half second, so that one that is missed shows within one
    with crowd([("", ["--home", str(pilkada.home), "schedule", "run"])] * 10, env=often) as starts:
        refused = starts.first(9)
        (first,) = set(starts.pids) - {left.pid for left in refused}
        for left in refused:
            assert (left.status, f": process {first} since " in left.err) == (4, True), left.err
            assert NAMED.fullmatch(left.err), left.err
        until(lambda: (seen := read(pilkada.home / "health.json")) and seen.pid == first)
        os.kill(first, signal.SIGSTOP)
        assert pilkada("schedule", "trigger", SLUG).status == 0
        assert pilkada("schedule", "run").status == 4
        check = until(lambda: (seen := pilkada("schedule", "status", "--check=daemon")).status == 3 and seen)
        assert f"the scheduler (process {first}) hangs: " in check.err
        assert watched.requests == []
        os.kill(first, signal.SIGCONT)
        database = Database(f"sqlite:///{pilkada.home / 'pilkada.db'}")
        until(lambda: taken(database))
        until(lambda: pilkada("schedule", "status", "--check").status == 0)  # a busy machine misses a beat, too
        os.kill(first, signal.SIGKILL)
        with pilkada.running("schedule", "run", env=often) as second:
            until(lambda: (seen := read(pilkada.home / "health.json")) and seen.pid == second.pid, within=10)
            assert second.end(within=30).status == 0
        made = taken(database)
        database.dispose()
    assert ([run.status for run in made], watched.most) == (["ok"], 1)
    promise(
        "P7", injected=12, recovered=12, lost=overlaps(made), of="starts of the scheduler, one home; frozen, killed"
    )


def test_of_crawls_of_one_outlet_that_begin_at_once_one_asks_it_and_the_others_are_held(
    watched: Watched, tmp_path: Path, promise: Promise
) -> None:
    """The processes that crawl; what starts them notes those that were refused, which the long test shows."""
    pilkada = home(tmp_path / "home", watched)
    database = Database(f"sqlite:///{pilkada.home / 'pilkada.db'}")
    database.ensure()
    task = make_task(load(pilkada.home), database.url, SLUG, "test", None, EVERYTHING, "WARNING")
    with crowd([(msgspec.json.encode(task).decode(), [])] * 10, become=CHILD) as begun:
        left = list(begun.leaving())
    assert sorted(one.status for one in left) == [0] + [4] * 9
    assert {one.out.count("another crawl of kabar-sampel runs already") for one in left if one.status == 4} == {1}
    (run,) = crawls(database)
    database.dispose()
    assert (run.status, run.counts["new"]) == ("ok", 6)
    assert (watched.most, len(watched.listings)) == (1, 1)
    promise("P7", injected=10, recovered=len(left), lost=watched.most - 1, of="crawls of one outlet")


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("on", "number"), [(ONE_HOME, 100), (TWO_HOMES, 20)])  # a server takes 100 connections
def test_many_commands_crawl_one_outlet_one_after_the_other_or_not_at_all(
    on: str, number: int, watched: Watched, tmp_path: Path, promise: Promise, request: pytest.FixtureRequest
) -> None:
    with homes(on, tmp_path, watched, request.getfixturevalue) as all_homes:
        which = itertools.islice(itertools.cycle(all_homes), number)
        with crowd([("", ["--home", str(one.home), "crawl", SLUG, "--format", "json"]) for one in which]) as begun:
            left = list(begun.leaving())
        # A hundred processes on two cores may wait longer for a file than any writer does: that is one line, too.
        crowded = [one for one in left if one.status == 1 and one.err.endswith("pilkada.db: database is locked\n")]
        assert [one.err for one in left if one.status not in (0, 4) and one not in crowded] == []
        loaded = load(all_homes[0].home)
        database = Database(loaded.home.database_url(loaded.settings.archive))
        noted, made = crawls(database), taken(database)
        database.dispose()
    assert number - len(crowded) <= len(noted) <= number
    assert len(made) >= sum(one.status == 0 for one in left)
    assert ({run.status for run in made}, watched.most) == ({"ok"}, 1)
    assert sum(run.counts["new"] for run in made) == 6
    promise("P7", injected=number, recovered=len(left), lost=overlaps(made), of=f"crawl commands, {on}")
