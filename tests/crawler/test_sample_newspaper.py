"""The sample outlet with the theme Newspaper, Yoast and AMP, driven over real HTTP on loopback."""

import html
import json
import re
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.message import Message
from itertools import pairwise
from urllib.parse import urlsplit

import lxml.html
import pytest

from crawler.sample.markup import NEXTPAGE, lines, linked
from crawler.sample.posts import Post, Status
from crawler.sample.wordpress.site import NewspaperSite, newspaper_posts

POSTS = "/wp-json/wp/v2/posts"
NOW = datetime(2025, 6, 1, 4, 0, tzinfo=UTC)
NIGHTLY, PAGED, SHORT, EDITED, PROTECTED, DRAFT, SCHEDULED = 20411, 20502, 20511, 20468, 20597, 20615, 20620
DAYS = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]
PILKADA = "/politik/pilkada/"


@dataclass
class Got:
    status: int
    headers: Message
    text: str

    @property
    def place(self) -> str:
        """Where a redirect leads, without scheme and host."""
        target = urlsplit(self.headers["Location"])
        return target.path + (f"?{target.query}" if target.query else "")

    @property
    def tree(self) -> lxml.html.HtmlElement:
        return lxml.html.fromstring(self.text)

    def all(self, selector: str) -> list[str]:
        """The text of every element that a selector finds."""
        return [" ".join(found.text_content().split()) for found in self.tree.cssselect(selector)]

    def meta(self, name: str) -> str | None:
        found = self.tree.xpath("//meta[@property=$name or @name=$name]/@content", name=name)
        return found[0] if found else None

    @property
    def graph(self) -> dict[str, dict]:
        (script,) = self.tree.cssselect("script.yoast-schema-graph")
        pieces = json.loads(script.text_content())["@graph"]
        return {piece["@type"] if isinstance(piece["@type"], str) else piece["@type"][0]: piece for piece in pieces}


class Patient(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), Patient)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Iterator[NewspaperSite]:
    with NewspaperSite(clock=clock) as running:
        yield running


def get(site: NewspaperSite, target: str, *, method: str = "GET", **headers: str) -> Got:
    request = urllib.request.Request(site.base_url + target, method=method)
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with OPENER.open(request, timeout=10) as answer:
            return Got(answer.status, answer.headers, answer.read().decode())
    except urllib.error.HTTPError as answer:
        with answer:
            return Got(answer.code, answer.headers, answer.read().decode())


def post_of(site: NewspaperSite, number: int) -> Post:
    return next(post for post in site.posts if post.id == number)


def path_of(site: NewspaperSite, number: int) -> str:
    return site.path(post_of(site, number))


def told(post: Post) -> list[str]:
    return [" ".join(line.split()) for block in post.blocks for line in lines(block)]


# the newsroom


def test_sixteen_articles_are_public_and_most_are_about_the_election(site: NewspaperSite) -> None:
    assert len(site.public) == 16
    election = re.compile(r"\b(pilkada|kpu|bawaslu|netralitas|psu|tps|kotak suara|pasangan calon)\b", re.IGNORECASE)
    assert sum(bool(election.search(" ".join([post.title, *told(post)]))) for post in site.public) == 12
    kinds = [post.status for post in newspaper_posts()]
    assert [kinds.count(kind) for kind in (Status.PASSWORD, Status.DRAFT, Status.FUTURE)] == [1, 1, 1]
    numbers = [post.id for post in newspaper_posts()]
    assert len(set(numbers)) == len(numbers)
    assert all(after - before > 1 for before, after in pairwise(numbers))


def test_the_prose_is_as_long_dated_and_signed_as_at_the_real_outlet(site: NewspaperSite) -> None:
    for post in site.public:
        size = sum(len(line.split()) for line in told(post))
        assert 150 <= size <= 350 or post.id == SHORT
        assert re.match(r"(?:[A-Z ]+, )?KALTENGSAMPEL\.CO ?[-–] ?\S", told(post)[0])
        assert any(re.search(r"\([a-z]{3,6}(/[a-z]{3})?\)$", line) for line in told(post)[-2:])
    assert sum(map(len, told(post_of(site, SHORT)))) < 250
    assert sum(post.date.astimezone(UTC).date() < post.date.date() for post in site.public) >= 4


