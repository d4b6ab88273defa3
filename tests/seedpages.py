"""The five seed texts, each inside a page of the kind that it was taken from; the texts themselves stay in ../shared.

The seeds are what a text extractor made of public pages. Here they are put back: captions under pictures, the headline
in its element, the extractor's `alt` lines as `alt`, and around them what such a page prints beside its article.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from archive.text import clean_text
from tests.crawler.gold import shared

Files = dict[str, tuple[str, bytes]]
"""What a site answers: by path, with or without a query, the content type and the bytes."""

HTML, RSS, JSON = "text/html; charset=UTF-8", "text/xml; charset=UTF-8", "application/json; charset=UTF-8"
BASES = {
    "kukar": "https://kabar-kukar.example",
    "kaltimkita": "https://kaltimkita.com",
    "gradasigo": "https://gradasigo.com",
    "prokalteng": "https://prokalteng.jawapos.com",
}
PATHS = {
    "000": "/pemerintahan/20/11/2024/antisipasi-kerawanan-pemilu/",
    "001": "/detailpost/pemkab-kukar-sosialisasikan-netralitas-asn",
    "002": "/detailpost/sanksi-menanti-asn",
    "003": "/article/pilkada-oki-h-17",
    "004": "/pemerintahan/pemkab-kapuas/18/09/2024/pilkada-2024-aparatur-pemerintah/",
}
TITLE_001 = "Pemkab Kukar Sosialisasikan Netralitas ASN di Loa Janan"
"""The one seed that lost its headline; this one is ours."""
CAPTION_001 = "Suasana sosialisasi di Kecamatan Loa Janan (ian/kaltimkita.com)"


@dataclass(frozen=True, slots=True)
class Seed:
    """The paragraphs of a seed, and which of them are the article's own text."""

    lines: tuple[str, ...]
    title: str
    body: tuple[str, ...]
    caption: str | None = None


def seeds_folder() -> Path | None:
    """Where the seeds are; None where they are not."""
    folder = shared()
    return folder / "seeds" if folder is not None and (folder / "seeds").is_dir() else None


@cache
def seed(number: str) -> Seed:
    """One seed by its number; which lines are which was read off by eye."""
    folder = seeds_folder()
    assert folder is not None
    text = next(folder.glob(f"{number}_*.txt")).read_text("utf-8")
    lines = tuple(clean_text(line).removeprefix("• ") for line in text.splitlines() if clean_text(line))
    match number:
        case "000":
            return Seed(lines, lines[0], lines[1:-2])
        case "001":
            return Seed(lines, TITLE_001, lines, CAPTION_001)
        case "002":
            return Seed(lines, lines[3], lines[4:-2], lines[2])
        case "003":
            return Seed(lines, lines[1], lines[4:-1], lines[2])
        case _:
            return Seed(lines, lines[1], lines[3:-1], lines[2])


def pages() -> dict[str, Files]:
    """What the four outlets answer, by slug: the seeds' pages, and lists, feeds and records that lead to them."""
    return {"kukar": _kukar(), "kaltimkita": _kaltimkita(), "gradasigo": _gradasigo(), "prokalteng": _prokalteng()}


@contextmanager
def serving(slug: str) -> Iterator[str]:
    """Serve an outlet on loopback; gives its base address."""
    files = pages()[slug]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = files.get(self.path) or files.get(self.path.partition("?")[0]) or (HTML, b"")
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if self.path.startswith("/wp-json/"):
                self.send_header("X-WP-Total", str(len(json.loads(body))))
                self.send_header("X-WP-TotalPages", "1")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def paragraphs(lines: Sequence[str], *, before: str = "<p>") -> str:
    return "\n".join(f"{before}{escape(line, quote=False)}</p>" for line in lines)


def _html(text: str) -> tuple[str, bytes]:
    return HTML, text.encode()


