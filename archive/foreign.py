"""WARC files as anyone may have written them: one record after another, in constant memory, whatever the file holds.

warcio is made for sound files: it takes a file cut short for a whole one, a record that runs over the next ones for
one record, and a header line of a gigabyte. Here a record is given whole or with its trouble, and the next one is looked
for at the next gzip member, or at the next line that begins one.
"""

import gzip
import hashlib
import re
import zlib
from base64 import b32encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

PIECE = 65_536
"""Bytes that are unpacked at once."""
LONGEST_LINE = 65_536
LONGEST_HEADER = 262_144
FREE = 16 << 30
"""Bytes that a file may give before its ratio is looked at: a record of 2 GB, and a few more, are no attack."""
RATIO = 200
"""How many times its size a larger file may unpack to; HTML gives 5 to 20."""
_MAGIC = b"\x1f\x8b"
_MEMBER = b"\x1f\x8b\x08"
_WORD = b"WARC/"
_NAMES = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*)")


class Trouble(StrEnum):
    """Why a record cannot be taken."""

    TOO_LARGE = "too_large"
    """Larger than a page or an answer may be."""
    TRUNCATED = "truncated"
    """The file, or what the site sent, ends before the record does."""
    DAMAGED = "damaged"
    """The bytes of a gzip member are not those that were packed."""
    MALFORMED = "malformed"
    """No header where one should be, or a length that is none or not the block's."""
    BOMB = "bomb"
    """The file unpacks beyond measure; nothing after this is read."""


