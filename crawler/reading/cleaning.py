"""The rules that take out of the body what is not its own text, in the order and with the guards of OUTLETS 6.

Each rule is named, and what it took stands in `removed`, so that it can be judged and undone. R0.4's "either of two
identical neighbours" is not among them: it repairs text extractors that print an image's `alt` beside its caption,
which a walk of the document does not do, and an editor's repeated paragraph is the article's own.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from archive.records import Removed
from crawler.reading.blocks import Block, Kind, Link
from crawler.reading.credits import Credit, closing_stars, credit_line, sign_off
from crawler.reading.dateline import Dateline, split_dateline
from crawler.reading.dates import MONTH
from crawler.reading.places import is_place
from crawler.reading.rules import CLOSERS, Rules

_SEE_ALSO = re.compile(r"^[\W_]*(?:baca|simak|lihat)\s+(?:juga|pula)\b\s*(?P<colon>:?)", re.IGNORECASE)
_READ = re.compile(r"^[\W_]*baca\s*:", re.IGNORECASE)
_SYNDICATED = re.compile(r"^the post\b.+\b(?:appeared first on|first appeared on)\b", re.IGNORECASE)
_COMMENTS = re.compile(r"^(?:\d+|one|satu)\s+(?:comments?|komentar|tanggapan|respon(?:ses?)?)\b.{0,80}$", re.IGNORECASE)
_CHANNEL = re.compile(
    r"^[\W_]*(?:ikuti|simak|cek|dapatkan|gabung|baca|follow)\b.{0,140}\b(?:google news|whatsapp|telegram|tiktok|instagram)\b",
    re.IGNORECASE,
)
_NOTE = re.compile(r"^[\W_]*(?:ralat|koreksi|catatan redaksi|hak jawab|editor[’']?s note)\b", re.IGNORECASE)
_SENTENCE_END = (".", "!", "?", "”", '"')
_INVISIBLE = str.maketrans("", "", "\u200b\u200c\u200d\ufeff\u00ad")
_SHORT = 160
_MOSTLY = 0.8
_LIKE = 0.95
_LONGEST_TITLE = 400
"""The comparison is quadratic; no headline is longer."""
_CREDIT_REACH = 3
_ABOVE = 6
_LABEL = 60
_DAY = (
    rf"(?:(?:senin|selasa|rabu|kamis|jum[’']?at|sabtu|minggu)\s*,?\s*)?\d{{1,2}}\s+(?:{MONTH})\s+\d{{4}}"
    r"(?:[\s|•·,–-]*\d{1,2}[:.]\d{2})?(?:\s*(?:WIB|WITA|WIT))?"
)
_BYLINE = re.compile(
    rf"(?:(?:di)?(?:tulis|post|posting|terbitkan)?\s*(?:oleh|by)\s*:?\s+[\w.’' ]{{3,40}}?(?:[\s|•·,–-]+{_DAY})?"
    rf"|(?:[\w.’' ]{{3,40}}?\s*[|•·–-]\s*)?{_DAY})",
    re.IGNORECASE,
)
"""A line of nothing but `Oleh NAME`, a day with or without a time, or a name and a day."""


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

    @property
    def credit(self) -> str | None:
        """The sign-offs and credit lines as printed, in the order of the page."""
        return " ".join([*self.signs, *(line.printed for line in self.credits)]) or None

    def take(self, rule: str, block: Block) -> None:
        """Note that a rule took a block."""
        self.removed.append(Removed(rule=rule, text=block.text))


def clean(
    blocks: Sequence[Block],
    rules: Rules,
    *,
    title: str,
    caption: str | None,
    outlet: tuple[str, ...],
    place: Callable[[str], bool] = is_place,
    loose: bool = False,
) -> Cleaned:
    """The article's own blocks; every rule has run once, in R0's order.

    `loose` says that the blocks begin above the headline, because no container is known that begins below it.
    """
    cleaned = Cleaned(list(blocks))
    _boilerplate(cleaned, rules)
    _see_also(cleaned)
    if loose:
        _above(cleaned, title, caption)
    _headline(cleaned, title, caption)
    _said_twice(cleaned)
    _top_credit(cleaned)
    _dateline(cleaned, outlet, place)
    _credit(cleaned)
    _endings(cleaned)
    return cleaned


def key(text: str) -> str:
    """A line as rules compare it."""
    return text.translate(_INVISIBLE).lower().strip()


def _boilerplate(cleaned: Cleaned, rules: Rules) -> None:
    """R0.2: fixed lines; after a heading of comments or related stories in the last quarter, all that follows.

    The family's own lines go by `noise`, and all that stands below a line of `cut`, unless nothing stands above it.

    An invitation to the outlet's channel goes if it is linked or stands at the end: a sentence of the text may begin so.
    """
    exact = frozenset(rules.boilerplate)
    kept: list[Block] = []
    whole = sum(len(block.text) for block in cleaned.blocks)
    so_far = 0
    closed = False
    for place, block in enumerate(cleaned.blocks):
        line = key(block.text)
        channel = bool(_CHANNEL.match(line)) and (bool(block.links) or place >= len(cleaned.blocks) - _CREDIT_REACH)
        fixed = block.kind is not Kind.CELL and (
            line in exact or line.rstrip(":") in exact or bool(_COMMENTS.match(line))
        )
        cut = bool(kept and rules.cut and re.fullmatch(rules.cut, line))
        noise = bool(rules.noise and re.fullmatch(rules.noise, line))
        if closed or fixed or channel or cut or noise or line.startswith(rules.starts) or _SYNDICATED.match(line):
            closed = closed or cut or (line in CLOSERS and so_far * 4 >= whole * 3)
            cleaned.take("boilerplate", block)
        else:
            kept.append(block)
        so_far += len(block.text)
    cleaned.blocks = kept


def _see_also(cleaned: Cleaned) -> None:
    """R0.3: `Baca juga: …`, when it is nearly all link or short; a sentence that begins so is kept.

    A bare `Baca juga` heading takes the all-link lines below it along.
    """
    kept: list[Block] = []
    below = False
    for block in cleaned.blocks:
        match = _SEE_ALSO.match(block.text) or _READ.match(block.text)
        rest = block.text[match.end() :].strip(" :") if match else ""
        if match and _is_pointer(block, rest, colon=block.text[: match.end()].rstrip().endswith(":")):
            below = not rest
        elif below and block.linked >= _MOSTLY:
            pass
        else:
            below = False
            kept.append(block)
            continue
        cleaned.take("see_also", block)
        cleaned.related.extend(block.links)
    cleaned.blocks = kept


def _is_pointer(block: Block, rest: str, *, colon: bool) -> bool:
    linked = sum(len(link.text) for link in block.links)
    if linked >= _MOSTLY * max(len(rest), 1) or not rest:
        return True
    prose = not colon and not block.links and rest.endswith(_SENTENCE_END)
    return len(block.text) < _SHORT and not prose


def _above(cleaned: Cleaned, title: str, caption: str | None) -> None:
    """R4: what a page prints above its headline, the section last, and the lines of name and day below it.

    Held back where a line above is long or a sentence: then the headline's words stand in the text.
    """
    at = next((place for place, block in enumerate(cleaned.blocks[:_ABOVE]) if _alike(block.text, title)), 0)
    above = cleaned.blocks[:at]
    if all(_is_label(block.text) or key(block.text) == key(caption or "") for block in above):
        for _ in above:
            cleaned.take("above_headline", cleaned.blocks.pop(0))
        labels = [
            block.text for block in above if len(block.text.split()) <= 3 and block.text.replace(" ", "").isalpha()
        ]
        cleaned.section = next(reversed(labels), None)
    first = int(bool(cleaned.blocks) and _alike(cleaned.blocks[0].text, title))
    while len(cleaned.blocks) > first + 1 and _BYLINE.fullmatch(cleaned.blocks[first].text):
        cleaned.take("byline", cleaned.blocks.pop(first))


def _is_label(text: str) -> bool:
    return len(text) < _LABEL and not text.endswith(_SENTENCE_END)


def _headline(cleaned: Cleaned, title: str, caption: str | None) -> None:
    """R0.4: leading lines that repeat the headline, and lines of the first three that repeat the lead picture's caption."""
    while cleaned.blocks and len(cleaned.blocks) > 1 and _alike(cleaned.blocks[0].text, title):
        cleaned.take("headline", cleaned.blocks.pop(0))
    if caption:
        for block in [block for block in cleaned.blocks[:3] if key(block.text) == key(caption)]:
            cleaned.blocks.remove(block)
            cleaned.take("caption", block)


