"""Hostile and broken sites (RELIABILITY section 1): a site that does it, and a bar that holds.

| trap | test | bar |
|---|---|---|
| T1 SSRF | here `no_source_or_redirect…`, test_guard, test_tee (resolver), test_robots_policy (robots.txt) | 0 connects; each address counted |
| T2 schemes, T3 off-site | here `no_source_or_redirect…`, test_settings | 0 fetched, rejected as off-site |
| T4 bombs | here `a_bomb…` | a crawl with 300 MB goes on; all other stories stored |
| T5 endless, slow | here `whatever_the_wire…`; `a_page_without_end…` | limit + 2 s; no part of a page is stored |
| T6 endless heads | here `a_head_without_end…` | less than 4 MB taken |
| T7 redirect loop | here `a_ring_of_redirects…` | 7 requests an address |
| T8 address traps | here `a_calendar…`, test_addresses, discovery/test_listings | 0 requests but for stories and lists |
| T9 sitemaps | here `a_sitemap…` | 40 requests; 50,000 addresses a file; 512 MB |
| T10 XML | here `no_xml…`, discovery/test_feeds | no entity, file or address is read |
| T11 CPU | here `no_shape_of_html…`, reading/test_pool | 16 s a page |
| T12 nesting | here `text_below_any_depth…` | stored or unreadable |
| T22 robots.txt | test_robots, test_robots_policy | 0 requests where denied |
| T23 Retry-After | test_politeness, here `one_request_at_a_time…` | 0 requests before its time |
| T24 conditional | discovery/test_feeds, discovery/test_sitemaps | |
| T25 TLS, ports | test_tee (certificates), here `a_crawl_listens…` | refused; 0 listening sockets |
| T27 pages with 200 | test_not_articles, reading/test_kinds | 129 of 129 named; 0 of all sample stories lost |
"""

import gzip
import itertools
import json
import re
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archive.records import Reading, Reason, Rejection
from crawler.reading import Job, Material, Page, ReadingPool, Site
from crawler.reading.page import read
from crawler.sample.server import XML, Answer
from crawler.tee import MAX_HEAD
from spiders.families import FAMILIES
from tests.crawler.commandline import until
from tests.crawler.trapsite import NOW, SITES, victim
from tests.crawler.wire import wire

EVERY = pytest.mark.parametrize("family", SITES)
PAGED = pytest.mark.parametrize("family", ["popojicms", "listing"])
STORY = {"popojicms": "/detailpost/", "listing": "/article/"}
LIST = {"wordpress": "/wp-json/", "popojicms": "/category/all", "listing": "/article"}


def rss(*links: str) -> Answer:
    items = "".join(
        f"<item><title>Judul {number}</title><link>{link}</link></item>" for number, link in enumerate(links)
    )
    return Answer(headers=(XML,), body=f'<rss version="2.0"><channel>{items}</channel></rss>'.encode())


# ---- where a site sends us ----


