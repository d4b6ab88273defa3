"""WARC files as files: records made, appended, read by place, and a torn tail cut off. Knows no table.

One gzip member a record (WARC 1.1, annex D), so that a record is found by its place alone and a damaged one harms
only itself.
"""

import hashlib
import io
import os
import re
import zlib
from base64 import b32encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.codings import CodingError, plain
from archive.durable import sync
from archive.errors import ArchiveError, ArchiveUnavailableError


class DamagedRecordError(ArchiveError):
    """The bytes at a record's place are not the record that was written there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response as they went over the wire; `started_at` is when the request was sent."""

    url: str
    sent: bytes
    received: bytes
    status: int
    content_type: str | None
    started_at: datetime

    @property
    def header_end(self) -> int:
        """Where the response's body begins in `received`."""
        # Some servers end lines with a bare newline, and the connection takes that.
        blank = re.search(rb"\r?\n\r?\n", self.received)
        return len(self.received) if blank is None else blank.end()

    @property
    def payload_sha256(self) -> str:
        """The digest of the response's body as received."""
        return digest(self.received[self.header_end :])


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record lies: a file and a span of it in bytes."""

    path: Path
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A record as it lies on disk; `sha256` is of the gzip member's bytes, `payload_sha256` of the HTTP body's."""

    record_id: str
    record_type: str
    offset: int
    length: int
    sha256: str
    url: str | None
    status: int | None
    content_type: str | None
    payload_sha256: str | None
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpMessage:
    """An HTTP response read back from a record: the body with transfer and content codings undone."""

    url: str
    status: int
    content_type: str | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    whole: bool
    """Whether its codings say that the body is all there."""
    fetched_at: datetime


def digest(data: bytes) -> str:
    """Give the SHA-256 of some bytes as hex."""
    return hashlib.sha256(data).hexdigest()


def _warc_digest(data: bytes) -> str:
    return "sha256:" + b32encode(hashlib.sha256(data).digest()).decode()


def _member(record: ArcWarcRecord) -> bytes:
    buffer = io.BytesIO()
    WARCWriter(buffer, gzip=True, warc_version="1.1").write_record(record)
    return buffer.getvalue()


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class WarcAppender:
    """One open WARC file that records are appended to; the caller holds the outlet's lock."""

    def __init__(self, path: Path, *, new_id: Callable[[], str]) -> None:
        self.path = path
        self._new_id = new_id
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: what a full disk refused must not be tried again when the file is closed.
            self._file = path.open("ab", buffering=0)
            sync(path.parent)
        except OSError as error:
            raise ArchiveUnavailableError(f"{path}: {error.strerror}") from error
        self.size = self._file.tell()

    def append(self, exchanges: list[Exchange]) -> list[Written]:
        """Append the records of some exchanges and give them once they are on disk, each response before its request.

        Raises:
            ArchiveUnavailableError: they could not be written whole; the file is cut back to where it was.
        """
        made: list[tuple[Written, bytes]] = []
        at = self.size
        for exchange in exchanges:
            for written, member in self._pair(exchange, at):
                made.append((written, member))
                at += len(member)
        self._write(b"".join(member for _, member in made))
        return [written for written, _ in made]

    def copy(self, members: Sequence[bytes]) -> list[Written]:
        """Append records that are whole already, byte for byte; give them once they are on disk.

        Raises:
            DamagedRecordError: one is no WARC record; none is written.
            ArchiveUnavailableError: they could not be written whole; the file is cut back to where it was.
        """
        written, at = [], self.size
        for member in members:
            written.append(describe(at, member))
            at += len(member)
        self._write(b"".join(members))
        return written

    def begin(self, info: dict[str, str], now: datetime) -> Written:
        """Write the record that a file begins with: what made it, for whom."""
        block = "".join(f"{name}: {value}\r\n" for name, value in info.items()).encode()
        headers = {
            "WARC-Date": _stamp(now),
            "WARC-Filename": self.path.name,
            "Content-Type": "application/warc-fields",
        }
        written, member = self._record("warcinfo", None, block, headers, now, at=self.size)
        self._write(member)
        return written

    def _pair(self, exchange: Exchange, at: int) -> Iterator[tuple[Written, bytes]]:
        date = {"WARC-Date": _stamp(exchange.started_at)}
        body = exchange.received[exchange.header_end :]
        response, member = self._record(
            "response",
            exchange.url,
            exchange.received,
            {
                **date,
                "WARC-Payload-Digest": _warc_digest(body),
                "Content-Type": "application/http; msgtype=response",
            },
            exchange.started_at,
            at=at,
            exchange=exchange,
        )
        yield response, member
        yield self._record(
            "request",
            exchange.url,
            exchange.sent,
            {
                **date,
                "WARC-Concurrent-To": response.record_id,
                # Left out, warcio would fill in that of the whole block, which no reader takes for the payload's.
                "WARC-Payload-Digest": _warc_digest(exchange.sent.partition(b"\r\n\r\n")[2]),
                "Content-Type": "application/http; msgtype=request",
            },
            exchange.started_at,
            at=at + len(member),
        )

    def _record(
        self,
        kind: str,
        url: str | None,
        block: bytes,
        headers: dict[str, str],
        now: datetime,
        *,
        at: int,
        exchange: Exchange | None = None,
    ) -> tuple[Written, bytes]:
        record_id = f"<urn:uuid:{self._new_id()}>"
        fields = [("WARC-Type", kind), ("WARC-Record-ID", record_id)]
        if url:
            fields.append(("WARC-Target-URI", url))
        fields += [*headers.items(), ("WARC-Block-Digest", _warc_digest(block)), ("Content-Length", str(len(block)))]
        record = ArcWarcRecord(
            "warc",
            kind,
            StatusAndHeaders("", fields, "WARC/1.1"),
            io.BytesIO(block),
            None,
            headers["Content-Type"],
            len(block),
        )
        member = _member(record)
        return (
            Written(
                record_id=record_id,
                record_type=kind,
                offset=at,
                length=len(member),
                sha256=digest(member),
                url=url,
                status=exchange.status if exchange else None,
                content_type=exchange.content_type if exchange else None,
                payload_sha256=exchange.payload_sha256 if exchange else None,
                fetched_at=now,
            ),
            member,
        )

    def _write(self, data: bytes) -> None:
        try:
            if os.fstat(self._file.fileno()).st_size != self.size:
                raise ArchiveUnavailableError(f"{self.path}: another process has written to it")
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            # Where not even this works, the next repair cuts the file back, and nothing is appended until then.
            with suppress(OSError):
                os.ftruncate(self._file.fileno(), self.size)
            raise ArchiveUnavailableError(f"{self.path}: {error.strerror}") from error
        self.size += len(data)

    def close(self) -> None:
        """Close the file; what was appended is on disk already."""
        self._file.close()


