"""A backup that anyone may have written, taken apart: what it says of itself, and its files, each proven."""

import gzip
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from archive import manifest, tarball
from archive.database import HEAD, REVISIONS
from archive.durable import sync
from archive.errors import ArchiveUnavailableError, SchemaError
from archive.manifest import MANIFEST, SUMS, BackupError, Manifest

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are done."""


def told_by(file: Path) -> Manifest:
    """Give what a backup says of itself.

    Raises:
        BackupError: it is none, or a newer Pilkada's.
        ArchiveUnavailableError: it cannot be read.
    """
    with opened(file) as files:
        return first(files)[0]


@contextmanager
def opened(file: Path) -> Iterator[Iterator[tarball.Member]]:
    """Give the files in a backup, and say of what is wrong with it which one it is."""
    try:
        with _bytes(file) as source:
            yield tarball.members(source)
    except (BackupError, tarball.TarError) as error:
        raise BackupError(f"{file} cannot be restored: {error}") from error
    except SchemaError as error:
        raise SchemaError(f"{file} cannot be restored: {error}") from error


@contextmanager
def _bytes(file: Path) -> Iterator[BinaryIO]:
    """Give the bytes of a tar file, unpacked where they are gzipped."""
    try:
        raw = file.open("rb")
    except OSError as error:
        raise ArchiveUnavailableError(f"{file} cannot be read: {error.strerror}") from error
    with raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        yield cast("BinaryIO", gzip.GzipFile(fileobj=raw, mode="rb")) if packed else raw


def first(files: Iterator[tarball.Member]) -> tuple[Manifest, str]:
    """Give the manifest, which is the first file, and its digest.

    Raises:
        BackupError: there is none, or it is wrong.
        SchemaError: a newer Pilkada made the backup.
    """
    member = next(files, None)
    if member is None or member.name != MANIFEST:
        raise BackupError("it is no backup of Pilkada")
    data = _small(member)
    told = manifest.read(data)
    if told.schema not in REVISIONS:
        raise SchemaError(f"a newer Pilkada made it (schema {told.schema}, this one knows {HEAD}): upgrade Pilkada")
    return told, tarball.digest([data])


def _small(member: tarball.Member) -> bytes:
    if member.size > manifest.LONGEST:
        raise BackupError(f"{member.name} in it is too long")
    return b"".join(member.parts)


def unpack(
    files: Iterator[tarball.Member], told: Manifest, digest: str, stage: Path, on_progress: Progress
) -> dict[str, str]:
    """Write the files that follow the manifest, as it tells of them, and hold each against its digest; give the digests.

    Raises:
        BackupError: they are not what was written; what was written of them here is not to be trusted.
    """
    held, done, of = {MANIFEST: digest}, 0, told.size()
    for name, size in told.files().items():
        member = next(files, None)
        if member is None or (member.name, member.size) != (name, size):
            raise BackupError(f"{name} is not where its manifest has it")
        path = stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sha256 = hashlib.sha256()
        with path.open("xb") as target:
            for part in member.parts:
                target.write(part)
                sha256.update(part)
                done += len(part)
                on_progress(done, of)
        sync(path)
        held[name] = sha256.hexdigest()
    last = next(files, None)
    if last is None or last.name != SUMS:
        raise BackupError(f"{SUMS} is not where its manifest has it")
    sums = manifest.read_sums(_small(last))
    if wrong := [name for name, known in held.items() if sums.get(name) != known]:
        raise BackupError(f"{wrong[0]} is not as it was written")
    for folder in {(stage / name).parent for name in told.files()}:
        sync(folder)
    return sums
