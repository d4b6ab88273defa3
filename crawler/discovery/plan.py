"""Which sources a crawl asks: of an outlet's groups of sources, the first whose needed ones answer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from crawler.discovery.feeds import FeedPages
from crawler.discovery.listings import Listings
from crawler.discovery.sitemaps import Sitemaps
from crawler.discovery.source import SEVEN_DAYS, Ask, Marks, Source

CLOSED = "closed"
"""The mark that says when a source was found closed."""
STUMBLED = "stumbled"
"""The mark that counts how many crawls in a row a source failed without being closed."""
PATIENCE = 3
"""So many crawls a source may stumble before the others are asked in its stead."""

Asks = list[tuple[Source, Ask]]


class Plan:
    """The sources of one crawl.

    Groups stand in the order of their cost. One that was found closed stands last for seven days, then it is tried
    again: so the group that answered is the one that is asked first. Where all were found closed, a crawl asks one. A
    group's needed source leads; the others are asked once it has answered.
    """

    def __init__(
        self,
        groups: Sequence[Sequence[str]],
        make: Callable[[str, bool], Source],
        marks: Mapping[str, Marks],
        *,
        needed: Callable[[str], bool],
        now: datetime,
    ) -> None:
        self._make = make
        self._marks = marks
        self._needed = needed
        shut = [group for group in groups if any(self._shut(kind, now) for kind in group if needed(kind))]
        self._groups = [*(group for group in groups if group not in shut), *shut]
        if len(shut) == len(groups):
            # All were closed. One is asked, that which was asked longest ago: so each has its turn.
            self._groups = [min(shut, key=self._asked_last)]
        self._now = now
        self._sources: list[Source] = []
        self._waiting: list[Source] = []
        self._why: list[str] = []
        self.tried_again = [
            kind
            for kind in self._groups[0]
            if needed(kind) and CLOSED in marks.get(kind, {}) and not self._shut(kind, now)
        ]
        """Sources that were closed and are asked once more."""

    def _shut(self, kind: str, now: datetime) -> bool:
        marks = self._marks.get(kind, {})
        since = marks.get(CLOSED)
        return isinstance(since, str) and now - datetime.fromisoformat(since) <= SEVEN_DAYS

    def _asked_last(self, group: Sequence[str]) -> str:
        return max(str(self._marks.get(kind, {}).get(CLOSED, "")) for kind in group if self._needed(kind))

    def begin(self) -> Asks:
        """What the first group that is left begins with; nothing where none is left."""
        self._sources = self._waiting = []
        if not self._groups:
            return []
        group = self._groups.pop(0)
        listed = any(_whole(self._marks.get(kind, {})) for kind in self._marks if kind not in group)
        self._sources = [
            self._make(kind, listed) for kind in group if self._needed(kind) or not self._shut(kind, self._now)
        ]
        self._waiting = [source for source in self._sources if not source.needed]
        return [(source, ask) for source in self._sources if source.needed for ask in source.begin()]

    def current(self, source: Source) -> bool:
        """Whether a source is of the group that is asked."""
        return any(source is one for one in self._sources)

    def answered(self) -> Asks:
        """What is asked beside a needed source once it has answered.

        A feed is read first: a story whose text it holds need not be fetched. Where it said that nothing changed
        anywhere, what would take several requests to say the same is left out; so is a sitemap in a crawl that asks a
        list for the section of a story, unless it is due to be read whole.
        """
        feeds = [source for source in self._sources if isinstance(source, FeedPages)]
        if not all(feed.ended for feed in feeds):
            return []
        waiting, self._waiting = self._waiting, []
        quiet = any(feed.unchanged for feed in feeds)
        placing = any(isinstance(source, Listings) and source.placing for source in self._sources)
        return [
            (source, ask)
            for source in waiting
            if not (isinstance(source, Sitemaps) and ((quiet and source.dear) or (placing and not source.whole)))
            for ask in source.begin()
        ]

    def failed(self, source: Source, why: str, *, closed: bool) -> Asks | None:
        """What is asked in the stead of a needed source that did not answer; None where nothing is left to ask.

        One that has merely stumbled is waited for, until it has done so in several crawls in a row.
        """
        self._why.append(why)
        stumbled = int(self._marks.get(source.kind, {}).get(STUMBLED, 0)) + 1
        if not closed and stumbled < PATIENCE:
            return None
        return self.begin() or None

    def marks_of_failure(self, source: Source, held: Marks, *, closed: bool, now: datetime) -> dict[str, Any]:
        """The marks of a source that did not answer; `held` are those that it has by now."""
        stumbled = int(self._marks.get(source.kind, {}).get(STUMBLED, 0)) + 1
        if closed or stumbled >= PATIENCE:
            return {**held, CLOSED: now.isoformat(timespec="seconds"), STUMBLED: 0}
        return {**held, STUMBLED: stumbled}

    @property
    def why(self) -> str:
        """Why no source could be used."""
        return "; ".join(dict.fromkeys(self._why))


def own(marks: Marks) -> dict[str, Any]:
    """The marks that a source itself made."""
    return {name: value for name, value in marks.items() if name not in (CLOSED, STUMBLED)}


def state(marks: Marks) -> dict[str, Any]:
    """The marks that say whether a source answers at all; those of any crawl hold for every other."""
    return {name: marks[name] for name in (CLOSED, STUMBLED) if name in marks}


def _whole(marks: Marks) -> bool:
    """Whether a source has told of every story once."""
    made = own(marks)
    lists = [value for name, value in made.items() if name.startswith("/") and isinstance(value, dict)]
    return (
        ("walked" in made and made["walked"] is not None)
        or "published" in made
        or any("walked" in one for one in lists)
    )
