"""Abbreviations and variants of a query's words, both ways: who looks for ASN means aparatur sipil negara too.

The table (`data/expansions.tsv`) has what means the same, and what is narrower: KIP is the KPU of Aceh, so that a search
for KPU takes it along, and one for KIP does not take all KPUs. What a user puts in quotes, behind `=` or behind a minus
is meant as it stands.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from archive.query import Expansion, ParsedQuery
from archive.querytree import All, Also, AnyOf, Node, Phrase, Word
from archive.stems import DATA, parts, stem, tokens

Form = tuple[str, ...]
"""The words of a term, folded."""

_EXPANDED = (None, "title")


def expand(query: ParsedQuery) -> ParsedQuery:
    """The query with other ways to say what it asks for, which `expanded` names as they are usually written."""
    found: dict[str, Expansion] = {}
    root = _expanded(query.root, query.text, found)
    return replace(query, root=root, expanded=tuple(found.values()))


def _expanded(node: Node, text: str, found: dict[str, Expansion]) -> Node:
    if isinstance(node, AnyOf):
        return AnyOf(of=tuple(_expanded(child, text, found) for child in node.of))
    if isinstance(node, All):
        return _joined(tuple(_in_row(node.of, text, found)))
    if isinstance(node, Word):
        return _joined(tuple(_in_row((node,), text, found)))
    return node


def _joined(nodes: tuple[Node, ...]) -> Node:
    return nodes[0] if len(nodes) == 1 else All(of=nodes)


def _in_row(nodes: tuple[Node, ...], text: str, found: dict[str, Expansion]) -> Iterator[Node]:
    """The nodes; words that stand in a row and are a term of the table together are one, with its other forms."""
    at = 0
    while at < len(nodes):
        size, others = _term_at(nodes, at)
        if not others:
            node = nodes[at]
            yield node if isinstance(node, Word) else _expanded(node, text, found)
            at += 1
            continue
        words = [node for node in nodes[at : at + size] if isinstance(node, Word)]
        first, last = words[0], words[-1]
        typed = text[first.start : last.end]
        found.setdefault(typed.casefold(), Expansion(term=typed, also=tuple(others.values())))
        yield Also(node=_joined(tuple(words)), others=tuple(_other(form, first, last) for form in others))
        at += size


def _term_at(nodes: tuple[Node, ...], at: int) -> tuple[int, dict[Form, str]]:
    """How many nodes from one on are a term of the table, as many as can be, and its other forms."""
    row: list[Word] = []
    for node in nodes[at : at + _longest()]:
        if not isinstance(node, Word) or node.field not in _EXPANDED or (row and node.field != row[0].field):
            break
        row.append(node)
    for size in range(len(row), 0, -1):
        form = tuple(part for word in row[:size] for part in word.forms.parts)
        if others := _table().get(form):
            return size, others
    if row and len(row[0].forms.parts) == 1 and (others := _table().get((stem(row[0].forms.parts[0]),))):
        return 1, others
    return 1, {}


def _other(form: Form, first: Word, last: Word) -> Word | Phrase:
    if len(form) == 1:
        return Word(forms=tokens(form[0])[0].forms, start=first.start, end=last.end, field=first.field)
    return Phrase(parts=form, start=first.start, end=last.end, field=first.field)


@cache
def _table() -> dict[Form, dict[Form, str]]:
    """The other forms of each term, each as it is usually written."""
    table: dict[Form, dict[Form, str]] = {}
    with (DATA / "expansions.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            same = {parts(said): said for said in (row["term"], *filter(None, row["same"].split("|")))}
            narrower = {parts(said): said for said in filter(None, row["narrower"].split("|"))}
            for form in same:
                others = table.setdefault(form, {})
                others |= {other: said for other, said in (same | narrower).items() if other != form}
    return table


@cache
def _longest() -> int:
    return max(map(len, _table()))
