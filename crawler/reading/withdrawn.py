"""Notices that stand where a story stood: why it is gone, in the outlet's own words."""

from lxml.html import HtmlElement

from archive.notes import withdrawal
from crawler.reading.blocks import walk
from crawler.reading.material import Page
from crawler.reading.parsing import decoded, parse

IN_ITS_PLACE = "a notice stands in the story's place"
_LARGEST = 1_000_000
"""Bytes of an answer in which a notice is looked for; one of WordPress's own error pages has 60,000."""


def notice_in(page: Page) -> str | None:
    """The notice on a page that shows nothing else; None where there is none."""
    if not page.body or len(page.body) > _LARGEST:
        return None
    tree = parse(decoded(page))
    return None if tree is None else notice_on(tree)


def notice_on(tree: HtmlElement) -> str | None:
    """The notice on a parsed page that shows nothing else."""
    body = tree.find("body")
    return withdrawal([block.text for block in walk(tree if body is None else body).blocks])
