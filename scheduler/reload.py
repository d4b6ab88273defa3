"""Settings that are read anew while the daemon runs: taken over whole, or refused whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.errors import SchedulerError
from scheduler.timetable import Timetable


class RefusedError(SchedulerError):
    """New settings cannot be gone by; the text names the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """New settings that were found good; nothing goes by them before `take_effect`."""

    timetable: Timetable
    outlets: Sequence[str]
    hosts: Mapping[str, str]
    take_effect: Callable[[], None]
    """Has what is begun from now on go by them; what runs goes on by the old ones."""


Renew = Callable[[], Renewal]
"""Reads the settings anew, or raises RefusedError."""
