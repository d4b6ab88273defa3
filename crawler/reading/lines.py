"""The rules that judge a line by its own words (OUTLETS 6 R0.2 and R0.3), each with a guard that holds prose back."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from archive.records import Removed
from crawler.reading.blocks import Block, Kind
from crawler.reading.cleaned import REACH, SENTENCE_END, Cleaned, Given, bare, visible
from crawler.reading.rules import Rules

_LONGEST = 400
"""A line of boilerplate that is longer names a story's headline twice; prose of that length is not asked."""
_LONGEST_PARAGRAPH = 4_000
_SHORT = 160
_MOSTLY = 0.8
_VALUE = 8
_ATTRIBUTED = re.compile(
    r"[,”\"]\s*(?:kata|ujar|ucap|tutur|pesan|imbau|ajak|pinta|ungkap|jelas|tegas|sebut|tulis|harap|pungkas|tutup|lanjut|"
    r"tambah|imbuh|terang|papar|demikian)(?:nya)?\b"
)
_THIS = ("artikel", "berita", "tulisan", "konten")
_SHARER = re.compile(r"share|intent/|wa\.me/|whatsapp:|mailto:|#print|pin/create|t\.me/", re.IGNORECASE)
_ORIGIN = re.compile(
    r"\b(?:di|oleh|pada|dari)\s+(?:laman\s+|situs\s+)?(?P<origin>[\w-]+(?:\.[\w-]+)*\.(?:com|co|id|net|org|news|tv)\b"
    r"|(?:[A-Z][\w-]*)(?:\s+[A-Z][\w-]*){0,3})(?P<after>\s*(?:$|[.,;(–—-]|dengan judul\b|berjudul\b|pada\s+\d|https?:).*)$"
)
_INLINE = re.compile(r"[^\w.!?”\")]{0,10}\b(?:baca|simak|lihat)\s+(?:juga|pula)\s*[:：]\s*(?P<rest>.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    """A block beside what a guard may ask about it."""

    block: Block
    text: str
    left: int
    """How many of the lines below it stay."""
    first: bool
    listed: bool
    """Whether it is an item beside items that no rule knows: a list of the article's own."""
    shared: bool
    """Whether a line of the same kind stands above it."""

    @property
    def said(self) -> bool:
        """Whether somebody is quoted as saying it."""
        return bool(_ATTRIBUTED.search(self.text))

    @property
    def prose(self) -> bool:
        """Whether somebody says it, or it ends as sentences do, or a table or list of the article holds it."""
        return self.block.text.endswith(".") or self.block.kind is Kind.CELL or self.listed or self.said


def _comments(line: _Line) -> bool:
    marked = any(sign in line.text for sign in "“”\"«‘'") or " on " in line.text or " to " in line.text
    return not line.prose and (marked or len(line.text.split()) < 4 or line.block.kind is Kind.HEADING)


def _syndicated(line: _Line) -> bool:
    return line.text.startswith("the post ") or (bool(line.block.links) and not line.said)


def _channel(line: _Line) -> bool:
    news = "google news" in line.text and not line.block.text.endswith(".")
    return (news or bool(line.block.links) or line.left < REACH) and not line.said


def _share(line: _Line) -> bool:
    if line.prose:
        return False
    told = line.text.startswith(("share", "bagikan", "sebarkan", "click", "klik"))
    many = line.block.kind is not Kind.ITEM and len(line.text.split()) > 2
    return told or many or line.shared or any(_SHARER.search(link.href) for link in line.block.links)


def _tag_line(line: _Line) -> bool:
    if line.prose:
        return False
    label, colon, value = line.text.replace("：", ":").partition(":")
    if sum(len(link.text) for link in line.block.links) * 2 >= len(value or label):
        return True
    if not colon and label.startswith("tag"):
        return False
    short = len(line.text.split()) <= _VALUE or line.text.startswith("#")
    return line.block.kind is Kind.PARAGRAPH and line.left < REACH and not line.first and short


def _page(line: _Line) -> bool:
    if line.prose or line.block.kind is Kind.ITEM:
        return False
    numbers = [int(number) for number in re.findall(r"\d+", line.text)] if line.text[:1].isdigit() else []
    gap = numbers[-1:] if "…" in line.text or ".." in line.text else []
    row = numbers[: len(numbers) - len(gap)]
    return row == list(range(1, len(row) + 1)) and (not gap or gap > row[-1:])


def _republished(line: _Line) -> bool:
    match = _ORIGIN.search(line.block.text)
    if match is None or line.left >= REACH or line.said:
        return False
    return line.text.startswith(_THIS) or not match["after"].strip(" .")


def _sure(line: _Line) -> bool:
    return not line.prose


_GUARDED: tuple[tuple[str, str, Callable[[_Line], bool]], ...] = (
    ("comments", "comments", _comments),
    ("syndicated", "syndicated", _syndicated),
    ("channel", "channels", _channel),
    ("share", "shares", _share),
    ("tag_line", "tag_lines", _tag_line),
    ("page_number", "pages", _page),
    ("advertisement", "adverts", _sure),
    ("republished", "republished", _republished),
)
"""By which name a rule takes lines that match which patterns whole, unless its guard says no; the first that does has it."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The words and patterns of an outlet, as they are asked."""

    exact: frozenset[str]
    starts: tuple[str, ...]
    noise: re.Pattern[str]
    closers: frozenset[str]
    cut: re.Pattern[str]
    any_guarded: re.Pattern[str]
    guarded: tuple[tuple[str, re.Pattern[str], Callable[[_Line], bool]], ...]
    see_also: re.Pattern[str]


@cache
def _patterns(rules: Rules) -> _Patterns:
    fields = [getattr(rules, name) for _, name, _ in _GUARDED]
    return _Patterns(
        exact=frozenset(map(bare, rules.boilerplate)),
        starts=rules.starts,
        noise=either(rules.noise),
        closers=frozenset(map(bare, rules.closers)),
        cut=either(rules.cut),
        any_guarded=either(tuple(pattern for patterns in fields for pattern in patterns)),
        guarded=tuple(
            (name, either(patterns), guard) for (name, _, guard), patterns in zip(_GUARDED, fields, strict=True)
        ),
        see_also=re.compile(rf"[\W_]*(?:{either(rules.see_also).pattern})\s*(?P<colon>[:：]?)", re.IGNORECASE),
    )


@cache
def either(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern that matches what any of them does; without any, nothing."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)", re.IGNORECASE)


def by_line(cleaned: Cleaned, given: Given) -> None:
    """R0.2: lines that are never the article's own; below a heading of comments or other stories, all.

    What a guard asks about the end of the text counts only lines that stay.
    """
    asked, blocks = _patterns(given.rules), cleaned.blocks
    lines = [bare(block.text) if len(block.text) <= _LONGEST else "" for block in blocks]
    known = {place for place, line in enumerate(lines) if line and asked.any_guarded.fullmatch(line)}
    fixed = {place for place, line in enumerate(lines) if line in asked.exact}
    alike = known | fixed
    taken = _fixed(blocks, lines, asked, {place for place in fixed if not _listed(blocks, place, alike)})
    if not known and not taken:
        return
    left = 0
    for place in range(len(blocks) - 1, -1, -1):
        if place in known and place not in taken:
            listed, shared = _listed(blocks, place, alike), place - 1 in known or place - 1 in taken
            line = _Line(blocks[place], lines[place], left, first=place == 0, listed=listed, shared=shared)
            if name := _named(line, asked):
                taken[place] = name
        left += place not in taken
    for place, name in sorted(taken.items()):
        cleaned.take(name, blocks[place])
        if name == "republished" and (match := _ORIGIN.search(blocks[place].text)):
            cleaned.origin = match["origin"]
    cleaned.blocks = [block for place, block in enumerate(blocks) if place not in taken]


def _fixed(blocks: Sequence[Block], lines: list[str], asked: _Patterns, exact: set[int]) -> dict[int, str]:
    """Which lines go by their words alone, and which because they stand below such a heading."""
    whole = sum(len(block.text) for block in blocks)
    taken: dict[int, str] = {}
    so_far = 0
    closed = False
    for place, (block, line) in enumerate(zip(blocks, lines, strict=True)):
        if closed:
            taken[place] = "below_heading"
        elif block.kind is not Kind.CELL and line:
            if place > len(taken) and asked.cut.fullmatch(line):
                closed = True
                taken[place] = "boilerplate"
            elif place in exact or _glued(line, asked):
                closed = line in asked.closers and so_far * 4 >= whole * 3
                taken[place] = "boilerplate"
        so_far += len(block.text)
    return taken


def _glued(line: str, asked: _Patterns) -> bool:
    return (line.startswith(asked.starts) or bool(asked.noise.fullmatch(line))) and not _ATTRIBUTED.search(line)


def _listed(blocks: Sequence[Block], place: int, known: set[int]) -> bool:
    """Whether a line is an item of a list, and one beside it is of no rule's kind."""
    if blocks[place].kind is not Kind.ITEM:
        return False
    beside = (at for at in (place - 1, place + 1) if 0 <= at < len(blocks))
    return any(blocks[at].kind is Kind.ITEM and at not in known and blocks[at].linked < _MOSTLY for at in beside)


def _named(line: _Line, asked: _Patterns) -> str | None:
    return next((name for name, pattern, guard in asked.guarded if pattern.fullmatch(line.text) and guard(line)), None)


def see_also(cleaned: Cleaned, given: Given) -> None:
    """R0.3: `Baca juga: …`, when it is nearly all link or short; a sentence that begins so is kept.

    A bare `Baca juga` heading takes the all-link lines below it along. Behind a sentence, `Baca juga: LINK` goes alone.
    """
    begins = _patterns(given.rules).see_also
    kept: list[Block] = []
    below = False
    for block in cleaned.blocks:
        text = visible(block.text)
        match = begins.match(text)
        rest = text[match.end() :].strip(" :：") if match else ""
        if match and _is_pointer(block, match, rest):
            below = not rest
        elif below and block.linked >= _MOSTLY:
            pass
        else:
            below = False
            inline = block.links and len(block.text) < _LONGEST_PARAGRAPH
            kept.append(_without_pointer(cleaned, block) if inline else block)
            continue
        cleaned.take("see_also", block)
        cleaned.related.extend(block.links)
    cleaned.blocks = kept


def _is_pointer(block: Block, match: re.Match[str], rest: str) -> bool:
    if not rest or sum(len(link.text) for link in block.links) >= _MOSTLY * len(rest):
        return True
    words = match.group().split()
    label = bool(match["colon"]) or all(word[:1] != word[:1].lower() for word in words if word[:1].isalpha())
    prose = rest.endswith(SENTENCE_END) and not label
    return len(block.text) < _SHORT and not prose and block.kind is not Kind.CELL


def _without_pointer(cleaned: Cleaned, block: Block) -> Block:
    """The block without a `Baca juga: LINK` at its end."""
    match = _INLINE.search(block.text)
    pointing = [link for link in block.links if match and link.text in match["rest"]]
    if match is None or match.start() == 0 or sum(len(link.text) for link in pointing) < _MOSTLY * len(match["rest"]):
        return block
    cleaned.removed.append(Removed(rule="see_also", text=match.group().strip()))
    cleaned.related.extend(pointing)
    return Block(block.text[: match.start()].rstrip(), block.kind, tuple(x for x in block.links if x not in pointing))
