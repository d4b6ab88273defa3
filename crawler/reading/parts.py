"""Stories in several pages: which page one is, how many there are, and where the others stand."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from archive.records import Part
from crawler.reading.links import joined, parts
from crawler.reading.selectors import matches

MOST = 30
"""Pages of a story that are asked for: the longest of 187 excerpts had 30 (DOMAIN 1.1); some sites answer for any number."""
PAGE_LINKS = b"post-page-numbers"
"""What each page of such a story has in it: the class of WordPress's own links between them, whatever the theme."""
_LINKS = (f".{PAGE_LINKS.decode()}",)
_NUMBER_AT_END = re.compile(r"[/=](\d{1,3})/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """What one page says of a story's pages: its own number, the highest that it names, and where others stand."""

    own: int = 1
    count: int = 1
    addresses: dict[int, str] = field(default_factory=dict)


def numbering(tree: HtmlElement, url: str) -> Numbering:
    """What the links between a story's pages say; a theme may show all numbers, or only the steps to the next page."""
    own, count = None, 1
    addresses: dict[int, str] = {}
    for link in matches(tree, _LINKS):
        href = link.get("href")
        address = joined(url, href) if href else None
        number = _shown(link) or (_at_end(address) if address else None)
        if number is None:
            continue
        count = max(count, number)
        if "current" in (link.get("class") or "").split():
            own = number
        elif address is not None:
            addresses.setdefault(number, address)
    return Numbering(own=own or _own(url, addresses.values()), count=count, addresses=addresses)


def _own(url: str, others: Iterable[str]) -> int:
    """The number of a page that does not say it: that at the end of its address, where none of the others is below it."""
    number = _at_end(url)
    if number is None or not others or any(other.startswith(f"{url.rstrip('/')}/") for other in others):
        return 1
    return number


def further(told: Iterable[Numbering], story: Iterable[str]) -> tuple[Part, ...]:
    """The pages of a story from the second on, as its pages link to them; where they leave some out, as the others stand.

    An address that is not below one of the story's own, host aside, is none of its pages.
    """
    own = {parts(url).path.rstrip("/").lower() for url in story}
    found: dict[int, str] = {}
    count = 1
    for one in told:
        count = max(count, one.count)
        for number, address in one.addresses.items():
            path = parts(address).path.lower()
            if number > 1 and any(path.startswith(f"{stem}/") or path == stem for stem in own):
                found.setdefault(number, address)
    pattern = next((_pattern(number, address) for number, address in found.items()), None)
    numbers = range(2, min(count, MOST) + 1)
    return tuple(
        Part(number=number, url=url)
        for number in numbers
        if (url := found.get(number) or (pattern and pattern.format(number)))
    )


def _pattern(number: int, address: str) -> str | None:
    """An address with a blank for its number."""
    end = _NUMBER_AT_END.search(address)
    if end is None or int(end[1]) != number:
        return None
    return f"{_plain(address[: end.start(1)])}{{}}{_plain(address[end.end(1) :])}"


def _plain(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _shown(link: HtmlElement) -> int | None:
    digits = re.search(r"\d{1,3}", "".join(link.itertext()))
    return int(digits[0]) if digits else None


def _at_end(address: str) -> int | None:
    """The number at which an address ends: that of the page where a link only says "Berikutnya"."""
    end = _NUMBER_AT_END.search(address)
    return int(end[1]) if end else None
