"""Pages of a site of its own making, as a Laravel application prints them: each rule where it fires and where not."""

import json
from datetime import UTC, date, datetime
from time import process_time

import pytest

from archive.records import Reading, Reason, Rejection, Trust
from crawler.reading import LISTING, Material, Page, Site, Told, read
from crawler.reading.dates import Moment

SITE = Site(
    slug="gradasigo", name="gradasigo", base_url="https://gradasigo.test", timezone="Asia/Jakarta", rules=LISTING
)
URL = "https://gradasigo.test/article/sungai-lempuing-meluap"
NOW = datetime(2024, 11, 25, tzinfo=UTC)
HEADLINE = "Sungai Lempuing Meluap, Gudang Logistik Pilkada Dipindah"
CAPTION = f"{HEADLINE}. Foto: BPBD OKI"
LEAD = "Luapan Sungai Lempuing memaksa petugas memindahkan surat suara dari gudang lama ke aula kecamatan pada Kamis (7/11/2024)."
SECOND = "Sedikitnya empat belas truk dikerahkan, kata Hamzah Fadli, kepala dinas yang memimpin pemindahan itu."
ITEMS = ("Jalan poros: terendam setinggi lutut di dua titik.", "Dermaga: hanya dapat dipakai oleh perahu kecil.")
LAST = "Pemindahan itu diperkirakan selesai dalam tiga hari, dan seluruh kotak akan dihitung ulang sebelum disegel kembali."
TEXT = (
    f"<p>Kayuagung, gradasigo - {LEAD}</p><p>{SECOND}</p><ul><li><strong>Jalan poros:</strong> terendam setinggi lutut di dua titik.</li>"
    f"<li><strong>Dermaga:</strong> hanya dapat dipakai oleh perahu kecil.</li></ul><p>{LAST}</p>"
)
BODY = (LEAD, SECOND, *ITEMS, LAST)
CARD = (
    '<div class="card"><a href="/article/pasar-pagi"><img src="/p.jpg" alt="Pasar Pagi"><h6>Pasar Pagi Dibuka</h6></a>'
    '<span class="badge">Ekonomi</span><time datetime="2023-01-01T00:00:00+07:00">1 Januari 2023</time></div>'
)
IMAGE = f'<img src="/storage/truk.jpg" alt="{CAPTION}">'


def page(content: str, *, head: str = "", title: str = f"{HEADLINE} - Gradasigo", url: str = URL) -> Page:
    html = f'<!DOCTYPE html><html lang="en"><head><title>{title}</title>{head}</head><body><main>{content}</main></body></html>'
    return Page(url=url, body=html.encode(), content_type="text/html; charset=UTF-8")


def story(
    *, above: str = "", meta: str = "", image: str = "", text: str = TEXT, below: str = "", head: str = ""
) -> Page:
    return page(f'{above}<h1>{HEADLINE}</h1>{meta}{image}<div class="article-content">{text}</div>{below}', head=head)


def result(given: Page, told: Told = Told()) -> Reading | Rejection:  # noqa: B008 - a frozen record
    return read(Material(site=SITE, url=given.url, page=given, fetched_at=NOW, told=told))


def reading(given: Page, told: Told = Told()) -> Reading:  # noqa: B008 - a frozen record
    found = result(given, told)
    assert isinstance(found, Reading), found
    return found


def rejected(given: Page) -> Reason:
    found = result(given)
    assert isinstance(found, Rejection), found
    return found.reason


def test_lists_closing_and_dateline_are_read() -> None:
    found = reading(story())
    assert (found.title, found.body) == (HEADLINE, BODY)
    assert (found.dateline, found.dateline_outlet, found.place) == ("Kayuagung, gradasigo -", "gradasigo", "Kayuagung")
    assert (found.language, found.flags, found.authors) == ("id", (), ())


@pytest.mark.parametrize(
    "badge",
    [
        '<span class="badge bg-primary">News</span>',
        '<a href="/category/news"><span class="badge">News</span></a>',
        '<a class="x" href="/category/news">News</a>',
    ],
)
def test_the_badge_above_the_headline_is_the_section(badge: str) -> None:
    found = reading(story(above=badge, below=f"<h4>Related Post</h4>{CARD * 3}"))
    assert (found.section, found.body) == ("News", BODY)


