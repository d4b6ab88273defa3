"""Releases and what outlets make of them, among unrelated stories of the same topics, places and days.

The operations are those that real pairs show (DOMAIN.md 1.8): another lead, another tail, paragraphs dropped, added or
put in another order, filler, words replaced, while quotes and figures are kept. Words are drawn as language uses them,
few of them very often; a third of all texts have paragraphs of stock phrases in common.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, pairwise

OUTLETS = 40
FIRST_DAY = date(2024, 8, 27)
RELEASED = 0.25
"""So many of the articles are made of a release; each release is run by two to eight outlets within three days."""
STOCK = 1 / 3
"""So many of the texts have one or two paragraphs that many have."""
COMMON = re.findall(
    r"\w+",
    """
yang dan di untuk dengan dari pada ini itu akan dalam telah oleh tidak juga sebagai para agar bisa karena kata saat harus
sudah lebih masyarakat pilkada pemilih suara calon pasangan bupati wakil kabupaten kota kpu bawaslu tahapan kampanye debat
pencoblosan logistik kotak surat rekapitulasi kecamatan desa kelurahan warga petugas anggota ketua rapat pleno kegiatan
sosialisasi pengawasan netralitas asn kepala dinas pemerintah daerah provinsi tim pendukung aturan jadwal hari tempat hasil
proses data penetapan pendaftaran verifikasi berkas syarat dukungan partai koalisi visi misi program pembangunan ekonomi
pendidikan kesehatan jalan infrastruktur anggaran keamanan polisi personel patroli damai aman lancar jujur adil terbuka
""",
)
_SYLLABLES = [first + last for first in "bdgklmnprstw" for last in "aiueo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An article: where and when it ran, its paragraphs, and the release behind it."""

    outlet: int
    day: date
    paragraphs: Sequence[str]
    release: int | None = None
    reworked: bool = False


@dataclass(slots=True)
class Newsroom:
    """What writes releases and stories; the same seed gives the same texts."""

    chance: random.Random
    words: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    stock: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        rare = {"".join(self.chance.choices(_SYLLABLES, k=self.chance.randint(2, 4))) for _ in range(20_000)}
        self.words = [*COMMON, *sorted(rare)]
        self.weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.words))))
        self.stock = [self.sentence(self.chance.randint(20, 40)) for _ in range(40)]

    def some_words(self, number: int) -> list[str]:
        """Draw words, the first of the list most often."""
        return self.chance.choices(self.words, cum_weights=self.weights, k=number)

    def sentence(self, number: int) -> str:
        """Give a sentence of so many words."""
        return " ".join(self.some_words(number)).capitalize() + "."

    def figure(self) -> str:
        """Give a number as news print it: `12.345` or `51,28`."""
        if self.chance.random() < 0.5:
            return f"{self.chance.randint(1, 999)}.{self.chance.randint(0, 999):03}"
        return f"{self.chance.randint(1, 99)},{self.chance.randint(1, 99):02}"

    def paragraph(self) -> str:
        """Give a paragraph: a quote, one with a figure, or neither."""
        kind = self.chance.random()
        if kind < 0.3:
            return f"“{self.sentence(self.chance.randint(15, 35))[:-1]},” ujarnya pada hari itu."
        text = self.sentence(self.chance.randint(25, 45))
        if kind < 0.6:
            text = f"{text[:-1]} sebanyak {self.figure()} {' '.join(self.some_words(3))}."
        return text

    def story(self) -> list[str]:
        """Give the paragraphs of a release or of any story."""
        paragraphs = [self.paragraph() for _ in range(self.chance.randint(8, 14))]
        if self.chance.random() < STOCK:
            for _ in range(self.chance.randint(1, 2)):
                paragraphs.insert(self.chance.randint(1, len(paragraphs)), self.chance.choice(self.stock))
        return paragraphs

    def copied(self, release: Sequence[str]) -> list[str]:
        """Give what an outlet makes of a release with little work: the tail cut, a lead of its own, filler, a few words."""
        paragraphs = list(release)
        if self.chance.random() < 0.5:
            paragraphs = paragraphs[: max(5, round(len(paragraphs) * self.chance.uniform(0.6, 1)))]
        if self.chance.random() < 0.4:
            paragraphs[0] = self.sentence(30)
        paragraphs = [self.retold(one, self.chance.uniform(0, 0.12)) for one in paragraphs]
        for _ in range(self.chance.randint(0, 3)):
            paragraphs.insert(self.chance.randint(1, len(paragraphs)), self.sentence(25))
        return paragraphs

    def reworked(self, release: Sequence[str]) -> list[str]:
        """Give what an outlet makes of a release with some work: another order, other words, quotes and figures kept."""
        share = self.chance.uniform(0.2, 0.4)
        paragraphs = [self.sentence(30), *(self.retold(one, share) for one in release[1:])]
        for at, _ in pairwise(range(1, len(paragraphs))):
            if self.chance.random() < 0.2:
                paragraphs[at], paragraphs[at + 1] = paragraphs[at + 1], paragraphs[at]
        del paragraphs[max(5, round(len(paragraphs) * self.chance.uniform(0.6, 1))) :]
        for _ in range(self.chance.randint(0, len(paragraphs) // 2)):
            paragraphs.insert(self.chance.randint(1, len(paragraphs)), self.sentence(25))
        return paragraphs

    def retold(self, paragraph: str, share: float) -> str:
        """Give a paragraph with a share of its words replaced, figures and quotes left alone."""
        if paragraph.startswith("“"):
            return paragraph
        return " ".join(
            self.some_words(1)[0] if self.chance.random() < share and not word[:1].isdigit() else word
            for word in paragraph.split()
        )


def told(size: int, seed: int = 6) -> Iterator[Told]:
    """Give about `size` articles, releases and their kin in between, on so many days that each has some 100."""
    chance = random.Random(seed)
    newsroom = Newsroom(chance)
    days = max(3, size // 100)
    number = release = 0
    while number < size:
        day = FIRST_DAY + timedelta(days=number * days // size)
        if chance.random() > RELEASED / 5:
            yield Told(outlet=chance.randrange(OUTLETS), day=day, paragraphs=newsroom.story())
            number += 1
            continue
        text = newsroom.story()
        for outlet in chance.sample(range(OUTLETS), chance.randint(2, 8)):
            reworked = chance.random() < 0.4
            yield Told(
                outlet=outlet,
                day=day + timedelta(days=chance.randint(0, 2)),
                paragraphs=newsroom.reworked(text) if reworked else newsroom.copied(text),
                release=release,
                reworked=reworked,
            )
            number += 1
        release += 1
