"""The zone of a WordPress whose declaration leaves it out: the site tells it, and nothing is guessed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import runs
from archive.captures import CaptureStore
from archive.database import Database
from archive.settings import Home
from crawler.config import load
from crawler.crawl import Crawl
from crawler.outlets import declaration
from crawler.ownzone import OwnZone, filled
from crawler.rebuild import rebuild_all
from crawler.task import Outlet
from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada

NOW = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)
INDEX = json.dumps({"namespaces": ["wp/v2"], "timezone_string": "Asia/Makassar", "gmt_offset": 8}).encode()
MOVED = INDEX.replace(b"Asia/Makassar", b"Asia/Jayapura")


@pytest.mark.parametrize("site", [3], indirect=True, ids=["3 articles"])
def test_a_site_is_asked_for_its_zone_before_anything_is_read(fresh: Pilkada, site: Newsroom) -> None:
    file = fresh.home / "pilkada.toml"
    file.write_text(file.read_text("utf-8").replace('timezone = "Asia/Makassar"', ""), "utf-8")
    site.rest = "403"
    failed = fresh.crawl(status=3, env=NO_PAGES)
    assert failed["detail"] == (
        "the site does not tell its time zone (its REST interface answered 403):"
        f" set outlets.{SLUG}.timezone, such as Asia/Makassar"
    )
    assert site.paths == ["/robots.txt", "/wp-json/"]
    site.rest = "open"
    site.forget_requests()
    assert fresh.crawl(env=NO_PAGES)["new"] == 3
    assert len(site.requests) == 2, "ceil(3 / 100) + 1"
    articles = fresh.articles()
    assert {article["published_at"][-6:] for article in articles} == {"+08:00"}
    site.forget_requests()
    fresh.crawl(env=NO_PAGES)
    assert len(site.requests) == 2, "the zone is remembered"

    loaded = load(fresh.home)
    database = Database(f"sqlite:///{fresh.home / 'pilkada.db'}")
    (row,) = rebuild_all(loaded, database)
    database.dispose()
    assert (row["status"], row["articles"]) == ("ok", 3)
    assert [article["published_at"] for article in fresh.articles()] == [one["published_at"] for one in articles]


class Known:
    """An outlet that was never crawled, and crawls of it at times of the test's choice."""

    def __init__(self, home: Path, timezone: str = "") -> None:
        self.home = Home(home)
        self.now = NOW
        self.database = Database(f"sqlite:///{home / 'pilkada.db'}")
        self.database.ensure()
        self._timezone = timezone

    def crawl(self) -> tuple[Crawl, OwnZone]:
        with self.database.write() as connection:
            outlet_id = runs.register_outlet(connection, "kabar", {}, self.now)
            ticket = runs.begin(
                connection,
                outlet_id,
                kind="crawl",
                cause="test",
                planned_at=None,
                version="0",
                settings_digest="",
                now=self.now,
            )
        url = "https://kabar.example"
        crawl = Crawl(
            Outlet(
                slug="kabar",
                name="Kabar",
                family="wordpress",
                declared_url=url,
                base_url=url,
                timezone=self._timezone,
                regions=(),
                pages="none",
            ),
            declaration("kabar", "wordpress"),
            database=self.database,
            home=self.home,
            ticket=ticket,
            captures=CaptureStore(
                self.database,
                self.home.warc,
                ticket=ticket,
                slug="kabar",
                software="",
                new_id=str,
                now=lambda: self.now,
            ),
            now=lambda: self.now,
        )
        return crawl, OwnZone(crawl)


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Known]:
    known = Known(tmp_path)
    yield known
    known.database.dispose()


def test_a_zone_is_remembered_and_asked_for_weekly(known: Known) -> None:
    crawl, zone = known.crawl()
    assert zone.due
    assert zone.heard(200, INDEX, [])
    assert (crawl.outlet.timezone, crawl.remarks) == ("Asia/Makassar", [])
    known.now += timedelta(days=7)
    crawl, zone = known.crawl()
    assert (zone.due, crawl.outlet.timezone) == (False, "Asia/Makassar")
    known.now += timedelta(seconds=1)
    crawl, zone = known.crawl()
    assert (zone.due, crawl.outlet.timezone) == (True, "Asia/Makassar")
    assert zone.heard(200, INDEX, [])
    assert crawl.remarks == ["the site was asked for its zone, as once in seven days"]
    assert not known.crawl()[1].due


def test_a_zone_that_changes_or_is_told_no_more_is_said(known: Known) -> None:
    assert known.crawl()[1].heard(200, INDEX, [])
    known.now += timedelta(days=8)
    crawl, zone = known.crawl()
    assert zone.heard(403, b"", [])
    assert crawl.outlet.timezone == "Asia/Makassar"
    assert "its REST interface answered 403" in crawl.remarks[0]
    assert not known.crawl()[1].due
    known.now += timedelta(days=8)
    crawl, zone = known.crawl()
    assert zone.heard(200, MOVED, [])
    assert crawl.outlet.timezone == "Asia/Jayapura"
    assert crawl.remarks[0].startswith("the site's zone is Asia/Jayapura now and was Asia/Makassar")


def test_nothing_is_guessed(known: Known) -> None:
    for status, body in [(200, b"<html>"), (200, INDEX.replace(b"Asia/Makassar", b"").replace(b"8", b"0")), (404, b"")]:
        crawl, zone = known.crawl()
        assert not zone.heard(status, body, [])
        assert "set outlets.kabar.timezone" in zone.missing
        assert crawl.outlet.timezone == ""


def test_a_declared_zone_is_not_asked_for(tmp_path: Path) -> None:
    known = Known(tmp_path, "Asia/Jakarta")
    crawl, zone = known.crawl()
    assert (zone.due, crawl.outlet.timezone) == (False, "Asia/Jakarta")
    loaded = load(tmp_path)
    assert filled(loaded, known.database) is loaded, "all that ship declare theirs"
    known.database.dispose()
