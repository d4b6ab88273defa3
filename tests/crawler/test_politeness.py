"""What a site asks of us is done: robots.txt, closed interfaces, Retry-After, the delay between two requests."""

import itertools
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from crawler.patience import DEFAULT_WAIT, LONGEST_WAIT, wait_asked
from crawler.sample.server import Answer
from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada

SMALL = pytest.mark.parametrize("site", [6], indirect=True, ids=["6 articles"])


@SMALL
def test_an_interface_that_robots_txt_closes_is_not_asked_and_the_feed_is(fresh: Pilkada, site: Newsroom) -> None:
    site.robots = "User-agent: *\nDisallow: /wp-json/\n"
    report = fresh.crawl(env=NO_PAGES)
    assert (report["status"], report["new"], report["requests"]) == ("ok", 6, len(site.requests))
    assert site.listings == []
    assert {path for path in site.paths if path != "/robots.txt" and "sitemap" not in path} == {"/feed/"}
    site.forget_requests()
    assert fresh.crawl(env=NO_PAGES)["requests"] == len(site.requests) == 1, "a 304, and robots.txt holds for a day"


@SMALL
def test_a_site_that_robots_txt_closes_is_blocked(fresh: Pilkada, site: Newsroom) -> None:
    site.robots = "User-agent: *\nDisallow: /\n"
    report = fresh.crawl(status=3)
    assert (report["status"], report["new"], report["requests"]) == ("blocked", 0, 1)
    assert site.paths == ["/robots.txt"]
    assert "robots.txt" in report["detail"]
    # The copy holds for a day: the next crawl does not even ask for it.
    assert fresh.crawl(status=3)["requests"] == 0
    assert site.paths == ["/robots.txt"]


@SMALL
@pytest.mark.parametrize("status", [503, *(pytest.param(status, marks=pytest.mark.soak) for status in (429, 500))])
def test_a_robots_txt_that_cannot_be_had_closes_the_site(fresh: Pilkada, site: Newsroom, status: int) -> None:
    site.robots = status
    report = fresh.crawl(status=3)
    assert (report["status"], report["new"], report["requests"]) == ("blocked", 0, len(site.requests))
    assert set(site.paths) == {"/robots.txt"}
    assert f"robots.txt answered {status}" in report["detail"]


@pytest.mark.soak
@SMALL
def test_a_robots_txt_that_can_be_had_again_opens_the_site(fresh: Pilkada, site: Newsroom) -> None:
    site.robots = 503
    assert fresh.crawl(status=3)["status"] == "blocked"
    site.robots = None
    assert fresh.crawl(env=NO_PAGES)["new"] == 6


@SMALL
def test_a_site_without_robots_txt_is_open(fresh: Pilkada, site: Newsroom) -> None:
    site.robots = 404
    report = fresh.crawl(env=NO_PAGES)
    assert (report["status"], report["new"]) == ("ok", 6)


@SMALL
@pytest.mark.parametrize("rest", ["401", "403", "404", "html"])
def test_a_closed_interface_is_a_reason_to_ask_the_feed(fresh: Pilkada, site: Newsroom, rest: str) -> None:
    site.rest = rest  # type: ignore[assignment]
    report = fresh.crawl(env=NO_PAGES)
    assert (report["status"], report["new"], report["discovered"]) == ("ok", 6, 6)
    assert report["requests"] == len(site.requests)
    assert (len(site.listings), site.paths.count("/feed/")) == (1, 2)
    assert site.paths[:3] == ["/robots.txt", site.listings[0], "/feed/"]


@SMALL
@pytest.mark.parametrize(("down", "outcome"), [(403, "blocked"), (404, "failed")])
def test_an_outlet_none_of_whose_sources_answers_says_so_of_each(
    fresh: Pilkada, site: Newsroom, down: int, outcome: str
) -> None:
    site.down_paths = {"/wp-json/": 401, "/feed/": 404, "/": down}
    report = fresh.crawl(status=3)
    assert (report["status"], report["new"], report["discovered"]) == (outcome, 0, 0)
    for told in ("the REST interface answered 401", "the feed answered 404", f"the list / answered {down}"):
        assert told in report["detail"]
    assert report["requests"] == len(site.requests) == 4
    assert fresh.rows("SELECT status, detail FROM run") == [(outcome, report["detail"])]


@SMALL
@pytest.mark.parametrize("status", [503, pytest.param(429, marks=pytest.mark.soak)])
def test_a_site_that_asks_for_patience_is_left_alone(fresh: Pilkada, site: Newsroom, status: int) -> None:
    site.scripted["/wp-json/"] = Answer(status=status, headers=(("Retry-After", "3600"),))
    report = fresh.crawl(status=3)
    assert (report["status"], report["requests"]) == ("blocked", 2)
    assert len(site.listings) == 1
    site.forget_requests()
    site.scripted.clear()
    again = fresh.crawl(status=3)
    assert (again["status"], again["requests"]) == ("blocked", 0)
    assert "left alone until" in again["detail"]
    assert site.requests == []