def _alike(line: str, title: str) -> bool:
    one, other = key(line), key(title)
    if one == other:
        return True
    if not other or len(other) > _LONGEST_TITLE or abs(len(one) - len(other)) > 0.1 * len(other):
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= _LIKE and matcher.ratio() >= _LIKE


def _said_twice(cleaned: Cleaned) -> None:
    """A page that prints its whole text once more (DOMAIN 1.6, Prokalteng): the second printing goes."""
    half = len(cleaned.blocks) // 2
    if half >= 3 and len(cleaned.blocks) % 2 == 0:
        first, second = cleaned.blocks[:half], cleaned.blocks[half:]
        if [block.text for block in first] == [block.text for block in second]:
            cleaned.blocks = first
            for block in second:
                cleaned.take("said_twice", block)


def _top_credit(cleaned: Cleaned) -> None:
    """Credit lines above the lead (`Reporter : A`, `Editor : B`; DOMAIN 1.3: 18 of 80)."""
    while len(cleaned.blocks) > 2 and (credit := credit_line(cleaned.blocks[0].text)):
        cleaned.credits.append(credit)
        cleaned.take("credit_line", cleaned.blocks.pop(0))


def _dateline(cleaned: Cleaned, outlet: tuple[str, ...], place: Callable[[str], bool]) -> None:
    """R0.5: the first line only; a dateline that stands alone goes whole."""
    if not cleaned.blocks or cleaned.blocks[0].kind in (Kind.CELL, Kind.ITEM):
        return
    block = cleaned.blocks[0]
    found = split_dateline(block.text, outlet_names=outlet, place=place)
    if found is None or (not found.rest and len(cleaned.blocks) == 1):
        return
    cleaned.dateline = found
    cleaned.removed.append(Removed(rule="dateline", text=found.printed))
    cleaned.blocks[:1] = [Block(found.rest, block.kind, block.links)] if found.rest else []


