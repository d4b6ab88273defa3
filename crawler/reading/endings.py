"""The rules that judge where a text ends: credit lines, sources, sign-offs, stars."""

import re

from archive.records import Removed
from crawler.reading.blocks import Block, Kind
from crawler.reading.cleaned import REACH, Cleaned, Given, bare, visible
from crawler.reading.credits import Credit, closing_stars, credit_line, sign_off
from crawler.reading.lines import either
from crawler.reading.rules import Rules

_LONGEST_CREDIT = 160
_LABELLED = re.compile(r"[:：]|^\W*(?:laporan|oleh)\b", re.IGNORECASE)
"""Without one of these no line is a credit; this is asked of every article's last three lines."""


def credit_lines(cleaned: Cleaned, given: Given) -> None:
    """R1: whole credit lines among the last three, and those right above them; what stands below one stays."""
    last = len(cleaned.blocks)
    credited: dict[int, tuple[str, Credit | None]] = {}
    for index in range(last - 1, -1, -1):
        found = _credited(cleaned.blocks[index], given.rules)
        if found is not None and len(credited) < last - 1:
            credited[index] = found
        elif index <= last - REACH:
            break
    for _, credit in reversed(credited.values()):
        if credit:
            cleaned.credits.append(credit)
    for index, (name, _) in credited.items():
        cleaned.take(name, cleaned.blocks.pop(index))


def _credited(block: Block, rules: Rules) -> tuple[str, Credit | None] | None:
    """By which rule a line is a credit, and whom it names; of a photographer's line, nobody of the article's."""
    if block.kind is Kind.CELL or len(block.text) > _LONGEST_CREDIT or not _LABELLED.search(block.text):
        return None
    if credit := credit_line(visible(block.text)):
        return "credit_line", credit
    line = bare(block.text)
    if not either(rules.sources).fullmatch(line):
        return None
    label, value = re.split(r"\s*[:：]\s*", line, maxsplit=1)
    photo = label.startswith(("foto", "photo"))
    if len(value.split()) > (4 if photo else 6) or any(sign.isdigit() for sign in value) or value.endswith("."):
        return None
    return "source_line", None if photo or "foto" in label else Credit(printed=block.text)


def endings(cleaned: Cleaned, given: Given) -> None:
    """R0.6 and R1: initials and stars at the end of the last line that is not a correction note."""
    notes = either(given.rules.notes)
    index = len(cleaned.blocks) - 1
    while index > 0 and notes.match(bare(cleaned.blocks[index].text)):
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
