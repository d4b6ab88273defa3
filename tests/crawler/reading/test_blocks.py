import pytest

from crawler.reading.blocks import Kind, Walked, walk
from crawler.reading.judging import extracted, judged
from crawler.reading.page import parse
from crawler.reading.rules import WORDPRESS

PROSE = [
    "Komisi Pemilihan Umum menetapkan jadwal debat kedua calon bupati pada pekan depan di gedung pertemuan.",
    "Panitia menyiapkan tiga panelis dari perguruan tinggi dan seorang moderator dari luar daerah.",
    "Setiap pasangan calon boleh membawa seratus pendukung, dan semuanya wajib mendaftar lebih dahulu.",
    "Polisi menutup jalan di depan gedung sejak sore dan menyediakan tempat parkir di lapangan kota.",
    "Warga yang tidak hadir dapat menyimak debat itu lewat siaran langsung radio pemerintah daerah.",
]


def walked(html: str) -> Walked:
    tree = parse(f"<html><body>{html}")
    assert tree is not None
    return walk(tree.find("body"), drop=WORDPRESS.drop, related=WORDPRESS.related)


def texts(html: str) -> list[str]:
    return [block.text for block in walked(html).blocks]


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        ("<p>Satu&nbsp;\n dua</p><p>&nbsp;</p><p>Satu dua</p>", ["Satu dua", "Satu dua"]),
        ("<p>Satu<br><br>dua<br>tiga</p>", ["Satu", "dua tiga"]),
        ("<ul><li>Satu<ul><li>dua</li></ul></li><li><p>tiga</p></li></ul>", ["Satu", "dua", "tiga"]),
        (
            "<table><tr><th>Kecamatan</th><th>Suara</th></tr><tr><td>Loa Kulu</td><td></td></tr></table>",
            ["Kecamatan", "Suara", "Loa Kulu"],
        ),
        ("<blockquote><p>“Netral.”</p><cite>Ketua</cite></blockquote>", ["“Netral.”", "Ketua"]),
        ("Satu<div>dua<h3>tiga</h3>empat</div>lima", ["Satu", "dua", "tiga", "empat", "lima"]),
        (
            "<p>Satu</p><script>x()</script><style>p{}</style><form><p>Cari</p></form><!-- catatan --><p hidden>h</p>",
            ["Satu"],
        ),
        ('<p>Satu</p><div class="td-a-rec"><p>Iklan</p></div><div id="comments"><p>Mantap</p></div>', ["Satu"]),
        ("<p>Satu<!--nextpage-->dua</p><p><!--nextpage--></p>", ["Satu", "dua"]),
        ("<p>satu</p></div></div><p>dua</p>", ["satu", "dua"]),
    ],
    ids=[
        "blanks and repeats",
        "breaks",
        "lists",
        "cells",
        "quotes",
        "loose text",
        "no text",
        "chrome",
        "parts",
        "unbalanced",
    ],
)
def test_a_walk_gives_every_block_once_in_order(html: str, blocks: list[str]) -> None:
    assert texts(html) == blocks


@pytest.mark.parametrize(
    "html",
    [
        "<figure><img src=x><figcaption>Petugas <b>melipat</b><br>surat suara</figcaption></figure>",
        '<div class="wp-caption"><img src=x><p class="wp-caption-text">Petugas melipat surat suara</p></div>',
    ],
)
def test_captions_stand_apart(html: str) -> None:
    found = walked(f"<p>Satu</p>{html}<p>dua</p>")
    assert [block.text for block in found.blocks] == ["Satu", "dua"]
    assert found.captions == ["Petugas melipat surat suara"]


def test_a_table_in_a_figure_is_text_and_its_caption_is_not() -> None:
    found = walked(
        '<figure class="wp-block-table"><table><tr><td>51</td></tr></table><figcaption>Rekap</figcaption></figure>'
    )
    assert [(block.text, block.kind) for block in found.blocks] == [("51", Kind.CELL)]
    assert found.captions == ["Rekap"]


def test_links_are_kept_with_their_block_and_boxes_of_other_stories_apart() -> None:
    found = walked(
        '<p>Baca juga: <a href="/a/">Debat <b>kedua</b></a></p><div class="yarpp"><a href="/b/">Lain</a></div>'
    )
    (block,) = found.blocks
    assert [(link.text, link.href) for link in block.links] == [("Debat kedua", "/a/")]
    assert [(link.text, link.href) for link in found.related] == [("Lain", "/b/")]


def judge(html: str) -> tuple[list[str], list[str]]:
    tree = parse(f"<html><body>{html}")
    assert tree is not None
    body = tree.find("body")
    kept, refused = judged(walk(body).blocks, body)
    return [block.text for block in kept], [block.text for block in refused]


def test_the_extractor_refuses_a_box_of_links_and_keeps_repeats() -> None:
    box = '<div class="social-share"><a href="/1/">Facebook</a> <a href="/2/">WhatsApp</a></div>'
    story = "".join(f"<p>{line}</p>" for line in [*PROSE, PROSE[1]])
    kept, refused = judge(f'<div class="isi">{story}</div>{box}')
    assert kept == [*PROSE, PROSE[1]]
    assert refused == ["Facebook WhatsApp"]


def test_the_extractor_is_not_asked_about_a_short_text() -> None:
    box = '<div class="social-share"><a href="/1/">Facebook</a></div>'
    assert judge(f"<p>{PROSE[0]}</p>{box}") == ([PROSE[0], "Facebook"], [])


def test_the_extractors_own_tree_gives_cells_and_items_apart() -> None:
    rows = "<table><tr><td>Loa Kulu</td><td>51</td></tr></table><ul><li>Debat pertama</li><li>Debat kedua</li></ul>"
    tree = parse(
        "<html><body><article>" + "".join(f"<p>{line}</p>" for line in PROSE) + rows + "</article></body></html>"
    )
    assert tree is not None
    found = [block.text for block in extracted(tree)]
    assert found[: len(PROSE)] == PROSE
    assert found[len(PROSE) :] == ["Loa Kulu", "51", "Debat pertama", "Debat kedua"]


@pytest.mark.parametrize(
    ("html", "prose"),
    [
        (
            "<p>Satu</p><ul><li>Dua</li></ul><blockquote><p>Tiga</p></blockquote><table><tr><td>4</td></tr></table>",
            True,
        ),
        ('<p>Lihat <a href="/1/">daftar pemilih</a> yang diumumkan panitia kecamatan kemarin.</p>', True),
        ('<p>Satu</p><div class="kotak">Dua</div>', False),
        ('<p>Satu</p><p><a href="/1/">Debat Kedua Digelar Pekan Depan</a></p>', False),
        ("<p>Satu</p><aside>Dua</aside>", False),
    ],
)
def test_prose_is_what_holds_neither_boxes_nor_links_alone(html: str, prose: bool) -> None:
    tree = parse(f"<html><body>{html}")
    assert tree is not None
    assert walk(tree.find("body")).prose is prose
