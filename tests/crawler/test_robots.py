"""What an answer to a request for robots.txt means (RFC 9309 2.3.1, RELIABILITY T22)."""

import pytest

from crawler.robots import MAX_DELAY, judge

PAGE = "https://kabar.example/pilkada/"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 451])
def test_a_refusal_or_absence_of_robots_txt_allows_all(status):
    assert judge(status).allows(PAGE)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 599, 301, 304, 100, None])
def test_an_answer_that_is_none_allows_nothing_and_says_why(status):
    robots = judge(status)
    assert not robots.allows(PAGE)
    assert "robots.txt" in robots.why


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: pilkada\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Pilkada\nAllow: /", True),
        ("User-agent: lain\nDisallow: /", True),
        ("User-agent: *\nDisallow: /pilkada", False),
        ("User-agent: *\nDisallow: /pilkada\nAllow: /pilkada/", True),
        ("<html>bukan robots</html>", True),
        ("\ufeffUser-agent: *\nDisallow: /", False),
    ],
)
def test_rules_are_read_for_our_name(text, allowed):
    assert judge(200, text.encode()).allows(PAGE) is allowed


def test_only_the_first_512_kib_are_read():
    body = b"#" * (512 * 1024) + b"\nUser-agent: *\nDisallow: /\n"
    assert judge(200, body).allows(PAGE)


def test_bytes_that_are_no_text_are_read_as_far_as_they_go():
    assert not judge(200, b"\xff\xfe\x00\nUser-agent: *\nDisallow: /\n").allows(PAGE)


@pytest.mark.parametrize(
    ("asked", "kept"), [("5", 5.0), ("0.5", 0.5), ("99999999", MAX_DELAY), ("-1", 0.0), ("x", 0.0), ("", 0.0)]
)
def test_a_crawl_delay_is_kept_up_to_a_minute(asked, kept):
    assert judge(200, f"User-agent: *\nCrawl-delay: {asked}\n".encode()).delay() == kept
