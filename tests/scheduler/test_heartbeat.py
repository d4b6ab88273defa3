import json
import logging
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.errors import ArchiveUnavailableError
from scheduler.heartbeat import Heartbeat, Life, NextRun, Outlook, read
from scheduler.notify import Notifier

NOON = datetime(2024, 11, 27, 4, tzinfo=UTC)
OUTLOOK = Outlook.of(
    [
        {"outlet": "kukar", "health": "ok", "next_run": NOON + timedelta(minutes=30)},
        {"outlet": "mahakam", "health": "ok", "next_run": NOON + timedelta(minutes=10)},
        {"outlet": "samarinda", "health": "blocked", "next_run": None},
    ]
)


@dataclass
class Room:
    """A home, an archive that can be away, and a manager that listens."""

    home: Path
    line: socket.socket
    away: bool = False

    def look(self) -> Outlook:
        if self.away:
            raise ArchiveUnavailableError("pilkada.db: disk I/O error")
        return OUTLOOK

    def heartbeat(self, *, every: float = 30.0, patience: float | None = 0.02) -> Heartbeat:
        notifier = Notifier(str(self.home / "notify"), patience=patience)
        return Heartbeat(
            self.home / "health.json", look=self.look, notifier=notifier, version="1", now=lambda: NOON, every=every
        )

    def heard(self) -> list[str]:
        return self.line.recv(4096).decode().split("\n")

    @property
    def says(self) -> Callable[[str], object]:
        return json.loads((self.home / "health.json").read_text()).__getitem__


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(5)
        yield Room(home=tmp_path, line=line)


def test_the_file_says_who_works_and_how_the_outlets_stand(room: Room) -> None:
    heartbeat = room.heartbeat()
    heartbeat.begin()
    written = json.loads((room.home / "health.json").read_text())
    assert written == {
        "life": "running",
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "version": "1",
        "started_at": "2024-11-27T04:00:00Z",
        "at": "2024-11-27T04:00:00Z",
        "every": 0.01,
        "next_run": {"outlet": "mahakam", "at": "2024-11-27T04:10:00Z"},
        "running": [],
        "outlets": {"blocked": 1, "ok": 2},
        "trouble": None,
        "settings_read_at": "2024-11-27T04:00:00Z",
        "refused": None,
    }
    assert room.heard() == ["READY=1", "STATUS=waiting; next: mahakam at 2024-11-27 04:10 UTC"]
    assert sorted(path.name for path in room.home.iterdir()) == ["health.json", "notify"]


def test_a_beat_comes_at_half_of_the_managers_patience_and_not_more_often(room: Room) -> None:
    heartbeat = room.heartbeat(patience=60)
    heartbeat.begin()
    room.heard()
    heartbeat.beat(["kukar"])
    assert room.says("running") == []
    assert room.says("every") == 30
    heartbeat = room.heartbeat(patience=8)
    heartbeat.begin()
    assert room.says("every") == 4


def test_a_watchdog_is_fed_while_the_archive_can_be_read_and_no_longer(room: Room) -> None:
    heartbeat = room.heartbeat(every=0.0)
    heartbeat.begin()
    room.heard()
    heartbeat.beat(["kukar"])
    assert room.heard() == ["WATCHDOG=1", "STATUS=running: kukar; next: mahakam at 2024-11-27 04:10 UTC"]
    room.away = True
    heartbeat.beat(["kukar"])
    assert room.heard() == ["STATUS=pilkada.db: disk I/O error"]
    assert (room.says("trouble"), room.says("outlets")) == ("pilkada.db: disk I/O error", {"blocked": 1, "ok": 2})
    room.away = False
    heartbeat.beat([], "the agenda cannot be written")
    assert room.heard() == ["STATUS=the agenda cannot be written"]
    heartbeat.beat([])
    assert room.heard()[0] == "WATCHDOG=1"
    assert room.says("trouble") is None


def test_a_daemon_that_ends_says_so(room: Room) -> None:
    heartbeat = room.heartbeat()
    heartbeat.begin()
    room.heard()
    heartbeat.stopping(["kukar"])
    assert room.heard()[0] == "STOPPING=1"
    assert (room.says("life"), room.says("running")) == ("stopping", ["kukar"])
    heartbeat.end([])
    health = read(room.home / "health.json")
    assert health is not None
    assert (health.life, health.next_run) == (Life.STOPPED, NextRun(outlet="mahakam", at=NOON + timedelta(minutes=10)))


def test_a_beat_is_stale_after_two_intervals_or_when_the_clock_was_set_back(room: Room) -> None:
    heartbeat = room.heartbeat(patience=None)
    heartbeat.begin()
    health = read(room.home / "health.json")
    assert health is not None
    for seconds, stale in ((0, False), (60, False), (61, True), (-60, False), (-61, True)):
        assert health.stale(NOON + timedelta(seconds=seconds)) is stale


def test_a_file_that_cannot_be_written_is_told_of_once_and_the_daemon_goes_on(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    (room.home / "health.json").mkdir()
    heartbeat = room.heartbeat(every=0.0)
    with caplog.at_level(logging.ERROR):
        heartbeat.begin()
        heartbeat.beat([])
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "health.json cannot be written: " in caplog.text
    assert read(room.home / "health.json") is None


def test_a_file_of_somebody_else_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "health.json"
    assert read(file) is None
    for content in (b"", b"[]", b'{"life": "running"}', b"\xff\x00"):
        file.write_bytes(content)
        assert read(file) is None


def test_the_watchdog_is_fed_while_the_daemon_waits_for_room_on_a_full_disk(room: Room) -> None:
    heartbeat = room.heartbeat(every=0.0)
    heartbeat.begin()
    room.heard()
    heartbeat.beat([], hindrance="the disk is nearly full")
    assert room.heard() == ["WATCHDOG=1", "STATUS=the disk is nearly full"]
    assert room.says("trouble") == "the disk is nearly full"
