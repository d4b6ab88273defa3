"""The REST interface of a sample WordPress: the index, the collection of posts and single posts, as WordPress 6.1 answers.

Everything is a function of the view and the query; the measured behaviour is written down in OUTLETS.md 1.1.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import parse_qs, urlencode

from crawler.sample.markup import heading, lines, rendered, text
from crawler.sample.posts import Post, slugified
from crawler.sample.server import Answer
from crawler.sample.wordpress.view import View, error_answer, json_answer

ROOT = "/wp-json"
POSTS = "/wp/v2/posts"

_BOUNDS = ("after", "before", "modified_after", "modified_before")
_MISSING = frozenset(
    {
        "author",
        "author_exclude",
        "categories",
        "categories_exclude",
        "exclude",
        "offset",
        "search",
        "status",
        "sticky",
        "tags",
        "tags_exclude",
        "tax_relation",
    }
)
"""What WordPress takes and this site does not: refused, so that no caller believes in a filter that was ignored."""
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII)


class _RefusedError(ValueError):
    """A parameter that WordPress answers with 400; its first argument is the parameter."""


def route(view: View, path: str, query: str) -> Answer:
    """The answer to a path below `/wp-json`, given without that prefix."""
    given = parse_qs(query, keep_blank_values=True)
    asked = {
        name.removesuffix("[]"): ",".join(values) if name.endswith("[]") else values[-1]
        for name, values in given.items()
    }
    bare = path.rstrip("/")
    if not bare:
        return _index(view)
    if bare == POSTS:
        return collection(view, asked)
    single = re.fullmatch(re.escape(POSTS) + r"/(\d+)", bare)
    if single is None:
        return error_answer(404, "rest_no_route", "No route was found matching the URL and request method.")
    return _single(view, int(single[1]), asked)


def collection(view: View, asked: Mapping[str, str]) -> Answer:
    """One page of the public posts that the parameters ask for, with the totals and the next page in its headers."""
    try:
        size = _whole("per_page", asked.get("per_page", "10"), most=100)
        number = _whole("page", asked.get("page", "1"))
        chosen = _ordered(_filtered(view, asked), view, asked)
    except _RefusedError as refusal:
        name = str(refusal)
        return error_answer(
            400, "rest_invalid_param", f"Invalid parameter(s): {name}", params={name: f"Invalid {name}."}
        )
    pages = math.ceil(len(chosen) / size)
    if number > max(pages, 1):
        sentence = "The page number requested is larger than the number of pages available."
        return error_answer(400, "rest_post_invalid_page_number", sentence)
    headers = [("X-WP-Total", str(len(chosen))), ("X-WP-TotalPages", str(pages))]
    steps = [(step, rel) for step, rel in ((number - 1, "prev"), (number + 1, "next")) if 1 <= step <= pages]
    if steps:
        here = f"{view.base_url}{ROOT}{POSTS}"
        headers.append(
            ("Link", ", ".join(f'<{here}?{urlencode({**asked, "page": step})}>; rel="{rel}"' for step, rel in steps))
        )
    page = chosen[(number - 1) * size : number * size]
    return json_answer([_asked_for(_record(view, post), view, post, asked) for post in page], headers=headers)


def _single(view: View, number: int, asked: Mapping[str, str]) -> Answer:
    post = view.by_id.get(number)
    if post is not None:
        return json_answer(_asked_for(_record(view, post), view, post, asked))
    if any(known.id == number for known in view.posts):
        return error_answer(401, "rest_forbidden", "Sorry, you are not allowed to do that.")
    return error_answer(404, "rest_post_invalid_id", "Invalid post ID.")


def _index(view: View) -> Answer:
    return json_answer(
        {
            "name": view.blog.name,
            "description": view.blog.tagline,
            "url": view.base_url,
            "home": view.base_url,
            "gmt_offset": _hours(view),
            "timezone_string": view.blog.zone_name,
            "namespaces": ["oembed/1.0", "wp/v2", "wp-site-health/v1", "wp-block-editor/v1"],
            "authentication": [],
            "routes": {
                route: {"namespace": "wp/v2", "methods": ["GET"]} for route in (POSTS, POSTS + "/(?P<id>[\\d]+)")
            },
        }
    )


def _hours(view: View) -> float:
    """How far the site's clock is ahead of UTC; a whole number is printed without a point, as PHP does."""
    ahead = (view.local(view.now).utcoffset() or timedelta()) / timedelta(hours=1)
    return int(ahead) if ahead.is_integer() else ahead


