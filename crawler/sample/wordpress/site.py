"""Two small WordPress outlets on loopback, with their newsrooms in reach of a test."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from crawler.sample.posts import ZONE_NAME, Post, load_posts, sample_posts
from crawler.sample.server import Answer, SampleOutlet
from crawler.sample.wordpress import amp, feeds, newspaper, pages, rest, routes, yoast
from crawler.sample.wordpress.blog import INDONESIAN, Blog
from crawler.sample.wordpress.listing import home
from crawler.sample.wordpress.view import View, error_answer

Rest = Literal["open", "401", "403", "404", "html"]

KABAR = Blog(name="Kabar Sampel", tagline="Berita dari contoh", zone_name=ZONE_NAME)
KALTENG = Blog(
    name="Kalteng Sampel",
    tagline="Mengabarkan Bumi Tambun Bungai",
    zone_name="Asia/Jakarta",
    locale=INDONESIAN,
    version="6.7.2",
    yoast=True,
    amp=True,
)


class WordPressSite(SampleOutlet):
    """An outlet that runs WordPress: its blog's settings, and the theme that shows it.

    Beside what every sample outlet has, a test may set `rest`: how the REST interface answers, which is open, refused
    in three ways, or a web page in its place.
    """

    family = "wordpress"
    blog: Blog
    theme: routes.Theme

    def __init__(self, *, clock: Callable[[], datetime], posts: Sequence[Post], port: int = 0) -> None:
        super().__init__(clock=clock, posts=posts, port=port)
        self.rest: Rest = "open"
        self._visits = count(1)

    def view(self) -> View:
        """The site as it stands now."""
        return View(
            blog=self.blog,
            base_url=self.base_url,
            now=self.clock(),
            posts=self.posts,
            trashed=self.trashed,
            formerly=self.formerly,
            visit=next(self._visits),
        )

    def path(self, post: Post) -> str:
        """The path of a post's permalink."""
        return self.blog.path(post)

    def serve(self, target: str, headers: Mapping[str, str]) -> Answer:
        """What WordPress says to a GET."""
        address = urlsplit(target)
        view = self.view()
        if address.path == "/robots.txt":
            return yoast.robots(view) if view.blog.yoast else feeds.robots(view)
        routed = parse_qs(address.query).get("rest_route", [""])[-1] if address.path == "/" else ""
        if address.path.startswith(rest.ROOT) or routed:
            return self._rest(view, routed or address.path.removeprefix(rest.ROOT), address.query)
        if view.blog.amp and (answer := amp.answer(view, address.path, address.query)):
            return answer
        return routes.public(view, self.theme, address.path, address.query, headers)

    def _rest(self, view: View, path: str, query: str) -> Answer:
        match self.rest:
            case "open":
                return rest.route(view, path, query)
            case "401":
                return error_answer(401, "rest_not_logged_in", "You are not currently logged in.")
            case "403":
                return Answer(
                    status=403,
                    body=b"<html><head><title>403 Forbidden</title></head><body><h1>Forbidden</h1></body></html>\n",
                )
            case "404":
                return error_answer(404, "rest_no_route", "No route was found matching the URL and request method.")
            case "html":
                return self.theme.listing(view, home(view))


class SampleSite(WordPressSite):
    """The outlet "Kabar Sampel", a stock WordPress with a classic theme."""

    name = KABAR.name
    zone_name = KABAR.zone_name
    blog = KABAR
    theme = pages

    def __init__(self, *, clock: Callable[[], datetime], posts: Sequence[Post] | None = None, port: int = 0) -> None:
        super().__init__(clock=clock, posts=sample_posts() if posts is None else posts, port=port)


class NewspaperSite(WordPressSite):
    """The outlet "Kalteng Sampel": the theme Newspaper, Yoast SEO and the AMP plugin."""

    name = KALTENG.name
    zone_name = KALTENG.zone_name
    blog = KALTENG
    theme = newspaper

    def __init__(self, *, clock: Callable[[], datetime], posts: Sequence[Post] | None = None, port: int = 0) -> None:
        super().__init__(clock=clock, posts=newspaper_posts() if posts is None else posts, port=port)


def newspaper_posts() -> tuple[Post, ...]:
    """The posts of Kalteng Sampel by id: 16 articles, and one protected, one draft and one scheduled post."""
    return load_posts("wordpress/kalteng-sampel.toml", KALTENG.zone)
