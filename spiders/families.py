"""Families: what outlets built with the same system have in common. An outlet declares itself a member of one."""

from crawler.addresses import Form
from crawler.declaration import Declaration, Listing
from crawler.reading.families import LISTING, POPOJICMS
from crawler.reading.rules import WORDPRESS


class WordPress(Declaration):
    """WordPress (OUTLETS section 1): its REST interface, else its feed, which has pages, else its lists.

    The first two hold whole texts. Cards are those of classic, block and Newspaper themes; what leads to a story is
    told by its permalink, which is the owner's choice: here everything that is no list, no feed and no part of WordPress.
    """

    family = "wordpress"
    sources = (("wordpress-rest",), ("wordpress-feed", "sitemap"), ("listing",))
    rules = WORDPRESS
    form = Form()
    sitemaps = ("/sitemap_index.xml", "/wp-sitemap.xml", "/sitemap.xml")
    listing = Listing(
        starts=("/",),
        next_page="{path}page/{page}/",
        past_end=404,
        article=r"/(?!(?:category|tag|author|page|search|feed|comments|wp-[a-z]+)(?:/|$)|(?:\d\d/){2}\d{4}/?$)[^?]*[^/?]/?",
        cards=(
            ".tdb_module_loop.td_module_wrap",
            "main article",
            "#content article",
            "article.post",
            ".wp-block-post",
        ),
        links=(".td-module-title a[href]", ".entry-title a[href]", ".wp-block-post-title a[href]", "h2 a[href]"),
        dates=("time[datetime]",),
        pagination=(".page-nav", ".pagination", ".nav-links", ".wp-block-query-pagination"),
        onward=(
            'a[rel="next"][href]',
            "a.next[href]",
            'a[aria-label="next-page"][href]',
            ".wp-block-query-pagination-next",
        ),
    )


class PopojiCms(Declaration):
    """PopojiCMS 2.x (OUTLETS section 3): the feed has times of day, `/category/all` every story, categories sections.

    Each visit raises a story's public counter, so a page is fetched once. `lang` in a query turns a story into a soft
    404; no query changes what is shown otherwise.
    """

    family = "popojicms"
    sources = (("feed", "listing", "sitemap"),)
    rules = POPOJICMS
    form = Form(query=False, slash=False)
    counts_views = True
    feed = "/feed"
    listing = Listing(
        starts=("/category/all",),
        next_page="{path}/page/{page}",
        article=r"/+detailpost/[^/]+/?",
        sections=r"/category/(?!all/?$)[a-z0-9_-]+",
        cards=("#posts .entry",),
        links=(".entry-title a[href]", "a[href]"),
        dates=("ul.entry-meta li:first-child",),
        onward=("li:last-child a[href]",),
    )


class ListingSite(Declaration):
    """A site of its own making that lists its stories page by page, as a Laravel application does (OUTLETS section 4)."""

    family = "listing"
    sources = (("listing", "sitemap"),)
    rules = LISTING
    form = Form(query=False, slash=False, front="/index.php")
    listing = Listing(
        starts=("/article",),
        next_page="{path}?page={page}",
        article=r"/(index\.php/)?article/[^/]+/?",
        cards=("main .card", "main article", ".container .card"),
        links=(".card-title a[href]", "h2 a[href]", "h3 a[href]", "a[href]"),
        dates=("time", ".card-date", ".text-muted", "small"),
        badges=(".badge",),
    )


FAMILIES: dict[str, type[Declaration]] = {kind.family: kind for kind in (WordPress, PopojiCms, ListingSite)}
