"""The outlets that ship, crawled at sites of their systems: through the command, over HTTP, into a database."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copytree
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawler.sample import ListingSite, NewspaperSite, PopojiSite, Post, SampleOutlet, SampleSite
from crawler.sample.markup import lines
from crawler.sample.popojicms.told import stored
from spiders.outlets import shipped
from tests.crawler.commandline import Pilkada, summed

NOW = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)
SITES: dict[str, type[SampleSite | PopojiSite | NewspaperSite | ListingSite]] = {
    "kabar-sampel": SampleSite,
    "kaltimkita": PopojiSite,
    "prokalteng": NewspaperSite,
    "gradasigo": ListingSite,
}
EVERY = pytest.mark.parametrize("slug", SITES)
PAGED = pytest.mark.parametrize("slug", ["kaltimkita", "gradasigo"])
POPOJI = pytest.mark.parametrize("slug", ["kaltimkita"])


class Outlet:
    """One outlet, a site of its system and a clock for it."""

    def __init__(self, slug: str, home: Path) -> None:
        self.slug = slug
        self.now = NOW
        self.site: SampleOutlet = SITES[slug](clock=lambda: self.now)
        self.pilkada = Pilkada(home)

    def crawl(self, *words: str, status: int = 0) -> dict[str, Any]:
        self.site.forget_requests()
        ended = self.pilkada("crawl", self.slug, "--base-url", self.site.base_url, *words, "--format", "json")
        assert ended.status == status, ended
        (report,) = ended.json()
        assert summed(report), report
        assert report["requests"] == len(self.site.requests), "what is counted is what was sent"
        return dict(report)

    def articles(self) -> dict[str, dict[str, Any]]:
        """The records by the slug of their address."""
        return {
            record["url"].split("?")[0].rstrip("/").rpartition("/")[2]: record for record in self.pilkada.articles()
        }

    def asked(self, post: Post) -> int:
        """How often a story's page was asked for since the requests were forgotten."""
        return sum(target == self.site.path(post) for _, target, _ in self.site.requests)


@pytest.fixture
def outlet(slug: str, tmp_path: Path) -> Iterator[Outlet]:
    """An outlet that was never crawled."""
    outlet = Outlet(slug, tmp_path / "home")
    with outlet.site:
        if slug not in shipped():
            outlet.pilkada.declare(outlet.site.base_url, slug=slug)
        yield outlet
        outlet.pilkada.close()


@dataclass(frozen=True)
class Twice:
    """An outlet that was crawled twice with nothing new the second time: what was public, reports, requests, what is held.

    The archive and the site themselves may have gone on since.
    """

    outlet: Outlet
    public: tuple[Post, ...]
    reports: tuple[dict[str, Any], dict[str, Any]]
    requests: tuple[list[str], list[str]]
    records: dict[str, dict[str, Any]]
    views: dict[int, int]


@pytest.fixture(scope="module")
def _twice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Twice]]:
    with ExitStack() as stack:

        @cache
        def twice(slug: str) -> Twice:
            outlet = Outlet(slug, tmp_path_factory.mktemp(slug) / "home")
            stack.enter_context(outlet.site)
            stack.callback(outlet.pilkada.close)
            if slug not in shipped():
                outlet.pilkada.declare(outlet.site.base_url, slug=slug)
            reports, requests = [], []
            for _ in range(2):
                reports.append(outlet.crawl())
                requests.append([target for _, target, _ in outlet.site.requests])
            views = {}
            if isinstance(outlet.site, PopojiSite):
                views = {post.id: outlet.site.views(post.id) for post in outlet.site.public}
            outlet.pilkada.assert_sound(len(outlet.site.public))
            return Twice(
                outlet,
                tuple(outlet.site.public),
                (reports[0], reports[1]),
                (requests[0], requests[1]),
                outlet.articles(),
                views,
            )

        yield twice


@pytest.fixture
def twice(slug: str, _twice: Callable[[str], Twice]) -> Twice:
    """An outlet that was crawled twice."""
    return _twice(slug)


@EVERY
def test_exactly_the_articles_that_anyone_can_open_are_stored_as_they_were_written(twice: Twice) -> None:
    (report, _), site, records = twice.reports, twice.outlet.site, twice.records
    assert (report["status"], report["new"], report["failed"], report["left"]) == ("ok", len(twice.public), 0, 0)
    assert Counter(twice.requests[0]).most_common(1)[0][1] == 1, "nothing twice"
    zone = ZoneInfo(site.zone_name)
    assert records.keys() == {post.slug for post in twice.public}
    for post in twice.public:
        record = records[post.slug]
        assert record["title"] == (stored(post.title) if site.family == "popojicms" else post.title)
        assert record["published_date"] == f"{post.date.astimezone(zone):%Y-%m-%d}", post.slug
        assert record["section"] == post.section.rpartition("/")[2], post.slug
        assert record["caption"] == (post.caption if post.image else None), post.slug
        assert_text(record, post)


