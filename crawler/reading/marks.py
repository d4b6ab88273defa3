"""What a reader should know of a reading: its flags and its language."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from crawler.reading.dateline import Dateline
from crawler.reading.dates import MONTH, Moment, day_of
from crawler.reading.places import folded

FLAGS = {
    "short": "under 200 characters or two sentences",
    "mojibake": "text decoded by the wrong table stands in headline or text (`â€œ`, `βInsya`)",
    "lookalikes": "a word mixes Latin letters with Cyrillic or Greek ones that look alike (`suaга`), so that searches miss it",
    "date_conflict": "address, page, feed or list, or a day that the text calls today's, name another day of publication",
    "future_date": "published more than a day after it was fetched, by its own account",
    "copied_dateline": "the dateline names another outlet: a copied story",
    "weekday_mismatch": "a weekday in dateline or text does not fit its date (7 % of dates), or there is no such date",
    "parts_missing": "the story has further pages, which were not read",
    "canonical_offsite": "the page names an address of another site as its own, which is not believed",
    "republished": "the page names another outlet as where the story stood first (`Artikel ini telah tayang di …`)",
}
"""Every flag that a reading can have and what it says, in the order in which readings list them."""

_SENTENCES = re.compile(r"[.!?][”\"’')\]]*(?:\s|$)")
_MOJIBAKE = re.compile(
    "\ufffd|ï»¿|Ã[\u0080-\u00bf]|Â[\u00a0-\u00bf]|Â(?=\\s)|â€|â(?<!\\w.)(?=[A-Z])|β(?<!\\w.)(?=€|[A-Z])|ΓÇ"
)
"""UTF-8 read as Windows-1252, Windows-1253 (`βInsya`, DOMAIN 1.5) or CP437, with or without the controls that it leaves."""
_LOOKALIKE = re.compile(
    "[\u0370-\u03a9\u03b1\u03b9-\u03bb\u03bd-\u03c1\u03c4-\u03c7\u0400-\u04ff](?:(?<=[A-Za-z].)|(?=[A-Za-z]))"
)
"""A Greek or Cyrillic letter beside a Latin one; not `μ` and `β`, which measures and vitamins begin with."""
_DAYS = {"senin": 0, "selasa": 1, "rabu": 2, "kamis": 3, "jumat": 4, "sabtu": 5, "minggu": 6, "ahad": 6}
_WHEN = frozenset(
    [
        "pagi",
        "siang",
        "sore",
        "petang",
        "malam",
        "dini",
        "subuh",
        "hari",
        "waktu",
        "setempat",
        "ini",
        "tadi",
        "kemarin",
        "lalu",
        "depan",
        "nanti",
        "besok",
        "tanggal",
        "tgl",
    ]
)
"""Words between a weekday and its date: `Kamis dini hari waktu setempat (12/12/2024)`."""
_AND = frozenset(["-", "–", "/", "&", "dan", "hingga", "sampai", "s.d.", "s/d"])
_WEEKS = frozenset(["satu", "dua", "tiga", "empat", "lima", "enam", "beberapa", "setiap", "tiap", "per"])
"""Before `minggu` where it is a week."""
_FULL_DATE = re.compile(
    rf"(?P<day>\d\d?)\s*[\s/.-]\s*(?P<month>\d\d?|{MONTH})"
    r"(?:\s*[\s/.,-]\s*(?P<year>\d{4}|(?<=[/-])\d\d)|(?P<glued>(?<=[a-z])\d{4}))\b(?!/\d)",
    re.IGNORECASE,
)
"""A whole date in a text (DOMAIN 1.2). It begins with a digit and nothing else, which lets the engine skip all other signs."""
_INSIDE = tuple("0123456789/.-")
"""What before a date makes it the end of a span (`18-20/11/2024`) or of a number."""
_SIGNS = str.maketrans({"(": " ", ",": " ", "’": None, "'": None, "`": None})
_REACH = 40
"""How far before a date its weekday is looked for."""
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
_CODE = re.compile("[a-z]{2}")
_SAMPLE = 4000


def flags(
    body: Sequence[str],
    *,
    title: str = "",
    published: Moment | None = None,
    in_url: Moment | None = None,
    dateline: Dateline | None = None,
    outlet: Iterable[str] = (),
    at: datetime | None = None,
    disputed: bool = False,
    parts_missing: bool = False,
    offsite: bool = False,
    republished: bool = False,
) -> tuple[str, ...]:
    """The flags of a reading, in the order of `FLAGS`.

    `at` is the time of the visit in the outlet's zone; `disputed` says that two sources named different days already.
    """
    text = "\n".join(body)
    whole = f"{title}\n{dateline.printed}\n{text}" if dateline else f"{title}\n{text}"
    foreign = not whole.isascii()
    mojibake = foreign and bool(_MOJIBAKE.search(whole))
    wrong, todays = _days_in(whole)
    if dateline and dateline.day and (match := _FULL_DATE.search(dateline.day)):
        todays.append(day_of(match))
    day = published.day if published else None
    raised = {
        "short": len(text) < 200 or len(_SENTENCES.findall(text)) < 2,
        "mojibake": mojibake,
        "lookalikes": foreign and bool(_LOOKALIKE.search(_MOJIBAKE.sub("", whole) if mojibake else whole)),
        "date_conflict": disputed
        or (day is not None and any(said is not None and said != day for said in (in_url and in_url.day, *todays))),
        "future_date": day is not None and at is not None and day > at.date() + timedelta(days=1),
        "copied_dateline": bool(dateline and dateline.outlet and not same_outlet(dateline.outlet, outlet)),
        "weekday_mismatch": wrong,
        "parts_missing": parts_missing,
        "canonical_offsite": offsite,
        "republished": republished,
    }
    return tuple(name for name in FLAGS if raised[name])


def same_outlet(printed: str, names: Iterable[str]) -> bool:
    """Whether a dateline's outlet is this one: `PROKALTENG.CO` is `Prokalteng`, `KC` is `Kabar Contoh`.

    Two or three capitals that are not its own are no other's either: whose they are cannot be told.
    """
    if printed.isupper() and printed.isalpha() and len(printed) <= 3:
        return True
    names = tuple(names)
    key = folded(re.sub(r"\.(?:com|co|id|net|co\.id|go\.id)$", "", printed.strip(), flags=re.IGNORECASE))
    initials = {"".join(word[0] for word in name.split()).lower() for name in names if " " in name}
    own = {folded(name) for name in names} | {folded(name.split(".")[0]) for name in names} | initials
    return key in own or any(key and (key in name or name in key) for name in own if len(name) > 4)


def language_of(body: tuple[str, ...], declared: str | None) -> str | None:
    """ISO 639-1: what the text's commonest words say (a site's `lang` is often its theme's), else what is declared."""
    words = _WORDS.findall("\n".join(body)[:_SAMPLE].lower())
    indonesian = sum(word in _INDONESIAN for word in words)
    english = sum(word in _ENGLISH for word in words)
    if indonesian != english:
        return "id" if indonesian > english else "en"
    code = re.split("[-_]", declared or "")[0].strip().lower()
    return code if _CODE.fullmatch(code) else None


