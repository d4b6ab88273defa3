"""From material to a reading: the entrance of this package. Nothing here fetches, stores or asks the time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from archive.notes import withdrawn_for
from archive.records import GUID, NUMBER, Key, Part, Reading, Reason, Rejection, Related, Removed, Trust
from archive.text import clean_text
from crawler.addresses import is_amp
from crawler.guard import Boundary
from crawler.reading.blocks import Block, Link, Walked, text_of, walk
from crawler.reading.cleaned import Cleaned
from crawler.reading.cleaning import clean
from crawler.reading.credits import advertorial_mark, photo_credit
from crawler.reading.dateline import title_cased
from crawler.reading.dates import agreed, printed_moment, url_moment
from crawler.reading.densest import densest
from crawler.reading.head import Head, read_head
from crawler.reading.judging import extracted, judged
from crawler.reading.kinds import page_kind, page_kind_of_bytes
from crawler.reading.links import joined
from crawler.reading.marks import flags, language_of
from crawler.reading.material import Material, Page, Record
from crawler.reading.metadata import Said, outlet_names, said_by_page, said_by_record
from crawler.reading.parsing import decoded, parse
from crawler.reading.parts import MOST, Numbering, further, numbering
from crawler.reading.people import authors_of, persons
from crawler.reading.pruning import bare, prune, pruned_whole
from crawler.reading.rules import WORDPRESS, Rules
from crawler.reading.selectors import ranked
from crawler.reading.tagging import tagged
from crawler.reading.withdrawn import IN_ITS_PLACE, notice_in, notice_on

VERSION = 4
_AMP = re.compile(r"\?amp(?:=1)?(?=#|$)")
_WITHOUT_CONTAINER = 400
"""Below 250 characters trafilatura takes the whole page; at 360 and more it was clean on 81 pages (OUTLETS 5.1)."""


@cache
def extractor(rules: Rules) -> str:
    """Name, version and rule version: what `Reading.extractor` holds."""
    return f"pilkada-reading {VERSION} trafilatura {version('trafilatura')} rules {rules.digest()}"


EXTRACTOR = extractor(WORDPRESS)
"""The extractor with the WordPress family's rules; `Reading.extractor` names the rules that were used."""


def read(material: Material) -> Reading | Rejection:
    """The article that the material shows, or why it shows none.

    The text is the record's where there is one, else that of the page's container; the page fills what the record left out.
    """
    record, page = material.record, material.page
    content = _content(record)
    if record is not None and _protected(record):
        return Rejection(reason=Reason.PASSWORD, detail="the record is protected")
    tree: HtmlElement | None = None
    loose = False
    head = Head(url=material.url)
    if page is not None:
        opened = _opened(page, material.site.rules)
        if not isinstance(opened, Rejection):
            tree, head = opened
        elif content is None or opened.reason is Reason.PASSWORD:
            return opened
    from_record = content is not None and (tree is None or not _begins(record, tree, material.url))
    if from_record:
        source = parse(f"<html><body>{content}")
        container = source.find("body") if source is not None else None
    elif tree is not None:
        container = _container(tree, material.site.rules)
        loose = container is None
        container = densest(tree, material.site.rules) if container is None else container
    else:
        return Rejection(reason=Reason.UNREADABLE, detail="neither a record with a text nor a page")
    reading = _reading(material, tree, head, container, from_record=from_record, loose=loose)
    if isinstance(reading, Rejection):
        notice = notice_in(page) if page is not None and not from_record else None
        return reading if notice is None else Rejection(reason=Reason.SOFT_404, detail=IN_ITS_PLACE, notice=notice)
    if notice := withdrawn_for(reading.title, reading.body):
        return Rejection(reason=Reason.SOFT_404, detail=IN_ITS_PLACE, notice=notice)
    return tagged(reading, material.site)


def _begins(record: Record | None, tree: HtmlElement, url: str) -> bool:
    """Whether a record is only the beginning of what its page shows: a feed holds the first page of a story alone."""
    return record is not None and bool(record.payload.get("feed")) and numbering(tree, url).count > 1


