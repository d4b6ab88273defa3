"""trafilatura says which of a container's blocks are text; the walk says in what order and how often."""

from lxml.html import fragment_fromstring

from crawler.reading.blocks import Block, walk
from crawler.reading.judging import judged

PROSE = [
    "Petugas menurunkan kotak suara di gudang logistik Tenggarong sejak pagi, dijaga polisi dan diawasi Bawaslu setempat.",
    "Ketua panitia mengatakan seluruh surat suara sudah dihitung ulang dan tidak ada yang rusak selama perjalanan darat.",
    "Pengiriman ke kecamatan terjauh dimulai esok hari memakai perahu, sebab jalan darat terputus banjir sejak pekan lalu.",
    "Warga di hilir sungai diminta bersabar karena perahu hanya dapat berjalan pada siang hari ketika air sedang tinggi.",
]
LINKS = "".join(f'<li><a href="/{n}/">Berita pilihan lain nomor {n} hari ini</a></li>' for n in range(12))


def container(inner):
    return fragment_fromstring(f"<div>{inner}</div>")


def paragraphs(*texts):
    return "".join(f"<p>{text}</p>" for text in texts)


def test_a_paragraph_that_stands_twice_is_kept_twice():
    element = container(paragraphs(*PROSE, PROSE[0]))
    blocks = walk(element).blocks
    assert judged(blocks, element) == (blocks, [])


def test_a_list_of_links_is_left_out_and_told():
    element = container(paragraphs(*PROSE) + f"<ul>{LINKS}</ul>")
    kept, refused = judged(walk(element).blocks, element)
    assert [block.text for block in kept] == PROSE
    assert len(refused) == 12


def test_inline_elements_and_line_breaks_do_not_make_another_text():
    element = container(
        paragraphs(*PROSE[:3]) + "<p>Kata <b>Ketua</b>, <i>Romi</i>: “jaga<br>suara rakyat” sampai tuntas.</p>"
    )
    blocks = walk(element).blocks
    assert judged(blocks, element) == (blocks, [])


def test_a_short_container_is_not_judged():
    element = container(paragraphs(PROSE[0]) + f"<ul>{LINKS[:60]}</ul>")
    blocks = walk(element).blocks[:1]
    assert judged(blocks, element) == (blocks, [])


def test_trafilatura_is_not_heard_where_it_finds_less_than_half():
    blocks = [Block(text) for text in PROSE]
    assert judged(blocks, container(paragraphs("Teks yang sama sekali lain dari isi berita ini. " * 12))) == (
        blocks,
        [],
    )
