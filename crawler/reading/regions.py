"""Which regions a text is about, by official code.

A name that several regions have means the kind that its office says (a bupati is of a kabupaten, a wali kota of a
kota), else what the same name means elsewhere in the text, else the one in a named province, the dateline's, the
outlet's own; a province wins over its capital. A name that stays open is left out, and so is one that is also a word
or a person (Malang, Bima) where neither an office nor `di` stands before it anywhere in the text. A kecamatan counts
beside its kabupaten, which the dateline may name, or after `Kecamatan`, and names it too; it is never main.

Main are the kabupaten and kota of the headline; without one there, the one that the text names most: twice at least
(the dateline counts once), or as Kabupaten, Kota or by an office in its first paragraph. A province is main where the
headline names it alone or by its office, where the first paragraph names its office, or where no kabupaten is and it is
named twice or at the start. Jakarta is where courts and ministries sit: it is main by its own offices only. A text that
names no region at all is given its dateline's as a mention.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from archive.records import Region, Span, TagRole
from crawler.reading.gazetteer import Gazetteer, gazetteer
from crawler.reading.meanings import KABKOTA, Reader, dateline_codes
from crawler.reading.namings import Naming, namings
from crawler.reading.words import Words

SPANS = 20
"""Spans that are kept of each region."""
_JAKARTA = "31"


@dataclass(slots=True)
class _Found:
    """How a region was named."""

    code: str
    times: int = 0
    headline: bool = False
    headline_office: bool = False
    lead: bool = False
    lead_office: bool = False
    lead_kind: bool = False
    spans: list[Span] = field(default_factory=list)


def find(words: Words, *, place: str | None, home: Sequence[str]) -> tuple[Region, ...]:
    """The regions of a text, main ones first, then by how often they are named; `place` is the dateline's."""
    known = gazetteer()
    named = namings(known, words)
    dateline = dateline_codes(place, home) if place else ()
    if named:
        Reader(known, dateline, home).settle(named)
    found = _counted(words, named)
    if not found and len(dateline) == 1 and not dateline[0].startswith(_JAKARTA):
        found = {dateline[0]: _Found(dateline[0])}
    main = _main(found, dateline)
    order = sorted(found.values(), key=lambda one: (one.code not in main, -one.times))
    return tuple(_region(known, one, main) for one in order)


def _region(known: Gazetteer, one: _Found, main: Collection[str]) -> Region:
    place = known.regions[one.code]
    role = TagRole.MAIN if one.code in main else TagRole.MENTION
    return Region(code=one.code, name=place.name, level=place.level, role=role, spans=tuple(one.spans))


def _counted(words: Words, named: Sequence[Naming]) -> dict[str, _Found]:
    """How often and where each region is named; Kutai Kartanegara (Kukar) counts once."""
    found: dict[str, _Found] = {}
    lead = words.body[0] if words.body else None
    before: Naming | None = None
    for one in named:
        if one.code is None:
            continue
        again = (
            before is not None and before.line is one.line and before.code == one.code and one.first == before.last + 1
        )
        span = one.line.span(one.first, one.last)
        for code in (one.code, one.code[:KABKOTA]) if one.district else (one.code,):
            held = found.get(code)
            if held is None:
                held = found[code] = _Found(code)
            if not again:
                held.times += 1
            if len(held.spans) < SPANS:
                held.spans.append(span)
            if one.line is words.title:
                held.headline = True
                held.headline_office |= one.office
            elif one.line is lead:
                held.lead = True
                held.lead_office |= one.office
                held.lead_kind |= one.kind
        before = one
    return found


def _main(found: dict[str, _Found], dateline: Collection[str]) -> set[str]:
    provinces = [one for one in found.values() if len(one.code) == len(_JAKARTA)]
    cities = [one for one in found.values() if len(one.code) == KABKOTA]
    headed = {one.code for one in cities if one.headline}
    if headed:
        return headed | {one.code for one in provinces if one.headline_office}
    headed = {one.code for one in provinces if one.headline and (one.headline_office or one.code != _JAKARTA)}
    if headed:
        return headed
    all_said = all(one.lead_kind for one in cities)
    led = _led(found.values())
    if led:
        most = max(one.times for one in led)
        return {one.code for one in led} | {one.code for one in cities if one.lead_office or one.times > max(most, 1)}
    weighed = {
        one.code: (one.times + one.lead_office + (one.code in dateline), one.times)
        for one in cities
        if one.lead_office or (all_said and one.lead_kind) or one.times + (one.code in dateline) > 1
    }
    if weighed:
        return {code for code, weight in weighed.items() if weight == max(weighed.values())}
    held = [one for one in provinces if (one.lead or one.times > 1) and one.code != _JAKARTA]
    return {max(held, key=lambda one: one.times).code} if held else set()


def _led(found: Iterable[_Found]) -> list[_Found]:
    """The provinces whose office the first paragraph names before any kabupaten or kota's."""
    led = []
    for one in found:
        if len(one.code) == KABKOTA and one.lead_kind:
            break
        if len(one.code) == len(_JAKARTA) and one.lead_office:
            led.append(one)
    return led
