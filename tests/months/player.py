"""Plays a plan: sets the true clock from due time to due time, starts, stops and kills the daemon, and foretells its runs."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from archive import agenda, runs
from archive.database import Database
from archive.settings import Home
from archive.work import Work
from crawler.config import load
from tests.crawler.commandline import environment
from tests.months.town import DAY, DELAY, HOUR, START, Plan, Town

ROOT = Path(__file__).parents[2]
EVERY = 6
"""Hours between two crawls of an outlet."""
LATE = timedelta(minutes=1)
"""After a due time the clock is set."""
ZONE = ZoneInfo("Asia/Makassar")
PATIENCE = 120.0
"""Seconds that the daemon has for all that is due at one time."""


def due_after(moment: datetime) -> datetime:
    """The first time after a moment at which outlets are due, by `0 */6 * * *` in the schedule's zone."""
    local = moment.astimezone(ZONE).replace(minute=0, second=0, microsecond=0)
    return (local + (EVERY - local.hour % EVERY) * HOUR).astimezone(moment.tzinfo)


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """A run that must be in the ledger: for which time it was planned, why it was made, and when by the true clock."""

    outlet: str
    planned_at: datetime
    cause: str
    at: datetime


@dataclass(kw_only=True)
class Played:
    """What must have come of a plan."""

    runs: list[Foretold] = field(default_factory=list)
    unbegun: list[tuple[str, datetime]] = field(default_factory=list)
    """Runs that were taken by a daemon that was killed before they began: their periods have none."""
    lives: int = 0
    killed: int = 0


