"""Facts about the repository itself that are easily lost: the lock, the sizes, the documents."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from crawler.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("archive", "crawler", "scheduler", "spiders")
LONGEST = 400
LOCKS = ("requirements.lock", "bench/compare.lock", "tests/pywb.lock")
PLATFORM = ROOT / "scheduler" / "processes.py"
"""The one module that may know what differs between systems: signals, groups of processes, limits."""
NOT_EVERYWHERE = {
    *("ctypes", "curses", "fcntl", "grp", "msvcrt", "posix", "pty", "pwd", "readline", "resource", "signal", "syslog"),
    *("termios", "tty", "winreg"),
}
CALLS_NOT_EVERYWHERE = re.compile(
    r"\bos\.(?:fork|forkpty|getp[gp]id|gete?[ug]id|kill|killpg|nice|sete?[ug]id|setpgid|setsid|wait\w*|W[A-Z]\w+)\b"
    r"|\bsignal\.SIG|\b(?:start_new_session|preexec_fn|process_group)\b"
)
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


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_in_a_lock_has_a_hash(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) > 20
    unpinned = [
        line[:80] for line in lines if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ]
    assert unpinned == []


def test_pilkada_is_compared_with_the_trafilatura_that_it_reads_with() -> None:
    pins = [re.findall(r"^trafilatura==\S+", (ROOT / lock).read_text("utf-8"), re.MULTILINE) for lock in LOCKS[:2]]
    assert pins[0] == pins[1] != []


def test_modules_stay_short_enough_to_be_about_one_thing() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST} == {}


def imported(module: Path) -> set[str]:
    """Give the top names of all that a module imports, at its top or later."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("module", [*modules(), ROOT / "pilkada.py"], ids=lambda path: str(path.relative_to(ROOT)))
def test_what_differs_between_systems_stands_in_one_module(module: Path) -> None:
    if module == PLATFORM:
        at_import = {
            alias.name for node in ast.parse(module.read_text("utf-8")).body if isinstance(node, ast.Import)
            for alias in node.names
        }  # fmt: skip
        assert at_import & NOT_EVERYWHERE == {"ctypes", "signal"}, "what only some systems have is imported when used"
    else:
        assert imported(module) & NOT_EVERYWHERE == set()
        assert CALLS_NOT_EVERYWHERE.findall(module.read_text("utf-8")) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(
        rf"`pilkada (?:--home \S+ )?{command}\b|\$ pilkada (?:--home \S+ )?{command}\b|`make {command}`",
        (ROOT / "README.md").read_text("utf-8"),
    )


def test_nothing_is_left_to_do() -> None:
    mark = re.compile(rb"\b(?:%s)\b" % b"|".join((b"TO" + b"DO", b"FIX" + b"ME", b"X" + b"XX")))
    assert [str(path.relative_to(ROOT)) for path in tracked() if mark.search(path.read_bytes())] == []
