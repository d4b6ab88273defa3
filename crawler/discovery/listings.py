"""Lists of stories as a source: what a page of one tells."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from urllib.parse import urldefrag, urljoin, urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from archive.records import Trust
from archive.text import clean_text
from crawler.addresses import WORDPRESS, Form, below, canonical
from crawler.declaration import Listing
from crawler.discovery.source import (
    EVERY_DAY,
    LONGEST_ADDRESS,
    LONGEST_TITLE,
    Answer,
    Ask,
    Marks,
    Met,
    NotThisSourceError,
    Reply,
    Span,
    Step,
    Story,
)
from crawler.discovery.walks import Walks
from crawler.reading.blocks import text_of
from crawler.reading.dates import printed_moment, relative_moment
from crawler.reading.links import joined
from crawler.reading.material import Page
from crawler.reading.parsing import decoded, parse
from crawler.reading.selectors import matches, ranked

MOST_STORIES = 1000
"""What one page may tell; a list of a human's making has a hundred cards at most."""
MOST_ELEMENTS = 50_000
"""Elements of a page from which on it is no list: of the samples' the largest has 700, and libxml2 compares each hit of
a selector with each other, which with 300,000 links on a page of 8 MB held a crawl for minutes."""
ELEMENTS_A_CARD = 2_000
"""Elements of a card from which on it is none; 200 cards within each other, with 20,000 links, took minutes."""
MOST_LINKS = 20_000
LINKS_A_CARD = 40
LONGEST_DATE = 200
MOST_SECTIONS = 100


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
        form: Form = WORDPRESS,
    ) -> None:
        self._base_url = base_url
        self._listing = listing
        self._zone = ZoneInfo(timezone)
        self._span = span
        self._themeless: set[str] = set()
        self._walks = Walks(
            listing.starts,
            self._ask,
            marks,
            span,
            listed=listed,
            now=now,
            same=lambda url: canonical(url, base_url, form) or url,
        )

    def begin(self) -> list[Ask]:
        """The lists that hold all stories: from their first page, and from where an unfinished walk stood."""
        return self._walks.begin()

    def go_on(self, ask: Ask, answer: Answer, *, met: Met, now: datetime) -> Step:
        """The next page of the list, or, once all lists are read, that of the next section that is wanted."""
        return self._walks.go_on(ask, answer, met=met, now=now)

    @property
    def placing(self) -> bool:
        """Whether this crawl spends a request on learning in which section a story stands."""
        return self._walks.placing

    def skip(self, ask: Ask) -> Step:
        """What is asked where a section's list did not answer: nobody's text is lost by that."""
        return self._walks.skip(ask)

    def _ask(self, path: str, page: int, section: str | None) -> Ask:
        where = path if page == 1 else self._listing.next_page.format(path=path, page=page)
        return Ask(
            url=self._base_url.rstrip("/") + where,
            window=path,
            page=page,
            section=section,
            teller="" if path == self._listing.starts[0] else path,
        )

    def read(self, ask: Ask, reply: Reply) -> Answer:
        """The cards of a page."""
        if reply.status == 404 and ask.page > 1 and self._listing.past_end == 404:
            return Answer(stories=(), more=False)
        if reply.status != 200:
            where = f", page {ask.page}," if ask.page > 1 else ""
            closed = reply.refused() and ask.page == 1
            raise NotThisSourceError(f"the list {ask.window}{where} answered {reply.status}", closed=closed)
        if below(reply.url, self._base_url) != below(ask.url, self._base_url):
            raise NotThisSourceError(f"the list {ask.window} leads to {reply.url} instead", closed=ask.page == 1)
        tree = parse(decoded(Page(url=reply.url, body=reply.body, content_type=reply.headers.get("content-type"))))
        if tree is None:
            raise NotThisSourceError(f"the list {ask.window} is no HTML page")
        if _has_more_than(tree, MOST_ELEMENTS):
            raise NotThisSourceError(f"the list {ask.window} is a page of more than {MOST_ELEMENTS:,} elements")
        cards = matches(tree, self._listing.cards)[:MOST_STORIES]
        told = [self._card(card, ask, reply) for card in cards]
        if not cards and ask.page == 1 and ask.section is None:
            self._themeless.add(ask.window)
        if ask.window in self._themeless:
            told = [self._link(link, ask, reply) for link in islice(tree.iter("a"), MOST_LINKS)]
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
            more=self._more(tree, ask, reply),
            unusable=0 if ask.window in self._themeless else told.count(None),
            sections=self._named(tree, reply.url) if self._listing.sections and ask.page == 1 else {},
        )

    def _card(self, card: HtmlElement, ask: Ask, reply: Reply) -> Story | None:
        if _has_more_than(card, ELEMENTS_A_CARD):
            return None
        links = ranked(card, self._listing.links)[:LINKS_A_CARD]
        story = next((found for link in links if (found := self._link(link, ask, reply))), None)
        if story is None:
            return None
        badge = next((text for element in ranked(card, self._listing.badges) if (text := text_of(element))), None)
        section = badge[:LONGEST_TITLE] if badge else story.section
        return replace(story, section=section, published=self._date(card, reply.at))

    def _link(self, link: HtmlElement, ask: Ask, reply: Reply) -> Story | None:
        try:
            url = urldefrag(urljoin(reply.url, clean_text(link.get("href") or ""))).url
            path = below(url, self._base_url)
        except ValueError:
            return None
        if path is None or len(url) > LONGEST_ADDRESS or urlsplit(url).scheme not in ("http", "https"):
            return None
        if not re.fullmatch(self._listing.article, path):
            return None
        return Story(url=url, title=text_of(link)[:LONGEST_TITLE], section=ask.section)

    def _date(self, card: HtmlElement, at: datetime) -> str | None:
        for element in ranked(card, self._listing.dates)[:LINKS_A_CARD]:
            text = text_of(element)[:LONGEST_DATE]
            told = printed_moment(text, self._zone, Trust.LISTING)
            if told := told or relative_moment(text, at, self._zone, Trust.LISTING):
                return (told.at or told.day).isoformat()
        return None

    def _more(self, tree: HtmlElement, ask: Ask, reply: Reply) -> bool | None:
        """Whether the page links to the one after it; None where it has no links to pages at all."""
        boxes = ranked(tree, self._listing.pagination)[:LINKS_A_CARD]
        if not boxes:
            return None
        if any(link.get("href", "#") != "#" for box in boxes for link in ranked(box, self._listing.onward)):
            return True
        following = self._ask(ask.window, ask.page + 1, ask.section).url
        links = [link.get("href") or "" for box in boxes for link in islice(box.iter("a"), LINKS_A_CARD)]
        return any(joined(reply.url, href) == following for href in links)

    def _named(self, tree: HtmlElement, url: str) -> Mapping[str, str]:
        """The lists of sections that a page links to."""
        pattern = re.compile(self._listing.sections or "")
        found: dict[str, str] = {}
        for link in islice(tree.iter("a"), MOST_LINKS):
            address = joined(url, clean_text(link.get("href") or ""))
            path = below(address, self._base_url) if address else None
            if path is None or path in found or path in self._listing.starts or not pattern.fullmatch(path):
                continue
            if label := text_of(link):
                found[path] = label[:LONGEST_TITLE]
            if len(found) == MOST_SECTIONS:
                break
        return found


def _day(published: str | None) -> date | None:
    return datetime.fromisoformat(published).date() if published else None


def _has_more_than(tree: HtmlElement, elements: int) -> bool:
    return next(islice(tree.iter(), elements, None), None) is not None
