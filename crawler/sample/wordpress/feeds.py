"""The machine-readable rest of a WordPress: RSS, and the sitemaps and robots.txt of one without plugins."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from html import escape

from crawler.sample.markup import lines, rendered, text
from crawler.sample.posts import Post
from crawler.sample.server import TEXT, XML, Answer, page_of
from crawler.sample.wordpress import yoast
from crawler.sample.wordpress.listing import Listing
from crawler.sample.wordpress.view import View

_RSS = ("Content-Type", "application/rss+xml; charset=UTF-8")
_SITEMAP = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<{0} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{1}</{0}>\n'
)


def robots(view: View) -> Answer:
    """What a stock WordPress says to robots."""
    words = f"User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n\nSitemap: {view.base_url}/wp-sitemap.xml\n"
    return Answer(headers=(TEXT,), body=words.encode())


def feed(view: View, listing: Listing, asked_headers: Mapping[str, str]) -> Answer:
    """One page of a listing as RSS, ten posts each; 304 where nothing on the whole site has changed, 404 past the end.

    The names of `asked_headers` are in lower case.
    """
    changed = view.last_changed.astimezone(UTC).replace(microsecond=0)
    etag = hashlib.sha256(f"{changed:%Y%m%d%H%M%S}".encode()).hexdigest()[:32]
    headers = (_RSS, ("Last-Modified", format_datetime(changed, usegmt=True)), ("ETag", f'"{etag}"'))
    posts = page_of(listing.posts, listing.number)
    blog = view.blog
    title = blog.name if listing.kind == "home" else f"{listing.name.rpartition('/')[2]} &#8211; {blog.name}"
    if posts and _unchanged(asked_headers, etag, changed):
        return Answer(status=304, headers=headers[1:])
    items = "".join(_item(view, post) for post in posts)
    words = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"\n'
        '\txmlns:content="http://purl.org/rss/1.0/modules/content/"\n'
        '\txmlns:dc="http://purl.org/dc/elements/1.1/"\n'
        '\txmlns:atom="http://www.w3.org/2005/Atom"\n\t>\n\n'
        f"<channel>\n\t<title>{title}</title>\n"
        f'\t<atom:link href="{listing.root}feed/" rel="self" type="application/rss+xml" />\n'
        f"\t<link>{view.base_url}</link>\n\t<description>{blog.tagline}</description>\n"
        f"\t<lastBuildDate>{format_datetime(changed)}</lastBuildDate>\n\t<language>{blog.locale.language}</language>\n"
        f"\t<generator>https://wordpress.org/?v={blog.version}</generator>\n"
        f"{items}</channel>\n</rss>\n"
    )
    return Answer(status=200 if posts else 404, headers=headers, body=words.encode())


def _unchanged(asked: Mapping[str, str], etag: str, changed: datetime) -> bool:
    """Whether what the client holds is what there is; where it names both validators, both must agree."""
    verdicts: list[bool] = []
    if match := asked.get("if-none-match"):
        verdicts.append(any(etag == tag.strip().removeprefix("W/").strip('"') for tag in match.split(",")))
    if since := asked.get("if-modified-since"):
        try:
            verdicts.append(parsedate_to_datetime(since).replace(tzinfo=UTC) >= changed)
        except ValueError:
            verdicts.append(False)
    return bool(verdicts) and all(verdicts)


def _item(view: View, post: Post) -> str:
    locale = view.blog.locale
    if post.protected:
        summary, content = locale.no_excerpt, locale.gate
    else:
        summary = f"{text(lines(post.blocks[0])[0])}&#8230;"
        content = rendered(post.blocks, links=view.links, uploads=view.uploads)
    if view.blog.yoast:
        tail = yoast.appeared_first(view, post)
        summary, content = f"<p>{summary}</p>\n{tail}", content + tail
    comments = view.address(post) + ("?noamp=mobile" if view.blog.amp else "") + "#comments"
    names = (post.section.rpartition("/")[2], *post.tags)
    terms = "".join(f"\t\t<category>{_cdata(name)}</category>\n" for name in names)
    return (
        f"\t<item>\n\t\t<title>{view.title(post)}</title>\n\t\t<link>{view.address(post)}</link>\n"
        f"\t\t<comments>{comments}</comments>\n"
        f"\t\t<dc:creator>{_cdata(post.account)}</dc:creator>\n"
        f"\t\t<pubDate>{format_datetime(post.date.astimezone(UTC))}</pubDate>\n{terms}"
        f'\t\t<guid isPermaLink="false">{escape(view.shortlink(post))}</guid>\n'
        f"\t\t<description>{_cdata(summary)}</description>\n"
        f"\t\t<content:encoded>{_cdata(content)}</content:encoded>\n\t</item>\n"
    )


def _cdata(words: str) -> str:
    return "<![CDATA[" + words.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def sitemap(view: View, path: str) -> Answer | None:
    """The index of core's sitemaps or one of them, oldest post first; None for a path that is no sitemap."""
    public = sorted(view.public, key=lambda post: post.id)
    kinds = {
        "posts-post": [view.address(post) for post in public],
        "taxonomies-category": [view.archive("category", post.section) for post in public],
        "taxonomies-post_tag": [view.archive("tag", tag) for post in public for tag in post.tags],
        "users": [view.archive("author", post.account) for post in public],
    }
    if path == "/wp-sitemap.xml":
        found = [f"{view.base_url}/wp-sitemap-{kind}-1.xml" for kind, places in kinds.items() if places]
        return _places("sitemapindex", "sitemap", found)
    named = re.fullmatch(r"/wp-sitemap-([a-z_-]+)-1\.xml", path)
    if named is None or not kinds.get(named[1]):
        return None
    return _places("urlset", "url", kinds[named[1]])


def _places(root: str, element: str, addresses: list[str]) -> Answer:
    inner = "".join(f"<{element}><loc>{escape(place)}</loc></{element}>" for place in dict.fromkeys(addresses))
    return Answer(headers=(XML,), body=_SITEMAP.format(root, inner).encode())
