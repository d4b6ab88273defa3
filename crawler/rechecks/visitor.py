"""Visits as a part of a crawl: begun once its news is fetched and read, fetched by Scrapy, paid for before they are sent."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scrapy import Request
from scrapy.http.request import NO_CALLBACK

from archive import rechecks
from crawler.middlewares import VISIT, LetGoError
from crawler.reading.phases import Calendar
from crawler.rechecks.pages import EndedError, Seen
from crawler.rechecks.round import Round
from crawler.tee import EXCHANGES

if TYPE_CHECKING:
    from crawler.spider import OutletSpider

ENDING_SECONDS = 3.0
"""How long the visit that is under way when a crawl ends may take to be written down."""


class Visitor:
    """The round of visits of one crawl; none where a person asked for some days, some addresses or so many articles."""

    def __init__(self, spider: "OutletSpider", calendar: Calendar) -> None:
        self._spider, self._calendar = spider, calendar
        self._wanted = spider.crawl.outlet.visited
        self._round: asyncio.Task[None] | None = None
        self._ended = False

    def goes_on(self) -> bool:
        """Begin the visits if they are still to be made; say whether they are under way."""
        spider, crawl = self._spider, self._spider.crawl
        if not self._wanted or self._ended or not spider.asked_all() or crawl.halted or crawl.trouble is not None:
            return False
        if self._round is None:
            self._round = asyncio.ensure_future(self._visit())
        return True

    async def end(self) -> None:
        """Wait until what is under way was written down."""
        if self._round is not None and not self._round.done():
            await asyncio.wait([self._round], timeout=ENDING_SECONDS)
            self._round.cancel()

    async def _visit(self) -> None:
        spider = self._spider
        round_of = Round(
            spider.crawl,
            spider.sightings,
            spider.reader,
            self._calendar,
            self._fetch,
            lambda: spider.stopping or spider.crawl.halted or spider.crawl.fatal is not None,
        )
        try:
            await round_of.run()
        except Exception as error:  # noqa: BLE001 - a full disk, a lost database or a bug must not pass as a quiet crawl
            spider.stop(error)
        finally:
            self._ended = True
        spider.reader.pump()
        spider.feed()

    async def _fetch(self, url: str, headers: Mapping[str, str]) -> Seen:
        engine = self._spider.crawler.engine
        if engine is None or self._spider.stopping:
            raise EndedError
        meta = {VISIT: self._pay, "give_up_log_level": "DEBUG"}
        request = Request(url, headers=dict(headers), callback=NO_CALLBACK, meta=meta)
        try:
            response = await engine.download_async(request)
        except LetGoError as error:
            raise EndedError from error
        return Seen(
            url=response.url,
            status=response.status,
            headers={
                name.decode("latin-1").lower(): values[-1].decode("latin-1")
                for name, values in response.headers.items()
                if values
            },
            body=response.body,
            exchanges=tuple(response.meta.get(EXCHANGES, ())),
            at=self._spider.crawl.now(),
        )

    def _pay(self) -> bool:
        crawl = self._spider.crawl
        assert crawl.outlet.visits is not None
        today = crawl.now().astimezone(ZoneInfo(self._spider.reader.materials.site.timezone)).date()
        with crawl.database.write() as connection:
            crawl.ticket.check(connection)
            return rechecks.spend(connection, crawl.ticket.outlet_id, today, crawl.outlet.visits.budget)