def _record(slug: str, number: str, post: int, date_gmt: str, content: str) -> dict[str, object]:
    return {
        "id": post,
        "date_gmt": date_gmt,
        "modified_gmt": date_gmt,
        "link": BASES[slug] + PATHS[number],
        "status": "publish",
        "type": "post",
        "title": {"rendered": escape(seed(number).title, quote=False)},
        "content": {"rendered": content, "protected": False},
        "_embedded": {
            "author": [{"name": "Redaksi"}],
            "wp:term": [[{"name": "Pemerintahan", "taxonomy": "category", "link": ""}], []],
        },
    }


def _kukar() -> Files:
    told = seed("000")
    body = paragraphs(told.body)
    comments = f'<div id="respond" class="comment-respond"><h3 id="reply-title">{told.lines[-2]}</h3><form><p class="comment-notes">{told.lines[-1]}</p></form></div>'
    page = f"""<!DOCTYPE html><html lang="en-US"><head><meta charset="UTF-8"><title>{told.title} &#8211; Kabar Kukar</title>
<link rel="canonical" href="{BASES["kukar"]}{PATHS["000"]}"><link rel="shortlink" href="{BASES["kukar"]}/?p=812"></head>
<body class="post-template-default single single-post postid-812"><header class="site-header"><p>Kabar Kukar</p></header>
<main><article id="post-812" class="post hentry"><header class="entry-header"><h1 class="entry-title">{told.title}</h1>
<div class="entry-meta"><time class="entry-date published" datetime="2024-11-20T09:12:00+08:00">November 20, 2024</time>
<span class="byline">by <a href="/author/redaksi/">Redaksi</a></span></div></header>
<div class="entry-content">{body}</div>
<footer class="entry-footer"><span class="cat-links"><a href="/category/pemerintahan/">Pemerintahan</a></span></footer></article>
<div id="comments" class="comments-area">{comments}</div></main><aside><h2>Recent Posts</h2></aside></body></html>"""
    posts = [_record("kukar", "000", 812, "2024-11-20T01:12:00", body)]
    return {PATHS["000"]: _html(page), "/wp-json/wp/v2/posts": (JSON, json.dumps(posts).encode())}


