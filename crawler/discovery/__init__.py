"""Sources of stories: what to ask a site for, what its answers tell, and what to ask next."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from archive.records import Trust
from crawler.discovery.feeds import Feed
from crawler.discovery.listings import Listings
from crawler.discovery.source import Answer, Ask, Marks, NotThisSourceError, Reply, Source, Step, Story
from crawler.discovery.wordpress import WordPressRest

if TYPE_CHECKING:
    from crawler.declaration import Declaration

__all__ = [
    "SAID_BY",
    "SOURCES",
    "Answer",
    "Ask",
    "Feed",
    "Listings",
    "Marks",
    "NotThisSourceError",
    "Reply",
    "Source",
    "Step",
    "Story",
    "WordPressRest",
]


def _rest(_: "type[Declaration]", base_url: str, __: str, marks: Marks) -> Source:
    return WordPressRest(base_url, marks)


def _feed(declared: "type[Declaration]", base_url: str, _: str, __: Marks) -> Source:
    assert declared.feed is not None
    return Feed(base_url, declared.feed)


def _listing(declared: "type[Declaration]", base_url: str, timezone: str, marks: Marks) -> Source:
    assert declared.listing is not None
    return Listings(base_url, declared.listing, timezone, marks)


SOURCES: dict[str, Callable[["type[Declaration]", str, str, Marks], Source]] = {
    WordPressRest.kind: _rest,
    Feed.kind: _feed,
    Listings.kind: _listing,
}
"""How a source is made, by the name that declarations use: from a declaration, the address and zone in force, and marks."""

SAID_BY = {Feed.kind: Trust.FEED, Listings.kind: Trust.LISTING}
"""Whose word the time is that a source gives for a story, where the story's own page is read."""
