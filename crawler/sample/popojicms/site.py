"""A small outlet on PopojiCMS 2.x, on loopback, with its newsroom in reach of a test."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib.resources import files

from crawler.sample.popojicms import pages, routes
from crawler.sample.popojicms.feeds import Sitemap
from crawler.sample.popojicms.view import NAME, View
from crawler.sample.posts import ZONE, ZONE_NAME, Post, load_posts
from crawler.sample.server import Answer, SampleOutlet

_FILE = "kaltim-sampel.toml"


def kaltim_posts() -> tuple[Post, ...]:
    """The posts of Kaltim Sampel by id: 26 articles, one that cannot be opened, one draft and one scheduled post."""
    return load_posts(f"popojicms/{_FILE}", ZONE)


class PopojiSite(SampleOutlet):
    """The outlet "Kaltim Sampel", a PopojiCMS 2.x with a theme of its own.

    A removed post is inactive: it is gone for readers and keeps its place in the lists of categories. Beside what every
    sample outlet has, a test may set

    - `sitemap`: whether there is a sitemap.xml; the file is as old as the site until `write_sitemap`
    - `also`: the further categories of a post, by its id
    """

    name = NAME
    family = "popojicms"
    zone_name = ZONE_NAME

    def __init__(self, *, clock: Callable[[], datetime], posts: Sequence[Post] | None = None, port: int = 0) -> None:
        super().__init__(clock=clock, posts=kaltim_posts() if posts is None else posts, port=port)
        said = tomllib.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))
        self.sitemap = True
        self.also = {} if posts is not None else {int(number): tuple(names) for number, names in said["also"].items()}
        self._bios: Mapping[str, str] = said["bio"]
        self._views: dict[int, int] = {}
        self._visits = 0
        self.write_sitemap()

    def path(self, post: Post) -> str:
        """The path of a story, which is its slug alone."""
        return f"/detailpost/{post.slug}"

    @property
    def public(self) -> tuple[Post, ...]:
        """The posts that a reader can open now: those that are shown and whose slug the router takes."""
        readable = {post.id for post in self._view(base_url="").readable.values()}
        return tuple(post for post in super().public if post.id in readable)

    def views(self, number: int) -> int:
        """How often the page of a post was opened, by whomever and by whatever method."""
        with self._lock:
            return self._views.get(number, 0)

    def write_sitemap(self) -> None:
        """Press the button that writes sitemap.xml; later changes are not in it."""
        self._sitemap = Sitemap(written=self.clock(), posts=self.posts, trashed=self.trashed)

    def view(self) -> View:
        """The site as it stands now."""
        return self._view(base_url=self.base_url)

    def _view(self, *, base_url: str) -> View:
        with self._lock:
            return View(
                base_url=base_url,
                now=self.clock(),
                posts=self.posts,
                trashed=self.trashed,
                also=dict(self.also),
                bios=self._bios,
                views=dict(self._views),
                visit=self._visits,
            )

    def serve(self, target: str, headers: Mapping[str, str]) -> Answer:
        """What PopojiCMS says to a GET, and to a HEAD, which counts as a visit too."""
        path, _, query = target.partition("?")
        with self._lock:
            self._visits += 1
            if post := routes.story(self.view(), path, query):
                self._views[post.id] = self._views.get(post.id, 0) + 1
            view = self.view()
        if post:
            return pages.article(view, post)
        if self.sitemap and path == "/sitemap.xml":
            return self._sitemap.answer(view, headers)
        return routes.page(view, path, query)
