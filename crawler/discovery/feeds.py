"""Feeds as sources of stories: the newest ones with their time of day, or, of a WordPress, all of them with their text."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from crawler.addresses import below
from crawler.discovery.source import (
    AGAIN,
    EVERY_DAY,
    LONGEST_ADDRESS,
    LONGEST_TITLE,
    SEVEN_DAYS,
    Answer,
    Ask,
    Marks,
    Met,
    NotThisSourceError,
    Reply,
    Span,
    Step,
    Story,
    walk_due,
)
from crawler.reading.feed import Item, NoFeedError, items

WATCHED = 2
"""Pages whose texts are compared with what they were: an item does not say when it was edited. Where something changed
and the first page has nothing new, both are read."""
MOST_TEXTS = 50
"""So many texts are compared at most, on the longest pages that a site may set up."""


class Feed:
    """An RSS feed of the newest stories. It has no pages, and a site can do without it: only times are lost then."""

    kind = "feed"
    needed = False

    def __init__(self, base_url: str, path: str, timezone: str, span: Span = EVERY_DAY) -> None:
        self._base_url = base_url
        self._url = base_url.rstrip("/") + path
        self._zone = ZoneInfo(timezone)
        self._span = span

    def begin(self) -> list[Ask]:
        """The feed itself."""
        return [Ask(url=self._url, window="feed")]

    def read(self, ask: Ask, reply: Reply) -> Answer:  # noqa: ARG002
        """The items; those without a link that can be followed are counted."""
        stories = [self._story(item) for item in self._items(reply)]
        inside = tuple(story for story in stories if story is not None and self._inside(story))
        return Answer(stories=inside, unusable=stories.count(None), more=False)

    def _inside(self, story: Story) -> bool:
        """Whether a story may be one of the days of a backfill."""
        day = self._day(story)
        return day is None or self._span.holds(day)

    def _day(self, story: Story) -> date | None:
        moment = datetime.fromisoformat(story.published) if story.published else None
        return moment.astimezone(self._zone).date() if moment else None

    def go_on(self, ask: Ask, answer: Answer, *, met: Met, now: datetime) -> Step:  # noqa: ARG002
        """Nothing: there is one page."""
        return Step()

    def _items(self, reply: Reply) -> list[Item]:
        if reply.status != 200:
            raise NotThisSourceError(f"the feed answered {reply.status}", closed=reply.refused())
        try:
            return items(reply.body)
        except NoFeedError as error:
            raise NotThisSourceError(f"the feed is {error}", closed=True) from error

    def _story(self, item: Item) -> Story | None:
        try:
            url = urljoin(self._url, item.link)
            if not item.link or len(url) > LONGEST_ADDRESS or (below(url, self._base_url) or "/").strip("/") == "":
                return None
        except ValueError:
            return None
        published = item.published.isoformat(timespec="seconds") if item.published else None
        return Story(url=url, title=item.title[:LONGEST_TITLE], published=published)


class FeedPages(Feed):
    """The feed of a WordPress: it pages through the whole archive, and its items hold whole texts (OUTLETS 1.2).

    Its validators are the whole site's: a 304 says that nothing changed anywhere. They are sent once what they stand for
    was read, and left out once in seven days, since caches are known to freeze them.
    """

    kind = "wordpress-feed"
    needed = True

    def __init__(self, base_url: str, timezone: str, marks: Marks, span: Span, *, listed: bool, now: datetime) -> None:
        super().__init__(base_url, "/feed/", timezone, span)
        self._marks: dict[str, Any] = dict(marks)
        self._again = not span and "page" not in marks and walk_due(marks, now)
        self._to_end = bool(span) or self._again or "page" in marks or not (listed or "walked" in marks)
        self._validators: Mapping[str, str] = {}
        asked = marks.get("asked")
        self._frozen = isinstance(asked, str) and now - datetime.fromisoformat(asked) >= SEVEN_DAYS
        self._shown: dict[bool, frozenset[str]] = {}
        self._texts: dict[str, str] = {}
        self._held: Mapping[str, str] = marks.get("texts", {})
        self.unchanged = False
        """Whether the site said that nothing changed anywhere."""
        self._open = 1

    def begin(self) -> list[Ask]:
        """The first page, and, where a walk through all was stopped, the page at which it stood."""
        reached = self._marks.get("page")
        asks = [self._ask(1)]
        if self._to_end and isinstance(reached, int) and reached > 2:
            asks = [self._ask(1, to_end=False), self._ask(reached - 1)]
        self._open = len(asks)
        return asks

    @property
    def ended(self) -> bool:
        """Whether all was read that this crawl reads."""
        return self._open == 0

    def _ask(self, page: int, *, to_end: bool | None = None) -> Ask:
        to_end = self._to_end if to_end is None else to_end
        url = self._url if page == 1 else f"{self._url}?paged={page}"
        return Ask(
            url=url,
            window="feed",
            page=page,
            to_end=to_end,
            headers=self._conditions() if page == 1 and not to_end else {},
        )

    def _conditions(self) -> dict[str, str]:
        if self._frozen:
            return {}
        names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        return {names[name]: value for name, value in self._marks.get("validators", {}).items() if name in names}

    def read(self, ask: Ask, reply: Reply) -> Answer:
        """The items of a page; one past the end answers 404 and is a feed without any."""
        if reply.unchanged and ask.headers:
            self.unchanged = True
            return Answer(stories=(), more=False)
        if reply.status == 404 and ask.page > 1:
            return Answer(stories=(), more=False)
        found = self._items(reply)
        told = [self._whole(ask, item, reply.at) for item in found]
        stories = [story for story in told if story is not None]
        days = {story.url: day for story in stories if (day := self._day(story))}
        since = self._span.since
        validators = {name: reply.headers[name] for name in ("etag", "last-modified") if name in reply.headers}
        return Answer(
            stories=tuple(story for story in stories if self._inside(story)),
            seen=frozenset(story.url for story in stories),
            before=since is not None and len(days) == len(stories) > 0 and max(days.values()) < since,
            unusable=told.count(None),
            more=bool(found),
            validators=validators if ask.page == 1 else {},
        )

    def _whole(self, ask: Ask, item: Item, at: datetime) -> Story | None:
        """An item's story: read from the item where that holds its text, and said to be changed where it is another."""
        story = self._story(item)
        if story is None:
            return None
        if ask.page <= WATCHED:
            self._texts[story.url] = hashlib.sha256(f"{item.title}\n{item.content}".encode()).hexdigest()[:16]
            if self._held.get(story.url) not in (None, self._texts[story.url]):
                story = replace(story, modified=at.isoformat(timespec="seconds"))
        return story if item.content is None else replace(story, record=item.link)

    def go_on(self, ask: Ask, answer: Answer, *, met: Met, now: datetime) -> Step:
        """The next page: to the end the first time, later until what is known, in a backfill until its first day."""
        self._validators = answer.validators or self._validators
        known = met.fresh < len(answer.seen) and (ask.page > 1 or met.fresh > 0)
        # A cache that ignores `paged` shows the first page for ever.
        repeated = ask.page > 1 and bool(answer.seen) and answer.seen <= self._shown.get(ask.to_end, frozenset())
        self._shown[ask.to_end] = answer.seen
        if answer.more and not (answer.before or repeated) and (ask.to_end or not known):
            further = self._ask(ask.page + 1, to_end=ask.to_end)
            marks = self._marks | {"page": ask.page} if ask.to_end else None
            return Step(asks=[further], marks=marks)
        self._open -= 1
        remark = f"page {ask.page} of the feed is the page before once more: older stories are not in it"
        if self._span or (not ask.to_end and "page" in self._marks):
            return Step(remark=remark if repeated and ask.to_end else None)
        self._marks.pop("page", None)
        if ask.to_end or "walked" not in self._marks:
            before = "walked" in self._marks
            self._marks |= {"walked": now.isoformat(timespec="seconds"), "pages": ask.page, "confirmed": before}
        # A text on a page that was not read this time is compared another time.
        texts = {**self._texts, **{url: text for url, text in self._held.items() if url not in self._texts}}
        if texts:
            self._marks["texts"] = dict(list(texts.items())[:MOST_TEXTS])
        if self._validators:
            self._marks["validators"] = dict(self._validators)
            self._marks["asked"] = now.isoformat(timespec="seconds")
        return Step(marks=self._marks, remark=remark if repeated and ask.to_end else self._beyond())

    def _beyond(self) -> str | None:
        """Why more was asked than an ordinary crawl does."""
        if self._again:
            return f"the feed was read to its end, {AGAIN}"
        return "the feed was asked for whole, as once in seven days" if self._frozen and self._validators else None
