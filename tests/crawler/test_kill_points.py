"""kill -9 at eight named points and at any other: the next crawls repair, complete and double nothing (P1)."""

import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.health import findings
from archive.verify import verify
from crawler.sample import SampleSite
from crawler.sample.large import enlarged
from tests.conftest import Promise
from tests.crawler.commandline import SLUG, Ended, Pilkada
from tests.postgres import Server

HOOK = str(Path(__file__).parent / "killing")
FIRST = 25
"""From the first time that a point is reached to this one, a named point is chosen by chance."""
EVENTS = 50
"""How many points a crawl may pass before it is killed at any of them: five stories' worth."""
POINTS = {
    "after fetch": FIRST,
    "half a record": FIRST,
    "before fsync": FIRST,
    "after fsync": FIRST,
    "inside the transaction": FIRST,
    "after commit": FIRST,
    "rotation": 2,  # the day before is summed and closed, the new day's file begun
    "checkpoint": FIRST,
}
CONCURRENT = 1
"""Pages of one outlet that are under way at once."""


class Killed:
    """One archive whose crawls are killed again and again."""

    def __init__(self, home: Path, site: SampleSite, url: str | None, seed: int) -> None:
        self.pilkada = Pilkada(home)
        self.pilkada.declare(site.base_url)
        self.env = {"PILKADA_ARCHIVE__URL": url} if url else {}
        self.url = url or f"sqlite:///{home / 'pilkada.db'}"
        self.site = site
        self.chance = random.Random(seed)
        self.kills = 0

    def crawl(self, **env: str) -> Ended:
        return self.pilkada("crawl", SLUG, "--format", "json", env={**self.env, **env})

    def kill(self, point: str, most: int) -> bool:
        """Crawl until a point is reached for some time; give whether it was."""
        if point == "rotation":
            self.let_a_day_pass()
        alone = self.chance.random() < 0.5
        ended = self.crawl(
            PYTHONPATH=HOOK,
            KILL_AT=point,
            KILL_AFTER=str(self.chance.randint(1, most)),
            KILL_DELAY=str(self.chance.uniform(0, 0.003)),
            **({} if alone else {"KILL_ALL": "1"}),
        )
        if ended.status == 0:
            return False
        # With 1 the command says that the crawl did not start: it was killed before it could tell its run.
        assert ended.status in ((3, 1) if alone else (-9,)), ended
        self.kills += 1
        return True

    def let_a_day_pass(self) -> None:
        """Have the files that are open be those of the day before: what midnight does to them."""
        archive = Archive.open(self.pilkada.home, url=self.url)
        with archive.database.write() as connection:
            connection.exec_driver_sql("UPDATE warc_file SET day = '2025-06-01' WHERE state = 'open'")
        archive.database.dispose()

    def rows(self, statement: str) -> list[Any]:
        archive = Archive.open(self.pilkada.home, url=self.url)
        try:
            with archive.database.read() as connection:
                return [tuple(row) for row in connection.exec_driver_sql(statement)]
        finally:
            archive.database.dispose()

    def articles(self) -> list[dict[str, Any]]:
        """Every article of an archive that is found in order."""
        archive = Archive.open(self.pilkada.home, url=self.url)
        try:
            proof = verify(archive)
            assert (proof.damaged, proof.index) == ([], {"missing": [], "extra": []})
            assert findings(archive.database) == []
            return list(archive.articles())
        finally:
            archive.database.dispose()

    def repeats(self) -> int:
        """Count how often a page was asked for again, by the site's own log."""
        asked = Counter(target for _, target, _ in self.site.requests if not is_list(target))
        return sum(asked.values()) - len(asked)


def is_list(target: str) -> bool:
    return target.startswith(("/robots.txt", "/wp-json/", "/feed", "/wp-sitemap"))


@pytest.mark.parametrize(
    ("place", "stories", "each", "others"),
    [
        pytest.param("file", 200, 1, 20, id="28 kills on SQLite"),
        pytest.param("server", 40, 1, 0, id="8 kills on PostgreSQL"),
        pytest.param("file", 2000, 10, 200, id="280 kills on SQLite", marks=pytest.mark.soak),
        pytest.param("server", 2000, 10, 200, id="280 kills on PostgreSQL", marks=pytest.mark.soak),
    ],
)
@pytest.mark.timeout(3000)
def test_kills_lose_and_double_nothing(
    tmp_path: Path,
    place: str,
    stories: int,
    each: int,
    others: int,
    promise: Promise,
    request: pytest.FixtureRequest,
) -> None:
    with enlarged(SampleSite, stories, clock=lambda: datetime(2025, 6, 1, tzinfo=UTC)) as site:
        server: Server | None = request.getfixturevalue("postgres") if place == "server" else None
        killed = Killed(tmp_path / "home", site, server.make("") if server else None, seed=stories)
        most = max(2, stories // (8 * each + others + 8))
        for point, first in POINTS.items():
            for _ in range(each):
                assert killed.kill(point, min(first, most)), f"{point} was not reached"
        for _ in range(others):
            assert killed.kill("any", EVENTS), "a crawl ended before it was killed"
        report = killed.crawl().json()[0]
        held = killed.articles()
        assert (report["status"], report["left"], report["failed"]) == ("ok", 0, 0), report
        assert len({article["canonical_url"] for article in held}) == len(held) == stories
        assert killed.repeats() <= killed.kills * CONCURRENT
        runs = killed.rows("SELECT status, counts FROM run ORDER BY id")
        assert {status for status, _ in runs[:-1]} == {"failed"}
        assert len(runs) - 1 <= killed.kills  # one that was killed in its first transaction has left no run
        told = json.dumps([counts for _, counts in runs])
        assert "records that a crash had left without a row" in told
        assert "of a record that a crash had torn" in told
        killed.pilkada.close()
    promise("P1", injected=killed.kills, recovered=killed.kills, lost=stories - len(held), repeats=killed.repeats())
