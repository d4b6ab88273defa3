"""The drill: an archive that a daemon writes to is backed up, restored elsewhere, proved, and crawled on from there."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from crawler.sample import PopojiSite
from tests.crawler.commandline import NO_PAGES, Pilkada, until

NOW = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)
SLUG = "kaltim-sampel"
NEVER = {"PILKADA_SCHEDULE__CRAWL": "0 0 29 2 *", "PILKADA_SCHEDULE__MAINTENANCE": ""}


def test_a_backup_made_beside_a_daemon_s_crawl_is_a_whole_archive_that_goes_on(tmp_path: Path) -> None:
    pilkada, file = Pilkada(tmp_path / "home"), tmp_path / "cadangan.tar"
    with PopojiSite(clock=lambda: NOW) as site:
        pilkada.declare(site.base_url, slug=SLUG, family="popojicms")
        stories = {site.path(post) for post in site.public}
        site.delay = 0.1
        with pilkada.running("schedule", "run", env={**NO_PAGES, **NEVER}) as daemon:
            until(lambda: "scheduler: 1 outlet" in daemon.err)
            assert pilkada("schedule", "trigger", SLUG).status == 0
            until(lambda: stored(pilkada) > 3)
            backup = pilkada("db", "backup", str(file))
            assert backup.status == 0, backup
            site.delay = 0.0
            until(lambda: stored(pilkada) == len(stories), within=60)
            assert daemon.end(within=30).status == 0
        site.forget_requests()

        restored = Pilkada(tmp_path / "pulih")
        assert restored("db", "restore", str(file)).status == 0
        held = stored(restored)
        assert 3 < held <= len(stories)
        proof = restored("verify", "--format", "json")
        assert (proof.status, proof.json()["damaged"], proof.json()["articles"]) == (0, [], held)
        ended = restored("crawl", SLUG, "--format", "json")
        (report,) = ended.json()
        assert (ended.status, report["status"], report["left"]) == (0, "ok", 0), report
        restored.assert_sound(len(stories))
        asked = Counter(target for _, target, _ in site.requests if target in stories)
        assert set(asked.values()) <= {1}
        assert len(asked) <= len(stories) - held + 1, (
            "what the backup holds is not fetched again, but for a page in flight"
        )
        restored.close()
    pilkada.close()


def stored(pilkada: Pilkada) -> int:
    if not (pilkada.home / "pilkada.db").exists():
        return 0
    return int(pilkada.rows("SELECT count(*) FROM article")[0][0])
