"""One story, one address: the canonical form of an address within an outlet."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

RULES_VERSION = 3
"""The version of the rules below; each address row says which made it."""

DROPPED_PARAMETERS = re.compile(r"utm_\w+|fbclid|gclid|amp|noamp|replytocom|lang|share|_x_tr_\w+", re.IGNORECASE)
"""Query parameters that lead to the same story (OUTLETS 1.4, 2.3, 3.1)."""
VARIANT_ENDS = re.compile(r"/(amp|feed|embed|comment-page-\d+|page/\d+)/?$")
"""Path endings that lead to the same story."""
PART_END = re.compile(r"/\d{1,2}/?$")
"""The ending of a part of a story; also that of a whole story where a system makes addresses of numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a family's addresses are made of."""

    query: bool = True
    """Whether a query can name a story; where not, all that follows a question mark is ignored."""
    slash: bool = True
    """Whether a story's address ends with a slash."""
    front: str = ""
    """A path that may stand before any other and changes nothing: Laravel's `/index.php`."""


WORDPRESS = Form()


def canonical(url: str, base_url: str, form: Form = WORDPRESS) -> str | None:
    """Give what identifies a story within its outlet: path below the base address, and query without tracking.

    Scheme, host and port do not count, so a mirror of an outlet has the same stories. None for what is no address.
    """
    try:
        parts = urlsplit(urljoin(base_url, url.strip()))
        base_path = urlsplit(base_url).path.rstrip("/").lower()
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    path = re.sub(r"/{2,}", "/", parts.path.lower()) or "/"
    for front in (base_path, form.front):
        if front and (path == front or path.startswith(front + "/")):
            path = path[len(front) :] or "/"
    path = _cut(path, VARIANT_ENDS)
    kept = sorted(
        (name, value)
        for name, value in (parse_qsl(parts.query, keep_blank_values=True) if form.query else ())
        if not DROPPED_PARAMETERS.fullmatch(name)
    )
    if not form.slash:
        path = path.rstrip("/") or "/"
    elif not path.endswith("/") and "." not in path.rpartition("/")[2] and not kept:
        path += "/"
    return path + (f"?{urlencode(kept)}" if kept else "")


def whole(form: str) -> str | None:
    """Give the story of which a canonical form may be a part: `/a/b/` for `/a/b/2/`; None where it has no such end.

    Only the stories that are known can tell: `/politik/daerah/12/` is the twelfth story where `/politik/daerah/` is none.
    """
    if "?" in form or (shorter := _cut(form, PART_END)) == form:
        return None
    return _cut(shorter, VARIANT_ENDS)


def _cut(path: str, ends: re.Pattern[str]) -> str:
    """Take endings off a path, except off one that would have a single name left."""
    while (end := ends.search(path)) and path[: end.start()].count("/") > 1:
        path = path[: end.start()] + "/"
    return path


_AMP = re.compile(r"/amp/?(?:\?|$)|[?&]amp(?:=1)?(?:&|$)")


def is_amp(url: str) -> bool:
    """Say whether an address is that of a story's AMP form, which leaves some of the story's facts out."""
    return bool(_AMP.search(url))


def below(url: str, base_url: str) -> str | None:
    """Give the path of an address below the base address, as written; None for one that is not below it."""
    path, base_path = urlsplit(url).path or "/", urlsplit(base_url).path.rstrip("/")
    if not base_path:
        return path
    return path[len(base_path) :] or "/" if path == base_path or path.startswith(base_path + "/") else None


def without_user(url: str) -> str:
    """Give an address without the user and password that may stand in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else url


def moved_to(url: str, declared_url: str, base_url: str) -> str:
    """Give a story's address as the same site has it at another base address; path and query stay as written."""
    parts = urlsplit(url)
    path = below(url, declared_url) or parts.path or "/"
    return base_url.rstrip("/") + path + (f"?{parts.query}" if parts.query else "")
