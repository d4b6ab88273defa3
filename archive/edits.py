"""What an edit changed, by the two texts that were seen: the kinds of CONTRACT.md, and whether the outlet said so.

Words that differ between two sentences that answer to each other are figures where they are numbers, days or months,
and names where they are capitalised and belong to a name; all else is body, as are sentences that came or went. In a
headline, where all words may be capitalised, a name is what stands as one in the text. What only one of two looks says
of byline, date, tags or caption is no change: another source of the same story, or another page of it, knows less.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from archive.comparison import Step, folded, pairs, sentences, steps, words
from archive.notes import notes
from archive.records import Edited

MOST_COMPARED = 4_000_000
"""Products of the words of two sentences, summed up, that one comparison takes: two hostile texts of 600,000 characters
take 2 s, an edit of each sentence of an article of 500 words 4 ms."""
LEFT, LOST, LEAST_WORDS, NEW_WORDS = 0.4, 0.6, 40, 8
"""A look that shows less than 0.4 of the words of a text of 40 or more, or lacks 0.6 of its paragraphs, is shrunken,
unless more than 8 of its words are new: a wall's line (`Silakan masuk untuk membaca selengkapnya`) has fewer."""
_LONGEST_NAME = 4
_COUNTER = re.compile(
    r"\W*(?:(?:dibaca|dilihat|tayang|pembaca|pengunjung|views?|hits?)\W*[\d.,]+(?:\s*(?:kali|x|orang|views?))?"
    r"|[\d.,]+\s*(?:kali|x|orang)?\s*(?:dibaca|dilihat|tayangan|pembaca|views?|hits?|x dibaca))\W*",
    re.IGNORECASE,
)
# fmt: off
_FIGURES = frozenset((
    "nol", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas", "belas",
    "puluh", "puluhan", "seratus", "ratus", "ratusan", "seribu", "ribu", "ribuan", "sejuta", "juta", "jutaan",
    "miliar", "triliun", "kedua", "ketiga", "keempat", "kelima", "keenam", "ketujuh", "kedelapan",
    "senin", "selasa", "rabu", "kamis", "jumat", "jum'at", "sabtu", "minggu", "ahad",
    "januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november",
    "desember",
))
_TITLES = frozenset((
    "ketua", "wakil", "anggota", "komisioner", "sekretaris", "bendahara", "koordinator", "kepala", "direktur",
    "bupati", "gubernur", "wali", "walikota", "kota", "kabupaten", "provinsi", "kecamatan", "kelurahan", "desa",
    "camat", "lurah", "kades", "presiden", "menteri", "kapolres", "kapolda", "dandim", "sekda", "pj", "pjs", "plt",
    "plh", "calon", "paslon", "tim", "divisi", "kordiv", "bapak", "ibu", "h", "hj", "ir", "drs", "dra", "dr", "prof",
    "ustadz", "kiai", "warga", "masyarakat", "pilkada", "pemilu", "pilgub", "pilbup", "anda", "menurut", "kata", "ujar",
    "sementara", "selain", "saat", "dalam", "pada", "namun", "sedangkan", "setelah", "sebelumnya", "kemudian", "bahkan",
    "hal", "ia", "dia", "mereka", "kami", "kita", "para", "sejumlah", "bersama", "begitu", "juga", "adapun",
))
"""Titles, and words that open a sentence before a name: capitalised, and no part of one."""
# fmt: on


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What one look showed of an article, as far as edits are told by it; `source` is where it was read."""

    title: str
    blocks: tuple[str, ...]
    removed: tuple[str, ...] = ()
    extractor: str = ""
    source: str = ""
    byline: tuple[str, ...] = ()
    credit: str | None = None
    published_date: date | None = None
    published_at: datetime | None = None
    published_source: str | None = None
    tags: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()

    @cached_property
    def folded_blocks(self) -> tuple[str, ...]:
        """The paragraphs as they are compared, without a reader count between them."""
        return tuple(one for one in map(folded, self.blocks) if one and not _COUNTER.fullmatch(one))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a text changed against the one before; `note` is how the outlet announced it, None where it did not."""

    changed: tuple[Edited, ...]
    note: str | None