def test_weekdays_agree_with_the_calendar_and_links_with_the_titles(site: NewspaperSite) -> None:
    titles = {post.slug: post.title for post in site.public}
    days = links = 0
    for post in newspaper_posts():
        for day, number, month, year in re.findall(r"(\w+) \((\d+)/(\d+)/(\d{4})\)", " ".join(told(post))):
            assert DAYS[date(int(year), int(month), int(number)).weekday()] == day, post.id
            days += 1
        for block in post.blocks:
            for slug in linked(block):
                assert lines(block) == (f"Baca juga: {titles[slug]}",)
                links += 1
    assert days >= 15
    assert links >= 6


# addresses


def test_permalinks_have_one_or_two_sections_and_the_local_day(site: NewspaperSite) -> None:
    assert path_of(site, NIGHTLY).startswith("/pemerintahan/pemkab-kapuas/18/09/2024/kalender-")
    assert path_of(site, 20577).startswith("/ekonomi/10/04/2025/")
    for post in site.view().public:
        assert get(site, site.path(post)).status == 200


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("/category/politik/pilkada/", PILKADA),
        ("/category/politik/pilkada/page/2/", f"{PILKADA}page/2/"),
        ("/politik/pilkada", PILKADA),
        (f"/?p={SHORT}", "{short}"),
        (f"/?p={SHORT}&utm_source=x", "{short}?utm_source=x"),
        (f"/?p={SHORT}&amp", "{short}?amp"),
        ("/daerah/27/11/2024/kpu-kalteng-hitung-cepat-bukan-hasil-resmi/", "{short}"),
        ("/politik/pilkada/27/11/2024/kpu-kalteng-hitung/", "{short}"),
        ("/politik/pilkada/27/11/2024/kpu-kalteng-hitung-cepat-bukan-hasil-resmi/2/", "{short}"),
    ],
)
def test_an_address_that_is_nearly_right_is_redirected(site: NewspaperSite, target: str, place: str) -> None:
    got = get(site, target)
    assert (got.status, got.place) == (301, place.format(short=path_of(site, SHORT)))


def test_what_is_not_public_is_not_found(site: NewspaperSite) -> None:
    gone = ["/tidak-ada/", "/tidak-ada", "/?p=4", f"/?p={DRAFT}", path_of(site, DRAFT), path_of(site, SCHEDULED)]
    gone += [path_of(site, SHORT).replace("/27/", "/28/"), "/28/11/2024/", "/2024/", "/category/hukum-adat/"]
    for target in gone:
        got = get(site, target)
        assert got.status == 404, target
        assert got.headers["Cache-Control"].startswith("no-cache")
    # even there the newest stories stand beside it
    assert len(got.tree.cssselect(".td_module_wrap .td-module-date")) == 5


def test_a_post_that_was_moved_is_found_from_each_of_its_addresses(site: NewspaperSite) -> None:
    first = path_of(site, SHORT)
    site.move(SHORT, slug="hitung-cepat-bukan-hasil-resmi")
    second = path_of(site, SHORT)
    site.move(SHORT, date=post_of(site, SHORT).date + timedelta(days=1))
    third = path_of(site, SHORT)
    site.move(SHORT, section="Daerah/Palangka Raya")
    for old in (first, second, third):
        got = get(site, old)
        assert (got.status, got.place) == (301, "/daerah/palangka-raya/28/11/2024/hitung-cepat-bukan-hasil-resmi/")
    assert get(site, f"{first}?utm_medium=wa").place == f"{path_of(site, SHORT)}?utm_medium=wa"
    assert get(site, f"{first}amp/").place == f"{path_of(site, SHORT)}amp/"
    site.remove(SHORT)
    assert {get(site, old).status for old in (first, second, third)} == {404}


