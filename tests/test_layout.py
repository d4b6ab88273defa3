"""Facts about the repository itself that are easily lost: the lock, the sizes, the documents."""

import re
import subprocess
from pathlib import Path

import pytest

from crawler.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("archive", "crawler", "scheduler", "spiders")
LONGEST = 400
# Written in pieces, so that this file does not name them either.
REGISTRIES = tuple(".".join(parts) for parts in (("pypi", "org"), ("files", "pythonhosted"), ("registry", "npmjs")))


def tracked() -> list[Path]:
    """Give the files that git knows, or that it would take up; without git, there is nothing to look at."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        ).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git checkout")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def modules() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [path for path in found if "data" not in path.parts and "versions" not in path.parts]


def test_no_file_names_a_package_registry() -> None:
    guilty = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in tracked()
        for host in REGISTRIES
        if host.encode() in path.read_bytes()
    ]
    assert guilty == []


def test_every_pin_in_the_lock_has_a_hash() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) > 20
    unpinned = [
        line[:80] for line in lines if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ]
    assert unpinned == []


def test_modules_stay_short_enough_to_be_about_one_thing() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST} == {}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(
        rf"`pilkada (?:--home \S+ )?{command}\b|\$ pilkada (?:--home \S+ )?{command}\b|`make {command}`",
        (ROOT / "README.md").read_text("utf-8"),
    )


def test_nothing_is_left_to_do() -> None:
    mark = re.compile(rb"\b(?:%s)\b" % b"|".join((b"TO" + b"DO", b"FIX" + b"ME", b"X" + b"XX")))
    assert [str(path.relative_to(ROOT)) for path in tracked() if mark.search(path.read_bytes())] == []