def _credit(cleaned: Cleaned) -> None:
    """R1: whole credit lines among the last three, and those right above them; what stands below one stays."""
    last = len(cleaned.blocks)
    at = [index for index in range(max(0, last - _CREDIT_REACH), last) if _credit_at(cleaned, index)]
    while at and at[0] > 1 and _credit_at(cleaned, at[0] - 1):
        at.insert(0, at[0] - 1)
    lines = [(index, _credit_at(cleaned, index)) for index in at]
    for _, credit in lines:
        if credit:
            cleaned.credits.append(credit)
    for index, _ in reversed(lines):
        cleaned.take("credit_line", cleaned.blocks.pop(index))


def _credit_at(cleaned: Cleaned, index: int) -> Credit | None:
    """The credit line at an index; never the only block, never a table's cell."""
    block = cleaned.blocks[index]
    return credit_line(block.text) if len(cleaned.blocks) > 1 and block.kind is not Kind.CELL else None


def _endings(cleaned: Cleaned) -> None:
    """R0.6 and R1: initials and stars at the end of the last line that is not a correction note."""
    index = len(cleaned.blocks) - 1
    while index > 0 and _NOTE.match(cleaned.blocks[index].text):
        index -= 1
    for rule, cut in (("closing_star", closing_stars), ("sign_off", sign_off), ("closing_star", closing_stars)):
        if index < 0:
            return
        block = cleaned.blocks[index]
        if block.kind is Kind.CELL or not (found := cut(block.text)):
            continue
        rest, mark = found
        if not rest and len(cleaned.blocks) == 1:
            return
        cleaned.removed.append(Removed(rule=rule, text=mark))
        if rule == "sign_off":
            cleaned.signs.append(mark)
        cleaned.blocks[index : index + 1] = [Block(rest, block.kind, block.links)] if rest else []
        if not rest:
            index -= 1
