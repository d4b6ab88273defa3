"""The listing site as one request meets it, and the answer that Laravel makes of a page."""

import base64
import json
import random
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from urllib.parse import quote

from crawler.sample.posts import Post, slugified
from crawler.sample.server import HTML, Answer

NAME = "Sumsel Sampel"
TAGLINE = "Kabar dari Bumi Sriwijaya"
SIZE = 6
"""Cards on a page of a listing."""


@dataclass(frozen=True, kw_only=True)
class View:
    """What the site knows at `now`; `chance` is fresh for each request, and so is what is drawn from it."""

    base_url: str
    now: datetime
    posts: tuple[Post, ...]
    """Every post of the newsroom, public or not."""
    public: tuple[Post, ...]
    """The posts that anyone may open, newest first."""
    visits: Mapping[int, int]
    """How often each article was opened so far, by its post's id."""
    chance: random.Random
    clock_printed: bool
    zone_bug: bool

    @cached_property
    def token(self) -> str:
        """The session's token against forged requests, which stands in the head of each page."""
        return "".join(self.chance.choices(string.ascii_letters + string.digits, k=40))

    @cached_property
    def links(self) -> dict[str, str]:
        """The address of every post by slug: a link stays in a text after its target has gone."""
        return {post.slug: self.address(post) for post in self.posts}

    @property
    def popular(self) -> tuple[Post, ...]:
        """The five articles opened most often, the newest first among equals."""
        return tuple(sorted(self.public, key=lambda post: -self.visits.get(post.id, 0))[:5])

    @property
    def uploads(self) -> str:
        """The address under which pictures lie."""
        return f"{self.base_url}/storage/"

    def address(self, post: Post) -> str:
        """Where a post is read; neither its day nor its section is part of it."""
        return f"{self.base_url}/article/{post.slug}"

    def topic(self, kind: str, name: str) -> str:
        """The address of the listing of a `category` or a `tag`."""
        return f"{self.base_url}/{kind}/{slugified(name)}"


def answer(view: View, body: str, *, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """A page with the two cookies that Laravel sets in each response, whether or not the visitor brought any."""
    until = format_datetime((view.now + timedelta(hours=2)).astimezone(UTC), usegmt=True)
    life = f"expires={until}; Max-Age=7200; path=/"
    always = (
        ("Cache-Control", "no-cache, private"),
        ("Set-Cookie", f"XSRF-TOKEN={_sealed(view)}; {life}; samesite=lax"),
        ("Set-Cookie", f"sumsel_sampel_session={_sealed(view)}; {life}; httponly; samesite=lax"),
    )
    return Answer(status=status, headers=(HTML, *always, *headers), body=body.encode())


def _sealed(view: View) -> str:
    """What an encrypted cookie looks like; there is nothing in it."""
    parts = {
        name: base64.b64encode(view.chance.randbytes(length)).decode() for name, length in (("iv", 16), ("value", 96))
    }
    sealed = json.dumps({**parts, "mac": view.chance.randbytes(32).hex(), "tag": ""}, separators=(",", ":"))
    return quote(base64.b64encode(sealed.encode()))
