"""Which of an outlet's sources a crawl asks, and when one that was closed is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.discovery import Ask, FeedPages, Met, Plan, Reply, Sitemaps, Span, WordPressRest, own

NOW = datetime(2024, 12, 1, tzinfo=UTC)
BASE = "https://kabar.example"
GROUPS = (("wordpress-rest",), ("wordpress-feed", "sitemap"), ("listing",))
DAY = timedelta(days=1)
READ = {"published": "2024-11-30T00:00:00", "modified": "2024-11-30T00:00:00"}


class Asked:
    """A plan for a WordPress with its real sources; lists are stood in for by a second feed."""

    def __init__(self, marks=None, *, now=NOW, groups=GROUPS):
        self.marks = marks if marks is not None else {}
        self.now = now
        self.made = {}
        self.plan = Plan(groups, self._make, self.marks, needed=lambda kind: kind != "sitemap", now=now)

    def _make(self, kind, listed):
        marks, span = own(self.marks.get(kind, {})), Span()
        if kind == "wordpress-rest":
            source = WordPressRest(BASE, "Asia/Makassar", marks, span, now=self.now)
        elif kind == "sitemap":
            source = Sitemaps(
                BASE,
                None,
                "Asia/Makassar",
                marks,
                span,
                needed=False,
                named=tuple,
                usual=("/sitemap.xml",),
                now=self.now,
            )
        else:
            source = FeedPages(BASE, "Asia/Makassar", marks, span, listed=listed, now=self.now)
            source.kind = kind
        self.made[kind] = (source, listed)
        return source

    def fail(self, kind, why="closed", *, closed=True):
        """A source fails: its marks are kept; gives the kinds that are asked next."""
        source, _ = self.made[kind]
        asks = self.plan.failed(source, why, closed=closed)
        self.marks[kind] = self.plan.marks_of_failure(source, self.marks.get(kind, {}), closed=closed, now=self.now)
        return None if asks is None else kinds(asks)


def end(asked, status=404, page=9):
    """The feed's last answer."""
    source, _ = asked.made["wordpress-feed"]
    ask = Ask(url=f"{BASE}/feed/", window="feed", page=page, to_end=True, headers={"If-None-Match": "x"})
    answer = source.read(ask, Reply(url=ask.url, status=status, headers={}, body=b"", at=asked.now))
    source.go_on(ask, answer, met=Met(), now=asked.now)


def kinds(asks):
    return [source.kind for source, _ in asks]


def test_the_cheapest_group_is_asked_first_and_others_not_at_all():
    asked = Asked()
    assert kinds(asked.plan.begin()) == ["wordpress-rest"]
    assert asked.plan.answered() == []
    assert list(asked.made) == ["wordpress-rest"]


def test_a_closed_source_leads_to_the_next_and_the_last_to_nothing():
    asked = Asked()
    asked.plan.begin()
    assert asked.fail("wordpress-rest", "the interface answered 401") == ["wordpress-feed"]
    assert not asked.plan.current(asked.made["wordpress-rest"][0])
    assert asked.plan.answered() == [], "not before the feed was read: it holds texts"
    end(asked)
    assert kinds(asked.plan.answered()) == ["sitemap"]
    assert asked.plan.answered() == [], "once"
    assert asked.fail("wordpress-feed", "the feed answered 404") == ["listing"]
    assert asked.fail("listing", "the list answered 403") is None
    assert asked.plan.why == "the interface answered 401; the feed answered 404; the list answered 403"


def test_what_answered_is_asked_first_until_seven_days_are_over():
    asked = Asked()
    asked.plan.begin()
    asked.fail("wordpress-rest")
    for days, first, again in (
        (0, "wordpress-feed", []),
        (7, "wordpress-feed", []),
        (8, "wordpress-rest", ["wordpress-rest"]),
    ):
        later = Asked(asked.marks, now=NOW + days * DAY)
        assert kinds(later.plan.begin()) == [first], days
        assert later.plan.tried_again == again


