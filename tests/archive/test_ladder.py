from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from archive.ladder import DENSE, SPARSE, LadderError, VisitRule, duration, ladder

BORN = datetime(2024, 11, 20, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLL = datetime(2024, 11, 27, 16, tzinfo=UTC)
"""The beginning of 28 November in Makassar."""


def visits(said: str | list[str], *, found: datetime, polls: tuple[datetime, ...] = (POLL,)) -> list[datetime]:
    """Every visit of an article's life, each made when it is due."""
    made = [found]
    while (due := ladder(said).next(born=BORN, found=found, last=made[-1], polls=polls)) is not None:
        made.append(due)
    return made[1:]


def test_an_article_is_visited_eight_times_and_on_the_day_after_polling() -> None:
    assert visits("sparse", found=BORN + timedelta(minutes=10)) == [
        *(BORN + age for age in (HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY)),
        POLL,
        BORN + 30 * DAY,
        BORN + 180 * DAY,
    ]


@pytest.mark.parametrize(
    ("age", "first"),
    [
        (timedelta(minutes=30), HOUR),
        (timedelta(minutes=31), 6 * HOUR),
        (5 * HOUR, 6 * HOUR),
        (2 * DAY, 3 * DAY),
        (100 * DAY, 180 * DAY),
        (181 * DAY, 361 * DAY),
        (4000 * DAY, 4180 * DAY),
    ],
)
def test_rungs_that_passed_before_an_article_was_found_are_skipped(age: timedelta, first: timedelta) -> None:
    made = visits("sparse", found=BORN + age, polls=())
    assert made[0] == BORN + first
    assert first <= 180 * DAY or len(made) == 1


def test_rungs_that_passed_while_nobody_crawled_are_one_visit() -> None:
    due = SPARSE.next(born=BORN, found=BORN, last=BORN + HOUR)
    assert due == BORN + 6 * HOUR
    late = BORN + 5 * DAY
    assert SPARSE.next(born=BORN, found=BORN, last=late) == BORN + 7 * DAY


def test_the_dense_ladder_is_that_of_newsdiffs() -> None:
    made = [time - BORN for time in visits("dense", found=BORN - HOUR)]
    assert len(made) == len(DENSE.rungs) == 11 + 21 + 48 + 8 + 12
    steps = {
        later: {b - a for a, b in pairwise(made) if earlier <= a < later}
        for earlier, later in ((timedelta(), 3 * HOUR), (3 * HOUR, DAY), (DAY, 7 * DAY), (30 * DAY, 360 * DAY))
    }
    assert steps == {3 * HOUR: {timedelta(minutes=15)}, DAY: {HOUR}, 7 * DAY: {3 * HOUR}, 360 * DAY: {30 * DAY}}
    assert made[-1] == 360 * DAY


def test_a_list_of_ones_own_knows_no_polling_day() -> None:
    assert visits(["2d", "45min"], found=BORN) == [BORN + timedelta(minutes=45), BORN + 2 * DAY]


@pytest.mark.parametrize("said", ["", "often", [], ["1x"], ["0h"], ["-1d"], ["1h 5min"], ["4000d"], ["1h"] * 501])
def test_what_is_no_ladder_is_refused(said: str | list[str]) -> None:
    with pytest.raises(LadderError):
        ladder(said)


def test_looks_that_confirm_a_removal_take_as_long_as_is_said() -> None:
    assert VisitRule().confirming == 12 * HOUR
    assert VisitRule(confirm=1, over=duration("2d")).confirming == 2 * DAY
