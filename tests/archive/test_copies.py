import subprocess
import sys
from itertools import combinations

import pytest

from archive.copies import LEAST_WORDS, MOST_QUOTES, Text, compare, recur
from archive.records import Tier
from crawler.sample.markup import lines
from crawler.sample.posts import ZONE, load_posts
from tests.archive.releases import (
    PADDED,
    RELEASE,
    REWORDED,
    SAME_EVENT,
    SAME_SPEAKER,
    TRIMMED,
    VERBATIM,
    daily_count,
)
from tests.archive.test_likeness import NEWSROOMS


def text(paragraphs: tuple[str, ...]) -> Text:
    return Text("\n\n".join(paragraphs))


COUNTS = [
    text(daily_count(1, "12.417", "10.986", "96", "21,97")),
    text(daily_count(2, "38.204", "35.771", "271", "62,01")),
]


@pytest.mark.parametrize(
    ("other", "tier"),
    [
        pytest.param(VERBATIM, Tier.COPY, id="verbatim"),
        pytest.param(TRIMMED, Tier.COPY, id="trimmed"),
        pytest.param(PADDED, Tier.COPY, id="padded"),
        pytest.param(RELEASE[::-1], Tier.COPY, id="in another order"),
        pytest.param(tuple(one.upper().replace("“", "'' ").replace("”", "”") for one in RELEASE), Tier.COPY, id="case"),
        pytest.param(REWORDED, Tier.REWRITE, id="reworded with the same quotes and figures"),
        pytest.param((*REWORDED, *PADDED[5:7], PADDED[-1]), Tier.REWRITE, id="reworded and padded"),
        pytest.param(SAME_EVENT, None, id="another text on the event"),
        pytest.param(SAME_SPEAKER, None, id="the same speaker on something else"),
        pytest.param(RELEASE[:1], None, id="a notice"),
    ],
)
def test_what_outlets_make_of_a_release_is_told(other: tuple[str, ...], tier: Tier | None) -> None:
    one, further = text(RELEASE), text(other)
    if not further.counts:
        assert (tier, len(further.words) < LEAST_WORDS) == (None, True)
        return
    found = compare(one, further)
    assert found == compare(further, one)
    assert (found and found.tier) == tier


def test_the_evidence_says_what_two_texts_share() -> None:
    found = compare(text(RELEASE), text(REWORDED))
    assert found is not None
    assert found.figures == ("184327", "1987", "2641", "437", "91209", "93118")
    assert found.quote == 1
    assert found.unquoted < 0.1 < found.c5 < found.c3, "the quotes are copied, and what stands between them is not"


def test_figures_are_neither_days_nor_years_nor_hours_nor_round() -> None:
    told = Text(
        "Pada 27/11/2024 pukul 18.30, 1.000 dari 552.469 pemilih (51,28 persen) di 9 desa, UU 10/2016, 313/PHPU."
    )
    assert told.figures == {"552469", "5128", "313"}


def test_quotes_are_found_whatever_marks_they_have() -> None:
    said = "kami meminta semua pihak menahan diri sampai hasil resmi diumumkan"
    for shape in ("“{},” kata dia.", '"{}," kata dia.', "”{},” kata dia.", "Kata dia, “{}"):
        assert [" ".join(words) for words in Text(shape.format(said)).quotes] == [said], shape
    assert Text("“Kami siap,” kata dia.").quotes == ()


def test_a_flood_of_quotes_is_not_held_against_another() -> None:
    said = "\n".join(
        f'"Kami meminta semua pihak menahan diri sampai hari {number} sesudah rapat pleno"' for number in range(500)
    )
    assert len(Text(said).quotes) == MOST_QUOTES


def test_the_same_piece_with_the_figures_of_another_day_is_no_copy() -> None:
    assert compare(*COUNTS) is None
    found = recur(*COUNTS)
    assert found is not None
    assert found.tier is Tier.SERIES
    assert recur(text(RELEASE), text(PADDED)) is None


def test_two_outlets_with_the_figures_of_one_day_have_one_source() -> None:
    found = compare(COUNTS[0], text(daily_count(1, "12.417", "10.986", "96", "21,97")))
    assert found is not None
    assert found.tier is Tier.COPY


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("(20/9/2024) pagi dan Senin (7/10/2024) sore", "(20/09/2024) pagi dan Senin (07/10/2024) sore"),
        ("(20/9/2024) pagi dan Senin (7/10/2024) sore", "(20/9) pagi dan Senin (7/10) sore"),
        ("siang: 12.417 warga dan 1.250 rumah", "siang: 12417 warga dan 1250 rumah"),
    ],
    ids=["zeros", "years", "thousands"],
)
def test_days_and_figures_in_the_style_of_another_outlet_are_the_same(here: str, there: str) -> None:
    """Where a text has few of them, a zero before the month made two days' pieces of one."""
    one, other = (text((*RELEASE[4:], f"Posko dibuka Jumat {style}.")) for style in (here, there))
    found = compare(one, other)
    assert found is not None
    assert found.tier is Tier.COPY
    assert recur(one, other) is None


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b", "\u2060", "\u0301"], ids=ascii)
def test_a_word_is_one_where_it_may_be_broken_and_where_it_has_accents(sign: str) -> None:
    assert Text("Bawas" + sign + "lu mengawasi").words == ["bawaslu", "mengawasi"]


def test_texts_of_one_source_have_marks_in_common_and_others_have_none() -> None:
    kin = [set(text(some).marks()) for some in (VERBATIM, TRIMMED, PADDED, REWORDED)]
    assert all(len(one & other) >= 2 for one, other in combinations(kin, 2))
    others = [set(text(some).marks()) for some in (SAME_SPEAKER, daily_count(1, "1.417", "986", "96", "21,97"))]
    assert all(len(one & other) < 2 for one in kin for other in others)
    assert all(0 <= mark < 2**27 for marks in kin for mark in marks)


def test_marks_are_the_same_in_every_process() -> None:
    told = "from archive.copies import Text; from tests.archive.releases import *; print(Text(RELEASE[0]).marks())"
    made = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    assert made.strip() == str(Text(RELEASE[0]).marks())


def test_of_all_stories_of_the_sample_newsrooms_those_of_one_release_are_told_and_no_others() -> None:
    told = [
        (file, post.title, Text("\n\n".join(line for block in post.blocks for line in lines(block))))
        for file in NEWSROOMS
        for post in load_posts(file, ZONE)
    ]
    alike = {
        frozenset((title.split()[0], other_title.split()[0]))
        for (file, title, one), (other_file, other_title, other) in combinations(told, 2)
        if file != other_file and one.counts and other.counts and compare(one, other)
    }
    sources = {"Diskominfo"}, {"508", "Kemendagri"}, {"Kemendagri"}, {"2.316", "Logistik"}
    assert alike == set(map(frozenset, sources)), "by the first words of the headlines"