def same_text(old: Shown, new: Shown) -> bool:
    """Say whether two looks show one text: quotes, dashes, blanks and reader counts make no other."""
    return folded(old.title) == folded(new.title) and old.folded_blocks == new.folded_blocks


def strangers(old: Shown, new: Shown) -> bool:
    """Say whether two looks have neither headline nor a paragraph in common."""
    return folded(old.title) != folded(new.title) and not set(old.folded_blocks) & set(new.folded_blocks)


def shrunken(old: Shown, new: Shown) -> bool:
    """Say whether a look shows too little of a text to be an edit of it, and nothing new: a broken page may do so."""
    held, left = old.folded_blocks, new.folded_blocks
    whole = sum(len(block.split()) for block in held)
    if whole < LEAST_WORDS or notes(new.title, new.blocks):
        return False
    known = set(held)
    rest = [block for block in left if block not in known]
    added = [block for block in rest if not any(one.startswith(block.rstrip(" .")) for one in held)]
    if sum(len(block.split()) for block in added) > NEW_WORDS:
        return False
    lost = len(held) - len(known.intersection(left)) - (len(rest) - len(added))
    few = sum(len(block.split()) for block in left) < LEFT * whole
    return few or (len(held) > 2 and lost >= LOST * len(held))


def compare(old: Shown, new: Shown) -> Edit:
    """Give what another text changed: at least one kind, in the order of CONTRACT.md.

    The note that announces a change is no change of its own where there is another.
    """
    said = {folded(note) for note in notes(old.title, (*old.blocks, *old.removed))}
    told = [note for note in notes(new.title, (*new.blocks, *new.removed)) if folded(note) not in said]
    announced = {folded(note) for note in told}
    found = {*_headline(old, new), *_body(old, new, announced), *metadata(old, new)}
    return Edit(
        changed=tuple(kind for kind in Edited if kind in (found or {Edited.BODY})), note="\n\n".join(told) or None
    )


def metadata(old: Shown, new: Shown) -> tuple[Edited, ...]:
    """Give what changed beside the text, where both looks read it in the same way and both say something."""
    if (old.extractor, old.source) != (new.extractor, new.source):
        return ()
    dates = (old.published_date, new.published_date)
    times = (old.published_at, new.published_at) if old.published_source == new.published_source else (None, None)
    differ = {
        Edited.BYLINE: _people_differ(old.byline, new.byline) or _texts_differ((old.credit,), (new.credit,)),
        Edited.DATE: (None not in dates and dates[0] != dates[1]) or (None not in times and times[0] != times[1]),
        Edited.TAGS: _texts_differ(old.tags, new.tags),
        Edited.CAPTION: _texts_differ(old.captions, new.captions),
    }
    return tuple(kind for kind, other in differ.items() if other)


def _texts_differ(old: Sequence[str | None], new: Sequence[str | None]) -> bool:
    one, other = ([folded(text).casefold() for text in texts if text] for texts in (old, new))
    return bool(one and other) and sorted(one) != sorted(other)


def _people_differ(old: Sequence[str], new: Sequence[str]) -> bool:
    """Say whether others signed; a name of which the other look printed the beginning is the same."""
    one, other = ([folded(name).casefold() for name in names] for names in (old, new))
    if not one or not other:
        return False
    return len(one) != len(other) or any(
        not f"{left} ".startswith(f"{right} ") and not f"{right} ".startswith(f"{left} ")
        for left, right in zip(sorted(one), sorted(other), strict=True)
    )


def _headline(old: Shown, new: Shown) -> set[Edited]:
    one, other = folded(old.title), folded(new.title)
    if one == other:
        return set()
    judge = _Judge(old, new)
    return {Edited.HEADLINE} | (judge.words(words(one), words(other), headline=True) - {Edited.BODY})


def _body(old: Shown, new: Shown, announced: set[str]) -> set[Edited]:
    if old.folded_blocks == new.folded_blocks:
        return set()
    judge = _Judge(old, new)
    before = [block for block in old.folded_blocks if block not in judge.passed]
    after = [block for block in new.folded_blocks if block not in announced]
    found: set[Edited] = set()
    for one, other in pairs(sentences(before), sentences(after)):
        if one is None or other is None:
            found.add(Edited.BODY)
        elif one != other:
            found |= judge.words(words(one), words(other))
    return found


