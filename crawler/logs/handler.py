"""Where log records go: one handler a process, which writes to stderr and, where settings name one, to a file."""

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from crawler.logs.options import Options
from crawler.logs.repeats import Repeats
from crawler.secrets import without

if TYPE_CHECKING:
    from crawler.logs.file import LogFile
    from crawler.logs.lines import Formatter

OURS = ("archive", "crawler", "scheduler", "spiders")


class Lines(logging.Handler):
    """Writes each record as a line, and those of an event that is said too often as one.

    What cannot be written is dropped: a crawl does not end because nobody can read how it goes.
    """

    def __init__(self, options: Options, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.options = options
        self._stream, self._clock = stream, clock
        self._repeats = Repeats()
        self._formatters: dict[tuple[bool, bool], Formatter] = {}
        self._file: LogFile | None = None
        self._deaf = False

    def follow(self, options: Options) -> None:
        """Write by other options from now on."""
        self.acquire()
        try:
            self.options = options
            self._formatters.clear()
            self._let_go()
            self._deaf = False
        finally:
            self.release()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, or count it."""
        for one in self._repeats.passed(record, self._clock()):
            try:
                self._write(one)
            except Exception as error:  # noqa: BLE001 - a line that cannot be made costs that line
                lost = logging.makeLogRecord(one.__dict__)
                lost.msg, lost.args, lost.exc_info = f"a log line cannot be made: {error}: {one.msg}", None, None
                self._write(lost)

    def close(self) -> None:
        """Write what was counted, and let go of the file."""
        for one in self._repeats.ended():
            self._write(one)
        self._let_go()
        super().close()

    def _write(self, record: logging.LogRecord) -> None:
        terminal = _is_terminal(self._stream)
        console = self.options.format == "console" or (self.options.format == "auto" and terminal)
        # On a terminal in place of the progress that stands in the line.
        line = ("\r\x1b[K" if terminal else "") + self._formatter(console=console, terminal=terminal).format(record)
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        except (OSError, ValueError):
            pass  # whoever read it is gone
        if self.options.file is not None and not self._deaf:
            self._add_to_file(Path(self.options.file), record)

    def _add_to_file(self, path: Path, record: logging.LogRecord) -> None:
        from crawler.logs.file import LogFile

        try:
            self._file = self._file or LogFile(path)
            console = self.options.format == "console"
            self._file.write(self._formatter(console=console, terminal=False).format(record))
        except OSError as error:
            self._deaf = True  # said once
            logging.getLogger(__name__).warning("log.file: %s cannot be written: %s", path, error.strerror)

    def _formatter(self, *, console: bool, terminal: bool) -> "Formatter":
        colors = console and terminal and "NO_COLOR" not in os.environ
        if (console, colors) not in self._formatters:
            from crawler.logs.lines import Formatter

            self._formatters[console, colors] = Formatter(
                console=console, colors=colors, outlet=self.options.outlet, hidden=self.options.hidden
            )
        return self._formatters[console, colors]

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:
        return False  # it is closed


def begin(options: Options, level: str, *, of_interest: Callable[[logging.LogRecord], bool] | None = None) -> None:
    """Have this process write its lines by some options; libraries are heard from warnings on, our own from `level` on."""
    made = Lines(options, sys.stderr)
    if of_interest is not None:
        made.addFilter(of_interest)
    logging.basicConfig(level=logging.WARNING, handlers=[made], force=True)
    speak_from(level)


def speak_from(level: str) -> None:
    """Let our own modules speak from a level on."""
    for name in OURS:
        logging.getLogger(name).setLevel(level)


def heard() -> str:
    """Give the level from which on our own modules speak in this process."""
    return logging.getLevelName(logging.getLogger(OURS[1]).getEffectiveLevel())


def follow(options: Options) -> None:
    """Have this process write by other options, if it is one of ours and no program that imports us."""
    if (ours := _ours()) is not None:
        ours.follow(options)


def in_force() -> Options:
    """Give the options by which this process writes."""
    ours = _ours()
    return ours.options if ours else Options()


def rid_of_secrets(text: str) -> str:
    """Give a text without the secrets that the settings hold, whoever made it."""
    return without(text, in_force().hidden)


def _ours() -> Lines | None:
    return next((one for one in logging.getLogger().handlers if isinstance(one, Lines)), None)
