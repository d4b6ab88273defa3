"""Days that counts cannot speak for: of which an outlet's stories may be missing, or of which nobody knows anything."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from archive import coverage
from archive.articles import conditions
from archive.coverage import GAPS, Day, Verdict
from archive.models import Outlet
from archive.records import Filters
from archive.series import Per
from archive.statistics import UNKNOWN, By
from archive.stories import Article

BLIND = frozenset({Verdict.DOWN, Verdict.UNSEEN})
"""Verdicts of days of which nothing is known."""
NAMED = 4
"""So many outlets are named under a plot."""


def days(connection: Connection, filters: Filters, now: datetime) -> list[Day]:
    """Say what is covered of the outlets and days that filters ask for, of all that the outlets wrote then.

    Where they name no first or last day, it is that of the articles that pass; without one of both nothing is said.
    """
    published = func.min(Article.published_date), func.max(Article.published_date)
    first, last = connection.execute(select(*published).join(Outlet).where(*conditions(filters))).one()
    since, until = filters.after or first, filters.before or last
    if since is None or until is None:
        return []
    return coverage.days(connection, filters.outlets, since=since, until=until, now=now)


def counted(rows: Sequence[Mapping[str, Any]], by: By, days: Iterable[Day]) -> list[dict[str, Any]]:
    """Give counts with `uncovered`, how many of each period's or outlet's days fall short, an outlet's day counting as one.

    A period or an outlet that has such days and no articles has a row of its own, with zeros.
    """
    short = Counter(_key(by, day) for day in days if day.verdict in GAPS and day.day is not None)
    found = [{**row, "uncovered": short.pop(row[by.value], 0)} for row in rows]
    zeros = dict.fromkeys(rows[0] if rows else (by.value, "articles", "clusters", "firsts"), 0)
    found += [{**zeros, by.value: key, "uncovered": number} for key, number in short.items()]
    if not by.time:
        return found
    return sorted(found, key=lambda row: (row[by.value] == UNKNOWN, row[by.value]))


def _key(by: By, day: Day) -> str:
    assert day.day is not None
    if by is By.OUTLET:
        return day.outlet
    if by is By.WEEK:
        year, week, _ = day.day.isocalendar()
        return f"{year}-W{week:02}"
    return f"{day.day:%Y-%m}" if by is By.MONTH else day.day.isoformat()


def spans(days: Iterable[Day]) -> tuple[tuple[date, date], ...]:
    """Give the days of which of at least one outlet nothing is known, those that follow each other as one."""
    found: list[tuple[date, date]] = []
    for day in sorted({row.day for row in days if row.verdict in BLIND and row.day is not None}):
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return tuple(found)


def within(held: Iterable[tuple[date, date]], per: Per, starts: Sequence[date]) -> tuple[tuple[date, date], ...]:
    """Cut spans of days to the periods that a plot shows."""
    first, last = starts[0], per.end(starts[-1])
    cut = [(max(begin, first), min(end, last)) for begin, end in held]
    return tuple((begin, end) for begin, end in cut if begin <= end)


def notes(days: Sequence[Day], filters: Filters) -> Iterator[str]:
    """Say in words of which outlets' days nothing is known, and of which stories are missing."""
    blind = Counter(row.outlet for row in days if row.verdict in BLIND)
    missing = sum(row.missing for row in days)
    if blind:
        named = ", ".join(f"{outlet} {number}" for outlet, number in blind.most_common(NAMED))
        more = f" and {len(blind) - NAMED} more" if len(blind) > NAMED else ""
        several = "" if len(filters.outlets) == 1 else "of at least one outlet "
        yield f"Hatched: days {several}of which nothing is known, since no crawl has succeeded after them ({named}{more})."
    if missing:
        yield f"{missing:,} stories are known and not held: `pilkada coverage gaps` lists their days."
