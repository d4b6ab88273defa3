"""Which page of a WordPress an address means, with its redirects (measured: OUTLETS.md 1.4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl

from crawler.sample.markup import parts
from crawler.sample.picture import picture
from crawler.sample.posts import Post
from crawler.sample.server import HTML, Answer
from crawler.sample.wordpress import feeds, yoast
from crawler.sample.wordpress.listing import Listing, home, listing_at
from crawler.sample.wordpress.view import View

_POST = re.compile(
    r"(?P<category>(?:/[a-z0-9-]+){1,3})(?P<dated>/\d\d/\d\d/\d{4}/(?P<slug>[a-z0-9-]+)/)(?:(?P<part>[0-9]{1,4})/)?"
)


class Theme(Protocol):
    """What a theme makes of a site: its pages and their style sheet. A module will do."""

    STYLE: str

    def not_found(self, view: View) -> Answer:
        """The page for what is not there."""

    def listing(self, view: View, shown: Listing) -> Answer:
        """A page of a listing; one past its end is not found."""

    def article(self, view: View, post: Post, part: int) -> Answer:
        """The page of a post, or the page of one of its parts counted from 1."""


@dataclass(frozen=True, slots=True)
class Single:
    """A post, opened at one of its parts."""

    post: Post
    part: int = 1


@dataclass(frozen=True, slots=True)
class Moved:
    """Another path, at which the thing that was asked for stands."""

    path: str


def resolve(view: View, path: str) -> Listing | Single | Moved | None:
    """What a path in lower case that ends with a slash means; None for nothing."""
    if single := _POST.fullmatch(path):
        return _single(view, single)
    if view.blog.yoast and path.startswith("/category/"):
        bare = path.removeprefix("/category")
        return Moved(bare) if listing_at(view, bare) else None
    return listing_at(view, path)


def _single(view: View, named: re.Match[str]) -> Single | Moved | None:
    post = view.by_slug.get(named["slug"])
    if post is None or view.blog.dated(post) != named["dated"]:
        moved = _moved_to(view, named["dated"]) or _begun(view, named["dated"])
        return Moved(view.blog.path(moved)) if moved else None
    part = int(named["part"] or 1)
    whole = view.blog.path(post)
    if whole != named["category"] + named["dated"] or not 1 <= part <= len(parts(post.blocks)) or named["part"] == "1":
        return Moved(whole)
    return Single(post, part)


def _moved_to(view: View, dated: str) -> Post | None:
    """The public post that once had this end of a permalink."""
    ids = [old.id for old in view.formerly if view.blog.dated(old) == dated]
    return next((post for number in reversed(ids) if (post := view.by_id.get(number))), None)


def _begun(view: View, dated: str) -> Post | None:
    """The public post of the same day whose slug begins so: WordPress guesses at a shortened address."""
    return next((post for post in view.public if view.blog.dated(post).startswith(dated.rstrip("/"))), None)


def public(view: View, theme: Theme, path: str, query: str, headers: Mapping[str, str]) -> Answer:
    """The answer to anything that is neither robots.txt nor the REST interface."""
    asked = dict(parse_qsl(query, keep_blank_values=True))
    if re.fullmatch(r"/wp-content/themes/[^/]+/style\.css", path):
        return Answer(headers=(("Content-Type", "text/css"),), body=theme.STYLE.encode())
    if path.startswith("/wp-content/uploads/") and path.endswith(".png"):
        return Answer(headers=(("Content-Type", "image/png"),), body=picture())
    if path == "/" and "p" in asked:
        return _by_number(view, theme, asked["p"], query)
    paged = asked.get("paged", "")
    number = int(paged) if re.fullmatch(r"[1-9][0-9]{0,6}", paged) else 1
    if fed := re.fullmatch(r"(.*/)feed/?", path.lower()):
        of = listing_at(view, f"{fed[1]}page/{number}/")
        return feeds.feed(view, of, headers) if of else theme.not_found(view)
    if path == "/":
        return theme.listing(view, home(view, number))
    if found := yoast.sitemap(view, path) if view.blog.yoast else feeds.sitemap(view, path):
        return found
    match resolve(view, path.lower().rstrip("/") + "/"):
        case Moved(target):
            return moved(view, target, query)
        case None:
            return theme.not_found(view)
        case Listing() as shown if not shown.shown:
            return theme.not_found(view)
        case _ if not path.endswith("/"):
            return moved(view, f"{path}/", query)
        case Single(post, part):
            return theme.article(view, post, part)
        case Listing() as shown:
            return theme.listing(view, shown)


def _by_number(view: View, theme: Theme, number: str, query: str) -> Answer:
    post = view.by_id.get(int(number)) if re.fullmatch(r"[0-9]{1,18}", number) else None
    if post is None:
        return theme.not_found(view)
    others = "&".join(piece for piece in query.split("&") if piece.partition("=")[0] != "p")
    return moved(view, view.blog.path(post), others)


def moved(view: View, path: str, query: str = "") -> Answer:
    """A redirect to a path of the site; the query goes with it."""
    place = view.base_url + path + (f"?{query}" if query else "")
    return Answer(status=301, headers=(HTML, ("X-Redirect-By", "WordPress"), ("Location", place)))
