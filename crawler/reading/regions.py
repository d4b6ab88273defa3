"""Which regions a text is about, by official code.

A name that several regions have means the kind that its office says (a bupati is of a kabupaten, a wali kota of a
kota), else what the same name means elsewhere in the text, else the one in a named province, the dateline's, the
outlet's own; a province wins over its capital. A name that stays open is left out. A kecamatan counts beside its
kabupaten or after `Kecamatan` and names it too; it is never main.

Main are the kabupaten and kota of the headline; without one there, the one that the text names most, twice at least
(the dateline counts once) or by an office in its first paragraph. A province is main where the headline names it alone or by its
office, where the first paragraph names its office, or where no kabupaten is and it is named twice or at the start.
Jakarta is where courts and ministries sit: it is main by its own offices only. A text that names no region at all is
given its dateline's as a mention.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from archive.records import Region, Span, TagRole
from crawler.reading.gazetteer import Gazetteer, gazetteer
from crawler.reading.namings import Naming, namings
from crawler.reading.words import WORD, Words

SPANS = 20
"""Spans that are kept of each region."""
_JAKARTA = "31"
_KABKOTA = len("64.02")


@dataclass(slots=True)
class _Found:
    """How a region was named."""

    code: str
    times: int = 0
    headline: bool = False
    headline_office: bool = False
    lead: bool = False
    lead_office: bool = False
    spans: list[Span] = field(default_factory=list)


def find(words: Words, *, place: str | None, home: Sequence[str]) -> tuple[Region, ...]:
    """The regions of a text, main ones first, then by how often they are named; `place` is the dateline's."""
    known = gazetteer()
    named = namings(known, words)
    dateline = _dateline(known, place, home) if place else ()
    _resolve(known, named, dateline, home)
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


def _dateline(known: Gazetteer, place: str, home: Sequence[str]) -> tuple[str, ...]:
    """What a dateline's place may be."""
    tokens = tuple(WORD.findall(place.lower()))
    names = known.wide.get(tokens[0], ()) if tokens else ()
    codes = next((name.codes for name in names if name.tokens == tokens), ())
    near = tuple(code for code in codes if _at_home(code, home))
    return near or codes


def _at_home(code: str, home: Sequence[str]) -> bool:
    return any(code == one or code.startswith(f"{one}.") for one in home)


def _resolve(known: Gazetteer, named: Sequence[Naming], dateline: Sequence[str], home: Sequence[str]) -> None:
    """Find the codes of all names: the sure ones first, then the others by them."""
    said: Counter[str] = Counter()
    by_office: dict[tuple[str, ...], list[str]] = {}
    open_names: list[tuple[Naming, tuple[str, ...]]] = []
    for one in named:
        if one.district:
            continue
        codes = _of_sort(known, one)
        if len(codes) == 1 and (codes[0], one.name.tokens) not in known.shy:
            one.code = codes[0]
            said[one.code] += 1
            if len(one.name.codes) > 1:
                by_office.setdefault(one.name.tokens, []).append(one.code)
        else:
            open_names.append((one, codes))
    for one in named:
        if one.explicit and (code := _district(one, said, dateline, home)):
            one.code = code
            said[code[:_KABKOTA]] += 1
    districts = _as_districts(named)
    for one, codes in open_names:
        if one.district:
            continue
        one.code = _chosen(known, one, codes, by_office.get(one.name.tokens, ()), said, dateline, home)
        if one.code:
            said[one.code] += 1
    for one in named:
        if one.district and one.code is None and not one.explicit:
            tokens = one.name.tokens
            several = len(tokens) > 1
            one.code = districts.get(tokens) or (
                _only(code for code in one.name.codes if code[:_KABKOTA] in (one.within or said)) if several else None
            )


def _as_districts(named: Sequence[Naming]) -> dict[tuple[str, ...], str]:
    """Let a name that stood after `Kecamatan` mean the same where it stands alone, unless an office has it too."""
    held = {one.name.tokens: one.code for one in named if one.explicit and one.code}
    taken = {one.name.tokens for one in named if one.office and not one.district}
    for one in named:
        if not one.district and one.name.tokens in held and one.name.tokens not in taken:
            one.district, one.code = True, held[one.name.tokens]
    return held


def _of_sort(known: Gazetteer, one: Naming) -> tuple[str, ...]:
    """The codes of a name that fit its office, all where none does."""
    codes = one.name.codes
    if one.sort is None or len(codes) == 1:
        return codes
    return tuple(code for code in codes if known.regions[code].type == one.sort) or codes


def _chosen(
    known: Gazetteer,
    one: Naming,
    codes: tuple[str, ...],
    by_office: Sequence[str],
    said: Collection[str],
    dateline: Collection[str],
    home: Sequence[str],
) -> str | None:
    provinces = {code for code in said if len(code) == len(_JAKARTA)}
    fitting = [code for code in dict.fromkeys(by_office) if code in codes]
    near = [code for code in codes if code in dateline] or [code for code in codes if _at_home(code, home)]
    if len(fitting) > 1:
        return _only(code for code in fitting if code in near) or fitting[0]
    shy = {code for code in codes if (code, one.name.tokens) in known.shy}
    return (
        _only(fitting)
        or _only(code for code in codes if code in said)
        or _only(code for code in codes if code[:2] in provinces and code not in provinces)
        or _only(near)
        or (codes[0] if len(codes[0]) == len(_JAKARTA) else None)
        or _only(code for code in codes if code not in shy and (code, one.name.tokens) in known.own)
    )


def _district(one: Naming, said: Collection[str], dateline: Collection[str], home: Sequence[str]) -> str | None:
    """The kecamatan that a name after `Kecamatan` means."""
    codes = one.name.codes
    return (
        _only(code for code in codes if code[:_KABKOTA] in said)
        or _only(code for code in codes if code[:_KABKOTA] in (one.within or dateline))
        or _only(code for code in codes if _at_home(code, home))
        or _only(codes)
    )


def _only(codes: Iterable[str]) -> str | None:
    held = list(codes)
    return held[0] if len(held) == 1 else None


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
        for code in (one.code, one.code[:_KABKOTA]) if one.district else (one.code,):
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
        before = one
    return found


def _main(found: dict[str, _Found], dateline: Collection[str]) -> set[str]:
    provinces = [one for one in found.values() if len(one.code) == len(_JAKARTA)]
    cities = [one for one in found.values() if len(one.code) == _KABKOTA]
    headed = {one.code for one in cities if one.headline}
    if headed:
        return headed | {one.code for one in provinces if one.headline_office}
    headed = {one.code for one in provinces if one.headline and (one.headline_office or one.code != _JAKARTA)}
    if headed:
        return headed
    led = [one for one in provinces if one.lead_office]
    if led:
        most = max(one.times for one in led)
        return {one.code for one in led} | {one.code for one in cities if one.lead_office or one.times > max(most, 1)}
    weighed = {
        one.code: one.times + one.lead_office + (one.code in dateline)
        for one in cities
        if one.lead_office or one.times + (one.code in dateline) > 1
    }
    if weighed:
        return {code for code, weight in weighed.items() if weight == max(weighed.values())}
    held = [one for one in provinces if (one.lead or one.times > 1) and one.code != _JAKARTA]
    return {max(held, key=lambda one: one.times).code} if held else set()
