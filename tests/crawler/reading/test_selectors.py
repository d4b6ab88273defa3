"""Selectors: those that cannot name anything are passed over, and nothing else is."""

import pytest
from lxml.html import HtmlElement, fromstring

from crawler.reading.selectors import matches, ranked

PAGE = (
    '<div class="isi utama"><p id="teras">Teras</p><p class="kutipan">Kutipan</p></div><aside data-x=".isi">x</aside>'
)


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        (".isi", 1),
        ("div.isi.utama > p", 2),
        (".isi.lain", 0),
        ("#teras", 1),
        (".isi p:not(.lain)", 2),
        (".isi p:not(#teras)", 1),
        ("p:not(.kutipan):not(#lain)", 1),
        ('aside[data-x=".isi"]', 1),
        ('aside[data-x="#lain"]', 0),
        ('[class*="utama"]', 1),
        ("p", 2),
    ],
)
def test_a_selector_names_what_it_names_without_the_short_cut(selector: str, found: int) -> None:
    page = fromstring(PAGE)
    assert len(page.cssselect(selector)) == found
    assert len(matches(page, (selector,))) == len(ranked(page, [selector])) == found


def test_each_document_is_asked_for_its_own_classes() -> None:
    one, other = fromstring('<p class="a">x</p>'), fromstring('<div><p class="b">y</p></div>')

    def found(tree: HtmlElement, selector: str) -> int:
        return len(matches(tree, (selector,)))

    assert [found(one, ".a"), found(other, ".a"), found(other, ".b"), found(one, ".b"), found(one, ".a")] == [
        1,
        0,
        1,
        0,
        1,
    ]
    assert found(other.find("p"), ".b") == 1


def test_the_union_is_in_document_order_and_names_each_once() -> None:
    page = fromstring(PAGE)
    assert [one.tag for one in matches(page, ("aside", ".kutipan", "#teras", ".isi", ".utama"))] == [
        "div",
        "p",
        "p",
        "aside",
    ]
    assert matches(page, ()) == []
