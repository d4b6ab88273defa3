"""What a page prints about who wrote it: credit lines, sign-offs, photo credits, and marks of paid or press-office text."""

import re
from dataclasses import dataclass

from archive.stems import is_root, stem
from crawler.reading.places import is_place

_PHOTOGRAPHER = r"fotografer|photographer|(?:pewarta|juru)\s+foto"
_AUTHOR = r"penulis|reporter|pewarta|laporan|wartawan|kontributor|oleh|jurnalis|teks|author"
_EDITOR = r"penyunting|editor|redaktur(?:\s+pelaksana)?|redpel"
_PLACED = r"(?:kontributor|koresponden|wartawan|reporter|jurnalis)\s+[a-z]{3,20}(?:\s+[a-z]{3,20})?"
"""`Kontributor Kukar: A`: a reporter by where the reporter is."""
_OTHER = r"foto|sumber|uploader|publisher|pengunggah|copyright"
_LABEL = re.compile(
    rf"(?P<labels>\b(?:{_PHOTOGRAPHER}|{_PLACED}(?=\s*[:：])|{_AUTHOR}|{_EDITOR}|{_OTHER})(?:\s*(?:&|/|dan)\s*(?:{_AUTHOR}|{_EDITOR}))*)\s*(?:\|\s*)?[:：]\s*",
    re.IGNORECASE,
)
_IS_AUTHOR = re.compile(rf"\b(?:{_AUTHOR})\b", re.IGNORECASE)
_IS_EDITOR = re.compile(rf"\b(?:{_EDITOR})\b", re.IGNORECASE)
_IS_PHOTOGRAPHER = re.compile(rf"\b(?:{_PHOTOGRAPHER})\b", re.IGNORECASE)
_LEAD_IN = re.compile(
    r"^(?:laporan\s+(?:wartawan|reporter)\s+[\w. ]{2,30}|laporan|oleh)\s*[,:]\s*(?P<name>[^,:;]{3,50})$", re.IGNORECASE
)
_BY = re.compile(r"^(?:Oleh|OLEH|oleh)\s+(?!Karena|Sebab|Karenanya)(?P<name>[A-Z][\w.’']+(?:\s+[A-Z][\w.’']*){1,3})$")
"""`Oleh Sari Anggraini` without a colon, a line of its own; not `Oleh Karena Itu`."""
_RIGHTS = re.compile(r"[\s/|]*(?:\bcopyright\b\s*)?(?:©|\(c\)\s).*$", re.IGNORECASE)
"""ANTARA's last words in a credit line: `Copyright © ANTARA 2024`."""
_DAY_OR_NUMBER = re.compile(
    r"[\s|•·,(–-]*(?:\b(?:senin|selasa|rabu|kamis|jum[’'`]?at|sabtu|minggu|ahad)\b|\d).*$", re.IGNORECASE
)
_EDGES = " \t/|,;-–•*"
_NAMES = re.compile(r"\s*(?:/|\||;|&|\bdan\b|\n|,(?!\s*(?:[A-Z]{1,3}\.|[SM]\.?[A-Z]|SE\b|SH\b|MH\b|MM\b)))\s*")
"""Between names; a comma before a degree (`Bagus, S.Sos`) is within one."""
_ROLE = re.compile(r"\s*\([^()]*\)\s*")
_WRAPPED = re.compile(r"^[(\[]([^()\[\]]*)[)\]]$")
_LONGEST_LINE = 160

_SIGN_OFF = re.compile(r"\s*(?P<mark>[(\[]\s*(?:\*\s*/\s*)?(?P<groups>[^()\[\]]{2,60}?)\s*[)\]]\.?)\s*$")
_GROUP = re.compile(r"[a-z]{2,12}")
_CAPITALISED = re.compile(r"[A-Z][a-z]{1,11}")
_PAID_GROUP = re.compile(r"adv|advt?|advertorial|advetorial", re.IGNORECASE)
_PAID = re.compile(r"(?:^|[/| ])(?:adv|advt|advertorial)(?:[/| ]|$)", re.IGNORECASE)
_PAID_LINE = re.compile(r"\s*#?\s*(?:adv|advertorial|advetorial)(?:\s*[/|]\s*[\w .]{2,40})?\s*", re.IGNORECASE)
"""A line of its own: `#ADV`, `ADV/DPRD KUKAR`."""
_TWO = re.compile(r"[A-Z]{2,4}")
_BETWEEN = re.compile(r"[/|&]|,\s*")
_HOST = re.compile(r"[\w-]+\.(?:com|co|id|net|co\.id)", re.IGNORECASE)
_SENTENCE_END = (".", "!", "?", "”", '"', "’", "'", "*", "…")
_NO_INITIALS = frozenset(
    (
        *("istimewa", "ist", "foto", "sic", "bersambung", "selesai", "habis", "tamat", "dok", "grafis", "video"),
        *("terlampir", "tertawa", "tersenyum", "menangis", "terisak"),
    )
)
_SHORT_WORDS = frozenset(["red", "sah", "dua", "uji", "isi", "hal", "kab", "kec", "kel", "dll"])
_CAPITALS = re.compile(r"[A-Z]{3,6}")
_ACRONYMS = frozenset(
    ["KPU", "KIP", "PSU", "TPS", "DPT", "KTP", "ASN", "TNI", "DPR", "DPRD", "KPPS", "DKPP", "PKPU", "SIC"]
)
_NAME = re.compile(r"(?!Foto|Dok|Ilustrasi|Gambar|Video|Grafis|Sumber|Tabel)[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,}){1,2}")
_STARS = re.compile(r"(?:(?<=\s)|^)(?P<stars>\*{1,5}|\(\*{1,5}\)|\[\*{1,5}\]|\(//\)|\[\])$")

