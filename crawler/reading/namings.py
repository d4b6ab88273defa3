"""Where a text names regions, and what stands before each name: an office, a place word, or what makes it no region."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from crawler.reading.gazetteer import Gazetteer, Name
from crawler.reading.words import Line, Words

KABUPATEN, KOTA, PROVINCE = "Kabupaten", "Kota", "Provinsi"


_OFFICES: Mapping[str | None, str | None] = MappingProxyType(
    {"kabupaten": KABUPATEN, "kota": KOTA, "provinsi": PROVINCE, "office": None}
)
_KINDS = frozenset(("kabupaten", "kab", "kota", "provinsi", "prov", "propinsi"))
_OF_KINDS = frozenset(("wali", "pemerintah"))
_NO_REGION = frozenset(("village", "thing", "person"))
_ENDS_OF_COUNTRY = (("sabang", "merauke"), ("aceh", "papua"))
_AND = frozenset(("dan", "serta", "maupun"))
_ENDS, _BREAKS = frozenset(".!?;:"), frozenset(",(:;?!")
_ABBREVIATED = frozenset(("kab", "kec", "prov", "kep", "st"))


@dataclass(slots=True)
class Naming:
    """A name in a text by its words; `code` is what it was found to mean."""

    line: Line
    first: int
    last: int
    name: Name
    sort: str | None = None
    """Of which kind of region the office before it is."""
    office: bool = False
    """An office, or an event that has it, stands before it: KPU, Bupati, Pilkada."""
    kind: bool = False
    """That, or the kind alone: Kabupaten."""
    doubtful: bool = False
    """It may be a word or a person too, and nothing before it says that it is none."""
    district: bool = False
    explicit: bool = False
    """`Kecamatan` stands before it."""
    placed: bool = False
    """A place word stands before it: `di`."""
    within: tuple[str, ...] = ()
    """The regions that its first words name: Samarinda of Samarinda Ulu."""
    parents: tuple[str, ...] = ()
    """What the name right behind it may be of the regions that it may lie in: Bandung of `Majalaya, Bandung`."""
    code: str | None = None


def namings(known: Gazetteer, words: Words) -> list[Naming]:
    """All names of a text that may be regions' (of a kecamatan: if its kabupaten is there), none within another."""
    found: list[Naming] = []
    starts = known.starts
    for line in words.lines:
        free, before = 0, None
        for at in [at for at, word in enumerate(line.words) if word in starts]:
            if at >= free and (one := _naming(known, line, at, before)) is not None:
                if before is not None and before.district and (around := _around(before, one)):
                    before.parents, one.doubtful = around, False
                free, before = one.last + 1, one
                found.append(one)
    return found


def _naming(known: Gazetteer, line: Line, at: int, before: Naming | None) -> Naming | None:
    lower = line.lower
    wide = _longest(known.wide.get(lower[at], ()), line, at)
    narrow = _longest(known.districts.get(lower[at], ()), line, at)
    if wide is None and narrow is None:
        return None
    means = known.before.get(lower[at - 1]) if at else None
    if means in _NO_REGION or _of_a_school(lower, at):
        return None
    explicit = means == "kecamatan" or (
        narrow is not None
        and before is not None
        and before.explicit
        and _next(before, line, at)
        and not _is_around(before, line, at, wide)
    )
    if narrow is not None and (wide is None or len(narrow.tokens) >= len(wide.tokens) + (not explicit)):
        inner = wide.codes if wide else ()
        last = at + len(narrow.tokens) - 1
        return Naming(line, at, last, narrow, district=True, explicit=explicit, placed=means == "place", within=inner)
    if wide is None:
        return None
    last = at + len(wide.tokens) - 1
    follows = lower[last + 1] if last + 1 < len(lower) else ""
    if follows in known.after or _whole_country(lower, at):
        return None
    # Every word of a headline may have a capital: in `Ketua DPRD Ketuk Palu` the word itself must have the office.
    reach = 1 if wide.needs is not None and line.field == "title" else 3
    sort, kind, office = _office(known.before, lower, at, reach) if at else (None, False, False)
    if not kind and before is not None and _listed(before, line, at) and "." in wide.codes[-1]:
        sort, kind, office = before.sort, before.kind, before.office
    if office and follows == "kota" and sort is None and line.words[last + 1][0].isupper():
        sort = KOTA
    doubtful = wide.needs is not None and (
        not (kind or (wide.needs == "place" and means == "place")) or (at > 0 and _parted(line, at))
    )
    return Naming(line, at, last, wide, sort, office, kind, doubtful)


