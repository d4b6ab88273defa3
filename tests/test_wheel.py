"""The wheel, as a user gets it: built, installed into an empty environment with what it declares, and run from elsewhere."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.crawler.commandline import Pilkada, until
from tests.test_readme import fences

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("archive", "crawler", "scheduler", "spiders")

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows"),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    finish([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)], ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that holds the wheel and the distributions that it asks for, no more."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    finish([sys.executable, "-m", "venv", str(environment)], environment.parent)
    commands = environment / "bin"
    install = step("RUN", "pip").replace("/wheels/", f"{wheel.parent}/")
    # What a network would bring is linked below.
    finish(["sh", "-c", install], environment.parent, PATH=path(commands), PIP_NO_INDEX="1", PIP_NO_DEPS="1")
    pip = [str(commands / "python"), "-m", "pip", "--disable-pip-version-check"]
    finish([*pip, "uninstall", "--quiet", "--yes", "setuptools", "pip"], environment.parent)
    (packages,) = environment.glob("lib/python*/site-packages")
    for needed in closure(Distribution.at(next(packages.glob("pilkada-*.dist-info")))):
        link(needed, packages)
    return commands


def path(commands: Path) -> str:
    """Give a search path on which an environment's commands come first."""
    return f"{commands}{os.pathsep}{os.environ['PATH']}"


def step(keyword: str, word: str = "") -> str:
    """Give what a line of the container file says: the first that begins so and has a word in it."""
    lines = (ROOT / "scheduler/data/Containerfile").read_text("utf-8").splitlines()
    return next(line.removeprefix(keyword).strip() for line in lines if line.startswith(keyword) and word in line)


def finish(command: list[str], folder: Path | str, **environment: str) -> str:
    """Run a command without what the tests' own environment says of Python or Pilkada; give what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PILKADA_", "PYTHON", "VIRTUAL"))}
    done = subprocess.run(
        command, cwd=folder, env=kept | environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def closure(root: Distribution) -> Iterator[Distribution]:
    """Give every distribution that one asks for here, directly or through another; they are taken from this environment."""
    seen: set[tuple[str, str]] = set()
    given: set[str] = set()
    open_: list[tuple[Distribution, str]] = [(root, "")]
    while open_:
        asking, extra = open_.pop()
        for text in asking.requires or ():
            wanted = Requirement(text)
            if wanted.marker is not None and not wanted.marker.evaluate({"extra": extra}):
                continue
            name = canonicalize_name(wanted.name)
            found = distribution(name)
            assert wanted.specifier.contains(found.version, prereleases=True), f"{text}, {found.version} is here"
            if name not in given:
                given.add(name)
                yield found
            for asked in ("", *wanted.extras):
                if (name, asked) not in seen:
                    seen.add((name, asked))
                    open_.append((found, asked))


def link(installed: Distribution, packages: Path) -> None:
    """Put links to a distribution's modules into another environment, their bytecode with them where there is any."""
    for file in installed.files or ():
        if file.parts[0] == ".." or "__pycache__" in file.parts:
            continue
        source = Path(str(installed.locate_file(file)))
        links = {packages / file: source}
        if source.suffix == ".py":
            links[Path(cache_from_source(packages / file))] = Path(cache_from_source(source))
        for target, original in links.items():
            if original.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(original)


def test_the_wheel_holds_every_module_and_what_they_read(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        held = {name for name in opened.namelist() if ".dist-info/" not in name}
    wanted = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == wanted | {"pilkada.py"}
    for part in ("archive/data/regions.csv", "archive/migrations/versions/0002_", "crawler/sample/releases.toml"):
        assert any(name.startswith(part) for name in held), part


def test_the_environment_has_what_the_wheel_declares_and_no_more(installed: Path) -> None:
    python = str(installed / "python")
    where = finish([python, "-P", "-c", "import crawler, scrapy; print(crawler.__file__, scrapy.__file__)"], "/")
    assert where.count(str(installed.parent)) == 2
    for stranger in ("pytest", "hypothesis", "hatchling", "fastwarc", "setuptools", "pip"):
        told = finish([python, "-c", f"import importlib.util; print(importlib.util.find_spec({stranger!r}))"], "/")
        assert told == "None\n", stranger


def test_the_demo_runs_from_any_folder_and_touches_no_archive_that_the_environment_names(
    installed: Path, tmp_path: Path
) -> None:
    home, real = tmp_path / "demo", tmp_path / "real.db"
    theirs = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PILKADA_ARCHIVE__URL": f"sqlite:///{real}"}
    said = finish([str(installed / "pilkada"), "demo", "--keep", str(home)], "/", **theirs)
    assert "0 damaged" in said
    assert not real.exists()
    for step in ("$ pilkada outlets list", "$ pilkada crawl --all", "$ pilkada search", "$ pilkada verify"):
        assert step in said
    kept = Pilkada(home)
    kept.assert_sound(87)
    kept.close()
    shown = next(block for block in fences((ROOT / "README.md").read_text("utf-8"), "text") if "crawl --all" in block)
    missing = [part for part in shown.split("\n\n") if part.strip() not in said]
    assert not missing, "the README shows what the demo does not print"


@pytest.mark.parametrize("command", [["pilkada"], ["python", "-m", "pilkada"]], ids=" ".join)
def test_both_names_of_the_command_give_help(installed: Path, command: list[str]) -> None:
    program, *words = command
    assert "Usage: pilkada" in finish([str(installed / program), *words, "--help"], "/")


def test_the_container_files_own_commands_install_start_watch_and_stop_the_daemon(
    installed: Path, tmp_path: Path
) -> None:
    """No container engine is here: its steps run in an environment of their own, with a folder for the volume."""
    home = tmp_path / "archive"
    Pilkada(home).declare("http://127.0.0.1:9", top='[schedule]\ncrawl = "0 0 29 2 *"')
    name, _, place = step("ENV").partition("=")
    assert (name, place, step("VOLUME")) == ("PILKADA_HOME", "/archive", place)
    surroundings = {name: str(home), "PATH": path(installed), "HOME": str(home)}
    _, _, health = step("HEALTHCHECK").partition("CMD ")

    def healthy() -> bool:
        return subprocess.run(["sh", "-c", health], env=surroundings, capture_output=True, check=False).returncode == 0

    command = [*json.loads(step("ENTRYPOINT")), *json.loads(step("CMD"))]
    with (tmp_path / "log").open("wb") as log:
        daemon = subprocess.Popen([str(installed / command[0]), *command[1:]], env=surroundings, cwd=home, stderr=log)
    try:
        until(lambda: (home / "health.json").exists(), within=30)
        assert healthy()
        daemon.send_signal(getattr(signal, step("STOPSIGNAL")))
        assert daemon.wait(30) == 0, (tmp_path / "log").read_text()
        assert not healthy()
    finally:
        daemon.kill()
        daemon.wait()
