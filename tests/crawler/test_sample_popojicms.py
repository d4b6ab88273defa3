"""The PopojiCMS sample outlet, driven over real HTTP on loopback."""

import html
import http.client
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

import pytest
from lxml.html import HtmlElement, fromstring

from crawler.sample.markup import lines
from crawler.sample.popojicms.site import PopojiSite, kaltim_posts
from crawler.sample.popojicms.told import stored
from crawler.sample.posts import ZONE, Comment, Post, Status, slugified

NOW = datetime(2025, 6, 1, 4, 0, tzinfo=UTC)
UNOPENABLE, DRAFT, SCHEDULED, BACK_DATED, UNTAGGED, SHORT, LISTED, AMPERSAND, TWICE = (
    2212,
    2180,
    2297,
    2291,
    2251,
    2176,
    2184,
    2198,
    2260,
)
DAYS = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]
RELEASES = (2163, 2191, 2205)


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
        return self.raw.decode()

    @property
    def tree(self) -> HtmlElement:
        return fromstring(self.raw)

    @property
    def title(self) -> str:
        return self.tree.findtext(".//title") or ""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Iterator[PopojiSite]:
    with PopojiSite(clock=clock) as running:
        yield running


def get(site: PopojiSite, target: str, *, method: str = "GET", **headers: str) -> Got:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.base_url).port, timeout=10)
    try:
        connection.request(
            method,
            quote(target, safe="/?=&%"),
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        answer = connection.getresponse()
        return Got(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def post_of(site: PopojiSite, number: int) -> Post:
    return next(post for post in site.posts if post.id == number)


def story(site: PopojiSite, number: int) -> Got:
    return get(site, f"/detailpost/{post_of(site, number).slug}")


def words(element: HtmlElement) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def find(tree: HtmlElement, path: str) -> HtmlElement:
    (found,) = tree.xpath(path)
    return found


def meta(tree: HtmlElement, name: str) -> str:
    (found,) = tree.xpath(f'//meta[@property="{name}" or @name="{name}"]/@content')
    return str(found)


def cards(site: PopojiSite, target: str) -> list[int]:
    slugs = [
        link.rpartition("/")[2]
        for link in get(site, target).tree.xpath('//div[@id="posts"]//div[@class="entry-title"]//a/@href')
    ]
    by_slug = {post.slug: post.id for post in site.posts}
    return [by_slug[slug] for slug in slugs]


def onward(tree: HtmlElement) -> list[str]:
    return tree.xpath('//ul[contains(@class, "pagination")]/li[last()]/a/@href')


def missing(got: Got) -> bool:
    tree = got.tree
    return (
        got.status == 200
        and bool(tree.xpath('//div[@class="error404"]'))
        and (tree.findtext(".//title") or "").endswith(("Tidak Ditemukan", "Not Found"))
    )


# the newsroom


def test_twenty_six_posts_can_be_opened_and_public_names_exactly_these(site: PopojiSite) -> None:
    opened = {post.id for post in site.posts if (got := story(site, post.id)).status != 404 and not missing(got)}
    assert opened == {post.id for post in site.public}
    assert len(opened) == 26
    assert {post.id for post in site.posts} - opened == {UNOPENABLE, DRAFT, SCHEDULED}


def test_the_posts_are_those_that_a_crawler_must_cope_with() -> None:
    posts = {post.id: post for post in kaltim_posts()}
    public = [post for post in posts.values() if post.id not in (UNOPENABLE, DRAFT, SCHEDULED)]
    told = {post.id: [line for block in post.blocks for line in lines(block)] for post in public}
    for name in ("slug", "title"):
        assert len({getattr(post, name) for post in posts.values()}) == len(posts)
    assert len("\n".join(told[SHORT])) < 250
    assert all(120 <= len(" ".join(text).split()) <= 350 for number, text in told.items() if number != SHORT)
    assert all(text[0].startswith("Kaltimsampel.com, ") for text in told.values())
    assert all(re.search(r" \((ian|lex|nad|adv)\)$", text[-1]) for text in told.values())
    assert sum(text[-1].endswith("(adv)") for text in told.values()) == 1
    assert sum(any(tag in ("Harga Ikan", "Budaya", "Banjir", "Anggana") for tag in post.tags) for post in public) == 4
    assert len({post.section for post in public}) == 5
    assert [post.id for post in public if not post.tags] == [UNTAGGED]
    assert posts[SHORT].date.astimezone(ZONE).day != posts[SHORT].date.astimezone(UTC).day
    assert posts[BACK_DATED].date == min(post.date for post in public if post.id > 2104)
    for number, said in zip(RELEASES, ("508 kabupaten", "2.316 kotak", "200 pelajar"), strict=True):
        assert said in " ".join(told[number])


def test_weekdays_in_the_prose_agree_with_the_calendar() -> None:
    seen = 0
    for post in kaltim_posts():
        for day, number, month, year in re.findall(r"(\w+) \((\d+)/(\d+)/(\d{4})\)", " ".join(post.blocks)):
            assert DAYS[date(int(year), int(month), int(number)).weekday()] == day, post.slug
            seen += 1
    assert seen > 25


# an article's addresses


@pytest.mark.parametrize(
    "form",
    [
        "/detailpost/{}",
        "/detailpost/{}/",
        "//detailpost/{}",
        "/detailpost/{}?utm_source=wa&fbclid=x",
        "/detailpost/{}?lang=id",
        "/detailpost/{}/page/1",
        "/detailpost/{}/page/99",
    ],
)
def test_an_article_stands_under_many_addresses_and_names_one(site: PopojiSite, form: str) -> None:
    post = post_of(site, 2170)
    got = get(site, form.format(post.slug))
    assert (got.status, got.title) == (200, post.title)
    assert meta(got.tree, "og:url") == f"{site.base_url}/detailpost/{post.slug}"


@pytest.mark.parametrize("slug", ["tidak-ada", "catatan-rapat-redaksi-soal-liputan-debat", "tidak-ada/page/2"])
def test_what_cannot_be_read_is_a_soft_404(site: PopojiSite, slug: str) -> None:
    got = get(site, f"/detailpost/{slug}")
    assert missing(got)
    assert got.title == "Post Tidak Ditemukan"
    assert meta(got.tree, "og:title") == "Post - Post Tidak Ditemukan"
    assert meta(got.tree, "og:type") == "article"


def test_a_scheduled_story_is_a_soft_404_until_it_is_due(site: PopojiSite, clock: Clock) -> None:
    assert missing(story(site, SCHEDULED))
    clock.now = post_of(site, SCHEDULED).date
    assert story(site, SCHEDULED).title == "Kaltim Sampel Sepuluh Tahun: Surat untuk Pembaca"
    assert SCHEDULED in {post.id for post in site.public}


@pytest.mark.parametrize("language", ["gb", "tr"])
def test_another_language_hides_every_story(site: PopojiSite, language: str) -> None:
    got = get(site, f"/detailpost/{post_of(site, 2170).slug}?lang={language}")
    assert missing(got)
    assert got.title == "Post Not Found"
    assert site.views(2170) == 0


def test_slugs_that_the_router_does_not_take_are_real_404s(site: PopojiSite) -> None:
    slug = post_of(site, 2170).slug
    for wrong in (slug.upper(), slug.replace("-", "%20"), post_of(site, UNOPENABLE).slug, ""):
        got = get(site, f"/detailpost/{wrong}")
        assert (got.status, got.title) == (404, "404 - Not Found")
    assert UNOPENABLE in cards(site, "/category/all/page/3")
    assert "masa-tenang-–-satpol-pp" in get(site, "/sitemap.xml").text


@pytest.mark.parametrize(
    "path", ["/robots.txt", "/rss.xml", "/category", "/tag/", "/index.php/category/all", "/apa-saja"]
)
def test_other_paths_are_real_404s(site: PopojiSite, path: str) -> None:
    got = get(site, path)
    assert (got.status, got.title) == (404, "404 - Not Found")
    assert "<pre>" in got.text


@pytest.mark.parametrize(
    "path", ["/", "/home", "/pages/redaksi", "/member/profile/ian-saputra", "/contact", "/404.php", "/category/all/"]
)
def test_pages_that_are_no_stories_answer_200(site: PopojiSite, path: str) -> None:
    got = get(site, path)
    assert got.status == 200
    assert not got.tree.xpath('//div[@class="error404"]')


@pytest.mark.parametrize(
    "path",
    ["/pages/tidak-ada", "/member/profile/siapa", "/category/tidak-ada", "/tag/tidak-ada", "/search/tidak-ada-juga"],
)
def test_unknown_names_are_soft_404s(site: PopojiSite, path: str) -> None:
    assert missing(get(site, path))


# listings


def test_the_whole_archive_is_listed_by_id_with_empty_places(site: PopojiSite) -> None:
    pages = [cards(site, f"/category/all/page/{number}") for number in range(1, 7)]
    assert [len(page) for page in pages] == [5, 6, 5, 6, 5, 0]
    flat = [number for page in pages for number in page]
    assert flat == sorted(flat, reverse=True)
    assert set(flat) == {post.id for post in site.public} | {UNOPENABLE}
    assert flat[0] == BACK_DATED
    assert cards(site, "/category/all") == cards(site, "/category/all/page/0") == pages[0]


def test_the_last_link_leads_on_until_the_last_page(site: PopojiSite) -> None:
    trees = [get(site, f"/category/all/page/{number}").tree for number in (0, 1, 4, 5, 9)]
    at = f"{site.base_url}/category/all/page"
    assert [onward(tree) for tree in trees] == [[f"{at}/1"], [f"{at}/2"], [f"{at}/5"], [], []]
    assert words(find(trees[3], '//ul[contains(@class, "pagination")]/li[last()]')) == "Selanjutnya"


def test_a_story_stands_in_each_of_its_categories_and_names_none(site: PopojiSite) -> None:
    assert TWICE in cards(site, "/category/politik")
    assert cards(site, "/category/ragam") == [BACK_DATED, TWICE, SHORT, 2133]
    listed = {number for page in (1, 2, 3, 4) for number in cards(site, f"/category/politik/page/{page}")}
    assert listed == {post.id for post in site.public if post.section == "Politik"} | {UNOPENABLE}
    page = story(site, TWICE).tree
    inner = find(page, '//div[contains(@class, "single-post")]')
    assert not [link for link in inner.xpath(".//a/@href") if "/category/" in link]
    menu = {link.rpartition("/")[2] for link in page.xpath('//nav//a[contains(@href, "/category/")]/@href')}
    assert menu == {"all", "politik", "hukum-kriminal", "ekonomi", "ragam", "advertorial"}


def test_tags_and_words_match_in_part(site: PopojiSite) -> None:
    assert cards(site, "/tag/psu") == [2286, 2277, 2268]
    everything = [number for page in range(1, 7) for number in cards(site, f"/tag/a/page/{page}")]
    assert set(everything) == {post.id for post in site.public if post.tags} | {UNOPENABLE}
    assert cards(site, "/search/nasi-kuning") == [TWICE]
    assert get(site, "/search/Nasi-kuning").status == 404


def test_cards_are_as_in_the_stock_theme(site: PopojiSite) -> None:
    tree = get(site, "/category/ekonomi").tree
    entries = tree.xpath('//div[@id="posts"]/div[starts-with(@class, "entry ")]')
    first = next(entry for entry in entries if "Feri" in words(entry))
    assert words(first.xpath('.//ul[contains(@class, "entry-meta")]/li[1]')[0]) == "16 Januari 2025"
    assert first.xpath('.//div[@class="entry-title"]//a/@href') == [
        f"{site.base_url}/detailpost/{post_of(site, UNTAGGED).slug}"
    ]
    assert len(tree.xpath('//div[@class="entry-title"]')) > len(entries)


# feed and sitemap


def feed_items(got: Got) -> list[dict[str, str]]:
    items = ET.fromstring(got.raw).findall("channel/item")
    return [{child.tag: child.text or "" for child in item} for item in items]


def test_the_feed_holds_the_twenty_newest_by_id(site: PopojiSite) -> None:
    items = feed_items(get(site, "/feed"))
    assert len(items) == 20
    shown = sorted([*site.public, post_of(site, UNOPENABLE)], key=lambda post: -post.id)
    assert [item["link"].rpartition("/")[2] for item in items] == [post.slug for post in shown[:20]]
    assert [parsedate_to_datetime(item["pubDate"]) for item in items] == [post.date for post in shown[:20]]
    assert all(item["pubDate"].endswith("+0000") for item in items)
    assert feed_items(get(site, "/feed/?paged=2")) == items
    assert all(item["guid"] == item["link"] for item in items)


def test_the_feed_cuts_texts_by_bytes_and_loses_a_title_with_an_ampersand(site: PopojiSite) -> None:
    got = get(site, "/feed")
    items = {item["link"].rpartition("/")[2]: item for item in feed_items(got)}
    assert items[post_of(site, AMPERSAND).slug]["title"] == ""
    assert "<title/>" in got.text
    assert sum(not item["title"] for item in items.values()) == 1
    long = items[post_of(site, 2235).slug]["description"]
    assert long.endswith("...")
    assert 200 < len(long.encode()) <= 253
    assert "media:content url=" in got.text
    assert "/po-content/thumbs/psu-kukar.png" in got.text
    assert not {"author", "category"} & {name for item in items.values() for name in item}


def test_the_sitemap_is_a_file_of_the_day_it_was_written(site: PopojiSite, clock: Clock) -> None:
    got = get(site, "/sitemap.xml")
    assert got.headers["Set-Cookie"] is None
    days = dict(re.findall(r"<loc>[^<]*/detailpost/([^<]+)</loc>.*?<lastmod>([^<]+)<", got.text))
    assert set(days) == {post.slug for post in site.posts if post.id != DRAFT}
    assert days[post_of(site, SHORT).slug] == "2024-10-30"
    assert days[post_of(site, SCHEDULED).slug] == "2030-01-02"
    again = get(site, "/sitemap.xml", If_None_Match=got.headers["ETag"])
    assert (again.status, again.raw) == (304, b"")
    assert get(site, "/sitemap.xml", If_Modified_Since=got.headers["Last-Modified"]).status == 304
    clock.now += timedelta(days=1)
    site.publish(replace(post_of(site, 2170), id=2400, slug="baru", title="Baru", date=clock.now))
    assert "/detailpost/baru" not in get(site, "/sitemap.xml").text
    site.write_sitemap()
    fresh = get(site, "/sitemap.xml", If_Modified_Since=got.headers["Last-Modified"])
    assert "/detailpost/baru" in fresh.text
    site.sitemap = False
    assert get(site, "/sitemap.xml").status == 404


# what every answer carries


@pytest.mark.parametrize("path", ["/", "/feed", "/category/all", "/detailpost/tidak-ada", "/tidak-ada"])
def test_no_answer_may_be_kept(site: PopojiSite, path: str) -> None:
    first, second = get(site, path), get(site, path)
    assert first.headers["Cache-Control"].startswith("no-store")
    assert first.headers["Expires"] == "Thu, 19 Nov 1981 08:52:00 GMT"
    assert (first.headers["ETag"], first.headers["Last-Modified"]) == (None, None)
    sessions = [
        re.fullmatch(r"PHPSESSID=([0-9a-f]{26}); path=/", got.headers["Set-Cookie"])[1] for got in (first, second)
    ]
    assert sessions[0] != sessions[1]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/category/all",
        "/detailpost/tidak-ada",
        "/detailpost/kampung-tenun-ramai-lagi-anak-muda-belajar-sarung-samarinda",
    ],
)
def test_no_page_comes_twice_with_the_same_bytes(site: PopojiSite, path: str) -> None:
    assert get(site, path).raw != get(site, path).raw


