"""What a crawl does where robots.txt says this or cannot be had: RELIABILITY T22, against sites that do it."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.database import sqlite_module
from crawler.sample.server import TEXT, Answer
from tests.crawler.commandline import NO_PAGES, Newsroom, Pilkada
from tests.crawler.wire import HANG_UP, wire

SMALL = pytest.mark.parametrize("site", [2], indirect=True, ids=["2 articles"])
CLOSED = b"User-agent: *\nDisallow: /\n"


def said(body: bytes) -> Answer:
    return Answer(headers=(TEXT,), body=body)


def moved(place: str, status: int = 301) -> Answer:
    return Answer(status=status, headers=(("Location", place),))


def chain(hops: int, end: Answer) -> dict[str, Answer]:
    """A robots.txt that is reached after so many redirects."""
    # The prefix of one place must not be that of another.
    there = {f"/r{n:02d}/": moved(f"/r{n + 1:02d}/", 302) for n in range(1, hops)}
    return {"/robots.txt": moved("/r01/") if hops else end, **there, f"/r{hops:02d}/": end}


ANSWERS = {
    # What is answered: how the crawl ends, how many articles it stores, what it is asked for besides robots.txt.
    "404": (chain(0, Answer(status=404)), "ok", 2),
    "403": (chain(0, Answer(status=403)), "ok", 2),
    "429": (chain(0, Answer(status=429)), "blocked", 0),
    "500": (chain(0, Answer(status=500)), "blocked", 0),
    "503": (chain(0, Answer(status=503)), "blocked", 0),
    "empty": (chain(0, said(b"")), "ok", 2),
    "closed": (chain(0, said(CLOSED)), "blocked", 0),
    "closed-BOM-CRLF": (chain(0, said(b"\xef\xbb\xbf" + CLOSED.replace(b"\n", b"\r\n"))), "blocked", 0),
    "closed-to-us": (chain(0, said(b"User-agent: Pilkada/0.1.0\nDisallow: /\n")), "blocked", 0),
    "closed-after-511-KiB": (chain(0, said(b"#" * 511 * 1024 + b"\n" + CLOSED)), "blocked", 0),
    "closed-after-513-KiB": (chain(0, said(b"#" * 513 * 1024 + b"\n" + CLOSED)), "ok", 2),
    "HTML": (chain(0, Answer(body=b"<!doctype html><title>Beranda</title><p>Disallow: /</p>")), "ok", 2),
    "closed-after-5-redirects": (chain(5, said(CLOSED)), "blocked", 0),
    "open-after-5-redirects": (chain(5, said(b"")), "ok", 2),
    "absent-after-1-redirect": (chain(1, Answer(status=404)), "ok", 2),
    "redirects-without-end": (chain(40, said(b"")), "blocked", 0),
    "redirected-to-a-port-that-was-not-named": (chain(0, moved("http://127.0.0.1:9/robots.txt")), "blocked", 0),
    "redirected-to-a-file": (chain(0, moved("file:///etc/hostname")), "blocked", 0),
}
SOAK = ("403", "500", "empty", "closed", "closed-after-513-KiB", "absent-after-1-redirect", "redirected-to-a-file")


def ended(pilkada: Pilkada, sites: dict[str, Newsroom]) -> dict[str, tuple[str, int, set[str]]]:
    """Crawl all; give how each ended, and where the site was asked besides robots.txt and what it redirects to."""
    command = pilkada("crawl", "--all", "--format", "json", env=NO_PAGES, timeout=110)
    reports = {report["outlet"]: report for report in command.json()}
    assert all(report["requests"] == len(sites[slug].requests) for slug, report in reports.items())
    return {
        slug: (
            reports[slug]["status"],
            reports[slug]["new"],
            {path for path in site.paths if not re.fullmatch(r"/robots\.txt|/r\d\d/", path)},
        )
        for slug, site in sites.items()
    }


@pytest.mark.parametrize(
    "names",
    [
        [name for name in ANSWERS if name not in SOAK],
        pytest.param([*SOAK], marks=pytest.mark.soak),
    ],
    ids=["most", "rest"],
)
def test_nothing_is_fetched_unless_robots_txt_allows_it_or_is_not_there(tmp_path: Path, names: list[str]) -> None:
    pilkada = Pilkada(tmp_path / "home")
    with ExitStack() as stack:
        sites: dict[str, Newsroom] = {}
        for name in names:
            site = sites[name.lower()] = stack.enter_context(Newsroom(2))
            site.scripted = ANSWERS[name][0]
            pilkada.declare(site.base_url, slug=name.lower())
        assert ended(pilkada, sites) == {
            name.lower(): (status, new, {"/wp-json/wp/v2/posts"} if new else set())
            for name in names
            for _, status, new in [ANSWERS[name]]
        }


@pytest.fixture
def elsewhere() -> Iterator[Newsroom]:
    with Newsroom(1) as site:
        yield site


@SMALL
def test_rules_that_stand_at_another_host_are_the_outlets(fresh: Pilkada, site: Newsroom, elsewhere: Newsroom) -> None:
    site.scripted["/robots.txt"] = moved(elsewhere.base_url + "/robots.txt")
    elsewhere.robots = CLOSED.decode()
    assert "redirected" in fresh.crawl(status=3)["detail"], "a port that nobody named"
    assert elsewhere.requests == []
    file = fresh.home / "pilkada.toml"
    file.write_text(file.read_text("utf-8").replace("allow_hosts = [", f'allow_hosts = ["{elsewhere.host}", '), "utf-8")
    report = fresh.crawl(status=3)
    assert report["status"] == "blocked"
    assert "robots.txt asks not to fetch" in report["detail"]
    assert elsewhere.paths == ["/robots.txt"]
    assert set(site.paths) == {"/robots.txt"}


@pytest.mark.parametrize("answer", [(HANG_UP,), (b"ini bukan HTTP\r\n\r\n", HANG_UP)], ids=["hangs-up", "no-HTTP"])
def test_a_site_that_gives_no_answer_to_robots_txt_is_asked_for_nothing_else(
    tmp_path: Path, answer: tuple[bytes]
) -> None:
    pilkada = Pilkada(tmp_path / "home")
    with wire({"/robots.txt": answer}) as (port, requests):
        pilkada.declare(f"http://127.0.0.1:{port}")
        report = pilkada.crawl(status=3)
    assert (report["status"], report["requests"]) == ("failed", len(requests))
    assert "the site is down: robots.txt did not answer" in report["detail"]
    assert {request.split()[1] for request in requests} == {b"/robots.txt"}


def test_a_robots_txt_without_end_is_no_robots_txt(tmp_path: Path) -> None:
    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
        while True:
            yield b"#" * 65536

    pilkada = Pilkada(tmp_path / "home")
    with wire({"/robots.txt": endless}) as (port, requests):
        pilkada.declare(f"http://127.0.0.1:{port}")
        report = pilkada.crawl(status=3)
    assert (report["status"], report["requests"]) == ("blocked", len(requests))
    assert "larger than any robots.txt" in report["detail"]
    assert {request.split()[1] for request in requests} == {b"/robots.txt"}


@SMALL
def test_a_copy_holds_for_a_day_whatever_the_site_answers_and_no_longer(fresh: Pilkada, site: Newsroom) -> None:
    assert fresh.crawl(env=NO_PAGES)["new"] == 2
    site.robots = 503
    for hours, status, new_requests in ((23, "ok", "/wp-json/wp/v2/posts"), (25, "blocked", "/robots.txt")):
        age(fresh, hours)
        site.forget_requests()
        report = fresh.crawl(env=NO_PAGES, status=0 if status == "ok" else 3)
        assert (report["status"], set(site.paths)) == (status, {new_requests})
    site.robots = None
    site.forget_requests()
    assert fresh.crawl(env=NO_PAGES)["status"] == "ok"
    assert site.paths[0] == "/robots.txt"


@SMALL
def test_a_ban_of_the_whole_site_closes_no_source(fresh: Pilkada, site: Newsroom) -> None:
    site.robots = CLOSED.decode()
    for _ in range(2):
        assert fresh.crawl(status=3)["status"] == "blocked"
    site.robots = None
    age(fresh, 25)
    site.forget_requests()
    report = fresh.crawl(env=NO_PAGES)
    assert (report["status"], report["new"], report["detail"]) == ("ok", 2, "")
    assert set(site.paths) == {"/robots.txt", "/wp-json/wp/v2/posts"}


@SMALL
@pytest.mark.soak
def test_a_copy_of_a_time_that_has_not_come_is_not_held(fresh: Pilkada, site: Newsroom) -> None:
    fresh.crawl(env=NO_PAGES)
    age(fresh, -20)
    site.forget_requests()
    fresh.crawl(env=NO_PAGES)
    assert site.paths[0] == "/robots.txt"


def age(pilkada: Pilkada, hours: float) -> None:
    """Make the copy of robots.txt so old."""
    then = datetime.now(UTC) - timedelta(hours=hours)
    connection = sqlite_module().connect(pilkada.home / "pilkada.db")
    try:
        connection.execute("UPDATE host SET robots_fetched_at = ?", (f"{then:%Y-%m-%d %H:%M:%S.%f}",))
        connection.commit()
    finally:
        connection.close()