class TornError(Exception):
    """The file cannot be read on from here; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Header:
    """A record's header: its fields in order, and its bytes with the empty line that ends it."""

    fields: tuple[tuple[str, str], ...]
    raw: bytes

    def get(self, name: str) -> str | None:
        """Give the first field of a name, whatever its case."""
        return next((value for key, value in self.fields if key.lower() == name.lower()), None)

    @property
    def kind(self) -> str:
        """The record's type in lower case; empty where it has none."""
        return (self.get("WARC-Type") or "").strip().lower()

    @property
    def url(self) -> str:
        """The address that the record is about; Wget puts it into angle brackets."""
        said = (self.get("WARC-Target-URI") or "").strip()
        return said[1:-1] if said.startswith("<") and said.endswith(">") else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record of a file: its header and its block, or why there is none.

    `block` is None where nobody wanted it or there is a trouble; `header` where there is a trouble before its end.
    """

    header: Header | None
    block: bytes | None = None
    trouble: Trouble | None = None


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, number: int, /) -> bytes:
        """Give some bytes, at most so many; none at the end."""


class Stream:
    """The bytes of a file with gzip undone, a piece at a time, and where its gzip members begin."""

    def __init__(self, file: Readable, *, free: int = FREE) -> None:
        self._file = file
        self._free = free
        self._piece = b""
        self._at = 0
        self._inflate: zlib._Decompress | None = None
        self._given = 0
        self._packed = file.read(PIECE)
        self._taken = len(self._packed)
        self.zipped = self._packed.startswith(_MAGIC)
        self.members = 0
        self.fresh = True
        """Whether the next byte is the first of a gzip member, or of the file."""

    @property
    def inside(self) -> bool:
        """Whether a gzip member has begun and not ended, so that its checksum was not looked at."""
        return self._inflate is not None

    def more(self) -> bool:
        """Have something to take, and say whether there is.

        Raises:
            TornError: the file cannot be unpacked from here.
        """
        while self._at >= len(self._piece):
            if not self._further():
                return False
        return True

    def _further(self) -> bool:
        """Put the next piece, which may be empty, behind what is left of this one; False at the end of the file."""
        if not self._packed and not self._fetch():
            if self._inflate is not None:
                raise TornError(Trouble.TRUNCATED)
            return False
        piece = self._next_piece()
        self._piece, self._at = self._piece[self._at :] + piece, 0
        self._given += len(piece)
        if self._given > self._free and self._given > RATIO * self._taken:
            raise TornError(Trouble.BOMB)
        return True

    def _fetch(self) -> bool:
        data = self._file.read(PIECE)
        self._packed += data
        self._taken += len(data)
        return bool(data)

    def _next_piece(self) -> bytes:
        if not self.zipped:
            piece, self._packed = self._packed, b""
            return piece
        if self._inflate is None:
            self._packed = self._packed.lstrip(b"\0")  # some writers fill a file up with zeros
            if not self._packed or (len(self._packed) < len(_MAGIC) and self._fetch()):
                return b""
            if not self._packed.startswith(_MAGIC):
                raise TornError(Trouble.DAMAGED)
            self._inflate, self.fresh = zlib.decompressobj(31), True
            self.members += 1
        try:
            piece = self._inflate.decompress(self._packed, PIECE)
        except zlib.error as error:
            raise TornError(Trouble.DAMAGED) from error
        if self._inflate.eof:
            self._packed, self._inflate = self._inflate.unused_data, None
        else:
            self._packed = self._inflate.unconsumed_tail
        return piece

    def take(self, number: int) -> bytes:
        """Give some bytes, at most so many; none at the end."""
        if not self.more():
            return b""
        part = self._piece[self._at : self._at + number]
        self._at += len(part)
        self.fresh = False
        return part

    def line(self) -> bytes:
        """Give a line with its end; one that is too long comes in pieces."""
        parts: list[bytes] = []
        size = 0
        while size < LONGEST_LINE and self.more():
            end = self._piece.find(b"\n", self._at)
            stop = len(self._piece) if end < 0 else end + 1
            parts.append(self.take(min(stop - self._at, LONGEST_LINE - size)))
            size += len(parts[-1])
            if parts[-1].endswith(b"\n"):
                break
        return b"".join(parts)

    def begins(self) -> bool:
        """Say whether a record begins here; the end of the file may cut its first word."""
        if not self.more():
            return False
        fresh = self.fresh
        while len(left := self._piece[self._at : self._at + len(_WORD)]) < len(_WORD) and _WORD.startswith(left):
            if not self._further():
                break
        self.fresh = fresh
        return _WORD.startswith(left)

    def skip_blank(self) -> None:
        """Pass over what ends a record, and over any further empty lines."""
        while self.more() and self._piece[self._at] in b"\r\n":
            self.take(1)

    def resync(self) -> bool:
        """Go on at the next gzip member after a damaged one; False where there is none."""
        self._inflate, self._piece, self._at = None, b"", 0
        if not self.zipped:
            return False
        self._packed = self._packed[1:]
        while (at := self._packed.find(_MEMBER)) < 0:
            self._packed = self._packed[-2:]
            if not self._fetch():
                self._packed = b""
                return False
        self._packed = self._packed[at:]
        return True


def records(stream: Stream, *, wanted: Callable[[Header], bool], largest: int) -> Iterator[Found]:
    """Give every record of a file in order, with the block of those that are wanted and no larger than `largest` bytes."""
    junk = False
    while True:
        try:
            if not _to_next(stream, junk):
                return
            found = _record(stream, wanted, largest)
        except TornError as torn:
            yield Found(header=None, trouble=torn.trouble)
            if torn.trouble is not Trouble.DAMAGED or not stream.resync():
                return
            junk = True  # what follows may be the rest of a record
            continue
        # Its rest is passed over in silence: one trouble, one record.
        junk = found.trouble in (Trouble.MALFORMED, Trouble.TRUNCATED)
        yield found


def _to_next(stream: Stream, junk: bool) -> bool:  # noqa: FBT001
    """Go to where the next record begins, over lines that are none if need be; False at the end."""
    stream.skip_blank()
    if not junk:
        return stream.more()
    ended = True
    while stream.more():
        if ended and stream.begins():
            return True
        ended = stream.line().endswith(b"\n")
    return False


def _record(stream: Stream, wanted: Callable[[Header], bool], largest: int) -> Found:
    fresh = stream.zipped and stream.fresh
    header = _header(stream)
    said = (header.get("Content-Length") or "").strip() if header is not None else ""
    if header is None or not re.fullmatch(r"\d{1,18}", said, re.ASCII):
        return Found(header=header, trouble=Trouble.MALFORMED)
    length = left = int(said)
    keep = length <= largest and wanted(header)
    parts: list[bytes] = []
    while left:
        if stream.more() and stream.fresh and stream.begins():
            return Found(header=header, trouble=Trouble.MALFORMED)  # its length is that of a longer one
        part = stream.take(min(left, PIECE))
        if not part:
            return Found(header=header, trouble=Trouble.TRUNCATED)
        left -= len(part)
        if keep:
            parts.append(part)
    member = stream.members
    try:
        stream.skip_blank()  # only here the checksum of its gzip member is looked at
        if stream.more() and not stream.fresh and not stream.begins():
            return Found(header=header, trouble=Trouble.MALFORMED)  # its length is that of a shorter one
    except TornError:
        if fresh and stream.members == member and stream.inside:
            raise
    if keep:
        return Found(header=header, block=b"".join(parts))
    return Found(header=header, trouble=Trouble.TOO_LARGE if length > largest and wanted(header) else None)


def _header(stream: Stream) -> Header | None:
    first = stream.line()
    if not re.fullmatch(rb"WARC/\d+\.\d+[ \t]*\r?\n", first):
        return None
    raw, fields = [first], list[tuple[str, str]]()
    size = len(first)
    while (line := stream.line()) not in (b"\r\n", b"\n"):
        size += len(line)
        if not line.endswith(b"\n") or size > LONGEST_HEADER:
            return None
        raw.append(line)
        if line[:1] in b" \t" and fields:
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {_text(line)}")
        elif field := _NAMES.match(line):
            fields.append((field[1].decode("ascii"), _text(field[2])))
    return Header(tuple(fields), b"".join([*raw, line]))


def _text(value: bytes) -> str:
    return value.strip().decode("utf-8", "replace")


def member(header: Header, block: bytes) -> tuple[str, bytes]:
    """Give a record's id and its bytes as one gzip member: header and block as they were, and the same each time.

    A record without an id is given one, made of its bytes, in a header line of its own.
    """
    record_id, raw = (header.get("WARC-Record-ID") or "").strip(), header.raw
    if not record_id:
        name = UUID(bytes=hashlib.sha256(raw + block).digest()[:16], version=5)
        record_id = f"<urn:uuid:{name}>"
        first, end, rest = raw.partition(b"\n")
        raw = first + end + f"WARC-Record-ID: {record_id}\r\n".encode() + rest
    return record_id, gzip.compress(raw + block + b"\r\n\r\n", mtime=0)


def sound(header: Header, block: bytes) -> bool:
    """Say whether a block is the one that its digest was made of; True where it has none that can be checked."""
    name, _, said = (header.get("WARC-Block-Digest") or "").strip().partition(":")
    if name.lower() not in ("sha1", "sha256", "md5") or not said:
        return True
    found = hashlib.new(name.lower(), block, usedforsecurity=False)
    return said.lower() == found.hexdigest() or said.upper() == b32encode(found.digest()).decode()
