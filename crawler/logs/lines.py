"""How a log record becomes one line that is safe to read: of bounded length, without controls and secrets.

structlog is imported with this module, which is imported with the first line that is written: a search that has nothing
to say does not pay the 0.05 s.
"""

import logging
from collections.abc import Iterable, MutableMapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

from archive.text import for_terminal
from crawler.logs.repeats import slug_of
from crawler.secrets import without

LONGEST = 500
"""Characters of a field: a site may have made it (RELIABILITY T29)."""
LONGEST_TRACE = 3000
"""Of a trace the end is kept: there stands what went wrong and where."""
_Event = MutableMapping[str, Any]
_ORDER = ("at", "level", "outlet", "event", "repeated", "exception", "logger", "pid")


class Formatter(structlog.stdlib.ProcessorFormatter):
    """Gives every record, of our own loggers and of any library's, as one line; a trace on a terminal takes several."""

    def __init__(self, *, console: bool, colors: bool, outlet: str | None, hidden: Iterable[str]) -> None:
        self._outlet, self._hidden = outlet, tuple(hidden)
        last = (_for_people, _renderer(colors=colors)) if console else (_for_programs,)
        super().__init__(
            foreign_pre_chain=[_told, structlog.processors.format_exc_info],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, self._tidied, *last],
        )

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        told = logging.makeLogRecord(record.__dict__)
        told.outlet = slug_of(record) or self._outlet  # now, while the words that it is made of are at hand
        return super().format(told)

    def _tidied(self, _logger: object, _method: str, event: _Event) -> _Event:
        """Clean and cut each field; the outlet stands for itself, and not before the event too."""
        for name, value in event.items():
            if isinstance(value, str):
                text = for_terminal(without(value, self._hidden))
                event[name] = text[-LONGEST_TRACE:] if name == "exception" else _cut(" ".join(text.split()))
        if event["outlet"] is not None:
            event["event"] = event["event"].removeprefix(f"{event['outlet']}: ")
        if event["repeated"]:
            event["event"] = f"repeated {event['repeated']} times: {event['event']}"
        return event


def _told(_logger: object, _method: str, event: _Event) -> _Event:
    """Add what the record itself says: the time at which it was made, and not the one at which it is written."""
    record: logging.LogRecord = event["_record"]
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    event.update(at=at.replace("+00:00", "Z"), level=record.levelname.lower(), logger=record.name, pid=record.process)
    event.update({name: getattr(record, name, None) for name in ("outlet", "repeated")})
    return event


def _for_programs(_logger: object, _method: str, event: _Event) -> str:
    return msgspec.json.encode({name: event[name] for name in _ORDER if event.get(name) is not None}).decode()


def _for_people(_logger: object, _method: str, event: _Event) -> _Event:
    """Give what a person reads; a trace has a margin, so that no line of it looks like another event."""
    said = f"{event['outlet']}: {event['event']}" if event["outlet"] else event["event"]
    shown = {"at": event["at"], "level": event["level"], "event": said, "logger": event["logger"]}
    if trace := event.get("exception"):
        shown["exception"] = "\n".join(f"| {line}" for line in trace.splitlines())
    return shown


def _renderer(*, colors: bool) -> structlog.dev.ConsoleRenderer:
    # Not with its own traces: those print the values of variables, and a password may be one.
    return structlog.dev.ConsoleRenderer(
        colors=colors,
        pad_event_to=0,
        sort_keys=False,
        timestamp_key="at",
        exception_formatter=structlog.dev.plain_traceback,
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
