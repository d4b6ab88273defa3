"""The rules that judge where a text begins: headline, caption, bylines, credits above the lead, dateline."""

import re
from difflib import SequenceMatcher

from archive.notes import is_note
from archive.records import Removed
from crawler.reading.blocks import Block, Kind
from crawler.reading.cleaned import SENTENCE_END, Cleaned, Given, bare, key, visible
from crawler.reading.credits import credit_line
from crawler.reading.dateline import split_dateline
from crawler.reading.lines import either

_LIKE = 0.95
_LONGEST_TITLE = 400
"""The comparison is quadratic; no headline is longer."""
_ABOVE = 6
_LABEL = 60
_LISTED = (Kind.CELL, Kind.ITEM)


def above(cleaned: Cleaned, given: Given) -> None:
    """R4: what a page prints above its headline, the section last, and the lines of name and day below it.

    Held back where a line above is long or a sentence: then the headline's words stand in the text. A day alone on the
    first line goes from any page, unless the text is told day by day.
    """
    if not given.loose:
        days = either(given.rules.days)
        told = [place for place, block in enumerate(cleaned.blocks) if _is_day(block, days)]
        if told == [0] and len(cleaned.blocks) > 1:
            cleaned.take("byline", cleaned.blocks.pop(0))
        return
    at = next((place for place, block in enumerate(cleaned.blocks[:_ABOVE]) if _alike(block.text, given.title)), 0)
    lines = cleaned.blocks[:at]
    if all(_is_label(block) or key(block.text) == key(given.caption or "") for block in lines):
        for _ in lines:
            cleaned.take("above_headline", cleaned.blocks.pop(0))
        labels = [
            block.text for block in lines if len(block.text.split()) <= 3 and block.text.replace(" ", "").isalpha()
        ]
        cleaned.section = next(reversed(labels), None)
    first = int(bool(cleaned.blocks) and _alike(cleaned.blocks[0].text, given.title))
    byline = either(given.rules.bylines)
    while len(cleaned.blocks) > first + 1 and byline.fullmatch(cleaned.blocks[first].text):
        cleaned.take("byline", cleaned.blocks.pop(first))


def _is_day(block: Block, days: re.Pattern[str]) -> bool:
    return len(block.text) < _LABEL and block.kind is Kind.PARAGRAPH and bool(days.fullmatch(bare(block.text)))


def _is_label(block: Block) -> bool:
    return len(block.text) < _LABEL and not block.text.endswith(SENTENCE_END) and block.kind is not Kind.CELL


def headline(cleaned: Cleaned, given: Given) -> None:
    """R0.4: leading lines that repeat the headline, and lines of the first three that repeat the lead picture's caption."""
    while len(cleaned.blocks) > 1 and cleaned.blocks[0].kind not in _LISTED:
        if not _alike(cleaned.blocks[0].text, given.title):
            break
        cleaned.take("headline", cleaned.blocks.pop(0))
    if given.caption:
        for block in [block for block in cleaned.blocks[:3] if key(block.text) == key(given.caption)]:
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


def said_twice(cleaned: Cleaned, _: Given) -> None:
    """A page that prints its whole text once more (DOMAIN 1.6, Prokalteng): the second printing goes."""
    half = len(cleaned.blocks) // 2
    if half >= 3 and len(cleaned.blocks) % 2 == 0:
        first, second = cleaned.blocks[:half], cleaned.blocks[half:]
        if [block.text for block in first] == [block.text for block in second]:
            cleaned.blocks = first
            for block in second:
                cleaned.take("said_twice", block)


def lead_credit(cleaned: Cleaned, _: Given) -> None:
    """Credit lines above the lead (`Reporter : A`, `Editor : B`; DOMAIN 1.3: 18 of 80)."""
    while len(cleaned.blocks) > 2 and cleaned.blocks[0].kind is not Kind.CELL:
        credit = credit_line(visible(cleaned.blocks[0].text))
        if credit is None:
            break
        cleaned.credits.append(credit)
        cleaned.take("lead_credit", cleaned.blocks.pop(0))


def dateline(cleaned: Cleaned, given: Given) -> None:
    """R0.5: the first line only, or the one below a note on the story; a dateline that stands alone goes whole."""
    at = 1 if len(cleaned.blocks) > 1 and is_note(cleaned.blocks[0].text) else 0
    if not cleaned.blocks or cleaned.blocks[at].kind in _LISTED:
        return
    block = cleaned.blocks[at]
    found = split_dateline(block.text, outlet_names=given.outlet, place=given.place)
    if found is None or (not found.rest and len(cleaned.blocks) == 1):
        return
    cleaned.dateline = found
    cleaned.removed.append(Removed(rule="dateline", text=found.printed))
    cleaned.blocks[at : at + 1] = [Block(found.rest, block.kind, block.links)] if found.rest else []
