"""The frame round every page of the listing site: head, navigation, sidebar, footer and style sheet."""

from collections.abc import Sequence
from html import escape

from crawler.sample.listing.view import NAME, TAGLINE, View
from crawler.sample.markup import text

STYLE_PATH = "/css/app.css"
STYLE = """body{margin:0;font:16px/1.6 system-ui,sans-serif;color:#212529}.container{max-width:1100px;margin:auto;padding:0 1rem}
.row{display:flex;flex-wrap:wrap;gap:1rem}.col-lg-8{flex:2;min-width:320px}.col-lg-4{flex:1;min-width:240px}.col-md-6{flex:1 0 300px}
.navbar{background:#0d6efd;padding:.6rem 0}.navbar a{color:#fff;margin-right:1rem;text-decoration:none}.navbar form{display:inline}
.badge{background:#dc3545;color:#fff;padding:.1rem .5rem;border-radius:.3rem;font-size:.75rem;text-decoration:none}
.card{border:1px solid #ddd;border-radius:.4rem;margin-bottom:1rem}.card-body{padding:.8rem}img{max-width:100%;height:auto}
.text-muted,.article-caption{color:#6c757d;font-size:.85rem}.pagination{display:flex;list-style:none;padding:0;gap:.3rem}
.page-link{border:1px solid #ddd;padding:.2rem .6rem}.active .page-link{background:#0d6efd;color:#fff}"""


def page(view: View, *, title: str, main: str, head: Sequence[str] = ()) -> str:
    """A whole HTML page round `main`; `title` is plain text, and `head` holds further elements of the head."""
    base = view.base_url
    extra = "\n    ".join(head)
    return f"""<!DOCTYPE html>
<html lang="id">
<head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="csrf-token" content="{view.token}">
    <title>{text(title)}</title>
    {extra}
    <link href="{base}{STYLE_PATH}" rel="stylesheet">
</head>
<body>
<nav class="navbar navbar-expand-lg"><div class="container">
    <a class="navbar-brand" href="{base}">{NAME}</a>
    {_sections(view)}
    <form class="d-flex" role="search" action="{base}/search" method="GET"><input class="form-control" type="search" name="q" placeholder="Cari berita"><button class="btn" type="submit">Cari</button></form>
</div></nav>
<div class="container"><div class="row">
<main class="col-lg-8">
{main}
</main>
{_sidebar(view)}
</div></div>
<footer class="footer"><div class="container"><p>{TAGLINE}</p><p>&copy; {view.now.year} {NAME}. All rights reserved.</p></div></footer>
</body>
</html>
"""


def bare(title: str, status: int) -> str:
    """The framework's own page for an error, in English and without the site's frame."""
    return f"""<!DOCTYPE html>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title}</title>
    </head>
    <body class="antialiased">
        <div class="flex items-center"><div class="code">{status}</div><div class="message">{title}</div></div>
    </body>
</html>
"""


def _sections(view: View) -> str:
    names = sorted({post.section for post in view.public})
    return " ".join(f'<a class="nav-link" href="{view.topic("category", name)}">{text(name)}</a>' for name in names)


def _sidebar(view: View) -> str:
    items = "\n".join(
        f'    <li class="list-group-item"><a href="{view.address(post)}">{escape(post.title)}</a></li>'
        for post in view.popular
    )
    return f"""<aside class="col-lg-4">
<h4>Terpopuler</h4>
<ol class="list-group list-group-numbered">
{items}
</ol>
</aside>"""
