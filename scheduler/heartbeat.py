"""Whether the daemon lives: a file in the home that its main loop writes anew, and what the service manager is told."""

import logging
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import msgspec

from archive.errors import ArchiveError
from scheduler.notify import Notifier

logger = logging.getLogger(__name__)

NEVER = "never"
EVERY = 30.0
"""Seconds between two beats."""


class Life(StrEnum):
    """How far the daemon is in its life."""

    RUNNING = "running"
    STOPPING = "stopping"
    """It was told to stop and waits for crawls to end."""
    STOPPED = "stopped"
    """It has ended as it should; without this word a daemon that is gone was killed."""


class NextRun(msgspec.Struct, frozen=True, kw_only=True):
    """What is due next."""

    outlet: str
    at: datetime


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive says of the daemon's work: what is due next, and how many outlets are in which state."""

    next_run: NextRun | None = None
    outlets: dict[str, int] = {}

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]]) -> Self:
        """Sum up what `schedule status` shows."""
        ahead = [(row["next_run"], row["outlet"]) for row in rows if row["next_run"]]
        next_run = NextRun(outlet=min(ahead)[1], at=min(ahead)[0]) if ahead else None
        return cls(next_run=next_run, outlets=dict(sorted(Counter(row["health"] or NEVER for row in rows).items())))


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """`health.json`; times are UTC, `every` is in seconds."""

    life: Life
    pid: int
    host: str
    version: str
    started_at: datetime
    at: datetime
    every: float
    next_run: NextRun | None
    running: list[str]
    """What is being done, an outlet or an outlet with its kind of work."""
    outlets: dict[str, int]
    """How many outlets do how by their own history; `never` are those that no crawl has reached."""
    trouble: str | None
    """Why the daemon cannot work: the archive cannot be read."""
    settings_read_at: datetime
    refused: str | None
    """Why the settings that were read then are not gone by; those before them are."""

    def stale(self, now: datetime) -> bool:
        """Whether a beat was missed: two intervals are over, or the clock was set back behind the last one."""
        return abs(now - self.at) > timedelta(seconds=2 * self.every)


def read(file: Path) -> Health | None:
    """Give what the daemon wrote last; None where none ever ran in this home, or what stands there is nothing of ours."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Health)
    except (OSError, msgspec.DecodeError):
        return None


class Heartbeat:
    """Writes the health file and feeds the service manager's watchdog, as often as the daemon's main loop asks it to.

    Both come from the main loop and from nowhere else: a thread of its own would go on beating in a daemon that hangs.
    The watchdog is fed only while `look` can read the archive; the file is written either way, and says why not.
    """

    def __init__(
        self,
        file: Path,
        *,
        look: Callable[[], Outlook],
        notifier: Notifier,
        version: str,
        now: Callable[[], datetime],
        every: float = EVERY,
    ) -> None:
        self._file = file
        self._look = look
        self._notifier = notifier
        self._version = version
        self._now = now
        # systemd asks for a sign of life at half of its patience.
        self._every = min(every, notifier.patience / 2) if notifier.patience else every
        self._started_at = self._read_at = now()
        self._refused: str | None = None
        self._next = 0.0
        self._outlook = Outlook()
        self._unwritten = False

    def begin(self, running: Sequence[str] = (), refused: str | None = None) -> None:
        """Say that the daemon serves, for the first time or again after it read its settings, which it may have refused."""
        self._read_at, self._refused = self._now(), refused
        self._write(Life.RUNNING, running, self._see())
        self._notifier.ready(self._words(running))
        self._next = time.monotonic() + self._every

    def beat(self, running: Sequence[str], trouble: str | None = None, *, hindrance: str | None = None) -> None:
        """Give a sign of life if the time for it has come; `trouble` is what keeps the main loop from its work.

        A `hindrance` is what it waits for in good health, as a full disk: a restart by the watchdog would not help.
        """
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._every
        trouble = self._see() or trouble
        self._write(Life.RUNNING, running, trouble or hindrance)
        if trouble is None:
            self._notifier.alive(hindrance or self._words(running))
        else:
            self._notifier.status(trouble)

    def reloading(self) -> None:
        """Say that settings are being read; `begin` says that they were."""
        self._notifier.reloading()

    def stopping(self, running: Sequence[str]) -> None:
        """Say that the daemon was told to stop."""
        self._notifier.stopping()
        self._write(Life.STOPPING, running, None)

    def end(self, left: Sequence[str]) -> None:
        """Say that the daemon has ended; what is left did not end in time."""
        self._write(Life.STOPPED, left, None)

    def _see(self) -> str | None:
        """Look at the archive; give why it cannot be read."""
        try:
            self._outlook = self._look()
        except ArchiveError as error:
            return str(error)
        return None

    def _write(self, life: Life, running: Sequence[str], trouble: str | None) -> None:
        """Write the file whole, under its name only once it is. One that cannot be written is noted once, and grows stale."""
        health = Health(
            life=life,
            pid=os.getpid(),
            host=socket.gethostname(),
            version=self._version,
            started_at=self._started_at,
            at=self._now(),
            every=self._every,
            next_run=self._outlook.next_run,
            running=sorted(running),
            outlets=self._outlook.outlets,
            trouble=trouble,
            settings_read_at=self._read_at,
            refused=self._refused,
        )
        draft = self._file.with_suffix(".json.new")
        try:
            draft.write_bytes(msgspec.json.format(msgspec.json.encode(health)) + b"\n")
            draft.replace(self._file)
        except OSError as error:
            if not self._unwritten:
                logger.error("%s cannot be written: %s", self._file, error.strerror)
            self._unwritten = True
        else:
            self._unwritten = False

    def _words(self, running: Sequence[str]) -> str:
        """Say in a line what the daemon does."""
        doing = f"running: {', '.join(sorted(running))}" if running else "waiting"
        next_run = self._outlook.next_run
        return doing + (f"; next: {next_run.outlet} at {next_run.at:%Y-%m-%d %H:%M} UTC" if next_run else "")
