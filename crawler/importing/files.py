"""What a file is that is to be imported, told by its content, and its records or addresses one after another."""

import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO

from archive.foreign import Readable, Stream, TornError
from archive.output import MisuseError
from crawler.guard import authority

_START = 65_536


class Kind(StrEnum):
    """What can be imported."""

    WARC = "warc"
    WACZ = "wacz"
    ADDRESSES = "addresses"


class UnreadableMemberError(Exception):
    """A WARC file within a WACZ file cannot be read; the text says which and why."""


def kind_of(path: Path) -> Kind:
    """Say what a file is.

    Raises:
        MisuseError: it is none of these, or cannot be read.
    """
    if path.is_dir():
        raise MisuseError(f"{path} is a folder: name the files in it, such as {path / '*.warc.gz'}")
    try:
        with path.open("rb") as file:
            start = file.read(_START)
            file.seek(0)
            if start.startswith(b"PK\x03\x04"):
                return _kind_of_zip(path)
            stream = Stream(file)
            try:
                if stream.begins():
                    return Kind.WARC
            except TornError:
                pass
    except OSError as error:
        raise MisuseError(f"{path} cannot be read: {error.strerror}") from error
    if not stream.zipped and _lists_addresses(start):
        return Kind.ADDRESSES
    what = "is empty" if not start else "is none of what is imported"
    raise MisuseError(
        f"{path} {what}: a WARC file (.warc, .warc.gz), a WACZ file, or a text file with an address (https://…) a line"
    )


def _kind_of_zip(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            if not any(map(_holds_records, archive.infolist())):
                raise MisuseError(f"{path} is a zip file without archive/*.warc.gz, so it is no WACZ file")
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise MisuseError(f"{path} is a damaged zip file: {error}") from error
    return Kind.WACZ


def _holds_records(member: zipfile.ZipInfo) -> bool:
    """Say whether a member of a WACZ file is a WARC file. Members are read where they lie, so a name leads nowhere."""
    name = PurePosixPath(member.filename)
    return name.parts[:1] == ("archive",) and name.name.endswith((".warc", ".warc.gz")) and not member.is_dir()


def _lists_addresses(start: bytes) -> bool:
    whole, _, _ = start.rpartition(b"\n") if len(start) == _START else (start, b"", b"")
    try:
        lines = whole.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return False
    first = next((line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    return authority(first) is not None


class _Member:
    """A member of a zip file, opened when it is first read."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._member = member
        self._file: IO[bytes] | None = None

    def read(self, number: int) -> bytes:
        """Give some bytes, none at the end.

        Raises:
            UnreadableMemberError: it is locked, damaged, or packed in a way that is not known.
        """
        try:
            self._file = self._file or self._archive.open(self._member)
            return self._file.read(number)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
            raise UnreadableMemberError(f"{self._member.filename} cannot be read: {error}") from error


def files_in(path: Path, kind: Kind) -> Iterator[Readable]:
    """Give the WARC files of a file, itself or those in it, each to be read before the next is asked for."""
    if kind is Kind.WARC:
        with path.open("rb") as file:
            yield file
    else:
        with zipfile.ZipFile(path) as archive:
            for member in filter(_holds_records, archive.infolist()):
                yield _Member(archive, member)


def addresses(path: Path) -> Iterator[str]:
    """Give the lines of a list that are neither empty nor a remark; what is no text in them is replaced."""
    with path.open("rb") as file:
        while line := file.readline(_START):
            text = line.decode("utf-8-sig", "replace").strip()
            if text and not text.startswith("#"):
                yield text
