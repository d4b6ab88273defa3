"""Whom of a list a text names: whole names first, then the single names by which it goes on to call them.

A name is all that is looked for. What the text says of someone, and which topic stands beside a name, is not joined to
them: an allegation is never attached to a person.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from archive.records import Actor, Span
from crawler.reading.actorlist import TITLES, Actors, Form, Listed
from crawler.reading.words import Line, Words

SPANS = 20
"""Places that are kept of one actor or topic."""


_PARTS = frozenset(".,;:!?")
_ABBREVIATION = 4
"""Letters that a shortened name has at most: `Muh.`, `Moch.`"""


@dataclass(slots=True)
class _Named:
    """Where someone is named, in order, and how much it weighs."""

    spans: list[Span] = field(default_factory=list)
    weight: int = 0

    def add(self, line: Line, first: int, last: int, weight: int) -> None:
        self.weight += weight
        if len(self.spans) < SPANS:
            self.spans.append(line.span(first, last))


def actors(listed: Actors, words: Words, *, day: date | None, regions: Sequence[Collection[str]]) -> tuple[Actor, ...]:
    """Give who is named, those that weigh most first, each with the role of the day.

    `regions` tell apart two that share a name: codes, those that count first before the others (the main regions, all
    that are named, the outlet's own). Whom they cannot tell apart is not named.
    """
    found: dict[str, _Named] = {}
    met: list[tuple[int, Line, int, int]] = []
    for number, line in enumerate(words.lines):
        for form, first in _forms_in(line, listed):
            last = first + len(form.tokens) - 1
            met.append((number, line, first, last))
            for key in form.ids if form.pair else _one_of(form.ids, listed, regions, day):
                found.setdefault(key, _Named()).add(line, first, last, _weight(number))
    if found:
        _add_singles(found, listed, words, met)
    weighed = sorted(found.items(), key=lambda item: -item[1].weight)
    return tuple(_actor(listed.listed[key], named, day) for key, named in weighed)


def _weight(number: int) -> int:
    """The headline and the first paragraph count three times."""
    return 3 if number < 2 else 1


def _actor(one: Listed, named: _Named, day: date | None) -> Actor:
    spans = sorted(named.spans, key=lambda span: (span.field != "title", span.start))
    return Actor(id=one.id, name=one.name, role=one.role(day), spans=tuple(spans))


def _forms_in(line: Line, listed: Actors) -> Iterable[tuple[Form, int]]:
    forms = listed.forms
    # Most lines name nobody: this is asked of all their words in one call.
    if forms.keys().isdisjoint(line.words):
        return
    free = 0
    for at in [at for at, word in enumerate(line.words) if word in forms]:
        if at < free:
            continue
        form = next((form for form in forms[line.words[at]] if _stands(form, line, at, listed)), None)
        if form is not None:
            free = at + len(form.tokens)
            yield form, at


def _stands(form: Form, line: Line, at: int, listed: Actors) -> bool:
    """Whether a name stands at a word: none that a sentence or a list parts, and no single name within a longer one."""
    if not form.stands(line.words, at):
        return False
    if len(form.tokens) == 1:
        person = form.tokens[0].istitle() and not any(listed.listed[key].whole for key in form.ids)
        return not (person and line.field != "title" and _in_a_name(line, at))
    last = at + len(form.tokens) - 1
    start, stop = line.place(at, last)
    if _PARTS.isdisjoint(line.text[start:stop]):
        return True
    return not any(_parted(line, place) for place in range(at, last))


def _parted(line: Line, at: int) -> bool:
    """Whether a sentence or a clause ends behind a word; a stop behind an abbreviation ends none: `Moch. Anton`."""
    gap = line.text[slice(line.place(at, at)[1], line.place(at + 1, at + 1)[0])]
    return not _PARTS.isdisjoint(gap.strip(".")) or (
        "." in gap and gap[-1].isspace() and len(line.words[at]) > _ABBREVIATION
    )


def _one_of(ids: Sequence[str], listed: Actors, regions: Sequence[Collection[str]], day: date | None) -> Sequence[str]:
    """The one of several with a name who is meant: by region, else by the days of the list; nobody where neither says."""
    if len(ids) == 1:
        return ids
    for codes in regions:
        near = [key for key in ids if any(_near(one, code) for one in listed.listed[key].regions for code in codes)]
        if len(near) == 1:
            return near
        ids = near or ids
    serving = [key for key in ids if day and any(not term.away(day) for term in listed.listed[key].terms)]
    return serving if len(serving) == 1 else ()


def _near(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _add_singles(found: dict[str, _Named], listed: Actors, words: Words, met: list[tuple[int, Line, int, int]]) -> None:
    """Add where a single name stands for someone: in the headline, or after their whole name, and of one alone."""
    owners: dict[str, set[str]] = {}
    for key in found:
        for token in listed.listed[key].singles:
            owners.setdefault(token, set()).add(key)
            owners.setdefault(token.upper(), set()).add(key)
    taken: dict[int, set[int]] = {}
    for number, _, first, last in met:
        taken.setdefault(number, set()).update(range(first, last + 1))
    begun = min((number for number, *_ in met if number), default=0)
    alone: list[tuple[str, int, Line, int]] = []
    shared: set[str] = set()
    for number, line in enumerate(words.lines):
        if owners.keys().isdisjoint(line.words):
            continue
        for at, word in enumerate(line.words):
            if word not in owners or at in taken.get(number, ()):
                continue
            if number and _in_a_name(line, at):
                shared.add(word.lower())
            elif not number or number >= begun:
                alone.append((word, number, line, at))
    for word, number, line, at in alone:
        keys = owners[word]
        if len(keys) == 1 and word.lower() not in shared:
            found[next(iter(keys))].add(line, at, at, _weight(number))


def _in_a_name(line: Line, at: int) -> bool:
    """Whether a word belongs to a longer name: another word with a capital stands beside it, with a blank between."""
    if at + 1 < len(line.words) and _is_name(line.words[at + 1]) and _beside(line, at):
        return True
    if not at or not _is_name(line.words[at - 1]) or not _beside(line, at - 1):
        return False
    # A sentence begins with a capital too, and `Bupati Kukar Edi` is a title with its region.
    before = at - 2
    return before >= 0 and _beside(line, before) and line.lower[before] not in TITLES


def _is_name(word: str) -> bool:
    return word[0].isupper() and not word.isupper() and word.lower() not in TITLES


def _beside(line: Line, at: int) -> bool:
    return line.text[slice(line.place(at, at)[1], line.place(at + 1, at + 1)[0])] == " "
