"""What a foreign response is to an outlet: the page of a story, an answer of one of its sources, or nothing to it."""

import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from archive import visits
from archive.foreign import Header
from archive.frontier import IMPORTED
from archive.warc import HttpMessage
from crawler.addresses import below, is_amp
from crawler.declaration import Declaration
from crawler.discovery import (
    SOURCES,
    Answer,
    Ask,
    Feed,
    FeedPages,
    Listings,
    NotThisSourceError,
    Reply,
    Source,
    Span,
    Use,
    WordPressRest,
)
from crawler.discovery.source import LONGEST_ADDRESS
from crawler.reading.parts import MOST, PAGE_LINKS
from crawler.settings import MEGABYTE
from crawler.task import Outlet

LARGEST_PAGE = 10 * MEGABYTE
"""As in a crawl; an answer may be as large as a record (`archive.codings.LARGEST`)."""
FIRST_DAY = datetime(1995, 1, 1, tzinfo=UTC)
"""No Indonesian outlet was on the web before."""
AHEAD = timedelta(minutes=10)
"""How far a foreign clock may be ahead of ours: until then, what it saw stands over what is seen here."""
WORDPRESS = "wordpress"
_HTML = ("", "text/html", "application/xhtml+xml")
_REST = re.compile(r"/wp-json/wp/v2/posts(/\d+)?/?")
_WORDPRESS_FEEDS = re.compile(r"(/(category|tag)/.+)?/feed/?")
_NO_STORY = re.compile(
    r"/(wp-(json|admin|content|includes|login\.php|sitemap|cron\.php)|xmlrpc\.php|[^/]*sitemap[^/]*\.xml|robots\.txt|feed"
    r"|comments|category|tag|author|search|page)(/.*)?|/.*/(feed|embed)(/(atom|rss2?|rdf))?/?|/wp-sitemap.*"
)
_PART = re.compile(r"/.+/page/\d+/?")
_NUMBER = re.compile(r"[2-9]|[1-9]\d")
_FURTHER = re.compile(rf"(/.+?)(?:/page)?/({_NUMBER.pattern})/?")


class NotTakenError(Exception):
    """A record is left where it is; the text is the reason by which it is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer of an outlet's source: what it is called, what it told, and the records in it that hold a text."""

    source: str
    answer: Answer
    texts: frozenset[str] = field(default_factory=frozenset)


def moment_of(header: Header, now: datetime) -> datetime:
    """Give when a record says that it was captured.

    Raises:
        NotTakenError: it does not say, or names a time that cannot be.
    """
    at = time_in(header.get("WARC-Date"))
    if at is None or at < FIRST_DAY:
        raise NotTakenError("bad_date")
    if at > now + AHEAD:
        raise NotTakenError("future_date")
    return at


def check_names(header: Header) -> None:
    """Refuse what a sound tool would not write as an id or an address: it would stand in reports and on terminals.

    Raises:
        NotTakenError: the id or the address holds blanks or control characters, or has no end.
    """
    record_id = header.get("WARC-Record-ID") or ""
    if not re.fullmatch(r"[!-~]{0,500}", record_id.strip()):
        raise NotTakenError("malformed")
    if len(header.url) > LONGEST_ADDRESS or not header.url.isprintable() or " " in header.url:
        raise NotTakenError("bad_address")