def test_a_removed_post_is_refused_and_a_deleted_one_is_unknown(site: NewspaperSite) -> None:
    path = path_of(site, SHORT)
    site.remove(SHORT)
    assert (get(site, path).status, get(site, f"{POSTS}/{SHORT}").status) == (404, 401)
    site.restore(SHORT)
    assert get(site, path).status == 200
    site.delete(SHORT)
    single = get(site, f"{POSTS}/{SHORT}")
    assert (get(site, path).status, single.status) == (404, 404)
    assert json.loads(single.text)["code"] == "rest_post_invalid_id"


@pytest.mark.parametrize("query", ["utm_source=x&utm_medium=y", "noamp=mobile", "replytocom=7", "fbclid=z"])
def test_parameters_of_a_post_give_duplicates(site: NewspaperSite, query: str) -> None:
    got = get(site, f"{path_of(site, SHORT)}?{query}")
    assert got.status == 200
    assert got.tree.xpath("//link[@rel='canonical']/@href") == [site.base_url + path_of(site, SHORT)]


# listings


def test_the_home_page_and_sections_are_paged_by_ten_until_a_404(site: NewspaperSite) -> None:
    titles: list[str] = []
    for number, size in ((1, 10), (2, 7)):
        got = get(site, "/" if number == 1 else f"/page/{number}/")
        titles += got.all(".tdb_module_loop.td_module_wrap p.entry-title.td-module-title > a")
        assert len(titles) == 10 * (number - 1) + size
    assert titles == [html.unescape(site.view().title(post)) for post in site.view().public]
    assert get(site, "/page/3/").status == 404
    assert [len(get(site, PILKADA + page).all(".tdb_module_loop")) for page in ("", "page/2/")] == [10, 1]
    assert get(site, f"{PILKADA}page/3/").status == 404
    assert get(site, PILKADA).tree.xpath("//link[@rel='next']/@href") == [f"{site.base_url}{PILKADA}page/2/"]
    assert get(site, f"{PILKADA}page/2/").tree.xpath("//link[@rel='next']") == []


@pytest.mark.parametrize(
    ("target", "size"),
    [
        ("/pemerintahan/pemkab-kapuas/", 1),
        ("/pemerintahan/", 2),
        ("/pemkab-kapuas/", 1),
        ("/ekonomi/", 1),
        ("/tag/barito-utara/", 4),
        ("/author/redaksi-kalteng-sampel/", 10),
        ("/author/akun-3/", 5),
        ("/05/12/2024/", 1),
    ],
)
def test_what_is_filed_under_a_name_is_listed(site: NewspaperSite, target: str, size: int) -> None:
    got = get(site, target)
    assert (got.status, len(got.all(".tdb_module_loop"))) == (200, size)
    assert got.meta("og:type") == "article"
    assert "CollectionPage" in got.graph
    assert ("noindex" in got.meta("robots")) == (target == "/05/12/2024/")


def test_cards_have_no_picture_element_and_dates_that_lie(site: NewspaperSite) -> None:
    got = get(site, "/pemerintahan/pemkab-kapuas/")
    (card,) = got.tree.cssselect(".tdb_module_loop.td_module_wrap.td-animation-stack.td-cpt-post")
    assert card.cssselect("img") == []
    assert card.cssselect("span.entry-thumb")[0].get("data-img-url").endswith("2024/09/apel-kapuas-324x400.png")
    (time,) = card.cssselect("time.entry-date.updated.td-module-date")
    assert (time.get("datetime"), time.text) == ("2024-09-18T05:40:00+00:00", "18 September 2024")


# articles


