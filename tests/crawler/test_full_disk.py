"""A disk that fills up: the crawl stops with its cause, nothing that is held is lost, and room lets it go on (P6)."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Promise
from tests.crawler.commandline import NO_PAGES, SLUG, Ended, Newsroom, Pilkada, until
from tests.disk import fill, small_disk

ARTICLES = 6
SMALL = pytest.mark.parametrize("site", [ARTICLES], indirect=True, ids=["6 articles"])
SIZES = (4, 64, 160, 200, 240, 260, 280, 320, 360, 400, 440, 480, 520, 560, 600, 640, 680, 720, 800, 900)
"""Kilobytes of a disk that fills up somewhere between the first table and the last page of six articles."""
TO_THE_END = {"PILKADA_CRAWL__RESERVE_MB": "0"}
CAUSES = ("full", "No space left")
DUE = {"PILKADA_SCHEDULE__CRAWL": "0 0 29 2 *", "PILKADA_SCHEDULE__JITTER": "0", **NO_PAGES}
DISK_KB = 64 * 1024


def home_on(disk: Path, site: Newsroom) -> Pilkada:
    pilkada = Pilkada(disk)
    pilkada.declare(site.base_url)
    return pilkada


def check_said(ended: Ended) -> None:
    """A crawl that ran out of room says so in its last line."""
    assert ended.status == 1, ended
    line = ended.err.splitlines()[-1]
    assert line.startswith("pilkada: ")
    assert any(cause in line for cause in CAUSES), ended


@SMALL
@pytest.mark.parametrize(
    "sizes",
    [(260, 600), pytest.param(SIZES, marks=[pytest.mark.soak, pytest.mark.timeout(900)])],
    ids=["2 sizes", "20 sizes"],
)
def test_a_full_disk_stops_a_crawl_with_its_cause_and_room_mends_it(
    tmp_path: Path, site: Newsroom, sizes: tuple[int, ...], promise: Promise
) -> None:
    settings = home_on(tmp_path / "settings", site)
    config = ("--config", str(settings.home / "pilkada.toml"))
    recovered = lost = 0
    for kilobytes in sizes:
        home = tmp_path / f"disk{kilobytes}"
        with small_disk(home, kilobytes):
            pilkada = Pilkada(home)
            ended = pilkada(*config, "crawl", SLUG, "--format", "json", env=TO_THE_END)
            if ended.status != 0:
                check_said(ended)
            subprocess.run(["mount", "-o", "remount,size=64m", str(home)], check=True)
            held = {record["uid"] for record in pilkada.articles()} if (home / "index").exists() else set()
            shutil.copy(settings.home / "pilkada.toml", home)
            report = pilkada.crawl()
            pilkada.assert_sound(ARTICLES)
            lost += len(held - {record["uid"] for record in pilkada.articles()})
            recovered += (report["status"], report["left"]) == ("ok", 0)
            pilkada.close()
    promise("P6", injected=len(sizes), recovered=recovered, lost=lost)


@SMALL
def test_a_disk_that_is_full_from_the_start_and_stays_so_says_it_each_time(tmp_path: Path, site: Newsroom) -> None:
    with small_disk(tmp_path / "disk", 2048):
        pilkada = home_on(tmp_path / "disk", site)
        assert pilkada.crawl(env=NO_PAGES)["new"] == ARTICLES
        fill(pilkada.home / "beban")
        site.edit(site.posts[2].id, title="Judul Baru")
        for reserve in ({}, TO_THE_END):
            check_said(pilkada("crawl", SLUG, "--format", "json", env=reserve))
        (pilkada.home / "beban").unlink()
        assert pilkada.crawl()["status"] == "ok"
        pilkada.assert_sound(ARTICLES)
        assert "Judul Baru" in {record["title"] for record in pilkada.articles()}
        pilkada.close()


@SMALL
def test_below_the_reserve_nothing_is_fetched_and_the_daemon_goes_on_once_there_is_room(
    tmp_path: Path, site: Newsroom, promise: Promise
) -> None:
    with small_disk(tmp_path / "disk", DISK_KB):
        pilkada = home_on(tmp_path / "disk", site)
        assert pilkada.crawl("--limit", "2", env=NO_PAGES)["new"] == 2
        fill(pilkada.home / "beban", but_kilobytes=DISK_KB // 40)
        asked = len(site.requests)
        check_said(pilkada("crawl", SLUG, "--format", "json", env=NO_PAGES))
        (told,) = pilkada.rows("SELECT status, detail FROM run ORDER BY id DESC LIMIT 1")
        assert told[0] == "failed"
        assert "crawl.reserve_mb" in told[1]
        assert len(site.requests) == asked
        assert pilkada("search", "warga").status == 0

        with pilkada.running("schedule", "run", env=DUE) as daemon:
            until(lambda: "scheduler: 1 outlet" in daemon.err or daemon.process.poll() is not None)
            pilkada.change("UPDATE agenda SET next_at = '2025-01-01 00:00:00' WHERE next_at IS NOT NULL")
            skipped = "SELECT detail FROM run WHERE status = 'skipped' AND kind = 'crawl'"
            until(lambda: pilkada.rows(skipped), within=60)
            until(lambda: "nearly full" in (pilkada.home / "health.json").read_text("utf-8"), within=40)
            assert len(pilkada.rows(skipped)) == 1
            assert daemon.err.count("nearly full") == 1, daemon.err
            assert len(site.requests) == asked
            (pilkada.home / "beban").unlink()
            until(lambda: pilkada.rows("SELECT id FROM run WHERE cause = 'missed' AND status = 'ok'"), within=60)
            ended = daemon.end(within=20)
        assert ended.status == 0, ended
        pilkada.assert_sound(ARTICLES)
        pilkada.close()
    promise("P6", injected=1, recovered=1, lost=0, what="below the reserve")