def _whole(name: str, value: str, *, most: float = math.inf) -> int:
    if not re.fullmatch(r"[0-9]+", value) or not 1 <= int(value) <= most:
        raise _RefusedError(name)
    return int(value)


def _moment(name: str, value: str, zone: tzinfo) -> datetime:
    """A bound as WordPress reads it: no date without a time, and no zone means the site's own."""
    try:
        moment = datetime.fromisoformat(value) if _MOMENT.fullmatch(value) else None
    except ValueError:
        moment = None
    if moment is None:
        raise _RefusedError(name)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _filtered(view: View, asked: Mapping[str, str]) -> list[Post]:
    for name in sorted(_MISSING & set(asked)):
        raise _RefusedError(name)
    bounds = {name: _moment(name, asked[name], view.blog.zone) for name in _BOUNDS if name in asked}
    tests: list[Callable[[Post], bool]] = []
    if "after" in bounds:
        tests.append(lambda post: _second(post.date) > bounds["after"])
    if "before" in bounds:
        tests.append(lambda post: _second(post.date) < bounds["before"])
    if "modified_after" in bounds:
        tests.append(lambda post: _second(view.changed(post)) > bounds["modified_after"])
    if "modified_before" in bounds:
        tests.append(lambda post: _second(view.changed(post)) < bounds["modified_before"])
    if include := asked.get("include"):
        numbers = {_whole("include", value.strip()) for value in include.split(",")}
        tests.append(lambda post: post.id in numbers)
    if slug := asked.get("slug"):
        slugs = {value.strip() for value in slug.split(",")}
        tests.append(lambda post: post.slug in slugs)
    return [post for post in view.public if all(test(post) for test in tests)]


def _second(moment: datetime) -> datetime:
    """A moment as the database keeps it, in whole seconds."""
    return moment.replace(microsecond=0)


def _ordered(posts: list[Post], view: View, asked: Mapping[str, str]) -> list[Post]:
    keys: dict[str, Callable[[Post], Any]] = {
        "date": lambda post: (post.date, post.id),
        "modified": lambda post: (view.changed(post), post.id),
        "id": lambda post: post.id,
    }
    by, order = asked.get("orderby", "date"), asked.get("order", "desc")
    if by not in keys:
        raise _RefusedError("orderby")
    if order not in {"asc", "desc"}:
        raise _RefusedError("order")
    return sorted(posts, key=keys[by], reverse=order == "desc")


