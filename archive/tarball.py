"""Plain files one after another in a tar file: written so that any tar unpacks it, read without trusting it.

What is read has no links, no devices and no extended headers: Python's own reader takes as much memory for one of these
as the file says, and follows it where it leads. What is written needs none: only names and sizes matter.
"""

import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archive.errors import ArchiveError

BLOCK = tarfile.BLOCKSIZE
CHUNK = 1 << 20
_USTAR_MOST = 8**11 - 1
"""Bytes of a file whose size a header of POSIX can tell; GNU's tells larger ones."""


class TarError(ArchiveError):
    """The file is no such tar file, or not whole."""


def header(name: str, size: int, mtime: int) -> bytes:
    """Give the header that stands before a file's bytes.

    Raises:
        TarError: the name is longer than a plain header holds, some 100 to 250 bytes.
    """
    info = tarfile.TarInfo(name)
    info.size, info.mtime = size, mtime
    try:
        made = info.tobuf(tarfile.USTAR_FORMAT if size <= _USTAR_MOST else tarfile.GNU_FORMAT, "utf-8", "strict")
    except ValueError as error:
        raise TarError(f"{name}: {error}") from error
    if len(made) != BLOCK:
        raise TarError(f"{name}: name is too long")
    return made


def add(target: BinaryIO, name: str, size: int, mtime: int, parts: Iterable[bytes]) -> str:
    """Write one file, whose bytes come in parts and are exactly as many as told; give their SHA-256 as hex."""
    told = hashlib.sha256()
    left = size
    target.write(header(name, size, mtime))
    for part in parts:
        target.write(part)
        told.update(part)
        left -= len(part)
    if left:
        raise TarError(f"{name}: {size} bytes were told and {size - left} came")
    target.write(bytes(-size % BLOCK))
    return told.hexdigest()


def end(target: BinaryIO) -> None:
    """Write what a tar file ends with."""
    target.write(bytes(2 * BLOCK))


def parts(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Give so many bytes of a file in parts, fewer where it ends before."""
    while size > 0 and (part := file.read(min(size, CHUNK))):
        yield part
        size -= len(part)


def digest(parts: Iterable[bytes]) -> str:
    """Give the SHA-256 of bytes that come in parts as hex."""
    told = hashlib.sha256()
    for part in parts:
        told.update(part)
    return told.hexdigest()


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a tar file; its bytes can be had once, before the next member is."""

    name: str
    size: int
    parts: Iterator[bytes]


def members(source: BinaryIO) -> Iterator[Member]:
    """Give the files of a tar file in their order.

    Raises:
        TarError: it cannot be read, is not whole, or holds anything but plain files.
    """
    while True:
        block = _exactly(source, BLOCK)
        if not any(block):
            return
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, ValueError) as error:
            raise TarError("a header in it cannot be read") from error
        if not info.isreg() or info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or info.size < 0:
            raise TarError(f"{info.name} in it is no plain file")
        rest = _parts(source, info.size)
        yield Member(info.name, info.size, rest)
        for _ in rest:
            pass
        _exactly(source, -info.size % BLOCK)


def _parts(source: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        part = _exactly(source, min(size, CHUNK))
        size -= len(part)
        yield part


def _exactly(source: BinaryIO, size: int) -> bytes:
    try:
        data = source.read(size)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TarError("it is not whole") from error
    except OSError as error:
        raise TarError(f"it cannot be read: {error.strerror}") from error
    if len(data) < size:
        raise TarError("it is not whole")
    return data
