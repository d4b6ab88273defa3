"""Sitemaps as a source: every story's address, and often when it last changed."""

import gzip
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml import etree

from archive.text import clean_text
from crawler.addresses import below
from crawler.discovery.source import (
    LONGEST_ADDRESS,
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
from crawler.reading.feed import YEARS
from crawler.reading.links import joined
from crawler.reading.parsing import NoXmlError, local_name, parse_xml

MOST = 50_000
"""The most entries that one file may hold by the protocol; what is beyond is not read, and said."""
LARGEST = 50 * 2**20
"""The most bytes that one file may have unpacked by the protocol."""
DEEPEST = 3
"""Levels of files that name files; a list that names itself must not go on for ever."""
ALIKE = 20
"""So many entries that changed at the same moment tell when the file was made, and of no story when it changed."""
_POSTS = re.compile(r"post|article|artikel|news|berita", re.IGNORECASE)
_OTHERS = re.compile(r"[ck]ategor|tag|author|user|page|product|image|video|attachment", re.IGNORECASE)


class Sitemaps:
    """The sitemaps of an outlet.

    The first crawl reads every file, later ones those whose list says that they changed, or, where it does not say, the
    last one; all of them again once in seven days. A static file is asked for with its validators. A file of a list
    that cannot be read is said, and asked for again by the next crawl.
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
        named: Callable[[], Sequence[str]],
        usual: Sequence[str],
        now: datetime,
    ) -> None:
        self.needed = needed
        self._base_url = base_url.rstrip("/")
        self._hosts = {_host(base_url)}
        self._article = article
        self._zone = ZoneInfo(timezone)
        self._span = span
        self._files: dict[str, Any] = dict(marks.get("files", {}))
        self._walked: str | None = marks.get("walked")
        self._again = self._walked is not None and now - datetime.fromisoformat(self._walked) > SEVEN_DAYS
        self._whole = bool(span) or self._walked is None or self._again
        self._known: str | None = marks.get("at")
        self._named = named
        self._usual = [self._base_url + path for path in usual]
        self._at: str | None = None
        self._asked: set[str] = set()
        self._open: set[str] = set()
        self._foreign = 0
        self._unread: list[str] = []
        self._read = 0
        self._stories = 0

    @property
    def whole(self) -> bool:
        """Whether all files are read: the first time, and once in seven days."""
        return self._whole

    @property
    def dear(self) -> bool:
        """Whether it takes more than one request to hear of a change: the list of files does not say which changed."""
        files = [held for url, held in self._files.items() if url != self._known]
        return bool(files) and not self._whole and not any("changed" in held for held in files)

    def begin(self) -> list[Ask]:
        """The file that answered before, else the first that robots.txt names, else the first usual one.

        In a backfill none, where other sources tell of every story: they know when it was published.
        """
        if self._span and not self.needed:
            return []
        first = self._candidate()
        return [first] if first else []

    def _candidate(self) -> Ask | None:
        """The next place where sitemaps may be. What robots.txt names is known once it was asked for, as any page is."""
        named = self._named()
        self._hosts |= {_host(url) for url in named}
        places = map(self._here, [*([self._known] if self._known else []), *named, *self._usual])
        return next((self._ask(url, 1) for url in places if url and url not in self._asked), None)

    def _here(self, url: str) -> str | None:
        """Where a file of this site is asked for: at the address at which it is crawled; None for one elsewhere."""
        try:
            parts, base = urlsplit(url), urlsplit(self._base_url)
            if parts.scheme not in ("http", "https") or _host(url) not in self._hosts:
                return None
        except ValueError:
            return None
        return parts._replace(scheme=base.scheme, netloc=base.netloc, fragment="").geturl()

    def _ask(self, url: str, depth: int) -> Ask:
        self._asked.add(url)
        self._open.add(url)
        held = self._files.get(url, {}) if not self._whole else {}
        names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        headers = {names[name]: value for name, value in held.items() if name in names}
        return Ask(url=url, window=url, page=depth, headers=headers, urgent=depth == 1)

    def read(self, ask: Ask, reply: Reply) -> Answer:
        """The stories or the files that a file names."""
        self._open.discard(ask.url)
        try:
            answer = self._told(ask, reply)
        except NotThisSourceError as error:
            if ask.page == 1 or not (self._open or self._read):
                raise
            self._files.pop(ask.url, None)
            self._unread.append(str(error))
            answer = Answer(stories=(), more=False)
        ended = not self._open and not (answer.further and ask.page < DEEPEST)
        if self.needed and self._walked is None and ended and not self._stories:
            # A sitemap of pages and sections alone must not pass for a quiet outlet.
            raise NotThisSourceError(f"the sitemap {_path(ask.url)} leads to no story", closed=True)
        return answer

    def _told(self, ask: Ask, reply: Reply) -> Answer:
        if reply.unchanged and ask.headers:
            self._read += 1
            return Answer(stories=(), more=False)
        if reply.status != 200:
            raise NotThisSourceError(f"the sitemap {_path(ask.url)} answered {reply.status}", closed=reply.refused())
        try:
            root = parse_xml(_unpacked(reply.body))
        except NoXmlError as error:
            raise NotThisSourceError(f"the sitemap {_path(ask.url)} is no XML", closed=True) from error
        validators = {name: reply.headers[name] for name in ("etag", "last-modified") if name in reply.headers}
        match local_name(root):
            case "sitemapindex":
                answer = self._list(ask, _entries(root))
            case "urlset":
                answer = self._set(ask, _entries(root))
                self._read += 1
            case _:
                raise NotThisSourceError(f"the sitemap {_path(ask.url)} is no sitemap", closed=True)
        if validators:
            self._files[ask.url] = {**self._files.get(ask.url, {}), **validators}
        return answer

    def _list(self, ask: Ask, entries: Sequence[tuple[str, str | None]]) -> Answer:
        files = [(joined(ask.url, link) or link, changed) for link, changed in entries[:MOST]]
        own = [(url, changed) for link, changed in files if (url := self._here(link))]
        self._foreign += len(files) - len(own)
        return Answer(stories=(), further=own, more=bool(own), unusable=max(0, len(entries) - MOST))

    def _set(self, ask: Ask, entries: Sequence[tuple[str, str | None]]) -> Answer:
        moments = {changed for _, changed in entries}
        alike = len(entries) >= ALIKE and len(moments) == 1
        stories = [
            story
            for link, changed in entries[:MOST]
            if (story := self._story(joined(ask.url, link) or link, None if alike else changed))
        ]
        self._stories += len(stories)
        inside = [story for story in stories if not self._before(story)]
        # Newest first; where no time is said, those at the end of a file are.
        inside.reverse()
        inside.sort(key=lambda story: story.modified or "", reverse=True)
        return Answer(stories=tuple(inside), more=False, unusable=max(0, len(entries) - MOST))

    def _story(self, url: str, changed: str | None) -> Story | None:
        try:
            path = below(url, self._base_url)
        except ValueError:
            return None
        if (
            path is None
            or urlsplit(url).scheme not in ("http", "https")
            or path.strip("/") == ""
            or len(url) > LONGEST_ADDRESS
        ):
            return None
        if self._article is not None and not re.fullmatch(self._article, path):
            return None
        return Story(url=url, modified=changed if _day(changed, self._zone) else None)

    def _before(self, story: Story) -> bool:
        """Whether a story was last changed, and so published, before the first day of a backfill."""
        day = _day(story.modified, self._zone)
        return day is not None and self._span.since is not None and day < self._span.since

    def go_on(self, ask: Ask, answer: Answer, *, met: Met, now: datetime) -> Step:  # noqa: ARG002
        """The files that a list names; once all are read, the marks."""
        self._at = self._at or ask.url
        asks = [self._ask(url, ask.page + 1) for url in self._wanted(answer)] if ask.page < DEEPEST else []
        if self._open:
            return Step(asks=asks)
        remark = "; ".join(self._remarks()) or None
        if self._span:
            return Step(remark=remark)
        if self._whole:
            self._walked = now.isoformat(timespec="seconds")
        return Step(marks={"at": self._at, "walked": self._walked, "files": self._files}, remark=remark)

    def _remarks(self) -> list[str]:
        more = f" and {len(self._unread) - 1} more" if len(self._unread) > 1 else ""
        return [
            *(["sitemaps were read whole, as once in seven days"] if self._again else []),
            *([self._unread[0] + more] if self._unread else []),
            *([f"{self._foreign} sitemaps at other hosts were not asked for"] if self._foreign else []),
        ]

    def _wanted(self, answer: Answer) -> list[str]:
        """Which of the files that a list names are read: those of stories, and of these the changed ones; newest first."""
        others = [(url, changed) for url, changed in answer.further if not _OTHERS.search(_file(url))]
        named = [(url, changed) for url, changed in answer.further if _POSTS.search(_file(url))]
        files = [entry for entry in named if entry in others] or others or named
        wanted = []
        for number, (url, changed) in enumerate(files, start=1):
            held: Mapping[str, Any] = self._files.get(url, {})
            moved = changed != held.get("changed") if changed is not None else number == len(files)
            if (self._whole or moved or url not in self._files) and url not in self._asked:
                wanted.append(url)
            self._files[url] = {**held, **({"changed": changed} if changed is not None else {})}
        changes = {url: changed or "" for url, changed in files}
        return sorted(dict.fromkeys(reversed(wanted)), key=changes.__getitem__, reverse=True)

    def instead(self) -> Ask | None:
        """Where else sitemaps may be, after one that was not there."""
        return self._candidate() if self._at is None else None


def _unpacked(body: bytes) -> bytes:
    """A file as it is packed for `sitemap.xml.gz`; one that is larger unpacked than any may be is none."""
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        with gzip.GzipFile(fileobj=BytesIO(body)) as packed:
            found = packed.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NoXmlError("it cannot be unpacked") from error
    if len(found) > LARGEST:
        raise NoXmlError("it is too large")
    return found


def _entries(root: etree._Element) -> list[tuple[str, str | None]]:
    """Address and time of change of each entry, whatever the namespace."""
    found = []
    for entry in root:
        texts = {local_name(part): part.text for part in entry}
        if link := clean_text(texts.get("loc") or ""):
            found.append((link, clean_text(texts.get("lastmod") or "") or None))
    return found


def _host(url: str) -> tuple[str | None, int | None]:
    """A host, and its port where it is not the one of the scheme."""
    parts = urlsplit(url)
    return parts.hostname, None if parts.port in (80, 443) else parts.port


def _path(url: str) -> str:
    return urlsplit(url).path


def _file(url: str) -> str:
    return _path(url).rpartition("/")[2]


def _day(changed: str | None, zone: ZoneInfo) -> date | None:
    """The day of a time of change; None for one that is none."""
    try:
        moment = datetime.fromisoformat(changed) if changed else None
        if moment is None or moment.year not in YEARS:
            return None
        return moment.astimezone(zone).date() if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        return None
