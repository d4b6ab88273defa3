"""Stories in several pages: which page one is, and where the others stand."""

import pytest

from archive.records import Part
from crawler.reading.parsing import parse
from crawler.reading.parts import MOST, Numbering, further, numbering

URL = "https://kabar.example/berita/perjalanan-logistik/"
NUMBERS = '<div class="page-links"><a class="post-page-numbers" href="{url}">1</a> <span class="post-page-numbers current">2</span> <a class="post-page-numbers" href="{url}3/">3</a></div>'
STEPS = '<a class="post-page-numbers" href="{url}">Sebelumnya</a> <a class="post-page-numbers" href="{url}3/">Berikutnya</a>'


def told(markup: str, url: str = URL) -> Numbering:
    tree = parse(f"<article><p>Isi.</p>{markup}</article>".replace("{url}", URL))
    assert tree is not None
    return numbering(tree, url)


@pytest.mark.parametrize(
    ("markup", "url", "own", "count"),
    [
        (NUMBERS, f"{URL}2/", 2, 3),
        (NUMBERS.replace("current", "now").replace("span", "b"), f"{URL}2/", 2, 3),
        (STEPS, f"{URL}2/", 2, 3),
        ('<a class="post-page-numbers" href="{url}2/">Berikutnya</a>', URL, 1, 2),
        ('<a class="post-page-numbers" href="/berita/12/2/">Berikutnya</a>', "https://kabar.example/berita/12/", 1, 2),
        ('<a class="post-page-numbers">1</a><a class="post-page-numbers" href="http://[">2</a>', URL, 1, 2),
        ("<p>1 2 3</p>", URL, 1, 1),
        ("", "https://kabar.example/berita/12/", 1, 1),
    ],
    ids=["numbers", "numbers of an old theme", "steps", "one step", "a number as a name", "broken", "none", "bare"],
)
def test_the_pages_of_a_story_are_counted(markup: str, url: str, own: int, count: int) -> None:
    found = told(markup, url)
    assert (found.own, found.count) == (own, count)


def at(number: int) -> Part:
    return Part(number=number, url=f"{URL}{number}/")


@pytest.mark.parametrize(
    ("addresses", "count", "parts"),
    [
        ({2: f"{URL}2/", 3: f"{URL}3/"}, 3, (at(2), at(3))),
        ({2: f"{URL}2/", 9: f"{URL}9/"}, 9, tuple(map(at, range(2, 10)))),
        ({2: f"{URL}2/"}, 999, tuple(map(at, range(2, MOST + 1)))),
        ({1: URL, 3: f"{URL}3/"}, 3, (at(2), at(3))),
        ({2: "https://kabar.example/?p=12&page=2"}, 2, ()),
        ({2: "https://kabar.example/berita/lain/2/", 3: "http://["}, 3, ()),
        ({2: "https://kabar.example/berita/perjalanan-logistik-akhir/2/"}, 2, ()),
        ({2: f"{URL}?page=2"}, 3, (Part(number=2, url=f"{URL}?page=2"), Part(number=3, url=f"{URL}?page=3"))),
        ({2: f"{URL}{{0}}/2/"}, 3, (Part(number=2, url=f"{URL}{{0}}/2/"), Part(number=3, url=f"{URL}{{0}}/3/"))),
        ({2: f"{URL}dua/"}, 3, (Part(number=2, url=f"{URL}dua/"),)),
    ],
    ids=["each", "some left out", "without end", "the second left out", "elsewhere", "another's", "alike", "a query",
         "braces", "no number"],
)  # fmt: skip
def test_further_pages_stand_below_the_story(addresses: dict[int, str], count: int, parts: tuple[Part, ...]) -> None:
    assert further([Numbering(count=count, addresses=addresses)], [URL]) == parts