def test_a_badge_of_another_story_is_not_the_section() -> None:
    below = f"<h4>Related Post</h4>{CARD * 3}"
    assert reading(story(below=below)).section is None
    assert reading(story(below=below), Told(section="Pilkada")).section == "Pilkada"


@pytest.mark.parametrize(
    "block",
    [
        f"{IMAGE}<div class='small'>{CAPTION}</div>",
        f"{IMAGE}<p><em>{CAPTION}</em></p>",
        f"<figure>{IMAGE}<figcaption>{CAPTION}</figcaption></figure>",
        f"<div class='article-image'>{IMAGE}</div><p class='caption'>{CAPTION}</p>",
    ],
    ids=["alt twin", "alt twin in a paragraph", "figure", "class"],
)
def test_the_caption_is_found_and_split_at_foto(block: str) -> None:
    found = reading(story(image=block))
    assert (found.caption, found.photo_credit, found.body) == (CAPTION, "BPBD OKI", BODY)
    assert found.image_url == "https://gradasigo.test/storage/truk.jpg"


def test_the_caption_at_the_top_of_the_text_is_the_leads_and_not_the_texts() -> None:
    found = reading(story(text=f"{IMAGE}<p>{CAPTION}</p>{TEXT}"))
    assert (found.caption, found.body, found.captions) == (CAPTION, BODY, ())
    figured = reading(story(text=f"<figure>{IMAGE}<figcaption>{CAPTION}</figcaption></figure>{TEXT}"))
    assert (figured.caption, figured.body, figured.captions) == (CAPTION, BODY, ())


def test_an_alt_that_the_page_does_not_print_is_no_caption() -> None:
    assert reading(story(image=IMAGE)).caption is None


def test_a_picture_within_the_text_is_not_the_leads() -> None:
    figure = "<figure><img src='/dalam.jpg' alt='Aula'><figcaption>Aula kecamatan</figcaption></figure>"
    found = reading(story(text=TEXT.replace("<ul>", f"{figure}<ul>")))
    assert (found.caption, found.captions, found.image_url) == (None, ("Aula kecamatan",), None)


@pytest.mark.parametrize("heading", ["<h4>Related Post</h4>", "<p>Berita Terkait</p>"])
def test_all_below_related_post_is_cut_wherever_it_stands(heading: str) -> None:
    cards = "".join(f"<div><p>Kisah lain nomor {n} dari pasar pagi di kota.</p></div>" for n in range(12))
    found = reading(story(text=f"{TEXT}{heading}{cards}"))
    assert found.body == BODY


def test_a_sentence_about_related_news_is_kept() -> None:
    line = "Berita terkait banjir ini akan disampaikan pemerintah setiap pagi."
    assert reading(story(text=TEXT.replace("<ul>", f"<p>{line}</p><ul>"))).body == (LEAD, SECOND, line, *ITEMS, LAST)


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ('<span class="author">Oleh Intan Permata</span>', ("Intan Permata",)),
        ('<p class="author">Intan Permata • 8 November 2024</p>', ("Intan Permata",)),
        ('<a href="/contributor/intan">Intan Permata</a>', ("Intan Permata",)),
        ('<span class="author">Gradasigo</span>', ()),
        ('<span class="author">Admin</span>', ()),
        ("", ()),
    ],
)
def test_the_contributor_is_the_author_unless_it_is_a_role(byline: str, authors: tuple[str, ...]) -> None:
    assert reading(story(meta=byline)).authors == authors


ARTICLE = {"@type": "NewsArticle", "headline": HEADLINE, "datePublished": "2024-11-07T19:30:00Z"}
GRAPH = f'<script type="application/ld+json">{json.dumps(ARTICLE)}</script>'
META = '<meta property="article:published_time" content="2024-11-09T08:00:00+07:00">'
TIME = '<time datetime="2024-11-10T20:00:00+00:00">10 November 2024</time>'
PRINTED = "<p>12 November 2024 | 08:15 WIB</p>"


