"""What Yoast SEO adds to a WordPress: heads with times in UTC, sitemaps, robots.txt (measured: OUTLETS.md 1.3 and 1.6)."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from html import escape
from typing import Any

from crawler.sample.markup import lines, parts, text
from crawler.sample.posts import Post
from crawler.sample.server import HTML, TEXT, XML, Answer
from crawler.sample.wordpress.listing import Listing
from crawler.sample.wordpress.view import View

INDEX = "/sitemap_index.xml"

_URLSET = (
    '<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/xsl" href="{base}/main-sitemap.xsl"?>\n'
    '<{root} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" '
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{inner}</{root}>\n'
)


def stamp(moment: datetime) -> str:
    """A time as Yoast writes all of them: in UTC, whatever the site's zone."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def title(view: View, post: Post, part: int = 1) -> str:
    """The title of a post's page, with the site's name behind it; HTML."""
    total = len(parts(post.blocks))
    numbered = f" - Page {part} of {total}" if part > 1 else ""
    return f"{view.title(post)}{numbered} - {view.blog.name}"


def listing_title(view: View, shown: Listing) -> str:
    """The title of a page of a listing; HTML."""
    named = {
        "home": f"{view.blog.name} - {view.blog.tagline}",
        "author": f"{text(shown.name)}, Penulis di {view.blog.name}",
    }.get(shown.kind, f"{text(shown.name.rpartition('/')[2])} Arsip - {view.blog.name}")
    if shown.number == 1:
        return named
    front, _, back = named.rpartition(" - ")
    return f"{front} - Page {shown.number} of {shown.size} - {back}"


def article_head(view: View, post: Post, part: int = 1) -> list[str]:
    """The elements of a post's head; each part of a post of several pages has its own canonical address."""
    link = view.address(post)
    here = link if part == 1 else f"{link}{part}/"
    metas = [
        ("og:locale", "id_ID"),
        ("og:type", "article"),
        ("og:title", title(view, post, part)),
        ("og:description", text(_description(view, post))),
        ("og:url", here),
        ("og:site_name", view.blog.name),
        ("article:published_time", stamp(post.date)),
    ]
    if view.changed(post) > post.date:
        metas.append(("article:modified_time", stamp(view.changed(post))))
    if post.image and not post.protected:
        metas += [("og:image", view.uploads + post.image), ("og:image:width", "900"), ("og:image:height", "600")]
    head = [
        "<meta name='robots' content='index, follow, max-image-preview:large, max-snippet:-1, max-video-preview:-1' />",
        f'<link rel="canonical" href="{here}" />',
        *_properties(metas),
    ]
    if post.account:
        head.append(f'<meta name="author" content="{escape(post.account)}" />')
    return [*head, '<meta name="twitter:card" content="summary_large_image" />', _graph(_story(view, post))]


def listing_head(view: View, shown: Listing) -> list[str]:
    """The elements of a listing's head; archives call themselves an article there, and days are not to be indexed."""
    here = shown.page(shown.number)
    robots = "noindex, follow" if shown.kind == "date" else "index, follow, max-image-preview:large"
    metas = [
        ("og:locale", "id_ID"),
        ("og:type", "website" if shown.kind == "home" else "article"),
        ("og:title", listing_title(view, shown)),
        ("og:url", here),
        ("og:site_name", view.blog.name),
    ]
    head = [f"<meta name='robots' content='{robots}' />", f'<link rel="canonical" href="{here}" />']
    if shown.number > 1:
        head.append(f'<link rel="prev" href="{shown.page(shown.number - 1)}" />')
    if shown.number < shown.size:
        head.append(f'<link rel="next" href="{shown.page(shown.number + 1)}" />')
    page = {"@type": "CollectionPage", "@id": here, "url": here, "name": listing_title(view, shown)}
    return [*head, *_properties(metas), _graph([page, _website(view)])]


def _properties(metas: Iterable[tuple[str, str]]) -> list[str]:
    return [f'<meta property="{name}" content="{content.replace(chr(34), "&quot;")}" />' for name, content in metas]


def _description(view: View, post: Post) -> str:
    return view.blog.locale.no_excerpt if post.protected else lines(post.blocks[0])[0][:156]


def _graph(pieces: list[dict[str, Any]]) -> str:
    words = json.dumps({"@context": "https://schema.org", "@graph": pieces}, separators=(",", ":"), ensure_ascii=False)
    safe = words.replace("</", "<\\/")
    return f'<script type="application/ld+json" class="yoast-schema-graph">{safe}</script>'


