"""Tells people what changed: at once where that can be done, again where it could not, once in any case.

What is to be told stands in the archive (`archive.healthchanges`) until it was, so neither a restart nor a crash forgets
it; one that comes between sending and noting it down is told twice.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from archive import healthchanges
from archive.database import Database
from archive.errors import ArchiveError
from archive.healthchanges import Change
from archive.records import Health
from scheduler import notices
from scheduler.alertsettings import AlertSettings, masked_address
from scheduler.lock import HeldError, ProcessLock
from scheduler.sender import Send, send

LOGGER = logging.getLogger(__name__)

GIVEN_UP = timedelta(days=1)
"""How long a change is tried to be told: later it is in the digest and in the status, where it stands anyway."""
SETTLED = timedelta(hours=1)
"""An outlet that is well again sooner after an alert may not stay so: that is told once this has passed."""
REST, LONGEST_REST = 60.0, 3600.0
"""Seconds until what could not be sent is tried again; each time twice as long."""
OWN_AGAIN = 86_400.0
"""Seconds until a trouble of our own is told once more."""
LOOK = 60.0
"""Seconds between two looks at what is to be told."""


class Courier:
    """Sends what is to be told; `deliver` does so once, `start` has a thread of its own do it whenever there is something."""

    def __init__(
        self,
        settings: AlertSettings,
        *,
        database: Callable[[], Database],
        locks: Path,
        zone: str,
        now: Callable[[], datetime],
        send: Send = send,
        look: float = LOOK,
    ) -> None:
        self._to = tuple(settings.to)
        self._database = database
        self._lock = ProcessLock(locks / "alerts.lock", "delivery of alerts")
        self._zone = zone
        self._now = now
        self._send = send
        self._own: SimpleQueue[str] = SimpleQueue()
        self._own_told: dict[str, float] = {}
        self._look = look
        self._had: dict[int, set[int]] = {}
        self._given_up: set[int] = set()
        self._rest = REST
        self._not_before = 0.0
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._thread: Thread | None = None
        self._stopping = False

    def start(self, besides: Callable[[], None] = lambda: None) -> None:
        """Have a thread tell what is to be told, until the process ends: it holds nothing up, and nothing is lost by that.

        `besides` is done at each look, of which there is one a minute.
        """
        if self._to and self._thread is None:
            self._thread = Thread(target=self._serve, args=[besides], name="alerts", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Have the thread tell nothing more, once it has ended what it does; the end of the process needs no such word."""
        self._stopping = True
        self._bell.put(None)

    def tell(self) -> None:
        """Tell what changed: by the thread where there is one, else now."""
        if self._thread is not None:
            self._bell.put(None)
        else:
            self.deliver()

    def own_trouble(self, text: str) -> None:
        """Tell that we ourselves cannot work, once a day for each cause; what is said needs no archive."""
        if self._thread is not None:
            self._own.put(text)
            self._bell.put(None)

    def _serve(self, besides: Callable[[], None]) -> None:
        while not self._stopping:
            for work in (self._tell_own, self._deliver_in_time, besides):
                try:
                    work()
                except ArchiveError as error:
                    LOGGER.error("alerts: %s", error)
                except Exception:  # the edge of this thread: an alert must not end all that follow
                    LOGGER.exception("alerts: not told for a cause that was not foreseen")
            with suppress(Empty):
                self._bell.get(timeout=self._look)

    def _deliver_in_time(self) -> None:
        if time.monotonic() >= self._not_before:
            self.deliver()

    def _tell_own(self) -> None:
        while not self._own.empty():
            text, now = self._own.get(), time.monotonic()
            told_at = self._own_told.get(text)
            if told_at is None or now - told_at > OWN_AGAIN:
                self._own_told[text] = now
                self.announce("Pilkada itself is in trouble", f"{notices.plain(text)}\n\n  $ pilkada doctor\n")

    def deliver(self) -> None:
        """Tell what is to be told now; whatever could not be sent stays to be told."""
        if not self._to:
            return
        try:
            with self._lock:
                self._deliver()
        except HeldError:
            LOGGER.info("alerts: another process is telling")

    def _deliver(self) -> None:
        now, database = self._now(), self._database()
        with database.read() as connection:
            waiting = healthchanges.untold(connection, now - 2 * GIVEN_UP)
            told = healthchanges.last_told(connection, {change.outlet for change in waiting})
        self._give_up([change for change in waiting if change.at < now - GIVEN_UP])
        waiting = [change for change in waiting if change.at >= now - GIVEN_UP]
        tell, pass_over = settled(waiting, told, now)
        done = [change.number for change in pass_over]
        taken = self._taken(tell)
        done += taken
        if done:
            with database.write() as connection:
                healthchanges.mark_told(connection, done, self._now())
        if len(taken) == len(tell):
            self._rest, self._not_before = REST, 0.0
        else:
            self._not_before = time.monotonic() + self._rest
            self._rest = min(2 * self._rest, LONGEST_REST)

    def _taken(self, tell: Sequence[Change]) -> list[int]:
        """Send changes to whoever has not had them; give the numbers of those that everyone has."""
        groups: dict[tuple[int, ...], list[int]] = {}
        for place in range(len(self._to)):
            lacking = tuple(change.number for change in tell if place not in self._had.get(change.number, ()))
            if lacking:
                groups.setdefault(lacking, []).append(place)
        for numbers, places in groups.items():
            some = [change for change in tell if change.number in numbers]
            taken = self._send(title(some), body(some, self._zone), [self._to[place] for place in places])
            for place, took in zip(places, taken, strict=True):
                if took:
                    for number in numbers:
                        self._had.setdefault(number, set()).add(place)
                else:
                    which = f"{place + 1} of {len(self._to)}, {masked_address(self._to[place])}"
                    LOGGER.warning("alerts: %s not told to address %s; it is tried again", _names(some), which)
        return [change.number for change in tell if len(self._had.get(change.number, ())) == len(self._to)]

    def _give_up(self, late: Sequence[Change]) -> None:
        for change in late:
            if change.number not in self._given_up:
                self._given_up.add(change.number)
                LOGGER.error("alerts: given up after a day, not told: %s", notices.line(change))

    def announce(self, title: str, body: str) -> list[bool]:
        """Send something to everyone once; say of each address whether it took it."""
        return self._send(title, body, self._to)


