"""Each rule fires once and is held back once."""

import pytest

from crawler.reading.blocks import Block, Kind, Link
from crawler.reading.cleaned import Cleaned
from crawler.reading.cleaning import clean
from crawler.reading.rules import WORDPRESS

LEAD = "Ketua KPU memastikan surat suara sudah dilipat seluruhnya di gudang kabupaten."
MIDDLE = "Ia menyebut jumlahnya sesuai dengan daftar pemilih tetap yang diumumkan bulan lalu."
END = "Distribusi ke kecamatan terjauh dimulai dua hari sebelum pemungutan suara."


def cleaned(*lines: str | Block, title: str = "Surat Suara Selesai Dilipat", caption: str | None = None) -> Cleaned:
    blocks = [line if isinstance(line, Block) else Block(line) for line in lines]
    return clean(blocks, WORDPRESS, title=title, caption=caption, outlet=("Kabar Contoh", "kabarcontoh.id"))


def texts(result: Cleaned) -> list[str]:
    return [block.text for block in result.blocks]


def taken(result: Cleaned) -> list[tuple[str, str]]:
    return [(one.rule, one.text) for one in result.removed]


@pytest.mark.parametrize(
    "line",
    [
        "Tulis & Tekan Enter",
        "TAGS:",
        "- Advertisement -",
        "Alamat surel Anda tidak akan dipublikasikan. Ruas yang wajib ditandai *",
        "Site icon Kabar Contoh",
    ],
)
def test_a_boilerplate_line_goes(line: str) -> None:
    result = cleaned(LEAD, line, MIDDLE, END)
    assert texts(result) == [LEAD, MIDDLE, END]
    assert taken(result) == [("boilerplate", line)]


@pytest.mark.parametrize(
    "line",
    [
        "Share suara partainya naik tiga persen dibanding pemilu lalu.",
        "Tag nomor itu dipasang pada setiap kotak suara.",
        "3 komentar saksi dicatat dalam berita acara, lalu ditandatangani ketua panitia pemungutan dan seluruh saksi yang hadir.",
    ],
)
def test_a_sentence_that_begins_like_boilerplate_stays(line: str) -> None:
    assert texts(cleaned(LEAD, line, END)) == [LEAD, line, END]


def test_an_invitation_to_a_channel_goes_from_the_end_and_a_sentence_like_it_stays() -> None:
    invitation = "Ikuti berita terbaru Kabar Contoh di Google News"
    assert texts(cleaned(LEAD, MIDDLE, END, invitation)) == [LEAD, MIDDLE, END]
    sentence = "Ikuti ketentuan itu, kata Bawaslu, juga di grup WhatsApp warga."
    assert texts(cleaned(sentence, LEAD, MIDDLE, END)) == [sentence, LEAD, MIDDLE, END]


def test_a_cell_that_reads_like_boilerplate_stays() -> None:
    cells = [Block("Tag", Kind.CELL), Block("Images", Kind.CELL)]
    assert texts(cleaned(LEAD, *cells, END)) == [LEAD, "Tag", "Images", END]


def test_what_follows_a_comment_heading_at_the_end_goes_with_it() -> None:
    result = cleaned(LEAD, MIDDLE, END, LEAD + " Lagi.", "Leave a Reply", "Nama wajib diisi oleh pembaca")
    assert texts(result) == [LEAD, MIDDLE, END, LEAD + " Lagi."]
    assert taken(result)[-1] == ("below_heading", "Nama wajib diisi oleh pembaca")


def test_what_follows_such_a_heading_in_the_middle_stays() -> None:
    assert texts(cleaned(LEAD, "Berita Terkait", MIDDLE, END)) == [LEAD, MIDDLE, END]


def test_a_see_also_line_goes_and_its_link_is_kept() -> None:
    line = Block("Baca juga: Bawaslu Awasi Logistik", links=(Link("Bawaslu Awasi Logistik", "/bawaslu/"),))
    result = cleaned(LEAD, line, END)
    assert texts(result) == [LEAD, END]
    assert taken(result) == [("see_also", "Baca juga: Bawaslu Awasi Logistik")]
    assert result.related == [Link("Bawaslu Awasi Logistik", "/bawaslu/")]


def test_a_see_also_heading_takes_the_links_below_it() -> None:
    links = [Block(name, Kind.ITEM, (Link(name, "/x/"),)) for name in ("Debat Kedua Digelar", "Logistik Tiba")]
    result = cleaned(LEAD, Block("BACA JUGA", Kind.HEADING), *links, END)
    assert texts(result) == [LEAD, END]
    assert len(result.related) == 2


