"""`pilkada import` as a person runs it: what it prints, how it ends, and that crawls go on from there."""

import json
import random
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.lock import outlet_lock
from tests.archive.warcs import http, record
from tests.crawler.captures import BODY, HOME, SEEN, TEXT, many, page, seen
from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada, until


@pytest.fixture
def pilkada(tmp_path: Path) -> Iterator[Pilkada]:
    """A home that knows one outlet and has never asked it for anything."""
    pilkada = Pilkada(tmp_path / "home")
    pilkada.declare(f"{HOME}:443")
    yield pilkada
    pilkada.close()


def imported(pilkada: Pilkada, file: Path, *words: str, status: int = 0) -> dict[str, Any]:
    ended = pilkada("import", str(file), *words, "--format", "json")
    assert ended.status == status, ended
    (report,) = ended.json()
    assert isinstance(report, dict)
    assert report["taken"] + report["known"] + sum(report["skipped"].values()) == report["records"], report
    return report


def test_what_cannot_be_imported_is_said_before_anything_is(pilkada: Pilkada, tmp_path: Path) -> None:
    good, bad = tmp_path / "baik.warc", tmp_path / "buruk"
    good.write_bytes(seen("/a/", BODY))
    bad.write_bytes(b"")
    ended = pilkada("import", str(good), str(bad))
    assert (ended.status, ended.out) == (2, "")
    assert str(bad) in ended.complaint()
    assert not (pilkada.home / "warc").exists()
    ended = pilkada("import", str(good), str(tmp_path))
    assert (ended.status, ended.out) == (2, "")
    assert f"{tmp_path} is a folder: name the files in it, such as {tmp_path}/*.warc.gz" in ended.complaint()
    ended = pilkada("import", str(good), "--outlet", "entah")
    assert ended.status == 2
    assert "there is no outlet entah" in ended.complaint()


def test_a_file_of_sites_that_nobody_declared_says_which_those_are(pilkada: Pilkada, tmp_path: Path) -> None:
    file = tmp_path / "lain.warc"
    urls = [f"https://{name}.example/a/" for name in ("lain", "lain", "satu", "dua", "tiga")]
    file.write_bytes(b"".join(record("response", url, http(BODY)) for url in urls))
    ended = pilkada("import", str(file))
    assert ended.status == 0, ended
    assert (
        "no outlet is declared at lain.example (2), satu.example (1), dua.example (1) and 1 more: declare" in ended.err
    )
    assert ended.out.splitlines()[1].startswith("lain.warc  5"), "a table names the file, not its folder"


def test_an_older_page_does_not_become_the_text_of_an_article_that_was_crawled(
    crawled: Pilkada, site: Newsroom, tmp_path: Path
) -> None:
    before = {record["uid"]: record for record in crawled.articles()}
    post = site.public[0]
    url = site.address(post)
    older = seen("", page("Judul yang Dulu", *TEXT), at=post.date + timedelta(hours=1)).replace(
        HOME.encode(), url.encode()
    )
    (tmp_path / "lama.warc").write_bytes(older)
    report = imported(crawled, tmp_path / "lama.warc")
    assert (report["new"], report["revised"]) == (0, 1)
    after = {record["uid"]: record for record in crawled.articles()}
    (changed,) = [uid for uid in before if after[uid]["versions"] != before[uid]["versions"]]
    assert (after[changed]["body"], after[changed]["versions"]) == (before[changed]["body"], 2)
    history = crawled("show", changed, "--format", "json").json()["history"]
    assert history[0]["title"] == "Judul yang Dulu"
    crawled.assert_sound(30)
    report = crawled.crawl(env=NO_PAGES)
    assert (report["new"], report["revised"]) == (0, 0)


def test_a_crawl_fetches_what_a_list_names_and_what_an_import_could_not_read(
    site: Newsroom, fresh: Pilkada, tmp_path: Path
) -> None:
    first, *some = (site.address(post) for post in site.public[:4])
    challenge = b"<html><head><title>Just a moment...</title></head><body>_cf_chl_opt</body></html>"
    (tmp_path / "a.warc").write_bytes(record("response", first, http(challenge), at=SEEN))
    (tmp_path / "daftar.txt").write_text("\n".join(some), "utf-8")
    ended = fresh("import", str(tmp_path / "a.warc"), str(tmp_path / "daftar.txt"), "--format", "json")
    capture, told = ended.json()
    assert (capture["rejected"], told["due"]) == ({"challenge": 1}, 3)
    assert site.requests == []
    report = fresh.crawl(env=NO_PAGES)
    assert (report["status"], report["new"], report["left"]) == ("ok", 30, 0)
    fresh.assert_sound(30)
    assert imported(fresh, tmp_path / "daftar.txt")["known"] == 3, "what is held is not asked for again"


# ---- interrupted, held ----


@pytest.mark.parametrize("kills", [2, pytest.param(40, marks=pytest.mark.soak)])
def test_a_killed_import_is_completed_by_the_same_command(pilkada: Pilkada, tmp_path: Path, kills: int) -> None:
    file = tmp_path / "banyak.warc.gz"
    file.write_bytes(many(150))
    source = random.Random(9)
    for _ in range(kills):
        with pilkada.running("import", str(file), "--format", "json") as running:
            until(lambda running=running: (pilkada.home / "warc").exists() or running.process.poll() is not None)
            time.sleep(source.uniform(0, 2))
            running.end(signal.SIGKILL, within=20)
    report = imported(pilkada, file)
    assert report["taken"] + report["known"] == 150
    pilkada.assert_sound(150)
    assert imported(pilkada, file)["known"] == 150
    assert pilkada.rows("select count(*) from visit") == [(150,)]
    assert pilkada.rows("select count(*) from visit where state = 'unread'") == [(0,)]


def test_a_stopped_import_keeps_what_it_took(pilkada: Pilkada, tmp_path: Path) -> None:
    file = tmp_path / "banyak.warc.gz"
    file.write_bytes(many(300))
    with pilkada.running("import", str(file), "--format", "json") as running:
        until(lambda: (pilkada.home / "warc").exists())
        ended = running.end(within=20)
    assert ended.status == 0, ended
    (report,) = json.loads(ended.out)
    assert "stopped" in report["detail"]
    assert report["taken"] > 0
    pilkada.assert_sound(report["new"])


def test_an_outlet_at_which_another_process_works_is_left_and_said(pilkada: Pilkada, tmp_path: Path) -> None:
    pilkada.declare("https://suara.example:443", slug="suara")
    other = record("response", "https://suara.example/b/", http(page("Dua", *TEXT[::-1])), name="2", at=SEEN)
    file = tmp_path / "dua.warc"
    file.write_bytes(seen("/a/", BODY) + other)
    with outlet_lock(pilkada.home / "locks", SLUG):
        report = imported(pilkada, file, status=4)
    assert (report["new"], report["skipped"], report["held"]) == (1, {"held": 1}, [SLUG])
