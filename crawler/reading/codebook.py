"""The topics of an election and how they are spoken of: `topics.tsv` and `modality.tsv` of a pack."""

import re
from dataclasses import dataclass
from enum import StrEnum

from crawler.reading.phrases import Phrases, phrases
from crawler.reading.tables import PackError, number, rows

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Mood(StrEnum):
    """What a word of `modality.tsv` says of the topics in its sentence."""

    WARNED = "warned"
    """They are warned of, or asked to be left."""
    CLAIM = "claim"
    """Someone says that it happened, or an authority looks into it."""
    DENIED = "denied"
    """It is not said to have happened: `belum ada laporan`."""
    TURN = "turn"
    """Another thought begins: what was said before no longer holds (`setelah`, `sementara`)."""
    PLAIN = "plain"
    """None of these, though a word in it alone would be: `laporan dana kampanye`."""
    WITHOUT = "without"
    """No word but a topic of which neither is said: one cannot warn of turnout."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """A topic that a phrase speaks of, and how surely: 1 by itself, less where it also stands elsewhere."""

    topic: str
    weight: float


@dataclass(frozen=True, slots=True)
class Codebook:
    """The topics' phrases, the words of modality, and the topics without one."""

    triggers: Phrases[Trigger]
    moods: Phrases[Mood]
    without: frozenset[str]
    names: tuple[str, ...]


def codebook(topics: str, modality: str, where: tuple[str, str]) -> Codebook:
    """Read the two tables; either may be empty.

    Raises:
        PackError: a row has a mistake.
    """
    names: dict[str, None] = {}
    triggers = []
    for place, row in rows(topics, where[0], ("topic", "words", "weight")) if topics else ():
        if not _NAME.fullmatch(row["topic"]):
            raise PackError(
                f"{place}: a topic is named in small letters, digits and _, not {row['topic'] or 'not at all'}"
            )
        names[row["topic"]] = None
        triggers.append(
            (place, row["words"], Trigger(row["topic"], number(row["weight"] or "1", place, name="weight")))
        )
    without, moods = set(), []
    for place, row in rows(modality, where[1], ("kind", "words")) if modality else ():
        if row["kind"] not in list(Mood):
            raise PackError(f"{place}: the kind must be one of {', '.join(Mood)}, not {row['kind'] or 'nothing'}")
        if row["kind"] != Mood.WITHOUT:
            moods.append((place, row["words"], Mood(row["kind"])))
        elif row["words"] in names:
            without.add(row["words"])
        else:
            raise PackError(f"{place}: {row['words']} is no topic of {where[0]}")
    return Codebook(phrases(triggers), phrases(moods), frozenset(without), tuple(names))
