import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.expansions import expand
from archive.query import parse
from archive.snippets import snippet

BODY = """Bawaslu Kutai Kartanegara membuka posko pengaduan. Ketua Bawaslu, H. Teguh Wibowo, meminta warga melapor.

"Kami mengimbau aparatur sipil negara agar tetap netral," kata dia di Tenggarong, Senin (7/10/2024). Menurut dia, \
netralitas ASN dan e-KTP ganda menjadi perhatian.

Pemilih diminta memeriksa namanya."""


def marked(body: str, question: str, **options: int) -> tuple[str, list[str]]:
    found = snippet(body, parse(question), **options)
    return found.text, [found.text[start:end] for start, end in found.marks]


@pytest.mark.parametrize(
    ("question", "begins", "marks"),
    [
        ("netralitas", '"Kami mengimbau', ["netral"]),
        ("netralitas ASN", "Menurut dia", ["netralitas", "ASN"]),
        ("pns netral", '"Kami mengimbau', ["netral"]),
        ('"netralitas ASN"', "Menurut dia", ["netralitas ASN"]),
        ("pilihan", "Pemilih diminta", ["Pemilih"]),
        ("himbauan", '"Kami', ["mengimbau"]),
        ("ektp", "Menurut dia", ["e-KTP"]),
        ("e-KTP", "Menurut dia", ["e-KTP"]),
        ("ktp", "Menurut dia", ["e-KTP"]),
        ("teguh laporan", "Ketua Bawaslu, H. Teguh Wibowo, meminta warga melapor.", ["Teguh", "melapor"]),
        ('"kutai kartanegara" bawaslu', "Bawaslu Kutai", ["Bawaslu", "Kutai Kartanegara"]),
        ("tetap*", '"Kami mengimbau', ["tetap"]),
        ("ganda -pengaduan", "Menurut dia", ["ganda"]),
        ("author:teguh ganda", "Menurut dia", ["ganda"]),
        ("(gunung OR ganda)", "Menurut dia", ["ganda"]),
        ("gunung", "Bawaslu Kutai Kartanegara membuka posko pengaduan.", []),
        ('"asn netralitas"', "Bawaslu Kutai", []),
    ],
)
def test_the_sentence_that_holds_the_most_is_shown(question, begins, marks):
    text, found = marked(BODY, question)
    assert text.startswith(begins)
    assert found == marks


def test_what_was_found_by_another_way_to_say_it_is_shown():
    found = snippet(BODY, expand(parse("asn tetap")))
    assert found.text.startswith('"Kami mengimbau')
    assert [found.text[start:end] for start, end in found.marks] == ["aparatur sipil negara", "tetap"]


def test_of_a_long_sentence_the_best_part_is_shown_between_words():
    body = "Kata awal " + "dan seterusnya " * 40 + "netralitas aparatur " + "kemudian lagi " * 40 + "selesai."
    text, marks = marked(body, "netralitas", width=80)
    assert marks == ["netralitas"]
    assert text[0] == text[-1] == "…"
    assert len(text) <= 82
    assert set(text.strip("…").split()) <= set(body.split())


def test_the_start_of_a_long_first_sentence_is_shown_where_only_the_title_matched():
    text, marks = marked("Kata " * 100, "gunung", width=50)
    assert text == "Kata " * 9 + "Kata…"
    assert marks == []


@pytest.mark.parametrize("body", ["", " \n\n ", "…"])
def test_a_body_without_words_gives_no_marks(body):
    assert marked(body, "kukar")[1] == []


def test_a_page_without_a_full_stop_takes_no_longer_than_it_must():
    started = time.process_time()
    _, marks = marked("pilkada netral " * 20_000, "netralitas pilkada")
    assert len(marks) > 10
    assert time.process_time() - started < 5


@given(
    st.text(alphabet="abc ABC.!?\n\"'-’1", max_size=400),
    st.sampled_from(["a", '"a b"', "ab c", "a-b"]),
    st.integers(1, 60),
)
def test_marks_lie_inside_the_text_in_order(body, question, width):
    found = snippet(body, parse(question), width=width)
    last = 0
    for start, end in found.marks:
        assert last <= start < end <= len(found.text)
        last = end
    assert len(found.text) <= width + 2
    assert found.text.strip("…") in body
