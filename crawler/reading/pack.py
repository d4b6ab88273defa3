"""Everything about one election, read from a folder of tables that users may replace (README)."""

import hashlib
import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

SHIPPED = Path(__file__).with_name("packs")
GATE, WORDS, PHASES = "pack.toml", "words.tsv", "phases.tsv"
FILES = (GATE, WORDS, PHASES)

_WORD = re.compile(r"\w+")
_CODE = re.compile(r"\d{2}(\.\d{2}){0,3}")
OWN = "nya"
"""Its, the: `hasilnya` is `hasil`."""


class PackError(Exception):
    """A pack of an election cannot be used; one line names the file, the line and what is wrong."""


class Kind(StrEnum):
    """What a word says of an article."""

    FOR = "for"
    """It is about an election."""
    WITH = "with"
    """The same where a word of kind `for` stands beside it; alone it says less."""
    AGAINST = "against"
    """It is about another vote: of a village, a student body, an association, another country."""
    VOID = "void"
    """The abbreviations that it `voids` have another meaning here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A word or phrase of the gate; `tokens` are as they are compared, `words` as the table has them."""

    words: str
    tokens: tuple[str, ...]
    kind: Kind
    weight: float
    voids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The numbers of `pack.toml`, which explains each."""

    threshold: float
    needed: float
    headline: float
    lead: float
    again: float
    alone: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase of the election, its days inclusive; without `regions` it holds everywhere, the lowest `rank` first."""

    name: str
    start: date
    end: date
    rank: int
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One election as data. It travels to readers as its texts, which each process compiles once."""

    title: str
    gate: Gate
    entries: Mapping[str, Sequence[Entry]]
    """By first token in lower case, with and without `-nya`, longest first."""
    phases: tuple[Phase, ...]
    digest: str
    """Twelve hex digits that tell one version of the texts from another."""
    source: tuple[str, tuple[str, ...]] = field(repr=False)
    """The name, and the texts in the order of `FILES`."""

    @property
    def version(self) -> str:
        """Name and digest: what is stored with each judgement."""
        return f"{self.source[0]} {self.digest}"

    def __reduce__(self) -> tuple[Callable[[str, tuple[str, ...]], "Pack"], tuple[str, tuple[str, ...]]]:
        """Pickle as texts."""
        return parse, self.source

    def phase(self, day: date, regions: Sequence[str]) -> str | None:
        """The phase of a day in a region: of those that hold there, the one of the lowest rank; None for no phase."""
        held = [phase for phase in self.phases if phase.start <= day <= phase.end and _holds(phase, regions)]
        return min(held, key=lambda phase: phase.rank).name if held else None


def _holds(phase: Phase, regions: Sequence[str]) -> bool:
    """A province's phase holds in its kabupaten and kota, not the other way round."""
    return not phase.regions or any(
        region == code or region.startswith(f"{code}.") for region in regions for code in phase.regions
    )


def load(name: str, home: Path) -> Pack:
    """Read the pack that ships under a name, or the one in a folder (`name` holds a `/`; it may be relative to home).

    Raises:
        PackError: there is none, or one of its files is wrong.
    """
    folder = home / Path(name).expanduser() if "/" in name else SHIPPED / name
    if not folder.is_dir():
        ships = ", ".join(sorted(path.name for path in SHIPPED.iterdir() if path.is_dir()))
        if "/" in name:
            raise PackError(f"election.pack: there is no folder {folder}; {ships} ships and is named without a /")
        raise PackError(f"election.pack: there is no pack {name}; {ships} ships, and a folder is written with a /")
    texts = []
    for file in FILES:
        try:
            texts.append((folder / file).read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise PackError(f"{folder / file} cannot be read: {why}") from error
    return _parsed(str(folder), folder.resolve().name, tuple(texts))


@cache
def parse(name: str, texts: tuple[str, ...]) -> Pack:
    """Make a pack of its texts, in the order of `FILES`; once in a process.

    Raises:
        PackError: one of them is wrong.
    """
    return _parsed(name, name, texts)


def _parsed(where: str, name: str, texts: tuple[str, ...]) -> Pack:
    gate, words, phases = texts
    title, numbers = _gate(gate, f"{where}/{GATE}")
    return Pack(
        title=title,
        gate=numbers,
        entries=_words(words, f"{where}/{WORDS}"),
        phases=_phases(phases, f"{where}/{PHASES}"),
        digest=hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12],
        source=(name, texts),
    )


