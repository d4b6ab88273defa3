"""Held articles visited again: what each answer of a site is taken for, what it costs, and what is kept of it."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from archive import rechecks, runs, visits
from archive.frontier import Sight
from archive.ladder import VisitRule, ladder
from archive.records import RunStatus
from crawler.reading import ReadingPool
from crawler.sample import SAMPLES
from crawler.sample.large import enlarged
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
    """The path of a story for which `instead` is answered; `*` for all but the one that is `spared`."""
    spared = ""
    instead: Answer | None = None

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        page = not target.startswith(("/wp-json", "/robots", "/feed", "/wp-sitemap")) and target != "/"
        if page and self.instead is not None and self.told in ("*", target) and target != self.spared:
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


@pytest.fixture(scope="module")
def by_rest(tmp_path_factory: pytest.TempPathFactory, pool: ReadingPool) -> Path:
    home = tmp_path_factory.mktemp("rest")
    with Tagged(12) as site:
        assert Visits(home, site, SLUG, pool).begin() == 12
    return home


@pytest.fixture(scope="module")
def by_page(tmp_path_factory: pytest.TempPathFactory, pool: ReadingPool) -> Path:
    home = tmp_path_factory.mktemp("page")
    with Tagged(12) as site:
        site.tagged = True
        assert Visits(home, site, SLUG, pool).begin(by_page=True) == 12
    return home


@pytest.fixture
def rest(by_rest: Path, tmp_path: Path, pool: ReadingPool) -> Iterator[Visits]:
    shutil.copytree(by_rest, tmp_path / "home")
    with Tagged(12) as site:
        yield Visits(tmp_path / "home", site, SLUG, pool)


@pytest.fixture
def pages(by_page: Path, tmp_path: Path, pool: ReadingPool) -> Iterator[Visits]:
    """An outlet whose REST interface was open once and is closed."""
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
    assert (rest.bytes_kept(), report["trouble"]) == (before, None)
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
    assert len(pages.asked) == 1 + 5 + 3, "the interface, five stories, three controls"
    assert report["trouble"] == (
        RunStatus.FAILED,
        {
            404: "no story was seen: answered 404; no other story of the outlet was seen to be there",
            200: "no story was seen: says that there is no such page; no other story of the outlet was seen to be there",
        }[instead.status],
    )
    assert report["remarks"] == ["visits were ended: 5 in a row said nothing"]


PARKED = b"""<html><head><title>Domain dijual</title></head><body><article class="entry-content"><h1>Domain ini dijual</h1>
<p>Nama domain ini sedang ditawarkan kepada siapa saja yang berminat memilikinya dengan harga yang dapat dinegosiasikan.</p>
<p>Silakan menghubungi perantara kami melalui formulir yang tersedia, dan kami akan membalas dalam dua hari kerja.</p>
<p>Kami tidak bertanggung jawab atas isi yang pernah tayang di alamat ini sebelum kami menjadi pengelolanya.</p>
</article></body></html>"""


def test_a_text_that_stands_in_the_place_of_every_story_edits_none(pages: Visits) -> None:
    site = pages.site
    assert isinstance(site, Tagged)
    site.told, site.instead = "*", Answer(headers=(("Content-Type", "text/html"),), body=PARKED)
    before = pages.bytes_kept()
    report = pages.round(ALL, **DAYS)
    assert {look[:2] for look in pages.looks()} == {("failed", "unproven")}
    assert report["remarks"] == ["visits were ended: 5 in a row said nothing"]
    assert len(pages.asked) == 1 + 5 + 1, "the interface, five stories, one control"
    assert (pages.rows("SELECT count(*) FROM version")[0][0], pages.bytes_kept()) == (12, before)


def test_another_text_at_one_address_alone_is_an_edit_or_another_story(pages: Visits) -> None:
    site = pages.site
    assert isinstance(site, Tagged)
    site.told = site.path(site.public[0])
    site.instead = Answer(headers=(("Content-Type", "text/html"),), body=PARKED)
    report = pages.round(ALL, **DAYS)
    assert (report["unchanged"], report["new"] + report["revised"]) == (11, 1)
    assert len(pages.asked) == 1 + 12 + 1, "one control"


def test_a_miss_is_proven_by_any_of_the_newest_stories(pages: Visits) -> None:
    site = pages.site
    assert isinstance(site, Tagged)
    site.told, site.instead = "*", Answer(status=404, body=b"<html></html>")
    site.spared = site.path(sorted(site.public, key=lambda post: (post.date, post.id))[-3])
    assert pages.round(ALL, **DAYS)["rejected"] == {"not_found": 11}


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


def test_a_budget_that_is_too_small_is_spent_evenly(pages: Visits) -> None:
    daily = replace(ALL, budget=5, ladder=ladder([f"{age}d" for age in range(100, 500)]))
    for _ in range(6):
        pages.round(daily)
        assert len(pages.asked) == 5
        pages.now += timedelta(days=1)
    spent = pages.rows("SELECT requests FROM spending")
    looks = pages.rows("SELECT count(*) FROM visit WHERE purpose = 'recheck' GROUP BY address_id")
    assert spent == [(5,)] * 6
    assert looks == [(2,)] * 12, "the interface that is closed costs one request a run"


def test_a_kept_page_that_a_killed_crawl_did_not_read_is_read_by_the_next(pages: Visits) -> None:
    post = pages.site.public[0]
    pages.site.edit(post.id, title="Judul yang Sama Sekali Lain untuk Berita Ini")
    pages.killed = True
    assert pages.round(ALL)["left"] == 1
    pages.killed = False
    assert pages.round(ALL)["visits"] == 0
    assert pages.rows("SELECT count(*) FROM version")[0][0] == 13


def test_a_hundred_posts_are_told_of_by_one_request(tmp_path: Path, pool: ReadingPool) -> None:
    with enlarged(SAMPLES[SLUG], 120, clock=lambda: datetime(2025, 6, 1, tzinfo=UTC)) as site:
        outlet = Visits(tmp_path, site, SLUG, pool)
        held = outlet.begin()
        assert 100 < held <= 200
        assert outlet.round(ALL)["unchanged"] == held
        assert outlet.asked == ["/wp-json/wp/v2/posts"] * 2


def test_a_sitemap_of_a_wordpress_proves_what_did_not_change_since_it_was_seen(
    tmp_path: Path, pool: ReadingPool
) -> None:
    moment = [datetime(2025, 6, 1, tzinfo=UTC)]
    with SAMPLES["kalteng-sampel"](clock=lambda: moment[0]) as site:
        outlet = Visits(tmp_path, site, "kalteng-sampel", pool)
        held = outlet.begin()
        moment[0] = outlet.now
        closed = f"{outlet.now:%Y-%m-%d %H:%M:%S}"
        with outlet.database.write() as connection:
            connection.exec_driver_sql("UPDATE source SET marks = ?", (json.dumps({"closed": closed + "+00:00"}),))
        post = site.edit(site.public[0].id, title="Judul yang Lain", at=outlet.now)
        told = outlet.round(ALL, heard="sitemap")
        assert (told["visits"], outlet.looks()) == (held, [("read", None, 200, 1, 1), ("read", None, 304, 0, 1)])
        assert [path for path in outlet.asked if "sitemap" not in path] == [site.path(post)]


def test_a_rebuild_leaves_looks_that_missed_a_story_as_they_were_judged(pages: Visits) -> None:
    site = pages.site
    assert isinstance(site, Tagged)
    site.told, site.instead = site.path(site.public[0]), Answer(body=SOFT)
    pages.round(ALL, **DAYS)
    before = pages.rows("SELECT * FROM visit WHERE purpose = 'recheck'")
    with pages.database.write() as connection:
        visits.unread_again(connection, runs.last_ticket(connection, SLUG))
    assert pages.rows("SELECT * FROM visit WHERE purpose = 'recheck'") == before


def test_a_list_that_calls_a_story_otherwise_has_it_visited_now(rest: Visits) -> None:
    rest.now -= timedelta(days=100)
    assert rest.round(ALL)["visits"] == 0, "it plans them"
    (canonical,) = rest.rows("SELECT canonical FROM address LIMIT 1")[0]
    with rest.database.write() as connection:
        connection.exec_driver_sql("UPDATE sighting SET source = 'listing', modified_said = NULL")
        for title in ("Judul Semula", "Judul Lain"):
            told = Sight(canonical=canonical, raw=canonical, source="listing", title=title)
            connection.exec_driver_sql("UPDATE sighting SET title_said = 'Judul Semula'")
            rechecks.hasten(connection, 1, [told], rest.now)
            due = connection.exec_driver_sql(
                "SELECT count(*) FROM due WHERE next_at <= ?", (f"{rest.now:%Y-%m-%d %H:%M:%S.%f}",)
            )
            assert due.scalar() == (title == "Judul Lain")


def test_page_views_are_what_the_systems_own_counters_rose_by(tmp_path: Path, pool: ReadingPool) -> None:
    with SAMPLES["kaltim-sampel"](clock=lambda: datetime(2025, 6, 1, tzinfo=UTC)) as site:
        outlet = Visits(tmp_path, site, "kaltim-sampel", pool)
        held = outlet.begin(by_page=True)
        before = sum(site.views(post.id) for post in site.posts)
        told = outlet.round(ALL)
        assert told["unchanged"] == held == told["page_views"]
        assert sum(site.views(post.id) for post in site.posts) - before == held


def test_a_missed_story_is_looked_for_again_until_its_removal_is_confirmed(rest: Visits) -> None:
    rest.site.remove(rest.site.public[0].id)
    assert rest.round(ALL)["rejected"] == {"not_found": 1}
    due = rest.rows("SELECT next_at FROM due WHERE purpose = 'recheck'")
    assert due == [(f"{rest.now + timedelta(hours=12):%Y-%m-%d %H:%M:%S.%f}",)]
    rest.now += timedelta(hours=12)
    assert rest.round(ALL)["visits"] == 1


def test_a_crawl_that_only_visits_stops_at_its_deadline_and_pays_for_what_it_sends(
    crawled: Pilkada, site: Newsroom
) -> None:
    site.rest, site.delay = "403", 0.2
    env = {"PILKADA_CRAWL__DEADLINE": "2", "PILKADA_VISITS__ARTICLES": "all", **NO_PAGES}
    report = crawled.crawl("--recheck", "--since", "2000-01-01", env=env)
    assert (report["status"], report["new"], report["left"]) == ("partial", 0, 0)
    paid = crawled.rows("SELECT sum(requests) FROM spending")[0][0]
    sent = [path for path in site.paths if path != "/robots.txt"]
    assert 0 < report["visits"] <= paid
    assert paid - 1 <= len(sent) <= paid, "the last one was paid for and not sent"