@pytest.mark.soak
@SMALL
def test_a_site_is_asked_again_when_the_wait_is_over(fresh: Pilkada, site: Newsroom) -> None:
    site.scripted["/wp-json/"] = Answer(status=503, headers=(("Retry-After", "1"),))
    assert fresh.crawl(status=3)["status"] == "blocked"
    asked = site.arrivals[-1]
    site.scripted.clear()
    time.sleep(max(0.0, asked + 1.2 - time.monotonic()))
    assert fresh.crawl(env=NO_PAGES)["new"] == 6


@SMALL
def test_patience_asked_for_by_a_page_stops_the_crawl(fresh: Pilkada, site: Newsroom) -> None:
    post = site.posts[3]
    site.scripted[site.path(post)] = Answer(status=429, headers=(("Retry-After", "3600"),))
    report = fresh.crawl(status=3)
    assert (report["status"], report["new"]) == ("blocked", 6)
    assert site.pages[-1] == site.path(post)
    assert report["evidence"] < 6
    fresh.assert_sound(6)


@SMALL
def test_the_delay_of_an_outlet_is_kept(fresh: Pilkada, site: Newsroom) -> None:
    delay = 0.3
    env = {f"PILKADA_OUTLETS__{SLUG.upper()}__DELAY": str(delay)}
    report = fresh.crawl(env=env)
    assert (report["status"], report["requests"]) == ("ok", 8)
    asked = len(site.arrivals)
    assert fresh.crawl(env=env)["status"] == "ok", "and to the next crawl, which follows at once"
    assert len(site.arrivals) > asked
    gaps = [later - earlier for earlier, later in itertools.pairwise(site.arrivals)]
    assert min(gaps) > delay - 0.02


@SMALL
def test_a_crawl_delay_of_robots_txt_is_kept(fresh: Pilkada, site: Newsroom) -> None:
    site.robots = "User-agent: *\nCrawl-delay: 0.4\n"
    assert fresh.crawl()["status"] == "ok"
    # From the second request after it: the first may have been waiting for the answer.
    gaps = [later - earlier for earlier, later in itertools.pairwise(site.arrivals)]
    assert min(gaps[1:]) > 0.38


NOW = datetime(2024, 11, 20, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, DEFAULT_WAIT),
        ("", DEFAULT_WAIT),
        ("nanti", DEFAULT_WAIT),
        ("-5", DEFAULT_WAIT),
        ("1.5", DEFAULT_WAIT),
        ("120, 60", DEFAULT_WAIT),
        ("0", timedelta(0)),
        ("120", timedelta(minutes=2)),
        (" 000120 ", timedelta(minutes=2)),
        ("86401", LONGEST_WAIT),
        ("9" * 20, LONGEST_WAIT),
        ("9" * 5000, LONGEST_WAIT),
        ("Wed, 20 Nov 2024 04:00:00 GMT", timedelta(hours=1)),
        ("Wednesday, 20-Nov-24 04:00:00 GMT", timedelta(hours=1)),
        ("Wed Nov 20 04:00:00 2024", timedelta(hours=1)),
        ("Wed, 20 Nov 2024 12:00:00 +0800", timedelta(hours=1)),
        ("Wed, 20 Nov 2024 02:00:00 GMT", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ("Wed, 99 Nov 2024 04:00:00 GMT", DEFAULT_WAIT),
    ],
    ids=lambda value: str(value)[:32],
)
def test_every_form_of_retry_after_is_a_time_of_a_day_at_most(header: str | None, wait: timedelta) -> None:
    assert wait_asked(header, NOW) == wait


@SMALL
def test_a_date_to_come_back_at_is_kept_to_by_the_next_process(fresh: Pilkada, site: Newsroom) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(hours=5), usegmt=True)
    site.scripted["/wp-json/"] = Answer(status=503, headers=(("Retry-After", until),))
    assert fresh.crawl(status=3)["status"] == "blocked"
    site.scripted.clear()
    site.forget_requests()
    assert fresh.crawl(status=3)["status"] == "blocked"
    assert site.requests == []
    ((kept,),) = fresh.rows("SELECT not_before FROM host")
    assert abs(
        datetime.fromisoformat(str(kept)).replace(tzinfo=UTC) - datetime.now(UTC) - timedelta(hours=5)
    ) < timedelta(minutes=1)
