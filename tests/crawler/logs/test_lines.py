"""How log lines look: one an event, of bounded length, without what steers a terminal or is nobody's business."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.logs.file import LogFile
from crawler.logs.handler import Lines
from crawler.logs.lines import LONGEST
from crawler.logs.options import Options
from crawler.logs.repeats import BURST, WINDOW
from tests.crawler.commandline import environment

HOSTILE = "\x1b[2J\x1b]0;x\x07 Berita\r\n2026-11-23T00:00:00Z [error    ] palsu\u2028{} \u202etxt\x9b31m"
LOG = logging.getLogger("crawler.uji")


class Log:
    """A logger whose lines are kept, at a clock that a test turns."""

    def __init__(self, options: Options) -> None:
        self.seconds = 0.0
        self.stream = io.StringIO()
        self.handler = Lines(options, self.stream, clock=lambda: self.seconds)

    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines()]


@pytest.fixture
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    made = Log(getattr(request, "param", Options(format="json")))
    LOG.addHandler(made.handler)
    LOG.setLevel("INFO")
    LOG.propagate = False
    yield made
    LOG.removeHandler(made.handler)
    LOG.propagate = True
    LOG.setLevel(logging.NOTSET)


def console(**more: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("log", [Options(format="console", **more)], indirect=True, ids=["console"])


def test_an_event_says_when_where_who_and_what(log: Log) -> None:
    LOG.info("%s: crawl begins (%s)", "kabar-sampel", "schedule")
    LOG.info("scheduler starts: %d outlets", 3)
    first, second = log.events()
    assert first["outlet"] == "kabar-sampel"
    assert first["event"] == "crawl begins (schedule)"
    assert (first["level"], first["logger"]) == ("info", "crawler.uji")
    assert first["at"].endswith("Z")
    assert datetime.fromisoformat(first["at"]).utcoffset() is not None
    assert "outlet" not in second
    assert second["event"] == "scheduler starts: 3 outlets"


@console()
def test_a_person_reads_the_same(log: Log) -> None:
    LOG.warning("%s: %s answered %s", "kabar-sampel", "https://kabar.example", 503)
    (line,) = log.lines()
    assert line.endswith("Z [warning  ] kabar-sampel: https://kabar.example answered 503 [crawler.uji]")


@pytest.mark.parametrize(
    "log", [Options(format="json"), Options(format="console")], indirect=True, ids=["json", "console"]
)
def test_what_a_site_says_is_one_line_of_bounded_length_and_steers_nothing(log: Log) -> None:
    LOG.warning("%s: %s", "kabar", HOSTILE)
    LOG.warning("%s: %s", "kabar", HOSTILE * 1000)
    LOG.warning("%s", HOSTILE)
    assert len(log.lines()) == 3
    assert all(line.isprintable() for line in log.lines())
    assert max(map(len, log.lines())) < LONGEST + 200


def test_a_trace_is_one_event_too_and_only_its_end_is_kept(log: Log) -> None:
    try:
        raise ValueError(HOSTILE * 1000)
    except ValueError:
        LOG.exception("%s: a reading could not be stored", "kabar")
    (event,) = log.events()
    assert event["event"] == "a reading could not be stored"
    assert 2_000 < len(event["exception"]) <= 3_000
    assert "\x1b" not in event["exception"]


@console()
def test_a_trace_on_a_terminal_has_a_margin(log: Log) -> None:
    try:
        raise ValueError("x\n2026-11-23T00:00:00.000Z [error    ] palsu")
    except ValueError:
        LOG.exception("%s: a reading could not be stored", "kabar")
    first, *trace = log.lines()
    assert first.endswith("[error    ] kabar: a reading could not be stored [crawler.uji]")
    assert trace
    assert {line[:2] for line in trace} == {"| "}


def test_a_line_that_cannot_be_made_is_said(log: Log) -> None:
    log.handler.handle(LOG.makeRecord(LOG.name, logging.INFO, __file__, 1, "%d articles", ("tiga",), None))
    (event,) = log.events()
    assert event["event"].startswith("a log line cannot be made: ")


@pytest.mark.parametrize(
    "log",
    [
        Options(format="json", hidden=frozenset({"sandi-rahasia"})),
        Options(format="console", hidden=frozenset({"sandi-rahasia"})),
    ],
    indirect=True,
    ids=["json", "console"],
)
def test_a_secret_is_masked_wherever_it_stands(log: Log) -> None:
    LOG.info("sandi-rahasia of postgresql://user:lain@localhost/x refused")
    LOG.info("sent Authorization: Basic YWRh and Cookie: sid=YWRh")
    try:
        raise ValueError("sandi-rahasia")
    except ValueError:
        LOG.exception("bug")
    said = log.stream.getvalue()
    assert not any(secret in said for secret in ("sandi-rahasia", "lain", "YWRh"))
    assert "postgresql://user:***@localhost/x refused" in said


def test_what_is_said_too_often_is_counted(log: Log) -> None:
    for number in range(BURST + 41):
        LOG.info("%s: %s", "kabar", f"halaman {number}")
        LOG.info("%s: %s", "suara", "halaman") if number < 3 else None
    assert len(log.lines()) == BURST + 3
    log.seconds = WINDOW
    LOG.info("%s: %s", "kabar", "sesudah")
    *_, summary, after = log.events()
    assert summary["repeated"] == 41
    assert summary["event"] == f"repeated 41 times: halaman {BURST + 40}"
    assert (summary["outlet"], after["event"]) == ("kabar", "sesudah")


def test_what_was_counted_is_said_at_the_end(log: Log) -> None:
    for _ in range(BURST + 2):
        LOG.info("%s: lagi", "kabar")
    log.handler.close()
    assert log.events()[-1]["event"] == "repeated 2 times: lagi"


def test_a_flood_is_a_trickle(log: Log) -> None:
    """T29: what a site can make us say in an hour, whatever it is."""
    for number in range(20_000):
        log.seconds = number * 0.18
        LOG.warning("%s: %s", f"https://a.example/{number}", HOSTILE)
    minutes = 20_000 * 0.18 / WINDOW
    assert len(log.lines()) <= (BURST + 1) * (minutes + 1)
    assert len(log.stream.getvalue()) < 2_000_000


def test_a_file_stays_small_and_no_line_is_cut(tmp_path: Path) -> None:
    """Eight that write at once, as children of one crawl do, each with a handle of its own."""
    path = tmp_path / "logs" / "pilkada.log"

    def write(name: int) -> None:
        file = LogFile(path, limit=20_000, kept=3)
        for number in range(200):
            file.write(json.dumps({"by": name, "number": number, "said": "x" * 100}))
        file.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    files = [file for file in path.parent.iterdir() if file.suffix != ".lock"]
    assert {file.name for file in files} <= {"pilkada.log", "pilkada.log.1", "pilkada.log.2", "pilkada.log.3"}
    assert all(file.stat().st_size < 20_000 + 8 * 150 for file in files)
    kept = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert len(kept) > 3 * 100


def test_a_file_gets_the_same_lines(tmp_path: Path) -> None:
    log = Log(Options(format="console", file=str(tmp_path / "a" / "pilkada.log")))
    LOG.addHandler(log.handler)
    try:
        LOG.warning("%s: sesuatu", "kabar")
    finally:
        LOG.removeHandler(log.handler)
        log.handler.close()
    assert (tmp_path / "a" / "pilkada.log").read_text() == log.stream.getvalue()


def test_a_file_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code = (
        "import logging, sys; from crawler import logs; logs.begin(logs.Options(file=sys.argv[1]), 'INFO')\n"
        "for _ in range(3): logging.getLogger('crawler.x').info('sesuatu')"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "file" / "pilkada.log")]
    done = subprocess.run(words, env=environment(), cwd=Path.cwd(), capture_output=True, text=True, check=True)
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert sorted(events)[1:] == ["sesuatu"] * 3
    assert min(events).startswith("log.file: ")
