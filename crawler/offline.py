"""An outlet's captures read without a crawl: for a rebuild, for an import. Nothing here asks a site for anything."""

import logging
import uuid

import msgspec

from archive import runs
from archive.captures import CaptureStore
from archive.database import Database
from archive.ladder import VisitRule
from archive.settings import Home
from crawler.clock import now
from crawler.config import OutletSettings
from crawler.crawl import Crawl, opened
from crawler.declaration import Declaration
from crawler.outlets import proved
from crawler.reader import Reader
from crawler.reading import ReadingPool
from crawler.reading.pack import Pack
from crawler.task import Outlet
from crawler.version import VERSION

logger = logging.getLogger(__name__)


def begin(
    home: Home, database: Database, slug: str, declared: OutletSettings, *, work: str, visits: VisitRule | None = None
) -> Crawl:
    """Open a run of some work at an outlet and put its files in order; the caller holds the outlet's lock.

    By `visits` is told which stories were removed.
    """
    outlet, kind = _outlet(slug, declared, visits)
    crawl = opened(
        outlet,
        kind,
        database=database,
        home=home,
        facts=msgspec.to_builtins(declared),
        work=work,
        cause="command",
        planned_at=None,
        version=VERSION,
        settings_digest="",
        software="",
        now=now,
    )
    crawl.fetches = False
    crawl.put_in_order()
    return crawl


def look(
    home: Home, database: Database, slug: str, declared: OutletSettings, *, visits: VisitRule | None = None
) -> Crawl:
    """Look at an outlet that was crawled: no run is opened, and nothing is put in order."""
    outlet, kind = _outlet(slug, declared, visits)
    with database.read() as connection:
        ticket = runs.last_ticket(connection, slug)
    captures = CaptureStore(
        database, home.warc, ticket=ticket, slug=slug, software="", new_id=lambda: str(uuid.uuid4()), now=now
    )
    crawl = Crawl(outlet, kind, database=database, home=home, ticket=ticket, captures=captures, now=now)
    crawl.fetches = False
    return crawl


def _outlet(slug: str, declared: OutletSettings, visits: VisitRule | None) -> tuple[Outlet, type[Declaration]]:
    kind = proved(slug, declared.family, starts=tuple(declared.lists), article=declared.stories)
    return Outlet(
        slug=slug,
        name=declared.name,
        family=declared.family,
        declared_url=declared.base_url,
        base_url=declared.base_url,
        timezone=declared.timezone,
        regions=tuple(declared.regions),
        pages="none",
        visits=visits,
    ), kind


def reader(crawl: Crawl, pool: ReadingPool, pack: Pack) -> Reader:
    """Give what reads the captures of an outlet, and judges its articles by a pack."""
    made = Reader(crawl, pool, crawl.site(pack))

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
