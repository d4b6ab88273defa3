"""How text becomes words, and Indonesian words become roots; the same for an article and for a question about it."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from Sastrawi.Stemmer.Stemmer import Stemmer

RULES = 1
"""Counts the changes to this module that give a word another form; an index made under another number is made again."""

DATA = Path(__file__).parent / "data"
LONGEST = 80
"""Characters of a word that are kept; what is longer is an address or a blob, and is found by its beginning."""

# A soft hyphen, a joiner and a combining mark belong to the word that they stand in; a zero-width space parts words.
_LETTERS = r"\w[\w\u0300-\u036f\u00ad\u200c\u200d\u2060\ufeff]*"
_PART = (
    r"(?:\d{1,3}(?:\.\d{3})+(?!\.?\d)"  # 17.900 is 17900; 27.11.2024 is a date and 3 numbers
    r"|(?i:rp)(?=\d)"  # Rp17.900 is Rp 17.900
    rf"|{_LETTERS}(?:['’‘ʼ`´]{_LETTERS})*)"  # Jum'at and Ma’ruf are one word each
)
_PARTS = re.compile(_PART)
_WORDS = re.compile(rf"{_PART}(?:[-\u2010\u2011]{_PART})*")
_TABLES = "protect.txt", "stem_overrides.tsv"
_CLITICS = ("nya", "lah", "kah", "pun")
_SHORT = 3
_JOINED = 3


@dataclass(frozen=True, slots=True)
class Forms:
    """A word's forms: `parts` between hyphens, folded; `roots` of the whole word; `stems` of parts and whole."""

    parts: tuple[str, ...]
    roots: tuple[str, ...]
    stems: tuple[str, ...]
    written: str
    """`parts`, joined once per type of word and not per occurrence: 1,000 articles are ready in half the time."""
    stemmed: str
    """`stems`, joined."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text, hyphens included: folded, where it stands (characters, end excluded), and its forms."""

    text: str
    start: int
    end: int
    forms: Forms


def tokens(text: str) -> list[Token]:
    """The words of a text, in order."""
    return [
        Token("-".join(forms.parts), found.start(), found.end(), forms)
        for found in _WORDS.finditer(text.replace("_", " "))
        if (forms := _forms(found.group())).parts
    ]


def parts(text: str) -> tuple[str, ...]:
    """The words of a text as they stand, in order; a hyphenated one in its parts."""
    return tuple(part for word in tokens(text) for part in word.forms.parts)


def index_text(text: str) -> tuple[str, str]:
    """What the index holds of a text: its words as they stand and their stems, folded, separated by spaces.

    A hyphenated word stands there in its parts, and among the stems also as a whole: `e-KTP` gives `e ktp` and
    `e ktp ektp`.
    """
    words = [_forms(word) for word in _WORDS.findall(text.replace("_", " "))]
    return " ".join([word.written for word in words]), " ".join([word.stemmed for word in words])


def stem(word: str) -> str:
    """The root of a word, whatever its case and accents; the word itself where it is a name or unknown.

    It never depends on how the word was capitalised: nobody capitalises a question, and half of the forms that must
    match stand capitalised (headlines, `Komisi Pemilihan Umum`). So a personal name is cut like any word, alike in
    article and question: no match is lost, and exact forms rank higher. Names of regions are kept whole by a list.
    """
    return _stem(fold(word))


def fold(word: str) -> str:
    """Lower case without accents, apostrophes or dots: what is compared."""
    if not word.isascii():
        # Twice: some letters decompose only once they are folded, and others fold only once they are decomposed.
        word = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    # What is no letter or digit goes also because the index separates words by spaces: NFKD of U+FDFA holds three.
    return (word.lower() if word.isalnum() else "".join(filter(str.isalnum, word.lower())))[:LONGEST]


@cache
def fingerprint() -> str:
    """Twelve hex digits that change whenever any word may get another stem: rules, tables, and Sastrawi as installed.

    Sastrawi's files are hashed (2 ms) because asking for its version imports importlib.metadata (30 ms), and because two
    distributions install themselves under that name.
    """
    import Sastrawi

    digest = hashlib.sha256(f"{RULES}".encode())
    package = Path(Sastrawi.__file__).parent
    for file in [*(DATA / name for name in _TABLES), *sorted(package.rglob("*.py")), *sorted(package.rglob("*.txt"))]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@lru_cache(maxsize=1 << 16)  # 20,500 types in 380,000 words of news; 65,536 entries are about 25 MB
def _forms(word: str) -> Forms:
    parts = tuple(filter(None, map(fold, _PARTS.findall(word))))
    stems = tuple(map(_stem, parts))
    if len(parts) < 2:
        return Forms(parts, stems, stems, " ".join(parts), " ".join(stems))
    roots = []
    if len(parts) <= _JOINED:
        roots.append(_stem("".join(parts)[:LONGEST]))  # eKTP, nonASN; a longer chain is an address
    if parts[-1] in _CLITICS:
        roots.append(stems[-2])  # KPU-nya
    elif len(parts) == 2 and all(part.isascii() and part.isalpha() for part in parts):
        whole = str(_sastrawi().stem_word("-".join(parts)))
        if "-" not in whole:
            roots.append(_table().get(whole, whole))  # surat-surat, memilih-milih
    stems = tuple(dict.fromkeys([*stems, *roots]))
    return Forms(parts, tuple(dict.fromkeys(roots)), stems, " ".join(parts), " ".join(stems))


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    table = _table()
    if (known := table.get(word)) is not None:
        return known
    if len(word) <= _SHORT or not (word.isascii() and word.isalpha()):
        return word
    if word.endswith(_CLITICS) and (known := table.get(word[:-3])) is not None and not is_root(word):
        return known  # Kutimnya, pemilunya; Sastrawi would cut both down
    root = str(_sastrawi().stem_word(word)) or word
    return table.get(root, root)


def is_root(word: str) -> bool:
    """Whether the dictionary has the word as it stands, in lower case; it has a few given names as well (`ari`, `agus`)."""
    return bool(_sastrawi().get_dictionary().contains(word))


@cache
def _table() -> dict[str, str]:
    """What Sastrawi is not asked: names that stay as they are, then forms whose root it gets wrong."""
    kept = (line.strip() for line in (DATA / "protect.txt").read_text("utf-8").splitlines())
    table = {word: word for word in kept if word and not word.startswith("#")}
    rows = (line.split("\t") for line in (DATA / "stem_overrides.tsv").read_text("utf-8").splitlines()[1:])
    return table | {row[0]: row[1] for row in rows}


@cache
def _sastrawi() -> "Stemmer":
    # Here, because importing it and reading its 29,000 roots takes 50 ms; without its own cache, which has no bound.
    from Sastrawi.Dictionary.ArrayDictionary import ArrayDictionary
    from Sastrawi.Stemmer.Stemmer import Stemmer
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    return Stemmer(ArrayDictionary(StemmerFactory().get_words()))
