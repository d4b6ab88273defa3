"""The pages of a classic WordPress theme (measured: OUTLETS.md 1.4 and 1.5)."""

from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import quote

from crawler.sample.markup import lines, parts, rendered, text
from crawler.sample.posts import Post, section_path
from crawler.sample.server import HTML, Answer
from crawler.sample.wordpress.listing import Listing
from crawler.sample.wordpress.theme import STYLE, page
from crawler.sample.wordpress.view import View

__all__ = ["NEVER_CACHED", "STYLE", "article", "listing", "not_found"]

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
NEVER_CACHED = (
    ("Expires", "Wed, 11 Jan 1984 05:00:00 GMT"),
    ("Cache-Control", "no-cache, must-revalidate, max-age=0"),
)


def not_found(view: View) -> Answer:
    """The theme's page for what is not there."""
    main = """<header class="page-header"><h1 class="page-title">Nothing here</h1></header>
<div class="error-404 not-found"><div class="page-content">
<p>It looks like nothing was found at this location. Maybe try a search?</p>
</div></div>"""
    body = page(view, title=f"Page not found &#8211; {view.blog.name}", body_class="error404 hfeed", main=main)
    return Answer(status=404, headers=(HTML, *NEVER_CACHED), body=body)


def listing(view: View, shown: Listing) -> Answer:
    """A page of a listing; one past its end is not found."""
    if not shown.shown:
        return not_found(view)
    blog, label = view.blog, text(shown.name.rpartition("/")[2])
    top, title = "", f"{label} &#8211; {blog.name}"
    if shown.kind == "home":
        numbered = f" &#8211; Page {shown.number}" if shown.number > 1 else ""
        title = f"{blog.name}{numbered} &#8211; {blog.tagline}"
    else:
        kind = {"category": "Category", "tag": "Tag", "author": "Author", "date": "Day"}[shown.kind]
        top = f'<header class="page-header"><h1 class="page-title">{kind}: <span>{label}</span></h1></header>'
    steps = []
    if shown.number < shown.size:
        steps.append(f'<a class="next page-numbers" href="{shown.page(shown.number + 1)}">Older posts</a>')
    if shown.number > 1:
        back = f"{shown.root}page/{shown.number - 1}/"
        steps.append(f'<a class="prev page-numbers" href="{back}">Newer posts</a>')
    main = "\n".join(
        [top, *(_card(view, post) for post in shown.shown), f'<nav class="pagination">{" ".join(steps)}</nav>']
    )
    body = page(view, title=title, body_class="blog hfeed", main=main)
    return Answer(body=body, chunked=shown.kind == "home")


def _card(view: View, post: Post) -> str:
    words = text(lines(post.blocks[0])[0][:220]) + "&hellip;"
    excerpt = text(view.blog.locale.no_excerpt) if post.protected else words
    return f"""<article id="post-{post.id}" class="post-{post.id} post type-post status-publish hentry{" sticky" if post.sticky else ""}">
<header class="entry-header"><h2 class="entry-title default-max-width"><a href="{view.address(post)}" rel="bookmark">{view.title(post)}</a></h2></header>
<div class="entry-summary"><p>{excerpt} <a class="more-link" href="{view.address(post)}">Continue reading</a></p></div>
<footer class="entry-footer"><span class="posted-on">Published {_times(view, post)}</span></footer>
</article>"""


def article(view: View, post: Post, part: int) -> Answer:
    """The page of a post, or the page of one of its parts counted from 1."""
    link = view.address(post)
    head = (
        f'<link rel="canonical" href="{link if part == 1 else f"{link}{part}/"}" />',
        f"<link rel='shortlink' href='{view.shortlink(post)}' />",
    )
    main = f"""<article id="post-{post.id}" class="post-{post.id} post type-post status-publish format-standard hentry category-{section_path(post.section)}">
<header class="entry-header">
<h1 class="entry-title">{view.title(post)}</h1>
{_thumbnail(view, post)}
</header>
<div class="entry-content">
{_content(view, post, part)}</div>
{_share(view, post)}
<footer class="entry-footer default-max-width">
<div class="posted-by"><span class="posted-on">Published {_times(view, post)}</span>
<span class="byline">By <a href="{view.archive("author", post.account)}" rel="author">{text(post.account)}</a></span></div>
<div class="post-taxonomies"><span class="cat-links">Categorized as <a href="{view.archive("category", post.section)}" rel="category tag">{text(post.section)}</a></span>
{_tag_links(view, post)}</div>
</footer>
</article>
{_related(view, post)}
{_comments(view, post)}"""
    numbered = f" &#8211; Page {part}" if part > 1 else ""
    body_class = f"post-template-default single single-post postid-{post.id} single-format-standard singular"
    body = page(
        view,
        title=f"{view.title(post)}{numbered} &#8211; {view.blog.name}",
        body_class=body_class,
        main=main,
        head=head,
    )
    return Answer(headers=(HTML, *view.link_headers(post)), body=body)


