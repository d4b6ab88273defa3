"""Families: what outlets built with the same system have in common. An outlet declares itself a member of one."""

from crawler.addresses import Form
from crawler.declaration import Declaration, Listing
from crawler.reading.families import LISTING, POPOJICMS
from crawler.reading.rules import WORDPRESS


class WordPress(Declaration):
    """A WordPress whose REST interface is open (OUTLETS section 1): whole texts, a hundred at a time."""

    family = "wordpress"
    sources = ("wordpress-rest",)
    rules = WORDPRESS
    form = Form()


class PopojiCms(Declaration):
    """PopojiCMS 2.x (OUTLETS section 3): the feed has times of day, `/category/all` every story, categories sections.

    Each visit raises a story's public counter, so a page is fetched once. `lang` in a query turns a story into a soft
    404; no query changes what is shown otherwise.
    """

    family = "popojicms"
    sources = ("feed", "listing")
    rules = POPOJICMS
    form = Form(query=False, slash=False)
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
    sources = ("listing",)
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