def assert_text(record: dict[str, Any], post: Post) -> None:
    """Assert that each line of a post is in the body, in order, or where it belongs, and that nothing else is there."""
    written = [squeezed(line) for block in post.blocks for line in lines(block)]
    body = [squeezed(line) for line in record["body"].split("\n\n")]
    kept = [*body, *map(squeezed, [*record["captions"], *(piece["text"] for piece in record["removed"])])]
    assert Counter("".join(kept)) == Counter("".join(written)), post.slug
    at = 0
    for line in body:
        at = next((n for n in range(at, len(written)) if line in written[n]), -1)
        assert at >= 0, f"{post.slug}: not at its place: {line}"


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@EVERY
def test_a_crawl_with_nothing_new_asks_little_and_opens_no_story(twice: Twice) -> None:
    report, site = twice.reports[1], twice.outlet.site
    assert (report["status"], report["discovered"], report["revised"]) == ("ok", 0, 0)
    assert report["requests"] <= (2 if site.family == "wordpress" else 5)
    assert not set(twice.requests[1]) & {site.path(post) for post in site.posts}


@EVERY
def test_what_is_published_later_is_found_once_weeks_after(twice: Twice) -> None:
    outlet = twice.outlet
    outlet.now += timedelta(days=21)
    old = outlet.site.public[3]
    outlet.site.publish(
        replace(old, id=9000, slug="berita-baru", title="Berita Baru", date=outlet.now - timedelta(hours=1))
    )
    report = outlet.crawl()
    # The text of another article of the same outlet: a further address of a known text counts as unchanged (CONTRACT).
    assert (report["discovered"], report["status"]) == (1, "ok")
    outlet.now += timedelta(days=1)
    outlet.site.publish(
        replace(
            old,
            id=9001,
            slug="berita-lain",
            title="Berita Lain",
            blocks=("SAMARINDA – Ini berita yang lain sama sekali. " * 12,),
            date=outlet.now - timedelta(hours=1),
        )
    )
    report = outlet.crawl()
    assert (report["discovered"], report["new"]) == (1, 1)
    # A page of PopojiCMS does not name the section: the list of one section a crawl is asked for it.
    for _ in {post.section for post in outlet.site.public}:
        if outlet.articles()["berita-lain"]["section"] == old.section.rpartition("/")[2]:
            break
        assert outlet.crawl()["discovered"] == 0
    assert outlet.articles()["berita-lain"]["section"] == old.section.rpartition("/")[2]


@PAGED
def test_a_crawl_that_was_cut_short_goes_on_where_it_stood(outlet: Outlet) -> None:
    first = outlet.crawl("--limit", "7")
    assert (first["status"], first["new"]) == ("partial", 7)
    walked = [target for _, target, _ in outlet.site.requests]
    second = outlet.crawl()
    assert (second["status"], second["new"]) == ("ok", len(outlet.site.public) - 7)
    # What could not be opened is asked for once more: a source that the first crawl had not come to tells of it.
    pages = {outlet.site.path(post) for post in outlet.site.public}
    assert not [target for _, target, _ in outlet.site.requests if target in walked and target in pages]
    outlet.pilkada.assert_sound(len(outlet.site.public))


@POPOJI
def test_a_story_that_was_removed_after_it_was_listed_is_rejected_and_not_stored(outlet: Outlet) -> None:
    post = left_waiting(outlet)[0]
    outlet.site.remove(post.id)
    outlet.crawl()
    visits = outlet.pilkada.rows("SELECT canonical, reason FROM visit JOIN address ON address.id = visit.address_id")
    reasons = [reason for canonical, reason in visits if canonical == outlet.site.path(post)]
    assert reasons == ["soft_404"]
    assert post.slug not in outlet.articles()


def left_waiting(outlet: Outlet) -> list[Post]:
    """Crawl until some stories are known and not fetched yet; give those."""
    outlet.site.delay = 0.3
    outlet.crawl("--limit", "1")
    outlet.site.delay = 0.0
    known = {row[0] for row in outlet.pilkada.rows("SELECT canonical FROM address")}
    return [post for post in outlet.site.public if outlet.site.path(post) in known and not outlet.asked(post)]


# ---- PopojiCMS ----


@POPOJI
def test_a_visit_raises_the_public_counter_once_and_no_more(twice: Twice) -> None:
    assert set(twice.views.values()) == {1}


@POPOJI
def test_the_feed_alone_knows_the_time_of_day(twice: Twice) -> None:
    fed = [record for record in twice.records.values() if record["published_source"] == "feed"]
    assert 15 <= len(fed) <= 20
    for post in twice.public:
        record = twice.records[post.slug]
        local = post.date.astimezone(ZoneInfo("Asia/Makassar")).isoformat(timespec="seconds")
        assert record["published_at"] == (local if record in fed else None), post.slug
        assert "date_conflict" not in record["flags"]


