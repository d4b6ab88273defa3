"""A crawl of the sample outlet through the command line: real processes, a real database, real HTTP on loopback."""

import signal
import time
from collections import Counter
from datetime import timedelta

import pytest

from crawler.sample.server import Answer
from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada, until

SMALL = pytest.mark.parametrize("site", [6], indirect=True, ids=["6 articles"])
PROMISED = {
    "outlet",
    "status",
    "requests",
    "not_modified",
    "discovered",
    "new",
    "revised",
    "unchanged",
    "removed",
    "restored",
    "rejected",
    "failed",
    "left",
    "bytes",
    "seconds",
    "started_at",
    "finished_at",
    "run_id",
}


def test_the_first_crawl_stores_every_article_and_reports_as_promised(fresh: Pilkada, site: Newsroom) -> None:
    report = fresh.crawl()
    assert set(report) >= PROMISED
    assert (report["outlet"], report["status"], report["run_id"]) == (SLUG, "ok", 1)
    assert (report["discovered"], report["new"], report["rejected"]) == (31, 30, {"password": 1})
    assert [report[name] for name in ("revised", "unchanged", "removed", "restored", "failed", "left")] == [0] * 6
    assert report["started_at"] < report["finished_at"]
    assert report["bytes"] > 100_000
    # One request a page, robots.txt before all, nothing that it forbids, and what was counted is what was sent.
    assert site.paths[0] == "/robots.txt"
    assert Counter(site.pages).most_common(1)[0][1] == 1
    assert len(site.pages) == 30
    assert len(site.listings) == 1
    assert not [path for path in site.paths if path.startswith(("/wp-admin", "/wp-login"))]
    assert report["requests"] == len(site.requests) == 32
    assert {status for _, _, status in site.requests} == {200}
    fresh.assert_sound(30)


def test_a_second_crawl_asks_for_no_article_again(crawled: Pilkada, site: Newsroom) -> None:
    report = crawled.crawl()
    assert (report["status"], report["discovered"], report["new"], report["revised"]) == ("ok", 0, 0, 0)
    assert site.pages == []
    assert len(site.listings) <= 2
    assert report["requests"] == len(site.requests)


def test_an_edit_is_a_revision_and_the_old_text_stays(crawled: Pilkada, site: Newsroom) -> None:
    post = site.posts[10]
    crawled.crawl()
    site.edit(post.id, blocks=[*post.blocks[:-1], "Berita ini telah diperbarui oleh redaksi pada Minggu siang."])
    site.forget_requests()
    report = crawled.crawl()
    assert (report["status"], report["revised"], report["new"], report["unchanged"]) == ("ok", 1, 0, 0)
    assert site.pages == [site.path(post)]
    record = crawled("show", site.base_url + site.path(post), "--format", "json").json()
    assert (record["version"], record["versions"], record["changed"]) == (2, 2, True)
    assert "telah diperbarui oleh redaksi" in record["body"]
    crawled.assert_sound(30)


def test_an_edit_that_leaves_the_text_alone_is_no_revision(crawled: Pilkada, site: Newsroom) -> None:
    site.edit(site.posts[10].id)
    report = crawled.crawl()
    assert (report["status"], report["revised"], report["unchanged"]) == ("ok", 0, 1)


def test_a_scheduled_post_is_new_when_its_time_has_come(crawled: Pilkada, site: Newsroom) -> None:
    (post,) = (post for post in site.posts if post.date > site.now)
    site.now = post.date + timedelta(minutes=1)
    report = crawled.crawl()
    assert (report["status"], report["new"]) == ("ok", 1)
    assert site.pages == [site.path(post)]
    crawled.assert_sound(31)


@SMALL
def test_a_limit_is_kept_to_and_the_next_crawl_takes_the_rest(fresh: Pilkada, site: Newsroom) -> None:
    first = fresh.crawl("--limit", "2")
    assert (first["status"], first["new"], first["left"]) == ("partial", 2, 4)
    second = fresh.crawl()
    assert (second["status"], second["new"], second["left"]) == ("ok", 4, 0)
    assert len(set(site.pages)) == len(site.pages) == 6
    fresh.assert_sound(6)


def test_the_same_outlet_at_another_port_has_the_same_articles(crawled: Pilkada, site: Newsroom) -> None:
    before = {record["uid"] for record in crawled.articles()}
    with Newsroom() as mirror:
        report = crawled.crawl("--base-url", mirror.base_url)
        assert (report["status"], report["new"], report["discovered"]) == ("ok", 0, 0)
        assert mirror.requests
    assert site.requests == []
    after = crawled.articles()
    assert {record["uid"] for record in after} == before
    assert all(record["canonical_url"].startswith(site.base_url) for record in after)