def test_an_article_has_its_parts_where_the_template_puts_them(site: NewspaperSite) -> None:
    got = get(site, path_of(site, EDITED))
    assert got.all("h1.tdb-title-text") == ["Debat Terbuka Kapuas Soroti Jalan Desa & Harga Karet"]
    assert got.all(".tdb-entry-crumb") == ["Beranda", "Politik", "Pilkada"]
    assert got.all("a.tdb-author-name") == ["Redaksi Kalteng Sampel"]
    assert got.all("ul.tdb-tags li") == ["TAGS", "Debat", "Kapuas", "KPU", "Pilkada 2024"]
    (caption,) = got.all(".tdb_single_featured_image figcaption.tdb-caption-text")
    assert caption == post_of(site, EDITED).caption
    (printed,) = got.tree.cssselect(".tdb_single_date time")
    assert (printed.get("datetime"), printed.text) == (
        "2024-10-29T23:50:00+00:00",
        "Selasa, 29 Oktober 2024 | 23:50 WIB",
    )
    assert got.tree.cssselect("html")[0].get("lang") == "id"
    assert f"postid-{EDITED}" in got.tree.cssselect("body")[0].get("class")
    assert get(site, path_of(site, 20475)).all("a.tdb-author-name") == [""]


def test_the_text_stands_among_advertisements_and_is_whole(site: NewspaperSite) -> None:
    for post in site.public:
        if NEXTPAGE in post.blocks:
            continue
        got = get(site, site.path(post))
        (inner,) = got.tree.cssselect(".tdb_single_content.td-post-content.tagdiv-type > .tdb-block-inner.td-fix-index")
        adverts = inner.cssselect(".td-a-rec")
        assert len(adverts) == (3 if len(post.blocks) >= 6 else 2)
        assert [box.cssselect(".td-adspot-title")[0].text for box in adverts] == ["- Advertisement -"] * len(adverts)
        for box in adverts:
            box.drop_tree()
        shown = " ".join(inner.text_content().split())
        for line in told(post):
            assert line in shown
    quoted = get(site, path_of(site, EDITED)).tree.cssselect(".td-post-content blockquote")[0]
    assert "td-a-rec" in quoted.getnext().get("class")


def test_other_cards_on_an_article_share_its_classes_and_have_other_dates(site: NewspaperSite) -> None:
    got = get(site, path_of(site, 20519))
    assert (
        len(got.tree.cssselect(".td_module_wrap")) == len(got.tree.cssselect(".td_module_wrap .td-module-date")) == 10
    )
    assert len(got.tree.cssselect(".tdb_module_loop")) == 0
    assert [
        len(got.tree.cssselect(f".{name}")) for name in ("tdb_module_related", "td_module_flex", "tdb-next-post")
    ] == [
        3,
        5,
        2,
    ]
    times = {time.get("datetime") for time in got.tree.cssselect(".td_module_wrap time")}
    assert "2024-12-05T03:35:00+00:00" not in times
    assert len(times) > 5
    assert len(got.tree.cssselect(".tdb-block-inner.td-fix-index")) > 10


def test_numbers_of_blocks_change_with_each_request(site: NewspaperSite) -> None:
    def number(got: Got) -> str:
        return got.tree.cssselect(".tdb_single_content")[0].get("data-td-block-uid")

    first, second = (get(site, path_of(site, SHORT)) for _ in range(2))
    assert number(first) != number(second)
    assert first.all(".tdb_single_content p") == second.all(".tdb_single_content p")


def test_an_article_of_three_pages_has_numbers_in_its_text(site: NewspaperSite) -> None:
    path = path_of(site, PAGED)
    shown = [get(site, path + part) for part in ("", "2/", "3/")]
    assert [page.all(".td-post-content .page-nav .current") for page in shown] == [["1"], ["2"], ["3"]]
    assert ["Malam di Lahung" in page.text for page in shown] == [False, True, False]
    assert shown[1].meta("og:title") == "Empat Hari Menyusuri Barito Bersama Kotak Suara - Page 2 of 3 - Kalteng Sampel"
    assert shown[1].tree.xpath("//link[@rel='canonical']/@href") == [f"{site.base_url}{path}2/"]
    assert {page.tree.xpath("//link[@rel='shortlink']/@href")[0] for page in shown} == {f"{site.base_url}/?p={PAGED}"}
    assert [get(site, f"{path}{part}/").place for part in (1, 4)] == [path, path]
    assert shown[0].all(".td-post-content figcaption") == ["Kotak suara dibungkus terpal dua lapis sebelum berangkat."]


