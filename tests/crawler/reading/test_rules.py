"""Every rule of cleaning by its name: that it fires, and that it holds prose back. A rule without both fails here.

A case is a text, and what stays of it: a line that goes is written with the rule's name before it.
"""

import re
from pathlib import Path

import pytest

from crawler.reading.blocks import Block, Kind, Link
from crawler.reading.cleaned import Cleaned
from crawler.reading.cleaning import RULES, clean
from crawler.reading.families import LISTING, POPOJICMS
from crawler.reading.rules import WORDPRESS, Rules
from spiders.families import WordPress

A = "Ketua KPU memastikan surat suara sudah dilipat seluruhnya di gudang kabupaten."
B = "Ia menyebut jumlahnya sesuai dengan daftar pemilih tetap yang diumumkan bulan lalu."
C = "Distribusi ke kecamatan terjauh dimulai dua hari sebelum pemungutan suara."
D = "Polisi mengawal setiap truk sampai ke halaman kantor camat."
TITLE = "Surat Suara Selesai Dilipat"
CAPTION = "Petugas melipat surat suara. Foto: Ist"


def block(line: str) -> Block:
    """A line with its kind and link: `- item`, `# heading`, `| cell`, and `[text](address)` in it."""
    kind = {"- ": Kind.ITEM, "# ": Kind.HEADING, "| ": Kind.CELL}.get(line[:2], Kind.PARAGRAPH)
    text = line if kind is Kind.PARAGRAPH else line[2:]
    links = tuple(Link(label, href) for label, href in re.findall(r"\[([^\]]+)\]\(([^)]+)\)", text))
    return Block(re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text), kind, links)


def cleaned(lines: tuple[str, ...], *, rules: Rules = WORDPRESS, loose: bool = False) -> Cleaned:
    blocks = [block(line) for line in lines]
    return clean(blocks, rules, title=TITLE, caption=CAPTION, outlet=("Kabar Contoh", "kabarcontoh.id"), loose=loose)


def texts(*lines: str) -> list[str]:
    return [block(line).text for line in lines]


def taken(result: Cleaned) -> list[tuple[str, str]]:
    return [(one.rule, one.text) for one in result.removed]


