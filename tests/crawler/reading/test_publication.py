"""Which of a page's days counts, by order and by what the page itself shows to be wrong."""

import json
from datetime import UTC, date, datetime

import pytest

from archive.records import Reading, Trust
from crawler.reading import Material, Page, Site, read

SITE = Site(slug="contoh", name="Kabar Contoh", base_url="https://contoh.test", timezone="Asia/Makassar")
PLAIN = "https://contoh.test/logistik-tiba/"
DATED = "https://contoh.test/20/11/2024/logistik-tiba/"
NOW = datetime(2024, 11, 20, 12, tzinfo=UTC)
STORY = (
    "Sebanyak 300 kotak suara tiba di gudang logistik kabupaten dan langsung diperiksa petugas satu per satu. "
    "Tiga kotak yang rusak dicatat, lalu dilaporkan kepada pengawas dan polisi yang menjaga gudang itu."
)


def read_page(near: str = "", *, head: str = "", lead: str = "", url: str = PLAIN) -> Reading:
    html = (
        f"<html><head>{head}</head><body class='single'><article><header><h1>Logistik Tiba</h1>{near}</header>"
        f"<div class='entry-content'><p>{lead}{STORY}</p></div></article></body></html>"
    )
    page = Page(url=url, content_type="text/html; charset=UTF-8", body=html.encode())
    found = read(Material(site=SITE, url=url, page=page, fetched_at=NOW))
    assert isinstance(found, Reading)
    return found


def jsonld(value: str) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "Article", "datePublished": value})}</script>'


def meta(value: str, name: str = "article:published_time") -> str:
    return f'<meta property="{name}" content="{value}">'


def day(found: Reading) -> tuple[str, str]:
    """When it was published, as far as that is known, and who said so."""
    known = found.published_at or found.published_date
    assert known
    assert found.published_source
    return known.isoformat(), found.published_source.value


ELEMENT = '<time class="entry-date published" datetime="2024-11-20T07:30:00+08:00">20 November 2024</time>'


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"head": jsonld("2024-11-19T17:30:00Z") + meta("2024-11-19T18:00:00Z"), "near": ELEMENT},
            ("2024-11-20T01:30:00+08:00", "jsonld"),
        ),
        ({"head": meta("2024-11-19T18:00:00Z"), "near": ELEMENT}, ("2024-11-20T02:00:00+08:00", "meta")),
        ({"head": meta("2024/11/20 07:31:00", "publishdate")}, ("2024-11-20T07:31:00+08:00", "meta")),
        ({"near": ELEMENT, "url": DATED}, ("2024-11-20T07:30:00+08:00", "page")),
        ({"near": "<p>Rabu, 20 Nov 2024 | 08.15 WITA</p>", "url": DATED}, ("2024-11-20T08:15:00+08:00", "page")),
        ({"near": "<p>5 jam yang lalu</p>", "url": DATED}, ("2024-11-20", "url")),
        ({"near": "<p>5 jam yang lalu</p>"}, ("2024-11-20", "page")),
        ({"near": "<p>2 hours ago</p>", "lead": "SAMPIT, 18 November 2024 – "}, ("2024-11-20", "page")),
        ({"lead": "Tenggarong, 20 November 2024 – "}, ("2024-11-20", "text")),
        ({"lead": "JAKARTA (20/11/2024) - "}, ("2024-11-20", "text")),
    ],
    ids=[
        "json-ld",
        "meta",
        "older meta",
        "time",
        "words",
        "address",
        "hours ago",
        "hours before text",
        "text",
        "text 2",
    ],
)
def test_the_first_source_that_knows_has_the_word(given: dict[str, str], told: tuple[str, str]) -> None:
    assert day(read_page(**given)) == told


@pytest.mark.parametrize(
    "given",
    [
        {"lead": "Pada Rabu (20/11/2024) pagi, "},
        {"lead": "SAMPIT – Hari ini (20/11/2024), "},
        {"near": "<p>2 hari yang lalu</p>"},
        {"near": "<p>Diperbarui 20 November 2024</p>"},
        {"head": meta("kemarin")},
    ],
    ids=["an event", "today in the text", "days ago", "a change", "no date"],
)
def test_what_does_not_say_the_day_of_publication_leaves_it_unknown(given: dict[str, str]) -> None:
    found = read_page(**given)
    assert (found.published_date, found.published_at, found.published_source) == (None, None, None)


CLOCK = "2024-11-20T20:30:00+00:00"
"""04:30 of the next day in WITA, if the label is right."""


