"""What is imported is no garbage, and everything after it is looked at as ever."""

import gc
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.database import Database
from archive.records import Reading
from archive.settings import ArchiveSettings, Home
from bench.desk import Desk
from crawler import startup
from crawler.cli import COMMANDS
from tests.crawler.commandline import environment


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


def test_what_was_imported_is_left_alone_and_the_rest_is_looked_at() -> None:
    startup.begin()
    assert not gc.isenabled()
    startup.imported()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_a_process_that_did_not_begin_so_is_left_as_it_is() -> None:
    startup.imported()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_the_exit_status_is_what_the_program_gave() -> None:
    with pytest.raises(SystemExit) as ended:
        startup.end(lambda: 3)
    assert ended.value.code == 3


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_starts_by_itself(command: str) -> None:
    """In a fresh Python, where nothing that another command imports is there: other tests share what is imported."""
    words = [sys.executable, "-m", "pilkada", command, "--help"]
    done = subprocess.run(
        words, env=environment(), cwd=tempfile.gettempdir(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: pilkada {command} ")


HEAVY = frozenset(
    {
        *(
            "alembic",
            "apscheduler",
            "fastwarc",
            "filelock",
            "lxml",
            "matplotlib",
            "numpy",
            "pandas",
            "pebble",
            "pyarrow",
        ),
        *(
            "requests",
            "scrapy",
            "selectolax",
            "sqlalchemy.dialects.postgresql",
            "sqlalchemy.orm",
            "structlog",
            "trafilatura",
            "twisted",
            "warcio",
        ),
        *("xlsxwriter", "archive.history", "archive.identity"),
    }
)
"""What takes long to import: libraries, and our own modules that bring much with them."""
PRINT_HEAVY = """
import sys
from crawler.cli import main
status = main(sys.argv[2:])
print(status, *sorted(set(sys.argv[1].split(",")) & set(sys.modules)), file=sys.stderr)
"""
_COPIES = {"archive.history"}
"""By what texts are compared: a command that shows which are copies looks for new ones first."""
# Exit status, command, and what of the heavy it may import.
NEEDED: tuple[tuple[int, str, set[str]], ...] = (
    (0, "search --facets banjir", set()),
    (0, "stats --by outlet", _COPIES),
    (0, "show UID", _COPIES),
    (1, "cite UID", {"filelock", "warcio", *_COPIES}),  # it has no capture
    (0, "clusters list", _COPIES),
    (0, "export --to HOME/all.jsonl", _COPIES),
    (
        0,
        "export --to HOME/all.parquet",
        {"pyarrow", "numpy", "pandas", *_COPIES},
    ),  # pyarrow takes pandas along if it is there
    (0, "export --to HOME/all.xlsx", {"xlsxwriter", *_COPIES}),
    (0, "takedown UID --reason salah --dry-run", {"warcio", "archive.identity", *_COPIES}),
    (5, "verify", {"warcio", "archive.identity", *_COPIES}),  # the article has no capture
    (0, "config", set()),
    (0, "doctor", {"filelock"}),
    (0, "outlets list", set()),
    (0, "schedule list", {"warcio"}),
    (5, "db check", {"warcio"}),
    (2, "crawl --all", {"warcio"}),  # no outlet is declared
    (2, "reextract --all", set()),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with one article, which a search finds, and the article's uid."""
    root = tmp_path_factory.mktemp("home")
    database = Database(Home(root).database_url(ArchiveSettings()))
    database.ensure()
    reading = Reading(title="Banjir surut", body=("Banjir di Muara Enim surut.",), published_date=date(2024, 11, 3))
    desk = Desk(database, ["kabar"], datetime(2024, 11, 25, tzinfo=UTC))
    with database.write() as connection:
        uid = desk.store(connection, "kabar", "/1/", reading).uid
    Archive(Home(root), database).catch_up()
    database.dispose()
    return root, uid


@pytest.mark.parametrize(("status", "words", "may"), NEEDED, ids=[words for _, words, _ in NEEDED])
def test_a_command_imports_what_it_needs(home: tuple[Path, str], status: int, words: str, may: set[str]) -> None:
    root, uid = home
    said = [word.replace("UID", uid).replace("HOME", str(root)) for word in words.split()]
    done = subprocess.run(
        [sys.executable, "-c", PRINT_HEAVY, ",".join(HEAVY), "--home", str(root), *said],
        env=environment(),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    ended, *heavy = done.stderr.splitlines()[-1].split()
    assert (int(ended), set(heavy) - may) == (status, set())
