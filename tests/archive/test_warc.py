import errno
import gzip
import io
import os
import random
import shutil
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import fastwarc
import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.errors import ArchiveUnavailableError
from archive.warc import (
    DamagedRecordError,
    Exchange,
    Place,
    WarcAppender,
    Written,
    cut_tail,
    describe,
    digest,
    read_member,
    read_response,
    whole_members,
)

NOW = datetime(2024, 11, 25, 1, 30, 15, 250_000, UTC)
PAGE = "<html><body><p>Debat publik di Tenggarong – “siap”.</p></body></html>".encode()
Maker = Callable[..., Exchange]


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"00000000-0000-4000-8000-{next(numbers):012d}"


def warc(path: Path, *exchanges: Exchange) -> tuple[WarcAppender, list[Written]]:
    with closing(WarcAppender(path, new_id=ids())) as appender:
        written = [appender.begin({"software": "pilkada test", "isPartOf": "kabar"}, NOW)]
        return appender, written + appender.append(list(exchanges))


def place(path: Path, written: Written) -> Place:
    return Place(path=path, offset=written.offset, length=written.length)


@pytest.fixture
def pages(exchange: Maker) -> list[Exchange]:
    source = random.Random(7)
    return [exchange(f"http://kabar.test/{number}", source.randbytes(source.randint(0, 4000))) for number in range(12)]


def test_a_record_is_the_exchange_and_its_headers_byte_for_byte(tmp_path: Path, exchange: Maker) -> None:
    one = exchange("http://kabar.test/berita", PAGE)
    file = tmp_path / "a.warc.gz"
    _, (_, response, request) = warc(file, one)

    def block(*headers: str) -> bytes:
        return "".join(f"{line}\r\n" for line in ("WARC/1.1", *headers)).encode() + b"\r\n"

    assert gzip.decompress(read_member(place(file, response))) == (
        block(
            "WARC-Type: response",
            "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000002>",
            "WARC-Target-URI: http://kabar.test/berita",
            "WARC-Date: 2024-11-25T01:30:15.250000Z",
            f"WARC-Payload-Digest: {base32(PAGE)}",
            "Content-Type: application/http; msgtype=response",
            f"WARC-Block-Digest: {base32(one.received)}",
            f"Content-Length: {len(one.received)}",
        )
        + one.received
        + b"\r\n\r\n"
    )
    assert gzip.decompress(read_member(place(file, request))) == (
        block(
            "WARC-Type: request",
            "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000003>",
            "WARC-Target-URI: http://kabar.test/berita",
            "WARC-Date: 2024-11-25T01:30:15.250000Z",
            "WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000002>",
            f"WARC-Payload-Digest: {base32(b'')}",
            "Content-Type: application/http; msgtype=request",
            f"WARC-Block-Digest: {base32(one.sent)}",
            f"Content-Length: {len(one.sent)}",
        )
        + one.sent
        + b"\r\n\r\n"
    )


def base32(data: bytes) -> str:
    from base64 import b32encode
    from hashlib import sha256

    return "sha256:" + b32encode(sha256(data).digest()).decode()


def test_the_same_exchanges_ids_and_clock_give_the_same_file(tmp_path: Path, pages: list[Exchange]) -> None:
    warc(tmp_path / "one" / "a.warc.gz", *pages)
    warc(tmp_path / "two" / "a.warc.gz", *pages)
    assert (tmp_path / "one" / "a.warc.gz").read_bytes() == (tmp_path / "two" / "a.warc.gz").read_bytes()


def test_records_lie_one_behind_the_other_where_they_say(tmp_path: Path, pages: list[Exchange]) -> None:
    file = tmp_path / "a.warc.gz"
    appender, written = warc(file, *pages)
    end = 0
    for one in written:
        assert one.offset == end
        assert digest(read_member(place(file, one), one.sha256)) == one.sha256
        end += one.length
    assert end == file.stat().st_size == appender.size


def test_a_file_opened_again_goes_on_behind_its_last_record(tmp_path: Path, pages: list[Exchange]) -> None:
    file = tmp_path / "a.warc.gz"
    first, _ = warc(file, *pages[:3])
    with closing(WarcAppender(file, new_id=ids())) as second:
        response, _ = second.append(pages[3:4])
    assert response.offset == first.size
    assert read_response(place(file, response)).body == pages[3].received[pages[3].header_end :]


def test_warcio_reads_every_record_with_its_digests(tmp_path: Path, pages: list[Exchange]) -> None:
    file = tmp_path / "a.warc.gz"
    _, written = warc(file, *pages)
    bodies = {}
    with file.open("rb") as stream:
        iterator = ArchiveIterator(stream, check_digests="raise")
        for record in iterator:
            body = record.raw_stream.read()
            assert record.digest_checker.passed
            assert iterator.get_record_offset() == written[len(bodies)].offset
            bodies[record.rec_headers.get_header("WARC-Record-ID")] = body
    assert list(bodies) == [one.record_id for one in written]
    assert list(bodies.values())[1:] == [part for one in pages for part in (one.received[one.header_end :], b"")]


