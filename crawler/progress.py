"""How far the crawls are: one line that is rewritten on a terminal, a line now and then elsewhere."""

import logging
import shutil
import sys
import threading
import time

from crawler.task import Line

logger = logging.getLogger(__name__)

EVERY_SECONDS = 30.0
"""How often a line is logged where there is no terminal."""


class Progress:
    """Shows what children say of themselves, on stderr."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: dict[str, Line] = {}
        self._logged: float | None = None
        self._terminal = sys.stderr.isatty()

    def show(self, outlet: str, line: Line) -> None:
        """Take note of a child's line."""
        with self._lock:
            if line.requests is not None:
                self._said[outlet] = line
            elif self._terminal and self._said:
                sys.stderr.write("\r\x1b[K")
            if not self._said:
                return
            text = ", ".join(
                f"{name}: {said.stored} stored, {said.requests} requests" for name, said in self._said.items()
            )
            if self._terminal:
                # One column less than there are, since some terminals begin a line when the last one is written.
                sys.stderr.write(f"\r\x1b[K{text[: shutil.get_terminal_size().columns - 1]}")
                sys.stderr.flush()
            elif self._logged is None:
                self._logged = time.monotonic()
            elif time.monotonic() - self._logged > EVERY_SECONDS:
                self._logged = time.monotonic()
                logger.warning("crawling; %s", text)

    def forget(self, outlet: str) -> None:
        """Say no more of an outlet, since its crawl has ended, and take the line off the terminal."""
        with self._lock:
            said = self._said.pop(outlet, None)
            if not self._said:
                self._logged = None
            if self._terminal and said:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()

    def clear(self) -> None:
        """Say no more of any outlet."""
        for outlet in list(self._said):
            self.forget(outlet)