def test_each_look_at_a_story_is_counted_and_printed(site: PopojiSite) -> None:
    assert site.views(2170) == 0
    for number in (1, 2):
        assert (
            words(find(story(site, 2170).tree, '//div[contains(@class, "single-post")]//li[i[@class="icon-eye"]]'))
            == f"{number} Kali Dilihat"
        )
    slug = post_of(site, 2170).slug
    assert get(site, f"/detailpost/{slug}/page/2", method="HEAD").raw == b""
    get(site, "/category/all")
    assert site.views(2170) == 3


# an article's page


def test_the_head_is_that_of_the_system(site: PopojiSite) -> None:
    got = story(site, 2140)
    tree = got.tree
    assert tree.get("lang") == "en"
    assert got.title == "Dapat Nomor Urut 2 Begini Cara KPU Kutim Mengundinya"
    assert meta(tree, "og:title") == f"Post - {got.title}"
    assert meta(tree, "og:type") == "article"
    assert meta(tree, "og:site_name") == "Kaltim Sampel"
    assert meta(tree, "og:image") == f"{site.base_url}/po-content/uploads/undian-nomor-urut-kutim.png"
    assert meta(tree, "keywords") == "kpu-kutim,nomor-urut,pilkada-2024"
    assert meta(tree, "author") == "PopojiCMS"
    assert len(meta(tree, "og:description").encode()) <= 150
    for absent in ('rel="canonical"', "article:", "ld+json", "<time", "og:locale"):
        assert absent not in got.text


