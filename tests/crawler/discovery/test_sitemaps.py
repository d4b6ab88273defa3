"""Which files of a sitemap are asked for, and what they tell."""

import gzip
from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.discovery import Met, NotThisSourceError, Reply, Sitemaps, Span

NOW = datetime(2024, 12, 1, tzinfo=UTC)
BASE = "https://kabar.example"
ARTICLE = r"/berita/[a-z0-9-]+"
INDEX = f"{BASE}/sitemap_index.xml"


def sitemaps(marks=None, *, base=BASE, article=ARTICLE, span=Span(), needed=False, named=(INDEX,), usual=(), now=NOW):  # noqa: B008 - it is frozen
    return Sitemaps(
        base, article, "Asia/Makassar", marks or {}, span, needed=needed, named=lambda: named, usual=usual, now=now
    )


def urlset(*entries: str | tuple[str, str]) -> bytes:
    return _file("urlset", "url", entries)


def index(*entries: str | tuple[str, str]) -> bytes:
    return _file("sitemapindex", "sitemap", entries)


def _file(root, element, entries):
    pairs = [(entry, None) if isinstance(entry, str) else entry for entry in entries]
    inner = "".join(
        f"<{element}><loc>{link}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</{element}>"
        for link, changed in pairs
    )
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</{root}>'.encode()


def told(source, ask, body=b"", *, status=200, now=NOW, **headers):
    """The stories of an answer by the end of their address, and what follows from it."""
    answer = source.read(ask, Reply(url=ask.url, status=status, headers=headers, body=body, at=now))
    step = source.go_on(ask, answer, met=Met(), now=now)
    return {story.url.rpartition("/")[2]: story.modified for story in answer.stories}, step


def walked(files, marks=None, **given):
    """Crawl a site of some files; give the stories, what was asked for, and the last step."""
    source = sitemaps(marks, **given)
    asks, stories, asked, last = list(source.begin()), {}, [], None
    while asks:
        ask = asks.pop(0)
        asked.append(ask.url.removeprefix(BASE))
        found, last = told(source, ask, files[asked[-1]])
        stories |= found
        asks += last.asks
    return stories, asked, last


SITE = {
    "/sitemap_index.xml": index(
        (f"{BASE}/post-sitemap.xml", "2024-11-20"),
        (f"{BASE}/post-sitemap2.xml", "2024-11-25"),
        (f"{BASE}/page-sitemap.xml", "2024-11-25"),
        (f"{BASE}/post_tag-sitemap.xml", "2024-11-25"),
    ),
    "/post-sitemap.xml": urlset((f"{BASE}/berita/a", "2024-11-19"), f"{BASE}/tentang"),
    "/post-sitemap2.xml": urlset((f"{BASE}/berita/b", "2024-11-25T10:00:00+08:00")),
}


def test_every_file_of_stories_is_read_once_and_no_other():
    stories, asked, step = walked(SITE)
    assert stories == {"a": "2024-11-19", "b": "2024-11-25T10:00:00+08:00"}
    assert asked == ["/sitemap_index.xml", "/post-sitemap2.xml", "/post-sitemap.xml"], "newest first"
    assert step.marks["walked"] == NOW.isoformat()


def test_later_crawls_read_the_files_that_changed():
    marks = walked(SITE)[2].marks
    assert walked(SITE, marks)[1] == ["/sitemap_index.xml"]
    edited = SITE | {
        "/sitemap_index.xml": SITE["/sitemap_index.xml"].replace(b"2024-11-20", b"2024-11-27"),
        "/post-sitemap.xml": urlset((f"{BASE}/berita/a", "2024-11-27")),
    }
    stories, asked, step = walked(edited, marks)
    assert (stories, asked[1:]) == ({"a": "2024-11-27"}, ["/post-sitemap.xml"])
    assert walked(edited, step.marks)[1] == ["/sitemap_index.xml"]


def test_where_the_list_does_not_say_what_changed_its_last_file_of_stories_is_read():
    names = ("posts-post-1", "posts-post-2", "posts-page-1", "taxonomies-post_tag-1", "users-1")
    site = {"/sitemap_index.xml": index(*(f"{BASE}/wp-sitemap-{name}.xml" for name in names))}
    site |= {f"/wp-sitemap-{name}.xml": urlset(f"{BASE}/berita/{name}") for name in names}
    _, asked, step = walked(site)
    assert asked[1:] == ["/wp-sitemap-posts-post-2.xml", "/wp-sitemap-posts-post-1.xml"], "newest first"
    assert walked(site, step.marks)[1][1:] == ["/wp-sitemap-posts-post-2.xml"]
    assert sitemaps(step.marks).dear
    assert not sitemaps(walked(SITE)[2].marks).dear, "one request tells of a change"


