"""A summary for people, once a day: how outlets do, what came, what was removed, what needs a hand."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from archive import agenda, coverage, gaps, healthchanges, yields
from archive.database import Database
from archive.gaps import Gap
from archive.healthchanges import Change
from archive.records import Health
from scheduler import notices
from scheduler.cadence import next_time

LOGGER = logging.getLogger(__name__)

SPAN = timedelta(days=1)
NAME_WIDTH = 28
COLUMNS = ("new", "revised", "removed", "crawls", "ended_badly")
AGAIN = 600.0
"""Seconds until a digest that nobody took is tried again."""

SHORT = 7
"""So many days are looked at for what falls short; the one that is not over is not."""
MOST_GAPS = 10


def compose(
    outlets: Sequence[str],
    changes: Mapping[str, Change],
    brought: Mapping[str, Counter[str]],
    *,
    now: datetime,
    span: timedelta,
    zone: str,
    short: Sequence[str] = (),
    paused: Collection[str] = (),
) -> tuple[str, str]:
    """Give title and text of a digest: plain text of 80 columns, times in a zone."""
    states = {
        outlet: PAUSED if outlet in paused else _state(changes.get(outlet), brought.get(outlet)) for outlet in outlets
    }
    number = Counter(states.values())
    told = ", ".join(f"{count} {state}" for state, count in sorted(number.items(), key=lambda item: _order(item[0])))
    new = sum(brought.get(outlet, Counter())["new"] for outlet in outlets)
    title = f"Pilkada: {new} new, {told or 'no outlets'}"
    return title, "\n".join(
        _lines(outlets, states, changes, brought, now=now, span=span, zone=zone, short=short)
    ) + "\n"


UNSEEN, PAUSED = "not crawled", "paused"


def _state(change: Change | None, sums: Counter[str] | None) -> str:
    if change is not None and change.state is not Health.OK:
        return change.state.value
    return Health.OK.value if sums and sums["crawls"] else UNSEEN


def _order(state: str) -> float:
    """The worst first; the enum has them the other way round."""
    return -list(Health).index(Health(state)) if state in set(Health) else -0.5 if state == UNSEEN else 0.5


def _lines(
    outlets: Sequence[str],
    states: Mapping[str, str],
    changes: Mapping[str, Change],
    brought: Mapping[str, Counter[str]],
    *,
    now: datetime,
    span: timedelta,
    zone: str,
    short: Sequence[str],
) -> Iterator[str]:
    hours = span / timedelta(hours=1)
    yield f"The {hours:.0f} hours before {notices.minute(now, zone)}"
    yield ""
    yield f"{'OUTLET':<{NAME_WIDTH}}  {'STATE':<11}  NEW  REVISED  REMOVED  CRAWLS  FAILED"
    for outlet in sorted(outlets, key=lambda outlet: (_order(states[outlet]), outlet)):
        sums = brought.get(outlet, Counter())
        cells = "  ".join(f"{sums[name]:>{width}}" for name, width in zip(COLUMNS, (3, 7, 7, 6, 6), strict=True))
        yield f"{outlet[:NAME_WIDTH]:<{NAME_WIDTH}}  {states[outlet]:<11}  {cells}"
    unwell = [outlet for outlet in outlets if states[outlet] not in (Health.OK, UNSEEN, PAUSED)]
    unseen = [outlet for outlet in outlets if states[outlet] == UNSEEN]
    if unwell or unseen:
        yield ""
        yield "WHAT NEEDS A HAND"
    for outlet in unwell:
        yield notices.piece(changes[outlet], zone)
    if unseen:
        yield from notices.wrapped(
            f"Not crawled at all in this time: {', '.join(sorted(unseen))}. Does a scheduler run?"
        )
        yield "  $ pilkada schedule status"
    if short:
        yield ""
        yield "DAYS THAT FALL SHORT"
        for gap in short:
            yield from notices.wrapped(notices.plain(gap))


def gathered(
    database: Database,
    outlets: Sequence[str],
    *,
    now: datetime,
    span: timedelta = SPAN,
    zone: str,
) -> tuple[str, str]:
    """Give title and text of the digest of some outlets for the time before now."""
    today = now.astimezone(ZoneInfo(zone)).date()
    first, last = today - timedelta(days=SHORT), today - timedelta(days=1)
    with database.read() as connection:
        changes, brought = healthchanges.newest(connection), yields.since(connection, now - span)
        paused = agenda.paused(connection)
        covered = coverage.days(connection, outlets, since=first, until=last, now=now) if outlets else []
    found = [_gap(gap) for gap in gaps.gaps(covered) if gap.first is not None]
    if len(found) > MOST_GAPS:
        found[MOST_GAPS:] = [f"and {len(found) - MOST_GAPS} more: `pilkada coverage gaps`"]
    return compose(outlets, changes, brought, now=now, span=span, zone=zone, short=found, paused=paused)


def _gap(gap: Gap) -> str:
    days = f"{gap.first}" if gap.first == gap.last else f"{gap.first} to {gap.last}"
    missing = f", {gap.missing} missing" if gap.missing else ""
    return f"{gap.outlet} {days}: {gap.verdict}{missing}, {gap.cause}; `{gap.command}`"


class DailyDigest:
    """Sends the digest at its times; when it was sent last stands in a file, so that a restart sends none twice.

    One whose time came while nobody ran is sent once, at the start. The first is that of the first time to come.
    """

    def __init__(
        self,
        expression: str,
        *,
        zone: str,
        note: Path,
        now: Callable[[], datetime],
        make: Callable[[], tuple[str, str]],
        announce: Callable[[str, str], Sequence[bool]],
    ) -> None:
        self._expression = expression
        self._zone = zone
        self._note = note
        self._now = now
        self._make = make
        self._announce = announce
        self._not_before = 0.0

    def tick(self) -> None:
        """Send the digest if its time has come; one that nobody takes is tried again until the next one is due."""
        now = self._now()
        last = self._last()
        if last is None or last > now:
            self._write(now)
            return
        if next_time(self._expression, self._zone, last) > now or time.monotonic() < self._not_before:
            return
        if any(self._announce(*self._make())):
            self._write(now)
        else:
            self._not_before = time.monotonic() + AGAIN
            LOGGER.warning("digest: not taken by anyone; it is tried again")

    def _last(self) -> datetime | None:
        try:
            return msgspec.json.decode(self._note.read_bytes(), type=datetime)
        except (OSError, msgspec.DecodeError):
            return None

    def _write(self, now: datetime) -> None:
        draft = self._note.with_suffix(".new")
        try:
            self._note.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(msgspec.json.encode(now))
            draft.replace(self._note)
        except OSError as error:
            LOGGER.warning("digest: %s cannot be written: %s", self._note, error.strerror)
