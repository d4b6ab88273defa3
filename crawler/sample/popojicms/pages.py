"""The HTML pages of the PopojiCMS site (measured: OUTLETS.md 3.2 and 3.4; what the theme adds is assumed there)."""

from collections.abc import Sequence
from html import escape

from crawler.sample.markup import text
from crawler.sample.popojicms.theme import page
from crawler.sample.popojicms.told import cut, day, typed
from crawler.sample.popojicms.view import NAME, View
from crawler.sample.posts import Post, slugified
from crawler.sample.server import Answer, page_of

CARDS = 6
STATIC = {
    "tentang-kami": (
        "Tentang Kami",
        "Kaltim Sampel adalah media contoh yang menulis tentang Samarinda, Balikpapan, dan kabupaten di Kalimantan Timur.",
    ),
    "redaksi": (
        "Redaksi",
        "Penanggung jawab, redaktur, dan wartawan Kaltim Sampel bekerja dari Samarinda dan Balikpapan.",
    ),
}
_NOT_FOUND = r"""<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
<head>
<title>404 - Not Found</title>
<meta charset="utf-8" />
</head>
<body>
<pre>
   _  _    ___   _  _
  | || |  / _ \ | || |
  | || |_| | | || || |_
  |__   _| |_| ||__   _|
     |_|  \___/    |_|
</pre>
</body>
</html>
"""


def not_found(view: View, status: int = 404) -> Answer:
    """The page for what no route takes, in ASCII art; under its own address it comes with 200."""
    return view.answer(_NOT_FOUND.encode(), status=status)


def missing(view: View, kind: str, title: str, told: str = "Halaman yang Anda cari tidak ada di sini") -> Answer:
    """The soft 404: a page with status 200 for what a route takes and the database does not know."""
    main = f"""<div class="col_full text-center"><div class="error404">404</div>
<div class="heading-block nobottomborder"><h4>{text(told)}</h4></div></div>"""
    return view.answer(page(view, title=title, kind=kind, main=main))


def article(view: View, post: Post) -> Answer:
    """The page of a post; the caption stands above the headline, and nothing names the category."""
    picture = view.uploads + escape(post.image or "")
    caption = (
        f'<p class="text-center" style="padding:10px; background:#eee;"><i>{text(post.caption)}</i></p>'
        if post.caption
        else ""
    )
    main = f"""<div class="single-post nobottommargin">
<div class="entry clearfix">
<div class="entry-image"><a href="{picture}"><img src="{picture}" alt="images" /></a>{caption}</div>
<div class="entry-title"><h2>{text(view.title(post))}</h2></div>
{_meta(view, post)}
<div class="entry-content notopmargin">
{typed(post, links=view.links, uploads=view.uploads)}
<div class="tagcloud clearfix">TAG {_tag_links(view, post)}</div>
</div>
</div>
{_neighbours(view, post)}
<div class="line"></div>
<div class="panel panel-default"><div class="panel-heading"><h3 class="panel-title">Dipost Oleh <span><a href="{view.profile(post.account)}">{text(post.account)}</a></span></h3></div>
<div class="panel-body"><div class="author-image"><img src="{view.uploads}user-editor.png" alt="" class="img-circle" /></div>{text(view.bios.get(post.account, ""))}</div></div>
<div class="line"></div>
<h4>Post Terkait</h4>
<div class="related-posts clearfix">
{_related(view, post)}
</div>
{_comments(view, post)}
</div>"""
    body = page(
        view,
        title=view.title(post),
        kind="Post",
        main=main,
        url=view.address(post),
        keywords=",".join(slugified(tag) for tag in post.tags),
        description=cut(post, 150),
        image=f"/po-content/uploads/{post.image or ''}",
    )
    return view.answer(body)


def _meta(view: View, post: Post) -> str:
    return f"""<ul class="entry-meta clearfix">
<li><i class="icon-calendar3"></i> {day(post.date)}</li>
<li><a href="{view.profile(post.account)}"><i class="icon-user"></i> {text(post.account)}</a></li>
<li><i class="icon-folder-open"></i> {_tag_links(view, post, ", ")}</li>
<li><i class="icon-eye"></i> {view.views.get(post.id, 0)} Kali Dilihat</li>
<li><a href="#comments"><i class="icon-comments"></i> {len(post.comments)} Komentar</a></li>
</ul>"""


