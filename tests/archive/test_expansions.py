import pytest

from archive.expansions import expand
from archive.query import parse
from tests.archive.test_query import shape


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("psu", "psu~['pemungutan suara ulang', 'pencoblosan ulang']"),
        ("Pemungutan suara ulang", "(pemungutan & suara & ulang)~[psu, 'pencoblosan ulang']"),
        ("walikota samarinda", "(walikota~['wali kota', walkot] & samarinda)"),
        ("wali kota samarinda", "((wali & kota)~[walikota, walkot] & samarinda)"),
        ("title:psu", "title:psu~[title:'pemungutan suara ulang', title:'pencoblosan ulang']"),
        ("(mk OR dkpp)", "(mk~['mahkamah konstitusi'] | dkpp~['dewan kehormatan penyelenggara pemilu'])"),
        ("perizinan", "perizinan~[ijin]"),
        ("obyektif", "obyektif~[objektif]"),
        ("kpu", "kpu~['komisi pemilihan umum', kpud, kip, 'komisi independen pemilihan']"),
        ("kip", "kip~['komisi independen pemilihan']"),
        ("petinggi", "petinggi"),
    ],
)
def test_words_are_looked_for_as_others_say_them_too(text, tree):
    assert shape(expand(parse(text)).root) == tree


@pytest.mark.parametrize(
    "text", ["-psu", "NOT psu", '"psu"', "=psu", "author:psu", "psu*", "pemungutan title:suara ulang"]
)
def test_what_is_meant_as_it_stands_is_left_alone(text):
    query = parse(text)
    assert expand(query) == query


def test_it_is_told_what_was_looked_for():
    (one, other) = expand(parse("PSU kukar (Walikota OR psu)")).expanded
    assert (one.term, one.also) == ("PSU", ("pemungutan suara ulang", "pencoblosan ulang"))
    assert (other.term, other.also) == ("Walikota", ("wali kota", "walkot"))