def _gate(text: str, where: str) -> tuple[str, Gate]:
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{where} is not valid TOML: {error}") from error
    title = given.pop("name", None)
    if not isinstance(title, str) or not title.strip():
        raise PackError(f"{where}: name must be a text")
    numbers = {number.name: given.pop(number.name, None) for number in fields(Gate)}
    for key, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1000:
            raise PackError(f"{where}: {key} must be a number from 0 to 1000")
    if given:
        raise PackError(f"{where}: unknown key {next(iter(given))}")
    if not 0 < numbers["threshold"] < 1 or not numbers["needed"]:
        raise PackError(f"{where}: threshold must lie between 0 and 1, and needed above 0")
    return title, Gate(**{key: float(value) for key, value in numbers.items()})


def _words(text: str, where: str) -> Mapping[str, Sequence[Entry]]:
    found: dict[tuple[str, ...], Entry] = {}
    voided: dict[str, str] = {}
    for place, row in _rows(text, where, ("words", "kind", "weight", "voids")):
        tokens = tuple(token if token.isupper() else token.lower() for token in _WORD.findall(row["words"]))
        if not tokens:
            raise PackError(f"{place}: an entry holds no word")
        if tokens in found:
            raise PackError(f"{place}: {row['words']} stands twice")
        if row["kind"] not in list(Kind):
            raise PackError(f"{place}: the kind must be one of {', '.join(Kind)}, not {row['kind']}")
        voids = frozenset(filter(None, (name.strip() for name in row["voids"].split(","))))
        voided.update(dict.fromkeys(voids, place))
        found[tokens] = Entry(
            words=row["words"], tokens=tokens, kind=Kind(row["kind"]), weight=_weight(row["weight"], place), voids=voids
        )
    known = {entry.words for entry in found.values()}
    if lost := next((name for name in voided if name not in known), None):
        raise PackError(f"{voided[lost]}: {lost} is voided and is no entry of the table")
    entries: dict[str, list[Entry]] = {}
    for entry in sorted(found.values(), key=lambda entry: -len(entry.tokens)):
        first = entry.tokens[0].lower()
        for form in (first, first + OWN):
            entries.setdefault(form, []).append(entry)
    return entries


def _weight(text: str, place: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not 0 <= weight <= 100:
        raise PackError(f"{place}: the weight must be a number from 0 to 100, not {text}")
    return weight


def _phases(text: str, where: str) -> tuple[Phase, ...]:
    phases = []
    for place, row in _rows(text, where, ("start", "end", "phase", "rank", "regions", "note", "source")):
        try:
            start, end, rank = date.fromisoformat(row["start"]), date.fromisoformat(row["end"]), int(row["rank"])
        except ValueError as error:
            raise PackError(f"{place}: {error}") from error
        codes = tuple(row["regions"].split())
        if wrong := next((code for code in codes if not _CODE.fullmatch(code)), None):
            raise PackError(f"{place}: {wrong} is no code of a region")
        if end < start or not row["phase"]:
            raise PackError(f"{place}: {'it ends before it starts' if row['phase'] else 'the phase has no name'}")
        phases.append(Phase(name=row["phase"], start=start, end=end, rank=rank, regions=codes))
    return tuple(phases)


def _rows(text: str, where: str, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a table with tabs, and where each stands; empty lines and lines with # are left out."""
    header: tuple[str, ...] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = tuple(cell.strip() for cell in line.split("\t"))
        if header is None:
            header = cells
            if cells != columns:
                raise PackError(f"{where}, line {number}: the columns must be {', '.join(columns)}, parted by tabs")
        elif len(cells) > len(columns):
            raise PackError(f"{where}, line {number}: {len(cells)} cells, where the table has {len(columns)} columns")
        else:
            yield (
                f"{where}, line {number}",
                dict(zip(columns, cells + ("",) * (len(columns) - len(cells)), strict=True)),
            )
    if header is None:
        raise PackError(f"{where} is empty")


def same(token: str, word: str) -> bool:
    """Whether a word of a text is a token of the table: capitals exactly, others in any case and with `-nya`."""
    if token == word:
        return True
    lower = word.lower()
    return (lower == token or lower == token + OWN) and not token.isupper()
