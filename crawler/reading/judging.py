"""A second opinion on a container's blocks, where one is needed, and the blocks of a page whose container is unknown."""

import re
from collections.abc import Iterator
from copy import deepcopy

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from archive.text import clean_text
from crawler.reading.blocks import Block, Kind
from crawler.reading.cleaned import SENTENCE_END
from crawler.reading.wording import SEE_ALSO

_ENOUGH = 400
_LINKS = 4_000
"""More links than that no story has; what trafilatura does with those of one paragraph is quadratic (20 000: a minute)."""
_SENTENCE = 40
_MOSTLY = 0.5
_SEE_ALSO = re.compile(rf"[\W_]*(?:{'|'.join(SEE_ALSO)})", re.IGNORECASE)
_LONGEST = 1_000_000
"""Characters in which a block is looked for that trafilatura has cut otherwise; a page of 20 MB must not take minutes."""


def judged(blocks: list[Block], container: HtmlElement) -> tuple[list[Block], list[Block]]:
    """The container's blocks that trafilatura takes for text, and those that it leaves out.

    trafilatura says what is text, the walk in what order and how often: measured on it (2.3.1), it removes a paragraph
    that is repeated word for word, loses captions, and below 250 characters takes the whole page. So it is not asked
    about short containers, and where it finds less than half of what stands there it has misread the page and is not
    heard. On the 54 recorded posts all of its votes agree with the editor; they cost 0.4 ms a record. It goes by names
    (`widget`, `caption`, `author`) and leaves out pull quotes: sentences above text that it takes stay, unless beside
    links to other stories.
    """
    if sum(len(block.text) for block in blocks) < _ENOUGH:
        return blocks, []
    found = [_squeezed(block.text) for block in extracted(container)]
    whole, joined = set(found), "".join(found)[:_LONGEST]
    kept = [block for block in blocks if (text := _squeezed(block.text)) in whole or text in joined]
    if sum(len(block.text) for block in kept) * 2 < sum(len(block.text) for block in blocks):
        return blocks, []
    held = set(map(id, kept))
    held |= _sentences_between(blocks, held) | _pointers(blocks)
    return [block for block in blocks if id(block) in held], [block for block in blocks if id(block) not in held]


def _sentences_between(blocks: list[Block], held: set[int]) -> set[int]:
    """The left out blocks above the last that is taken which are whole sentences, no link among those beside them."""
    between: set[int] = set()
    run: list[Block] = []
    for block in blocks:
        if id(block) not in held:
            run.append(block)
        elif run:
            if all(one.linked < _MOSTLY for one in run):
                between.update(id(one) for one in run if len(one.text) >= _SENTENCE and one.text.endswith(SENTENCE_END))
            run = []
    return between


def _pointers(blocks: list[Block]) -> set[int]:
    """`Baca juga` lines and the links below one: the rule that takes them keeps their addresses."""
    found: set[int] = set()
    below = False
    for block in blocks:
        below = below and block.linked >= _MOSTLY
        below = below or (len(block.text) <= _ENOUGH and bool(_SEE_ALSO.match(block.text)))
        if below:
            found.add(id(block))
    return found


def _squeezed(text: str) -> str:
    """The text without blanks: trafilatura sets them otherwise around inline elements and line breaks."""
    return "".join(text.split())


def extracted(tree: HtmlElement) -> list[Block]:
    """The blocks of trafilatura's own tree (never of its text output, which glues cells); empty if it finds none."""
    if sum(1 for _ in tree.iter("a")) > _LINKS:
        return []
    # Imported where it is asked: most pages need no second opinion, and it costs each reader a third of its start.
    import trafilatura

    document = trafilatura.bare_extraction(
        _as_page(tree), include_comments=False, include_tables=True, fast=True, deduplicate=False
    )
    body = getattr(document, "body", None)
    return list(_tei(body, Kind.PARAGRAPH)) if body is not None else []


def _as_page(tree: HtmlElement) -> HtmlElement:
    """A copy that trafilatura may take apart, in the frame that it expects; it takes nothing but HtmlElements."""
    copy = deepcopy(tree)
    copy.tail = None
    if copy.tag == "html":
        return copy
    page = document_fromstring("<html><body><article></article></body></html>")
    copy.tag = "div"
    page.find("body/article").append(copy)
    return page


def _tei(element: etree._Element, kind: Kind) -> Iterator[Block]:
    """Blocks of trafilatura's tree: p, head, quote, list/item, table/row/cell."""
    inner = {"head": Kind.HEADING, "item": Kind.ITEM, "cell": Kind.CELL}.get(str(element.tag), kind)
    nested = [child for child in element if child.tag in {"p", "head", "quote", "list", "table", "row", "cell", "item"}]
    if not nested:
        if text := clean_text(" ".join(element.itertext())):
            yield Block(text, inner)
        return
    if own := clean_text(element.text or ""):
        yield Block(own, inner)
    for child in nested:
        yield from _tei(child, inner)
        if tail := clean_text(child.tail or ""):
            yield Block(tail, inner)
