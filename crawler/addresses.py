"""One story, one address: the canonical form of an address within an outlet."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

RULES_VERSION = 1
"""The version of the rules below; each address row says which made it."""

DROPPED_PARAMETERS = re.compile(r"utm_\w+|fbclid|gclid|amp|noamp|replytocom|lang|share|_x_tr_\w+", re.IGNORECASE)
"""Query parameters that lead to the same story (OUTLETS 1.4, 2.3, 3.1)."""
VARIANT_ENDS = re.compile(r"/(amp|feed|embed|comment-page-\d+|page/\d+|\d{1,2})/?$")
"""Path endings that lead to the same story; the number of a part of it has at most two digits."""


def canonical(url: str, base_url: str) -> str | None:
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
    if base_path and (path == base_path or path.startswith(base_path + "/")):
        path = path[len(base_path) :] or "/"
    if (end := VARIANT_ENDS.search(path)) and path[: end.start()].count("/") > 1:
        path = path[: end.start()] + "/"
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not DROPPED_PARAMETERS.fullmatch(name)
    )
    if not path.endswith("/") and "." not in path.rpartition("/")[2] and not kept:
        path += "/"
    return path + (f"?{urlencode(kept)}" if kept else "")


def absolute(canonical_form: str, base_url: str) -> str:
    """Give the full address of a canonical form under a base address."""
    return base_url.rstrip("/") + canonical_form
