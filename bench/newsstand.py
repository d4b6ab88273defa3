"""Articles as regional outlets write them about an election, as many as are asked for, the same ones from one seed.

Words are drawn as language uses them, few of them very often; the election's own stand in 57 to 94 % of all articles, as
they do in reality (DOMAIN.md 3). Articles are made a thousand at a time, each thousand from its own seed, so that a
million needs no memory, and the last ones can be had without the first.
"""

import base64
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import numpy as np  # it comes with pandas: 0.06 ms an article, where `random.choices` takes 0.4 ms

from archive import regions
from archive.document import IndexDocument
from archive.records import State
from archive.tags import within
from bench.releases import COMMON

OUTLETS, TOPICS, ACTORS = 40, 20, 300
FIRST_DAY, DAYS = date(2023, 1, 1), 3 * 365
BATCH = 1_000
ROOTS = 6_000
"""So many of the dictionary's roots are in use: with their affixes 42,000 words."""
RARE = 200_000
"""Names of persons and villages, of which every second article has one."""
STEEP = 1.3
"""How fast words grow rare. 396,000 words hold 21,300 types then; in as many of real news there are 20,500."""
LONGEST, SENTENCE, TITLE = 420, 17, 9

# Which share of all articles has a word; what is said here for `calon`, `pasangan` and their like is besides the phrases.
ELECTION = {
    "pilkada": 0.94, "pemilihan": 0.84, "kpu": 0.86, "bupati": 0.68, "pemilih": 0.72, "kampanye": 0.7, "bawaslu": 0.68,
    "wakil": 0.66, "kepala daerah": 0.64, "calon": 0.62, "gubernur": 0.6, "partai": 0.58, "serentak": 0.57,
    "pasangan": 0.5, "suara": 0.45,
}  # fmt: skip
PHRASES = {
    "pasangan calon": 0.6, "calon bupati": 0.45, "komisi pemilihan umum": 0.4, "surat suara": 0.3, "kotak suara": 0.2,
    "rapat pleno": 0.2, "daftar pemilih tetap": 0.16, "hari pencoblosan": 0.15, "politik uang": 0.12,
    "debat publik": 0.1, "netralitas asn": 0.1, "kampanye terbuka": 0.06, "tingkat partisipasi": 0.05,
    "hak angket": 0.015, "serangan fajar": 0.01,
}  # fmt: skip
_SYLLABLES = [first + last for first in "bdgjklmnprstwy" for last in ("a", "i", "u", "e", "o", "an", "ar", "in")]
_OBSTRUENTS = {"p": "m", "t": "n", "s": "ny", "k": "ng"}


