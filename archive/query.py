"""The query language: what a user typed, read by a grammar (parsy) into a tree. CONTRACT.md says what it knows."""

import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from parsy import Parser, fail, forward_declaration, generate, index, regex, string

from archive.querytree import All, Also, AnyOf, Leaf, Node, Not, Phrase, Prefix, QueryError, Word, alike, shown
from archive.stems import Token, parts, tokens

__all__ = ["FIELDS", "LONGEST", "Expansion", "ParsedQuery", "QueryError", "parse"]

FIELDS = ("title", "author", "place", "outlet", "tag", "actor")
"""What may stand before a colon."""
LONGEST = 1_000
"""Characters that a query may have."""
DEEPEST = 20
"""Parentheses inside each other."""
SHORTEST = 2
"""Letters before a `*`: one would stand for a tenth of all words."""

_QUOTES = '"“”„‟«»'
_END = rf"(?=[\s(){_QUOTES}]|$)"
_AS_WORD = "in small letters, or in quotes, it is a word like others"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What was looked for beside what was typed."""

    term: str
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedQuery:
    """A query as typed and as understood, with what it was expanded by."""

    text: str
    root: Node
    expanded: tuple[Expansion, ...] = field(default=())

    @property
    def terms(self) -> tuple[Leaf, ...]:
        """What an article's body may show of it."""
        return tuple(shown(self.root))


def parse(text: str) -> ParsedQuery:
    """The tree of a query; what is neither letter nor digit nor part of the language only parts words.

    Typographic quotes count as straight ones: telephones and word processors type them unasked.

    Raises:
        QueryError: it can't be read; one line says why and points at the character.
    """
    if len(text) > LONGEST:
        raise QueryError(f"a query has at most {LONGEST:,} characters; this one goes on", LONGEST)
    _look_at_depth(text)
    root, rest = (_blank >> _any_of.optional()).parse_partial(text)
    if rest:
        at = len(text) - len(rest)
        if rest[0] == ")":
            raise QueryError("a ) closes no (", at)
        raise QueryError(f"{rest.split(maxsplit=1)[0]} has nothing before it", at, _AS_WORD)
    if root is None:
        raise QueryError("a query needs at least one letter or digit")
    return ParsedQuery(text=text, root=root)


def _look_at_depth(text: str) -> None:
    """Refuse what would nest the parser's calls deeper than Python allows."""
    depth, quoted = 0, False
    for at, sign in enumerate(text):
        if sign in _QUOTES:
            quoted = not quoted
        elif not quoted:
            depth += (sign == "(") - (sign == ")")
            if depth > DEEPEST:
                raise QueryError(f"at most {DEEPEST} parentheses may stand inside each other", at)


_Reading = Generator[Parser, Any, Node | None]
"""What reads a piece of a query gives a node, or None for signs without a word, which ask for nothing."""

_any_of = forward_declaration()
_blank = regex(r"\s*")
_and, _or, _not = (regex(name + _END) << _blank for name in ("AND", "OR", "NOT"))
_no_keyword = regex(f"(?!(?:AND|OR|NOT){_END})")
_minus = regex(r"-(?=[^\s)-])")
_field = regex(rf"({'|'.join(FIELDS)}):\s*", re.IGNORECASE, group=1)
_unknown_field = regex(r"([^\W\d_]{2,}):(?=\w)", group=1)
_chunk = regex(rf"[^\s(){_QUOTES}]+")
_quote = regex(f"[{_QUOTES}]")


def _tried(parser: Parser) -> Parser:
    """Reads what a parser reads, as a tuple of it; where it can't, gives None."""
    return parser.map(lambda node: (node,)).optional()


@generate
def _group() -> _Reading:
    start = yield index
    yield string("(") >> _blank
    inner = yield _tried(_any_of)
    rest = yield regex(r"[^\s)]*\)?")
    if rest == ")":
        return None if inner is None else inner[0]
    if rest:
        raise QueryError(f"{rest.rstrip(')')} has nothing before it", (yield index) - len(rest), _AS_WORD)
    raise QueryError("a ( is opened and not closed", start)


@generate
def _phrase() -> _Reading:
    start = yield index
    yield _quote
    text = yield regex(f"[^{_QUOTES}]*")
    if (yield _quote.optional()) is None:
        raise QueryError('a quote (") is opened and not closed', start)
    held = parts(text)
    return Phrase(parts=held, start=start, end=(yield index)) if held else None


@generate
def _words() -> _Reading:
    start = yield index
    return _worded((yield _chunk), start)


