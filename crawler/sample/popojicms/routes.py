"""Which page of the PopojiCMS site an address means (measured: OUTLETS.md 3.1)."""

import re
from urllib.parse import parse_qs

from crawler.sample.markup import lines
from crawler.sample.picture import picture
from crawler.sample.popojicms import feeds, pages
from crawler.sample.popojicms.theme import STYLE, STYLE_PATH
from crawler.sample.popojicms.view import SLUG, View
from crawler.sample.posts import Post, slugified
from crawler.sample.server import Answer

_STORY = re.compile(rf"/detailpost/({SLUG})(?:/page/[0-9]+)?")
_LIST = re.compile(rf"/(category|tag|search)/({SLUG})(?:/page/([0-9]{{1,9}}))?")
_PAGE = re.compile(rf"/(pages|member/profile)/({SLUG})")


def plain(path: str) -> str:
    """A path as the router sees it: without slashes at its end, and with one at its beginning."""
    return "/" + path.strip("/")


def story(view: View, path: str, query: str) -> Post | None:
    """The post that an address shows, whatever page of its comments is asked for; None for all other addresses."""
    found = _STORY.fullmatch(plain(path))
    return view.readable.get(found[1]) if found and _language(query) is None else None


def page(view: View, path: str, query: str) -> Answer:
    """The answer to anything that is neither the sitemap nor a post that can be read."""
    path = plain(path)
    if static := _file(path):
        return static
    if _STORY.fullmatch(path):
        if _language(query):
            return pages.missing(view, "Post", "Post Not Found", "The page that you look for is not here")
        return pages.missing(view, "Post", "Post Tidak Ditemukan")
    if found := _LIST.fullmatch(path):
        kind, slug, number = found.groups()
        return _listing(view, kind, slug, 1 if number is None else int(number))
    if found := _PAGE.fullmatch(path):
        return _named(view, *found.groups())
    match path:
        case "/" | "/home":
            return pages.home(view)
        case "/contact":
            return pages.contact(view)
        case "/feed":
            return feeds.feed(view)
        case "/404.php":
            return pages.not_found(view, status=200)
        case _:
            return pages.not_found(view)


def _language(query: str) -> str | None:
    """The other language that is asked for; no post is written in any."""
    asked = parse_qs(query).get("lang", ["id"])[-1]
    return asked if asked in {"gb", "tr"} else None


def _file(path: str) -> Answer | None:
    if path == STYLE_PATH:
        return Answer(headers=(("Content-Type", "text/css"),), body=STYLE.encode())
    if path.startswith(("/po-content/uploads/", "/po-content/thumbs/", "/po-includes/images/")) and path.endswith(
        ".png"
    ):
        return Answer(headers=(("Content-Type", "image/png"),), body=picture())
    return None


def _listing(view: View, kind: str, slug: str, number: int) -> Answer:
    match kind:
        case "category":
            # In lists of categories, and in no other, posts that are not shown keep their places.
            newest = sorted(view.posts, key=lambda post: -post.id)
            slots = [post for post in newest if slug == "all" or slug in map(slugified, view.filed(post))]
            label, title = "Kategori", "Semua Kategori" if slug == "all" else view.categories.get(slug)
        case "tag":
            slots = [post for post in view.shown if slug in ",".join(slugified(tag) for tag in post.tags)]
            label, title = "Tag", (view.tags.get(slug) or slug.capitalize()) if slots else None
        case _:
            words = slug.replace("-", " ")
            slots = [post for post in view.shown if words in _searched(view, post)]
            label, title = "Pencarian", words.capitalize() if slots else None
    if title is None:
        return pages.missing(view, label, f"{label} Tidak Ditemukan")
    return pages.listing(view, slots, number, kind=label, title=title, path=f"/{kind}/{slug}")


def _searched(view: View, post: Post) -> str:
    told = " ".join(line for block in post.blocks for line in lines(block))
    return f"{view.title(post)} {told} {' '.join(slugified(tag) for tag in post.tags)}".lower()


def _named(view: View, kind: str, slug: str) -> Answer:
    if kind == "pages":
        return (
            pages.static(view, slug)
            if slug in pages.STATIC
            else pages.missing(view, "Halaman", "Halaman Tidak Ditemukan")
        )
    accounts = {slugified(post.account): post.account for post in view.posts}
    if slug in accounts:
        return pages.profile(view, accounts[slug])
    return pages.missing(view, "Member", "Member Tidak Ditemukan")