def test_a_protected_post_shows_a_form(site: NewspaperSite) -> None:
    got = get(site, path_of(site, PROTECTED))
    assert got.all("h1.tdb-title-text") == ["Diproteksi: Pembagian Tugas Liputan Sidang dan Coblos Ulang"]
    assert "Konten ini diproteksi" in got.text
    assert "Catatan berikut" not in got.text
    assert got.tree.xpath("//link[@rel='amphtml']") == []


# Yoast


def test_titles_end_with_the_site_and_times_are_utc(site: NewspaperSite) -> None:
    got = get(site, path_of(site, NIGHTLY))
    title = post_of(site, NIGHTLY).title
    assert got.meta("og:title") == f"{title} - Kalteng Sampel"
    assert got.meta("article:published_time") == "2024-09-17T22:40:00+00:00"
    assert got.meta("article:modified_time") is None
    article = got.graph["Article"]
    assert article["@type"] == ["Article", "NewsArticle"]
    assert (article["headline"], article["datePublished"]) == (title, "2024-09-17T22:40:00+00:00")
    assert "dateModified" not in article
    assert article["articleSection"] == ["Pemkab Kapuas"]
    assert article["author"]["name"] == got.graph["Person"]["name"] == "Redaksi Kalteng Sampel"
    crumbs = [step["name"] for step in got.graph["BreadcrumbList"]["itemListElement"]]
    assert crumbs == ["Beranda", "Pemerintahan", "Pemkab Kapuas", title]
    edited = get(site, path_of(site, EDITED))
    assert (
        edited.meta("article:modified_time") == edited.graph["Article"]["dateModified"] == "2024-10-30T18:10:00+00:00"
    )
    assert get(site, path_of(site, 20475)).meta("author") is None


def test_sitemaps_are_sorted_by_the_last_edit_and_led_by_the_home_page(site: NewspaperSite, clock: Clock) -> None:
    assert f"Disallow:\n\nSitemap: {site.base_url}/sitemap_index.xml\n" in get(site, "/robots.txt").text
    places = re.findall(r"<loc>([^<]+)</loc>", get(site, "/sitemap_index.xml").text)
    assert [urlsplit(place).path for place in places] == [
        "/post-sitemap.xml",
        "/category-sitemap.xml",
        "/post_tag-sitemap.xml",
        "/author-sitemap.xml",
    ]
    assert {get(site, urlsplit(place).path).status for place in places} == {200}

    def entries() -> list[tuple[str, str]]:
        return re.findall(r"<loc>([^<]+)</loc><lastmod>([^<]+)</lastmod>", get(site, "/post-sitemap.xml").text)

    first = entries()
    assert first[0][0] == f"{site.base_url}/"
    assert {place for place, _ in first[1:]} == {site.base_url + site.path(post) for post in site.public}
    moments = [moment for _, moment in first[1:]]
    assert moments == sorted(moments)
    assert all(moment.endswith("+00:00") for moment in moments)
    clock.now += timedelta(days=1)
    site.edit(NIGHTLY, title="Judul Baru")
    assert entries()[-1] == (site.base_url + path_of(site, NIGHTLY), "2025-06-02T04:00:00+00:00")
    assert get(site, "/post-sitemap.xml").headers["ETag"] is None


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("/sitemap.xml", "/sitemap_index.xml"),
        ("/wp-sitemap.xml", "/sitemap_index.xml"),
        ("/wp-sitemap-posts-post-1.xml", "/sitemap_index.xml"),
        ("/post-sitemap1.xml", "/post-sitemap.xml"),
    ],
)
def test_other_addresses_of_sitemaps_lead_to_them(site: NewspaperSite, target: str, place: str) -> None:
    got = get(site, target)
    assert (got.status, got.place) == (301, place)
    assert get(site, "/post-sitemap2.xml").status == 404