def test_the_body_of_the_page_is_that_of_the_theme(site: PopojiSite) -> None:
    tree = story(site, 2140).tree
    (single,) = tree.xpath('//div[contains(@class, "single-post")]')
    parts = list(find(single, './/div[@class="entry clearfix"]'))
    assert [part.get("class").split()[0] for part in parts] == [
        "entry-image",
        "entry-title",
        "entry-meta",
        "entry-content",
    ]
    assert parts[0].xpath(".//img/@alt") == ["images"]
    assert (
        words(parts[0].xpath("./p/i")[0]) == "Bola undian disiapkan di Gedung Serbaguna Sangatta (nad/kaltimsampel.com)"
    )
    assert words(parts[1].xpath("./h2")[0]) == "Dapat Nomor Urut 2 Begini Cara KPU Kutim Mengundinya"
    assert words(parts[2].xpath('./li[i[@class="icon-calendar3"]]')[0]) == "24 September 2024"
    assert words(parts[2].xpath('.//a[contains(@href, "/member/profile/")]')[0]) == "Nadia Rahmah"
    cloud = parts[3].xpath("./div")[-1]
    assert (cloud.get("class"), words(cloud)) == ("tagcloud clearfix", "TAG KPU Kutim Nomor Urut Pilkada 2024")
    assert words(single.xpath('.//h3[@class="panel-title"]')[0]) == "Dipost Oleh Nadia Rahmah"
    assert words(single.xpath('.//h3[@id="comments-title"]')[0]) == "1 Komentar"
    assert words(single.xpath('.//div[@id="respond"]/h3')[0]) == "Tinggalkan Komentar"
    assert len(tree.xpath('//div[contains(@class, "entry-content")]')) == 3
    assert words(find(tree, '//div[@id="top-search"]')) == "Tulis & Tekan Enter"