def _is_around(before: Naming, line: Line, at: int, wide: Name | None) -> bool:
    """Whether it is where the kecamatan before it lies: Depok of `Kecamatan Beji, Depok`, Kota of `Klojen, Kota Malang`."""
    if line.lower[at] in _KINDS:
        return at + 1 < len(line.words) and line.words[at + 1][0].isupper()
    return wide is not None and at - before.last == 1 and any(_holds(code, before.name) for code in wide.codes)


def _around(district: Naming, one: Naming) -> tuple[str, ...]:
    """The regions that a name right behind a kecamatan's may mean and that have one of that name."""
    gap = one.first - district.last
    between = district.line.lower[district.last + 1 : one.first]
    if one.district or gap > 2 or (gap == 2 and between[0] not in _KINDS):
        return ()
    return tuple(code for code in one.name.codes if _holds(code, district.name))


def _holds(code: str, district: Name) -> bool:
    return "." in code and any(one.startswith(f"{code}.") for one in district.codes)


def _whole_country(lower: Sequence[str], at: int) -> bool:
    """Whether the name is one end of `dari Sabang sampai Merauke`."""
    for west, east in _ENDS_OF_COUNTRY:
        if lower[at] in (west, east):
            start = at if lower[at] == west else at - 2
            return start >= 0 and lower[start : start + 3 : 2] == [west, east] and lower[start + 1] not in _AND
    return False


def _longest(names: Iterable[Name], line: Line, at: int) -> Name | None:
    lower = line.lower
    for name in names:
        tokens = name.tokens
        if len(tokens) == 1:
            return name
        # Most candidates differ in their second word: Kutai Barat, Kutai Timur.
        if at + 1 < len(lower) and lower[at + 1] == tokens[1]:
            end = at + len(tokens)
            if tuple(lower[at:end]) == tokens and _is_written_as_one(line, at, end):
                return name
    return None


def _is_written_as_one(line: Line, at: int, end: int) -> bool:
    """Whether its words begin with capitals and no sentence or bracket ends among them: `dari Kapuas. Hulu sungai`."""
    words = line.words[at:end]
    for word in words:
        if word[0].islower() and word != "dan":
            return False
    start, stop = line.place(at, end - 1)
    written = line.text[start:stop]
    if written == " ".join(words):
        return True
    return _BREAKS.isdisjoint(written) and ("." not in written or written.startswith(("Kep", "KEP")))


def _parted(line: Line, at: int) -> bool:
    """Whether a sentence ends before the word."""
    before = line.place(at, at)[0] - 2
    if line.text[before].isalnum():
        return False
    gap = line.text[line.place(at - 1, at - 1)[1] : before + 2]
    return not _ENDS.isdisjoint(gap) and line.lower[at - 1] not in _ABBREVIATED


def _office(before: Mapping[str, str], lower: Sequence[str], at: int, reach: int) -> tuple[str | None, bool, bool]:
    """Of which kind of region a name is by the word before it, whether one says so, and whether it is an office."""
    back = at - 1
    if back and (before.get(lower[back]) == "skip" or lower[back].isdecimal()):
        back -= 1
    means = before.get(lower[back])
    if means == "place":
        return None, False, False
    if means in _OFFICES and lower[back] not in _KINDS:
        return _OFFICES[means], True, True
    near = False
    for word in lower[max(0, at - reach) : at]:
        near = near or before.get(word) == "near_office"
    if means not in _OFFICES:
        return None, near, near
    earlier = lower[back - 1] if back else ""
    if lower[back] == "kota" and earlier in ("ibu", "kabupaten"):
        return None, earlier != "ibu", False
    return _OFFICES[means], True, near or earlier in _OF_KINDS or before.get(earlier) in _OFFICES


def _listed(before: Naming, line: Line, at: int) -> bool:
    """Whether a name goes on with a list: Kabupaten Buru, Banggai, dan Bungo."""
    return before.kind and not before.district and _next(before, line, at)


def _next(before: Naming, line: Line, at: int) -> bool:
    """Whether nothing but a comma or `dan` stands between two names."""
    gap = at - before.last
    if gap > 2 or (gap == 2 and line.lower[at - 1] not in _AND):
        return False
    _, end = line.place(before.last, before.last)
    return gap == 2 or line.text.startswith(",", end)


def _of_a_school(lower: Sequence[str], at: int) -> bool:
    return at > 1 and lower[at - 1] in ("negeri", "islam") and not _SCHOOLS.isdisjoint(lower[max(0, at - 3) : at - 1])


_SCHOOLS = frozenset(("universitas", "politeknik", "institut", "islam", "sma", "smk", "smp", "man", "akademi"))
