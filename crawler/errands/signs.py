"""What a page and its headers say of the system behind a site."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archive.text import clean_text
from crawler.addresses import below
from crawler.discovery import Reply
from crawler.reading import Page
from crawler.reading.head import read_head
from crawler.reading.links import joined
from crawler.reading.parsing import decoded, parse

TELLING = ("server", "x-powered-by", "x-generator", "set-cookie", "via", "cf-ray", "x-litespeed-cache")
LONGEST = 120
MOST_LINKS = 5000
_WORDPRESS = re.compile(r"/wp-(?:content|includes|json)/|api\.w\.org", re.IGNORECASE)
_POPOJI = re.compile(r"/po-(?:content|includes)/|popojicms", re.IGNORECASE)
_PARTED = re.compile(r"\s+[-–—|•»]\s+")
_SLUG = re.compile(r"(?=.*[a-z])[\w%.~]+(?:-[\w%.~]+){2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What one page told."""

    tells: dict[str, str]
    family: str | None
    """The family that the page's own markup names."""
    name: str
    """What the page says that its site is called; often nothing."""
    text: str
    tree: HtmlElement | None
    url: str


def signs_of(reply: Reply) -> Signs:
    """Read a page for its signs."""
    text = decoded(Page(url=reply.url, body=reply.body, content_type=reply.headers.get("content-type")))
    tree = parse(text)
    tells = {name: printable(value) for name in TELLING if (value := reply.headers.get(name))}
    name = ""
    generators: list[str] = []
    if tree is not None:
        head = read_head(tree, reply.url)
        generators = head.metas.get("generator", [])
        name = printable(head.meta("og:site_name") or "")
    if generators:
        tells["generator"] = printable("; ".join(generators))
    if "xsrf-token" in reply.headers.get("set-cookie", "").lower():
        tells["framework"] = "Laravel, by its cookies"
    told = text[:500_000] + reply.headers.get("link", "") + " ".join(generators)
    popoji, wordpress = _POPOJI.search(told), _WORDPRESS.search(told)
    family = "popojicms" if popoji else "wordpress" if wordpress or "wordpress" in told[-200:].lower() else None
    return Signs(tells=tells, family=family, name=name, text=text, tree=tree, url=reply.url)


def printable(text: str, longest: int = LONGEST) -> str:
    """A site's own words as they can stand in a file and on a terminal: one line, cut."""
    return " ".join("".join(one if one.isprintable() else " " for one in clean_text(text)).split())[:longest].strip()


def titles(signs: Signs) -> list[str]:
    """The parts of a page's title: the headline and the name of the site, in whichever order."""
    title = read_head(signs.tree, signs.url).title if signs.tree is not None else None
    return [piece for part in _PARTED.split(title or "") if (piece := printable(part))]


def paths_in(signs: Signs, base_url: str) -> Iterator[str]:
    """The paths below the base address to which a page links, each once."""
    seen: set[str] = set()
    host = (urlsplit(base_url).hostname or "").removeprefix("www.")
    for link in islice(signs.tree.iter("a") if signs.tree is not None else (), MOST_LINKS):
        url = joined(signs.url, clean_text(link.get("href") or ""))
        try:
            if not url or (urlsplit(url).hostname or "").removeprefix("www.") != host:
                continue
            path = below(url, base_url)
        except ValueError:
            continue
        if path and path not in seen:
            seen.add(path)
            yield path


def is_slug(segment: str) -> bool:
    """Whether a part of a path reads like a headline: three words or more."""
    return bool(_SLUG.fullmatch(segment))
