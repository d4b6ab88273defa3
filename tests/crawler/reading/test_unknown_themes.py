"""Pages of themes that no selector knows: the text is found by how much of it stands where, and comes out clean."""

from datetime import UTC, date, datetime

import pytest

from archive.records import Reading
from crawler.reading import Material, Page, Site, read
from crawler.reading.densest import densest
from crawler.reading.families import LISTING, POPOJICMS
from crawler.reading.parsing import parse
from crawler.reading.rules import WORDPRESS, Rules

TITLE = "KPU Kukar Tetapkan 1.447 TPS untuk Pilkada"
TEXT = (
    "Komisi Pemilihan Umum Kabupaten Kutai Kartanegara menetapkan 1.447 tempat pemungutan suara untuk pilkada serentak.",
    "“Kami sudah memeriksa seluruh lokasi, termasuk yang rawan banjir,” ujar ketuanya, Wiranata Suling, seusai rapat.",
    "Di Kecamatan Tabang, petugas harus menempuh perjalanan sungai selama delapan jam untuk mengantar kotak suara.",
    "Adapun Bawaslu mencatat dua lokasi yang perlu dipindah karena berdekatan dengan posko pasangan calon.",
)
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in (f"TENGGARONG – {TEXT[0]}", *TEXT[1:]))


def reading(body: str, rules: Rules, path: str) -> Reading:
    html = f'<!doctype html><html lang="id"><head><title>{TITLE}</title></head><body>{body}</body></html>'
    site = Site(slug="rimba", name="Kabar Rimba", base_url="https://rimba.test", timezone="Asia/Makassar", rules=rules)
    url = f"https://rimba.test{path}"
    page = Page(url=url, body=html.encode(), content_type="text/html; charset=UTF-8")
    result = read(Material(site=site, url=url, page=page, fetched_at=datetime(2024, 11, 25, tzinfo=UTC)))
    assert isinstance(result, Reading), result
    return result


def test_a_text_of_line_breaks_in_a_box_of_no_name_is_parted_and_freed_of_headline_and_day() -> None:
    lines = "<br><br>".join((f"OKI, Kabar Rimba – {TEXT[0]}", *TEXT[1:]))
    body = (
        f'<div class="container"><h2 class="fw-bold">{TITLE}</h2><small>20/11/2024</small><div>{lines}</div>'
        '<h5>Related Post</h5><div class="row"><a href="/article/b">Berita B</a></div></div>'
    )
    found = reading(body, LISTING, "/article/tps")
    assert (found.body, found.place) == (TEXT, "OKI")


def test_name_day_and_counters_in_one_line_below_the_headline_do_not_hide_the_dateline() -> None:
    for line in (
        "Oleh Yuni Paramita • 20 November 2024 19:05 WIB • 88 views",
        "Oleh: Yuni Paramita | 20 Nov 2024 | Dilihat 54 kali",
        "20/11/2024 19:05 | Yuni Paramita",
    ):
        body = f'<article><h1>{TITLE}</h1><p class="small">{line}</p>{PARAGRAPHS}</article>'
        found = reading(body, LISTING, "/article/tps")
        assert (found.body, found.place) == (TEXT, "Tenggarong"), line


def test_a_text_beside_its_headline_in_a_box_of_no_name_is_freed_of_day_and_caption() -> None:
    body = (
        f'<div class="main"><div class="kiri"><h1>{TITLE}</h1><p>Rabu, 20 November 2024 | 19:05 WITA</p><img src="/a.jpg">'
        f"<p><em>Rapat pleno. Foto: Ist</em></p>{PARAGRAPHS}</div>"
        '<div class="kanan"><h3>Populer</h3><p><a href="/detailpost/z">Zona Merah di Dua Kecamatan</a></p></div></div>'
    )
    found = reading(body, POPOJICMS, "/detailpost/tps")
    assert (found.body, found.place, found.captions) == (TEXT, "Tenggarong", ("Rapat pleno. Foto: Ist",))


def test_section_and_name_that_a_theme_of_its_own_prints_are_found() -> None:
    body = (
        f'<article><span><a href="/category/pilkada">Pilkada</a></span><h1>{TITLE}</h1>'
        f'<ul><li><i class="fa fa-user"></i> Yuni Paramita</li></ul><div class="isi">{PARAGRAPHS}</div></article>'
    )
    found = reading(body, POPOJICMS, "/detailpost/tps")
    assert (found.body, found.section, found.authors) == (TEXT, "Pilkada", ("Yuni Paramita",))


def test_lines_of_a_box_each_are_one_text_and_a_text_in_two_boxes_is_left_to_others() -> None:
    lines = "".join(f'<div dir="auto">{line}</div>' for line in TEXT)
    tree = parse(f'<html><body><div class="menu">Beranda</div><div id="isi">{lines}</div></body></html>')
    assert tree is not None
    box = densest(tree, WORDPRESS)
    assert box is not None
    assert box.get("id") == "isi"
    parted = "".join(f"<section><div><p>{line * 4}</p></div></section>" for line in TEXT[:2])
    tree = parse(f"<html><body><div>{parted}</div></body></html>")
    assert tree is not None
    assert densest(tree, WORDPRESS) is None


