"""Sources of stories: what to ask a site for, and what its answer tells. One class per kind of source."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from archive.text import clean_text

PER_PAGE = 100
"""The most posts that WordPress gives in one answer (OUTLETS 1.1)."""
OVERLAP = timedelta(seconds=1)
"""WordPress's time bounds are strict, so a window begins this much before where the last one ended."""
FIELDS = (
    "id,date,date_gmt,modified,modified_gmt,guid,slug,link,status,type,sticky,title,content,excerpt,author,"
    "featured_media,categories,tags,_links,_embedded"
)
EMBED = "author,wp:term,wp:featuredmedia"


class NotThisSourceError(Exception):
    """The answer is not of this source's kind: closed, replaced by HTML, or broken; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request to a source: its address, and which window of the source it is a part of."""

    url: str
    window: str
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a source told of one story; `record` names its record inside the answer, times are as the source gave them."""

    url: str
    record: str
    title: str
    published: str | None
    modified: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one answer told: its stories, how many the source says there are in all, and what to ask next."""

    stories: tuple[Story, ...]
    total: int | None
    following: Ask | None
    unusable: int = 0
    """Entries without what identifies a story."""


class WordPressRest:
    """The REST collection of a WordPress: whole texts, a hundred at a time.

    The first crawl walks all posts, newest first. After that two windows are asked for: what was modified since the
    newest modification that was seen, and what was published since the newest publication, since a scheduled post
    comes out with the modification time of the day it was written.
    """

    kind = "wordpress-rest"
    path = "/wp-json/wp/v2/posts"

    def __init__(self, base_url: str, marks: Mapping[str, Any]) -> None:
        self._endpoint = base_url.rstrip("/") + self.path
        self._marks = marks

    def first(self) -> Iterator[Ask]:
        """Give the requests that a crawl begins with."""
        if not self._marks:
            yield self._ask("all", 1)
        else:
            yield self._ask("modified", 1)
            yield self._ask("published", 1)

    def _ask(self, window: str, page: int) -> Ask:
        query = {
            "per_page": PER_PAGE,
            "page": page,
            "orderby": "date",
            "order": "desc",
            "_fields": FIELDS,
            "_embed": EMBED,
        }
        if window != "all":
            mark = datetime.fromisoformat(self._marks[window]) - OVERLAP
            name, order = ("modified_after", "modified") if window == "modified" else ("after", "date")
            query |= {name: f"{mark:%Y-%m-%dT%H:%M:%S}Z", "orderby": order, "order": "asc"}
        return Ask(url=f"{self._endpoint}?{urlencode(query)}", window=window, page=page)

    def read(self, ask: Ask, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """Read one answer; `headers` have lower-case names.

        Raises:
            NotThisSourceError: it is no list of posts.
        """
        posts = self._posts(ask, status, headers, body)
        total, pages = _number(headers.get("x-wp-total")), _number(headers.get("x-wp-totalpages"))
        more = ask.page < pages if pages is not None else len(posts) == PER_PAGE
        stories = tuple(filter(None, map(_story, posts)))
        return Answer(
            stories=stories,
            unusable=len(posts) - len(stories),
            total=total,
            following=self._ask(ask.window, ask.page + 1) if more and posts else None,
        )

    def _posts(self, ask: Ask, status: int, headers: Mapping[str, str], body: bytes) -> list[Any]:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            kind = clean_text(headers.get("content-type", "no type"))[:60]
            raise NotThisSourceError(f"the REST interface answered {status} with {kind}, not JSON") from error
        code = answer.get("code") if isinstance(answer, dict) else None
        code = clean_text(code)[:60] if isinstance(code, str) else None
        if status == 400 and code == "rest_post_invalid_page_number" and ask.page > 1:
            return []  # posts were removed while we walked
        if status != 200 or not isinstance(answer, list):
            raise NotThisSourceError(f"the REST interface answered {status}" + (f" ({code})" if code else ""))
        return answer

    def marks_after(self, marks: Mapping[str, Any], stories: tuple[Story, ...], now: datetime) -> dict[str, Any]:
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


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


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
