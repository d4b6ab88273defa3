"""A month of newsrooms that edit, remove, restore and move their stories, and what Pilkada makes of it."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.crawler.commandline import environment
from tests.month.judging import Played, Verdict, judge, looked_up
from tests.month.script import MONTH, SMALL, START, Event, Script, written

HERE = Path(__file__).parents[2]


def played(plan: str, home: Path, *, within: float) -> Path:
    """Play a plan in a process of its own: a reactor runs once."""
    command = [sys.executable, "-P", "-m", "tests.month", plan, str(home)]
    env = environment({"PYTHONPATH": str(HERE)})
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=within, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return home


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return looked_up(played("SMALL", tmp_path_factory.mktemp("month") / "home", within=110))


def of_edits(verdict: Verdict) -> list[str]:
    return [line for line in verdict.wrong if "edit" in line]


def test_each_edit_is_one_version_of_its_kind_announced_or_silent(small: Played) -> None:
    verdict = judge(written(SMALL), small)
    assert of_edits(verdict) == []
    assert [counts["edits found"] for counts in verdict.table.values()] == [SMALL.edits] * len(SMALL.outlets)


def test_visits_keep_to_their_budget_by_the_servers_log(small: Played) -> None:
    verdict = judge(written(SMALL), small, budget=SMALL.budget)
    assert [line for line in verdict.wrong if "budget" in line or "requests" in line] == []
    counts = verdict.table["kaltim-sampel"]
    assert counts["page views told"] == counts["of them pages of stories"] > 0


def changed(script: Script, which: Callable[[Event], bool], make: Callable[[Event], Event | None]) -> Script:
    """The script with its first event of a kind made another, or left out."""
    first = next(event for event in script.events if which(event) and event.outlet == "kabar-sampel")
    made = make(first)
    return Script(
        plan=script.plan,
        events=[made if event is first else event for event in script.events if made or event is not first],  # type: ignore[misc]
    )


def edited(event: Event) -> bool:
    return event.do == "edit"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda _: None, "false edits", id="an edit that nobody expects"),
        pytest.param(lambda event: replace(event, do="trifle"), "false edits", id="a trifle that made a version"),
        pytest.param(lambda event: replace(event, at=SMALL.end), "edits missed", id="an edit that nobody made"),
        pytest.param(lambda event: replace(event, changed=frozenset({"tags"})), "of another kind", id="another kind"),
        pytest.param(lambda event: replace(event, announced=not event.announced), "mistaken", id="announced"),
        pytest.param(lambda event: replace(event, latest=event.at), "edits late", id="late"),
    ],
)
def test_what_is_not_as_the_script_has_it_is_told(
    small: Played, make: Callable[[Event], Event | None], said: str
) -> None:
    told = of_edits(judge(changed(written(SMALL), edited, make), small))
    assert any(said in line for line in told), told


def test_a_day_of_challenge_pages_closes_no_source(small: Played) -> None:
    after = START + timedelta(days=max(SMALL.down) + 1)
    asked = [target for tick, outlet, target, _ in small.log if outlet == "kabar-sampel" and tick >= after]
    assert any("/wp-json/" in target for target in asked[:3]), asked[:3]


def test_the_script_of_the_month_does_what_the_issue_asks_for() -> None:
    script = written(MONTH)
    count = {do: len(script.where(do)) for do in ("edit", "trifle", "remove", "restore", "move")}
    assert count["edit"] + count["trifle"] == 200
    assert count["trifle"] >= 40
    assert (count["remove"], count["restore"] >= 10, count["move"]) == (40, True, 20)
    kinds = {(kind, event.announced) for event in script.where("edit") for kind in event.changed}
    assert kinds == {(kind, said) for kind in ("headline", "figures", "names", "body") for said in (True, False)}
    ways = {event.way for event in script.where("remove")}
    assert ways == {"own", "gone", "home", "soft", "notice", "notice-404", "notice-410"}
    assert all(event.latest and event.latest < MONTH.end for event in script.events if event.do != "publish")
    assert {event.at for event in script.events} == {event.at for event in written(MONTH).events}, "seeded"
