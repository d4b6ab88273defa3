"""The five seeds, crawled from sites of their kinds and found again, all by the command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawler.commandline import Pilkada
from tests.seedpages import BASES, PATHS, seed, seeds_folder, serving

pytestmark = pytest.mark.skipif(seeds_folder() is None, reason="the seed texts (../shared/seeds) are not here")

FOUND_BY = {
    "000": ("pengawasan netralitas", "--outlet", "kukar"),
    "001": ('"partisipasi pemilih" barometer', "--outlet", "kaltimkita"),
    "002": ('"sanksi menanti"', "--outlet", "kaltimkita"),
    "003": ("17.900 pemilih e-KTP",),
    "004": ("Darliansjah Ancol",),
}
"""A search that one of the five answers, by the seed that does."""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pilkada]:
    pilkada = Pilkada(tmp_path_factory.mktemp("seeds") / "home")
    stored = 0
    pilkada.declare(BASES["kukar"] + ":443", slug="kukar")
    for slug in BASES:
        with serving(slug) as base_url:
            ended = pilkada("crawl", slug, "--base-url", base_url, "--format", "json")
            assert ended.status == 0, ended
            stored += ended.json()[0]["new"]
    assert stored == len(PATHS)
    yield pilkada
    pilkada.close()


@pytest.mark.parametrize("number", FOUND_BY)
def test_a_seed_is_found_by_its_words(crawled: Pilkada, number: str) -> None:
    found = crawled("search", *FOUND_BY[number], "--format", "json").json()
    assert [hit["title"] for hit in found["hits"]] == [seed(number).title]
    assert found["hits"][0]["canonical_url"].endswith(PATHS[number])


def test_what_the_crawl_stored_is_proved_by_its_bytes(crawled: Pilkada, tmp_path: Path) -> None:
    proof = crawled("verify", "--format", "json").json()
    assert (proof["articles"], proof["damaged"]) == (len(PATHS), [])
