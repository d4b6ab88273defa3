"""A file of outlets that is broken, or declares none, is refused by its name; no outlet vanishes silently."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.declaration import DeclarationError
from crawler.reading.rules import WORDPRESS
from spiders.outlets import NO_OUTLETS, declared_in

ROOT = Path(__file__).resolve().parents[2]
GOOD = """
from spiders.families import WordPress

class Kabar(WordPress):
    name = "kabar"
    outlet = "Kabar"
    base_url = "https://kabar.example"
    timezone = "Asia/Makassar"
    regions = ("64",)
"""
NAMELESS = GOOD.replace('    name = "kabar"\n', "")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Give what makes a package of files, each under a name that no other test has imported."""

    def make(**files: str):
        name = f"outlets_{tmp_path.name}".replace("-", "_")
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        for file, text in files.items():
            (folder / f"{file}.py").write_text(text, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module(name)

    return make


def test_outlets_are_found_in_every_file_and_sorted_by_name(package):
    found = declared_in(package(z=GOOD, a=GOOD.replace('"kabar"', '"lain"'), families="", outlets=""))
    assert list(found) == ["kabar", "lain"]
    assert NO_OUTLETS == ("families", "outlets")


def test_a_file_adds_lines_to_the_rules_of_its_family(package):
    found = declared_in(package(a=GOOD + '    rules = WordPress.rules.plus(noise=(r"kabar kilat .{1,20}",))'))
    assert found["kabar"].rules.noise == (*WORDPRESS.noise, "kabar kilat .{1,20}")
    assert found["kabar"].rules.boilerplate == WORDPRESS.boilerplate


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (NAMELESS, "declares Kabar without a name"),
        (GOOD + '    rules = WordPress.rules.plus(nosie=("kabar kilat",))', "cannot be read: TypeError"),
        (GOOD + "\nclass Lain(Kabar):\n    outlet = 'Lain'\n", "declares Lain without a name"),
        ("from spiders.families import WordPress\n", "declares no outlet"),
        ("", "declares no outlet"),
        ("class (:\n", "cannot be read: SyntaxError"),
        ("\x00", "cannot be read: "),
        ("from spiders.families import Joomla\n", "cannot be read: ImportError"),
        ("import tidak_ada_paket\n", "cannot be read: ModuleNotFoundError"),
        (GOOD.replace("WordPress)", "Wordpress)"), "cannot be read: NameError"),
        (GOOD + "    listing = WordPress.listing(starts=5)\n", "cannot be read: TypeError"),
        (GOOD + "    rules = WordPress.rules.konten\n", "cannot be read: AttributeError"),
    ],
    ids=lambda value: value[:30].strip(),
)
def test_a_file_that_declares_no_outlet_is_refused_by_its_name(package, text, wrong):
    with pytest.raises(DeclarationError) as caught:
        declared_in(package(rusak=text))
    assert f"/rusak.py {wrong}" in str(caught.value)


def test_two_outlets_of_one_name_are_refused_and_both_files_named(package):
    with pytest.raises(DeclarationError, match=r"/b\.py declares the outlet kabar, which outlets_\w+\.a is"):
        declared_in(package(a=GOOD, b=GOOD))


@pytest.fixture
def copy(tmp_path):
    """Give what runs the program from a copy of it, with one more file of outlets."""
    for name in ("archive", "crawler", "scheduler", "spiders"):
        shutil.copytree(ROOT / name, tmp_path / "copy" / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pilkada.py", tmp_path / "copy")

    def run(text: str, *words: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "copy" / "spiders" / "kabar.py").write_text(text, "utf-8")
        command = [sys.executable, "-m", "pilkada", "--home", str(tmp_path / "home"), *words]
        return subprocess.run(command, cwd=tmp_path / "copy", capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.mark.parametrize(
    ("text", "words", "wrong"),
    [
        ("class (:\n", ["outlets", "list"], "spiders/kabar.py cannot be read: SyntaxError"),
        (NAMELESS, ["search", "pilkada"], "spiders/kabar.py declares Kabar without a name"),
        (GOOD.replace("https://", ""), ["init", "--contact", "a@b.example"], "outlet kabar: base_url must be"),
        (
            "from dataclasses import replace\n" + GOOD + '    rules = replace(WordPress.rules, tags=("a[",))\n',
            ["crawl", "kabar", "--base-url", "http://127.0.0.1:9"],
            "outlet kabar: rules has tags 'a[', which is no CSS selector",
        ),
    ],
    ids=["syntax", "nameless", "field", "selector"],
)
def test_a_broken_file_is_one_line_and_misuse(copy, text, words, wrong):
    ended = copy(text, *words)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"pilkada: {wrong}")


def test_a_whole_file_of_a_copy_is_taken(copy):
    ended = copy(GOOD, "outlets", "list", "--format", "csv")
    assert ended.returncode == 0
    assert "kabar,Kabar,wordpress,https://kabar.example,Asia/Makassar,false" in ended.stdout.splitlines()
