"""A sample outlet that keeps a crawl waiting for as long as a test likes."""

import threading
from collections.abc import Mapping

from crawler.sample.server import Answer
from tests.crawler.commandline import Newsroom


class Gate(Newsroom):
    """An outlet of six stories that answers once it may."""

    def __init__(self) -> None:
        super().__init__(6)
        self.open = threading.Event()

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        answer = super().answer(target, headers)
        self.open.wait(100)
        return answer

    def stop(self) -> None:
        self.open.set()
        super().stop()
