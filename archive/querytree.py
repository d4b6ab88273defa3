"""What a query asks for, as a tree. No search engine reads what a user typed; `archive.fields` compiles this for one."""

from collections.abc import Iterator
from dataclasses import dataclass

from archive.errors import ArchiveError
from archive.stems import Forms


class QueryError(ArchiveError):
    """A text that is no query; one line says why, and `position` is the character (from 0) that it points at."""

    def __init__(self, why: str, position: int | None = None, advice: str = "") -> None:
        where = "" if position is None else f" at character {position + 1}"
        super().__init__(f"{why}{where}; {advice}" if advice else f"{why}{where}")
        self.position = position


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word in any of its forms; `start` and `end` are where it stands in the query, `field` where it is looked for."""

    forms: Forms
    start: int
    end: int
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words that stand side by side in this order and in exactly this form, folded; hyphenated ones in their parts."""

    parts: tuple[str, ...]
    start: int
    end: int
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """Words that begin like this, folded."""

    beginning: str
    start: int
    end: int
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """What must not be found."""

    node: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """What must all be found; if all of it must not be, every other article is."""

    of: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """Of which one must be found."""

    of: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """What was asked for, and other ways to say it, which weigh less."""

    node: "Node"
    others: tuple["Word | Phrase", ...]


Leaf = Word | Phrase | Prefix
Node = Leaf | Not | All | AnyOf | Also


def shown(node: Node) -> Iterator[Leaf]:
    """What an article's body may show of what was asked for: neither what must not be there nor what another field holds."""
    if isinstance(node, All | AnyOf):
        for child in node.of:
            yield from shown(child)
    elif isinstance(node, Also):
        yield from shown(node.node)
        yield from node.others
    elif not isinstance(node, Not) and node.field is None:
        yield node


def alike(node: Node) -> object:
    """A value that is equal for two nodes that ask for the same, wherever they stand in the query."""
    if isinstance(node, Word):
        return "word", node.forms.parts, node.field
    if isinstance(node, Phrase):
        return "phrase", node.parts, node.field
    if isinstance(node, Prefix):
        return "prefix", node.beginning, node.field
    if isinstance(node, Not):
        return "not", alike(node.node)
    if isinstance(node, Also):
        return "also", alike(node.node)
    return type(node).__name__, tuple(map(alike, node.of))
