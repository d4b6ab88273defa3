"""What the REST source asks for and what its answers tell."""

import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.discovery import Ask, Met, NotThisSourceError, Reply, Span, WordPressRest

NOW = datetime(2024, 12, 1, tzinfo=UTC)
MARKS = {"modified": "2024-11-20T01:12:00", "published": "2024-11-19T00:00:00"}


def post(number, **changes):
    return {
        "id": number,
        "link": f"https://kabar.example/{number}/",
        "date_gmt": "2024-11-20T01:00:00",
        "modified_gmt": "2024-11-21T01:00:00",
        "title": {"rendered": f"Judul {number}"},
    } | changes


def read(source, posts, *, page=1, status=200, window="all", **headers):
    body = json.dumps(posts).encode() if not isinstance(posts, bytes) else posts
    ask = Ask(url="https://kabar.example/", window=window, page=page)
    return source.read(ask, Reply(url=ask.url, status=status, headers=headers, body=body, at=NOW))


def test_a_first_crawl_walks_all_posts_newest_first():
    (ask,) = WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW).begin()
    query = parse_qs(urlsplit(ask.url).query)
    assert (query["per_page"], query["orderby"], query["order"]) == (["100"], ["date"], ["desc"])
    assert "_links" in query["_fields"][0], "_embedded stays empty without it (OUTLETS 1.1)"


def test_later_crawls_ask_for_two_windows_that_overlap_by_a_second():
    modified, published = WordPressRest("https://kabar.example", "Asia/Makassar", MARKS, now=NOW).begin()
    assert parse_qs(urlsplit(modified.url).query)["modified_after"] == ["2024-11-20T01:11:59Z"]
    assert parse_qs(urlsplit(published.url).query)["after"] == ["2024-11-18T23:59:59Z"]


def test_an_interface_that_gave_no_times_of_change_is_asked_by_publication():
    (ask,) = WordPressRest("https://kabar.example", "Asia/Makassar", {"published": MARKS["published"]}, now=NOW).begin()
    assert ask.window == "published"


def test_an_answer_gives_its_stories_and_the_next_page():
    source = WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW)
    (ask,) = source.begin()
    answer = read(source, [post(1), post(2)], **{"x-wp-total": "3", "x-wp-totalpages": "2"})
    assert [story.record for story in answer.stories] == ["1", "2"]
    assert (answer.total, answer.more) == (3, True)
    (further,) = source.go_on(ask, answer, met=Met(fresh=2), now=NOW).asks
    assert further.page == 2


def test_the_last_page_has_none_after_it():
    answer = read(
        WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW),
        [post(1)],
        **{"x-wp-total": "1", "x-wp-totalpages": "1"},
    )
    assert answer.more is False


def test_without_counts_a_full_page_is_followed_and_an_empty_one_is_not():
    source = WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW)
    assert read(source, [post(n) for n in range(100)]).more is True
    assert read(source, []).more is False


def test_posts_that_shrank_away_while_we_walked_end_the_walk():
    answer = read(
        WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW),
        {"code": "rest_post_invalid_page_number"},
        page=2,
        status=400,
    )
    assert answer.stories == ()
    assert answer.more is False


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>Situs</html>"),
        (401, {"code": "rest_login_required"}),
        (403, b"Forbidden"),
        (404, {"code": "rest_no_route"}),
        (400, {"code": "rest_invalid_param"}),
        (200, {"posts": []}),
        (200, b""),
        (200, b"[" * 100_000),
        (500, []),
    ],
    ids=["html", "401", "403", "404", "400", "object", "empty", "deep", "500"],
)
def test_what_is_no_list_of_posts_is_told(status, body):
    with pytest.raises(NotThisSourceError, match=str(status)):
        read(WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW), body, status=status)


def test_entries_without_id_or_link_are_counted_not_lost():
    answer = read(
        WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW),
        [post(1), {"id": 2}, 7, post(3, link=None), post(4, id="x")],
    )
    assert [story.record for story in answer.stories] == ["1"]
    assert answer.unusable == 4


def test_wordpress_zero_date_is_no_date():
    answer = read(
        WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW),
        [post(1, date_gmt="0000-00-00T00:00:00", modified_gmt=None)],
    )
    assert answer.stories[0].published is None
    assert answer.stories[0].modified is None


def test_marks_move_to_the_newest_and_never_back():
    source = WordPressRest("https://kabar.example", "Asia/Makassar", MARKS, now=NOW)
    older = read(source, [post(1, date_gmt="2020-01-01T00:00:00", modified_gmt="2020-01-01T00:00:00")])
    assert source.marks_after(MARKS, older.stories, NOW) == MARKS
    newer = read(source, [post(2)])
    assert source.marks_after(MARKS, newer.stories, NOW) == {
        "modified": "2024-11-21T01:00:00",
        "published": "2024-11-20T01:00:00",
    }


