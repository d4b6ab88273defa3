"""Imported stories in several pages: one text, whatever others fetched first."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from crawler.child import READERS
from crawler.reading import ReadingPool
from crawler.rebuild import rebuild_all
from tests.archive.warcs import each_packed, http, record
from tests.crawler.captures import HOME, SEEN, TEXT, Bench, page, seen


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool(READERS, 512) as pool:
        yield pool


@pytest.fixture
def own(tmp_path: Path, pool: ReadingPool) -> Iterator[Bench]:
    bench = Bench(tmp_path / "home", pool)
    yield bench
    bench.close()


def one_of_three(number: int, *, story: str = "/a/b/", at: datetime = SEEN, text: str = "", name: str = "") -> bytes:
    """A page of a story of three, as a WordPress links them."""
    links = "".join(
        f'<span class="post-page-numbers current">{n}</span>'
        if n == number
        else f'<a class="post-page-numbers" href="{HOME}{story}{"" if n == 1 else f"{n}/"}">{n}</a>'
        for n in (1, 2, 3)
    )
    body = page("Judul Bersambung", text or TEXT[number - 1])
    links = f'<div class="page-links">Halaman: {links}</div></div></article>'
    path = story if number == 1 else f"{story}{number}/"
    return seen(path, body.replace(b"</div></article>", links.encode()), at=at, **({"name": name} if name else {}))


def test_each_order_gives_the_whole_text_and_so_does_a_rebuild(tmp_path: Path, pool: ReadingPool) -> None:
    for number, order in enumerate(permutations((1, 2, 3))):
        bench = Bench(tmp_path / str(number) / "home", pool)
        files = [one_of_three(n) for n in order]
        for file in files:
            assert (bench.take(file).taken, bench.take(file).known) == (1, 1)
        bench.take(each_packed(*files))
        for _ in range(2):
            article = bench.article("/a/b/")
            assert (article["body"], article["flags"], article["versions"]) == ("\n\n".join(TEXT), [], 1), order
            assert sorted(one["role"] for one in article["captures"]) == ["page", "page 2", "page 3"]
            rebuild_all(bench.loaded, bench.archive.database)
        bench.assert_sound(1)
        bench.close()


def test_each_look_at_a_story_has_the_pages_of_its_time(own: Bench) -> None:
    later, new = SEEN + timedelta(days=9), TEXT[1].replace("tanpa saksi", "tanpa dua saksi")
    own.take(each_packed(one_of_three(1, at=later, name="11"), one_of_three(2, at=later, text=new, name="12")))
    own.take(each_packed(one_of_three(2, name="2"), one_of_three(3, name="3"), one_of_three(1, name="1")))
    for _ in range(2):
        article = own.article("/a/b/")
        assert (article["body"], article["versions"]) == ("\n\n".join((TEXT[0], new, TEXT[2])), 2)
        history = own.archive.get(article["uid"])["history"]
        assert [version["since"][:10] for version in history] == ["2025-06-02", "2025-06-11"]
        rebuild_all(own.loaded, own.archive.database)
    own.assert_sound(1)


def test_a_revisit_of_a_further_page_is_no_story(own: Bench) -> None:
    refers = [f"WARC-Refers-To-Target-URI: {HOME}/a/b/2/", f"WARC-Refers-To-Date: {SEEN:%Y-%m-%dT%H:%M:%SZ}"]
    again = record("revisit", f"{HOME}/a/b/2/", b"", name="99", at=SEEN + timedelta(days=1), more=refers)
    report = own.take(each_packed(*(one_of_three(n) for n in (1, 2, 3)), again))
    assert (report.taken, report.new) == (4, 1)
    assert own.article("/a/b/")["body"] == "\n\n".join(TEXT)
    own.assert_sound(1)


def test_a_story_at_a_number_is_none_of_another_s_pages(own: Bench) -> None:
    """`/daerah/12/` is read where a list told of it; its pages are its own."""
    report = own.take(each_packed(*(one_of_three(n, story="/politik/daerah/12/") for n in (2, 3, 1))))
    assert (report.taken, report.skipped) == (2, {"part": 1})


def a_feed(at: datetime, name: str) -> bytes:
    """A feed that holds the story's first page alone, as a WordPress writes it."""
    item = f"<item><title>Judul Bersambung</title><link>{HOME}/a/b/</link><content:encoded>&lt;p&gt;{TEXT[0]}&lt;/p&gt;</content:encoded></item>"
    body = (
        f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>{item}</channel></rss>'
    )
    return record("response", f"{HOME}/feed/", http(body.encode(), kind="application/rss+xml"), name=name, at=at)


@pytest.mark.parametrize("hours", [-48, 48])
def test_what_a_feed_had_of_a_story_gives_way_to_its_pages(own: Bench, hours: int) -> None:
    own.take(a_feed(SEEN + timedelta(hours=hours), "70"))
    assert own.article("/a/b/")["body"] == TEXT[0]
    own.take(each_packed(*(one_of_three(n) for n in (1, 2, 3))))
    own.take(
        one_of_three(
            1, at=SEEN - timedelta(days=30), text="Apa yang ada di sini sebelumnya tidak sama. " * 9, name="71"
        )
    )
    for _ in range(2):
        article = own.article("/a/b/")
        assert (article["body"], article["flags"], article["versions"]) == ("\n\n".join(TEXT), [], 2)
        rebuild_all(own.loaded, own.archive.database)
    own.assert_sound(1)


def test_a_story_that_was_put_on_one_page_has_none_of_its_old_ones(own: Bench) -> None:
    own.take(each_packed(*(one_of_three(n) for n in (1, 2, 3))))
    shorter = (TEXT[0], "Redaksi menulis ulang berita ini dan menaruh semuanya di satu halaman.")
    own.take(seen("/a/b/", page("Judul Bersambung", *shorter), at=SEEN + timedelta(days=3), name="9"))
    article = own.article("/a/b/")
    assert (article["body"], article["flags"], article["versions"]) == ("\n\n".join(shorter), ["short"], 2)
