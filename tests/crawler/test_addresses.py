"""One story, one address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import Form, canonical, moved_to, whole

BASE = "https://kabar.example"
STORY = "/pilkada/20/11/2024/logistik-tiba/"


@pytest.mark.parametrize(
    "url",
    [
        f"https://kabar.example{STORY}",
        f"http://www.kabar.example:8080{STORY}",
        "https://kabar.example/pilkada/20/11/2024/logistik-tiba",
        f"https://kabar.example{STORY}?utm_source=wa&utm_medium=x",
        f"https://kabar.example{STORY}?amp",
        f"https://kabar.example{STORY}?amp=1",
        f"https://kabar.example{STORY}?noamp=mobile",
        f"https://kabar.example{STORY}?replytocom=7#comment-7",
        f"https://kabar.example{STORY}amp/",
        f"https://kabar.example{STORY}page/2/",
        f"https://kabar.example{STORY}comment-page-1/",
        f"https://kabar.example/{STORY}",
        "https://kabar.example/Pilkada/20/11/2024/Logistik-Tiba/",
        STORY,
    ],
)
def test_every_variant_of_an_address_is_one_story(url):
    assert canonical(url, BASE) == STORY


@pytest.mark.parametrize("end", ["2/", "2", "2/amp/", "amp/2/", "12/page/2/"])
def test_a_number_at_the_end_may_be_that_of_a_part(end):
    form = canonical(f"https://kabar.example{STORY}{end}", BASE)
    assert form is not None
    assert whole(form) == STORY
    assert whole(STORY) is None


@pytest.mark.parametrize("form", ["/", "/12/", "/archives/12/", "/a/b/2024/", "/a/b/123/", "/a/b/12/?x=1", "/a/b-12/"])
def test_what_cannot_be_a_part_is_none(form):
    assert whole(form) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://kabar.example/?p=12", "/?p=12"),
        ("https://kabar.example/index.php?berita=55&utm_source=x", "/index.php?berita=55"),
        ("https://kabar.example/?b=2&a=1", "/?a=1&b=2"),
        ("https://kabar.example/", "/"),
        ("https://kabar.example/archives/12/", "/archives/12/"),
        ("https://kabar.example/foto.jpg", "/foto.jpg"),
    ],
)
def test_what_identifies_a_story_is_kept(url, expected):
    assert canonical(url, BASE) == expected


def test_a_base_address_with_a_path_is_left_out():
    assert canonical("https://kabar.example/berita/a/", "https://kabar.example/berita") == "/a/"
    assert canonical("https://kabar.example/beritaku/a/", "https://kabar.example/berita") == "/beritaku/a/"


def test_a_story_is_fetched_from_a_mirror_by_the_path_that_the_site_wrote():
    mirror = "http://127.0.0.1:8090/cermin"
    assert moved_to("https://kabar.example/Article/A?x=1", "https://kabar.example", mirror) == f"{mirror}/Article/A?x=1"
    assert moved_to("https://kabar.example/berita/a", "https://kabar.example/berita/", mirror) == f"{mirror}/a"


POPOJI, LARAVEL = Form(query=False, slash=False), Form(query=False, slash=False, front="/index.php")


@pytest.mark.parametrize(
    ("form", "url", "expected"),
    [
        (POPOJI, "https://kabar.example//detailpost/a-b/page/3", "/detailpost/a-b"),
        (POPOJI, "https://kabar.example/detailpost/a-b/?lang=gb", "/detailpost/a-b"),
        (POPOJI, "https://kabar.example/detailpost/12", "/detailpost/12"),
        (LARAVEL, "https://kabar.example/index.php/article/a/", "/article/a"),
        (LARAVEL, "https://kabar.example/article/a?ref=wa", "/article/a"),
        (LARAVEL, "https://kabar.example/", "/"),
    ],
)
def test_a_family_says_what_its_addresses_are_made_of(form, url, expected):
    assert canonical(url, BASE, form) == expected


@pytest.mark.parametrize("url", ["mailto:redaksi@kabar.example", "javascript:void(0)", "https://[kabar/", "file:///x"])
def test_what_is_no_address_of_a_page_is_none(url):
    assert canonical(url, BASE) is None


@given(st.text(max_size=80))
def test_any_text_gives_an_address_that_is_its_own_canonical_form_or_none(text):
    form = canonical(text, BASE)
    if form is not None:
        assert form.startswith("/")
        assert canonical(BASE + form, BASE) == form
