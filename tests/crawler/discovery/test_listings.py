"""How lists of stories are walked: page by page to their end, and later until what is known."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.declaration import Listing
from crawler.discovery import Answer, Ask, Listings, Met, NotThisSourceError, Reply, Span
from crawler.discovery.remembered import Remembered
from crawler.discovery.source import EVERY_DAY
from spiders.families import ListingSite, PopojiCms, WordPress

NOW = datetime(2024, 11, 22, 4, 0, tzinfo=UTC)
BASE = "https://kabar.example"
POPOJI, LARAVEL = PopojiCms.listing, ListingSite.listing
assert POPOJI is not None
assert LARAVEL is not None
assert WordPress.listing is not None


def card(slug: str, *, date: str = "06 November 2024") -> str:
    return (
        f'<div class="entry"><h2 class="entry-title"><a href="{BASE}/detailpost/{slug}">Judul {slug}</a></h2>'
        f'<ul class="entry-meta"><li>{date}</li><li>Rina</li></ul></div>'
    )


def page(
    *slugs: str, onward: bool | None = True, sidebar: Sequence[str] = ("populer",), nav: Mapping[str, str] | None = None
) -> str:
    links = "".join(f'<a href="{BASE}{path}">{label}</a>' for path, label in (nav or {}).items())
    pages = (
        ""
        if onward is None
        else f'<ul class="pagination"><li><a href="/1">1</a></li><li><a {"href=/2" if onward else ""}>Next</a></li></ul>'
    )
    aside = "".join(f'<div class="entry-title"><a href="{BASE}/detailpost/{slug}">{slug}</a></div>' for slug in sidebar)
    return f'<nav>{links}</nav><div id="posts">{"".join(map(card, slugs))}{pages}</div><aside>{aside}</aside>'


class Walk:
    """A walk through the pages of lists, as a crawl makes it: what is known is not fresh."""

    def __init__(
        self,
        pages: Mapping[str, str],
        marks: Mapping[str, object] | None = None,
        known: Sequence[str] = (),
        span: Span = EVERY_DAY,
    ):
        self.pages = pages
        self.known = {f"{BASE}/detailpost/{slug}" for slug in known}
        self.asked: list[str] = []
        self.sections: dict[str, str] = {}
        self.marks: Mapping[str, object] = marks or {}
        self.span = span
        self.source = Listings(BASE, POPOJI, "Asia/Makassar", self.marks, self.span, now=NOW)

    def run(self, *, most: int = 60) -> "Walk":
        queue = list(self.source.begin())
        while queue:
            queue.sort(key=lambda ask: not ask.urgent)
            ask = queue.pop(0)
            self.asked.append(ask.url.removeprefix(BASE))
            assert len(self.asked) <= most, self.asked
            answer = self.read(ask)
            urls = {story.url for story in answer.stories}
            fresh = urls - (self.known if ask.section is None else self.sections.keys())
            self.known |= urls
            if ask.section is not None:
                self.sections.update({url: ask.section for url in urls if url not in self.sections})
            step = self.source.go_on(ask, answer, met=Met(fresh=len(fresh), first=frozenset(fresh)), now=NOW)
            self.marks = step.marks or self.marks
            queue.extend(step.asks)
        return self

    def read(self, ask: Ask) -> Answer:
        body = self.pages.get(ask.url.removeprefix(BASE), page(onward=False))
        return self.source.read(ask, Reply(url=ask.url, status=200, headers={}, body=body.encode(), at=NOW))


ALL = {
    "/category/all": page("f", "e"),
    "/category/all/page/2": page("d"),
    "/category/all/page/3": page("c", "b"),
    "/category/all/page/4": page("a", onward=False),
}


def test_a_first_walk_reads_a_list_to_its_end_past_short_pages():
    walk = Walk(ALL).run()
    assert walk.asked == [*ALL, "/category/all/page/5"], "that a page is the last is confirmed by the next one"
    assert {url.rpartition("/")[2] for url in walk.known} == set("abcdef")
    assert walk.marks == {"/category/all": {"walked": "2024-11-22T04:00:00+00:00", "pages": 5}}


def test_the_sidebar_s_stories_are_not_the_list_s():
    assert "populer" not in {url.rpartition("/")[2] for url in Walk(ALL).run().known}


def test_without_links_to_pages_a_list_ends_where_a_page_has_no_card():
    pages = {path: text.replace("pagination", "halaman") for path, text in ALL.items()}
    assert Walk(pages).run().asked == [*ALL, "/category/all/page/5", "/category/all/page/6"]


def test_a_page_without_cards_that_links_onward_is_passed():
    walk = Walk(ALL | {"/category/all/page/2": page()}).run()
    assert walk.asked == [*ALL, "/category/all/page/5"]


def test_a_list_that_links_onward_for_ever_ends():
    walk = Walk({f"/category/all/page/{number}": page() for number in range(2, 50)} | {"/category/all": page("a")})
    assert walk.run().asked == ["/category/all", *(f"/category/all/page/{number}" for number in (2, 3, 4))]


def test_a_site_that_shows_its_first_page_whatever_is_asked_ends():
    same = page("a", "b", onward=None)
    walk = Walk({"/category/all": same} | {f"/category/all/page/{number}": same for number in range(2, 50)}).run()
    assert walk.asked == ["/category/all", "/category/all/page/2", "/category/all/page/3"]


def test_later_walks_read_two_pages_beyond_the_first_with_something_known():
    long = {"/category/all": page("new", "k1")} | {
        f"/category/all/page/{number}": page(f"k{number}") for number in range(2, 20)
    }
    marks = {"/category/all": {"walked": "2024-11-20T00:00:00+00:00"}}
    walk = Walk(long, marks, known=[f"k{number}" for number in range(20)]).run()
    assert walk.asked == ["/category/all", *(f"/category/all/page/{number}" for number in (2, 3))]


def test_a_story_that_was_back_dated_is_found_within_those_two_pages():
    long = {"/category/all": page("k1")} | {
        f"/category/all/page/{number}": page(f"k{number}") for number in range(2, 20)
    }
    long["/category/all/page/3"] = page("k3", "old")
    marks = {"/category/all": {"walked": "2024-11-20T00:00:00+00:00"}}
    walk = Walk(long, marks, known=[f"k{number}" for number in range(20)]).run()
    assert f"{BASE}/detailpost/old" in walk.known


def test_a_walk_that_was_stopped_goes_on_one_page_before_where_it_stood_and_reads_what_is_new():
    walk = Walk(ALL, {"/category/all": {"page": 3}}, known="fedcb").run()
    assert walk.asked[0] == "/category/all", "the newest first"
    assert "/category/all/page/4" in walk.asked
    assert walk.marks == {"/category/all": {"walked": "2024-11-22T04:00:00+00:00", "pages": 5}}


def test_every_page_of_an_unfinished_walk_is_remembered():
    source = Listings(BASE, POPOJI, "Asia/Makassar", {}, now=NOW)
    (ask,) = source.begin()
    answer = source.read(ask, Reply(url=ask.url, status=200, headers={}, body=page("a").encode(), at=NOW))
    step = source.go_on(ask, answer, met=Met(fresh=1), now=NOW)
    assert step.marks == {"/category/all": {"page": 1}}
    assert [further.urgent for further in step.asks] == [False], "stories that are known are fetched before deep pages"


NAV = {"/category/politik": "Politik", "/category/all": "Semua", "/category/hukum-kriminal": "Hukum &amp; Kriminal"}


def test_lists_of_sections_are_read_once_the_whole_list_is_and_tell_the_section():
    pages = {
        "/category/all": page("b", "a", onward=False, nav=NAV),
        "/category/politik": page("a", onward=False, nav=NAV),
        "/category/hukum-kriminal": page("b", onward=False, nav=NAV),
    }
    walk = Walk(pages).run()
    assert walk.asked == ["/category/all", "/category/all/page/2", *list(pages)[1:]]
    assert walk.sections == {f"{BASE}/detailpost/a": "Politik", f"{BASE}/detailpost/b": "Hukum & Kriminal"}


def test_lists_of_sections_are_asked_again_only_when_there_is_something_new():
    pages = {
        "/category/all": page("b", "a", onward=False, nav=NAV),
        "/category/politik": page("b", "a", onward=False),
        "/category/hukum-kriminal": page(onward=False),
    }
    first = Walk(pages).run()

    def later(before: Walk) -> Walk:
        walk = Walk(pages, before.marks, known=[url.rpartition("/")[2] for url in before.known])
        walk.sections = dict(before.sections)
        return walk.run()

    assert later(first).asked == ["/category/all"]
    pages["/category/all"] = page("c", "b", "a", onward=False, nav=NAV)
    second = later(first)
    assert second.asked == ["/category/all", "/category/politik"], "one list a crawl"
    third = later(second)
    assert third.asked == ["/category/all", "/category/hukum-kriminal"], "nobody said where c belongs"
    fourth = later(third)
    assert (fourth.asked, set(fourth.marks)) == (["/category/all"], {*pages}), "it is in none of the lists"
    pages["/category/politik"] = page("c", "b", "a", onward=False)
    second = later(first)
    assert second.sections[f"{BASE}/detailpost/c"] == "Politik"
    assert later(second).asked == ["/category/all"], "no further list is asked once it is known"


def test_a_theme_that_nobody_declared_costs_dates_and_no_stories():
    def bare(*slugs: str) -> str:
        links = "".join(f'<p><a href="{BASE}/detailpost/{slug}">Judul</a></p>' for slug in slugs)
        return (
            f"<main>{links}</main><aside><a href='{BASE}/detailpost/populer'>Populer</a><a href='/kontak'>x</a></aside>"
        )

    walk = Walk({"/category/all": bare("c", "b"), "/category/all/page/2": bare("a"), "/category/all/page/3": bare()})
    walk.pages = {**walk.pages, "/category/all/page/4": bare()}
    assert {url.rpartition("/")[2] for url in walk.run().known} == {"a", "b", "c", "populer"}
    assert walk.asked == ["/category/all", *(f"/category/all/page/{number}" for number in (2, 3, 4))]


def laravel(body: str) -> Answer:
    source = Listings(BASE, LARAVEL, "Asia/Jakarta", {}, now=NOW)
    (ask,) = source.begin()
    return source.read(ask, Reply(url=ask.url, status=200, headers={}, body=body.encode(), at=NOW))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("7 November 2024", "2024-11-07"),
        ("3 jam yang lalu", "2024-11-22"),
        ("20 jam yang lalu", "2024-11-21"),
        ("11 jam yang lalu", None),
        ("5 bulan yang lalu", None),
        ("baru saja terbit", None),
    ],
)
def test_a_card_gives_the_day_only_where_it_names_one_for_certain(said, expected):
    html = f'<main><div class="card"><h2><a href="/article/a">A</a></h2><small>{said}</small></div></main>'
    (story,) = laravel(html).stories
    assert (story.url, story.published) == (f"{BASE}/article/a", expected)


def test_a_card_s_badge_is_the_section():
    html = (
        '<main><div class="card"><span class="badge">Pilkada</span><a href="/index.php/article/a#x">A</a></div></main>'
    )
    (story,) = laravel(html).stories
    assert (story.url, story.section) == (f"{BASE}/index.php/article/a", "Pilkada")


@pytest.mark.parametrize("href", ["/tentang", "javascript:void(0)", "https://[x/", "/article/a/b", ""])
def test_a_card_that_leads_to_no_story_is_counted(href):
    good = '<div class="card"><a href="/article/b">B</a></div>'
    answer = laravel(f'<main><div class="card"><a href="{href}">A</a></div>{good}</main>')
    assert (len(answer.stories), answer.unusable) == (1, 1)


@pytest.mark.parametrize(
    "html", ["<main></main>", '<main><div class="card"><a href="/berita/1">A</a></div></main>'], ids=["bare", "others"]
)
def test_a_list_that_leads_to_no_story_is_no_quiet_outlet(html):
    with pytest.raises(NotThisSourceError, match="leads to no story"):
        laravel(html)


@pytest.mark.parametrize(("status", "body"), [(403, "x"), (500, "<html>"), (200, ""), (404, "<html></html>")])
def test_what_is_no_list_is_told(status, body):
    source = Listings(BASE, POPOJI, "Asia/Makassar", {}, now=NOW)
    (ask,) = source.begin()
    with pytest.raises(NotThisSourceError, match="/category/all"):
        source.read(ask, Reply(url=ask.url, status=status, headers={}, body=body.encode(), at=NOW))


LINK = '<h5 class="card-title"><a href="/article/pleno">Pleno</a></h5>'
BOMBS = {
    "links": f'<div class="card">{LINK * 30_000}</div>',
    "cards within cards": '<div class="card">' * 200 + LINK * 12_000,
    "attributes": f"<p {' '.join(f'a{number}=1' for number in range(80_000))}></p>",
    "one line": f"<p>{'kata ' * 1_000_000}</p>",
}


@pytest.mark.parametrize("shape", BOMBS)
def test_a_page_that_is_a_bomb_for_selectors_takes_little_time(shape):
    began = time.process_time()
    with suppress(NotThisSourceError):
        assert len(laravel(BOMBS[shape]).stories) <= 1
    assert time.process_time() - began < 4, "the crawl's own process reads lists"


def test_a_missing_page_is_the_end_of_a_list_only_where_the_system_says_so():
    missing = Reply(url=f"{BASE}/page/9/", status=404, headers={}, body=b"", at=NOW)
    wordpress = Listings(BASE, WordPress.listing, "Asia/Makassar", {}, now=NOW)
    assert wordpress.read(Ask(url=missing.url, window="/", page=9, to_end=True), missing).more is False
    with pytest.raises(NotThisSourceError) as caught:
        Listings(BASE, POPOJI, "Asia/Makassar", {}, now=NOW).read(Ask(url=missing.url, window="/", page=9), missing)
    assert not caught.value.closed, "one page's failure is no refusal"


def test_one_bad_page_is_not_the_end_of_a_list():
    maintenance = "<html><body><p>Situs sedang diperbaiki.</p></body></html>"
    walk = Walk(ALL | {"/category/all/page/2": maintenance}).run()
    assert {url.rpartition("/")[2] for url in walk.known} == set("abcef"), "the pages after it are read"


def test_a_page_that_leads_elsewhere_is_no_page_of_the_list():
    source = Listings(BASE, POPOJI, "Asia/Makassar", {}, now=NOW)
    ask = Ask(url=f"{BASE}/category/all/page/3", window="/category/all", page=3)
    with pytest.raises(NotThisSourceError, match="leads to"):
        source.read(ask, Reply(url=f"{BASE}/", status=200, headers={}, body=page("a").encode(), at=NOW))


def test_numbered_pages_without_a_word_of_the_next_one_are_followed():
    def numbered(*slugs: str, number: int) -> str:
        links = "".join(f'<li><a href="/article?page={n}">{n}</a></li>' for n in (1, 2, 3))
        cards = "".join(f'<div class="card"><a href="/article/{slug}">{slug}</a></div>' for slug in slugs)
        return f'<main>{cards}<ul class="pagination">{links}</ul></main>'

    assert laravel(numbered("a", number=1)).more is True


def test_an_update_that_was_cut_reads_on_to_where_it_stood():
    old = [f"k{number}" for number in range(1, 30)]
    new = [f"n{number}" for number in range(1, 17)]
    slugs = [*new, *old]
    pages = {f"/category/all/page/{number}": page(*slugs[2 * number - 2 : 2 * number]) for number in range(2, 23)}
    pages["/category/all"] = page(*slugs[:2])
    walked = {"/category/all": {"walked": "2024-11-20T00:00:00+00:00"}}
    source = Listings(BASE, POPOJI, "Asia/Makassar", walked, now=NOW)
    marks, known = cut_after(source, pages, known=set(old), asks=5)
    assert marks["/category/all"]["open"] == 5
    walk = Walk(pages, marks, known=sorted(known)).run()
    assert {url.rpartition("/")[2] for url in walk.known} >= set(new)
    assert "open" not in walk.marks["/category/all"]


def cut_after(source: Listings, pages: Mapping[str, str], *, known: set[str], asks: int):
    (ask,) = source.begin()
    marks: Mapping[str, Any] = {}
    for _ in range(asks):
        body = pages[ask.url.removeprefix(BASE)].encode()
        answer = source.read(ask, Reply(url=ask.url, status=200, headers={}, body=body, at=NOW))
        first = frozenset(url for url in answer.seen if url.rpartition("/")[2] not in known)
        known |= {url.rpartition("/")[2] for url in answer.seen}
        step = source.go_on(ask, answer, met=Met(fresh=len(first), first=first), now=NOW)
        (ask,), marks = step.asks, step.marks or marks
    return marks, known


def test_a_walk_that_goes_on_in_a_list_that_shrank_steps_back_to_what_it_knows():
    pages = {f"/category/all/page/{number}": page(f"s{number + 4}") for number in range(2, 12)}
    pages["/category/all"] = page("s5")
    walk = Walk(
        pages, {"/category/all": {"page": 9}}, known=["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"]
    ).run()
    assert {f"{BASE}/detailpost/s{number}" for number in range(5, 16)} <= walk.known, "nine pages stood, five are gone"


def test_a_ring_of_pages_ends():
    ring = {f"/category/all/page/{number}": page(f"r{number % 7}") for number in range(2, 400)}
    walk = Walk(ring | {"/category/all": page("r1")}).run()
    assert len(walk.asked) <= 7 + 4


def test_a_section_s_list_that_does_not_answer_costs_that_section():
    source = Listings(BASE, POPOJI, "Asia/Makassar", {}, now=NOW)
    (ask,) = source.begin()
    body = page("a", onward=False, nav=NAV).encode()
    answer = source.read(ask, Reply(url=ask.url, status=200, headers={}, body=body, at=NOW))
    (confirm,) = source.go_on(ask, answer, met=Met(fresh=1, first=answer.seen), now=NOW).asks
    (politik,) = source.go_on(confirm, Answer(stories=(), more=False), met=Met(), now=NOW).asks
    assert politik.section == "Politik"
    (hukum,) = source.skip(politik).asks
    assert hukum.section == "Hukum & Kriminal"


def test_the_sections_of_a_crawl_that_was_cut_are_read_by_the_next():
    pages = {
        "/category/all": page("b", "a", onward=False, nav=NAV),
        "/category/politik": page("a", onward=False),
        "/category/hukum-kriminal": page("b", onward=False),
    }
    first = Walk(pages).run()
    marks = {**first.marks, "sections": {"/category/politik": "Politik"}, "unplaced": [f"{BASE}/detailpost/b"]}
    assert Walk(pages, marks, known="ab").run().asked == ["/category/all", "/category/politik"]


def test_an_unknown_section_lends_its_name_to_no_story():
    gone = '<div class="error404">Kategori Tidak Ditemukan</div><aside><a href="/detailpost/populer">P</a></aside>'
    source = Listings(BASE, POPOJI, "Asia/Makassar", {}, now=NOW)
    ask = Ask(url=f"{BASE}/category/opini", window="/category/opini", section="Opini")
    assert not source.read(ask, Reply(url=ask.url, status=200, headers={}, body=gone.encode(), at=NOW)).stories


def test_an_address_longer_than_any_story_s_is_counted_and_not_taken():
    long = "a" * 3_000
    answer = laravel(f'<main><div class="card"><a href="/article/{long}">A</a></div>{CARD}</main>')
    assert [story.url for story in answer.stories] == [f"{BASE}/article/b"]
    assert answer.unusable == 1


CARD = '<div class="card"><a href="/article/b">B</a></div>'


def test_hostile_cards_cost_little():
    long = "1 jam, " * 20_000
    nested = '<div class="card">' * 100 + "<a href='/article/a'>A</a>" * 5_000
    answer = laravel(
        f'<main><div class="card"><a href="/article/b">{"B" * 10_000}</a><small>{long}</small></div>{nested}</main>'
    )
    assert max(len(story.title) for story in answer.stories) <= 500
    assert not any(len(story.url) > 2083 for story in answer.stories)


def test_a_listing_says_where_page_n_is():
    own = Listing(starts=("/berita",), next_page="{path}/hal-{page}", article="/berita/.+", cards=(".x",))
    (ask,) = Listings(BASE, own, "Asia/Jakarta", {}, now=NOW).begin()
    source = Listings(BASE, own, "Asia/Jakarta", {"/berita": {"page": 7}}, now=NOW)
    assert [ask.url for ask in (ask, *source.begin())] == [
        f"{BASE}/berita",
        f"{BASE}/berita",
        f"{BASE}/berita/hal-6",
    ]


WALKED = NOW - timedelta(days=7, minutes=1)


@pytest.mark.parametrize(
    ("mark", "again"),
    [
        ({"walked": (WALKED + timedelta(hours=2)).isoformat()}, False),
        ({"walked": WALKED.isoformat()}, True),
        ({"walked": WALKED.isoformat(), "pages": 900}, True),
        ({"walked": WALKED.isoformat(), "pages": 900, "confirmed": True}, False),
        ({"walked": (NOW - timedelta(days=31)).isoformat(), "pages": 900, "confirmed": True}, True),
    ],
    ids=["within a week", "a week ago", "long, once", "long, twice", "long, a month ago"],
)
def test_a_list_is_walked_again_weekly_and_a_long_one_monthly_once_it_was_confirmed(mark, again):
    """A story that was passed over because another one was removed is met by the second walk."""
    source = Listings(BASE, POPOJI, "Asia/Makassar", {"/category/all": mark}, now=NOW)
    (ask,) = source.begin()
    assert ask.to_end is again
    answer = source.read(ask, Reply(url=ask.url, status=200, headers={}, body=page("a").encode(), at=NOW))
    step = source.go_on(ask, answer, met=Met(), now=NOW)
    assert ("to their end" in (step.remark or "")) is again
    later = Listings(BASE, POPOJI, "Asia/Makassar", step.marks or {}, now=NOW + timedelta(hours=1))
    assert [ask.to_end for ask in later.begin()] == [again], "a walk that was cut goes on"


def test_the_section_of_a_story_that_came_out_deep_is_learned_when_lists_are_read_to_their_end():
    nav = {"/category/politik": "Politik", "/category/hukum": "Hukum", "/category/ragam": "Ragam"}
    pages = {"/category/all": page("c", nav=nav), "/category/all/page/2": page("deep", "a", onward=False)}
    pages |= {"/category/politik": page("c", onward=False), "/category/hukum": page("a")}
    pages |= {"/category/hukum/page/2": page("deep", onward=False), "/category/ragam": page("b", onward=False)}
    held = {path: {"walked": WALKED.isoformat(), "pages": 1} for path in ("/category/all", *nav)}
    walk = Walk(pages, held, known=["a", "b", "c"])
    walk.sections = {f"{BASE}/detailpost/{slug}": "Politik" for slug in "abc"}
    assert walk.run().sections[f"{BASE}/detailpost/deep"] == "Hukum"
    assert "/category/ragam" not in walk.asked, "no further list is asked once it is known"


def test_the_list_is_read_no_further_than_what_is_new():
    """Twelve new stories on pages of six: the third page shows where they end, and a sticky card says nothing."""
    slugs = ["sticky", *(f"n{number}" for number in range(11)), *(f"k{number}" for number in range(30))]
    pages = {f"/category/all/page/{number}": page(*slugs[6 * number - 6 : 6 * number]) for number in range(2, 8)}
    pages["/category/all"] = page(*slugs[:6])
    walk = Walk(pages, {"/category/all": {"walked": NOW.isoformat()}}, known=["sticky", *slugs[12:]]).run()
    assert walk.asked == ["/category/all", "/category/all/page/2", "/category/all/page/3"]
    assert {url.rpartition("/")[2] for url in walk.known} >= set(slugs[:12])


def test_what_a_walk_has_met_is_known_in_little_memory():
    seen = Remembered()
    assert all(seen.further([f"{BASE}/{number}"]) for number in range(100))
    assert not seen.further(f"{BASE}/{number}" for number in range(100))
    mistaken = sum(not seen.further([f"{BASE}/lagi-{number}"]) for number in range(100_000))
    assert mistaken < 300
