"""Everything about one election, read from a folder of tables that users may replace (README)."""

import hashlib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

from crawler.reading.actorlist import Actors, actors
from crawler.reading.codebook import Codebook, codebook
from crawler.reading.phases import Calendar, calendar
from crawler.reading.tables import PackError
from crawler.reading.vocabulary import Entry, vocabulary

SHIPPED = Path(__file__).with_name("packs")
GATE, WORDS, PHASES = "pack.toml", "words.tsv", "phases.tsv"
REGIONS, TOPICS, MODALITY, ACTORS = "regions.tsv", "topics.tsv", "modality.tsv", "actors.csv"
NEEDED = (GATE, WORDS, PHASES)
OPTIONAL = (REGIONS, TOPICS, MODALITY, ACTORS)
"""What a user's copy may leave out: then every region votes, and there are no topics, no modality, no actors."""
FILES = (*NEEDED, *OPTIONAL)


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
class Pack:
    """One election as data. It travels to readers as its texts, which each process compiles once."""

    title: str
    gate: Gate
    entries: Mapping[str, Sequence[Entry]]
    """The words of the gate by first token in lower case, with and without `-nya`, longest first."""
    calendar: Calendar
    codebook: Codebook
    actors: Actors
    digest: str
    """Twelve hex digits that tell one version of the texts from another, the user's list of actors among them."""
    source: tuple[str, tuple[str, ...]] = field(repr=False)
    """The name, and the texts in the order of `FILES`, then the user's list of actors; `""` for what is missing."""

    @property
    def version(self) -> str:
        """Name and digest: what is stored with each judgement."""
        return f"{self.source[0]} {self.digest}"

    def __reduce__(self) -> tuple[Callable[[str, tuple[str, ...]], "Pack"], tuple[str, tuple[str, ...]]]:
        """Pickle as texts."""
        return parse, self.source


def load(name: str, home: Path, *, own_actors: str | None = None) -> Pack:
    """Read the pack that ships under a name, or the one in a folder (`name` holds a `/`; it may be relative to home).

    `own_actors` is the user's list of actors, in the home unless absolute: it comes before the pack's.

    Raises:
        PackError: there is none, or one of its files is wrong.
    """
    folder = home / Path(name).expanduser() if "/" in name else SHIPPED / name
    if not folder.is_dir():
        ships = ", ".join(sorted(path.name for path in SHIPPED.iterdir() if path.is_dir()))
        if "/" in name:
            raise PackError(f"election.pack: there is no folder {folder}; {ships} ships and is named without a /")
        raise PackError(f"election.pack: there is no pack {name}; {ships} ships, and a folder is written with a /")
    texts = [_text(folder / file) for file in NEEDED]
    texts += [_text(folder / file) if (folder / file).exists() else "" for file in OPTIONAL]
    own = home / Path(own_actors).expanduser() if own_actors else None
    texts.append(_text(own, "election.actors: ") if own else "")
    where = (*(str(folder / file) for file in FILES), str(own))
    return _parsed(where, folder.resolve().name, tuple(texts))


def _text(file: Path, setting: str = "") -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise PackError(f"{setting}{file} cannot be read: {why}") from error


@cache
def parse(name: str, texts: tuple[str, ...]) -> Pack:
    """Make a pack of its texts, in the order of `Pack.source`; once in a process.

    Raises:
        PackError: one of them is wrong.
    """
    return _parsed((*(f"{name}/{file}" for file in FILES), "election.actors"), name, texts)


def _parsed(where: tuple[str, ...], name: str, texts: tuple[str, ...]) -> Pack:
    given = dict(zip((*FILES, ""), zip(texts, where, strict=True), strict=True))
    title, numbers = _gate(*given[GATE])
    (phases, phases_at), (votes, votes_at) = given[PHASES], given[REGIONS]
    (topics, topics_at), (modality, modality_at) = given[TOPICS], given[MODALITY]
    return Pack(
        title=title,
        gate=numbers,
        entries=vocabulary(*given[WORDS]),
        calendar=calendar(phases, votes, (phases_at, votes_at)),
        # Without topics nobody looks for how they are spoken of.
        codebook=codebook(topics, modality if topics else "", (topics_at, modality_at)),
        actors=actors([(text, at) for text, at in (given[ACTORS], given[""]) if text]),
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
