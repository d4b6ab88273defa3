"""A small WordPress-like outlet on loopback, with its newsroom in reach of a test."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from crawler.sample.posts import ZONE_NAME, Post, sample_posts
from crawler.sample.server import Answer, SampleOutlet
from crawler.sample.wordpress import feeds, pages, rest, routes
from crawler.sample.wordpress.view import NAME, View, error_answer

Rest = Literal["open", "401", "403", "404", "html"]


class SampleSite(SampleOutlet):
    """The outlet "Kabar Sampel", a stock WordPress.

    Beside what every sample outlet has, a test may set `rest`: how the REST interface answers, which is open, refused
    in three ways, or a web page in its place.
    """

    name = NAME
    family = "wordpress"
    zone_name = ZONE_NAME

    def __init__(self, *, clock: Callable[[], datetime], posts: Sequence[Post] | None = None, port: int = 0) -> None:
        super().__init__(clock=clock, posts=sample_posts() if posts is None else posts, port=port)
        self.rest: Rest = "open"

    def view(self) -> View:
        """The site as it stands now."""
        return View(base_url=self.base_url, now=self.clock(), posts=self.posts, trashed=self.trashed)

    def serve(self, target: str, headers: Mapping[str, str]) -> Answer:
        """What WordPress says to a GET."""
        address = urlsplit(target)
        view = self.view()
        if address.path == "/robots.txt":
            return feeds.robots(view)
        routed = parse_qs(address.query).get("rest_route", [""])[-1] if address.path == "/" else ""
        if address.path.startswith(rest.ROOT) or routed:
            return self._rest(view, routed or address.path.removeprefix(rest.ROOT), address.query)
        return routes.public(view, address.path, address.query, headers)

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
                return pages.home(view, 1)