def _written(moment: datetime) -> str:
    """A moment as WordPress writes it, without its zone."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def _record(view: View, post: Post) -> dict[str, Any]:
    """A post as the collection lists it, without `_links` and `_embedded`."""
    content = "" if post.protected else rendered(post.blocks, links=view.links, uploads=view.uploads)
    first = "" if post.protected else f"<p>{text(lines(post.blocks[0])[0][:200])} [&hellip;]</p>\n"
    changed = view.changed(post)
    record = {
        "id": post.id,
        "date": _written(view.local(post.date)),
        "date_gmt": _written(post.date.astimezone(UTC)),
        "guid": {"rendered": view.shortlink(post)},
        "modified": _written(view.local(changed)),
        "modified_gmt": _written(changed.astimezone(UTC)),
        "slug": post.slug,
        "status": "publish",
        "type": "post",
        "link": view.address(post),
        "title": {"rendered": heading(post.title)},
        "content": {"rendered": content, "protected": post.protected},
        "excerpt": {"rendered": first, "protected": post.protected},
        "author": view.account(post.account),
        "featured_media": _media_number(post),
        "comment_status": "open",
        "ping_status": "open",
        "sticky": post.sticky,
        "template": "",
        "format": "standard",
        "meta": [],
        "categories": [view.term("category", post.section)],
        "tags": [view.term("post_tag", tag) for tag in post.tags],
    }
    return record | {"amp_enabled": not post.protected} if view.blog.amp else record


def _media_number(post: Post) -> int:
    return 900_000 + post.id if post.image else 0


def _links(view: View, post: Post) -> dict[str, list[dict[str, Any]]]:
    root = f"{view.base_url}{ROOT}/wp/v2"
    links: dict[str, list[dict[str, Any]]] = {
        "self": [{"href": f"{root}/posts/{post.id}"}],
        "collection": [{"href": f"{root}/posts"}],
        "about": [{"href": f"{root}/types/post"}],
        "author": [{"embeddable": True, "href": f"{root}/users/{view.account(post.account)}"}],
        "replies": [{"embeddable": True, "href": f"{root}/comments?post={post.id}"}],
    }
    if post.image:
        links["wp:featuredmedia"] = [{"embeddable": True, "href": f"{root}/media/{_media_number(post)}"}]
    links["wp:term"] = [
        {"taxonomy": "category", "embeddable": True, "href": f"{root}/categories?post={post.id}"},
        {"taxonomy": "post_tag", "embeddable": True, "href": f"{root}/tags?post={post.id}"},
    ]
    links["curies"] = [{"name": "wp", "href": "https://api.w.org/{rel}", "templated": True}]
    return links


def _embedded(view: View, post: Post) -> dict[str, Any]:
    def term(taxonomy: str, kind: str, name: str) -> dict[str, Any]:
        number, link = view.term(taxonomy, name), view.archive(kind, name)
        own = name.rpartition("/")[2] if kind == "category" else name
        return {"id": number, "link": link, "name": text(own), "slug": slugified(own), "taxonomy": taxonomy}

    account = view.account(post.account)
    out: dict[str, Any] = {
        "author": [
            {
                "id": account,
                "name": post.account,
                "url": "",
                "description": "",
                "link": view.archive("author", post.account),
                "slug": view.nicename(post.account),
            }
        ],
        "wp:term": [
            [term("category", "category", post.section)],
            [term("post_tag", "tag", tag) for tag in post.tags],
        ],
    }
    if post.image:
        out["wp:featuredmedia"] = [
            {
                "id": _media_number(post),
                "date": _written(view.local(post.date)),
                "slug": slugified(post.image),
                "type": "attachment",
                "caption": {"rendered": f"<p>{text(post.caption)}</p>\n" if post.caption else ""},
                "alt_text": post.caption or "",
                "media_type": "image",
                "mime_type": "image/png",
                "source_url": view.uploads + post.image,
            }
        ]
    return out


def _asked_for(record: dict[str, Any], view: View, post: Post, asked: Mapping[str, str]) -> dict[str, Any]:
    """A record cut down to `_fields`, with `_embedded` where `_embed` asks and `_links` are there to embed by."""
    fields = [name.strip() for name in asked["_fields"].split(",") if name.strip()] if asked.get("_fields") else None
    full = {**record, "_links": _links(view, post)}
    if "_embed" in asked and (fields is None or "_links" in fields):
        embedded = _embedded(view, post)
        wanted = {name.strip() for name in asked["_embed"].split(",")} - {"", "1", "true"}
        full["_embedded"] = {rel: value for rel, value in embedded.items() if not wanted or rel in wanted}
    if fields is None:
        return full
    out: dict[str, Any] = {}
    for name in fields:
        head, _, member = name.partition(".")
        value = full.get(head)
        if head not in full:
            continue
        if not member:
            out[head] = value
        elif isinstance(value, dict) and member in value:
            out.setdefault(head, {})[member] = value[member]
    if "_embedded" in full:
        out["_embedded"] = full["_embedded"]
    return out
