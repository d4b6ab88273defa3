"""A response's body without its transfer and content codings, and whether the codings say that it is whole.

Bounded, since a megabyte of gzip may be a gigabyte of text: warcio unpacks a chunk at a time, however large it says it is.
"""

import re
import zlib
from dataclasses import dataclass

LARGEST = 64_000_000
"""The most bytes that a body may have once unpacked: a crawl takes 55 MiB of a listing, 10 of a page."""
KNOWN = ("gzip", "deflate")
_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]{0,500})?\r?\n")


class CodingError(Exception):
    """A body cannot be unpacked: its coding is unknown, or it is larger than allowed; the text says which."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A body as the site meant it; `whole` is false where it ends before its coding does."""

    body: bytes
    whole: bool


def plain(body: bytes, *, transfer: str | None, content: str | None, largest: int = LARGEST) -> Plain:
    """Undo what the headers Transfer-Encoding and Content-Encoding say was done to a body.

    What says that it is coded and is not stays as it is: many tools store bodies unpacked under the headers that came.

    Raises:
        CodingError: the coding is unknown, or the body would be larger than `largest` bytes.
    """
    codings = [name.strip().removeprefix("x-") for name in (content or "").lower().split(",")]
    codings = [name for name in codings if name not in ("", "identity")]
    if strange := next((name for name in codings if name not in KNOWN), None):
        raise CodingError(f"its coding cannot be undone: {strange}")
    whole = True
    if (transfer or "").strip().lower() == "chunked":
        body, whole = _joined(body)
    for name in reversed(codings):
        body, complete = _inflated(body, name, largest)
        whole = whole and complete
    return Plain(body, whole)


def _joined(data: bytes) -> tuple[bytes, bool]:
    """Give the chunks of a body in one, and whether the last one is there."""
    chunks: list[bytes] = []
    at = 0
    while size := _SIZE.match(data, at):
        length = int(size[1], 16)
        at = size.end()
        if length == 0:
            return b"".join(chunks), True
        chunks.append(data[at : at + length])
        at += length
        if len(chunks[-1]) < length:
            break
        at += 2 if data[at : at + 2] == b"\r\n" else 1 if data[at : at + 1] == b"\n" else 0
    return (b"".join(chunks), False) if chunks else (data, True)


def _inflated(data: bytes, coding: str, largest: int) -> tuple[bytes, bool]:
    """Give what a coding packed, all members of it, and whether its end is there."""
    parts: list[bytes] = []
    size = 0
    bits = 31 if coding == "gzip" else 15
    while data:
        inflate = zlib.decompressobj(bits)
        try:
            part = inflate.decompress(data, largest + 1 - size)
        except zlib.error:
            if bits == 15:
                bits = -15  # deflate without zlib's frame, as some servers have it
                continue
            if data.startswith(b"\x1f\x8b") and not parts:
                raise CodingError("its gzip coding is broken") from None
            return (b"".join(parts), True) if parts else (data, True)
        parts.append(part)
        size += len(part)
        if size > largest:
            raise CodingError(f"it is larger than {largest // 1_000_000} MB once unpacked")
        if not inflate.eof:
            return b"".join(parts), False
        data = inflate.unused_data if coding == "gzip" else b""
    return b"".join(parts), True