@pytest.mark.parametrize(
    ("head", "meta", "at", "source"),
    [
        (GRAPH + META, TIME + PRINTED, "2024-11-08T02:30:00+07:00", Trust.JSONLD),
        (META, TIME + PRINTED, "2024-11-09T08:00:00+07:00", Trust.META),
        ("", TIME + PRINTED, "2024-11-11T03:00:00+07:00", Trust.PAGE),
        ("", PRINTED, "2024-11-12T08:15:00+07:00", Trust.PAGE),
    ],
    ids=["JSON-LD", "meta", "time", "printed"],
)
def test_the_date_is_taken_from_the_surest_place(head: str, meta: str, at: str, source: Trust) -> None:
    found = reading(story(meta=meta, head=head))
    assert found.published_at
    assert (found.published_at.isoformat(), found.published_source) == (at, source)


@pytest.mark.parametrize(
    "meta",
    [
        "<p>Intan Permata</p><p>12 November 2024</p>",
        '<div class="x"><span>Intan</span> <small>Selasa, 12 Nov 2024</small></div>',
        '<div class="article-meta">Intan Permata | 12/11/2024</div>',
    ],
)
def test_a_day_printed_below_the_headline_is_the_day_of_publication(meta: str) -> None:
    found = reading(story(meta=meta, image=IMAGE))
    assert (found.published_date, found.published_at, found.published_source) == (
        date(2024, 11, 12),
        None,
        Trust.PAGE,
    )


@pytest.mark.parametrize(
    "given",
    [
        story(),
        story(below=f"<h4>Related Post</h4>{CARD * 3}"),
        story(image=f"{IMAGE}<p class='caption'>Truk di aula, Selasa (5/11/2024). Foto: BPBD OKI</p>"),
        story(text=TEXT.replace("</ul>", "</ul><p>Pemungutan suara digelar pada 27 November 2024.</p>")),
    ],
    ids=["event", "related", "caption", "polling day"],
)
def test_a_date_of_an_event_of_a_caption_or_of_another_story_is_not_taken(given: Page) -> None:
    found = reading(given)
    assert (found.published_date, found.published_source) == (None, None)


def test_a_listed_day_fills_in_where_the_page_has_none() -> None:
    told = Told(published=Moment(date(2024, 11, 8), None, Trust.LISTING))
    found = reading(story(), told)
    assert (found.published_date, found.published_source) == (date(2024, 11, 8), Trust.LISTING)


def test_a_container_that_holds_the_headline_too_gives_the_text_only() -> None:
    given = page(
        f'<article><span class="badge">News</span><h1>{HEADLINE}</h1><div class="author">Oleh Intan Permata</div>'
        f'<div class="date">12 November 2024</div><figure>{IMAGE}<figcaption>{CAPTION}</figcaption></figure>{TEXT}'
        f"<h4>Related Post</h4>{CARD * 3}</article>"
    )
    found = reading(given)
    assert (found.body, found.section, found.caption) == (BODY, "News", CAPTION)
    assert (found.authors, found.published_date) == (("Intan Permata",), date(2024, 11, 12))


def test_lines_without_classes_around_the_headline_are_no_text() -> None:
    given = page(f"<article><p>News</p><h1>{HEADLINE}</h1><p>Oleh Intan Permata, 12 November 2024</p>{TEXT}</article>")
    found = reading(given)
    assert (found.body, found.section) == (BODY, "News")
    assert [one.rule for one in found.removed] == ["above_headline", "byline", "headline", "dateline"]


def test_a_text_that_repeats_its_headline_further_down_keeps_what_stands_above() -> None:
    text = f"<p>{LEAD}</p><p>{HEADLINE}</p><p>{SECOND}</p><p>{LAST}</p>"
    assert reading(story(text=text)).body == (LEAD, HEADLINE, SECOND, LAST)
    loose = page(f"<article><h1>{HEADLINE}</h1>{text}</article>")
    assert reading(loose).body == (LEAD, HEADLINE, SECOND, LAST)


