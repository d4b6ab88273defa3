"""The daemon as systemd runs it: started by its unit's own line, told to read its settings, heard, stopped."""

import os
import re
import shlex
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from crawler.cli import App
from scheduler.reload import RefusedError
from scheduler.unit import Place, unit
from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada, Running, until
from tests.crawler.gate import Gate

NEVER = '[schedule]\ncrawl = "0 0 29 2 *"\njitter = 0\n'

CHECK = ("schedule", "status", "--check=daemon")


@dataclass
class Manager:
    """What systemd is to a service: it starts it by the unit's line and listens at a socket."""

    folder: Path
    heard: list[str] = field(default_factory=list)

    @contextmanager
    def starts(self, pilkada: Pilkada) -> Iterator[Running]:
        (line,) = (
            line
            for line in unit(Place(python=Path(sys.executable), home=pilkada.home)).splitlines()
            if "ExecStart" in line
        )
        address = str(self.folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind(address)
            listener = threading.Thread(target=self._listen, args=[told], daemon=True)
            listener.start()
            environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000", **NO_PAGES}
            running = Running(shlex.split(line.removeprefix("ExecStart=")), environment)
            try:
                self.waits_for("READY=1")
                yield running
            finally:
                running.finish()
                with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                    last.sendto(b"", address)
                listener.join(10)

    def _listen(self, told: socket.socket) -> None:
        while words := told.recv(4096):
            self.heard += words.decode().split("\n")

    def waits_for(self, word: str) -> None:
        """Wait for a line, and forget those before it."""
        until(lambda: word in self.heard)
        del self.heard[: self.heard.index(word) + 1]


@pytest.fixture
def gate() -> Iterator[Gate]:
    with Gate() as site:
        yield site


def settings(pilkada: Pilkada, outlets: Mapping[str, Newsroom], *, top: str = NEVER) -> None:
    (pilkada.home / "pilkada.toml").unlink(missing_ok=True)
    for slug, site in outlets.items():
        pilkada.declare(site.base_url, slug=slug, top=top)


def finished(pilkada: Pilkada, slug: str) -> str | None:
    done = [run for run in pilkada("schedule", "runs", "--format", "json").json() if run["outlet"] == slug]
    return done[0]["status"] if done and done[0]["status"] != "running" else None


@pytest.mark.parametrize("site", [6], indirect=True, ids=["6 articles"])
def test_new_settings_are_taken_over_whole_while_a_crawl_goes_on_and_bad_ones_not_at_all(
    tmp_path: Path, gate: Gate, site: Newsroom
) -> None:
    pilkada, manager = Pilkada(tmp_path / "home"), Manager(tmp_path)
    settings(pilkada, {SLUG: gate})
    with manager.starts(pilkada) as daemon:
        assert pilkada("schedule", "trigger", SLUG).status == 0
        until(lambda: gate.arrivals)
        crawling = daemon.find("-m crawler")

        settings(pilkada, {"kabar-baru": site})  # the one that is crawled goes, another one comes
        asked = pilkada("schedule", "reload")
        assert (asked.status, asked.err) == (
            0,
            f"the scheduler (process {daemon.pid}) goes by the settings as they are now\n",
        )
        manager.waits_for("RELOADING=1")
        manager.waits_for("READY=1")
        assert pilkada("schedule", "trigger", "kabar-baru").status == 0
        assert until(lambda: finished(pilkada, "kabar-baru"), every=0.3) == "ok"
        assert daemon.find("-m crawler") == crawling, "the crawl of the other one goes on"
        assert pilkada.rows("SELECT DISTINCT slug FROM agenda JOIN outlet ON outlet.id = agenda.outlet_id") == [
            ("kabar-baru",)
        ]

        good = (pilkada.home / "pilkada.toml").read_text("utf-8")
        (pilkada.home / "pilkada.toml").write_text(good + "\n[visits]\nbudget = -1\n", "utf-8")
        assert pilkada("schedule", "reload").status == 2, "what is wrong is said before the daemon is asked"
        os.kill(daemon.pid, signal.SIGHUP)
        manager.waits_for("RELOADING=1")
        manager.waits_for("READY=1")
        (line,) = (line for line in daemon.err.splitlines() if "the old ones stay in force" in line)
        assert "visits" in line
        (pilkada.home / "pilkada.toml").write_text(good, "utf-8")
        older = "goes by older settings, since new ones were refused"  # a busy machine may miss a beat before that
        assert until(lambda: (seen := pilkada(*CHECK)) and older in seen.err and seen).status == 3
        assert pilkada("schedule", "reload").status == 0
        until(lambda: pilkada(*CHECK).status == 0)

        gate.open.set()
        assert until(lambda: finished(pilkada, SLUG), every=0.3) == "ok"
        manager.waits_for("WATCHDOG=1")
        assert daemon.end(within=30).status == 0
        manager.waits_for("STOPPING=1")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ('[archive]\nurl = "sqlite:////tmp/elsewhere.db"\n', "archive.url is changed, which only a start can do"),
        ('[schedule]\nmetrics = "127.0.0.1:9477"\n', "schedule.metrics is changed, which only a start can do"),
        ("[crawl]\ndelay = -1\n", "crawl.delay must be 0 or more"),
        ('[schedule]\ncrawl = "* *"\n', "schedule.crawl: "),
        ("", "crawl.contact is unset"),
    ],
    ids=lambda text: text.split(" ")[0],
)
def test_settings_with_which_it_could_not_start_are_refused(tmp_path: Path, changed: str, why: str) -> None:
    declared = '[outlets.kabar]\nfamily = "wordpress"\nname = "Kabar"\nbase_url = "https://kabar.example"\n'
    (tmp_path / "pilkada.toml").write_text(declared, "utf-8")
    app = App(tmp_path, None, "WARNING")
    assert app.outlets == ["kabar"]
    told = "" if not changed or "[crawl]" in changed else '[crawl]\ncontact = "redaksi@kabar.example"\n'
    (tmp_path / "pilkada.toml").write_text(told + changed + declared, "utf-8")
    with pytest.raises(RefusedError, match=re.escape(why)):
        app.renewed()
