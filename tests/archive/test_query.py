import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.query import LONGEST, ParsedQuery, Phrase, QueryError, Word, parse


def shape(query: ParsedQuery) -> list[str | tuple[str, ...]]:
    return [term.parts if isinstance(term, Phrase) else "-".join(term.forms.parts) for term in query.terms]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("netralitas ASN", ["netralitas", "asn"]),
        ('"tidak netral" asn', [("tidak", "netral"), "asn"]),
        ("“tidak netral” asn", [("tidak", "netral"), "asn"]),
        ('kutai"e-KTP baru"kukar', ["kutai", ("e", "ktp", "baru"), "kukar"]),
        ('"" kukar', ["kukar"]),
        ('"kukar"', [("kukar",)]),
        ("covid-19 50% C++", ["covid-19", "50", "c"]),
        ("AND OR NOT NEAR(", ["and", "or", "not", "near"]),
        ("title:x -y =z w*", ["title", "x", "y", "z", "w"]),
        ("Kukar kukar KUKAR", ["kukar"]),
        ("17.900", ["17900"]),
    ],
)
def test_query_is_understood_as(text, terms):
    assert shape(parse(text)) == terms


def test_terms_say_where_they_stand():
    text = 'asn "tidak netral" kukar'
    assert [text[term.start : term.end] for term in parse(text).terms] == ["asn", '"tidak netral"', "kukar"]


def test_forms_of_one_root_share_it():
    (word,) = parse("Pemungutan").terms
    assert isinstance(word, Word)
    assert word.forms.roots == ("pungut",)


@pytest.mark.parametrize(
    ("text", "position", "why"),
    [
        ("", None, "at least one letter or digit"),
        (' *+~^?:()[]{}/\\!&|<>=-_.,;"" ', None, "at least one letter or digit"),
        ("🗳️ \x00", None, "at least one letter or digit"),
        ('kukar "tidak netral', 6, "not closed at character 7"),
        ('"', 0, "not closed at character 1"),
        ('"a" b "', 6, "not closed at character 7"),
        ("a" * (LONGEST + 1), LONGEST, "at most 1,000 characters"),
        ("x" * 10_000, LONGEST, "at most 1,000 characters"),
    ],
)
def test_what_is_no_query_says_why_in_one_line(text, position, why):
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.position == position
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=1_100))
def test_any_text_is_a_query_or_a_message(text):
    try:
        terms = parse(text).terms
    except QueryError:
        return
    assert terms
    assert [term for term in terms if not 0 <= term.start < term.end <= len(text)] == []
