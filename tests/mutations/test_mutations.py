"""Twelve ways in which a site breaks, each noticed by its second crawl; and sites that did not break."""

import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Promise
from tests.crawler.commandline import environment
from tests.mutations.broken import LIST, MUTATIONS

HERE = Path(__file__).parents[2]
FEW = ("a list without links", "a robots.txt that shuts us out", "the home page at every story's address")
"""What `make test` breaks, of one outlet: its history is crawled once."""


def played(names: Collection[str], home: Path, *, within: float) -> dict[str, Any]:
    """Play mutations in a process of its own: a reactor runs once."""
    command = [sys.executable, "-P", "-m", "tests.mutations", str(home), *names]
    env = environment({"PYTHONPATH": str(HERE)})
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=within, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(home.joinpath("told.json").read_text("utf-8"))
    assert isinstance(told, dict)
    return told


def noticed(told: dict[str, Any], name: str) -> bool:
    """Whether a mutation was noticed by the second crawl, and as what it is."""
    meant, found = MUTATIONS[name], told[name][-1]
    return found is not None and found[:2] == [meant.state, meant.cause] and found[3].startswith("http://127.0.0.1:")


def hold(names: Collection[str], told: dict[str, Any], promise: Promise) -> None:
    found = [name for name in names if noticed(told, name)]
    assert found == list(names), {name: told[name] for name in names if name not in found}
    promise("P15", injected=len(names), recovered=len(found), lost=len(names) - len(found))


def test_what_breaks_is_noticed_by_the_second_crawl(tmp_path: Path, promise: Promise) -> None:
    told = played(FEW, tmp_path, within=110)
    assert told["before"] == [{}] * len(told["before"]), "nothing was found while nothing was broken"
    assert told[LIST] == [None, None], "nor where nothing broke"
    hold(FEW, told, promise)


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_twelve_ways_to_break_are_noticed_by_the_second_crawl(tmp_path: Path, promise: Promise) -> None:
    told = played(MUTATIONS, tmp_path, within=290)
    assert told["before"] == [{}] * len(told["before"])
    assert {outlet: told[outlet] for outlet in told if outlet.endswith("sampel")} == {
        mutation.outlet: [None, None] for mutation in MUTATIONS.values()
    }
    assert len(MUTATIONS) == 12
    hold(MUTATIONS, told, promise)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_forty_days_in_which_nothing_breaks_raise_no_alert(tmp_path: Path) -> None:
    """Of four outlets; the first ten are history."""
    told = played(["quiet", "40"], tmp_path, within=590)
    assert [found for found in told["quiet"] if found] == []
    assert len(told["quiet"]) == 80
