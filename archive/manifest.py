"""What a backup says of itself: which files it has, of which archive, made when; and the digests at its end."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from archive.errors import ArchiveError

MANIFEST, DATABASE, WARC, SUMS = "manifest.json", "pilkada.db", "warc/", "SHA256SUMS"
"""Names in a backup, the first and the last of all files among them."""
LONGEST = 64_000_000
"""Bytes of the manifest or the sums that are read: half a million WARC files have that much to be told of."""
FORMAT = 1
MB = 1_000_000

_Count = Annotated[int, msgspec.Meta(ge=0)]
_TAKEN = re.compile(r"(index|locks|warc|manifest\.json|sha256sums)(/.*)?|pilkada\.db.*|\.restoring.*", re.IGNORECASE)
"""Names of a home that no file of settings has."""
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


class BackupError(ArchiveError):
    """A file is no backup that can be restored; its text says why."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A file: of WARC files the bytes that the backup's database knows, of which `held` were there."""

    name: str
    size: _Count
    held: _Count


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """The orders to take an article down that a backup knows, lifted ones too."""

    number: _Count = 0
    last: datetime | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds; `archive`, `sequence` name the archive and the last change in it."""

    format: int
    pilkada: str
    schema: str
    made_at: datetime
    articles: _Count
    captures: _Count
    sequence: _Count
    orders: Orders
    database: _Count
    settings: list[Listed]
    warc_included: bool
    warc: list[Listed]

    def files(self) -> dict[str, int]:
        """Give name and size of every file between the manifest and the sums, in their order."""
        warc = [Listed(name=WARC + one.name, size=one.size, held=one.held) for one in self.warc if one.held]
        told = [*self.settings, *(warc if self.warc_included else ())]
        return {DATABASE: self.database} | {one.name: one.held for one in told}

    def size(self) -> int:
        """Give the bytes of all these files."""
        return sum(self.files().values())


def read(data: bytes) -> Manifest:
    """Read a manifest that anyone may have written.

    Raises:
        BackupError: it is none, of a newer version, or names files that do not lie below a home.
    """
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, RecursionError) as error:
        if _newer(data):
            raise BackupError("a newer Pilkada made it: upgrade Pilkada") from error
        raise BackupError(f"its manifest cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise BackupError("a newer Pilkada made it: upgrade Pilkada")
    names = [DATABASE, *(one.name for one in manifest.settings), *(WARC + one.name for one in manifest.warc)]
    wrong = [name for name in names if not plain(name)]
    wrong += [one.name for one in manifest.settings if _TAKEN.fullmatch(one.name)]
    wrong += [name for name, number in Counter(map(str.lower, names)).items() if number > 1]
    if wrong:
        raise BackupError(f"its manifest names {wrong[0]!r}, as no backup does")
    if any(one.held > one.size for one in (*manifest.settings, *manifest.warc)):
        raise BackupError("its manifest tells sizes as no backup does")
    return manifest


class _Head(msgspec.Struct):
    format: int


def _newer(data: bytes) -> bool:
    try:
        return msgspec.json.decode(data, type=_Head).format > FORMAT
    except (msgspec.DecodeError, RecursionError):
        return False


def plain(name: str) -> bool:
    """Say whether a name is that of a file below a folder, on any system."""
    parts = name.split("/")
    return (
        name.isprintable()
        and not re.search(r'[\\:*?"<>|]', name)
        and not any(part in ("", ".", "..") or part != part.strip() or part.endswith(".") for part in parts)
    )


def sums(digests: Mapping[str, str]) -> bytes:
    """Write digests as `sha256sum` does, which checks them where a backup was unpacked by hand."""
    return "".join(f"{digest}  {name}\n" for name, digest in digests.items()).encode()


def read_sums(data: bytes) -> dict[str, str]:
    """Read digests that anyone may have written.

    Raises:
        BackupError: they are none.
    """
    try:
        lines = [_LINE.fullmatch(line) for line in data.decode().splitlines()]
    except UnicodeDecodeError as error:
        raise BackupError("its digests cannot be read") from error
    found = {line[2]: line[1] for line in lines if line is not None}
    if len(found) < len(lines):
        raise BackupError("its digests cannot be read")
    return found
