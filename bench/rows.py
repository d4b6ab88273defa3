"""Many articles written straight into the tables, 20,000 in 4 s: for what is measured behind them and not how they came."""

import hashlib
import random
import re
from base64 import b32encode
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert

from archive.database import Database
from archive.models import Address, Capture, Outlet, OutletDeclaration, Run, Visit, WarcFile
from archive.records import FileState, Modality, Purpose, Role, RunStatus, State, TagKind, Trust, VisitState
from archive.schema import Base
from archive.stories import Article, Body, ReadingRow, ReadingSource, Tag, Version

AT_ONCE = 2000
DAYS = 400
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
OUTLETS = 20
WORDS = re.findall(
    r"\w+",
    "pemilih kotak suara petugas kecamatan desa gudang logistik tahapan kampanye calon bupati wakil gubernur partai saksi"
    " rekapitulasi daftar tetap panitia warga rapat pleno anggaran hibah pengawas laporan temuan sengketa jadwal bilik tinta"
    " surat formulir salinan putusan gugatan pasangan nomor urut debat visi misi relawan posko spanduk baliho netralitas"
    " aparatur sipil camat lurah kantor dinas sekolah lapangan dermaga sungai hulu hilir perahu jalan jembatan listrik"
    " dan yang di ke dari untuk dengan pada itu ini akan telah sudah belum tidak juga serta oleh kepada sebagai karena",
)
TOPICS = ("logistik", "kampanye", "daftar_pemilih", "netralitas_asn", "sengketa")


def fill(database: Database, number: int, *, words: int = 300, seed: int = 2024) -> None:
    """Write so many articles of some twenty outlets, each with its capture, version, regions, a topic and an actor."""
    chance = random.Random(seed)
    with database.write() as connection:
        for model, rows in _outlets():
            connection.execute(insert(model), rows)
    made = _articles(number, words, chance)
    while some := list(islice(made, AT_ONCE)):
        with database.write() as connection:
            for at, model in enumerate(_TABLES):
                connection.execute(insert(model), [row for rows in some for row in rows[at]])


_TABLES: tuple[type[Base], ...] = (*(Address, Capture, Visit, Article, ReadingRow, Body, Tag, ReadingSource, Version),)


def _outlets() -> Iterator[tuple[type[Base], list[dict[str, Any]]]]:
    ids = range(1, OUTLETS + 1)
    yield Outlet, [{"id": one, "slug": f"kabar-{one}", "fence": 1} for one in ids]
    yield (
        OutletDeclaration,
        [
            {
                "outlet_id": one,
                "digest": "0" * 64,
                "declared": {
                    "name": f"Kabar {one}",
                    "base_url": f"https://kabar-{one}.example",
                    "timezone": "Asia/Makassar",
                },
                "since": FIRST,
            }
            for one in ids
        ],
    )
    yield (
        Run,
        [
            {"id": one, "outlet_id": one, "kind": "crawl", "cause": "test", "planned_at": None, "started_at": FIRST}
            | {"finished_at": FIRST, "status": RunStatus.OK, "detail": "", "counts": {}, "version": "0"}
            | {"settings_digest": "", "pid": None, "fence": 1}
            for one in ids
        ],
    )
    yield (
        WarcFile,
        [
            {"id": one, "outlet_id": one, "name": f"kabar-{one}/20240101.warc.gz", "day": FIRST.date()}
            | {"state": FileState.CLOSED, "size": 10**9, "sha256": "0" * 64}
            for one in ids
        ],
    )