def test_the_feed_pages_and_says_where_a_post_appeared_first(site: NewspaperSite) -> None:
    items: list[ET.Element] = []
    for number in (1, 2):
        items += ET.fromstring(get(site, f"/feed/?paged={number}").text).findall("channel/item")
    assert len(items) == 17
    assert get(site, "/feed/?paged=3").status == 404
    for item in items:
        for name in ("description", "{http://purl.org/rss/1.0/modules/content/}encoded"):
            assert (
                (item.findtext(name) or "")
                .rstrip()
                .endswith(f'appeared first on <a href="{site.base_url}">Kalteng Sampel</a>.</p>')
            )
        assert (item.findtext("comments") or "").endswith("?noamp=mobile#comments")
    last = items[-1]
    assert last.findtext("pubDate") == "Tue, 17 Sep 2024 22:40:00 +0000"
    assert last.findtext("guid") == f"{site.base_url}/?p={NIGHTLY}"
    assert last.findtext("category") == "Pemkab Kapuas"
    creators = {item.findtext("{http://purl.org/dc/elements/1.1/}creator") for item in items}
    assert creators == {"Redaksi Kalteng Sampel", ""}


@pytest.mark.parametrize(
    ("target", "size"),
    [("/pemerintahan/feed/", 2), ("/politik/pilkada/feed/", 10), ("/politik/pilkada/feed/?paged=2", 1), ("/tag/kapuas/feed/", 3), ("/05/12/2024/feed/", 1)],
)  # fmt: skip
def test_listings_have_feeds(site: NewspaperSite, target: str, size: int) -> None:
    whole, part = get(site, "/feed/"), get(site, target)
    assert len(ET.fromstring(part.text).findall("channel/item")) == size
    # the validators are those of the whole site
    assert part.headers["ETag"] == whole.headers["ETag"]
    assert get(site, target, If_None_Match=whole.headers["ETag"]).status == 304


# AMP


@pytest.mark.parametrize("form", ["amp/", "?amp", "?amp=1", "2/amp/", "2/?amp"])
def test_the_amp_version_of_a_post_has_all_its_pages(site: NewspaperSite, form: str) -> None:
    path = path_of(site, PAGED)
    got = get(site, path + form)
    assert got.status == 200
    assert got.tree.xpath("//link[@rel='canonical']/@href") == [site.base_url + path]
    shown = " ".join(got.all(".amp-wp-article-content"))
    for line in told(post_of(site, PAGED)):
        assert line in shown
    assert "Advertisement" not in got.text


def test_the_amp_version_has_the_layout_of_the_legacy_reader(site: NewspaperSite) -> None:
    path = path_of(site, NIGHTLY)
    plain, got = get(site, path), get(site, f"{path}amp/")
    assert plain.tree.xpath("//link[@rel='amphtml']/@href") == [f"{site.base_url}{path}amp/"]
    assert "only screen" in plain.tree.xpath("//link[@rel='alternate'][@media]/@media")[0]
    assert got.tree.xpath("//header[@id='top']//amp-img/@alt") == ["Site icon"]
    assert got.all("h1.amp-wp-title") == [post_of(site, NIGHTLY).title]
    assert got.all(".amp-wp-byline .amp-wp-author") == ["Redaksi Kalteng Sampel"]
    (time,) = got.tree.cssselect(".amp-wp-posted-on time")
    assert (time.get("datetime"), time.text) == ("2024-09-17T22:40:00+00:00", "8 bulan yang lalu")
    assert got.all("figure.amp-wp-article-featured-image p.wp-caption-text") == [post_of(site, NIGHTLY).caption]
    assert got.all(".amp-wp-tax-category a") == ["Pemkab Kapuas"]
    assert got.all(".amp-wp-tax-tag a") == ["ASN", "Kapuas", "Netralitas", "Pilkada 2024"]
    assert got.all("#amp-mobile-version-switcher") == ["Exit mobile version"]
    (back,) = got.tree.xpath("//div[@id='amp-mobile-version-switcher']/a/@href")
    assert back == f"{site.base_url}{path}?noamp=mobile"
    assert get(site, back.removeprefix(site.base_url)).status == 200
    assert got.graph["Article"]["datePublished"] == "2024-09-17T22:40:00+00:00"
    assert get(site, f"{path_of(site, 20475)}amp/").all(".amp-wp-byline") == []
    linked_on_amp = get(site, f"{path_of(site, 20561)}amp/").tree.xpath(
        "//div[@class='amp-wp-article-content']//a/@href"
    )
    assert linked_on_amp == [f"{site.base_url}{path_of(site, 20538)}?amp"]


