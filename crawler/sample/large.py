"""A newsroom of any size: stories put together from parts by chance, the same ones for the same seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from crawler.sample.markup import NEXTPAGE
from crawler.sample.posts import Post, Status, slugified
from crawler.sample.server import SampleOutlet

Site = TypeVar("Site", bound=SampleOutlet)
STEP = timedelta(minutes=70)
"""Between two stories, as at a small outlet: twenty a day."""
FIRST_ID = 5000
WHO = (
    "Warga", "Panitia Pemilihan", "Dinas Perhubungan", "Kelompok Tani", "Puskesmas", "Petugas Posko", "Camat",
    "Karang Taruna", "Koperasi Nelayan", "Sekolah Dasar", "Tim Penggerak PKK", "Badan Pengawas",
)  # fmt: skip
WHAT = (
    "Menata Jalan Kampung", "Memeriksa Daftar Pemilih", "Membuka Posko Pengaduan", "Membagikan Bibit Padi",
    "Menambah Jam Layanan", "Merawat Tambatan Perahu", "Menghitung Kotak Suara", "Memperbaiki Jembatan Kayu",
    "Melatih Petugas Baru", "Menggelar Pasar Murah", "Membersihkan Parit",
)  # fmt: skip
WHERE = (
    "Tenggarong", "Loa Kulu", "Muara Badak", "Kota Bangun", "Anggana", "Sanga-Sanga", "Samboja", "Muara Jawa",
    "Kembang Janggut", "Tabang", "Sebulu", "Muara Kaman", "Marang Kayu",
)  # fmt: skip
PEOPLE = (
    "Hamdani Saleh",
    "Rusmini",
    "Yohanes Lawing",
    "Siti Maryam",
    "Bahrun Efendi",
    "Lestari Wulandari",
    "Darwis Noor",
)
SENTENCES = (
    "Sejak pukul {hour:02}.{minute:02} Wita sudah {many} orang menunggu di halaman balai desa.",
    "{person} menyebut pekerjaan itu baru selesai {few} persen dan dilanjutkan pekan depan.",
    "Dari {many} kepala keluarga yang didata, {few} di antaranya pindah sebelum bulan ini berakhir.",
    '"Kami datang berjalan kaki sejauh {few} kilometer, karena jalan di hulu belum dapat dilewati," kata {person}.',
    "Anggaran sebesar Rp{many} juta disiapkan dari kas kecamatan dan sumbangan para pedagang pasar.",
    "Menurut catatan di papan pengumuman, ada {many} berkas yang masuk dan {few} yang dikembalikan.",
    "Hujan yang turun selama {few} jam membuat sebagian halaman tergenang setinggi mata kaki.",
    "{person} berharap kegiatan serupa diadakan juga di {place}, tempat {many} rumah belum terlayani.",
    "Rombongan berikutnya berangkat dari {place} dengan {few} perahu bermesin kecil.",
    "Tahun lalu jumlahnya hanya {many}, sehingga tempat yang disediakan kini terasa sempit.",
    "Petugas menyimpan daftar hadir di lemari nomor {few} dan menguncinya setelah {many} nama dibacakan.",
    "Sampai sore masih terdengar pengeras suara memanggil nomor antrean {many}.",
)
SECTIONS = ("Pilkada", "Daerah", "Ekonomi", "Hukum", "Ragam")


@dataclass(frozen=True, slots=True, kw_only=True)
class Large:
    """The posts of a newsroom, and the ids of those that were removed again."""

    posts: tuple[Post, ...]
    removed: tuple[int, ...]


def large(size: int, *, until: datetime, paged: bool, protected: bool, seed: int = 0) -> Large:
    """A newsroom with `size` public stories, the newest from shortly before `until`, and with what is not public.

    Of each hundred some are sticky, back-dated, or, where the system knows that, of several pages (`paged`); beside them
    stand scheduled, removed and draft posts, and protected ones where the system has passwords.
    """
    chance = random.Random(seed)  # noqa: S311 - a seed must give the same again
    hidden = ("scheduled", "removed", "draft", *(["protected"] if protected else []))
    posts: list[Post] = []
    removed: list[int] = []
    public = 0
    turn = len(hidden) * max(1, size // 50)
    while public < size:
        number = len(posts)
        post = story(number, chance, date=until - STEP * (size + turn - number), paged=paged)
        kind = hidden[number // 10 % len(hidden)] if number % 10 == 7 and number // 10 < turn else ""
        match kind:
            case "scheduled":
                post = replace(post, status=Status.FUTURE, date=until + timedelta(days=2 + number % 30))
            case "removed":
                removed.append(post.id)
            case "draft":
                post = replace(post, status=Status.DRAFT)
            case "protected":
                post = replace(post, status=Status.PASSWORD)
            case _:
                public += 1
        posts.append(post)
    return Large(posts=tuple(posts), removed=tuple(removed))


def story(number: int, chance: random.Random, *, date: datetime, paged: bool = False) -> Post:
    """The story of a number: its headline is that of no other of the first seventeen hundred."""
    rest, who = divmod(number, len(WHO))
    rest, what = divmod(rest, len(WHAT))
    again, where = divmod(rest, len(WHERE))
    title = f"{WHO[who]} {WHERE[where]} {WHAT[what]}" + (f" Tahap {again + 1}" if again else "")
    paragraphs = [" ".join(_sentences(chance)) for _ in range(4)]
    paragraphs[0] = f"{WHERE[where].upper()} – {title} pada hari ke-{number + 1}. {paragraphs[0]}"
    if paged and number % 50 == 11:
        paragraphs.insert(2, NEXTPAGE)
    # An editor may date a story back by a year; its id stays that of the day on which it was written.
    back_dated = number % 40 == 21
    return Post(
        id=FIRST_ID + 3 * number,
        slug=f"{slugified(title)}-{number}",
        title=title,
        section=SECTIONS[number % 3 if number % 7 else 3 + number % 2],
        date=date - timedelta(days=400) if back_dated else date,
        modified=date if back_dated else None,
        blocks=tuple(paragraphs),
        tags=(WHERE[where],),
        sticky=number % 400 == 30,
    )


def _sentences(chance: random.Random) -> list[str]:
    return [
        sentence.format(
            hour=chance.randint(6, 18),
            minute=chance.randint(0, 59),
            many=chance.randint(100, 9999),
            few=chance.randint(2, 98),
            person=chance.choice(PEOPLE),
            place=chance.choice(WHERE),
        )
        for sentence in chance.sample(SENTENCES, 3)
    ]


def enlarged(kind: type[Site], size: int, *, clock: Callable[[], datetime], port: int = 0) -> Site:
    """A sample outlet with a large newsroom in place of its own posts."""
    wordpress = kind.family == "wordpress"
    made = large(size, until=clock(), paged=wordpress, protected=wordpress)
    site = kind(clock=clock, posts=made.posts, port=port)
    for number in made.removed:
        site.remove(number)
    return site
