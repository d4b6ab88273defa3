"""The HTML pages of the sample site, in the markup of a classic WordPress theme (measured: OUTLETS.md 1.4 and 1.5)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import quote

from crawler.sample.markup import heading, lines, parts, rendered, text
from crawler.sample.posts import ZONE, Post, slugified
from crawler.sample.server import HTML, Answer, page_of
from crawler.sample.wordpress.theme import page
from crawler.sample.wordpress.view import NAME, TAGLINE, View

GATE = (
    '<form action="/wp-login.php?action=postpass" class="post-password-form" method="post">'
    "<p>This content is password protected. To view it please enter your password below:</p>"
    '<p><label for="pwbox">Password: <input name="post_password" id="pwbox" type="password" size="20" /></label> '
    '<input type="submit" name="Submit" value="Enter" /></p></form>\n'
)

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
_NEVER_CACHED = (
    ("Expires", "Wed, 11 Jan 1984 05:00:00 GMT"),
    ("Cache-Control", "no-cache, must-revalidate, max-age=0"),
)


def not_found(view: View) -> Answer:
    """The theme's page for what is not there."""
    main = """<header class="page-header"><h1 class="page-title">Nothing here</h1></header>
<div class="error-404 not-found"><div class="page-content">
<p>It looks like nothing was found at this location. Maybe try a search?</p>
</div></div>"""
    body = page(view, title=f"Page not found &#8211; {NAME}", body_class="error404 hfeed", main=main)
    return Answer(status=404, headers=(HTML, *_NEVER_CACHED), body=body)


def home(view: View, number: int) -> Answer:
    """A page of the front listing; on the first one sticky posts stand at the top, and again at their place further on."""
    posts = list(page_of(view.public, number))
    if number == 1:
        sticky = [post for post in view.public if post.sticky]
        posts = [*sticky, *(post for post in posts if not post.sticky)]
    title = f"{NAME} &#8211; {TAGLINE}" if number == 1 else f"{NAME} &#8211; Page {number} &#8211; {TAGLINE}"
    answer = _listing(
        view, posts, number, title=title, heading_html="", all_posts=view.public, root=f"{view.base_url}/"
    )
    return Answer(status=answer.status, headers=answer.headers, body=answer.body, chunked=True)


def archive(view: View, kind: str, slug: str, number: int) -> Answer:
    """A page of the listing of a `category`, a `tag` or an `author`; 404 for an unknown one and past its end."""
    found = {name: None for post in view.public for name in _filed(post, kind) if slugified(name) == slug}
    if not found:
        return not_found(view)
    name = next(iter(found))
    posts = [post for post in view.public if name in _filed(post, kind)]
    label = {"category": "Category", "tag": "Tag", "author": "Author"}[kind]
    top = f'<header class="page-header"><h1 class="page-title">{label}: <span>{text(name)}</span></h1></header>'
    title = f"{text(name)} &#8211; {NAME}"
    root = view.archive(kind, name)
    return _listing(view, page_of(posts, number), number, title=title, heading_html=top, all_posts=posts, root=root)


def _filed(post: Post, kind: str) -> tuple[str, ...]:
    """Under which names a post is listed."""
    return {"category": (post.section,), "tag": post.tags, "author": (post.account,)}[kind]


def _listing(
    view: View,
    posts: Sequence[Post],
    number: int,
    *,
    title: str,
    heading_html: str,
    all_posts: Sequence[Post],
    root: str,
) -> Answer:
    if not posts:
        return not_found(view)
    steps = []
    if page_of(all_posts, number + 1):
        steps.append(f'<a class="next page-numbers" href="{root}page/{number + 1}/">Older posts</a>')
    if number > 1:
        steps.append(f'<a class="prev page-numbers" href="{root}page/{number - 1}/">Newer posts</a>')
    main = "\n".join(
        [heading_html, *(_card(view, post) for post in posts), f'<nav class="pagination">{" ".join(steps)}</nav>']
    )
    return Answer(body=page(view, title=title, body_class="blog hfeed", main=main))


def _card(view: View, post: Post) -> str:
    if post.protected:
        excerpt = "There is no excerpt because this is a protected post."
    else:
        excerpt = text(lines(post.blocks[0])[0][:220]) + "&hellip;"
    return f"""<article id="post-{post.id}" class="post-{post.id} post type-post status-publish hentry{" sticky" if post.sticky else ""}">
<header class="entry-header"><h2 class="entry-title default-max-width"><a href="{view.address(post)}" rel="bookmark">{_title(post)}</a></h2></header>
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
    more = (
        ("Link", f'<{view.base_url}/wp-json/>; rel="https://api.w.org/"'),
        ("Link", f'<{view.base_url}/wp-json/wp/v2/posts/{post.id}>; rel="alternate"; type="application/json"'),
        ("Link", f"<{view.shortlink(post)}>; rel=shortlink"),
    )
    main = f"""<article id="post-{post.id}" class="post-{post.id} post type-post status-publish format-standard hentry category-{slugified(post.section)}">
<header class="entry-header">
<h1 class="entry-title">{_title(post)}</h1>
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
{_comments(post)}"""
    numbered = f" &#8211; Page {part}" if part > 1 else ""
    body_class = f"post-template-default single single-post postid-{post.id} single-format-standard singular"
    body = page(view, title=f"{_title(post)}{numbered} &#8211; {NAME}", body_class=body_class, main=main, head=head)
    return Answer(headers=(HTML, *more), body=body)


def _title(post: Post) -> str:
    return ("Protected: " if post.protected else "") + heading(post.title)


def _thumbnail(view: View, post: Post) -> str:
    if not post.image or post.protected:
        return ""
    caption = f'<figcaption class="wp-caption-text">{text(post.caption)}</figcaption>' if post.caption else ""
    source = view.uploads + escape(post.image)
    image = f'<img width="900" height="600" src="{source}" class="attachment-post-thumbnail wp-post-image" alt="{escape(post.caption or "")}" />'
    return f'<figure class="post-thumbnail">{image}{caption}</figure>'


def _content(view: View, post: Post, part: int) -> str:
    if post.protected:
        return GATE
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
        f'<li><a href="{view.address(other)}">{_title(other)}</a> <time datetime="{_stamp(other.date)}">{_day(other.date)}</time></li>'
        for other in others
    )
    return f'<aside class="related-posts"><h2>Related Posts</h2>\n<ul>\n{items}\n</ul></aside>' if others else ""


def _comments(post: Post) -> str:
    given = ""
    if post.comments and not post.protected:
        items = "\n".join(
            f'<li id="comment-{post.id}{number}" class="comment"><article class="comment-body"><footer class="comment-meta">'
            f'<b class="fn">{text(comment.name)}</b> <span class="says">says:</span> '
            f'<time datetime="{_stamp(post.date + timedelta(hours=3 * number))}">{_day(post.date + timedelta(hours=3 * number))}</time>'
            f'</footer><div class="comment-content"><p>{text(comment.text)}</p></div></article></li>'
            for number, comment in enumerate(post.comments, start=1)
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


def _stamp(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat(timespec="seconds")


def _day(moment: datetime) -> str:
    """A day in the words of the site's English locale."""
    local = moment.astimezone(ZONE)
    return f"{_MONTHS[local.month - 1]} {local.day}, {local.year}"


def _times(view: View, post: Post) -> str:
    changed = view.changed(post)
    published = f'<time class="entry-date published" datetime="{_stamp(post.date)}">{_day(post.date)}</time>'
    if changed.astimezone(UTC) <= post.date:
        return published
    return f'{published} <time class="updated" datetime="{_stamp(changed)}">{_day(changed)}</time>'