@contextmanager
def canary() -> Iterator[int]:
    """A port on loopback that nobody may connect to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


HOSTS = (
    "127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "0x7f.1", "0x7f000001", "0177.0.0.1", "017700000001", "2130706433",
    "localhost", "LOCALHOST", "localhost.", "0", "0.0.0.0", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::]", "a@127.0.0.1", "127.0.0.1.",
    "127。0。0。1", "①②⑦.0.0.1",
)  # fmt: skip
SCHEMES = (
    "file:///etc/hostname", "file://localhost/etc/hostname", "data:text/html,<h1>x</h1>", "ftp://127.0.0.1/x", "s3://a/b",
    "gopher://127.0.0.1/", "javascript:alert(1)", "blob:x", "about:blank", "ws://127.0.0.1/", "view-source:http://x/",
    "jar:file:///etc/hostname!/", "dict://127.0.0.1/", "ldap://127.0.0.1/", "mailto:a@b.example", "http:///x",
)  # fmt: skip


def hostile(port: int) -> list[str]:
    return [f"http://{host}:{port}/rahasia" for host in HOSTS] + list(SCHEMES)


@PAGED
def test_no_source_or_redirect_leads_where_the_outlet_is_not(family: str, tmp_path: Path) -> None:
    with canary() as port, victim(family, tmp_path / "home") as one:
        places = hostile(port)
        stories = one.site.public
        for number, place in enumerate(places):
            moved = replace(stories[0], id=9000 + number, slug=f"pindah-{number}", title=f"Pindah {number}")
            one.site.publish(moved)
            head = place.encode().decode("latin-1")
            one.scripted[one.site.path(moved)] = Answer(status=302, headers=(("Location", head),))
        one.scripted["/feed"] = rss(*(place.replace("<", "&lt;") for place in places))
        report = one.crawl()
        assert report["new"] == len(stories), report
        assert report["failed"] == 0, one.pilkada.rows("SELECT detail FROM disposition WHERE outcome = 'failed'")
        # The places that are told, and the stories that are redirected: each has its reason.
        assert report["rejected"].get("offsite", 0) + report["rejected"].get("http", 0) >= len(places) - len(SCHEMES)
        ends = one.pilkada.rows(
            "SELECT canonical, outcome FROM disposition JOIN address ON address.id = address_id WHERE canonical LIKE '%pindah-%'"
        )
        assert len(ends) == len(places)
        assert {outcome for _, outcome in ends} == {"rejected"}
        text = Path("/etc/hostname").read_text().strip()
        assert not any(text in record["body"] for record in one.pilkada.articles())


def test_what_the_interface_tells_of_other_hosts_is_not_asked_for(tmp_path: Path) -> None:
    with canary() as port, victim("wordpress", tmp_path / "home") as one:
        places = hostile(port)
        posts = [
            {"id": number, "link": place, "title": {"rendered": f"Judul {number}"}, "content": {"rendered": "<p>x</p>"}}
            for number, place in enumerate(places, start=1)
        ]
        one.scripted["/wp-json/"] = Answer(
            headers=(("Content-Type", "application/json"),), body=json.dumps(posts).encode()
        )
        report = one.crawl(env={"PILKADA_CRAWL__PAGES": "all"})
        assert report["new"] == 0
        assert set(report["rejected"]) == {"offsite"}
        assert report["requests"] == 2


@PAGED
def test_a_ring_of_redirects_is_left_after_seven_requests(family: str, tmp_path: Path) -> None:
    with victim(family, tmp_path / "home") as one:
        first, second, *others = one.site.public
        count = itertools.count()
        here = one.site.path(first)
        one.scripted[here] = lambda _: Answer(status=302, headers=(("Location", f"{here}?n={next(count)}"),))
        one.scripted[one.site.path(second)] = Answer(status=301, headers=(("Location", one.site.path(second)),))
        report = one.crawl()
        assert (report["new"], report["failed"] + sum(report["rejected"].values()) >= 2) == (len(others), True), report
        assert sum(target.startswith(here) for target in one.targets) <= 7
        assert one.targets.count(one.site.path(second)) <= 7


@PAGED
def test_a_list_that_redirects_in_a_ring_is_a_source_that_failed(family: str, tmp_path: Path) -> None:
    with victim(family, tmp_path / "home") as one:
        one.scripted[LIST[family]] = Answer(status=302, headers=(("Location", LIST[family]),))
        one.scripted["/feed"] = Answer(status=404)
        report = one.crawl(status=3)
        assert (report["status"], report["new"]) == ("failed", 0)
        assert sum(target.startswith(LIST[family]) for target in one.targets) <= 7


# ---- what it sends ----

ZEROS = 256 * 1024 * 1024
SMALL = {"PILKADA_CRAWL__MEMORY_MB": "300"}


def zipped(times: int = 1) -> bytes:
    """More zeros than a crawl of 300 MB could hold, packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = bytes(1 << 20)
    body = b"".join(packer.compress(piece) for _ in range(ZEROS >> 20)) + packer.flush()
    for _ in range(times - 1):
        body = gzip.compress(body, mtime=0)
    return body


