"""Counts over time: for each outlet, region, topic or actor with most articles, how many each day, week or month has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from archive.output import MisuseError
from archive.records import Filters, TagRole
from archive.statistics import NONE, UNKNOWN, By, by_day, counts

MOST = 8
"""Series that are told apart: more lines than colours and markers that differ could not be followed."""
LONGEST = 4_000
"""Periods that a plot has room for: a plot of ten years by day has 3,652, a pixel or two each."""


class Per(StrEnum):
    """What a point of a series counts."""

    DAY = "day"
    WEEK = "week"
    """ISO weeks, which begin on Monday."""
    MONTH = "month"

    def start(self, day: date) -> date:
        """Give the first day of the period that a day lies in."""
        if self is Per.MONTH:
            return day.replace(day=1)
        # No Monday comes before the first day that there is, which is one.
        return day - timedelta(days=day.weekday()) if self is Per.WEEK else day

    def end(self, day: date) -> date:
        """Give the last day of the period that a day lies in."""
        if self is Per.DAY:
            return day
        if self is Per.WEEK:
            return date.fromordinal(min(self.start(day).toordinal() + 6, date.max.toordinal()))
        following = day.replace(day=28).toordinal() + 4
        if following > date.max.toordinal():
            return date.max
        return date.fromordinal(following).replace(day=1) - timedelta(days=1)

    @classmethod
    def fitting(cls, days: int) -> "Per":
        """Give what shows so many days well: single ones for a quarter, weeks for two years, else months."""
        return cls.DAY if days <= 92 else cls.WEEK if days <= 750 else cls.MONTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The articles of one key in each period; None where nothing is known of it, as before an outlet's first article."""

    key: str | None
    """As `stats --by` prints it; None for all articles, or for those of all keys that have no series."""
    name: str
    counts: tuple[int | None, ...]
    undated: int

    @property
    def total(self) -> int:
        """How many articles have a day."""
        return sum(count or 0 for count in self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Series side by side: the periods that they count by, from the first to the last that has an article."""

    by: By | None
    per: Per
    first: date
    last: date
    """The first and the last day that has an article."""
    starts: tuple[date, ...]
    """The first days of the periods, none left out."""
    series: tuple[Series, ...]
    keys: int
    """How many keys there are, those without a series of their own included."""
    articles: int
    """How many articles have a day, each once."""
    undated: int
    nameless: Mapping[str, int]
    """How many articles name nothing (`none`), or are of those of which nobody looked what they name (`unknown`)."""

    @property
    def others(self) -> int:
        """How many keys the last series stands for; 0 where each has its own."""
        return max(self.keys - MOST, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The rows that `stats` prints and the same articles over time; None where none of them has a day."""

    rows: list[dict[str, Any]]
    timeline: Timeline | None
    undated: int


def count(
    connection: Connection,
    filters: Filters,
    by: By | None = None,
    *,
    per: Per | None = None,
    role: TagRole | None = None,
) -> Counted:
    """Count articles as `statistics.counts` does, and over time: by what `per` says, else by what the days ask for.

    `by` a time gives one series of all articles by that time.

    Raises:
        MisuseError: between the first and the last article lie more periods than a plot has room for.
    """
    rows = counts(connection, filters, by, role=role)
    if by is not None and by.time:
        per = Per(by)
        by = None
    everything = by_day(connection, filters, None, ())
    days = [row.day for row in everything if row.day is not None]
    undated = sum(row.articles for row in everything if row.day is None)
    nameless = (
        {} if by is None else {row[by.value]: row["articles"] for row in rows if row[by.value] in (NONE, UNKNOWN)}
    )
    named = [row for row in rows if by is not None and row[by.value] not in nameless]
    if not days or (by is not None and not named):
        return Counted(rows=rows, timeline=None, undated=undated)
    first, last = min(days), max(days)
    per = per or Per.fitting((last - first).days + 1)
    starts = _starts(per, first, last)
    if by is None:
        series = [_series(None, "", everything, per, starts)]
    else:
        top = {row[by]: row.get("name") or row[by] for row in named[:MOST]}
        cells = by_day(connection, filters, by, top, role=role)
        shown = [*top.items(), *([(None, "")] if len(named) > MOST else [])]
        series = [
            _series(key, name, [cell for cell in cells if cell.key == key], per, starts, whole=by is not By.OUTLET)
            for key, name in shown
        ]
        # By what is drawn: the rows of `stats` count what has no day, too.
        series.sort(key=lambda one: (one.key is None, -one.total))
    return Counted(
        rows=rows,
        undated=undated,
        timeline=Timeline(
            by=by,
            per=per,
            first=first,
            last=last,
            starts=starts,
            series=tuple(series),
            keys=len(named),
            articles=sum(row.articles for row in everything if row.day is not None),
            undated=undated,
            nameless=nameless,
        ),
    )


def _starts(per: Per, first: date, last: date) -> tuple[date, ...]:
    number = (last - first).days + 1
    if per is Per.MONTH:
        number = (last.year - first.year) * 12 + last.month - first.month + 1
    elif per is Per.WEEK:
        number = (per.start(last) - per.start(first)).days // 7 + 1
    if number > LONGEST:
        raise MisuseError(
            f"the articles lie between {first} and {last}, {number:,} {per}s: --after and --before say which to plot"
            + (", --per month takes fewer" if per is not Per.MONTH else "")
        )
    found = [per.start(first)]
    while per.end(found[-1]) < last:
        found.append(per.end(found[-1]) + timedelta(days=1))
    return tuple(found)


def _series(
    key: str | None, name: str, cells: Sequence[Any], per: Per, starts: Sequence[date], *, whole: bool = True
) -> Series:
    """Sum up days by period; unless it is `whole`, nothing is said before the first and after the last one."""
    held = dict.fromkeys(starts, 0)
    for cell in cells:
        if cell.day is not None:
            held[per.start(cell.day)] += cell.articles
    within = [start for start, number in held.items() if number]
    known = (within[0], within[-1]) if within else (date.max, date.min)
    return Series(
        key=key,
        name=name,
        counts=tuple(number if whole or known[0] <= start <= known[1] else None for start, number in held.items()),
        undated=sum(cell.articles for cell in cells if cell.day is None),
    )
