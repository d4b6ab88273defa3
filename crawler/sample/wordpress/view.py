"""A WordPress site as it stands at one moment, and what is answered to one request."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from crawler.sample.markup import heading
from crawler.sample.posts import Post, Status, section_path, slugified
from crawler.sample.server import Answer
from crawler.sample.wordpress.blog import Blog

JSON = ("Content-Type", "application/json; charset=UTF-8")


def json_answer(value: object, *, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """A JSON answer spelled as PHP does it: slashes escaped, ASCII only."""
    body = json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode("ascii")
    return Answer(status=status, headers=(JSON, ("X-Robots-Tag", "noindex"), *headers), body=body)


@dataclass(frozen=True, kw_only=True)
class View:
    """What the site knows at `now`: every post that was not deleted, and which of them lie in the trash.

    `formerly` are posts as they were before they were moved. `visit` counts the requests, for what differs at each.
    """

    blog: Blog
    base_url: str
    now: datetime
    posts: tuple[Post, ...]
    trashed: frozenset[int] = frozenset()
    formerly: tuple[Post, ...] = ()
    visit: int = 0

    @cached_property
    def public(self) -> tuple[Post, ...]:
        """The posts that anyone may see, newest first; protected ones are among them."""
        shown = [
            post
            for post in self.posts
            if post.status is not Status.DRAFT and post.id not in self.trashed and post.date <= self.now
        ]
        return tuple(sorted(shown, key=lambda post: (post.date, post.id), reverse=True))

    @cached_property
    def by_id(self) -> dict[int, Post]:
        """The public posts by their id."""
        return {post.id: post for post in self.public}

    @cached_property
    def by_slug(self) -> dict[str, Post]:
        """The public posts by their slug."""
        return {post.slug: post for post in self.public}

    @cached_property
    def links(self) -> dict[str, str]:
        """The address of every post by slug, public or not: a link stays in a text after its target has gone."""
        return {post.slug: self.address(post) for post in self.posts}

    @cached_property
    def last_changed(self) -> datetime:
        """The newest edit of any public post: the one moment that all feeds of the site show."""
        return max((moment for post in self.public for moment in (post.date, self.changed(post))), default=self.now)

    @cached_property
    def _terms(self) -> dict[tuple[str, str], int]:
        """Numbers of categories and tags, one series for both as in WordPress, in the order of their first post."""
        names: dict[tuple[str, str], int] = {}
        for post in sorted(self.posts, key=lambda post: post.id):
            for term in (("category", post.section), *(("post_tag", tag) for tag in post.tags)):
                names.setdefault(term, len(names) + 2)
        return names

    @cached_property
    def _accounts(self) -> dict[str, int]:
        """Numbers of accounts; `admin` made the site and is 1."""
        others = dict.fromkeys(post.account for post in sorted(self.posts, key=lambda post: post.id))
        return {name: number for number, name in enumerate(dict.fromkeys(["admin", *others]), start=1)}

    @property
    def uploads(self) -> str:
        """The address under which pictures lie."""
        return f"{self.base_url}/wp-content/uploads/"

    def local(self, moment: datetime) -> datetime:
        """A moment as the site's clock shows it."""
        return moment.astimezone(self.blog.zone)

    def address(self, post: Post) -> str:
        """The permalink of a post."""
        return self.base_url + self.blog.path(post)

    def shortlink(self, post: Post) -> str:
        """The address that a post keeps whatever becomes of its slug; also its guid."""
        return f"{self.base_url}/?p={post.id}"

    def title(self, post: Post) -> str:
        """The HTML of a post's title as pages and feeds show it."""
        return (self.blog.locale.protected if post.protected else "") + heading(post.title)

    def changed(self, post: Post) -> datetime:
        """When a post was last edited, as far as the clock has come."""
        return post.changed if post.changed <= self.now else post.date

    def term(self, taxonomy: str, name: str) -> int:
        """The number of a category (`category`) or a tag (`post_tag`)."""
        return self._terms[taxonomy, name]

    def account(self, name: str) -> int:
        """The number of a CMS account."""
        return self._accounts[name]

    def nicename(self, account: str) -> str:
        """An account's name in addresses, which is there even where the name that is shown was left blank."""
        return slugified(account) or f"akun-{self.account(account)}"

    def archive(self, kind: str, name: str) -> str:
        """The address of the listing of a `category`, a `tag`, an `author` or a `date` (as `25/11/2024`)."""
        if kind == "date":
            return f"{self.base_url}/{name}/"
        if kind == "category":
            return f"{self.base_url}/{'' if self.blog.yoast else 'category/'}{section_path(name)}/"
        return f"{self.base_url}/{kind}/{self.nicename(name) if kind == 'author' else slugified(name)}/"

    def link_headers(self, post: Post) -> tuple[tuple[str, str], ...]:
        """What WordPress says of a post in the headers of its page: the REST interface, its record, its short address."""
        root = f"{self.base_url}/wp-json/"
        return (
            ("Link", f'<{root}>; rel="https://api.w.org/"'),
            ("Link", f'<{root}wp/v2/posts/{post.id}>; rel="alternate"; type="application/json"'),
            ("Link", f"<{self.shortlink(post)}>; rel=shortlink"),
        )


def error_answer(status: int, code: str, message: str, **extra: Any) -> Answer:
    """An error of the REST interface."""
    return json_answer({"code": code, "message": message, "data": {"status": status, **extra}}, status=status)
