"""Whole pages of each system with lines around and inside the text that are not its own: the text alone is read."""

from datetime import UTC, datetime
from time import process_time

import pytest

from archive.records import Reading
from crawler.reading import LISTING, POPOJICMS, WORDPRESS, Material, Page, Rules, Site, read
from crawler.reading.blocks import walk
from crawler.reading.cleaning import clean
from crawler.reading.parsing import parse

NOW = datetime(2024, 11, 22, 2, tzinfo=UTC)
TITLE = "Gudang Logistik Dijaga Dua Belas Petugas"
BODY = (
    "Komisi Pemilihan Umum menempatkan dua belas petugas di gudang logistik sejak kotak suara pertama datang.",
    "“Mereka bergantian setiap delapan jam dan mencatat siapa saja yang masuk,” ujar Kepala Gudang, Ratna Dewi.",
    "Kunci gudang dipegang tiga orang, sehingga pintu hanya dapat dibuka bila ketiganya hadir.",
    "Polisi menambah empat personel pada malam hari dan memasang lampu di halaman belakang.",
    "Logistik akan dikirim ke kecamatan dua hari sebelum pemungutan suara, dimulai dari yang terjauh.",
)
FOOT = '<aside><p>Terpopuler</p><a href="/lain">Pasar Malam Dibuka</a></aside>'


def newspaper(text: str) -> str:
    return (
        f'<body class="single single-post postid-7"><article><h1 class="tdb-title-text">{TITLE}</h1>'
        '<div class="td-post-sharing"><a href="/s">Share</a> Facebook Twitter</div>'
        f'<div class="td_block_wrap tdb_single_content td-post-content tagdiv-type"><div class="tdb-block-inner">{text}</div></div>'
        f'<div class="tdb_single_author_box">Tentang Penulis</div></article>{FOOT}</body>'
    )


def block_theme(text: str) -> str:
    return (
        f'<body class="single single-post postid-7"><main><h1 class="wp-block-post-title">{TITLE}</h1>'
        f'<div class="entry-content wp-block-post-content">{text}</div>'
        f'<nav><a href="/a">Pos sebelumnya</a></nav><div class="wp-block-comments">3 tanggapan</div></main>{FOOT}</body>'
    )


def popojicms(text: str) -> str:
    return (
        f'<body><div class="single-post"><div class="entry"><div class="entry-title"><h2>{TITLE}</h2></div>'
        f'<div class="entry-content">{text}<div class="tagcloud"><a href="/tag/kpu">KPU</a></div></div></div>'
        f'<div class="panel">Dipost Oleh Sari</div><h4>Post Terkait</h4></div>{FOOT}</body>'
    )


def laravel(text: str) -> str:
    return (
        f'<body><main><article><span class="badge">Politik</span><h1>{TITLE}</h1><p class="meta">22 November 2024</p>'
        f'<div class="article-content">{text}</div></article><div class="share">Bagikan</div></main>{FOOT}</body>'
    )


SHAPES = {
    "newspaper": (newspaper, WORDPRESS, "/politik/22/11/2024/gudang/"),
    "block theme": (block_theme, WORDPRESS, "/2024/11/22/gudang/"),
    "popojicms": (popojicms, POPOJICMS, "/detailpost/gudang"),
    "laravel": (laravel, LISTING, "/article/gudang"),
}
EVERY = pytest.mark.parametrize("shape", SHAPES)


def reading(shape: str, text: str, second: str | None = None) -> Reading:
    """What is read of a story's page, and of its second page if it has one."""
    build, rules, path = SHAPES[shape]
    assert isinstance(rules, Rules)
    base = "https://kabarcontoh.test"
    site = Site(slug="kabar", name="Kabar Contoh", base_url=base, timezone="Asia/Makassar", rules=rules)

    def page(text: str, url: str) -> Page:
        html = f'<html lang="id"><head><meta property="og:type" content="article"></head>{build(text)}</html>'
        return Page(url=url, content_type="text/html; charset=utf-8", body=html.encode())

    first = page(text, base + path)
    further = (page(second, f"{base}{path}2/"),) if second is not None else ()
    found = read(Material(site=site, url=first.url, page=first, further=further, fetched_at=NOW))
    assert isinstance(found, Reading), found
    return found


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


