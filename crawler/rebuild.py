"""Projections made again from facts: every kept visit is read once more, in the order of the visits."""

import asyncio
import uuid
from typing import Any

from archive import projections, runs, visits
from archive.captures import CaptureStore
from archive.database import Database
from archive.records import RunStatus
from archive.rekey import rekey
from archive.settings import Home
from crawler.addresses import RULES_VERSION
from crawler.child import READERS, now
from crawler.config import Loaded, OutletSettings
from crawler.crawl import Crawl, Outlet
from crawler.naming import Naming
from crawler.outlets import proved
from crawler.reader import Reader
from crawler.reading import ReadingPool, Site
from crawler.version import VERSION
from scheduler.lock import outlet_lock


def rebuild_all(loaded: Loaded, database: Database) -> list[dict[str, Any]]:
    """Empty the projections of every declared outlet and make them again; give a row an outlet.

    An article keeps its `uid`, since that is made of its address. A rebuild that is stopped is finished by the next
    crawl: what it had not read yet is unread. Captures that cannot be read any more leave their articles out, and the
    index is told so.

    Raises:
        HeldError: an outlet is being crawled.
    """
    with database.read() as connection:
        crawled = runs.outlet_slugs(connection)
    return [
        _rebuild(loaded.home, database, slug, outlet)
        for slug, outlet in loaded.settings.outlets.items()
        if slug in crawled
    ]


def undeclared(loaded: Loaded, database: Database) -> list[str]:
    """Give the outlets that the archive has seen and that settings no longer declare: nobody says how to read them."""
    with database.read() as connection:
        crawled = runs.outlet_slugs(connection)
    return [slug for slug in crawled if slug not in loaded.settings.outlets]


def _rebuild(home: Home, database: Database, slug: str, declared: OutletSettings) -> dict[str, Any]:
    kind = proved(slug, declared.family, starts=tuple(declared.lists), article=declared.stories)
    with outlet_lock(home.locks, slug):
        with database.write() as connection:
            outlet_id = runs.register_outlet(connection, slug, _plain(declared), now())
            forms = Naming(declared.base_url, declared.base_url, kind).forms
            rekey(connection, outlet_id, version=RULES_VERSION, forms=forms, now=now())
            ticket = runs.begin(
                connection,
                outlet_id,
                kind="rebuild",
                cause="command",
                planned_at=None,
                version=VERSION,
                settings_digest="",
                now=now(),
            )
        captures = CaptureStore(
            database, home.warc, ticket=ticket, slug=slug, software="", new_id=lambda: str(uuid.uuid4()), now=now
        )
        captures.repair()
        with database.write() as connection:
            before = projections.forget(connection, outlet_id)
            again = visits.unread_again(connection, ticket)
        outlet = Outlet(
            slug=slug,
            name=declared.name,
            family=declared.family,
            declared_url=declared.base_url,
            base_url=declared.base_url,
            timezone=declared.timezone,
            pages="none",
        )
        crawl = Crawl(outlet, kind, database=database, home=home, ticket=ticket, captures=captures, now=now)
        site = Site(
            slug=slug, name=declared.name, base_url=declared.base_url, timezone=declared.timezone, rules=kind.rules
        )
        with ReadingPool(READERS, 512) as pool:
            asyncio.run(_read(crawl, pool, site))
        if crawl.fatal is not None:
            raise crawl.fatal
        with database.write() as connection:
            ticket.check(connection)
            lost = projections.bury(connection, outlet_id, before, now())
            summed = runs.finish(connection, ticket, status=RunStatus.OK, detail="", extra={}, now=now())
    return {
        "outlet": slug,
        "status": "ok" if summed.reconciles else "failed",
        "visits": again,
        "articles": summed.new + summed.unchanged + summed.revised,
        "rejected": sum(summed.rejected.values()),
        "lost": lost,
    }


async def _read(crawl: Crawl, pool: ReadingPool, site: Site) -> None:
    reader = Reader(crawl, pool, site)

    def note(error: BaseException) -> None:
        crawl.fatal = crawl.fatal or error

    reader.on_fatal = note
    await reader.drain()


def _plain(declared: OutletSettings) -> dict[str, Any]:
    import msgspec

    plain = msgspec.to_builtins(declared)
    assert isinstance(plain, dict)
    return plain
