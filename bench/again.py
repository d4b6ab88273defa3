"""What reading an archive again costs, and how much faster it is on all cores than on one.

`python -m bench.again --size 400`: a site on loopback is crawled with its public pages, its readings are said to be an
older extractor's, and `pilkada reextract` does its work confined to 1, 2, … cores. Wall time; what a start takes until the
first stories are stored is not in it. On a machine that does other work the ratio says nothing.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from archive.database import Database
from bench.articles import crawl, serving
from crawler.config import load
from crawler.reading import ReadingPool
from crawler.reextract.outlets import Reextract
from scheduler.processes import usable_cores

PART = "import sys; from bench.again import part; part(sys.argv[1], int(sys.argv[2]))"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.again", description=__doc__)
    parser.add_argument("--size", type=int, default=400, help="articles of the site, 100 at least")
    size = max(100, parser.parse_args(arguments).size)
    with tempfile.TemporaryDirectory(prefix="pilkada-bench-") as folder, serving(size) as (site,):
        crawl(site, Path(folder), "all")
        print("CORES   STORIES/S   CPU MS A STORY, PARENT AND READERS")
        for cores in range(1, usable_cores() + 1):
            home = Path(folder) / f"again-{cores}"
            shutil.copytree(Path(folder) / f"all-{size}", home)
            subprocess.run([sys.executable, "-c", PART, str(home), str(cores)], check=True)
    return 0


def part(root: str, cores: int) -> None:
    """Read one home again on some cores, and print how fast."""
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:cores]))
    home = Path(root)
    loaded = load(home, environment={})
    database = Database(loaded.home.database_url(loaded.settings.archive))
    with database.write() as connection:
        connection.exec_driver_sql("update reading set extractor = 'older'")
    moments: list[tuple[float, float, int]] = []
    with ReadingPool(cores, 512) as pool:
        task = Reextract(loaded, database, pool)
        task.on_progress = lambda _outlet, done, _all: moments.append((time.monotonic(), time.process_time(), done))
        task.run((), None)
    database.dispose()
    (began, used, first), (ended, spent, last) = moments[0], moments[-1]
    stories = last - first
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    readers = (children.ru_utime + children.ru_stime) / last
    print(
        f"{cores:>5}{stories / (ended - began):>12.0f}{(spent - used) * 1000 / stories:>20.1f} {readers * 1000:>12.1f}"
    )


if __name__ == "__main__":
    sys.exit(main())