AMID = (
    "<p>BACA&nbsp;JUGA&nbsp;:&nbsp;<a href='/bawaslu'>Bawaslu Awasi Gudang</a></p>",
    "<p><strong>Baca\u200b juga:</strong> <a href='/bawaslu'>Bawaslu Awasi Gudang</a></p>",
    "<ul><li><a href='https://www.facebook.com/sharer.php?u=x'>Facebook</a></li><li><a href='https://wa.me/?text=x'>WhatsApp</a></li></ul>",
    "<div><ins>iklan</ins></div><p>ADVERTISEMENT</p><blockquote><p>Baca juga: <a href='/b'>Debat Digelar</a></p></blockquote>",
    "<p>Scroll untuk lanjut membaca</p>",
    "<p style='text-align:center'>- Advertisement -</p>",
    "<h3>Baca Juga</h3><ul><li><a href='/x'>Debat Kedua Digelar</a></li><li><a href='/y'>Saksi Dilatih</a></li></ul>",
    "<p>DIBACA: 1.024 KALI</p>",
    "<p>1 2 3</p>",
)
BELOW = (
    "<p>Ed\u200bitor&nbsp;: Darma</p>",
    "<p>(wti/drm)</p>",
    "<p>Tag: <a href='/tag/kpu'>KPU</a>, <a href='/tag/logistik'>Logistik</a></p>",
    "<p>KATEGORI : Politik</p><p>Bagikan ini:</p><ul><li>Facebook</li><li>X</li></ul>",
    "<p>Cek Berita dan Artikel yang lain di <a href='https://news.google.com/x'>Google News</a></p>",
    "<p>Ikuti WhatsApp Channel Kabar Contoh</p><p>Halaman 1 dari 1</p>",
    "<p>Reporter: Wati<br>Editor: Darma<br>Sumber: Humas KPU</p>",
    "<h3>Leave a Reply</h3><p>Nama</p><p>Surel</p>",
    "<p>Artikel ini telah tayang di KabarLain.com dengan judul Gudang Dijaga</p>",
)


@EVERY
@pytest.mark.parametrize("line", AMID)
def test_what_stands_amid_the_text_is_not_of_it(shape: str, line: str) -> None:
    found = reading(shape, paragraphs(*BODY[:2]) + line + paragraphs(*BODY[2:]))
    assert found.body == BODY


@EVERY
@pytest.mark.parametrize("lines", BELOW)
def test_what_stands_below_the_text_is_not_of_it(shape: str, lines: str) -> None:
    assert reading(shape, paragraphs(*BODY) + lines).body == BODY


@EVERY
def test_everything_at_once(shape: str) -> None:
    found = reading(
        shape,
        f"<h2>{TITLE.upper()}</h2><p>Reporter : Wati Lestari</p><p>SAMARINDA – {BODY[0]}</p>"
        + "".join(f"<p>{line}</p>{amid}" for line, amid in zip(BODY[1:], AMID, strict=False))
        + "".join(BELOW[2:5]),
    )
    assert found.body == BODY
    assert (found.authors, found.place) == (("Wati Lestari",), "Samarinda")
    assert "Bawaslu Awasi Gudang" in {link.text for link in found.related}


@EVERY
def test_a_line_behind_one_line_break_is_a_line(shape: str) -> None:
    text = (
        f"<p>Laporan Wartawan Kabar Contoh, Wati Lestari<br>SAMARINDA – {BODY[0]}<br>"
        f'<strong>Baca juga:</strong> <a href="/b">Bawaslu Awasi Gudang</a></p>'
    )
    found = reading(shape, text + paragraphs(*BODY[1:4]) + f"<p>{BODY[4]}<br>Penulis: Wati<br/>Editor: Darma</p>")
    assert found.body == BODY
    assert found.editors == ("Darma",)
    assert [link.url for link in found.related] == ["https://kabarcontoh.test/b"]


@EVERY
def test_line_breaks_of_prose_part_nothing(shape: str) -> None:
    found = reading(shape, f"<p>{BODY[0]}<br>{BODY[1]}</p>" + paragraphs(*BODY[2:]))
    assert found.body == (f"{BODY[0]} {BODY[1]}", *BODY[2:])


IMAGE = '<img src="/po-content/uploads/gudang.jpg" alt="images">'
CAPTION = "Petugas mencatat tamu gudang di buku besar"


@EVERY
@pytest.mark.parametrize(
    "markup",
    [
        f"<p>{IMAGE}</p><p><em>{CAPTION}</em></p>",
        f'<p style="text-align: center">{IMAGE}<br><i>{CAPTION}</i></p>',
        f"<p><a href='/g.jpg'>{IMAGE}</a></p><p><span><em>{CAPTION}</em></span></p>",
        f"<div>{IMAGE}<div class='image-caption'>{CAPTION}</div></div>",
    ],
)
def test_a_slanted_line_below_a_picture_is_its_caption(shape: str, markup: str) -> None:
    found = reading(shape, paragraphs(*BODY[:2]) + markup + paragraphs(*BODY[2:]))
    assert (found.body, CAPTION in (*found.captions, found.caption)) == (BODY, True)


@EVERY
def test_a_line_below_a_picture_that_credits_a_photographer_is_its_caption(shape: str) -> None:
    line = f"{CAPTION}. (Foto: Bagus)"
    found = reading(shape, paragraphs(*BODY[:2]) + f"<p>{IMAGE}</p><p>{line}</p>" + paragraphs(*BODY[2:]))
    assert (found.body, found.captions) == (BODY, (line,))


