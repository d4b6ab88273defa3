"""A consistent copy of a live archive in one file: its database at one moment, and the WARC bytes that this one knows.

The database comes first. WARC files are appended to before the rows that speak of it are committed, so all bytes that the
copy speaks of are there, whatever a crawl goes on to write. One thing takes bytes away, a takedown; it is noticed, and
the copy is begun anew.
"""

import gzip
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
from sqlalchemy import func, inspect, select, text
from sqlalchemy.engine import make_url

from archive import changes, manifest, tarball
from archive.database import REVISIONS, Database, cause, sqlite_module
from archive.durable import sync
from archive.errors import ArchiveError, ArchiveUnavailableError, NotFoundError, SchemaError
from archive.exclusive import exclusive
from archive.knownbytes import KnownBytes, MovedError, exactly, opened
from archive.manifest import DATABASE, MANIFEST, MB, SUMS, WARC, Listed, Manifest, Orders
from archive.models import Capture, Takedown, WarcFile
from archive.settings import Home
from archive.snapshot import snapshot
from archive.stories import Article

PACKED = (".gz", ".tgz")
"""Endings of names that ask for a compressed file."""
TRIES = 3
"""How often a backup is begun before it says that a takedown is in its way."""

Progress = Callable[[int, int], None]
"""Told how many bytes of about how many are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was made; `damaged` says what in the archive was not as it was written, and is so in the copy."""

    size: int
    manifest: Manifest
    sums: dict[str, str]
    damaged: list[str]


def back_up(
    database: Database,
    home: Home,
    target: Path,
    *,
    settings: Sequence[Path],
    software: str,
    now: datetime,
    warc: bool = True,
    on_progress: Progress = lambda _done, _of: None,
) -> Backup:
    """Write one state of a live archive to a new file, whole or not at all; a name that ends in .gz is compressed.

    `settings` are files of the home that go with it. Without `warc` the WARC files stay where they are, and the backup
    has their names, sizes and digests.

    Raises:
        BusyError: another backup of this archive is being made.
        NotFoundError: there is no archive.
        ArchiveError: the database is damaged, no SQLite file or a newer Pilkada's.
        ArchiveUnavailableError: there is no room for it, or it cannot be written; nothing is left of it.
    """
    if make_url(database.url).get_backend_name() != "sqlite":
        raise ArchiveError(f"copy this database by its own tools, such as pg_dump, and {home.warc} after it")
    revision = database.revision()
    if revision is None:
        raise NotFoundError(f"there is no archive in {database.place} to back up")
    if revision not in REVISIONS:
        raise SchemaError(f"{database.path} was made by a newer Pilkada (schema {revision}): upgrade Pilkada")
    with exclusive(home.locks, "backup") as alone:
        if alone:  # what is there of this home's, a kill has left
            _drop(target.parent, f"{_stem(home)}.*")
        for _ in range(TRIES):
            work = _Work(database=database, home=home, target=target, warc=warc, on_progress=on_progress)
            try:
                return work.done(settings, software, now)
            except MovedError:
                time.sleep(0.1)  # a file takes the place of another one within milliseconds
    raise ArchiveUnavailableError("a takedown is rewriting WARC files: wait for it, or give it once more; then back up")