def _days_in(text: str) -> tuple[bool, list[date | None]]:
    """Whether a weekday in a text contradicts the whole date beside it, and the days that it calls today's."""
    wrong = False
    todays: list[date | None] = []
    for match in _FULL_DATE.finditer(text):
        start = match.start()
        if text[start - 1 : start] in _INSIDE:
            continue
        line = text[max(0, start - _REACH) : start].rpartition("\n")[2]
        words = line.translate(_SIGNS).lower().split()
        weekday, today = _named(words)
        if today:
            todays.append(day_of(match))
        if weekday is not None and not wrong:
            day = day_of(match)
            wrong = day is None or day.weekday() != weekday
    return wrong, todays


def _named(words: list[str]) -> tuple[int | None, bool]:
    """The weekday with which some words end, and whether they say that it is today.

    A weekday that ends a span (`Senin-Rabu`, `Senin dan Selasa`) is none, since the date may be the first one's; nor is
    `minggu` for a week.
    """
    weekday, today = None, False
    while words and words[-1] in _WHEN:
        today = today or words[-2:] == ["hari", "ini"]
        words.pop()
    if words and (name := words[-1]) in _DAYS:
        beside = words[-2] if len(words) > 1 else ""
        span = (beside in _AND and len(words) > 2 and words[-3] in _DAYS) or (name == "minggu" and beside in _WEEKS)
        weekday = None if span or beside.isdigit() else _DAYS[name]
        today = today or words[-3:-1] == ["hari", "ini"]
    return weekday, today
