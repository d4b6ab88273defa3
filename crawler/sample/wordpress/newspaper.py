"""The pages of a WordPress with tagDiv's theme Newspaper, Yoast SEO and the AMP plugin (OUTLETS.md 2)."""

from html import escape

from crawler.sample.markup import parts, rendered, text
from crawler.sample.posts import Post
from crawler.sample.server import HTML, Answer
from crawler.sample.wordpress import amp, yoast
from crawler.sample.wordpress.listing import Listing
from crawler.sample.wordpress.newspaper_blocks import (
    Numbers,
    advertisement,
    block,
    dated,
    loop_card,
    neighbours,
    numbers,
    related,
)
from crawler.sample.wordpress.newspaper_frame import STYLE, page
from crawler.sample.wordpress.pages import NEVER_CACHED
from crawler.sample.wordpress.view import View

__all__ = ["STYLE", "article", "listing", "not_found"]

_ADVERTISEMENTS = frozenset({2, 6})
"""After how many blocks of a text an advertisement stands."""


def not_found(view: View) -> Answer:
    """The theme's page for what is not there; like every page it shows the newest stories beside it."""
    ids = numbers(view)
    main = block(
        ids,
        "tdb_404_text",
        '<div class="td-404-title">Ooops... Error 404</div><div class="td-404-sub-title">Maaf, halaman yang Anda cari tidak ada.</div>',
    )
    title = f"Laman tidak ditemukan - {view.blog.name}"
    head = ("<meta name='robots' content='noindex, follow' />", f'<meta property="og:title" content="{title}" />')
    body = page(view, ids, title=title, body_class="error404", main=main, head=head)
    return Answer(status=404, headers=(HTML, *NEVER_CACHED), body=body)


def listing(view: View, shown: Listing) -> Answer:
    """A page of a listing; one past its end is not found."""
    if not shown.shown:
        return not_found(view)
    ids = numbers(view)
    name = text(shown.name.rpartition("/")[2])
    top = "" if shown.kind == "home" else block(ids, "tdb_title", f'<h1 class="tdb-title-text">{name}</h1>')
    cards = "\n".join(loop_card(view, post) for post in shown.shown)
    steps = []
    if shown.number > 1:
        back = shown.page(shown.number - 1)
        steps.append(f'<a href="{back}" aria-label="prev-page"><i class="page-nav-icon td-icon-menu-left"></i></a>')
    steps.append(f'<span class="current">{shown.number}</span>')
    if shown.number < shown.size:
        further = shown.page(shown.number + 1)
        steps.append(f'<a href="{further}" aria-label="next-page"><i class="page-nav-icon td-icon-menu-right"></i></a>')
        steps.append(f'<span class="pages">Halaman {shown.number} dari {shown.size}</span>')
    navigation = f'<div class="page-nav td-pb-padding-side">{"".join(steps)}</div>'
    main = f"{top}\n{block(ids, 'tdb_loop tdb-numbered-pagination', cards + navigation)}"
    kind = "home blog" if shown.kind == "home" else f"archive {shown.kind}"
    body = page(
        view,
        ids,
        title=yoast.listing_title(view, shown),
        body_class=kind + (f" paged paged-{shown.number}" if shown.number > 1 else ""),
        main=main,
        head=yoast.listing_head(view, shown),
    )
    return Answer(body=body)


def article(view: View, post: Post, part: int) -> Answer:
    """The page of a post, or the page of one of its parts counted from 1."""
    ids = numbers(view)
    main = "\n".join(
        (
            _breadcrumbs(view, post, ids),
            block(ids, "tdb_title tdb-single-title", f'<h1 class="tdb-title-text">{view.title(post)}</h1>'),
            block(ids, "tdb_single_author", _author(view, post)),
            block(ids, "tdb_single_date", dated(view, post.date, full=True)),
            block(ids, "tdb_single_post_share", _share(view, post)),
            _picture(view, post, ids),
            block(ids, "tdb_single_content td-post-content tagdiv-type", _content(view, post, part, ids)),
            _tags(view, post, ids),
            neighbours(view, post, ids),
            related(view, post, ids),
            block(ids, "tdb_single_comments", _comments(post)),
        )
    )
    head = (
        *yoast.article_head(view, post, part),
        *amp.head(view, post),
        f"<link rel='shortlink' href='{view.shortlink(post)}' />",
    )
    body = page(
        view,
        ids,
        title=yoast.title(view, post, part),
        body_class=f"post-template-default single single-post postid-{post.id} single-format-standard",
        main=main,
        head=head,
        tail=amp.switcher(view, post),
    )
    return Answer(headers=(HTML, *view.link_headers(post)), body=body)


