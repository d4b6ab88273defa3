import pytest

from archive.records import Reason
from crawler.reading.head import read_head
from crawler.reading.kinds import looks_like_challenge, page_kind, page_kind_of_bytes
from crawler.reading.material import Page
from crawler.reading.page import parse
from crawler.reading.rules import WORDPRESS

URL = "https://contoh.test/pilkada/judul/"


def kind(html: str, url: str = URL) -> Reason | None:
    tree = parse(html)
    assert tree is not None
    found = page_kind(tree, read_head(tree, url), WORDPRESS, url)
    return found.reason if found else None


CARD = '<article class="hentry"><h2><a href="/a/">Judul</a></h2></article>'


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ('<body class="home blog">', Reason.LISTING),
        ('<body class="archive category">', Reason.LISTING),
        ('<body class="page page-id-7"><h1>Tentang Kami</h1>', Reason.LISTING),
        ('<body class="attachment postid-9 attachment-template">', Reason.LISTING),
        (f"<body><main>{CARD * 5}</main>", Reason.LISTING),
        ('<body class="error404">', Reason.SOFT_404),
        ("<head><title>Post Tidak Ditemukan</title></head><body>", Reason.SOFT_404),
        ('<body><div class="error404"><h2>404</h2></div>', Reason.SOFT_404),
        ('<body class="single"><form class="post-password-form"></form>', Reason.PASSWORD),
        ('<body class="single"><div class="wp-embed"><p class="wp-embed-heading">Judul</p></div>', Reason.LISTING),
    ],
    ids=[
        "home",
        "category",
        "page",
        "attachment",
        "cards",
        "404",
        "soft 404 title",
        "soft 404 box",
        "password",
        "embed",
    ],
)
def test_a_page_that_is_no_article_is_named(html: str, reason: Reason) -> None:
    assert kind(html) is reason


@pytest.mark.parametrize(
    "html",
    [
        '<body class="single single-post postid-7">',
        '<head><link rel="shortlink" href="/?p=7"><title>Surat Suara Tidak Ditemukan</title></head><body>',
        f'<head><meta property="og:type" content="article"></head><body>{CARD * 5}',
        '<head><script type="application/ld+json">{"@type":"NewsArticle"}</script></head><body class="page">',
        '<body class="single category-pilkada tag-asn">',
    ],
    ids=["classes", "a headline that sounds like an error", "og:type beside cards", "JSON-LD", "a post's own terms"],
)
def test_a_page_with_a_sign_of_a_post_can_be_an_article(html: str) -> None:
    assert kind(html) is None


def test_the_root_of_a_site_is_a_listing() -> None:
    assert kind("<body><p>Selamat datang</p>", "https://contoh.test/") is Reason.LISTING


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Page(url=URL, status=404, body=b"<html>"), Reason.NOT_FOUND),
        (Page(url=URL, status=410, body=b""), Reason.NOT_FOUND),
        (Page(url=URL, status=500, body=b"<html>"), Reason.HTTP),
        (Page(url=URL, body=b"%PDF-1.7", content_type="application/pdf"), Reason.NOT_HTML),
        (Page(url=URL, body=b'{"code": 1}', content_type=None), Reason.NOT_HTML),
        (Page(url=URL, body=b'<?xml version="1.0"?><rss></rss>', content_type=None), Reason.NOT_HTML),
        (Page(url=URL, body=b"", content_type="text/html"), Reason.NOT_HTML),
        (Page(url=URL, status=403, body=b"<title>Just a moment...</title>"), Reason.CHALLENGE),
    ],
)
def test_what_bytes_alone_tell(page: Page, reason: Reason) -> None:
    found = page_kind_of_bytes(page)
    assert found
    assert found.reason is reason


@pytest.mark.parametrize(
    "page",
    [
        Page(url=URL, body=b"\xef\xbb\xbf\n<!doctype html><html>", content_type="text/html; charset=UTF-8"),
        Page(
            url=URL, body=b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="x">', content_type="application/xhtml+xml"
        ),
    ],
    ids=["BOM", "XHTML"],
)
def test_html_passes(page: Page) -> None:
    assert page_kind_of_bytes(page) is None


def test_cloudflares_script_in_an_ordinary_page_is_no_challenge() -> None:
    script = b'<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
    assert not looks_like_challenge(b"<html><title>Berita</title>" + script)
    assert looks_like_challenge(b"<html><script>window._cf_chl_opt={}</script>")
