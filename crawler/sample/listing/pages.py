"""The HTML pages of the listing site, as Bootstrap on Laravel has them (measured and assumed: OUTLETS.md 4)."""

from collections.abc import Sequence
from datetime import UTC
from html import escape

from crawler.sample.listing.theme import bare, page
from crawler.sample.listing.told import ZONE, ago, day
from crawler.sample.listing.view import NAME, SIZE, View, answer
from crawler.sample.markup import lines, rendered, text
from crawler.sample.posts import Post
from crawler.sample.server import XML, Answer, page_of

_ARROWS = {"prev": ("&laquo; Previous", "&lsaquo;"), "next": ("Next &raquo;", "&rsaquo;")}


def article(view: View, post: Post, *, visits: int) -> Answer:
    """The page of an article, which says how often it was opened and leads to others drawn by chance."""
    title = f"{post.title} - {NAME}"
    head = [
        f'<meta name="description" content="{escape(_excerpt(post, 150))}">',
        f'<meta property="og:title" content="{escape(title)}">',
        '<meta property="og:type" content="article">',
        f'<meta property="og:url" content="{view.address(post)}">',
    ]
    if post.image:
        head.append(f'<meta property="og:image" content="{view.uploads}{escape(post.image)}">')
    tags = " ".join(f'<a class="tag" href="{view.topic("tag", tag)}">#{text(tag)}</a>' for tag in post.tags)
    main = f"""<article class="article-detail">
<a class="badge" href="{view.topic("category", post.section)}">{text(post.section)}</a>
<h1 class="article-title">{escape(post.title)}</h1>
<div class="article-meta text-muted"><span class="author">{text(post.account)}</span> &middot; {_printed(view, post)} &middot; <span class="views">{visits} kali dibaca</span></div>
{_picture(view, post)}
<div class="article-body">
{rendered(post.blocks, links=view.links, uploads=view.uploads)}</div>
<div class="article-tags">{tags}</div>
</article>
{_related(view, post)}"""
    return answer(view, page(view, title=title, main=main, head=head))


def listing(view: View, posts: Sequence[Post], number: int, *, address: str, heading: str) -> Answer:
    """A page of a listing counted from 1; past its end a page without cards, and nothing says so but their absence."""
    cards = "\n".join(_card(view, post) for post in page_of(posts, number, SIZE))
    main = f"""<h1 class="h3">{text(heading)}</h1>
<div class="row">
{cards}
</div>
{_pagination(len(posts), number, address)}"""
    return answer(view, page(view, title=f"{heading} - {NAME}", main=main))


def not_found(view: View) -> Answer:
    """The framework's page for a route or a record that is not there."""
    return answer(view, bare("Not Found", 404), status=404)


def server_error(view: View) -> Answer:
    """The framework's page where a template reads a property of nothing."""
    return answer(view, bare("Server Error", 500), status=500)


def to_home(view: View) -> Answer:
    """A redirect to the front page."""
    return answer(
        view,
        f'<meta http-equiv="refresh" content="0;url=\'{view.base_url}\'" />',
        status=302,
        headers=[("Location", view.base_url)],
    )


def sitemap(view: View) -> Answer:
    """The flat sitemap of spatie/laravel-sitemap: every article with the moment of its last edit."""
    zone = UTC if view.zone_bug else ZONE
    entries = [f"    <url><loc>{view.base_url}</loc><changefreq>daily</changefreq><priority>1.0</priority></url>"]
    for post in view.public:
        changed = (
            (post.changed if post.changed <= view.now else post.date).astimezone(zone).isoformat(timespec="seconds")
        )
        entries.append(
            f"    <url><loc>{view.address(post)}</loc><lastmod>{changed}</lastmod><changefreq>daily</changefreq><priority>0.8</priority></url>"
        )
    listed = "\n".join(entries)
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{listed}\n</urlset>\n'
    return Answer(headers=(XML,), body=body.encode())


def _printed(view: View, post: Post) -> str:
    """The day as the page prints it; with `zone_bug` everything is told in UTC and still called WIB."""
    local = post.date.astimezone(UTC if view.zone_bug else ZONE)
    words = day(local) + (f" {local:%H:%M} WIB" if view.clock_printed else "")
    if view.zone_bug:
        return f'<time datetime="{local:%Y-%m-%d %H:%M:%S}">{words}</time>'
    return f'<span class="date">{words}</span>'


def _picture(view: View, post: Post) -> str:
    if not post.image:
        return ""
    image = f'<img class="img-fluid" src="{view.uploads}{escape(post.image)}" alt="{escape(post.caption or "")}">'
    return f'{image}\n<p class="article-caption">{text(post.caption)}</p>' if post.caption else image


def _related(view: View, post: Post) -> str:
    others = [other for other in view.public if other.id != post.id]
    if not others:
        return ""
    cards = "\n".join(_card(view, other) for other in view.chance.sample(others, min(3, len(others))))
    return f'<section class="related-post">\n<h4>Related Post</h4>\n<div class="row">\n{cards}\n</div>\n</section>'


def _card(view: View, post: Post) -> str:
    image = ""
    if post.image:
        source = view.uploads + escape(post.image)
        image = f'<img class="card-img-top" src="{source}" alt="{escape(post.caption or "")}">\n'
    return f"""<div class="col-md-6"><div class="card">
{image}<div class="card-body">
<span class="badge">{text(post.section)}</span>
<h5 class="card-title"><a href="{view.address(post)}">{escape(post.title)}</a></h5>
<p class="card-text">{text(_excerpt(post, 110))}</p>
<small class="text-muted">{ago(post.date, view.now)}</small>
</div></div></div>"""


def _excerpt(post: Post, length: int) -> str:
    words = " ".join(line for block in post.blocks for line in lines(block))
    return words if len(words) <= length else words[:length].rstrip() + "..."


def _pagination(count: int, number: int, address: str) -> str:
    """Laravel's Bootstrap view of the pages: none for a single page, and before page 99 of three stands page 98."""
    last = max(1, -(-count // SIZE))
    if number == 1 == last:
        return ""
    middle = [
        f'<li class="page-item active" aria-current="page"><span class="page-link">{other}</span></li>'
        if other == number
        else f'<li class="page-item"><a class="page-link" href="{_numbered(address, other)}">{other}</a></li>'
        for other in range(1, last + 1)
    ]
    items = "\n".join(
        [
            _step("prev", _numbered(address, number - 1) if number > 1 else None),
            *middle,
            _step("next", _numbered(address, number + 1) if number < last else None),
        ]
    )
    return f'<nav>\n<ul class="pagination">\n{items}\n</ul>\n</nav>'


def _numbered(address: str, number: int) -> str:
    """The address of a page of a listing; the front page's has no slash before the question mark."""
    return f"{escape(address)}{'&amp;' if '?' in address else '?'}page={number}"


def _step(relation: str, target: str | None) -> str:
    label, arrow = _ARROWS[relation]
    if target is None:
        return f'<li class="page-item disabled" aria-disabled="true" aria-label="{label}"><span class="page-link" aria-hidden="true">{arrow}</span></li>'
    return f'<li class="page-item"><a class="page-link" href="{target}" rel="{relation}" aria-label="{label}">{arrow}</a></li>'
