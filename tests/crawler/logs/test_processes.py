"""All our processes log alike: the command, the child that crawls, its readers; and a hostile site floods no log."""

import json
import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler import logs
from crawler.reading import Job, ReadingPool
from crawler.sample.server import Answer
from tests.crawler.commandline import Ended, Pilkada, environment, until
from tests.crawler.test_traps import hostile
from tests.crawler.trapsite import Victim, victim

EVIL = "Judul\r\n{}\x1b[2J\x9b31m\u202e"
FAULTS = 40


def events(ended: Ended) -> list[dict[str, Any]]:
    """Every line of stderr is an event, but for what the command says to whoever called it."""
    return [json.loads(line) for line in ended.err.splitlines() if line.startswith("{")]


def struck(one: Victim, faults: int) -> None:
    """Have the site show so many stories more, each with a fault that a line could tell of."""
    places = [place.encode().decode("latin-1") for place in hostile(9)]
    page = (("Content-Type", "text/html"),)
    kinds = (
        Answer(status=500),
        Answer(headers=page, body=f"<title>{EVIL}</title>{'<b>' * 3000}".encode()),
        Answer(headers=tuple((f"X-{number}", "y" * 1000) for number in range(1100))),
        Answer(headers=(*page, ("Content-Encoding", "gzip")), body=b"\x1f\x8b\x08 patah"),
        *(Answer(status=302, headers=(("Location", place),)) for place in (*places, "/article/" + "a" * 900 + "\x85")),
    )
    for number in range(faults):
        told = replace(one.site.public[0], id=9000 + number, slug=f"jahat-{number}", title=f"Jahat {number} {EVIL[7:]}")
        one.site.publish(told)
        one.scripted[one.site.path(told)] = kinds[number % len(kinds)]


def hostile_run(home: Path, faults: int) -> None:
    with victim("listing", home) as one:
        struck(one, faults)
        ended = one.pilkada("--verbose", "crawl", one.slug, "--format", "json", timeout=500)
        (report,) = ended.json()
        assert report["failed"] + sum(report["rejected"].values()) >= faults // 2, report
        said = events(ended)
        assert len(said) >= 2
        lines = ended.err.splitlines()
        assert len(said) >= len(lines) - 1  # the last is the report's own remark
        assert all(line.isprintable() for line in lines)
        assert max(map(len, lines)) < 4_000
        assert len(ended.err) < 60_000
        # Only the parent's own line, of how far all crawls are, is about no outlet.
        assert {event["outlet"] for event in said if event["logger"] != "crawler.progress"} == {one.slug}


def test_a_hostile_site_makes_few_lines_and_each_is_one(tmp_path: Path) -> None:
    hostile_run(tmp_path / "home", FAULTS)


@pytest.mark.soak
def test_a_hostile_site_of_thousands_of_faults_makes_few_lines(tmp_path: Path) -> None:
    hostile_run(tmp_path / "home", 60 * FAULTS)


def test_a_reader_logs_as_its_parent_does(tmp_path: Path, root_logger: None) -> None:
    file = tmp_path / "pilkada.log"
    logs.begin(logs.Options(format="json", file=str(file), outlet="kabar"), "WARNING")
    with ReadingPool(1, 512) as pool:
        (rejection,) = pool.submit(Job(("bukan-bahan",), load=_fail)).result()
    logging.getLogger().handlers[0].close()
    assert rejection.detail == "reader failed: ValueError: rusak"
    (line,) = file.read_text().splitlines()
    event = json.loads(line)
    assert (event["outlet"], event["level"]) == ("kabar", "error")
    assert event["event"] == "reader failed at bukan-bahan"
    assert event["exception"].endswith("ValueError: rusak")


def _fail(source: str) -> Any:
    raise ValueError("rusak")


def test_a_bug_of_the_crawl_s_process_is_one_event() -> None:
    words = [sys.executable, "-P", "-m", "crawler"]
    env = environment({"PYTHONPATH": str(Path.cwd())})
    done = subprocess.run(words, input="bukan tugas", env=env, capture_output=True, text=True, check=False)
    (line,) = done.stderr.splitlines()
    event = json.loads(line)
    assert (done.returncode, event["level"]) == (1, "critical")
    assert "DecodeError" in event["exception"]


def test_settings_say_how_lines_look_and_where_else_they_go(tmp_path: Path) -> None:
    pilkada = Pilkada(tmp_path / "home")
    pilkada.declare("http://127.0.0.1:9")  # nobody answers there
    settings = {"PILKADA_LOG__FORMAT": "console", "PILKADA_LOG__FILE": "log/pilkada.log"}
    pilkada("schedule", "trigger", "kabar-sampel")
    with pilkada.running("schedule", "run", env=settings) as daemon:
        until(lambda: "crawl ended" in daemon.err)
        ended = daemon.end(within=30)
    lines = [line for line in ended.err.splitlines() if "Z [" in line]
    assert [line.partition("] ")[2] for line in lines][1] == "kabar-sampel: crawl begins (trigger) [scheduler.service]"
    kept = (pilkada.home / "log" / "pilkada.log").read_text().splitlines()
    assert kept == lines


def test_a_wrong_format_is_refused(fresh: Pilkada) -> None:
    ended = fresh("config", env={"PILKADA_LOG__FORMAT": "xml"})
    assert (ended.status, ended.complaint()) == (
        2,
        "PILKADA_LOG__FORMAT: log.format: must be one of auto, console, json",
    )
