"""When a page says that it was published and last changed, by its sources in the order of OUTLETS 2.2 and 4.

JSON-LD; meta elements; the `time` element; a date in words near the headline; the day in the address; a relative time
near the headline, where it leaves one day. Words that contradict the address give way to it, and that is told: they may
be the day of a change. Never a guess, and a day without a time stays a day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from archive.records import Trust
from crawler.reading.blocks import text_of
from crawler.reading.dates import (
    Moment,
    as_clock,
    labelled_moment,
    loose_moment,
    moment,
    names_zone,
    printed_moment,
    relative_moment,
    url_moment,
)
from crawler.reading.head import Head
from crawler.reading.links import parts
from crawler.reading.rules import Rules
from crawler.reading.selectors import boxes, ranked
from crawler.reading.surroundings import spaced

_METAS = ("article:published_time", "publishdate", "pubdate", "dc.date.issued", "dcterms.date")
_LONGEST_DATE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """What a page says of its days; `disputed` where two of its sources name different ones of publication."""

    published: Moment | None = None
    modified: datetime | None = None
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A page that is asked for its days, what is known of it, and when it was visited."""

    tree: HtmlElement
    head: Head
    rules: Rules
    zone: ZoneInfo
    near: list[str]
    """The lines that stand by the headline."""
    at: datetime

    def dates(self) -> Dates:
        """The days of publication and of the last change."""
        address = self.address()
        said = [told for told in self.labelled(address) if told]
        if said:
            return Dates(
                published=said[0],
                modified=self.modified(clock=self.mislabelled(said[0])),
                disputed=any(told.day != said[0].day for told in said),
            )
        if told := self.element(address):
            return Dates(published=told, modified=self.modified())
        lines: list[str] = []
        printed: Moment | None = None
        for line in self.lines():
            lines.append(line)
            if printed := printed_moment(line, self.zone):
                break
        if address is not None and printed is not None and printed.day != address.day:
            return Dates(published=address, modified=self.modified(), disputed=True)
        ago = (relative_moment(line, self.at, self.zone, Trust.PAGE) for line in lines)
        return Dates(published=printed or address or next(filter(None, ago), None), modified=self.modified())

    def address(self) -> Moment | None:
        """The day in the page's address."""
        head = self.head
        return url_moment(parts(head.canonical or head.url).path) or url_moment(parts(head.url).path)

    def labelled(self, address: Moment | None) -> Iterator[Moment | None]:
        """What JSON-LD and the first meta element with a day say; one value that both repeat is read once."""
        value = self.head.article.get("datePublished")
        meta = next(filter(None, map(self.head.meta, _METAS)), None)
        beside = cache(self.beside)
        yield labelled_moment(value, self.zone, Trust.JSONLD, beside=beside, in_url=address)
        if meta and meta != value:
            yield labelled_moment(meta.replace("/", "-"), self.zone, Trust.META, beside=beside, in_url=address)

    def beside(self) -> Moment | None:
        """The time that the article prints with its zone (`WITA`); its `time` element is no witness (OUTLETS 2.2)."""
        for element in ranked(self.tree, self.rules.printed_date)[:1]:
            if names_zone(text_of(element)):
                return printed_moment(spaced(element), self.zone)
        return None

    def element(self, address: Moment | None) -> Moment | None:
        """What the article's `time` element says."""
        for element in ranked(self.tree, self.rules.published)[:1]:
            value = element.get("datetime")
            loose = boxes(self.rules.loose_times).named(element)
            told = loose_moment(value, self.zone, printed=text_of(element), in_url=address) if loose else None
            if told := told or moment(value, self.zone, Trust.PAGE):
                return told
        return None

    def lines(self) -> Iterator[str]:
        """The lines that may print the day: the family's own, then those near the headline."""
        for element in ranked(self.tree, self.rules.printed_date)[:1]:
            if len(text := spaced(element)) <= _LONGEST_DATE:
                yield text
        yield from self.near

    def mislabelled(self, published: Moment) -> bool:
        """Whether the time of publication is the local clock although its label says UTC."""
        value = self.head.article.get("datePublished") if published.source is Trust.JSONLD else None
        return value is not None and moment(value, self.zone, Trust.JSONLD) != published

    def modified(self, *, clock: bool = False) -> datetime | None:
        """The time of the last change, by the page's own claim; `clock` says that the page labels its clock as UTC."""
        head, zone = self.head, self.zone
        values = (head.article.get("dateModified"), head.meta("article:modified_time"))
        for value in filter(None, values):
            told = moment(value, zone, Trust.PAGE)
            if told := (clock and as_clock(value, told, zone, Trust.PAGE)) or told:
                return told.at
        shown = (moment(one.get("datetime"), zone, Trust.PAGE) for one in ranked(self.tree, self.rules.modified)[:1])
        return next((told.at for told in shown if told), None)