def _tag_links(view: View, post: Post, joint: str = " ") -> str:
    """The links of a post's tags; of none, one link that says and leads nowhere."""
    tags = post.tags or ("",)
    return joint.join(f'<a href="{view.base_url}/tag/{slugified(tag)}">{text(tag)}</a>' for tag in tags)


def _neighbours(view: View, post: Post) -> str:
    older = next((other for other in view.shown if other.id < post.id), None)
    newer = next((other for other in reversed(view.shown) if other.id > post.id), None)
    before = f'<a href="{escape(view.address(older))}">&lArr; {text(view.title(older))}</a>' if older else ""
    after = f'<a href="{escape(view.address(newer))}">{text(view.title(newer))} &rArr;</a>' if newer else ""
    return f'<div class="post-navigation clearfix"><div class="col_half">{before}</div><div class="col_half col_last tright">{after}</div></div>'


def _related(view: View, post: Post) -> str:
    """Two posts that share a part of a tag; a post without tags shares nothing with all, so the latest ones stand here."""
    wanted = [slugified(tag) for tag in post.tags] or [""]
    near = [other for other in view.shown if other.id != post.id and any(tag in _tags(other) for tag in wanted)][:2]
    return "\n".join(
        f"""<div class="col_half nobottommargin"><div class="mpost clearfix"><div class="entry-c">
<div class="entry-title"><h4><a href="{escape(view.address(other))}">{text(view.title(other).encode()[:30].decode(errors="ignore"))}...</a></h4></div>
<ul class="entry-meta clearfix"><li><i class="icon-calendar3"></i> {day(other.date)}</li></ul>
<div class="entry-content">{text(cut(other, 70))}...</div></div></div></div>"""
        for other in near
    )


def _tags(post: Post) -> str:
    """The tags as the database keeps them: their slugs in one field, so that a part of one matches."""
    return ",".join(slugified(tag) for tag in post.tags)


def _comments(view: View, post: Post) -> str:
    written = "".join(
        f"""<li class="comment" id="li-comment-{number}"><div class="comment-wrap clearfix"><div class="comment-content clearfix">
<div class="comment-author"><a href="#" rel="external nofollow" class="url">{text(comment.name)}</a><span><a href="#">{post.date:%d %b %Y}</a></span></div>
<p>{text(comment.text)}</p></div></div></li>
"""
        for number, comment in enumerate(post.comments, start=1)
    )
    count = (
        f'<h3 id="comments-title"><span>{len(post.comments)}</span> Komentar</h3>\n<ol class="commentlist clearfix">\n{written}</ol>'
        if post.comments
        else ""
    )
    return f"""<div id="comments" class="clearfix">
{count}
<div id="respond" class="clearfix"><h3>Tinggalkan Komentar</h3>
<form class="clearfix" action="{escape(view.address(post))}#comments" method="post" id="commentform">
<label for="name">Nama <small>*</small></label><input type="text" name="name" id="name" />
<label for="email">Email <small>*</small></label><input type="text" name="email" id="email" />
<label for="comment">Komentar <small>*</small></label><textarea name="comment" id="comment" cols="58" rows="7"></textarea>
<div class="g-recaptcha" data-sitekey="kunci-contoh"></div>
<button name="submit" type="submit" id="submit-button">Submit Komentar</button>
</form></div></div>"""


def listing(view: View, slots: Sequence[Post], number: int, *, kind: str, title: str, path: str) -> Answer:
    """Page `number` of a list, six places each; past its end a page without cards.

    A place whose post is not shown stays empty, and page 0 is page 1 under another number, as in the system.
    """
    cards = "\n".join(_card(view, post) for post in page_of(slots, number or 1, CARDS) if view.shows(post))
    main = f"""<ol class="breadcrumb"><li><a href="{view.base_url}">Beranda</a></li><li>{text(title)}</li></ol>
<div id="posts" class="small-thumbs">
{cards}
</div>
<div class="col-md-12 text-center"><ul class="pagination nobottommargin">{_steps(view, path, number, -(-len(slots) // CARDS))}</ul></div>"""
    return view.answer(page(view, title=title, kind=kind, main=main, url=view.base_url + path, keywords=title))