FIRES: dict[str, tuple[tuple[str, ...], ...]] = {
    "boilerplate": (
        (A, "> Tulis & Tekan Enter", B),
        (A, "TAGS:", B),
        (A, "- Advertisement -", B),
        (A, "[ADVERTISEMENT]", B),
        (A, "Site icon Kabar Contoh", B),
        (A, "Alamat surel Anda tidak akan dipublikasikan. Ruas yang wajib ditandai *", B),
        (A, "Leave\u200b a Reply", B),
        (A, "DIBACA : 1.214 KALI", B),
        (A, "Waktu baca: 3 menit", B),
        (A, "Lihat semua pos oleh Wati Lestari", B),
        ("Post Views: 1.234", A, B),
        ("Beranda » Politik » Surat Suara", A, B),
        (A, "© 2024 Kabar Contoh", B),
        ("[vc_row][vc_column width=1/2][vc_column_text]", A, B, "[/vc_column_text][/vc_column][/vc_row]"),
    ),
    "comments": ((A, "3 Komentar", B), (A, "# One response to “Surat Suara”", B), (A, "KOMENTAR (12)", B)),
    "syndicated": (
        (A, B, "The post Surat Suara Selesai Dilipat appeared first on Kabar Contoh."),
        (A, B, "Artikel [Surat Suara](/a/) pertama kali tampil pada [Kabar Contoh](/)."),
    ),
    "channel": (
        (A, B, "Cek Berita dan Artikel yang lain di Google News"),
        (A, "Simak berita terbaru Kabar Contoh di Google News", B, C, D),
        (A, B, "Ikuti saluran WhatsApp Kabar Contoh"),
        (A, "Dapatkan berita pilihan di [kanal Telegram](https://t.me/kabarcontoh) kami.", B, C, D),
        (A, B, C, "IKUTI KABAR CONTOH DI GOOGLE NEWS", "Tags: Pilkada", "Bagikan ini:", "1 2 3"),
    ),
    "share": (
        (A, "Share this:", B),
        (A, "Bagikan artikel ini ke WhatsApp", B),
        (A, "Facebook Twitter WhatsApp Telegram", B),
        (A, "- [Facebook](https://www.facebook.com/sharer.php?u=x)", "- [WhatsApp](https://wa.me/?text=x)", B),
        (A, "Bagikan:", "- Facebook", "- Salin tautan", B),
        (A, "Klik untuk berbagi di X (Membuka di jendela yang baru)", B),
    ),
    "tag_line": (
        (A, B, "Tag: Pilkada 2024, KPU Berau"),
        (A, "KATEGORI : [Politik](/kategori/politik/)", B, C, D),
        (A, B, "#pilkada #kpuberau"),
        (A, "TAGS [KPU](/tag/kpu) [Pilkada Berau](/tag/berau)", B, C, D),
    ),
    "page_number": (
        (A, "1 2 3", B),
        (A, "Halaman 2 dari 3", B),
        (A, "Laman: 1 2", B),
        (A, "Halaman: 1 2 3 Selanjutnya »", B),
        (A, "Halaman Selanjutnya", B),
        (A, "1 2 3 … 7", B),
        (A, "Halaman : 1 2 Lihat Semua", B),
    ),
    "advertisement": (
        (A, "Scroll ke bawah untuk melanjutkan membaca", B),
        (A, "Artikel berlanjut setelah iklan", B),
        (A, "Lanjutkan membaca di bawah ini", B),
    ),
    "republished": (
        (A, B, "Artikel ini telah tayang di KabarLain.com dengan judul Surat Suara Dilipat"),
        (A, B, "Berita ini sebelumnya sudah tayang di Kabar Lain."),
        (A, B, "Disadur dari KabarLain.com"),
    ),
    "see_also": (
        (A, "Baca juga: Bawaslu Awasi Logistik", B),
        (A, "BACA JUGA Siapa Menang di Berau?", B),
        (A, "» Simak pula : [Bawaslu Awasi Logistik](/b/)", B),
        (A, "Baca juga:", "- [Debat Kedua Digelar](/d/)", "- [Logistik Tiba](/l/)", B),
        (A, "Berita terkait: Logistik Tiba di Gudang", B),
    ),
    "caption": ((CAPTION, A, B),),
    "headline": (("Surat suara selesai dilipat", A, B), ("# SURAT SUARA SELESAI DILIPAT", A, B)),
    "lead_credit": (
        ("Reporter : Wati", A, B),
        ("Laporan Wartawan Kabar Contoh, Wati Lestari", A, B),
        ("OLEH: WATI LESTARI", A, B),
    ),
    "byline": (("Selasa, 19 November 2024 | 14:30 WITA", A, B),),
    "credit_line": ((A, B, "Penulis: Wati/ Penyunting: Darma"), (A, "Editor : Darma", B)),
    "source_line": ((A, B, "Sumber: Humas KPU Berau"), (A, B, "Foto : Bagus")),
}
"""The lines that go stand between `A` to `D`, which stay."""

REMARKS = (
    *("(KPU).", "(dua orang).", "(lihat tabel).", "(sesuai aturan)", "(rusak).", "(sah)", "(19/11/2024)", "(Bawaslu)."),
    *("(bersambung)", "(Kutai Timur).", "(Pasal 71)", "(51,28 persen)"),
    *("(dan/atau)", "(air, listrik)", "(advokat)", "(Adv 12)"),
)
"""What a last sentence may end in."""

HOLDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "boilerplate": (
        (A, "# Rekomendasi", B, "# Sebelumnya", C, "# Iklan Kampanye", D),
        (A, "“Simak semua berita itu di Google News,” kata Wati kepada artikel di Google News", B),
        (A, "Tag nama calon dipasang pada setiap kotak suara.", B),
        (A, "Images of the candidates tidak boleh dipasang di dalam bilik", B),
        (A, "Iklan kampanye hanya boleh tayang empat belas hari.", B),
        (A, "| Tag", "| Images", B),
        (A, "Yang boleh dipasang:", "- Spanduk", "- Iklan", "- Baliho", B),
        (A, "Dibaca 214 kali oleh warga, surat edaran itu dihapus.", B),
        (A, "Isi komentar sepenuhnya adalah tanggung jawab penulisnya, kata Wati.", B),
    ),
    "below_heading": ((A, "# Berita terkait distribusi", B, C),),
    "comments": (
        (A, "3 komentar saksi dicatat dalam berita acara.", B),
        (A, "Satu tanggapan untuk KPU disampaikan saksi nomor urut dua", B),
        (A, "Komentar 12 saksi dibacakan", B),
        (A, "| 3 komentar", B),
    ),
    "syndicated": (
        (A, "Artikel tentang ijazah calon itu muncul pertama kali di blog seorang warga.", B),
        (A, "Berita itu pertama kali muncul di [blog](/b/) warga, kata Wati.", B),
    ),
    "channel": (
        (A, "Ikuti debat lewat Instagram KPU Berau pada pukul delapan malam.", B, C, D),
        (A, B, "Ikuti informasi resmi lewat kanal Telegram, pesan Wati."),
        (A, B, "“Cek kabar itu di grup WhatsApp dulu,” ujar Darma."),
        ("Ikuti ketentuan itu, kata Bawaslu, juga di grup WhatsApp warga.", A, B, C),
    ),
    "share": (
        (A, "Share ke grup WhatsApp keluarga dilarang selama masa tenang.", B),
        (A, "Bagikan undangan memilih paling lambat tiga hari sebelumnya.", B),
        (A, "Akun yang didaftarkan:", "- Facebook", "- Instagram", "- Spanduk digital", B),
        (A, "# Facebook", B),
        (A, "Share suara partainya naik tiga persen", B),
    ),
    "tag_line": (
        (A, "Kategori: kotak suara rusak, kurang, dan tertukar.", B),
        (A, "Topik: ekonomi dan lingkungan", B, C, D),
        (A, "Tema debat:", "- Topik: ekonomi", "- Topik: lingkungan hidup"),
        (A, B, "Tag nama calon [Darma](/d/) dipasang di kotak"),
        (A, "#KPUMelayani menjadi tagar resmi", B),
        (A, B, "Kategori: pemilih pemula yang baru pindah alamat dari kabupaten lain ke Berau"),
    ),
    "page_number": (
        (A, "Halaman 2 dari putusan itu memuat daftar saksi", B),
        (A, "2 7 9", B),
        (A, "1 3 5", B),
        (A, "3 … 7", B),
        (A, "Nomor urut:", "- 1", "- 2", B),
        (A, "| 1", "| 2", B),
        (A, "Halaman kantor KPU dipenuhi warga", B),
    ),
    "advertisement": (
        (A, "Gulir layar untuk membaca nama calon, lalu tekan tombol hijau.", B),
        (A, "Ruang iklan 50 detik diberikan kepada setiap partai", B),
        (A, "- Scroll untuk membaca visi", "- Tekan nama calon", B),
    ),
    "republished": (
        (A, B, "Berita ini telah tayang di televisi nasional, kata Ketua KPU."),
        (A, B, "Berita ini sudah tayang di Kabar TV Senin malam."),
        (A, B, "Artikel ini pernah dimuat di media lain sebelum dihapus."),
        ("Dikutip dari KabarLain.com, KPU menetapkan jadwal debat.", A, B),
        (A, B, "Dikutip dari Kabar Lain, jadwal itu berubah."),
        ("Artikel ini telah tayang di KabarLain.com", A, B, C, D),
    ),
    "see_also": (
        (A, "Baca juga buku petunjuk KPPS sebelum bertugas, pesan ketua panitia.", B),
        (A, "Baca juga [buku petunjuk](/b/) KPPS sebelum bertugas, pesan ketua panitia.", B),
        (A, "Simak pula pendapat Darma tentang debat itu.", B),
        (A, "Lihat juga: " + "laporan warga diperiksa dan diklarifikasi satu per satu " * 3 + "sampai tuntas.", B),
        (A, "Berita terkait kotak basah itu sempat ramai", B),
        (A, "| Baca juga: aturan", B),
    ),
    "above_headline": (
        (A, B, C),
        ("Tiga ratus kotak diperiksa petugas sejak pagi.", TITLE, B),
    ),
    "byline": (
        ("Senin, 18 November 2024", A, "Selasa, 19 November 2024", B),
        ("Selasa, 19 November 2024, kotak suara tiba di gudang.", B),
    ),
    "headline": (
        ("Surat suara selesai dilipat di Berau", A),
        (A, TITLE, B),
        ("- Surat Suara Selesai Dilipat", "- Kotak Dirakit", A),
        ("| Surat Suara Selesai Dilipat", "| 300", A),
    ),
    "caption": ((A, B, C, CAPTION),),
    "said_twice": ((A, B, B, C, B), (A, B, A, B)),
    "lead_credit": (("Editor naskah debat itu: tiga orang dosen.", A, B), ("Reporter: jumlah kotak 15", A, B)),
    "dateline": ((A, f"SAMARINDA – {B}"), (f"- SAMARINDA – {B}", A), ("Debat - yang kedua - digelar pekan depan.", A)),
    "credit_line": (
        (A, "Editor: Darma", B, C, D),
        (A, B, "Editor naskah debat adalah tiga orang dosen."),
        (A, B, "Penulis buku itu, Wati: semua orang boleh membacanya."),
        (A, B, "Foto bersama menutup acara"),
        (A, B, "| Penulis: Wati"),
    ),
    "source_line": (
        (A, B, "Sumber: data pemilih sementara per kecamatan yang ditetapkan dalam rapat."),
        (A, "Sumber: Humas KPU", B, C, D),
        (A, B, "Foto: petugas melipat surat suara di gudang logistik"),
        (A, B, "Sumber dana kampanye itu dilaporkan"),
    ),
    "closing_star": ((A, "Tanggal wajib diisi*"), ("***",)),
    "sign_off": (
        *((A, f"{B[:-1]} {remark}") for remark in REMARKS),
        ("“Semua sudah selesai.” (tertawa)", "“Kami siap.” (tersenyum)", "“Ya begitulah.” (tertawa)"),
        ("(wti)",),
        (f"{A} (wti)", B),
        (A, "| Keterangan (wti)"),
    ),
}
"""Texts of which every line stays."""