def _opened(page: Page, rules: Rules) -> tuple[HtmlElement, Head] | Rejection:
    """A page's tree and head, if it is an article's first page."""
    if rejection := page_kind_of_bytes(page):
        return replace(rejection, notice=notice_in(page)) if rejection.reason is Reason.NOT_FOUND else rejection
    tree = parse(decoded(page))
    if tree is None:
        return Rejection(reason=Reason.UNREADABLE, detail="no document")
    head = read_head(tree, page.url)
    if rejection := page_kind(tree, head, rules, page.url):
        return replace(rejection, notice=notice_on(tree)) if rejection.reason is Reason.SOFT_404 else rejection
    prune(tree, rules)
    if (number := numbering(tree, page.url).own) > 1:
        return Rejection(
            reason=Reason.UNREADABLE, detail=f"part {number} of a story, which is read with its first part"
        )
    return tree, head


def _reading(
    material: Material,
    tree: HtmlElement | None,
    head: Head,
    container: HtmlElement | None,
    *,
    from_record: bool,
    loose: bool,
) -> Reading | Rejection:
    site = material.site
    rules, outlet, zone = site.rules, outlet_names(site), ZoneInfo(site.timezone)
    said = Said()
    if material.record is not None:
        said = said_by_record(material.record, site)
    if tree is not None:
        said = said.filled_by(
            said_by_page(tree, head, site, None if from_record else container, at=material.fetched_at)
        )
    offsite = said.canonical is not None and not Boundary((site.base_url, material.url)).admits(said.canonical)
    base = material.url if offsite else said.canonical or material.url
    if container is not None and tree is not None and not from_record:
        loose = bare(container, tree, rules) or loose
    text = _text(material, tree, head, container, from_record=from_record)
    walked = text.walked
    cleaned = clean(walked.blocks, rules, title=said.title or "", caption=said.caption, outlet=outlet, loose=loose)
    section = said.section or cleaned.section or material.told.section
    body = tuple(block.text for block in cleaned.blocks)
    if not body or not said.title or body == (said.title,):
        # A headline alone is what is left where the parser's limit of 256 levels cut the text off.
        return Rejection(reason=Reason.UNREADABLE, detail="no text" if said.title else "no headline")
    dateline = cleaned.dateline
    published, conflict = agreed(said.published, material.told.published)
    if published is None:
        lines_taken = (one.text for one in cleaned.removed if one.rule == "byline")
        published = next(filter(None, (printed_moment(line, zone) for line in lines_taken)), None)
    if published is None and dateline and dateline.day:
        published = printed_moment(dateline.day, zone, Trust.TEXT)
    lines = [*cleaned.credits, *([said.credit] if said.credit and not cleaned.credits else [])]
    printed = cleaned.credit or (said.credit.printed if said.credit else None)
    photographer = next((name for line in lines for name in line.photographers), None)
    return Reading(
        title=said.title,
        body=body,
        keys=_keys(said),
        canonical=None if offsite else said.canonical,
        removed=(*(Removed(rule="not_text", text=block.text) for block in text.refused), *cleaned.removed),
        dateline=dateline.printed if dateline else None,
        dateline_outlet=dateline.outlet if dateline else None,
        place=title_cased(dateline.place) if dateline and dateline.place else None,
        authors=authors_of([name for line in lines for name in line.authors], said.account, outlet=outlet, rules=rules),
        editors=persons((name for line in lines for name in line.editors), outlet=outlet, rules=rules),
        credit=printed,
        advertorial_mark=advertorial_mark(printed, (section or "", *(said.tags or ())), said.caption),
        published_date=published.day if published else None,
        published_at=published.at if published else None,
        published_source=published.source if published else None,
        modified_at=said.modified,
        section=section,
        tags=said.tags or (),
        image_url=joined(base, said.image_url) if said.image_url else None,
        caption=said.caption or None,
        photo_credit=photo_credit(said.caption) or photographer,
        captions=tuple(caption for caption in walked.captions if caption != said.caption),
        related=_related(base, cleaned, walked),
        language=language_of(body, rules.language or head.language),
        flags=flags(
            body,
            title=said.title,
            published=published,
            in_url=url_moment(base),
            dateline=dateline,
            outlet=outlet,
            at=material.fetched_at.astimezone(zone),
            disputed=conflict or said.disputed is True,
            parts_missing=text.missing,
            offsite=offsite,
            republished=cleaned.copied(outlet),
        ),
        parts=text.parts,
        extractor=extractor(rules),
    )