@dataclass(kw_only=True)
class _Work:
    """One try at a backup."""

    database: Database
    home: Home
    target: Path
    warc: bool
    on_progress: Progress
    size: int = 0
    copied: int = 0
    sums: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.part = self.target.with_name(f"{_stem(self.home)}.{os.getpid()}.part")
        self.copy = self.part.with_name(f"{self.part.name}.db")

    def done(self, settings: Sequence[Path], software: str, now: datetime) -> Backup:
        try:
            self._look_for_room()
            self._copy_database()
            copy = Database(f"sqlite:///{self.copy}")
            try:
                if found := copy.check():
                    raise ArchiveError(
                        f"{self.database.path} is damaged: {' '.join(found[0].split())}; `pilkada db check` tells all"
                    )
                with copy.read() as connection:
                    known = KnownBytes(state=connection, live=self.database, folder=self.home.warc)
                    told = self._told(known, settings, software, now)
                    self._write(known, told, settings)
            finally:
                copy.dispose()
            sync(self.part)
            self.part.rename(self.target)
            sync(self.target.parent)
            return Backup(size=self.target.stat().st_size, manifest=told, sums=self.sums, damaged=known.damaged)
        except OSError as error:
            raise ArchiveUnavailableError(f"{self.target} cannot be written: {error.strerror}") from error
        finally:
            _drop(self.part.parent, f"{self.part.name}*")

    def _look_for_room(self) -> None:
        """Refuse what cannot end well: beside the backup, a copy of the database lies on its disk meanwhile."""
        with self.database.read() as connection:
            pages, size = (connection.execute(text(f"PRAGMA page_{name}")).scalar_one() for name in ("count", "size"))
            warc = connection.execute(select(func.coalesce(func.sum(WarcFile.size), 0))).scalar_one()
        self.size = pages * size + (warc if self.warc else 0)
        needed = self.size + (0 if self.target.suffix in PACKED else pages * size)
        free = shutil.disk_usage(self.target.parent).free
        if free < needed:
            raise ArchiveUnavailableError(
                f"{self.target} needs {needed / MB:,.1f} MB for a while, and its disk has {free / MB:,.1f} MB left"
            )

    def _copy_database(self) -> None:
        with self.database.read() as connection:
            changes.newest(connection)  # fixes the state that is copied: a transaction begins with its first look
            driver = connection.connection.driver_connection
            try:
                snapshot(driver, self.copy, mode=0o600)
            except sqlite_module().Error as error:
                raise ArchiveUnavailableError(f"{self.database.path} cannot be copied: {cause(error)}") from error

    def _told(self, known: KnownBytes, settings: Sequence[Path], software: str, now: datetime) -> Manifest:
        connection = known.state

        def number(table: Any) -> int:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

        orders = Orders()
        if inspect(connection).has_table(Takedown.__tablename__):
            ordered = connection.execute(select(func.count(), func.max(Takedown.at))).one()
            orders = Orders(number=ordered[0], last=ordered[1])
        own = [(file.relative_to(self.home.root.resolve()).as_posix(), file.stat().st_size) for file in settings]
        return Manifest(
            format=manifest.FORMAT,
            pilkada=software,
            schema=str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()),
            made_at=now,
            articles=number(Article),
            captures=number(Capture),
            sequence=changes.newest(connection),
            orders=orders,
            database=self.copy.stat().st_size,
            settings=[Listed(name=name, size=size, held=size) for name, size in own],
            warc_included=self.warc,
            warc=[
                Listed(name=name, size=size, held=known.held(name, size))
                for name, size in connection.execute(select(WarcFile.name, WarcFile.size).order_by(WarcFile.name))
            ],
        )

    def _write(self, known: KnownBytes, told: Manifest, settings: Sequence[Path]) -> None:
        mtime = int(told.made_at.timestamp())
        self.size = told.size()
        with self._opened() as file:
            head = msgspec.json.format(msgspec.json.encode(told), indent=1)

            def add(name: str, size: int, parts: Iterator[bytes]) -> None:
                self.sums[name] = tarball.add(file, name, size, mtime, self._counted(parts))

            add(MANIFEST, len(head), iter([head]))
            add(DATABASE, told.database, _read(self.copy, told.database))
            for one, path in zip(told.settings, settings, strict=True):
                add(one.name, one.held, _read(path, one.held))
            files = known.state.execute(select(WarcFile.id, WarcFile.sha256).order_by(WarcFile.name)).all()
            for (file_id, sha256), one in zip(files, told.warc, strict=True):
                if self.warc and one.held:
                    add(WARC + one.name, one.held, known.read(file_id, one.name, one.held))
                elif one.held:
                    digest = sha256 or tarball.digest(known.read(file_id, one.name, one.held))
                    self.sums[WARC + one.name] = digest
                if one.held < one.size:
                    known.note(file_id, one.name, f"{one.held} of {one.size} bytes are there")
            last = manifest.sums(self.sums)
            tarball.add(file, SUMS, len(last), mtime, [last])
            tarball.end(file)

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        """Give the file that is written; nobody else may read it: it holds settings, and all that the archive holds."""
        self.part.touch(mode=0o600, exist_ok=False)
        with self.part.open("wb") as raw:
            if self.target.suffix not in PACKED:
                yield raw
                return
            with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as file:
                yield cast("BinaryIO", file)

    def _counted(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        for part in parts:
            yield part
            self.copied += len(part)
            self.on_progress(self.copied, self.size)


def _stem(home: Home) -> str:
    """Give how the names begin of what is written beside a backup: other homes' backups may lie in the same folder."""
    return f".pilkada-{tarball.digest([str(home.root.resolve()).encode()])[:12]}"


def _drop(folder: Path, pattern: str) -> None:
    for rest in folder.glob(pattern):
        with suppress(OSError):
            rest.unlink()


def _read(path: Path, size: int) -> Iterator[bytes]:
    with opened(path) as file:
        yield from exactly(file, size)
