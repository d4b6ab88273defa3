"""From a container to its blocks of text, in one walk in document order."""

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from enum import Enum, auto

from lxml import etree
from lxml.html import HtmlElement

from archive.text import clean_text
from crawler.reading.credits import photo_credit
from crawler.reading.selectors import Boxes, boxes
from crawler.reading.wording import NO_CAPTIONS, OWN_LINES

# fmt: off
_SKIPPED = frozenset((
    "script", "style", "noscript", "form", "iframe", "nav", "button", "svg", "template", "select", "textarea",
    "input", "object", "embed", "video", "audio", "canvas", "head", "title", "link", "meta", "amp-iframe",
    "amp-ad", "amp-img", "amp-youtube", "amp-video", "dialog", "map",
))
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figure", "footer", "header", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "html", "li", "main",
    "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))
_BOXES = _BLOCKS - frozenset((
    "blockquote", "dd", "dl", "dt", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))
# fmt: on
"""What editors do not write with: a box in a text may be the theme's."""
_MOSTLY_LINK = 0.5
_TITLES = "descendant::a[ancestor-or-self::*[self::h2 or self::h3 or self::h4 or contains(@class, '-title')]]"
"""Links inside the title of a card."""
_TEXT = etree.XPath(
    "descendant::node()[self::text()[not(parent::script or parent::style or parent::noscript)]"
    " or self::br or self::li or self::p or self::div or self::td or self::th]"
)
"""Text, and elements before which a blank stands although none is written. One path: as a union of several the same
took 66 s instead of 0.1 s on a page of 100 000 nodes.
"""
_CAPTION_CLASSES = frozenset(
    {
        *("wp-caption-text", "wp-element-caption", "wp-caption-dd", "gallery-caption"),
        *("image-caption", "img-caption", "photo-caption", "caption-text"),
    }
)
_SLANTED = frozenset({"em", "i", "small"})
_NO_PICTURES = frozenset({"emoji", "wp-smiley"})
_LONGEST_CAPTION = 250
_NO_CAPTION = re.compile("|".join(NO_CAPTIONS), re.IGNORECASE)
_OWN_LINE = re.compile(rf"[\W_]*(?:{'|'.join(OWN_LINES)})", re.IGNORECASE)


class Kind(Enum):
    """What a block is; the cleaning rules treat lines of prose and cells differently."""

    PARAGRAPH = auto()
    HEADING = auto()
    ITEM = auto()
    CELL = auto()


