"""What a reader should know of a reading: its flags and its language.

`short`: under 200 characters or two sentences. `mojibake`: text decoded by the wrong table. `date_conflict`: the day in
the address, or that of a feed or a listing, is not the day of publication. `copied_dateline`: the dateline names another outlet. `weekday_mismatch`: a
weekday in the text does not fit its date (7 % of dates, DOMAIN 0.2). `parts_missing`: the story has further pages.
`canonical_offsite`: the page names an address of another site as its own, which is not believed.
`republished`: the page names another outlet as where the story stood first (`Artikel ini telah tayang di …`).
"""

import re
from collections.abc import Iterable
from datetime import date

from crawler.reading.dates import MONTH, MONTHS, Moment
from crawler.reading.places import folded

_SENTENCES = re.compile(r"[.!?][”\"’')\]]*(?:\s|$)")
_MOJIBAKE = re.compile("\ufffd|â€|Ã[\u0080-\u00bf]|Â[\u00a0-\u00bf]|ï»¿")
_DAYS = {"senin": 0, "selasa": 1, "rabu": 2, "kamis": 3, "jumat": 4, "sabtu": 5, "minggu": 6, "ahad": 6}
_WEEKDAY = re.compile(
    rf"\b(?P<name>senin|selasa|rabu|kamis|jum[’'`]?at|sabtu|minggu|ahad)\b[\s,]*(?:(?:pagi|siang|sore|petang|malam|dini hari)\s*)?"
    rf"(?:\(\s*(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})/(?P<year>\d{{4}}|\d{{2}})\s*\)"
    rf"|(?P<on>\d{{1,2}})\s+(?P<of>{MONTH})\s*(?P<in>\d{{4}})\b)",
    re.IGNORECASE,
)
_INDONESIAN = frozenset(
    [
        "yang",
        "dan",
        "di",
        "untuk",
        "dengan",
        "dari",
        "pada",
        "ini",
        "itu",
        "tidak",
        "akan",
        "dalam",
        "oleh",
        "juga",
        "ke",
        "sebagai",
        "adalah",
        "bahwa",
        "tersebut",
        "para",
    ]
)
_ENGLISH = frozenset(
    [
        "the",
        "and",
        "of",
        "to",
        "in",
        "that",
        "is",
        "for",
        "on",
        "with",
        "as",
        "was",
        "by",
        "are",
        "from",
        "at",
        "this",
        "it",
        "be",
        "not",
    ]
)
_WORDS = re.compile(r"[a-z]+")
_SAMPLE = 4000


def flags(
    body: tuple[str, ...],
    *,
    published: Moment | None,
    in_url: Moment | None,
    dateline_outlet: str | None,
    outlet: Iterable[str],
    conflict: bool = False,
) -> list[str]:
    """The flags of a reading, in the order of the list above."""
    text = "\n".join(body)
    found: list[str] = []
    if len(text) < 200 or len(_SENTENCES.findall(text)) < 2:
        found.append("short")
    if not text.isascii() and _MOJIBAKE.search(text):
        found.append("mojibake")
    if conflict or (published and in_url and published.day != in_url.day):
        found.append("date_conflict")
    if dateline_outlet and not same_outlet(dateline_outlet, outlet):
        found.append("copied_dateline")
    if any(_wrong_day(match) for match in _WEEKDAY.finditer(text)):
        found.append("weekday_mismatch")
    return found


def same_outlet(printed: str, names: Iterable[str]) -> bool:
    """Whether a dateline's outlet is this one: `PROKALTENG.CO` is `Prokalteng`."""
    key = folded(re.sub(r"\.(?:com|co|id|net|co\.id|go\.id)$", "", printed.strip(), flags=re.IGNORECASE))
    own = {folded(name) for name in names} | {folded(name.split(".")[0]) for name in names}
    return key in own or any(key and (key in name or name in key) for name in own if len(name) > 4)


def language_of(body: tuple[str, ...], declared: str | None) -> str | None:
    """ISO 639-1: what the text's commonest words say (a site's `lang` is often its theme's), else what is declared."""
    words = _WORDS.findall("\n".join(body)[:_SAMPLE].lower())
    indonesian = sum(word in _INDONESIAN for word in words)
    english = sum(word in _ENGLISH for word in words)
    if indonesian != english:
        return "id" if indonesian > english else "en"
    return (declared or "").split("-")[0].strip().lower()[:2] or None


def _wrong_day(match: re.Match[str]) -> bool:
    """Whether a weekday and the date beside it contradict each other."""
    if match["of"]:
        year, month, number = int(match["in"]), MONTHS[match["of"].lower()], int(match["on"])
    else:
        year, month, number = int(match["year"]), int(match["month"]), int(match["day"])
    try:
        day = date(year + (2000 if year < 100 else 0), month, number)
    except ValueError:
        return True
    return day.weekday() != _DAYS[re.sub(r"[’'`]", "", match["name"].lower())]
