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
