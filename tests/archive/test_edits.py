"""What an edit changed and whether it was announced, on stories of a kabupaten that does not exist."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from archive import edits
from archive.edits import Shown

TITLE = "KPU Barito Hulu Tetapkan Hasil Pilkada"
BODY = (
    "Ketua KPU Barito Hulu, Rudi Hartono, mengatakan pasangan nomor urut 1 meraih 1.234 suara, atau 51,28 persen.",
    "Menurut Rudi, rekapitulasi berlangsung tertib. Sebanyak tiga saksi menolak menandatangani berita acara.",
    "“Kami siap menghadapi gugatan,” ujarnya kepada wartawan pada Rabu (27/11/2024).",
    "Bupati Siti Aminah hadir di lokasi bersama jajaran kepolisian. Ia meminta semua pihak menerima hasilnya.",
    "Rekapitulasi tingkat provinsi dijadwalkan pekan depan di gedung serbaguna, dan terbuka bagi umum.",
)
STORY = Shown(title=TITLE, blocks=BODY, extractor="test 1", source="page")


def edited(*swaps: tuple[str, str], title: str = TITLE, more: tuple[str, ...] = ()) -> Shown:
    """Give the story with words exchanged in all its paragraphs, and paragraphs behind it."""
    blocks = BODY
    for old, new in swaps:
        assert any(old in block for block in blocks), old
        blocks = tuple(block.replace(old, new) for block in blocks)
    return replace(STORY, title=title, blocks=(*blocks, *more))


@pytest.mark.parametrize(
    ("new", "changed"),
    [
        pytest.param(edited(("1.234", "1.324")), "figures", id="a number"),
        pytest.param(edited(("51,28", "51,82")), "figures", id="a share"),
        pytest.param(edited(("tiga saksi", "empat saksi")), "figures", id="a number in words"),
        pytest.param(edited(("1.234 suara", "suara")), "figures", id="a number removed"),
        pytest.param(edited(("Rabu (27/11/2024)", "Kamis (28/11/2024)")), "figures", id="a day"),
        pytest.param(edited(("Hartono", "Hartanto")), "names", id="a misspelt name"),
        pytest.param(edited(("Rudi", "Rudy")), "names", id="a first name wherever it stands"),
        pytest.param(edited(("Menurut Rudi", "Menurut Rendi")), "names", id="one name later on"),
        pytest.param(edited(("Siti Aminah", "Dewi Lestari")), "names", id="another person"),
        pytest.param(edited(("Siti Aminah", "Siti Nur Aminah")), "names", id="a longer name"),
        pytest.param(edited(("Bupati Siti", "Wakil Bupati Siti")), "body", id="a title is no name"),
        pytest.param(edited(("Menurut Rudi", "Kata Rudi")), "body", id="a word that opens a sentence"),
        pytest.param(edited(("tertib", "ricuh")), "body", id="a word"),
        pytest.param(edited(("serbaguna, dan", "serbaguna dan")), "body", id="a comma"),
        pytest.param(edited(("1.234 suara", "1.234 suara di 12 TPS")), "body figures", id="words with a number"),
        pytest.param(edited(("1.234", "1.324"), ("Hartono", "Hartanto")), "figures names", id="a number and a name"),
        pytest.param(replace(STORY, blocks=BODY[:-1]), "body", id="a paragraph removed"),
        pytest.param(replace(STORY, blocks=(*BODY, "Sebanyak 12 TPS digelar ulang.")), "body", id="a paragraph added"),
        pytest.param(replace(STORY, blocks=BODY[::-1]), "body", id="another order"),
        pytest.param(edited(title="KPU Barito Hulu Umumkan Hasil Pilkada"), "headline", id="a softened headline"),
        pytest.param(edited(title="KPU Barito Hulu Tetapkan Hasil Pilkada 2024"), "headline figures", id="headline with year"),
        pytest.param(
            edited(("Barito Hulu", "Barito Hilir"), title="KPU Barito Hilir Tetapkan Hasil Pilkada"),
            "headline names",
            id="a place in headline and text",
        ),
    ],
)  # fmt: skip
def test_a_change_is_told_by_its_kind(new: Shown, changed: str) -> None:
    assert not edits.same_text(STORY, new)
    found = edits.compare(STORY, new)
    assert (" ".join(found.changed), found.note) == (changed, None)


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(edited(("“Kami siap menghadapi gugatan,”", '"Kami siap menghadapi gugatan,"')), id="straight"),
        pytest.param(edited(("“Kami siap menghadapi gugatan,”", "«Kami siap menghadapi gugatan,»")), id="guillemets"),
        pytest.param(edited(("“Kami siap menghadapi gugatan,”", "''Kami siap menghadapi gugatan,''")), id="twice single"),
        pytest.param(edited(("berita acara", "berita\u00a0acara")), id="a no-break space"),
        pytest.param(edited(("berita acara", "berita  \n acara")), id="blanks"),
        pytest.param(edited(("rekapitulasi", "rekapi\u00adtulasi")), id="a soft hyphen"),
        pytest.param(edited(title=f"{TITLE} "), id="a blank behind the headline"),
        pytest.param(edited(more=("Dibaca: 1.234 kali",)), id="a reader count"),
        pytest.param(edited(more=("2.901 views",)), id="an English reader count"),
    ],
)  # fmt: skip
def test_how_a_text_is_set_makes_no_other_text(new: Shown) -> None:
    assert edits.same_text(STORY, new)
    assert edits.same_text(new, STORY)


def test_a_reader_count_that_rises_makes_no_other_text() -> None:
    assert edits.same_text(edited(more=("Dilihat 120 kali",)), edited(more=("Dilihat 1.340 kali",)))


@pytest.mark.parametrize(
    "note",
    [
        "Ralat: dalam berita ini semula tertulis 1.234 suara.",
        "RALAT REDAKSI – Angka perolehan suara telah dibetulkan.",
        "Koreksi (28/11/2024): perolehan suara adalah 1.324.",
        "Hak Jawab",
        "Catatan redaksi: kami mohon maaf atas kekeliruan ini.",
        "*) Berita ini telah diperbarui pada Kamis pukul 10.15 Wita.",
        "Judul berita telah diubah agar sesuai dengan isinya.",
        "Update 28/11/2024 09:00 Wita: KPU menambahkan data dari dua kecamatan.",
        "Pada versi sebelumnya, nama ketua KPU keliru ditulis.",
        "Terdapat kesalahan penulisan angka, redaksi memohon maaf.",
    ],
)
def test_a_note_announces_a_change_and_is_none_itself(note: str) -> None:
    told = edits.compare(STORY, edited(("1.234", "1.324"), more=(note,)))
    assert (told.changed, told.note) == (("figures",), note)
    alone = edits.compare(STORY, edited(more=(note,)))
    assert (alone.changed, alone.note) == (("body",), note)
    held = edits.compare(edited(more=(note,)), edited(("1.234", "1.324"), more=(note,)))
    assert (held.changed, held.note) == (("figures",), None), "a note of an earlier change announces no other"
    gone = edits.compare(edited(more=(note,)), edited(("1.234", "1.324")))
    assert (gone.changed, gone.note) == (("figures",), None)


@pytest.mark.parametrize(
    "block",
    [
        "Koreksi data pemilih dilakukan KPU hingga akhir pekan.",
        "Update data pemilih berlangsung di setiap kelurahan.",
        "Hak jawab itu disampaikan kuasa hukum pasangan calon dalam sidang.",
        "Klarifikasi disampaikan Bawaslu kepada para saksi.",
        "Ketua Bawaslu meminta maaf kepada warga atas antrean panjang.",
        "Dalam sidang sebelumnya, hakim memeriksa lima saksi. " * 12 + "Pada versi awal, surat itu berbeda.",
    ],
)
def test_a_paragraph_that_speaks_of_corrections_is_no_note(block: str) -> None:
    assert edits.compare(STORY, edited(more=(block,))).note is None


@pytest.mark.parametrize(
    "title", [f"[RALAT] {TITLE}", f"{TITLE} (Update)", f"UPDATE: {TITLE}", f"{TITLE} [Diperbarui 28/11]"]
)
def test_a_mark_in_the_headline_announces(title: str) -> None:
    found = edits.compare(STORY, edited(("1.234", "1.324"), title=title))
    assert ("headline" in found.changed, "figures" in found.changed, found.note) == (True, True, title)
    assert edits.compare(STORY, edited(title="Update Hasil Pilkada Barito Hulu")).note is None


def test_a_note_that_a_rule_took_out_of_the_body_announces_too() -> None:
    new = replace(edited(("1.234", "1.324")), removed=("Catatan redaksi: angka telah dibetulkan.",))
    assert edits.compare(STORY, new).note == "Catatan redaksi: angka telah dibetulkan."


MORNING = datetime(2024, 11, 27, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({"byline": ("Rina Kartika",)}, {"byline": ("Sabran",)}, ("byline",)),
        ({"byline": ("Rina",)}, {"byline": ("Rina Kartika",)}, ()),
        ({"byline": ("Rina",)}, {}, ()),
        ({"credit": "(rk/hnd)"}, {"credit": "(sb/hnd)"}, ("byline",)),
        ({"published_date": date(2024, 11, 27)}, {"published_date": date(2024, 11, 28)}, ("date",)),
        ({"published_at": MORNING}, {"published_at": MORNING.replace(hour=3)}, ("date",)),
        ({"published_at": MORNING}, {"published_at": MORNING.replace(hour=3), "published_source": "meta"}, ()),
        ({"tags": ("KPU", "Pilkada")}, {"tags": ("KPU", "Sengketa")}, ("tags",)),
        ({"tags": ("pleno", "KPU")}, {"tags": ("Pleno", "KPU")}, ()),
        ({"captions": ("Rapat pleno di Muara.",)}, {"captions": ("Rapat pleno di aula.",)}, ("caption",)),
        ({"tags": ("KPU",), "source": "record"}, {"tags": ("Bawaslu",)}, ()),
        ({"tags": ("KPU",), "extractor": "test 2"}, {"tags": ("Bawaslu",)}, ()),
    ],
    ids=lambda value: " ".join(map(str, value)) or "nothing",
)
def test_what_changed_beside_the_text_is_told_where_both_looks_say_something(
    before: dict[str, Any], after: dict[str, Any], changed: tuple[str, ...]
) -> None:
    assert edits.metadata(replace(STORY, **before), replace(STORY, **after)) == changed
    text = edits.compare(replace(STORY, **before), replace(edited(("1.234", "1.324")), **after))
    assert text.changed == ("figures", *changed)


@pytest.mark.parametrize(
    ("blocks", "short"),
    [
        pytest.param(BODY[:1], True, id="the lead alone"),
        pytest.param((), True, id="nothing"),
        pytest.param((BODY[0], f"{BODY[1][:30]}..."), True, id="a teaser"),
        pytest.param((BODY[0], "Silakan masuk untuk membaca selengkapnya."), True, id="a wall"),
        pytest.param(BODY[:2], True, id="two paragraphs of five"),
        pytest.param(BODY[:3], False, id="three paragraphs of five"),
        pytest.param((BODY[0], "Catatan redaksi: berita ini dicabut."), False, id="withdrawn with a note"),
        pytest.param(
            (BODY[0], "Redaksi menulis ulang berita ini setelah menerima keterangan KPU."), False, id="written anew"
        ),
    ],
)
def test_a_page_that_lost_most_of_its_text_is_no_edit(blocks: tuple[str, ...], short: bool) -> None:
    assert edits.shrunken(STORY, replace(STORY, blocks=blocks)) is short


def test_a_short_text_that_becomes_shorter_is_an_edit() -> None:
    assert not edits.shrunken(replace(STORY, blocks=("Satu kalimat.", "Dua.")), replace(STORY, blocks=("Dua.",)))


def test_long_texts_made_to_cost_much_are_compared_in_bounded_time() -> None:
    one, other = (
        replace(STORY, blocks=tuple(" ".join("ab"[at * by * by % mod % 2] for by in range(900)) for at in range(60)))
        for mod in (7, 11)
    )
    started = time.process_time()
    assert edits.compare(one, other).changed == ("body",)
    assert time.process_time() - started < 3, "0.3 s when written"