def settled(waiting: Sequence[Change], told: dict[str, Change], now: datetime) -> tuple[list[Change], list[Change]]:
    """Part what is to be told now from what needs no telling; what is in neither waits.

    Within an hour of an alert an outlet that is well again, and one that is unwell as before, are no news.
    """
    tell: list[Change] = []
    pass_over: list[Change] = []
    for outlet in dict.fromkeys(change.outlet for change in waiting):
        changes = [change for change in waiting if change.outlet == outlet]
        newest, last = changes[-1], told.get(outlet)
        fresh = last is not None and last.told_at is not None and now - last.told_at < SETTLED
        if fresh and last is not None and (last.state, last.cause) == (newest.state, newest.cause):
            pass_over += changes
        elif fresh and newest.state is Health.OK:
            continue
        else:
            tell += changes
    return tell, pass_over


def title(changes: Sequence[Change]) -> str:
    """Give the title of a message."""
    if len(changes) == 1:
        state = "OK again" if changes[0].state is Health.OK else changes[0].state.upper()
        return f"Pilkada: {changes[0].outlet} {state}"
    names = list(dict.fromkeys(change.outlet for change in changes))
    return f"Pilkada: {_names(changes)}" if len(names) <= 3 else f"Pilkada: {len(names)} outlets changed"


def body(changes: Sequence[Change], zone: str) -> str:
    """Give the text of a message."""
    return "\n\n".join(notices.piece(change, zone) for change in changes) + "\n"


def _names(changes: Sequence[Change]) -> str:
    return ", ".join(f"{change.outlet} {change.state}" for change in changes)
