"""What an outlet's file says, and what is checked when it is read.

A family is a class of what its outlets have in common; an outlet is a class below it, all data. What is missing or wrong
is refused when Python makes the class, so that no crawl begins with half a declaration.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, get_args, get_origin

from crawler import faults
from crawler.addresses import Form
from crawler.reading.rules import Rules

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
Family = Literal["wordpress", "popojicms", "listing"]
"""The names of the families; tests hold them against `spiders.families`."""
SOURCES = ("wordpress-rest", "wordpress-feed", "feed", "sitemap", "listing")
"""The names of the sources; `crawler.discovery.SOURCES` makes them, but its import is nothing for every command."""
SELECTORS = ("cards", "links", "dates", "badges", "pagination", "onward")
"""What of a listing is CSS."""
WORDS = frozenset({"boilerplate", "starts", "closers", "title_prefixes", "roles", "gone_titles"})
"""What tuples of rules are plain words."""
PATTERNS = ("story_path", "listing_path")
"""What of rules are patterns."""
LINES = frozenset(
    {
        *("noise", "cut", "comments", "syndicated", "channels", "shares", "tag_lines", "pages", "adverts"),
        *("republished", "sources", "see_also", "notes", "days", "bylines"),
    }
)
"""What tuples of rules are patterns of lines; all other tuples are CSS."""


class DeclarationError(Exception):
    """What an outlet's file says cannot be used; the text names the outlet and the field, or the file."""


class FieldError(DeclarationError):
    """An outlet's declaration lacks a field or has a wrong one; the text names both."""

    def __init__(self, outlet: str, field: str, wrong: str) -> None:
        super().__init__(f"outlet {outlet}: {field} {wrong}")
        self.outlet = outlet
        self.field = field


