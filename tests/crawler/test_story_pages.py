"""Stories in several pages, at a WordPress that is crawled by its pages: one article with the whole text."""

import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from archive.database import Database
from crawler.sample import Post
from crawler.sample.markup import NEXTPAGE
from crawler.sample.posts import sample_posts
from crawler.sample.server import Answer
from tests.crawler.commandline import until
from tests.crawler.trapsite import NOW, Victim, victim

PLACES = ("gudang kecamatan", "balai desa", "dermaga lama", "lapangan bola")
STORIES = ("utuh", "galat", "hilang", "pindah", "langkah", "tanpa-akhir", "tantangan")
"""All is well; page 2 fails, is not there, leads to the first, is only linked as the next one; there is always one more;
page 2 asks a browser to prove itself."""


def text(slug: str, number: int) -> str:
    return (
        f"Rombongan {slug} singgah di {PLACES[number - 1]} dan memeriksa {number * 3} segel kotak suara satu demi satu. "
        * 3
    )


def written(slug: str, pages: int) -> tuple[str, ...]:
    blocks = [text(slug, number).strip() for number in range(1, pages + 1)]
    return tuple(line for block in blocks for line in (block, NEXTPAGE))[:-1]


def posts() -> list[Post]:
    plain, other = [post for post in sample_posts() if post.status == "publish"][:2]
    return [
        other,
        *(
            replace(plain, id=7000 + n, slug=f"perjalanan-{slug}", title=f"Perjalanan {slug.title()}", blocks=written(slug, 3), modified=None, comments=())
            for n, slug in enumerate(STORIES)
        ),
    ]  # fmt: skip


@dataclass
class Walked:
    """An outlet that was crawled, its report, and its articles by the name of their story."""

    one: Victim
    report: dict[str, Any]
    targets: list[str]

    def records(self) -> dict[str, dict[str, Any]]:
        return {
            record["canonical_url"].rstrip("/").rpartition("perjalanan-")[2]: record
            for record in self.one.pilkada.articles()
        }


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    with victim("wordpress", tmp_path_factory.mktemp("pages") / "home", posts=posts()) as one:
        one.scripted |= dict.fromkeys(
            ("/wp-json/", "/feed", "/wp-sitemap", "/sitemap", "/post-sitemap"), Answer(status=404)
        )
        at = {
            slug: one.site.path(next(p for p in one.site.public if p.slug == f"perjalanan-{slug}")) for slug in STORIES
        }
        one.scripted[f"{at['galat']}2/"] = Answer(status=500)
        one.scripted[f"{at['hilang']}2/"] = Answer(status=404)
        one.scripted[f"{at['pindah']}2/"] = Answer(status=301, headers=(("Location", at["pindah"]),))
        one.scripted[f"{at['tantangan']}2/"] = one.said(b"<html><title>Just a moment...</title></html>")
        one.scripted[at["langkah"]] = lambda target: steps(one, target)
        one.scripted[at["tanpa-akhir"]] = lambda target: endless(one, at["tanpa-akhir"], target)
        slow = f"{at['utuh']}3/"
        one.scripted[slow] = lambda target: (time.sleep(0.5), one.site.serve(target, {}))[1]
        with one.pilkada.running("crawl", one.slug) as crawl:
            until(lambda: slow in one.targets)
            crawl.process.send_signal(signal.SIGKILL)
        report = one.crawl()
        yield Walked(one, report, one.targets)


def steps(one: Victim, target: str) -> Answer:
    """A theme that links to the page before and the one after."""
    answer = one.site.serve(target, {})
    body = answer.body.decode()
    before, mark, after = body.partition('<div class="page-links">')
    links = after.partition("</div>")[0].replace('class="post-page-numbers current" aria-current="page"', "hidden")
    for number in "123":
        links = links.replace(f">{number}<", ">Halaman lain<")
    return replace(answer, body=(before + mark + links + after[after.index("</div>") :]).encode())


def endless(one: Victim, path: str, target: str) -> Answer:
    """A site that shows the second page at every number, and a link to the next."""
    number = int(target.removeprefix(path).strip("/") or 1)
    shown = one.site.serve(path if number == 1 else f"{path}2/", {})
    link = f'<div class="page-links"><a class="post-page-numbers" href="{path}{number + 1}/">Berikutnya</a></div>'
    before, _, after = shown.body.decode().partition('<div class="page-links">')
    return replace(shown, body=(before + link + after.partition("</div>")[2]).encode())


