"""What the READMEs show is what the program does: their examples are run, in order, on the sample outlet."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.sample import SampleSite

ROOT = Path(__file__).resolve().parents[1]
SHOWN_HOST = "127.0.0.1:8090"


def fences(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def examples(text: str) -> list[tuple[str, str]]:
    """Give each command of the console blocks with the output that is shown under it."""
    found: list[tuple[str, str]] = []
    for block in fences(text, "console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], ""))
            else:
                command, output = found[-1]
                found[-1] = (command, f"{output}{line}\n")
    return found


def pattern(shown: str) -> str:
    """Give what output must match: `…` stands for anything in a line, a line of it alone for any lines."""
    lines = (r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n" for line in shown)
    return "".join(lines)


def matches(shown: str, printed: str) -> bool:
    tidy = "".join(line.rstrip() + "\n" for line in printed.splitlines()).rstrip("\n") + "\n"
    return re.fullmatch(pattern(shown.rstrip("\n").splitlines()), tidy) is not None


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a\nb\n", False),
        ("a\n…\n", "a\nb\nc\n", True),
        ("a … c\n", "a b c  \n", True),
        ("a … c\n", "a b\nc\n", False),
    ],
    ids=["same", "more-than-shown", "any-lines", "any-words", "not-across-lines"],
)
def test_what_counts_as_shown(shown: str, printed: str, expected: bool) -> None:
    assert matches(shown, printed) is expected


@pytest.fixture(scope="module")
def site() -> Iterator[SampleSite]:
    with SampleSite(clock=lambda: datetime.now(UTC)) as running:
        yield running


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PILKADA_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment | {"PILKADA_HOME": str(folder / "news"), "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def typed(command: str, folder: Path) -> list[str]:
    """Give the words of a command as a shell in a folder hands them over."""
    words = [word.replace("$PILKADA_HOME", "news") for word in shlex.split(command)]
    return [one for word in words for one in (_files(word, folder) if "/*" in word else [word])]


def _files(word: str, folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.glob(word))


@pytest.mark.timeout(400)  # some forty commands, each a process of its own
@pytest.mark.parametrize("name", ["README.md", "README.id.md"])
def test_examples_print_what_is_shown(name: str, site: SampleSite, tmp_path: Path) -> None:
    text = (ROOT / name).read_text("utf-8")
    host = site.base_url.removeprefix("http://")
    (settings,) = fences(text, "toml")
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "pilkada.toml").write_text(settings.replace(SHOWN_HOST, host), "utf-8")

    commands = examples(text)
    assert commands
    for command, shown in commands:
        program, *arguments = typed(command.replace(SHOWN_HOST, host), tmp_path)
        assert program == "pilkada", command
        done = run(["-m", "pilkada", *arguments], tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        printed = done.stdout.replace(host, SHOWN_HOST)
        assert matches(shown, printed), f"$ {command}\nshown:\n{shown}\nprinted:\n{printed}"

    for program in fences(text, "python"):
        done = run(["-c", program], tmp_path)
        assert done.returncode == 0, done.stdout
        assert done.stdout.strip(), program


def test_tests_named_as_proof_exist() -> None:
    named = set(re.findall(r"`(tests/[\w/.]*)`", (ROOT / "README.md").read_text("utf-8")))
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.id.md", "CONTRIBUTING.md"])
def test_every_fence_is_closed_and_every_heading_stands_alone(name: str) -> None:
    inside = False
    before = ""
    for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1):
        where = f"{name}, line {number}: {line}"
        if line.startswith("```"):
            assert (line == "```") is inside, where
            inside = not inside
        elif not inside:
            assert not line.startswith("$ "), where
            assert not (line.startswith("#") and before), where
        before = line
    assert not inside
