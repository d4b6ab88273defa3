"""The sample outlet, driven over real HTTP on loopback."""

import gzip
import html
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.message import Message
from urllib.parse import urlsplit

import pytest

from crawler.sample import SAMPLES, Post, SampleSite, Status, sample_posts
from crawler.sample.markup import NEXTPAGE, lines, linked, parts
from crawler.sample.posts import ZONE

POSTS = "/wp-json/wp/v2/posts"
NOW = datetime(2025, 6, 1, 4, 0, tzinfo=UTC)
PAGED, STICKY, PROTECTED, DRAFT, SCHEDULED = 183, 131, 199, 322, 325
DAYS = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Got:
    status: int
    headers: Message
    raw: bytes

    @property
    def text(self) -> str:
        body = gzip.decompress(self.raw) if self.headers["Content-Encoding"] == "gzip" else self.raw
        return body.decode()

    @property
    def json(self):
        return json.loads(self.text)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Iterator[SampleSite]:
    with SampleSite(clock=clock) as running:
        yield running


def get(site: SampleSite, target: str, *, method: str = "GET", **headers: str) -> Got:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.base_url).port, timeout=10)
    try:
        connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Got(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def post_of(site: SampleSite, number: int) -> Post:
    return next(post for post in site.posts if post.id == number)


def cards(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<article id="post-(\d+)"', page)]


def visible(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def squeezed(line: str) -> str:
    return re.sub(r"\s+", " ", line).strip()


# the newsroom


def test_thirty_articles_are_public_and_one_asks_for_a_password() -> None:
    kinds = [post.status for post in sample_posts()]
    assert [kinds.count(kind) for kind in (Status.PUBLISH, Status.PASSWORD, Status.DRAFT, Status.FUTURE)] == [
        30,
        1,
        1,
        1,
    ]
    assert sum(post.section == "Pilkada" for post in sample_posts() if post.status is Status.PUBLISH) == 17


def test_ids_slugs_and_titles_are_unique() -> None:
    posts = sample_posts()
    for name in ("id", "slug", "title"):
        assert len({getattr(post, name) for post in posts}) == len(posts)


def test_baca_juga_leads_to_a_public_post_under_its_title(site: SampleSite) -> None:
    public = {post.slug: post for post in site.view().public}
    blocks = [block for post in public.values() for block in post.blocks if block.startswith("Baca juga: ")]
    assert len(blocks) >= 8
    for block in blocks:
        (slug,) = linked(block)
        assert lines(block) == (f"Baca juga: {public[slug].title}",)


def test_weekdays_in_the_prose_agree_with_the_calendar() -> None:
    seen = 0
    for post in sample_posts():
        for block in post.blocks:
            for day, number, month, year in re.findall(
                r"(\w+) \((\d+)/(\d+)/(\d{4})\)", block.replace("Jum'at", "Jumat")
            ):
                assert DAYS[date(int(year), int(month), int(number)).weekday()] == day, block
                seen += 1
    assert seen > 25


def test_the_prose_holds_what_readers_of_it_must_cope_with() -> None:
    public = [post for post in sample_posts() if post.status is Status.PUBLISH]
    texts = {post.id: [line for block in post.blocks for line in lines(block)] for post in public}
    words = {number: sum(len(line.split()) for line in text) for number, text in texts.items()}
    assert sum(60 <= count <= 90 for count in words.values()) == 2
    assert all(150 <= count <= 350 or count <= 90 for count in words.values())
    assert sum(any(line.startswith("Penulis: ") for line in text) for text in texts.values()) >= 16
    assert sum(text[-1].endswith("(adv)") for text in texts.values()) == 1
    assert sum(bool(re.search(r"\([a-z/]+\)$", text[-1])) for text in texts.values()) >= 6
    long = {number: [line for line in text if len(line) > 40] for number, text in texts.items()}
    assert [number for number, text in long.items() if len(set(text)) < len(text)] == [171]
    running = [
        line for text in texts.values() for line in text if re.match(r"(Baca|Simak|Lihat) (juga|pula)\b(?!:)", line)
    ]
    assert len(running) == 3
    assert all(len(line) > 160 for line in running)
    assert sum(post.modified is not None for post in public) == 3
    assert sum(post.date.astimezone(UTC).date() < post.date.date() for post in public) == 8


# the REST interface


def test_the_collection_lists_articles_and_the_protected_post(site: SampleSite) -> None:
    got = get(site, f"{POSTS}?per_page=100")
    assert (got.status, got.headers["X-WP-Total"], got.headers["X-WP-TotalPages"], got.headers["Link"]) == (
        200,
        "31",
        "1",
        None,
    )
    assert len(got.json) == 31
    assert {post["id"] for post in got.json}.isdisjoint({DRAFT, SCHEDULED})
    (protected,) = [post for post in got.json if post["content"]["protected"]]
    assert (protected["id"], protected["content"]["rendered"]) == (PROTECTED, "")
    # the prefix stands in feeds and on pages only, as measured
    assert protected["title"]["rendered"] == post_of(site, PROTECTED).title
    assert "Protected: Daftar Kontak" in get(site, site.path(post_of(site, PROTECTED))).text
    assert "Protected: Daftar Kontak" in get(site, "/feed/?paged=2").text


def test_pages_link_to_the_next_and_end_with_an_error(site: SampleSite) -> None:
    seen: list[int] = []
    target = f"{POSTS}?per_page=7"
    while target:
        got = get(site, target)
        seen += [post["id"] for post in got.json]
        found = re.search(r'<([^>]+)>; rel="next"', got.headers["Link"] or "")
        target = found[1].removeprefix(site.base_url) if found else ""
    assert len(seen) == len(set(seen)) == 31
    assert len(site.requests) == 5
    past = get(site, f"{POSTS}?per_page=7&page=6")
    assert (past.status, past.json["code"]) == (400, "rest_post_invalid_page_number")


@pytest.mark.parametrize(
    "query",
    ["per_page=101", "per_page=0", "page=0", "page=x", "after=2024-11-01", "after=2024-11-01T00:00:00+08:00", "orderby=colour", "include=a", "status=trash", "search=kpu"],
)  # fmt: skip
def test_a_bad_parameter_is_refused(site: SampleSite, query: str) -> None:
    got = get(site, f"{POSTS}?{query}")
    assert (got.status, got.json["code"]) == (400, "rest_invalid_param")


def test_bounds_are_strict_and_local_unless_they_say_otherwise(site: SampleSite) -> None:
    moment = post_of(site, 142).date

    def ids(query: str) -> list[int]:
        return [post["id"] for post in get(site, f"{POSTS}?per_page=100&order=asc&_fields=id&{query}").json]

    at, before = f"{moment:%Y-%m-%dT%H:%M:%S}", f"{moment - timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}"
    assert 142 not in ids(f"after={at}")
    assert ids(f"after={before}")[0] == 142
    assert 142 not in ids(f"before={at}")
    assert ids(f"after={moment.astimezone(UTC) - timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}")[0] == 142
    assert ids(f"after={before}%2B08:00")[0] == 142
    edited = post_of(site, 213).changed
    assert ids(
        f"modified_after={edited - timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}&modified_before={edited + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}"
    ) == [213]
    assert ids("orderby=id&order=asc") == sorted(ids(""))
    assert ids("orderby=modified&order=desc") != ids("order=desc")
    assert set(ids(f"include=142,{DRAFT},213,{SCHEDULED}")) == {142, 213}
    assert ids(f"slug={post_of(site, 213).slug}") == [213]


def test_fields_are_picked_and_embedding_needs_the_links(site: SampleSite) -> None:
    got = get(
        site,
        f"{POSTS}?include=153&_fields=id,title.rendered,content.protected,_links,_embedded&_embed=author,wp:term,wp:featuredmedia",
    )
    (post,) = got.json
    assert set(post) == {"id", "title", "content", "_links", "_embedded"}
    assert post["title"] == {"rendered": "Debat Kedua Bahas Pangan dan Bekas Tambang &#8211; Penonton Dibatasi"}
    assert post["content"] == {"protected": False}
    embedded = post["_embedded"]
    assert embedded["author"][0]["name"] == "Rina Kartika"
    assert [[term["name"] for term in terms] for terms in embedded["wp:term"]] == [
        ["Pilkada"],
        ["Debat", "KPU", "Pilkada 2024"],
    ]
    assert embedded["wp:featuredmedia"][0]["caption"]["rendered"].startswith("<p>Pekerja menyiapkan")
    assert "_embedded" not in get(site, f"{POSTS}?include=153&_fields=id,_embedded&_embed=author").json[0]
    assert "_embedded" not in get(site, f"{POSTS}?include=153").json[0]
    assert set(get(site, f"{POSTS}?include=153&_embed=author").json[0]["_embedded"]) == {"author"}


def test_times_and_guid_are_as_wordpress_writes_them(site: SampleSite) -> None:
    post = get(site, f"{POSTS}/178").json
    assert (post["date"], post["date_gmt"]) == ("2024-11-16T00:35:00", "2024-11-15T16:35:00")
    assert post["guid"]["rendered"] == f"{site.base_url}/?p=178"
    assert get(site, f"{POSTS}/270").json["title"]["rendered"].startswith("Pasar Murah &amp; Operasi")


def test_a_single_post_says_why_it_is_not_shown(site: SampleSite) -> None:
    got = {number: get(site, f"{POSTS}/{number}") for number in (142, DRAFT, SCHEDULED, 4)}
    assert [(answer.status, answer.json.get("code")) for answer in got.values()] == [
        (200, None),
        (401, "rest_forbidden"),
        (401, "rest_forbidden"),
        (404, "rest_post_invalid_id"),
    ]


def test_the_index_and_the_other_form_of_address(site: SampleSite) -> None:
    index = get(site, "/wp-json/").json
    assert (index["name"], index["timezone_string"], index["gmt_offset"]) == ("Kabar Sampel", "Asia/Makassar", 8)
    assert index["url"] == site.base_url
    assert len(get(site, "/?rest_route=/wp/v2/posts&per_page=3").json) == 3
    assert get(site, "/wp-json/wp/v2/pages").json["code"] == "rest_no_route"
    head = get(site, f"{POSTS}?per_page=5", method="HEAD")
    assert (head.headers["X-WP-TotalPages"], head.raw) == ("7", b"")


@pytest.mark.parametrize(("mode", "status"), [("401", 401), ("403", 403), ("404", 404), ("html", 200)])
def test_the_interface_can_be_shut(site: SampleSite, mode, status: int) -> None:
    site.rest = mode
    got = get(site, "/wp-json/")
    assert got.status == status
    assert got.headers["Content-Type"].startswith("text/html" if mode in {"403", "html"} else "application/json")
    site.rest = "open"
    assert get(site, "/wp-json/").status == 200


# feeds, sitemaps, robots


def test_the_feed_pages_through_the_archive(site: SampleSite) -> None:
    guids: list[str] = []
    for number in (1, 2, 3, 4):
        items = ET.fromstring(get(site, f"/feed/?paged={number}").text).findall("channel/item")
        guids += [item.findtext("guid") or "" for item in items]
    assert sorted(guids) == sorted(f"{site.base_url}/?p={post.id}" for post in site.view().public)
    past = get(site, "/feed/?paged=5")
    assert (past.status, past.headers["Content-Type"]) == (404, "application/rss+xml; charset=UTF-8")
    assert ET.fromstring(past.text).findall("channel/item") == []


def test_the_feed_is_unchanged_until_any_public_post_is(site: SampleSite, clock: Clock) -> None:
    first = get(site, "/feed/")
    etag, since = first.headers["ETag"], first.headers["Last-Modified"]
    same = get(site, "/feed/", If_None_Match=etag, If_Modified_Since=since)
    assert (same.status, same.raw) == (304, b"")
    assert get(site, "/feed/?paged=2", If_Modified_Since=since).status == 304
    assert get(site, "/feed/", If_None_Match='"other"', If_Modified_Since=since).status == 200
    clock.now += timedelta(minutes=1)
    site.edit(112, title="Judul Baru")
    assert get(site, "/feed/", If_None_Match=etag).status == 200
    item = next(
        item for item in ET.fromstring(first.text).findall("channel/item") if "318" in (item.findtext("guid") or "")
    )
    assert item.findtext("{http://purl.org/dc/elements/1.1/}creator") == "admin"
    assert "parit" in (item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") or "")


def test_the_sitemap_lists_public_posts_oldest_first(site: SampleSite) -> None:
    places = re.findall(r"<loc>([^<]+)</loc>", get(site, "/wp-sitemap.xml").text)
    assert all(get(site, place.removeprefix(site.base_url)).status == 200 for place in places)
    addresses = re.findall(r"<loc>([^<]+)</loc>", get(site, "/wp-sitemap-posts-post-1.xml").text)
    assert addresses == [site.view().address(post) for post in sorted(site.view().public, key=lambda post: post.id)]
    assert any("daftar-kontak" in address for address in addresses)
    assert get(site, "/wp-sitemap-posts-post-2.xml").status == 404


def test_robots_is_stock_a_text_or_a_status(site: SampleSite) -> None:
    assert f"Sitemap: {site.base_url}/wp-sitemap.xml" in get(site, "/robots.txt").text
    site.robots = "User-agent: *\nDisallow: /\n"
    assert get(site, "/robots.txt").text == site.robots
    site.robots = 503
    assert get(site, "/robots.txt").status == 503


# pages


def test_every_article_page_shows_its_paragraphs(site: SampleSite) -> None:
    for post in site.view().public:
        pages = parts(post.blocks)
        for number, blocks in enumerate(pages, start=1):
            got = get(site, site.path(post) + (f"{number}/" if number > 1 else ""))
            assert got.status == 200
            page = visible(got.text)
            if post.protected:
                assert "This content is password protected" in page
                assert squeezed(post.blocks[1]) not in page
                continue
            assert squeezed(post.title) in page
            for line in (line for block in blocks for line in lines(block)):
                assert squeezed(line) in page


def test_an_article_page_has_the_marks_of_a_classic_theme(site: SampleSite) -> None:
    got = get(site, site.path(post_of(site, 213)))
    assert "<title>Rekapitulasi di Tenggarong Seberang Sempat Diskors &#8211; Kabar Sampel</title>" in got.text
    assert '<html lang="en-US">' in got.text
    assert f'<link rel="canonical" href="{site.base_url}{site.path(post_of(site, 213))}" />' in got.text
    assert '<time class="entry-date published" datetime="2024-12-02T15:00:00+08:00">December 2, 2024</time>' in got.text
    assert '<time class="updated" datetime="2024-12-03T09:20:00+08:00">' in got.text
    assert (
        f'<{site.base_url}/wp-json/wp/v2/posts/213>; rel="alternate"; type="application/json"'
        in got.headers.get_all("Link")
    )
    assert "Required fields are marked" in got.text
    assert "application/ld+json" not in got.text
    assert got.headers["ETag"] is None
    assert "Rp&nbsp;300" in get(site, site.path(post_of(site, 142))).text


def test_a_long_article_is_cut_in_html_and_whole_in_rest(site: SampleSite) -> None:
    post = post_of(site, PAGED)
    first, second = get(site, site.path(post)), get(site, f"{site.path(post)}2/")
    assert "Bermalam di Kembang Janggut" not in first.text
    assert "Bermalam di Kembang Janggut" in second.text
    assert f'href="{site.base_url}{site.path(post)}3/"' in second.text
    assert [get(site, f"{site.path(post)}{number}/").status for number in (3, 4)] == [200, 301]
    whole = get(site, f"{POSTS}/{PAGED}").json["content"]["rendered"]
    assert whole.count(NEXTPAGE) == 2
    assert "Disambut Gong" in whole


def test_the_sticky_card_leads_and_stands_again_at_its_place(site: SampleSite) -> None:
    shown = [cards(get(site, "/" if number == 1 else f"/page/{number}/").text) for number in (1, 2, 3, 4)]
    assert shown[0][0] == STICKY
    assert len(shown[0]) == 11
    flat = [number for page in shown for number in page]
    assert flat.count(STICKY) == 2
    assert flat[1:] == [post.id for post in site.view().public]
    assert get(site, "/page/5/").status == 404


def test_listings_hold_their_posts(site: SampleSite) -> None:
    assert len(cards(get(site, "/category/pilkada/").text)) == 10
    assert len(cards(get(site, "/category/pilkada/page/2/").text)) == 8
    assert get(site, "/category/pilkada/page/3/").status == 404
    assert get(site, "/category/hukum/").status == 404
    assert cards(get(site, "/tag/tabang/").text) == [PAGED]
    assert set(cards(get(site, "/author/dewa-pratama/").text)) == {
        post.id for post in site.view().public if post.account == "Dewa Pratama"
    }


def test_a_day_has_a_listing_and_listings_have_feeds(site: SampleSite) -> None:
    assert cards(get(site, "/25/10/2024/").text) == [142]
    assert [get(site, target).status for target in ("/26/10/2024/", "/25/10/2024/page/2/", "/2024/")] == [404, 404, 404]

    def items(target: str) -> int:
        return len(ET.fromstring(get(site, target).text).findall("channel/item"))

    assert [items(target) for target in ("/category/pilkada/feed/", "/category/pilkada/feed/?paged=2")] == [10, 8]
    assert [items(target) for target in ("/tag/tabang/feed/", "/25/10/2024/feed/")] == [1, 1]
    past = get(site, "/category/pilkada/feed/?paged=3")
    assert (past.status, past.headers["Content-Type"]) == (404, "application/rss+xml; charset=UTF-8")
    # one mark for the whole site: it says nothing of a section
    etag = get(site, "/feed/").headers["ETag"]
    assert get(site, "/category/daerah/feed/", If_None_Match=etag).status == 304
    assert get(site, "/category/hukum/feed/").headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "change",
    [{"slug": "surat-suara-disortir"}, {"section": "Daerah"}, {"date": datetime(2024, 10, 26, 5, 30, tzinfo=ZONE)}],
    ids=["slug", "section", "date"],
)
def test_a_moved_post_is_found_from_its_former_address(site: SampleSite, change) -> None:
    old = site.path(post_of(site, 142))
    new = site.path(site.move(142, **change))
    assert old != new
    for target, place in ((old, new), (f"{old}?utm_source=x", f"{new}?utm_source=x")):
        got = get(site, target)
        assert (got.status, got.headers["Location"]) == (301, site.base_url + place)
    assert get(site, new).status == 200


def test_a_deleted_post_was_never_there(site: SampleSite) -> None:
    path = site.path(post_of(site, 142))
    site.move(142, slug="surat-suara-disortir")
    site.delete(142)
    assert get(site, path).status == 404
    single = get(site, f"{POSTS}/142")
    assert (single.status, single.json["code"]) == (404, "rest_post_invalid_id")


def test_a_shortened_address_is_completed(site: SampleSite) -> None:
    path = site.path(post_of(site, 142))
    assert get(site, f"{path[:-12]}/").headers["Location"] == site.base_url + path


def test_addresses_redirect_as_in_wordpress(site: SampleSite) -> None:
    path = site.path(post_of(site, 142))
    for target, place in (
        ("/?p=142", path),
        ("/?p=142&utm_source=x", f"{path}?utm_source=x"),
        (path.rstrip("/"), path),
        (path.replace("/pilkada/", "/daerah/"), path),
        (f"{path}2/", path),
    ):
        got = get(site, target)
        assert (got.status, got.headers["Location"]) == (301, site.base_url + place)
    assert get(site, f"{path}?utm_source=x").status == 200
    assert get(site, path.upper()).status == 200
    gone = [
        get(site, target)
        for target in (
            "/?p=4",
            f"/?p={DRAFT}",
            site.path(post_of(site, DRAFT)),
            path.replace("/25/", "/26/"),
            "/tidak-ada/",
            "/tidak-ada",
        )
    ]
    assert {answer.status for answer in gone} == {404}
    assert "Page not found &#8211; Kabar Sampel" in gone[0].text


# time and edits


def test_a_scheduled_post_appears_when_its_time_has_come(site: SampleSite, clock: Clock) -> None:
    post = post_of(site, SCHEDULED)
    assert get(site, site.path(post)).status == 404
    clock.now = post.date - timedelta(seconds=1)
    assert get(site, f"{POSTS}?per_page=1").headers["X-WP-Total"] == "31"
    clock.now = post.date
    assert get(site, f"{POSTS}?per_page=1").json[0]["id"] == SCHEDULED
    assert get(site, site.path(post)).status == 200
    assert get(site, site.path(post_of(site, DRAFT))).status == 404


def test_a_clock_set_back_shows_the_site_of_that_day(site: SampleSite, clock: Clock) -> None:
    clock.now = datetime(2024, 12, 2, 20, 0, tzinfo=ZONE)
    newest = get(site, f"{POSTS}?per_page=1").json[0]
    assert (newest["id"], newest["modified"]) == (213, newest["date"])


def test_an_edit_is_seen_everywhere(site: SampleSite, clock: Clock) -> None:
    post = post_of(site, 142)
    clock.now += timedelta(hours=1)
    site.edit(142, blocks=[*post.blocks, "Tambahan < satu & dua."])
    record = get(site, f"{POSTS}?orderby=modified&per_page=1").json[0]
    assert (record["id"], record["modified_gmt"]) == (142, "2025-06-01T05:00:00")
    assert "<p>Tambahan &lt; satu &amp; dua.</p>" in record["content"]["rendered"]
    assert "<p>Tambahan &lt; satu &amp; dua.</p>" in get(site, site.path(post)).text


def test_a_removed_post_is_gone_and_comes_back(site: SampleSite) -> None:
    path = site.path(post_of(site, 142))
    site.remove(142)
    assert get(site, path).status == 404
    assert get(site, f"{POSTS}/142").json["code"] == "rest_forbidden"
    assert get(site, f"{POSTS}?include=142").json == []
    site.restore(142)
    assert get(site, path).status == 200
    assert get(site, f"{POSTS}?orderby=modified&per_page=1").json[0]["id"] == 142


def test_a_new_post_is_published_and_a_taken_slug_is_not(site: SampleSite) -> None:
    post = Post(id=400, slug="baru", title="Baru", section="Hukum", date=NOW, blocks=("Isi.",))
    site.publish(post)
    assert get(site, "/hukum/01/06/2025/baru/").status == 200
    with pytest.raises(ValueError, match="there already"):
        site.publish(replace(post, id=401))
    with pytest.raises(ValueError, match="date has no zone"):
        replace(post, date=datetime(2025, 6, 1))  # noqa: DTZ001 - the mistake under test


# transport and faults


def test_gzip_and_chunks_are_sent_as_asked(site: SampleSite) -> None:
    path = site.path(post_of(site, 142))
    plain, zipped = get(site, path), get(site, path, Accept_Encoding="gzip, deflate")
    assert plain.headers["Content-Encoding"] is None
    assert int(plain.headers["Content-Length"]) == len(plain.raw)
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.text == plain.text
    chunked = get(site, "/", Accept_Encoding="gzip")
    assert (chunked.headers["Transfer-Encoding"], chunked.headers["Content-Length"]) == ("chunked", None)
    assert chunked.text.endswith("</html>\n")


def test_one_connection_serves_many_requests_and_all_are_noted(site: SampleSite) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.base_url).port, timeout=10)
    for target in ("/robots.txt", "/", "/tidak-ada/"):
        connection.request("GET", target)
        connection.getresponse().read()
    connection.close()
    assert site.requests == [("GET", "/robots.txt", 200), ("GET", "/", 200), ("GET", "/tidak-ada/", 404)]
    site.forget_requests()
    assert site.requests == []


def test_paths_can_be_down(site: SampleSite) -> None:
    site.down_paths["/feed/"] = 503
    assert [get(site, target).status for target in ("/feed/?paged=2", "/")] == [503, 200]


def test_a_client_that_drops_the_connection_troubles_nobody(
    site: SampleSite, capfd: pytest.CaptureFixture[str]
) -> None:
    site.delay = 0.1
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", urlsplit(site.base_url).port or 0)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    site.delay = 0.0
    assert get(site, "/").status == 200
    site.stop()
    assert "Traceback" not in capfd.readouterr().err


def test_stopping_ends_open_connections_and_slow_answers_at_once(site: SampleSite) -> None:
    site.delay = 60.0
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.base_url).port, timeout=10)
    connection.request("GET", "/")
    done = threading.Thread(target=site.stop)
    done.start()
    done.join(timeout=5)
    assert not done.is_alive()
    connection.close()
    with pytest.raises(RuntimeError, match="not running"):
        _ = site.base_url
    site.delay = 0.0
    with site:
        assert get(site, "/robots.txt").status == 200


def test_what_a_browser_needs_is_there(site: SampleSite) -> None:
    page = get(site, site.path(post_of(site, 142))).text
    for pattern, kind in ((r"href=\'([^\']+style\.css)", "text/css"), (r'src="([^"]+\.png)"', "image/png")):
        address = re.search(pattern, page)[1]
        got = get(site, address.removeprefix(site.base_url))
        assert (got.status, got.headers["Content-Type"]) == (200, kind)


def test_the_module_serves_until_it_is_interrupted() -> None:
    command = [sys.executable, "-W", "error", "-m", "crawler.sample", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        served = [process.stdout.readline().split() for _ in SAMPLES]
        assert [slug for slug, _, _ in served] == list(SAMPLES)
        for _, _, address in served:
            connection = http.client.HTTPConnection("127.0.0.1", urlsplit(address).port, timeout=10)
            connection.request("GET", "/")
            assert connection.getresponse().read().endswith(b"</html>\n")
            connection.close()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10)[1] == ""
    assert process.returncode == 0