@generate
def _exactly() -> _Reading:
    yield string("=")
    start = yield index
    if (phrase := (yield _tried(_phrase))) is not None:
        return phrase[0]  # type: ignore[no-any-return]
    text = (yield _chunk.optional()) or ""
    if text.endswith("*"):
        return _worded(text, start)
    held = parts(text)
    return Phrase(parts=held, start=start, end=start + len(text)) if held else None


def _worded(text: str, start: int) -> Node | None:
    """What a run of signs without a blank asks for: mostly one word, `dan/atau` two, `kampany*` a beginning."""
    if inside := re.search(r"(?<=\w)\*+(?=\w)", text):
        raise QueryError("a * stands at the end of a word only", start + inside.start())
    found = tokens(text)
    if not found:
        return None
    nodes: list[Node] = [_word(word, start) for word in found]
    last = found[-1]
    if text[last.end :] == "*":
        *before, beginning = last.forms.parts
        if len(beginning) < SHORTEST:
            raise QueryError(f"at least {SHORTEST} letters or digits stand before a *", start + last.end)
        begins, ends = start + last.start, start + last.end + 1
        nodes[-1:] = [Phrase(parts=(part,), start=begins, end=ends) for part in before]
        nodes.append(Prefix(beginning=beginning, start=begins, end=ends))
    return _all(nodes)


def _word(word: Token, start: int) -> Word:
    return Word(forms=word.forms, start=start + word.start, end=start + word.end)


@generate
def _operand() -> _Reading:
    start = yield index
    name = yield _field.optional()
    if name is None:
        yield _no_keyword
        if (other := (yield _unknown_field.optional())) is not None:
            known = ", ".join(f"{field}:" for field in FIELDS)
            raise QueryError(
                f"there is no field {other}:", start, f"there are {known}; in quotes it is a word like others"
            )
    found = yield _tried((_phrase | _group | _exactly | _words) << _blank)
    if found is not None:
        return found[0] if name is None or found[0] is None else _within(name.lower(), found[0])
    if name is not None:
        raise QueryError(f"{name}: has nothing after it", start, "in quotes it is a word like others")
    return (yield fail("a word"))  # type: ignore[no-any-return]


@generate
def _negated() -> _Reading:
    start = yield index
    signs = yield (_minus.result("-") | _not.result("NOT")).many()
    node = yield _tried(_operand)
    if node is not None:
        return Not(node=node[0]) if node[0] is not None and len(signs) % 2 else node[0]
    if signs:
        raise QueryError(f"{signs[-1]} has nothing after it", start, _AS_WORD if signs[-1] == "NOT" else "")
    return (yield fail("a word"))  # type: ignore[no-any-return]


@generate
def _all_of() -> _Reading:
    nodes = [(yield _negated)]
    while True:
        start = yield index
        joined = yield _and.optional()
        node = yield _tried(_negated)
        if node is not None:
            nodes.append(node[0])
        elif joined is not None:
            raise QueryError("AND has nothing after it", start, _AS_WORD)
        else:
            return _all([one for one in nodes if one is not None])


@generate
def _alternatives() -> _Reading:
    found = [(yield _all_of)]
    while True:
        start = yield index
        if (yield _or.optional()) is None:
            once = _once([node for node in found if node is not None])
            return AnyOf(of=once) if len(once) > 1 else once[0] if once else None
        other = yield _tried(_all_of)
        if found[-1] is None or other is None or other[0] is None:
            where = "before" if found[-1] is None else "after"
            raise QueryError(f"OR has nothing {where} it", start, _AS_WORD)
        found.append(other[0])


_any_of.become(_alternatives)


def _all(nodes: list[Node]) -> Node | None:
    flat = [part for node in nodes for part in (node.of if isinstance(node, All) else (node,))]
    once = _once(flat)
    return All(of=once) if len(once) > 1 else once[0] if once else None


def _once(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """The nodes, of those that ask for the same the first."""
    found: dict[object, Node] = {}
    for node in nodes:
        found.setdefault(alike(node), node)
    return tuple(found.values())


def _within(name: str, node: Node) -> Node:
    """The node with all that names no field looked for in one."""
    if isinstance(node, All | AnyOf):
        return replace(node, of=tuple(_within(name, child) for child in node.of))
    if isinstance(node, Not):
        return Not(node=_within(name, node.node))
    assert not isinstance(node, Also)  # expanded later
    return node if node.field else replace(node, field=name)