@SMALL
def test_a_first_crawl_through_a_mirror_names_articles_as_declared(fresh: Pilkada, site: Newsroom) -> None:
    with Newsroom(6) as mirror:
        assert fresh.crawl("--base-url", mirror.base_url, env=NO_PAGES)["new"] == 6
    assert all(record["canonical_url"].startswith(site.base_url) for record in fresh.articles())
    fresh.assert_sound(6)


def test_articles_need_no_pages(fresh: Pilkada, site: Newsroom) -> None:
    report = fresh.crawl(env=NO_PAGES)
    assert (report["status"], report["new"], report["rejected"]) == ("ok", 30, {"password": 1})
    assert site.pages == []
    assert 2 <= report["requests"] == len(site.requests) <= 3
    fresh.assert_sound(30)


@SMALL
def test_robots_rules_for_pages_leave_the_articles_of_the_interface(fresh: Pilkada, site: Newsroom) -> None:
    site.robots = "User-agent: *\nDisallow: /pilkada/\n"
    report = fresh.crawl()
    assert (report["status"], report["new"]) == ("ok", 6)
    assert not [path for path in site.pages if path.startswith("/pilkada/")]
    assert site.pages
    refused = fresh.rows("SELECT reason, count(*) FROM visit WHERE state = 'rejected' GROUP BY reason")
    assert dict(refused)["robots"] == 6 - len(site.pages)
    fresh.assert_sound(6)


@SMALL
def test_a_page_that_leads_to_another_host_is_refused_and_its_article_stays(fresh: Pilkada, site: Newsroom) -> None:
    post = site.posts[2]
    with Newsroom(6) as other:
        site.scripted[site.path(post)] = Answer(status=302, headers=(("Location", other.base_url + site.path(post)),))
        report = fresh.crawl()
        assert other.requests == []
    assert (report["status"], report["new"], report["left"]) == ("ok", 6, 0)
    assert fresh.rows("SELECT reason FROM visit WHERE purpose = 'evidence' AND state = 'rejected'") == [("offsite",)]
    assert report["requests"] == len(site.requests)
    fresh.assert_sound(6)


@SMALL
def test_a_page_that_is_gone_leaves_the_article_of_the_interface(fresh: Pilkada, site: Newsroom) -> None:
    post = site.posts[2]
    site.down_paths[site.path(post)] = 404
    report = fresh.crawl()
    assert (report["status"], report["new"], report["evidence"]) == ("ok", 6, 5)
    rejected = fresh.rows(
        "SELECT v.reason, v.status, a.canonical FROM visit v JOIN address a ON a.id = v.address_id "
        "WHERE v.purpose = 'evidence' AND v.state = 'rejected'"
    )
    assert rejected == [("not_found", 404, site.path(post))]
    record = fresh("show", site.base_url + site.path(post), "--format", "json").json()
    assert [capture["role"] for capture in record["captures"]] == ["record"]
    fresh.assert_sound(6)


@SMALL
def test_a_page_that_fails_is_tried_again_by_a_later_crawl(fresh: Pilkada, site: Newsroom) -> None:
    post = site.posts[2]
    site.down_paths[site.path(post)] = 500
    report = fresh.crawl()
    assert report["new"] == 6
    # Once more at once, then not before a quarter of an hour has passed.
    assert site.pages.count(site.path(post)) == 2
    assert report["requests"] == len(site.requests)
    assert fresh.rows("SELECT tries FROM due WHERE purpose = 'evidence'") == [(1,)]
    site.forget_requests()
    assert fresh.crawl()["status"] == "ok"
    assert site.pages == []


@SMALL
def test_two_outlets_are_crawled_side_by_side(fresh: Pilkada, site: Newsroom) -> None:
    with Newsroom(6) as other:
        site.delay = other.delay = 0.25
        fresh.declare(other.base_url, slug="kabar-lain")
        ended = fresh("crawl", "--all", "--format", "json", env={**NO_PAGES, "PILKADA_SCHEDULE__PARALLEL": "2"})
        overlap = min(site.arrivals[-1], other.arrivals[-1]) - max(site.arrivals[0], other.arrivals[0])
    assert ended.status == 0, ended
    assert [(report["outlet"], report["new"]) for report in ended.json()] == [(SLUG, 6), ("kabar-lain", 6)]
    assert overlap > 0
    found = fresh("search", "netralitas", "--outlet", "kabar-lain", "--format", "json").json()
    assert {hit["outlet"] for hit in found["hits"]} == {"kabar-lain"}
    assert len(fresh.articles()) == 12


