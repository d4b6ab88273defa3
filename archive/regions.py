"""Indonesia's regions by their official codes (`data/regions.csv`), and the other names that they go by."""

import csv
import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("data") / "regions.csv"
ALIASES, TOWNS = TABLE.with_name("region_aliases.csv"), TABLE.with_name("towns.csv")
DISTRICT = "kecamatan"
_SIGNS = re.compile(r"[^a-z0-9]+")
_KABUPATEN = re.compile(r"^kab\b")


class Place(NamedTuple):
    """A row of the table; `level` is `provinsi`, `kabkota` or `kecamatan`, `base` the name without its type."""

    code: str
    level: str
    type: str
    name: str
    base: str


@cache
def places() -> tuple[Place, ...]:
    """All regions, a province before what lies in it."""
    return tuple(Place(*row[:5]) for row in _rows(TABLE))


@cache
def other_names() -> tuple[tuple[str, str, bool], ...]:
    """Abbreviations, nicknames and old names, then capitals: a name, the code that it means, whether it may mean others."""
    return tuple((row[0], row[1], row[-1] == "1") for table in (ALIASES, TOWNS) for row in _rows(table))


def unknown(codes: Collection[str]) -> list[str]:
    """Give those of the codes that no region has, sorted.

    Nothing but the codes of the table is looked at: settings ask with every command.
    """
    if not codes:
        return []
    held = {row.partition(b",")[0] for row in TABLE.read_bytes().splitlines()[1:]}
    return sorted(code for code in codes if code.encode() not in held)


def called(text: str) -> list[tuple[str, str]]:
    """Give code and name of the regions that a code or a name means; case, signs and blanks make no difference.

    Of a kecamatan only where no wider region has the name: Kapuas is a kabupaten, and a kecamatan elsewhere.
    """
    if not unknown({text}):
        return [(place.code, place.name) for place in places() if place.code == text]
    wanted = _folded(text)
    kinds = {place.code: place.type for place in places()}
    meant = {code for name, code, _ in other_names() if wanted in (_folded(name), _folded(f"{kinds[code]} {name}"))}
    found = [
        place
        for place in places()
        if place.code in meant
        or wanted in {_folded(place.name), _folded(place.base), _folded(f"{place.type} {place.base}")}
    ]
    wide = [place for place in found if place.level != DISTRICT]
    return [(place.code, place.name) for place in wide or found]


def _folded(name: str) -> str:
    return _SIGNS.sub("", _KABUPATEN.sub("kabupaten", name.lower()))


def _rows(table: Path) -> list[list[str]]:
    with table.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return list(rows)
