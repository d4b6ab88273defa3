from itertools import combinations

import pytest

from archive.likeness import akin, alien, shared
from crawler.sample.markup import lines
from crawler.sample.posts import ZONE, load_posts

NEWSROOMS = (
    "wordpress/kabar-sampel.toml",
    "wordpress/kalteng-sampel.toml",
    "popojicms/kaltim-sampel.toml",
    "listing/sumsel-sampel.toml",
)
TEXT = "KPU Kukar menetapkan daftar pemilih tetap untuk pilkada serentak dalam rapat pleno di Tenggarong pada Jumat."


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(TEXT.replace("Jumat", "Sabtu"), True, id="a word is another"),
        pytest.param(TEXT + " Rapat itu dihadiri saksi kedua pasangan calon dan Bawaslu.", True, id="a sentence more"),
        pytest.param(TEXT.upper(), True, id="case"),
        pytest.param("Banjir merendam dua kelurahan di Samarinda sejak Rabu malam.", False, id="another story"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_an_edited_text_is_akin_to_what_it_was(other: str, expected: bool) -> None:
    assert akin(TEXT, other) is akin(other, TEXT) is expected


def test_a_common_headline_or_a_common_text_keeps_two_from_being_alien() -> None:
    headlines, texts = ("KPU Kukar Tetapkan DPT", "Banjir Rendam Samarinda"), (TEXT, "Hujan turun semalaman di sana.")
    assert alien(headlines, texts)
    assert not alien((headlines[0], "KPU Kukar Tetapkan DPT Pilkada"), texts)
    assert not alien(headlines, (TEXT, TEXT + texts[1]))
    assert not alien(("", ""), texts), "two headlines without a word say nothing"


@pytest.mark.parametrize("file", NEWSROOMS)
def test_different_stories_of_one_newsroom_are_never_taken_for_each_other(file: str) -> None:
    posts = [post for post in load_posts(file, ZONE) if len(post.blocks) > 1]
    told = [(post.title, " ".join(line for block in post.blocks for line in lines(block))) for post in posts]
    assert len(told) > 10
    for (headline, text), (other_headline, other_text) in combinations(told, 2):
        assert not akin(text, other_text)
        assert alien((headline, other_headline), (text, other_text)), (headline, other_headline)
        assert shared(text, text) == 1
