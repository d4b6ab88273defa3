"""WordPress's REST interface as a source of stories."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from archive.text import clean_text
from crawler.discovery.source import (
    AGAIN,
    EVERY_DAY,
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

logger = logging.getLogger(__name__)

PER_PAGE = 100
"""The most posts that WordPress gives in one answer (OUTLETS 1.1)."""
LONGEST_NUMBER = 12
"""Digits of a number in a header; Python refuses to read one of 4,300."""
OVERLAP = timedelta(seconds=1)
"""WordPress's time bounds are strict, so a window begins this much before where the last one ended."""
FIELDS = (
    "id,date,date_gmt,modified,modified_gmt,guid,slug,link,status,type,sticky,title,content,excerpt,author,"
    "featured_media,categories,tags,_links,_embedded"
)
EMBED = "author,wp:term,wp:featuredmedia"


class WordPressRest:
    """The REST collection of a WordPress: whole texts, a hundred at a time.

    The first crawl walks all posts, newest first, and once in a while a later one does. After that two windows are asked for: what was modified since the
    newest modification that was seen, and what was published since the newest publication, since a scheduled post
    comes out with the modification time of the day it was written. A backfill walks the posts of its days.
    """

    kind = "wordpress-rest"
    needed = True
    path = "/wp-json/wp/v2/posts"

    def __init__(self, base_url: str, timezone: str, marks: Marks, span: Span = EVERY_DAY, *, now: datetime) -> None:
        self._endpoint = base_url.rstrip("/") + self.path
        self._zone = ZoneInfo(timezone)
        self._span = span
        self._marks = {} if span else marks
        marks = self._marks
        self._moved_on: Marks = marks
        self._due = walk_due(marks, now)
        self._open = {"modified", "published"} & marks.keys() if not self._due else set()
        self._open = self._open or {"all"}
        self._walks: dict[str, _Walk] = {}
        self._again: set[str] = set()
        self._remarked = False

    def begin(self) -> list[Ask]:
        """The windows of this crawl, each from its first page."""
        return [self._ask(window, 1) for window in sorted(self._open)]

    def _ask(self, window: str, page: int) -> Ask:
        query = {
            "per_page": PER_PAGE,
            "page": page,
            "orderby": "date",
            "order": "desc",
            "_fields": FIELDS,
            "_embed": EMBED,
        }
        if window == "all":
            query |= self._bounds()
        else:
            mark = datetime.fromisoformat(self._marks[window]) - OVERLAP
            name, order = ("modified_after", "modified") if window == "modified" else ("after", "date")
            query |= {name: f"{mark:%Y-%m-%dT%H:%M:%S}Z", "orderby": order, "order": "asc"}
        return Ask(url=f"{self._endpoint}?{urlencode(query)}", window=window, page=page)

    def _bounds(self) -> dict[str, str]:
        """The days of a backfill as WordPress's bounds, which are strict."""
        since, until = self._span.times(self._zone)
        after = {"after": _utc(since - OVERLAP)} if since else {}
        return after | ({"before": _utc(until)} if until else {})

    def read(self, ask: Ask, reply: Reply) -> Answer:
        """The posts of one answer; one past the end has none."""
        posts = self._posts(ask, reply)
        total, pages = _number(reply.headers.get("x-wp-total")), _number(reply.headers.get("x-wp-totalpages"))
        more = ask.page < pages if pages is not None else len(posts) == PER_PAGE
        stories = tuple(filter(None, map(_story, posts)))
        if ask.page > 1 and stories and self._walks[ask.window].page == _records(stories):
            # A cache that knows addresses without their queries; a walk on, in each window, would cost hundreds of requests.
            why = f"page {ask.page} of the REST interface is the page before once more: a cache does not see what is asked"
            raise NotThisSourceError(why, closed=True)
        return Answer(
            stories=stories,
            unusable=len(posts) - len(stories),
            total=total,
            more=more and bool(posts),
            remark=self._other_clock(posts),
        )

    def _other_clock(self, posts: Sequence[Any]) -> str | None:
        """That most posts of an answer were dated in another zone than the outlet is read in; said once a crawl.

        A single one may be from before the site's zone was set right.
        """
        told = [elsewhere for post in posts if (elsewhere := self._elsewhere(post)) is not None]
        if self._remarked or sum(told) * 2 <= len(told):
            return None
        self._remarked = True
        return f"{sum(told)} of {len(told)} posts are dated by another clock than {self._zone.key}'s: see outlets check"

    def _elsewhere(self, post: Any) -> bool | None:
        """Whether a post's two dates are further apart than the zone is from UTC; None for one that has no such dates."""
        local, utc = (_time(post.get(name)) if isinstance(post, dict) else None for name in ("date", "date_gmt"))
        if local is None or utc is None:
            return None
        here, moment = datetime.fromisoformat(local), datetime.fromisoformat(utc)
        try:
            return here - moment != moment.replace(tzinfo=UTC).astimezone(self._zone).utcoffset()
        except OverflowError:
            return None  # in the year 9999

    def go_on(self, ask: Ask, answer: Answer, *, met: Met, now: datetime) -> Step:  # noqa: ARG002
        """The next page; at the end of a window the marks, or the window once more if posts moved while it was walked."""
        walk = self._walks.setdefault(ask.window, _Walk())
        walk.note(answer)
        self._moved_on = self.marks_after(self._moved_on, answer.stories, now)
        if answer.more:
            return Step(asks=[self._ask(ask.window, ask.page + 1)])
        if walk.missed and ask.window not in self._again:
            self._again.add(ask.window)
            self._walks[ask.window] = _Walk()
            logger.info("%s: posts moved while they were listed; listing them once more", self._endpoint)
            return Step(asks=[self._ask(ask.window, 1)])
        self._open.discard(ask.window)
        if self._open or self._span:
            return Step()
        if ask.window == "all":
            walked = {"walked": now.isoformat(timespec="seconds"), "pages": ask.page, "confirmed": self._due}
            self._moved_on = {**self._moved_on, **walked}
        remark = f"the REST interface was read whole, {AGAIN}" if self._due else None
        return Step(marks=self._moved_on, remark=remark)

    def _posts(self, ask: Ask, reply: Reply) -> list[Any]:
        try:
            answer = json.loads(reply.body)
        except (ValueError, RecursionError) as error:
            kind = clean_text(reply.headers.get("content-type", "no type"))[:60]
            raise NotThisSourceError(
                f"the REST interface answered {reply.status} with {kind}, not JSON", closed=reply.status < 500
            ) from error
        code = answer.get("code") if isinstance(answer, dict) else None
        code = clean_text(code)[:60] if isinstance(code, str) else None
        if reply.status == 400 and code == "rest_post_invalid_page_number" and ask.page > 1:
            return []  # posts were removed while we walked
        if reply.status != 200 or not isinstance(answer, list):
            why = f"the REST interface answered {reply.status}" + (f" ({code})" if code else "")
            raise NotThisSourceError(why, closed=reply.refused() or reply.status == 200)
        return answer

    def marks_after(self, marks: Marks, stories: Sequence[Story], now: datetime) -> dict[str, Any]:
        """Give the marks that these stories move on: the newest modification and publication of all.

        A time that has not come yet moves nothing: all that is published before it would never be asked for.
        """
        moved, limit = dict(marks), f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
        for name, times in (
            ("modified", [story.modified for story in stories]),
            ("published", [story.published for story in stories]),
        ):
            come = [time for time in times if time is not None and time <= limit]
            newest = max(filter(None, [moved.get(name), *come]), default=None)
            if newest is not None:
                moved[name] = newest
        return moved