@pytest.mark.parametrize(
    ("slug", "pages", "missing"),
    [
        ("utuh", [1, 2, 3], False),
        ("galat", [1, 3], True),
        ("hilang", [1, 3], True),
        ("pindah", [1, 3], True),
        ("langkah", [1, 2, 3], False),
        ("tanpa-akhir", [1, 2], False),
        ("tantangan", [1, 3], True),
    ],
)
def test_a_story_is_read_from_all_its_pages(walked: Walked, slug: str, pages: list[int], missing: bool) -> None:
    record = walked.records()[slug]
    assert record["body"].split("\n\n") == [text(slug, number).strip() for number in pages]
    assert ("parts_missing" in record["flags"]) is missing
    assert (record["versions"], record["changed"]) == (1, False)
    if slug in ("utuh", "langkah"):
        roles = sorted(capture["role"] for capture in record["captures"])
        assert roles == ["listing", "page", "page 2", "page 3"]


def test_pages_are_asked_for_once_after_a_kill_too_and_the_sums_hold(walked: Walked) -> None:
    report, targets = walked.report, walked.targets
    assert (report["status"], report["failed"], report["rejected"]) == ("ok", 0, {}), report
    once = [target for target in targets if "galat" not in target]
    assert len(set(once)) == len(once), "what failed is tried once more, all else is asked for once"
    assert sum("tanpa-akhir" in target for target in targets) <= 3
    assert re.fullmatch(r"[1-4] further pages of stories could not be fetched", report["detail"])
    rows = walked.one.pilkada.rows(
        "SELECT count(*) FROM disposition JOIN address ON address.id = address_id WHERE canonical LIKE '%#%'"
    )
    assert rows == [(0,)]
    walked.one.pilkada.assert_sound(len(STORIES) + 1)


def test_a_page_that_comes_later_completes_its_story_and_a_rebuild_gives_the_same(walked: Walked) -> None:
    one = walked.one
    before = walked.records()
    one.scripted = {name: script for name, script in one.scripted.items() if "galat" not in name}
    database = Database(f"sqlite:///{one.pilkada.home / 'pilkada.db'}")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE due SET next_at = '2020-01-01 00:00:00.000000'")
    database.dispose()
    report = one.crawl()
    assert (report["status"], report["revised"], report["new"]) == ("ok", 1, 0), report
    assert not {one.site.path(post) for post in one.site.public} & set(one.targets), "only pages that were missing"
    later = walked.records()
    assert later["galat"]["body"].split("\n\n") == [text("galat", number).strip() for number in (1, 2, 3)]
    assert ("parts_missing" in later["galat"]["flags"], later["galat"]["versions"]) == (False, 1)
    assert {slug: later[slug]["body"] for slug in STORIES if slug != "galat"} == {
        slug: before[slug]["body"] for slug in STORIES if slug != "galat"
    }
    assert one.pilkada("db", "rebuild").status == 0
    again = walked.records()
    for slug in STORIES:
        same = ("uid", "body", "flags", "versions", "first_seen_at")
        assert [again[slug][name] for name in same] == [later[slug][name] for name in same], slug
    one.pilkada.assert_sound(len(STORIES) + 1)


def test_a_feed_s_first_page_is_completed_by_its_page_and_never_taken_for_the_whole(tmp_path: Path) -> None:
    """A feed holds the first page of a story alone, and does not say so."""
    everything = {"PILKADA_CRAWL__PAGES": "all"}
    with victim("wordpress", tmp_path / "home", posts=posts()[:2]) as one:
        one.scripted |= dict.fromkeys(("/wp-json/", "/wp-sitemap", "/sitemap", "/post-sitemap"), Answer(status=404))
        assert one.crawl(env=everything)["new"] == 2
        walked = Walked(one, {}, [])
        record = walked.records()["utuh"]
        assert record["body"].split("\n\n") == [text("utuh", number).strip() for number in (1, 2, 3)]
        assert (record["flags"].count("parts_missing"), record["versions"]) == (0, 1)
        post = one.site.public[1]
        new = text("utuh", 1).strip().replace("memeriksa", "menghitung")
        one.site.edit(post.id, blocks=(new, *post.blocks[1:]), at=NOW)
        report = one.crawl(env=everything)
        assert (report["status"], report["revised"]) == ("ok", 1), report
        record = walked.records()["utuh"]
        assert record["body"].split("\n\n") == [new, *(text("utuh", number).strip() for number in (2, 3))]
        assert record["versions"] == 2
