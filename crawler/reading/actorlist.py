"""Whom readings are searched for: the rows of `actors.csv`, of a pack and of the user's own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from archive import regions
from crawler.reading.tables import PackError, codes, day, sheet
from crawler.reading.words import WORD

_NEEDED = ("id", "name")
_OPTIONAL = ("aliases", "role", "pair", "party", "region", "from", "to", "source", "reviewed")
WHOLE = frozenset({"partai", "lembaga"})
"""Roles of what is no person: its name is matched whole, and no word of it stands for it alone."""
_SHORTEST = 3
"""Letters of a name that may stand for someone alone: `Cik` may, `RA` and `M` not."""

TITLES = frozenset(
    WORD.findall(
        "almarhum bacabup bacagub bakal bang bapak bu bunda bupati cabup cagub calon cawabup cawagub drs dr gubernur h"
        " habib haji hj hajah ibu incumbent ir kandidat kang kata mantan mas mbak menurut nomor paslon pak pasangan"
        " petahana pj pjs plh plt politikus politisi saudara ujar usai ustadz ustaz wakil wali walikota"
    )
)
"""Words that stand before a name and are none."""
_BEFORE = TITLES | {"prof", "kh", "hc", "dra"}
"""The same where a list has them before a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A row: what someone was from one day to another; open where the list names no day."""

    role: str
    start: date | None
    end: date | None

    def away(self, on: date) -> int:
        """Days from a day to this row's, 0 within them."""
        if self.start and on < self.start:
            return (self.start - on).days
        return (on - self.end).days if self.end and on > self.end else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Someone of the list: all rows of one id."""

    id: str
    name: str
    terms: tuple[Term, ...]
    regions: frozenset[str]
    singles: frozenset[str]
    """Words of the name that may stand for them alone, once the whole name has been said."""

    @property
    def whole(self) -> bool:
        """Whether it is no person."""
        return any(term.role in WHOLE for term in self.terms)

    def role(self, on: date | None) -> str:
        """What they were on a day: the row whose days hold, else the nearest one; without a day the first."""
        if on is None:
            return self.terms[0].role
        return min(self.terms, key=lambda term: term.away(on)).role


@dataclass(frozen=True, slots=True)
class Form:
    """A name as texts have it, and whose it is: of a pair both, of a name that several share each of them."""

    tokens: tuple[str, ...]
    pair: bool
    ids: tuple[str, ...]

    def stands(self, words: Sequence[str], at: int) -> bool:
        """Whether it stands at a word: as written, or in capitals; what the list has in small letters in any case."""
        here = words[at : at + len(self.tokens)]
        return len(here) == len(self.tokens) and all(
            word == token or word == token.upper() or (token.islower() and word.lower() == token)
            for token, word in zip(self.tokens, here, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Actors:
    """All that are listed, by id, and the forms of their names by first word, longest first."""

    listed: Mapping[str, Listed] = field(default_factory=dict)
    forms: Mapping[str, Sequence[Form]] = field(default_factory=dict)


@dataclass(slots=True)
class _Known:
    place: str
    name: str
    names: set[str] = field(default_factory=set)
    terms: list[Term] = field(default_factory=list)
    regions: set[str] = field(default_factory=set)
    pairs: set[str] = field(default_factory=set)


def actors(tables: Iterable[tuple[str, str]]) -> Actors:
    """Read some lists, each with where it stands; an id of a later one takes the place of all its rows in those before.

    Raises:
        PackError: a row has a mistake.
    """
    known: dict[str, _Known] = {}
    for text, where in tables:
        known |= _read(text, where)
    made = {
        key: Listed(
            id=key,
            name=one.name,
            terms=tuple(one.terms),
            regions=frozenset(one.regions),
            singles=_singles(one),
        )
        for key, one in known.items()
    }
    return Actors(made, _forms(known))


def _read(text: str, where: str) -> dict[str, _Known]:
    known: dict[str, _Known] = {}
    named: dict[str, str] = {}
    for place, row in sheet(text, where, _NEEDED, _OPTIONAL):
        if not row["id"] or any(sign.isspace() for sign in row["id"]):
            raise PackError(f"{place}: an id is a word without blanks, not {row['id'] or 'nothing'}")
        names = [row["name"], *filter(None, (alias.strip() for alias in row["aliases"].split(";")))]
        if wrong := next((name for name in names if not any(word[0].isupper() for word in WORD.findall(name))), None):
            raise PackError(f"{place}: a name has a word with a capital, not {wrong or 'nothing'}")
        one = known.setdefault(row["id"], _Known(place, row["name"]))
        if one.name != row["name"]:
            raise PackError(f"{place}: {row['id']} is {one.name} on {one.place.rpartition(', ')[2]}")
        start, end = (day(row[name], place) if row[name] else None for name in ("from", "to"))
        if start and end and end < start:
            raise PackError(f"{place}: to is before from")
        term = Term(role=row["role"], start=start, end=end)
        if term in one.terms:
            raise PackError(f"{place}: {row['id']} stands twice with these days and this role")
        one.terms.append(term)
        one.names.update(names)
        one.regions.update(codes(row["region"], place))
        named.update(dict.fromkeys(one.regions - named.keys(), place))
        if row["pair"]:
            one.pairs.add(row["pair"])
    if lost := regions.unknown(named):
        raise PackError(f"{named[lost[0]]}: there is no region {lost[0]}")
    return known


def _singles(one: _Known) -> frozenset[str]:
    if any(term.role in WHOLE for term in one.terms):
        return frozenset()
    tokens = WORD.findall(_bare(one.name))
    if len(tokens) < 2:
        return frozenset()
    names = (token for token in tokens if len(token) >= _SHORTEST and token.istitle())
    return frozenset(name for name in names if name.lower() not in TITLES)


def _bare(name: str) -> str:
    """A name without the titles before it and the degrees behind it: `Drs. H. Rahmadi Sanjaya, M.Si` is Rahmadi Sanjaya.

    What is left has two words at least: of `Bang Madi` nothing is taken.
    """
    words = name.partition(",")[0].split()
    while len(words) > 2 and words[0].rstrip(".").lower() in _BEFORE:
        words = words[1:]
    while len(words) > 2 and "." in words[-1][1:-1]:
        words = words[:-1]
    return " ".join(words) if len(words) > 1 else name


def _forms(known: Mapping[str, _Known]) -> Mapping[str, Sequence[Form]]:
    whose: dict[tuple[tuple[str, ...], bool], dict[str, None]] = {}
    for key, one in known.items():
        for pair, names in ((False, one.names), (True, one.pairs)):
            for name in names:
                for printed in dict.fromkeys((name, name if pair else _bare(name))):
                    whose.setdefault((tuple(WORD.findall(printed)), pair), {})[key] = None
    forms: dict[str, list[Form]] = {}
    for (tokens, pair), ids in sorted(whose.items(), key=lambda item: -len(item[0][0])):
        form = Form(tokens, pair, tuple(ids))
        for first in {tokens[0], tokens[0].upper(), tokens[0].capitalize()} if tokens else ():
            forms.setdefault(first, []).append(form)
    return forms