class Newsstand:
    """`size` articles that fill three years, oldest first, and any number of later ones."""

    def __init__(self, size: int, *, seed: int = 7) -> None:
        self.size = size
        self._seed = seed
        chance = random.Random(seed)
        self.words = [*(word for word in COMMON if word not in ELECTION), *affixed(chance)]
        shares = (np.arange(len(self.words)) + 8.0) ** -STEEP
        self._cumulated = np.cumsum(shares / shares.sum())
        self._entries = np.array([*self.words, *ELECTION, *PHRASES], dtype=object)
        named = [place for place in regions.places() if place.level == "kabkota"]
        chance.shuffle(named)
        self.places = named

    def articles(self, start: int, stop: int) -> Iterator[IndexDocument]:
        """Give the articles from number `start` (from 0) to before `stop`."""
        for batch in range(start // BATCH, -(-stop // BATCH)):
            first = batch * BATCH
            yield from self._batch(batch)[max(start - first, 0) : stop - first]

    def _batch(self, batch: int) -> list[IndexDocument]:
        draw = np.random.Generator(np.random.PCG64([self._seed, batch]))
        ids = np.searchsorted(self._cumulated, draw.random((BATCH, LONGEST))).clip(max=len(self.words) - 1)
        for entry, share in enumerate((*ELECTION.values(), *PHRASES.values()), start=len(self.words)):
            (having,) = np.nonzero(draw.random(BATCH) < share)
            for _ in range(3):  # once to three times each
                ids[having, draw.integers(TITLE, 200, len(having))] = entry
                having = having[draw.random(len(having)) < 0.6]
            ids[having, draw.integers(0, TITLE, len(having))] = entry
        lengths = draw.normal(300, 55, BATCH).clip(210, LONGEST).astype(int).tolist()
        texts = self._entries[ids]
        shares = draw.random((BATCH, 8))
        return [
            self._article(batch * BATCH + at, texts[at, :length].tolist(), shares[at].tolist())
            for at, length in enumerate(lengths)
        ]

    def _article(self, number: int, words: list[str], chances: Sequence[float]) -> IndexDocument:
        place = self.places[int(len(self.places) * chances[0] ** 2)]
        name = place.base
        words[TITLE + 1] = words[-9] = f"{place.type} {name}"
        if chances[1] < 0.5:
            words[30] = words[70] = f"{self.rare[int(RARE * chances[1] * 2)].title()}"
        body = words[TITLE:]
        for at in range(0, len(body), SENTENCE):
            body[at] = body[at][0].upper() + body[at][1:]
            body[at - 1] += ".\n\n" if at % (3 * SENTENCE) == 0 else "."
        moment = self._moment(number)
        region = tuple(within(place.code))
        topic = int(TOPICS * chances[3] ** 2)
        return IndexDocument(
            uid=base64.b32encode((number * 0x9E3779B97F4A7C15F39D % (1 << 80)).to_bytes(10, "big")).decode().lower(),
            outlet=outlet(int(OUTLETS * chances[2] ** 2)),
            title=" ".join(words[:TITLE]).title(),
            body=" ".join(body),
            moment=int(moment.timestamp()),
            published=moment.date(),
            authors=(f"{self.rare[int(ACTORS * chances[4])].title()} Putra",),
            place=name,
            tags=(words[0], words[1]),
            state=State.REMOVED if chances[5] < 0.02 else State.LIVE,
            changed=0.02 <= chances[5] < 0.08,
            election=chances[6] < 0.9,
            regions=region,
            topics=tuple(dict.fromkeys((f"topik_{topic}", f"topik_{(topic * 7 + 3) % TOPICS}"))),
            actor_names=(f"{self.rare[int(ACTORS * chances[7])].title()} Wijaya",),
            actors=tuple(f"tokoh-{int(ACTORS * chances[at] ** 2)}" for at in (4, 7)),
        )

    def _moment(self, number: int) -> datetime:
        seconds = number * DAYS * 86_400 // self.size
        return datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC) + timedelta(seconds=seconds)

    @cached_property
    def rare(self) -> list[str]:
        """The names that few articles have, in no order."""
        chance = random.Random(self._seed + 1)
        return ["".join(chance.choices(_SYLLABLES, k=chance.randint(3, 5))) for _ in range(RARE)]


def outlet(number: int) -> str:
    """Give the name of an outlet; the first ones write most."""
    return f"kabar-{number}"


def affixed(chance: random.Random) -> list[str]:
    """Give words of the dictionary's roots, each root in seven forms, in no order but never two alike."""
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    known = {*COMMON, *(word for entry in (*ELECTION, *PHRASES) for word in entry.split())}
    roots = sorted({root for root in StemmerFactory().get_words() if root.isascii() and root.isalpha()} - known)
    forms = (
        form
        for root in chance.sample([root for root in roots if 4 <= len(root) <= 8], ROOTS)
        for form in (
            root, f"di{root}", f"ber{root}", f"{root}nya", _nasal("me", root), f"{_nasal('me', root)}kan",
            f"{_nasal('pe', root)}an",
        )
    )  # fmt: skip
    words = [form for form in dict.fromkeys(forms) if form not in known]
    chance.shuffle(words)
    return words


def _nasal(prefix: str, root: str) -> str:
    """Put me- or pe- before a root as Indonesian does: memilih, menulis, menyapu, mengirim, membantu, mencari."""
    first = root[0]
    if first in _OBSTRUENTS:
        return prefix + _OBSTRUENTS[first] + root[1:]
    return prefix + ("m" if first in "bfv" else "n" if first in "cdjz" else "" if first in "lrwymn" else "ng") + root
