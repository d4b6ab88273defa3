"""What record and page say about a story beside its text, and whose word counts.

| field | asked in this order |
|---|---|
| title | record; headline on the page; JSON-LD `headline`; `og:title` and `title` without the site's name |
| published | record `date_gmt`; JSON-LD; meta `article:published_time`; `time`; printed near the headline; day in the URL (`publication.py`) |
| modified | record `modified_gmt`; JSON-LD; meta `article:modified_time`; `time.updated` of its own |
| account | record; JSON-LD `author`; meta `author`; byline |
| section, tags | record's terms; markup; JSON-LD `articleSection`, `keywords`; meta `article:section`, `article:tag` |
| lead picture | record's media; markup; JSON-LD, `og:image` (address only) |

A page fills only what the record left out (a site that hides its users puts an error object where the author should be).
Markup goes before JSON-LD for terms: measured, Yoast names the deepest category only and may hold no tags at all.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from archive.records import Trust
from archive.text import clean_text
from crawler.reading.blocks import text_of
from crawler.reading.credits import Credit, credit_within
from crawler.reading.dates import Moment, moment
from crawler.reading.head import Head
from crawler.reading.links import joined, parts
from crawler.reading.material import Record, Site
from crawler.reading.people import person_of
from crawler.reading.publication import Dated
from crawler.reading.rules import Rules
from crawler.reading.selectors import matches, ranked
from crawler.reading.surroundings import (
    alt_caption,
    byline_near,
    headline_by_words,
    label_above,
    leads,
    near_headline,
    spaced,
)

_TAGS = re.compile(r"<[^>]*>")
_PAGE_OF = re.compile(r"\s+[-–—|]\s+(?:page|halaman|laman)\s+\d+\s+(?:of|dari)\s+\d+$", re.IGNORECASE)
_UNFILED = frozenset({"uncategorized", "tak berkategori", "tanpa kategori"})
_BESIDE = re.compile(r"\s+[•·|–-]\s+")
"""Between a byline and the date beside it."""


@dataclass(slots=True)
class Said:
    """What one source says; None is silence, an empty tuple or string is a statement that there is none."""

    title: str | None = None
    canonical: str | None = None
    post_id: int | None = None
    guid: str | None = None
    account: str | None = None
    credit: Credit | None = None
    """A credit line that stands by the headline."""
    published: Moment | None = None
    modified: datetime | None = None
    disputed: bool | None = None
    """Whether a page's sources name different days of publication."""
    section: str | None = None
    tags: tuple[str, ...] | None = None
    image_url: str | None = None
    caption: str | None = None

    def filled_by(self, other: "Said | None") -> "Said":
        """This, and where it is silent, the other."""
        if other is None:
            return self
        own = {item.name: getattr(self, item.name) for item in fields(self)}
        return Said(**{name: getattr(other, name) if value is None else value for name, value in own.items()})


def said_by_record(record: Record, site: Site) -> Said:
    """What a WordPress post object says, or an item of its feed; fields of a wrong type count as left out."""
    post, zone = record.payload, ZoneInfo(site.timezone)
    trust = Trust.FEED if post.get("feed") is True else Trust.API
    said = Said(title=_headline(_rendered(post.get("title")), site.rules) or None)
    said.canonical = _string(post.get("link"))
    said.post_id = number if isinstance(number := post.get("id"), int) else None
    said.guid = _rendered(post.get("guid")) or None
    said.published = moment(post.get("date_gmt"), zone, trust, naive=UTC) or moment(post.get("date"), zone, trust)
    modified = moment(post.get("modified_gmt"), zone, Trust.API, naive=UTC) or moment(
        post.get("modified"), zone, Trust.API
    )
    said.modified = modified.at if modified else None
    embedded = post.get("_embedded")
    if isinstance(embedded, Mapping):
        said.account = next(
            (name for one in _objects(embedded.get("author")) if (name := _string(one.get("name")))), None
        )
        _terms(said, embedded.get("wp:term"))
        _media(said, embedded.get("wp:featuredmedia"))
    if post.get("featured_media") == 0:
        said.image_url = said.caption = ""
    return said


