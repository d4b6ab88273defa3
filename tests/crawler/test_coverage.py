"""`pilkada coverage`: a day that fell short is named with its cause, and repaired by asking for it alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.sample import PopojiSite
from tests.crawler.commandline import Newsroom, Pilkada

NOW = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)
SLUG = "kaltim-sampel"


@pytest.fixture
def popoji(tmp_path: Path) -> Iterator[tuple[Pilkada, PopojiSite]]:
    pilkada = Pilkada(tmp_path / "home")
    with PopojiSite(clock=lambda: NOW) as site:
        pilkada.declare(site.base_url, slug=SLUG, family="popojicms")
        yield pilkada, site
    pilkada.close()


def test_days_whose_pages_failed_are_named_and_repaired_alone(popoji: tuple[Pilkada, PopojiSite]) -> None:
    pilkada, site = popoji
    newest, oldest = max(site.public, key=lambda post: post.date), min(site.public, key=lambda post: post.date)
    paths = [site.path(post) for post in (newest, oldest)]
    site.down_paths = dict.fromkeys(paths, 500)
    assert pilkada("crawl", SLUG).status == 0
    days = sorted(f"{post.date:%Y-%m-%d}" for post in (newest, oldest))

    ended = pilkada("coverage", "gaps", "--check", "--format", "json")
    assert ended.status == 3
    gaps = ended.json()
    assert [(gap["first"], gap["last"], gap["verdict"], gap["missing"]) for gap in gaps] == [
        (day, day, "lacking", 1) for day in days
    ]
    assert {gap["cause"] for gap in gaps} == {"pages could not be fetched"}
    (row,) = pilkada("coverage", "--since", days[0], "--until", days[0], "--format", "json").json()
    assert (row["verdict"], row["missing"], row["failed"], row["basis"]) == ("lacking", 1, 1, "published")
    table = pilkada("coverage", "gaps")
    assert (table.status, table.err) == (0, f"pilkada coverage repair --outlet {SLUG}\n")
    assert max(map(len, table.out.splitlines())) <= 80

    site.down_paths = {}
    site.forget_requests()
    planned = pilkada("coverage", "repair", "--dry-run", "--format", "json").json()
    assert [(span["since"], span["until"]) for span in planned] == [(day, day) for day in reversed(days)]
    assert site.requests == []
    ended = pilkada("coverage", "repair")
    assert (ended.status, ended.out) == (0, "")
    assert ended.err.splitlines()[-1] == "no day falls short"
    stories = {site.path(post) for post in site.public}
    assert sorted(target for _, target, _ in site.requests if target in stories) == sorted(paths), "and no other story"
    assert pilkada("coverage", "gaps", "--check").status == 0
    site.forget_requests()
    assert pilkada("coverage", "repair").status == 0
    assert site.requests == [], "where no day falls short nobody is asked"


@pytest.mark.parametrize("site", [6], indirect=True, ids=["6 articles"])
def test_wordpress_s_own_count_makes_days_complete(fresh: Pilkada, site: Newsroom) -> None:
    assert fresh("crawl", "kabar-sampel", "--since", "2024-10-01", "--until", "2024-12-31").status == 0
    rows = fresh("coverage", "--since", "2024-12-01", "--until", "2024-12-31", "--format", "json").json()
    assert {row["verdict"] for row in rows if row["day"]} == {"complete"}


def test_what_makes_no_sense_is_one_line(tmp_path: Path) -> None:
    pilkada = Pilkada(tmp_path)
    for words in (
        ("coverage", "--outlet", "tak-ada"),
        ("coverage", "gaps", "--since", "2025-02-01", "--until", "2025-01-01"),
        ("coverage", "--since", "2025-02-01", "gaps"),
        ("coverage", "repair", "--outlet", "tak-ada"),
    ):
        ended = pilkada(*words)
        assert (ended.status, len(ended.err.splitlines())) == (2, 1), ended
    assert pilkada("coverage").err == "no outlet was crawled or imported yet\n"
    pilkada.close()


def test_days_until_the_first_one_that_there_is_are_none(tmp_path: Path) -> None:
    from crawler.cli import main

    assert main(["--home", str(tmp_path), "coverage", "--until", "0001-01-10"]) == 0
