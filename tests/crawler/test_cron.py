"""Plain cron instead of the daemon: the README's own lines, run as cron runs them."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.database import Database
from archive.index import SearchIndex
from tests.crawler.commandline import NO_PAGES, SLUG, Pilkada, until
from tests.crawler.gate import Gate
from tests.test_readme import ROOT, fences


@dataclass(frozen=True)
class Crontab:
    """Cron's table: variables for every line, and the command of each."""

    variables: dict[str, str]
    commands: tuple[str, ...]

    def start(self, number: int) -> subprocess.Popen[str]:
        """Run a line as cron does: by sh, with next to nothing in the environment; what is printed would be mailed."""
        return subprocess.Popen(
            ["/bin/sh", "-c", self.commands[number]],
            env={"HOME": tempfile.gettempdir(), "SHELL": "/bin/sh", **NO_PAGES, **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, number: int) -> tuple[int, str]:
        started = self.start(number)
        mailed, _ = started.communicate(timeout=100)
        return started.returncode, mailed


@pytest.fixture
def site() -> Iterator[Gate]:
    with Gate() as site:
        yield site


@pytest.fixture
def crontab(fresh: Pilkada) -> Crontab:
    (table,) = (
        block
        for block in fences((ROOT / "README.md").read_text("utf-8"), "text")
        if "crawl --all" in block and "* *" in block
    )
    lines = table.splitlines()
    variables = dict(line.split("=", 1) for line in lines if not line.startswith(("*", "1")))
    variables["PILKADA_HOME"] = str(fresh.home)
    variables["PATH"] = variables["PATH"].replace("/opt/pilkada/bin", str(Path(sys.executable).parent))
    return Crontab(variables=variables, commands=tuple(line.split(None, 5)[5] for line in lines[len(variables) :]))


@pytest.fixture
def database(fresh: Pilkada) -> Iterator[Database]:
    database = Database(f"sqlite:///{fresh.home / 'pilkada.db'}")
    database.ensure()
    yield database
    database.dispose()


def test_crons_lines_do_what_the_daemon_does(crontab: Crontab, fresh: Pilkada, site: Gate, database: Database) -> None:
    assert crontab.run(1) == (3, f"{SLUG}: was never crawled\n"), "the check mails what is wrong"
    first = crontab.start(0)
    until(lambda: site.arrivals)
    assert crontab.run(0)[0] == 4, "a crawl that meets the one before it is held"
    site.open.set()
    mailed, _ = first.communicate(timeout=100)
    assert (first.returncode, mailed) == (0, ""), "cron mails nothing where nothing is wrong"

    rows = fresh("schedule", "runs", "--format", "json").json()
    assert [(row["status"], row["cause"], row["new"]) for row in rows] == [("held", "command", 0), ("ok", "command", 6)]
    # The index is not left to the first search.
    assert len(SearchIndex.open(fresh.home / "index").uids()) == 6
    assert crontab.run(1) == (0, "")

    with database.write() as connection:
        long_ago = (datetime.now(UTC) - timedelta(days=3)).isoformat(sep=" ", timespec="microseconds")[:26]
        connection.exec_driver_sql("UPDATE run SET started_at = ?, finished_at = ?", (long_ago, long_ago))
    status, mailed = crontab.run(1)
    assert (status, mailed.count("\n")) == (3, 1)
    assert mailed.startswith(f"{SLUG}: was to be crawled at ")
