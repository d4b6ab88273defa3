"""What an RSS feed says of stories, and the record that an item of a WordPress's feed makes.

Parsed with lxml rather than a feed library: those clean the HTML of a text by rules of their own before we see it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from archive.text import clean_text
from crawler.reading.parsing import NoXmlError, local_name, parse_xml
from crawler.reading.rules import WORDPRESS

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_NUMBER = re.compile(r"[?&]p=(\d{1,18})(?:&|$)")
_FORM = "post-password-form"
_CUT = re.compile(r"\[\s*(?:…|\.\.\.|&hellip;|&#8230;)\s*\]")
"""How WordPress ends an excerpt."""
_TAIL = 1000
"""So many characters at the end of a text are looked at: behind an excerpt, SEO plugins say where it appeared first."""


YEARS = range(1990, 9999)
"""Years that a time is believed in; in the last one, bringing it to another zone overflows."""


class NoFeedError(Exception):
    """The bytes are no RSS feed; the text says what they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a feed."""

    link: str
    title: str
    published: datetime | None
    """Aware; None where the feed gives no time, or one without a zone."""
    guid: str
    creator: str | None
    content: str | None
    """The whole text as HTML, where the feed holds it; an excerpt, or what stands in place of a protected text, is none."""


def items(body: bytes) -> list[Item]:
    """The items of a feed, in its order.

    Raises:
        NoFeedError: it is none.
    """
    try:
        root = parse_xml(body)
    except NoXmlError as error:
        raise NoFeedError("no XML") from error
    if local_name(root) != "rss":
        raise NoFeedError("no RSS")
    return [_item(element) for element in root.findall("./channel/item")]


def records(body: bytes) -> dict[str, Mapping[str, Any]]:
    """The items that hold a whole text, by link, in the shape of WordPress's own records.

    An item mixes categories and tags, so it says neither; its number stands in its guid (`?p=12`).

    Raises:
        NoFeedError: it is no feed.
    """
    return {item.link: _record(item) for item in items(body) if item.content is not None}


def _item(element: etree._Element) -> Item:
    content, title = element.findtext(_CONTENT) or "", clean_text(element.findtext("title") or "")
    whole = _FORM in content or not (title.startswith(WORDPRESS.title_prefixes) or _CUT.search(content[-_TAIL:]))
    return Item(
        link=clean_text(element.findtext("link") or element.findtext("guid") or ""),
        title=title,
        published=_time(element.findtext("pubDate")),
        guid=clean_text(element.findtext("guid") or ""),
        creator=clean_text(element.findtext(_CREATOR) or "") or None,
        content=content if whole and content.strip() else None,
    )


def _record(item: Item) -> dict[str, Any]:
    content = item.content or ""
    number = _NUMBER.search(item.guid)
    record: dict[str, Any] = {
        "feed": True,
        "link": item.link,
        "guid": {"rendered": item.guid},
        "title": {"rendered": item.title},
        "content": {"rendered": content, "protected": _FORM in content},
    }
    if number:
        record["id"] = int(number[1])
    if item.published:
        record["date_gmt"] = item.published.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    if item.creator:
        record["_embedded"] = {"author": [{"name": item.creator}]}
    return record


def _time(text: str | None) -> datetime | None:
    """An RFC 822 time in UTC; one that names no zone says nothing for certain, nor does one at the end of all time."""
    try:
        moment = parsedate_to_datetime(text or "")
        if moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.year in YEARS else None
