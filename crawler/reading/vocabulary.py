"""The words by which an article is judged to be about an election: `words.tsv` of a pack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crawler.reading.tables import PackError, number, rows
from crawler.reading.words import WORD

OWN = "nya"
"""Its, the: `hasilnya` is `hasil`."""


class Kind(StrEnum):
    """What a word says of an article."""

    FOR = "for"
    """It is about an election."""
    WITH = "with"
    """The same where a word of kind `for` stands beside it; alone it says less."""
    AGAINST = "against"
    """It is about another vote: of a village, a student body, an association, another country."""
    VOID = "void"
    """The abbreviations that it `voids` have another meaning here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A word or phrase of the gate; `tokens` are as they are compared, `words` as the table has them."""

    words: str
    tokens: tuple[str, ...]
    kind: Kind
    weight: float
    voids: frozenset[str] = frozenset()


def vocabulary(text: str, where: str) -> Mapping[str, Sequence[Entry]]:
    """Give the entries of a table by their first token in lower case, with and without `-nya`, longest first.

    Raises:
        PackError: a row has a mistake.
    """
    found: dict[tuple[str, ...], Entry] = {}
    voided: dict[str, str] = {}
    for place, row in rows(text, where, ("words", "kind", "weight", "voids")):
        tokens = tuple(as_compared(token) for token in WORD.findall(row["words"]))
        if not tokens:
            raise PackError(f"{place}: an entry holds no word")
        if tokens in found:
            raise PackError(f"{place}: {row['words']} stands twice")
        if row["kind"] not in list(Kind):
            raise PackError(f"{place}: the kind must be one of {', '.join(Kind)}, not {row['kind'] or 'nothing'}")
        voids = frozenset(filter(None, (name.strip() for name in row["voids"].split(","))))
        voided.update(dict.fromkeys(voids, place))
        weight = number(row["weight"], place, name="weight")
        found[tokens] = Entry(words=row["words"], tokens=tokens, kind=Kind(row["kind"]), weight=weight, voids=voids)
    known = {entry.words for entry in found.values()}
    if lost := next((name for name in voided if name not in known), None):
        raise PackError(f"{voided[lost]}: {lost} is voided and is no entry of the table")
    entries: dict[str, list[Entry]] = {}
    for entry in sorted(found.values(), key=lambda entry: -len(entry.tokens)):
        first = entry.tokens[0].lower()
        for form in (first, first + OWN):
            entries.setdefault(form, []).append(entry)
    return entries


def as_compared(token: str) -> str:
    """A word of a table as it is compared: in capitals it is an abbreviation and stays, else in lower case."""
    return token if token.isupper() else token.lower()


def same(token: str, word: str) -> bool:
    """Whether a word of a text is a token of the table: capitals exactly, others in any case and with `-nya`."""
    if token == word:
        return True
    lower = word.lower()
    return (lower == token or lower == token + OWN) and not token.isupper()