@pytest.mark.parametrize(
    "prose",
    [
        "Baca juga petunjuk di bilik suara sebelum mencoblos, pesan ketua panitia.",
        "Simak pula penjelasan Bawaslu: "
        + "laporan warga diperiksa dan diklarifikasi satu per satu " * 3
        + "sampai tuntas.",
    ],
    ids=["a sentence", "a long paragraph"],
)
def test_prose_that_begins_with_baca_juga_stays(prose: str) -> None:
    assert prose in texts(cleaned(LEAD, prose, END))


def test_a_repeated_headline_goes_and_one_that_only_resembles_it_stays() -> None:
    assert texts(cleaned("Surat suara selesai dilipat", LEAD, END)) == [LEAD, END]
    assert texts(cleaned("Surat suara selesai dilipat di Berau", LEAD)) == [
        "Surat suara selesai dilipat di Berau",
        LEAD,
    ]


def test_the_lead_pictures_caption_goes_from_the_top_only() -> None:
    caption = "Petugas melipat surat suara. Foto: Ist"
    assert texts(cleaned(caption, LEAD, MIDDLE, END, caption, caption=caption)) == [LEAD, MIDDLE, END, caption]


def test_a_text_printed_twice_is_kept_once_and_a_repeated_paragraph_stays() -> None:
    assert texts(cleaned(LEAD, MIDDLE, END, LEAD, MIDDLE, END)) == [LEAD, MIDDLE, END]
    assert texts(cleaned(LEAD, MIDDLE, MIDDLE, END, MIDDLE)) == [LEAD, MIDDLE, MIDDLE, END, MIDDLE]


def test_a_dateline_is_cut_from_the_first_line_only() -> None:
    result = cleaned(f"TENGGARONG – {LEAD}", f"SAMARINDA – {MIDDLE}")
    assert texts(result) == [LEAD, f"SAMARINDA – {MIDDLE}"]
    assert result.dateline
    assert result.dateline.printed == "TENGGARONG –"


def test_a_dateline_is_cut_from_the_line_below_a_note_on_the_story() -> None:
    note = "Koreksi: Nama narasumber dalam berita ini sebelumnya keliru ditulis."
    result = cleaned(note, f"TENGGARONG – {LEAD}", f"SAMARINDA – {MIDDLE}")
    assert texts(result) == [note, LEAD, f"SAMARINDA – {MIDDLE}"]
    assert taken(result) == [("dateline", "TENGGARONG –")]
    assert texts(cleaned(MIDDLE, f"TENGGARONG – {LEAD}")) == [MIDDLE, f"TENGGARONG – {LEAD}"]
    assert texts(cleaned(note)) == [note]


def test_a_dateline_in_a_paragraph_of_its_own_goes_whole() -> None:
    assert texts(cleaned("TENGGARONG –", LEAD, END)) == [LEAD, END]


def test_a_credit_line_goes_and_the_correction_below_it_stays() -> None:
    note = "Ralat: jumlah kotak suara telah diperbaiki."
    result = cleaned(LEAD, END + " *", "Penulis: Wati/ Penyunting: Darma", note)
    assert texts(result) == [LEAD, END, note]
    assert taken(result) == [("credit_line", "Penulis: Wati/ Penyunting: Darma"), ("closing_star", "*")]
    assert [(line.authors, line.editors) for line in result.credits] == [(("Wati",), ("Darma",))]


def test_credit_lines_in_a_row_go_together() -> None:
    result = cleaned(LEAD, MIDDLE, END, "Reporter: Wati", "Redaktur: Darma", "Copyright © Kabar Contoh 2024")
    assert texts(result) == [LEAD, MIDDLE, END]
    assert result.credit == "Reporter: Wati Redaktur: Darma"


def test_a_credit_line_in_the_middle_of_the_text_stays() -> None:
    line = "Editor: Darma"
    assert line in texts(cleaned(LEAD, line, MIDDLE, END, LEAD))


def test_initials_at_the_end_become_the_credit() -> None:
    result = cleaned(LEAD, f"{END} (wti/drm)")
    assert texts(result) == [LEAD, END]
    assert result.credit == "(wti/drm)"
    assert taken(result) == [("sign_off", "(wti/drm)")]


def test_initials_in_a_paragraph_of_their_own_go_whole() -> None:
    assert texts(cleaned(LEAD, END, "(wti)")) == [LEAD, END]


def test_nothing_is_taken_from_a_text_of_one_line() -> None:
    assert texts(cleaned("(wti)")) == ["(wti)"]
    assert texts(cleaned("TENGGARONG –")) == ["TENGGARONG –"]
