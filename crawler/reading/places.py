"""Whether a few words are the name of an Indonesian place, by the tables of the archive."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from archive.regions import DISTRICT, other_names, places

_MORE = {"dki jakarta": "31", "nusantara": "64", "ikn": "64"}
"""Names that neither a region nor a town of the tables bears; only datelines are read with them."""

_DROP = re.compile(r"[^a-z0-9]+")
_SURE = 8
"""A name must be as long as this before a slip of the pen is forgiven."""


def folded(name: str) -> str:
    """The name as it is compared: lower case, no signs, no blanks, so that Kayu Agung is Kayuagung."""
    return _DROP.sub("", name.lower())


@cache
def known_places() -> Mapping[str, tuple[str, ...]]:
    """Folded names of all regions, of their abbreviations and of their capitals, with the codes that bear them."""
    found: dict[str, set[str]] = {}
    for name, code, _ in _names():
        found.setdefault(name, set()).add(code)
    return {name: tuple(codes) for name, codes in found.items() if len(name) > 1}


@cache
def sure_places() -> frozenset[str]:
    """Those that are no ordinary word too: not of the 7,285 kecamatan (Damai, Bersama), not marked ambiguous (Sumber)."""
    return frozenset(name for name, _, sure in _names() if sure)


@cache
def _names() -> tuple[tuple[str, str, bool], ...]:
    """Every folded name, the code that bears it, and whether it is sure to be a place's."""
    named = [(name, one.code, one.level != DISTRICT) for one in places() for name in {one.name, one.base}]
    called = [(name, code, not several) for name, code, several in other_names()]
    more = [(name, code, True) for name, code in _MORE.items()]
    return tuple((folded(name), code, sure) for name, code, sure in (*named, *called, *more))


def is_place(name: str) -> bool:
    """Whether the whole of the name is a place's."""
    return folded(name) in known_places()


def within(one: str, other: str) -> bool:
    """Whether a place of the one name lies in one of the other: Samarinda in Kaltim, and not in Bontang."""
    known = known_places()
    return any(
        inner.startswith(outer) for inner in known.get(folded(one), ()) for outer in known.get(folded(other), ())
    )


def nearly_place(name: str) -> bool:
    """Whether the name is that of a regency, a city or a town but for one letter: `Tenggorong` (DOMAIN 1.1)."""
    key = folded(name)
    return len(key) >= _SURE and not _slips().isdisjoint(_one_less(key))


@cache
def _slips() -> frozenset[str]:
    """What is left of the longer names with any one letter dropped."""
    return frozenset(slip for name in sure_places() if len(name) >= _SURE for slip in _one_less(name))


def _one_less(name: str) -> Iterator[str]:
    """The name, and it without one of its letters: two names that share one of these differ by a letter, or two swapped."""
    yield name
    for at in range(len(name)):
        yield name[:at] + name[at + 1 :]
