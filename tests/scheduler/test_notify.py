import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scheduler.notify import Notifier

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no service manager of this kind")


@pytest.fixture(params=["file", pytest.param("abstract", marks=pytest.mark.skipif(sys.platform != "linux", reason=""))])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Callable[[], list[str]]]]:
    """A socket as systemd has one, its address, and what gives the lines of the next datagram."""
    name = str(tmp_path / "notify") if request.param == "file" else f"@pilkada-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        line.settimeout(5)
        yield name, lambda: line.recv(4096).decode().split("\n")


def test_a_manager_hears_each_step_in_the_words_of_its_protocol(
    manager: tuple[str, Callable[[], list[str]]],
) -> None:
    address, heard = manager
    notifier = Notifier(address, patience=60)
    notifier.ready("waiting\nREADY=0")
    assert heard() == ["READY=1", "STATUS=waiting READY=0"], "a status cannot end its line"
    notifier.reloading()
    reloading, when = heard()
    assert reloading == "RELOADING=1"
    assert when.startswith("MONOTONIC_USEC=")
    assert int(when.partition("=")[2]) > 1_000_000
    notifier.alive("waiting")
    assert heard() == ["WATCHDOG=1", "STATUS=waiting"]
    notifier.status("the archive cannot be read")
    assert heard() == ["STATUS=the archive cannot be read"]
    notifier.stopping()
    assert heard() == ["STOPPING=1", "STATUS=stopping"]


def test_what_the_manager_said_is_read_once_and_not_handed_on() -> None:
    environment = {
        "NOTIFY_SOCKET": "/run/a",
        "WATCHDOG_USEC": "30000000",
        "WATCHDOG_PID": str(os.getpid()),
        "HOME": "/",
    }
    assert Notifier.from_environment(environment).patience == 30
    assert environment == {"HOME": "/"}


@pytest.mark.parametrize(
    "told",
    [{}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}],
    ids=["nothing", "no number", "off", "another process"],
)
def test_a_watchdog_that_does_not_watch_us_is_not_fed(told: dict[str, str]) -> None:
    assert Notifier.from_environment(told).patience is None


def test_a_manager_that_is_gone_is_told_of_once_and_harms_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    notifier = Notifier(str(tmp_path / "nobody"))
    with caplog.at_level(logging.WARNING):
        notifier.ready("waiting")
        notifier.stopping()
    assert len(caplog.records) == 1
    Notifier(None).ready("waiting")
