"""Notes by which an outlet says that it changed a story: press rules ask for one, and a change without is a silent one.

The words are data: `data/notes.csv`. `opens` are those that a note begins with (`Ralat:`), `says` are what an editor's
line says anywhere in a short paragraph, `headline` are marks in brackets or before a colon.
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


class _Patterns(NamedTuple):
    headline: re.Pattern[str]
    opens: re.Pattern[str]
    says: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    opens, says, marks = (
        "|".join(row["words"] for row in rows if row["where"] == where) for where in ("opens", "says", "headline")
    )
    # `Koreksi data pemilih selesai` is no note: what it begins with is set off, or says whose it is.
    begins = (
        rf"[\W_]*(?:{opens})(?:\s+(?:redaksi|editor|berita|artikel|pemberitaan))?"
        r"(?:\s*\([^)]{1,40}\)|\s+\d[\d/:. -]{3,20}(?:WIB|WITA|WIT)?)?\s*(?:[:\]).*-]|$)"
    )
    headline = rf"[\[(]\s*(?:{marks})\b[^\])]{{0,30}}[\])]|^\W*(?:{marks})\s*(?::|-\s)"
    return _Patterns(*(re.compile(one, re.IGNORECASE) for one in (headline, begins, rf"\b(?:{says})\b")))
