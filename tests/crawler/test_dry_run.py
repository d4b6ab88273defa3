"""`crawl --dry-run` sends nothing, writes nothing and says what the next crawl finds to be done."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive import hosts
from archive.database import Database
from crawler.crawl import host_key
from crawler.guard import authority
from scheduler.lock import outlet_lock
from tests.crawler.commandline import SLUG, Newsroom, Pilkada

LATER = datetime(2099, 1, 1, tzinfo=UTC)
SMALL = pytest.mark.parametrize("site", [6], indirect=True, ids=["6 articles"])


def foretold(pilkada: Pilkada, *words: str) -> dict[str, Any]:
    ended = pilkada("crawl", SLUG, "--dry-run", *words, "--format", "json")
    assert (ended.status, ended.err) == (0, ""), ended
    (row,) = ended.json()
    return dict(row)


@SMALL
def test_what_is_due_is_told_and_nothing_is_sent_or_written(fresh: Pilkada, site: Newsroom) -> None:
    before = foretold(fresh)
    assert (before["would"], before["addresses"], before["last_success"]) == ("crawl", 0, None)
    assert before["why"] == "never crawled: all that it lists is taken"
    assert not (fresh.home / "pilkada.db").exists()

    assert fresh("crawl", SLUG, "--limit", "2").status == 0
    seen, runs = len(site.requests), fresh.rows("SELECT count(*) FROM run")
    due = fresh.rows("SELECT count(*) FROM due WHERE purpose = 'article'")[0][0]
    after = foretold(fresh)
    assert after["addresses"] + after["unread"] == due == 4, "what an API told waits to be read"
    assert foretold(fresh, "--recheck")["addresses"] == 0
    assert (len(site.requests), fresh.rows("SELECT count(*) FROM run")) == (seen, runs)

    with outlet_lock(fresh.home / "locks", SLUG):
        assert foretold(fresh)["would"] == "held"
    table = fresh("crawl", SLUG, "--dry-run")
    assert "robots.txt and lists are asked for beside this" in table.err
    assert max(map(len, table.out.splitlines())) <= 80


@SMALL
def test_days_of_a_backfill_and_a_host_that_wants_rest_are_told(fresh: Pilkada, site: Newsroom) -> None:
    assert fresh("crawl", SLUG).status == 0
    database = Database(f"sqlite:///{fresh.home / 'pilkada.db'}")
    with database.write() as connection:
        hosts.leave_alone(connection, host_key(authority(site.base_url) or ""), scheme="http", until=LATER)
    database.dispose()
    told = foretold(fresh)
    assert (told["would"], told["not_before"]) == ("wait", "2099-01-01T00:00:00Z")
    held = fresh.rows("SELECT count(*) FROM article")[0][0]
    assert foretold(fresh, "--recheck", "--since", "2000-01-01")["visits"] == held
    assert foretold(fresh, "--since", "2000-01-01")["visits"] == 0


def test_an_outlet_that_may_not_be_crawled_is_refused_as_by_a_crawl(tmp_path: Path) -> None:
    pilkada = Pilkada(tmp_path)
    ended = pilkada("crawl", "kaltimkita", "--dry-run")
    assert ended.status == 2
    assert "crawl.contact is unset" in ended.err
    pilkada.close()
