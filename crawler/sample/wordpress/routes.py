"""Which page of the sample site an address means, with the redirects of WordPress (measured: OUTLETS.md 1.4)."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from crawler.sample.markup import parts
from crawler.sample.server import HTML, Answer
from crawler.sample.wordpress import feeds, pages
from crawler.sample.wordpress.theme import STYLE, STYLE_PATH, picture
from crawler.sample.wordpress.view import View


def public(view: View, path: str, query: str, headers: Mapping[str, str]) -> Answer:
    """The answer to anything that is neither robots.txt nor the REST interface."""
    asked = dict(parse_qsl(query, keep_blank_values=True))
    number = int(asked["paged"]) if re.fullmatch(r"[1-9][0-9]{0,6}", asked.get("paged", "")) else 1
    if path in {"/feed/", "/feed"}:
        return feeds.feed(view, number, headers)
    if path == STYLE_PATH:
        return Answer(headers=(("Content-Type", "text/css"),), body=STYLE.encode())
    if path.startswith("/wp-content/uploads/") and path.endswith(".png"):
        return Answer(headers=(("Content-Type", "image/png"),), body=picture())
    if path == "/" and "p" in asked:
        return _by_number(view, asked)
    if path == "/":
        return pages.home(view, number)
    if found := feeds.sitemap(view, path):
        return found
    if path.endswith("/"):
        return _page(view, path.lower())
    slashed = _page(view, path.lower() + "/")
    return _moved(view, f"{path}/" + (f"?{query}" if query else "")) if slashed.status == 200 else pages.not_found(view)


def _page(view: View, path: str) -> Answer:
    """A listing or an article, by a path in lower case that ends with a slash."""
    if listing := re.fullmatch(r"(?:/(category|tag|author)/([a-z0-9-]+))?(?:/page/([1-9][0-9]{0,6}))?/", path):
        kind, slug, page = listing.groups()
        number = int(page or 1)
        return pages.archive(view, kind, slug, number) if kind else pages.home(view, number)
    single = re.fullmatch(r"(/[a-z0-9-]+)(/\d\d/\d\d/\d{4}/([a-z0-9-]+)/)(?:([0-9]{1,4})/)?", path)
    post = single and next((post for post in view.public if post.slug == single[3]), None)
    if single is None or post is None or not post.path.endswith(single[2]):
        return pages.not_found(view)
    part = int(single[4] or 1)
    if post.path != single[1] + single[2] or not 1 <= part <= len(parts(post.blocks)) or single[4] == "1":
        return _moved(view, post.path)
    return pages.article(view, post, part)


def _by_number(view: View, asked: Mapping[str, str]) -> Answer:
    post = view.by_id.get(int(asked["p"])) if re.fullmatch(r"[0-9]{1,18}", asked["p"]) else None
    if post is None:
        return pages.not_found(view)
    others = urlencode({name: value for name, value in asked.items() if name != "p"})
    return _moved(view, post.path + (f"?{others}" if others else ""))


def _moved(view: View, target: str) -> Answer:
    return Answer(status=301, headers=(HTML, ("X-Redirect-By", "WordPress"), ("Location", view.base_url + target)))
