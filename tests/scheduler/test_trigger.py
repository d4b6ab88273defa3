from datetime import UTC, datetime, timedelta

import pytest

from scheduler.cadence import next_time
from scheduler.trigger import CadenceTrigger

NOW = datetime(2024, 11, 27, 4, 10, tzinfo=UTC)
NAMED = datetime(2024, 11, 27, 4, 30, tzinfo=UTC)


def trigger(chance: float, *, jitter: float = 30.0) -> CadenceTrigger:
    return CadenceTrigger("*/30 * * * *", "Asia/Makassar", jitter=jitter, cadence=next_time, chance=lambda: chance)


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 0), (0.5, 15), (1.0, 30)])
def test_a_start_is_put_off_by_the_jitter_at_most(chance: float, seconds: int) -> None:
    assert trigger(chance).get_next_fire_time(None, NOW) == NAMED + timedelta(seconds=seconds)


def test_jitter_does_not_add_up_and_skips_no_period() -> None:
    late = trigger(1.0)
    fire = late.get_next_fire_time(None, NOW)
    for period in range(1, 50):
        fire = late.get_next_fire_time(fire, fire)
        assert fire == NAMED + timedelta(minutes=30 * period, seconds=30)


def test_a_long_gap_gives_one_time_ahead_whatever_was_fired_before() -> None:
    assert trigger(0.0).get_next_fire_time(NOW - timedelta(days=30), NOW) == NAMED
