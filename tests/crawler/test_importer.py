"""Foreign captures, taken in by this process: what others write is read, what is hostile or not ours is counted and left."""

import gzip
import io
import json
import random
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.output import MisuseError
from crawler.child import READERS
from crawler.importing.files import kind_of
from crawler.importing.importer import Report
from crawler.reading import ReadingPool
from crawler.rebuild import rebuild_all
from crawler.sample import ListingSite, NewspaperSite, PopojiSite, SampleSite
from spiders.outlets import shipped
from tests.archive.warcs import each_packed, http, packed_as_one, record
from tests.crawler.captures import BODY, EXAMPLES, HOME, NOW, SEEN, TEXT, Bench, chunked, page, seen, wacz
from tests.crawler.commandline import SLUG
from tests.rowfaults import faults

OTHER = "https://suara.example"
SITES: dict[str, type[PopojiSite | NewspaperSite | ListingSite]] = {
    "kaltimkita": PopojiSite,
    "prokalteng": NewspaperSite,
    "gradasigo": ListingSite,
}


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool(READERS, 512) as pool:
        yield pool


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, pool: ReadingPool) -> Iterator[Bench]:
    """A home that knows two outlets and those that ship; each test has addresses of its own."""
    bench = Bench(tmp_path_factory.mktemp("import") / "home", pool, f"{HOME}:443", f"{OTHER}:443")
    yield bench
    assert bench.row("select count(*) from visit where state = 'unread'") == (0,)
    bench.assert_sound(bench.row("select count(*) from article")[0])
    assert [fault for record in bench.archive.articles() for fault in faults("article", record)] == []
    bench.close()


@pytest.fixture
def own(tmp_path: Path, pool: ReadingPool) -> Iterator[Bench]:
    """A home of the test's own."""
    bench = Bench(tmp_path / "home", pool)
    yield bench
    bench.close()


# ---- what others write ----


@pytest.mark.parametrize("slug", SITES)
def test_the_pages_of_an_outlet_that_ships_become_its_articles(bench: Bench, slug: str) -> None:
    """The site's pages, its feed and its lists, as a crawler of another kind would have kept them."""
    home = shipped()[slug].base_url
    with SITES[slug](clock=lambda: NOW) as site:
        paths = [site.path(post) for post in site.public]
        lists = {"kaltimkita": ["/feed", "/category/all", "/category/all/page/2"], "gradasigo": ["/article"]}
        records = []
        for number, path in enumerate(["/", *lists.get(slug, ["/feed/"]), *paths, "/tidak-ada"]):
            answer = site.serve(path, {})
            here = answer.body.replace(site.base_url.encode(), home.encode())
            kind = dict(answer.headers).get("Content-Type", "text/html")
            block = http(here, status=answer.status, kind=kind)
            records.append(record("response", home + path, block, name=f"{number}{len(home)}", at=NOW))
        public = {post.slug for post in site.public}
    report = bench.take(each_packed(*records))
    assert report.new == len(public)
    found = [article for article in bench.archive.articles() if article["outlet"] == slug]
    assert {article["url"].rstrip("/").rpartition("/")[2] for article in found} == public
    if slug == "kaltimkita":
        assert {article["published_source"] for article in found} >= {"feed"}


@pytest.mark.parametrize(("number", "example"), list(enumerate(EXAMPLES, 1)), ids=EXAMPLES)
def test_files_of_other_tools_are_read(bench: Bench, number: int, example: str) -> None:
    report = bench.take(EXAMPLES[example])
    assert (report.kind, report.records, report.taken, report.new) == ("warc", 3, 1, 1)
    assert report.skipped == {"warcinfo": 1, "request": 1}
    article = bench.article(f"/{number}/")
    assert (article["title"], article["body"]) == (f"Kotak Suara {number}", "\n\n".join(TEXT))
    assert article["first_seen_at"] == article["last_seen_at"] == "2025-06-02T01:00:00Z"
    (capture,) = article["captures"]
    assert capture["record_id"] == f"<urn:uuid:00000000-0000-4000-8000-00000000080{number}>"
    assert bench.row("select distinct origin from capture") == ("import",)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # warcio leaves its buffers open
