"""Lists of posts: which of them an address means, and what stands on one page of it (measured: OUTLETS.md 1.4)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from crawler.sample.posts import Post, section_path, slugified
from crawler.sample.server import page_of
from crawler.sample.wordpress.view import View

Kind = Literal["home", "category", "tag", "author", "date"]

_PATH = re.compile(r"(?P<stem>(?:/[a-z0-9-]+)*?)(?:/page/(?P<number>[1-9][0-9]{0,6}))?/")
_DAY = re.compile(r"/(\d\d/\d\d/\d{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page, counted from 1, of a list of posts; `name` is what the list is of, `root` the address of its start."""

    kind: Kind
    name: str
    root: str
    posts: Sequence[Post]
    number: int = 1

    @property
    def shown(self) -> Sequence[Post]:
        """The posts of this page; a home page begins with the sticky ones, which stand at their places again."""
        page = page_of(self.posts, self.number)
        if self.kind != "home" or self.number > 1:
            return page
        sticky = [post for post in self.posts if post.sticky]
        return [*sticky, *(post for post in page if not post.sticky)]

    @property
    def size(self) -> int:
        """How many pages the list has."""
        return -(-len(self.posts) // 10)

    def page(self, number: int) -> str:
        """The address of another page of the list."""
        return self.root if number == 1 else f"{self.root}page/{number}/"


def home(view: View, number: int = 1) -> Listing:
    """The front listing."""
    return Listing(kind="home", name=view.blog.name, root=f"{view.base_url}/", posts=view.public, number=number)


def listing_at(view: View, path: str) -> Listing | None:
    """The listing at a path in lower case that ends with a slash; None where nothing is filed under that name.

    A page past the end is a listing too, one that shows nothing.
    """
    named = _PATH.fullmatch(path)
    if named is None:
        return None
    stem, number = named["stem"], int(named["number"] or 1)
    if not stem:
        return home(view, number)
    if day := _DAY.fullmatch(stem):
        return _filed(view, "date", lambda post: {(own := f"{view.local(post.date):%d/%m/%Y}"): own}, day[1], number)
    first, _, rest = stem[1:].partition("/")
    match first:
        case "tag":
            return _filed(view, "tag", lambda post: {slugified(tag): tag for tag in post.tags}, rest, number)
        case "author":
            return _filed(view, "author", lambda post: {view.nicename(post.account): post.account}, rest, number)
        case "category" if not view.blog.yoast:
            return _filed(view, "category", lambda post: _categories(post.section), rest, number)
        case _ if view.blog.yoast:
            return _filed(view, "category", lambda post: _categories(post.section), stem[1:], number)
        case _:
            return None


def _categories(section: str) -> dict[str, str]:
    """A section and what it belongs to, by path; the last one by its own slug too, as WordPress lets parents be left out."""
    names = section.split("/")
    above = {section_path("/".join(names[:end])): "/".join(names[:end]) for end in range(1, len(names) + 1)}
    return {slugified(names[-1]): section, **above}


def _filed(view: View, kind: Kind, names: Callable[[Post], dict[str, str]], slug: str, number: int) -> Listing | None:
    posts = [post for post in view.public if slug in names(post)]
    if not posts:
        return None
    name = names(posts[0])[slug]
    return Listing(kind=kind, name=name, root=view.archive(kind, name), posts=posts, number=number)