def test_every_article_page_holds_its_text(site: PopojiSite) -> None:
    for post in site.public:
        got = story(site, post.id)
        page = words(find(got.tree, './/div[@class="entry clearfix"]'))
        assert stored(post.title) in page
        for line in (line for block in post.blocks for line in lines(block)):
            assert re.sub(r"\s+", " ", line) in page


def test_editors_leave_three_kinds_of_html(site: PopojiSite) -> None:
    bodies = {post.id % 3: html.unescape(story(site, post.id).text) for post in site.public if post.id != LISTED}
    assert "<br /><br />" in bodies[0]
    assert '<p style="text-align: justify;">\u00a0</p>' in bodies[1]
    assert '<p style="text-align: justify;"><span style="font-size' in bodies[2]
    content = find(story(site, LISTED).tree, './/div[@class="entry-content notopmargin"]')
    assert [words(head) for head in content.xpath("./h3")] == ["Dokumen yang Dibawa", "Yang Tidak Boleh"]
    assert len(content.xpath("./ul/li")) == 3
    assert len(content.xpath("./blockquote/p")) == 2


def test_a_story_without_tags_shows_the_latest_and_an_empty_link(site: PopojiSite) -> None:
    tree = story(site, UNTAGGED).tree
    assert meta(tree, "keywords") == ""
    (cloud,) = tree.xpath('//div[@class="tagcloud clearfix"]')
    assert cloud.xpath("./a/@href") == [f"{site.base_url}/tag/"]
    related = tree.xpath('//div[contains(@class, "related-posts")]//h4/a/@href')
    assert [link.rpartition("/")[2] for link in related] == [
        post_of(site, number).slug for number in (BACK_DATED, 2286)
    ]
    shared = story(site, 2268).tree.xpath('//div[contains(@class, "related-posts")]//h4/a/@href')
    assert [link.rpartition("/")[2] for link in shared] == [post_of(site, number).slug for number in (2286, 2277)]


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ('Bawaslu: "Jangan Paku Pohon" untuk Pasang Baliho', "Bawaslu: Jangan Paku Pohon untuk Pasang Baliho"),
        ("Partisipasi 68%, Benarkah?", "Partisipasi 68, Benarkah"),
        ("KPU (Lagi) Buka Jum'at #1", "KPU Lagi Buka Jumat 1"),
        ("Kaus & Topi: “Murah” – Ramai, 1/2 Harga.", "Kaus & Topi: “Murah” – Ramai, 1/2 Harga."),
    ],
)
def test_a_headline_loses_signs_when_it_is_saved(title: str, kept: str) -> None:
    assert stored(title) == kept