def _thumbnail(view: View, post: Post) -> str:
    if not post.image or post.protected:
        return ""
    caption = f'<figcaption class="wp-caption-text">{text(post.caption)}</figcaption>' if post.caption else ""
    source = view.uploads + escape(post.image)
    image = f'<img width="900" height="600" src="{source}" class="attachment-post-thumbnail wp-post-image" alt="{escape(post.caption or "")}" />'
    return f'<figure class="post-thumbnail">{image}{caption}</figure>'


def _content(view: View, post: Post, part: int) -> str:
    if post.protected:
        return view.blog.locale.gate
    pages = parts(post.blocks)
    content = rendered(pages[part - 1], links=view.links, uploads=view.uploads)
    if len(pages) == 1:
        return content
    numbers = [
        f'<span class="post-page-numbers current" aria-current="page">{number}</span>'
        if number == part
        else f'<a href="{view.address(post)}{"" if number == 1 else f"{number}/"}" class="post-page-numbers">{number}</a>'
        for number in range(1, len(pages) + 1)
    ]
    return f'{content}<div class="page-links">Pages: {" ".join(numbers)}</div>\n'


def _share(view: View, post: Post) -> str:
    target = quote(view.address(post), safe="")
    return f"""<div class="sharedaddy sd-sharing"><h3 class="sd-title">Share this:</h3><ul>
<li><a class="share-facebook" href="https://www.facebook.com/sharer.php?u={target}">Facebook</a></li>
<li><a class="share-whatsapp" href="https://api.whatsapp.com/send?text={target}">WhatsApp</a></li>
</ul></div>"""


def _tag_links(view: View, post: Post) -> str:
    if not post.tags:
        return ""
    links = ", ".join(f'<a href="{view.archive("tag", tag)}" rel="tag">{text(tag)}</a>' for tag in post.tags)
    return f'<span class="tags-links">Tagged {links}</span>'


def _related(view: View, post: Post) -> str:
    others = [other for other in view.public if other.section == post.section and other.id != post.id][:3]
    items = "\n".join(
        f'<li><a href="{view.address(other)}">{view.title(other)}</a> <time datetime="{_stamp(view, other.date)}">{_day(view, other.date)}</time></li>'
        for other in others
    )
    return f'<aside class="related-posts"><h2>Related Posts</h2>\n<ul>\n{items}\n</ul></aside>' if others else ""


def _comments(view: View, post: Post) -> str:
    given = ""
    if post.comments and not post.protected:
        items = "\n".join(
            f'<li id="comment-{post.id}{number}" class="comment"><article class="comment-body"><footer class="comment-meta">'
            f'<b class="fn">{text(comment.name)}</b> <span class="says">says:</span> '
            f'<time datetime="{_stamp(view, at)}">{_day(view, at)}</time>'
            f'</footer><div class="comment-content"><p>{text(comment.text)}</p></div></article></li>'
            for number, comment in enumerate(post.comments, start=1)
            for at in (post.date + timedelta(hours=3 * number),)
        )
        count = f"{len(post.comments)} comment{'' if len(post.comments) == 1 else 's'}"
        given = f'<h2 class="comments-title">{count}</h2>\n<ol class="comment-list">\n{items}\n</ol>'
    return f"""<div id="comments" class="comments-area">
{given}
<div id="respond" class="comment-respond"><h2 id="reply-title" class="comment-reply-title">Leave a Reply</h2>
<form action="/wp-comments-post.php" method="post" id="commentform" class="comment-form">
<p class="comment-notes"><span id="email-notes">Your email address will not be published.</span> <span class="required-field-message">Required fields are marked <span class="required">*</span></span></p>
<p class="comment-form-comment"><label for="comment">Comment <span class="required">*</span></label> <textarea id="comment" name="comment"></textarea></p>
<p class="form-submit"><input name="submit" type="submit" id="submit" class="submit" value="Post Comment" /></p>
</form></div></div>"""


def _stamp(view: View, moment: datetime) -> str:
    return view.local(moment).isoformat(timespec="seconds")


def _day(view: View, moment: datetime) -> str:
    """A day in the words of the site's English locale."""
    local = view.local(moment)
    return f"{_MONTHS[local.month - 1]} {local.day}, {local.year}"


def _times(view: View, post: Post) -> str:
    changed = view.changed(post)
    published = (
        f'<time class="entry-date published" datetime="{_stamp(view, post.date)}">{_day(view, post.date)}</time>'
    )
    if changed.astimezone(UTC) <= post.date:
        return published
    return f'{published} <time class="updated" datetime="{_stamp(view, changed)}">{_day(view, changed)}</time>'
