"""Newsrooms that fail, change and fall silent, a clock that jumps and a daemon that is killed: what the ledger has of it."""

import sys
from pathlib import Path

import pytest

from tests.months.judging import judge, looked_up
from tests.months.plans import DAYS, MONTH, SMALL
from tests.months.player import Player
from tests.months.town import DAY, Plan, Town


def played(plan: Plan, home: Path) -> tuple[list[str], str]:
    """Play a plan; give what is wrong and a line on how much was played."""
    with Town(plan) as town:
        result = Player(plan, town, home).play()
        found = looked_up(home, plan.end + DAY / 24)
        wrong = judge(plan, town, result, found)
        asked = sum(len(room.asked) for room in town.rooms.values())
        stories = sum(len(held) for held in found.held.values())
    line = f"{len(found.rows)} runs, {asked} requests, {stories} stories, {len(found.changes)} changes of health"
    return wrong, f"{line}, {result.lives} lives of the daemon, {result.killed} runs killed, {result.unbegun} not begun"


def test_three_days_of_four_outlets_are_in_the_ledger_as_they_were(tmp_path: Path) -> None:
    wrong, line = played(SMALL, tmp_path / "home")
    assert wrong == [], line


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("plan", [DAYS, MONTH], ids=["eight days of eight outlets", "a month of twenty outlets"])
def test_all_that_befalls_outlets_and_daemon_is_in_the_ledger(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, line = played(plan, tmp_path / "home")
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")
    assert wrong == []
