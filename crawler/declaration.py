"""What an outlet's file says, and what is checked when it is read.

A family is a class of what its outlets have in common; an outlet is a class below it, all data. What is missing or wrong
is refused when Python makes the class, so that no crawl begins with half a declaration.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.addresses import Form
from crawler.reading.rules import Rules

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
REGION = re.compile(r"\d{2}(\.\d{2}(\.\d{2})?)?")


class DeclarationError(Exception):
    """An outlet's declaration lacks a field or has a wrong one; the text names both."""

    def __init__(self, outlet: str, field: str, wrong: str) -> None:
        super().__init__(f"outlet {outlet}: {field} {wrong}")
        self.outlet = outlet
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How an outlet lists its stories: where, and how a card tells of one. Selectors are CSS, surest first."""

    starts: tuple[str, ...]
    """Paths of the lists that hold every story, newest first."""
    next_page: str
    """Where page N of a list is: `{path}/page/{page}`."""
    article: str
    """A pattern that the whole path of a story matches."""
    sections: str | None = None
    """A pattern that the whole path of a section's list matches, where a story's page does not name its section."""
    past_end: int = 200
    """What the system answers for a page past the end of a list."""
    cards: tuple[str, ...]
    links: tuple[str, ...] = ("a[href]",)
    dates: tuple[str, ...] = ()
    badges: tuple[str, ...] = ()
    """Where a card names the story's section."""
    pagination: tuple[str, ...] = ("ul.pagination",)
    onward: tuple[str, ...] = ('a[rel="next"][href]',)
    """The link to the next page, below `pagination`."""


class Declaration:
    """An outlet as declared; a family leaves `name` out.

    Raises:
        DeclarationError: when the class of an outlet is made with a field missing or wrong.
    """

    family: ClassVar[str]
    """By which word settings name the family."""
    sources: ClassVar[tuple[tuple[str, ...], ...]]
    """Where stories are told of: groups of sources, cheapest first, the first that answers is used whole.

    `crawler.discovery.SOURCES` knows the names.
    """
    rules: ClassVar[Rules]
    """What the outlet's pages carry besides the article."""
    form: ClassVar[Form]
    """What identifies a story in its address."""
    feed: ClassVar[str | None] = None
    """The path of the feed, where there is one among the sources."""
    sitemaps: ClassVar[tuple[str, ...]] = ("/sitemap.xml",)
    """Where sitemaps may be, where robots.txt names none."""
    listing: ClassVar[Listing | None] = None

    name: ClassVar[str]
    """The outlet's short name: a to z, 0 to 9 and -."""
    outlet: ClassVar[str]
    """Its name as readers know it."""
    base_url: ClassVar[str]
    timezone: ClassVar[str]
    """IANA name of the zone in which its days are counted."""
    regions: ClassVar[tuple[str, ...]]
    """Official codes of what it covers."""
    assumed: ClassVar[tuple[str, ...]] = ()
    """What is not known for certain, in words; `outlets show` prints it."""

    def __init_subclass__(cls) -> None:
        """Check an outlet when its class is made."""
        super().__init_subclass__()
        if "name" in cls.__dict__:
            check(cls)


def check(declared: type[Declaration]) -> None:
    """Refuse an outlet whose declaration is not whole.

    Raises:
        DeclarationError: a field is missing, unknown or wrong.
    """
    name = declared.name
    slug = name if isinstance(name, str) else repr(name)
    known = {field for kind in Declaration.__mro__[:-1] for field in kind.__annotations__}
    for field in vars(declared):
        if not field.startswith("__") and field not in known:
            raise DeclarationError(slug, field, f"is unknown; there are {', '.join(sorted(known))}")
    for field in ("family", "sources", "rules", "form", "outlet", "base_url", "timezone", "regions"):
        if not hasattr(declared, field):
            raise DeclarationError(slug, field, "is missing")
    if not SLUG.fullmatch(slug):
        raise DeclarationError(slug, "name", "is made of a to z, 0 to 9 and -, at most 40")
    for field, wrong in (
        ("outlet", _not_text(declared.outlet)),
        ("base_url", _not_site(declared.base_url)),
        ("timezone", _not_zone(declared.timezone)),
        ("regions", _not_codes(declared.regions)),
        ("rules", None if isinstance(declared.rules, Rules) else "is no Rules"),
        ("form", None if isinstance(declared.form, Form) else "is no Form"),
        ("assumed", _not_texts(declared.assumed)),
        ("feed", _not_path(declared.feed, needed=_asks(declared, "feed"))),
        ("listing", _not_listing(declared.listing, needed=_asks(declared, "listing"))),
    ):
        if wrong is not None:
            raise DeclarationError(slug, field, wrong)


def _asks(declared: type[Declaration], source: str) -> bool:
    return any(source in group for group in declared.sources)


def _not_text(value: object) -> str | None:
    return None if isinstance(value, str) and value.strip() else "must be a text"


def _not_texts(value: object) -> str | None:
    good = isinstance(value, tuple) and all(_not_text(one) is None for one in value)
    return None if good else "must be a tuple of texts"


def _not_site(value: object) -> str | None:
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        good = parts and parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
    except ValueError:
        good = False
    return None if good else f"must be the address of a site such as https://example.id, not {value!r}"


def _not_zone(value: object) -> str | None:
    try:
        ZoneInfo(value if isinstance(value, str) else "")
    except (KeyError, ValueError, OSError):
        return f"must be a time zone such as Asia/Makassar, not {value!r}"
    return None


def _not_codes(value: object) -> str | None:
    good = (
        isinstance(value, tuple) and value and all(isinstance(code, str) and REGION.fullmatch(code) for code in value)
    )
    return None if good else f"must be a tuple of official codes such as 64.02, not {value!r}"


def _not_path(value: object, *, needed: bool) -> str | None:
    if value is None:
        return "is missing" if needed else None
    return None if isinstance(value, str) and value.startswith("/") else f"must be a path such as /feed, not {value!r}"


def _not_listing(value: object, *, needed: bool) -> str | None:
    if value is None:
        return "is missing" if needed else None
    if not isinstance(value, Listing):
        return "is no Listing"
    if not value.starts or any(not start.startswith("/") for start in value.starts):
        return f"must start at paths such as /berita, not {value.starts!r}"
    if "{page}" not in value.next_page or "{path}" not in value.next_page:
        return f"must say where page N is, such as {{path}}?page={{page}}, not {value.next_page!r}"
    for name in ("article", "sections"):
        pattern = getattr(value, name)
        try:
            re.compile(pattern or "")
        except re.error as error:
            return f"has {name} {pattern!r}, which is no pattern: {error}"
    return None


def changed(listing: Listing, *, starts: tuple[str, ...], article: str | None) -> Listing:
    """Give a listing with what an outlet declares of its own."""
    own: Mapping[str, Any] = {item.name: getattr(listing, item.name) for item in fields(listing)}
    return Listing(**{**own, **({"starts": starts} if starts else {}), **({"article": article} if article else {})})
