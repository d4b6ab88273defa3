"""What pages of one kind of site carry besides the article, as data: selectors, lines, labels and suffixes."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from crawler.reading import wording

CHROME = (
    "#comments",
    "#respond",
    ".comment-respond",
    ".comments-area",
    ".screen-reader-text",
    ".sharedaddy",
    ".jp-relatedposts",
    ".addtoany_share_save_container",
    ".heateor_sss_sharing_container",
    ".post-navigation",
    ".page-links",
    ".post-nav-links",
    ".page-nav",
    ".author-box",
    ".saboxplugin-wrap",
    ".td-a-rec",
    ".td-adspot-title",
    ".adsbygoogle",
    ".code-block",
    ".post-views",
    ".entry-footer",
    ".tags-links",
    ".cat-links",
    ".wp-block-buttons",
    ".wp-block-embed",
    ".post-password-form",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How the pages of a family of sites are cleaned. Selectors are CSS; lines are lower case, blanks collapsed."""

    containers: tuple[str, ...]
    """Where the article's text stands, surest first."""
    drop: tuple[str, ...] = CHROME
    """What stands inside the container and is not text."""
    related: tuple[str, ...] = ()
    """Boxes inside the container that link to other stories: dropped, their links kept as `related`."""
    headline: tuple[str, ...] = ("h1.entry-title", "h1")
    caption: tuple[str, ...] = ()
    """The lead picture's caption, outside the container."""
    image: tuple[str, ...] = ()
    byline: tuple[str, ...] = ('a[rel="author"]',)
    credits: tuple[str, ...] = ()
    """Where a theme prints writer and editor from fields of its own, outside the text."""
    section: tuple[str, ...] = ()
    kicker: tuple[str, ...] = ()
    """What names the section where it stands right above the headline; elsewhere it says nothing."""
    tags: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    """`time` elements with the time of publication."""
    loose_times: tuple[str, ...] = ()
    """Those of them, by class, that may be the local clock labelled +00:00, or the day of the last change."""
    modified: tuple[str, ...] = ()
    printed_date: tuple[str, ...] = ()
    """Elements whose text has the day in words."""
    title_prefixes: tuple[str, ...] = ("Protected: ", "Diproteksi: ", "Terproteksi: ")
    roles: tuple[str, ...] = (
        "admin",
        "administrator",
        "adminweb",
        "superadmin",
        "redaksi",
        "redaktur",
        "editor",
        "penulis",
        "tim redaksi",
        "wordpress",
        "popojicms",
        "webmaster",
        "author",
        "penerbit",
        "newsroom",
        "kontributor",
        "contributor",
        "operator",
        "root",
        "user",
    )
    """Account names that are no person's; the outlet's own name and address count too."""
    soft_404: tuple[str, ...] = (".error404", ".error-404", ".no-results.not-found")
    gone_titles: tuple[str, ...] = ()
    """Whole titles, lower case, of pages that say "not found", whatever other signs say."""
    story: tuple[str, ...] = ()
    """Markup that only a story's page has, in families whose `og:type` says `article` on lists and errors too: it is
    asked instead."""
    story_path: str | None = None
    """Pattern of the paths of stories: cards of other stories on such a page make it no list."""
    listing_path: str | None = None
    """Pattern of the paths of lists and of standing pages, whatever their heads say."""
    aside: tuple[str, ...] = ()
    """What stands beside the article (side columns, other stories, comments): dropped before anything is read, unless it
    holds the article."""
    keyword_tags: bool = False
    """Whether meta `keywords` holds the story's tags, as the last parts of the addresses of `tags`."""
    alt_captions: bool = False
    """Whether the lead picture's `alt` repeats its caption, so that a line of the same words is the caption."""
    language: str | None = None
    """What the outlet writes in, where the `lang` of its pages is its theme's."""

    boilerplate: tuple[str, ...] = wording.BOILERPLATE
    """Whole lines that are never the article's own; from here on all are words and patterns of lines (`wording.py`)."""
    starts: tuple[str, ...] = wording.STARTS
    """Starts of such lines."""
    noise: tuple[str, ...] = wording.NOISE
    """Patterns of such lines."""
    closers: tuple[str, ...] = wording.CLOSERS
    """Whole lines below which nothing is the article's own, where they stand in the last quarter of the text."""
    cut: tuple[str, ...] = ()
    """Patterns of lines below which nothing is the article's own, wherever they stand."""
    comments: tuple[str, ...] = wording.COMMENTS
    syndicated: tuple[str, ...] = wording.SYNDICATED
    channels: tuple[str, ...] = wording.CHANNELS
    shares: tuple[str, ...] = wording.SHARES
    tag_lines: tuple[str, ...] = wording.TAG_LINES
    pages: tuple[str, ...] = wording.PAGES
    adverts: tuple[str, ...] = wording.ADVERTS
    republished: tuple[str, ...] = wording.REPUBLISHED
    sources: tuple[str, ...] = wording.SOURCES
    see_also: tuple[str, ...] = wording.SEE_ALSO
    """How a line begins that points to another story."""
    notes: tuple[str, ...] = wording.NOTES
    """How a correction begins, which is held back."""
    days: tuple[str, ...] = wording.DAYS
    bylines: tuple[str, ...] = wording.BYLINES

    def plus(self, **more: tuple[str, ...]) -> "Rules":
        """These rules with more lines or selectors of the fields that are named: what an outlet declares of its own.

        Raises:
            TypeError: a field is unknown, or is no tuple.
        """
        longer: dict[str, Any] = {name: (*getattr(self, name, ()), *lines) for name, lines in more.items()}
        return replace(self, **longer)

    def digest(self) -> str:
        """Eight hex digits that change with any rule."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:8]


NEWSPAPER_BOXES = (
    ".tdb_breadcrumbs",
    ".tdb_title",
    ".tdb_single_author",
    ".tdb_single_author_box",
    ".tdb_single_categories",
    ".tdb_single_comments",
    ".tdb_single_comments_count",
    ".tdb_single_date",
    ".tdb_single_featured_image",
    ".tdb_single_next_prev",
    ".tdb_single_post_share",
    ".tdb_single_post_views",
    ".tdb_single_reading_time",
    ".tdb_single_source",
    ".tdb_single_tags",
    ".tdb_single_via",
    ".td-post-featured-image",
    ".td-post-sharing",
    ".td-post-source-tags",
)
"""What tagDiv's templates may set inside the text. `tdi_NN` is never asked for: it changes with every edit of a template."""