CUTS: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...]] = {
    "below_heading": (((A, B, C, D, "# Leave a Reply", "Mantap"), (A, B, C, D), ("Mantap",)),),
    "see_also": (((f"{A} Baca juga: [Logistik Tiba](/l/)", B), (A, B), ("Baca juga: Logistik Tiba",)),),
    "said_twice": (((A, B, C, A, B, C), (A, B, C), (A, B, C)),),
    "dateline": (
        ((f"TENGGARONG – {A}", B), (A, B), ("TENGGARONG –",)),
        (("Kabar Contoh, SAMARINDA -", A), (A,), ("Kabar Contoh, SAMARINDA -",)),
    ),
    "closing_star": (((A, f"{B} ***"), (A, B), ("***",)), ((A, f"{B} *", "Editor: Darma"), (A, B), ("*",))),
    "sign_off": tuple(
        ((A, f"{B} {mark}"), (A, B), (mark,))
        for mark in (
            "(wti)",
            "(wti/drm)",
            "[Wti]",
            "(*/wti)",
            "(one/ADV)",
            "(red)",
            "(RAG).",
            "(Wati Lestari)",
            "(wti & drm)",
        )
    ),
}
"""Texts of which a part goes: what stays, and what goes by the rule."""
LOOSE = {
    "above_headline": (("Politik", TITLE, A, B), (A, B), ("Politik",)),
    "byline": (
        (TITLE, "Oleh Wati Lestari | 19 November 2024", A, B),
        (A, B),
        ("Oleh Wati Lestari | 19 November 2024",),
    ),
}
"""The same, of pages whose container is not known."""


def cases(table: dict[str, tuple[tuple[str, ...], ...]]) -> list[object]:
    return [
        pytest.param(name, lines, id=f"{name}: {next((line for line in lines if line not in (A, B, C, D)), A)[:50]}")
        for name, of_name in table.items()
        for lines in of_name
    ]


@pytest.mark.parametrize(("name", "lines"), cases(FIRES))
def test_a_rule_takes_its_line_and_leaves_the_prose_around_it(name: str, lines: tuple[str, ...]) -> None:
    result = cleaned(lines)
    assert [one.text for one in result.blocks] == [line for line in lines if line in (A, B, C, D)]
    assert name in {rule for rule, _ in taken(result)}
    assert sorted(text for _, text in taken(result)) == sorted(texts(*(x for x in lines if x not in (A, B, C, D))))


