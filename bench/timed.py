"""A crawl's child process (`crawler.child`) that also says which of its parts used the CPU.

Started with `-c`, so that the readers it spawns import nothing of it. Parts, in seconds of user and system time:
`fetch` asking, robots, addresses and what is due; `keep` WARC records and their rows; `read` the readers, and handing
work to them; `store` articles. The crawl's code runs in one thread; what other threads use is handing over, too.
"""

import functools
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec


class Parts:
    """CPU seconds of one thread by part; a part that is entered inside another one is not counted twice."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inside = ["fetch"]
        self._since = time.thread_time()

    def turn(self) -> None:
        """Charge what was used since the last turn to the part that is under way."""
        now = time.thread_time()
        self.seconds[self._inside[-1]] += now - self._since
        self._since = now

    def charge(self, kind: type, name: str, part: str) -> None:
        """Let a method of a class be charged to a part."""
        method: Callable[..., Any] = getattr(kind, name)

        @functools.wraps(method)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.turn()
            self._inside.append(part)
            try:
                return method(*args, **kwargs)
            finally:
                self.turn()
                self._inside.pop()

        setattr(kind, name, timed)


def main(told: Path) -> int:
    """Crawl as the task on stdin says; write the parts to a file."""
    from archive.captures import CaptureStore
    from crawler import child
    from crawler.reader import Reader
    from crawler.spider import OutletSpider

    parts = Parts()
    for kind, name, part in (
        (CaptureStore, "keep", "keep"),
        (CaptureStore, "record", "keep"),
        (Reader, "pump", "read"),
        (Reader, "_done", "read"),
        (Reader, "_store_all", "store"),
        (OutletSpider, "feed", "fetch"),
    ):
        parts.charge(kind, name, part)
    status = child.main()
    parts.turn()
    own = time.process_time() - time.thread_time()
    readers = resource.getrusage(resource.RUSAGE_CHILDREN)
    parts.seconds["read"] += own + readers.ru_utime + readers.ru_stime
    told.write_bytes(msgspec.json.encode(dict(parts.seconds)))
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
