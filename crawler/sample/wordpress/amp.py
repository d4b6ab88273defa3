"""The official AMP plugin with its legacy Reader templates: which addresses it answers, and how (measured: OUTLETS.md 2.3)."""

import re
from urllib.parse import parse_qsl

from crawler.sample.markup import NEXTPAGE, rendered, text
from crawler.sample.posts import Post
from crawler.sample.server import HTML, Answer
from crawler.sample.wordpress import yoast
from crawler.sample.wordpress.listing import Listing
from crawler.sample.wordpress.routes import Moved, Single, moved, resolve
from crawler.sample.wordpress.view import View

_LEGACY = """
.amp-wp-header{background:#0a4d8c;color:#fff;padding:1em}.amp-wp-article{margin:1.5em auto;max-width:840px}
.amp-wp-title{font-size:1.6em}.amp-wp-meta{color:#696969;font-size:.85em}#amp-mobile-version-switcher{background:#444}
"""


def answer(view: View, path: str, query: str) -> Answer | None:
    """The answer to a request for an AMP version; None for one that asks for none.

    A post has one below `/amp/` and at `?amp`, whole and at every of its parts; nothing else has one, and is redirected
    to its plain address. For what does not exist the plugin tries its other form of address first.
    """
    lower = path.lower()
    if lower.endswith("/amp") and resolve(view, f"{lower}/") is None:
        return moved(view, f"{path}/", query)
    if lower.endswith("/amp/") and resolve(view, lower) is None:
        plain = path[: -len("amp/")]
        match resolve(view, plain.lower()):
            case Single(post) if not post.protected:
                return _document(view, post)
            case Single() | Listing():
                return moved(view, plain, query)
            case Moved(target):
                return moved(view, f"{target}amp/", query)
            case None:
                return moved(view, plain, "&".join(filter(None, [query, "amp"])))
    asked = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
    if "amp" not in asked or "p" in asked or "feed" in lower:
        return None
    match resolve(view, lower):
        case Single(post) if not post.protected:
            return _document(view, post)
        case Moved(target):
            return moved(view, target, query)
        case _:
            return moved(view, path, "&".join(piece for piece in query.split("&") if piece.partition("=")[0] != "amp"))


def head(view: View, post: Post) -> list[str]:
    """What the plain page of a post says of its AMP version, with the script that sends telephones there."""
    if post.protected:
        return []
    place = f"{view.address(post)}amp/"
    return [
        f'<link rel="alternate" type="text/html" media="only screen and (max-width: 640px)" href="{place}">',
        f'<link rel="amphtml" href="{place}">',
        f'<script id="amp-mobile-redirect">var ampUrl="{place}",noampQueryVarName="noamp",noampQueryVarValue="mobile";</script>',
    ]


def switcher(view: View, post: Post) -> str:
    """The hidden way from the plain page of a post to its AMP version."""
    if post.protected:
        return ""
    link = f'<a rel="" href="{view.address(post)}amp/">Go to mobile version</a>'
    return f'<div id="amp-mobile-version-switcher" hidden>{link}</div>'


def _document(view: View, post: Post) -> Answer:
    """The AMP version of a post: all its pages in one, no advertisements, every link to AMP again."""
    links = {slug: f"{address}?amp" for slug, address in view.links.items()}
    blocks = [block for block in post.blocks if block != NEXTPAGE]
    content = re.sub(r"<img ([^>]*) />", r"<amp-img \1></amp-img>", rendered(blocks, links=links, uploads=view.uploads))
    link, name = view.address(post), view.blog.name
    seo = "\n".join(yoast.article_head(view, post))
    byline = f'<div class="amp-wp-meta amp-wp-byline">{_author(post)}</div>' if post.account else ""
    body = f"""<!doctype html>
<html amp lang="{view.blog.locale.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1,minimum-scale=1">
<title>{yoast.title(view, post)}</title>
{seo}
<meta name="generator" content="AMP Plugin v2.5.5; mode=reader; theme=legacy">
<style amp-custom>{_LEGACY}</style>
</head>
<body class="">
<header id="top" class="amp-wp-header"><div><a href="{view.base_url}/?amp">
<amp-img src="{view.uploads}ikon-32x32.png" width="32" height="32" alt="Site icon" class="amp-wp-site-icon" layout="fixed"></amp-img>
<span class="amp-site-title">{name}</span></a></div></header>
<article class="amp-wp-article">
<header class="amp-wp-article-header">
<h1 class="amp-wp-title">{view.title(post)}</h1>
{byline}
<div class="amp-wp-meta amp-wp-posted-on"><time datetime="{yoast.stamp(post.date)}">{_ago(view, post)}</time></div>
</header>
{_picture(view, post)}
<div class="amp-wp-article-content">
{content}</div>
<footer class="amp-wp-article-footer">
<div class="amp-wp-meta amp-wp-tax-category">Kategori: <a href="{view.archive("category", post.section)}?amp" rel="category tag">{text(post.section.rpartition("/")[2])}</a></div>
{_tags(view, post)}
<div class="amp-wp-meta amp-wp-comments-link"><a href="{link}?noamp=mobile#respond">Tinggalkan Komentar</a></div>
</footer>
</article>
<footer class="amp-wp-footer"><div><h2>{name}</h2><a href="#top" class="back-to-top">Kembali ke atas</a></div></footer>
<div id="amp-mobile-version-switcher"><a rel="nofollow" href="{link}?noamp=mobile">Exit mobile version</a></div>
</body>
</html>
""".encode()
    return Answer(headers=(HTML, *view.link_headers(post)), body=body)


def _author(post: Post) -> str:
    return f'<span class="amp-wp-author author vcard">{text(post.account)}</span>'


def _picture(view: View, post: Post) -> str:
    if not post.image:
        return ""
    caption = f'<p class="wp-caption-text">{text(post.caption)}</p>' if post.caption else ""
    image = f'<amp-img src="{view.uploads}{post.image}" width="900" height="600" alt="" layout="intrinsic"></amp-img>'
    return f'<figure class="amp-wp-article-featured-image wp-caption">{image}{caption}</figure>'


def _tags(view: View, post: Post) -> str:
    links = ", ".join(f'<a href="{view.archive("tag", tag)}?amp" rel="tag">{text(tag)}</a>' for tag in post.tags)
    return f'<div class="amp-wp-meta amp-wp-tax-tag">Tag: {links}</div>' if links else ""


def _ago(view: View, post: Post) -> str:
    """How long ago a post was published, in the largest unit of which one has passed."""
    seconds = (view.now - post.date).total_seconds()
    for unit, length in (
        ("tahun", 31_536_000),
        ("bulan", 2_592_000),
        ("minggu", 604_800),
        ("hari", 86_400),
        ("jam", 3600),
    ):
        if seconds >= length:
            return f"{int(seconds // length)} {unit} yang lalu"
    return f"{max(1, int(seconds // 60))} menit yang lalu"
