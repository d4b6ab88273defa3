"""What readers make of pages that stand where a story stood, from a crawl or an import, and that a rebuild says the same."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.frontier import DueAddress
from archive.records import Purpose, Reason
from archive.warc import Exchange
from crawler import offline
from crawler.child import READERS
from crawler.config import election_pack
from crawler.importing.importer import Report
from crawler.reading import ReadingPool
from crawler.rebuild import rebuild_all
from tests.archive.warcs import each_packed, http, record
from tests.crawler.captures import HOME, SEEN, TEXT, Bench, page, seen
from tests.crawler.commandline import SLUG
from tests.crawler.reading.test_withdrawn import NOTICE

GONE = page("Halaman Tidak Ditemukan", "Silakan cari yang lain.").replace(b"single single-post", b"error404")


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool(READERS, 512) as pool:
        yield pool


@pytest.fixture
def bench(tmp_path: Path, pool: ReadingPool) -> Iterator[Bench]:
    bench = Bench(tmp_path / "home", pool)
    yield bench
    bench.close()


def at(hours: float) -> datetime:
    return SEEN + timedelta(hours=hours)


def shown(path: str, hours: float, body: bytes, status: int = 200) -> bytes:
    name = f"{path.strip('/')}{hours}"
    return record("response", HOME + path, http(body, status=status), name=name, at=at(hours))


def standing(bench: Bench, path: str) -> tuple[str, list[str], str | None, int]:
    found = bench.archive.get(bench.article(path)["uid"])
    notice = found["removal"]["notice"] if found["removal"] else None
    return found["state"], [event["event"] for event in found["events"]], notice, found["versions"]


def everything(bench: Bench) -> list[dict[str, Any]]:
    return [bench.archive.get(one["uid"]) for one in bench.archive.articles()]


def take(bench: Bench, *records: bytes) -> Report:
    return bench.take(each_packed(*records))


def test_captures_of_others_prove_a_removal_whenever_they_are_imported(bench: Bench) -> None:
    story, notice = page("Kotak Suara Tiba", *TEXT), page("Kotak Suara Tiba", NOTICE)
    take(bench, seen("/a/", story), seen("/b/", page("Saksi Menolak", *TEXT[1:], "Rapat ditunda.")))
    report = take(bench, shown("/a/", 40, GONE, 404), shown("/lain/", 40, GONE, 404))
    assert (report.taken, report.skipped, report.rejected) == (1, {"not_found": 1}, {"not_found": 1})
    assert standing(bench, "/a/") == ("suspected", ["suspected"], None, 1)
    take(bench, shown("/a/", 60, notice), shown("/b/", 60, page("Saksi Menolak", NOTICE), 410))
    take(bench, shown("/a/", 30, GONE, 410))
    assert standing(bench, "/a/") == ("removed", ["suspected", "removed"], NOTICE, 1)
    assert standing(bench, "/b/") == ("suspected", ["suspected"], NOTICE, 1)
    assert bench.article("/a/")["body"] == "\n\n".join(TEXT)
    before = everything(bench)
    rebuild_all(bench.loaded, bench.archive.database)
    assert everything(bench) == before
    take(bench, shown("/a/", 50, story))
    assert standing(bench, "/a/")[:2] == ("suspected", ["suspected", "suspected"])
    take(bench, shown("/a/", 99, story))
    assert standing(bench, "/a/") == ("live", ["suspected", "suspected"], None, 1)
    bench.assert_sound(2)


def exchange(path: str, body: bytes, status: int) -> Exchange:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return Exchange(
        url=HOME + path,
        sent=f"GET {path} HTTP/1.1\r\nHost: kabar.example\r\n\r\n".encode(),
        received=head + body,
        status=status,
        content_type="text/html",
        started_at=at(200),
    )


def test_a_crawl_that_misses_a_held_story_reads_what_stands_there(bench: Bench, pool: ReadingPool) -> None:

    paths = ("/a/", "/b/", "/c/", "/d/")
    take(bench, *(seen(path, page(f"Kotak Suara {path}", *TEXT, f"Catatan untuk {path}")) for path in paths))
    crawl = offline.begin(
        bench.loaded.home, bench.archive.database, SLUG, bench.loaded.settings.outlets[SLUG], work="crawl"
    )
    ids = dict(bench.pilkada.rows("select canonical, id from address"))
    with bench.archive.database.write() as connection:
        from archive import frontier

        ids["/baru/"] = frontier.address(connection, crawl.ticket.outlet_id, "/baru/", rules_version=9, now=at(0))[0]

    def due(path: str) -> DueAddress:
        return DueAddress(
            address_id=ids[path], purpose=Purpose.ARTICLE, canonical=path, url=HOME + path, tries=0
        )  # fmt: skip

    explained = page("Kotak Suara", NOTICE)
    for path, body, status in (("/a/", explained, 404), ("/b/", GONE, 410), ("/baru/", GONE, 404)):
        crawl.keep_failure(
            due(path), Reason.NOT_FOUND, f"answered {status}", status=status, exchanges=[exchange(path, body, status)]
        )
    crawl.keep_failure(due("/d/"), Reason.HTTP, "answered 503", status=503, exchanges=[exchange("/d/", GONE, 503)])
    front = page("Kabar", "Berita terkini.").replace(b"single single-post", b"home blog")
    crawl.keep_page(due("/c/"), f"{HOME}/", [exchange("/c/", front, 200)])
    asyncio.run(offline.read(crawl, offline.reader(crawl, pool, election_pack(bench.loaded))))
    crawl.captures.close()
    told = bench.pilkada.rows(
        "select canonical, state, reason from visit join address a on a.id = address_id where run_id = "
        f"{crawl.ticket.run_id} order by canonical"
    )
    assert told == [
        ("/a/", "rejected", "not_found"),
        ("/b/", "rejected", "gone"),
        ("/baru/", "rejected", "not_found"),
        ("/c/", "rejected", "home"),
        ("/d/", "failed", "http"),
    ]
    assert standing(bench, "/a/") == ("suspected", ["suspected"], NOTICE, 1)
    assert [standing(bench, path)[0] for path in paths[1:]] == ["suspected", "suspected", "live"]
    before = everything(bench)
    rebuild_all(bench.loaded, bench.archive.database)
    assert everything(bench) == before