def _articles(number: int, words: int, chance: random.Random) -> Iterator[Sequence[list[dict[str, Any]]]]:
    """Give the rows of each article, by `_TABLES`."""
    for at in range(1, number + 1):
        outlet = at % OUTLETS + 1
        moment = FIRST + timedelta(days=at % DAYS, minutes=at % 1440)
        day: date = moment.date()
        drawn = chance.choices(WORDS, k=words)
        text = "\n\n".join(" ".join(drawn[start : start + 40]).capitalize() + "." for start in range(0, words, 40))
        title = " ".join(drawn[:9]).title()
        digest = hashlib.sha256(text.encode()).hexdigest()
        path = f"/berita/{at}/{'-'.join(drawn[:6])}/"
        span = {"field": "body", "start": 0, "end": len(drawn[0]), "text": drawn[0].capitalize()}
        tag = {"reading_id": at, "place": 0, "level": None, "modality": None, "spans": [span] * 3}
        region = {"kind": TagKind.REGION, "value": f"64.{at % 10:02}", "name": "Kutai Hulu"}
        yield (
            [{"id": at, "outlet_id": outlet, "canonical": path, "rules_version": 1, "first_seen_at": moment}],
            [
                {"id": at, "warc_file_id": outlet, "record_id": f"<urn:uuid:{digest[:32]}>", "record_type": "response"}
                | {"offset": at * 9000, "length": 8400, "sha256": digest, "url": f"https://kabar.example{path}"}
                | {"status": 200, "content_type": "text/html", "payload_sha256": digest, "fetched_at": moment}
                | {"origin": "own", "takedown_id": None}
            ],
            [
                {"id": at, "outlet_id": outlet, "address_id": at, "run_id": outlet, "purpose": Purpose.ARTICLE}
                | {"capture_id": at, "record": None, "url": f"https://kabar-{outlet}.example{path}", "at": moment}
                | {"status": 200, "state": VisitState.READ, "reason": None, "detail": None, "notice": None}
                | {"text_sha256": digest}
            ],
            [
                {"id": at, "uid": b32encode(hashlib.sha256(path.encode()).digest())[:16].decode().lower()}
                | {"outlet_id": outlet, "address_id": at, "reading_id": at, "state": State.LIVE}
                | {"first_seen_at": moment, "last_seen_at": moment, "seen_again_at": None, "first_missed_at": None}
                | {"missed_because": None, "notice": None, "removed_at": None, "published_date": day}
                | {"moment": int(moment.timestamp())}
            ],
            [
                {"id": at, "article_id": at, "visit_id": at, "extractor": "test 1", "text_sha256": digest}
                | {"title": title, "lead": text.split("\n\n")[0], "word_count": words}
                | {
                    "dateline": "KUTAI HULU -",
                    "dateline_outlet": None,
                    "place": "Kutai Hulu",
                    "authors": ["Rina Wijaya"],
                }
                | {"editors": ["Budi"], "credit": "(rw/bd)", "advertorial_mark": None, "published_date": day}
                | {"published_at": moment, "published_offset": 480, "published_source": Trust.META}
                | {"modified_at": moment, "modified_offset": 480, "section": "Politik", "tags": drawn[:4]}
                | {"image_url": f"https://kabar.example/{at}.jpg", "caption": title, "photo_credit": "Ist"}
                | {"captions": [], "related": [], "language": "id", "flags": [], "phase": "kampanye"}
                | {"election": {"score": 0.9, "evidence": drawn[:5], "pack": "pilkada-2024 0123456789ab"}}
                | {"about_election": True, "codebook": "buku 1"}
            ],
            [{"reading_id": at, "text": text, "removed": [{"rule": "share", "text": "Bagikan artikel ini"}]}],
            [
                tag | region | {"role": "main"},
                tag | region | {"value": f"64.{at % 10:02}.01", "place": 1, "name": "Muara Hulu", "role": "mention"},
                tag
                | {"kind": TagKind.TOPIC, "value": TOPICS[at % 5], "name": TOPICS[at % 5], "role": "main"}
                | {"modality": Modality.WARNED},
                tag | {"kind": TagKind.ACTOR, "value": f"tokoh-{at % 9}", "name": "Rukmana Adilangga", "role": "ketua"},
            ],
            [{"reading_id": at, "capture_id": at, "role": Role.PAGE}],
            [
                {"id": at, "article_id": at, "first_visit_id": at, "reading_id": at, "text_sha256": digest}
                | {"since": moment, "changed": [], "note": None, "shrunken": None}
            ],
        )