@dataclass
class _Judge:
    """Tells kinds of words by the two texts in which they stand."""

    old: Shown
    new: Shown
    left: int = MOST_COMPARED
    passed: frozenset[str] = field(init=False)
    """Notes of the old text that the new one has no more."""

    def __post_init__(self) -> None:
        held = set(self.new.folded_blocks)
        gone = {folded(note) for note in notes("", self.old.blocks)} - held
        self.passed = frozenset(gone)
        self._names = (_names(self.old.folded_blocks), _names(self.new.folded_blocks))

    def words(self, old: list[str], new: list[str], *, headline: bool = False) -> set[Edited]:
        """Give the kinds of what differs between two sentences."""
        self.left -= len(old) * len(new)
        changes = steps(old, new) if self.left > 0 else [Step(0, len(old), 0, len(new))]
        found: set[Edited] = set()
        for step in changes:
            found |= self._kinds(old, new, step, headline=headline)
        return found

    def _kinds(self, old: list[str], new: list[str], step: Step, *, headline: bool) -> set[Edited]:
        gone, come = (
            [(at, text[at]) for at in range(*span)]
            for text, span in ((old, (step.at, step.end)), (new, (step.to, step.until)))
        )
        found: set[Edited] = set()
        if [word.casefold() for _, word in gone if _figure(word)] != [
            word.casefold() for _, word in come if _figure(word)
        ]:
            found.add(Edited.FIGURES)
        gone, come = ([(at, word) for at, word in some if _plain(word)] for some in (gone, come))
        if [word for _, word in gone] == [word for _, word in come]:
            return found or {Edited.BODY}
        sides = ((old, gone, self._names[0]), (new, come, self._names[1]))
        named = all(self._named(text, at, names, headline=headline) for text, some, names in sides for at, _ in some)
        if not named or max(len(gone), len(come)) > _LONGEST_NAME:
            return found | {Edited.BODY}
        if gone and come:
            return found | {Edited.NAMES}
        # A name that became longer or shorter: its other part stands beside it.
        text, some, names = sides[0] if gone else sides[1]
        beside = [at for at in (some[0][0] - 1, some[-1][0] + 1) if 0 <= at < len(text)]
        longer = any(self._named(text, at, names, headline=headline) for at in beside)
        return found | {Edited.NAMES if longer else Edited.BODY}

    @staticmethod
    def _named(text: list[str], at: int, names: frozenset[str], *, headline: bool) -> bool:
        return _part(text[at]) and (text[at] in names or (not headline and _name(text, at)))


def _figure(word: str) -> bool:
    return any(sign.isdigit() for sign in word) or word.casefold() in _FIGURES


def _plain(word: str) -> bool:
    return word[0].isalnum() and not _figure(word)


def _capital(word: str) -> bool:
    return word[0].isupper() and not _figure(word)


def _part(word: str) -> bool:
    """Say whether a word may be part of a name: capitalised, no title, no abbreviation."""
    return (
        word[0].isalpha()
        and _capital(word)
        and word.casefold() not in _TITLES
        and (len(word) == 1 or not word.isupper())
    )


def _opens(text: Sequence[str], at: int) -> bool:
    """Say whether a word begins a sentence, where any is capitalised."""
    return at == 0 or text[at - 1] in ".!?:\"'("


def _name(text: Sequence[str], at: int) -> bool:
    """Say whether a word belongs to a name: beside another capitalised one, which follows where it opens a sentence."""
    if not _part(text[at]):
        return False
    before, behind = (text[one] if 0 <= one < len(text) else "." for one in (at - 1, at + 1))
    return _part(behind) if _opens(text, at) else _capital(before) or _capital(behind)


def _names(blocks: Sequence[str]) -> frozenset[str]:
    """Give the words of a text that stand in a name somewhere in it: later it calls people by one of theirs."""
    texts = map(words, blocks)
    return frozenset(text[at] for text in texts for at in range(len(text)) if _name(text, at))
