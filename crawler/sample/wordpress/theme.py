"""The frame round every page of the classic theme: head, masthead, sidebar, footer, and style sheet."""

from collections.abc import Sequence

from crawler.sample.markup import heading, text
from crawler.sample.wordpress.view import View

STYLE_PATH = "/wp-content/themes/sampel/style.css"
STYLE = """body{margin:0;font:17px/1.6 Georgia,serif;color:#222;background:#fafafa}
#page{max-width:1080px;margin:auto;padding:1rem;background:#fff}
.site-content{display:flex;gap:2rem}.content-area{flex:2;min-width:0}.widget-area{flex:1;font-size:.85rem}
.site-title{font-size:1.6rem;font-weight:bold;margin:0}.site-description,.entry-footer,figcaption{color:#666;font-size:.85rem}
img{max-width:100%;height:auto}figure{margin:1rem 0}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.2rem .6rem}
blockquote{border-left:4px solid #b5121b;margin-left:0;padding-left:1rem}a{color:#b5121b}.sticky{background:#fff6e5}
.screen-reader-text{position:absolute;left:-9999px}"""


def page(view: View, *, title: str, body_class: str, main: str, head: Sequence[str] = ()) -> bytes:
    """A whole HTML page round `main`; `title` is HTML already, and `head` holds further elements of the head."""
    base, blog = view.base_url, view.blog
    extra = "\n".join(head)
    return f"""<!doctype html>
<html lang="{blog.locale.language}">
<head>
<meta charset="UTF-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>{title}</title>
<meta name='robots' content='max-image-preview:large' />
<link rel="alternate" type="application/rss+xml" title="{blog.name} &raquo; Feed" href="{base}/feed/" />
<link rel='stylesheet' id='sampel-style-css' href='{base}{STYLE_PATH}' media='all' />
<link rel="https://api.w.org/" href="{base}/wp-json/" />
<meta name="generator" content="WordPress {blog.version}" />
{extra}
</head>
<body class="{body_class}">
<div id="page" class="site">
<a class="skip-link screen-reader-text" href="#content">Skip to content</a>
<header id="masthead" class="site-header">
<div class="site-branding">
<p class="site-title"><a href="{base}/">{blog.name}</a></p>
<p class="site-description">{blog.tagline}</p>
</div>
<nav id="site-navigation" class="primary-navigation">{_sections(view)}</nav>
</header>
<div id="content" class="site-content">
<div id="primary" class="content-area">
<main id="main" class="site-main">
{main}
</main>
</div>
{_sidebar(view)}
</div>
<footer id="colophon" class="site-footer">
<div class="site-info"><a href="{base}/">{blog.name}</a>
<div class="powered-by">Proudly powered by <a href="https://wordpress.org/">WordPress</a>.</div></div>
</footer>
</div>
</body>
</html>
""".encode()


def _sections(view: View) -> str:
    names = sorted({post.section for post in view.public})
    links = (f'<a href="{view.archive("category", name)}">{text(name)}</a>' for name in names)
    return " | ".join([f'<a href="{view.base_url}/">Beranda</a>', *links])


def _sidebar(view: View) -> str:
    recent = "\n".join(
        f'<li><a class="wp-block-latest-posts__post-title" href="{view.address(post)}">{heading(post.title)}</a></li>'
        for post in view.public[:5]
    )
    return f"""<aside class="widget-area">
<section class="widget widget_search"><form role="search" method="get" action="{view.base_url}/"><label>Search <input type="search" name="s" /></label></form></section>
<section class="widget widget_block"><h2>Recent Posts</h2><ul class="wp-block-latest-posts__list wp-block-latest-posts">
{recent}
</ul></section>
</aside>"""
