"""How a site that nobody declared would be declared: its family, its zone, the sources that answer, its stories."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from crawler.addresses import below
from crawler.declaration import Declaration
from crawler.discovery import Ask, NotThisSourceError, Reply, Story
from crawler.errands.shapes import lists_for, shape_of
from crawler.errands.signs import Signs, is_slug, paths_in, printable, signs_of, titles
from crawler.errands.sources import Telling, chosen, hear, look_at, source_of
from crawler.errands.told import Finding, Seen
from crawler.errands.visitor import NoAnswerError, Visitor
from crawler.outlets import declaration
from crawler.reading import ReadingPool, Site
from crawler.zones import INDEX, index_of, zone_in, zone_of

STORIES = 2
"""How many stories are read to see that they can be."""
ANY = "/.+"
UNKNOWN = "UTC"
"""By which zone a site's own is sought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One family that a site may be of, and what its sources answered."""

    declared: type[Declaration]
    tellings: tuple[Telling, ...]
    lists: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


async def probe(visitor: Visitor, url: str, pool: ReadingPool) -> Finding:
    """Find out how a site would be declared.

    Raises:
        NoAnswerError: nothing of a news site was recognised, or the site does not let us look.
    """
    url = _front(url)
    home = await visitor.ask(url if urlsplit(url).path else f"{url}/", wander=True)
    if home.status != 200:
        raise NoAnswerError(f"{home.url} answered {home.status}")
    signs, base_url = signs_of(home), _base(url, home.url)
    unsure = [] if _same(url, base_url) else [f"{url} leads to {base_url}, so that is what would be crawled"]
    told: dict[str, object] | None = None
    if signs.family != "popojicms" and (reply := await _asked(visitor, base_url + INDEX)):
        told = dict(found) if (found := index_of(reply.body)) is not None else None
    family = "wordpress" if told is not None else signs.family or "listing"
    guess = await (_lists if family == "listing" else _system)(visitor, family, base_url, home, signs)
    called = printable(unescape(str((told or {}).get("name") or ""))) or signs.name
    site = Site(
        slug="probe", name=called or "the site", base_url=base_url, timezone=UNKNOWN, rules=guess.declared.rules
    )
    articles, pages = await _articles(visitor, pool, site, guess.tellings)
    if all(article.rejected for article in articles):
        why = f"{articles[0].url}: {articles[0].rejected}" if articles else _why(guess.tellings)
        raise NoAnswerError(f"no stories that can be read were found at {base_url}: {why}")
    zone, by = zone_of(told) if told else None, "its REST interface tells it"
    if zone is None and (thought := zone_in([signs.text, *(page.text for page in pages)])):
        zone, by = thought
        unsure.append(f"timezone: {by}")
    elif zone is None:
        by = "nothing on the site tells it"
        unsure.append("timezone: nothing on the site tells it; Asia/Jakarta only fills the line, so put the right one")
    name = called or _common(signs, pages)
    if not called:
        unsure.append("name: read off the titles of pages" if name else "name: the site does not say what it is called")
    paths = [below(story.url, base_url) or "" for telling in guess.tellings for story in telling.stories]
    listing = guess.declared.listing
    return Finding(
        base_url=base_url,
        family=family,
        name=name,
        timezone=zone,
        zone_by=by,
        sources=[telling.heard for telling in guess.tellings],
        articles=articles,
        stories=listing.article if family == "listing" and listing else shape_of(paths),
        lists=list(guess.lists),
        tells=signs.tells,
        unsure=[*unsure, *guess.unsure, *_unread(articles)],
    )


def _front(url: str) -> str:
    """The site of an address that is a story's; any other path may be a site in a folder."""
    parts = urlsplit(url)
    story = is_slug(parts.path.rstrip("/").rpartition("/")[2])
    return f"{parts.scheme}://{parts.netloc}" if story else url


def _base(url: str, ended: str) -> str:
    """Where the site is: where its front page ended up; a path stays only where it was asked for."""
    asked, at = urlsplit(url).path.rstrip("/"), urlsplit(ended)
    kept = asked if asked and (at.path == asked or at.path.startswith(asked + "/")) else ""
    return f"{at.scheme}://{at.netloc}{kept}"


def _same(url: str, other: str) -> bool:
    return url.rstrip("/") == other.rstrip("/")