def time_in(text: str | None) -> datetime | None:
    """Give the time in a field of a WARC header in UTC, which is meant where no zone is named; None for what is none."""
    try:
        at = datetime.fromisoformat((text or "").strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def check_answered(message: HttpMessage) -> None:
    """Refuse what is no whole answer with something in it.

    Raises:
        NotTakenError: the status is another than 2xx, or the body is empty or not all there.
    """
    if 300 <= message.status < 400:
        raise NotTakenError("redirect")
    if message.status in (404, 410):
        raise NotTakenError("not_found")
    if not 200 <= message.status < 300:
        raise NotTakenError("error_status")
    headers = {name.lower(): value for name, value in message.headers}
    # What was stored unpacked may stand under the length that it had packed.
    coded = any(name.endswith(("content-encoding", "transfer-encoding")) for name in headers)
    said = headers.get("content-length", "").strip()
    short = not coded and re.fullmatch(r"[0-9]{1,18}", said) is not None and len(message.body) < int(said)
    if not message.whole or short or message.status == HTTPStatus.PARTIAL_CONTENT:
        raise NotTakenError("truncated")
    if not message.body:
        raise NotTakenError("empty")


def check_page(message: HttpMessage, declared: type[Declaration], outlet: Outlet) -> None:
    """Refuse what cannot be the page of a story; whether it is one the reader says.

    Raises:
        NotTakenError: it is no HTML, not at an address that stories have, or larger than a page may be.
    """
    path = below(message.url, outlet.base_url)
    if path is None:
        raise NotTakenError("no_story")
    if declared.family == WORDPRESS:
        query = parse_qs(urlsplit(message.url).query)
        named = "p" in query
        at_home = named if path == "/" else not _NO_STORY.fullmatch(path.lower())
        if at_home and (_PART.fullmatch(path) or _NUMBER.fullmatch(query.get("page", [""])[0])):
            at_home = further_page(message) is not None
            if not at_home:
                raise NotTakenError("part")
    else:
        assert declared.listing is not None
        at_home = re.fullmatch(declared.listing.article, path) is not None
    if not at_home:
        raise NotTakenError("no_story")
    if (message.content_type or "").partition(";")[0].strip().lower() not in _HTML:
        raise NotTakenError("not_html")
    if len(message.body) > LARGEST_PAGE:
        raise NotTakenError("too_large")


def further_page(message: HttpMessage) -> tuple[str, int] | None:
    """Give the address of the story of which a page is a further one, and its number; None for any other page.

    Such a page links to its story's others; a story at `/a/12/` that has pages of its own links to `/a/12/2/`.

    Raises:
        NotTakenError: it is one beyond those that are read.
    """
    if PAGE_LINKS not in message.body or is_amp(message.url):
        return None
    parts = urlsplit(message.url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if number := dict(query).get("page"):
        story = parts._replace(query=urlencode([pair for pair in query if pair[0] != "page"]))
    elif end := _FURTHER.fullmatch(parts.path):
        number = end[2]
        below = f"{parts.path.rstrip('/')}/".encode()
        if re.search(re.escape(below) + rb"\d", message.body):
            return None
        story = parts._replace(path=f"{end[1]}/")
    if not number or not _NUMBER.fullmatch(number):
        return None
    if int(number) > MOST:
        raise NotTakenError("part")
    return story.geturl(), int(number)


def imported(source: str) -> str:
    """Give what a source is called where it spoke in an imported capture."""
    return f"{source} {IMPORTED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A record that is to be kept, and what it shows: a page, what a source told, or looks repeated by a revisit."""

    record_id: str
    member: bytes
    url: str
    at: datetime
    status: int | None = None
    heard: Heard | None = None
    again: tuple[visits.Kept, ...] = ()
    further: str | None = None
    """The address of a further page of a story (`archive.parts`)."""


class Sources:
    """The sources of an outlet, as far as an answer can be told by its address."""

    def __init__(self, declared: type[Declaration], outlet: Outlet) -> None:
        self._declared = declared
        self._base_url = outlet.base_url
        self._timezone = outlet.timezone
        self._sections: dict[str, str] = {}

    def heard(self, message: HttpMessage) -> Heard | None:
        """Give what a response told, if it is at the address of a source.

        Raises:
            NotTakenError: it is, and is no answer of that source, or tells of no story.
        """
        found = self._at(message)
        if found is None:
            return None
        source, ask = found
        headers = {name.lower(): value for name, value in message.headers}
        body = message.body
        if source.kind == WordPressRest.kind and body.lstrip()[:1] == b"{":
            body = b"[" + body + b"]"  # one post alone
        reply = Reply(url=message.url, status=message.status, headers=headers, body=body, at=message.fetched_at)
        try:
            answer = source.read(ask, reply)
        except NotThisSourceError as error:
            raise NotTakenError("no_answer") from error
        self._sections.update(answer.sections)
        stories = answer.stories
        if source.kind == WordPressRest.kind:
            held = _with_text(body)
            stories = tuple(story for story in stories if story.record in held)
        else:
            # A feed's text ends with the first part of a story of several, which would pass for an edit of the whole.
            stories = tuple(replace(story, record=None) for story in stories)
        if not stories:
            raise NotTakenError("no_story")
        return Heard(
            source=imported(f"{source.kind} {ask.teller}".strip()),
            answer=replace(answer, stories=stories),
            texts=frozenset(story.record for story in stories if story.record is not None),
        )

    def _at(self, message: HttpMessage) -> tuple[Source, Ask] | None:
        url, at = message.url, message.fetched_at
        path = below(url, self._base_url)
        if path is None:
            return None
        if self._declared.family == WORDPRESS:
            route = parse_qs(urlsplit(url).query).get("rest_route", [""])[0]
            if _REST.fullmatch(path) or (path == "/" and _REST.fullmatch(f"/wp-json{route}")):
                return self._source(WordPressRest.kind, at), Ask(url=url, window="all")
            if _WORDPRESS_FEEDS.fullmatch(path):
                return self._source(FeedPages.kind, at), Ask(url=url, window="feed")
        if self._declared.feed is not None and path.rstrip("/") == self._declared.feed.rstrip("/"):
            return self._source(Feed.kind, at), Ask(url=url, window="feed")
        return self._list_at(url, path, at)

    def _source(self, kind: str, at: datetime) -> Source:
        return SOURCES[kind](
            Use(
                declared=self._declared,
                base_url=self._base_url,
                timezone=self._timezone,
                marks={},
                span=Span(),
                now=at,
            )
        )

    def _list_at(self, url: str, path: str, at: datetime) -> tuple[Source, Ask] | None:
        listing = self._declared.listing
        if listing is None:
            return None
        query = urlsplit(url).query
        place = path + (f"?{query}" if query else "")
        for window in (*listing.starts, *self._sections):
            further = re.escape(listing.next_page.format(path=window, page="\0")).replace("\0", r"(\d{1,6})")
            page = re.fullmatch(further, place)
            if page or place.rstrip("/") == window.rstrip("/"):
                ask = Ask(
                    url=url,
                    window=window,
                    page=int(page[1]) if page else 1,
                    section=self._sections.get(window),
                    teller="" if window == listing.starts[0] else window,
                )
                return self._source(Listings.kind, at), ask
        return None


def _with_text(body: bytes) -> frozenset[str]:
    """Give the posts of an answer that hold their text: one may be asked for without it."""

    def holds(post: object) -> bool:
        content = post.get("content") if isinstance(post, dict) else None
        return isinstance(content, dict) and isinstance(content.get("rendered"), str)

    return frozenset(str(post.get("id")) for post in json.loads(body) if holds(post))
