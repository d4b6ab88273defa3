"""The names by which texts know regions, by their first word as it is written: made of the archive's tables."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from archive.regions import ALIASES, DISTRICT, TABLE, TOWNS, Place, other_names, places
from crawler.reading.words import WORD

WORDS = TABLE.with_name("region_words.csv")
"""Names that are also words, persons or things, and what must stand before them: a place word, an office, `Kecamatan`."""
CONTEXT = TABLE.with_name("region_context.csv")
"""What words mean before a name (`follows`: after it): an office, a place word, a village; a thing or a person named so.

First names are the commonest; no list is whole, and a rarer one lets the region through that someone is called after.
"""

_SHORT = ("Kepulauan ", "Kep. ", "Pulau ")
"""Left out by the press: Anambas, Mentawai, Taliabu."""
_LONG = ("Kepulauan Seribu", "Kepulauan Riau", "Kepulauan Bangka Belitung", "Pulau Pramuka")
"""Another thing without the first word, or a word of its own."""
_TWO_WORDS = (
    *("banjar", "batu", "bukit", "gunung", "kayu", "labuan", "labuhan", "lubuk", "medan", "muara", "padang"),
    *("palangka", "pangkal", "pematang", "sawah", "sungai", "tanjung", "tulung"),
)
"""What the press parts and the table joins, or the other way round: Kayu Agung, Lubuk Linggau."""
_ALSO = (
    *(("DKI Jakarta", "31", False), ("DK Jakarta", "31", False), ("Daerah Khusus Jakarta", "31", False)),
    *(("DI Yogyakarta", "34", False), ("Yogyakarta", "34", False), ("Tidore", "82.72", False)),
)
_JOINED = 3
"""Letters that the first word of a name has at least before it is also looked for joined to the second."""


class Name(NamedTuple):
    """A name in lower case, by its words, and the codes of the regions that it may mean, the widest first."""

    tokens: tuple[str, ...]
    codes: tuple[str, ...]
    needs: str | None
    """`place`, `office` or `kecamatan` where the name is also something else, see `region_words.csv`."""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names by their first word, longest first: of kecamatan apart, since these need their kabupaten beside them."""

    wide: Mapping[str, tuple[Name, ...]]
    districts: Mapping[str, tuple[Name, ...]]
    inner: Mapping[tuple[str, ...], tuple[str, ...]]
    """The kecamatan that bear the name of a kabupaten or kota that they do not lie in, unless it is a word too."""
    starts: frozenset[str]
    """The first words of both as they are written: Kutai, KUTAI."""
    regions: Mapping[str, Place]
    own: frozenset[tuple[str, tuple[str, ...]]]
    """Codes with the tokens of their official names: a town of the same name gives way."""
    shy: frozenset[tuple[str, tuple[str, ...]]]
    """Codes with other names that are also something else: they need the region, or a place near it, beside them."""
    before: Mapping[str, str]
    after: frozenset[str]


@cache
def gazetteer() -> Gazetteer:
    """The names of all regions; read once in a process (35 ms)."""
    wide: dict[tuple[str, ...], list[str]] = {}
    districts: dict[tuple[str, ...], list[str]] = {}
    own: set[tuple[str, tuple[str, ...]]] = set()
    shy: set[tuple[str, tuple[str, ...]]] = set()
    mixed: set[str] = set()
    for place in places():
        if place.level == DISTRICT:
            tokens = _tokens(place.base)
            districts.setdefault(tokens, []).append(place.code)
            if len(tokens) == 2:
                districts.setdefault((tokens[0] + tokens[1],), []).append(place.code)
            elif tokens[0].startswith(_TWO_WORDS):
                districts.setdefault(_parted(tokens), []).append(place.code)
            continue
        for form in _forms(place.base):
            wide.setdefault(form, []).append(place.code)
            own.add((place.code, form))
            mixed.add(form[0])
    for name, code, unsure in (*other_names(), *_ALSO):
        shouted = name.partition(" ")[0].isupper()
        for form in _forms(name):
            if unsure:
                shy.add((code, form))
            wide.setdefault(form, []).append(code)
            if not shouted:
                mixed.add(form[0])
    needs = [(tuple(word.split()), need) for word, need in _pairs(WORDS)]
    wide_needs = {tokens: need for tokens, need in needs if need != DISTRICT}
    district_needs = {tokens: need for tokens, need in needs if need == DISTRICT}
    context = _pairs(CONTEXT)
    by_wide, by_district = _by_first(wide, wide_needs), _by_first(districts, district_needs)
    starts = {first.upper() for first in (*by_wide, *by_district)}
    # An abbreviation in capitals is a name in capitals only: Oki and Pali are people and things.
    starts.update(first.capitalize() for first in (*by_district, *mixed))
    regions = {place.code: place for place in places()}
    inner = {tokens: _apart(codes, wide[tokens]) for tokens, codes in districts.items() if tokens in wide}
    inner = {tokens: codes for tokens, codes in inner.items() if codes and tokens not in district_needs}
    return Gazetteer(
        wide=by_wide,
        districts=by_district,
        inner=inner,
        starts=frozenset(starts),
        regions=regions,
        own=frozenset(own),
        shy=frozenset(shy),
        before={word: means for word, means in context if means != "follows"},
        after=frozenset(word for word, means in context if means == "follows"),
    )


@cache
def digest() -> str:
    """Twelve hex digits that tell one version of the tables from another."""
    tables = (TABLE, ALIASES, TOWNS, WORDS, CONTEXT)
    return hashlib.sha256(b"\0".join(table.read_bytes() for table in tables)).hexdigest()[:12]


def _apart(districts: Iterable[str], wide: Iterable[str]) -> tuple[str, ...]:
    return tuple(code for code in districts if not any(code.startswith(f"{one}.") for one in wide))


def _pairs(table: Path) -> list[tuple[str, str]]:
    lines = table.read_text("utf-8").splitlines()[1:]
    return [(word, what) for word, _, what in (line.partition(",") for line in lines)]


def _tokens(name: str) -> tuple[str, ...]:
    lower = name.lower()
    return tuple(lower.split() if lower.replace(" ", "").isalnum() else WORD.findall(lower))


def _forms(name: str) -> Iterable[tuple[str, ...]]:
    """The words of a name, and of those forms that the press gives it too."""
    tokens = _tokens(name)
    yield tokens
    if name.startswith(_SHORT) and name not in _LONG:
        yield tokens[1:]
    if tokens[0] == "kepulauan":
        yield "kep", *tokens[1:]
    if tokens[0] == "sumatera":
        yield "sumatra", *tokens[1:]
    if len(tokens) > 1 and len(tokens[0]) >= _JOINED:
        yield tokens[0] + tokens[1], *tokens[2:]
    if tokens[0].startswith(_TWO_WORDS):
        yield _parted(tokens)


def _parted(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The first word as two: `kayu agung` of `kayuagung`; as it is where nothing is left to part."""
    first = tokens[0]
    start = next(start for start in _TWO_WORDS if first.startswith(start))
    return (start, first[len(start) :], *tokens[1:]) if len(first) > len(start) + 2 else tokens


def _by_first(
    names: Mapping[tuple[str, ...], list[str]], needs: Mapping[tuple[str, ...], str]
) -> dict[str, tuple[Name, ...]]:
    found: dict[str, list[Name]] = {}
    for tokens in sorted(names, key=len, reverse=True):
        codes = tuple(sorted(set(names[tokens]), key=lambda code: (len(code), code)))
        found.setdefault(tokens[0], []).append(Name(tokens, codes, needs.get(tokens)))
    return {first: tuple(several) for first, several in found.items()}
