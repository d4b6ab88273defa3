"""What the names of a text mean: each the code of one region, or none where several fit and nothing decides."""

from collections.abc import Iterable, Sequence

from crawler.reading.gazetteer import Gazetteer
from crawler.reading.namings import Naming
from crawler.reading.places import folded, known_places

PROVINCE, KABKOTA = len("64"), len("64.02")
"""How long the codes of a province and of a kabupaten or kota are."""

Tokens = tuple[str, ...]


def dateline_codes(place: str, home: Sequence[str]) -> tuple[str, ...]:
    """What a dateline's place may be, a kecamatan as its kabupaten; what lies in the outlet's regions goes first."""
    names = known_places()
    codes = names.get(folded(place)) or names.get(folded(place.partition(",")[0]), ())
    wide = [code for code in codes if len(code) <= KABKOTA] or [code[:KABKOTA] for code in codes]
    near = [code for code in wide if _lies_in(code, home)]
    return tuple(dict.fromkeys(near or wide))


class Reader:
    """Settles the names of one text: the sure ones first, then the others by them, by dateline and by home."""

    def __init__(self, known: Gazetteer, dateline: Sequence[str], home: Sequence[str]) -> None:
        self._known = known
        self._dateline = dateline
        self._home = home
        self._said: set[str] = set()
        """Provinces, kabupaten and kota that the text names."""
        self._by_office: dict[Tokens, list[str]] = {}
        """What an office or a kind before an ambiguous name made of it, in the order of the text."""
        self._districts: dict[Tokens, str] = {}

    def settle(self, named: Sequence[Naming]) -> None:
        """Give each name its code."""
        wide = [one for one in named if not (one.district or one.doubtful)]
        narrow = [one for one in named if one.district]
        for one in self._others(wide):
            self._sure(one)
        for one in narrow:
            if one.explicit:
                self._take_district(one, self._explicit(one))
        self._read_as_districts(wide)
        for one in wide:
            if one.code is None:
                one.code = self._chosen(one)
                if one.code:
                    self._said.add(one.code)
        for one in narrow:
            if one.code is None and one.placed and not one.name.needs:
                self._take_district(one, self._at_home(one))
        for one in narrow:
            if one.code is None and not one.explicit:
                one.code = self._districts.get(one.name.tokens) or self._beside(one)

        # Malang alone is a word, and a city where the text has named it as one.
        for one in named:
            if one.doubtful:
                one.code = next((other.code for other in wide if other.name.tokens == one.name.tokens), None)

    def _others(self, wide: Sequence[Naming]) -> Iterable[Naming]:
        """Set those apart that mean a kecamatan of where the outlet or the dateline is, and a kabupaten or kota elsewhere.

        Depok is a kecamatan in a text of Sleman, where nothing says that it is the kota (DOMAIN 2: 39 such names).
        """
        known = self._known
        kinds = {one.name.tokens for one in wide if one.kind}
        elsewhere: list[tuple[Naming, tuple[str, ...]]] = []
        for one in wide:
            tokens = one.name.tokens
            codes = () if tokens in kinds else known.inner.get(tokens, ())
            if not codes or any(code in self._dateline or _lies_in(code, self._home) for code in one.name.codes):
                yield one
            else:
                elsewhere.append((one, codes))
        for one, codes in elsewhere:
            near = (*self._dateline, *(said for said in self._said if _lies_in(said, self._home)))
            here = _only(code for code in codes if code[:KABKOTA] in near)
            if here is None or any(code[:PROVINCE] in self._said for code in one.name.codes):
                yield one
            else:
                one.district = True
                self._take_district(one, here)

    def _sure(self, one: Naming) -> None:
        codes = self._of_sort(one)
        if len(codes) == 1 and (codes[0], one.name.tokens) not in self._known.shy:
            one.code = codes[0]
            self._said.add(one.code)
            if len(one.name.codes) > 1:
                self._by_office.setdefault(one.name.tokens, []).append(one.code)

    def _of_sort(self, one: Naming) -> tuple[str, ...]:
        """The codes of a name that fit its office, all where none does."""
        codes = one.name.codes
        if one.sort is None or len(codes) == 1:
            return codes
        regions = self._known.regions
        return tuple(code for code in codes if regions[code].type == one.sort) or codes

    def _chosen(self, one: Naming) -> str | None:
        codes, tokens, said, known = self._of_sort(one), one.name.tokens, self._said, self._known
        fitting = [code for code in dict.fromkeys(self._by_office.get(tokens, ())) if code in codes]
        near = [code for code in codes if code in self._dateline] or [c for c in codes if _lies_in(c, self._home)]
        if len(fitting) > 1:
            return _only(code for code in fitting if code in near) or fitting[0]
        provinces = {code for code in said if len(code) == PROVINCE}
        return (
            _only(fitting)
            or _only(code for code in codes if code in said)
            or _only(code for code in codes if code[:PROVINCE] in provinces and code not in provinces)
            or _only(near)
            or (codes[0] if len(codes[0]) == PROVINCE else None)
            or _only(code for code in codes if (code, tokens) in known.own and (code, tokens) not in known.shy)
        )

    def _take_district(self, one: Naming, code: str | None) -> None:
        if code is not None:
            one.code = self._districts[one.name.tokens] = code
            self._said.add(code[:KABKOTA])

    def _explicit(self, one: Naming) -> str | None:
        """What a name after `Kecamatan` means; one that no other kecamatan bears needs nothing beside it."""
        return self._beside(one) or self._at_home(one) or _only(one.name.codes)

    def _at_home(self, one: Naming) -> str | None:
        return _only(code for code in one.name.codes if _lies_in(code, self._home))

    def _beside(self, one: Naming) -> str | None:
        """The one in a kabupaten that the text names; Samarinda Ulu names it itself, else the dateline may."""
        if one.name.needs and not one.explicit:
            return None
        codes = one.name.codes
        return (
            _only(code for code in codes if code[:KABKOTA] in one.parents)
            or _only(code for code in codes if code[:KABKOTA] in self._said)
            or _only(code for code in codes if code[:KABKOTA] in one.within)
            or _only(
                code
                for code in codes
                if (one.explicit or len(one.name.tokens) > 1) and code[:KABKOTA] in self._dateline
            )
        )

    def _read_as_districts(self, wide: Iterable[Naming]) -> None:
        """Let a name that stood after `Kecamatan` mean the same where it stands alone, unless an office has it too."""
        wide = list(wide)
        taken = {one.name.tokens for one in wide if one.kind}
        for one in wide:
            tokens = one.name.tokens
            if tokens in self._districts and tokens not in taken:
                one.district, one.code = True, self._districts[tokens]


def _lies_in(code: str, regions: Sequence[str]) -> bool:
    return any(code == one or code.startswith(f"{one}.") for one in regions)


def _only(codes: Iterable[str]) -> str | None:
    held = list(codes)
    return held[0] if len(held) == 1 else None
