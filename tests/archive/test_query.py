from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.expansions import expand
from archive.query import LONGEST, QueryError, parse
from archive.querytree import All, Also, AnyOf, Node, Not, Phrase, Prefix, Word


def shape(node: Node) -> str:
    """The tree as one would write it with every operator: `&`, `|`, `!`, and `~` before other ways to say a thing."""
    if isinstance(node, Not):
        return f"!{shape(node.node)}"
    if isinstance(node, Also):
        return f"{shape(node.node)}~[{', '.join(map(shape, node.others))}]"
    if isinstance(node, All | AnyOf):
        return f"({(' & ' if isinstance(node, All) else ' | ').join(map(shape, node.of))})"
    field = f"{node.field}:" if node.field else ""
    if isinstance(node, Phrase):
        return f"{field}'{' '.join(node.parts)}'"
    return f"{field}{node.beginning}*" if isinstance(node, Prefix) else field + "-".join(node.forms.parts)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("netralitas ASN", "(netralitas & asn)"),
        ('"tidak netral" asn', "('tidak netral' & asn)"),
        ("“tidak netral” asn", "('tidak netral' & asn)"),
        ('kutai"e-KTP baru"kukar', "(kutai & 'e ktp baru' & kukar)"),
        ('"" kukar', "kukar"),
        ('"kukar"', "'kukar'"),
        ("covid-19 50% C++", "(covid-19 & 50 & c)"),
        ("Kukar kukar KUKAR", "kukar"),
        ("17.900", "17900"),
        ("a OR b c", "(a | (b & c))"),
        ("(a OR b) c", "((a | b) & c)"),
        ("(a b) c", "(a & b & c)"),
        ("a OR a", "a"),
        ("a AND b", "(a & b)"),
        ("a and b or c", "(a & and & b & or & c)"),
        ('"AND" "or"', "('and' & 'or')"),
        ("-a", "!a"),
        ("NOT a", "!a"),
        ("NOT NOT a", "a"),
        ("NOT -a b", "(a & b)"),
        ('a -"b c" -(d OR e)', "(a & !'b c' & !(d | e))"),
        ("a - b -- c --d", "(a & b & c & d)"),
        ("kampany*", "kampany*"),
        ("e-KT*", "('e' & kt*)"),
        ("**tebal** C*+", "(tebal & c)"),
        ("=netral", "'netral'"),
        ('="a b" =e-ktp =kampan*', "('a b' & 'e ktp' & kampan*)"),
        ("=OR = a", "('or' & a)"),
        ("title:x -y", "(title:x & !y)"),
        ("Title:(a OR b)", "(title:a | title:b)"),
        ('title:"a b" c', "(title:'a b' & c)"),
        ("title: kukar", "title:kukar"),
        ("tag:(a author:b)", "(tag:a & author:b)"),
        ("-place:samarinda", "!place:samarinda"),
        ("outlet:kaltim-kita actor:edi*", "(outlet:kaltim-kita & actor:edi*)"),
        ("https://kaltimkita.com/a 10:30", "(https & kaltimkita & com & a & 10 & 30)"),
        ("dan/atau", "(dan & atau)"),
        ("a & b | c", "(a & b & c)"),
        ("()a (%)", "a"),
    ],
)
def test_query_is_understood_as(text, tree):
    assert shape(parse(text).root) == tree


def test_terms_say_where_they_stand():
    text = 'asn "tidak netral" kukar kampany* =ini'
    shown = ["asn", '"tidak netral"', "kukar", "kampany*", "ini"]
    assert [text[term.start : term.end] for term in parse(text).terms] == shown


def test_what_must_not_be_there_and_what_another_field_holds_is_not_shown():
    assert [text for text in ("a -b", "a title:b", "a NOT (b OR c)") if len(parse(text).terms) != 1] == []


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
        ("AND", 0, "AND has nothing before it at character 1"),
        ("kukar OR", 6, "OR has nothing after it at character 7"),
        ("kukar OR %", 6, "OR has nothing after it at character 7"),
        ("% OR kukar", 2, "OR has nothing before it at character 3"),
        ("kukar AND OR b", 6, "AND has nothing after it at character 7"),
        ("(OR a)", 1, "OR has nothing before it at character 2"),
        ("kukar NOT", 6, "NOT has nothing after it at character 7"),
        ("-OR", 0, "- has nothing after it at character 1"),
        ("NEAR(", 4, "a ( is opened and not closed at character 5"),
        ("a (b (c)", 2, "a ( is opened and not closed at character 3"),
        ("kukar )", 6, "a ) closes no ( at character 7"),
        ("(" * 30, 20, "at most 20 parentheses"),
        ("pem*lih", 3, "a * stands at the end of a word only at character 4"),
        ("kukar a*", 7, "at least 2 letters or digits stand before a * at character 8"),
        ("kukar titel:x", 6, "there is no field titel: at character 7; there are title:, author:,"),
        ("kukar title:", 6, "title: has nothing after it at character 7"),
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
    with suppress(QueryError):
        query = expand(parse(text))
        assert [term for term in query.terms if not 0 <= term.start < term.end <= len(text)] == []
