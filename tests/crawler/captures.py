"""Captures of one invented outlet as other tools keep them, and an import of them without a command."""

import io
import json
import random
import re
import zipfile
from binascii import crc32
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.archive import Archive
from archive.database import Database
from crawler.config import election_pack, load
from crawler.importing.files import kind_of
from crawler.importing.importer import Importer, Report, row_of
from crawler.reading import ReadingPool
from tests.archive import warcs
from tests.archive.warcs import each_packed, http, packed_as_one, packed_in_blocks, record
from tests.crawler.commandline import Pilkada

NOW = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)
SEEN = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)
HOME = "https://kabar.example"
TEXT = (
    "Bawaslu Kutai Barat meminta panitia di kampung menjaga kotak suara sampai rekapitulasi selesai.",
    "“Kotak suara tidak boleh dibuka tanpa saksi,” kata Ketua Bawaslu Yakobus Lahang di Sendawar, Senin.",
    "Pengawas akan mencatat setiap perpindahan kotak dari kampung ke kecamatan, lalu ke gudang kabupaten.",
)


def page(title: str, *paragraphs: str) -> bytes:
    """A page of a stock WordPress, as far as the reader looks at it."""
    body = "".join(f"<p>{text}</p>" for text in (paragraphs or TEXT))
    return (
        f'<!doctype html><html lang="id"><head><title>{title} - Kabar</title></head><body class="post single single-post">'
        f'<main><article class="post"><header><h1 class="entry-title">{title}</h1></header>'
        f'<div class="entry-content">{body}</div></article></main></body></html>'
    ).encode()


def seen(path: str, body: bytes, *, name: str | None = "", at: datetime | str = SEEN, **more: Any) -> bytes:
    """The record of a page of the outlet; its id is made of the path unless one is given."""
    name = str(crc32(path.encode())) if name == "" else name
    return record("response", HOME + path, http(body), name=name, at=at, **more)


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


BODY = page("Kotak Suara Dijaga Sampai Rekapitulasi")
WARCINFO = record("warcinfo", None, b"software: lain\r\n", name="900")
ASKED = record("request", f"{HOME}/kotak-suara/", b"GET / HTTP/1.1\r\nHost: kabar.example\r\n\r\n", name="901")


def wget(number: int) -> bytes:
    body = chunked(page(f"Kotak Suara {number}"))
    return record(
        "response", f"<{HOME}/{number}/>", http(body, "Transfer-Encoding: chunked"), name=f"80{number}", at=SEEN
    )


def common_crawl(number: int) -> bytes:
    body = page(f"Kotak Suara {number}")
    headers = ("X-Crawl-Content-Encoding: gzip", f"Content-Length: {len(body)}")
    more = ["WARC-Identified-Payload-Type: text/html"]
    return record("response", f"{HOME}/{number}/", http(body, *headers), name=f"80{number}", at=SEEN, more=more)


def browsertrix(number: int) -> bytes:
    block = http(page(f"Kotak Suara {number}"), "x-orig-content-encoding: br", "content-length: 300")
    at = f"{SEEN:%Y-%m-%dT%H:%M:%S}.123456789Z"
    return record("response", f"{HOME}/{number}/", block, name=f"80{number}", at=at, version="1.1")


EXAMPLES = {
    "wget": packed_as_one(WARCINFO, ASKED, wget(1)),
    "common-crawl": each_packed(WARCINFO, ASKED, common_crawl(2)),
    "browsertrix": each_packed(WARCINFO, browsertrix(3), ASKED),
    "not-packed": warcs.plain(WARCINFO, ASKED, common_crawl(4)),
    "in-blocks": packed_in_blocks(WARCINFO, ASKED, wget(5), size=100),
}
"""Files as other tools write them; each has the page of its number."""


def wacz(*files: bytes, method: int = zipfile.ZIP_STORED) -> bytes:
    """A WACZ file as Browsertrix writes it, and members that lead elsewhere."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("datapackage.json", json.dumps({"profile": "data-package", "wacz_version": "1.1.1"}))
        archive.writestr("pages/pages.jsonl", "{}\n")
        archive.writestr("indexes/index.cdx.gz", b"not looked at")
        for number, data in enumerate(files):
            archive.writestr(f"archive/rec-{number}.warc.gz", data)
        archive.writestr("../../archive/luar.warc.gz", b"not looked at")
    return buffer.getvalue()


def many(pages: int) -> bytes:
    source = random.Random(8)
    records = []
    for number in range(pages):
        words = " ".join(source.choices(re.findall(r"\w+", " ".join(TEXT)), k=150))
        records.append(seen(f"/berita-{number}/", page(f"Berita {number}", *TEXT, words), name=str(number)))
    return each_packed(*records)


class Bench:
    """A home into which files are imported by this process; the sum of every report is proved."""

    def __init__(self, home: Path, pool: ReadingPool, *bases: str) -> None:
        self.pilkada = Pilkada(home)
        for number, base in enumerate(bases or (f"{HOME}:443",)):
            self.pilkada.declare(base, **({"slug": f"kabar-{number}"} if number else {}))
        self._folder, self._pool = home.parent, pool
        self.loaded = load(home, environment={})
        self._pack = election_pack(self.loaded)
        self.archive = Archive(self.loaded.home, Database(f"sqlite:///{home / 'pilkada.db'}"))
        self.archive.database.ensure()

    def take(self, data: bytes, *, only: str | None = None, name: str = "asing") -> Report:
        file = self._folder / name
        file.write_bytes(data)
        importer = Importer(self.loaded, self.archive.database, self._pool, self._pack, only=only)
        report = importer.import_file(file, kind_of(file))
        assert report.taken + report.known + sum(report.skipped.values()) == report.records, row_of(report)
        return report

    def assert_sound(self, articles: int) -> None:
        self.archive.catch_up()
        self.pilkada.assert_sound(articles)

    def article(self, path: str) -> dict[str, Any]:
        (found,) = [one for one in self.archive.articles() if one["canonical_url"].endswith(path)]
        return found

    def row(self, statement: str) -> tuple[Any, ...]:
        (found,) = self.pilkada.rows(statement)
        return found

    def close(self) -> None:
        self.archive.database.dispose()
        self.pilkada.close()