def _keys(said: Said) -> tuple[Key, ...]:
    """The names that the system itself gives the story."""
    named = ((NUMBER, said.post_id), (GUID, said.guid))
    return tuple(Key(scheme=scheme, value=str(value)) for scheme, value in named if value is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """The blocks of a story's pages in order, those that only the site's boxes held, and what is known of its pages."""

    walked: Walked = field(default_factory=Walked)
    refused: list[Block] = field(default_factory=list)
    missing: bool = False
    parts: tuple[Part, ...] = ()


def _text(
    material: Material, tree: HtmlElement | None, head: Head, container: HtmlElement | None, *, from_record: bool
) -> _Text:
    """The text of a story's pages, one after the other; a record holds all of them."""
    rules = material.site.rules
    if container is None and tree is not None:
        pruned_whole(tree, rules)
        blocks = extracted(tree)
        enough = sum(len(block.text) for block in blocks) >= _WITHOUT_CONTAINER
        return _Text(walked=Walked(blocks=blocks if enough else []))
    pages = [container] if container is not None else []
    told: list[Numbering] = []
    missing = 0
    if tree is not None and not from_record:
        told = [numbering(tree, material.url)]
        others, said, again = _others(material, container, told[0].count)
        pages.extend(others)
        told.extend(said)
        missing = max(one.count for one in told) - len(pages) - again
    own = (material.url, head.canonical or material.url)
    text = _Text(parts=further(told, own), missing=missing > 0)
    for page in pages:
        walked = walk(page, drop=rules.drop, related=rules.related)
        # Of paragraphs, lists and tables alone nothing is to be told from text, and asking costs a fifth of the reading.
        kept, dropped = (walked.blocks, []) if walked.prose else judged(walked.blocks, page)
        text.walked.blocks.extend(kept)
        text.walked.captions.extend(walked.captions)
        text.walked.related.extend(walked.related)
        text.refused.extend(dropped)
    return text


def _others(
    material: Material, first: HtmlElement | None, count: int
) -> tuple[list[HtmlElement], list[Numbering], int]:
    """The containers of a story's further pages in the order of their numbers, what they say, and how many repeat one.

    One that no page before it names is of another time: the story was put on fewer pages since. An AMP form names none.
    A page that a story no longer has is answered with its first one (OUTLETS 1.4), which is left out, as errors are.
    """
    found: dict[int, HtmlElement] = {}
    told: list[Numbering] = []
    texts = {text_of(first)} if first is not None else set()
    again = 0
    count = MOST if is_amp(material.url) else count
    for page in material.further:
        tree = None if page_kind_of_bytes(page) else parse(decoded(page))
        if tree is None or (said := numbering(tree, page.url)).own < 2 or said.own in found:
            continue
        if said.own > count:
            break
        count = max(count, said.count)
        container = _container(tree, material.site.rules)
        if container is None and (container := densest(tree, material.site.rules)) is None:
            continue
        if (text := text_of(container)) in texts:
            again += 1  # the site shows something for any number: what this page links to is no page either
            continue
        told.append(said)
        texts.add(text)
        found[said.own] = container
    return [found[number] for number in sorted(found)], told, again


def _container(tree: HtmlElement, rules: Rules) -> HtmlElement | None:
    """The first container that holds text."""
    for selector in rules.containers:
        for element in ranked(tree, (selector,)):
            if text_of(element):
                return element
    return None


def _content(record: Record | None) -> str | None:
    """The record's whole HTML, all its `nextpage` parts in one; None where the record was asked for without its text."""
    content = record.payload.get("content") if record is not None else None
    rendered = content.get("rendered") if isinstance(content, dict) else None
    return rendered if isinstance(rendered, str) else None


def _protected(record: Record) -> bool:
    content = record.payload.get("content")
    return isinstance(content, dict) and content.get("protected") is True


def _related(base: str, cleaned: Cleaned, walked: Walked) -> tuple[Related, ...]:
    links: Iterable[Link] = (*cleaned.related, *walked.related)
    return tuple(dict.fromkeys(Related(text=clean_text(link.text), url=_absolute(base, link.href)) for link in links))


def _absolute(base: str, href: str) -> str:
    """The address of a link, without what the AMP plugin adds to it; one that cannot be joined stays as written."""
    return _AMP.sub("", joined(base, href) or href.strip())
