"""What a user typed, as a tree: words and phrases, all of which an article must hold. No search engine reads the text itself."""

import re
from dataclasses import dataclass

from archive.errors import ArchiveError
from archive.stems import Forms, tokens

LONGEST = 1_000
"""Characters that a query may have."""

_QUOTE = re.compile('["“”„‟«»]')


class QueryError(ArchiveError):
    """A text that is no query; one line says why, and `position` is the character (from 0) that it points at."""

    def __init__(self, why: str, position: int | None = None) -> None:
        super().__init__(why if position is None else f"{why} at character {position + 1}")
        self.position = position


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word in any of its forms; `start` and `end` are where it stands in the query."""

    forms: Forms
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words that stand side by side in this order and in exactly this form, folded; hyphenated ones in their parts."""

    parts: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """What must all be found, each named once."""

    of: tuple["Node", ...]


Node = Word | Phrase | All


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedQuery:
    """A query as typed and as understood."""

    text: str
    root: Node

    @property
    def terms(self) -> tuple[Word | Phrase, ...]:
        """The words and phrases that an article may show."""
        return _leaves(self.root)


def parse(text: str) -> ParsedQuery:
    """The tree of a query: words between quotes are a phrase, and what is no letter or digit only parts words.

    Typographic quotes count as straight ones: telephones and word processors type them unasked.

    Raises:
        QueryError: it is too long, a quote isn't closed, or no word is in it.
    """
    if len(text) > LONGEST:
        raise QueryError(f"a query has at most {LONGEST:,} characters; this one goes on", LONGEST)
    nodes: dict[object, Word | Phrase] = {}
    start = 0
    opened: int | None = None
    for end in [*(found.start() for found in _QUOTE.finditer(text)), len(text)]:
        words = tokens(text[start:end])
        if opened is None:
            for word in words:
                nodes.setdefault(
                    word.forms.parts, Word(forms=word.forms, start=start + word.start, end=start + word.end)
                )
            opened = end
        elif end == len(text):
            raise QueryError('a quote (") is opened and not closed', opened)
        else:
            parts = tuple(part for word in words for part in word.forms.parts)
            if parts:
                nodes.setdefault(("phrase", parts), Phrase(parts=parts, start=opened, end=end + 1))
            opened = None
        start = end + 1
    if not nodes:
        raise QueryError("a query needs at least one letter or digit")
    return ParsedQuery(text=text, root=All(of=tuple(nodes.values())))


def _leaves(node: Node) -> tuple[Word | Phrase, ...]:
    if isinstance(node, All):
        return tuple(leaf for child in node.of for leaf in _leaves(child))
    return (node,)
