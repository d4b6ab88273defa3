"""A backup made an archive again: unpacked beside, proven by its digests, and only then put in its place.

The database comes last. Without it a folder is no archive, so whatever a kill leaves is none, and the next try begins
by taking it away.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from archive import tarball
from archive.database import HEAD, Database
from archive.durable import sync
from archive.errors import ArchiveError, ArchiveUnavailableError
from archive.exclusive import exclusive
from archive.index import SearchIndex
from archive.manifest import DATABASE, MB, WARC, BackupError, Manifest
from archive.models import WarcFile
from archive.settings import Home
from archive.unpacking import Progress, first, opened, unpack

STAGE = ".restoring"
"""The folder in a home in which a backup is unpacked."""
_PLACING = "placing.json"
"""In it: what is moved to the home, and under which name, from before the first is until the database, the last, was."""
_LOGS = tuple(f"{DATABASE}-{ending}" for ending in ("wal", "shm", "journal"))
_KEPT = ".restored"
"""How the name of a file of settings ends where the home has one already, or where it would lead to another database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """An archive that was restored; `missing` are the WARC files, with their digests, that are to be put into its `warc`."""

    manifest: Manifest
    aside: list[str] = field(default_factory=list)
    """Files of settings that were not put in the place of others."""
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def older(self) -> bool:
        """Whether the schema is to be upgraded."""
        return self.manifest.schema != HEAD


def obstacle(home: Home, told: Manifest) -> str | None:
    """Say what stands where a backup is to be restored, None where nothing does; a kill's remains do not."""
    if home.root.exists() and not home.root.is_dir():
        return f"{home.root} is no folder"
    if _half_placed(home):
        return None
    if (home.root / DATABASE).exists():
        return f"{home.root} holds an archive: name a new --home, or move that one away"
    if log := next((name for name in _LOGS if (home.root / name).exists()), None):
        # SQLite would take it for the restored database's own and write what it holds into that.
        return f"{home.root} holds {log}, the log of a database that is gone: name a new --home, or move it away"
    if told.warc_included and home.warc.is_dir() and any(home.warc.iterdir()):
        return f"{home.warc} holds files already: name a new --home, or move them away"
    return None


def restore(file: Path, home: Home, *, on_progress: Progress = lambda _done, _of: None) -> Restored:
    """Make a backup an archive in a home that has none.

    The schema stays as old as it is. The index is not in a backup: whoever searches makes it.

    Raises:
        ArchiveError: something stands in its place (`obstacle`).
        BackupError: the file is no backup, not whole, or not as it was written.
        SchemaError: a newer Pilkada made it.
        ArchiveUnavailableError: there is no room for it, or the home cannot be written. Nothing is left in any case.
    """
    made = [folder for folder in (home.locks, home.root, *home.root.parents) if not folder.exists()]
    try:
        with opened(file) as files:
            told, digest = first(files)
            if why := obstacle(home, told):
                raise ArchiveError(why)
            with exclusive(home.locks, "restore"), _staged(home) as stage:
                _look_for_room(stage, told)
                sums = unpack(files, told, digest, stage, on_progress)
                _look_through(stage, told)
                missing = {} if told.warc_included else _missing(home, told, sums)
                aside = _place(stage, home, told)
    except BaseException as error:
        if home.locks in made:
            (home.locks / "restore.lock").unlink(missing_ok=True)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError):
            raise ArchiveUnavailableError(f"{home.root} cannot be written: {error.strerror}") from error
        raise
    return Restored(manifest=told, aside=aside, missing=missing)


@contextmanager
def _staged(home: Home) -> Iterator[Path]:
    """Give an empty folder in the home; whatever becomes of it, it is gone at the end, and so is what came out of it.

    An archive that is whole stays: `_clear` touches none.
    """
    _clear(home)
    stage = home.root / STAGE
    stage.mkdir(parents=True)
    try:
        yield stage
    finally:
        _clear(home)


def _half_placed(home: Home) -> bool:
    """Say whether a kill came while files were moved to a home: the database, which is the last, waits still."""
    stage = home.root / STAGE
    return (stage / _PLACING).exists() and (stage / DATABASE).exists() and not (home.root / DATABASE).exists()


def _clear(home: Home) -> None:
    """Take away what a restore that did not come to its end has left."""
    stage = home.root / STAGE
    if _half_placed(home):
        for name, to in json.loads((stage / _PLACING).read_text("utf-8")).items():
            path = home.root / to
            if (stage / name).exists():
                continue  # it was not moved yet: what is there is somebody's own
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    shutil.rmtree(stage, ignore_errors=True)


def _look_for_room(stage: Path, told: Manifest) -> None:
    free = shutil.disk_usage(stage).free
    if free < told.size():
        raise ArchiveUnavailableError(
            f"{stage.parent} needs {told.size() / MB:,.1f} MB for it, and its disk has {free / MB:,.1f} MB left"
        )


def _look_through(stage: Path, told: Manifest) -> None:
    """Hold the database against itself and against the manifest; it is whole at the end, without a log beside it."""
    database = Database(f"sqlite:///{stage / DATABASE}")
    try:
        if database.revision() != told.schema:
            raise BackupError("its manifest tells of another schema than its database")
        if found := database.check():
            raise BackupError(f"its database is damaged: {' '.join(found[0].split())}")
        with database.read() as connection:
            known = {(name, size) for name, size in connection.execute(select(WarcFile.name, WarcFile.size))}
        if known != {(one.name, one.size) for one in told.warc}:
            raise BackupError("its manifest tells of other WARC files than its database")
    except ArchiveUnavailableError as error:
        raise BackupError(f"its database cannot be read: {error}") from error
    finally:
        database.dispose()
    sync(stage / DATABASE)


def _missing(home: Home, told: Manifest, sums: dict[str, str]) -> dict[str, str]:
    """Give the WARC files, with their digests, that the home does not have as the backup knows them."""
    return {
        one.name: sums.get(WARC + one.name, "")
        for one in told.warc
        if one.size and sums.get(WARC + one.name) != _digest(home.warc / one.name, one.size)
    }


def _digest(path: Path, size: int) -> str | None:
    """Give the digest of a file as long as it was; it may have grown since."""
    try:
        with path.open("rb") as file:
            return tarball.digest(tarball.parts(file, size))
    except OSError:
        return None


def _place(stage: Path, home: Home, told: Manifest) -> list[str]:
    """Move what was unpacked to the home, the database last; give the names that files of settings have aside."""
    aside = {one.name for one in told.settings if (home.root / one.name).exists() or _leads_away(stage / one.name)}
    moves = {one.name: one.name + (_KEPT if one.name in aside else "") for one in told.settings}
    if (stage / WARC).is_dir():
        moves[WARC] = WARC
    draft = stage / f"{_PLACING}.new"
    draft.write_text(json.dumps(moves), "utf-8")
    sync(draft)
    draft.rename(stage / _PLACING)
    if home.warc.is_dir() and WARC in moves:
        home.warc.rmdir()
    for name, to in moves.items():
        path = home.root / to
        path.parent.mkdir(parents=True, exist_ok=True)
        (stage / name).replace(path)
    if home.index.exists():
        SearchIndex.open(home.index, locks=home.locks).discard()  # another archive's: this one's changes are others
    sync(home.root)
    (stage / DATABASE).replace(home.root / DATABASE)
    sync(home.root)
    return sorted(name + _KEPT for name in aside)


def _leads_away(file: Path) -> bool:
    """Say whether a home's settings name a database elsewhere, which is not the one that is restored."""
    return file.name == Home(file.parent).settings_file.name and Home(file.parent).url_in_settings() is not None
