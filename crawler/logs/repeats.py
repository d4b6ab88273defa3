"""What is said too often is counted instead: a site that fails a thousand times is no reason to log a thousand lines."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

BURST = 20
"""Lines of one event of one outlet that are written within a window."""
WINDOW = 60.0
"""Seconds."""
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

_Key = tuple[str, int, str | None]


@dataclass(slots=True)
class _Told:
    since: float
    written: int
    last: logging.LogRecord
    held_back: int = 0


class Repeats:
    """Lets the first lines of an event through and counts the others of the same minute.

    An event is a place in our code and an outlet. A site decides neither, so there are only so many of them.
    """

    def __init__(self) -> None:
        self._told: dict[_Key, _Told] = {}
        self._next = 0.0

    def passed(self, record: logging.LogRecord, now: float) -> Iterator[logging.LogRecord]:
        """Give what is to be written once a record came, at `now` seconds of a clock that is never moved."""
        if now >= self._next:
            yield from self.ended(now)
        key = (record.pathname, record.lineno, slug_of(record))
        told = self._told.get(key)
        if told is None:
            self._told[key] = _Told(now, 1, record)
            yield record
        elif told.written < BURST:
            told.written += 1
            yield record
        else:
            told.held_back += 1
            told.last = record

    def ended(self, now: float = float("inf")) -> Iterator[logging.LogRecord]:
        """Give one line for each event of a window that is over, of all at the end, where lines were held back."""
        self._next = now + 1.0
        for key in [key for key, told in self._told.items() if now - told.since >= WINDOW]:
            told = self._told.pop(key)
            if told.held_back:
                summary = logging.makeLogRecord(told.last.__dict__)
                summary.exc_info = None
                summary.repeated = told.held_back
                yield summary


def slug_of(record: logging.LogRecord) -> str | None:
    """Give the outlet of which a line tells: those of ours begin with it."""
    said = str(record.msg)
    first = record.args[0] if isinstance(record.args, tuple) and record.args and said.startswith("%s:") else None
    return first if isinstance(first, str) and _SLUG.fullmatch(first) else None