async def _asked(visitor: Visitor, url: str) -> Reply | None:
    """An answer, or None where there is none to look at and the errand may go on."""
    try:
        return await visitor.ask(url)
    except NoAnswerError as error:
        if error.final:
            raise
        return None


async def _system(visitor: Visitor, family: str, base_url: str, home: Reply, signs: Signs) -> Guess:  # noqa: ARG001
    """Ask each source that a known system has."""
    declared = declaration("", family)
    at_root = declared.listing is not None and declared.listing.starts == ("/",)
    tellings = []
    for kind in dict.fromkeys(kind for group in declared.sources for kind in group):
        source = source_of(visitor, kind, declared, base_url, UNKNOWN)
        known = home if kind == "listing" and at_root else None
        tellings.append(await hear(visitor, source, known))
    return Guess(declared=declared, tellings=tuple(tellings))


async def _lists(visitor: Visitor, family: str, base_url: str, home: Reply, signs: Signs) -> Guess:
    """Find what the addresses of stories have in common, and the list that holds them all."""
    shape, sitemap = shape_of(paths_in(signs, base_url)), None
    if shape is None:
        source = source_of(visitor, "sitemap", declaration("", family, article=ANY), base_url, UNKNOWN)
        sitemap = await hear(visitor, source)
        shape = shape_of(below(story.url, base_url) or "" for story in sitemap.stories)
    if shape is None:
        raise NoAnswerError(f"nothing was recognised at {base_url}: neither its system nor addresses of stories")
    declared = declaration("", family, article=shape)
    telling: Telling | None = None
    unsure: tuple[str, ...] = ()
    start = "/"
    for start in lists_for(shape):
        declared = declaration("", family, starts=(start,), article=shape)
        source = source_of(visitor, "listing", declared, base_url, UNKNOWN)
        telling = await hear(visitor, source, home if start == "/" and not urlsplit(home.url).path.strip("/") else None)
        if telling.heard.answers:
            unsure = await _further(visitor, declared, base_url, telling.stories)
            break
    assert telling is not None
    if sitemap is None or not sitemap.stories:
        sitemap = await hear(visitor, source_of(visitor, "sitemap", declared, base_url, UNKNOWN))
    return Guess(
        declared=declared,
        tellings=(telling, sitemap),
        lists=(start,),
        unsure=("stories: read off the addresses that the site shows", *unsure),
    )


async def _further(
    visitor: Visitor, declared: type[Declaration], base_url: str, first: Iterable[Story]
) -> tuple[str, ...]:
    """What is unsure of a list's second page: a crawl goes on there."""
    listing = declared.listing
    assert listing is not None
    (start,) = listing.starts
    ask = Ask(url=base_url + listing.next_page.format(path=start, page=2), window=start, page=2)
    reply = await _asked(visitor, ask.url)
    try:
        second = source_of(visitor, "listing", declared, base_url, UNKNOWN).read(ask, reply) if reply else None
    except NotThisSourceError:
        second = None
    seen = {story.url for story in first}
    if second is not None and any(story.url not in seen for story in second.stories):
        return ()
    return (f"lists: {urlsplit(ask.url).path}?page=2 shows no further stories, so older ones may not be found",)


async def _articles(
    visitor: Visitor, pool: ReadingPool, site: Site, tellings: Sequence[Telling]
) -> tuple[list[Seen], list[Signs]]:
    """A few stories as the family's rules read them, and what their pages tell besides."""
    seen, pages = [], []
    for told in chosen(tellings, STORIES):
        look = await look_at(visitor, pool, site, told)
        seen.append(look.seen)
        if look.reply is not None and look.reply.status == 200:
            pages.append(signs_of(look.reply))
    return seen, pages


def _common(signs: Signs, pages: Sequence[Signs]) -> str:
    """What the front page's title and that of a story have in common, which is the site's name; else the front page's."""
    own = titles(signs)
    shared = [piece for piece in own if any(piece in titles(page) for page in pages)]
    return (shared or own or [""])[0]


def _why(tellings: Sequence[Telling]) -> str:
    return "; ".join(f"{telling.heard.source} {telling.heard.said}" for telling in tellings)


def _unread(articles: Sequence[Seen]) -> list[str]:
    return [f"{article.url}: {article.rejected}" for article in articles if article.rejected]
