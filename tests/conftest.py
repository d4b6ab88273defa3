"""What holds for every test: nothing on the network is reached but this machine; loggers are put back."""

import ipaddress
import logging
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

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
