"""A host's delay from one crawl to the next: who leaves it, and when the next one may ask."""

import time
from pathlib import Path

from crawler.child import turn_at_host

DELAY = 0.4


def turn(locks: Path, delay: float = DELAY) -> tuple[float, float]:
    """Take a turn at a host; give when its requests could begin and when it ended."""
    with turn_at_host(locks, "http://media.test/", delay, 10, []):
        began = time.monotonic()
    return began, time.monotonic()


def test_the_delay_is_kept_between_crawls_that_follow_each_other_and_nobody_waits_without_need(tmp_path: Path) -> None:
    started = time.monotonic()
    first = turn(tmp_path)
    assert first[0] - started < DELAY
    second = turn(tmp_path)
    assert second[0] - first[1] >= DELAY * 0.95
    time.sleep(DELAY)
    started = time.monotonic()
    assert turn(tmp_path)[0] - started < DELAY


def test_after_a_crawl_that_was_killed_the_whole_delay_is_kept(tmp_path: Path) -> None:
    turn(tmp_path)
    (word,) = tmp_path.glob("host-*.left")
    word.unlink()  # it is gone while a crawl is there
    started = time.monotonic()
    assert turn(tmp_path)[0] - started >= DELAY * 0.95


def test_without_a_delay_nobody_is_held_up(tmp_path: Path) -> None:
    turn(tmp_path, 0.0)
    assert not list(tmp_path.iterdir())
