"""What is imported is no garbage, and everything after it is looked at as ever."""

import gc
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import pytest

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
