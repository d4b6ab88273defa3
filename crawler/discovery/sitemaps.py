"""Sitemaps as a source: every story's address, and often when it last changed."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from lxml import etree

from archive.text import clean_text
from crawler.addresses import below
from crawler.discovery.source import (
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
)

MOST = 50_000
"""The most addresses that one file may hold by the protocol; what is beyond is not read, and said."""
DEEPEST = 3
"""Levels of files that name files; a list that names itself must not go on for ever."""
_POSTS = re.compile(r"post|article|news|berita", re.IGNORECASE)
_OTHERS = re.compile(r"categor|tag|author|user|page|product|image|video|attachment", re.IGNORECASE)


class Sitemaps:
    """The sitemaps of an outlet.

    The first crawl reads every file, later ones those whose list says that they changed, or, where it does not say, the
    last one; all of them again once in seven days. A static file is asked for with its validators.
    """

    kind = "sitemap"

    def __init__(
        self,
        base_url: str,
        article: str | None,
        timezone: str,
        marks: Marks,
        span: Span,
        *,
        needed: bool,
        named: Sequence[str],
        usual: Sequence[str],
        now: datetime,
    ) -> None:
        self.needed = needed
        self._base_url = base_url.rstrip("/")
        self._article = article
        self._zone = ZoneInfo(timezone)
        self._span = span
        self._files: dict[str, Any] = dict(marks.get("files", {}))
        self._walked: str | None = marks.get("walked")
        self._again = self._walked is not None and now - datetime.fromisoformat(self._walked) > SEVEN_DAYS
        self._whole = bool(span) or self._walked is None or self._again
        known = marks.get("at")
        others = [self._base_url + path for path in usual]
        self._candidates = list(dict.fromkeys([*([known] if known else []), *named, *others]))
        self._at: str | None = known
        self._open: set[str] = set()

    def begin(self) -> list[Ask]:
        """The file that answered before, else the first that robots.txt names, else the first usual one."""
        return [self._ask(self._candidates.pop(0), 1)]

    def _ask(self, url: str, depth: int) -> Ask:
        self._open.add(url)
        held = self._files.get(url, {}) if not self._whole else {}
        names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        headers = {names[name]: value for name, value in held.items() if name in names}
        return Ask(url=url, window=url, page=depth, headers=headers, urgent=depth == 1)

    def read(self, ask: Ask, reply: Reply) -> Answer:
        """The stories or the files that a file names."""
        if reply.unchanged:
            return Answer(stories=(), more=False)
        if reply.status != 200:
            raise NotThisSourceError(f"the sitemap {_path(ask.url)} answered {reply.status}", closed=reply.refused())
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
            root = etree.fromstring(reply.body, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise NotThisSourceError(f"the sitemap {_path(ask.url)} is no XML", closed=True) from error
        name = etree.QName(root).localname if root is not None else ""
        validators = {name: reply.headers[name] for name in ("etag", "last-modified") if name in reply.headers}
        if name == "sitemapindex":
            files = [(urljoin(ask.url, link), changed) for link, changed in _entries(root)]
            return Answer(stories=(), further=files, validators=validators, more=bool(files))
        if name != "urlset":
            raise NotThisSourceError(f"the sitemap {_path(ask.url)} is no sitemap", closed=True)
        entries = _entries(root)
        stories = [story for link, changed in entries[:MOST] if (story := self._story(ask.url, link, changed))]
        return Answer(
            stories=tuple(reversed(stories)),
            validators=validators,
            more=False,
            unusable=max(0, len(entries) - MOST),
        )

    def _story(self, base: str, link: str, changed: str | None) -> Story | None:
        try:
            url = urljoin(base, link)
            path = below(url, self._base_url)
        except ValueError:
            return None
        if path is None or urlsplit(url).scheme not in ("http", "https") or path.strip("/") == "" or len(url) > 2083:
            return None
        if self._article is not None and not re.fullmatch(self._article, path):
            return None
        day = _day(changed, self._zone)
        if day is not None and self._span.since is not None and day < self._span.since:
            return None  # what was last changed before a day was published before it
        return Story(url=url, modified=changed)

    def go_on(self, ask: Ask, answer: Answer, *, met: Met, now: datetime) -> Step:  # noqa: ARG002
        """The files that a list names; once all are read, the marks."""
        self._at = self._at or ask.url
        self._open.discard(ask.url)
        if answer.validators:
            self._files[ask.url] = {**self._files.get(ask.url, {}), **answer.validators}
        asks = [self._ask(url, ask.page + 1) for url in self._wanted(answer)] if ask.page < DEEPEST else []
        if self._open or self._span:
            return Step(asks=asks)
        if self._whole:
            self._walked = now.isoformat(timespec="seconds")
        remark = "sitemaps were read whole, as once in seven days" if self._again else None
        return Step(marks={"at": self._at, "walked": self._walked, "files": self._files}, remark=remark)

    def _wanted(self, answer: Answer) -> list[str]:
        """Which of the files that a list names are read: those of stories, and of these the changed ones."""
        posts = [(url, changed) for url, changed in answer.further if _POSTS.search(_path(url))]
        files = posts or [(url, changed) for url, changed in answer.further if not _OTHERS.search(_path(url))]
        wanted = []
        for number, (url, changed) in enumerate(files, start=1):
            held = self._files.get(url, {})
            moved = changed != held.get("changed") if changed is not None else number == len(files)
            if self._whole or moved or url not in self._files:
                wanted.append(url)
            self._files[url] = {**held, **({"changed": changed} if changed is not None else {})}
        return list(dict.fromkeys(wanted))

    def instead(self) -> Ask | None:
        """Where else sitemaps may be, after one that was not there."""
        return self._ask(self._candidates.pop(0), 1) if self._at is None and self._candidates else None


def _entries(root: etree._Element) -> list[tuple[str, str | None]]:
    """Address and time of change of each entry, whatever the namespace."""
    found = []
    for entry in root:
        texts = {etree.QName(part).localname: part.text for part in entry if isinstance(part.tag, str)}
        if link := clean_text(texts.get("loc") or ""):
            found.append((link, clean_text(texts.get("lastmod") or "") or None))
    return found


def _path(url: str) -> str:
    return urlsplit(url).path


def _day(changed: str | None, zone: ZoneInfo) -> Any:
    try:
        moment = datetime.fromisoformat(changed) if changed else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment.astimezone(zone).date() if moment.tzinfo else moment.date()
