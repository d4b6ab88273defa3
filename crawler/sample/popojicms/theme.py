"""The frame round every page of the PopojiCMS site: the system's head, the theme's header, sidebar and footer."""

from html import escape

from crawler.sample.markup import text
from crawler.sample.popojicms.told import day
from crawler.sample.popojicms.view import NAME, TAGLINE, View
from crawler.sample.posts import Post

STYLE_PATH = "/po-content/themes/sampel/css/style.css"
STYLE = """body{margin:0;font:16px/1.6 Lato,Arial,sans-serif;color:#333}
#wrapper,.container{max-width:1100px;margin:auto}a{color:#0a7a4b;text-decoration:none}img{max-width:100%}
#primary-menu li,.pagination li,ul.entry-meta li,.top-links li{display:inline-block;margin-right:.8rem;list-style:none}
.row{display:flex;gap:2rem}.col-md-8{flex:2;min-width:0}.col-md-4{flex:1;font-size:.85rem}.entry-image p{background:#eee;padding:10px}
.tagcloud a{border:1px solid #ccc;padding:.1rem .5rem;margin:.2rem}.panel{border:1px solid #ddd;padding:1rem}.error404{font-size:8rem}
@media(max-width:700px){.row{display:block}}"""
_CLOUD = 30
_RECENT = 5


def page(
    view: View,
    *,
    title: str,
    kind: str,
    main: str,
    url: str | None = None,
    keywords: str = "berita, kaltim, pilkada",
    description: str = TAGLINE,
    image: str = "/po-includes/images/favicon.png",
) -> bytes:
    """A whole HTML page round `main`; `kind` stands before the title in what is meant for social networks.

    `url` is the one address that the page calls its own, the site's where it has none; `image` is a path.
    """
    base = view.base_url
    social = escape(f"{kind} - {title}")
    version = int(view.now.timestamp())
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
<head>
<title>{escape(title)}</title>
<meta charset="utf-8" />
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<meta name="robots" content="index, follow" />
<meta name="description" content="{escape(description)}" />
<meta name="keywords" content="{escape(keywords)}" />
<meta http-equiv="Copyright" content="popojicms" />
<meta name="author" content="PopojiCMS" />
<meta name="language" content="Indonesia" />
<link rel="alternate" type="application/rss+xml" title="{NAME} Feed" href="{base}/feed" />
<meta property="place:location:latitude" content="13.062616" />
<meta property="place:location:longitude" content="80.229508" />
<meta property="business:contact_data:locality" content="City Name" />
<meta property="business:contact_data:country_name" content="Country" />
<meta property="og:type" content="article" />
<meta property="profile:first_name" content="Facebook_First_Name" />
<meta property="og:title" content="{social}" />
<meta property="og:description" content="{escape(description)}" />
<meta property="og:image" content="{base}{escape(image)}" />
<meta property="og:url" content="{escape(base if url is None else url)}" />
<meta property="og:site_name" content="{NAME}" />
<meta name="twitter:card" content="summary" />
<meta name="twitter:title" content="{social}" />
<meta name="twitter:description" content="{escape(description)}" />
<meta name="twitter:image:src" content="{base}{escape(image)}" />
<meta itemprop="name" content="{social}" />
<meta itemprop="description" content="{escape(description)}" />
<meta itemprop="image" content="{base}{escape(image)}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<link rel="stylesheet" href="{base}{STYLE_PATH}?v={version}" type="text/css" />
</head>
<body class="stretched no-transition">
<div id="wrapper" class="clearfix">
{_header(view)}
<section id="content"><div class="content-wrap"><div class="container clearfix row">
<div class="col-md-8 nobottommargin clearfix">
{main}
</div>
{_sidebar(view)}
</div></div></section>
<footer id="footer" class="dark"><div id="copyrights"><div class="container clearfix">Copyrights &copy; {NAME}. All Rights Reserved.</div></div></footer>
</div>
</body>
</html>
""".encode()


def _header(view: View) -> str:
    base = view.base_url
    menu = "".join(
        f'<li><a href="{base}/category/{slug}"><div>{text(name)}</div></a></li>'
        for slug, name in view.categories.items()
    )
    return f"""<div id="top-bar"><div class="container clearfix"><div class="top-links"><ul>
<li><a href="{base}/pages/tentang-kami">Tentang Kami</a></li><li><a href="{base}/pages/redaksi">Redaksi</a></li><li><a href="{base}/contact">Kontak</a></li>
</ul></div></div></div>
<header id="header"><div class="container clearfix">
<div id="logo"><a href="{base}" class="standard-logo"><img src="{base}/po-includes/images/logo.png" alt="Logo" /></a></div>
<nav id="primary-menu"><ul><li><a href="{base}/"><div>Beranda</div></a></li><li><a href="{base}/category/all"><div>Semua Berita</div></a></li>{menu}</ul>
<div id="top-search"><span>Tulis &amp; Tekan Enter</span><form action="{base}/search" method="post"><input type="text" name="search" class="form-control" value="" /></form></div>
</nav></div></header>"""


def _sidebar(view: View) -> str:
    popular = sorted(view.shown, key=lambda post: -view.views.get(post.id, 0))[:_RECENT]
    recent = view.shown[:_RECENT]
    tabs = "\n".join(
        f'<div class="tab-content clearfix" id="tabs-{number}">\n{cards}\n</div>'
        for number, cards in enumerate(
            (
                "\n".join(_small(view, post, f"{len(post.comments)} Komentar") for post in popular),
                "\n".join(_small(view, post, day(post.date)) for post in recent),
            ),
            start=1,
        )
    )
    cloud = sorted(view.tags, key=lambda slug: view.drawn("tag", slug))[:_CLOUD]
    tags = "".join(f'<a class="" href="{view.base_url}/tag/{slug}">{text(view.tags[slug])}</a>' for slug in cloud)
    return f"""<div class="col-md-4 nobottommargin clearfix"><div class="sidebar-widgets-wrap clearfix">
<div class="widget clearfix"><div class="tabs clearfix" id="sidebar-tabs"><ul class="tab-nav clearfix"><li><a href="#tabs-1">Populer</a></li><li><a href="#tabs-2">Terbaru</a></li></ul>
{tabs}
</div></div>
<div id="tags" class="widget clearfix"><h4 class="highlight-me">Tag</h4><div class="tagcloud">{tags}</div></div>
</div></div>"""


def _small(view: View, post: Post, told: str) -> str:
    """A card of the sidebar, with the class names of the listings' cards."""
    link = escape(view.address(post))
    return f"""<div class="spost clearfix"><div class="entry-image"><a href="{link}" class="nobg"><img class="img-circle" src="{view.base_url}/po-content/thumbs/{escape(post.image or "")}" alt="" /></a></div>
<div class="entry-c"><div class="entry-title"><h4><a href="{link}">{text(view.title(post))}</a></h4></div><ul class="entry-meta"><li>{told}</li></ul></div></div>"""