def read_member(place: Place, sha256: str | None = None) -> bytes:
    """Give the bytes of one record as they lie on disk.

    Raises:
        DamagedRecordError: the file is missing or short, or the bytes are not those that were written.
    """
    try:
        with place.path.open("rb") as file:
            file.seek(place.offset)
            data = file.read(place.length)
    except FileNotFoundError as error:
        raise DamagedRecordError("the file is missing") from error
    except OSError as error:
        raise DamagedRecordError(f"the file cannot be read: {error.strerror}") from error
    if len(data) < place.length:
        raise DamagedRecordError("the file ends before the record does")
    if sha256 is not None and digest(data) != sha256:
        raise DamagedRecordError("the bytes differ from those that were written")
    return data


def read_response(place: Place, sha256: str | None = None) -> HttpMessage:
    """Give the HTTP response that a record holds, with its transfer and content codings undone.

    Raises:
        DamagedRecordError: the record is not whole, or holds no HTTP response.
    """
    return response_in(read_member(place, sha256))


def response_in(member: bytes) -> HttpMessage:
    """Give the HTTP response that the bytes of a record hold, with its transfer and content codings undone.

    Raises:
        DamagedRecordError: they hold none, or its body cannot be unpacked.
    """
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(member))))
        http, headers = record.http_headers, record.rec_headers
        if http is None:
            raise DamagedRecordError("the record holds no HTTP message")
        body = plain(
            record.raw_stream.read(),
            transfer=http.get_header("Transfer-Encoding"),
            content=http.get_header("Content-Encoding"),
        )
        return HttpMessage(
            url=headers.get_header("WARC-Target-URI"),
            status=int(http.get_statuscode()),
            content_type=http.get_header("Content-Type"),
            headers=tuple(http.headers),
            body=body.body,
            whole=body.whole,
            fetched_at=_date(headers),
        )
    except DamagedRecordError:
        raise
    except CodingError as error:
        raise DamagedRecordError(str(error)) from error
    except Exception as error:
        raise DamagedRecordError(f"the record cannot be parsed: {error}") from error


def _date(headers: StatusAndHeaders) -> datetime:
    """Give when a record was captured, in UTC also where others left the zone out."""
    at = datetime.fromisoformat(headers.get_header("WARC-Date"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def file_digest(path: Path) -> str:
    """Give the SHA-256 of a file as hex; a busy day's file is larger than the memory a crawl may have."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def whole_members(path: Path, start: int) -> Iterator[tuple[int, bytes]]:
    """Give offset and bytes of each whole gzip member from `start` on; stop at the first that is torn."""
    with path.open("rb") as file:
        file.seek(start)
        data = file.read()
    at = 0
    while at < len(data):
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            inflate.decompress(data[at:])
        except zlib.error:
            return
        if not inflate.eof:
            return
        length = len(data) - at - len(inflate.unused_data)
        yield start + at, data[at : at + length]
        at += length


def describe(offset: int, member: bytes) -> Written:
    """Give what `append` gave for a record, read back from its bytes.

    Raises:
        DamagedRecordError: the bytes are no WARC record.
    """
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(member))))
        raw, headers, http = record.raw_stream.read(), record.rec_headers, record.http_headers
        response = record.rec_type == "response" and http is not None
        return Written(
            record_id=headers.get_header("WARC-Record-ID"),
            record_type=record.rec_type,
            offset=offset,
            length=len(member),
            sha256=digest(member),
            url=headers.get_header("WARC-Target-URI"),
            status=int(http.get_statuscode()) if response else None,
            content_type=http.get_header("Content-Type") if response else None,
            payload_sha256=digest(raw) if response else None,
            fetched_at=_date(headers),
        )
    except Exception as error:
        raise DamagedRecordError(f"the record cannot be parsed: {error}") from error


def cut_tail(path: Path, size: int, aside: Path) -> int:
    """Cut a file back to `size` bytes, keeping what is cut in the file `aside`; give how many bytes were cut."""
    torn = path.stat().st_size - size
    if torn <= 0:
        return 0
    with path.open("rb+") as file:
        file.seek(size)
        aside.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(file.read())
        file.truncate(size)
        os.fsync(file.fileno())
    return torn
