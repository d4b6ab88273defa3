import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text import clean_text, columns, fitted, for_csv, for_terminal

ANYTHING = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Bupati\u00a0Kutai \n\t Kartanegara ", "Bupati Kutai Kartanegara"),
        ("Pilkada\x00 2024\x07", "Pilkada 2024"),
        ("dua\x85kata\x1cini", "dua kata ini"),
        ("re\u0301sume\u0301", "résumé"),
        ("suara\ud800 sah", "suara\ufffd sah"),
        ("", ""),
    ],
    ids=["blanks", "controls vanish", "control blanks part words", "NFC", "lone surrogate", "empty"],
)
def test_a_block_is_cleaned(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@given(ANYTHING)
def test_cleaning_twice_changes_nothing_and_always_encodes(raw: str) -> None:
    clean = clean_text(raw)
    assert clean_text(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert not any(unicodedata.category(sign) == "Cc" for sign in clean)
    clean.encode()


def test_a_terminal_gets_no_escape_no_bidi_and_no_lone_carriage_return() -> None:
    assert for_terminal("judul\x1b[31m merah\r palsu\u202e\u200b\ufeff\x9b") == "judul[31m merah palsu"


def test_a_terminal_keeps_ordinary_text() -> None:
    text = "“Netral,” katanya – 51,28 persen\n\tAnies\u00a0é 漢字 😀"
    assert for_terminal(text) == text


@given(ANYTHING)
def test_whatever_goes_to_a_terminal_can_be_encoded(raw: str) -> None:
    assert not {"\x1b", "\r", "\x00", "\u202e"} & set(for_terminal(raw))
    for_terminal(raw).encode()


@pytest.mark.parametrize("start", list("=+-@\t\r\n"), ids=repr)
def test_a_cell_that_could_be_a_formula_is_quoted(start: str) -> None:
    assert for_csv(f"{start}HYPERLINK()") == f"'{start}HYPERLINK()"


@pytest.mark.parametrize("cell", ["Bupati = kepala daerah", "", "'sudah", "51,28"])
def test_an_ordinary_cell_stays(cell: str) -> None:
    assert for_csv(cell) == cell


@pytest.mark.parametrize(
    ("text", "wide"),
    [("Pilkada", 7), ("Café", 4), ("Cafe\u0301", 4), ("選舉", 4), ("🔥 Heboh", 8), ("🗳\ufe0f", 2), ("“a” –", 5)],
)
def test_columns_are_those_of_a_terminal(text: str, wide: int) -> None:
    assert columns(text) == wide


@pytest.mark.parametrize("text", ["Pilkada Serentak", "🔥🔥🔥🔥🔥🔥🔥🔥", "a選舉選舉選舉選舉", "a" * 9 + "🔥"])
def test_what_is_fitted_takes_no_more_columns_than_there_are(text: str) -> None:
    cut = fitted(text, 10)
    assert cut.endswith("…")
    assert 9 <= columns(cut) <= 10
    assert fitted(text, columns(text)) == text
