"""The blocks of which tagDiv's theme Newspaper builds its pages: cards, advertisements, dates (OUTLETS.md 2.1 and 2.2).

Every block wraps its inside in `.tdb-block-inner.td-fix-index` and has a `tdi_NN` that changes with each request. The
cards of lists beside the article share their classes with those of listings.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from itertools import count

from crawler.sample.markup import lines, text
from crawler.sample.months import MONTHS
from crawler.sample.posts import Post
from crawler.sample.wordpress.view import View

_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")

Numbers = Iterator[int]


def numbers(view: View) -> Numbers:
    """The numbers of the blocks of one page; they begin elsewhere at the next request."""
    return count(20 + view.visit % 60)


def block(ids: Numbers, classes: str, inner: str) -> str:
    """A block of the template builder, with a style of its own."""
    uid = f"tdi_{next(ids)}"
    return (
        f'<div class="td_block_wrap {classes} {uid} td-pb-border-top td_block_template_1" data-td-block-uid="{uid}">\n'
        f"<style>.{uid}{{margin-bottom:20px!important}}</style>\n"
        f'<div class="tdb-block-inner td-fix-index">{inner}</div></div>'
    )


def dated(view: View, moment: datetime, *, full: bool = False) -> str:
    """A date as the theme prints it: its `datetime` is the local clock's time and says that it were UTC."""
    local = view.local(moment)
    words = f"{local.day} {MONTHS[local.month - 1]} {local.year}"
    if full:
        words = f"{_DAYS[local.weekday()]}, {words} | {local:%H:%M} WIB"
    return f'<time class="entry-date updated td-module-date" datetime="{local:%Y-%m-%dT%H:%M:%S}+00:00">{words}</time>'


def card(view: View, post: Post, classes: str, *, edited: bool = False) -> str:
    """A card with a thumbnail that is no `img`; `edited` shows the date of the last edit in place of the publication's."""
    moment = view.changed(post) if edited else post.date
    return f"""<div class="{classes} td_module_wrap td-animation-stack td-cpt-post">
<div class="td-module-container td-category-pos-">
<div class="td-image-container"><div class="td-module-thumb"><a href="{view.address(post)}" rel="bookmark" class="td-image-wrap" title="{escape(post.title)}">{_thumb(view, post)}</a></div></div>
<div class="td-module-meta-info">
<p class="entry-title td-module-title"><a href="{view.address(post)}" rel="bookmark" title="{escape(post.title)}">{view.title(post)}</a></p>
<div class="td-editor-date"><span class="td-author-date"><span class="td-post-date">{dated(view, moment)}</span></span></div>
</div></div></div>"""


def loop_card(view: View, post: Post) -> str:
    """A card of a listing, with an excerpt."""
    words = view.blog.locale.no_excerpt if post.protected else lines(post.blocks[0])[0][:140] + "..."
    whole = card(view, post, "tdb_module_loop")
    return whole.removesuffix("</div></div></div>") + f'<div class="td-excerpt">{text(words)}</div></div></div></div>'


def _thumb(view: View, post: Post) -> str:
    if not post.image or post.protected:
        return '<span class="entry-thumb td-thumb-css"></span>'
    image = view.uploads + post.image.replace(".png", "-324x400.png")
    return f'<span class="entry-thumb td-thumb-css" data-type="css_image" data-img-url="{image}"></span>'


def advertisement(ids: Numbers, place: str) -> str:
    """A box with an advertisement, as the theme puts it between the paragraphs."""
    uid = f"tdi_{next(ids)}"
    return (
        f'<div class="td-a-rec td-a-rec-id-{place} {uid} td_block_template_1">\n<style>.{uid}.td-a-rec{{text-align:center}}</style>'
        '<span class="td-adspot-title">- Advertisement -</span><ins class="adsbygoogle" data-ad-slot="1"></ins>'
        "<script>(window.adsbygoogle=window.adsbygoogle||[]).push({});</script></div>\n"
    )


def latest(view: View, ids: Numbers) -> str:
    """The sidebar's list of the newest stories, by the date of their last edit."""
    cards = "\n".join(card(view, post, "td_module_flex td_module_flex_1", edited=True) for post in view.public[:5])
    return f'<aside class="td-ss-main-sidebar">{block(ids, "td_flex_block_1 tdb-latest", _headed("TERBARU") + cards)}</aside>'


def related(view: View, post: Post, ids: Numbers) -> str:
    """The stories of the same section under an article."""
    others = [other for other in view.public if other.section == post.section and other.id != post.id][:3]
    if not others:
        return ""
    cards = "\n".join(card(view, other, "tdb_module_related") for other in others)
    return block(ids, "tdb_single_related", _headed("ARTIKEL TERKAIT") + cards)


def neighbours(view: View, post: Post, ids: Numbers) -> str:
    """The ways to the stories before and after this one."""
    at = view.public.index(post)
    steps: Sequence[tuple[str, str, Sequence[Post]]] = (
        ("prev", "Artikel sebelumnya", view.public[at + 1 : at + 2]),
        ("next", "Artikel berikutnya", view.public[max(at - 1, 0) : at]),
    )
    found = "\n".join(
        f'<div class="tdb-next-prev-{side}"><span>{label}</span>{card(view, other, f"tdb-next-post tdb-next-post-{side}")}</div>'
        for side, label, others in steps
        for other in others
    )
    return block(ids, "tdb_single_next_prev", found)


def _headed(words: str) -> str:
    return f'<div class="td-block-title-wrap"><h4 class="td-block-title"><span class="td-pulldown-size">{words}</span></h4></div>\n'
