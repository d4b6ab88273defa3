"""Pages of PopojiCMS: each rule of the family where it fires, and where it holds back."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from archive.records import Reading, Reason, Rejection, Trust
from crawler.reading import POPOJICMS, WORDPRESS, Material, Page, Site, Told, read
from crawler.reading.dates import Moment, moment

WITA = ZoneInfo("Asia/Makassar")
SITE = Site(
    slug="kaltimkita", name="Kaltimkita", base_url="https://kaltimkita.test", timezone=WITA.key, rules=POPOJICMS
)
URL = "https://kaltimkita.test/detailpost/kotak-suara-dihitung-ulang"
NOW = datetime(2024, 11, 25, tzinfo=UTC)
HEADLINE = "Kotak Suara Dihitung Ulang di Gudang Penajam"
LEAD = "Petugas gudang logistik di Penajam menghitung ulang kotak suara yang datang dari pelabuhan sejak pagi."
SECOND = "Dari jumlah itu, dua belas kotak harus diganti karena basah, kata Wulandari, kepala gudang tersebut."
THIRD = "Pengawas kecamatan mencatat setiap kotak yang keluar dan meminta kunci gudang dipegang oleh dua orang."
FOURTH = "Pengiriman ke kelurahan dijadwalkan tiga hari sebelum pencoblosan, dengan pengawalan polisi sampai ke tempat pemungutan suara."
STORY = f"<p>Kaltimkita.com, PENAJAM- {LEAD}</p><p>{SECOND}</p><p>{THIRD}</p><p>{FOURTH} (wld)</p>"
BODY = (LEAD, SECOND, THIRD, FOURTH)
CARD = (
    '<div class="entry"><div class="entry-title"><h4><a href="/detailpost/pasar-malam">Pasar Malam Dibuka</a></h4></div>'
    '<ul class="entry-meta"><li><i class="icon-calendar3"></i> 01 Januari 2024</li></ul>'
    '<div class="entry-content"><p>Warga memadati lapangan sejak petang untuk berbelanja.</p></div></div>'
)
META = (
    '<ul class="entry-meta"><li><i class="icon-calendar3"></i> 21 November 2024</li>'
    '<li><a href="/member/profile/sari"><i class="icon-user"></i> Sari Anggraini</a></li>'
    '<li><i class="icon-eye"></i> 214 Kali Dilihat</li></ul>'
)


def page(content: str, *, head: str = "", title: str = HEADLINE, url: str = URL, kind: str = "article") -> Page:
    html = (
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title><meta name="author" content="PopojiCMS">'
        f'<meta property="og:type" content="{kind}"><meta property="og:title" content="Post - {title}">'
        f'<meta property="og:url" content="{url}">{head}</head><body>{content}</body></html>'
    )
    return Page(url=url, body=html.encode(), content_type="text/html; charset=UTF-8")


def single(
    story: str = STORY, *, above: str = "", meta: str = META, below: str = "", headline: str = HEADLINE, head: str = ""
) -> Page:
    """The stock theme's page."""
    return page(
        f'<div class="single-post"><div class="entry">{above}<div class="entry-title"><h2>{headline}</h2></div>{meta}'
        f'<div class="entry-content">{story}</div></div>{below}</div><div id="sidebar">{CARD * 4}'
        '<div class="tagcloud"><a href="/tag/cuaca">cuaca</a><a href="/tag/kpu">Pemilihan</a></div></div>',
        title=headline,
        head=head,
    )


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


def test_the_stock_page_gives_every_field() -> None:
    found = reading(single())
    assert (found.title, found.body, found.credit) == (HEADLINE, BODY, "(wld)")
    assert (found.dateline, found.dateline_outlet, found.place) == (
        "Kaltimkita.com, PENAJAM-",
        "Kaltimkita.com",
        "Penajam",
    )
    assert (found.authors, found.language, found.canonical) == (("Sari Anggraini",), "id", URL)
    assert (found.published_date, found.published_at, found.published_source) == (
        date(2024, 11, 21),
        None,
        Trust.PAGE,
    )
    assert (found.keys, found.flags, found.section) == ((), (), None)


@pytest.mark.parametrize(
    "title",
    [
        "Post Tidak Ditemukan",
        "Post Not Found",
        "Pencarian Tidak Ditemukan",
        "404 - Not Found",
        "KATEGORI TIDAK DITEMUKAN",
    ],
)
def test_the_systems_own_words_for_nothing_are_a_soft_404_although_it_says_article(title: str) -> None:
    assert rejected(page(f'<div class="single-post"><h2>{title}</h2></div>', title=title)) is Reason.SOFT_404


def test_the_error_box_is_a_soft_404_whatever_the_title_says() -> None:
    box = '<div class="single-post"><div class="entry-content"><div class="error404 center">404</div></div></div>'
    assert rejected(page(box, title="Kaltimkita")) is Reason.SOFT_404


