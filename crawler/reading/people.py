"""Who wrote and who edited: the printed credit, the account behind it, and the accounts that are nobody's."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from crawler.reading.rules import Rules

_DESK = re.compile(
    r"(?:admin\d*|administrator|redaksi|redaktur|tim|humas\w*|hms\w*|(?:dis)?kominfo\w*|prokopim\w*|prokom\w*|protokol|biro|bagian|dinas|desk"
    r"|newsroom|sekretariat|siaran|rilis|kontributor|wartawan|reporter)(?:\s.*)?",
    re.IGNORECASE,
)
"""Names of desks and press offices: `Tim Redaksi`, `Humas Pemkab Paser`, `Hmskmf`; and roles without a name."""
_BY = re.compile(r"^(?:oleh|by|penulis|author)\s*:?\s+", re.IGNORECASE)
_NOT_NAME = re.compile(r"[^a-z0-9]+")


def authors_of(
    printed: Sequence[str], account: str | None, *, outlet: tuple[str, ...], rules: Rules
) -> tuple[str, ...]:
    """The people of CONTRACT's `authors`: the printed credit, else the account, unless that is a role.

    An account replaces the one printed name with which it begins (`Rina` and the account `Rina Wijaya`), word by word,
    so that `Rin` is not `Rina`. `outlet` holds the outlet's names, which accounts often bear.
    """
    person = person_of(account, outlet=outlet, rules=rules)
    if not printed:
        return (person,) if person else ()
    return tuple(dict.fromkeys(fuller(name, person) for name in persons(printed, outlet=outlet, rules=rules)))


def persons(printed: Iterable[str], *, outlet: tuple[str, ...], rules: Rules) -> tuple[str, ...]:
    """Those of the printed names that are people's, each once; a credit of a desk names nobody."""
    return tuple(dict.fromkeys(name for name in printed if person_of(name, outlet=outlet, rules=rules)))


def fuller(name: str, account: str | None) -> str:
    """The account's name where its leading words are the printed name and it has more, else the printed name."""
    if not account:
        return name
    short, long = name.casefold().split(), account.casefold().split()
    return account if len(long) > len(short) and long[: len(short)] == short else name


def person_of(account: str | None, *, outlet: tuple[str, ...], rules: Rules) -> str | None:
    """The account's name if it is a person's: not a role, not the outlet, not an address."""
    name = _BY.sub("", (account or "").strip())
    key = _plain(name)
    if not key or "@" in name or _plain(re.sub(r"\d+$", "", name)) in _plain_all(rules.roles):
        return None
    houses = {_plain(house) for house in outlet} | {_plain(house.split(".")[0]) for house in outlet}
    address = _plain(name.split(".")[0]) if len(name.split()) == 1 else key
    if {key, address} & houses or _DESK.fullmatch(name):
        return None
    return name


@cache
def _plain_all(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_plain, names))


def _plain(name: str) -> str:
    return _NOT_NAME.sub("", name.casefold())