def test_fastwarc_reads_every_record_with_its_digests(tmp_path: Path, pages: list[Exchange]) -> None:
    file = tmp_path / "a.warc.gz"
    _, written = warc(file, *pages)
    read = []
    for record in fastwarc.ArchiveIterator(str(file), parse_http=False):
        assert record.verify_block_digest()
        read.append((record.record_id, record.stream_pos, record.reader.read()))
    assert [(one.record_id, one.offset) for one in written] == [(f"<{name.strip('<>')}>", at) for name, at, _ in read]
    assert [block for *_, block in read][1:] == [part for one in pages for part in (one.received, one.sent)]
    payloads = [
        record.verify_payload_digest()
        for record in fastwarc.ArchiveIterator(str(file), record_types=fastwarc.WarcRecordType.response)
    ]
    assert payloads == [True] * len(pages)


@pytest.mark.skipif(shutil.which("gzip") is None, reason="there is no gzip here")
def test_gzip_finds_the_file_whole(tmp_path: Path, pages: list[Exchange]) -> None:
    warc(tmp_path / "a.warc.gz", *pages)
    subprocess.run(["gzip", "-t", tmp_path / "a.warc.gz"], check=True)


def chunked(body: bytes) -> bytes:
    parts = [body[start : start + 20] for start in range(0, len(body), 20)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param(b"", PAGE, id="plain"),
        pytest.param(b"Content-Encoding: gzip\r\n", gzip.compress(PAGE, mtime=0), id="gzip"),
        pytest.param(b"Content-Encoding: deflate\r\n", zlib.compress(PAGE), id="deflate"),
        pytest.param(b"Transfer-Encoding: chunked\r\n", chunked(PAGE), id="chunked"),
        pytest.param(
            b"transfer-encoding: chunked\r\nCONTENT-ENCODING: gzip\r\n",
            chunked(gzip.compress(PAGE, mtime=0)),
            id="chunked and gzip",
        ),
    ],
)
def test_a_response_is_kept_as_received_and_read_decoded(tmp_path: Path, headers: bytes, body: bytes) -> None:
    received = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + headers + b"\r\n" + body
    one = Exchange(
        url="http://kabar.test/", sent=b"GET / HTTP/1.1\r\n\r\n", received=received, status=200,
        content_type="text/html", started_at=NOW,
    )  # fmt: skip
    file = tmp_path / "a.warc.gz"
    _, (_, response, _) = warc(file, one)
    assert received in gzip.decompress(read_member(place(file, response)))
    message = read_response(place(file, response), response.sha256)
    assert (message.url, message.status, message.content_type) == ("http://kabar.test/", 200, "text/html")
    assert message.body == PAGE
    assert message.fetched_at == NOW
    assert response.payload_sha256 == digest(body)


def test_what_a_record_says_of_itself_is_what_was_written(tmp_path: Path, pages: list[Exchange]) -> None:
    file = tmp_path / "a.warc.gz"
    _, written = warc(file, *pages)
    assert [describe(at, member) for at, member in whole_members(file, 0)] == written


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        pytest.param(lambda file: file.unlink(), "missing", id="file gone"),
        pytest.param(lambda file: os.truncate(file, file.stat().st_size - 1), "ends before", id="cut"),
        pytest.param(lambda file: file.write_bytes(bytes(file.stat().st_size)), "differ", id="zeros"),
    ],
)
def test_damage_is_named(tmp_path: Path, pages: list[Exchange], harm: Callable[[Path], None], why: str) -> None:
    file = tmp_path / "a.warc.gz"
    _, written = warc(file, *pages[:1])
    harm(file)
    with pytest.raises(DamagedRecordError, match=why):
        read_response(place(file, written[-1]), written[-1].sha256)


def test_a_record_without_a_response_is_no_response(tmp_path: Path, pages: list[Exchange]) -> None:
    file = tmp_path / "a.warc.gz"
    _, (info, *_) = warc(file, *pages[:1])
    with pytest.raises(DamagedRecordError, match="no HTTP message"):
        read_response(place(file, info))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "warc").write_text("a file")
    with pytest.raises(ArchiveUnavailableError, match=r"a\.warc\.gz: (Not a directory|File exists)"):
        WarcAppender(tmp_path / "warc" / "a.warc.gz", new_id=ids())


def test_a_file_that_another_process_wrote_to_is_not_appended_to(tmp_path: Path, pages: list[Exchange]) -> None:
    file = tmp_path / "a.warc.gz"
    with closing(WarcAppender(file, new_id=ids())) as appender:
        appender.append(pages[:1])
        with file.open("ab") as other:
            other.write(b"foreign")
        held = file.read_bytes()
        with pytest.raises(ArchiveUnavailableError, match="another process"):
            appender.append(pages[1:2])
    assert file.read_bytes() == held


