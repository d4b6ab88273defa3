"""What was taken down stays down: whatever is rebuilt, crawled or imported after."""

import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.warc import whole_members
from crawler.cli import main
from scheduler.lock import outlet_lock
from tests.archive.warcs import http, record
from tests.crawler.captures import page
from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada
from tests.crawler.test_commands import facts

REASON = ("--reason", "Putusan pengadilan negeri")


def holding(home: Path, text: str) -> list[str]:
    """Give the files under a home that hold a text, as it is or in a gzip member."""
    found = []
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        data = path.read_bytes()
        if path.name.endswith(".gz"):
            data += b"".join(gzip.decompress(member) for _, member in whole_members(path, 0))
        if text.encode() in data or text.encode("unicode_escape") in data:
            found.append(path.name)
    return found


def others(pilkada: Pilkada, uid: str) -> dict[str, dict[str, Any]]:
    """What a takedown of one article leaves of the others; where their records lie is another matter."""
    left = {name: dict(record) for name, record in facts(pilkada).items() if name != uid}
    for told in left.values():
        for capture in told["captures"]:
            capture.pop("offset")
    return left


def test_what_is_taken_down_comes_back_by_no_way(crawled: Pilkada, site: Newsroom, tmp_path: Path) -> None:
    post = site.public[12]
    canary = " ".join(post.blocks[1].split()[:6])
    uid = next(one["uid"] for one in crawled.articles() if one["title"] == post.title)
    before = others(crawled, uid)
    assert holding(crawled.home, canary)
    assert main(["--home", str(crawled.home), "takedown", uid, *REASON, "--bytes"]) == 0
    assert holding(crawled.home, canary) == []
    assert others(crawled, uid) == before
    crawled.assert_sound(29)

    ended = crawled("db", "rebuild")
    assert ended.status == 0, ended
    assert others(crawled, uid) == before
    crawled.assert_sound(29)

    # The outlet edits it, and another story beside: the answer that tells of both is not kept.
    site.now += timedelta(days=2)
    site.edit(post.id, blocks=[*post.blocks, "Berita ini telah diperbarui oleh redaksi pada Minggu siang."])
    beside = site.public[13]
    site.edit(beside.id, blocks=[*beside.blocks, "Berita ini telah diperbarui oleh redaksi pada Minggu siang."])
    report = crawled.crawl(env=NO_PAGES)
    assert (report["new"], report["revised"]) == (0, 1)
    assert site.path(post) not in site.pages

    foreign = record("response", site.address(post), http(page(post.title, *post.blocks)), at=post.date)
    (tmp_path / "lama.warc").write_bytes(foreign)
    ended = crawled("import", str(tmp_path / "lama.warc"), "--format", "json")
    assert "taken_down" in ended.out
    assert holding(crawled.home, canary) == []
    crawled.assert_sound(29)


@pytest.mark.soak
def test_a_story_that_was_hidden_and_moves_is_not_stored_again(crawled: Pilkada, site: Newsroom) -> None:
    post = site.public[3]
    uid = next(one["uid"] for one in crawled.articles() if one["title"] == post.title)
    assert main(["--home", str(crawled.home), "takedown", uid, *REASON]) == 0
    site.now += timedelta(days=2)
    site.publish(replace(post, id=7001, slug="berita-yang-pindah", date=site.now, modified=None))
    report = crawled.crawl(env=NO_PAGES)
    assert (report["new"], report["rejected"]) == (0, {"taken_down": 1})
    assert crawled.crawl(env=NO_PAGES)["rejected"] == {}
    crawled.assert_sound(29)


def test_the_command_says_what_it_takes_and_what_it_cannot(
    crawled: Pilkada, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended(*words: str) -> tuple[int, str, str]:
        status = main(["--home", str(crawled.home), *words])
        told = capsys.readouterr()
        return status, told.out, told.err

    uid = crawled.articles()[5]["uid"]
    status, out, _ = ended("takedown", uid, *REASON, "--bytes", "--dry-run")
    assert status == 0
    assert out.splitlines()[0] == f"{uid} of {SLUG} would be taken down: hidden, without its text and its bytes"
    assert len(crawled.articles()) == 30
    assert ended("takedown", uid)[0] == 2
    assert ended("takedown", uid, "--reason", " ")[0] == 2
    assert ended("takedown", uid, *REASON, "--keep-mentions")[0] == 2
    assert ended("takedown", "aaaaaaaaaaaaaaaa", *REASON)[0::2] == (
        1,
        "pilkada: there is no article aaaaaaaaaaaaaaaa in this archive\n",
    )
    with outlet_lock(crawled.home / "locks", SLUG):
        status, _, err = ended("takedown", uid, *REASON)
    assert (status, err.count("\n")) == (4, 1)
    assert len(crawled.articles()) == 30

    (crawled.home / "pilkada.db.before-0010").write_bytes(b"SQLite")
    status, out, _ = ended("takedown", uid, *REASON, "--text")
    assert status == 3
    assert "pilkada.db.before-0010" in out
    status, out, _ = ended("show", uid)
    assert (status, out.splitlines()[1]) == (0, "reason      Putusan pengadilan negeri")
    status, out, _ = ended("takedown", uid, *REASON, "--text", "--and-copies")
    assert (status, out.splitlines()) == (
        0,
        [
            f"{uid} of {SLUG} is taken down already (hidden, without its text); what was left to do is done",
            "the text of 1 version is out of database and index; the records lie in the WARC files",
            "removed: pilkada.db.before-0010",
        ],
    )
    status, out, _ = ended("takedown", uid, "--lift", "--reason", "Salah alamat")
    assert (status, len(crawled.articles())) == (0, 29)
    assert ended("takedown", uid, "--lift", *REASON)[0] == 1
    assert len(crawled.rows("SELECT id FROM visit WHERE state = 'unread'")) == 2, "the next crawl reads them"