def test_what_warcio_writes_is_read(bench: Bench) -> None:
    """As pywb, Browsertrix and Heritrix's tools do: gzip per record, digests, and a revisit of the same page."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record("a.warc.gz", {"software": "warcio"}))
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), ("Content-Encoding", "gzip")], "HTTP/1.1")
    payload = gzip.compress(page("Ditulis warcio"))
    at = {"WARC-Date": f"{SEEN:%Y-%m-%dT%H:%M:%SZ}"}
    first = writer.create_warc_record(
        f"{HOME}/warcio/", "response", payload=io.BytesIO(payload), http_headers=headers, warc_headers_dict=at
    )
    writer.write_record(first)
    digest = first.rec_headers.get_header("WARC-Payload-Digest")
    writer.write_record(
        writer.create_revisit_record(f"{HOME}/warcio/", digest, f"{HOME}/warcio/", at["WARC-Date"], headers)
    )
    report = bench.take(file.getvalue())
    assert (report.taken, report.new, report.skipped) == (2, 1, {"warcinfo": 1})
    article = bench.article("/warcio/")
    assert article["body"] == "\n\n".join(TEXT)
    assert article["first_seen_at"] == "2025-06-02T01:00:00Z" < article["last_seen_at"]


@pytest.mark.skipif(shutil.which("wget") is None, reason="there is no wget here")
def test_what_wget_writes_is_read(tmp_path: Path, pool: ReadingPool) -> None:
    with SampleSite(clock=lambda: NOW) as site:
        urls = [site.base_url + site.path(post) for post in site.public[:2]]
        command = ["wget", "--quiet", "--warc-file=wget", "--output-document=all", *urls]
        subprocess.run(command, cwd=tmp_path, check=True, timeout=20)
        bench = Bench(tmp_path / "home", pool, site.base_url)
    report = bench.take((tmp_path / "wget.warc.gz").read_bytes())
    assert (report.taken, report.new) == (2, 2)
    bench.close()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_a_wacz_file_is_read(bench: Bench, method: int) -> None:
    files = [each_packed(seen(f"/wacz-{method}-{name}/", page(f"Wacz {method} {name}"))) for name in ("a", "b")]
    report = bench.take(wacz(*files, method=method))
    assert (report.kind, report.records, report.taken, report.new) == ("wacz", 2, 2, 2)


def test_a_damaged_member_of_a_wacz_file_harms_only_itself(bench: Bench) -> None:
    data = bytearray(wacz(*(each_packed(seen(f"/rusak-{name}/", page(f"Rusak {name}"))) for name in ("a", "b"))))
    data[data.index(b"archive/rec-0.warc.gz") + 40] ^= 255
    report = bench.take(bytes(data))
    assert report.new == 1
    assert "archive/rec-0.warc.gz cannot be read" in report.detail or report.skipped


def test_bombs_cost_neither_memory_nor_the_records_before_them(bench: Bench) -> None:
    """A body of 66 MB in 66 KB, one of 70 MB in a gzip member, both in a zip file."""
    body = gzip.compress(bytes(66_000_000), 9)
    packed = record("response", f"{HOME}/bom/", http(body, "Content-Encoding: gzip"), name="70", at=SEEN)
    whole = record("response", f"{HOME}/besar/", bytes(70_000_000), name="71", at=SEEN)
    one = each_packed(seen("/bom-a/", page("Bom a")), packed, whole)
    data = wacz(one, each_packed(seen("/bom-b/", page("Bom b"))), method=zipfile.ZIP_DEFLATED)
    assert len(data) < 2_000_000
    report = bench.take(data)
    assert report.skipped == {"unreadable": 1, "too_large": 1}
    assert report.new == 2


def test_a_feed_s_texts_are_read_where_nothing_else_shows_the_stories(own: Bench) -> None:
    with SampleSite(clock=lambda: NOW) as site:
        feed = site.serve("/feed/", {}).body.replace(site.base_url.encode(), HOME.encode())
        post = next(post for post in site.public if f"{site.path(post)}</link>".encode() in feed)
        shown = site.serve(site.path(post), {}).body.replace(site.base_url.encode(), HOME.encode())
    told = record("response", f"{HOME}/feed/", http(feed, kind="application/rss+xml"), name="1", at=NOW)
    a_page = record("response", HOME + site.path(post), http(shown), name="2", at=NOW)
    report = own.take(each_packed(told, a_page))
    assert report.taken == 2
    assert report.new == feed.count(b"<item>")
    kinds = {capture["role"] for article in own.archive.articles() for capture in article["captures"]}
    assert kinds == {"record", "page", "listing"}
    assert {capture["role"] for capture in own.article(site.path(post))["captures"]} == {"page", "listing"}
    again = own.take(each_packed(told, a_page))
    assert (again.known, again.new + again.revised + again.unchanged) == (2, 0)
    own.assert_sound(report.new)


def test_a_feed_that_was_lost_since_harms_no_further_import(own: Bench) -> None:
    item = f"<item><title>Tanpa Isi</title><link>{HOME}/tanpa-isi/</link><description>Isi.</description></item>"
    feed = f"<rss version='2.0'><channel>{item}</channel></rss>".encode()
    assert own.take(record("response", f"{HOME}/feed/", http(feed, kind="application/rss+xml"))).taken == 1
    for file in (own.pilkada.home / "warc").rglob("*.gz"):
        file.unlink()
    assert own.take(seen("/utuh/", BODY)).new == 1


# ---- what is counted and left ----

OF_OTHERS = (
    b'[{"id": 5, "link": "https://lain.example/q/", "status": "publish", "type": "post", "title": {"rendered": "Lain"},'
    b' "content": {"rendered": "<p>Isi.</p>"}}]'
)
LEFT = {
    "other_host": record("response", "https://lain.example/sisa/", http(BODY)),
    "no_address": record("response", None, http(BODY)),
    "metadata": record("metadata", f"{HOME}/sisa/", b"a: b\r\n"),
    "resource": record("resource", f"{HOME}/sisa/", BODY),
    "unknown_type": record("\x1b[2Jjahat", f"{HOME}/sisa/", BODY),
    "redirect": record("response", f"{HOME}/sisa/", http(b"x", "Location: /b/", status=301)),
    "not_found": record("response", f"{HOME}/sisa/", http(BODY, status=404)),
    "error_status": record("response", f"{HOME}/sisa/", http(BODY, status=503)),
    "not_html": record("response", f"{HOME}/a.png", http(b"\x89PNG", kind="image/png")),
    "no_story": record("response", f"{HOME}/wp-content/themes/a.css", http(b"a{}", kind="text/css")),
    "part": record("response", f"{HOME}/sisa/page/2/", http(BODY)),
    "empty": record("response", f"{HOME}/sisa/", http(b"")),
    "bad_date": seen("/sisa/", BODY, at="0001-01-01T00:00:00Z"),
    "no_date": seen("/sisa/", BODY, at="kemarin"),
    "far_date": seen("/sisa/", BODY, at="99999-01-01T00:00:00Z"),
    "future_date": seen("/sisa/", BODY, at=datetime.now(UTC) + timedelta(days=3)),
    "truncated": seen("/sisa/", BODY, more=["WARC-Truncated: length"]),
    "short": record("response", f"{HOME}/sisa/", http(BODY[:400], f"Content-Length: {len(BODY)}")),
    "some_of_it": record("response", f"{HOME}/sisa/", http(BODY, "Content-Range: bytes 0-99/999", status=206)),
    "segment": seen("/sisa/", BODY, more=["WARC-Segment-Number: 1"]),
    "part_beyond": seen("/sisa/31/", BODY.replace(b"<p>", b'<a class="post-page-numbers" href="/sisa/32/">32</a><p>')),
    "half_chunk": record("response", f"{HOME}/sisa/", http(chunked(BODY)[:-200], "Transfer-Encoding: chunked")),
    "damaged": seen("/sisa/", BODY, more=["WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]),
    "unreadable": record("response", f"{HOME}/sisa/", http(BODY, "Content-Encoding: br")),
    "no_http": record("response", f"{HOME}/sisa/", b"\x00\x01\x02"),
    "malformed": record("response", f"{HOME}/sisa/", http(BODY), length="banyak"),
    "revisit_of_unknown": record("revisit", f"{HOME}/sisa/", http(b"")),
    "long_id": seen("/sisa/", BODY, name=None, more=[f"WARC-Record-ID: {'x' * 9000}"]),
    "folded_id": seen("/sisa/", BODY, name=None, more=["WARC-Record-ID: <urn:uuid:a", "\t b>"]),
    "escape_in_id": seen("/sisa/", BODY, name=None, more=["WARC-Record-ID: <\x1b[2J>"]),
    "escape_in_address": record("response", f"{HOME}/sisa\x1b[2J/", http(BODY)),
    "blank_in_address": record("response", f"{HOME}/si sa/", http(BODY)),
    "long_address": seen(f"/{'x' * 3000}/", BODY),
    "of_others": record("response", f"{HOME}/wp-json/wp/v2/posts", http(OF_OTHERS, kind="application/json")),
    "no_answer": record("response", f"{HOME}/wp-json/wp/v2/posts", http(b"<html>", status=200)),
}
COUNTED_AS = {
    "long_id": "malformed",
    "folded_id": "malformed",
    "escape_in_id": "malformed",
    "escape_in_address": "bad_address",
    "blank_in_address": "bad_address",
    "long_address": "bad_address",
    "of_others": "no_story",
    "no_address": "other_host",
    "no_date": "bad_date",
    "far_date": "bad_date",
    "short": "truncated",
    "some_of_it": "truncated",
    "segment": "truncated",
    "part_beyond": "part",
    "half_chunk": "truncated",
    "no_http": "malformed",
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_no_page_of_ours_is_counted_by_reason(bench: Bench, name: str) -> None:
    before = bench.row("select count(*), sum(size) from warc_file")
    report = bench.take(LEFT[name])
    assert (report.records, report.taken) == (1, 0)
    assert list(report.skipped) == [COUNTED_AS.get(name, name)]
    assert bench.row("select count(*), sum(size) from warc_file") == before, "what takes nothing writes nothing"


def test_a_length_beyond_all_numbers_is_none(bench: Bench) -> None:
    block = http(page("Panjang Sekali"), f"Content-Length: {'9' * 5000}")
    assert bench.take(record("response", f"{HOME}/panjang/", block, name="81", at=SEEN)).new == 1


def test_pages_that_are_no_articles_are_rejected_by_kind(bench: Bench) -> None:
    challenge = b"<html><head><title>Just a moment...</title></head><body>_cf_chl_opt</body></html>"
    listing = b'<html><body class="archive category"><p>Arsip Pilkada</p></body></html>'
    report = bench.take(each_packed(seen("/jenis-a/", challenge), seen("/jenis-b/", listing)))
    assert (report.taken, report.new, report.rejected) == (2, 0, {"challenge": 1, "listing": 1})


def test_an_id_that_another_record_has_is_not_believed(bench: Bench) -> None:
    first, other = page("Nomor Sama"), page("Lain Sekali")
    records = [seen("/id-a/", first, name="50"), seen("/id-b/", other, name="50"), seen("/id-a/", first, name="50")]
    report = bench.take(each_packed(*records))
    assert (report.taken, report.known, report.skipped) == (1, 1, {"id_taken": 1})
    assert bench.take(each_packed(seen("/id-c/", other, name="50"))).skipped == {"id_taken": 1}


def test_a_record_without_an_id_is_known_again_by_its_bytes(bench: Bench) -> None:
    nameless = [seen(f"/tanpa-{name}/", page(f"Tanpa {name}"), name=None) for name in ("a", "b")]
    assert bench.take(each_packed(*nameless)).new == 2
    again = bench.take(packed_as_one(*nameless[::-1]))
    assert (again.taken, again.known) == (0, 2)


def test_a_time_without_a_zone_is_utc_and_a_password_in_an_address_is_left_out(bench: Bench) -> None:
    data = seen("/zona/", page("Tanpa Zona"), at="2025-06-02T01:00:00").replace(b"https://", b"https://nama:sandi@")
    assert bench.take(data).new == 1
    article = bench.article("/zona/")
    assert (article["first_seen_at"], article["url"]) == ("2025-06-02T01:00:00Z", f"{HOME}/zona/")


def test_a_file_that_ends_in_the_middle_gives_what_is_whole(bench: Bench) -> None:
    data = each_packed(seen("/potong-a/", page("Potong a")), seen("/potong-b/", page("Potong b")))
    report = bench.take(data[:-30])
    assert (report.new, report.skipped) == (1, {"truncated": 1})
    report = bench.take(data)
    assert (report.known, report.new) == (1, 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"bukan apa-apa\n",
        b"# hanya catatan\n",
        random.Random(3).randbytes(4000),
        each_packed(b"hanya teks"),
        each_packed(b""),
        b"PK\x03\x04 rusak",
        b"\xff\xfehalo",
        b"\x1f\x8b",
    ],
    ids=["empty", "text", "remark", "noise", "packed-text", "packed-nothing", "zip", "utf-16", "magic"],
)
def test_what_can_be_imported_is_told_by_its_content(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "buruk").write_bytes(data)
    with pytest.raises(MisuseError, match="buruk"):
        kind_of(tmp_path / "buruk")


def test_a_zip_without_records_a_folder_and_no_file_are_said(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lain.zip", "w") as archive:
        archive.writestr("catatan.txt", "halo")
    for name, word in (
        ("lain.zip", "no WACZ"),
        (".", "is a folder: name the files in it"),
        ("tidak-ada", "No such file"),
    ):
        with pytest.raises(MisuseError, match=word):
            kind_of(tmp_path / name)


def test_only_the_outlet_that_is_named_is_taken(bench: Bench) -> None:
    other = record("response", f"{OTHER}/b/", http(page("Suara")), name="60", at=SEEN)
    data = each_packed(seen("/satu/", page("Satu")), other)
    report = bench.take(data, only="kabar-1")
    assert (report.new, report.skipped) == (1, {"other_outlet": 1})
    report = bench.take(data)
    assert (report.new, report.known) == (1, 1)
    assert (bench.article("/satu/")["outlet"], bench.article("/b/")["outlet"]) == (SLUG, "kabar-1")


# ---- what a look of the past means ----


def test_a_revisit_is_a_look_at_what_is_held(own: Bench) -> None:
    later = SEEN + timedelta(days=40)
    refers = ["WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-000000000001>"]
    by_id = record("revisit", f"{HOME}/a/", http(b""), name="2", at=later, more=refers)
    refers = [f"WARC-Refers-To-Target-URI: {HOME}/a/", f"WARC-Refers-To-Date: {SEEN:%Y-%m-%dT%H:%M:%SZ}"]
    by_date = record("revisit", f"{HOME}/a/", b"", name="3", at=later + timedelta(days=1), more=refers)
    data = each_packed(seen("/a/", BODY, name="1"), by_id, by_date)
    report = own.take(data)
    assert (report.taken, report.new) == (3, 1)
    article = own.article("/a/")
    assert (article["first_seen_at"], article["last_seen_at"]) == ("2025-06-02T01:00:00Z", "2025-07-13T01:00:00Z")
    assert (article["versions"], len(article["captures"])) == (1, 1)
    assert own.take(data).known == 3


def test_the_order_of_imports_changes_nothing_and_neither_does_a_rebuild(tmp_path: Path, pool: ReadingPool) -> None:
    days = (3, 1, 2)
    files = [
        seen("/a/", page("Judul Berita", *TEXT[:day]), name=f"{day}", at=SEEN + timedelta(days=day)) for day in days
    ]
    files += [of_story(9, "post", SEEN), of_story(9, "page", SEEN + timedelta(hours=2))]
    found = []
    for number, order in enumerate([(0, 1, 2, 3, 4), (4, 2, 1, 0, 3)]):
        bench = Bench(tmp_path / str(number) / "home", pool)
        for at in order:
            bench.take(files[at])
        found.append(held(bench))
        if not number:
            rebuild_all(bench.loaded, bench.archive.database)
            found.append(held(bench))
        bench.assert_sound(2)
        bench.close()
    api, story = found[0]
    assert [since for since, _ in story["history"]] == [f"2025-06-0{day}T01:00:00Z" for day in (3, 4, 5)]
    assert story["body"] == "\n\n".join(TEXT)
    assert (api["authors"], api["section"], len(api["history"])) == (["Rina Kartika"], "Politik", 1)
    assert all(one == found[0] for one in found)


def of_story(number: int, kind: str, at: datetime) -> bytes:
    """A story as the REST interface has it, without what may be embedded in it, or as its page has it."""
    title, url = f"Berita {number}", f"{HOME}/berita-{number}/"
    text = "".join(f"<p>{text}</p>" for text in TEXT)
    post = {
        "id": number,
        "link": url,
        "date_gmt": "2025-06-01T02:00:00",
        "title": {"rendered": title},
        "status": "publish",
    }
    post |= {"content": {"rendered": text, "protected": False}, "type": "post"}
    said = b'<meta property="article:section" content="Politik"><meta name="author" content="Rina Kartika">'
    if kind == "page":
        return record(
            "response", url, http(page(title).replace(b"</head>", said + b"</head>")), name=f"{number}1", at=at
        )
    answer = http(json.dumps([post]).encode(), kind="application/json")
    return record("response", f"{HOME}/wp-json/wp/v2/posts?page=1", answer, name=f"{number}0", at=at)


def held(bench: Bench) -> list[dict[str, Any]]:
    """What articles show and were, without what tells of the order in which we learned of it."""
    shown = []
    for article in sorted(bench.archive.articles(), key=lambda article: str(article["title"])):
        history = bench.archive.get(article["uid"])["history"]
        texts = [(version["since"], version["text_sha256"]) for version in history]
        captures = sorted(capture["record_id"] for capture in article["captures"])
        shown.append({**article, "id": 0, "captures": captures, "history": texts})
    return shown


# ---- lists of addresses ----


def test_a_list_of_addresses_becomes_due_and_a_look_that_was_before_leaves_it_so(own: Bench) -> None:
    urls = [f"{HOME}/{name}/" for name in ("a", "b", "c")]
    lines = ["\ufeff# untuk minggu ini", *urls, "", f"{urls[0]}?utm_source=wa", "https://lain.example/a/", "ftp://x/y"]
    data = "\r\n".join(lines).encode()
    report: Report = own.take(data)
    assert (report.kind, report.records, report.taken, report.due) == ("addresses", 6, 3, 3)
    assert (report.known, report.skipped) == (1, {"other_host": 1, "bad_address": 1})
    again = own.take(data)
    assert (again.due, again.known) == (0, 4)
    assert own.take(seen("/a/", BODY)).new == 1
    assert own.row("select count(*) from due") == (3,), "it was seen before it was asked for"
