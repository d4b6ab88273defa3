"""A month of newsrooms that edit, remove, restore and move their stories, and what Pilkada makes of it."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.crawler.commandline import Pilkada, environment
from tests.month.judging import Played, Verdict, judge, looked_up
from tests.month.script import MONTH, POOR, SMALL, START, Event, Script, written

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


def test_removals_restorations_and_moves_are_what_the_script_has(small: Played) -> None:
    verdict = judge(written(SMALL), small, budget=SMALL.budget)
    assert verdict.wrong == []
    for counts in verdict.table.values():
        found = [counts[f"{name} found"] for name in ("removals", "restorations", "moves")]
        assert found == [SMALL.removals, SMALL.restored, SMALL.moves]


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_month_of_four_outlets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, script = played("MONTH", tmp_path / "home", within=1200), written(MONTH)
    verdict = judge(script, looked_up(home), budget=MONTH.budget)
    with capsys.disabled():
        sys.stdout.write(f"\n{verdict}\n")
    assert verdict.wrong == []
    assert Pilkada(home)("db", "rebuild", timeout=300).status == 0
    assert judge(script, looked_up(home), budget=MONTH.budget).wrong == [], "made again from facts it is the same"


@pytest.mark.soak
def test_a_budget_too_small_is_kept_and_makes_nothing_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdict = judge(written(POOR), looked_up(played("POOR", tmp_path / "home", within=110)), budget=POOR.budget)
    with capsys.disabled():
        sys.stdout.write(f"\n{verdict}\n")
    assert [line for line in verdict.wrong if "false" in line or "budget" in line or "requests" in line] == []


def changed(script: Script, do: str, make: Callable[[Event], Event | None]) -> Script:
    """The script with its first event of a kind made another, or left out."""
    first = next(event for event in script.where(do) if event.outlet == "kabar-sampel")
    made = make(first)
    return Script(
        plan=script.plan,
        events=[made if event is first else event for event in script.events if made or event is not first],  # type: ignore[misc]
    )


@pytest.mark.parametrize(
    ("do", "make", "said"),
    [
        pytest.param("edit", lambda _: None, "false edits", id="an edit that nobody expects"),
        pytest.param("edit", lambda event: replace(event, do="trifle"), "false edits", id="a trifle told as an edit"),
        pytest.param("edit", lambda event: replace(event, at=SMALL.end), "edits missed", id="an edit that nobody made"),
        pytest.param("edit", lambda event: replace(event, changed=frozenset({"tags"})), "of another kind", id="kind"),
        pytest.param("edit", lambda event: replace(event, announced=not event.announced), "mistaken", id="announced"),
        pytest.param("edit", lambda event: replace(event, latest=event.at), "edits late", id="an edit seen late"),
        pytest.param("remove", lambda _: None, "false removals", id="a removal that nobody expects"),
        pytest.param("remove", lambda event: replace(event, latest=event.at), "removals late", id="confirmed late"),
        pytest.param("restore", lambda _: None, "false restorations", id="a restoration that nobody expects"),
        pytest.param("restore", lambda event: replace(event, at=SMALL.end), "restorations missed", id="not restored"),
        pytest.param("publish", lambda event: replace(event, number=999), "not one article", id="a story never made"),
    ],
)
def test_what_is_not_as_the_script_has_it_is_told(
    small: Played, do: str, make: Callable[[Event], Event | None], said: str
) -> None:
    assert any(said in line for line in judge(changed(written(SMALL), do, make), small).wrong)


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