def test_a_headline_that_sounds_like_an_error_is_an_article() -> None:
    headline = "Ratusan Kartu Pemilih Tidak Ditemukan"
    assert reading(single(headline=headline)).title == headline


@pytest.mark.parametrize(
    "path", ["/category/politik", "/tag/kpu", "/search/kotak-suara", "/member/profile/sari", "/home"]
)
def test_an_address_of_lists_is_a_list_although_it_says_article(path: str) -> None:
    assert rejected(page(f'<div id="posts">{CARD * 6}</div>', url=f"https://kaltimkita.test{path}")) is Reason.LISTING


def test_a_story_whose_address_only_sounds_like_a_list_is_one() -> None:
    given = single()
    moved = Page(url="https://kaltimkita.test/detailpost/category-baru-di-pasar", body=given.body)
    assert reading(moved).body == BODY


def test_cards_beside_a_story_of_an_unknown_theme_make_it_no_list() -> None:
    cards = '<article><h3><a href="/detailpost/x">Pasar Malam</a></h3></article>' * 5
    given = page(f'<div class="post-content">{STORY}</div><section>{cards}</section>')
    assert reading(given).body == BODY


def test_cards_at_another_address_are_a_list() -> None:
    cards = '<article><h3><a href="/detailpost/x">Pasar Malam</a></h3></article>' * 5
    assert rejected(page(f"<main>{cards}</main>", url="https://kaltimkita.test/terpopuler")) is Reason.LISTING


def test_where_the_headline_is_not_found_the_prefix_of_the_heads_title_goes() -> None:
    assert reading(page(f'<div class="post-content">{STORY}</div>')).title == HEADLINE
    assert reading(single(headline="Postur Anggaran Pilkada Disepakati")).title == "Postur Anggaran Pilkada Disepakati"


def test_a_site_name_in_the_first_heading_is_no_headline() -> None:
    given = page(f'<main><h1>Kaltimkita</h1><div class="post-content">{STORY}</div></main>')
    assert reading(given).title == HEADLINE


def test_tags_are_the_heads_keywords_under_the_names_that_their_links_bear() -> None:
    links = (
        '<div class="tagcloud"><a href="/tag/kpu">KPU</a><a href="/tag/logistik-pilkada/">#Logistik Pilkada</a></div>'
    )
    head = '<meta name="keywords" content="kpu,logistik-pilkada,penajam">'
    assert reading(single(STORY + links, head=head)).tags == ("KPU", "Logistik Pilkada", "penajam")
    assert reading(single(STORY + links)).tags == ("KPU", "Logistik Pilkada")


@pytest.mark.parametrize("keywords", ["", "berita kaltim, portal berita"])
def test_a_post_without_tags_has_none_and_not_those_of_the_side_column(keywords: str) -> None:
    head = f'<meta name="keywords" content="{keywords}">'
    found = reading(single(STORY + '<div class="tagcloud"><h5>TAG</h5><a href="/tag/"></a></div>', head=head))
    assert (found.tags, found.body) == ((), BODY)


def test_the_date_is_the_storys_own_and_not_a_related_ones() -> None:
    below = f'<h4>Post Terkait</h4><div class="related-posts">{CARD * 2}</div>'
    assert reading(single(below=below)).published_date == date(2024, 11, 21)
    assert reading(single(below=below, meta="")).published_date is None


def test_the_pictures_alt_is_never_a_caption() -> None:
    image = '<div class="entry-image"><img src="/po-content/uploads/kotak.jpg" alt="images">{}</div>'
    found = reading(single(above=image.format("<p><i>Kotak suara di gudang (bgs/kaltimkita.com)</i></p>")))
    assert (found.caption, found.photo_credit) == ("Kotak suara di gudang (bgs/kaltimkita.com)", "bgs/kaltimkita.com")
    assert found.image_url == "https://kaltimkita.test/po-content/uploads/kotak.jpg"
    bare = reading(single(above=image.format("")))
    assert (bare.caption, bare.body) == (None, BODY)


def test_a_picture_within_the_text_gives_no_lead_caption() -> None:
    figure = '<figure><img src="/dalam.jpg"><figcaption>Gudang dari dalam</figcaption></figure>'
    found = reading(single(STORY.replace(f"<p>{THIRD}", f"{figure}<p>{THIRD}")))
    assert (found.caption, found.captions, found.image_url) == (None, ("Gudang dari dalam",), None)


def test_what_stands_below_the_text_is_not_read() -> None:
    below = (
        '<div class="post-navigation"><a href="/detailpost/x">Pasar Malam Dibuka</a></div>'
        '<div class="panel"><div>Dipost Oleh <a href="/member/profile/sari">Sari Anggraini</a></div><p>Redaksi Kaltimkita</p></div>'
        f'<h4>Post Terkait</h4><div class="related-posts">{CARD * 3}</div>'
        '<div id="comments"><h3 id="comments-title">2 Komentar</h3><p>Semoga lancar.</p></div>'
    )
    found = reading(single(below=below))
    assert (found.body, found.related) == (BODY, ())


