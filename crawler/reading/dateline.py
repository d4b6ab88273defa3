"""The dateline of a lead: which outlet, which place, and where the sentence begins (OUTLETS 6 R0.5, DOMAIN 1.1)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from archive.stems import is_root
from crawler.reading.dates import MONTH
from crawler.reading.places import folded, is_place, nearly_place, sure_places, within

_REACH = 90
_PLACE_LENGTH = 40
_SHORT = 5
"""Letters of an abbreviation (`OKI - Palembang hanya …` is a road), and the least of an outlet's name in lower case."""
_SEPARATOR = re.compile(r"\s*(?:--+|\|\|?|//|[–—−:]|(?<=\w)-(?=\S)|-(?=\s)|(?<=\s)-)\s*")
_INNER = re.compile(r"\s*,\s*|\s*(?:\|\|?|//?)\s*|\s+[-–—]\s+")
_ADDRESS = re.compile(
    r"^[\w-]+(?:\.[\w-]+)*\.(?:com|co|id|net|org|info|news|tv|web|go|press|asia|media|online|my|me)(?:\.\w{2})?$",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"^(?P<place>[^()]{2,45}?)\s*,?\s*\((?P<inner>[^()]{2,40})\)\s*(?P<after>.*)$", re.DOTALL)
_UNDIVIDED = re.compile(r"^(?P<place>[A-Z][\w .]{2,38}),\s*(?P<outlet>[\w-]+(?:\.\w+)+)[\s,.]+(?=[A-Z“\"])")
_OUTLET_COMMA = re.compile(r"^(?P<outlet>[\w-]+(?:\.\w+)+),\s+(?=[A-Z“\"])")
_SENTENCE = re.compile(r"^(?P<place>[A-Z][\w ]{2,38})\.\s+(?=[A-Z“\"])")
_BLANK_ADDRESS = re.compile(r"^(?P<name>[a-z][\w-]{3,})\s(?P<ending>com|co id|id|net)$", re.IGNORECASE)
_BESIDE = re.compile(r"^(?P<outlet>[\w-]+(?:\.\w+)+)\s+(?P<place>[A-Z].+)$")
_DATED = re.compile(
    r"(?:^|,?\s*)(?:(?:senin|selasa|rabu|kamis|jum[’'`]?at|sabtu|minggu|ahad)\b[\s,]*)?"
    rf"\(?\s*\b(?P<day>\d{{1,2}}(?:\s*[/.-]\s*\d{{1,2}}\s*[/.-]\s*|[\s-]+(?:{MONTH})[\s-]+)(?:\d{{4}}|\d{{2}}))\s*\)?\s*$"
    r"|(?<=\s)\(\d{1,2}/\d{1,2}\)$",
    re.IGNORECASE,
)
"""The day at the end of a dateline: `Tenggarong, 20 November 2024 –`, `JAKARTA (20/11/2024) -` (DOMAIN 1.2); without a year
(`(20/11) –`) it names none."""
_PRESS = re.compile(
    r"^(?:news|media|times|post|koran|radar|kabar|tribun\w*|harian|suara|antara\w*|warta|berita|express|ekspres)\b"
    r"|\b(?:news|media|times|post|express|ekspres)$"
    r"|^(?:kabar|warta|berita|suara|tribun|radar|koran|lensa)\w{4,}$|^\w{3,}(?:news|media|post|pos|press|ekspres|express)$",
    re.IGNORECASE,
)
_NO_NAME = frozenset(
    [
        "KPU",
        "KPUD",
        "KIP",
        "MK",
        "MA",
        "DPR",
        "DPRD",
        "DPD",
        "DPC",
        "DPW",
        "DPP",
        "MPR",
        "TNI",
        "POLRI",
        "POLRES",
        "POLDA",
        "ASN",
        "PNS",
        "TPS",
        "KPK",
        "DKPP",
        "PSU",
        "BAWASLU",
        "PANWASLU",
        "PANWASLIH",
        "RI",
        "PEMKAB",
        "PEMKOT",
        "PEMPROV",
        "PEMERINTAH",
        "PILKADA",
        "PEMILU",
        "PILPRES",
        "PILEG",
        "PILGUB",
        "PILBUP",
        "PILWALI",
        "PILKADES",
        "BUPATI",
        "GUBERNUR",
        "WALIKOTA",
        "CALON",
        "PASLON",
        "PARTAI",
        "DEBAT",
        "TIM",
        "WARGA",
        "KETUA",
        "PEMUNGUTAN",
        "SURAT",
        *("GOLKAR", "PDIP", "GERINDRA", "NASDEM", "PKB", "PKS", "PPP", "PAN", "DEMOKRAT", "HANURA", "PERINDO", "PSI"),
    ]
)
"""Words in capitals that no place's name has: what an article is about, not where it was written."""
_RUBRICS = frozenset(
    [
        "NASIONAL",
        "DAERAH",
        "REGIONAL",
        "POLITIK",
        "HUKUM",
        "EKONOMI",
        "OLAHRAGA",
        "PEMERINTAHAN",
        "PARLEMENTARIA",
        "ADVERTORIAL",
        "ADV",
        "PARIWARA",
        "PILKADA",
        "NEWS",
    ]
)
_HEADS = frozenset(
    ["BREAKING NEWS", "HOT NEWS", "LIVE NEWS", "FLASH NEWS", "BERITA TERKINI", "BERITA FOTO", "KABAR DUKA"]
)
"""What editors set before a sentence, and no outlet is called."""
_LANDSCAPE = frozenset(
    [
        "BANDAR",
        "BATU",
        "BUKIT",
        "DANAU",
        "DESA",
        "DISTRIK",
        "DUSUN",
        "GUNUNG",
        "KAMPUNG",
        "KELURAHAN",
        "KECAMATAN",
        "KOTA",
        "KUALA",
        "LONG",
        "LUBUK",
        "MARGA",
        "MUARA",
        "NAGARI",
        "NANGA",
        "PADANG",
        "PANGKALAN",
        "PASAR",
        "PULAU",
        "RANTAU",
        "SEBERANG",
        "SEI",
        "SIMPANG",
        "SUMBER",
        "SUNGAI",
        "TANAH",
        "TANJUNG",
        "TEBING",
        "TELUK",
        "TUMBANG",
        "UJUNG",
    ]
)
"""What names of villages begin with."""
_OUTLET_WORDS = 2
_NO_OUTLET = frozenset(["kemarin", "kemaren", "tadi", "besok", "lusa", "kini", "lalu", "kota", "kabupaten", "provinsi"])
_ACRONYMS = frozenset(["DKI", "DIY", "IKN", "OKI", "OKU", "PPU", "NTB", "NTT"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """A dateline as printed, its outlet and place as printed, the day that it prints, and the text after it."""

    printed: str
    rest: str
    outlet: str | None = None
    place: str | None = None
    day: str | None = None
    """As printed: `20 November 2024`, `20/11/2024`."""


def split_dateline(
    text: str, *, outlet_names: Iterable[str] = (), place: Callable[[str], bool] = is_place
) -> Dateline | None:
    """The dateline at the start of a lead, or None: prose with a dash in it is never cut.

    The later separator is tried before the earlier one (`NUKILAN.id | Banda Aceh –`). A part is an outlet if it has an
    internet address' form, is one of `outlet_names` or says that it is press; a place if the gazetteer knows it, or if
    it is in capitals and nothing else fits. An unknown name passes for an outlet only beside a known place; two places
    beside each other are a dateline only where one lies in the other. The day at the end of a dateline is set apart.
    """
    names = frozenset(folded(name) for name in outlet_names if name)
    reader = _Reader(names, place)
    if found := reader.bracketed(text):
        return found
    for separator in reversed(list(_SEPARATOR.finditer(text, 1, _REACH))):
        head, rest = text[: separator.start()].strip(" *_\u00a0"), text[separator.end() :].lstrip(" \u00a0\ufffd")
        dated = _DATED.search(head) if head[-1:].isdigit() or head[-1:] == ")" else None
        head = head[: dated.start()] if dated else head
        if head and reader.starts(rest) and (parts := reader.parts(head, separator.group(), rest)):
            outlet, city = parts
            if outlet and not city and (behind := _SENTENCE.match(rest)) and _is_sure(behind["place"]):
                city, rest = behind["place"], rest[behind.end() :]
            printed = text[: len(text) - len(rest)].strip(" \u00a0\ufffd")
            return Dateline(printed=printed, rest=rest, outlet=outlet, place=city, day=dated["day"] if dated else None)
    return reader.unseparated(text)


def title_cased(place: str) -> str:
    """`KUTAI KARTANEGARA` as `Kutai Kartanegara`; a name in mixed case stays."""
    place = "".join(filter(str.isprintable, place)).strip("[] ")
    if not (place.isupper() or place.islower()):
        return place
    return " ".join(word if word in _ACRONYMS else word.title() for word in place.split())


@dataclass(frozen=True, slots=True)
class _Reader:
    names: frozenset[str]
    place: Callable[[str], bool]

    def is_outlet(self, part: str) -> bool:
        return (
            bool(_ADDRESS.match(part) or _BLANK_ADDRESS.match(part))
            or folded(part) in self.names
            or (bool(_PRESS.search(part)) and not self.place(part))
        )

    def parts(self, head: str, separator: str, rest: str) -> tuple[str | None, str | None] | None:
        """(outlet, place) of a head, or None if it is prose."""
        pieces = [piece for piece in _INNER.split(head) if piece]
        if len(pieces) == 1 and (beside := _BESIDE.match(head)) and self.place(beside["place"]):
            pieces = [beside["outlet"], beside["place"]]
        if not pieces or len(pieces) > 4 or any(not self.is_name(piece) for piece in pieces[:1]):
            return None
        by_comma = bool(re.search(r"[,|/]", head))
        if len(pieces) == 2 and by_comma and self.is_small_outlet(pieces[1]) and self.place(pieces[0]):
            return pieces[1], pieces[0]
        if any(not self.is_name(piece) for piece in pieces):
            return None
        if len(pieces) == 1:
            return self.single(pieces[0], separator, rest)
        if len(pieces) > 2:
            return self.several(pieces)
        first, second = pieces
        if self.is_outlet(first) and (self.place(second) or second.isupper() or _ADDRESS.match(first)):
            return (first, None if self.is_outlet(second) else second) if not self.is_outlet(second) else None
        if self.is_outlet(second) and (self.place(first) or first.isupper() or by_comma):
            return second, first
        if not by_comma:
            return None
        if self.place(first):
            if self.place(second):
                return (None, first) if within(first, second) else None
            return second, first
        if self.place(second) and not any(sign.isdigit() for sign in first):
            return (None if first.upper() in _RUBRICS else first), second
        return None

    def single(self, piece: str, separator: str, rest: str) -> tuple[str | None, str | None] | None:
        if piece in _RUBRICS and ":" not in separator:
            return None, None
        if piece.upper() in _HEADS:
            return None
        if self.is_outlet(piece):
            return piece, None
        tight = separator == "-"
        if self.place(piece) and not (":" in separator and not _is_sure(piece)):
            follows = rest.split(maxsplit=1)[0] if rest.split() else ""
            route = tight or (separator.strip() == "-" and piece.isupper() and len(piece) <= _SHORT)
            return None if route and self.place(follows.strip(".,")) else (None, piece)
        if not tight and ":" not in separator and not piece.isupper() and nearly_place(piece):
            return None, piece
        if (
            tight
            or not _NO_NAME.isdisjoint(piece.split())
            or not piece.isupper()
            or any(sign.isdigit() for sign in piece)
        ):
            return None
        if ":" in separator or _is_phrase(piece):
            return None
        return (None, piece) if _looks_like_place(piece) else (piece, None)

    def several(self, pieces: list[str]) -> tuple[str | None, str | None] | None:
        """City, regency, province and outlet in any order that has at most one outlet and a known place, all else lying in each other."""
        outlets = [piece for piece in pieces if self.is_outlet(piece)]
        places = [piece for piece in pieces if self.place(piece)]
        if len(outlets) == 1 and places:
            return outlets[0], places[0]
        chained = len(places) == len(pieces) and all(map(within, places, places[1:]))
        return (None, places[0]) if chained else None

    def bracketed(self, text: str) -> Dateline | None:
        """`Tenggarong, Kaltim (ANTARA) -`, `TENGGARONG (KutaiRaya.com) -`, `MURUNG RAYA (KALTENG), Kabar Andau Tuh –`."""
        match = _BRACKET.match(text[:_REACH])
        if not match:
            return None
        place, inner = match["place"].strip(" ,-–—|"), match["inner"].strip()
        city = place.split(",")[0].strip()
        if not all(self.is_name(piece) for piece in place.split(", ")) or not (self.place(city) or city.isupper()):
            return None
        after = text[match.start("after") :]
        if self.is_outlet(inner) or "antara" in inner.lower():
            lead = re.match(r"\s*(?:--+|[-–—−:|]+)?\s*", after)
            end = match.start("after") + (lead.end() if lead else 0)
            return (
                None
                if not self.starts(text[end:])
                else Dateline(printed=text[:end].strip(), rest=text[end:], outlet=inner, place=city)
            )
        if self.place(inner) and (lead := re.match(r"\s*(?:--+|\|\|?|//|[–—−:]|-)\s*", after)) and lead.group():
            end = match.start("after") + lead.end()
            if self.starts(text[end:]):
                return Dateline(printed=text[:end].strip(), rest=text[end:], place=city)
        tail = re.match(r",\s*(?P<outlet>[^–—|,.]{2,40}?)\s*(?:--+|[–—−|]|\s-)\s*", after)
        if self.place(inner) and tail and self.is_name(tail["outlet"]):
            end = match.start("after") + tail.end()
            return Dateline(printed=text[:end].strip(), rest=text[end:], outlet=tail["outlet"], place=city)
        return None

    def unseparated(self, text: str) -> Dateline | None:
        """`Batam, jurnalpolisi.id Setelah …`, `PROKAL.CO, Komisi …`, `Tenggarong. Bupati …`: no dash at all."""
        if (match := _UNDIVIDED.match(text)) and self.place(match["place"]) and self.is_outlet(match["outlet"]):
            outlet, place = match["outlet"], match["place"]
        elif (match := _OUTLET_COMMA.match(text)) and self.is_outlet(match["outlet"]):
            outlet, place = match["outlet"], None
        elif (match := _SENTENCE.match(text)) and _is_sure(match["place"]):
            outlet, place = None, match["place"]
        else:
            return None
        return Dateline(printed=text[: match.end()].strip(), rest=text[match.end() :], outlet=outlet, place=place)

    def is_small_outlet(self, piece: str) -> bool:
        """Whether a piece beside a known place is a name in lower case: `Kayuagung, gradasigo -`, and not `Jakarta, kota …`."""
        return piece.isalpha() and piece.islower() and len(piece) >= _SHORT and piece not in _NO_OUTLET

    def is_name(self, piece: str) -> bool:
        """Whether a piece could be a name: short, few words, none of them in lower case unless it is an outlet's."""
        words = piece.split()
        if not 1 < len(piece) <= _PLACE_LENGTH or len(words) > 5 or "(" in piece:
            return False
        return (
            folded(piece) in self.names
            or bool(_ADDRESS.match(piece) or _BLANK_ADDRESS.match(piece))
            or all(not word[0].islower() for word in words)
        )

    def starts(self, rest: str) -> bool:
        """Whether a sentence (or nothing) begins here."""
        return not rest or not rest[0].islower()


def _looks_like_place(name: str) -> bool:
    """Whether a name in capitals that no table has is a village's, or a slip of the pen, and not an outlet's.

    The tables hold every kecamatan and capital, so that of short names it is the outlet that is missing (`SAIBETIK—`,
    DOMAIN 1.1); villages are named after what lies there.
    """
    words = name.split()
    return len(words) > _OUTLET_WORDS or words[0] in _LANDSCAPE or nearly_place(name)


def _is_phrase(name: str) -> bool:
    """Whether a name in capitals that nobody knows is but words of the language: `HARGA BERAS NAIK – Warga …` is prose.

    One word alone may be an outlet's (`KOMPAS`, `FAJAR`), and what begins as villages' names do is one.
    """
    words = name.split()
    return len(words) > 1 and words[0] not in _LANDSCAPE and all(is_root(word.lower()) for word in words)


def _is_sure(name: str) -> bool:
    """Whether a name before a colon or a full stop is a place's; `Damai.` and `Sumber:` are words."""
    return folded(name) in sure_places()
