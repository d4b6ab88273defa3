"""Walks through lists: to their end once, later until what is known; what was cut goes on where it stood."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from crawler.discovery.remembered import Remembered
from crawler.discovery.source import AGAIN, Answer, Ask, Marks, Met, Span, Step, walk_due

BEYOND_KNOWN = 2
"""Pages that are read beyond the first one with something known: lists are ordered by id, and a story that was back-dated
or scheduled stands deeper (OUTLETS 3.2)."""
ENOUGH = 3
"""So many pages are read in any case, and no more where the stories that are new end in them: a quiet crawl costs five
requests, and one with something new those and the stories."""
CONFIRMED = 2
"""Pages in a row without a further story that make the end of a list: one alone may be a site's bad moment. Of a section's
list one is enough, since no text is lost by it."""
BARE = 3
"""So many make it even where the page links onward: a ring of pages must not be walked for ever."""

PENDING = "sections"
"""The mark that holds the lists of sections that are still to be read; marks that begin with a slash are paths of lists."""
UNPLACED = "unplaced"
"""The mark that holds stories of which no section's list has told."""
MOST_UNPLACED = 100
"""Older ones than the newest so many have gone from the first pages of all sections."""


class Walks:
    """The walks of one crawl through an outlet's lists.

    The marks of a list: `walked`, when it was read to its end, and how many `pages` it had; `confirmed`, whether that was
    so twice; `page`, how far a walk to the end has come; `open`, how far another one had come that was cut. They are
    written with every page, so that a kill costs a page.
    """

    def __init__(
        self,
        starts: Sequence[str],
        ask: Callable[[str, int, str | None], Ask],
        marks: Marks,
        span: Span,
        *,
        listed: bool,
        now: datetime,
        same: Callable[[str], str] = str,
    ) -> None:
        self._starts = starts
        self._same = same
        self._make = ask
        self._marks: dict[str, Any] = {
            name: dict(value) if isinstance(value, Mapping) else value for name, value in marks.items()
        }
        self._span = span
        self._listed = listed
        self._now = now
        self._seen: dict[tuple[str, bool], Remembered] = {}
        self._open: set[tuple[str, bool]] = set()
        self._sections: dict[str, str] = {}
        self._unplaced: dict[str, None] = dict.fromkeys(self._marks.pop(UNPLACED, ()))
        self._placed = False
        self._weekly = False
        self._remark: str | None = None

    @property
    def placing(self) -> bool:
        """Whether this crawl spends a request on learning in which section a story stands."""
        return bool(self._unplaced)

    def begin(self) -> list[Ask]:
        """The first page of each list, and the page at which an unfinished walk stood."""
        return [ask for path in self._starts for ask in self._asks(path, None)]

    def _asks(self, path: str, section: str | None) -> list[Ask]:
        mark = self._mark(path)
        reached = mark.get("page")
        never = "walked" not in mark and "page" not in mark and (bool(self._span) or not self._listed)
        again = self._due_again(path) if section is None else self._weekly and "walked" in mark
        first = replace(self._make(path, 1, section), to_end=never or again, least=self._least(mark))
        asks = [first]
        if isinstance(reached, int) and not again:
            if reached <= 2:
                asks = [replace(first, to_end=True)]
            else:
                # What was published since has moved the rest further on; what was removed, a little back.
                asks.append(replace(self._make(path, reached - 1, section), to_end=True, urgent=False, back=True))
        self._open.update((path, ask.to_end) for ask in asks)
        return asks

    def _mark(self, path: str) -> dict[str, Any]:
        mark = self._marks.get(path)
        return mark if isinstance(mark, dict) else {}

    @staticmethod
    def _least(mark: Mapping[str, Any]) -> int:
        stood = mark.get("open")
        return stood + 1 + BEYOND_KNOWN if isinstance(stood, int) else 0

    def _due_again(self, path: str) -> bool:
        """Whether a list that was read to its end is read so once more: what was back-dated stands anywhere in it."""
        mark = self._mark(path)
        due = not self._span and walk_due(mark, self._now)
        if due:
            self._weekly = True
            self._remark = f"lists were read to their end, {AGAIN}"
            self._marks[path] = {**mark, "confirmed": True}
        return due

    def go_on(self, ask: Ask, answer: Answer, *, met: Met, now: datetime) -> Step:
        """The next page, or, where the walk has ended, what is read after it."""
        self._note_sections(ask, answer, met)
        walk = (ask.window, ask.to_end)
        if ask.back and ask.page > 1 and answer.stories and len(met.first) == len(answer.stories):
            # All of it is new, so the list has shrunk: what stood between here and there would be passed over.
            before = self._make(ask.window, ask.page - 1, ask.section)
            return self._step([replace(before, to_end=True, urgent=False, back=True)])
        # A site that adds a session to each link shows no further story by that, and its list must end.
        told = {self._same(url) for url in answer.seen}
        bare = 0 if self._seen.setdefault(walk, Remembered()).further(told) else ask.bare + 1
        new = met.fresh if self._listed and ask.section is None else len(met.first)
        # Newest first: where anything is known, the new ones end. A sticky card is known on a page of new ones, and then
        # the next page is new.
        old = answer.before if self._span else new < len(told)
        known = ask.known + 1 if old else 0
        least = ask.least + (new > 0 and 1 < ask.page <= ask.least)
        if ask.section is None:
            ended = bare >= (BARE if answer.more else CONFIRMED)
        else:
            ended = answer.more is False or bare >= (BARE if answer.more else 1)
        if ended or self._known_enough(ask, answer, known=known, least=least):
            return self._end(ask, ended=ended, now=now)
        self._stand(ask)
        further = self._make(ask.window, ask.page + 1, ask.section)
        last = answer.more is False and not bare
        return self._step(
            [
                replace(
                    further,
                    to_end=ask.to_end,
                    urgent=not ask.to_end,
                    bare=1 if last else bare,
                    known=known,
                    least=least,
                )
            ]
        )

    def _known_enough(self, ask: Ask, answer: Answer, *, known: int, least: int) -> bool:
        """Whether a walk stops before the end of its list."""
        if self._span:
            return known > BEYOND_KNOWN
        if ask.to_end or ask.page < least:
            return False
        enough = 0 if ask.section is not None or ask.page >= ENOUGH else BEYOND_KNOWN
        return known > enough or (answer.more is False and bool(answer.seen))

    def _stand(self, ask: Ask) -> None:
        """Mark how far a walk has come."""
        mark = self._marks.setdefault(ask.window, {})
        mark["page" if ask.to_end else "open"] = ask.page
        if ask.to_end:
            mark.pop("walked", None)

    def _end(self, ask: Ask, *, ended: bool, now: datetime) -> Step:
        mark = self._marks.setdefault(ask.window, {})
        if ask.to_end or ended:
            mark.pop("page", None)
            mark |= {"walked": now.isoformat(timespec="seconds"), "pages": ask.page}
        if not ask.to_end or (ask.window, False) not in self._open:
            mark.pop("open", None)
        if not mark:
            del self._marks[ask.window]
        self._open.discard((ask.window, ask.to_end))
        return self._step([] if self._open else self._next_section(ask))

    def skip(self, ask: Ask) -> Step:
        """What is read where a section's list did not answer."""
        self._open.discard((ask.window, ask.to_end))
        return self._step([] if self._open else self._next_section(ask))

    def _step(self, asks: Sequence[Ask]) -> Step:
        remark, self._remark = self._remark, None
        unplaced = {UNPLACED: list(self._unplaced)} if self._unplaced else {}
        return Step(asks=asks, marks={**self._marks, **unplaced}, remark=remark)

    def _note_sections(self, ask: Ask, answer: Answer, met: Met) -> None:
        """Note which lists of sections are to be read: those never read, and all of them where a story is new.

        They are kept in the marks with those stories, since a story whose section nobody told is not told of again.
        """
        if ask.section is not None:
            for url in answer.seen:
                self._unplaced.pop(url, None)
            return
        if self._span:
            return
        self._sections.update({path: label for path, label in answer.sections.items() if path not in self._sections})
        pending = self._marks.get(PENDING, {})
        if self._sections or pending:
            self._unplaced |= dict.fromkeys(story.url for story in answer.stories if story.url in met.first)
            self._unplaced = dict(list(self._unplaced.items())[:MOST_UNPLACED])
        for path, label in self._sections.items():
            if met.first or "walked" not in self._mark(path):
                pending.setdefault(path, label)
        if pending:
            self._marks[PENDING] = pending

    def _next_section(self, ask: Ask) -> list[Ask]:
        """The next section's list: to its end where it was never read, else the beginning of one of them in a crawl.

        So a story is placed within as many crawls as there are sections. One that came out deep in the lists is met when
        they are read to their end, and then lists of sections are too, until it is placed. Stories that are in no section's list are
        forgotten once all were read.
        """
        pending: dict[str, str] = self._marks.get(PENDING, {})
        pending.pop(ask.window, None)
        unread = [path for path in pending if "walked" not in self._mark(path)]
        if unread:
            return self._asks(unread[0], pending[unread[0]])
        if pending and self._unplaced:
            if self._placed and not self._weekly:
                return []
            self._placed = True
            return self._asks(*next(iter(pending.items())))
        self._marks.pop(PENDING, None)
        self._unplaced.clear()
        return []