# time and edits


def test_an_edit_leaves_no_trace_but_the_text(site: PopojiSite, clock: Clock) -> None:
    before = story(site, 2170)
    clock.now += timedelta(days=3)
    site.edit(2170, blocks=["Isi yang lain sama sekali."])
    after = story(site, 2170)
    assert "Isi yang lain sama sekali." in after.text
    assert "Juni 2025" not in words(find(after.tree, '//div[contains(@class, "single-post")]'))
    assert after.title == before.title
    assert [item["pubDate"] for item in feed_items(get(site, "/feed"))][-1].startswith("Wed, 09 Oct 2024")


def test_a_moved_a_removed_and_a_deleted_story_are_soft_404s(site: PopojiSite) -> None:
    old = post_of(site, 2170)
    new = site.move(2170, slug="debat-perdana")
    assert missing(get(site, f"/detailpost/{old.slug}"))
    assert get(site, f"/detailpost/{new.slug}").title == old.title
    site.remove(2170)
    assert missing(get(site, "/detailpost/debat-perdana"))
    assert [len(cards(site, f"/category/all/page/{number}")) for number in (3, 4, 5)] == [5, 5, 5]
    site.restore(2170)
    assert get(site, "/detailpost/debat-perdana").title == old.title
    site.delete(2170)
    assert missing(get(site, "/detailpost/debat-perdana"))
    assert [len(cards(site, f"/category/all/page/{number}")) for number in (3, 4, 5)] == [5, 6, 4]