def _breadcrumbs(view: View, post: Post, ids: Numbers) -> str:
    names = post.section.split("/")
    places = [("Beranda", f"{view.base_url}/")]
    places += [(name, view.archive("category", "/".join(names[: at + 1]))) for at, name in enumerate(names)]
    crumbs = '<i class="tdb-bread-sep td-icon-right"></i>'.join(
        f'<span><a class="tdb-entry-crumb" href="{place}">{text(name)}</a></span>' for name, place in places
    )
    last = f'<span class="tdb-bred-no-url-last">{view.title(post)}</span>'
    return block(ids, "tdb_breadcrumbs", f'{crumbs}<i class="tdb-bread-sep td-icon-right"></i>{last}')


def _author(view: View, post: Post) -> str:
    link = f'<a class="tdb-author-name" href="{view.archive("author", post.account)}">{text(post.account)}</a>'
    return f'<div class="tdb-author-name-wrap"><span class="tdb-author-by">Oleh</span> {link}</div>'


def _share(view: View, post: Post) -> str:
    link = f"https://www.facebook.com/sharer.php?u={view.address(post)}"
    return f'<div class="td-post-sharing"><a class="td-social-sharing-button" href="{link}">Facebook</a> <span class="td-social-but-text">Share</span></div>'


def _picture(view: View, post: Post, ids: Numbers) -> str:
    if not post.image or post.protected:
        return ""
    source = view.uploads + escape(post.image)
    caption = f'<figcaption class="tdb-caption-text">{text(post.caption)}</figcaption>' if post.caption else ""
    image = f'<a class="td-modal-image" href="{source}"><img width="900" height="600" class="entry-thumb" src="{source}" alt="" title="{escape(post.slug)}" /></a>'
    return block(ids, "tdb_single_featured_image tdb-content-horiz-left", f"<figure>{image}{caption}</figure>")


def _content(view: View, post: Post, part: int, ids: Numbers) -> str:
    """The text with what the theme puts between its paragraphs: advertisements, and numbers of pages."""
    if post.protected:
        return view.blog.locale.gate
    pages = parts(post.blocks)
    pieces = [advertisement(ids, "content_top")]
    for at, piece in enumerate(pages[part - 1], start=1):
        pieces.append(rendered((piece,), links=view.links, uploads=view.uploads))
        if at in _ADVERTISEMENTS:
            pieces.append(advertisement(ids, "content_inline"))
    if len(pages) > 1:
        steps = "".join(
            f'<span class="post-page-numbers current" aria-current="page"><div>{number}</div></span>'
            if number == part
            else f'<a href="{view.address(post)}{"" if number == 1 else f"{number}/"}" class="post-page-numbers"><div>{number}</div></a>'
            for number in range(1, len(pages) + 1)
        )
        pieces.append(f'<div class="page-nav page-nav-post td-pb-padding-side">{steps}</div>\n')
    return "\n" + "".join(pieces)


def _tags(view: View, post: Post, ids: Numbers) -> str:
    links = "".join(f'<li><a href="{view.archive("tag", tag)}">{text(tag)}</a></li>' for tag in post.tags)
    return (
        block(ids, "tdb_single_tags", f'<ul class="tdb-tags"><li><span>TAGS</span></li>{links}</ul>') if links else ""
    )


def _comments(post: Post) -> str:
    given = ""
    if post.comments and not post.protected:
        items = "".join(
            f'<li class="comment" id="comment-{post.id}{at}"><article><cite>{text(comment.name)}</cite> '
            f'<div class="comment-content"><p>{text(comment.text)}</p></div></article></li>'
            for at, comment in enumerate(post.comments, start=1)
        )
        given = f'<h4 class="td-comments-title block-title"><span>{len(post.comments)} KOMENTAR</span></h4><ol class="comment-list">{items}</ol>'
    return f"""<div class="comments" id="comments">{given}
<div id="respond" class="comment-respond"><h3 id="reply-title" class="comment-reply-title">TINGGALKAN KOMENTAR</h3>
<form action="/wp-comments-post.php" method="post" id="commentform" class="comment-form">
<p class="comment-form-input-wrap"><textarea placeholder="Komentar:" name="comment"></textarea></p>
<p class="form-submit"><input name="submit" type="submit" value="Kirim Komentar" /></p></form></div></div>"""
