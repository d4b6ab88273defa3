"""What kind of page this is, judged before anything is extracted: listings and soft 404s give plausible text too."""

import re

from lxml.html import HtmlElement

from archive.records import Reason, Rejection
from crawler.reading.blocks import text_of
from crawler.reading.head import Head
from crawler.reading.links import parts
from crawler.reading.material import Page
from crawler.reading.rules import Rules
from crawler.reading.selectors import matches

_HTML_TYPES = ("text/html", "application/xhtml+xml")
_CHALLENGE = re.compile(
    rb"_cf_chl_opt|cf-challenge-running|id=[\"']challenge-(?:form|running|error-text)|sucuri_cloudproxy_js|ddos-guard|"
    rb"<title>\s*(?:Just a moment|Attention Required!|Checking your browser|One moment, please|DDoS-Guard|Access denied)|"
    rb"Checking (?:if the site connection is secure|your browser before accessing)|imunify360|BotDetect|aes\.js.{0,400}__test",
    re.IGNORECASE | re.DOTALL,
)
_GONE_TITLE = re.compile(
    r"(?:tidak ditemukan|tidak dapat ditemukan|not found|404|page can[’']t be found|nothing found)\W*$|^404\b|^(?:halaman|page) (?:tidak|not)\b",
    re.IGNORECASE,
)
_LISTS = frozenset(
    [
        "home",
        "blog",
        "archive",
        "category",
        "tag",
        "author",
        "search",
        "date",
        "tax-post_tag",
        "post-type-archive",
        "login",
        "attachment",
    ]
)
_CHALLENGE_SIZE = 200_000


def page_kind_of_bytes(page: Page) -> Rejection | None:
    """What can be told without a parser: the status, the content type, a challenge."""
    if page.status in (404, 410):
        return Rejection(reason=Reason.NOT_FOUND, detail=f"status {page.status}")
    if looks_like_challenge(page.body):
        return Rejection(reason=Reason.CHALLENGE, detail="asks a browser to prove itself")
    if not 200 <= page.status < 300:
        return Rejection(reason=Reason.HTTP, detail=f"status {page.status}")
    declared = (page.content_type or "").split(";")[0].strip().lower()
    start = page.body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if declared and declared not in _HTML_TYPES:
        return Rejection(reason=Reason.NOT_HTML, detail=declared)
    if not start.startswith(b"<") or (
        start.startswith((b"<?xml version", b"<rss", b"<feed", b"<urlset")) and b"<html" not in start
    ):
        return Rejection(reason=Reason.NOT_HTML, detail="empty" if not start else "does not begin as HTML")
    return None


def looks_like_challenge(body: bytes) -> bool:
    """Whether a page asks a browser to prove itself; cheap, for the fetching side as well.

    Cloudflare puts its `challenge-platform` script into ordinary pages too, so that string alone says nothing.
    """
    return len(body) < _CHALLENGE_SIZE and b"entry-content" not in body and bool(_CHALLENGE.search(body))


def page_kind(tree: HtmlElement, head: Head, rules: Rules, url: str) -> Rejection | None:
    """What a parsed page is if it is not an article's (first) page; None if it can be one.

    Several signs speak for a post: the classes of body, a shortlink, the link to its API record, `og:type`, a JSON-LD
    article, markup that the family knows. One of them outweighs a title that only sounds like an error, because
    headlines do (`Ribuan Surat Suara Tidak Ditemukan`); `og:type` alone, which some systems print everywhere, does so
    only where a text stands.
    """
    classes = frozenset(head.body_classes)
    signs = post_signs(tree, head, rules)
    path = parts(url).path
    if matches(tree, ("form.post-password-form", 'input[name="post_password"]')):
        return Rejection(reason=Reason.PASSWORD, detail="asks for a password")
    single = bool(classes & {"single", "single-post"})
    if not single and (named := classes & _LISTS):
        return Rejection(reason=Reason.LISTING, detail=f"body class {', '.join(sorted(named))}")
    if rejection := _gone(tree, head, rules, signs):
        return rejection
    if matches(tree, (".wp-embed-heading", ".wp-embed")) and not matches(tree, ("article", ".entry-content")):
        return Rejection(reason=Reason.LISTING, detail="an embed card")
    if not single and "page" in classes and any(name.startswith("page-id-") for name in classes):
        return Rejection(reason=Reason.LISTING, detail="a standing page")
    if rules.listing_path and re.fullmatch(rules.listing_path, path):
        return Rejection(reason=Reason.LISTING, detail="an address of lists")
    if not signs - {"og:type"} and parts(head.canonical or url).path.strip("/") == "":
        return Rejection(reason=Reason.LISTING, detail="the site's root")
    if head.types & {"CollectionPage", "SearchResultsPage", "ProfilePage"} and not head.article:
        return Rejection(reason=Reason.LISTING, detail="says that it is a collection")
    own = bool(signs) or bool(rules.story_path and re.fullmatch(rules.story_path, path))
    if not own and len(matches(tree, ("article", ".td_module_wrap", ".hentry", ".card"))) > 2:
        return Rejection(reason=Reason.LISTING, detail="several stories and no sign of one of its own")
    return None


def _gone(tree: HtmlElement, head: Head, rules: Rules, signs: frozenset[str]) -> Rejection | None:
    """What a page is that says "not found" with status 200."""
    titles = {_bare(title, head, rules) for title in (head.title, head.meta("og:title")) if title}
    if "error404" in head.body_classes or (not signs - {"markup"} and matches(tree, rules.soft_404)):
        return Rejection(reason=Reason.SOFT_404, detail="says that there is no such page")
    if titles & set(rules.gone_titles):
        return Rejection(reason=Reason.SOFT_404, detail=f"title: {head.title}")
    weak = not signs or (signs == {"og:type"} and not any(map(text_of, matches(tree, rules.containers))))
    if weak and _GONE_TITLE.search(head.title or ""):
        return Rejection(reason=Reason.SOFT_404, detail=f"title: {head.title}")
    return None


def _bare(title: str, head: Head, rules: Rules) -> str:
    """A title in lower case, without the family's prefix and the site's name."""
    for prefix in rules.title_prefixes:
        title = title.removeprefix(prefix)
    site = re.escape(head.meta("og:site_name") or "")
    return re.sub(rf"\s+[-–—|•]\s+{site}$", "", title).casefold() if site else title.casefold()


def post_signs(tree: HtmlElement, head: Head, rules: Rules) -> frozenset[str]:
    """The independent signs that the page is one story's."""
    classes = set(head.body_classes)
    found = {
        "class": bool(classes & {"single", "single-post"}) or any(name.startswith("postid-") for name in classes),
        "id": head.post_id is not None,
        "og:type": not rules.story and head.meta("og:type") == "article",
        "markup": bool(matches(tree, rules.story)),
        "JSON-LD": bool(head.article),
        "time": head.meta("article:published_time") is not None,
    }
    return frozenset(sign for sign, seen in found.items() if seen)


def part_number(tree: HtmlElement) -> tuple[int, int]:
    """(which page of a story this is, how many it has): (1, 1) where the story has one page."""
    numbers = matches(tree, (".post-page-numbers",))
    found = [(int(text), "current" in (link.get("class") or "").split()) for link in numbers if (text := _number(link))]
    if not found:
        return 1, 1
    return next((number for number, current in found if current), 1), max(number for number, _ in found)


def _number(element: HtmlElement) -> str:
    digits = re.search(r"\d+", "".join(element.itertext()))
    return digits.group() if digits else ""
