"""Which day and time a page says it was published, and where it says so; what it does not say stays unknown."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from archive.records import Trust

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb febr pebruari peb",
            "maret march mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agt agu ags agst agus aug",
            "september sept sep",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
"""Month names as alternatives of a pattern, Indonesian and English, longest first."""
_DAY_FIRST = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s/-]+(?P<month>{MONTH})(?:\.?[\s,/-]+(?P<year>\d{{4}}|\d{{2}})|(?P<glued>\d{{4}}))\b",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\b(?P<month>{MONTH})\b\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.IGNORECASE
)
_NUMBERS = re.compile(
    r"(?<![\d/.-])(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4}|(?<=/)\d{2})\b(?![/.-]\d)"
)
_YEAR_FIRST = re.compile(r"\b(?P<year>(?:19|20)\d{2})[/-](?P<month>\d{1,2})[/-](?P<day>\d{1,2})\b")
_CLOCK = re.compile(
    r"\b(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d))?\s*(?P<half>[ap]m)?\b\s*(?P<zone>(?:WIB|WITA|WIT)\b)?"
    r"(?!\s*(?:kali|views?|ribu|rb|juta|dibaca|dilihat)\b)",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"[\s|,•·@–—-]*(?:(?:pukul|pkl|jam|at)\b\.?\s*:?\s*)?", re.IGNORECASE)
"""What may stand between a day and a time with a dot (`Selasa, 10 Des 2024 13.33`); `1.25 kali dilihat` is no time."""
_CLOCK_BEFORE = re.compile(_CLOCK.pattern + r"[\s|,•·–—-]*(?:[a-z’'`]{4,7}[\s,]+)?$", re.IGNORECASE)
_REVISED = re.compile(r"\b(?:diperbar\w+|update[ds]?|diubah|modified|revisi|perubahan)\b[^\d|•·]*$", re.IGNORECASE)
"""Before a day that is the last change's: it says nothing of the publication."""
_UNLABELLED = re.compile(r"(?:Z|[+-]00:?00)$")
_ZONED = re.compile(r"\b(?:WIB|WITA|WIT)\b", re.IGNORECASE)
_IN_URL = re.compile(r"/(?P<day>\d{2})/(?P<month>\d{2})/(?P<year>(?:19|20)\d{2})(?:/|$)")
_IN_URL_YEAR_FIRST = re.compile(r"/(?P<year>(?:19|20)\d{2})/(?P<month>\d{2})/(?P<day>\d{2})(?:/|$)")
_UNITS = {
    **dict.fromkeys(("detik", "second", "seconds"), timedelta(seconds=1)),
    **dict.fromkeys(("menit", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("jam", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("hari", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("minggu", "week", "weeks"), timedelta(weeks=1)),
}
_UNIT = "|".join((*_UNITS, "bulan", "months?", "tahun", "years?"))
_PART = re.compile(rf"(\d{{1,3}})\s+({_UNIT})\b", re.IGNORECASE)
_AGO = re.compile(rf"(?:\b\d{{1,3}}\s+(?:{_UNIT})[\s,]+)+(?:yang\s+)?(?:lalu|ago)\b", re.IGNORECASE)
_ZONES = {"WIB": 7, "WITA": 8, "WIT": 9}
_EARLIEST = 1990
_NEAR = 40
"""Characters between a day and its time, or between a day and what it is the day of."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day in the outlet's zone, the time in it where one is known, and who said it."""

    day: date
    at: datetime | None
    source: Trust


def moment(value: object, zone: ZoneInfo, source: Trust, *, naive: ZoneInfo | timezone | None = None) -> Moment | None:
    """An ISO 8601 value, brought to the outlet's zone before its day is taken; None if it is no date.

    A value without an offset is in `naive`, by default the outlet's own zone. A value without a time has none.
    Measured: with Yoast's UTC times taken as local ones, 19 of 58 posts at +08:00 were a day early.
    """
    text = str(value).strip() if isinstance(value, str) else ""
    if not re.match(r"\d{4}-\d{2}-\d{2}", text) or text.startswith("0000"):
        return None
    try:
        if len(text) == 10:
            return Moment(date.fromisoformat(text), None, source) if int(text[:4]) >= _EARLIEST else None
        read = datetime.fromisoformat(text.replace(" ", "T", 1))
        local = (read if read.tzinfo else read.replace(tzinfo=naive or zone)).astimezone(zone)
    except (ValueError, OverflowError):
        return None
    return Moment(local.date(), fixed(local), source) if local.year >= _EARLIEST else None


def printed_moment(text: str, zone: ZoneInfo, source: Trust = Trust.PAGE) -> Moment | None:
    """The first date written out in a text (`Jum'at, 09 Februari 2024 | 13:40 WIB`, `November 20, 2024`).

    The time stands behind it, or right before. A day that is said to be the last change's is passed over.
    """
    for pattern in (_DAY_FIRST, _MONTH_FIRST, _NUMBERS, _YEAR_FIRST):
        for match in pattern.finditer(text):
            start, end = match.span()
            if (day := day_of(match)) and not _REVISED.search(text[max(0, start - _NEAR) : start]):
                clock = _clock(text[end : end + _NEAR], day, zone)
                if clock is None and (before := _CLOCK_BEFORE.search(text[max(0, start - _NEAR) : start])):
                    clock = _at(before, day, zone)
                return Moment(clock.date() if clock else day, clock, source)
    return None


def day_of(match: re.Match[str]) -> date | None:
    """The day of a match with `day`, `month` (a number or a name), `year` and perhaps `glued`; None if there is none."""
    groups = match.groupdict()
    month = groups["month"].lower()
    return _day(groups["year"] or groups["glued"], str(MONTHS.get(month, month)), groups["day"])


def names_zone(text: str) -> bool:
    """Whether a printed time says in which zone it is."""
    return bool(_ZONED.search(text))


def url_moment(url: str) -> Moment | None:
    """The day in an address: `/DD/MM/YYYY/`, day first (05/09/2024 is 5 September), or `/YYYY/MM/DD/`."""
    match = _IN_URL.search(url) or _IN_URL_YEAR_FIRST.search(url)
    day = _day(match["year"], match["month"], match["day"]) if match else None
    return Moment(day, None, Trust.URL) if day else None


def agreed(said: Moment | None, told: Moment | None) -> tuple[Moment | None, bool]:
    """When a story was published, by its page and by what a feed or a listing told, and whether the two contradict.

    A page that names a time has the word. One that names a day only takes the told time of that day; where the days
    differ its own stands. One that names none takes what was told.
    """
    if said is None or told is None:
        return said or told, False
    if said.at is None and told.day == said.day and told.at is not None:
        return told, False
    return said, said.at is None and told.day != said.day


def labelled_moment(
    value: object, zone: ZoneInfo, source: Trust, *, beside: Callable[[], Moment | None], in_url: Moment | None
) -> Moment | None:
    """What a value of JSON-LD or meta means that may label the local clock +00:00 (OUTLETS 2.2).

    It is the local clock only where the page says so: by words `beside` it that name the zone and show the same
    minute, or by the day in the address, which fits the clock and not the label. Else the label is believed.
    """
    said = moment(value, zone, source)
    clock = as_clock(value, said, zone, source)
    if said is None or clock is None:
        return said
    told = beside()
    if told is not None and told.at is not None and clock.at is not None and said.at is not None:
        minute = told.at.replace(second=0)
        return clock if clock.at.replace(second=0) == minute != said.at.replace(second=0) else said
    return clock if in_url is not None and clock.day == in_url.day != said.day else said


def loose_moment(value: object, zone: ZoneInfo, *, printed: str, in_url: Moment | None) -> Moment | None:
    """What the `time` of a template means that may label the local clock +00:00, or show the day of the last change.

    Older templates of tagDiv do so (OUTLETS 2.2). Of the two readings of such a value the one stands that fits the time
    printed beside it, else the day printed, else the day in the address. Where both fit, the day of the clock is known
    and the time is not. A day that contradicts the one in the address is no day of publication.
    """
    as_said = moment(value, zone, Trust.PAGE)
    beside = printed_moment(printed, zone)
    if as_said is None:
        return None
    clock = as_clock(value, as_said, zone, Trust.PAGE)
    readings = [clock, as_said] if clock else [as_said]
    if beside and beside.at:
        minute = beside.at.replace(second=0)
        readings = [one for one in readings if one.at and one.at.replace(second=0) == minute] or readings
    for said in filter(None, (beside, in_url)):
        readings = [one for one in readings if one.day == said.day] or readings
    first = readings[0]
    if in_url is not None and first.day != in_url.day:
        return in_url
    return first if len(readings) == 1 else Moment(first.day, None, Trust.PAGE)


def as_clock(value: object, said: Moment | None, zone: ZoneInfo, source: Trust) -> Moment | None:
    """A value labelled +00:00 read as the clock of a zone that is not UTC; None where there is no such choice."""
    text = str(value).strip()
    if said is None or said.at is None or not said.at.utcoffset() or not _UNLABELLED.search(text):
        return None
    return moment(_UNLABELLED.sub("", text), zone, source)


def relative_moment(text: str, at: datetime, zone: ZoneInfo, source: Trust) -> Moment | None:
    """The day of `3 jam yang lalu` or `2 days ago`, read at `at`, where that leaves one day only; else None.

    Carbon, which prints such times on Laravel sites, floors: `n` units mean any time in (at - (n + 1) units, at - n
    units]. So days and weeks never name a day, and hours do where the whole span lies between two midnights of `zone`.
    Months, years, `kemarin` and `sejam` (which other libraries print, and round) name none either.
    """
    match = _AGO.search(text)
    parts = [(int(count), _UNITS.get(unit.lower())) for count, unit in _PART.findall(match.group() if match else "")]
    known = [(count, unit) for count, unit in parts if unit is not None]
    if not known or len(known) < len(parts):
        return None
    latest = at - sum((count * unit for count, unit in known), timedelta())
    earliest = latest - min(unit for _, unit in known) + timedelta.resolution
    day = latest.astimezone(zone).date()
    return Moment(day, None, source) if earliest.astimezone(zone).date() == day else None


def fixed(local: datetime) -> datetime:
    """The same moment with a plain offset: what CONTRACT prints, and what survives pickling without a zone table."""
    offset = local.utcoffset() or timedelta()
    return local.replace(tzinfo=timezone(offset))


def _clock(text: str, day: date, zone: ZoneInfo) -> datetime | None:
    """The first time in what follows a day; one with a dot and no zone only right behind it."""
    for match in _CLOCK.finditer(text):
        dotted = match.group()[len(match["hour"])] == "." and not match["zone"]
        if not dotted or _DOTTED.fullmatch(text, 0, match.start()):
            return _at(match, day, zone)
    return None


def _at(match: re.Match[str], day: date, zone: ZoneInfo) -> datetime:
    hour = int(match["hour"])
    half = (match["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    at = time(hour, int(match["minute"]), int(match["second"] or 0))
    said = (match["zone"] or "").upper()
    spoken = timezone(timedelta(hours=_ZONES[said])) if said else zone
    return fixed(datetime.combine(day, at, tzinfo=spoken).astimezone(zone))


def _day(year: str, month: str, day: str) -> date | None:
    full = int(year) + (2000 if len(year) == 2 else 0)
    try:
        return date(full, int(month), int(day)) if full >= _EARLIEST else None
    except ValueError:
        return None
