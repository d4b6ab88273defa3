"""The Laravel-like sample outlet, driven over real HTTP on loopback."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import Message
from urllib.request import HTTPHandler, OpenerDirector, Request

import pytest
from parsel import Selector, SelectorList

from crawler.sample.listing.site import ListingSite, listing_posts
from crawler.sample.listing.told import ZONE, ago
from crawler.sample.markup import lines, linked
from crawler.sample.posts import Post, Status

NOW = datetime(2025, 6, 1, 4, 0, tzinfo=UTC)
SIXTEEN_AT_NIGHT, SHORT, LISTS, RELEASE, DRAFT, SCHEDULED = 16, 17, 18, 14, 26, 27
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
    text: str

    def css(self, query: str) -> SelectorList:
        return Selector(self.text, type="html").css(query)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Iterator[ListingSite]:
    with ListingSite(clock=clock) as running:
        yield running


def get(site: ListingSite, target: str, *, method: str = "GET") -> Got:
    """What is answered, whatever its status: no redirect is followed and no status is an error."""
    plain = OpenerDirector()
    plain.add_handler(HTTPHandler())
    with plain.open(Request(site.base_url + target, method=method), timeout=10) as answer:
        return Got(answer.status, answer.headers, answer.read().decode())


def post_of(site: ListingSite, number: int) -> Post:
    return next(post for post in site.posts if post.id == number)


def address(post: Post) -> str:
    return f"/article/{post.slug}"


def opened(site: ListingSite, number: int) -> Got:
    return get(site, address(post_of(site, number)))


def cards(page: Got) -> list[str]:
    return [link.rsplit("/", 1)[-1] for link in page.css(".card .card-title a::attr(href)").getall()]


def words(page: Got, query: str) -> str:
    return " ".join(" ".join(page.css(query).css("*::text").getall()).split())


# the newsroom


def test_fifteen_articles_one_draft_and_one_scheduled_post() -> None:
    posts = listing_posts()
    kinds = [post.status for post in posts]
    assert [kinds.count(kind) for kind in (Status.PUBLISH, Status.DRAFT, Status.FUTURE)] == [15, 1, 1]
    for name in ("id", "slug", "title"):
        assert len({getattr(post, name) for post in posts}) == len(posts)
    dates = [post.date for post in posts if post.status is Status.PUBLISH]
    assert datetime(2024, 9, 1, tzinfo=ZONE) < min(dates) < max(dates) < datetime(2025, 5, 1, tzinfo=ZONE)
    assert any(moment.hour < 7 for moment in dates)


def test_the_prose_holds_what_readers_of_it_must_cope_with() -> None:
    public = {post.id: post for post in listing_posts() if post.status is Status.PUBLISH}
    texts = {number: [line for block in post.blocks for line in lines(block)] for number, post in public.items()}
    counts = {number: sum(len(line.split()) for line in text) for number, text in texts.items()}
    assert [number for number, text in texts.items() if sum(map(len, text)) < 250] == [SHORT]
    assert all(150 <= count <= 400 for number, count in counts.items() if number != SHORT), counts
    assert all(re.match(r"[A-Z][a-z]+( [A-Z][a-z]+)?, sumselsampel - ", text[0]) for text in texts.values())
    assert [post.section for post in public.values()].count("Pilkada") == 10
    assert sum(block.startswith("- **") for block in public[LISTS].blocks) == 2
    assert not public[LISTS].blocks[-1].startswith("- ")


def test_captions_repeat_the_headline_and_name_the_source() -> None:
    pictured = [post for post in listing_posts() if post.image]
    assert len(pictured) == 14
    for post in pictured:
        assert re.fullmatch(rf"{re.escape(post.title)}\. Foto: \S.*", post.caption or "")


def test_weekdays_in_the_prose_agree_with_the_calendar() -> None:
    seen = 0
    for post in listing_posts():
        for block in post.blocks:
            for day, number, month, year in re.findall(r"(\w+) \((\d+)/(\d+)/(\d{4})\)", block):
                assert DAYS[date(int(year), int(month), int(number)).weekday()] == day, block
                seen += 1
    assert seen >= 15


def test_baca_juga_leads_to_a_public_article(site: ListingSite) -> None:
    slugs = [slug for post in site.public for block in post.blocks for slug in linked(block)]
    assert slugs
    assert all(get(site, f"/article/{slug}").status == 200 for slug in slugs)


# the page of an article


def test_a_page_is_in_the_order_badge_headline_picture_caption_body_related(site: ListingSite) -> None:
    post = post_of(site, RELEASE)
    page = opened(site, RELEASE)
    parts = page.css("main article > *, main section > h4")
    assert [(part.root.tag, part.attrib.get("alt") or part.attrib.get("class", "")) for part in parts] == [
        ("a", "badge"),
        ("h1", "article-title"),
        ("div", "article-meta text-muted"),
        ("img", post.caption),
        ("p", "article-caption"),
        ("div", "article-body"),
        ("div", "article-tags"),
        ("h4", ""),
    ]
    assert words(page, ".article-detail > .badge") == "News"
    assert words(page, "h1") == post.title
    assert words(page, ".article-caption") == post.caption
    assert words(page, ".related-post h4") == "Related Post"
    assert page.css("title::text").get() == f"{post.title} - Sumsel Sampel"
    body = page.css(".article-body")
    assert [" ".join(part.css("*::text").getall()) for part in body.css("p")] == list(post.blocks)


def test_lists_have_bold_beginnings_and_a_closing_summary_after_them(site: ListingSite) -> None:
    body = opened(site, LISTS).css(".article-body > *")
    kinds = [part.root.tag for part in body]
    assert kinds.count("ul") == 2
    assert kinds[-2:] == ["p", "p"]
    assert [len(part.css("li > strong:first-child")) for part in body if part.root.tag == "ul"] == [4, 4]


def test_author_and_day_are_told_and_nothing_a_machine_would_read(site: ListingSite) -> None:
    page = opened(site, RELEASE)
    assert words(page, ".author") == "Rani Oktavia"
    assert words(page, ".date") == "22 Oktober 2024"
    for absent in ("ld+json", "article:", "<time", "canonical", "application/rss"):
        assert absent not in page.text


def test_a_post_of_the_night_keeps_its_local_day_and_may_have_a_clock(site: ListingSite) -> None:
    assert words(opened(site, SIXTEEN_AT_NIGHT), ".date") == "5 November 2024"
    site.clock_printed = True
    assert words(opened(site, SIXTEEN_AT_NIGHT), ".date") == "5 November 2024 00:35 WIB"


def test_an_application_left_in_utc_is_seven_hours_early(site: ListingSite) -> None:
    site.zone_bug = site.clock_printed = True
    page = opened(site, SIXTEEN_AT_NIGHT)
    assert words(page, "time") == "4 November 2024 17:35 WIB"
    assert page.css("time::attr(datetime)").get() == "2024-11-04 17:35:00"


def test_counter_token_and_related_posts_differ_at_each_fetch(site: ListingSite) -> None:
    pages = [opened(site, RELEASE) for _ in range(4)]
    assert [words(page, ".views") for page in pages] == [f"{number} kali dibaca" for number in (1, 2, 3, 4)]
    assert len({page.css("meta[name=csrf-token]::attr(content)").get() for page in pages}) == 4
    assert len({tuple(cards(page)) for page in pages}) == 4
    assert all(len(cards(page)) == 3 and post_of(site, RELEASE).slug not in cards(page) for page in pages)


def test_an_edit_leaves_no_trace(site: ListingSite, clock: Clock) -> None:
    before = opened(site, RELEASE)
    clock.now += timedelta(days=3)
    site.edit(RELEASE, title="Judul Baru untuk Berita Lama")
    after = opened(site, RELEASE)
    assert words(after, "h1") == "Judul Baru untuk Berita Lama"
    assert words(after, ".date") == words(before, ".date")
    assert words(after, ".article-body") == words(before, ".article-body")


def test_addresses_of_one_article(site: ListingSite) -> None:
    target = address(post_of(site, RELEASE))
    for variant in (target + "/", "/index.php" + target, target + "?page=2&utm_source=wa"):
        page = get(site, variant)
        assert (page.status, words(page, "h1")) == (200, post_of(site, RELEASE).title)
    assert get(site, f"/article/{post_of(site, RELEASE).slug.upper()}").status == 404
    assert get(site, target + "/komentar").status == 404


def test_apache_takes_the_slash_away(site: ListingSite) -> None:
    site.trailing_slash = "redirect"
    target = address(post_of(site, RELEASE))
    page = get(site, target + "/?a=1")
    assert (page.status, page.headers["Location"]) == (301, f"{site.base_url}{target}?a=1")
    assert get(site, "/").status == get(site, target).status == 200


# headers, and what is not there


@pytest.mark.parametrize("target", ["/", "/article?page=9", "/article/tidak-ada", "/search?q=kopi"])
def test_every_page_sets_two_cookies_and_has_no_validator(site: ListingSite, target: str) -> None:
    headers = get(site, target).headers
    assert [cookie.partition("=")[0] for cookie in headers.get_all("Set-Cookie")] == [
        "XSRF-TOKEN",
        "sumsel_sampel_session",
    ]
    assert headers["Cache-Control"] == "no-cache, private"
    assert "ETag" not in headers
    assert "Last-Modified" not in headers
    assert headers.get_all("Set-Cookie") != get(site, target).headers.get_all("Set-Cookie")


@pytest.mark.parametrize(
    "target", ["/article/tidak-ada", "/category/tidak-ada", "/tag/tidak-ada", "/feed", "/wp-json/"]
)
def test_what_is_unknown_is_a_short_english_404(site: ListingSite, target: str) -> None:
    page = get(site, target)
    assert (page.status, page.css("title::text").get()) == (404, "Not Found")
    assert len(page.text) < 1000
    assert "<a " not in page.text


def test_a_missing_article_may_fail_otherwise(site: ListingSite) -> None:
    site.missing = "500"
    page = get(site, "/article/tidak-ada")
    assert (page.status, page.css("title::text").get()) == (500, "Server Error")
    site.missing = "home"
    page = get(site, "/article/tidak-ada")
    assert (page.status, page.headers["Location"]) == (302, site.base_url)
    assert get(site, "/tidak/ada").status == 404


def test_draft_scheduled_and_removed_posts_are_missing(site: ListingSite, clock: Clock) -> None:
    site.remove(RELEASE)
    assert [opened(site, number).status for number in (DRAFT, SCHEDULED, RELEASE)] == [404, 404, 404]
    site.restore(RELEASE)
    clock.now = datetime(2030, 1, 8, tzinfo=UTC)
    assert [opened(site, number).status for number in (DRAFT, SCHEDULED, RELEASE)] == [404, 200, 200]


def test_a_moved_article_is_gone_from_its_old_address(site: ListingSite) -> None:
    old = address(post_of(site, RELEASE))
    new = address(site.move(RELEASE, slug="alamat-baru"))
    assert (get(site, old).status, get(site, new).status) == (404, 200)


def test_robots_txt_is_the_skeletons_and_there_is_no_sitemap(site: ListingSite) -> None:
    robots = get(site, "/robots.txt")
    assert robots.text == "User-agent: *\nDisallow:\n"
    assert "Set-Cookie" not in robots.headers
    assert get(site, "/sitemap.xml").status == 404


def test_a_sitemap_tells_of_edits(site: ListingSite) -> None:
    site.sitemap = True
    site.edit(RELEASE, title="Judul Baru", at=datetime(2025, 5, 1, 20, 0, tzinfo=UTC))
    told = re.findall(r"<loc>(.+?)</loc><lastmod>(.+?)</lastmod>", get(site, "/sitemap.xml").text)
    assert len(told) == 15
    assert dict(told)[site.base_url + address(post_of(site, RELEASE))] == "2025-05-02T03:00:00+07:00"
    assert dict(told)[site.base_url + address(post_of(site, LISTS))] == "2024-11-13T15:48:00+07:00"


def test_head_has_the_headers_and_no_body(site: ListingSite) -> None:
    page = get(site, address(post_of(site, RELEASE)), method="HEAD")
    assert (page.status, page.text) == (200, "")
    assert int(page.headers["Content-Length"]) > 5000


def test_pictures_are_there(site: ListingSite) -> None:
    source = opened(site, RELEASE).css("article img::attr(src)").get("").removeprefix(site.base_url)
    assert get(site, source, method="HEAD").headers["Content-Type"] == "image/png"


# listings


def test_the_listing_walks_to_its_end_by_rel_next(site: ListingSite) -> None:
    for start in ("/article", "/"):
        target, walked = start, []
        while target:
            page = get(site, target)
            walked.append(cards(page))
            following = page.css("ul.pagination li.page-item a.page-link[rel=next]::attr(href)").get()
            target = following.removeprefix(site.base_url) if following else ""
        newest = sorted(site.public, key=lambda post: post.date, reverse=True)
        assert [len(shown) for shown in walked] == [6, 6, 3]
        assert [slug for shown in walked for slug in shown] == [post.slug for post in newest]


def test_past_the_end_is_a_200_without_cards_but_with_popular_links(site: ListingSite) -> None:
    page = get(site, "/article?page=99")
    assert (page.status, cards(page)) == (200, [])
    assert not page.css("a[rel=next]")
    assert len(page.css("aside a::attr(href)").getall()) == 5
    assert "Terpopuler" in page.text


@pytest.mark.parametrize("number", ["0", "abc", "-1", "1.5", "01", ""])
def test_a_page_that_is_no_number_is_the_first(site: ListingSite, number: str) -> None:
    page = get(site, f"/article?page={number}")
    assert cards(page) == cards(get(site, "/article"))
    assert words(page, ".page-item.active") == "1"


def test_categories_tags_and_search_list_their_own(site: ListingSite) -> None:
    assert len(cards(get(site, "/category/pilkada"))) == 6
    assert cards(get(site, "/category/ekonomi")) == [post_of(site, number).slug for number in (22, 12)]
    assert cards(get(site, "/tag/psu")) == [post_of(site, number).slug for number in (25, 24, 23)]
    assert cards(get(site, "/search?q=KOPI")) == [post_of(site, 12).slug]
    assert cards(get(site, "/search?q=gempa")) == []
    pilkada = get(site, "/category/pilkada?page=2")
    assert pilkada.css("a[rel=prev]::attr(href)").get() == f"{site.base_url}/category/pilkada?page=1"
    found = get(site, "/search?q=a")
    assert found.css("a[rel=next]::attr(href)").get() == f"{site.base_url}/search?q=a&page=2"


def test_cards_carry_the_badge_and_a_relative_time(site: ListingSite, clock: Clock) -> None:
    clock.now = datetime(2025, 4, 19, 13, 45, tzinfo=UTC)
    page = get(site, "/article")
    assert words(page, ".card:first-child .badge").startswith("Pilkada")
    assert page.css(".card small::text").getall() == [
        "3 jam yang lalu",
        "1 bulan yang lalu",
        "1 bulan yang lalu",
        "4 bulan yang lalu",
        "4 bulan yang lalu",
        "4 bulan yang lalu",
    ]


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ("2025-03-01 10:00:00", "1 detik"),
        ("2025-03-01 09:59:01", "59 detik"),
        ("2025-03-01 09:00:01", "59 menit"),
        ("2025-02-28 10:00:01", "23 jam"),
        ("2025-02-28 10:00:00", "1 hari"),
        ("2025-02-22 10:00:01", "6 hari"),
        ("2025-02-22 10:00:00", "1 minggu"),
        ("2025-02-01 10:00:01", "3 minggu"),
        ("2025-02-01 10:00:00", "1 bulan"),
        ("2024-03-01 10:00:01", "11 bulan"),
        ("2023-03-02 10:00:00", "1 tahun"),
    ],
)
def test_relative_times_are_floored(then: str, told: str) -> None:
    moment = datetime.fromisoformat(then).replace(tzinfo=ZONE)
    assert ago(moment, datetime(2025, 3, 1, 3, 0, tzinfo=UTC)) == f"{told} yang lalu"


def test_the_popular_are_those_opened_most(site: ListingSite) -> None:
    for _ in range(3):
        opened(site, SHORT)
    assert get(site, "/").css("aside a::attr(href)").get() == site.base_url + address(post_of(site, SHORT))