def test_a_clock_set_back_shows_the_site_of_that_day(site: PopojiSite, clock: Clock) -> None:
    clock.now = datetime(2024, 10, 2, 12, 0, tzinfo=ZONE)
    assert [post.id for post in site.public] == [2104, 2109, 2117, 2126, 2133, 2140, 2148, BACK_DATED]
    assert len(feed_items(get(site, "/feed"))) == 8


def test_a_test_may_bring_its_own_posts(clock: Clock) -> None:
    post = Post(
        id=1,
        slug="satu",
        title="Satu",
        section="Olahraga",
        date=NOW,
        blocks=("!figure a.png | Keterangan", "Isi <b> & lain."),
        comments=(Comment(name="A", text="B"),),
        account="Siapa Saja",
    )
    hidden = replace(post, id=2, slug="dua", status=Status.PASSWORD)
    with PopojiSite(clock=clock, posts=[post, hidden]) as site:
        site.also[1] = ("Ragam",)
        assert [post.id for post in site.public] == [1]
        assert cards(site, "/category/olahraga") == cards(site, f"/category/{slugified('Ragam')}") == [1]
        got = get(site, "/detailpost/satu")
        assert "Isi &lt;b&gt; &amp; lain." in got.text
        assert "<em>Keterangan</em>" in got.text
        picture = get(site, "/po-content/uploads/a.png")
        assert (picture.status, picture.headers["Content-Type"]) == (200, "image/png")
        style = re.search(r'href="[^"]*(/po-content/[^"]+\.css\?v=\d+)"', got.text)[1]
        assert get(site, style).headers["Content-Type"] == "text/css"