def _popoji(number: str, day: str, tags: Mapping[str, str]) -> str:
    told = seed(number)
    links = " ".join(f'<a href="{BASES["kaltimkita"]}/tag/{slug}">{name}</a>' for slug, name in tags.items())
    card = '<div class="entry"><div class="entry-title"><h4><a href="/detailpost/banjir-rob">Banjir Rob Surut</a></h4></div><div class="entry-content"><p>Warga pesisir mulai membersihkan rumah.</p></div></div>'
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{told.title}</title>
<meta name="keywords" content="{",".join(tags)}"><meta name="author" content="PopojiCMS">
<meta property="og:type" content="article"><meta property="og:title" content="Post - {told.title}">
<meta property="og:site_name" content="Kaltimkita"><meta property="og:url" content="{BASES["kaltimkita"]}{PATHS[number]}">
<meta property="og:image" content="{BASES["kaltimkita"]}/po-content/uploads/{number}.jpg"></head><body class="stretched">
<header id="header"><div id="top-search">Tulis &amp; Tekan Enter</div></header>
<section id="content"><div class="single-post"><div class="entry">
<div class="entry-image"><img src="/po-content/uploads/{number}.jpg" alt="images"><p><i>{told.caption}</i></p></div>
<div class="entry-title"><h2>{told.title}</h2></div>
<ul class="entry-meta"><li><i class="icon-calendar3"></i> {day}</li><li><a href="/member/profile/redaksi"><i class="icon-user"></i> Redaksi</a></li>
<li><i class="icon-folder-open"></i> {links}</li><li><i class="icon-eye"></i> 214 Kali Dilihat</li></ul>
<div class="entry-content">{paragraphs(told.body, before='<p style="text-align: justify;">')}<p>&nbsp;</p>
<div class="tagcloud"><h5>TAG</h5>{links}</div></div></div>
<div class="post-navigation"><a href="/detailpost/banjir-rob">Banjir Rob Surut</a></div>
<div class="panel"><div class="panel-heading">Dipost Oleh <a href="/member/profile/redaksi">Redaksi</a></div><div class="panel-body">Redaksi Kaltimkita.com</div></div>
<h4>Post Terkait</h4><div class="related-posts">{card * 2}</div>
<div id="comments"><h3 id="comments-title">0 Komentar</h3><div id="respond"><h3>Tinggalkan Komentar</h3><form></form></div></div></div>
<div class="sidebar">{card * 3}<div class="tagcloud"><a href="/tag/cuaca">cuaca</a></div></div></section><footer id="footer">Kaltimkita</footer></body></html>"""


def _kaltimkita() -> Files:
    asked = {
        "001": ("22 November 2024", "Fri, 22 Nov 2024 09:40:00 +0000"),
        "002": ("23 Oktober 2024", "Wed, 23 Oct 2024 10:05:00 +0000"),
    }
    tags = {"pilkada-2024": "Pilkada 2024", "netralitas-asn": "Netralitas ASN"}
    files: Files = {}
    items, cards = "", ""
    for number, (day, time) in asked.items():
        told, url = seed(number), BASES["kaltimkita"] + PATHS[number]
        files[PATHS[number]] = _html(_popoji(number, day, tags))
        items += (
            f"<item><title>{told.title}</title><link>{url}</link><guid>{url}</guid><pubDate>{time}</pubDate></item>"
        )
        cards += f'<div class="entry"><div class="entry-title"><h2><a href="{url}">{told.title}</a></h2></div><ul class="entry-meta"><li>{day}</li></ul></div>'
    files["/feed"] = (
        RSS,
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Kaltimkita</title>{items}</channel></rss>'.encode(),
    )
    frame = '<!DOCTYPE html><html lang="en"><head><title>{}</title></head><body><nav><a href="/category/politik">Politik</a></nav><div id="posts">{}</div><ul class="pagination"><li><a>&raquo;</a></li></ul></body></html>'
    files["/category/all"] = _html(frame.format("Semua", cards))
    files["/category/politik"] = _html(frame.format("Politik", cards))
    for path in ("/category/all/page/2", "/category/politik/page/2"):
        files[path] = _html(frame.format("Semua", ""))
    return files


def _gradasigo() -> Files:
    told, url = seed("003"), BASES["gradasigo"] + PATHS["003"]
    blocks: list[str] = []
    for line in told.body:
        lead, colon, rest = line.partition(": ")
        item = bool(colon) and len(lead.split()) <= 6 and not line.startswith('"')
        text = f"<li><strong>{escape(lead)}:</strong> {escape(rest)}</li>" if item else f"<p>{escape(line)}</p>"
        if item and not (blocks and blocks[-1].startswith("<li>")):
            blocks.append("<ul>")
        elif not item and blocks and blocks[-1].startswith("<li>"):
            blocks.append("</ul>")
        blocks.append(text)
    card = '<div class="card"><a href="/article/jalan-rusak-diperbaiki"><img src="/storage/jalan.jpg" alt="Jalan Rusak Diperbaiki"><h6>Jalan Rusak Diperbaiki</h6></a><small>2 hari yang lalu</small></div>'
    page = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="csrf-token" content="x"><title>{told.title} - Gradasigo</title></head>
<body><nav class="navbar"><a href="/category/news">News</a></nav><main class="container"><div class="row"><div class="col-lg-8">
<span class="badge bg-primary">{told.lines[0]}</span><h1>{told.title}</h1><p class="text-muted">Oleh Redaksi | 10 November 2024</p>
<img class="img-fluid" src="/storage/bawaslu.jpg" alt="{escape(told.caption or "")}"><div class="small fst-italic">{escape(told.caption or "")}</div>
<div class="article-content">{"".join(blocks)}</div>
<h4>{told.lines[-1]}</h4><div class="row">{card * 3}</div></div><div class="col-lg-4"><h5>Terpopuler</h5>{card * 2}</div></div></main></body></html>"""
    listing = '<!DOCTYPE html><html lang="en"><head><title>Gradasigo</title></head><body><main><h3>Berita</h3>{}</main></body></html>'
    story = f'<div class="card"><span class="badge">News</span><h2><a href="{url}">{told.title}</a></h2><small>3 jam yang lalu</small></div>'
    return {
        PATHS["003"]: _html(page),
        "/article": _html(listing.format(story)),
        "/article?page=2": _html(listing.format("")),
    }