def test_an_interface_that_is_still_closed_is_left_for_another_week():
    asked = Asked()
    asked.plan.begin()
    asked.fail("wordpress-rest")
    later = Asked(asked.marks, now=NOW + 8 * DAY)
    later.plan.begin()
    assert later.fail("wordpress-rest") == ["wordpress-feed"]
    assert kinds(Asked(later.marks, now=NOW + 9 * DAY).plan.begin()) == ["wordpress-feed"]


def test_an_interface_that_opens_again_is_the_first_once_more():
    asked = Asked()
    asked.plan.begin()
    asked.fail("wordpress-rest")
    later = Asked(asked.marks, now=NOW + 8 * DAY)
    later.plan.begin()
    asked.marks["wordpress-rest"] = READ
    after = Asked(asked.marks, now=NOW + 9 * DAY)
    assert kinds(after.plan.begin()) == ["wordpress-rest", "wordpress-rest"]
    assert after.plan.tried_again == []


def test_where_all_are_closed_one_is_asked_in_turn_and_none_is_said_to_be_tried_again():
    asked, kinds_asked = Asked(), []
    asked.plan.begin()
    for kind in ("wordpress-rest", "wordpress-feed", "listing"):
        asked.fail(kind)
    for hour in range(1, 5):
        again = Asked(asked.marks, now=NOW + timedelta(hours=hour))
        (kind,) = kinds(again.plan.begin())
        kinds_asked.append(kind)
        assert (again.fail(kind), again.plan.tried_again) == (None, [])
    assert kinds_asked == ["wordpress-rest", "wordpress-feed", "listing", "wordpress-rest"]


def test_a_source_that_stumbles_is_waited_for_in_two_crawls_and_not_in_a_third():
    marks = {"wordpress-rest": READ}
    for crawl in (1, 2):
        asked = Asked(marks)
        asked.plan.begin()
        assert asked.fail("wordpress-rest", closed=False) is None, crawl
        assert own(marks["wordpress-rest"])["published"] == "2024-11-30T00:00:00", "how far it was read stays"
    asked = Asked(marks)
    asked.plan.begin()
    assert asked.fail("wordpress-rest", closed=False) == ["wordpress-feed"]
    assert kinds(Asked(marks).plan.begin()) == ["wordpress-feed"]


@pytest.mark.parametrize(
    ("marks", "listed"),
    [({}, False), (READ, True), ({"closed": NOW.isoformat(), "stumbled": 0}, False)],
    ids=["never read", "read", "closed from the first"],
)
def test_a_further_source_need_not_tell_of_all_stories_where_one_has(marks, listed):
    asked = Asked({"wordpress-rest": marks})
    asked.plan.begin()
    if "wordpress-rest" in asked.made:
        asked.fail("wordpress-rest")
    assert asked.made["wordpress-feed"][1] is listed


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({f"{BASE}/post-1.xml": {}}, []),
        ({f"{BASE}/post-1.xml": {"changed": "2024-11-30"}}, ["sitemap"]),
        ({}, ["sitemap"]),
    ],
    ids=["list without times", "list with times", "one file"],
)
def test_where_nothing_changed_a_sitemap_is_asked_only_if_one_request_tells(files, expected):
    sitemap = {"at": f"{BASE}/sitemap.xml", "walked": NOW.isoformat(), "files": files}
    feed = {"walked": NOW.isoformat(), "asked": NOW.isoformat(), "validators": {"etag": '"a"'}}
    asked = Asked({"wordpress-feed": feed, "sitemap": sitemap}, groups=GROUPS[1:])
    asked.plan.begin()
    end(asked, 304, 1)
    assert kinds(asked.plan.answered()) == expected


def test_a_sitemap_that_was_closed_is_not_asked_beside_the_feed_for_seven_days():
    marks = {"sitemap": {"closed": NOW.isoformat()}}
    for days, expected in ((1, []), (8, ["sitemap"])):
        asked = Asked(marks, now=NOW + days * DAY, groups=GROUPS[1:])
        asked.plan.begin()
        end(asked)
        assert kinds(asked.plan.answered()) == expected
