"""Whose turn it is: who waits for a place, and who may have one."""

from collections.abc import Iterator, Mapping

from archive.work import Work
from scheduler.due import Key


class Turns:
    """The order in which work that is due gets a place: first come, first served, as far as places and sites are free.

    At an outlet, and at a host, one is worked on at a time; who waits for another's host holds no place meanwhile.
    What is no crawl never has all places, if there are two or more, so that a crawl does not wait for a long backfill
    elsewhere; and since crawls wait in the same row, they do not keep other work out either.
    """

    def __init__(self, hosts: Mapping[str, str], parallel: int) -> None:
        self.hosts = hosts
        self.parallel = parallel
        self._waiting: dict[Key, None] = {}
        self._running: dict[str, Work] = {}

    def wait(self, key: Key) -> None:
        """Have some work wait; it keeps its place in the row when it waits already."""
        self._waiting.setdefault(key)

    def keep(self, keys: Mapping[Key, object]) -> None:
        """Let go of all that waits and is none of some."""
        self._waiting = {key: None for key in self._waiting if key in keys}

    def next(self) -> Iterator[Key]:
        """Give what may begin now, each holding its place from then on until it is done."""
        for key in list(self._waiting):
            if len(self._running) >= self.parallel:
                return
            if self._may(key):
                del self._waiting[key]
                self._running[key[0]] = key[1]
                yield key

    def done(self, outlet: str) -> None:
        """Free the place of an outlet."""
        self._running.pop(outlet, None)

    def running(self) -> dict[str, Work]:
        """Give the outlets that are worked on, and how."""
        return dict(self._running)

    def _may(self, key: Key) -> bool:
        outlet, work = key
        busy = {self._host(other) for other in self._running}
        if outlet in self._running or self._host(outlet) in busy:
            return False
        others = sum(kind is not Work.CRAWL for kind in self._running.values())
        return work is Work.CRAWL or self.parallel == 1 or others < self.parallel - 1

    def _host(self, outlet: str) -> str:
        return self.hosts.get(outlet, outlet)
