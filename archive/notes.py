"""Notes by which an outlet says that it changed or withdrew a story: press rules ask for one.

The words are data: `data/notes.csv`. `opens` are those that a note begins with (`Ralat:`), `says` are what an editor's
line says anywhere in a short paragraph, `headline` are marks in brackets or before a colon. `withdrawn` is what an
outlet says of its own story in its place; such a line counts where one of `cause` follows, unless it names itself as who
did it (`by_us`). What stands in quotes someone else said.
"""

import csv
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from archive.comparison import folded

TABLE = Path(__file__).with_name("data") / "notes.csv"
LONGEST_LINE = 80
"""Words of a paragraph that is an editor's line: a longer one that speaks of an earlier version tells a story."""
_REACH = 400
"""Characters in which a note says that it is one."""


def notes(headline: str, blocks: Sequence[str]) -> list[str]:
    """Give the notes of a text as they are printed: a marked headline, and each paragraph that is one."""
    found = [headline] if _patterns().headline.search(folded(headline)) else []
    return found + [block for block in blocks if is_note(block)]


def is_note(block: str) -> bool:
    """Say whether a paragraph is an outlet's note on its own story."""
    words = _patterns()
    return words.opens.match(folded(block[:_REACH])) is not None or (
        len(block) < _REACH * 3 and len(block.split()) <= LONGEST_LINE and words.says.search(folded(block)) is not None
    )


def withdrawal(blocks: Sequence[str]) -> str | None:
    """Give the paragraph, as printed, by which an outlet says that it withdrew the story that stood here, and why."""
    words = _patterns()
    for block in blocks:
        text = _QUOTED.sub(" ", folded(block)) if len(block) <= _LONGEST_NOTICE else ""
        if words.by_us.search(text) or (
            (gone := words.withdrawn.search(text)) and words.cause.search(text, gone.end())
        ):
            return block
    return None


def withdrawn_for(headline: str, blocks: Sequence[str]) -> str | None:
    """Give the notice that a page shows and next to nothing else; a story that has one beside its text is still there."""
    if sum(len(block.split()) for block in blocks) > LONGEST_LINE:
        return None
    return withdrawal((headline, *blocks))


_LONGEST_NOTICE = 800
_QUOTED = re.compile(r"[“”\"][^“”\"]{0,400}[“”\"]")


class _Patterns(NamedTuple):
    headline: re.Pattern[str]
    opens: re.Pattern[str]
    says: re.Pattern[str]
    withdrawn: re.Pattern[str]
    cause: re.Pattern[str]
    by_us: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    opens, says, marks, withdrawn, cause, by_us = (
        "|".join(row["words"] for row in rows if row["where"] == where)
        for where in ("opens", "says", "headline", "withdrawn", "cause", "by_us")
    )
    # `Koreksi data pemilih selesai` is no note: what it begins with is set off, or says whose it is.
    begins = (
        rf"[\W_]*(?:{opens})(?:\s+(?:redaksi|editor|berita|artikel|pemberitaan))?"
        r"(?:\s*\([^)]{1,40}\)|\s+\d[\d/:. -]{3,20}(?:WIB|WITA|WIT)?)?\s*(?:[:\]).*-]|$)"
    )
    headline = rf"[\[(]\s*(?:{marks})\b[^\])]{{0,30}}[\])]|^\W*(?:{marks})\s*(?::|-\s)"
    others = (rf"\b(?:{words})\b" for words in (says, withdrawn, cause, by_us))
    return _Patterns(*(re.compile(one, re.IGNORECASE) for one in (headline, begins, *others)))