def test_a_walk_that_saw_fewer_posts_than_there_are_is_made_once_more_and_no_more():
    source = WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW)
    (ask,) = source.begin()
    short = read(source, [post(1)], **{"x-wp-total": "2", "x-wp-totalpages": "1"})
    again = source.go_on(ask, short, met=Met(fresh=1), now=NOW)
    assert [further.page for further in again.asks] == [1]
    assert again.marks is None
    end = source.go_on(again.asks[0], short, met=Met(fresh=0), now=NOW)
    assert (end.asks, end.marks) == (
        (),
        {"modified": "2024-11-21T01:00:00", "published": "2024-11-20T01:00:00"}
        | {"walked": NOW.isoformat(), "pages": 1, "confirmed": False},
    )


def test_marks_are_kept_once_all_windows_are_read():
    source = WordPressRest("https://kabar.example", "Asia/Makassar", MARKS, now=NOW)
    first, second = source.begin()
    nothing = read(source, [], **{"x-wp-total": "0", "x-wp-totalpages": "0"})
    assert source.go_on(first, nothing, met=Met(fresh=0), now=NOW).marks is None
    assert source.go_on(second, nothing, met=Met(fresh=0), now=NOW).marks == MARKS


@pytest.mark.parametrize(
    ("status", "body", "closed"),
    [
        (401, {"code": "rest_login_required"}, True),
        (403, b"Forbidden", True),
        (404, {"code": "rest_no_route"}, True),
        (200, b"<html>Situs</html>", True),
        (500, b"<html>Galat</html>", False),
        (502, b"", False),
    ],
)
def test_a_source_that_stumbles_is_not_closed(status, body, closed):
    with pytest.raises(NotThisSourceError) as caught:
        read(WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW), body, status=status)
    assert caught.value.closed is closed


def test_a_backfill_asks_for_its_days_in_the_outlet_s_zone():
    span = Span(since=date(2024, 9, 25), until=date(2024, 11, 23))
    (ask,) = WordPressRest("https://kabar.example", "Asia/Makassar", MARKS, span, now=NOW).begin()
    query = parse_qs(urlsplit(ask.url).query)
    assert query["after"] == ["2024-09-24T15:59:59Z"], "bounds are strict, so a second before midnight"
    assert query["before"] == ["2024-11-23T16:00:00Z"]
    assert query["order"] == ["desc"]


def test_posts_that_are_dated_by_another_clock_are_said_once():
    source = WordPressRest("https://kabar.example", "Asia/Jakarta", {}, now=NOW)
    here, there = {"date": "2024-11-20T08:00:00"}, {"date": "2024-11-20T09:00:00"}
    odd = {"date": "9999-12-31T23:00:00", "date_gmt": "9999-12-31T22:00:00"}
    assert read(source, [post(1, **here), post(2, **there), post(3), post(4, **odd), "x"]).remark is None
    said = read(source, [post(1, **here), post(2, **there), post(3, **there)]).remark
    assert said == "2 of 3 posts are dated by another clock than Asia/Jakarta's: see outlets check"
    assert read(source, [post(2, **there), post(3, **there)]).remark is None


COUNTED = {"x-wp-totalpages": "2"}


@pytest.mark.parametrize(
    ("totals", "second", "again"),
    [
        (("3", "3"), [post(3)], False),
        (("3", "2"), [], True),
        (("3", "4"), [post(2), post(3)], False),
    ],
    ids=["as it was", "one was removed", "one came"],
)
def test_a_walk_during_which_a_post_was_removed_is_made_once_more(totals, second, again):
    source = WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW)
    (ask,) = source.begin()
    first = read(source, [post(1), post(2)], **{"x-wp-total": totals[0], **COUNTED})
    (ask,) = source.go_on(ask, first, met=Met(fresh=2), now=NOW).asks
    last = read(source, second, page=2, **{"x-wp-total": totals[1], **COUNTED})
    assert [ask.page for ask in source.go_on(ask, last, met=Met(), now=NOW).asks] == ([1] if again else [])


def test_all_posts_are_listed_again_once_in_seven_days_and_that_is_said():
    marks = MARKS | {"walked": (NOW - timedelta(days=7, minutes=1)).isoformat(), "pages": 1}
    source = WordPressRest("https://kabar.example", "Asia/Makassar", marks, now=NOW)
    (ask,) = source.begin()
    assert ask.window == "all"
    step = source.go_on(ask, read(source, [post(1)]), met=Met(), now=NOW)
    assert "read whole" in step.remark
    after = WordPressRest("https://kabar.example", "Asia/Makassar", step.marks, now=NOW + timedelta(days=6))
    assert [ask.window for ask in after.begin()] == ["modified", "published"]


def test_a_cache_that_gives_every_page_as_the_first_closes_the_interface():
    """Such a site cost 160 requests in a crawl with nothing new; a header of 5,000 digits ended a crawl as a bug."""
    source = WordPressRest("https://kabar.example", "Asia/Makassar", {}, now=NOW)
    (ask,) = source.begin()
    headers = {"x-wp-total": "9" * 5000, "x-wp-totalpages": "40"}
    answer = read(source, [post(1), post(2)], **headers)
    assert answer.total is None
    assert source.go_on(ask, answer, met=Met(fresh=2), now=NOW).asks
    with pytest.raises(NotThisSourceError, match="page 2 of the REST interface is the page before once more") as raised:
        read(source, [post(1), post(2)], page=2, **headers)
    assert raised.value.closed
