"""From bytes to a document tree."""

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.encoding import html_to_unicode

from crawler.reading.material import Page


def parse(text: str) -> HtmlElement | None:
    """A document tree of decoded HTML; None if there is nothing in it. The parser caps nesting at 256 levels."""
    data = text.replace("\0", "").encode("utf-8", "replace")
    try:
        return document_fromstring(data, parser=HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


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
