"""kill -9 at any moment of a crawl: nothing stored is lost or doubled, and nobody of the group stays behind."""

import json
import random
import sys
import time
from pathlib import Path

import pytest

from tests.crawler.commandline import SLUG, Ended, Newsroom, Pilkada, Running, kill, until

ARTICLES = 8
VICTIMS = {"command": "pilkada --home", "child": "-m crawler", "worker": "spawn_main"}
"""Who is killed, by a word of its command line."""


@pytest.mark.parametrize(
    ("kills", "seed"),
    [
        # `test_kill_points.py` kills commands and crawls in each run of the tests; this kills readers, too.
        pytest.param(20, 2, id="20 kills", marks=[pytest.mark.soak, pytest.mark.timeout(400)]),
    ],
)
def test_a_kill_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path, kills: int, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(seed)
    injected = recovered = lost = 0
    for number in range(kills):
        victim = list(VICTIMS)[number % len(VICTIMS)]
        # Requests that the site has seen, robots.txt and the list included; a worker is there once something is read.
        after, late = chance.randint(2 if victim == "worker" else 0, ARTICLES + 1), chance.uniform(0, 0.05)
        pilkada = Pilkada(tmp_path / str(number))
        with Newsroom(ARTICLES) as site:
            site.delay = 0.02
            pilkada.declare(site.base_url)
            with pilkada.running("crawl", SLUG, "--format", "json") as crawl:
                hit = kill_when(crawl, site, VICTIMS[victim], after, late)
                assert hit, f"kill {number}: no {victim} after {after} requests: {crawl.err}"
                injected += 1
                ended = crawl.wait(within=30)
                until(lambda crawl=crawl: not crawl.family(), within=2)
            check_the_killed(victim, ended)
            site.delay = 0
            report = pilkada.crawl()
        assert (report["status"], report["left"], report["failed"]) == ("ok", 0, 0), (victim, after, late, report)
        held = len(pilkada.articles())
        lost += ARTICLES - held
        pilkada.assert_sound(ARTICLES)
        told = pilkada.rows("SELECT status, exit_status, memory_mb > 40 FROM run ORDER BY id")
        assert told[-1] == ("ok", 0, 1)
        assert "running" not in [status for status, _, _ in told]
        if victim == "child" and ended.status == 3:
            assert told[0] == ("failed", -9, 1)
        recovered += held == ARTICLES
        pilkada.close()
    with capsys.disabled():
        sys.stdout.write(json.dumps({"injected": injected, "recovered": recovered, "lost": lost}) + "\n")
    assert (injected, recovered, lost) == (kills, kills, 0)


def kill_when(crawl: Running, site: Newsroom, word: str, after: int, late: float) -> bool:
    """Kill a process of a crawl once the site has seen so many requests and a little later; say whether one was there."""
    until(lambda: len(site.requests) >= after or crawl.process.poll() is not None)
    time.sleep(late)
    victim = until(lambda: crawl.find(word) or (crawl.process.poll() is not None and -1))
    if victim == -1:
        return False
    kill(victim)
    return True


def check_the_killed(victim: str, ended: Ended) -> None:
    """A command whose helper was killed says so in its report and its status; a reader is replaced."""
    assert "Traceback" not in ended.err, ended.err
    if victim == "command":
        assert ended.status == -9
    elif victim == "child" and ended.status == 1:
        assert "did not start" in ended.err
    elif victim == "child" and ended.status == 3:
        assert ended.json()[0]["status"] == "failed"
        assert "SIGKILL" in ended.json()[0]["detail"]
    else:
        assert ended.status == 0, ended
        assert ended.json()[0]["new"] == ARTICLES