def test_an_empty_text_is_not_replaced_by_a_related_one() -> None:
    given = single("<p>&nbsp;</p>", below=f'<div class="related-posts">{CARD * 3}</div>')
    assert rejected(given) is Reason.UNREADABLE


def test_lines_that_the_theme_glues_to_the_text_are_cut() -> None:
    glued = (
        "<p>214 Kali Dilihat</p>" + STORY + "<p>Dipost Oleh Sari Anggraini</p><p>Redaksi yang tinggal di Penajam.</p>"
    )
    found = reading(single(glued))
    assert (found.body, found.credit) == (BODY, "(wld)")
    assert [(one.rule, one.text) for one in found.removed if one.rule not in ("dateline", "sign_off")] == [
        ("boilerplate", "214 Kali Dilihat"),
        ("boilerplate", "Dipost Oleh Sari Anggraini"),
        ("below_heading", "Redaksi yang tinggal di Penajam."),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Video penghitungan itu sudah 214 kali dilihat warga.",
        "Berita terkait kotak basah itu sempat ramai di media sosial.",
        "Redaksi menerima hak jawab dari kepala gudang pada hari yang sama.",
        "Foto itu dipost oleh seorang petugas, lalu dihapus.",
    ],
)
def test_sentences_that_sound_like_the_theme_are_kept(line: str) -> None:
    found = reading(single(STORY.replace(f"<p>{THIRD}", f"<p>{line}</p><p>{THIRD}")))
    assert found.body == (LEAD, SECOND, line, THIRD, FOURTH)


def test_the_language_is_the_outlets_and_not_the_themes() -> None:
    assert reading(single("<p>Gudang logistik: 2.130 kotak.</p>")).language == "id"
    plain = Site(slug="x", name="X", base_url=SITE.base_url, timezone=WITA.key, rules=WORDPRESS)
    given = page('<article><h1>Angka</h1><div class="entry-content"><p>2.130 kotak.</p></div></article>')
    found = read(Material(site=plain, url=URL, page=given, fetched_at=NOW))
    assert isinstance(found, Reading)
    assert found.language == "en"


def test_a_page_of_an_unknown_theme_is_read_without_what_stands_around_its_text() -> None:
    given = page(
        '<header><a href="/">Kaltimkita</a><p>Tulis &amp; Tekan Enter</p></header><nav><a href="/category/politik">Politik</a></nav>'
        f'<div class="xbox"><div class="judul">{HEADLINE}</div><div class="tgl">Kamis, 21 November 2024</div>'
        f"<div>{STORY}</div></div><div>214 Kali Dilihat</div><div class='tagcloud'>TAG <a href='/tag/kpu'>kpu</a></div>"
        f'<aside>{CARD * 3}</aside><div id="comments"><h3>1 Komentar</h3><p>Semoga lancar.</p></div><footer>Kaltimkita 2024</footer>'
    )
    found = reading(given)
    assert (found.title, found.body, found.credit) == (HEADLINE, BODY, "(wld)")


class TestTold:
    """What the feed and the category's list said, beside a page that names a day only."""

    def told(self, time: str) -> Told:
        return Told(published=moment(time, WITA, Trust.FEED), section="Politik")

    def test_the_feeds_time_is_taken_on_the_pages_day(self) -> None:
        found = reading(single(), self.told("2024-11-20T22:40:00+00:00"))
        assert found.published_at
        assert (found.published_at.isoformat(), found.published_source) == ("2024-11-21T06:40:00+08:00", Trust.FEED)
        assert (found.section, found.flags) == ("Politik", ())

    def test_the_pages_day_stands_where_the_feed_names_another(self) -> None:
        found = reading(single(), self.told("2024-11-22T22:40:00+00:00"))
        assert (found.published_date, found.published_at, found.flags) == (date(2024, 11, 21), None, ("date_conflict",))
        assert found.published_source is Trust.PAGE

    def test_the_feed_fills_in_for_a_page_without_a_date(self) -> None:
        found = reading(single(meta=""), self.told("2024-11-20T22:40:00+00:00"))
        assert (found.published_date, found.published_source) == (date(2024, 11, 21), Trust.FEED)

    def test_a_listed_day_fills_in_without_a_time(self) -> None:
        told = Told(published=Moment(date(2024, 11, 21), None, Trust.LISTING))
        found = reading(single(meta=""), told)
        assert (found.published_date, found.published_at, found.published_source) == (
            date(2024, 11, 21),
            None,
            Trust.LISTING,
        )
        assert reading(single(), told).published_source is Trust.PAGE

    def test_a_page_that_names_its_time_has_the_word(self) -> None:
        meta = '<div class="entry-meta">21 November 2024 14:05 WITA</div>'
        found = reading(single(meta=meta), self.told("2024-11-22T22:40:00+00:00"))
        assert found.published_at
        assert (found.published_at.isoformat(), found.flags) == ("2024-11-21T14:05:00+08:00", ())
