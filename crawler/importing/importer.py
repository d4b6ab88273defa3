"""Files into the archive: each record goes to the outlet that it belongs to, is counted, or both."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from archive.codings import LARGEST
from archive.database import Database
from archive.foreign import Found, Header, Stream, records
from crawler import offline
from crawler.config import Loaded, OutletSettings
from crawler.guard import Boundary, authority
from crawler.importing.desk import Desk
from crawler.importing.files import Kind, UnreadableMemberError, addresses, files_in
from crawler.ownzone import filled
from crawler.reader import Reader
from crawler.reading import ReadingPool
from crawler.reading.pack import Pack
from scheduler.lock import HeldError

logger = logging.getLogger(__name__)

KINDS = ("request", "warcinfo", "metadata", "resource", "conversion", "continuation")
"""Types of records that show no page; any other is counted as `unknown_type`."""
A_LINE = 10_000
"""Records after which a log line says how far an import is."""
HOSTS = 1000
"""Hosts without an outlet that are told apart in one report."""
A_LIST = 256
"""Addresses of a list that are noted together."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What came of one file: `records` are taken, known or skipped; the rest counts stories."""

    file: str
    kind: str
    records: int = 0
    taken: int = 0
    known: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    due: int = 0
    """Addresses of a list that the next crawl fetches."""
    held: list[str] = field(default_factory=list)
    """Outlets whose records were left, since another process is at work there."""
    elsewhere: Counter[str] = field(default_factory=Counter)
    """Hosts at which no outlet is declared, with their records, as far as they are counted."""
    zoneless: list[str] = field(default_factory=list)
    """Outlets whose records were left, since nobody said in which zone their days are counted."""
    detail: str = ""
    """What was wrong with the file as a whole."""

    def count(self, reason: str | None, number: int = 1) -> None:
        """Count what became of a record."""
        self.records += number
        if reason is None:
            self.taken += number
        elif reason == "known":
            self.known += number
        else:
            self.skipped[reason] += number

    def met(self, url: str) -> None:
        """Note the host of a record that belongs to no outlet; a file may hold any number of hosts."""
        host = authority(url)
        if host is not None and (host in self.elsewhere or len(self.elsewhere) < HOSTS):
            self.elsewhere[host] += 1


