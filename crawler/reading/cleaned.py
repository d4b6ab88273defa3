"""What cleaning is given and what it gives: the blocks of a text on their way through the rules."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from archive.records import Removed
from crawler.reading.blocks import Block, Link
from crawler.reading.credits import Credit
from crawler.reading.dateline import Dateline
from crawler.reading.places import folded
from crawler.reading.rules import Rules

SENTENCE_END = (".", "!", "?", "”", '"')
REACH = 3
"""How many of the last lines are the end of a text (OUTLETS 6 R1)."""
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
"""Signs of no width; to substitute them takes a seventh of the time of `str.translate`."""
_AROUND = " \t*_»«›‹>|•·–—-:：=~→➡►▶◄◀📌🔗👉[]()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is known of a story before its text is cleaned."""

    rules: Rules
    title: str
    caption: str | None
    outlet: tuple[str, ...]
    place: Callable[[str], bool]
    loose: bool
    """Whether the blocks begin above the headline, because no container is known that begins below it."""


@dataclass(slots=True)
class Cleaned:
    """The body's own blocks, and what the rules took out or learned."""

    blocks: list[Block]
    removed: list[Removed] = field(default_factory=list)
    related: list[Link] = field(default_factory=list)
    section: str | None = None
    dateline: Dateline | None = None
    credits: list[Credit] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    origin: str | None = None
    """The outlet that the page itself names as where the story stood first."""

    @property
    def credit(self) -> str | None:
        """The sign-offs and credit lines as printed, in the order of the page."""
        return " ".join([*self.signs, *(line.printed for line in self.credits)]) or None

    def copied(self, outlet: tuple[str, ...]) -> bool:
        """Whether the page says that its story stood at another outlet first; some name themselves."""
        return self.origin is not None and folded(self.origin) not in map(folded, outlet)

    def take(self, rule: str, block: Block) -> None:
        """Note that a rule took a block."""
        self.removed.append(Removed(rule=rule, text=block.text))


def visible(text: str) -> str:
    """A line without what has no width: editors paste `Baca\u200b juga`."""
    return _INVISIBLE.sub("", text)


def key(text: str) -> str:
    """A line as rules compare it."""
    return visible(text).lower().strip()


def bare(text: str) -> str:
    """A line as `wording` has it: in lower case, without the signs around it."""
    return visible(text).lower().strip(_AROUND)
