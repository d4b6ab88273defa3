"""An archive of a sample outlet whose held articles are visited again: real server, database, files and readers."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive import rechecks, runs
from archive.database import Database
from archive.ladder import VisitRule
from archive.records import RunStatus
from archive.settings import Home
from archive.warc import Exchange
from crawler.crawl import Crawl, opened
from crawler.discovery import Reply, WordPressRest
from crawler.middlewares import OverBudgetError
from crawler.outlets import declaration
from crawler.reader import Reader
from crawler.reading import ReadingPool
from crawler.reading.pack import SHIPPED, load
from crawler.rechecks.pages import Seen
from crawler.rechecks.round import Round
from crawler.sample.server import SampleOutlet
from crawler.sightings import Sightings
from crawler.task import Outlet

PACK = load("pilkada-2024", SHIPPED)
AGE = timedelta(days=181)
"""How long after it was held each story is visited: the last rung of any."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Visits:
    """Rounds of visits at one outlet, each in a run of its own, `now` as a test sets it.

    Requests are sent by urllib where a crawl has Scrapy; all that is behind them is a crawl's own.
    """

    def __init__(self, home: Path, site: SampleOutlet, slug: str, pool: ReadingPool) -> None:
        self.home, self.site, self.slug, self.pool = Home(home), site, slug, pool
        self.database = Database(f"sqlite:///{home / 'pilkada.db'}")
        self.database.ensure()
        self.now = datetime(2025, 6, 1, 2, tzinfo=UTC) + AGE
        self.killed = False
        """Whether nothing is read of what is kept, as after a kill."""

    def begin(self, *, by_page: bool = False) -> int:
        """Hold every story of the site, by its REST interface or each by its page; give how many are held."""
        self.now -= AGE
        only = tuple(map(self.site.address, self.site.public)) if by_page else ()
        crawl = self._opened(only=only)
        asyncio.run(self._begin(crawl))
        self._finish(crawl)
        self.now += AGE
        return int(self.rows("SELECT count(*) FROM article")[0][0])

    async def _begin(self, crawl: Crawl) -> None:
        reader, sightings = self._reader(crawl), Sightings(crawl)
        if crawl.outlet.only:
            sightings.enter_only()
            while due := crawl.take_due(99):
                for one in due:
                    exchange, _ = get(crawl.address_of(one), {}, self.now)
                    crawl.keep_page(one, exchange.url, [exchange])
                await reader.drain()  # which may ask for a story's further pages
                reader._closing = False
        else:
            await self.listen(sightings, WordPressRest.kind)
        await reader.drain()

    async def listen(self, sightings: Sightings, kind: str) -> None:
        """Hear a source to its end."""
        source = sightings._source(kind, True)
        asks = list(source.begin())
        while asks:
            ask = asks.pop(0)
            exchange, headers = get(ask.url, ask.headers, self.now)
            body = exchange.received[exchange.header_end :]
            reply = Reply(url=ask.url, status=exchange.status, headers=headers, body=body, at=self.now)
            asks += sightings.keep_answer(source, ask, source.read(ask, reply), [exchange]).asks

    def round(self, rule: VisitRule, *, heard: str | None = None, **more: Any) -> dict[str, Any]:
        """Visit what is due, or all of the days given, and read what was kept; give the run's counts.

        `heard` is a source that the crawl has heard before.
        """
        self.site.forget_requests()
        crawl = self._opened(visits=rule, recheck=True, **more)
        asyncio.run(self._visit(crawl, heard))
        counts = self._finish(crawl)
        assert counts.reconciles, counts
        names = ("unchanged", "revised", "new", "failed", "left", "rejected")
        told = {name: getattr(counts, name) for name in names}
        return told | {
            "visits": crawl.tally.visits,
            "page_views": crawl.tally.page_views,
            "remarks": crawl.remarks,
            "trouble": crawl.trouble,
        }

    def _opened(self, **more: Any) -> Crawl:
        outlet = Outlet(
            slug=self.slug,
            name=self.site.name,
            family=self.site.family,
            declared_url=self.site.base_url,
            base_url=self.site.base_url,
            timezone=self.site.zone_name,
            regions=(),
            pages="none",
            **more,
        )
        return opened(
            outlet,
            declaration(self.slug, self.site.family, starts=(), article=None),
            database=self.database,
            home=self.home,
            facts={},
            work=outlet.work,
            cause="test",
            planned_at=None,
            version="",
            settings_digest="",
            software="",
            now=lambda: self.now,
        )

    def _finish(self, crawl: Crawl) -> runs.Counts:
        crawl.captures.close()
        with self.database.write() as connection:
            runs.finish(connection, crawl.ticket, status=RunStatus.OK, detail="", extra={}, now=self.now)
            return runs.counts(connection, crawl.ticket.run_id)

    def _reader(self, crawl: Crawl) -> Reader:
        reader = Reader(crawl, self.pool, crawl.site(PACK))
        reader.on_fatal = self._fail
        return reader

    async def _visit(self, crawl: Crawl, heard: str | None) -> None:
        reader, sightings = self._reader(crawl), Sightings(crawl)

        async def fetch(url: str, headers: Mapping[str, str]) -> Seen:
            return await self._fetch(crawl, url, headers)

        if heard is not None:
            await self.listen(sightings, heard)
        if self.killed:
            reader.stop()
        visits = Round(crawl, sightings, reader, PACK.calendar, fetch, lambda: False)
        await visits.run()
        if not self.killed:
            await reader.drain()

    async def _fetch(self, crawl: Crawl, url: str, headers: Mapping[str, str]) -> Seen:
        exchanges: list[Exchange] = []
        while True:
            assert crawl.outlet.visits is not None
            with self.database.write() as connection:
                budget = crawl.outlet.visits.budget
                if not rechecks.spend(connection, crawl.ticket.outlet_id, self.now.date(), budget):
                    raise OverBudgetError(url)
            crawl.count(url)
            exchange, answered = get(url, headers, self.now)
            exchanges.append(exchange)
            place = answered.get("location")
            if place is None:
                break
            url = place
        return Seen(
            url=url,
            status=exchange.status,
            headers=answered,
            body=exchange.received[exchange.header_end :],
            exchanges=tuple(exchanges),
            at=self.now,
        )

    @staticmethod
    def _fail(error: BaseException) -> None:
        raise error

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for in the last round."""
        return [urlsplit(target).path for _, target, _ in self.site.requests]

    def bytes_kept(self) -> int:
        return sum(file.stat().st_size for file in self.home.warc.rglob("*.gz"))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def looks(self) -> list[tuple[Any, ...]]:
        """State, reason, status, and whether bytes and a text are known, of each look of the last run, once."""
        return self.rows(
            "SELECT DISTINCT state, reason, status, capture_id IS NOT NULL, text_sha256 IS NOT NULL FROM visit"
            " WHERE run_id = (SELECT max(id) FROM run) ORDER BY 1, 2, 3"
        )


def get(url: str, headers: Mapping[str, str], at: datetime) -> tuple[Exchange, dict[str, str]]:
    """Ask once, as a crawl's tee would have it."""
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(urllib.request.Request(url, headers=dict(headers)), timeout=20) as answer:
            status, said, body = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, said, body = error.code, error.headers, error.read()
    kept = [(name, value) for name, value in said.items() if name.lower() not in ("transfer-encoding",)]
    head = "".join(f"{name}: {value}\r\n" for name, value in kept)
    exchange = Exchange(
        url=url,
        sent=f"GET {urlsplit(url).path} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
        received=f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body,
        status=status,
        content_type=said.get("Content-Type"),
        started_at=at,
    )
    return exchange, {name.lower(): value for name, value in kept}