class Player:
    """Plays one plan in one home."""

    def __init__(self, plan: Plan, town: Town, home: Path) -> None:
        self.plan, self.town, self.home = plan, town, home
        self.played = Played()
        self._next: dict[str, datetime] = {}
        self._daemon: subprocess.Popen[str] | None = None
        self._wall = START
        self._killed: frozenset[int] = frozenset()
        self._declare()

    def play(self) -> Played:
        """Play all of it; the daemon has ended."""
        try:
            for at in self._times():
                self.town.stand(at)
                if any(since <= at < until for since, until in self.plan.down):
                    self._end()
                    continue
                began = self._daemon is None
                jumped = self._jumped(at)
                self._wall = at + self._wrong(at)
                self._tell(at)
                self._foretell(at, drawn_up=began or jumped)
                if any(timedelta(0) <= at - killed < HOUR for killed in self.plan.killed) and not began:
                    self._kill(at)
                else:
                    self._await()
                if (at - START) % DAY > DAY - EVERY * HOUR:
                    self._end()  # to begin anew before anything is due
                    self._start(at + LATE)
            self._end()
        finally:
            if self._daemon is not None:
                self._drop()
            self.database.dispose()
        return self.played

    def _times(self) -> Iterator[datetime]:
        """Each due time of the true clock, each of a wrong one, and when a clock is moved."""
        times = {START}
        at = due_after(START)
        while at <= self.plan.end:
            times.add(at + LATE)
            at = due_after(at)
        for since, until, by in self.plan.wrong:
            times |= {since, until}
            at = due_after(since + by)
            while at < until + by:
                times.add(at - by + LATE)
                at = due_after(at)
        yield from sorted(times)

    def _wrong(self, at: datetime) -> timedelta:
        return next((by for since, until, by in self.plan.wrong if since <= at < until), timedelta(0))

    def _jumped(self, at: datetime) -> bool:
        return any(at in (since, until) for since, until, _ in self.plan.wrong)

    def _foretell(self, at: datetime, *, drawn_up: bool) -> None:
        """Note what must be run now by a daemon that knows nothing but its agenda and its clock."""
        for outlet in self.plan.outlets:
            overdue = outlet in self._next and self._next[outlet] <= self._wall
            if overdue:
                cause = "missed" if drawn_up else "schedule"
                self.played.runs.append(Foretold(outlet=outlet, planned_at=self._next[outlet], cause=cause, at=at))
            if overdue or drawn_up:
                self._next[outlet] = due_after(self._wall)

    # ---- the daemon ----

    def _start(self, at: datetime) -> None:
        command = [sys.executable, "-P", "-m", "tests.months", str(self.home)]
        with self.home.joinpath("daemon.log").open("a", encoding="utf-8") as log:
            self._daemon = subprocess.Popen(
                command,
                env=environment({"PYTHONPATH": str(ROOT)}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.played.lives += 1
        self._set(at)
        assert self._daemon.stdout is not None
        assert self._daemon.stdout.readline() == "ready\n", self.log()

    def _tell(self, at: datetime) -> None:
        if self._daemon is None:
            self._start(at)
        else:
            self._set(at)

    def _set(self, at: datetime) -> None:
        assert self._daemon is not None
        assert self._daemon.stdin is not None
        told = [(at + self._wrong(at)).isoformat(), (at - START).total_seconds()]
        self._daemon.stdin.write(json.dumps(told) + "\n")
        self._daemon.stdin.flush()

    def _await(self) -> None:
        """Wait until all that must be run has ended, and a moment more for what must not."""
        end = time.monotonic() + PATIENCE
        while True:
            number, running = self._ledger()
            if number >= len(self.played.runs) and running <= self._killed:
                break
            assert self._daemon is not None
            assert self._daemon.poll() is None, self.log()
            assert time.monotonic() < end, f"{number}, not {len(self.played.runs)} at {self._wall}: {self.log()}"
            time.sleep(0.05)
        time.sleep(0.15)

    def _ledger(self) -> tuple[int, frozenset[int]]:
        """How many runs there are, and which have not ended."""
        with self.database.read() as connection:
            rows = runs.newest(connection, limit=1_000_000)
        return len(rows), frozenset(row.run_id for row in rows if row.finished_at is None)

    def _kill(self, at: datetime) -> None:
        """Kill the daemon while it crawls, start it again, and foretell what it must make up for."""
        assert self._daemon is not None
        wanted = [run for run in self.played.runs if run.at == at]
        before = len(self.played.runs) - len(wanted)
        end = time.monotonic() + PATIENCE
        while True:
            number, running = self._ledger()
            with self.database.read() as connection:
                held = agenda.appointments(connection, Work.CRAWL)
            # What was taken and has not begun would be lost: a child takes a second to begin, a crawl here none.
            if (
                number > before + 1
                and running
                and number - before == sum(one.next_at > self._wall for one in held.values())
            ):
                break
            assert time.monotonic() < end, self.log()
        self._drop()
        _, self._killed = self._ledger()
        with self.database.read() as connection:
            held = agenda.appointments(connection, Work.CRAWL)
            begun = {row.outlet for row in runs.newest(connection, limit=self._ledger()[0] - before)}
        for run in wanted:
            if run.outlet in begun:
                continue
            self.played.runs.remove(run)
            if held[run.outlet].next_at > self._wall:
                self.played.unbegun.append((run.outlet, run.planned_at))
            else:
                self._next[run.outlet] = run.planned_at
        self.played.killed += len(self._killed)
        self._start(at + LATE)
        self._wall = at + LATE
        self._foretell(at, drawn_up=True)
        self._await()

    def _end(self) -> None:
        if self._daemon is None:
            return
        with self._daemon as daemon:  # which closes its stdin, and so ends it
            self._daemon = None
        assert daemon.returncode == 0, self.log()

    def _drop(self) -> None:
        """Kill the daemon."""
        assert self._daemon is not None
        with self._daemon as daemon:
            daemon.kill()
            self._daemon = None

    def log(self) -> str:
        return self.home.joinpath("daemon.log").read_text("utf-8")[-4000:]

    def _declare(self) -> None:
        """Write the settings of the outlets, and make the archive."""
        sites = {outlet: room.site for outlet, room in self.town.rooms.items()}
        hosts = ", ".join(f'"{site.base_url[7:]}"' for site in sites.values())
        text = f'[crawl]\npages = "none"\nallow_hosts = [{hosts}]\n[schedule]\ncrawl = "0 */{EVERY} * * *"\njitter = 0.0\nmaintenance = ""\n'
        for outlet, site in sites.items():
            text += (
                f'[outlets.{outlet}]\nfamily = "{site.family}"\nname = "{site.name}"\nbase_url = "{site.base_url}"\n'
            )
            text += f'timezone = "{site.zone_name}"\n'
            if outlet in self.plan.delayed:
                text += f"delay = {DELAY}\n"
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.joinpath("pilkada.toml").write_text(text, "utf-8")
        self.database = Database(Home(self.home).database_url(load(self.home, environment={}).settings.archive))
        self.database.upgrade()
