"""A backfill: its days and no others, whatever is due besides, killed or not, and as large as it may be."""

import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from pathlib import Path

import pytest

from crawler.sample import PopojiSite
from crawler.sample.listing.view import NAME
from crawler.sample.server import HTML, TEXT, XML, Answer, SampleOutlet
from tests.crawler.commandline import Pilkada, kill, until

NOW = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)
SINCE = "2024-09-01"
SLUG = "kaltim-sampel"


def test_a_backfill_that_is_killed_is_completed_and_fetches_nothing_twice(tmp_path: Path) -> None:
    """What another crawl has left due, of other days, stays due."""
    pilkada = Pilkada(tmp_path / "home")
    with PopojiSite(clock=lambda: NOW) as site:
        pilkada.declare(site.base_url, slug=SLUG, family="popojicms")
        wanted = {site.path(post): post.slug for post in site.public if f"{post.date:%Y-%m-%d}" >= SINCE}
        others = {site.path(post) for post in site.posts} - wanted.keys()
        assert len(others) > 3
        assert pilkada("crawl", SLUG, "--until", "2024-08-31", "--limit", "1").status == 0
        before = {target for _, target, _ in site.requests}
        site.forget_requests()
        site.delay = 0.1
        with pilkada.running("crawl", SLUG, "--since", SINCE) as crawl:
            until(lambda: stored(pilkada) > 3)
            kill(crawl.pid)
            until(lambda: not crawl.family(), within=5)
        site.delay = 0
        had = {record["url"].rpartition("/")[2] for record in pilkada.articles()}
        ended = pilkada("crawl", SLUG, "--since", SINCE, "--format", "json")
        (report,) = ended.json()
        assert (ended.status, report["status"], report["left"]) == (0, "ok", 0), report
        asked = Counter(target for _, target, _ in site.requests)
        assert not others & (asked.keys() - before), "the day of a story is known before it is fetched"
        assert {asked[path] for path, slug in wanted.items() if slug in had} <= {0, 1}
        assert {record["url"].rpartition("/")[2] for record in pilkada.articles()} >= set(wanted.values())
    pilkada.close()


def stored(pilkada: Pilkada) -> int:
    return int(pilkada.rows("SELECT count(*) FROM article")[0][0])


# ---- as large as it may be ----

CARDS, ENTRIES = 100, 2000


class Register(SampleOutlet):
    """A site that lists any number of stories, by pages and in a sitemap, and lets nobody open one."""

    name = NAME
    family = "listing"
    zone_name = "Asia/Jakarta"

    def __init__(self, number: int) -> None:
        super().__init__(clock=lambda: NOW, posts=())
        self.number = number
        self.robots = "User-agent: *\nDisallow: /article/\n"

    def path(self, post: object) -> str:
        raise NotImplementedError

    def serve(self, target: str, headers: Mapping[str, str]) -> Answer:  # noqa: ARG002 - the same for everyone
        path, _, query = target.partition("?")
        if path == "/article":
            page = int(query.removeprefix("page=") or 1)
            numbers = range(self.number - (page - 1) * CARDS, max(self.number - page * CARDS, 0), -1)
            cards = "".join(f'<div class="card"><a href="/article/berita-{n}">Berita {n}</a></div>' for n in numbers)
            return Answer(headers=(HTML,), body=f"<main>{cards}</main>".encode())
        files = ceil(self.number / ENTRIES)
        if path == "/sitemap.xml":
            places = "".join(f"<sitemap><loc>{self.base_url}/berita-{n}.xml</loc></sitemap>" for n in range(files))
            return Answer(headers=(XML,), body=f"<sitemapindex>{places}</sitemapindex>".encode())
        if path.startswith("/berita-"):
            first = int(path[8:-4]) * ENTRIES + 1
            numbers = range(first, min(first + ENTRIES, self.number + 1))
            places = "".join(f"<url><loc>{self.base_url}/article/berita-{n}</loc></url>" for n in numbers)
            return Answer(headers=(XML,), body=f"<urlset>{places}</urlset>".encode())
        return Answer(status=404, headers=(TEXT,), body=b"tidak ada")


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_listed_stories_take_no_more_memory_than_a_tenth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peaks = {}
    for number in (10_000, 100_000):
        began = time.monotonic()
        peaks[number] = peak_memory(tmp_path / str(number), number)
        with capsys.disabled():
            line = {"listed": number, "peak MiB": round(peaks[number]), "seconds": round(time.monotonic() - began)}
            sys.stdout.write("\n" + json.dumps(line) + "\n")
    assert peaks[100_000] < peaks[10_000] + 48
    assert peaks[100_000] < 256


def peak_memory(home: Path, number: int) -> float:
    """The most that the child of a crawl held in memory, in MiB, when so many stories are listed."""
    pilkada = Pilkada(home)
    with Register(number) as site:
        pilkada.declare(site.base_url, slug="sumsel-sampel", family="listing")
        with pilkada.running("crawl", "sumsel-sampel", "--format", "json") as crawl:
            child = until(lambda: crawl.find("-m crawler"))
            peak = 0.0
            while crawl.process.poll() is None:
                peak = max(peak, high_water(child))
                time.sleep(0.2)
            (report,) = json.loads(crawl.out)
    assert report["rejected"] == {"robots": number}, report
    assert report["discovered"] == number
    return peak


def high_water(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0.0
    held = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(held[0]) / 1024 if held else 0.0
