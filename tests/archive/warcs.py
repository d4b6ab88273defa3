"""WARC records as other tools write them, for tests: bytes in, bytes out."""

import gzip
from collections.abc import Sequence
from datetime import UTC, datetime

AT = datetime(2024, 11, 25, 1, 30, 15, tzinfo=UTC)


def record(
    kind: str,
    url: str | None,
    block: bytes,
    *,
    at: datetime | str = AT,
    name: str | None = "1",
    version: str = "1.0",
    length: int | str | None = None,
    more: Sequence[str] = (),
    trailer: bytes = b"\r\n\r\n",
) -> bytes:
    """Give one record; `name` is the number in its id, None leaves the id out."""
    date = at if isinstance(at, str) else f"{at:%Y-%m-%dT%H:%M:%SZ}"
    lines = [f"WARC/{version}", f"WARC-Type: {kind}", f"WARC-Date: {date}", *more]
    if url is not None:
        lines.append(f"WARC-Target-URI: {url}")
    if name is not None:
        lines.append(f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{name:0>12}>")
    lines.append(f"Content-Length: {len(block) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + trailer


def http(body: bytes, *headers: str, status: int = 200, kind: str = "text/html; charset=UTF-8") -> bytes:
    lines = [f"HTTP/1.1 {status} OK", f"Content-Type: {kind}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def each_packed(*records: bytes) -> bytes:
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def packed_as_one(*records: bytes) -> bytes:
    return gzip.compress(b"".join(records), mtime=0)


def packed_in_blocks(*records: bytes, size: int = 700) -> bytes:
    """As bgzip does: members end where they happen to."""
    data = b"".join(records)
    return b"".join(gzip.compress(data[at : at + size], mtime=0) for at in range(0, len(data), size))


def plain(*records: bytes) -> bytes:
    return b"".join(records)