FULL = textwrap.dedent(
    """
    import resource, signal, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from archive.errors import ArchiveUnavailableError
    from archive.warc import Exchange, WarcAppender

    path, limit, size = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    numbers = iter(range(10_000))
    appender = WarcAppender(path, new_id=lambda: f"{next(numbers):08d}")
    import random
    source = random.Random(1)

    def one():
        body = source.randbytes(size)
        return Exchange(url="http://kabar.test/", sent=b"GET / HTTP/1.1\\r\\n\\r\\n", status=200, content_type=None,
            received=b"HTTP/1.1 200 OK\\r\\n\\r\\n" + body, started_at=datetime(2024, 11, 25, tzinfo=UTC))

    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    kept = 0
    try:
        while kept < 1000:
            kept += len(appender.append([one(), one()]))
    except ArchiveUnavailableError as error:
        print(error, file=sys.stderr)
    assert path.stat().st_size == appender.size, (path.stat().st_size, appender.size)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        small = [one()]
        kept += len(appender.append(small))
    appender.close()
    assert path.stat().st_size == appender.size, (path.stat().st_size, appender.size)
    print(kept)
    """
)


def run_until_full(file: Path, limit: int, size: int) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", FULL, file, str(limit), str(size)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
@pytest.mark.parametrize("size", [200, 3000, 60_000], ids=["within a buffer", "near a buffer", "beyond a buffer"])
@pytest.mark.parametrize("limit", [4096, 9999, 300_000])
def test_a_write_that_fails_leaves_the_file_as_before(tmp_path: Path, limit: int, size: int) -> None:
    file = tmp_path / "a.warc.gz"
    kept, said = run_until_full(file, limit, size)
    assert f"{file}: File too large" in said
    assert len(list(whole_members(file, 0))) == kept
    assert sum(len(member) for _, member in whole_members(file, 0)) == file.stat().st_size


def test_a_record_that_the_disk_fails_to_sync_is_not_acknowledged(
    tmp_path: Path, pages: list[Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    file = tmp_path / "a.warc.gz"
    with closing(WarcAppender(file, new_id=ids())) as appender:
        appender.append(pages[:1])
        before = file.read_bytes()
        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", fail)
            with pytest.raises(ArchiveUnavailableError, match="Input/output error"):
                appender.append(pages[1:2])
        assert file.read_bytes() == before
        appender.append(pages[1:2])
    assert len(list(whole_members(file, 0))) == 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(shutil.which("mount") is None, reason="there is no mount here")
def test_a_full_disk_leaves_the_file_as_before(small_disk: Path) -> None:
    file = small_disk / "kabar" / "a.warc.gz"
    kept, said = run_until_full(file, 0, 20_000)
    assert f"{file}: No space left on device" in said
    assert len(list(whole_members(file, 0))) == kept > 0


def tear(data: bytes, source: random.Random, ends: list[int]) -> tuple[bytes, int]:
    """Give a file as a crash may leave it, and how many whole records it begins with."""
    at = source.choice([source.randrange(len(data) + 1), source.choice(ends) + source.choice([-1, 0, 1, 7])])
    at = min(at, len(data))
    # A power cut may leave the file longer than what reached the disk: the rest is zeros, or what lay there before.
    behind = source.choice([b"", b"", bytes(source.randint(1, 5000)), b"\x1f\x8b\x08\0" + source.randbytes(300)])
    torn = data[:at] + behind
    # Records end in zeros, so that a few of those may make a torn one whole.
    intact = next((at for at, (one, other) in enumerate(zip(torn, data, strict=False)) if one != other), len(torn))
    return torn, sum(end <= intact for end in ends)


@pytest.mark.parametrize("tears", [30, pytest.param(300, marks=pytest.mark.soak)])
def test_after_repair_of_a_tear_the_whole_records_are_readable_and_nothing_else(
    tmp_path: Path, pages: list[Exchange], tears: int
) -> None:
    intact = tmp_path / "a.warc.gz"
    _, written = warc(intact, *pages)
    data = intact.read_bytes()
    ends = [one.offset + one.length for one in written]
    source = random.Random(34)
    for number in range(tears):
        torn, whole = tear(data, source, ends)
        file, aside = tmp_path / "b.warc.gz", tmp_path / "torn" / str(number)
        file.write_bytes(torn)
        size = ends[whole - 1] if whole else 0
        found = list(whole_members(file, 0))
        assert [at for at, _ in found] == [one.offset for one in written[:whole]]
        assert cut_tail(file, size, aside) == len(torn) - size
        assert file.read_bytes() == data[:size]
        assert (aside.read_bytes() if aside.exists() else b"") == torn[size:]
        read = [record.record_id for record in fastwarc.ArchiveIterator(io.BytesIO(file.read_bytes()))]
        assert [f"<{name.strip('<>')}>" for name in read] == [one.record_id for one in written[:whole]]


def test_a_whole_file_is_not_cut(tmp_path: Path, pages: list[Exchange]) -> None:
    file = tmp_path / "a.warc.gz"
    appender, _ = warc(file, *pages)
    assert cut_tail(file, appender.size, tmp_path / "aside") == 0
    assert not (tmp_path / "aside").exists()
