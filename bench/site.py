"""The site that the bench crawls: the sample outlet with as many posts as asked for, in a process of its own.

`python -m bench.site SMALL LARGE` serves two sites, prints their addresses as one line of JSON, and ends with its stdin.
"""

import random
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from html import escape

import msgspec

from crawler.sample import Post, SampleSite, Status, sample_posts
from crawler.sample.server import Answer
from crawler.sample.wordpress.view import View

NOW = datetime(2024, 12, 1, tzinfo=UTC)
FIRST_ID = 10_000
PARAGRAPHS = (8, 14)
"""Fewest and most paragraphs of a post: 300 to 500 words, as in PERFORMANCE.md."""
SEED = 2024


def posts(number: int) -> list[Post]:
    """Give posts made from the sample's: new ids, addresses and times, paragraphs drawn from all of them.

    The same number gives the same posts; no two have the same text.
    """
    chance = random.Random(SEED)
    bases = [post for post in sample_posts() if post.status is Status.PUBLISH]
    pool = [block for post in bases for block in post.blocks[1:-1] if _is_plain(block)]
    made = []
    for count in range(number):
        base = bases[count % len(bases)]
        blocks = chance.sample(pool, chance.randint(*PARAGRAPHS))
        made.append(
            replace(
                base,
                id=FIRST_ID + count,
                slug=f"{base.slug}-{count}",
                title=f"{base.title}, Bagian {count + 1}",
                date=NOW - timedelta(minutes=5 * (number - count)),
                modified=None,
                sticky=False,
                comments=(),
                blocks=(base.blocks[0], *blocks, base.blocks[-1]),
            )
        )
    return made


def _is_plain(block: str) -> bool:
    return len(block) > 120 and block[0] not in "#>-|!<" and "](" not in block


class BenchSite(SampleSite):
    """The sample site with the weight of a real outlet's pages, and with its view kept: nothing on it changes."""

    @cached_property
    def _view(self) -> View:
        return super().view()

    def view(self) -> View:
        """The site as it stands."""
        return self._view

    def answer(self, target: str, headers: dict[str, str]) -> Answer:
        """Answer as the sample site does; a web page gets styles, scripts, menus and a sidebar besides."""
        answer = super().answer(target, headers)
        if not answer.body.lstrip()[:15].lower().startswith(b"<!doctype html"):
            return answer
        return replace(answer, body=dressed(answer.body))


def dressed(page: bytes) -> bytes:
    """Put the furniture of a real outlet round a page."""
    page = page.replace(b"</head>", STYLE + b"</head>", 1)
    page = re.sub(rb"<body[^>]*>", lambda body: body[0] + MENU, page, count=1)
    return page.replace(b"</body>", SIDEBAR + SCRIPT + b"</body>", 1)


def _menu() -> bytes:
    names = ["Kutai Kartanegara", "Samarinda", "Balikpapan", "Bontang", "Paser", "Berau", "Politik", "Ekonomi"]
    items = "".join(
        f'<li id="menu-item-{at}" class="menu-item menu-item-type-taxonomy menu-item-object-category menu-item-{at}">'
        f'<a href="/category/rubrik-{at}/">{escape(names[at % len(names)])}</a></li>\n'
        for at in range(90)
    )
    return f'<nav class="main-navigation"><ul id="primary-menu" class="menu">\n{items}</ul></nav>'.encode()


def _sidebar() -> bytes:
    titles = [post.title for post in sample_posts()]
    items = "".join(
        f'<li class="wp-block-post"><a href="/arsip/{at}/"><img width="300" height="200" loading="lazy" '
        f'class="attachment-medium size-medium wp-post-image" alt="" src="/wp-content/uploads/{at}-300x200.jpg" '
        f'srcset="/wp-content/uploads/{at}-300x200.jpg 300w, /wp-content/uploads/{at}-768x512.jpg 768w" /></a>'
        f'<h4 class="entry-title"><a href="/arsip/{at}/">{escape(titles[at % len(titles)])}</a></h4>'
        f'<span class="posted-on"><time class="entry-date">{at % 28 + 1} Oktober 2024</time></span></li>\n'
        for at in range(40)
    )
    return (
        f'<aside id="secondary" class="widget-area"><ul class="wp-block-latest-posts">\n{items}</ul></aside>'.encode()
    )


def _style() -> bytes:
    rules = "".join(
        f".wp-block-{at}{{margin:0 auto {at % 7}px;padding:{at % 5}px;color:#{at * 997 % 0xFFFFFF:06x};"
        f"font-size:clamp(0.{at % 9 + 1}rem,{at % 4 + 1}vw,2rem)}}"
        for at in range(260)
    )
    return f"<style id='global-styles-inline-css'>{rules}</style>".encode()


def _script() -> bytes:
    entries = "".join(
        f'"module-{at}":{{"src":"/wp-includes/js/{at}.min.js","hash":"{at * 7919:08x}"}},' for at in range(220)
    )
    return f"<script>window.__theme={{{entries}}};</script>".encode()


MENU, SIDEBAR, STYLE, SCRIPT = _menu(), _sidebar(), _style(), _script()


def main(sizes: Sequence[str]) -> None:
    """Serve one site a size until stdin ends."""
    sites = [BenchSite(clock=lambda: NOW, posts=posts(int(size))) for size in sizes]
    for site in sites:
        site.start()
    answer = [
        {"base_url": site.base_url, "articles": [site.base_url + site.path(post) for post in site.posts]}
        for site in sites
    ]
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.flush()
    sys.stdin.read()
    for site in sites:
        site.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