@SMALL
def test_one_outlet_that_is_down_does_not_keep_the_other(fresh: Pilkada, site: Newsroom) -> None:
    with Newsroom(6) as other:
        address = other.base_url
    fresh.declare(address, slug="mati")
    ended = fresh("crawl", "mati", SLUG, "--format", "json", env=NO_PAGES)
    assert ended.status == 3
    assert [(report["status"], report["new"]) for report in ended.json()] == [("failed", 0), ("ok", 6)]
    assert "down" in ended.json()[0]["detail"]


@SMALL
def test_an_outlet_that_is_being_crawled_is_held(fresh: Pilkada, site: Newsroom) -> None:
    site.delay = 1.0
    with fresh.running("crawl", SLUG, "--format", "json") as first:
        until(lambda: site.requests)
        ended = fresh("crawl", SLUG, "--format", "json")
        assert ended.status == 4
        (report,) = ended.json()
        assert (report["status"], report["new"], report["requests"]) == ("held", 0, 0)
        site.delay = 0
        assert first.wait(within=30).status == 0
    assert Counter(site.pages).most_common(1)[0][1] == 1
    assert {run["status"] for run in fresh("schedule", "runs", "--format", "json").json()} == {"ok", "held"}


@SMALL
def test_a_deadline_ends_a_crawl_in_part_and_the_next_one_completes_it(fresh: Pilkada, site: Newsroom) -> None:
    site.delay = 0.5
    report = fresh.crawl(env={"PILKADA_CRAWL__DEADLINE": "1"})
    assert (report["status"], report["requests"]) == ("partial", len(site.requests))
    assert "deadline" in report["detail"]
    assert report["seconds"] < 8
    assert len(site.pages) < 6
    site.delay = 0
    assert fresh.crawl()["status"] == "ok"
    assert Counter(site.pages).most_common(1)[0][1] == 1
    assert len(site.pages) == 6
    fresh.assert_sound(6)


@SMALL
@pytest.mark.parametrize(
    "number",
    [pytest.param(signal.SIGTERM, id="SIGTERM"), pytest.param(signal.SIGINT, id="SIGINT", marks=pytest.mark.soak)],
)
def test_a_signal_ends_a_crawl_in_part_and_nothing_is_lost(
    fresh: Pilkada, site: Newsroom, number: signal.Signals
) -> None:
    site.delay = 0.3
    with fresh.running("crawl", SLUG, "--format", "json") as crawl:
        until(lambda: len(site.pages) > 1)
        ended = crawl.end(number, within=10)
        assert (ended.status, ended.json()[0]["status"]) == (0, "partial"), ended
        assert ended.json()[0]["requests"] == len(site.requests)
        until(lambda: not crawl.family(), within=2)
    site.delay = 0
    assert fresh.crawl()["status"] == "ok"
    assert Counter(site.pages).most_common(1)[0][1] == 1
    fresh.assert_sound(6)


@SMALL
@pytest.mark.parametrize(
    "word",
    [
        pytest.param("-m crawler", id="the child"),
        pytest.param("multiprocessing", id="a reader", marks=pytest.mark.soak),
    ],
)
def test_a_signal_while_a_crawl_starts_is_no_failure(fresh: Pilkada, site: Newsroom, word: str) -> None:
    site.delay = 0.1
    with fresh.running("crawl", SLUG, "--format", "json") as crawl:
        until(lambda: crawl.find(word), every=0.001)
        ended = crawl.end(within=10)
        assert ended.status == 0, ended
        assert {report["status"] for report in ended.json()} <= {"partial"}
        assert "Traceback" not in ended.err
        until(lambda: not crawl.family(), within=2)
    assert {run["status"] for run in fresh("schedule", "runs", "--format", "json").json()} <= {"partial"}


@SMALL
@pytest.mark.parametrize("late", [0.0, 0.1, 0.3], ids=lambda late: f"{late:g} s after robots.txt was asked for")
def test_a_crawl_that_is_stopped_at_its_beginning_is_no_success(fresh: Pilkada, site: Newsroom, late: float) -> None:
    site.delay = 0.5
    with fresh.running("crawl", SLUG, "--format", "json") as running:
        until(lambda: site.arrivals)
        time.sleep(late)
        ended = running.end(signal.SIGINT, within=30)
    (report,) = ended.json()
    assert report["status"] == "partial"
    assert report["detail"]
    site.delay = 0.0
    assert fresh.crawl()["new"] == 6 - report["new"]
