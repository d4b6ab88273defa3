"""An archive with one of everything that a record can say: for what describes or hands on all of it."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from archive import labels, removals, visits
from archive.labels import Coded
from archive.looks import Rule
from archive.records import (
    Actor,
    Election,
    Modality,
    Purpose,
    Reason,
    Region,
    Related,
    Removed,
    Span,
    TagRole,
    Topic,
    Trust,
    VisitState,
)
from tests.archive.releases import RELEASE, REWORDED, TRIMMED

WITA = timezone(timedelta(hours=8))
DAY = date(2024, 9, 20)
NOTE = "Ralat: pada berita sebelumnya jumlah kotak suara yang rusak tertulis sebelas, yang benar dua belas kotak."
FULL: dict[str, Any] = {
    "removed": (Removed(rule="credit_line", text="Penulis: Murni Hastati/ Penyunting: Jaka Wiratna"),),
    "dateline": "Kabar.test, MUARA SERUNI -",
    "dateline_outlet": "Kabar.test",
    "place": "Muara Seruni",
    "authors": ("Murni Hastati",),
    "editors": ("Jaka Wiratna",),
    "credit": "Penulis: Murni Hastati/ Penyunting: Jaka Wiratna",
    "advertorial_mark": "adv",
    "published_date": DAY,
    "published_at": datetime(2024, 9, 20, 14, 30, tzinfo=WITA),
    "published_source": Trust.JSONLD,
    "modified_at": datetime(2024, 9, 20, 16, 5, tzinfo=WITA),
    "section": "Politik",
    "tags": ("KPU", "daftar pemilih"),
    "image_url": "https://kabar.test/gambar/pleno.jpg",
    "caption": "Suasana rapat pleno terbuka di Gedung Serbaguna Seruni yang dihadiri para saksi dan Bawaslu, Jumat siang.",
    "photo_credit": "Humas KPU",
    "captions": ("Hendra Wisakti mengetuk palu.",),
    "related": (Related(text="Bawaslu Buka Posko Aduan", url="https://kabar.test/posko/"),),
    "language": "id",
    "flags": ("weekday_mismatch", "republished"),
    "election": Election(score=0.912, about=True, evidence=("daftar pemilih tetap", "Pilkada"), pack="uji 1a2b"),
    "phase": "pencalonan",
    "regions": (
        Region(
            code="64.02",
            name="Kabupaten Kutai Kartanegara",
            level="kabkota",
            role=TagRole.MAIN,
            spans=(Span(field="body", start=4, end=26, text="Kabupaten Muara Seruni"),),
        ),
        Region(code="64", name="Kalimantan Timur", level="provinsi", role=TagRole.MENTION),
        Region(code="64.02.10", name="Kembang Janggut", level="kecamatan", role=TagRole.MENTION),
    ),
    "topics": (
        Topic(
            name="daftar_pemilih",
            role=TagRole.MAIN,
            spans=(Span(field="body", start=58, end=78, text="daftar pemilih tetap"),),
        ),
        Topic(name="politik_uang", role=TagRole.MENTION, modality=Modality.WARNED),
    ),
    "actors": (
        Actor(
            id="hendra",
            name="Hendra Wisakti",
            role="ketua KPU",
            spans=(Span(field="body", start=236, end=250, text="Hendra Wisakti"),),
        ),
        Actor(id="pnb", name="PNB", role=""),
    ),
    "codebook": "buku uji 1",
}
"""All that a reading can say beside headline and text."""


def fill(bench: Any) -> dict[str, str]:
    """Store stories of every kind; give their uids by name."""
    bench.clock = datetime(2024, 9, 20, 8, 0, tzinfo=UTC)
    uids: dict[str, str] = {}
    desks = {slug: bench.begin(slug) for slug in ("kabar", "suara", "hulu-sungai")}

    def store(slug: str, name: str, title: str, *body: str, **said: Any) -> None:
        bench.pass_time(minutes=10)
        uids[name] = desks[slug].store(f"/{name}/", title, *body, **said).uid

    store("kabar", "first", "KPU Muara Seruni Tetapkan Pemilih", *RELEASE, **FULL)
    store("suara", "copy", "Daftar Pemilih Ditetapkan", *TRIMMED, published_date=date(2024, 9, 21))
    later = datetime(2024, 9, 22, 9, 0, tzinfo=WITA)
    store(
        "hulu-sungai",
        "rewrite",
        "Ratusan Ribu Berhak Memilih",
        *REWORDED,
        published_date=later.date(),
        published_at=later,
    )
    for count in ("sebelas", "dua belas"):
        body = (f"Petugas gudang menemukan {count} kotak suara yang rusak karena terkena rembesan air hujan semalam.",)
        store(
            "kabar", "edited", "Kotak Suara Rusak", *body, *((NOTE,) if count != "sebelas" else ()), published_date=DAY
        )
        bench.pass_time(hours=7)
    store("suara", "undated", "Lowongan Panitia", "Pendaftaran panitia pemungutan suara dibuka di kantor kecamatan.")
    for name, misses in ("suspected", 1), ("removed", 3):
        store(
            "suara",
            name,
            f"Berita {name}",
            f"Spanduk {name} yang menutup rambu lalu lintas diturunkan petugas pagi ini.",
        )
        _miss(desks["suara"], f"/{name}/", misses)
    store(
        "hulu-sungai", "nothing", "Tanpa Apa-Apa", "Kabut tipis.", language="en", election=None, codebook="buku uji 1"
    )
    coded = [Coded(line=2, uid=uids["first"], coder="Rina", code="nada", value="netral")]
    labels.add(bench.database, coded, source="label.csv", now=bench.now())
    for desk in desks.values():
        desk.captures.close()
    bench.archive.catch_up()
    return uids


def _miss(desk: Any, path: str, times: int) -> None:
    """Look for a story where it is no more, half a day apart."""
    for _ in range(times):
        now = desk.bench.pass_time(hours=13)
        address_id = desk.sight(path)
        with desk.bench.database.write() as connection:
            visit_id = visits.add(
                connection,
                desk.ticket,
                address_id=address_id,
                purpose=Purpose.RECHECK,
                url=path,
                at=now,
                status=404,
                capture_id=None,
                state=VisitState.REJECTED,
                reason=Reason.NOT_FOUND,
            )
            removals.settle(connection, visit_id, Rule(), now=now)
