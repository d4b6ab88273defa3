"""The PopojiCMS site as it stands at one moment, seen by one request."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from crawler.sample.popojicms.told import stored
from crawler.sample.posts import OPEN, Post, slugified
from crawler.sample.server import HTML, Answer

NAME = "Kaltim Sampel"
TAGLINE = "Contoh kabar dari Kalimantan Timur"
SLUG = r"[a-z0-9_-]+"
"""What the router takes for a slug; editors may save others, and then nobody can open the post."""


@dataclass(frozen=True, kw_only=True)
class View:
    """What the site knows at `now`: every post that was not deleted, and which of them were taken offline.

    `also` holds the further categories of a post and `views` how often it was opened, both by its id. `visit` numbers
    the requests: what PHP draws by chance follows from it.
    """

    base_url: str
    now: datetime
    posts: tuple[Post, ...]
    trashed: frozenset[int]
    also: Mapping[int, tuple[str, ...]]
    bios: Mapping[str, str]
    views: Mapping[int, int]
    visit: int

    @cached_property
    def shown(self) -> tuple[Post, ...]:
        """The posts that listings and feed show, newest id first, whether or not their slugs can be opened."""
        return tuple(reversed([post for post in sorted(self.posts, key=lambda post: post.id) if self.shows(post)]))

    @cached_property
    def readable(self) -> dict[str, Post]:
        """The posts that a reader can open, by slug; of two with the same slug the older one."""
        return {post.slug: post for post in self.shown if re.fullmatch(SLUG, post.slug)}

    @cached_property
    def categories(self) -> dict[str, str]:
        """The names of all categories by slug, also of those without a public post."""
        return {slugified(name): name for post in self.posts for name in self.filed(post)}

    @cached_property
    def tags(self) -> dict[str, str]:
        """The names of all tags by slug."""
        return {slugified(name): name for post in self.posts for name in post.tags}

    @cached_property
    def links(self) -> dict[str, str]:
        """The address of every post by slug, public or not."""
        return {post.slug: self.address(post) for post in self.posts}

    @property
    def uploads(self) -> str:
        """The address under which pictures lie."""
        return f"{self.base_url}/po-content/uploads/"

    def shows(self, post: Post) -> bool:
        """Whether a post is active and due."""
        return post.status in OPEN and post.id not in self.trashed and post.date <= self.now

    def filed(self, post: Post) -> tuple[str, ...]:
        """The categories of a post, its section first."""
        return (post.section, *self.also.get(post.id, ()))

    def address(self, post: Post) -> str:
        """The permalink of a post; a slug stands in it as it was saved, spaces and dashes too."""
        return f"{self.base_url}/detailpost/{post.slug}"

    def profile(self, account: str) -> str:
        """The address of the page about who posted."""
        return f"{self.base_url}/member/profile/{slugified(account)}"

    def title(self, post: Post) -> str:
        """The headline as the database keeps it."""
        return stored(post.title)

    def drawn(self, *words: str) -> str:
        """Thirty-two hexadecimal digits that are others for each request."""
        return hashlib.sha256("\n".join([self.base_url, str(self.visit), *words]).encode()).hexdigest()[:32]

    def answer(self, page: bytes, *, status: int = 200, kind: tuple[str, str] = HTML) -> Answer:
        """A page as PHP sends it: never to be kept, and with a session for whoever came without one."""
        headers = (
            kind,
            ("Set-Cookie", f"PHPSESSID={self.drawn('session')[:26]}; path=/"),
            ("Expires", "Thu, 19 Nov 1981 08:52:00 GMT"),
            ("Cache-Control", "no-store, no-cache, must-revalidate"),
            ("Pragma", "no-cache"),
        )
        return Answer(status=status, headers=headers, body=page)
