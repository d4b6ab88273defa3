"""What stands on a page beside its article, taken off before anything is read."""

from collections.abc import Iterable

from lxml.html import HtmlElement

from crawler.reading.rules import Rules
from crawler.reading.selectors import matches, ranked


def prune(tree: HtmlElement, rules: Rules) -> None:
    """Take the boxes of other stories, side columns and comments off a page; one that holds the article stays.

    Inside a container that begins below the headline nothing is taken: what does not belong there `drop` and `related`
    name.
    """
    headline, container = ranked(tree, rules.headline)[:1], ranked(tree, rules.containers)[:1]
    tight = [one for one in container if not any(_inside(title, one) for title in headline)]
    found = (box for box in matches(tree, rules.aside) if not any(_inside(box, one) for one in tight))
    _take(found, keep=[*headline, *container])


def pruned_whole(tree: HtmlElement, rules: Rules) -> None:
    """Take off what would stand inside the container as well, from a page that has none that is known."""
    _take(matches(tree, (*rules.drop, *rules.related)), keep=ranked(tree, rules.headline)[:1])


def bare(container: HtmlElement, tree: HtmlElement, rules: Rules) -> bool:
    """Whether the container holds the headline too; then what belongs to it (byline, date, caption) is taken off."""
    headline = next(iter(ranked(tree, rules.headline)), None)
    if headline is None or not _inside(headline, container):
        return False
    for selectors in (rules.byline, rules.kicker, rules.section, rules.printed_date, rules.published, rules.caption):
        _take((one for one in ranked(tree, selectors)[:1] if _inside(one, container)), keep=[headline])
    return True


def _take(elements: Iterable[HtmlElement], *, keep: list[HtmlElement]) -> None:
    for element in elements:
        if element.getparent() is not None and not any(_inside(kept, element) for kept in keep):
            element.drop_tree()


def _inside(element: HtmlElement, other: HtmlElement) -> bool:
    return element is other or any(ancestor is other for ancestor in element.iterancestors())
