"""The Newspaper theme, its AMP pages and its parts: each rule fires in one page and holds back in another.

Whole pages of this kind are goldens (`tests/pages/prokalteng`); here the traps are taken one by one.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest
from lxml.html import HtmlElement

from archive.records import Reading, Reason, Trust
from crawler.addresses import canonical, whole
from crawler.reading import Material, Page, Record, Site, read
from crawler.reading.dates import loose_moment, url_moment
from crawler.reading.parsing import decoded, parse
from crawler.reading.parts import numbering
from crawler.sample.wordpress.site import NewspaperSite
from spiders.prokalteng import Prokalteng

SITE = Site(
    slug=Prokalteng.name,
    name=Prokalteng.outlet,
    base_url=Prokalteng.base_url,
    timezone=Prokalteng.timezone,
    rules=Prokalteng.rules,
)
STORY = "/kalteng/19/11/2024/logistik-tiba/"
URL = f"{SITE.base_url}{STORY}"
NOW = datetime(2024, 11, 22, 2, tzinfo=UTC)
LEAD = "Sebanyak tiga ratus kotak suara tiba di gudang logistik dan langsung diperiksa petugas satu per satu."
REST = "Kotak yang rusak dicatat, difoto, lalu dilaporkan kepada pengawas kecamatan pada hari yang sama oleh kepala gudang."
CARD = '<div class="td_module_wrap"><p class="entry-title td-module-title"><a href="/kalteng/21/11/2024/lain/">Lain</a></p><time class="entry-date updated td-module-date" datetime="2024-11-21T08:00:00+00:00">21 November 2024</time></div>'
PAGES = Path(__file__).parents[2] / "pages" / "prokalteng"


def page(
    *,
    body: str = f"<p>{LEAD}</p><p>{REST}</p>",
    date: str = "",
    head: str = "",
    above: str = "",
    title: str = '<h1 class="tdb-title-text">Logistik Tiba</h1>',
    url: str = URL,
) -> Page:
    html = (
        f'<html lang="id"><head>{head}</head><body class="single single-post postid-7"><article>{above}'
        f'<div class="td_block_wrap tdb_title">{title}</div>'
        f'<div class="td_block_wrap tdb_single_date">{date}</div><div class="td_block_wrap tdb_single_content '
        f'td-post-content tagdiv-type"><div class="tdb-block-inner td-fix-index">{body}</div></div>'
        f'<div class="td_block_wrap tdb_single_related">{CARD * 3}</div></article></body></html>'
    )
    return Page(url=url, content_type="text/html; charset=UTF-8", body=html.encode())


def reading(given: Page, *further: Page) -> Reading:
    result = read(Material(site=SITE, url=given.url, page=given, further=further, fetched_at=NOW))
    assert isinstance(result, Reading), result
    return result


def time_of(value: str, text: str) -> str:
    return f'<time class="entry-date updated td-module-date" datetime="{value}">{text}</time>'


@pytest.mark.parametrize(
    ("value", "printed", "expected"),
    [
        ("2024-11-19T09:15:00+07:00", "19 November 2024", "2024-11-19T09:15:00+07:00"),
        ("2024-11-19T19:15:00+00:00", "19 November 2024", "2024-11-19T19:15:00+07:00"),
        ("2024-11-18T19:15:00+00:00", "19 November 2024", "2024-11-19T02:15:00+07:00"),
        ("2024-11-19T09:15:00+00:00", "19 November 2024 | 09:15 WIB", "2024-11-19T09:15:00+07:00"),
        ("2024-11-19T09:15:00+00:00", "19 November 2024 16.15 WIB", "2024-11-19T16:15:00+07:00"),
        ("2024-11-19T19:15:00Z", "3 hari yang lalu", "2024-11-19T19:15:00+07:00"),
        ("2024-11-19T09:15:00+00:00", "19 November 2024", "2024-11-19"),
        ("2024-11-19T09:15:00+00:00", "", "2024-11-19"),
        ("2024-11-19", "19 November 2024", "2024-11-19"),
    ],
    ids=[
        "an offset of the zone is believed",
        "the clock fits the day",
        "UTC fits the day",
        "the clock fits the time printed",
        "UTC fits the time printed",
        "the day in the address decides",
        "both fit, so no time",
        "nothing printed, so no time",
        "a day alone",
    ],
)
def test_a_time_that_may_be_the_local_clock_labelled_utc_is_read_as_what_fits(
    value: str, printed: str, expected: str
) -> None:
    found = reading(page(date=time_of(value, printed)))
    said = found.published_at or found.published_date
    assert said
    assert (said.isoformat(), found.published_source) == (expected, Trust.PAGE)
    assert found.modified_at is None


def test_a_day_of_change_shown_as_the_date_is_not_the_day_of_publication() -> None:
    found = reading(page(date=time_of("2024-11-21T10:00:00+07:00", "21 November 2024")))
    assert (str(found.published_date), found.published_at, found.published_source) == ("2024-11-19", None, Trust.URL)


def test_without_any_other_word_the_day_is_that_of_the_clock() -> None:
    zone = ZoneInfo(SITE.timezone)
    found = loose_moment("2024-11-19T20:00:00+00:00", zone, printed="", in_url=None)
    assert found is not None
    assert (str(found.day), found.at) == ("2024-11-19", None)
    assert loose_moment("kemarin", zone, printed="19 November 2024", in_url=url_moment(STORY)) is None


@pytest.mark.parametrize("told", ["jsonld", "meta"])
def test_what_the_head_says_goes_before_the_time_element(told: str) -> None:
    graph = json.dumps({"@type": "Article", "datePublished": "2024-11-18T22:40:00+00:00"})
    head = {
        "jsonld": f'<script type="application/ld+json">{graph}</script>',
        "meta": '<meta property="article:published_time" content="2024-11-18T22:40:00+00:00">',
    }
    found = reading(page(date=time_of("2024-11-19T05:40:00+00:00", "19 November 2024"), head=head[told]))
    assert found.published_at
    assert (found.published_at.isoformat(), found.published_source) == ("2024-11-19T05:40:00+07:00", Trust(told))
    assert found.flags == ()


def test_a_head_that_contradicts_the_address_is_believed_and_flagged() -> None:
    found = reading(page(head='<meta property="article:published_time" content="2024-11-21T04:00:00+00:00">'))
    assert (str(found.published_date), found.flags) == ("2024-11-21", ("date_conflict",))


def test_the_date_of_another_storys_card_is_nobodys_date() -> None:
    found = reading(page(url=f"{SITE.base_url}/logistik-tiba/"))
    assert (found.published_date, found.modified_at) == (None, None)


@pytest.mark.parametrize(
    ("title", "head"),
    [
        ('<h1 class="tdb-title-text">Logistik Tiba</h1>', '<meta property="og:title" content="Lain - Prokalteng">'),
        ("", '<meta property="og:title" content="Logistik Tiba - Prokalteng">'),
        ("", "<title>Logistik Tiba &#8211; Prokalteng</title>"),
        ("", "<title>Logistik Tiba - Page 1 of 3 - Prokalteng</title>"),
        ("", "<title>Logistik Tiba - Prokalteng - Laman 2 dari 3</title>"),
    ],
    ids=["headline", "og:title", "title", "title of a part", "title of a part, the other way round"],
)
def test_the_title_is_without_the_sites_name_and_the_number_of_the_part(title: str, head: str) -> None:
    assert reading(page(title=title, head=head)).title == "Logistik Tiba"


def test_a_title_that_ends_with_a_dash_and_a_place_is_whole() -> None:
    title = '<h1 class="tdb-title-text">Logistik Tiba - Kapuas</h1>'
    assert reading(page(title=title)).title == "Logistik Tiba - Kapuas"


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("Oleh Hendra Wiyono", ("Hendra Wiyono",)),
        ("Prokalteng", ()),
        ("Oleh PROKALTENG", ()),
        ("prokalteng.co", ()),
        ("Redaksi", ()),
        ("St. Rahmah", ("St. Rahmah",)),
    ],
)
def test_the_byline_is_a_persons_or_nobodys(byline: str, expected: tuple[str, ...]) -> None:
    above = f'<div class="tdb_single_author"><a class="tdb-author-name" href="/author/x/">{byline}</a></div>'
    assert reading(page(above=above)).authors == expected


def test_the_credit_goes_before_the_byline() -> None:
    above = '<a class="tdb-author-name" href="/author/x/">Hendra Wiyono</a>'
    found = reading(page(above=above, body=f"<p>{LEAD}</p><p>{REST}</p><p>Penulis: Dewi Lestari</p>"))
    assert (found.authors, found.body) == (("Dewi Lestari",), (LEAD, REST))


@pytest.mark.parametrize(
    ("crumbs", "expected"),
    [
        ([("/", "Beranda"), ("/pemerintahan/", "Pemerintahan"), ("/pemerintahan/pemkab-a/", "Pemkab A")], "Pemkab A"),
        ([("/?amp", "Beranda"), ("/pemerintahan/?amp", "Pemerintahan"), (STORY, "Logistik Tiba")], "Pemerintahan"),
        ([("/", "Beranda"), ("/?cat=5", "Kapuas")], "Kapuas"),
        ([("/", "Beranda"), (STORY, "Logistik Tiba")], "Kalteng"),
        ([], "Kalteng"),
    ],
    ids=["deepest", "not the story itself", "a category without a name in its address", "only root and story", "none"],
)
def test_the_section_is_the_deepest_category_of_the_crumbs_else_the_label(
    crumbs: list[tuple[str, str]], expected: str
) -> None:
    above = "".join(f'<a class="tdb-entry-crumb" href="{href}">{name}</a>' for href, name in crumbs)
    above += '<a class="tdb-entry-category" href="/kalteng/">Kalteng</a>'
    assert reading(page(above=above)).section == expected


def test_boxes_inside_the_text_are_no_text_and_a_quote_in_a_box_is() -> None:
    boxes = (
        '<div class="td-a-rec td-a-rec-id-content_inline"><span class="td-adspot-title">- Advertisement -</span></div>',
        '<div class="td_block_wrap tdb_single_post_share"><a href="https://wa.me/?text=x">WhatsApp</a></div>',
        '<div class="page-nav"><span class="current">1</span><a href="2/">2</a></div>',
        f'<div class="td_block_wrap td_block_related_posts"><a class="td-post-category" href="/kalteng/">Kalteng</a>{CARD}</div>',
    )
    found = reading(page(body=f"<p>{LEAD}</p>{''.join(boxes)}<div class='td-quote-box'><p>{REST}</p></div>"))
    assert found.body == (LEAD, REST)
    assert [(one.text, one.url) for one in found.related] == [("Lain", f"{SITE.base_url}/kalteng/21/11/2024/lain/")]


def part(number: int, text: str, *, of: int = 3, status: int = 200) -> Page:
    links = "".join(
        f'<span class="post-page-numbers current"><div>{n}</div></span>'
        if n == number
        else f'<a class="post-page-numbers" href="{STORY}{n}/"><div>{n}</div></a>'
        for n in range(1, of + 1)
    )
    given = page(body=f"<p>{text}</p><div class='page-nav page-nav-post'>{links}</div>", url=f"{URL}{number}/")
    return Page(url=given.url, body=given.body, content_type=given.content_type, status=status)


ONE, TWO, THREE = (part(number, f"Bagian {name} cerita ini.") for number, name in enumerate(("satu", "dua", "tiga"), 1))
TEXTS = ("Bagian satu cerita ini.", "Bagian dua cerita ini.", "Bagian tiga cerita ini.")


@pytest.mark.parametrize(
    ("further", "body", "missing"),
    [
        ((TWO, THREE), TEXTS, False),
        ((THREE, TWO), TEXTS, False),
        ((TWO, TWO, THREE), TEXTS, False),
        ((TWO,), TEXTS[:2], True),
        ((TWO, ONE), TEXTS[:2], True),
        ((part(2, "Galat.", status=500), THREE), (TEXTS[0], TEXTS[2]), True),
        ((), TEXTS[:1], True),
    ],
    ids=["in order", "out of order", "one twice", "one missing", "the first instead", "an error", "alone"],
)
def test_parts_are_joined_in_order_and_missing_ones_flagged(
    further: tuple[Page, ...], body: tuple[str, ...], missing: bool
) -> None:
    found = reading(ONE, *further)
    assert found.body == body
    assert ("parts_missing" in found.flags) is missing


@pytest.mark.parametrize("case", ["amp", "amp_whole_story", "amp_utc_time_only"])
def test_an_amp_page_gives_nothing_of_its_frame(case: str) -> None:
    given = json.loads((PAGES / f"{case}.json").read_text("utf-8"))
    found = reading(Page(url=given["url"], body=(PAGES / f"{case}.html").read_bytes(), content_type="text/html"))
    everything = json.dumps([found.title, found.body, found.authors, found.caption, found.captions, found.tags])
    for foreign in ("Site icon", "Exit mobile version", "Back to top", "Leave a Comment", "Categories", " ago"):
        assert foreign not in everything
    assert found.canonical
    assert "amp" not in found.canonical


def test_the_amp_page_tells_the_same_story_as_the_canonical_one() -> None:
    one, other = (
        reading(Page(url=URL, body=(PAGES / f"{case}.html").read_bytes(), content_type="text/html"))
        for case in ("canonical", "amp")
    )
    for name in ("title", "body", "published_at", "modified_at", "section", "tags", "caption", "credit", "canonical"):
        assert getattr(one, name) == getattr(other, name), name


def test_page_and_amp_page_of_the_sample_outlet_tell_what_its_records_tell() -> None:
    """All fields but two: a page names a time of change only after one, and an AMP page has no post id."""
    with NewspaperSite(clock=lambda: datetime(2025, 6, 1, tzinfo=UTC)) as sample:
        site = replace(SITE, name=sample.name, base_url=sample.base_url, timezone=sample.zone_name)
        read_at = {"site": site, "fetched_at": NOW}
        seen = 0
        for post in json.loads(got(f"{sample.base_url}/wp-json/wp/v2/posts?per_page=100&_embed=1").body):
            url, first = post["link"], got(post["link"])
            further = tuple(got(f"{url}{number}/") for number in range(2, numbering(of(first), url).count + 1))
            record, page_, amp = (
                read(Material(url=url, record=Record(post), **read_at)),
                read(Material(url=url, page=first, further=further, **read_at)),
                read(Material(url=url, page=got(f"{url}amp/"), **read_at)),
            )
            if post["content"]["protected"]:
                assert {getattr(one, "reason", None) for one in (record, page_, amp)} == {Reason.PASSWORD}
                continue
            seen += 1
            for name in sorted(
                Reading.__dataclass_fields__.keys() - {"modified_at", "keys", "published_source", "parts"}
            ):
                said = {getattr(one, name, one) for one in (record, page_, amp)}
                assert len(said) == 1, (url, name, said)
        assert seen == 16


def got(url: str) -> Page:
    with urlopen(url) as answer:
        kind = answer.headers["content-type"]
        return Page(url=answer.url, body=answer.read(), status=answer.status, content_type=kind)


def of(given: Page) -> HtmlElement:
    tree = parse(decoded(given))
    assert tree is not None
    return tree


@pytest.mark.parametrize(
    "variant",
    [
        STORY.rstrip("/"),
        f"{STORY}amp/",
        f"{STORY}amp",
        f"{STORY}?amp",
        f"{STORY}?amp=1",
        f"{STORY}?noamp=mobile",
        f"{STORY}?noamp=mobile#respond",
        f"{STORY}2/",
        f"{STORY}2/?amp",
        f"{STORY}page/2/",
        f"/{STORY}",
        f"{STORY}/amp/",
        f"{STORY}2/amp/",
        f"{STORY}?utm_source=wa&amp",
        STORY.upper(),
    ],
)
def test_every_variant_of_an_address_is_one_story(variant: str) -> None:
    form = canonical(f"{SITE.base_url}{variant}", SITE.base_url, Prokalteng.form)
    assert form is not None
    assert STORY in (form, whole(form))
