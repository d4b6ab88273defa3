"""P14: every address that was seen has a final state and a reason, and what could not be read is read after a fix."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Promise
from tests.crawler.commandline import environment
from tests.crawler.faultyruns import FAULTS, FOUND

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("runs", "pages"),
    [
        pytest.param(50, 6, id="50 runs"),
        pytest.param(500, 60, id="500 runs", marks=[pytest.mark.soak, pytest.mark.timeout(1200)]),
    ],
)
def test_the_ledger_adds_up_whatever_goes_wrong(tmp_path: Path, runs: int, pages: int, promise: Promise) -> None:
    command = [sys.executable, "-P", "-m", "tests.crawler.faultyruns", str(runs), str(pages), str(tmp_path)]
    env = environment({"PYTHONPATH": str(ROOT)})
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=runs * 3 + 60, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    found = json.loads((tmp_path / FOUND).read_text("utf-8"))
    assert found["wrong"] == []
    assert found["unstored"] == [], "what was listed while things went wrong is held, or the site itself refused it"
    assert found["refused"] < found["stories"] / 20
    # That nothing went wrong would prove nothing.
    assert found["faulty"] > runs / 2
    assert found["faults"].keys() == FAULTS.keys()
    assert found["statuses"].keys() >= {"ok", "blocked", "failed"}
    assert found["ends"].keys() >= {"new", "failed (network)", "failed (http)", "rejected (unreadable)"}
    assert found["runs"] >= runs
    bad = found["bad_runs"]
    promise("P14", injected=found["runs"], recovered=found["runs"] - bad, lost=bad, faulty=found["faulty"])
    read = found["quarantine"]
    assert read == {"pages": pages, "refused": pages, "kept": pages, "recovered": pages, "requests": 0}
    promise("P14", injected=pages, recovered=read["recovered"], lost=pages - read["kept"], what="mutated pages")
