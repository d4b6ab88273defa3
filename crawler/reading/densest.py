"""The box that holds a page's text, where no selector of its family knows it."""

from lxml.html import HtmlElement

from crawler.reading.blocks import text_of
from crawler.reading.rules import Rules
from crawler.reading.selectors import boxes

_BOXES = frozenset({"div", "section", "article", "main", "td", "body", "center"})
_NOT_TEXT = frozenset(
    (
        "script",
        "style",
        "noscript",
        "form",
        "nav",
        "header",
        "footer",
        "aside",
        "button",
        "select",
        "a",
        "head",
        "template",
    )
)
_ENOUGH = 400
"""Characters of a text; below that a page's own words are as many (OUTLETS 5.1)."""
_LONG = 100
_ALL = 0.85
"""The least share of the long texts of a page that its box holds; else the text is parted, and the page is asked whole."""


def densest(tree: HtmlElement, rules: Rules) -> HtmlElement | None:
    """The box with the most text of its own that is no link, if it holds nearly all that the page has; else None.

    Laravel's `nl2br` sets a text into a box of no name, parted by line breaks. Text in lines of a box each (`div` as
    paragraph) counts as that of the box around them.
    """
    own = _own(tree, rules)
    for counted in (own, _with_leaves(own)):
        best = max(counted, key=counted.__getitem__, default=None)
        if best is None or counted[best] < _ENOUGH or best.tag == "body":
            continue
        long = sum(length for length in own.values() if length >= _LONG)
        if counted[best] >= long * _ALL and len(text_of(best)) >= _ENOUGH:
            return best
    return None


def _own(tree: HtmlElement, rules: Rules) -> dict[HtmlElement, int]:
    """How much text each box holds outside of boxes in it; links, the page's frame and what `drop` names left out."""
    leave, counted = boxes(rules.drop), dict[HtmlElement, int]()
    body = tree.find("body")
    start = tree if body is None else body
    stack = [(start, start)]
    while stack:
        element, box = stack.pop()
        if element is not start and element.tail:
            _count(counted, box, element.tail)
        if not isinstance(element.tag, str) or element.tag in _NOT_TEXT or leave.named(element):
            continue
        inner = element if element.tag in _BOXES else box
        if element.text:
            _count(counted, inner, element.text)
        stack.extend((child, inner) for child in element)
    return counted


def _count(counted: dict[HtmlElement, int], box: HtmlElement, text: str) -> None:
    if not text.isspace():
        counted[box] = counted.get(box, 0) + len(text)


def _with_leaves(own: dict[HtmlElement, int]) -> dict[HtmlElement, int]:
    """The same with the text of boxes in which there is no other counted as that of the box around them."""
    whole = dict(own)
    for box, length in own.items():
        parent = box.getparent()
        if parent is not None and parent.tag in _BOXES and not any(child.tag in _BOXES for child in box):
            whole[parent] = whole.get(parent, 0) + length
    return whole
