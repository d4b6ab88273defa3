"""A small Laravel-like outlet on loopback, with its newsroom in reach of a test."""

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Literal
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from crawler.sample.listing import pages
from crawler.sample.listing.theme import STYLE, STYLE_PATH
from crawler.sample.listing.told import ZONE, ZONE_NAME
from crawler.sample.listing.view import NAME, View
from crawler.sample.picture import picture
from crawler.sample.posts import Post, load_posts, slugified
from crawler.sample.server import HTML, TEXT, Answer, SampleOutlet

Missing = Literal["404", "500", "home"]
TrailingSlash = Literal["same", "redirect"]


class ListingSite(SampleOutlet):
    """The outlet "Sumsel Sampel", with listings and pages only: no feed, no interface, no word of an edit.

    `seed` decides the tokens and the related posts, which are others for each request. Beside what every sample outlet
    has, a test may set:

    - `clock_printed`: whether an article says the time of day beside its day
    - `zone_bug`: whether the application kept UTC as its zone: the day and the time printed are those of UTC under the
      label WIB, and a `<time datetime>` says the same without an offset
    - `missing`: what an unknown slug gives; an unknown route is a 404 in any case
    - `trailing_slash`: whether an address with a slash at its end is a duplicate (nginx) or a redirect (Apache)
    - `sitemap`: whether there is a sitemap.xml
    """

    name = NAME
    family = "listing"
    zone_name = ZONE_NAME

    def __init__(
        self, *, clock: Callable[[], datetime], posts: Sequence[Post] | None = None, port: int = 0, seed: int = 0
    ) -> None:
        super().__init__(clock=clock, posts=listing_posts() if posts is None else posts, port=port)
        self.clock_printed = False
        self.zone_bug = False
        self.missing: Missing = "404"
        self.trailing_slash: TrailingSlash = "same"
        self.sitemap = False
        self._seed = seed
        self._views = count(1)
        self._visits: Counter[int] = Counter()

    def path(self, post: Post) -> str:
        """The path of an article, which is its slug alone."""
        return f"/article/{post.slug}"

    def view(self) -> View:
        """The site as it stands now, with chances of its own."""
        with self._lock:
            visits = dict(self._visits)
        return View(
            base_url=self.base_url,
            now=self.clock(),
            posts=self.posts,
            public=tuple(sorted(self.public, key=lambda post: (post.date, post.id), reverse=True)),
            visits=visits,
            chance=random.Random(f"{self._seed}/{next(self._views)}"),  # noqa: S311 - a seed must give the same again
            clock_printed=self.clock_printed,
            zone_bug=self.zone_bug,
        )

    def serve(self, target: str, headers: Mapping[str, str]) -> Answer:  # noqa: ARG002 - the same for every visitor
        """What the web server or the application says to a GET."""
        address = urlsplit(target)
        return self._file(address.path) or self._route(address.path, address.query)

    def _file(self, path: str) -> Answer | None:
        """What lies in the public folder, which the web server gives without asking the application."""
        if path == "/robots.txt":
            return Answer(headers=(TEXT,), body=b"User-agent: *\nDisallow:\n")
        if path == "/sitemap.xml" and self.sitemap:
            return pages.sitemap(self.view())
        if path == STYLE_PATH:
            return Answer(headers=(("Content-Type", "text/css"),), body=STYLE.encode())
        if path.startswith("/storage/") and path.endswith(".png"):
            return Answer(headers=(("Content-Type", "image/png"),), body=picture())
        return None

    def _route(self, path: str, query: str) -> Answer:
        if self.trailing_slash == "redirect" and path != "/" and path.endswith("/"):
            target = self.base_url + path[:-1] + (f"?{query}" if query else "")
            return Answer(
                status=301, headers=(HTML, ("Location", target)), body=b"<title>301 Moved Permanently</title>\n"
            )
        view = self.view()
        asked = parse_qs(query)
        number = asked.get("page", [""])[-1]
        page = int(number) if re.fullmatch(r"[1-9][0-9]{0,8}", number) else 1
        # /index.php/article/x is /article/x: the front controller's name may stand in any address
        match re.sub(r"^/index\.php(?=/|$)", "", unquote(path)).strip("/").split("/"):
            case [""]:
                return pages.listing(view, view.public, page, address=view.base_url, heading="Berita Terbaru")
            case ["article"]:
                return pages.listing(
                    view, view.public, page, address=f"{view.base_url}/article", heading="Semua Berita"
                )
            case ["search"]:
                return self._search(view, asked.get("q", [""])[-1], page)
            case ["article", slug]:
                return self._article(view, slug)
            case ["category" | "tag" as kind, slug]:
                return self._topic(view, kind, slug, page)
            case _:
                return pages.not_found(view)

    def _article(self, view: View, slug: str) -> Answer:
        post = next((post for post in view.public if post.slug == slug), None)
        if post is None:
            return self._missing(view)
        with self._lock:
            self._visits[post.id] += 1
            visits = self._visits[post.id]
        return pages.article(view, post, visits=visits)

    def _topic(self, view: View, kind: str, slug: str, page: int) -> Answer:
        """A category or a tag; one whose posts are all hidden is still known to the database, and empty."""
        name = next((name for post in view.posts for name in _filed(post, kind) if slugified(name) == slug), None)
        if name is None:
            return self._missing(view)
        posts = [post for post in view.public if name in _filed(post, kind)]
        return pages.listing(view, posts, page, address=view.topic(kind, name), heading=name)

    def _search(self, view: View, words: str, page: int) -> Answer:
        posts = [post for post in view.public if words.casefold() in post.title.casefold()]
        address = f"{view.base_url}/search?{urlencode({'q': words})}"
        return pages.listing(view, posts, page, address=address, heading=f"Hasil pencarian: {words}")

    def _missing(self, view: View) -> Answer:
        match self.missing:
            case "404":
                return pages.not_found(view)
            case "500":
                return pages.server_error(view)
            case "home":
                return pages.to_home(view)


def listing_posts() -> tuple[Post, ...]:
    """The posts of Sumsel Sampel by id: 15 articles, one draft and one scheduled post."""
    return load_posts("listing/sumsel-sampel.toml", ZONE)


def _filed(post: Post, kind: str) -> tuple[str, ...]:
    """Under which names a post is listed."""
    return (post.section,) if kind == "category" else post.tags