@POPOJI
def test_a_story_whose_time_is_known_only_later_is_read_again_and_not_fetched(outlet: Outlet) -> None:
    outlet.site.down_paths["/feed"] = 500
    report = outlet.crawl()
    assert (report["status"], report["new"]) == ("ok", len(outlet.site.public))
    assert "feed" in report["detail"], "the report says what is missing"
    assert not any(record["published_at"] for record in outlet.articles().values())
    outlet.site.down_paths.clear()
    report = outlet.crawl()
    assert report["new"] == report["revised"] == 0
    assert not any(outlet.asked(post) for post in outlet.site.posts)
    timed = [record for record in outlet.articles().values() if record["published_at"]]
    assert len(timed) >= 15
    assert all({capture["role"] for capture in record["captures"]} == {"page", "listing"} for record in timed)


@POPOJI
def test_a_slug_that_cannot_be_opened_is_asked_for_once_and_counted(twice: Twice) -> None:
    # The other one is a story that is not yet public, of which the sitemap tells.
    assert [report["rejected"] for report in twice.reports] == [{"not_found": 1, "soft_404": 1}, {}]
    assert [sum("%" in target for target in targets) for targets in twice.requests] == [1, 0]


@POPOJI
def test_the_section_is_that_of_the_list_that_names_the_story(twice: Twice) -> None:
    sources = {row[0] for row in twice.outlet.pilkada.rows("SELECT source FROM sighting")}
    assert {"feed", "listing", "listing /category/politik"} <= sources


@POPOJI
def test_a_rebuild_gives_the_same_articles(twice: Twice, slug: str, tmp_path: Path) -> None:
    outlet = Outlet(slug, tmp_path / "home")
    copytree(twice.outlet.pilkada.home, outlet.pilkada.home)
    before = outlet.articles()
    (outlet.pilkada.home / "pilkada.toml").write_text("[outlets.kaltimkita]\n", "utf-8")
    assert outlet.pilkada("db", "rebuild").status == 0
    after = outlet.articles()
    outlet.pilkada.close()
    for record in (*before.values(), *after.values()):
        record.pop("id")
    assert after == before


@POPOJI
def test_a_site_that_is_no_popojicms_is_told_and_stores_nothing(outlet: Outlet) -> None:
    outlet.site.down_paths["/category"] = 404
    outlet.site.down_paths["/feed"] = 404
    report = outlet.crawl(status=3)
    assert (report["status"], report["new"]) == ("failed", 0)
    assert "/category/all answered 404" in report["detail"]


# ---- a listing site ----

LISTING = pytest.mark.parametrize("slug", ["gradasigo"])


@LISTING
def test_other_servers_and_themes_of_the_system_give_the_same_articles(outlet: Outlet) -> None:
    site = outlet.site
    assert isinstance(site, ListingSite)
    site.trailing_slash, site.clock_printed, site.sitemap = "redirect", True, True
    report = outlet.crawl()
    assert (report["status"], report["new"]) == ("ok", len(site.public))
    assert all(record["published_at"] for record in outlet.articles().values())


@LISTING
def test_a_story_that_is_gone_is_stored_in_no_form(outlet: Outlet) -> None:
    site = outlet.site
    assert isinstance(site, ListingSite)
    gone = left_waiting(outlet)[:3]
    site.remove(gone[0].id)
    site.missing = "home"
    site.down_paths = {site.path(gone[1]): 404, site.path(gone[2]): 500}
    report = outlet.crawl()
    assert not {post.slug for post in gone} & outlet.articles().keys()
    assert report["new"] == len(site.public) - 1 - 2, "one was stored before, two cannot be opened"
    assert sum(report["rejected"].values()) + report["failed"] == 3


# ---- Newspaper ----


NEWSPAPER = pytest.mark.parametrize("slug", ["prokalteng"])


@NEWSPAPER
def test_no_variant_of_a_story_is_fetched_beside_it(twice: Twice) -> None:
    assert not [target for target in twice.requests[0] if re.search(r"/amp/?$|[?&](no)?amp\b", target)]


@NEWSPAPER
def test_a_story_of_the_small_hours_keeps_its_local_day(twice: Twice) -> None:
    zone = ZoneInfo("Asia/Jakarta")
    early = [post for post in twice.public if post.date.astimezone(zone).hour < 7]
    assert early
    for post in early:
        assert twice.records[post.slug]["published_at"] == post.date.astimezone(zone).isoformat(timespec="seconds")


def test_a_listing_site_of_one_s_own_is_declared_in_settings(tmp_path: Path) -> None:
    pilkada = Pilkada(tmp_path / "home")
    with ListingSite(clock=lambda: NOW) as site:
        pilkada.declare(site.base_url, slug="sumsel-sampel", more='lists = ["/"]\nstories = "/article/[a-z0-9-]+"')
        file = pilkada.home / "pilkada.toml"
        file.write_text(file.read_text("utf-8").replace('"wordpress"', '"listing"'), "utf-8")
        ended = pilkada("crawl", "sumsel-sampel", "--format", "json")
        assert (ended.status, ended.json()[0]["new"]) == (0, len(site.public))
        assert not [target for _, target, _ in site.requests if target.startswith("/article?")]
    pilkada.close()