@pytest.mark.parametrize(("name", "lines"), cases(HOLDS))
def test_prose_that_looks_like_what_a_rule_takes_stays(name: str, lines: tuple[str, ...]) -> None:
    result = cleaned(lines)
    assert [one.text for one in result.blocks] == texts(*lines)
    assert result.removed == []


@pytest.mark.parametrize(
    ("name", "lines", "kept", "gone"), [(name, *case) for name, of_name in CUTS.items() for case in of_name]
)
def test_a_rule_takes_its_part(name: str, lines: tuple[str, ...], kept: tuple[str, ...], gone: tuple[str, ...]) -> None:
    result = cleaned(lines)
    assert tuple(one.text for one in result.blocks) == kept
    assert tuple(text for rule, text in taken(result) if rule == name) == gone


@pytest.mark.parametrize("name", LOOSE)
def test_a_rule_takes_what_stands_around_the_headline(name: str) -> None:
    lines, kept, gone = LOOSE[name]
    result = cleaned(lines, loose=True)
    assert tuple(one.text for one in result.blocks) == kept
    assert tuple(text for rule, text in taken(result) if rule == name) == gone


@pytest.mark.parametrize(
    "lines",
    [HOLDS["above_headline"][1], ("Kotak suara tiba di gudang pada pukul delapan lewat.", "Politik", TITLE, A)],
)
def test_lines_above_the_headline_stay_where_one_is_a_sentence(lines: tuple[str, ...]) -> None:
    assert [one.text for one in cleaned(lines, loose=True).blocks] == list(lines)


def test_every_rule_has_a_case_that_fires_and_one_that_holds_back() -> None:
    names = {rule.name for rule in RULES}
    elsewhere = {"not_text"}  # tests/crawler/reading/test_blocks.py: it needs a page
    assert {*FIRES, *CUTS, *LOOSE} | elsewhere == names
    assert set(HOLDS) | elsewhere == names
    assert sum(map(len, HOLDS.values())) >= 60


def test_the_readme_lists_the_rules_in_their_order() -> None:
    page = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    rows = [f"| `{rule.name}` | {rule.takes} | {rule.holds} |" for rule in RULES]
    assert "\n".join(rows) in page


@pytest.mark.parametrize("rules", [WORDPRESS, POPOJICMS, LISTING], ids=["wordpress", "popojicms", "listing"])
def test_no_family_takes_a_line_of_prose(rules: Rules) -> None:
    """What one family's pages print the others' prose may hold: the sentences hold in all of them."""
    for name, texts_of_name in HOLDS.items():
        for lines in texts_of_name:
            assert [one.text for one in cleaned(lines, rules=rules).blocks] == texts(*lines), (name, lines)


def test_an_outlet_adds_lines_of_its_own() -> None:
    rules = WordPress.rules.plus(boilerplate=("kabar kilat",), noise=(r"laporan langsung .{1,20}",))
    lines = (A, "Kabar Kilat", "Laporan langsung Studio 2", B)
    assert [one.text for one in cleaned(lines, rules=rules).blocks] == [A, B]
    assert [one.text for one in cleaned(lines).blocks] == list(lines)
    assert rules.digest() != WordPress.rules.digest()


def test_a_line_to_another_story_keeps_its_links() -> None:
    result = cleaned((f"{A} Baca juga: [Logistik Tiba](/l/)", "Baca juga:", "- [Debat Digelar](/d/)", B))
    assert result.related == [Link("Logistik Tiba", "/l/"), Link("Debat Digelar", "/d/")]


def test_a_note_of_where_the_story_stood_first_names_the_outlet() -> None:
    assert cleaned((A, B, "Artikel ini telah tayang di KabarLain.com dengan judul Logistik")).origin == "KabarLain.com"
    assert cleaned((A, B, "Berita ini sudah tayang di Kabar Lain.")).origin == "Kabar Lain"
    assert cleaned((A, B)).origin is None
    own = cleaned((A, B, "Artikel ini telah tayang di KabarContoh.id"))
    assert (own.origin, own.copied(("Kabar Contoh", "kabarcontoh.id"))) == ("KabarContoh.id", False)
    assert own.copied(("Kabar Lain",))


def test_a_source_is_credited_and_a_photographer_is_not() -> None:
    assert cleaned((A, B, "Sumber: Humas KPU Berau")).credit == "Sumber: Humas KPU Berau"
    assert cleaned((A, B, "Foto: Humas")).credit is None