_KINDS = {"li": Kind.ITEM, "dt": Kind.ITEM, "dd": Kind.ITEM, "td": Kind.CELL, "th": Kind.CELL} | {
    f"h{level}": Kind.HEADING for level in range(1, 7)
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link inside a block, its address as written."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, item, cell, quote or sub-heading, cleaned."""

    text: str
    kind: Kind = Kind.PARAGRAPH
    links: tuple[Link, ...] = ()

    @property
    def linked(self) -> float:
        """The share of the text that is link."""
        return sum(len(link.text) for link in self.links) / len(self.text) if self.text else 0.0


@dataclass(slots=True)
class Walked:
    """What stands in a container: its blocks, its captions, and the links of boxes of other stories."""

    blocks: list[Block] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    related: list[Link] = field(default_factory=list)
    boxes: int = 0
    """Boxes inside the container that may be the theme's."""

    @property
    def prose(self) -> bool:
        """Whether all that stands there is what editors write with, and none of it is mostly a link."""
        return not self.boxes and all(block.linked < _MOSTLY_LINK for block in self.blocks)


def walk(container: HtmlElement, *, drop: tuple[str, ...] = (), related: tuple[str, ...] = ()) -> Walked:
    """All text of the container in document order, repeats included, `drop` left out and `related` set aside."""
    walker = _Walker(container, boxes(drop), boxes(related))
    walker.children(container, Kind.PARAGRAPH)
    walker.flush()
    walker.set_captions_apart()
    return walker.walked


class _Walker:
    """Collects text until a block begins or ends; two line breaks end a block as well (OUTLETS 6 R0.1)."""

    def __init__(self, container: HtmlElement, drop: Boxes, related: Boxes) -> None:
        self.walked = Walked()
        self._drop, self._dropped = drop, drop.found(container)
        self._relate, self._related = related, related.found(container)
        self._parts: list[str] = []
        self._links: list[tuple[str, list[str], int]] = []
        self._open: str | None = None
        self._breaks = 0
        self._ends: list[int] = []
        """Where in the parts a single line break stands."""
        self._slanted: list[tuple[int, int]] = []
        self._below_picture = False
        self._picture = False
        self._written = False
        """Whether a picture stands below text of the same paragraph; `_looked` says how far that was looked for."""
        self._looked = 0
        self._captions: list[int] = []
        """Which blocks stand right below a picture and look like its caption."""
        self._kind = Kind.PARAGRAPH

    def children(self, element: HtmlElement, kind: Kind) -> None:
        self._kind = kind
        self._add(element.text)
        for child in element:
            self._enter(child, kind)
            self._kind = kind
            self._add(child.tail)

    def flush(self) -> None:
        text = clean_text("".join(self._parts))
        if text:
            if self._below_picture and self._like_a_caption(text):
                self._captions.append(len(self.walked.blocks))
            self._below_picture, self._picture = self._picture, False
            if not self._ends or not self._line_by_line():
                self._block(text, self._links)
        self._parts.clear()
        self._links.clear()
        self._slanted.clear()
        self._ends.clear()
        self._breaks = 0
        self._written, self._looked = False, 0
        if self._open is not None:
            self._links.append((self._open, [], 0))

    def set_captions_apart(self) -> None:
        """Take the captions that are marked up as paragraphs out of the blocks, unless they are most of the text."""
        blocks = self.walked.blocks
        held = sum(len(block.text) for block in blocks)
        told = sum(len(blocks[place].text) for place in self._captions)
        if self._captions and told * 3 <= held:
            self.walked.captions.extend(blocks[place].text for place in self._captions)
            apart = frozenset(self._captions)
            self.walked.blocks = [block for place, block in enumerate(blocks) if place not in apart]

    def _like_a_caption(self, text: str) -> bool:
        """Whether a line below a picture is slanted as a whole, or credits a photographer; TinyMCE has no other caption."""
        if len(text) > _LONGEST_CAPTION or self._kind is not Kind.PARAGRAPH or _NO_CAPTION.match(text):
            return False
        upright = [
            part
            for place, part in enumerate(self._parts)
            if not part.isspace() and not any(begin <= place < end for begin, end in self._slanted)
        ]
        return (not upright and not text.endswith("?")) or photo_credit(text) is not None

    def _line_by_line(self) -> bool:
        """Part a paragraph at the line breaks around lines that stand for themselves, if it has any."""
        ends = [*self._ends, len(self._parts)]
        lines = [("".join(self._parts[at:end]), at, end) for at, end in zip([0, *ends], ends, strict=False)]
        own = [(at, end) for text, at, end in lines if _OWN_LINE.match(text)]
        if not own:
            return False
        cuts = [*dict.fromkeys(place for line in own for place in line), len(self._parts)]
        starts = [at for _, _, at in self._links]
        for begin, end in zip([0, *cuts], cuts, strict=False):
            links = self._links[bisect_left(starts, begin) : bisect_left(starts, end)]
            self._block(clean_text("".join(self._parts[begin:end])), links)
        return True

    def _block(self, text: str, opened: list[tuple[str, list[str], int]]) -> None:
        if not text:
            return
        links: tuple[Link, ...] = ()
        if opened:
            told = ((clean_text("".join(parts)), href) for href, parts, _ in opened)
            links = tuple(Link(label, href) for label, href in told if label)
        self.walked.blocks.append(Block(text, self._kind, links))

    def _add(self, text: str | None) -> None:
        if not text:
            return
        if self._breaks and not text.isspace():
            self._breaks = 0
        self._parts.append(text)
        if self._open is not None:
            self._links[-1][1].append(text)

    def _enter(self, element: HtmlElement, kind: Kind) -> None:
        tag = element.tag
        if not isinstance(tag, str):
            if tag is etree.Comment and "nextpage" in (element.text or ""):
                self.flush()
        elif element in self._related or self._relate.named(element):
            self.flush()
            self.walked.related.extend(links_of(element))
        elif tag in _SKIPPED or "hidden" in element.attrib or element in self._dropped or self._drop.named(element):
            if tag == "amp-img":
                self._see_picture(element)
            self._parts.append(" ")
        elif tag == "br":
            self._breaks += 1
            if self._breaks > 1:
                self.flush()
            self._parts.append(" ")
            self._ends.append(len(self._parts))
        elif tag in {"figcaption", "caption"} or not _CAPTION_CLASSES.isdisjoint(_classes(element)):
            self.flush()
            if caption := text_of(element):
                self.walked.captions.append(caption)
        elif tag in _BLOCKS:
            self.walked.boxes += tag in _BOXES
            self.flush()
            self.children(element, _KINDS.get(tag, kind))
            self.flush()
        elif tag == "a" and element.get("href"):
            self._open = element.get("href")
            self._links.append((element.get("href", ""), [], len(self._parts)))
            self.children(element, kind)
            self._open = None
        elif tag == "img":
            self._see_picture(element)
        elif tag in _SLANTED:
            before, begin = len(self.walked.blocks), len(self._parts)
            self.children(element, kind)
            if len(self.walked.blocks) == before:
                self._slanted.append((begin, len(self._parts)))
        else:
            self.children(element, kind)

    def _see_picture(self, element: HtmlElement) -> None:
        """Note a picture above or within what is collected; each part is looked at once, however many pictures stand there."""
        if _NO_PICTURES.isdisjoint(_classes(element)):
            self._written = self._written or any(not part.isspace() for part in self._parts[self._looked :])
            self._looked = len(self._parts)
            self._picture = self._picture or self._written
            self._below_picture = self._below_picture or not self._written


def text_of(element: HtmlElement) -> str:
    """All text under an element as one clean line, scripts and styles left out."""
    found = _TEXT(element)
    return clean_text("".join(part if isinstance(part, str) else " " for part in found))


def links_of(element: HtmlElement) -> list[Link]:
    """The links of a box of other stories that have a text; of cards, which link to sections as well, their titles'."""
    links = [Link(text, a.get("href", "")) for a in element.iter("a") if a.get("href") and (text := text_of(a))]
    titles = {a.get("href") for a in element.xpath(_TITLES)}
    return [link for link in links if link.href in titles] if titles else links


def _classes(element: HtmlElement) -> list[str]:
    return (element.get("class") or "").split()
