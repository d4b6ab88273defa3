"""An archive of what six outlets ran in a week: a release and its copies, edits, an undated story, a hostile headline."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from archive.archive import Archive
from archive.database import Database
from archive.records import Actor, Reading, Region, TagRole, Topic
from archive.settings import Home
from bench.desk import Desk
from tests.archive.releases import OUTLETS, STORIES

HOSTILE = "</title><script>alert('kpu')</script> <img src=x onerror=alert(1)> & \"Kutip\" \u202eterbalik\u202c"
KUKAR = Region(code="64.02", name="Kabupaten Kutai Kartanegara", level="kabkota", role=TagRole.MAIN)
KEMBANG_JANGGUT = Region(code="64.02.10", name="Kembang Janggut", level="kecamatan", role=TagRole.MENTION)
BANJAR = Region(code="63.03", name="Kabupaten Banjar", level="kabkota", role=TagRole.MENTION)
FIRST = datetime(2024, 9, 30, 1, tzinfo=UTC)
COUNT = "Panitia mencatat {} surat suara rusak di gudang, kata Ketua KPU Rukmana Adilangga."
NOTE = "Ralat: jumlah surat suara rusak semula tertulis 412."


@dataclass(frozen=True)
class Ran:
    """The archive, and the uids of its articles by name; tests only read it."""

    archive: Archive
    uids: dict[str, str]

    @property
    def home(self) -> list[str]:
        return ["--home", str(self.archive.home.root)]


def build(root: Path, database: Database) -> Ran:
    """Store the stories in an empty archive and look for their copies."""
    desk = Desk(database, OUTLETS, FIRST)
    uids: dict[str, str] = {}

    def run(slug: str, name: str, title: str, *body: str, hours: int = 0, **said: Any) -> None:
        reading = Reading(title=title, body=body, **{"codebook": "buku 1", **said})
        with database.write() as connection:
            uids[name] = desk.store(connection, slug, f"/{name}/", reading, at=FIRST + timedelta(hours=hours)).uid

    topic = Topic(name="daftar_pemilih", role=TagRole.MAIN)
    for name, (slug, body, said) in STORIES.items():
        regions = (KUKAR, KEMBANG_JANGGUT) if name != "copy" else (KUKAR, BANJAR)
        actors = (Actor(id="bawaslu-kukar", name="Bawaslu Kukar", role="lembaga"),) if name == "first" else ()
        run(slug, name, f"Berita {name}", *body, regions=regions, topics=(topic,), actors=actors, **said)
    day = date(2024, 9, 30)
    for hours, body in enumerate(((COUNT.format(412),), (COUNT.format(421),), (COUNT.format(421), NOTE))):
        run("kabar", "edited", "Surat Suara Rusak", *body, "Panitia menggantinya.", hours=hours, published_date=day)
    run("warta", "undated", "Lowongan Panitia", "Pendaftaran panitia dibuka di kantor kecamatan.", codebook=None)
    run("hulu", "hostile", HOSTILE, "<b>Tebal</b> & <script>alert(2)</script>", "=1+1", published_date=day)
    archive = Archive(Home(root), database)
    archive.catch_up()
    return Ran(archive, uids)
