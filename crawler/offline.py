"""An outlet's captures read without a crawl: for a rebuild, for an import. Nothing here asks a site for anything."""

import logging
import uuid
from typing import Any

import msgspec

from archive import runs
from archive.captures import CaptureStore
from archive.database import Database
from archive.rekey import rekey
from archive.settings import Home
from crawler.addresses import RULES_VERSION
from crawler.child import now
from crawler.config import OutletSettings
from crawler.crawl import Crawl, Outlet
from crawler.naming import Naming
from crawler.outlets import proved
from crawler.reader import Reader
from crawler.reading import ReadingPool, Site
from crawler.reading.pack import Pack
from crawler.version import VERSION

logger = logging.getLogger(__name__)


def begin(home: Home, database: Database, slug: str, declared: OutletSettings, *, work: str) -> Crawl:
    """Open a run of some work at an outlet and put its files in order; the caller holds the outlet's lock."""
    kind = proved(slug, declared.family, starts=tuple(declared.lists), article=declared.stories)
    with database.write() as connection:
        outlet_id = runs.register_outlet(connection, slug, _plain(declared), now())
        forms = Naming(declared.base_url, declared.base_url, kind).forms
        rekey(connection, outlet_id, version=RULES_VERSION, forms=forms, now=now())
        ticket = runs.begin(
            connection,
            outlet_id,
            kind=work,
            cause="command",
            planned_at=None,
            version=VERSION,
            settings_digest="",
            now=now(),
        )
    captures = CaptureStore(
        database, home.warc, ticket=ticket, slug=slug, software="", new_id=lambda: str(uuid.uuid4()), now=now
    )
    outlet = Outlet(
        slug=slug,
        name=declared.name,
        family=declared.family,
        declared_url=declared.base_url,
        base_url=declared.base_url,
        timezone=declared.timezone,
        regions=tuple(declared.regions),
        pages="none",
    )
    crawl = Crawl(outlet, kind, database=database, home=home, ticket=ticket, captures=captures, now=now)
    crawl.fetches = False
    crawl.tally.repaired = captures.repair()
    for line in crawl.tally.repaired:
        logger.warning("%s: %s", slug, line)
    return crawl


def reader(crawl: Crawl, pool: ReadingPool, pack: Pack) -> Reader:
    """Give what reads the captures of an outlet, and judges its articles by a pack."""
    outlet = crawl.outlet
    site = Site(
        slug=outlet.slug,
        name=outlet.name,
        base_url=outlet.declared_url,
        timezone=outlet.timezone,
        rules=crawl.declared.rules,
        pack=pack,
        regions=outlet.regions,
    )
    made = Reader(crawl, pool, site)

    def note(error: BaseException) -> None:
        crawl.fatal = crawl.fatal or error

    made.on_fatal = note
    return made


async def read(crawl: Crawl, reader: Reader) -> None:
    """Read all that is unread of an outlet.

    Raises:
        ArchiveError: what was read could not be stored; the rest stays unread.
    """
    await reader.drain()
    if crawl.fatal is not None:
        raise crawl.fatal


def _plain(declared: OutletSettings) -> dict[str, Any]:
    plain = msgspec.to_builtins(declared)
    assert isinstance(plain, dict)
    return plain
