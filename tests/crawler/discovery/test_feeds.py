"""What the feed tells: the newest stories, with their time of day."""

from datetime import UTC, datetime

import pytest

from crawler.discovery import Feed, Met, NotThisSourceError, Reply

NOW = datetime(2024, 12, 1, tzinfo=UTC)
BASE = "https://kabar.example"


def rss(*items: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Kabar</title>{"".join(items)}</channel></rss>'


def item(
    link: str = f"{BASE}/detailpost/a", title: str = "Judul", date: str = "Fri, 22 Nov 2024 02:15:00 +0000"
) -> str:
    return f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><pubDate>{date}</pubDate></item>"


def read(body: str | bytes, *, status: int = 200):
    feed = Feed(BASE, "/feed")
    (ask,) = feed.begin()
    data = body if isinstance(body, bytes) else body.encode()
    return feed.read(ask, Reply(url=ask.url, status=status, headers={}, body=data, at=NOW))


def test_an_item_gives_address_title_and_time():
    (story,) = read(rss(item())).stories
    assert (story.url, story.title) == (f"{BASE}/detailpost/a", "Judul")
    assert story.published == "2024-11-22T02:15:00+00:00"
    assert story.record is None, "its text is on its page"


@pytest.mark.parametrize("date", ["", "kemarin", "Fri, 22 Nov 2024 02:15:00 -0000", "Fri, 99 Nov 2024 02:15:00 +0000"])
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
    [(404, rss(item())), (200, "<html><body>Situs</body></html>"), (200, ""), (200, "Halo"), (500, "")],
    ids=["404", "html", "empty", "text", "500"],
)
def test_what_is_no_feed_is_told(status, body):
    with pytest.raises(NotThisSourceError, match="feed"):
        read(body, status=status)


def test_a_feed_has_one_page():
    feed = Feed(BASE, "/feed")
    (ask,) = feed.begin()
    assert not feed.go_on(ask, read(rss(item())), met=Met(fresh=1), now=NOW).asks
