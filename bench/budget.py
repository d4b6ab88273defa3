"""What an outlet costs over time, measured on a sample site, and how many outlets and years a small machine holds.

`make budget`, or `python -m bench.budget --size 200`. Bytes and CPU of an article are the difference between a small and a
large site, divided; memory is what each process held at most (VmHWM), looked at while it runs, so Linux only.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.afford import MACHINE, MEASURED, table
from bench.articles import CATCH_UP, SETTINGS, filled, serving

SMALL = 50
IDLE = 12
"""Crawls with nothing new that are measured."""
PAGE = 4096
"""Bytes by which the database grows."""
HELD = 10_000
"""Articles of the archive in which is searched."""
READER, CHILD = "spawn_main", "-m\0crawler\0"


class Watched:
    """A command and all that it starts: how much memory each kind of process held at most, and how much CPU all took."""

    def __init__(self, *words: str) -> None:
        self.peaks: dict[str, int] = {}
        self._process = subprocess.Popen(
            [sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        self._ended = threading.Event()
        self._looking = threading.Thread(target=self._look)
        self._looking.start()

    def stop(self) -> None:
        """Ask it to end."""
        self._process.send_signal(signal.SIGTERM)

    def end(self) -> float:
        """Wait for its end; give the CPU seconds.

        Raises:
            SystemExit: it failed.
        """
        assert self._process.stderr is not None
        with closing(self._process.stderr) as stream:
            said = stream.read()
        _, status, used = os.wait4(self._process.pid, 0)
        self._ended.set()
        self._looking.join()
        self._process.returncode = os.waitstatus_to_exitcode(status)
        if self._process.returncode != 0:
            raise SystemExit(f"bench: a command ended with {self._process.returncode}: {said.decode()[-500:]}")
        return used.ru_utime + used.ru_stime

    def _look(self) -> None:
        while not self._ended.is_set():
            self._look_at(self._process.pid, "self")
            time.sleep(0.02)

    def _look_at(self, pid: int, kind: str) -> None:
        try:
            folder = Path(f"/proc/{pid}")
            words = (folder / "cmdline").read_text()
            kind = "reader" if READER in words else "child" if CHILD in words else kind
            held = next(line for line in (folder / "status").read_text().splitlines() if line.startswith("VmHWM:"))
            self.peaks[kind] = max(self.peaks.get(kind, 0), int(held.split()[1]) // 1024)
            children = [task.read_text().split() for task in folder.glob("task/*/children")]
        except (OSError, StopIteration):
            return  # it has ended
        for child in (int(one) for several in children for one in several):
            self._look_at(child, "tracker")


def measure(size: int, small: int = SMALL, held: int = HELD) -> dict[str, int]:
    """Measure everything with a site of `size` articles and an archive of `held`."""
    with tempfile.TemporaryDirectory(prefix="pilkada-budget-") as folder, serving(small, size) as sites:
        homes = [_home(Path(folder) / str(len(site["articles"])), site) for site in sites]
        first = [_crawled(home) for home in homes]
        for home in homes:
            _crawled(home)  # what the first one left to the next
        few, many = ({**_bytes(home), "cpu": spent} for home, (spent, _) in zip(homes, first, strict=True))
        article = {name: (many[name] - few[name]) / (size - small) for name in few}
        home, peaks = homes[1], first[1][1]
        before, idle = _bytes(home)["database"], [_crawled(home)[0] for _ in range(IDLE)]
        idle_bytes = (_bytes(home)["database"] - before + PAGE) / IDLE  # a page may be nearly full, or new
        before = _bytes(home)["database"]
        visits = Watched(*_words(home, "crawl", "bench", "--recheck", "--since", "2024-01-01")).end() - min(idle)
        looked = min(size, 300)  # the budget of a day
        visit_bytes = (_bytes(home)["database"] - before) / looked
        daemon = _daemon(home)
        large = filled(Path(folder) / "held", held)
        index = sum(file.stat().st_size for file in (large / "index").iterdir()) / held
        search, export = (_peak(*_words(large, *words)) for words in (["search", "pemilih"], _export(large)))
        (large / "index").rename(large / "aside")
        catch_up = _peak("-c", CATCH_UP, str(large))
    found = {
        "warc": article["warc"],
        "database": article["database"],
        "index": index,
        "idle_bytes": idle_bytes,
        "visit_bytes": visit_bytes,
        "article_ms": article["cpu"] * 1000,
        "idle_ms": min(idle) * 1000,
        "visit_ms": max(0.0, visits) * 1000 / looked,
        "idle_requests": 2,
        "daemon_mb": daemon,
        "child_mb": peaks["child"],
        "reader_mb": peaks["reader"],
        "search_mb": search,
        "catch_up_mb": catch_up,
        "export_mb": export,
    }
    assert found.keys() == {name for name, _, _ in MEASURED}
    return {name: round(value) for name, value in found.items()}


def _home(home: Path, site: Mapping[str, Any]) -> Path:
    home.mkdir()
    host = site["base_url"].partition("//")[2]
    settings = SETTINGS.format(host=host, pages="election", base_url=site["base_url"])
    (home / "pilkada.toml").write_text(f'{settings}[visits]\narticles = "all"\n')
    return home


def _words(home: Path, *words: str) -> list[str]:
    return ["-m", "pilkada", "--quiet", "--home", str(home), *words]


def _crawled(home: Path) -> tuple[float, dict[str, int]]:
    watched = Watched(*_words(home, "crawl", "bench"))
    return watched.end(), watched.peaks


def _export(home: Path) -> list[str]:
    return ["export", "--to", str(home / "all.jsonl")]


def _peak(*words: str) -> int:
    watched = Watched(*words)
    watched.end()
    return watched.peaks["self"]


def _daemon(home: Path) -> int:
    """Let the daemon crawl once, and give what its own process held."""
    Watched(*_words(home, "schedule", "trigger", "bench")).end()
    runs = _runs(home)
    watched = Watched(*_words(home, "schedule", "run"))
    for _ in range(600):
        if _runs(home) > runs:
            break
        time.sleep(0.1)
    watched.stop()
    watched.end()
    return watched.peaks["self"]


def _runs(home: Path) -> int:
    from sqlalchemy import func, select

    from archive.database import Database
    from archive.models import Run

    database = Database(f"sqlite:///{home / 'pilkada.db'}")
    with database.read() as connection:
        number = connection.execute(select(func.count()).where(Run.finished_at.is_not(None))).scalar_one()
    database.dispose()
    return number


def _bytes(home: Path) -> dict[str, float]:
    return {
        "warc": sum(file.stat().st_size for file in (home / "warc").rglob("*.gz")),
        "database": (home / "pilkada.db").stat().st_size,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.budget", description=__doc__)
    parser.add_argument("--size", type=int, default=300, help="articles of the site")
    parser.add_argument("--held", type=int, default=HELD, help="articles of the archive in which is searched")
    options = parser.parse_args(arguments)
    if options.size <= SMALL:
        parser.error(f"--size must be above {SMALL}")
    if not Path("/proc/self/status").exists():
        parser.error(f"the memory of processes is read as Linux tells it, to budget {MACHINE.memory_mb} MB")
    sys.stdout.write(table(measure(options.size, held=options.held)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
