"""The cleaner at the door of the archive and the cleaners at its exits: terminal and CSV."""

import re
import unicodedata

_SURROGATES = re.compile("[\ud800-\udfff]")
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
"""C0 and C1 controls but those that count as blanks: they become a blank instead of vanishing between two words."""

_STEERING = {
    **dict.fromkeys((*range(9), *range(11, 32), *range(127, 160))),
    **dict.fromkeys((0x061C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065))),
    **dict.fromkeys((*range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080))),
    **dict.fromkeys((0x2028, 0x2029), "\n"),
}
"""What moves a cursor, hides or reorders text on a terminal: controls but tab and newline, bidi and zero-width signs."""

_COLUMNS = {"W": 2, "F": 2}
_AS_EMOJI = "\ufe0f"
"""Makes of the sign before it a picture, which is as wide as two."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def clean_text(text: str) -> str:
    """One block of text as the archive keeps it: NFC, one blank between words, no controls, no lone surrogates.

    Every Unicode blank (a no-break space, a newline) counts as a blank. A lone surrogate, which no database and no
    file can hold, becomes U+FFFD. Cleaning twice changes nothing.
    """
    text = " ".join(text.split())
    if not text.isprintable():
        # Rare: a page is cleaned line by line some seventy times, and almost all of them are printable.
        text = " ".join(_SURROGATES.sub("\ufffd", _NOT_TEXT.sub("", text)).split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def for_terminal(text: str) -> str:
    """The text without what could steer a terminal; newlines, tabs and ordinary text stay as they are."""
    return _SURROGATES.sub("\ufffd", text).translate(_STEERING)


def columns(text: str) -> int:
    """Give how many columns of a terminal a text takes: two for most emoji and for Chinese signs, none for accents."""
    if text.isascii():
        return len(text)
    return sum(_COLUMNS.get(unicodedata.east_asian_width(sign), 1) for sign in text if not _lies_on_another(sign))


def fitted(text: str, width: int) -> str:
    """Give as much of a line as `width` columns hold, with an ellipsis where something was cut."""
    if columns(text) <= width:
        return text
    # Where every sign takes a column this cuts at once; the loop is for wide ones.
    cut = text[: max(width - 1, 0)]
    while columns(cut) > width - 1 and cut:
        cut = cut[:-1]
    return cut + "…"


def _lies_on_another(sign: str) -> bool:
    return sign != _AS_EMOJI and unicodedata.category(sign) in ("Mn", "Me", "Cf")


def for_csv(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def from_csv(cell: str) -> str:
    """The cell as it was before `for_csv` looked at it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
