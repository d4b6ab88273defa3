"""A WordPress whose sources are closed one after another: the same stories, for few requests, through the command."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawler.sample import SampleOutlet
from crawler.sample.wordpress.site import WordPressSite
from tests.crawler.commandline import NO_PAGES, summed
from tests.crawler.test_families import SITES, Outlet

CLOSED = {
    "rest": {},
    "rest, sitemap": {"/wp-sitemap": 404, "/sitemap": 404, "/post-sitemap": 404},
    "rest, feed, sitemap": {"/feed": 404, "/wp-sitemap": 404, "/sitemap": 404, "/post-sitemap": 404},
}
"""What is closed: the REST interface, and addresses that begin so."""
FORMS = {"rest": "html", "rest, sitemap": "401", "rest, feed, sitemap": "403"}


class WordPress(Outlet):
    """A WordPress, crawled at its own address and without pages as evidence."""

    site: WordPressSite

    def __init__(self, slug: str, home: Path, closed: str | None = None) -> None:
        super().__init__("kabar-sampel", home)
        site = SITES[slug](clock=lambda: self.now)
        assert isinstance(site, WordPressSite)
        self.site = site
        if closed is not None:
            self.site.rest = FORMS[closed]  # type: ignore[assignment]
            self.site.down_paths = dict(CLOSED[closed])

    def start(self, stack: ExitStack) -> "WordPress":
        stack.enter_context(self.site)
        stack.callback(self.pilkada.close)
        self.pilkada.declare(self.site.base_url)
        file = self.pilkada.home / "pilkada.toml"
        file.write_text(file.read_text("utf-8").replace("Asia/Makassar", self.site.zone_name), "utf-8")
        return self

    def crawl(self, *words: str, status: int = 0) -> dict[str, Any]:
        self.site.forget_requests()
        ended = self.pilkada("crawl", self.slug, *words, "--format", "json", env=NO_PAGES)
        assert ended.status == status, ended
        (report,) = ended.json()
        assert summed(report), report
        assert report["requests"] == len(self.site.requests), "what is counted is what was sent"
        return dict(report)

    @property
    def asked_for(self) -> list[str]:
        return [target for _, target, _ in self.site.requests]


@dataclass(frozen=True)
class Crawled:
    """A first crawl and a quiet one after it."""

    outlet: WordPress
    first: dict[str, Any]
    quiet: dict[str, Any]
    asked: tuple[list[str], list[str]]
    records: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str | None], Crawled]]:
    """An outlet of a kind with some of its sources closed, crawled twice; no test but the last ones changes it."""
    with ExitStack() as stack:

        @cache
        def twice(slug: str, closed: str | None) -> Crawled:
            outlet = WordPress(slug, tmp_path_factory.mktemp("sources") / "home", closed).start(stack)
            first = outlet.crawl()
            asked = outlet.asked_for
            records = outlet.articles()
            return Crawled(outlet, first, outlet.crawl(), (asked, outlet.asked_for), records)

        yield twice


BOTH = pytest.mark.parametrize(
    "slug",
    [
        pytest.param("kabar-sampel", id="stock"),
        pytest.param("prokalteng", id="Newspaper", marks=pytest.mark.soak),
    ],
)


@BOTH
@pytest.mark.parametrize("closed", CLOSED)
def test_every_public_story_is_stored_whichever_source_is_closed(
    crawled: Callable[[str, str | None], Crawled], slug: str, closed: str
) -> None:
    whole, less = crawled(slug, None), crawled(slug, closed)
    site = less.outlet.site
    assert (less.first["status"], less.first["new"], less.first["failed"]) == ("ok", len(site.public), 0)
    assert less.records.keys() == whole.records.keys() == {post.slug for post in site.public}
    for name, record in less.records.items():
        for field in ("title", "published_date"):
            assert record[field] == whole.records[name][field], (name, field)
        if "/feed" not in CLOSED[closed]:
            # It gives the first page of a story alone, and does not say so.
            assert whole.records[name]["body"].startswith(record["body"]), name
        else:
            assert record["body"] == whole.records[name]["body"], name
    less.outlet.pilkada.assert_sound(len(site.public))
    assert len(set(less.asked[0])) == len(less.asked[0]), "nothing twice"


@BOTH
@pytest.mark.parametrize(("closed", "most"), [("rest", 2), ("rest, sitemap", 2), ("rest, feed, sitemap", 5)])
def test_a_quiet_crawl_asks_little_and_no_closed_source(
    crawled: Callable[[str, str | None], Crawled], slug: str, closed: str, most: int
) -> None:
    less = crawled(slug, closed)
    assert (less.quiet["status"], less.quiet["discovered"], less.quiet["revised"]) == ("ok", 0, 0)
    assert less.quiet["requests"] <= most, less.asked[1]
    assert not [target for target in less.asked[1] if target.startswith("/wp-json")]


@BOTH
def test_the_feed_s_texts_are_not_fetched_once_more(crawled: Callable[[str, str | None], Crawled], slug: str) -> None:
    less = crawled(slug, "rest")
    assert not set(less.asked[0]) & {less.outlet.site.path(post) for post in less.outlet.site.public}


def test_a_backfill_by_the_feed_takes_the_stories_of_its_days(tmp_path: Path) -> None:
    with ExitStack() as stack:
        outlet = WordPress("kabar-sampel", tmp_path / "home", "rest, sitemap").start(stack)
        november(outlet)
        asked = [target for target in outlet.asked_for if target.startswith("/wp-json")]
        assert not asked, "the backfill before had found it closed"
        marks = dict(outlet.pilkada.rows("SELECT kind, marks FROM source"))
        assert "closed" in marks["wordpress-rest"], "and an ordinary crawl knows"


def test_a_backfill_by_the_interface_takes_the_stories_of_its_days(tmp_path: Path) -> None:
    with ExitStack() as stack:
        outlet = WordPress("kabar-sampel", tmp_path / "home").start(stack)
        november(outlet)
        assert len(outlet.asked_for) <= 2, "robots.txt and one answer"


def test_a_backfill_by_lists_takes_the_stories_of_its_days(tmp_path: Path) -> None:
    outlet = Outlet("kaltimkita", tmp_path / "home")
    with outlet.site:
        november(outlet)
    outlet.pilkada.close()


def test_a_backfill_by_lists_that_name_no_day_takes_all_and_says_so(tmp_path: Path) -> None:
    outlet = Outlet("gradasigo", tmp_path / "home")
    with outlet.site:
        report = outlet.crawl(*NOVEMBER)
    assert (report["status"], report["new"]) == ("ok", len(outlet.site.public))
    assert f"{len(outlet.site.public)} stories whose day no source says" in report["detail"]
    outlet.pilkada.close()


NOVEMBER = ("--since", "2024-11-01", "--until", "2024-11-30")


def november(outlet: Outlet) -> None:
    """Crawl a month in two goes, and assert that its stories and no others are stored."""
    due = stories_of(outlet.site, "2024-11")
    assert len(due) > 2
    first = outlet.crawl(*NOVEMBER, "--limit", "2")
    assert (first["status"], first["new"]) == ("partial", 2), first
    report = outlet.crawl(*NOVEMBER)
    assert (report["status"], report["new"]) == ("ok", len(due) - 2), report
    assert outlet.articles().keys() == due
    outlet.pilkada.assert_sound(len(due))


def stories_of(site: SampleOutlet, month: str) -> set[str]:
    zone = ZoneInfo(site.zone_name)
    return {post.slug for post in site.public if f"{post.date.astimezone(zone):%Y-%m}" == month}


# ---- what comes later; these change the outlets that the tests above share ----


def test_an_edit_is_heard_of_by_the_feed_s_text(crawled: Callable[[str, str | None], Crawled]) -> None:
    """A stock WordPress 6.1 has no times of change in its sitemaps."""
    outlet = crawled("kabar-sampel", "rest").outlet
    post = max(outlet.site.public, key=lambda post: post.date)
    edited_and_found(outlet, post.id)
    assert outlet.asked(post) == 0, "the text is in the feed"


def test_an_edit_of_an_old_story_is_heard_of_by_the_sitemap(crawled: Callable[[str, str | None], Crawled]) -> None:
    outlet = crawled("prokalteng", "rest").outlet
    old = min(outlet.site.public, key=lambda post: post.date)
    outlet.now += timedelta(hours=1)
    for number in range(10):
        text = f"PALANGKA RAYA – Laporan ke-{number} dari gudang logistik memuat {number * 7} catatan. " * 6
        new = replace(old, id=9000 + number, slug=f"laporan-{number}", title=f"Laporan {number}", blocks=(text,))
        outlet.site.publish(replace(new, date=outlet.now, modified=None))
    edited_and_found(outlet, old.id, new=10)
    assert outlet.asked(old) == 1, "its text is on no page of the feed that is read"


def edited_and_found(outlet: WordPress, number: int, *, new: int = 0) -> None:
    outlet.now += timedelta(hours=1)
    post = outlet.site.edit(number, title="Judul yang Diralat", at=outlet.now)
    report = outlet.crawl()
    assert (report["status"], report["new"], report["revised"]) == ("ok", new, 1), report
    assert outlet.articles()[post.slug]["title"] == "Judul yang Diralat"


@pytest.mark.parametrize("closed", CLOSED)
def test_a_new_story_costs_few_requests(crawled: Callable[[str, str | None], Crawled], closed: str) -> None:
    outlet = crawled("kabar-sampel", closed).outlet
    outlet.now += timedelta(hours=2)
    old = outlet.site.public[2]
    blocks = ("TENGGARONG – Warga berbondong-bondong ke tempat pemungutan suara sejak pagi. " * 8,)
    outlet.site.publish(
        replace(old, id=9000, slug="berita-terbaru", title="Berita Terbaru", blocks=blocks, date=outlet.now)
    )
    outlet.now += timedelta(minutes=1)
    report = outlet.crawl()
    assert (report["status"], report["discovered"], report["new"]) == ("ok", 1, 1), report
    assert report["requests"] <= 6, outlet.asked_for