@pytest.fixture(scope="module")
def bombs() -> dict[str, bytes]:
    deflate = zlib.compressobj(9)
    return {
        "gzip": zipped(),
        "gzip, gzip": zipped(2),
        "deflate": b"".join(deflate.compress(bytes(1 << 20)) for _ in range(ZEROS >> 20)) + deflate.flush(),
        "br": b"\x1b\xff\xff" * 4000,
        "zstd": b"\x28\xb5\x2f\xfd" + b"\0" * 4000,
        "gzip ": b"\x1f\x8b\x08 patah",
    }


@PAGED
def test_a_bomb_at_a_story_s_address_costs_that_story(family: str, tmp_path: Path, bombs: dict[str, bytes]) -> None:
    with victim(family, tmp_path / "home") as one:
        struck = one.site.public[: len(bombs)]
        for post, (coding, body) in zip(struck, bombs.items(), strict=True):
            one.scripted[one.site.path(post)] = one.said(body, ("Content-Encoding", coding.strip()))
        report = one.crawl(env=SMALL)
        assert report["status"] in ("ok", "partial"), report
        assert report["new"] == len(one.site.public) - len(struck)
        assert report["failed"] + sum(report["rejected"].values()) >= len(struck)


@EVERY
def test_a_bomb_as_a_list_is_a_source_that_failed(family: str, tmp_path: Path, bombs: dict[str, bytes]) -> None:
    with victim(family, tmp_path / "home") as one:
        bomb = one.said(bombs["gzip"], ("Content-Encoding", "gzip"))
        one.scripted |= dict.fromkeys(("/wp-json/", "/feed", "/category/", "/article", "/sitemap", "/wp-sitemap"), bomb)
        one.scripted["/page/"] = bomb
        ended = one.pilkada("crawl", one.slug, "--format", "json", env=SMALL)
        (report,) = ended.json()
        assert ended.status in (0, 3), ended
        assert report["status"] in ("failed", "ok", "partial"), report
        assert "bug" not in report["detail"]


