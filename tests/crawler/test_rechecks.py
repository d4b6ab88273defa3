"""Held articles visited again: what each answer of a site is taken for, what it costs, and what is kept of it."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from archive.ladder import VisitRule
from crawler.reading import ReadingPool
from crawler.sample.server import Answer
from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada
from tests.crawler.visited import Visits

ALL = VisitRule(articles="all")
DAYS = {"since": date(2000, 1, 1)}
SOFT = b"<html><head><title>Halaman tidak ditemukan</title></head><body class='error404'><h1>404</h1></body></html>"
CHALLENGE = b"<html><head><title>Just a moment...</title></head><body><script src='/cdn-cgi/challenge-platform/x'></script></body></html>"


class Tagged(Newsroom):
    """A newsroom whose pages have validators, and which can answer for stories as a test orders."""

    tagged = False
    told = ""
    """The path of a story for which `instead` is answered; `*` for all."""
    instead: Answer | None = None

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        page = not target.startswith(("/wp-json", "/robots", "/feed", "/wp-sitemap")) and target != "/"
        if page and self.instead is not None and self.told in ("*", target):
            return self.instead
        answer = super().answer(target, headers)
        if self.tagged and page and answer.status == 200:
            if headers.get("if-none-match") == '"satu"':
                return Answer(status=304)
            return replace(answer, headers=(*answer.headers, ("ETag", '"satu"')))
        return answer


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool(1, 512) as pool:
        yield pool


def crawled(folder: Path, rest: str) -> Path:
    pilkada = Pilkada(folder / "home")
    with Tagged(12) as site:
        site.rest, site.tagged = rest, True
        pilkada.declare(site.base_url)
        assert pilkada.crawl(env=NO_PAGES)["new"] == 12
    return pilkada.home


@pytest.fixture(scope="module")
def by_rest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crawled(tmp_path_factory.mktemp("rest"), "open")


@pytest.fixture(scope="module")
def by_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Crawled by its lists alone."""
    folder = tmp_path_factory.mktemp("page")
    pilkada = Pilkada(folder / "home")
    with Tagged(12) as site:
        site.rest, site.tagged = "403", True
        site.down_paths = {"/feed": 404, "/wp-sitemap": 404, "/sitemap": 404}
        pilkada.declare(site.base_url)
        assert pilkada.crawl(env=NO_PAGES)["new"] == 12
    return pilkada.home


@pytest.fixture
def rest(by_rest: Path, tmp_path: Path, pool: ReadingPool) -> Iterator[Visits]:
    shutil.copytree(by_rest, tmp_path / "home")
    with Tagged(12) as site:
        yield Visits(tmp_path / "home", site, SLUG, pool)


@pytest.fixture
def pages(by_page: Path, tmp_path: Path, pool: ReadingPool) -> Iterator[Visits]:
    shutil.copytree(by_page, tmp_path / "home")
    with Tagged(12) as site:
        site.rest = "403"
        yield Visits(tmp_path / "home", site, SLUG, pool)


def test_an_unchanged_visit_leaves_a_row_and_no_bytes(rest: Visits) -> None:
    before = rest.bytes_kept()
    report = rest.round(ALL)
    assert (report["unchanged"], report["visits"], report["remarks"]) == (12, 12, [])
    assert rest.asked == ["/wp-json/wp/v2/posts"]
    assert rest.looks() == [("read", None, 200, 0, 1)]
    assert rest.bytes_kept() == before
    assert rest.round(ALL)["visits"] == 0, "the next rung has not come"


def test_only_what_is_about_an_election_is_visited_unless_told_otherwise(rest: Visits) -> None:
    about = rest.rows("SELECT count(*) FROM article JOIN reading ON reading.id = reading_id WHERE about_election")
    assert rest.round(VisitRule())["visits"] == about[0][0] > 0
    assert rest.round(VisitRule(articles="none"), **DAYS)["visits"] == 0


def test_a_record_that_changed_is_fetched_whole_and_read(rest: Visits) -> None:
    post = rest.site.public[0]
    rest.site.edit(post.id, blocks=[*post.blocks, "Ralat: jumlah pemilih yang benar 1.234 orang, bukan 1.324 orang."])
    report = rest.round(ALL)
    assert (report["revised"], report["unchanged"], len(rest.asked)) == (1, 11, 2)
    assert rest.rows("SELECT count(*) FROM version")[0][0] == 13


