"""What systemd is told of the daemon: lines in one datagram to the socket that it names (sd_notify(3))."""

import logging
import os
import socket
import time
from collections.abc import MutableMapping
from typing import Self

logger = logging.getLogger(__name__)


class Notifier:
    """Tells a service manager how the daemon stands; without one that wants to know, nothing is told.

    `patience` is the seconds after which the manager ends a service from which it has heard nothing (`WatchdogSec=`),
    None where it does not watch.
    """

    def __init__(self, address: str | None, *, patience: float | None = None) -> None:
        self._address = address
        self.patience = patience

    @classmethod
    def from_environment(cls, environment: MutableMapping[str, str] = os.environ) -> Self:
        """Take what the manager said out of the environment, so that no child speaks in the daemon's name."""
        address = environment.pop("NOTIFY_SOCKET", None)
        asked, watched = environment.pop("WATCHDOG_USEC", ""), environment.pop("WATCHDOG_PID", "")
        ours = watched in ("", str(os.getpid()))
        return cls(address, patience=int(asked) / 1e6 if asked.isdigit() and int(asked) and ours else None)

    def ready(self, status: str) -> None:
        """Say that the daemon serves, for the first time or again after `reloading`."""
        self._tell("READY=1", _status(status))

    def reloading(self) -> None:
        """Say that settings are being read; the manager waits for `ready`."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """Say that the daemon ends of its own accord or as it was told."""
        self._tell("STOPPING=1", _status("stopping"))

    def alive(self, status: str) -> None:
        """Say what the daemon does, and to a manager that watches that it is not stuck."""
        self._tell(*(["WATCHDOG=1"] if self.patience else []), _status(status))

    def status(self, status: str) -> None:
        """Say what the daemon does, and not that all is well."""
        self._tell(_status(status))

    def _tell(self, *lines: str) -> None:
        if self._address is None:
            return
        # An address that begins with @ is in Linux' own name space, where the first byte is zero.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            logger.warning("the service manager cannot be told how the scheduler stands: %s", error)
            self._address = None


def _status(text: str) -> str:
    return "STATUS=" + " ".join(text.split())
