"""What an answer to a request for robots.txt means (RFC 9309 2.3.1, RELIABILITY T22)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.robots import MAX_DELAY, judge, unheard

PAGE = "https://kabar.example/pilkada/"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 451])
def test_a_refusal_or_absence_of_robots_txt_allows_all(status):
    assert judge(status).allows(PAGE)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 599, 301, 304, 100])
def test_an_answer_that_is_none_allows_nothing_and_says_why(status):
    robots = judge(status)
    assert not robots.allows(PAGE)
    assert f"robots.txt answered {status}" in robots.why


def test_no_answer_allows_nothing_and_says_why():
    robots = unheard("did not answer")
    assert not robots.allows(PAGE)
    assert robots.why == "robots.txt did not answer, so nothing is fetched"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent:*\nDisallow:/pilkada", False),
        ("user-AGENT : *\n  disallow : /pilkada # yang ini tidak", False),
        ("Disallow: /", True),
        ("User-agent: lain\nDisallow: /", True),
        ("User-agent: pilkada\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Pilkada\nAllow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: PILKADA\nCrawl-delay: 5", True),
        ("User-agent: Pilkada/0.1.0 (+mailto:a@b.example)\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Pilkada/0.1\nAllow: /", True),
        ("User-agent: pilkada-lain\nDisallow: /", True),
        ("User-agent: lain\nUser-agent: pilkada\nDisallow: /pilkada", False),
        (
            "User-agent: pilkada\nDisallow: /a\n\nUser-agent: x\nAllow: /\n\nUser-agent: pilkada\nDisallow: /pilkada",
            False,
        ),
        ("User-agent: *\n\n\nDisallow: /pilkada", False),
        ("User-agent: *\nDisallow: /pilkada", False),
        ("User-agent: *\nDisallow: /PILKADA", True),
        ("User-agent: *\nDisallow: /%70ilkada/", False),
        ("User-agent: *\nDisallow: pilkada", True),
        ("User-agent: *\nDisallow: /pilkada\nAllow: /pilkada/", True),
        ("User-agent: *\nAllow: /pilkada\nDisallow: /pilkada/", False),
        ("User-agent: *\nDisallow: /pilkada/\nAllow: /pilkada/", True),
        ("User-agent: *\nDisallow: /*kada/$", False),
        ("User-agent: *\nDisallow: /*kada$", True),
        ("User-agent: *\nDisallow: /p*a/", False),
        ("User-agent: *\r\nDisallow: /\r\n", False),
        ("User-agent: *\rDisallow: /\r", False),
        ("\ufeffUser-agent: *\nDisallow: /", False),
        ("Sitemap: https://kabar.example/s.xml\nUser-agent: *\nSitemap: /t.xml\nDisallow: /", False),
        ("<!doctype html><html><title>Beranda</title><p>Disallow: /</p></html>", True),
        ("<html>\nUser-agent: *\nDisallow: /\n</html>", False),
    ],
)
def test_rules_are_read_for_our_name(text, allowed):
    assert judge(200, text.encode()).allows(PAGE) is allowed


def test_only_the_first_512_kib_are_read():
    body = b"#" * (512 * 1024) + b"\nUser-agent: *\nDisallow: /\n"
    assert judge(200, body).allows(PAGE)


def test_a_rule_that_the_limit_cuts_is_not_read_as_a_shorter_one():
    start = b"User-agent: *\nDisallow: /arsip/\n#"
    body = start + b"x" * (512 * 1024 - len(start) - len(b"\nDisallow: /")) + b"\nDisallow: /arsip/lama/\n"
    assert body[: 512 * 1024].endswith(b"\nDisallow: /")
    robots = judge(200, body)
    assert robots.allows(PAGE)
    assert not robots.allows("https://kabar.example/arsip/1/")


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_rules_or_none(body):
    robots = judge(200, b"User-agent: *\n" + body)
    assert isinstance(robots.allows(PAGE), bool)
    assert 0 <= robots.delay() <= MAX_DELAY


def test_a_pattern_of_many_stars_costs_no_time():
    began = time.monotonic()
    judge(200, b"User-agent: *\nDisallow: /" + b"*a" * 2000 + b"$\n").allows("https://kabar.example/" + "a" * 2000)
    assert time.monotonic() - began < 2


def test_bytes_that_are_no_text_are_read_as_far_as_they_go():
    assert not judge(200, b"\xff\xfe\x00\nUser-agent: *\nDisallow: /\n").allows(PAGE)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [("5", 5.0), ("0.5", 0.5), ("99999999", MAX_DELAY), ("60", 60.0), ("-1", 0.0), ("x", 0.0), ("", 0.0)],
)
def test_a_crawl_delay_is_kept_up_to_a_minute(asked, kept):
    assert judge(200, f"User-agent: *\nCrawl-delay: {asked}\n".encode()).delay() == kept