def _prokalteng() -> Files:
    told, url = seed("004"), BASES["prokalteng"] + PATHS["004"]
    body = paragraphs(told.body)
    caption = escape(told.caption or "", quote=False)
    amp = f"""<!doctype html><html amp lang="id"><head><meta charset="utf-8"><title>{told.title} - Prokalteng</title><link rel="canonical" href="{url}"></head>
<body class="amp-mode-mouse"><header id="top" class="amp-wp-header"><div><a href="{BASES["prokalteng"]}/?amp"><amp-img src="/icon.png" alt="Site icon" width="32" height="32"></amp-img><span class="amp-site-title">Prokalteng</span></a></div></header>
<article class="amp-wp-article"><header class="amp-wp-article-header"><h1 class="amp-wp-title">{told.title}</h1>
<div class="amp-wp-meta amp-wp-byline"></div><div class="amp-wp-meta amp-wp-posted-on"><time datetime="2024-09-18T03:20:00+00:00">2 years ago</time></div></header>
<figure class="amp-wp-article-featured-image wp-caption"><amp-img src="/wp-content/uploads/2024/09/pj.jpg" alt=""></amp-img><p class="wp-caption-text">{caption}</p></figure>
<div class="amp-wp-article-content">{body}</div>
<footer class="amp-wp-article-footer"><div class="amp-wp-meta amp-wp-tax-category">Categories: <a href="{BASES["prokalteng"]}/pemerintahan/pemkab-kapuas/">Pemkab Kapuas</a></div></footer></article>
<footer class="amp-wp-footer"><h2>Prokalteng</h2></footer><div id="amp-mobile-version-switcher"><a rel="nofollow" href="{url}?noamp=mobile">{told.lines[-1]}</a></div></body></html>"""
    page = f"""<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{told.title} - Prokalteng</title><link rel="canonical" href="{url}"><link rel="amphtml" href="{url}amp/">
<link rel="shortlink" href="{BASES["prokalteng"]}/?p=3310"><meta property="og:type" content="article"><meta property="og:title" content="{told.title} - Prokalteng">
<meta property="article:published_time" content="2024-09-18T03:20:00+00:00"></head><body class="post-template-default single single-post postid-3310">
<article class="post"><div class="tdb_single_title"><h1 class="tdb-title-text">{told.title}</h1></div><div class="tdb-author-name">Prokalteng</div>
<div class="tdb_single_featured_image"><figure><img src="/wp-content/uploads/2024/09/pj.jpg"><figcaption class="tdb-caption-text">{caption}</figcaption></figure></div>
<div class="tdb_single_content td-post-content tagdiv-type"><div class="tdb-block-inner td-fix-index">{body}<div class="td-a-rec"><span class="td-adspot-title">- Advertisement -</span></div></div></div></article></body></html>"""
    posts = [_record("prokalteng", "004", 3310, "2024-09-18T03:20:00", body)]
    return {
        PATHS["004"]: _html(page),
        PATHS["004"] + "amp/": _html(amp),
        "/wp-json/wp/v2/posts": (JSON, json.dumps(posts).encode()),
    }
