"""What exports of many articles take: memory does not grow with them."""

import subprocess
import sys
from pathlib import Path
from shutil import copy

import pytest

from archive.database import Database
from archive.export import ENDINGS
from bench.rows import OUTLETS, fill
from tests.archive.test_export import rows_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a process had at most")

MEGABYTES = 300
"""What an export may take, however many articles there are."""
GROWN = 25
"""What 4,000 articles may take more than a quarter of them (11 MB measured, in Parquet): held in memory, the others would be 39 MB."""
# Not `ru_maxrss`, in which Linux counts what the process that started this one had: 363 MB of a pytest.
CHILD = """
import re, sys, time
from crawler.cli import main
home, *exports = sys.argv[1:]
for words in exports:
    begun = time.perf_counter()
    assert main(["--home", home, "export", *words.split()]) == 0
    spent = time.perf_counter() - begun
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]
    print(int(peak) // 1024, round(spent, 1), file=sys.stderr)
"""


def archive_of(number: int, home: Path, empty: Path) -> Path:
    home.mkdir()
    copy(empty, home / "pilkada.db")
    database = Database(f"sqlite:///{home / 'pilkada.db'}")
    fill(database, number)
    database.dispose()
    return home


def exported(home: Path, folder: Path, *exports: str) -> list[tuple[int, float]]:
    """Run exports one after another in a process of their own; give its megabytes after each, and the seconds of it."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(home), *exports], cwd=folder, capture_output=True, text=True, check=True
    )
    return [(int(line.split()[0]), float(line.split()[1])) for line in done.stderr.splitlines()]


def test_memory_does_not_grow_with_the_articles(tmp_path: Path, empty_archive: Path) -> None:
    home = archive_of(4000, tmp_path / "home", empty_archive)
    quarter = " ".join(f"--outlet kabar-{number}" for number in range(1, OUTLETS // 4 + 1))
    # The two formats that hold more than a row.
    words = [f"--to a{ending} {some}" for ending in (".xlsx", ".parquet") for some in (quarter, "")]
    taken = [megabytes for megabytes, _ in exported(home, tmp_path, *words)]
    assert rows_in(tmp_path / "a.parquet") == 4000
    assert taken[1] - taken[0] <= GROWN, taken
    assert taken[3] - taken[2] <= GROWN, taken
    assert taken[3] <= MEGABYTES


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_200_000_articles_are_exported_within_the_bound(tmp_path: Path, empty_archive: Path) -> None:
    number = 200_000
    home = archive_of(number, tmp_path / "home", empty_archive)
    for words in (
        *(f"--to all{ending}" for ending in ENDINGS),
        "--rows captures --to long.parquet",
        "--text texts",
        "--package release",
    ):
        ((megabytes, seconds),) = exported(home, tmp_path, words)
        made = tmp_path / words.rpartition(" ")[2]
        size = sum(path.stat().st_size for path in [made, *made.glob("*")] if path.is_file())
        told = f"export {words}: {megabytes} MB of memory, {seconds:.0f} s, {size / 1e6:.0f} MB"
        print(told)  # noqa: T201 - what `make soak` says

        assert megabytes <= MEGABYTES
    assert [rows_in(tmp_path / f"all{ending}") for ending in ENDINGS[:-1]] == [number] * 3
    assert sum(1 for _ in (tmp_path / "texts").iterdir()) == number + 1