@PAGED
def test_a_page_without_end_or_cut_short_is_no_part_of_a_story(family: str, tmp_path: Path) -> None:
    with victim(family, tmp_path / "home") as one:
        endless, cut, *others = one.site.public
        whole = one.site.serve(one.site.path(cut), {}).body
        one.scripted[one.site.path(endless)] = one.said(b"<html>" + b"<p>Tanpa akhir.</p>" * 800_000)
        one.scripted[one.site.path(cut)] = Answer(
            headers=(("Content-Type", "text/html"), ("Content-Length", str(len(whole) * 2)), ("Connection", "close")),
            body=whole[: len(whole) // 2],
        )
        report = one.crawl()
        assert (report["new"], report["failed"]) == (len(others), 2), report


FETCH = """
import json, sys, time
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from crawler.settings import scrapy_settings

class Fetch(Spider):
    name = "fetch"
    async def start(self):
        for url in sys.argv[2:]:
            yield Request(url, callback=self.parse, errback=self.failed, dont_filter=True)
    def tell(self, request, outcome):
        print(json.dumps([request.url, outcome, time.monotonic() - began]), flush=True)
    def parse(self, response):
        self.tell(response.request, response.status)
    def failed(self, failure):
        self.tell(failure.request, failure.type.__name__)

settings = scrapy_settings(user_agent="Pilkada/test", delay=0, allowed_hosts=[sys.argv[1]], memory_mb=512, log_level="ERROR")
settings |= {"DOWNLOADER_MIDDLEWARES": {}, "DOWNLOAD_TIMEOUT": 3, "RETRY_ENABLED": False, "CONCURRENT_REQUESTS": 32,
             "CONCURRENT_REQUESTS_PER_DOMAIN": 32, "DOWNLOAD_MAXSIZE": 1 << 20}
process = AsyncCrawlerProcess(settings)
process.crawl(Fetch)
began = time.monotonic()
process.start()
"""


def fetched(port: int, *paths: str) -> dict[str, tuple[int | str, float]]:
    urls = [f"http://127.0.0.1:{port}{path}" for path in paths]
    done = subprocess.run(
        [sys.executable, "-c", FETCH, f"127.0.0.1:{port}", *urls], capture_output=True, timeout=60, check=True
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {url.removeprefix(f"http://127.0.0.1:{port}"): (outcome, seconds) for url, outcome, seconds in told}


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def dripped(start: bytes, piece: bytes, pause: float = 0.2) -> Iterator[bytes]:
    yield start
    for _ in range(100):
        time.sleep(pause)
        yield piece


DRIPS = {
    "/body": lambda: dripped(OK + b"Content-Length: 100000\r\n\r\n", b"x"),
    "/chunks": lambda: dripped(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "/until-close": lambda: dripped(OK + b"\r\n", b"x"),
    "/chunk-size": lambda: dripped(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "/status": lambda: dripped(b"H", b"T"),
    "/head": lambda: dripped(OK, b"X-A: b\r\n"),
    "/one-header": lambda: dripped(OK + b"X-A: ", b"b"),
    "/interim": lambda: dripped(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "/trailer": lambda: dripped(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
    "/silence": lambda: dripped(b"", b"", 1.0),
}


def test_whatever_the_wire_does_a_request_ends_two_seconds_after_its_limit() -> None:
    with wire(DRIPS) as (port, _):
        ends = fetched(port, *DRIPS)
    assert ends.keys() == DRIPS.keys()
    assert all(isinstance(outcome, str) for outcome, _ in ends.values()), ends
    assert max(seconds for _, seconds in ends.values()) <= 3 + 2


def test_a_head_without_end_is_cut() -> None:
    sent: dict[str, int] = {}

    def flood(name: str, start: bytes, piece: bytes) -> Iterator[bytes]:
        sent[name] = 0
        yield start
        while True:
            sent[name] += len(piece)
            yield piece

    shapes = {
        "/lines": (OK, b"X-Banyak: sekali\r\n" * 1000),
        "/one-line": (OK + b"X-Panjang: ", b"x" * 16_000),
        "/folded": (OK + b"X-Lipat: a\r\n", b" b\r\n" * 4000),
        "/status": (b"HTTP/1.1 200 ", b"x" * 16_000),
        "/interim": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 400),
    }
    answers = {name: (lambda name=name: flood(name, *shapes[name])) for name in shapes}
    with wire(answers) as (port, _):
        ends = fetched(port, *shapes)
    assert ends.keys() == shapes.keys()
    assert all(isinstance(outcome, str) for outcome, _ in ends.values()), ends
    # What was taken, and what the system's buffers held of it.
    assert max(sent.values()) < MAX_HEAD + 12 * 1024 * 1024, sent
    assert max(seconds for _, seconds in ends.values()) < 3


def test_a_large_head_that_ends_is_read() -> None:
    head = OK + b"".join(b"X-%d: %s\r\n" % (number, b"y" * 1000) for number in range(60))
    with wire({"/a": (head + b"Content-Length: 2\r\n\r\nok",)}) as (port, _):
        assert fetched(port, "/a")["/a"][0] == 200


# ---- what it makes up ----


def test_a_calendar_sessions_and_facets_are_not_followed(tmp_path: Path) -> None:
    with victim("listing", tmp_path / "home") as one:
        number = itertools.count()
        own = one.site.serve

        def trapped(target: str) -> Answer:
            answer = own(target, {})
            n = next(number)
            links = "".join(
                f'<div class="card"><h5 class="card-title"><a href="{href}">Perangkap</a></h5></div>'
                for href in (
                    f"/arsip/2024/{n % 12 + 1}/{n}",
                    f"/kalender?bulan={n}",
                    f"/article?page=1&urut=tanggal&n={n}",
                    f"/article/{one.site.public[n % 5].slug}?PHPSESSID={n}",
                    f"/article/{one.site.public[n % 5].slug}?replytocom={n}",
                    f"/index.php/article/{one.site.public[n % 5].slug}",
                    f"/tag/kpu/tag/kpu/tag/{n}",
                    "/" + "a/" * (n + 30),
                    "/article/" + "a" * 5000,
                )
            )
            return replace(answer, body=answer.body.replace(b"<main", links.encode() + b"<main", 1))

        one.scripted["/article"] = trapped
        report = one.crawl()
        assert report["new"] == len(one.site.public), report
        strange = [
            target
            for target in one.targets
            if not re.fullmatch(
                r"/robots\.txt|/sitemap.*|/article(\?page=\d+)?|/article/[a-z0-9-]+", target.partition("&")[0]
            )
        ]
        assert [target for target in strange if "PHPSESSID" not in target and "replytocom" not in target] == []
        assert len(one.targets) <= len(one.site.public) + 12


@pytest.mark.parametrize("family", ["listing"])
def test_a_sitemap_that_names_more_of_itself_ends(family: str, tmp_path: Path) -> None:
    with victim(family, tmp_path / "home") as one:
        count = itertools.count()

        def more(target: str) -> Answer:
            base = one.site.base_url
            names = "".join(f"<sitemap><loc>{base}/sitemap-artikel-{next(count)}.xml</loc></sitemap>" for _ in range(5))
            return Answer(headers=(XML,), body=f"<sitemapindex>{names}</sitemapindex>".encode())

        one.scripted["/sitemap"] = more
        report = one.crawl(status=0)
        assert sum(target.startswith("/sitemap") for target in one.targets) <= 40
        assert report["seconds"] < 30


SITEMAPS = {
    "60,000 addresses": lambda base: (f"{base}/article/tidak-ada-{number}" for number in range(60_000)),
    "51 MB": lambda base: (f"{base}/article/{number}/{'a' * 1000}" for number in range(50_000)),
}


@pytest.mark.soak
@pytest.mark.parametrize("shape", SITEMAPS)
def test_a_sitemap_of_any_size_neither_holds_nor_ends_a_crawl(shape: str, tmp_path: Path) -> None:
    with victim("listing", tmp_path / "home") as one:
        locs = "".join(f"<url><loc>{url}</loc></url>" for url in SITEMAPS[shape](one.site.base_url))
        one.scripted["/sitemap"] = Answer(headers=(XML,), body=f"<urlset>{locs}</urlset>".encode())
        # What is under way at the deadline may or may not reach the site, so requests are not compared.
        (report,) = one.pilkada("crawl", one.slug, "--format", "json", env={"PILKADA_CRAWL__DEADLINE": "30"}).json()
        assert report["status"] in ("ok", "partial"), report
        assert report["discovered"] <= 50_000 + len(one.site.public)
        assert report["seconds"] < 30 + 16, "no answer holds the crawl for longer"
        assert len(one.targets) >= len(one.site.public), "its stories are asked for, or what the file names"


@pytest.mark.soak
def test_an_answer_that_would_take_all_memory_is_a_source_that_failed(tmp_path: Path) -> None:
    with victim("wordpress", tmp_path / "home") as one:
        body = b"[" + b"{}," * 15_000_000 + b"{}]"
        one.scripted["/wp-json/"] = Answer(headers=(("Content-Type", "application/json"),), body=body)
        report = one.crawl(env=SMALL)
        assert (report["status"], report["new"]) == ("ok", len(one.site.public)), "the feed is asked instead"


# ---- what its bytes do to parsers ----

XML_BOMBS = {
    "laughs": '<!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]><rss><channel><item><title>&m;</title><link>/detailpost/a</link></item></channel></rss>",
    "quadratic": f'<!DOCTYPE rss [<!ENTITY a "{"x" * 100_000}">]><rss><channel><item><title>{"&a;" * 10_000}</title></item></channel></rss>',
    "file": '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss><channel><item><title>&a;</title><link>/detailpost/a</link></item></channel></rss>',
    "address": '<!DOCTYPE rss [<!ENTITY a SYSTEM "{canary}">]><rss><channel><item><title>&a;</title></item></channel></rss>',
    "DTD": '<!DOCTYPE rss SYSTEM "{canary}"><rss><channel><item><link>/detailpost/a</link></item></channel></rss>',
    "parameter": '<!DOCTYPE rss [<!ENTITY % a SYSTEM "{canary}"> %a;]><rss><channel></channel></rss>',
    "include": '<rss xmlns:xi="http://www.w3.org/2001/XInclude"><channel><xi:include href="file:///etc/hostname" parse="text"/></channel></rss>',
    "deep": "<rss>" + "<channel>" * 100_000,
}


@pytest.mark.parametrize(
    "name",
    [
        "file",
        "address",
        *(pytest.param(name, marks=pytest.mark.soak) for name in XML_BOMBS if name not in ("file", "address")),
    ],
)
def test_no_xml_makes_us_read_anything_else(name: str, tmp_path: Path) -> None:
    with canary() as port, victim("popojicms", tmp_path / "home") as one:
        body = XML_BOMBS[name].replace("{canary}", f"http://127.0.0.1:{port}/x").encode()
        one.scripted["/feed"] = Answer(headers=(XML,), body=body)
        one.scripted["/sitemap.xml"] = Answer(headers=(XML,), body=body.replace(b"rss", b"urlset"))
        report = one.crawl(env=SMALL)
        assert report["new"] == len(one.site.public), report
        secret = Path("/etc/hostname").read_text().strip()
        titles = [row[0] or "" for row in one.pilkada.rows("SELECT title_said FROM sighting")]
        assert not any(secret in title or len(title) > 10_000 for title in titles)


HERE = {
    family: Site(
        slug="kabar",
        name="Kabar Sampel",
        base_url="https://kabar.example",
        timezone="Asia/Makassar",
        rules=kind.rules,
    )
    for family, kind in FAMILIES.items()
}
LEAD = "SAMARINDA – Sebanyak 300 kotak suara tiba di gudang dan dijaga polisi sampai hari pemungutan suara. "


def story(family: str, inside: str) -> Material:
    body = (
        '<html><head><title>Kotak Suara Tiba</title><link rel="shortlink" href="/?p=7"></head><body class="single"><article>'
        f'<h1>Kotak Suara Tiba</h1><div class="single-post"><div class="entry-content article-body">{inside}</div></div></article></body></html>'
    )
    url = (
        "https://kabar.example" + {"wordpress": "/a/7/", "popojicms": "/detailpost/a", "listing": "/article/a"}[family]
    )
    return Material(site=HERE[family], url=url, fetched_at=NOW, page=Page(url=url, body=body.encode()))


@EVERY
@pytest.mark.parametrize("depth", [10, 200, 300, 1_000, 10_000, 100_000])
@pytest.mark.parametrize("tag", ["div", "b", "blockquote"])
def test_text_below_any_depth_is_read_or_said_to_be_unreadable(family: str, depth: int, tag: str) -> None:
    found = read(story(family, f"<{tag}>" * depth + f"<p>{LEAD * 6}</p>"))
    if isinstance(found, Rejection):
        assert found.reason is Reason.UNREADABLE, found
        assert depth > 200
    else:
        assert "300 kotak suara" in found.body[0]


SHAPES = {
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(80_000)) + f">{LEAD}</p>",
    "attributes-quoted": "<p " + " ".join(f"a{n}='>'" for n in range(80_000)) + f">{LEAD}</p>",
    "attributes-300000": "<p " + " ".join(f"a{n}" for n in range(300_000)) + f">{LEAD}</p>",
    "classes": f'<p class="{" ".join(f"k{n}" for n in range(200_000))}">{LEAD}</p>',
    "links": "".join(f'<a href="/article/b{n}">Judul</a> ' for n in range(100_000)),
    "paragraphs": f"<p>{LEAD}</p>" * 20_000,
    "line-20-MB": f"<p>{LEAD * (20_000_000 // len(LEAD) + 1)}</p>",
    "one-line": f"<p>{LEAD * 40_000}</p>",
    "one-word": f"<p>{'a' * 4_000_000}</p>",
    "blanks": f"<p>{LEAD}{' ' * 3_000_000}x</p>",
    "breaks": f"<p>{LEAD}{'<br>' * 300_000}x</p>",
    "tables": "<table><tr><td>" * 20_000 + LEAD,
    "cells": "<table>" + "<tr>" + "<td>1</td>" * 200_000 + "</table>",
    "lists": "<ul><li>" * 30_000 + LEAD,
    "unclosed": "<p><b><i><a>" * 50_000 + LEAD,
    "entities": "&amp;" * 1_000_000 + LEAD,
    "comments": "<!--" + "-" * 3_000_000,
    "scripts": "<script>if(a<b){}</script>" * 50_000 + f"<p>{LEAD}</p>",
    "JSON-LD": '<script type="application/ld+json">' + '{"@graph":[' * 100_000 + f"</script><p>{LEAD}</p>",
    "digits": f"<p>{LEAD}{'1' * 100_000}/11/2024 {'1.' * 100_000}</p>",
    "dashes": f"<p>{'A - ' * 200_000}{LEAD}</p>",
    "parentheses": f"<p>{LEAD}{'(' * 200_000}{')' * 200_000}</p>",
    "capitals": f"<p>{'KUTAI, ' * 100_000}{LEAD}</p>",
}
QUICK = ("attributes", "line-20-MB", "tables", "digits", "parentheses")


@pytest.mark.parametrize("family", ["wordpress", "listing"])
@pytest.mark.parametrize(
    "shape", [name if name in QUICK else pytest.param(name, marks=pytest.mark.soak) for name in SHAPES]
)
def test_no_shape_of_html_holds_a_reader_for_long(family: str, shape: str) -> None:
    with ReadingPool(1, 512) as pool:
        began = time.monotonic()
        (struck,) = pool.submit(Job((story(family, SHAPES[shape]),))).result(40)
        took = time.monotonic() - began
        (honest,) = pool.submit(Job((story(family, f"<p>{LEAD}</p>"),))).result(40)
    assert isinstance(honest, Reading)
    assert isinstance(struck, Reading) or struck.reason in (Reason.UNREADABLE, Reason.LISTING), struck
    assert took < 16 + 4, "the reader is stopped at 15 s; starting and ending one takes its time, too"


@PAGED
def test_a_list_that_is_a_bomb_for_parsers_does_not_hold_the_crawl(family: str, tmp_path: Path) -> None:
    with victim(family, tmp_path / "home") as one:
        own, bomb = one.site.serve, b"<p " + b" ".join(b"a%d=1" % n for n in range(80_000)) + b"></p>"

        def struck(target: str) -> Answer:
            answer = own(target, {})
            listed = target.partition("?")[0] in ("/article", "/category/all")
            return replace(answer, body=answer.body.replace(b"</body>", bomb + b"</body>")) if listed else answer

        one.scripted[LIST[family]] = struck
        report = one.crawl()
        assert (report["status"], report["new"]) == ("ok", len(one.site.public)), report
        assert report["seconds"] < 40


# ---- manners ----


@PAGED
def test_one_request_at_a_time_and_a_second_try_waits_its_turn(family: str, tmp_path: Path) -> None:
    with victim(family, tmp_path / "home", more="delay = 0.25") as one:
        broken = one.site.path(one.site.public[0])
        one.scripted[broken] = Answer(status=500)
        one.site.delay = 0.05
        one.crawl("--limit", "6")
        gaps = [later - earlier for earlier, later in itertools.pairwise(one.arrivals)]
        assert min(gaps) > 0.15, "by when they arrive"
        assert one.at_once == 1
        assert one.targets.count(broken) <= 2


@PAGED
def test_a_page_that_asks_for_patience_ends_the_crawl_for_all_processes_to_come(family: str, tmp_path: Path) -> None:
    with victim(family, tmp_path / "home") as one:
        asked = one.site.path(one.site.public[2])
        one.scripted[asked] = Answer(status=429, headers=(("Retry-After", "3600"),))
        first = one.crawl(status=3)
        assert first["status"] == "blocked"
        assert one.targets[-1] == asked
        one.scripted.clear()
        again = one.crawl(status=3)
        assert (again["status"], again["requests"]) == ("blocked", 0)
        assert "left alone until" in again["detail"]


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_a_crawl_listens_to_nobody(tmp_path: Path) -> None:
    with victim("listing", tmp_path / "home") as one:
        one.site.delay = 0.5
        with one.pilkada.running("crawl", one.slug, "--format", "json") as crawl:
            until(lambda: len(one.site.requests) > 2)
            sockets = {
                str(file.readlink())
                for pid in crawl.family()
                for file in Path(f"/proc/{pid}/fd").iterdir()
                if str(file.readlink()).startswith("socket:")
            }
            crawl.end(within=30)
        listening = {
            f"socket:[{fields[9]}]"
            for table in ("tcp", "tcp6")
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
            if (fields := line.split())[3] == "0A"
        }
        assert not sockets & listening
