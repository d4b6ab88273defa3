"""How far the crawls are: one line that is rewritten on a terminal, a line now and then elsewhere."""

import logging
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
        self._logged = time.monotonic()
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
                sys.stderr.write(f"\r\x1b[K{text[:79]}")
                sys.stderr.flush()
            elif time.monotonic() - self._logged > EVERY_SECONDS:
                self._logged = time.monotonic()
                logger.warning("crawling; %s", text)

    def clear(self) -> None:
        """Take the line off the terminal."""
        if self._terminal and self._said:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
