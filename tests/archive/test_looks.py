"""What looks at one story prove: a table of sequences, each in hours since it was first looked at."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from archive.looks import Happened, Look, Place, Rule, standing
from archive.records import Reason, State

START = datetime(2024, 11, 25, 1, 30, tzinfo=UTC)
HERE, THERE = 1, 2
SEEN, GONE = None, Reason.NOT_FOUND


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def looks(*told: tuple[float, Reason | None] | tuple[float, Reason | None, int]) -> list[Look]:
    return [
        Look(at=at(one[0]), visit_id=number, address_id=one[2] if len(one) > 2 else HERE, missed=one[1])
        for number, one in enumerate(told, 1)
    ]


@pytest.mark.parametrize(
    ("told", "state", "events"),
    [
        ([(0, SEEN), (1, SEEN)], State.LIVE, []),
        ([(0, GONE), (30, GONE), (60, GONE)], State.LIVE, []),
        ([(0, SEEN), (1, GONE)], State.SUSPECTED, ["suspected"]),
        ([(0, SEEN), (1, GONE), (2, GONE), (3, GONE), (4, GONE)], State.SUSPECTED, ["suspected"]),
        ([(0, SEEN), (1, GONE), (25, GONE)], State.SUSPECTED, ["suspected"]),
        ([(0, SEEN), (1, GONE), (13, GONE), (25, GONE)], State.REMOVED, ["suspected", "removed"]),
        ([(0, SEEN), (1, GONE), (13, SEEN), (25, GONE), (26, GONE)], State.SUSPECTED, ["suspected", "suspected"]),
        ([(0, SEEN), (1, GONE), (13, SEEN)], State.LIVE, ["suspected"]),
        (
            [(0, SEEN), (1, GONE), (13, Reason.HOME), (25, Reason.SOFT_404), (99, SEEN)],
            State.LIVE,
            ["suspected", "removed", "restored"],
        ),
        (
            [(0, SEEN), (1, GONE), (13, GONE), (25, GONE), (26, SEEN), (27, GONE), (40, GONE), (60, GONE)],
            State.REMOVED,
            ["suspected", "removed", "restored", "suspected", "removed"],
        ),
    ],
    ids=[
        "seen",
        "never held",
        "missed once",
        "often, and within hours",
        "twice, over a day",
        "three times over a day",
        "seen in between",
        "seen again before it was certain",
        "seen again after it was",
        "taken down twice",
    ],
)
def test_enough_misses_over_enough_time_remove_and_any_sight_restores(
    told: Sequence[tuple[float, Reason | None]], state: State, events: list[str]
) -> None:
    found = standing(looks(*told), Rule(), Place(address_id=HERE, since=START))
    assert (found.state, [kind.value for kind, _ in found.events]) == (state, events)
    assert (found.first_missed is None) is (state is State.LIVE)
    assert (found.removed_at is not None) is (state is State.REMOVED)


def test_what_is_known_of_a_removal_is_told_by_its_looks() -> None:
    made = looks((0, SEEN), (5, GONE), (17, Reason.WITHDRAWN), (29, GONE), (60, Reason.GONE))
    notice = Look(at=at(40), visit_id=9, address_id=HERE, missed=Reason.SOFT_404, notice="Berita ini telah dicabut.")
    found = standing([*made, notice], Rule(), Place(address_id=HERE, since=START))
    assert (found.last_seen, found.first_missed, found.removed_at) == (at(0), at(5), at(29))
    assert (found.reason, found.notice) == (Reason.GONE, "Berita ini telah dicabut.")
    assert [(kind, look.visit_id) for kind, look in found.events] == [(Happened.SUSPECTED, 2), (Happened.REMOVED, 4)]


def test_the_rule_is_kept_to() -> None:
    made = looks((0, SEEN), (1, GONE), (2, GONE), (7, GONE))
    home = Place(address_id=HERE, since=START)
    assert standing(made, Rule(confirm=2, over=timedelta(hours=1)), home).removed_at == at(2)
    assert standing(made, Rule(confirm=1, over=timedelta()), home).removed_at == at(1)
    assert standing(made, Rule(confirm=4, over=timedelta()), home).state is State.SUSPECTED


def test_the_order_in_which_looks_are_learned_says_nothing() -> None:
    made = looks((0, SEEN), (1, GONE), (13, GONE), (25, GONE), (40, SEEN))
    home = Place(address_id=HERE, since=START)
    wanted = standing(made, Rule(), home)
    assert len(wanted.events) == 3
    assert all(standing(one, Rule(), home) == wanted for one in permutations(made))


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([(0, SEEN), (10, SEEN, THERE), (20, GONE), (32, GONE), (60, GONE)], State.LIVE),
        ([(0, SEEN), (10, SEEN, THERE), (20, GONE, THERE), (32, GONE, THERE), (60, GONE, THERE)], State.REMOVED),
        ([(0, SEEN), (5, GONE), (10, SEEN, THERE)], State.LIVE),
    ],
    ids=["its old address is empty", "its new address is empty", "missed until it was found there"],
)
def test_a_story_that_moved_is_missed_where_it_stands_now(
    told: Sequence[tuple[float, Reason | None, int]], state: State
) -> None:
    found = standing(looks(*told), Rule(), Place(address_id=THERE, since=at(10)))
    assert found.state is state
