"""Addresses and names of an outlet's stories, in whatever form they are met."""

import pytest

from archive.records import Key
from archive.spots import Spot
from crawler.addresses import RULES_VERSION
from crawler.naming import Naming
from spiders.families import ListingSite, WordPress

DECLARED, MIRROR = "https://kabar.example", "http://127.0.0.1:8090/cermin"
WORDPRESS = Naming(MIRROR, DECLARED, WordPress)


@pytest.mark.parametrize(
    "url",
    [
        "https://kabar.example/a/b/",
        "http://www.kabar.example/a/b?utm_source=x",
        "http://127.0.0.1:8090/cermin/a/b/amp/",
    ],
)
def test_an_outlet_and_its_mirror_have_the_same_addresses(url: str) -> None:
    assert WORDPRESS.spot(url) == Spot(canonical="/a/b/", raw=url, rules_version=RULES_VERSION)


@pytest.mark.parametrize(
    "url", ["https://lain.example/a/b/", "http://127.0.0.1:8091/cermin/a/", "mailto:x@kabar.example"]
)
def test_what_is_elsewhere_is_no_address_of_the_outlet(url: str) -> None:
    assert WORDPRESS.spot(url) is None


@pytest.mark.parametrize(
    ("naming", "url", "expected"),
    [
        (WORDPRESS, f"{DECLARED}/a/", "/a/"),
        (WORDPRESS, f"{DECLARED}/", None),
        (WORDPRESS, "https://lain.example/a/", None),
        (WORDPRESS, None, None),
        (Naming(DECLARED, DECLARED, ListingSite), f"{DECLARED}/index.php/article/a/", "/article/a"),
        (Naming(DECLARED, DECLARED, ListingSite), f"{DECLARED}/article", None),
    ],
)
def test_a_page_may_name_a_storys_address_of_the_outlet_as_its_own(
    naming: Naming, url: str | None, expected: str | None
) -> None:
    spot = naming.claimed(url)
    assert (spot.canonical if spot else None) == expected


@pytest.mark.parametrize(
    ("guid", "expected"),
    [
        pytest.param("https://kabar.example/?p=7", None, id="repeats the number"),
        pytest.param("http://127.0.0.1:8090/cermin/?p=7", None, id="repeats it at a mirror"),
        pytest.param("https://kabar.example/?p=3", "/?p=3", id="of an earlier numbering"),
        pytest.param("https://kabar.example/a/b/", None, id="repeats the address"),
        pytest.param("http://lama.example/?p=7", "lama.example/?p=7", id="of another site"),
        pytest.param("https://lama.example/?p=7", "lama.example/?p=7", id="of another site, another scheme"),
        pytest.param("tag:kabar,2024:7", "tag:kabar,2024:7", id="no address"),
    ],
)
def test_a_guid_counts_where_it_says_more_than_the_number(guid: str, expected: str | None) -> None:
    number = Key(scheme="wp", value="7")
    named = WORDPRESS.names([number, Key(scheme="guid", value=guid)])
    assert named == (number, *([Key(scheme="guid", value=expected)] if expected else []))
