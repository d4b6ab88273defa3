"""The dateline of a lead: which outlet, which place, and where the sentence begins (OUTLETS 6 R0.5, DOMAIN 1.1)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crawler.reading.places import folded, is_place

_REACH = 90
_PLACE_LENGTH = 40
_SEPARATOR = re.compile(r"\s*(?:--+|\|\|?|//|[–—−:]|(?<=\w)-(?=\S)|-(?=\s)|(?<=\s)-)\s*")
_INNER = re.compile(r"\s*,\s*|\s*(?:\|\|?|//)\s*|\s+[-–—]\s+")
_ADDRESS = re.compile(
    r"^[\w-]+(?:\.[\w-]+)*\.(?:com|co|id|net|org|info|news|tv|web|go|press)(?:\.\w{2})?$", re.IGNORECASE
)
_BRACKET = re.compile(r"^(?P<place>[^()]{2,45}?)\s*,?\s*\((?P<inner>[^()]{2,40})\)\s*(?P<after>.*)$", re.DOTALL)
_UNDIVIDED = re.compile(r"^(?P<place>[A-Z][\w .]{2,38}),\s*(?P<outlet>[\w-]+(?:\.\w+)+)[\s,]+(?=[A-Z“\"])")
_OUTLET_COMMA = re.compile(r"^(?P<outlet>[\w-]+(?:\.\w+)+),\s+(?=[A-Z“\"])")
_SENTENCE = re.compile(r"^(?P<place>[A-Z][\w ]{2,38})\.\s+(?=[A-Z“\"])")
_PRESS = re.compile(
    r"\b(news|media|times|post|koran|radar|kabar|tribun\w*|harian|suara|antara\w*|express|ekspres)\b", re.IGNORECASE
)
_INSTITUTIONS = frozenset(
    [
        "KPU",
        "KPUD",
        "KIP",
        "MK",
        "MA",
        "DPR",
        "DPRD",
        "DPD",
        "MPR",
        "TNI",
        "POLRI",
        "ASN",
        "PNS",
        "TPS",
        "KPK",
        "DKPP",
        "PSU",
        "BAWASLU",
        "RI",
    ]
)
_RUBRICS = frozenset(
    ["NASIONAL", "DAERAH", "POLITIK", "HUKUM", "EKONOMI", "OLAHRAGA", "PEMERINTAHAN", "PILKADA", "NEWS"]
)
_ACRONYMS = frozenset(["DKI", "DIY", "IKN", "OKI", "OKU", "PPU", "NTB", "NTT"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """A dateline as printed, its outlet and place as printed, and the text after it."""

    printed: str
    rest: str
    outlet: str | None = None
    place: str | None = None


def split_dateline(
    text: str, *, outlet_names: Iterable[str] = (), place: Callable[[str], bool] = is_place
) -> Dateline | None:
    """The dateline at the start of a lead, or None: prose with a dash in it is never cut.

    The later separator is tried before the earlier one (`NUKILAN.id | Banda Aceh –`). A part is an outlet if it has an
    internet address' form, is one of `outlet_names` or says that it is press; a place if the gazetteer knows it, or if
    it is in capitals and nothing else fits. An unknown name passes for an outlet only beside a known place.
    """
    names = frozenset(folded(name) for name in outlet_names if name)
    reader = _Reader(names, place)
    if found := reader.bracketed(text):
        return found
    for separator in reversed(list(_SEPARATOR.finditer(text, 1, _REACH))):
        head, rest = text[: separator.start()].strip(), text[separator.end() :].lstrip(" \u00a0\ufffd")
        if head and reader.starts(rest) and (parts := reader.parts(head, separator.group(), rest)):
            return Dateline(printed=text[: separator.end()].strip(), rest=rest, outlet=parts[0], place=parts[1])
    return reader.unseparated(text)


def title_cased(place: str) -> str:
    """`KUTAI KARTANEGARA` as `Kutai Kartanegara`; a name in mixed case stays."""
    if not (place.isupper() or place.islower()):
        return place
    return " ".join(word if word in _ACRONYMS else word.title() for word in place.split())


@dataclass(frozen=True, slots=True)
class _Reader:
    names: frozenset[str]
    place: Callable[[str], bool]

    def is_outlet(self, part: str) -> bool:
        return (
            bool(_ADDRESS.match(part))
            or folded(part) in self.names
            or (bool(_PRESS.search(part)) and not self.place(part))
        )

    def parts(self, head: str, separator: str, rest: str) -> tuple[str | None, str | None] | None:
        """(outlet, place) of a head, or None if it is prose."""
        pieces = [piece for piece in _INNER.split(head) if piece]
        if not pieces or len(pieces) > 3 or any(not self.is_name(piece) for piece in pieces):
            return None
        if len(pieces) == 1:
            return self.single(pieces[0], separator, rest)
        if len(pieces) == 3:
            return self.triple(pieces)
        first, second = pieces
        by_comma = bool(re.search(r"[,|/]", head))
        if self.is_outlet(first) and (self.place(second) or second.isupper() or _ADDRESS.match(first)):
            return (first, None if self.is_outlet(second) else second) if not self.is_outlet(second) else None
        if self.is_outlet(second) and (self.place(first) or first.isupper() or by_comma):
            return second, first
        if not by_comma:
            return None
        if self.place(first):
            return (None, first) if self.place(second) else (second, first)
        if self.place(second):
            return (None if first.upper() in _RUBRICS else first), second
        return None

    def single(self, piece: str, separator: str, rest: str) -> tuple[str | None, str | None] | None:
        if self.is_outlet(piece):
            return piece, None
        tight = separator == "-"
        if self.place(piece):
            follows = rest.split(maxsplit=1)[0] if rest.split() else ""
            return None if tight and self.place(follows.strip(".,")) else (None, piece)
        if tight or piece in _INSTITUTIONS or not piece.isupper() or any(sign.isdigit() for sign in piece):
            return None
        return (None, piece) if ":" not in separator else None

    def triple(self, pieces: list[str]) -> tuple[str | None, str | None] | None:
        """City, province and outlet in any order that has one outlet and at least one known place."""
        outlets = [piece for piece in pieces if self.is_outlet(piece)]
        places = [piece for piece in pieces if self.place(piece)]
        return (outlets[0], places[0]) if len(outlets) == 1 and places else None

    def bracketed(self, text: str) -> Dateline | None:
        """`Tenggarong, Kaltim (ANTARA) -`, `TENGGARONG (KutaiRaya.com) -`, `MURUNG RAYA (KALTENG), Kabar Andau Tuh –`."""
        match = _BRACKET.match(text[:_REACH])
        if not match:
            return None
        place, inner = match["place"].strip(" ,"), match["inner"].strip()
        city = place.split(",")[0].strip()
        if not all(self.is_name(piece) for piece in place.split(", ")) or not (self.place(city) or city.isupper()):
            return None
        after = text[match.start("after") :]
        if self.is_outlet(inner) or "antara" in inner.lower():
            lead = re.match(r"\s*(?:--+|[-–—−:|]+)?\s*", after)
            end = match.start("after") + (lead.end() if lead else 0)
            return Dateline(printed=text[:end].strip(), rest=text[end:], outlet=inner, place=city)
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
        elif (match := _SENTENCE.match(text)) and self.place(match["place"]):
            outlet, place = None, match["place"]
        else:
            return None
        return Dateline(printed=text[: match.end()].strip(), rest=text[match.end() :], outlet=outlet, place=place)

    def is_name(self, piece: str) -> bool:
        """Whether a piece could be a name: short, few words, none of them in lower case unless it is an outlet's."""
        words = piece.split()
        if not 1 < len(piece) <= _PLACE_LENGTH or len(words) > 5 or "(" in piece:
            return False
        return (
            folded(piece) in self.names or bool(_ADDRESS.match(piece)) or all(not word[0].islower() for word in words)
        )

    def starts(self, rest: str) -> bool:
        """Whether a sentence (or nothing) begins here."""
        return not rest or not rest[0].islower()
