"""From a site that is down to a message: the command, its settings, and what it must never show."""

from collections.abc import Iterator

import pytest

from archive.database import Database
from tests.crawler.commandline import Newsroom, Pilkada
from tests.scheduler.post import Webhook


@pytest.fixture
def hook() -> Iterator[Webhook]:
    hook = Webhook()
    yield hook
    hook.close()


def test_a_site_that_shuts_us_out_is_told(crawled: Pilkada, site: Newsroom, hook: Webhook) -> None:
    told = {"PILKADA_ALERTS__TO": hook.address}
    site.robots = "User-agent: *\nDisallow: /\n"
    age(crawled)
    assert crawled.crawl(env=told, status=3)["status"] == "blocked"
    assert hook.titles == ["Pilkada: kabar-sampel BLOCKED"]
    assert "/robots.txt" in hook.posted[0]["message"]
    shown = crawled("config", env=told).out
    assert "geheim" not in shown
    assert "json://***" in shown
    digest = crawled("schedule", "digest")
    assert digest.status == 0
    assert "kabar-sampel: BLOCKED since" in digest.out


def age(pilkada: Pilkada) -> None:
    """Make the copy of robots.txt old, as it is after a day."""
    database = Database(f"sqlite:///{pilkada.home / 'pilkada.db'}")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE host SET robots_fetched_at = '2020-01-01 00:00:00'")
    database.dispose()


def test_who_is_to_be_told_can_be_tried(fresh: Pilkada, site: Newsroom, hook: Webhook) -> None:
    nobody = fresh("schedule", "alerts", "test")
    assert (nobody.status, nobody.complaint()[:24]) == (2, "nobody is to be told: wr")
    both = {"PILKADA_ALERTS__TO": f"{hook.address},json://127.0.0.1:1/geheim"}
    ended = fresh("schedule", "alerts", "test", "--format", "json", env=both)
    assert ended.status == 3
    assert [row["taken"] for row in ended.json()] == [True, False]
    assert "geheim" not in ended.out + ended.err
    sent = fresh("schedule", "digest", "--send", env={"PILKADA_ALERTS__TO": hook.address})
    assert (sent.status, sent.err) == (0, "1 of 1 addresses took it\n")
    assert hook.titles == ["Pilkada: a test", "Pilkada: 0 new, 1 not crawled"]


@pytest.mark.parametrize(
    ("to", "said"),
    [("geheim", "alerts.to: address 1 of 1 is none"), ("json://a.test/geheim,geheim@x", "alerts.to: address 2 of 2")],
)
def test_an_address_that_is_none_is_refused_without_being_repeated(
    fresh: Pilkada, site: Newsroom, to: str, said: str
) -> None:
    ended = fresh("config", env={"PILKADA_ALERTS__TO": to})
    assert ended.status == 2
    assert said in ended.complaint()
    assert "geheim" not in ended.err


def test_a_digest_at_no_time_is_refused(fresh: Pilkada, site: Newsroom) -> None:
    ended = fresh("config", env={"PILKADA_ALERTS__DIGEST": "0 25 * * *"})
    assert (ended.status, ended.complaint().partition(":")[0]) == (2, "alerts.digest")