def _story(view: View, post: Post) -> list[dict[str, Any]]:
    """The pieces of a post's graph: the article, its page, its breadcrumb, its author and the site."""
    link = view.address(post)
    person = f"{view.base_url}/#/schema/person/{view.nicename(post.account)}"
    times = {"datePublished": stamp(post.date)}
    if view.changed(post) > post.date:
        times["dateModified"] = stamp(view.changed(post))
    article = {
        "@type": ["Article", "NewsArticle"],
        "@id": f"{link}#article",
        "isPartOf": {"@id": link},
        "author": {"name": post.account, "@id": person},
        "headline": post.title,
        **times,
        "mainEntityOfPage": {"@id": link},
        "wordCount": sum(len(line.split()) for block in post.blocks for line in lines(block)),
        "publisher": {"@id": f"{view.base_url}/#organization"},
        "keywords": list(post.tags),
        "articleSection": [post.section.rpartition("/")[2]],
        "inLanguage": view.blog.locale.language,
    }
    if post.image:
        article["thumbnailUrl"] = view.uploads + post.image
    names = post.section.split("/")
    crumbs = [("Beranda", f"{view.base_url}/")]
    crumbs += [(name, view.archive("category", "/".join(names[: at + 1]))) for at, name in enumerate(names)]
    steps = [
        {"@type": "ListItem", "position": at, "name": name, "item": item}
        for at, (name, item) in enumerate(crumbs, start=1)
    ]
    last = {"@type": "ListItem", "position": len(steps) + 1, "name": post.title}
    return [
        article,
        {"@type": "WebPage", "@id": link, "url": link, "name": f"{post.title} - {view.blog.name}", **times},
        {"@type": "BreadcrumbList", "@id": f"{link}#breadcrumb", "itemListElement": [*steps, last]},
        _website(view),
        {"@type": "Organization", "@id": f"{view.base_url}/#organization", "name": view.blog.name},
        {"@type": "Person", "@id": person, "name": post.account, "url": view.archive("author", post.account)},
    ]


def _website(view: View) -> dict[str, Any]:
    return {"@type": "WebSite", "@id": f"{view.base_url}/#website", "url": f"{view.base_url}/", "name": view.blog.name}


def appeared_first(view: View, post: Post) -> str:
    """What stands at the end of every text in a feed."""
    story = f'<a href="{view.address(post)}">{view.title(post)}</a>'
    return f'<p>The post {story} appeared first on <a href="{view.base_url}">{view.blog.name}</a>.</p>\n'


def robots(view: View) -> Answer:
    """Yoast's robots.txt, which forbids nothing."""
    rule = "# ---------------------------"
    words = (
        f"# START YOAST BLOCK\n{rule}\nUser-agent: *\nDisallow:\n\nSitemap: {view.base_url}{INDEX}\n{rule}\n"
        "# END YOAST BLOCK\n"
    )
    return Answer(headers=(TEXT,), body=words.encode())


def sitemap(view: View, path: str) -> Answer | None:
    """The index of sitemaps, one of them, or the redirect from where core has them; None for a path that is no sitemap.

    Entries stand in the order of their modification, oldest first; protected posts are left out.
    """
    if path == "/sitemap.xml" or re.fullmatch(r"/wp-sitemap(-[a-z0-9_-]+)?\.xml", path):
        return Answer(status=301, headers=(HTML, ("X-Redirect-By", "Yoast SEO"), ("Location", view.base_url + INDEX)))
    maps = _maps(view)
    if path == INDEX:
        inner = "".join(
            f"\t<sitemap><loc>{view.base_url}/{kind}-sitemap.xml</loc><lastmod>{stamp(max(moments))}</lastmod></sitemap>\n"
            for kind, entries in maps.items()
            if (moments := [moment for _, moment, _ in entries])
        )
        return _xml(view, "sitemapindex", inner)
    named = re.fullmatch(r"/([a-z_]+)-sitemap(1?)\.xml", path)
    if named is None or not maps.get(named[1]):
        return None
    if named[2]:
        place = f"{view.base_url}/{named[1]}-sitemap.xml"
        return Answer(status=301, headers=(HTML, ("X-Redirect-By", "Yoast SEO"), ("Location", place)))
    inner = "".join(
        f"\t<url><loc>{escape(place)}</loc><lastmod>{stamp(moment)}</lastmod>"
        + (f"<image:image><image:loc>{escape(image)}</image:loc></image:image>" if image else "")
        + "</url>\n"
        for place, moment, image in maps[named[1]]
    )
    return _xml(view, "urlset", inner)


def _maps(view: View) -> dict[str, list[tuple[str, datetime, str | None]]]:
    """Address, time and picture of every entry, by the name of its sitemap."""
    posts = sorted((post for post in view.public if not post.protected), key=view.changed)

    def newest(places: Callable[[Post], Iterable[str]]) -> list[tuple[str, datetime, str | None]]:
        found = {place: view.changed(post) for post in posts for place in places(post)}
        return sorted(((place, moment, None) for place, moment in found.items()), key=lambda entry: entry[1])

    stories = [
        (view.address(post), view.changed(post), view.uploads + post.image if post.image else None) for post in posts
    ]
    return {
        "post": [(f"{view.base_url}/", view.last_changed, None), *stories],
        "category": newest(lambda post: [view.archive("category", post.section)]),
        "post_tag": newest(lambda post: [view.archive("tag", tag) for tag in post.tags]),
        "author": newest(lambda post: [view.archive("author", post.account)]),
    }


def _xml(view: View, root: str, inner: str) -> Answer:
    return Answer(headers=(XML,), body=_URLSET.format(base=view.base_url, root=root, inner=inner).encode())
