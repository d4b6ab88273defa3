"""What stands around a headline and around the text: name and day without a class, the lead picture and its caption."""

import re
from collections.abc import Iterator

from lxml.etree import XPath
from lxml.html import HtmlElement

from archive.text import clean_text
from crawler.reading.blocks import text_of
from crawler.reading.selectors import matches

_NEAR = 400
_LABELS = 120
"""The most characters of name, day and counters between a headline and what follows it."""
_BY = re.compile(r"(?:di(?:tulis|post|posting)\s+)?(?:oleh|by|penulis)\s*:?", re.IGNORECASE)
_BYLINE = re.compile(_BY.pattern + r"\s+(?P<name>[^\d|•·,:;]{3,40})", re.IGNORECASE)
_LEVELS, _SIBLINGS, _LONGEST_LABEL = 3, 4, 40
"""How far above a headline its section may stand."""
_TEXTS = XPath("descendant::text()[not(parent::script or parent::style)]", smart_strings=False)
_LEAVES = ("h1", "h2", "h3", "h4", "div", "p", "span", "small", "em", "i", "figcaption")


def headline_by_words(tree: HtmlElement, title: str) -> HtmlElement | None:
    """The element that prints the title and nothing else, where no selector knows the headline."""
    return next((element for element in tree.iter(*_LEAVES) if not len(element) and text_of(element) == title), None)


def near_headline(headline: HtmlElement | None, container: HtmlElement | None) -> list[str]:
    """The lines that stand by a headline and are not the article's text, its own and pictures' captions left out."""
    if headline is None:
        return []
    near: list[str] = []
    if (parent := headline.getparent()) is not None and not holds(parent, container):
        near.append(spaced(parent).replace(spaced(headline), " ", 1).strip())
    near.extend(map(spaced, _below(headline, container)))
    return [text for text in near if len(text) <= _NEAR]


def spaced(element: HtmlElement) -> str:
    """All text under an element with blanks between its parts: `<a>Tri Wahyuni</a><span>17 November</span>` is two."""
    return clean_text(" ".join(_TEXTS(element)))


def byline_near(headline: HtmlElement | None, container: HtmlElement | None) -> Iterator[str]:
    """The names of lines such as `Oleh Sari Anggraini` by a headline."""
    if headline is None:
        return
    parent = headline.getparent()
    boxes = [parent] if parent is not None and not holds(parent, container) else []
    for box in (*boxes, *_below(headline, container)):
        for element in box.iter() if len(text_of(box)) <= _NEAR else ():
            own = clean_text(element.text or "") if isinstance(element.tag, str) else ""
            if match := _BYLINE.match(own):
                yield re.split(r"\s+[–-]\s+", match["name"])[0].strip()
            elif _BY.fullmatch(own) and len(element):
                yield text_of(element[0])


def label_above(headline: HtmlElement | None, selectors: tuple[str, ...]) -> str | None:
    """The first short text right above the headline that one of the selectors names; menus have too many of them."""
    node = headline
    for _ in range(_LEVELS if selectors else 0):
        if node is None:
            return None
        for count, element in enumerate(node.itersiblings("*", preceding=True)):
            if count >= _SIBLINGS:
                break
            found = [text for one in matches(element, selectors) if (text := text_of(one))]
            if found and len(set(found)) == 1 and len(found[0]) <= _LONGEST_LABEL:
                return found[0]
        node = node.getparent()
    return None


def leads(element: HtmlElement, container: HtmlElement | None, headline: HtmlElement | None) -> bool:
    """Whether a picture or a caption is the lead's: outside the text, or before its first word.

    In a container that holds the headline too, the first word comes after that and a line or two of name and day.
    """
    if container is None or not holds(container, element):
        return True
    before = _words_before(element, container)
    if headline is not None and holds(container, headline):
        return before < _words_before(headline, container) + len(text_of(headline)) + _LABELS
    return before == 0


def alt_caption(tree: HtmlElement, image: HtmlElement) -> str | None:
    """A picture's `alt` where the page prints the same words, as captions are; an `alt` alone is none."""
    alt = clean_text(image.get("alt") or "")
    return alt if alt and headline_by_words(tree, alt) is not None else None


def holds(element: HtmlElement, other: HtmlElement | None) -> bool:
    """Whether the other stands under the element, or is it."""
    return other is not None and any(ancestor is element for ancestor in (other, *other.iterancestors()))


def _below(headline: HtmlElement, container: HtmlElement | None) -> list[HtmlElement]:
    """What stands between a headline and the text that follows it; where that is not known apart, short lines at most."""
    node = headline
    if container is not None and holds(container, headline):
        container = None
    while container is not None and (parent := node.getparent()) is not None and not holds(parent, container):
        node = parent
    found: list[HtmlElement] = []
    for element in node.itersiblings():
        if holds(element, container) or (container is None and not _is_label(element)):
            return found
        if isinstance(element.tag, str) and not matches(element, ("img", "figcaption", '[class*="caption"]')):
            found.append(element)
    return []


def _is_label(element: HtmlElement) -> bool:
    text = text_of(element) if isinstance(element.tag, str) else ""
    return len(text) <= _LABELS and not text.endswith((".", "”", '"'))


def _words_before(element: HtmlElement, container: HtmlElement) -> int:
    words = element.xpath("preceding::text()[normalize-space() and not(parent::script or parent::style)]")
    return sum(len(text) for text in words if holds(container, text.getparent()))
