"""What crawls cost: requests counted in the log of large sample sites, with each source switched off in turn."""

import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

import pytest

from crawler.sample import SAMPLES, PopojiSite, Post
from crawler.sample.large import enlarged, story
from crawler.sample.markup import parts
from crawler.sample.wordpress.site import WordPressSite
from tests.crawler.commandline import NO_PAGES, Pilkada, summed

NOW = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)
NO_FEED, NO_SITEMAP = {"/feed": 404}, {"/wp-sitemap": 404, "/sitemap": 404}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A sample outlet with some sources switched off, and what it may cost, robots.txt not counted.

    A first crawl asks its sources once for each `page` of stories and `first` times more, and for the page of each story
    where `fetched`; a later one costs `quiet`, and a request for each new story where there are any.
    """

    sample: str
    off: Mapping[str, int] = field(default_factory=dict)
    rest: str = "open"
    sitemap: bool | None = None
    page: int
    first: int
    quiet: int
    fetched: bool = True


REST = Case(sample="kabar-sampel", page=100, first=1, quiet=2, fetched=False)
FEED = replace(REST, page=10, first=4)  # the end, the interface, a list of sitemaps and its file
LISTS = Case(sample="kabar-sampel", page=10, first=3, quiet=5)  # the end, the interface, the feed
POPOJI = Case(sample="kaltim-sampel", page=6, first=3, quiet=5)  # the end, the feed, the sitemap
LISTING = Case(sample="sumsel-sampel", page=6, first=2, quiet=5)
CASES = {
    "WordPress": REST,
    **{f"WordPress, REST {form}": replace(FEED, rest=form) for form in ("401", "403", "404", "html")},
    "WordPress, REST and sitemap closed": replace(FEED, rest="401", off=NO_SITEMAP, first=5),
    "WordPress, REST and feed closed": replace(LISTS, rest="html", off=NO_FEED),
    "WordPress, lists alone": replace(LISTS, rest="403", off=NO_FEED | NO_SITEMAP),
    "PopojiCMS": POPOJI,
    "PopojiCMS, no feed": replace(POPOJI, off=NO_FEED),
    "PopojiCMS, no sitemap": replace(POPOJI, sitemap=False),
    "PopojiCMS, lists alone": replace(POPOJI, off=NO_FEED, sitemap=False),
    "listing site": replace(LISTING, sitemap=True),
    "listing site, no sitemap": replace(LISTING, sitemap=False),
}
NEW = 7


class Site:
    """A large outlet, its archive, and what was asked of it."""

    def __init__(self, case: Case, size: int, home: Path) -> None:
        self.case = case
        self.now = NOW
        self.site = enlarged(SAMPLES[case.sample], size, clock=lambda: self.now)
        for name, value in (("rest", case.rest), ("sitemap", case.sitemap)):
            if hasattr(self.site, name) and value is not None:
                setattr(self.site, name, value)
        self.site.down_paths = dict(case.off)
        self.pilkada = Pilkada(home)
        self.chance = Random(1)

    def declare(self) -> None:
        self.pilkada.declare(
            self.site.base_url, slug=self.case.sample, family=self.site.family, timezone=self.site.zone_name
        )

    def crawl(self, *words: str) -> dict[str, Any]:
        self.site.forget_requests()
        ended = self.pilkada("crawl", self.case.sample, *words, "--format", "json", env=NO_PAGES, timeout=1200)
        assert ended.status == 0, ended
        (report,) = ended.json()
        assert summed(report), report
        assert report["requests"] == len(self.site.requests), "what is counted is what was sent"
        return dict(report)

    @property
    def asked(self) -> list[str]:
        """What was asked for, without robots.txt."""
        return [target for _, target, _ in self.site.requests if target != "/robots.txt"]

    def publish(self, number: int) -> None:
        """So many new stories within a day."""
        self.now += timedelta(days=1)
        for count in range(number):
            date = self.now - timedelta(hours=2 * (number - count))
            self.site.publish(story(2000 + count, self.chance, date=date))

    def first_budget(self) -> int:
        """How many requests to sources a first crawl may cost."""
        listed = self.site.public
        if isinstance(self.site, WordPressSite):
            listed = self.site.view().public
        elif isinstance(self.site, PopojiSite):
            listed = self.site.posts  # what is hidden keeps its place
        pages = ceil(len(listed) / self.case.page) + self.case.first
        if isinstance(self.site, PopojiSite):
            pages += sum(ceil(held / self.case.page) + 1 for held in Counter(post.section for post in listed).values())
        return pages

    def age(self, days: int) -> None:
        """Let all that was done so far have been done some days earlier."""

        def older(value: Any) -> Any:
            if isinstance(value, dict):
                return {
                    name: older(one) if name in (*DATED, "files") or "/" in name else one for name, one in value.items()
                }
            return (
                (datetime.fromisoformat(value) - timedelta(days=days)).isoformat() if isinstance(value, str) else value
            )

        with sqlite3.connect(self.pilkada.home / "pilkada.db") as database:
            for kind, marks in database.execute("SELECT kind, marks FROM source").fetchall():
                aged = json.dumps(older(json.loads(marks)))
                database.execute("UPDATE source SET marks = ? WHERE kind = ?", (aged, kind))

    def assert_all_is_stored(self) -> None:
        """Every public story, with its title and its section where a source names that, and nothing else."""
        stored = {record["url"].rstrip("/").rpartition("/")[2]: record for record in self.pilkada.articles()}
        assert stored.keys() == {post.slug for post in self.site.public}
        sections = self.case.fetched or self.case.rest == "open"  # a feed does not tell sections from tags
        for post in self.site.public:
            record = stored[post.slug]
            assert record["title"] == post.title
            assert record["section"] == (post.section if sections else None), post.slug


DATED = ("walked", "asked", "closed")
"""Marks that say when something was done."""


@pytest.mark.parametrize(
    ("case", "size"),
    [
        ("WordPress, REST 401", 100),
        *(pytest.param(name, 1000, marks=[pytest.mark.soak, pytest.mark.timeout(1800)]) for name in CASES),
    ],
)
def test_requests_are_within_their_budget(
    case: str, size: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outlet = Site(CASES[case], size, tmp_path / "home")
    with outlet.site:
        outlet.declare()
        line = {"case": case, "articles": size} | first_crawl(outlet, size) | later_crawls(outlet)
        if size == 1000:
            assert_sections_are_learned(outlet)
            line |= weekly_crawl(outlet)
    outlet.pilkada.close()
    with capsys.disabled():
        sys.stdout.write("\n" + json.dumps(line) + "\n")


def first_crawl(outlet: Site, size: int) -> dict[str, int]:
    """All that is public is stored, for no more requests than there are pages; give how many there were."""
    report, case = outlet.crawl(), outlet.case
    assert (report["status"], report["new"], report["failed"]) == ("ok", size, 0), report
    public = {page for post in outlet.site.public for page in pages_of(outlet, post)}
    known = {page for post in outlet.site.posts for page in pages_of(outlet, post)}
    stories = Counter(target for target in outlet.asked if target in known)
    assert max(stories.values(), default=1) == 1, "nothing twice"
    assert (stories.keys() >= public) if case.fetched else not stories
    assert sum(report["rejected"].values()) >= len(stories.keys() - public), "what is no article is counted"
    sources = len(outlet.asked) - stories.total()
    assert sources <= outlet.first_budget(), outlet.asked
    outlet.assert_all_is_stored()
    return {"first crawl": len(outlet.asked), "of them pages of stories": stories.total()}


def pages_of(outlet: Site, post: Post) -> list[str]:
    """The page of a story, and its further ones where it has several."""
    path = outlet.site.path(post)
    return [path, *(f"{path}{number}/" for number in range(2, len(parts(post.blocks)) + 1))]


def later_crawls(outlet: Site) -> dict[str, int]:
    """A crawl with nothing new, and one with new stories."""
    quiet = outlet.crawl()
    asked = {"nothing new": len(outlet.asked)}
    assert (quiet["status"], quiet["discovered"], quiet["revised"], quiet["detail"]) == ("ok", 0, 0, "")
    assert len(outlet.asked) <= outlet.case.quiet, outlet.asked
    outlet.publish(NEW)
    report = outlet.crawl()
    asked[f"{NEW} new"] = len(outlet.asked)
    assert (report["status"], report["new"], report["revised"], report["detail"]) == ("ok", NEW, 0, "")
    assert len(outlet.asked) <= outlet.case.quiet + NEW, outlet.asked
    return asked


def assert_sections_are_learned(outlet: Site) -> None:
    """Where a story's page does not name its section, as many crawls as there are sections tell it."""
    for _ in {post.section for post in outlet.site.public}:
        outlet.crawl()
        assert len(outlet.asked) <= outlet.case.quiet, outlet.asked
    outlet.assert_all_is_stored()


def weekly_crawl(outlet: Site) -> dict[str, int]:
    """Eight days later all is read once more, and that is said; then not again.

    What was scheduled is public by then, and a story was published under a day of the year before.
    """
    outlet.now += timedelta(days=40)
    outlet.site.publish(story(2021, outlet.chance, date=outlet.now - timedelta(hours=1)))
    outlet.age(8)
    report = outlet.crawl()
    asked = {"weekly": len(outlet.asked)}
    assert report["status"] == "ok"
    assert "seven days" in report["detail"], report
    assert ("tried again" in report["detail"]) == (outlet.case.rest != "open")
    outlet.assert_all_is_stored()
    outlet.crawl()
    assert len(outlet.asked) <= outlet.case.quiet, outlet.asked
    return asked
