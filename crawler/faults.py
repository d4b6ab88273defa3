"""What is wrong with a value that declares an outlet, in words that follow its name; None where nothing is.

An outlet's file and its section in the settings are held to the same rules.
"""

import re
from dataclasses import fields
from functools import cache
from typing import Any, get_args, get_origin
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

REGION = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2})?)?")
HOST = re.compile(r"(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?|[0-9a-f:.]*:[0-9a-f:.]*")
"""A name, or an address of IPv6 without its brackets."""
PATH = re.compile(r"/(?!/)[^\s\\#]*")
"""Two slashes, or one turned round, would name another host."""


def not_text(value: object) -> str | None:
    """A name or a remark is one line that can be printed: it goes to terminals and into tables."""
    good = isinstance(value, str) and value.strip() and value.isprintable()
    return None if good else f"must be one line of text, not {value!r}"


def not_texts(value: object) -> str | None:
    """Remarks are a tuple; a text alone would be taken for its letters."""
    good = isinstance(value, tuple) and all(not_text(one) is None for one in value)
    return None if good else f"must be a tuple of texts, not {value!r}"


def not_site(value: object) -> str | None:
    """A site is http or https and a host, perhaps a port and a path; what `urlsplit` would quietly drop is refused."""
    try:
        if not isinstance(value, str) or not value.isprintable() or re.search(r"[\s\\?#]", value):
            raise ValueError
        parts = urlsplit(value)
        if parts.username is not None:
            return "must be the address of a site without a user or password"  # not repeated: it may be a secret
        host, port = parts.hostname or "", parts.port
        good = parts.scheme in ("http", "https") and HOST.fullmatch(host) and port != 0 and parts.netloc[-1:] != ":"
    except ValueError:
        good = False
    return None if good else f"must be the address of a site such as https://example.id, not {value!r}"


def not_zone(value: object) -> str | None:
    """A zone is one of IANA's."""
    try:
        ZoneInfo(value if isinstance(value, str) else "")
    except (KeyError, ValueError, OSError):
        return f"must be a time zone such as Asia/Makassar, not {value!r}"
    return None


def not_codes(value: object) -> str | None:
    """Regions are official codes by their form; `archive.regions` knows which there are."""
    good = isinstance(value, tuple) and value and all(isinstance(one, str) and REGION.fullmatch(one) for one in value)
    return None if good else f"must be a tuple of official codes such as 64.02, not {value!r}"


def not_path(value: object, *, query: bool = False) -> str | None:
    """A path below the base address, with a query only where nothing is put behind it."""
    good = isinstance(value, str) and PATH.fullmatch(value) and value.isprintable() and (query or "?" not in value)
    return None if good else f"must be a path such as /berita, not {value!r}"


def not_pattern(value: object) -> str | None:
    """A pattern that can match something."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        return f"must be a pattern such as /article/[^/]+, not {value!r}"
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        return f"{value!r} is no pattern: {error}"
    return None


def not_page_address(value: object) -> str | None:
    """A template of the address of page N of a list: it is tried, and must tell pages and lists apart."""
    try:
        made = [value.format(path=path, page=page) for path, page in (("/a", 2), ("/a", 3), ("/b", 2))]  # type: ignore[attr-defined]
        good = len(set(made)) == len(made) and all(not_path(one, query=True) is None for one in made)
    except (AttributeError, LookupError, TypeError, ValueError):
        good = False
    return None if good else f"must say where page N is, such as {{path}}?page={{page}}, not {value!r}"


def misshapen(record: Any) -> str | None:
    """Which field of a record of rules is not of its declared type: a list or a text instead of a tuple, or a blank."""
    for field in fields(record):
        value = getattr(record, field.name)
        if get_origin(field.type) is tuple:
            (kind, *_) = get_args(field.type)
            good = isinstance(value, tuple) and all(isinstance(one, kind) and one.strip() for one in value)
            wanted = "a tuple of texts, none of them blank"
        else:
            good = isinstance(value, field.type)  # type: ignore[arg-type]
            wanted = getattr(field.type, "__name__", None) or str(field.type)
        if not good:
            return f"has {field.name}, which must be {wanted}, not {value!r}"
    return None


@cache
def not_selector(selector: str) -> str | None:
    """A CSS selector is compiled to see, once a process; it costs the import of a library, so only a crawl does it."""
    from cssselect import HTMLTranslator, SelectorError

    try:
        HTMLTranslator().css_to_xpath(selector)
    except SelectorError as error:
        return f"{selector!r}, which is no CSS selector: {error}"
    return None