class FileError(DeclarationError):
    """An outlet's file does not declare one outlet of its own; the text names the file."""

    def __init__(self, file: str, wrong: str) -> None:
        super().__init__(f"{file} {wrong}")
        self.file = file


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
        FieldError: when the class of an outlet is made with a field missing or wrong.
    """

    family: ClassVar[str]
    """By which word settings name the family."""
    sources: ClassVar[tuple[tuple[str, ...], ...]]
    """Where stories are told of: groups of sources, cheapest first, the first that answers is used whole.

    `SOURCES` has the names.
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
    counts_views: ClassVar[bool] = False
    """Whether the system raises a public counter with every GET of a story's page."""

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
        FieldError: a field is missing, unknown or wrong.
    """
    name = declared.name
    slug = name if isinstance(name, str) and name.isprintable() else repr(name)
    known = {field for kind in Declaration.__mro__[:-1] for field in kind.__annotations__}
    for field in vars(declared):
        if not field.startswith("__") and field not in known:
            raise FieldError(slug, field, f"is unknown; there are {', '.join(sorted(known))}")
    for field in ("family", "sources", "rules", "form", "outlet", "base_url", "timezone", "regions"):
        if not hasattr(declared, field):
            raise FieldError(slug, field, "is missing")
    if not isinstance(name, str) or not SLUG.fullmatch(name):
        raise FieldError(slug, "name", "is made of a to z, 0 to 9 and -, at most 40")
    for field, wrong in _faults(declared):
        if wrong is not None:
            raise FieldError(slug, field, wrong)


def check_selectors(declared: type[Declaration], slug: str) -> None:
    """Refuse selectors and patterns of rules that cannot be used: before a crawl, since commands must start fast.

    Raises:
        FieldError: one cannot be compiled.
    """
    listing = {name: getattr(declared.listing, name) for name in SELECTORS} if declared.listing else {}
    rules = {
        item.name: getattr(declared.rules, item.name)
        for item in fields(declared.rules)
        if item.name not in WORDS | LINES and get_origin(item.type) is tuple
    }
    for field, named in (("listing", listing), ("rules", rules)):
        for name, selectors in named.items():
            if wrong := next(filter(None, map(faults.not_selector, selectors)), None):
                raise FieldError(slug, field, f"has {name} {wrong}")
    patterns = [(name, getattr(declared.rules, name)) for name in PATTERNS]
    patterns += [(name, pattern) for name in sorted(LINES) for pattern in getattr(declared.rules, name)]
    for name, pattern in patterns:
        if pattern is not None and (wrong := faults.not_pattern(pattern) or _not_plain(name, pattern)):
            raise FieldError(slug, "rules", f"has {name}, which {wrong}")


def _not_plain(name: str, pattern: str) -> str | None:
    """Patterns of lines are asked together, so that one must not name or count groups."""
    grouped = name in LINES and re.compile(pattern).groups
    return f"{pattern!r} has a group that it keeps: write (?:…)" if grouped else None


def _faults(declared: type[Declaration]) -> Iterator[tuple[str, str | None]]:
    """What is wrong with each field; each may rely on those before it."""
    yield "family", _not_one_of(declared.family, get_args(Family))
    yield "sources", _not_sources(declared.sources)
    yield "rules", faults.misshapen(declared.rules) if isinstance(declared.rules, Rules) else "is no Rules"
    yield "form", _not_form(declared.form)
    yield "outlet", faults.not_text(declared.outlet)
    yield "base_url", faults.not_site(declared.base_url)
    yield "timezone", faults.not_zone(declared.timezone)
    yield "regions", faults.not_codes(declared.regions)
    yield "assumed", faults.not_texts(declared.assumed)
    asked = {source for group in declared.sources for source in group}
    for field, value, wrong in (
        ("feed", declared.feed, lambda feed: faults.not_path(feed, query=True)),
        ("listing", declared.listing, _not_listing),
    ):
        yield field, wrong(value) if value is not None else "is missing" if field in asked else None
    yield "sitemaps", _not_paths(declared.sitemaps, query=True)


def _not_one_of(value: object, known: tuple[str, ...]) -> str | None:
    return None if value in known else f"must be one of {', '.join(known)}, not {value!r}"


def _not_sources(value: object) -> str | None:
    groups = value if isinstance(value, tuple) else ()
    if not groups or any(not isinstance(group, tuple) or not group for group in groups):
        return f'must be groups of sources such as (("feed", "listing"), ("sitemap",)), not {value!r}'
    return next((wrong for group in groups for source in group if (wrong := _not_one_of(source, SOURCES))), None)


def _not_form(value: object) -> str | None:
    if not isinstance(value, Form):
        return "is no Form"
    front = faults.not_path(value.front) if value.front else None
    return faults.misshapen(value) or (front and f"has front, which {front}")


def _not_paths(value: object, *, query: bool = False) -> str | None:
    if not isinstance(value, tuple):
        return f"must be a tuple of paths such as /berita, not {value!r}"
    return next((wrong for path in value if (wrong := faults.not_path(path, query=query))), None)


def _not_listing(value: object) -> str | None:
    if not isinstance(value, Listing):
        return "is no Listing"
    if wrong := faults.misshapen(value):
        return wrong
    for name, empty in (("starts", not value.starts), ("cards", not value.cards), ("links", not value.links)):
        if empty:
            return f"has {name}, which must name one at least"
    for name, wrong in (
        ("starts", _not_paths(value.starts)),
        ("next_page", faults.not_page_address(value.next_page)),
        ("past_end", None if 200 <= value.past_end < 600 else f"must be a status, not {value.past_end}"),
        ("article", faults.not_pattern(value.article)),
        ("sections", faults.not_pattern(value.sections) if value.sections is not None else None),
    ):
        if wrong:
            return f"has {name}, which {wrong}"
    return None


def changed(listing: Listing, *, starts: tuple[str, ...], article: str | None) -> Listing:
    """Give a listing with what an outlet declares of its own."""
    own: Mapping[str, Any] = {item.name: getattr(listing, item.name) for item in fields(listing)}
    return Listing(**{**own, **({"starts": starts} if starts else {}), **({"article": article} if article else {})})
