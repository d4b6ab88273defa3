"""A feed as a source of stories: the newest ones, with their time of day."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from lxml import etree

from archive.text import clean_text
from crawler.addresses import path_below
from crawler.discovery.source import Answer, Ask, NotThisSourceError, Reply, Step, Story

_PARSER = {"resolve_entities": False, "no_network": True, "recover": True, "huge_tree": False}
"""A feed may be broken in one item (a raw `&`), and must not name a file to be read in (XXE)."""


class Feed:
    """An RSS feed of the newest stories. It has no pages, and a site can do without it: only times are lost then."""

    kind = "feed"
    needed = False

    def __init__(self, base_url: str, path: str) -> None:
        self._base_url = base_url
        self._url = base_url.rstrip("/") + path

    def begin(self) -> list[Ask]:
        """The feed itself."""
        return [Ask(url=self._url, window="feed")]

    def read(self, ask: Ask, reply: Reply) -> Answer:  # noqa: ARG002
        """The items; those without a link that can be followed are counted."""
        if reply.status != 200:
            raise NotThisSourceError(f"the feed answered {reply.status}")
        try:
            root = etree.fromstring(reply.body, etree.XMLParser(**_PARSER))
        except etree.XMLSyntaxError as error:
            raise NotThisSourceError("the feed is no XML") from error
        if root is None or etree.QName(root).localname != "rss":
            raise NotThisSourceError("the feed is no RSS")
        items = root.findall("./channel/item")
        stories = [self._story(item) for item in items]
        return Answer(stories=tuple(filter(None, stories)), unusable=stories.count(None), more=False)

    def go_on(self, ask: Ask, answer: Answer, *, fresh: int, now: datetime) -> Step:  # noqa: ARG002
        """Nothing: there is one page."""
        return Step()

    def _story(self, item: etree._Element) -> Story | None:
        link = clean_text(item.findtext("link") or item.findtext("guid") or "")
        try:
            url = urljoin(self._url, link)
            if not link or path_below(url, self._base_url).strip("/") == "":
                return None
        except ValueError:
            return None
        return Story(url=url, title=clean_text(item.findtext("title") or ""), published=_time(item.findtext("pubDate")))


def _time(text: str | None) -> str | None:
    """An RFC 822 time in UTC; one that names no zone says nothing for certain."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment.tzinfo else None
