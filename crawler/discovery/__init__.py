"""Sources of stories: what to ask a site for, what its answers tell, and what to ask next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from archive.records import Trust
from crawler.discovery.feeds import Feed, FeedPages
from crawler.discovery.listings import Listings
from crawler.discovery.plan import Plan, own, state
from crawler.discovery.sitemaps import Sitemaps
from crawler.discovery.source import Answer, Ask, Marks, Met, NotThisSourceError, Reply, Source, Span, Step, Story
from crawler.discovery.wordpress import WordPressRest

if TYPE_CHECKING:
    from crawler.declaration import Declaration

__all__ = [
    "SAID_BY",
    "SOURCES",
    "Answer",
    "Ask",
    "Feed",
    "FeedPages",
    "Listings",
    "Marks",
    "Met",
    "NotThisSourceError",
    "Plan",
    "Reply",
    "Sitemaps",
    "Source",
    "Span",
    "Step",
    "Story",
    "Use",
    "WordPressRest",
    "needed",
    "own",
    "state",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a source is made for: an outlet at an address, how far it was read, and which days are wanted."""

    declared: "type[Declaration]"
    base_url: str
    timezone: str
    marks: Marks
    span: Span
    now: datetime
    listed: bool = False
    """Whether sources of another group have told of every story once."""
    sitemaps: Callable[[], Sequence[str]] = tuple
    """Gives the sitemaps that robots.txt names, once that was asked for."""


def _rest(use: Use) -> Source:
    return WordPressRest(use.base_url, use.timezone, use.marks, use.span, now=use.now)


def _feed(use: Use) -> Source:
    assert use.declared.feed is not None
    return Feed(use.base_url, use.declared.feed, use.timezone, use.span)


def _feed_pages(use: Use) -> Source:
    return FeedPages(use.base_url, use.timezone, use.marks, use.span, listed=use.listed, now=use.now)


def _listing(use: Use) -> Source:
    assert use.declared.listing is not None
    listing = use.declared.listing
    return Listings(
        use.base_url,
        listing,
        use.timezone,
        use.marks,
        use.span,
        listed=use.listed,
        now=use.now,
        form=use.declared.form,
    )


def _sitemap(use: Use) -> Source:
    listing = use.declared.listing
    return Sitemaps(
        use.base_url,
        listing.article if listing is not None else None,
        use.timezone,
        use.marks,
        use.span,
        needed=needed(use.declared, Sitemaps.kind),
        named=use.sitemaps,
        usual=use.declared.sitemaps,
        now=use.now,
    )


SOURCES: dict[str, Callable[[Use], Source]] = {
    WordPressRest.kind: _rest,
    FeedPages.kind: _feed_pages,
    Feed.kind: _feed,
    Sitemaps.kind: _sitemap,
    Listings.kind: _listing,
}
"""How a source is made, by the name that declarations use."""

SAID_BY = {Feed.kind: Trust.FEED, FeedPages.kind: Trust.FEED, Listings.kind: Trust.LISTING}
"""Whose word the time is that a source gives for a story, where the story's own page is read."""


def needed(declared: "type[Declaration]", kind: str) -> bool:
    """Whether a group of sources cannot do without one: a sitemap leads only where it is asked alone."""
    if kind == Sitemaps.kind:
        return (Sitemaps.kind,) in declared.sources
    return kind != Feed.kind
