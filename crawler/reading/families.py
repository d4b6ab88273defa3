"""The rules of the families beside WordPress. Their outlets' themes were not seen: selectors are chains, surest first."""

from crawler.reading.rules import CHROME, Rules
from crawler.reading.wording import NOISE, STARTS

_BODIES = (
    '[itemprop="articleBody"]',
    ".article-content",
    ".article-body",
    ".post-content",
    ".post-body",
    ".detail-content",
    ".content-detail",
    ".news-content",
    ".content-body",
)
"""What themes call the article's text."""
_OTHER_STORIES = (r"related posts?", r"(?:post|berita|artikel) terkait")
"""What themes print above other stories; below it nothing is the article's own."""


def _cards(path: str) -> tuple[str, ...]:
    """Boxes that lead to other stories, whose addresses hold `path`."""
    return tuple(f'{box}:has(a[href*="{path}"]):not(:has(h1))' for box in (".card", "article"))


_CARDS = _cards("/article/")
_ASIDE = (
    "aside",
    "body > footer",
    ".footer",
    "nav",
    "body > header",
    "#header",
    "#footer",
    "#sidebar",
    ".sidebar",
    ".sidebar-widgets-wrap",
    ".related-posts",
    ".related-post",
    ".related",
    ".post-navigation",
    "#comments",
    "#respond",
    ".comments",
    ".pagination",
    ".breadcrumb",
)

POPOJICMS = Rules(
    containers=(
        ".single-post > .entry > .entry-content",
        ".single-post > .entry .entry-content",
        ".single-post .entry-content",
        *_BODIES,
        "article .entry-content",
    ),
    drop=(*CHROME, ".tagcloud", ".panel", ".entry-meta", ".si-share", ".g-recaptcha"),
    related=(".related-posts",),
    headline=(
        ".single-post .entry-title h2",
        ".single-post .entry-title h1",
        ".single-post .entry-title",
        ".single-post h1",
        "article h1",
        "main h1",
    ),
    caption=(
        ".single-post .entry-image p i",
        ".single-post .entry-image figcaption",
        ".single-post .entry-image p",
        ".entry-image p i",
        "figure:has(img) figcaption",
    ),
    image=(".single-post .entry-image img", ".entry-image img"),
    byline=(
        '.single-post .entry-meta a[href*="/member/profile/"]',
        '.single-post .panel a[href*="/member/profile/"]',
        'a[href*="/member/profile/"]',
        "li:has(> .fa-user)",
        "span:has(> .fa-user)",
    ),
    kicker=('a[href*="/category/"]',),
    tags=(
        '.single-post > .entry a[href*="/tag/"]',
        '.single-post a[href*="/tag/"]',
        'article a[href*="/tag/"]',
    ),
    published=(".single-post time[datetime]", "article time[datetime]"),
    printed_date=(
        ".single-post .entry-meta li:has(.icon-calendar3)",
        ".single-post .entry-meta",
        "li:has(> .icon-calendar3)",
    ),
    starts=(*STARTS, "dipost oleh "),
    title_prefixes=("Post - ",),
    gone_titles=tuple(
        f"{what} {gone}"
        for what in ("post", "pencarian", "kategori", "tag", "halaman", "search", "category", "page", "404 -")
        for gone in ("tidak ditemukan", "not found")
    ),
    story=(".single-post .entry-content",),
    story_path=r"/+detailpost/[^/]+(?:/.*)?",
    listing_path=r"/+(?:(?:category|tag|search|member|pages|album|gallery|contact|home)(?:/.*)?|detailpost/?)",
    aside=(*_ASIDE, *_cards("/detailpost/")),
    cut=(*_OTHER_STORIES, r"dipost oleh .{1,60}"),
    noise=(*NOISE, r"redaksi [\w.]{3,30}"),
    keyword_tags=True,
    language="id",
)
"""PopojiCMS 2.x (OUTLETS 3.4): the core's head is the same everywhere, the theme's markup is the stock one's."""

LISTING = Rules(
    containers=(
        *_BODIES,
        ".entry-content",
        ".trix-content",
        ".ck-content",
        ".prose",
        "article .content",
        "article:has(h1)",
        ".card:has(h1)",
    ),
    drop=(
        *CHROME,
        ".share",
        ".social-share",
        ".share-buttons",
        ".tags",
        ".article-tags",
    ),
    related=(".related", ".related-post", ".related-posts", *_CARDS),
    headline=("article h1", "main h1", "h1"),
    caption=(
        "figure:has(img) figcaption",
        ".figure-caption",
        ".image-caption",
        ".img-caption",
        ".article-caption",
        ".photo-caption",
        ".caption",
    ),
    image=(
        ".article-image img",
        "figure img",
        "article img:not(.card a img)",
        "main img:not(a img)",
    ),
    byline=(
        ".article-author",
        ".author-name",
        ".author",
        ".contributor",
        '[rel="author"]',
        'a[href*="/author/"]',
        'a[href*="/contributor/"]',
    ),
    kicker=(".badge", ".category", ".article-category", 'a[href*="/category/"]', 'a[href*="/section/"]'),
    section=(".article-category",),
    tags=(".article-tags a", ".tags a", 'article a[href*="/tag/"]', 'main a[href*="/tag/"]'),
    published=("article time[datetime]", "main time[datetime]:not(a *)", "time[datetime]:not(a *)"),
    printed_date=(".article-date", ".published-at", ".published", ".post-date", ".date", ".article-meta", ".meta"),
    story_path=r"(?:/index\.php)?/article/[^/]+/?",
    listing_path=r"(?:/index\.php)?/(?:(?:category|section|tag|topic|author|contributor|login|register)(?:/.*)?|search/?|article/?)",
    aside=(*_ASIDE, *_CARDS, '[class*="related" i]', '[class*="popul" i]', '[class*="terkait" i]'),
    cut=_OTHER_STORIES,
    alt_captions=True,
    language="id",
)
"""A site of its own making, as gradasigo is (OUTLETS 4): Bootstrap's class names and the text's own shape."""
