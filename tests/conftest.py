"""What holds for every test: nothing on the network is reached but this machine; loggers are put back."""

import ipaddress
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from tests.postgres import Server

_watching = False


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: Python asks it before each connection, whichever library makes it. Hooks cannot be taken off."""
    if not _watching or event not in ("socket.connect", "socket.sendto"):
        return
    address = arguments[1]
    if not isinstance(address, tuple):
        return  # a local socket's path
    host = str(address[0]).partition("%")[0]
    try:
        inside = ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = host in ("localhost", "")
    if not inside:
        raise PermissionError(f"a test tried to reach {address}; only this machine may be reached")


sys.addaudithook(_refuse)


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    global _watching
    _watching = True
    yield
    _watching = False


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Server]":
    """A server of PostgreSQL that ends with this process."""
    from tests.postgres import server  # its driver is no matter of the other tests

    with server() as running:
        yield running


@pytest.fixture
def root_logger() -> Iterator[None]:
    """The command line sets the root logger up for its process; a test puts it back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


class Promise(Protocol):
    """Holds one of the README's promises: `promise("P1", injected=20, recovered=20, lost=0)`."""

    def __call__(self, name: str, *, injected: int, recovered: int, lost: int, **more: object) -> None: ...


@pytest.fixture
def promise(record_property: Callable[[str, object], None]) -> Promise:
    """What counts the troubles that a test made, and what came of them; each call is a line of JSON after all tests."""

    def told(name: str, *, injected: int, recovered: int, lost: int, **more: object) -> None:
        line = {"promise": name, "injected": injected, "recovered": recovered, "lost": lost, **more}
        record_property("promise", json.dumps(line))
        assert injected > 0, line
        assert (recovered, lost) == (injected, 0), line

    return told


LONGEST = (
    "months/test_m",
    "test_kill_points",
    "test_bench",
    "test_readme",
    "test_full_disk",
    "month/test_month",
    "test_wheel",
)
"""Files of one or two long tests, each of which one process works through alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: what is begun last is waited for by one process alone."""
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONGEST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the promises' lines, whichever process held them."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    lines = [value for report in reports for name, value in report.user_properties if name == "promise"]
    if lines:
        terminalreporter.section("promises")
        for line in sorted(lines):
            terminalreporter.write_line(line)