class Importer:
    """Imports files into one archive; `stop` ends it after the record at hand, with all that was taken kept."""

    def __init__(
        self, loaded: Loaded, database: Database, pool: ReadingPool, pack: Pack, *, only: str | None = None
    ) -> None:
        self._home = loaded.home
        self._database = database
        self._pool = pool
        self._pack = pack
        self._declared = filled(loaded, database).settings.outlets
        self._visits = loaded.settings.visits
        self._only = only
        self._at: dict[str, list[str]] = {}
        for slug, outlet in self._declared.items():
            for host in Boundary((outlet.base_url,)).hosts():
                self._at.setdefault(host, []).append(slug)
        self.stopped = False
        self._reader: Reader | None = None

    def stop(self) -> None:
        """Take no further record, and read no further page."""
        self.stopped = True
        if self._reader is not None:
            self._reader.stop()

    def import_file(self, path: Path, kind: Kind) -> Report:
        """Take what is new in a file, read it, and say what came of it.

        Raises:
            ArchiveError: our side failed; what was kept by then is read by the next import or crawl.
        """
        report = Report(file=str(path), kind=kind.value)
        with self._desks(report) as desks:
            if kind is Kind.ADDRESSES:
                self._take_list(path, desks, report)
            else:
                self._take_records(path, kind, desks, report)
                for desk in desks.values():
                    desk.take_texts()
            asyncio.run(self._read(list(desks.values())))
        if self.stopped:
            report.detail = "stopped by a signal; the same command goes on with it"
        return report

    async def _read(self, desks: Sequence[Desk]) -> None:
        for desk in desks:
            if not desk.crawl.outlet.timezone:
                continue
            self._reader = offline.reader(desk.crawl, self._pool, self._pack)
            if not self.stopped:
                await offline.read(desk.crawl, self._reader)

    @contextmanager
    def _desks(self, report: Report) -> Iterator[dict[str, Desk]]:
        """The outlets of a file, each opened when its first record comes; all are closed in the end."""
        desks: dict[str, Desk] = {}
        done = False
        try:
            yield desks
            done = True
        finally:
            for desk in desks.values():
                desk.stopped = self.stopped
                desk.close(read=done)
        for desk in desks.values():
            report.new += desk.counts.new
            report.revised += desk.counts.revised
            report.unchanged += desk.counts.unchanged
            report.rejected.update(desk.counts.rejected)

    def _take_records(self, path: Path, kind: Kind, desks: dict[str, Desk], report: Report) -> None:
        for file in files_in(path, kind):
            try:
                for found in records(Stream(file), wanted=self._wanted, largest=LARGEST):
                    report.count(self._offered(found, desks, report))
                    if self.stopped:
                        return
                    if report.records % A_LINE == 0:
                        logger.info("%s: %s records, %s taken", path, report.records, report.taken)
            except (UnreadableMemberError, OSError) as error:
                report.detail = str(error)

    def _wanted(self, header: Header) -> bool:
        return header.kind in ("response", "revisit") and self._not_ours(header.url) is None

    def _offered(self, found: Found, desks: dict[str, Desk], report: Report) -> str | None:
        """Give None if a record was taken, else why not."""
        header = found.header
        if header is None or found.trouble is not None:
            return found.trouble.value if found.trouble is not None else "malformed"
        if header.kind not in ("response", "revisit"):
            return header.kind if header.kind in KINDS else "unknown_type"
        if (why := self._not_ours(header.url)) is not None:
            if why == "other_host":
                report.met(header.url)
            return why
        slug = self._outlet_at(header.url)
        assert slug is not None
        if not self._declared[slug].timezone:
            if slug not in report.zoneless:
                report.zoneless.append(slug)
            return "no_zone"
        desk = self._desk(slug, desks, report)
        return "held" if desk is None else desk.offer(found)

    def _desk(self, slug: str, desks: dict[str, Desk], report: Report) -> Desk | None:
        """Give an outlet's desk, opened if need be; None where another process holds the outlet."""
        if slug not in desks and slug not in report.held:
            try:
                rule = self._visits.rule(slug)
                desks[slug] = Desk(self._home, self._database, slug, self._declared[slug], rule)
            except HeldError as error:
                report.held.append(slug)
                logger.warning("%s: its records are left: %s", slug, error)
        return desks.get(slug)

    def _not_ours(self, url: str) -> str | None:
        slug = self._outlet_at(url)
        if slug is None:
            return "other_host"
        return None if self._only in (None, slug) else "other_outlet"

    def _outlet_at(self, url: str) -> str | None:
        """Give the declared outlet at an address; of several at one host that whose path it lies below, else the first."""
        there = self._at.get(authority(url) or "", ())
        if len(there) < 2:
            return next(iter(there), None)
        path = urlsplit(url).path + "/"
        return max(there, key=lambda slug: _shared(path, self._declared[slug]))

    def _take_list(self, path: Path, desks: dict[str, Desk], report: Report) -> None:
        waiting: dict[str, list[str]] = {}

        def note(slug: str) -> None:
            urls = waiting.pop(slug)
            desk = self._desk(slug, desks, report)
            told = Counter({"held": len(urls)}) if desk is None else desk.ask_for(urls)
            for reason, number in told.items():
                report.count(None if reason == "due" else reason, number)
            report.due += told["due"]

        for url in addresses(path):
            slug = self._outlet_at(url)
            why = "bad_address" if authority(url) is None else self._not_ours(url)
            if slug is None or why is not None:
                report.count(why or "other_host")
                if why == "other_host":
                    report.met(url)
                continue
            waiting.setdefault(slug, []).append(url)
            if len(waiting[slug]) >= A_LIST:
                note(slug)
            if self.stopped:
                break
        for slug in list(waiting):
            note(slug)


def _shared(path: str, outlet: OutletSettings) -> int:
    base = urlsplit(outlet.base_url).path.rstrip("/") + "/"
    return len(base) if path.startswith(base) else 0


def row_of(report: Report) -> dict[str, object]:
    """Give a report as a row for programs."""
    counts = {"skipped": report.skipped, "rejected": report.rejected, "elsewhere": report.elsewhere}
    return asdict(report) | {name: dict(count) for name, count in counts.items()}