@pytest.mark.parametrize("head", [jsonld(CLOCK), meta(CLOCK)], ids=["json-ld", "meta"])
@pytest.mark.parametrize(
    ("near", "url", "at"),
    [
        ("", PLAIN, "2024-11-21T04:30:00+08:00"),
        (
            '<time class="entry-date published" datetime="2024-11-20T20:30:00+08:00">x</time>',
            PLAIN,
            "2024-11-21T04:30:00+08:00",
        ),
        ('<p class="entry-meta">20 November 2024 20:30 WITA</p>', PLAIN, "2024-11-20T20:30:00+08:00"),
        ('<p class="entry-meta">20 November 2024 19:30 WIB</p>', PLAIN, "2024-11-20T20:30:00+08:00"),
        ('<p class="entry-meta">20 November 2024 20:30</p>', PLAIN, "2024-11-21T04:30:00+08:00"),
        ("", DATED, "2024-11-20T20:30:00+08:00"),
        ("", DATED.replace("20/11", "21/11"), "2024-11-21T04:30:00+08:00"),
    ],
    ids=[
        "no evidence",
        "a time element",
        "words",
        "words of WIB",
        "words without zone",
        "address",
        "address agrees",
    ],
)
def test_a_local_clock_labelled_utc_is_told_by_what_the_page_shows(head: str, near: str, url: str, at: str) -> None:
    found = read_page(near, head=head, url=url)
    assert found.published_at
    assert found.published_at.isoformat() == at


@pytest.mark.parametrize(("url", "at"), [(DATED, "2024-11-20T21:00:00+08:00"), (PLAIN, "2024-11-21T05:00:00+08:00")])
def test_the_time_of_the_last_change_is_read_as_that_of_publication(url: str, at: str) -> None:
    graph = {"@type": "Article", "datePublished": CLOCK, "dateModified": "2024-11-20T21:00:00+00:00"}
    found = read_page(head=f'<script type="application/ld+json">{json.dumps(graph)}</script>', url=url)
    assert found.modified_at
    assert found.modified_at.isoformat() == at


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"near": "<p>21 November 2024</p>", "url": DATED}, date(2024, 11, 20)),
        ({"head": jsonld("2024-11-18T08:00:00+08:00") + meta("2024-11-19T08:00:00+08:00")}, date(2024, 11, 18)),
        ({"head": jsonld("2024-11-18T08:00:00+08:00"), "url": DATED}, date(2024, 11, 18)),
        ({"head": jsonld("2024-11-20T08:00:00+08:00"), "lead": "SAMPIT, 18/11/2024 – "}, date(2024, 11, 20)),
    ],
    ids=["words and address", "json-ld and meta", "json-ld and address", "json-ld and dateline"],
)
def test_sources_that_disagree_are_flagged(given: dict[str, str], kept: date) -> None:
    found = read_page(**given)
    assert (found.published_date, found.flags) == (kept, ("date_conflict",))


def test_sources_that_agree_are_not() -> None:
    head = jsonld("2024-11-19T17:30:00Z") + meta("2024-11-19T17:30:00Z")
    found = read_page(ELEMENT, head=head, url=DATED, lead="SAMPIT, 20/11/2024 – ")
    assert (found.published_date, found.published_source, found.flags) == (date(2024, 11, 20), Trust.JSONLD, ())


def test_a_day_ahead_of_the_visit_is_kept_and_flagged() -> None:
    found = read_page(head=meta("2031-11-20T08:00:00+08:00"))
    assert (found.published_date, found.flags) == (date(2031, 11, 20), ("future_date",))


@pytest.mark.parametrize(
    ("near", "authors", "editors", "credit"),
    [
        ("<p>Penulis: Wati Lestari | Editor: Darma</p>", ("Wati Lestari",), ("Darma",), "Penulis: Wati Lestari | Editor: Darma"),
        ("<div><p>Reporter : Wati</p><p>Editor : Redaksi</p><p>20 November 2024</p></div>", ("Wati",), (), "Reporter : Wati Editor : Redaksi"),
        ("<p>Oleh Wati Lestari</p>", ("Wati Lestari",), (), None),
    ],
    ids=["one line", "lines of a box", "by"],
)  # fmt: skip
def test_people_are_named_by_the_headline_too(
    near: str, authors: tuple[str, ...], editors: tuple[str, ...], credit: str | None
) -> None:
    found = read_page(near, lead="SAMPIT – ")
    assert (found.authors, found.editors, found.credit) == (authors, editors, credit)