def _steps(view: View, path: str, number: int, last: int) -> str:
    """The links to other pages: the first leads back, the last one on, and neither has an address where there is no page."""

    def step(label: str, target: int | None) -> str:
        if target is None:
            return f'<li class="disabled"><a>{label}</a></li>'
        return f'<li><a href="{view.base_url}{path}/page/{target}">{label}</a></li>'

    near = (
        f'<li class="active"><a>{other}</a></li>' if other == number else step(str(other), other)
        for other in range(max(1, number - 2), min(last, number + 2) + 1)
    )
    back = step("Sebelumnya", number - 1 if number > 1 else None)
    onward = step("Selanjutnya", number + 1 if number < last else None)
    return "".join([back, *near, onward])


def _card(view: View, post: Post) -> str:
    link = escape(view.address(post))
    picture = escape(post.image or "")
    return f"""<div class="entry clearfix">
<div class="entry-image"><a href="{view.uploads}{picture}"><img class="image_fade" src="{view.uploads}medium/medium_{picture}" alt="images" /></a></div>
<div class="entry-c"><div class="entry-title"><h2><a href="{link}">{text(view.title(post))}</a></h2></div>
<ul class="entry-meta clearfix"><li><i class="icon-calendar3"></i> {day(post.date)}</li><li><a href="{view.profile(post.account)}"><i class="icon-user"></i> {text(post.account)}</a></li><li><i class="icon-eye"></i> {view.views.get(post.id, 0)}</li></ul>
<ul class="entry-meta clearfix"><li><i class="icon-folder-open"></i> {_tag_links(view, post, ", ")}</li></ul>
<div class="entry-content"><p>{text(cut(post, 200))}...</p><a href="{link}" class="more-link">Baca Selengkapnya</a></div></div>
</div>"""


def home(view: View) -> Answer:
    """The front page: the latest stories, in other boxes than a listing's."""
    boxes = "\n".join(
        f"""<div class="ipost clearfix"><div class="entry-title"><h3><a href="{escape(view.address(post))}">{text(view.title(post))}</a></h3></div>
<ul class="entry-meta clearfix"><li><i class="icon-calendar3"></i> {day(post.date)}</li></ul></div>"""
        for post in view.shown[:8]
    )
    main = f'<div class="fancy-title"><h3>Berita Terbaru</h3></div>\n{boxes}'
    return view.answer(page(view, title=NAME, kind="Beranda", main=main))


def static(view: View, slug: str) -> Answer:
    """A page that is no post."""
    title, told = STATIC[slug]
    main = f'<div class="single-post"><div class="entry-title"><h2>{title}</h2></div><div class="entry-content"><p>{told}</p></div></div>'
    return view.answer(page(view, title=title, kind="Halaman", main=main, url=f"{view.base_url}/pages/{slug}"))


def contact(view: View) -> Answer:
    """The page with the form for letters to the newsroom."""
    main = '<h3>Kontak</h3><form action="/contact" method="post"><textarea name="message"></textarea><button>Kirim Pesan</button></form>'
    return view.answer(page(view, title="Kontak", kind="Kontak", main=main, url=f"{view.base_url}/contact"))


def profile(view: View, account: str) -> Answer:
    """Who an account belongs to, and the latest that it posted."""
    posts = [post for post in view.shown if post.account == account][:CARDS]
    items = "\n".join(f'<li><a href="{escape(view.address(post))}">{text(view.title(post))}</a></li>' for post in posts)
    main = f"<h3>{text(account)}</h3>\n<p>{text(view.bios.get(account, ''))}</p>\n<ul>\n{items}\n</ul>"
    return view.answer(page(view, title=account, kind="Member", main=main, url=view.profile(account)))