def said_by_page(tree: HtmlElement, head: Head, site: Site, container: HtmlElement | None, *, at: datetime) -> Said:
    """What a page that was visited `at` a time says in JSON-LD, meta elements and markup."""
    rules, zone, article = site.rules, ZoneInfo(site.timezone), head.article
    headline = next(iter(ranked(tree, rules.headline)), None)
    said = Said(title=page_title(headline, head, site), canonical=head.canonical, post_id=head.post_id)
    if headline is None and said.title:
        headline = headline_by_words(tree, said.title)
    outlet = outlet_names(site)
    candidates = [
        head.person(article.get("author")),
        head.meta("author"),
        *(_BESIDE.split(text_of(element))[0] for element in ranked(tree, rules.byline)[:1]),
        *byline_near(headline, container),
    ]
    said.account = next((name for name in candidates if person_of(name, outlet=outlet, rules=rules)), None)
    near = near_headline(headline, container)
    credited = [*near, *map(spaced, ranked(tree, rules.credits))]
    said.credit = next(filter(None, (credit_within(line) for line in credited if ":" in line)), None)
    dated = Dated(tree=tree, head=head, rules=rules, zone=zone, near=near, at=at).dates()
    said.published, said.modified, said.disputed = dated.published, dated.modified, dated.disputed or None
    _page_terms(said, tree, head, rules)
    said.section = label_above(headline, rules.kicker) or said.section
    _page_media(said, tree, head, rules, container, headline)
    return said


def page_title(headline: HtmlElement | None, head: Head, site: Site) -> str | None:
    """The headline without the outlet's name: from the markup, else from what the page says of itself."""
    printed = text_of(headline) if headline is not None else ""
    said = head.article.get("headline")
    names = [site.name, head.meta("og:site_name") or ""]
    for candidate in (
        printed,
        clean_text(html.unescape(said)) if isinstance(said, str) else "",
        head.meta("og:title") or "",
        head.title or "",
    ):
        title = without_site(_headline(candidate, site.rules), names)
        if title and title.casefold() not in {name.casefold() for name in names}:
            return title
    return None


def without_site(title: str, names: list[str]) -> str:
    """The title without ` - Site`, ` – Site` or ` | Site`, and without ` - Page 2 of 3`, at its end."""
    title = _PAGE_OF.sub("", title)
    for name in filter(None, names):
        title = re.sub(rf"\s+[-–—|•]\s+{re.escape(clean_text(name))}$", "", title, flags=re.IGNORECASE)
    return _PAGE_OF.sub("", title).strip()


def outlet_names(site: Site) -> tuple[str, ...]:
    """What an outlet goes by: its name, its slug, its host with and without the ending."""
    host = (parts(site.base_url).hostname or "").removeprefix("www.")
    names = (
        (site.name, site.slug, host)
        if "." not in host or host[:1].isdigit()
        else (site.name, site.slug, host, host.split(".")[0])
    )
    return tuple(dict.fromkeys(name for name in names if name))


def _headline(text: str, rules: Rules) -> str:
    for prefix in rules.title_prefixes:
        text = text.removeprefix(prefix)
    return text


def _rendered(value: object) -> str:
    """The text of a `{rendered: …}` object: entities undone once, markup dropped."""
    raw = value.get("rendered") if isinstance(value, Mapping) else value
    return clean_text(html.unescape(_TAGS.sub("", raw))) if isinstance(raw, str) else ""


def _string(value: object) -> str | None:
    return (clean_text(html.unescape(value)) or None) if isinstance(value, str) else None


