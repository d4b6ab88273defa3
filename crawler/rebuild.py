"""Projections made again from facts: every kept visit is read once more, in the order of the visits."""

import asyncio
from typing import Any

from archive import projections, runs, visits
from archive.database import Database
from archive.ladder import VisitRule
from archive.records import RunStatus
from archive.settings import Home
from crawler import offline
from crawler.child import READERS
from crawler.clock import now
from crawler.config import Loaded, OutletSettings, SettingsError, election_pack
from crawler.crawl import Crawl
from crawler.ownzone import filled
from crawler.reading import ReadingPool
from crawler.reading.pack import Pack
from scheduler import processes
from scheduler.lock import outlet_lock


def rebuild_all(loaded: Loaded, database: Database) -> list[dict[str, Any]]:
    """Empty the projections of every declared outlet and make them again; give a row an outlet.

    An article keeps its `uid`, since that is made of its address. A rebuild that is stopped is finished by the next
    crawl: what it had not read yet is unread. Captures that cannot be read any more leave their articles out, and the
    index is told so.

    Raises:
        HeldError: an outlet is being crawled.
        SettingsError: the zone of an outlet is known from nowhere, or what is known of the election cannot be read;
            nothing was emptied.
    """
    loaded = filled(loaded, database)
    pack = election_pack(loaded)
    with database.read() as connection:
        crawled = runs.outlet_slugs(connection)
    for slug, outlet in loaded.settings.outlets.items():
        if slug in crawled and not outlet.timezone:
            raise SettingsError(f"set outlets.{slug}.timezone: no site has told it")
    return [
        _rebuild(loaded.home, database, slug, outlet, pack, loaded.settings.visits.rule(slug))
        for slug, outlet in loaded.settings.outlets.items()
        if slug in crawled
    ]


def undeclared(loaded: Loaded, database: Database) -> list[str]:
    """Give the outlets that the archive has seen and that settings no longer declare: nobody says how to read them."""
    with database.read() as connection:
        crawled = runs.outlet_slugs(connection)
    return [slug for slug in crawled if slug not in loaded.settings.outlets]


def _rebuild(
    home: Home, database: Database, slug: str, declared: OutletSettings, pack: Pack, rule: VisitRule
) -> dict[str, Any]:
    with outlet_lock(home.locks, slug, database):
        crawl = offline.begin(home, database, slug, declared, work="rebuild", visits=rule)
        ticket = crawl.ticket
        with database.write() as connection:
            before = projections.forget(connection, ticket.outlet_id, now())
            again = visits.unread_again(connection, ticket)
        with ReadingPool(READERS, 512) as pool:
            asyncio.run(_read(crawl, pool, pack))
            memory = processes.peak_mb()
        with database.write() as connection:
            ticket.check(connection)
            lost = projections.bury(connection, ticket.outlet_id, before, now())
            summed = runs.finish(
                connection, ticket, status=RunStatus.OK, detail="", extra={}, now=now(), memory_mb=memory
            )
    return {
        "outlet": slug,
        "status": "ok" if summed.reconciles else "failed",
        "visits": again,
        "articles": summed.new + summed.unchanged + summed.revised,
        "rejected": sum(summed.rejected.values()),
        "lost": lost,
    }


async def _read(crawl: Crawl, pool: ReadingPool, pack: Pack) -> None:
    await offline.read(crawl, offline.reader(crawl, pool, pack))