THEME_BOXES = (
    ".content-share",
    ".crp_related_title",
    ".essb_links",
    ".gmr-banner-insidecontent",
    ".gmr-banner-beforecontent",
    ".gmr-nextposts-button",
    ".heateor_sss_sharing_title",
    ".jeg_post_tags",
    ".jeg_share_button",
    ".jnews_author_box_container",
    ".kk-star-ratings",
    ".lwptoc",
    ".post-bottom-meta",
    ".post-tags",
    ".share-buttons",
    ".ss-ic",
    ".stream-item",
    ".wp-block-post-terms",
    ".wp-block-tag-cloud",
    "#ez-toc-container",
    "#toc_container",
)
"""What themes and plugins that regional newsrooms use set inside the text: wpberita, JNews, Jannah, tables of contents."""

WORDPRESS = Rules(
    containers=(
        "article .entry-content.wp-block-post-content",
        "article .entry-content",
        ".entry-content.wp-block-post-content",
        ".td-post-content .tdb-block-inner",
        ".td-post-content",
        ".entry-content",
        ".amp-wp-article-content",
        ".post-content",
        '[itemprop="articleBody"]',
        ".elementor-widget-theme-post-content",
    ),
    drop=(*CHROME, *NEWSPAPER_BOXES, *THEME_BOXES, ".amp-wp-footer"),
    aside=("#comments", ".wp-block-comments", ".widget-area", "#secondary", ".td-ss-main-sidebar"),
    related=(
        ".related-posts",
        ".yarpp",
        ".jnews_inline_related_post",
        ".gmr-related-post-onlytitle",
        "#inline-related-post",
        ".crp_related",
        ".rp4wp-related-posts",
        ".penci-inline-related-posts",
        ".wp-block-query",
        ".wp-block-latest-posts",
        ".td_block_related_posts",
        ".tdb_single_related",
    ),
    headline=(
        "h1.entry-title",
        "h1.wp-block-post-title",
        "h1.tdb-title-text",
        "h1.amp-wp-title",
        "article h1",
        "main h1",
        "h1",
    ),
    caption=(
        "figure.post-thumbnail figcaption",
        ".post-thumbnail .wp-caption-text",
        ".wp-block-post-featured-image figcaption",
        ".tdb_single_featured_image figcaption",
        ".td-post-featured-image figcaption",
        ".amp-wp-article-featured-image .wp-caption-text",
        ".elementor-widget-theme-post-featured-image figcaption",
        "figure:has(img.wp-post-image) figcaption",
        ".featured-area figcaption",
        ".jeg_featured .wp-caption-text",
        ".sf-img .wp-caption-text",
    ),
    image=(
        "img.wp-post-image",
        ".post-thumbnail img",
        ".wp-block-post-featured-image img",
        ".tdb_single_featured_image img",
        ".td-post-featured-image img",
        ".amp-wp-article-featured-image amp-img",
        ".elementor-widget-theme-post-featured-image img",
    ),
    byline=(
        "article .byline a",
        "article .author.vcard a",
        ".entry-meta .author a",
        ".wp-block-post-author-name",
        ".wp-block-post-author__name",
        ".tdb-author-name",
        ".td-post-author-name a",
        ".amp-wp-author",
        '.elementor-post-info [itemprop="author"] a',
        'article a[rel="author"]',
        ".jeg_meta_author a",
        ".meta-author .author-name",
    ),
    credits=(".gmr-cf-metacontent",),
    section=(
        "article .cat-links a",
        ".entry-meta .cat-links a",
        ".taxonomy-category a",
        ".tdb-entry-crumb",
        ".entry-crumbs a",
        ".tdb-entry-category",
        ".td-category a",
        ".amp-wp-tax-category a",
        '.elementor-post-info [itemprop="about"] a',
        ".jeg_meta_category a",
        ".post-cat-wrap a",
        'article a[rel~="category"]',
    ),
    tags=(
        "article .tags-links a",
        ".taxonomy-post_tag a",
        "ul.tdb-tags a",
        ".td-tags a",
        ".amp-wp-tax-tag a",
        'article a[rel="tag"]:not([rel~="category"])',
        ".jeg_post_tags a",
    ),
    published=(
        "article time.entry-date.published",
        ".tdb_single_date time",
        ".td-post-title .td-post-date time",
        ".wp-block-post-date time",
        ".amp-wp-posted-on time",
        "article .entry-header time",
        "article header time",
    ),
    loose_times=(".td-module-date",),
    modified=(
        "article time.updated:not(.published):not(.td-module-date)",
        ".wp-block-post-date__modified-date time",
    ),
    printed_date=(
        ".posted-on",
        ".entry-meta",
        ".entry-date:not(.td-module-date)",
        ".td-post-title .td-post-date",
        ".post-meta",
        ".elementor-post-info",
    ),
)
"""Stock WordPress, classic and block themes, Yoast, the Newspaper theme and the AMP plugin (OUTLETS 1 and 2)."""
