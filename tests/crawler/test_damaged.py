"""Damaged files of a home: one line each that says what helps, by the contract's exit status, and never a silent zero."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.cli import main
from tests.crawler.commandline import Pilkada


def spoil(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    for beside in file.parent.glob(f"{file.name}-*"):
        beside.unlink()


def no_warc(home: Path) -> None:
    for file in (home / "warc").rglob("*.warc.gz"):
        file.unlink()


def a_file_for_locks(home: Path) -> None:
    for file in (home / "locks").glob("*"):
        file.unlink()
    (home / "locks").rmdir()
    (home / "locks").write_text("x")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "noise": lambda home: spoil(home / "pilkada.db", os.urandom(60_000)),
    "cut": lambda home: spoil(home / "pilkada.db", (home / "pilkada.db").read_bytes()[:30_000]),
    "empty": lambda home: spoil(home / "pilkada.db", b""),
}


@pytest.fixture
def home(crawled: Pilkada) -> Path:
    (crawled.home / "locks").mkdir(exist_ok=True)
    return crawled.home


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("words", [("search", "warga"), ("schedule", "status"), ("coverage",), ("db", "check")])
def test_a_damaged_database_is_named_with_what_helps(
    home: Path, damage: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    DAMAGES[damage](home)
    assert main(["--home", str(home), *words]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    assert "pilkada.db" in line
    assert line.endswith("it is damaged: put a backup into a new home, `pilkada --home NEW db restore FILE`")


@pytest.mark.parametrize(
    ("damage", "check"), [(no_warc, "captures"), (a_file_for_locks, "locks"), (DAMAGES["empty"], "database")]
)
def test_the_doctor_finds_it(
    home: Path,
    damage: Callable[[Path], None],
    check: str,
    capsys: pytest.CaptureFixture[str],
    root_logger: None,
) -> None:
    damage(home)
    assert main(["--home", str(home), "doctor"]) == 3
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("bad")] == [f"{check}:"]
