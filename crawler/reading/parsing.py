"""From bytes to a document tree."""

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.encoding import html_to_unicode

from crawler.reading.material import Page

_ATTRIBUTE = r"""[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]++)?+)?+"""
_EACH_ATTRIBUTE = re.compile(_ATTRIBUTE)
_TAG = re.compile(rf"<[a-zA-Z][^\s/>]*+((?:[\s/]++(?:{_ATTRIBUTE})?+)*+)")
_MOST_ATTRIBUTES = 2_000
_HARMLESS = re.compile(
    rf"(?:[^<]++|<(?![a-zA-Z])|<[a-zA-Z][^\s/>]*+(?:[\s/]++(?:{_ATTRIBUTE})?+){{0,{_MOST_ATTRIBUTES}}}+(?![\s/]))*+"
)
"""As much of a text as has no tag with too many attributes: almost always all, in a third of the time of `_TAG`."""


def parse(text: str) -> HtmlElement | None:
    """A document tree of decoded HTML; None if there is nothing in it. The parser caps nesting at 256 levels."""
    data = without_bombs(text.replace("\0", "")).encode("utf-8", "replace")
    try:
        return document_fromstring(data, parser=HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def without_bombs(text: str) -> str:
    """HTML in which no tag has thousands of attributes; such a tag loses them all, and the text beside it none.

    libxml2 compares each attribute with all before it: a page of 0.7 MB with 80,000 in one tag took it 8 to 72 s, which
    costs a reader its life, or, in a list, all of a crawl's time (RELIABILITY T11).
    """
    harmless = _HARMLESS.match(text)
    assert harmless is not None
    return text[: harmless.end()] + _TAG.sub(_defused, text[harmless.end() :])


def _defused(tag: re.Match[str]) -> str:
    attributes = tag.group(1)
    crowded = len(attributes) > _MOST_ATTRIBUTES and len(_EACH_ATTRIBUTE.findall(attributes)) > _MOST_ATTRIBUTES
    return tag.group()[: -len(attributes)] if crowded else tag.group()


def decoded(page: Page) -> str:
    """A page's text by header, mark or declaration; UTF-8 is tried first because almost every page is."""
    try:
        return page.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return html_to_unicode(page.content_type, page.body, default_encoding="cp1252")[1]


class NoXmlError(Exception):
    """The bytes are no XML."""


def parse_xml(body: bytes) -> etree._Element:
    """The root of an XML document, which may be broken in places (a raw `&`) and may name no file to be read in (XXE).

    Raises:
        NoXmlError: there is no document.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise NoXmlError(str(error)) from error
    if root is None:
        raise NoXmlError("no element")
    return root


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace; a prefix that no namespace was declared for stays part of it."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