def test_what_has_no_amp_version_leads_back(site: NewspaperSite) -> None:
    path, protected = path_of(site, SHORT), path_of(site, PROTECTED)
    for target, place in (
        (f"{path}amp", f"{path}amp/"),
        (f"{protected}amp/", protected),
        (f"{protected}?amp", protected),
        ("/?amp", "/"),
        ("/amp/", "/"),
        (f"{PILKADA}?amp=1&utm_source=x", f"{PILKADA}?utm_source=x"),
        (f"{PILKADA}page/2/amp/", f"{PILKADA}page/2/"),
        ("/tag/kapuas/amp/", "/tag/kapuas/"),
        ("/politik/pilkada/27/11/2024/tidak-ada/amp/", "/politik/pilkada/27/11/2024/tidak-ada/?amp"),
        ("/politik/pilkada/27/11/2024/tidak-ada/?amp", "/politik/pilkada/27/11/2024/tidak-ada/"),
    ):
        got = get(site, target)
        assert (got.status, got.place) == (301, place)
    assert get(site, "/politik/pilkada/27/11/2024/tidak-ada/").status == 404
    assert get(site, f"{path_of(site, PAGED)}amp/2/").status == 404


# REST


def test_the_interface_speaks_of_the_zone_and_of_amp(site: NewspaperSite) -> None:
    index = json.loads(get(site, "/wp-json/").text)
    assert (index["name"], index["timezone_string"], index["gmt_offset"]) == ("Kalteng Sampel", "Asia/Jakarta", 7)
    got = get(site, f"{POSTS}?per_page=100&_embed=author,wp:term")
    posts = {post["id"]: post for post in json.loads(got.text)}
    assert (len(posts), got.headers["X-WP-Total"]) == (17, "17")
    nightly = posts[NIGHTLY]
    assert (nightly["date"], nightly["date_gmt"]) == ("2024-09-18T05:40:00", "2024-09-17T22:40:00")
    assert nightly["link"] == site.base_url + path_of(site, NIGHTLY)
    assert [nightly["amp_enabled"], posts[PROTECTED]["amp_enabled"]] == [True, False]
    assert nightly["_embedded"]["wp:term"][0][0]["name"] == "Pemkab Kapuas"
    assert posts[20475]["_embedded"]["author"][0]["name"] == ""
    assert posts[PAGED]["content"]["rendered"].count(NEXTPAGE) == 2
    assert [json.loads(get(site, f"{POSTS}/{number}").text)["code"] for number in (DRAFT, 1)] == [
        "rest_forbidden",
        "rest_post_invalid_id",
    ]


def test_with_the_interface_shut_the_rest_of_the_site_is_open(site: NewspaperSite) -> None:
    site.rest = "html"
    got = get(site, f"{POSTS}?per_page=100")
    assert (got.status, got.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")
    site.rest = "401"
    assert get(site, "/wp-json/").status == 401
    assert get(site, "/feed/").status == 200


# time


def test_a_scheduled_post_appears_when_its_time_has_come(site: NewspaperSite, clock: Clock) -> None:
    clock.now = post_of(site, SCHEDULED).date
    assert get(site, path_of(site, SCHEDULED)).status == 200
    assert len(site.public) == 17
    assert get(site, "/").all(".tdb_module_loop .entry-title")[0].startswith("Enam Tahun")


def test_a_hundred_more_posts_are_listed_in_their_section(site: NewspaperSite) -> None:
    base = post_of(site, 20577)
    for number in range(100):
        day = base.date - timedelta(days=number + 1)
        site.publish(replace(base, id=30_000 + 3 * number, slug=f"pasar-{number}", title=f"Pasar {number}", date=day))
    assert [len(get(site, f"/ekonomi/page/{number}/").all(".tdb_module_loop")) for number in (1, 10, 11, 12)] == [
        10,
        10,
        1,
        0,
    ]
