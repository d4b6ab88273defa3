"""Judges outlets after their crawls, writes down what changed, and has people told of it."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from archive import healthchanges, signs, yields
from archive.database import Database
from archive.healthchanges import Change
from archive.records import Health
from archive.settings import Home
from archive.troubles import Trouble
from scheduler import notices
from scheduler.alertsettings import AlertSettings
from scheduler.courier import Courier
from scheduler.digest import DailyDigest, gathered
from scheduler.health import Finding, judge

LOGGER = logging.getLogger(__name__)


OTHERS = 2
"""So many other outlets must have been crawled before the network of this machine is blamed for all of them."""


class OwnNetworkError(Exception):
    """No outlet answers: it is not theirs to be dead of."""


class Watch:
    """Watches the outlets of one archive for whoever crawls them: the daemon, or a command."""

    def __init__(
        self,
        settings: AlertSettings,
        *,
        database: Callable[[], Database],
        home: Home,
        zone: str,
        outlets: Sequence[str],
        now: Callable[[], datetime],
    ) -> None:
        self.settings = settings
        self._database = database
        self._home = home
        self._zone = zone
        self._outlets = tuple(outlets)
        self._now = now
        self.courier = Courier(settings, database=database, locks=home.locks, zone=zone, now=now)

    def after(self, outlets: Iterable[str]) -> None:
        """Judge outlets whose crawls have ended, and tell of what changed."""
        try:
            look(self._database(), outlets, now=self._now())
        except OwnNetworkError as error:
            LOGGER.warning("%s", error)
            self.own_trouble(str(error))
        self.courier.tell()

    def own_trouble(self, text: str) -> None:
        """Tell that Pilkada itself cannot work: no outlet is unwell for that."""
        self.courier.own_trouble(text)

    def start(self) -> None:
        """Have a thread tell of changes, and send the digest at its times, as long as this process lives."""
        if not self.settings.digest:
            self.courier.start()
            return
        daily = DailyDigest(
            self.settings.digest,
            zone=self._zone,
            note=self._home.locks / "digest.json",
            now=self._now,
            make=lambda: self.digest(self._database()),
            announce=self.courier.announce,
        )
        self.courier.start(daily.tick)

    def digest(self, database: Database, hours: int = 24) -> tuple[str, str]:
        """Give title and text of a summary of the last hours."""
        return gathered(database, self._outlets, now=self._now(), span=timedelta(hours=hours), zone=self._zone)


def look(database: Database, outlets: Iterable[str], *, now: datetime) -> list[str]:
    """Judge some outlets by what the archive knows of them; give those whose state or cause is another than before.

    Whoever else judged them meanwhile goes before: what is written is compared with what stands there then.

    Raises:
        OwnNetworkError: some are down, and so is every other; the rest were judged.
    """
    changed, ours = [], False
    for outlet in outlets:
        with database.read() as connection:
            found = signs.of(connection, outlet, now)
            standing = healthchanges.of(connection, outlet)
        finding = judge(found, standing) if found is not None else None
        if finding is None or not _is_news(finding, standing):
            continue
        if finding.cause == Trouble.DOWN and _nobody_answers(database, outlet, finding.since):
            ours = True
            continue
        with database.write() as connection:
            if not _is_news(finding, healthchanges.of(connection, outlet)):
                continue
            healthchanges.append(
                connection,
                outlet,
                state=finding.state,
                cause=finding.cause,
                detail=finding.detail,
                example=finding.example,
                since=finding.since,
                now=now,
            )
            change = healthchanges.of(connection, outlet)
        assert change is not None
        LOGGER.warning("%s", notices.line(change))
        changed.append(outlet)
    if ours:
        raise OwnNetworkError("no outlet answers: it is this machine's network, or what stands before it")
    return changed


def _nobody_answers(database: Database, outlet: str, since: datetime) -> bool:
    """Say whether every crawl of every other outlet found it down since a time."""
    with database.read() as connection:
        brought = yields.since(connection, since)
    others = [sums for slug, sums in brought.items() if slug != outlet and sums["crawls"]]
    return len(others) >= OTHERS and all(sums["down"] == sums["crawls"] for sums in others)


def _is_news(finding: Finding, standing: Change | None) -> bool:
    """Say whether a finding is another than what stands; that an outlet is well is no news of one that was never unwell."""
    if standing is None:
        return finding.state is not Health.OK
    return (finding.state, finding.cause) != (standing.state, standing.cause)
