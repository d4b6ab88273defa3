"""The zone of an outlet whose declaration leaves it to the site: asked for once, remembered, asked for again weekly."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from archive import sources
from archive.database import Database
from archive.warc import Exchange
from crawler.config import Loaded
from crawler.crawl import Crawl
from crawler.discovery.source import SEVEN_DAYS
from crawler.zones import INDEX, index_of, zone_of

MARKS = "zone"
"""Under which name of a source the archive remembers it."""


class OwnZone:
    """The zone of one crawl's outlet: as declared, else as the site told it."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl
        self._held: str = ""
        self.due = False
        """Whether the site is to be asked."""
        self.missing = ""
        """What is to be done where it told none, in words."""
        if crawl.outlet.timezone:
            return
        with crawl.database.read() as connection:
            marks = sources.marks(connection, crawl.ticket.outlet_id, MARKS)
        self._held = marks.get("timezone", "")
        self.due = not self._held or crawl.now() - datetime.fromisoformat(marks["asked"]) > SEVEN_DAYS
        self._live_in(self._held)

    @property
    def url(self) -> str:
        """Where the site tells it."""
        return self._crawl.outlet.base_url.rstrip("/") + INDEX

    def heard(self, status: int, body: bytes, exchanges: Sequence[Exchange]) -> bool:
        """Note what the site answered; say whether the zone is known now."""
        index = index_of(body) if status == 200 else None
        zone = zone_of(index) if index is not None else None
        if zone is None:
            no_index = f"its REST interface answered {status}" if status != 200 else "its REST interface is closed"
            return self.unheard("its REST interface tells none" if index is not None else no_index)
        self._remember(zone, exchanges if zone != self._held else ())
        if self._held and zone != self._held:
            self._crawl.remarks.append(
                f"the site's zone is {zone} now and was {self._held}: `pilkada db rebuild` reads what is held anew"
            )
        elif self._held:
            self._crawl.remarks.append("the site was asked for its zone, as once in seven days")
        self._live_in(zone)
        return True

    def unheard(self, why: str) -> bool:
        """Note that the site did not tell; the zone that is remembered stays. Say whether there is one."""
        if self._held:
            self._remember(self._held, ())
            self._crawl.remarks.append(
                f"the site does not tell its zone any more ({why}): it is taken for {self._held}"
            )
            return True
        self.missing = (
            f"the site does not tell its time zone ({why}): set outlets.{self._crawl.outlet.slug}.timezone,"
            " such as Asia/Makassar"
        )
        return False

    def _live_in(self, zone: str) -> None:
        self._crawl.outlet = replace(self._crawl.outlet, timezone=zone)

    def _remember(self, zone: str, exchanges: Sequence[Exchange]) -> None:
        crawl, now = self._crawl, self._crawl.now()
        records = crawl.captures.keep(list(exchanges)) if exchanges else []
        marks = {"timezone": zone, "asked": now.isoformat(timespec="seconds")}
        with crawl.database.write() as connection:
            crawl.ticket.check(connection)
            crawl.captures.record(connection, records)
            sources.set_marks(connection, crawl.ticket, MARKS, marks, now)


def filled(loaded: Loaded, database: Database) -> Loaded:
    """Give settings in which each outlet has the zone that its site told, where it declares none and one is remembered."""
    open_ = [slug for slug, outlet in loaded.settings.outlets.items() if not outlet.timezone]
    if not open_:
        return loaded
    with database.read() as connection:
        held = {slug: sources.marks_of(connection, slug, MARKS).get("timezone", "") for slug in open_}
    outlets = {
        slug: msgspec.structs.replace(outlet, timezone=held.get(slug) or outlet.timezone)
        for slug, outlet in loaded.settings.outlets.items()
    }
    return msgspec.structs.replace(loaded, settings=msgspec.structs.replace(loaded.settings, outlets=outlets))
