"""One round of visits at an outlet: what is due is looked at by what costs least, within the day's budget.

A look that misses a story counts only where the outlet was seen to work in the same run: another story of it was seen,
or its newest one is there when it is asked for. So a site that answers 404 to everything removes nothing.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from archive.ladder import VisitRule
from archive.planner import Planner, Polls
from archive.rechecks import Held
from archive.records import Reason, RunStatus
from archive.warc import Exchange
from crawler.crawl import Crawl
from crawler.discovery import NotThisSourceError, Reply, Sitemaps
from crawler.discovery.plan import CLOSED, state
from crawler.discovery.source import SEVEN_DAYS
from crawler.failures import NETWORK_ERRORS, explain
from crawler.middlewares import OverBudgetError, RefusedError
from crawler.reader import Reader
from crawler.reading.phases import Calendar
from crawler.rechecks.ledger import Ledger
from crawler.rechecks.pages import EndedError, Pages, Says, Seen, Verdict
from crawler.rechecks.records import ByNumber
from crawler.sightings import Sightings

logger = logging.getLogger(__name__)

AT_ONCE = 100
"""The most posts that one request of the REST interface asks for by number."""
SILENT = 5
"""So many looks in a row that say nothing end the round: the site is down, or does not want us."""

Fetch = Callable[[str, Mapping[str, str]], Awaitable[Seen]]
"""Fetches an address with some headers. Each request of it, redirects included, is taken off the budget before it is
sent; raises OverBudgetError where nothing is left of it, EndedError where the crawl is being stopped."""


class Round:
    """The visits of one crawl; runs beside its readers, in the same thread."""

    def __init__(
        self,
        crawl: Crawl,
        sightings: Sightings,
        reader: Reader,
        calendar: Calendar,
        fetch: Fetch,
        stopped: Callable[[], bool],
    ) -> None:
        assert crawl.outlet.visits is not None
        self._crawl, self._sightings, self._fetch, self._stopped = crawl, sightings, fetch, stopped
        self._rule: VisitRule = crawl.outlet.visits
        self._zone = ZoneInfo(reader.materials.site.timezone)
        planner = Planner(crawl.ticket, self._rule, polls(calendar, self._zone))
        self._ledger = Ledger(crawl, planner)
        self._pages = Pages(crawl, reader.materials, reader.pool)
        self._works = False
        """Whether a story of the outlet was seen in this run."""
        self._control: bool | None = None
        self._strangers: set[str] = set()
        """Digests of texts that stood in a story's place."""
        self._silent = 0
        self._last: tuple[Reason, str] | None = None
        """What the last look that said nothing met."""
        self._closed = False
        """Whether the REST interface refused us in this run."""

    async def run(self) -> None:
        """Look at what is due until all was looked at, the budget is spent, or the crawl is stopped."""
        self._works = self._crawl.tally.stored > 0
        waiting = self._ledger.due()
        try:
            waiting = self._by_sitemap(waiting)
            while waiting and self._goes_on():
                some, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
                unsettled = await self._by_number(some)
                while unsettled and self._goes_on():
                    held, listing = unsettled[0]
                    await self._look(held, listing)
                    unsettled.pop(0)
        except OverBudgetError:
            left = self._ledger.leave_out(self._morrow())
            budget = f"the budget of {self._rule.budget} requests a day is spent"
            self._crawl.remarks.append(f"{left} visits were put off to their next time: {budget}")
        except EndedError:
            return
        if self._silent >= SILENT:
            self._crawl.remarks.append(f"visits were ended: {self._silent} in a row said nothing")
        if self._crawl.outlet.recheck and self._last is not None and not self._works:
            reason, detail = self._last
            status = RunStatus.BLOCKED if reason in (Reason.CHALLENGE, Reason.ROBOTS) else RunStatus.FAILED
            self._crawl.blame(status, f"no story was seen: {detail}", halt=False)

    def _nothing(self, held: Held, reason: Reason, detail: str, *, status: int | None) -> None:
        self._last = (reason, detail)
        self._ledger.nothing(held, reason, detail, status=status)

    def _goes_on(self) -> bool:
        return not self._stopped() and self._silent < SILENT

    def _morrow(self) -> datetime:
        """The beginning of the outlet's next day, when there is a budget again."""
        day = self._crawl.now().astimezone(self._zone).date() + timedelta(days=1)
        return datetime.combine(day, time(), self._zone)

    # ---- what tells of many stories at once ----

    def _rest_is_open(self) -> bool:
        """Say whether the outlet has a REST interface that was not found closed of late."""
        kinds = {kind for group in self._crawl.declared.sources for kind in group}
        if ByNumber.kind not in kinds or self._closed:
            return False
        since = state(self._sightings.marks_of(ByNumber.kind)).get(CLOSED)
        return since is None or self._crawl.now() - datetime.fromisoformat(since) > SEVEN_DAYS

    def _by_sitemap(self, some: list[Held]) -> list[Held]:
        """Settle what a sitemap that was read in this crawl tells of: those of a WordPress know each edit.

        What else makes sitemaps may write the day on which it made them, or none that moves: it never proves sameness.
        """
        if self._crawl.declared.family != "wordpress" or self._rest_is_open():
            return some
        told = self._ledger.told(some, Sitemaps.kind)
        rest = []
        for held in some:
            modified, at = told.get(held.address_id, (None, None))
            if at is None or at < self._sightings.began or not _before(modified, held.seen_at):
                rest.append(held)
                continue
            self._ledger.same(held, url=held.url, status=304, detail="its sitemap tells of no change")
            self._works = True
        return rest

    async def _by_number(self, some: Sequence[Held]) -> list[tuple[Held, Seen | None]]:
        """Ask a REST interface for posts by number; give what it does not settle, with the answer that lacks it."""
        numbers = self._ledger.numbers(some) if self._rest_is_open() else {}
        asked = {held: numbers[held.article_id] for held in some if held.article_id in numbers}
        others: list[tuple[Held, Seen | None]] = [(held, None) for held in some if held not in asked]
        if not asked:
            return others
        source = ByNumber(self._crawl.outlet.base_url, self._zone.key, {}, now=self._crawl.now())
        ask = source.times(asked.values())
        try:
            seen = await self._fetch(ask.url, {})
            told = source.told(ask, _reply(seen))
        except NotThisSourceError as error:
            if error.closed:  # it was open, and is not: the pages have to tell
                self._closed = True
                return [(held, None) for held in some]
            return self._all_silent(asked, others, Reason.HTTP, str(error))
        except RefusedError as error:
            return self._all_silent(asked, others, error.reason, error.detail)
        except NETWORK_ERRORS as error:
            return self._all_silent(asked, others, Reason.NETWORK, explain(error))
        before = self._ledger.told(list(asked), ByNumber.kind)
        changed = []
        for held, number in asked.items():
            if number not in told:
                others.append((held, seen))
                continue
            self._works = True
            spot = self._crawl.naming.spot(told[number].url)
            here = spot is not None and spot.canonical == held.canonical
            if here and told[number].modified == before.get(held.address_id, (None,))[0]:
                self._ledger.same(held, url=told[number].url, status=seen.status, record=number)
            else:
                changed.append((held, number))
        if changed:
            await self._fetch_whole(source, changed)
        return others

    async def _fetch_whole(self, source: ByNumber, changed: Sequence[tuple[Held, str]]) -> None:
        """Have the records of posts that changed read as those that a crawl's window tells of."""
        ask = source.whole(number for _, number in changed)
        try:
            seen = await self._fetch(ask.url, {})
            answer = source.read(ask, _reply(seen))
        except (NotThisSourceError, *NETWORK_ERRORS) as error:
            for held, _ in changed:
                self._nothing(held, Reason.HTTP, str(error), status=None)
            return
        self._sightings.keep_answer(source, ask, answer, seen.exchanges)
        self._ledger.handed_on([held for held, _ in changed])

    def _all_silent(
        self, asked: Mapping[Held, str], others: list[tuple[Held, Seen | None]], reason: Reason, detail: str
    ) -> list[tuple[Held, Seen | None]]:
        for held in asked:
            self._nothing(held, reason, detail, status=None)
        self._silent = SILENT
        return others

    # ---- a story's own page ----

    async def _look(self, held: Held, listing: Seen | None) -> None:
        """Look at a story's page; `listing` is the answer of an interface that tells of it no more."""
        url = self._crawl.address_of(held.due)
        seen = None
        try:
            seen = await self._fetch(url, self._pages.validators(held))
            verdict = await self._pages.judge(held, seen, url)
        except OverBudgetError:
            if listing is None:
                raise
            verdict = Verdict(says=Says.NOTHING)
        except RefusedError as error:
            verdict = Verdict(says=Says.NOTHING, reason=error.reason, detail=error.detail)
        except NETWORK_ERRORS as error:
            verdict = Verdict(says=Says.NOTHING, reason=Reason.NETWORK, detail=explain(error))
        if verdict.stranger and await self._is_everywhere(held, verdict.stranger):
            why = "shows a text that stands at the addresses of other stories too"
            verdict = Verdict(says=Says.NOTHING, reason=Reason.UNPROVEN, detail=why)
        evidence: tuple[Exchange, ...] = seen.exchanges if seen is not None else ()
        if verdict.says is Says.NOTHING and listing is not None:
            why = f"the REST interface tells of it no more; its page: {verdict.detail or 'not asked for'}"
            verdict = Verdict(says=Says.MISSED, reason=Reason.WITHDRAWN, detail=why)
            evidence = listing.exchanges
        told_nothing = self._silent
        if verdict.reason is not Reason.ROBOTS:  # nothing was asked
            self._silent = self._silent + 1 if verdict.says is Says.NOTHING else 0
        status = seen.status if seen is not None else None
        match verdict.says:
            case Says.SAME:
                assert seen is not None
                self._works = True
                self._ledger.same(held, url=seen.url, status=seen.status)
            case Says.OTHER | Says.BESIDE:
                assert seen is not None
                self._works = True
                self._ledger.other(held, seen, beside=verdict.says is Says.BESIDE)
            case Says.NOTHING:
                self._nothing(held, verdict.reason or Reason.HTTP, verdict.detail, status=status)
            case Says.MISSED:
                assert verdict.reason is not None
                if await self._proven(held):
                    self._ledger.missed(held, verdict, status=status, exchanges=evidence)
                else:
                    why = f"{verdict.detail}; no other story of the outlet was seen to be there"
                    self._nothing(held, Reason.UNPROVEN, why, status=status)
                    self._silent = told_nothing + 1

    async def _proven(self, missed: Held) -> bool:
        """Say whether the outlet was seen to work in this run; if not yet, its newest stories are asked for, once."""
        if self._works or self._crawl.tally.stored > 0:
            return True
        if self._control is None:
            try:
                self._control = await self._control_shows(missed) is not None
            except OverBudgetError:
                self._control = False
        return self._control

    async def _control_shows(self, held: Held) -> str | None:
        """Give the digest of the text of the newest other story that is there; None where none of a few is."""
        for control in self._ledger.controls(held):
            url = self._crawl.address_of(control.due)
            try:
                shown = await self._pages.shown(control, await self._fetch(url, {}), url)
            except NETWORK_ERRORS as error:
                logger.info("%s: %s: %s", self._crawl.outlet.slug, url, explain(error))
                break
            if shown is not None:
                return shown
        return None

    async def _is_everywhere(self, held: Held, text: str) -> bool:
        """Say whether a text that stands in a story's place stands in that of others too: a wall, a parked domain.

        Where no other story can be seen nothing is proven; where two show it no further one need be asked.
        """
        if text in self._strangers:
            return True
        shown = await self._control_shows(held)
        self._strangers.add(text)
        return shown in (text, None)


def polls(calendar: Calendar, zone: ZoneInfo) -> Polls:
    """Give the days after the votes of an election: of each region that votes, and the one on which most vote for all others."""
    days: dict[str, set[datetime]] = {}
    voters: dict[datetime, int] = {}
    for vote in calendar.votes:
        morrow = datetime.combine(vote.day + timedelta(days=1), time(), zone)
        voters[morrow] = voters.get(morrow, 0) + len(vote.regions)
        for region in vote.regions:
            days.setdefault(region, set()).add(morrow)
    found = {region: tuple(sorted(some)) for region, some in days.items()}
    return Polls(days=found | ({"": (max(voters, key=voters.__getitem__),)} if voters else {}))


def _before(modified: str | None, seen_at: datetime) -> bool:
    """Say whether a story changed last before it was seen, by a time that a sitemap gives to the second, zone and all."""
    try:
        changed = datetime.fromisoformat(modified or "")
    except ValueError:
        return False
    return changed.tzinfo is not None and changed < seen_at


def _reply(seen: Seen) -> Reply:
    return Reply(url=seen.url, status=seen.status, headers=seen.headers, body=seen.body, at=seen.at)