@dataclass(slots=True)
class _Walk:
    """What was met on the pages of a window, as numbers: a walk through a large archive must not hold it."""

    met: int = 0
    least: int | None = None
    shrank: bool = False
    page: frozenset[str | None] = frozenset()

    def note(self, answer: Answer) -> None:
        """Count a page; what a new post has moved on from the page before is counted once."""
        here = _records(answer.stories)
        self.met += len(here - self.page) + answer.unusable
        self.page = here
        if answer.total is not None:
            self.shrank = self.shrank or (self.least is not None and answer.total < self.least)
            self.least = answer.total if self.least is None else min(self.least, answer.total)

    @property
    def missed(self) -> bool:
        """Whether posts were passed over: one that was removed meanwhile has moved all that follow it by one place.

        One that came meanwhile is a later crawl's.
        """
        return self.shrank or (self.least is not None and self.met < self.least)


def _records(stories: Sequence[Story]) -> frozenset[str | None]:
    return frozenset(story.record for story in stories)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def _story(post: Any) -> Story | None:
    """Give what a post object tells; None for one without what identifies it."""
    if not isinstance(post, dict) or not isinstance(post.get("id"), int) or not isinstance(post.get("link"), str):
        return None
    title = post.get("title")
    rendered = title.get("rendered") if isinstance(title, dict) else None
    return Story(
        url=clean_text(post["link"]),
        record=str(post["id"]),
        title=clean_text(rendered) if isinstance(rendered, str) else "",
        published=_time(post.get("date_gmt")),
        modified=_time(post.get("modified_gmt")),
    )


def _time(value: Any) -> str | None:
    """Give a time as WordPress writes it, seconds and no zone; None for anything else, and for its zero date."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}" if moment.year > 1970 else None