@EVERY
@pytest.mark.parametrize(
    "markup",
    [
        f"<p>{IMAGE}</p><p>{CAPTION}.</p>",
        f"<p>{IMAGE}</p><p>{CAPTION} <em>tanpa kecuali</em>.</p>",
        f"<p>{IMAGE}</p><p><em>“{CAPTION}.”</em></p>",
        f"<p>{IMAGE}</p><p><em>Ralat: {CAPTION}.</em></p>",
        f"<p>{IMAGE}</p><p><em>Apakah {CAPTION}?</em></p>",
        f"<p><em>{CAPTION}.</em></p>",
        f'<p><img class="emoji" src="/e.png"></p><p><em>{CAPTION}.</em></p>',
        f"<p>{IMAGE}</p><ul><li><em>{CAPTION}.</em></li></ul>",
    ],
    ids=["upright", "partly", "quote", "note", "question", "no picture", "emoji", "item"],
)
def test_other_lines_below_a_picture_stay(shape: str, markup: str) -> None:
    found = reading(shape, paragraphs(*BODY[:2]) + markup + paragraphs(*BODY[2:]))
    assert len(found.body) == len(BODY) + 1
    assert found.captions == ()


@EVERY
def test_a_text_that_is_slanted_throughout_below_its_picture_stays(shape: str) -> None:
    found = reading(shape, f"<p>{IMAGE}</p><p><em>{BODY[0]}</em></p><p>{IMAGE}</p><p><em>{BODY[1]}</em></p>")
    assert found.body == BODY[:2]


@EVERY
def test_a_list_alone_is_an_article(shape: str) -> None:
    found = reading(shape, "<ul>" + "".join(f"<li>{line}</li>" for line in BODY) + "</ul>")
    assert found.body == BODY


@EVERY
def test_a_table_first_is_read_row_by_row(shape: str) -> None:
    table = "<table><tr><th>Kecamatan</th><th>Kotak</th></tr><tr><td>Loa Kulu</td><td>214</td></tr></table>"
    found = reading(shape, table + paragraphs(*BODY))
    assert found.body == ("Kecamatan", "Kotak", "Loa Kulu", "214", *BODY)


@EVERY
def test_quotes_that_end_in_brackets_stay(shape: str) -> None:
    quotes = ("“Kami siap.” (tertawa)", "“Semua sah (menurut saksi).”", "“Sudah dihitung ulang.” (Ketua KPU)")
    found = reading(shape, paragraphs(*BODY, *quotes))
    assert found.body == (*BODY, *quotes)


@EVERY
def test_three_lines_are_an_article(shape: str) -> None:
    found = reading(shape, paragraphs("Penulis: Wati", BODY[0], "(drm)"))
    assert (found.body, found.authors, found.credit) == ((BODY[0],), ("Wati",), "(drm) Penulis: Wati")


@EVERY
def test_below_four_hundred_characters_the_containers_own_text_is_used(shape: str) -> None:
    found = reading(shape, paragraphs("Jadwal debat diundur.", "Alasannya belum diumumkan."))
    assert found.body == ("Jadwal debat diundur.", "Alasannya belum diumumkan.")


@pytest.mark.parametrize(
    "text",
    [
        "<p>" + "<img src=a><script></script>" * 10_000,
        "<p>" + "teks<br>Baca juga: <a href=x>lain</a> " * 10_000,
        "<p>" + "-" * 1_000_000 + "<a href=x>y</a>",
        "<ul>" + "<li>Facebook</li>" * 10_000,
        "<p>" + "teks panjang " * 10_000 + "<p><img></p><p><em>kata</em></p>" * 5_000,
    ],
    ids=["pictures", "line breaks", "one line", "items", "captions"],
)
def test_many_lines_of_one_kind_cost_no_more_than_their_number(text: str) -> None:
    tree = parse(f"<html><body>{text}")
    assert tree is not None
    begun = process_time()
    walked = walk(tree.find("body"), drop=WORDPRESS.drop, related=WORDPRESS.related)
    clean(walked.blocks, WORDPRESS, title=TITLE, caption=None, outlet=("Kabar Contoh",))
    assert process_time() - begun < 2


def test_a_paragraph_of_ten_thousand_links_is_not_given_to_what_is_quadratic_in_them() -> None:
    begun = process_time()
    found = reading("laravel", paragraphs(*BODY) + "<p>" + "<a href=/x>lain</a> " * 10_000 + "</p>")
    assert found.body[:5] == BODY
    assert process_time() - begun < 3


LINKS = (
    '<p>Laman: <span class="post-page-numbers current">1</span> <a class="post-page-numbers" href="/2024/11/22/gudang/2/">2</a></p>',
    '<p>Laman: <a class="post-page-numbers" href="/2024/11/22/gudang/">1</a> <span class="post-page-numbers current">2</span></p>',
)


def test_the_pages_of_a_story_are_joined_before_any_rule_runs() -> None:
    """Initials on the first page stand inside the text, those on the last end it; a lone last page is not too short."""
    first = paragraphs(f"SAMARINDA – {BODY[0]}", BODY[1], f"{BODY[2]} (wti)") + LINKS[0]
    found = reading("block theme", first, paragraphs(BODY[3], f"{BODY[4]} (drm)") + LINKS[1])
    assert found.body == (*BODY[:2], f"{BODY[2]} (wti)", *BODY[3:])
    assert found.credit == "(drm)"
    assert "parts_missing" not in found.flags
