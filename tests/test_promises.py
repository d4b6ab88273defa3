"""The README promises exactly what tests drill, each at two sizes."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
WHOLE = {"P18"}
"""What `make test` does in full: five canaries."""
OWED = {"P1", "P6", "P7", "P8", "P14", "P15", "P16", "P17", "P18"}


def drilled() -> dict[str, set[str]]:
    """Promises by name, with the files of the tests that print a line for each."""
    found: dict[str, set[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "promise"
            if called and isinstance(name := node.args[0], ast.Constant):  # type: ignore[attr-defined]
                found.setdefault(str(name.value), set()).add(file.relative_to(ROOT).as_posix())
    return found


def promised() -> dict[str, set[str]]:
    """The rows of the README's table: each promise with its tests."""
    text = (ROOT / "README.md").read_text("utf-8")
    section = text.partition("## What is promised when something goes wrong")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (P\d+) \| .+ \| (.+) \|$", section, re.MULTILINE)
    return {name: set(re.findall(r"`(tests/[\w/.]+)`", tests)) for name, tests in rows}


def test_the_readme_promises_what_is_drilled_and_nothing_else() -> None:
    assert promised() == drilled()
    assert promised().keys() == OWED


def test_each_promise_is_drilled_by_make_test_and_in_full_by_make_soak() -> None:
    for name, files in drilled().items():
        texts = [(ROOT / file).read_text("utf-8") for file in files]
        assert name in WHOLE or any("mark.soak" in text for text in texts), f"{name} has no full count"
        assert any(re.search(r"^def test_", text, re.MULTILINE) for text in texts), name
