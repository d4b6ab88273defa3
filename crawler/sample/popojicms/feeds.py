"""The machine-readable rest of the PopojiCMS site: the feed, and a sitemap that someone must write (OUTLETS.md 3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from html import escape

from crawler.sample.popojicms.pages import STATIC
from crawler.sample.popojicms.told import cut
from crawler.sample.popojicms.view import NAME, TAGLINE, View
from crawler.sample.posts import OPEN, ZONE, Post, slugified
from crawler.sample.server import XML, Answer

LATEST = 20
_RSS = ("Content-Type", "text/xml; charset=utf-8")


def feed(view: View) -> Answer:
    """The twenty newest stories by id; it has no further pages, and nothing says whether it changed."""
    items = "".join(_item(view, post) for post in view.shown[:LATEST])
    words = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel><title>{NAME}</title>"
        f'<atom:link href="{view.base_url}/feed" rel="self" type="application/rss+xml"/>'
        f"<link>{view.base_url}</link><description>{TAGLINE}</description>"
        f"<lastBuildDate>{format_datetime(view.now.astimezone(UTC))}</lastBuildDate><language>id-ID</language>"
        f"<generator>http://www.popojicms.org</generator>{items}</channel></rss>\n"
    )
    return view.answer(words.encode(), kind=_RSS)


def _item(view: View, post: Post) -> str:
    link = escape(view.address(post))
    title = view.title(post)
    # The feed's writer takes a title for XML; an ampersand that opens no entity makes it give up on all of the title.
    said = "" if "&" in title else escape(title, quote=False)
    told = f"{cut(post, 250)}...".replace("]]>", "]]&gt;")
    return (
        f"<item>{_element('title', said)}<link>{link}</link>"
        f'<guid isPermaLink="false">{link}</guid><description><![CDATA[{told}]]></description>'
        f"<pubDate>{format_datetime(post.date.astimezone(UTC))}</pubDate>"
        f'<media:content url="{view.base_url}/po-content/thumbs/{escape(post.image or "")}" medium="image">'
        f"{_element('media:title', said)}</media:content></item>"
    )


def _element(name: str, said: str) -> str:
    return f"<{name}>{said}</{name}>" if said else f"<{name}/>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """The file `sitemap.xml` as it was written at a moment: what was posted and active then, due or not."""

    written: datetime
    posts: tuple[Post, ...]
    trashed: frozenset[int]

    def answer(self, view: View, asked: Mapping[str, str]) -> Answer:
        """The file as a web server sends it, with validators; the names of `asked` are in lower case."""
        listed = [post for post in self.posts if post.status in OPEN and post.id not in self.trashed]
        places = [
            _place(f"{view.base_url}/"),
            *(_place(f"{view.base_url}/pages/{slug}") for slug in STATIC),
            *(_place(f"{view.base_url}/category/{slugified(name)}") for name in {post.section: 0 for post in listed}),
            *(_place(view.address(post), post.date) for post in listed),
        ]
        inner = "".join(places)
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{inner}</urlset>\n'
        ).encode()
        stamp = self.written.astimezone(UTC).replace(microsecond=0)
        etag = f'"{int(stamp.timestamp()):x}-{len(body):x}"'
        headers = (XML, ("Last-Modified", format_datetime(stamp, usegmt=True)), ("ETag", etag))
        if _held(asked, etag, stamp):
            return Answer(status=304, headers=headers[1:])
        return Answer(headers=headers, body=body)


def _place(address: str, published: datetime | None = None) -> str:
    day = f"<lastmod>{published.astimezone(ZONE):%Y-%m-%d}</lastmod>" if published else ""
    return f" <url><loc>{escape(address)}</loc><priority>0.5</priority>{day}</url>\n"


def _held(asked: Mapping[str, str], etag: str, stamp: datetime) -> bool:
    """Whether the client holds what there is; its tags count before its date."""
    if tags := asked.get("if-none-match"):
        return etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    try:
        return parsedate_to_datetime(asked.get("if-modified-since", "")).replace(tzinfo=UTC) >= stamp
    except ValueError:
        return False