def test_a_page_that_shows_the_same_costs_no_bytes_and_one_that_changed_is_kept(pages: Visits) -> None:
    post = pages.site.public[0]
    before = pages.bytes_kept()
    assert pages.round(ALL, **DAYS)["unchanged"] == 12
    assert pages.bytes_kept() == before
    pages.site.edit(post.id, blocks=[*post.blocks, "Ralat: jumlah pemilih yang benar 1.234 orang, bukan 1.324 orang."])
    report = pages.round(ALL, **DAYS)
    assert (report["revised"], report["unchanged"]) == (1, 11)
    assert pages.bytes_kept() > before


def test_a_page_is_asked_for_with_its_validators_and_once_a_week_without(pages: Visits) -> None:
    pages.site.tagged = True
    assert pages.round(ALL, **DAYS)["unchanged"] == 12
    assert pages.looks() == [("read", None, 200, 0, 1)], "the last whole look is months ago"
    assert pages.round(ALL, **DAYS)["unchanged"] == 12
    assert pages.looks() == [("read", None, 304, 0, 1)]


@pytest.mark.parametrize(
    ("instead", "state", "reason", "kept"),
    [
        (Answer(status=404, body=b"<html></html>"), "rejected", "not_found", 1),
        (Answer(status=410, body=b"<html></html>"), "rejected", "gone", 1),
        (Answer(status=302, headers=(("Location", "HOME"),)), "rejected", "home", 1),
        (Answer(body=SOFT), "rejected", "soft_404", 1),
        (Answer(body=CHALLENGE), "failed", "challenge", 0),
        (Answer(status=403, body=b"<html></html>"), "failed", "http", 0),
        (Answer(status=503, body=b"<html></html>"), "failed", "http", 0),
    ],
    ids=["404", "410", "home", "soft 404", "challenge", "403", "503"],
)
def test_what_an_answer_says_of_a_held_story(
    pages: Visits, instead: Answer, state: str, reason: str, kept: int
) -> None:
    site = pages.site
    assert isinstance(site, Tagged)
    site.told = site.path(site.public[0])
    headers = tuple((name, site.base_url + "/" if value == "HOME" else value) for name, value in instead.headers)
    site.instead = replace(instead, headers=headers)
    assert pages.round(ALL, **DAYS)["unchanged"] == 11
    assert [look[:2] + look[3:4] for look in pages.looks()] in (
        [("read", None, 0), (state, reason, kept)],
        [(state, reason, kept), ("read", None, 0)],
    )


@pytest.mark.parametrize("instead", [Answer(status=404, body=b"<html></html>"), Answer(body=SOFT)], ids=["404", "soft"])
def test_a_site_at_which_nothing_is_there_removes_nothing(pages: Visits, instead: Answer) -> None:
    site = pages.site
    assert isinstance(site, Tagged)
    site.told, site.instead = "*", instead
    report = pages.round(ALL, **DAYS)
    assert {look[:2] for look in pages.looks()} == {("failed", "unproven")}
    assert report["rejected"] == {}
    assert len(pages.asked) == 1 + 5 + 1, "the interface, five stories, one control"
    assert report["remarks"] == ["visits were ended: 5 in a row said nothing"]


def test_a_record_that_is_not_listed_any_more_is_looked_for_at_its_page(rest: Visits) -> None:
    post = rest.site.public[0]
    rest.site.remove(post.id)
    report = rest.round(ALL)
    assert (report["unchanged"], report["rejected"]) == (11, {"not_found": 1})
    site = rest.site
    assert isinstance(site, Tagged)
    site.told, site.instead = site.path(post), Answer(status=403, body=b"<html></html>")
    assert rest.round(ALL, **DAYS)["rejected"] == {"withdrawn": 1}


def test_the_budget_is_never_exceeded_and_what_it_leaves_out_moves_on(pages: Visits) -> None:
    rule = replace(ALL, budget=5)
    first = pages.round(rule)
    assert (first["visits"], len(pages.asked), first["left"]) == (4, 5, 0)
    assert first["remarks"] == ["8 visits were put off to their next time: the budget of 5 requests a day is spent"]
    assert (pages.round(rule)["visits"], pages.asked) == (0, [])


def test_a_kept_page_that_a_killed_crawl_did_not_read_is_read_by_the_next(pages: Visits) -> None:
    post = pages.site.public[0]
    pages.site.edit(post.id, title="Judul yang Sama Sekali Lain untuk Berita Ini")
    pages.killed = True
    assert pages.round(ALL)["left"] == 1
    pages.killed = False
    assert pages.round(ALL)["visits"] == 0
    assert pages.rows("SELECT count(*) FROM version")[0][0] == 13