def test_all_files_are_read_again_once_in_seven_days_and_that_is_said():
    marks = walked(SITE)[2].marks
    later = NOW + timedelta(days=8)
    _, asked, step = walked(SITE, marks, now=later)
    assert len(asked) == 3
    assert "once in seven days" in step.remark


def test_a_static_file_is_asked_for_with_its_validators():
    source = sitemaps()
    (ask,) = source.begin()
    assert ask.headers == {}
    _, step = told(source, ask, urlset(f"{BASE}/berita/a"), etag='"x"')
    source = sitemaps(step.marks)
    (ask,) = source.begin()
    assert ask.headers == {"If-None-Match": '"x"'}
    stories, again = told(source, ask, status=304)
    assert (stories, again.marks) == ({}, step.marks)


def test_a_304_that_nobody_asked_for_is_no_answer():
    source = sitemaps()
    with pytest.raises(NotThisSourceError, match="304"):
        told(source, source.begin()[0], status=304)


def test_other_places_are_tried_and_the_one_that_answers_is_remembered():
    source = sitemaps(named=(), usual=("/sitemap_index.xml", "/wp-sitemap.xml"))
    (ask,) = source.begin()
    with pytest.raises(NotThisSourceError) as caught:
        told(source, ask, status=404)
    assert caught.value.closed
    ask = source.instead()
    _, step = told(source, ask, urlset(f"{BASE}/berita/a"))
    assert (step.marks["at"], step.marks["walked"]) == (f"{BASE}/wp-sitemap.xml", NOW.isoformat())
    assert source.instead() is None
    moved = sitemaps(step.marks, named=(), usual=("/sitemap_index.xml", "/wp-sitemap.xml"))
    assert moved.begin()[0].url == f"{BASE}/wp-sitemap.xml"
    with pytest.raises(NotThisSourceError):
        told(moved, moved._ask(f"{BASE}/wp-sitemap.xml", 1), status=404)
    assert moved.instead().url == INDEX


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>Situs</body></html>", b"<s:urlset/>", b"\x1f\x8brusak", b"<!-- -->"]
)
def test_what_is_no_sitemap_is_told(body):
    source = sitemaps()
    with pytest.raises(NotThisSourceError, match="sitemap") as caught:
        told(source, source.begin()[0], body)
    assert caught.value.closed


def test_a_list_that_names_itself_ends():
    ring = {
        "/sitemap_index.xml": index(INDEX, INDEX, f"{BASE}/berita-ring.xml"),
        "/berita-ring.xml": index(INDEX, f"{BASE}/berita-ring.xml", f"{BASE}/berita-dalam.xml"),
        "/berita-dalam.xml": index(*(f"{BASE}/berita-{number}.xml" for number in range(9))),
    }
    _, asked, step = walked(ring)
    assert asked == list(ring)
    assert step.marks is not None


def test_a_file_of_a_list_that_cannot_be_read_costs_that_file():
    source = sitemaps()
    (ask,) = source.begin()
    _, step = told(source, ask, SITE["/sitemap_index.xml"])
    second, first = step.asks
    told(source, first, status=404)
    stories, step = told(source, second, SITE["/post-sitemap2.xml"])
    assert list(stories) == ["b"]
    assert step.remark == "the sitemap /post-sitemap.xml answered 404"
    assert walked(SITE, step.marks)[1] == ["/sitemap_index.xml", "/post-sitemap.xml"], "and is asked for again"


def test_a_list_none_of_whose_files_can_be_read_is_no_source():
    source = sitemaps()
    (ask,) = source.begin()
    first, second = told(source, ask, SITE["/sitemap_index.xml"])[1].asks
    told(source, first, status=500)
    with pytest.raises(NotThisSourceError):
        told(source, second, status=500)


def test_files_and_stories_elsewhere_are_left():
    site = {
        "/sitemap_index.xml": index("https://lain.example/post-sitemap.xml", "http://[x/", f"{BASE}/post-sitemap.xml"),
        "/post-sitemap.xml": urlset(f"{BASE}/berita/a", "https://lain.example/berita/x", "http://[x/", "mailto:a@b.c"),
    }
    stories, asked, step = walked(site)
    assert asked == ["/sitemap_index.xml", "/post-sitemap.xml"]
    assert "a" in stories
    assert "2 sitemaps at other hosts" in step.remark


