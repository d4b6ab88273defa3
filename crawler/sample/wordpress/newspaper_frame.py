"""The frame round every page of the theme Newspaper: head, masthead, sidebar, footer and style sheet."""

from collections.abc import Sequence

from crawler.sample.markup import text
from crawler.sample.wordpress.newspaper_blocks import Numbers, block, latest
from crawler.sample.wordpress.view import View

STYLE = """body{margin:0;font:16px/1.6 "Open Sans",Arial,sans-serif;color:#111;background:#f4f4f4}
#td-outer-wrap{max-width:1120px;margin:auto;padding:1rem;background:#fff}.tdc-row{display:flex;gap:2rem}
.td-main-content{flex:2;min-width:0}.td-ss-main-sidebar{flex:1;font-size:.85rem}.td-a-rec{background:#eee;padding:2rem}
.entry-thumb{display:block;min-height:4rem;background:#cdd8e4}img{max-width:100%;height:auto}figure{margin:1rem 0}
.tdb-tags{display:flex;gap:.6rem;list-style:none;padding:0}figcaption,time{color:#777;font-size:.85rem}a{color:#0a4d8c}"""


def page(
    view: View, ids: Numbers, *, title: str, body_class: str, main: str, head: Sequence[str] = (), tail: str = ""
) -> bytes:
    """A whole page round `main`; `title` is HTML already, `head` holds elements of the head, `tail` stands at the end."""
    base, blog = view.base_url, view.blog
    extra = "\n".join(head)
    return f"""<!doctype html >
<!--[if IE 9]> <html class="ie9" lang="{blog.locale.language}"> <![endif]-->
<html lang="{blog.locale.language}">
<head>
<title>{title}</title>
<meta charset="UTF-8" />
<meta name="viewport" content="width=device-width, initial-scale=1.0">
{extra}
<link rel="alternate" type="application/rss+xml" title="{blog.name} &raquo; Feed" href="{base}/feed/" />
<link rel="https://api.w.org/" href="{base}/wp-json/" />
<meta name="generator" content="WordPress {blog.version}" />
<link rel='stylesheet' id='td-theme-css' href='{base}/wp-content/themes/Newspaper/style.css?ver=12.6' type='text/css' media='all' />
<script>window.tdb_global_vars={{"permalinkStructure":"\\/%category%\\/%day%\\/%monthnum%\\/%year%\\/%postname%\\/"}};</script>
</head>
<body class="{body_class} global-block-template-1 tdb-template td-full-layout" itemscope="itemscope" itemtype="https://schema.org/WebPage">
<div class="td-menu-background"></div>
<div id="td-mobile-nav"><div class="td-mobile-content">{_menu(view)}</div></div>
<div id="td-outer-wrap" class="td-theme-wrap">
<div class="td-header-template-wrap">
{block(ids, "tdb_header_logo", f'<a class="tdb-logo-a" href="{base}/"><span class="tdb-logo-text-title">{blog.name}</span></a>')}
{block(ids, "tdb_header_menu", _menu(view))}
</div>
<div class="td-main-content-wrap td-container-wrap"><div class="tdc-row">
<div class="td-main-content" role="main">
{main}
</div>
{latest(view, ids)}
</div></div>
<div class="td-footer-template-wrap"><div class="td-sub-footer-copy">&copy; {blog.name}. Pedoman Media Siber | Redaksi</div></div>
</div>
{tail}
</body>
</html>
""".encode()


def _menu(view: View) -> str:
    """Every section and what it belongs to, as links."""
    found: dict[str, str] = {}
    for section in sorted({post.section for post in view.public}):
        names = section.split("/")
        found |= {"/".join(names[:end]): names[end - 1] for end in range(1, len(names) + 1)}
    links = "".join(
        f'<li class="menu-item"><a href="{view.archive("category", section)}"><div class="tdb-menu-item-text">{text(name)}</div></a></li>'
        for section, name in found.items()
    )
    return f'<ul class="tdb-block-menu tdb-menu"><li class="menu-item"><a href="{view.base_url}/">Beranda</a></li>{links}</ul>'
