"""Lists of stories as a source: page by page, until a list shows nothing more or nothing new."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from archive.records import Trust
from archive.text import clean_text
from crawler.addresses import path_below
from crawler.declaration import Listing
from crawler.discovery.source import EVERY_DAY, Answer, Ask, Marks, Met, NotThisSourceError, Reply, Span, Step, Story
from crawler.reading.blocks import text_of
from crawler.reading.dates import printed_moment, relative_moment
from crawler.reading.material import Page
from crawler.reading.parsing import decoded, parse
from crawler.reading.selectors import matches, ranked

BEYOND_KNOWN = 2
"""Pages that are read beyond the first one without anything new: lists are ordered by id, and a story that was back-dated
or scheduled stands deeper (OUTLETS 3.2)."""
FULL_WALK = timedelta(days=30)
"""How often a list is read to its end once more."""
BARE = 3
"""Pages in a row without a further story after which a list is taken to have ended, whatever its links say."""


class Listings:
    """The lists of an outlet.

    The first crawl reads each to its end, and one that was stopped goes on where it stood; later crawls read the first
    pages, until what is known. A list's end is a page without cards: a short page says nothing, since stories that are
    not yet public take up places. Where no card is found by the declared selectors, all links that lead to stories
    count, so that a new theme costs order and dates, not stories.
    """

    kind = "listing"
    needed = True

    def __init__(
        self,
        base_url: str,
        listing: Listing,
        timezone: str,
        marks: Marks,
        span: Span = EVERY_DAY,
        *,
        now: datetime,
        listed: bool = False,
    ) -> None:
        self._base_url = base_url
        self._listing = listing
        self._zone = ZoneInfo(timezone)
        self._marks: dict[str, Any] = dict(marks)
        self._span = span
        self._listed = listed
        self._now = now
        self._shown: dict[str, frozenset[str]] = {}
        self._sections: dict[str, str] = {}
        self._seen: set[str] = set()
        self._themeless: set[str] = set()
        self._open: set[str] = set()
        self._remark: str | None = None
        self._fresh = 0
        """New stories less those that a section's list has told of."""

    def begin(self) -> list[Ask]:
        """The lists that hold all stories: from their first page, and from where an unfinished walk stood."""
        return [ask for path in self._listing.starts for ask in self._asks(path)]

    def _asks(self, path: str, section: str | None = None) -> list[Ask]:
        mark = self._marks.get(path)
        reached = mark.get("page") if isinstance(mark, dict) else None
        first = mark is None and (bool(self._span) or not self._listed)
        again = section is None and self._due_again(mark)
        asks = [self._ask(path, 1, section=section, to_end=first or again)]
        if isinstance(reached, int) and reached > 2:
            # What was published since has moved the rest further on; what was removed, a little back.
            asks.append(self._ask(path, reached - 1, section=section, to_end=True))
        elif reached is not None:
            asks = [replace(asks[0], to_end=True)]
        self._open.update(_walk(ask) for ask in asks)
        return asks

    def _due_again(self, mark: object) -> bool:
        """Whether a list that was read to its end is read so once more: what was back-dated stands anywhere in it."""
        walked = mark.get("walked") if isinstance(mark, dict) else None
        due = isinstance(walked, str) and self._now - datetime.fromisoformat(walked) > FULL_WALK
        if due:
            self._remark = "lists were read to their end, as once in thirty days"
        return due

    def _ask(self, path: str, page: int, *, section: str | None, to_end: bool) -> Ask:
        where = path if page == 1 else self._listing.next_page.format(path=path, page=page)
        url = self._base_url.rstrip("/") + where
        return Ask(url=url, window=path, page=page, section=section, to_end=to_end, urgent=page == 1 or not to_end)

    def read(self, ask: Ask, reply: Reply) -> Answer:
        """The cards of a page."""
        if reply.status == 404 and ask.page > 1:
            return Answer(stories=(), more=False)
        if reply.status != 200:
            raise NotThisSourceError(f"the list {ask.window} answered {reply.status}", closed=reply.refused())
        tree = parse(decoded(Page(url=reply.url, body=reply.body, content_type=reply.headers.get("content-type"))))
        if tree is None:
            raise NotThisSourceError(f"the list {ask.window} is no HTML page")
        cards = matches(tree, self._listing.cards)
        told = [self._card(card, ask, reply) for card in cards]
        if not cards and ask.page == 1:
            self._themeless.add(ask.window)
        if ask.window in self._themeless:
            told = [self._link(link, ask, reply) for link in tree.iter("a")]
        stories = {story.url: story for story in reversed(told) if story is not None}
        if not stories and ask.page == 1 and ask.section is None:
            # A wrong guess or a redesign must not pass for a quiet outlet.
            why = f"the list {ask.window} leads to no story: its addresses or its pattern changed"
            raise NotThisSourceError(why, closed=True)
        days = {url: day for url, story in stories.items() if (day := _day(story.published))}
        inside = [story for url, story in stories.items() if url not in days or self._span.holds(days[url])]
        since = self._span.since
        return Answer(
            stories=tuple(reversed(inside)),
            seen=frozenset(stories),
            before=since is not None and len(days) == len(stories) > 0 and max(days.values()) < since,
            more=self._more(tree),
            unusable=0 if ask.window in self._themeless else told.count(None),
            sections=self._named(tree, reply.url)
            if self._listing.sections and ask.page == 1 and not self._span
            else {},
        )

    def _card(self, card: HtmlElement, ask: Ask, reply: Reply) -> Story | None:
        links = ranked(card, self._listing.links)
        story = next((found for link in links if (found := self._link(link, ask, reply))), None)
        if story is None:
            return None
        badge = next((text for element in ranked(card, self._listing.badges) if (text := text_of(element))), None)
        return replace(story, section=badge or story.section, published=self._date(card, reply.at))

    def _link(self, link: HtmlElement, ask: Ask, reply: Reply) -> Story | None:
        try:
            url = urldefrag(urljoin(reply.url, clean_text(link.get("href") or ""))).url
            path = path_below(url, self._base_url)
        except ValueError:
            return None
        if urlsplit(url).scheme not in ("http", "https") or not re.fullmatch(self._listing.article, path):
            return None
        return Story(url=url, title=text_of(link), section=ask.section)

    def _date(self, card: HtmlElement, at: datetime) -> str | None:
        for element in ranked(card, self._listing.dates):
            text = text_of(element)
            told = printed_moment(text, self._zone, Trust.LISTING)
            if told := told or relative_moment(text, at, self._zone, Trust.LISTING):
                return (told.at or told.day).isoformat()
        return None

    def _more(self, tree: HtmlElement) -> bool | None:
        boxes = ranked(tree, self._listing.pagination)
        if not boxes:
            return None
        return any(link.get("href", "#") != "#" for box in boxes for link in ranked(box, self._listing.onward))

    def _named(self, tree: HtmlElement, url: str) -> Mapping[str, str]:
        """The lists of sections that a page links to."""
        found: dict[str, str] = {}
        for link in tree.iter("a"):
            try:
                path = path_below(urljoin(url, clean_text(link.get("href") or "")), self._base_url)
            except ValueError:
                continue
            label = text_of(link)
            if label and path not in self._listing.starts and re.fullmatch(self._listing.sections or "", path):
                found.setdefault(path, label)
        return found

    def go_on(self, ask: Ask, answer: Answer, *, met: Met, now: datetime) -> Step:
        """The next page of the list, or, once all lists are read, that of the next section that is wanted."""
        self._sections.update({path: label for path, label in answer.sections.items() if path not in self._seen})
        self._seen.update(answer.sections)
        self._fresh += met.first if ask.section is None else -met.first
        bare = 0 if answer.seen - self._shown.get(_walk(ask), frozenset()) else ask.bare + 1
        self._shown[_walk(ask)] = answer.seen
        new = met.fresh if self._listed and ask.section is None else met.first
        old = answer.before if self._span else bool(answer.seen) and not new
        known = ask.known + 1 if old else 0
        beyond = BEYOND_KNOWN if ask.section is None else 0
        ended = answer.more is False or bare >= BARE or (bool(bare) and answer.more is None)
        if ended or (known > beyond and (self._span or not ask.to_end)):
            if ended or self._span:
                self._marks[ask.window] = {"walked": now.isoformat(timespec="seconds")}
            self._open.discard(_walk(ask))
            asks = () if self._open else self._next_section()
            return Step(asks=asks, marks=dict(self._marks), remark=self._remark)
        if ask.to_end:
            self._marks[ask.window] = {"page": ask.page}
        further = self._ask(ask.window, ask.page + 1, section=ask.section, to_end=ask.to_end)
        return Step(asks=[replace(further, bare=bare, known=known)], marks=dict(self._marks))

    def _next_section(self) -> list[Ask]:
        """The next section's list: one never read, to its end; others while there are new stories of unknown section."""
        while self._sections:
            path = next(iter(self._sections))
            label = self._sections.pop(path)
            if self._fresh > 0 or not self._walked(path):
                return self._asks(path, section=label)
        return []

    def _walked(self, path: str) -> bool:
        mark = self._marks.get(path)
        return isinstance(mark, dict) and "walked" in mark


def _day(published: str | None) -> date | None:
    return datetime.fromisoformat(published).date() if published else None


def _walk(ask: Ask) -> str:
    """What tells two walks of one list apart: the one from its first page, and the one that goes on."""
    return f"{ask.window} {'deep' if ask.to_end else 'new'}"
