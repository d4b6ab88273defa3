"""Whether an outlet is as declared: its zone, its family, each of its sources, and what is read of three stories."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from crawler.declaration import Declaration
from crawler.discovery import Reply, Sitemaps
from crawler.errands.signs import signs_of
from crawler.errands.sources import Looked, Telling, chosen, hear, look_at, source_of
from crawler.errands.told import Exchanged, Finding, Hinted, Seen
from crawler.errands.visitor import NoAnswerError, Visitor
from crawler.outlets import declaration
from crawler.reading import ReadingPool, Site
from crawler.task import Outlet
from crawler.zones import INDEX, index_of, same_clock, zone_of

STORIES = 3
"""How many stories are read."""
CORE = ("title", "body", "published")
"""What an outlet's stories must have; the other fields are the newsroom's choice."""
UNKNOWN = "UTC"
"""In which zone stories are read where nothing tells their own."""


async def check(visitor: Visitor, outlet: Outlet, pool: ReadingPool) -> Finding:
    """Ask each declared source of an outlet once, read three stories, and say what is not as declared.

    Raises:
        NoAnswerError: the site does not let us look.
    """
    declared = declaration(outlet.slug, outlet.family, starts=outlet.starts, article=outlet.article)
    zone, is_wordpress = await _index(visitor, outlet)
    own = outlet.timezone or zone or UNKNOWN
    tellings = [
        await hear(visitor, source_of(visitor, kind, declared, outlet.base_url, own))
        for kind in dict.fromkeys(kind for group in declared.sources for kind in group)
    ]
    site = Site(
        slug=outlet.slug,
        name=outlet.name,
        base_url=outlet.declared_url,
        timezone=own,
        rules=declared.rules,
    )
    looks = [await look_at(visitor, pool, site, told) for told in chosen(tellings, STORIES)]
    articles = [look.seen for look in looks]
    pages = [look.reply for look in looks if look.reply is not None and look.reply.status == 200]
    signs = [signs_of(page) for page in pages]
    family = "wordpress" if is_wordpress else next((one.family for one in signs if one.family), None)
    wrong = [
        *([f"timezone: the site says {zone}"] if zone and not same_clock(zone, own) else []),
        *(["timezone: it is not declared, and the site does not tell it"] if not (zone or outlet.timezone) else []),
        *([f"family: the site looks like {family}"] if family not in (None, outlet.family) else []),
        *_silent(declared, tellings),
        *_unread(articles),
    ]
    return Finding(
        base_url=outlet.base_url,
        family=family,
        name=outlet.name,
        timezone=zone,
        zone_by="its REST interface tells it" if zone else "",
        sources=[telling.heard for telling in tellings],
        articles=articles,
        tells={name: value for one in signs[:1] for name, value in one.tells.items()},
        wrong=wrong,
        unsure=[f"{article.url}: {article.rejected}" for article in articles if article.rejected],
        exchanges=_exchanges(visitor.replies, tellings, looks),
    )


async def _index(visitor: Visitor, outlet: Outlet) -> tuple[str | None, bool]:
    """The zone that a WordPress tells, and whether it is one."""
    if outlet.family != "wordpress":
        return None, False
    try:
        index = index_of((await visitor.ask(outlet.base_url.rstrip("/") + INDEX)).body)
    except NoAnswerError as error:
        if error.final:
            raise
        return None, False
    return (zone_of(index), True) if index is not None else (None, False)


def _silent(declared: type[Declaration], tellings: Iterable[Telling]) -> list[str]:
    """What is not as declared of the sources: each of the first group must answer, but for a sitemap beside others."""
    heard: Mapping[str, Telling] = {telling.heard.source: telling for telling in tellings}
    first = declared.sources[0]
    silent = [
        kind for kind in first if not heard[kind].heard.answers and (kind != Sitemaps.kind or first == (Sitemaps.kind,))
    ]
    if not silent:
        return []
    others = [kind for group in declared.sources[1:] for kind in group if heard[kind].heard.answers]
    instead = f"; {', '.join(others)} will do instead" if others else "; no other source answers either"
    return [f"sources: {heard[kind].heard.said}{instead}" for kind in silent]


def _unread(articles: Sequence[Seen]) -> list[str]:
    """What no story had of what every story has."""
    read = [article for article in articles if not article.rejected]
    if not read:
        return ["articles: none of the stories could be read" if articles else "articles: no source told of a story"]
    return [f"articles: no story has {field}" for field in CORE if not any(getattr(one, field) for one in read)]


def _exchanges(replies: Sequence[Reply], tellings: Iterable[Telling], looks: Iterable[Looked]) -> list[Exchanged]:
    """Every answer, with its body where a maintainer needs it: one answer that lists, and one page."""
    listing = next(
        (one.reply for one in sorted(tellings, key=lambda one: one.heard.source != "listing") if one.reply), None
    )
    page = next((look for look in looks if look.reply is not None and look.reply.status == 200), None)
    return [_exchanged(reply, listing, page) for reply in replies]


def _exchanged(reply: Reply, listing: Reply | None, page: Looked | None) -> Exchanged:
    found = Exchanged(url=reply.url, status=reply.status, headers=dict(reply.headers), at=reply.at)
    if page is not None and reply is page.reply:
        told = [Hinted(source=hint.source, published=hint.published, section=hint.section) for hint in page.hints]
        return replace(found, body=reply.body, role="page", told=told)
    return replace(found, body=reply.body, role="listing") if reply is listing else found