_MARK = re.compile(
    r"\b(adv(?:ertorial|etorial)?|advt|hms\w*|humas|prokopim|prokom|protokol|diskominfo\w*|kominfo|ril(?:is)?|siaran pers|pemkab \w+)\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?:adv(?:ertorial|etorial)?|advt|(?:dis)?kominfo\b.*|siaran pers|rilis|pariwara|iklan)", re.IGNORECASE
)

_PAID_CAPTION = re.compile(r"[(\[/]\s*(adv(?:ertorial|etorial|t)?|pariwara|iklan)\s*[)\]]", re.IGNORECASE)
_PRESS_OFFICE = re.compile(
    r"\b(?:hms\w+|diskominfo\w*|prokopim\w*|prokom\w*|kominfo\s+\w+|protokol\s+\w+"
    r"|(?:humas|protokol|dok\.?)?\s*\b(?:pemkab|pemkot|pemprov|setda\w*|setkab)\b(?:\s+\w+)*)",
    re.IGNORECASE,
)

_PHOTO = re.compile(
    r"(?:^|[\s(\[/-])(?:sumber\s+)?(?:foto|photo|dok(?:umentasi)?)\s*(?:[:：]|\b(?:oleh|by)\b)\s*(?P<credit>[^()\[\]]{2,60}?)\s*[)\].-]*$",
    re.IGNORECASE,
)
_PHOTO_BRACKET = re.compile(
    r"[(\[]\s*(?:(?:foto|photo|dok)\.?\s+(?P<named>[^()\[\]]{2,50})|(?P<house>[\w .]{2,30}/\s*[\w-]+\.(?:com|co|id|net)|[\w-]+\.(?:com|co|co\.id|id|net)|ist(?:imewa)?))\s*[)\]]\.?$"
    r"|(?:(?<=[\s-])|^)(?P<agency>ANTARA(?:\s+FOTO)?/[\w .’']{3,40}(?:/\w+)?)\.?$|/\s*(?P<given>istimewa|ist)\s*[.)]?$"
    r"|-\s*\((?P<desk>[^()/]{2,30}/[^()/]{2,30})\)\s*-?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A credit line or sign-off as printed, and the people whom it names."""

    printed: str
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    photographers: tuple[str, ...] = ()


def credit_line(line: str) -> Credit | None:
    """The people of a line that is wholly a credit (`Penulis: A/ Penyunting: B`), or None.

    Prose that begins with such a word is held back: the line must begin with a label and a colon, be short, and
    what follows every label must look like names, not like a sentence.
    """
    if len(line) > _LONGEST_LINE:
        return None
    bare = _RIGHTS.sub("", _WRAPPED.sub(r"\1", line.strip(" *")))
    if lead := _LEAD_IN.match(bare) or _BY.match(bare):
        people = _people(lead["name"])
        return Credit(printed=line, authors=people) if people else None
    labels = list(_LABEL.finditer(bare))
    if not labels or bare[: labels[0].start()].strip(_EDGES):
        return None
    authors: list[str] = []
    editors: list[str] = []
    photographers: list[str] = []
    for label, after in zip(labels, [*labels[1:], None], strict=True):
        value = bare[label.end() : after.start() if after else len(bare)]
        people = _people(value)
        if people is None:
            return None
        if _IS_PHOTOGRAPHER.search(label["labels"]):
            photographers.extend(people)
        elif _IS_AUTHOR.search(label["labels"]):
            authors.extend(people)
        if _IS_EDITOR.search(label["labels"]):
            editors.extend(people)
    if not any(kind.search(label["labels"]) for label in labels for kind in (_IS_AUTHOR, _IS_EDITOR, _IS_PHOTOGRAPHER)):
        return None
    named = (tuple(dict.fromkeys(people)) for people in (authors, editors, photographers))
    return Credit(printed=line, **dict(zip(("authors", "editors", "photographers"), named, strict=True)))


def credit_within(text: str) -> Credit | None:
    """The credit of a line that holds a day too (`20 November 2024 | Penulis: A | Editor: B | 10:15 WIB`), or None."""
    first = _LABEL.search(text)
    found = credit_line(_DAY_OR_NUMBER.sub("", text[first.start() :]).rstrip(_EDGES)) if first else None
    return found if found and (found.authors or found.editors or found.photographers) else None


def sign_off(line: str) -> tuple[str, str] | None:
    """(`line` without it, the sign-off as printed) of a last line that ends in initials, or None.

    One to four groups of 2 to 12 lower-case letters, joined by `/` (OUTLETS 6 R0.6). Digits or capitals inside are a
    date, an acronym or `(Foto …)`, with these exceptions: a group `adv` in any case, and, behind the end of a sentence,
    the outlet's host, a name like `(Dim)`, `(NELY)` or `(Wati Lestari)` (DOMAIN 1.3). Inside a sentence one word of the
    language is a remark: `dihitung terpisah (rusak).`
    """
    if _PAID_LINE.fullmatch(line):
        return "", line.strip()
    match = _SIGN_OFF.search(line)
    if not match:
        return None
    before = line[: match.start()].rstrip()
    groups = [group.strip() for group in _BETWEEN.split(match["groups"])]
    if _PAID.search(match["groups"]) and not any(sign.isdigit() for sign in match["groups"]):
        return before, match["mark"].strip()
    closed = not before or before.endswith(_SENTENCE_END)
    if not before and len(groups) > 1 and all(_TWO.fullmatch(group) for group in groups):
        return before, match["mark"].strip()
    if len(groups) > 4 or not all(_initials(group, closed=closed) for group in groups):
        named = before.endswith(".") and _NAME.fullmatch(match["groups"]) and not is_place(match["groups"])
        return (before, match["mark"].strip()) if named else None
    if not closed and any(_is_word(group) for group in groups):
        return None
    return before, match["mark"].strip()


def closing_stars(line: str) -> tuple[str, str] | None:
    """(`line` without it, the mark) of a last line that ends in a lone ` *`, `***`, `(*)` or the like, or None."""
    match = _STARS.search(line)
    return (line[: match.start()].rstrip(), match["stars"]) if match else None


def advertorial_mark(credit: str | None, labels: tuple[str, ...], caption: str | None = None) -> str | None:
    """The page's own word for paid or press-office text: in credit or caption, or a section or tag that is nothing else.

    Never from the body: Humas and Diskominfo are what articles are about. Of a caption counts what is set apart as paid,
    and a photo credit that names a local government's press office (`Hmskmf`, `Humas Pemkab Paser`). A bare `Humas`, or
    that of KPU or police, does not: newspapers print such photos beside their own text.
    """
    if credit and (match := _MARK.search(credit)):
        return match.group(1)
    if label := next((label for label in labels if _LABELLED.fullmatch(label.strip())), None):
        return label
    if caption and (match := _PAID_CAPTION.search(caption)):
        return match.group(1)
    match = _PRESS_OFFICE.search(photo_credit(caption) or "")
    return match.group() if match else None


def photo_credit(caption: str | None) -> str | None:
    """Who took the picture, as its caption says: `… Foto: Humas`, `(Foto Hmskmf)`, `(alex/kaltimkita.com)`."""
    if not caption:
        return None
    if match := _PHOTO.search(caption):
        alone = match.start() == 0 and len(match["credit"].split()) > 4
        return None if alone else match["credit"].strip(" .")
    if match := _PHOTO_BRACKET.search(caption):
        return str(next(filter(None, match.groups()))).strip()
    return None


def _initials(group: str, *, closed: bool) -> bool:
    if _PAID_GROUP.fullmatch(group):
        return True
    if group in _NO_INITIALS:
        return False
    if _GROUP.fullmatch(group) or group == "*":
        return True
    capitals = _CAPITALS.fullmatch(group) and group not in _ACRONYMS
    return closed and bool(_CAPITALISED.fullmatch(group) or _HOST.fullmatch(group) or capitals)


def _is_word(group: str) -> bool:
    """Whether a group is a word of the language; of three letters, most that the dictionary has are names too."""
    if group in _SHORT_WORDS or group.upper() in _ACRONYMS:
        return True
    return (len(group) > 3 and is_root(group)) or (len(group) > 5 and is_root(stem(group)))


def _people(value: str) -> tuple[str, ...] | None:
    """The names in what follows a label; None if it is a sentence."""
    text = _ROLE.sub(" ", value).strip(_EDGES)
    if text.endswith(".") and len(text.split()) > 6:
        return None
    names = [name.strip(_EDGES + ".") for name in _NAMES.split(text)]
    names = [name for name in names if name]
    if any(len(name.split()) > 5 or len(name) > 60 or any(sign.isdigit() for sign in name) for name in names):
        return None
    if any(name.islower() and " " in name and any(map(is_root, name.split())) for name in names):
        return None
    return tuple(names)