def test_a_mirror_is_asked_for_the_files_that_its_robots_txt_has_at_the_outlets_address():
    mirror = "http://127.0.0.1:8099"
    source = sitemaps(base=mirror, named=(INDEX,))
    (ask,) = source.begin()
    assert ask.url == f"{mirror}/sitemap_index.xml"
    _, step = told(source, ask, SITE["/sitemap_index.xml"])
    assert [further.url for further in step.asks] == [f"{mirror}/post-sitemap2.xml", f"{mirror}/post-sitemap.xml"]


def test_a_packed_file_is_read_and_one_that_is_too_large_is_not(monkeypatch):
    source = sitemaps()
    stories, _ = told(source, source.begin()[0], gzip.compress(urlset(f"{BASE}/berita/a")))
    assert list(stories) == ["a"]
    source = sitemaps()
    with pytest.raises(NotThisSourceError):
        told(source, source.begin()[0], gzip.compress(b" " * (51 * 2**20)))


def test_entries_beyond_what_the_protocol_allows_are_counted():
    source = sitemaps()
    (ask,) = source.begin()
    body = urlset(*(f"{BASE}/berita/a{number}" for number in range(50_003)))
    answer = source.read(ask, Reply(url=ask.url, status=200, headers={}, body=body, at=NOW))
    assert (len(answer.stories), answer.unusable) == (50_000, 3)
    assert answer.stories[0].url.endswith("a49999"), "newest first"


@pytest.mark.parametrize(
    "changed",
    ["kemarin", "0000-00-00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2024-13-01", "{{ t }}"],
)
@pytest.mark.parametrize("span", [Span(), Span(since=date(2024, 11, 1))], ids=["all", "backfill"])
def test_a_time_of_change_that_is_none_is_not_told(changed, span):
    source = sitemaps(span=span, needed=True)
    assert told(source, source.begin()[0], urlset((f"{BASE}/berita/a", changed)))[0] == {"a": None}


def test_the_time_at_which_a_file_was_made_says_of_no_story_that_it_changed():
    source = sitemaps()
    body = urlset(*((f"{BASE}/berita/a{number}", "2024-12-01T07:30:00+08:00") for number in range(20)))
    assert set(told(source, source.begin()[0], body)[0].values()) == {None}


def test_a_part_of_a_namespace_that_was_not_declared_is_left():
    source = sitemaps()
    body = b"<urlset><url><image:loc>x.jpg</image:loc><loc>" + f"{BASE}/berita/a".encode() + b"</loc></url></urlset>"
    assert told(source, source.begin()[0], body)[0] == {"a": None}


def test_a_backfill_leaves_what_was_last_changed_before_its_days():
    body = urlset(
        (f"{BASE}/berita/lama", "2024-10-31T23:59:59+08:00"),
        (f"{BASE}/berita/baru", "2024-10-31T16:00:00+00:00"),
        f"{BASE}/berita/kapan",
    )
    source = sitemaps(span=Span(since=date(2024, 11, 1)), needed=True)
    stories, step = told(source, source.begin()[0], body)
    assert set(stories) == {"baru", "kapan"}
    assert step.marks is None


def test_a_needed_sitemap_that_leads_to_no_story_is_no_source():
    source = sitemaps(needed=True)
    with pytest.raises(NotThisSourceError, match="leads to no story") as caught:
        told(source, source.begin()[0], urlset(f"{BASE}/", f"{BASE}/tentang"))
    assert caught.value.closed


def test_a_backfill_does_without_a_sitemap_beside_sources_that_know_days():
    assert sitemaps(span=Span(since=date(2024, 11, 1))).begin() == []


def test_what_robots_txt_names_may_be_known_only_once_the_first_place_was_asked():
    named: list[str] = []
    source = Sitemaps(
        BASE, ARTICLE, "Asia/Makassar", {}, Span(), needed=True, named=lambda: named, usual=("/sitemap.xml",), now=NOW
    )
    (ask,) = source.begin()
    assert ask.url == f"{BASE}/sitemap.xml"
    named.append(f"{BASE}/peta.xml")
    with pytest.raises(NotThisSourceError):
        source.read(ask, Reply(url=ask.url, status=404, headers={}, body=b"", at=NOW))
    assert source.instead().url == f"{BASE}/peta.xml"
    assert source.instead() is None
