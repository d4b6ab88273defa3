"""The daemon as it runs: a process of its own, real crawls, real signals."""

import contextlib
import itertools
import os
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada, Running, kill, until

SMALL = pytest.mark.parametrize("site", [6], indirect=True, ids=["6 articles"])
NEVER = {"PILKADA_SCHEDULE__CRAWL": "0 0 29 2 *", "PILKADA_SCHEDULE__JITTER": "0"}
"""A time that does not come while a test runs, so that only what is asked for is crawled."""


def runs(pilkada: Pilkada) -> list[dict[str, Any]]:
    ended = pilkada("schedule", "runs", "--format", "json")
    assert ended.status == 0, ended
    rows = ended.json()
    assert isinstance(rows, list)
    return rows


@contextlib.contextmanager
def daemon(pilkada: Pilkada, **env: str) -> Iterator[Running]:
    with pilkada.running("schedule", "run", env={**NO_PAGES, **NEVER, **env}) as daemon:
        until(lambda: "scheduler: 1 outlet" in daemon.err or daemon.process.poll() is not None)
        assert daemon.process.poll() is None, daemon.err
        yield daemon


@SMALL
def test_the_daemon_crawls_what_is_asked_for_and_a_second_one_refuses(fresh: Pilkada, site: Newsroom) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with daemon(fresh, PILKADA_SCHEDULE__METRICS=str(port)) as first:
        second = fresh("schedule", "run", env=NEVER)
        assert second.status == 4
        assert f"process {first.pid}" in second.complaint()
        asked = fresh("schedule", "trigger", SLUG)
        assert asked.status == 0
        assert f"process {first.pid}" in asked.err
        until(lambda: len(site.listings) == 1)
        (run,) = until(lambda: [run for run in runs(fresh) if run["status"] != "running"], every=0.2)
        assert (run["outlet"], run["cause"], run["status"], run["new"]) == (SLUG, "trigger", "ok", 6)
        (standing,) = fresh("schedule", "status", "--format", "json").json()
        assert (standing["state"], standing["last_outcome"], standing["trouble"]) == ("ok", "ok", None)
        assert standing["last_success"] is not None
        # The daemon brings the index up to date itself.
        until(lambda: "6 new" in first.err)
        found = fresh("search", "warga", "--format", "json").json()
        assert found["total"] > 0
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as scraped:
            families = list(text_string_to_metric_families(scraped.read().decode()))
        told = {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}
        assert told["pilkada_runs_total", "crawl", "ok", SLUG] == 1
        assert (told["pilkada_articles", SLUG], told["pilkada_archive_up",]) == (6, 1)
        assert told["pilkada_run_memory_peak_bytes", SLUG] > 40e6
        ended = first.end(within=10)
        assert ended.status == 0, ended
        assert "Traceback" not in ended.err
        until(lambda: not first.family(), within=2)
    fresh.assert_sound(6)


@SMALL
@pytest.mark.parametrize(
    "number",
    [pytest.param(signal.SIGTERM, id="SIGTERM"), pytest.param(signal.SIGINT, id="SIGINT", marks=pytest.mark.soak)],
)
def test_a_signal_ends_the_daemon_and_its_crawl(fresh: Pilkada, site: Newsroom, number: signal.Signals) -> None:
    site.delay = 0.4
    fresh("schedule", "trigger", SLUG)
    with daemon(fresh, PILKADA_CRAWL__PAGES="all") as running:
        until(lambda: len(site.pages) > 1)
        ended = running.end(number, within=10)
        assert ended.status == 0, ended
        assert "Traceback" not in ended.err
        until(lambda: not running.family(), within=2)
    (run,) = runs(fresh)
    assert (run["status"], run["detail"]) == ("partial", "stopped by a signal")
    site.delay = 0
    assert fresh.crawl()["status"] == "ok"
    fresh.assert_sound(6)


@SMALL
def test_a_killed_daemon_leaves_no_crawl_behind(fresh: Pilkada, site: Newsroom) -> None:
    site.delay = 0.4
    fresh("schedule", "trigger", SLUG)
    with daemon(fresh, PILKADA_CRAWL__PAGES="all") as running:
        until(lambda: len(site.pages) > 1)
        assert running.find("-m crawler")
        kill(running.pid)
        until(lambda: not running.family(), within=2)
    (run,) = runs(fresh)
    assert run["status"] == "failed"
    site.delay = 0
    assert fresh.crawl()["status"] == "ok"
    fresh.assert_sound(6)


@pytest.mark.soak
@SMALL
def test_a_crawl_that_is_deaf_to_the_end_is_ended_and_its_run_closed_within_thirty_seconds(
    fresh: Pilkada, site: Newsroom
) -> None:
    site.delay = 0.4
    fresh("schedule", "trigger", SLUG)
    with daemon(fresh, PILKADA_CRAWL__PAGES="all") as running:
        until(lambda: len(site.pages) > 1)
        child = running.find("-m crawler")
        assert child is not None
        os.kill(child, signal.SIGSTOP)  # it hears nothing any more, but of SIGKILL
        ended = running.end(within=30)
        assert ended.status == 0, ended
        until(lambda: not running.family(), within=2)
    (run,) = runs(fresh)
    assert (run["status"], run["detail"]) == ("failed", "the crawl's process was ended by SIGKILL")
    site.delay = 0
    assert fresh.crawl()["status"] == "ok"
    fresh.assert_sound(6)


@pytest.mark.soak
@pytest.mark.timeout(240)
@SMALL
def test_an_expression_for_every_minute_runs_every_minute_and_never_twice_at_once(
    fresh: Pilkada, site: Newsroom
) -> None:
    began = time.monotonic()
    with daemon(fresh, PILKADA_SCHEDULE__CRAWL="* * * * *") as running:
        while time.monotonic() - began < 130:
            assert running.process.poll() is None, running.err
            time.sleep(1)
        until(lambda: "running" not in {run["status"] for run in runs(fresh)}, every=0.5)
        assert running.end(within=10).status == 0
    made = sorted(runs(fresh), key=lambda run: run["started_at"])
    assert len(made) >= 2
    assert {run["status"] for run in made} == {"ok"}
    for earlier, later in itertools.pairwise(made):
        assert earlier["finished_at"] <= later["started_at"]
        gap = datetime.fromisoformat(later["started_at"]) - datetime.fromisoformat(earlier["started_at"])
        assert 50 < gap.total_seconds() < 70
    fresh.assert_sound(6)
