"""What a hostile review proved wrong once: each test is one defect that was found by running the program."""

import gzip
import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from archive.warc import DamagedRecordError, Exchange, Place, WarcAppender, file_digest, read_response
from crawler.discovery import Story, WordPressRest
from crawler.guard import Boundary
from crawler.materials import DEEPEST, deeper_than
from crawler.sample.server import Answer
from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada, until

SMALL = pytest.mark.parametrize("site", [6], indirect=True, ids=["6 articles"])
NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture
def site(request: pytest.FixtureRequest):
    with Newsroom(getattr(request, "param", None)) as site:
        yield site


@pytest.fixture
def fresh(tmp_path: Path, site: Newsroom):
    pilkada = Pilkada(tmp_path / "home")
    pilkada.declare(site.base_url)
    yield pilkada
    pilkada.close()


def exchange(received: bytes) -> Exchange:
    return Exchange(
        url="https://kabar.example/",
        sent=b"GET / HTTP/1.1\r\n\r\n",
        received=received,
        status=200,
        content_type=None,
        started_at=NOW,
    )


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (b"Content-Encoding: gzip", gzip.compress(b"[1]")),
        (b"Content-Encoding: GZip", gzip.compress(b"[1]")),
        (b"Content-Encoding: x-gzip", gzip.compress(b"[1]")),
        (b"Content-Encoding: gzip, gzip", gzip.compress(gzip.compress(b"[1]"))),
        (b"Content-Encoding: identity", b"[1]"),
        (b"Transfer-Encoding: Chunked", b"3\r\n[1]\r\n0\r\n\r\n"),
        (b"Transfer-Encoding: Chunked\r\nContent-Encoding: identity, x-gzip", None),
    ],
    ids=["gzip", "case", "x-gzip", "twice", "identity", "chunked in capitals", "both"],
)
def test_a_body_is_read_back_as_the_connection_gave_it(tmp_path: Path, headers: bytes, body: bytes | None) -> None:
    if body is None:
        packed = gzip.compress(b"[1]")
        body = f"{len(packed):x}\r\n".encode() + packed + b"\r\n0\r\n\r\n"
    numbers = iter(range(9))
    file = WarcAppender(tmp_path / "x.warc.gz", new_id=lambda: str(next(numbers)))
    response, _ = file.append([exchange(b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n\r\n" + body)])
    file.close()
    read = read_response(Place(path=file.path, offset=response.offset, length=response.length), response.sha256)
    assert read.body == b"[1]"


def test_a_coding_that_cannot_be_undone_is_said(tmp_path: Path) -> None:
    file = WarcAppender(tmp_path / "x.warc.gz", new_id=iter("ab").__next__)
    response, _ = file.append([exchange(b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\nx")])
    file.close()
    with pytest.raises(DamagedRecordError, match="zstd"):
        read_response(Place(path=file.path, offset=response.offset, length=response.length), response.sha256)


def test_headers_that_end_in_bare_newlines_have_a_body_behind_them() -> None:
    one, other = (exchange(b"HTTP/1.1 200 OK\nServer: x\n\n" + body) for body in (b"Allow: /", b"Disallow: /"))
    assert one.received[one.header_end :] == b"Allow: /"
    assert one.payload_sha256 != other.payload_sha256


def test_a_file_is_digested_piece_by_piece(tmp_path: Path) -> None:
    file = tmp_path / "day.warc.gz"
    file.write_bytes(b"x" * 3_000_000)
    assert file_digest(file) == hashlib.sha256(b"x" * 3_000_000).hexdigest()


def test_a_time_that_has_not_come_moves_no_mark() -> None:
    def story(moment: str) -> Story:
        return Story(url="u", record="1", title="", published=moment, modified=moment)

    source = WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW)
    assert source.marks_after({}, (story("2099-01-01T00:00:00"),), NOW) == {}
    told = (story("2099-01-01T00:00:00"), story("2026-05-03T00:00:00"))
    assert source.marks_after({}, told, NOW) == {
        "modified": "2026-05-03T00:00:00",
        "published": "2026-05-03T00:00:00",
    }


def test_all_hosts_of_an_outlet_are_known() -> None:
    assert Boundary(("https://kabar.example/x",)).hosts() == {
        f"{name}:{port}" for name in ("kabar.example", "www.kabar.example") for port in (80, 443)
    }
    assert not Boundary(("https://kabar.example",)).admits("ftp://kabar.example/")


@pytest.mark.parametrize(("levels", "deep"), [(DEEPEST, False), (DEEPEST + 1, True), (5000, True)])
def test_nesting_is_measured_without_recursion(levels: int, deep: bool) -> None:
    value: object = 1
    for _ in range(levels):
        value = [value]
    assert deeper_than(value, DEEPEST) is deep


@SMALL
def test_the_sum_holds_however_often_a_limit_cuts_a_crawl_short(fresh: Pilkada, site: Newsroom) -> None:
    for _ in range(2):
        report = fresh.crawl("--limit", "2")
        assert (report["status"], report["new"]) == ("partial", 2)
    report = fresh.crawl()
    assert (report["status"], report["new"], report["left"]) == ("ok", 2, 0)
    fresh.assert_sound(6)


@SMALL
def test_a_robots_txt_in_another_coding_is_kept_to_from_its_copy_too(fresh: Pilkada, site: Newsroom) -> None:
    closed = gzip.compress(b"User-agent: *\nDisallow: /\n")
    site.scripted["/robots.txt"] = Answer(
        headers=(("Content-Type", "text/plain"), ("Content-Encoding", "x-gzip")), body=closed
    )
    for _ in range(2):
        assert fresh.crawl(status=3, env=NO_PAGES)["status"] == "blocked"
    assert site.paths == ["/robots.txt"]


@SMALL
def test_a_robots_txt_that_cannot_be_decoded_closes_the_site(fresh: Pilkada, site: Newsroom) -> None:
    site.scripted["/robots.txt"] = Answer(headers=(("Content-Encoding", "compress"),), body=b"\x1f\x9d")
    assert fresh.crawl(status=3, env=NO_PAGES)["new"] == 0
    assert set(site.paths) == {"/robots.txt"}


@SMALL
def test_a_robots_txt_that_asks_for_patience_is_not_asked_again(fresh: Pilkada, site: Newsroom) -> None:
    site.scripted["/robots.txt"] = Answer(status=429, headers=(("Retry-After", "3600"),))
    for _ in range(2):
        assert fresh.crawl(status=3, env=NO_PAGES)["status"] == "blocked"
    assert site.paths == ["/robots.txt"]


@SMALL
@pytest.mark.parametrize("how", ["signal", "deadline"])
def test_a_long_crawl_delay_does_not_hold_up_the_end(fresh: Pilkada, site: Newsroom, how: str) -> None:
    site.robots = "User-agent: *\nCrawl-delay: 60\n"
    began = time.monotonic()
    if how == "deadline":
        report = fresh.crawl(env={"PILKADA_CRAWL__DEADLINE": "2"})
    else:
        with fresh.running("crawl", SLUG, "--format", "json") as running:
            until(lambda: site.paths)
            time.sleep(1)
            ended = running.end(within=20)
        assert ended.status == 0, ended
        (report,) = ended.json()
    assert report["status"] == "partial"
    assert report["requests"] == len(site.requests) == 1
    assert time.monotonic() - began < 20


@SMALL
def test_a_record_that_no_reader_can_be_given_holds_up_no_other(fresh: Pilkada, site: Newsroom) -> None:
    class Deep(Newsroom):
        def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
            answer = super().answer(target, headers)
            if not target.startswith("/wp-json/"):
                return answer
            return replace(
                answer, body=answer.body.replace(b'"sticky":', b'"x":' + b"[" * 900 + b"]" * 900 + b',"sticky":', 1)
            )

    with Deep(6) as deep:
        report = fresh.crawl("--base-url", deep.base_url, env=NO_PAGES)
    assert (report["status"], report["new"], report["rejected"]) == ("ok", 5, {"unreadable": 1})


@SMALL
def test_a_crawl_of_a_mirror_does_not_move_the_outlets_own_marks(fresh: Pilkada, site: Newsroom) -> None:
    with Newsroom(6) as mirror:
        newest = max(mirror.posts, key=lambda post: post.modified or post.date)
        for post in mirror.posts:
            if post.id != newest.id:
                mirror.remove(post.id)
        assert fresh.crawl("--base-url", mirror.base_url, env=NO_PAGES)["new"] == 1
    report = fresh.crawl(env=NO_PAGES)
    assert (report["status"], report["new"]) == ("ok", 5)


@SMALL
def test_what_is_wrong_with_one_outlet_is_said_before_another_is_asked(fresh: Pilkada, site: Newsroom) -> None:
    file = fresh.home / "pilkada.toml"
    more = '[outlets.nyata]\nfamily = "wordpress"\nname = "N"\nbase_url = "https://nyata.invalid"\ntimezone = "Asia/Jakarta"\n'
    file.write_text(file.read_text("utf-8") + more, "utf-8")
    ended = fresh("crawl", "--all", "--format", "json")
    assert (ended.status, ended.out, site.requests) == (2, "", [])
    assert "crawl.contact is unset" in ended.complaint()


def test_an_address_names_the_article_of_its_own_outlet(tmp_path: Path) -> None:
    pilkada = Pilkada(tmp_path / "home")
    with Newsroom(2) as one, Newsroom(2) as other:
        pilkada.declare(one.base_url)
        pilkada.declare(other.base_url, slug="lain")
        assert pilkada("crawl", "--all", env=NO_PAGES).status == 0
        path = one.path(one.posts[0])
        for base_url, slug in ((one.base_url, SLUG), (other.base_url, "lain")):
            shown = pilkada("show", base_url + path.rstrip("/"), "--format", "json")
            assert shown.json()["outlet"] == slug


def test_two_outlets_at_one_host_take_turns(tmp_path: Path) -> None:
    pilkada = Pilkada(tmp_path / "home")
    with Newsroom(1) as site:
        pilkada.declare(site.base_url, more="delay = 0.5")
        pilkada.declare(site.base_url, slug="lain", more="delay = 0.5")
        assert pilkada("crawl", "--all", env=NO_PAGES).status == 0
        gaps = [later - earlier for earlier, later in pairwise(site.arrivals)]
    assert len(gaps) == 2
    assert min(gaps) > 0.4, "half a second from when one was sent; it may arrive late"


def test_two_commands_at_one_host_take_turns(tmp_path: Path) -> None:
    pilkada = Pilkada(tmp_path / "home")
    with Newsroom(1) as site:
        pilkada.declare(site.base_url, more="delay = 0.7")
        pilkada.declare(site.base_url, slug="lain", more="delay = 0.7")
        with pilkada.running("crawl", SLUG, env=NO_PAGES):
            assert pilkada("crawl", "lain", env=NO_PAGES).status == 0
            until(lambda: len(site.arrivals) == 3)
        gaps = [later - earlier for earlier, later in pairwise(site.arrivals)]
    assert min(gaps) > 0.5, "seven tenths of a second from when one was sent; the first may arrive late"


@SMALL
def test_two_stories_at_one_address_are_both_read(fresh: Pilkada, site: Newsroom) -> None:
    class Numbered(Newsroom):
        def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
            answer = super().answer(target, headers)
            if not target.startswith("/wp-json/"):
                return answer
            posts = json.loads(answer.body)
            for number, post in enumerate(posts, 40):
                post |= {"link": f"{self.base_url}/berita/politik/{number}/", "modified_gmt": "2025-01-01T00:00:00"}
            return replace(answer, body=json.dumps(posts).encode())

    with Numbered(3) as numbered:
        report = fresh.crawl("--base-url", numbered.base_url, env=NO_PAGES)
    assert report["status"] == "ok"
    assert len(fresh.articles()) == 3


@SMALL
def test_a_file_larger_than_a_crawls_memory_is_closed(fresh: Pilkada, site: Newsroom) -> None:
    fresh.crawl(env=NO_PAGES)
    (file,) = (fresh.home / "warc").rglob("*.warc.gz")
    held, size = file.stat().st_size, 600 * 1024 * 1024
    os.truncate(file, size)  # a hole, in place of a day's records
    from archive.database import Database

    database = Database(f"sqlite:///{fresh.home / 'pilkada.db'}")
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO capture (warc_file_id, record_id, record_type, offset, length, sha256, fetched_at, origin)"
            f" VALUES (1, 'x', 'response', {held}, {size - held}, '', '2026-01-01 00:00:00.000000', 'own')"
        )
        connection.exec_driver_sql(f"UPDATE warc_file SET size = {size}, day = '2026-01-01'")
    database.dispose()
    assert fresh.crawl(env=NO_PAGES)["status"] == "ok"
    assert fresh.rows("SELECT state FROM warc_file WHERE id = 1") == [("closed",)]


@SMALL
def test_a_listing_that_is_redirected_is_read_from_where_it_was_found(fresh: Pilkada, site: Newsroom) -> None:
    there = "/?rest_route=/wp/v2/posts&per_page=100&page=1&_embed=author,wp:term,wp:featuredmedia"
    site.scripted["/wp-json/wp/v2/posts"] = Answer(status=301, headers=(("Location", site.base_url + there),))
    report = fresh.crawl()
    assert (report["status"], report["new"], report["rejected"]) == ("ok", 6, {})
