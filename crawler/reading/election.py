"""Whether an article is about an election: words and phrases of the pack, weighed by where they stand.

Points of all words are summed; `score = points / (points + needed)`. It is a count that a reader can follow, not a
probability: `evidence` names the words, those that weigh most first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.records import Election
from crawler.reading.pack import Pack
from crawler.reading.vocabulary import Entry, Kind, same
from crawler.reading.words import Line, Words

EVIDENCE = 12
"""Words that are named; an article about an election has 15 to 40."""
_MENTIONS = 4


@dataclass(slots=True)
class _Found:
    """How often an entry was found, the best place where it stood, and how it was spelled there."""

    entry: Entry
    zone: float
    spelled: str
    times: int = 0


def judge(pack: Pack, words: Words) -> Election:
    """Say whether a text is about an election, by its headline, its first paragraph and the rest."""
    gate = pack.gate
    found: dict[str, _Found] = {}
    _scan(pack, (words.title,), gate.headline, found)
    _scan(pack, words.body[:1], gate.lead, found)
    _scan(pack, words.body[1:], 1.0, found)
    void = {name for one in found.values() for name in one.entry.voids}
    points: dict[Kind, dict[str, float]] = {kind: {} for kind in Kind}
    for name, one in found.items():
        if name not in void:
            more = 1 + gate.again * min(one.times - 1, _MENTIONS) / one.zone
            points[one.entry.kind][one.spelled] = one.entry.weight * one.zone * more
    said, beside = points[Kind.FOR], points[Kind.WITH]
    share = 1.0 if said else gate.alone
    total = sum(said.values()) + share * sum(beside.values()) - sum(points[Kind.AGAINST].values())
    score = round(max(total, 0.0) / (max(total, 0.0) + gate.needed), 3)
    weighed = sorted((said | beside).items(), key=lambda item: -item[1])
    return Election(
        score=score,
        about=score >= gate.threshold,
        evidence=tuple(spelled for spelled, _ in weighed[:EVIDENCE]),
        pack=pack.version,
    )


def _scan(pack: Pack, lines: Iterable[Line], zone: float, found: dict[str, _Found]) -> None:
    """Note the entries in some lines, the longest first and none within another."""
    entries = pack.entries
    for line in lines:
        exact = line.words
        free = 0
        for at in [at for at, word in enumerate(line.lower) if word in entries]:
            if at < free or (entry := _longest(entries[line.lower[at]], exact, at)) is None:
                continue
            free = at + len(entry.tokens)
            one = found.get(entry.words)
            if one is None:
                one = found[entry.words] = _Found(entry, zone, " ".join(exact[at:free]))
            one.times += 1


def _longest(candidates: Sequence[Entry], exact: Sequence[str], at: int) -> Entry | None:
    for entry in candidates:
        for place, token in enumerate(entry.tokens, at):
            if place >= len(exact) or not same(token, exact[place]):
                break
        else:
            return entry
    return None