def test_a_page_of_an_unknown_theme_is_read_without_what_stands_around_its_text() -> None:
    given = page(
        f'<div class="x1"><div>News</div><h1>{HEADLINE}</h1><div>Oleh Intan Permata | 12 November 2024</div>'
        f'<div class="x2">{TEXT}<p>{SECOND.replace("empat belas", "dua puluh")}</p></div></div>'
        f'<div class="sidebar"><h5>Terpopuler</h5>{CARD * 3}</div><footer>Tentang kami</footer>'
    )
    found = reading(given)
    assert found.title == HEADLINE
    assert found.body[:5] == BODY
    assert len(found.body) == 6


def test_a_canonical_link_to_the_root_is_a_templates_mistake() -> None:
    found = reading(story(head='<link rel="canonical" href="https://gradasigo.test">'))
    assert found.canonical is None
    right = reading(story(head=f'<link rel="canonical" href="{URL}">'))
    assert right.canonical == URL


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (page(CARD * 6, url="https://gradasigo.test/article", title="Berita"), Reason.LISTING),
        (page("", url="https://gradasigo.test/category/news", title="News"), Reason.LISTING),
        (page(CARD * 6, url="https://gradasigo.test/", title="Gradasigo"), Reason.LISTING),
        (
            page(CARD * 6, url="https://gradasigo.test/", head='<meta property="og:type" content="article">'),
            Reason.LISTING,
        ),
        (page(CARD * 6, url="https://gradasigo.test/terpopuler", title="Populer"), Reason.LISTING),
        (page("<h1>Not Found</h1>", title="Not Found"), Reason.SOFT_404),
        (
            page("<h1>404</h1>", title="Halaman Tidak Ditemukan", head='<meta property="og:type" content="article">'),
            Reason.SOFT_404,
        ),
        (Page(url=URL, status=404, body=b"<html>"), Reason.NOT_FOUND),
    ],
    ids=["index", "empty category", "root", "root that says article", "cards", "not found", "says article", "404"],
)
def test_what_is_no_story_is_named(given: Page, reason: Reason) -> None:
    assert rejected(given) is reason


def test_a_headline_that_sounds_like_an_error_is_a_story_where_a_text_stands() -> None:
    given = page(
        f'<h1>Kotak Suara Tidak Ditemukan</h1><div class="article-content">{TEXT}</div>',
        title="Kotak Suara Tidak Ditemukan",
        head='<meta property="og:type" content="article">',
    )
    assert reading(given).title == "Kotak Suara Tidak Ditemukan"


def test_boxes_of_other_stories_in_the_text_are_related_and_items_that_link_are_text() -> None:
    box = '<div class="related"><a href="/article/pasar-pagi">Pasar Pagi Dibuka</a></div>'
    item = '<ul><li><strong>Dermaga:</strong> lihat <a href="/article/dermaga-lama">kisah dermaga lama</a> itu.</li>'
    found = reading(story(text=TEXT.replace("<ul>", box + item)))
    assert found.body == (LEAD, SECOND, "Dermaga: lihat kisah dermaga lama itu.", *ITEMS, LAST)
    assert [link.url for link in found.related] == ["https://gradasigo.test/article/pasar-pagi"]


def test_a_menu_above_the_headline_names_no_section() -> None:
    menu = '<div class="menu"><a href="/category/news">News</a> <a href="/category/ekonomi">Ekonomi</a></div>'
    assert reading(story(above=menu)).section is None
    assert (
        reading(story(above=f"{menu}<!-- isi --><div class='x'><a href='/category/pilkada'>Pilkada</a></div>")).section
        == "Pilkada"
    )


def test_broken_addresses_are_no_addresses_and_no_errors() -> None:
    head = '<link rel="canonical" href="http://["><meta property="og:url" content="http://[x"><meta property="og:image" content="//[">'
    found = reading(story(head=head, image='<img src="http://[" alt="">', meta='<a href="http://[/tag/x">x</a>'))
    assert (found.canonical, found.image_url, found.body) == (None, None, BODY)


def test_a_page_of_very_many_boxes_is_read_in_seconds() -> None:
    boxes = '<span class="badge">x</span><img src="/x.jpg"><div class="card">y</div>' * 10_000
    start = process_time()
    found = reading(story(above='<a href="/category/news">News</a>', below=boxes))
    assert (found.section, found.body) == ("News", BODY)
    assert process_time() - start < 20
