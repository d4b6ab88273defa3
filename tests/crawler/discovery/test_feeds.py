"""What the feed tells: the newest stories, with their time of day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.discovery import Feed, FeedPages, Met, NotThisSourceError, Reply, Span

NOW = datetime(2024, 12, 1, tzinfo=UTC)
BASE = "https://kabar.example"


def rss(*items: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Kabar</title>{"".join(items)}</channel></rss>'


def item(
    link: str = f"{BASE}/detailpost/a", title: str = "Judul", date: str = "Fri, 22 Nov 2024 02:15:00 +0000"
) -> str:
    return f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><pubDate>{date}</pubDate></item>"


def read(body: str | bytes, *, status: int = 200):
    feed = Feed(BASE, "/feed", "Asia/Makassar")
    (ask,) = feed.begin()
    data = body if isinstance(body, bytes) else body.encode()
    return feed.read(ask, Reply(url=ask.url, status=status, headers={}, body=data, at=NOW))


def test_an_item_gives_address_title_and_time():
    (story,) = read(rss(item())).stories
    assert (story.url, story.title) == (f"{BASE}/detailpost/a", "Judul")
    assert story.published == "2024-11-22T02:15:00+00:00"
    assert story.record is None, "its text is on its page"


@pytest.mark.parametrize(
    "date",
    [
        "",
        "kemarin",
        "Fri, 22 Nov 2024 02:15:00 -0000",
        "Fri, 99 Nov 2024 02:15:00 +0000",
        "Fri, 31 Dec 9999 23:59:59 -1400",
        "Fri, 31 Dec 9999 23:59:59 +0000",
    ],
)
def test_a_time_that_says_no_moment_is_none(date):
    (story,) = read(rss(item(date=date))).stories
    assert story.published is None


def test_a_raw_ampersand_costs_its_title_and_no_story():
    stories = read(rss(item(title="Beras & Gula"), item(link=f"{BASE}/detailpost/b", title="Utuh"))).stories
    assert [story.url for story in stories] == [f"{BASE}/detailpost/a", f"{BASE}/detailpost/b"]
    assert stories[1].title == "Utuh"


@pytest.mark.parametrize("link", ["", f"{BASE}/", "https://[x/"], ids=["none", "root", "broken"])
def test_an_item_that_leads_nowhere_is_counted(link):
    answer = read(rss(item(link=link), item()))
    assert (len(answer.stories), answer.unusable) == (1, 1)


def test_an_item_is_not_read_in_from_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("rahasia", "utf-8")
    body = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>' + rss(item(title="&x;")).partition("?>")[2]
    (story,) = read(body).stories
    assert "rahasia" not in story.title


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, rss(item())),
        (200, "<html><body>Situs</body></html>"),
        (200, ""),
        (200, "Halo"),
        (200, "<r:ss><channel/></r:ss>"),
        (200, "<!-- nihil -->"),
        (500, ""),
        (304, ""),
    ],
    ids=["404", "html", "empty", "text", "prefix", "comment", "500", "304"],
)
def test_what_is_no_feed_is_told(status, body):
    with pytest.raises(NotThisSourceError, match="feed"):
        read(body, status=status)


def test_a_feed_has_one_page():
    feed = Feed(BASE, "/feed", "Asia/Makassar")
    (ask,) = feed.begin()
    assert not feed.go_on(ask, read(rss(item())), met=Met(fresh=1), now=NOW).asks


def test_a_backfill_takes_no_story_of_another_day():
    feed = Feed(BASE, "/feed", "Asia/Makassar", Span(until=date(2024, 11, 21)))
    (ask,) = feed.begin()
    body = rss(item(), item(f"{BASE}/detailpost/b", date="Thu, 21 Nov 2024 15:59:00 +0000"), item(f"{BASE}/c", date=""))
    answer = feed.read(ask, Reply(url=ask.url, status=200, headers={}, body=body.encode(), at=NOW))
    assert [story.url for story in answer.stories] == [f"{BASE}/detailpost/b", f"{BASE}/c"]


# ---- the feed of a WordPress ----

WEEK = timedelta(days=7)
TAGS = {"etag": '"satu"', "last-modified": "Fri, 22 Nov 2024 02:15:00 GMT"}
HELD = {"walked": NOW.isoformat(), "asked": NOW.isoformat(), "validators": TAGS}


def pages(marks=None, *, span=Span(), listed=False, now=NOW):  # noqa: B008 - it is frozen
    return FeedPages(BASE, "Asia/Makassar", marks or {}, span, listed=listed, now=now)


def whole(number: int, text: str = "Isi berita.", date: str = "Fri, 22 Nov 2024 02:15:00 +0000") -> str:
    """An item that holds its text."""
    return item(f"{BASE}/berita-{number}/", f"Judul {number}", date).replace(
        "</item>",
        f'<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">{text}</content:encoded></item>',
    )


def answered(source, ask, *items, status=200, fresh=0, at=NOW, headers=TAGS, body=None):
    """What follows from an answer to an ask; the answer too."""
    reply = Reply(url=ask.url, status=status, headers=headers, body=(body or rss(*items)).encode(), at=at)
    answer = source.read(ask, reply)
    return answer, source.go_on(ask, answer, met=Met(fresh=fresh), now=at)


def test_a_first_walk_goes_to_the_end_and_remembers_the_validators_only_then():
    source = pages()
    (ask,) = source.begin()
    assert (ask.url, ask.headers) == (f"{BASE}/feed/", {})
    answer, step = answered(source, ask, whole(2), whole(1))
    assert [story.record for story in answer.stories] == [f"{BASE}/berita-2/", f"{BASE}/berita-1/"]
    assert "validators" not in step.marks
    (further,) = step.asks
    assert further.url == f"{BASE}/feed/?paged=2"
    _, step = answered(source, further, status=404, headers=TAGS | {"etag": '"dua"'})
    assert (step.asks, step.marks["validators"], "page" in step.marks) == ((), TAGS, False)


def test_a_walk_that_was_stopped_goes_on_where_it_stood():
    first, deep = pages({"page": 7}).begin()
    assert (first.page, first.to_end, deep.page, deep.to_end) == (1, False, 6, True)


def test_an_item_without_its_text_is_read_from_its_page():
    source = pages()
    (ask,) = source.begin()
    answer, _ = answered(source, ask, item())
    assert [story.record for story in answer.stories] == [None]


def test_validators_are_sent_and_a_304_ends_the_crawl_of_the_source():
    source = pages(HELD)
    (ask,) = source.begin()
    assert ask.headers == {"If-None-Match": '"satu"', "If-Modified-Since": TAGS["last-modified"]}
    answer, step = answered(source, ask, status=304, body=" ", headers={})
    assert (answer.stories, step.asks, source.unchanged) == ((), (), True)
    assert step.marks == HELD


@pytest.mark.parametrize("marks", [{}, {"walked": NOW.isoformat()}], ids=["nothing held", "no validators held"])
def test_a_304_that_nobody_asked_for_is_no_answer(marks):
    source = pages(marks)
    (ask,) = source.begin()
    with pytest.raises(NotThisSourceError, match="304") as caught:
        answered(source, ask, status=304, body=" ")
    assert not caught.value.closed


def test_a_feed_whose_validators_are_frozen_gives_its_new_item_within_seven_days():
    marks, now = dict(HELD), NOW
    while now <= NOW + WEEK:
        now += timedelta(minutes=30)
        source = pages(marks, now=now)
        (ask,) = source.begin()
        answer, step = answered(
            source, ask, whole(1), status=304 if ask.headers else 200, fresh=0 if ask.headers else 1, at=now
        )
        marks = dict(step.marks or marks)
        if answer.stories:
            break
    assert now - NOW == WEEK
    (ask,) = step.asks
    _, step = answered(source, ask, status=404, at=now)
    assert "once in seven days" in step.remark
    walked = {**step.marks, "walked": now.isoformat()}
    assert pages(walked, now=now + timedelta(days=1)).begin()[0].headers, "and at most weekly"


def test_later_crawls_read_until_what_is_known():
    source = pages(HELD)
    (ask,) = source.begin()
    _, step = answered(source, ask, whole(9), fresh=1)
    (ask,) = step.asks
    assert not answered(source, ask, whole(8))[1].asks
    source = pages(HELD)
    assert not answered(source, source.begin()[0], whole(9), whole(8), fresh=1)[1].asks, "what is new ends there"


def test_a_feed_that_changed_and_has_nothing_new_is_looked_through_for_edits():
    source = pages(HELD)
    _, step = answered(source, source.begin()[0], whole(9))
    (ask,) = step.asks
    assert not answered(source, ask, whole(8))[1].asks


def test_a_text_that_moved_to_a_page_that_is_not_read_is_compared_another_time():
    source = pages(HELD)
    _, step = answered(source, source.begin()[0], whole(2), whole(1))
    _, step = answered(source, step.asks[0], whole(0))
    later = pages(step.marks)
    _, step = answered(later, later.begin()[0], whole(3), whole(2), fresh=1)
    assert {f"{BASE}/berita-{number}/" for number in range(4)} == step.marks["texts"].keys()


def test_a_feed_is_read_to_its_end_once_in_seven_days_and_that_is_said():
    source = pages(HELD, now=NOW + WEEK + timedelta(minutes=1))
    (ask,) = source.begin()
    assert (ask.to_end, ask.headers) == (True, {})
    _, step = answered(source, ask, whole(9), at=NOW + WEEK)
    cut = pages(step.marks, now=NOW + WEEK)
    assert [ask.to_end for ask in cut.begin()] == [True], "a walk that was cut goes on"
    _, step = answered(source, step.asks[0], status=404, at=NOW + WEEK)
    assert "to its end" in step.remark
    assert not pages(step.marks, now=NOW + 2 * WEEK).begin()[0].to_end


def test_a_text_that_is_another_than_before_is_said_to_be_changed():
    source = pages({"walked": NOW.isoformat()})
    (ask,) = source.begin()
    answer, step = answered(source, ask, whole(2), whole(1))
    assert [story.modified for story in answer.stories] == [None, None]
    answered(source, step.asks[0], status=404)
    later = NOW + timedelta(hours=1)
    texts = {story.url: "lain" if "berita-1" in story.url else "" for story in answer.stories}
    source = pages({"walked": NOW.isoformat(), "texts": texts}, now=later)
    answer, _ = answered(source, source.begin()[0], whole(3), whole(1, "Ralat."), at=later)
    assert [story.modified for story in answer.stories] == [None, later.isoformat()]


def test_a_cache_that_ignores_the_page_ends_the_walk_and_is_said():
    source = pages()
    (ask,) = source.begin()
    _, step = answered(source, ask, whole(2), whole(1), fresh=2)
    _, step = answered(source, step.asks[0], whole(2), whole(1))
    assert not step.asks
    assert "page before" in step.remark


def test_a_backfill_takes_the_stories_of_its_days_and_stops_before_them():
    source = pages(span=Span(since=date(2024, 11, 22), until=date(2024, 11, 22)))
    (ask,) = source.begin()
    answer, step = answered(
        source,
        ask,
        whole(4, date="Fri, 22 Nov 2024 16:00:00 +0000"),  # 23 November in Makassar
        whole(3, date="Fri, 22 Nov 2024 15:59:59 +0000"),
        whole(2, date="kapan-kapan"),
        whole(1, date="Thu, 21 Nov 2024 15:59:59 +0000"),
    )
    assert [story.title for story in answer.stories] == ["Judul 3", "Judul 2"]
    (ask,) = step.asks
    answer, step = answered(source, ask, whole(0, date="Wed, 20 Nov 2024 00:00:00 +0000"))
    assert (answer.stories, step.asks) == ((), ())