@pytest.mark.parametrize("box", ["widget", "author-quote", "text-caption-box"])
def test_a_sentence_in_a_box_that_is_named_like_chrome_stays_between_sentences(box: str) -> None:
    said = "Tidak ada satu pun warga yang boleh tertinggal dalam pemungutan suara."
    link = '<a href="/lain/">Logistik Tiba di Tabang Lewat Sungai</a>'
    inner = f'<p>{TEXT[0]}</p><p>{TEXT[1]}</p><div class="{box}"><p>%s</p>%s</div><p>{TEXT[2]}</p><p>{TEXT[3]}</p>'
    page = f'<article><h1 class="entry-title">{TITLE}</h1><div class="entry-content">{inner}</div></article>'
    assert said in reading(page % (said, ""), WORDPRESS, "/berita/tps/").body
    assert said not in reading(page % (said, f"<p>{link}</p>"), WORDPRESS, "/berita/tps/").body


def test_wpberita_prints_writer_editor_and_other_stories_inside_its_text() -> None:
    other = (
        '<div class="gmr-related-post-onlytitle"><div class="related-text-onlytitle">Berita Terkait</div>'
        '<a class="recent-title" href="/x/">Logistik Tiba di Tabang</a></div>'
    )
    body = (
        f'<article class="post"><div class="gmr-meta-topic"><a href="/category/pilkada/" rel="category tag">Pilkada</a></div>'
        f'<h1 class="entry-title">{TITLE}</h1><div class="entry-content entry-content-single">{PARAGRAPHS}{other}'
        '<footer class="entry-footer"><div class="gmr-cf-metacontent"><span>Penulis: Yuni Paramita</span>'
        "<span>Editor: Galih Renggana</span></div></footer></div></article>"
    )
    found = reading(body, WORDPRESS, "/berita/tps/")
    assert (found.body, found.section) == (TEXT, "Pilkada")
    assert (found.authors, found.editors) == (("Yuni Paramita",), ("Galih Renggana",))
    assert [link.text for link in found.related] == ["Logistik Tiba di Tabang"]


def test_jnews_and_jannah_have_tags_inside_their_text_and_captions_of_their_own() -> None:
    jnews = (
        f'<div class="jeg_meta_author"><a href="/author/y/">Yuni Paramita</a></div><h1>{TITLE}</h1>'
        '<div class="jeg_featured"><img class="wp-post-image" src="/a.jpg"><p class="wp-caption-text">Rapat pleno</p></div>'
        f'<div class="entry-content"><div class="content-inner">{PARAGRAPHS}'
        '<div class="jeg_post_tags">Tags: <a href="/tag/kpu/" rel="tag">KPU</a></div></div></div>'
    )
    jannah = (
        f'<article><span class="meta-author"><a class="author-name" href="/author/y/">Yuni Paramita</a></span><h1>{TITLE}</h1>'
        '<div class="featured-area"><figure><img src="/a.jpg"><figcaption>Rapat pleno</figcaption></figure></div>'
        f'<div class="entry-content">{PARAGRAPHS}<div class="post-bottom-meta">Tags <span class="tagcloud">'
        '<a href="/tag/kpu/" rel="tag">KPU</a></span></div></div></article>'
    )
    for body in (jnews, jannah):
        found = reading(body, WORDPRESS, "/berita/tps/")
        assert (found.body, found.tags, found.caption) == (TEXT, ("KPU",), "Rapat pleno")
        assert found.authors == ("Yuni Paramita",)


def test_links_below_a_pointer_keep_their_addresses() -> None:
    links = '<div><b>Baca Juga:</b><ul><li><a href="/q/">Pemilih Pemula Didata</a></li><li><a href="/r/">Logistik Tiba</a></li></ul></div>'
    page = (
        f'<article><h1 class="entry-title">{TITLE}</h1><div class="entry-content">{PARAGRAPHS}{links}</div></article>'
    )
    found = reading(page, WORDPRESS, "/berita/tps/")
    assert found.body == TEXT
    assert [link.text for link in found.related] == ["Pemilih Pemula Didata", "Logistik Tiba"]


def test_a_labelled_day_above_the_lead_is_the_day_of_a_page_that_names_no_other() -> None:
    body = (
        f'<div class="card"><div class="card-header"><h1>{TITLE}</h1></div><div class="card-body">'
        f"<p><small>Dipublikasikan: 20-11-2024</small></p><p>OKI - {TEXT[1]}</p></div></div>"
    )
    found = reading(body, LISTING, "/article/tps")
    assert (found.body, found.place) == ((TEXT[1],), "OKI")
    assert found.published_date == date(2024, 11, 20)