def _objects(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; error objects (`code` and `message`) have none of the names that are asked for."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _terms(said: Said, value: object) -> None:
    terms = [
        term
        for group in (value if isinstance(value, list) else [])
        for term in _objects(group)
        if _string(term.get("name"))
    ]
    if not isinstance(value, list) or (value and not terms and any(_objects(value))):
        return
    said.tags = tuple(_string(term["name"]) or "" for term in terms if term.get("taxonomy") == "post_tag")
    categories = [term for term in terms if term.get("taxonomy") == "category"]
    said.section = deepest([(_string(term["name"]) or "", str(term.get("link") or "")) for term in categories])


def deepest(categories: list[tuple[str, str]]) -> str | None:
    """The first category, or one below it: the address of a sub-category begins with its parent's."""
    filed = [one for one in categories if one[0].casefold() not in _UNFILED] or categories
    if not filed:
        return None
    name, link = filed[0]
    for other, address in filed[1:]:
        if link and address.startswith(link.rstrip("/") + "/"):
            name, link = other, address
    return name


def _media(said: Said, value: object) -> None:
    for media in _objects(value)[:1]:
        if source := _string(media.get("source_url")):
            said.image_url = source
            said.caption = _rendered(media.get("caption"))


def _page_terms(said: Said, tree: HtmlElement, head: Head, rules: Rules) -> None:
    said.section = (
        deepest(_categories(tree, head, rules))
        or _first(head.article.get("articleSection"))
        or head.meta("article:section")
    )
    tags = (_keywords(tree, head, rules) if rules.keyword_tags else []) or [
        text_of(link) for link in ranked(tree, rules.tags)
    ]
    if not tags:
        keywords = head.article.get("keywords")
        listed = keywords.split(",") if isinstance(keywords, str) else keywords if isinstance(keywords, list) else []
        tags = [clean_text(tag) for tag in listed if isinstance(tag, str)] or head.metas.get("article:tag", [])
    said.tags = tuple(dict.fromkeys(bare for tag in tags if (bare := tag.lstrip("# "))))


def _categories(tree: HtmlElement, head: Head, rules: Rules) -> list[tuple[str, str]]:
    """Name and address of the categories that the first selector names which names any.

    Breadcrumbs begin at the site's root and may end with the story itself; both are left out. AMP pages add a query.
    """
    own = {parts(address).path.strip("/") for address in (head.url, head.canonical or head.url)}
    for selector in rules.section:
        found: list[tuple[str, str]] = []
        for link in ranked(tree, (selector,)):
            address = parts(joined(head.url, link.get("href") or "") or "")
            path, name = address.path.strip("/"), text_of(link)
            home = not path and "cat=" not in address.query
            if name and not (link.get("href") and (home or path in own)):
                found.append((name, address._replace(query="" if path else address.query, fragment="").geturl()))
        if found:
            return found
    return []


def _keywords(tree: HtmlElement, head: Head, rules: Rules) -> list[str]:
    """The tags of meta `keywords`, which holds the last parts of their addresses, by the names that their links bear."""
    slugs = [slug.strip() for slug in (head.meta("keywords") or "").split(",")]
    links = {
        parts(link.get("href") or "").path.rstrip("/").rpartition("/")[2]: link for link in matches(tree, rules.tags)
    }
    return [
        (text_of(links[slug]).strip(", ") if slug in links else "") or slug
        for slug in slugs
        if re.fullmatch(r"[\w-]+", slug)
    ]


def _page_media(
    said: Said,
    tree: HtmlElement,
    head: Head,
    rules: Rules,
    container: HtmlElement | None,
    headline: HtmlElement | None,
) -> None:
    images = [image for image in ranked(tree, rules.image) if leads(image, container, headline)]
    for image in images[:1]:
        sources = (image.get(name, "").strip() for name in ("data-src", "data-lazy-src", "data-img-url", "src"))
        if source := next((one for one in sources if one and not one.startswith("data:")), None):
            said.image_url = joined(head.url, source)
    if said.image_url is None and (source := _first(head.article.get("image")) or head.meta("og:image")):
        said.image_url = joined(head.url, source)
    captions = [caption for caption in ranked(tree, rules.caption) if leads(caption, container, headline)]
    for caption in captions[:1]:
        said.caption = text_of(caption)
    if not said.caption and rules.alt_captions:
        said.caption = next(filter(None, (alt_caption(tree, image) for image in images[:1])), None)


def _first(value: object) -> str | None:
    if isinstance(value, list):
        return next((text for one in value if (text := _first(one))), None)
    if isinstance(value, Mapping):
        return _first(value.get("url"))
    return clean_text(value) or None if isinstance(value, str) else None
