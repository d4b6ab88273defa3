import gzip
import hashlib
import io
import random
import tracemalloc
import zlib
from base64 import b32encode
from collections.abc import Callable

import pytest

from archive import foreign
from archive.codings import CodingError, plain
from archive.foreign import Found, Stream, Trouble, records
from archive.warc import describe, response_in
from tests.archive import warcs
from tests.archive.warcs import each_packed, http, packed_as_one, packed_in_blocks, record

URL = "https://kabar.test/berita"
PAGE = b"<html><body><p>KPU Kutai Kartanegara menutup rekapitulasi pada Rabu malam.</p></body></html>" * 9
Packing = Callable[..., bytes]
PACKINGS = pytest.mark.parametrize(
    "packing", [warcs.plain, each_packed, packed_as_one, packed_in_blocks], ids=["plain", "each", "one", "blocks"]
)
BLOCKS = [http(PAGE + str(number).encode()) for number in range(5)]
FIVE = [record("response", URL, block, name=str(number)) for number, block in enumerate(BLOCKS)]


def read(data: bytes, *, largest: int = 1_000_000, free: int = 1 << 30) -> list[Found]:
    return list(records(Stream(io.BytesIO(data), free=free), wanted=lambda _: True, largest=largest))


def blocks(found: list[Found]) -> list[bytes]:
    return [one.block for one in found if one.block is not None]


def troubles(found: list[Found]) -> list[Trouble]:
    return [one.trouble for one in found if one.trouble is not None]


@PACKINGS
def test_records_are_read_whatever_way_they_are_packed(packing: Packing) -> None:
    found = read(packing(*FIVE))
    assert (blocks(found), troubles(found)) == (BLOCKS, [])
    assert [one.header.kind for one in found if one.header] == ["response"] * 5


@pytest.mark.parametrize("packing", [warcs.plain, packed_as_one], ids=["plain", "one"])
def test_a_record_may_begin_anywhere_in_a_piece(packing: Packing) -> None:
    """The word that it begins with is cut by the end of what is read at once."""
    for ends in range(foreign.PIECE - 5, foreign.PIECE + 6):
        first = record("response", URL, b"x" * (ends - len(record("response", URL, b"", length=65_000))))
        assert len(first) == ends
        assert troubles(read(packing(first, *FIVE))) == []


@pytest.mark.parametrize("version", ["0.18", "1.0", "1.1"])
def test_all_versions_are_read(version: str) -> None:
    assert blocks(read(record("response", URL, BLOCKS[0], version=version))) == [BLOCKS[0]]


def test_an_address_in_angle_brackets_is_an_address() -> None:
    (found,) = read(record("response", f"<{URL}>", BLOCKS[0]))
    assert found.header is not None
    assert found.header.url == URL


@PACKINGS
def test_a_file_that_is_cut_short_gives_what_is_whole_and_says_so(packing: Packing) -> None:
    data = packing(*FIVE)
    source = random.Random(4)
    for at in [len(data) - 9, *(source.randrange(20, len(data) - 9) for _ in range(60))]:
        found = read(data[:at])
        assert blocks(found) == BLOCKS[: len(blocks(found))]
        if packing is not each_packed:
            continue
        ends = [len(each_packed(*FIVE[:number])) for number in range(6)]
        assert len(blocks(found)) == sum(end <= at for end in ends) - 1
        assert troubles(found) == ([] if at in ends else [Trouble.TRUNCATED])


def test_a_flipped_bit_costs_its_own_record_only() -> None:
    data = each_packed(*FIVE)
    starts = [len(each_packed(*FIVE[:number])) for number in range(6)]
    source = random.Random(5)
    for _ in range(200):
        at = source.randrange(starts[1] + 10, starts[4])
        hit = sum(start <= at for start in starts) - 1
        damaged = bytearray(data)
        damaged[at] ^= 1 << source.randrange(8)
        found = read(bytes(damaged))
        assert set(BLOCKS) - set(blocks(found)) <= {BLOCKS[hit]}
        assert blocks(found) in (BLOCKS, [*BLOCKS[:hit], *BLOCKS[hit + 1 :]])
        assert (len(blocks(found)) == 5) or troubles(found), "a loss is told"


@PACKINGS
@pytest.mark.parametrize("said", [-1, -40, 9, 40], ids=str)
def test_a_length_that_lies_costs_its_own_record_and_at_most_the_next(packing: Packing, said: int) -> None:
    liar = record("response", URL, BLOCKS[1], name="9", length=len(BLOCKS[1]) + said)
    found = read(packing(FIVE[0], liar, *FIVE[2:]))
    assert BLOCKS[1] not in blocks(found)
    kept = blocks(found)
    assert kept[0] == BLOCKS[0]
    assert kept[-2:] == BLOCKS[3:]
    assert Trouble.MALFORMED in troubles(found) or Trouble.DAMAGED in troubles(found)
    if packing is each_packed:
        assert kept == [BLOCKS[0], *BLOCKS[2:]]


@pytest.mark.parametrize("length", ["", "-1", "1e3", "9" * 30, "12 12", "0x10"])
def test_a_length_that_is_none_costs_its_record(length: str) -> None:
    found = read(record("response", URL, BLOCKS[1], name="9", length=length) + FIVE[2])
    assert (blocks(found), troubles(found)) == ([BLOCKS[2]], [Trouble.MALFORMED])


@pytest.mark.parametrize("length", [10**15, 10**17])
def test_a_length_beyond_the_file_is_told(length: int) -> None:
    assert troubles(read(record("response", URL, BLOCKS[1], length=length))) == [Trouble.TRUNCATED]
    found = read(each_packed(record("response", URL, BLOCKS[1], length=length), FIVE[2]))
    assert (blocks(found), troubles(found)) == ([BLOCKS[2]], [Trouble.MALFORMED])


@pytest.mark.parametrize(
    "junk",
    [
        b"\n\n\r\n",
        b"\0" * 600,
        b"GET / HTTP/1.1\r\n\r\n",
        b"WARC/1.0\r\nnothing",
        b"WARC/9\r\n\r\n",
        b"x" * 200_000,
        b"WARC/1.0\r\n" + b"X-Filler: " + b"y" * 400_000 + b"\r\n\r\n",
    ],
    ids=["blank", "zeros", "text", "half", "version", "long", "endless"],
)
def test_junk_between_records_is_passed_over(junk: bytes) -> None:
    found = read(FIVE[0] + junk + b"\r\n" + FIVE[1])
    assert blocks(found)[-1:] == [BLOCKS[1]]
    assert len(troubles(found)) <= 2


def test_zeros_behind_the_last_member_are_no_trouble() -> None:
    found = read(each_packed(*FIVE) + bytes(5000))
    assert (blocks(found), troubles(found)) == (BLOCKS, [])


def test_what_is_none_behind_the_last_member_does_not_cost_that_one() -> None:
    found = read(each_packed(*FIVE) + b"sisa unggahan")
    assert (blocks(found), troubles(found)) == (BLOCKS, [Trouble.DAMAGED])


def test_nothing_is_nothing() -> None:
    assert read(b"") == []
    assert read(gzip.compress(b"")) == []


class Zeros(io.RawIOBase):
    """A file that holds a record of many zeros and then an ordinary one, made while it is read."""

    def __init__(self, length: int, behind: bytes) -> None:
        head = record("response", URL, b"", name="7", length=length, trailer=b"")
        self._parts = [head, length, b"\r\n\r\n" + behind]

    def read(self, number: int = -1) -> bytes:
        while self._parts:
            part = self._parts[0]
            taken = bytes(min(number, part)) if isinstance(part, int) else part[:number]
            rest = part - len(taken) if isinstance(part, int) else part[number:]
            self._parts[0] = rest
            if not rest:
                self._parts.pop(0)
            if taken:
                return taken
        return b""


def test_a_record_of_two_gigabytes_is_passed_over_in_little_memory() -> None:
    tracemalloc.start()
    found = list(records(Stream(Zeros(2_000_000_000, FIVE[1])), wanted=lambda _: True, largest=1_000_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (blocks(found), troubles(found)) == ([BLOCKS[1]], [Trouble.TOO_LARGE])
    assert peak < 2_000_000


def test_a_bomb_is_given_up() -> None:
    bomb = gzip.compress(record("response", URL, bytes(40_000_000)), mtime=0)
    assert len(bomb) < 60_000
    assert troubles(read(each_packed(FIVE[0]) + bomb, free=10_000_000)) == [Trouble.BOMB]
    assert troubles(read(each_packed(FIVE[0]) + bomb)) == [Trouble.TOO_LARGE], "one large record alone is none"


@pytest.mark.parametrize("soak", [300, pytest.param(20_000, marks=pytest.mark.soak)])
def test_no_bytes_stop_the_reader(soak: int) -> None:
    source = random.Random(6)
    for packing in (warcs.plain, each_packed, packed_as_one):
        data = packing(*FIVE)
        for _ in range(soak // 3):
            broken = bytearray(data)
            for _ in range(source.randint(1, 8)):
                at = source.randrange(len(broken))
                broken[at : at + source.randint(0, 30)] = source.randbytes(source.randint(0, 30))
            assert len(read(bytes(broken))) < 50


def test_a_copy_is_the_record_and_is_the_same_each_time() -> None:
    (found,) = read(FIVE[1])
    assert found.header is not None
    assert found.block is not None
    name, member = foreign.member(found.header, found.block)
    assert gzip.decompress(member) == FIVE[1]
    assert (name, member) == foreign.member(found.header, found.block)
    assert describe(0, member).record_id == name
    assert response_in(member).body == PAGE + b"1"


def test_a_record_without_an_id_is_given_one_made_of_its_bytes() -> None:
    names = []
    for block in (BLOCKS[0], BLOCKS[1], BLOCKS[0]):
        (found,) = read(record("response", URL, block, name=None))
        assert found.header is not None
        assert found.block is not None
        name, member = foreign.member(found.header, found.block)
        assert describe(0, member).record_id == name
        names.append(name)
    assert names[0] == names[2] != names[1]


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_block_is_held_against_its_digest(algorithm: str) -> None:
    made = hashlib.new(algorithm, BLOCKS[0])
    for said in (b32encode(made.digest()).decode(), made.hexdigest()):
        (found,) = read(record("response", URL, BLOCKS[0], more=[f"WARC-Block-Digest: {algorithm}:{said}"]))
        assert found.header is not None
        assert foreign.sound(found.header, BLOCKS[0])
        assert not foreign.sound(found.header, BLOCKS[1])


# ---- codings ----


def chunked(body: bytes) -> bytes:
    parts = [body[at : at + 50] for at in range(0, len(body), 50)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "transfer", "content"),
    [
        (PAGE, None, None),
        (chunked(PAGE), "chunked", None),
        (PAGE, "chunked", None),
        (gzip.compress(PAGE), None, "gzip"),
        (PAGE, None, "gzip"),
        (zlib.compress(PAGE)[2:-4], None, "deflate"),
        (chunked(gzip.compress(PAGE)), "Chunked", "X-GZip"),
        (gzip.compress(PAGE[:50]) + gzip.compress(PAGE[50:]), None, "gzip"),
        (gzip.compress(zlib.compress(PAGE)), None, "deflate, gzip"),
    ],
    ids=["plain", "chunked", "not-chunked", "gzip", "not-packed", "raw-deflate", "both", "members", "two"],
)
def test_codings_are_undone_where_they_are_there(body: bytes, transfer: str | None, content: str | None) -> None:
    found = plain(body, transfer=transfer, content=content)
    assert (found.body, found.whole) == (PAGE, True)


@pytest.mark.parametrize(
    ("body", "transfer", "content"),
    [(chunked(PAGE)[:-5], "chunked", None), (gzip.compress(PAGE)[:-9], None, "gzip"), (chunked(PAGE)[:-60], "chunked", None)],
    ids=["no-last-chunk", "gzip", "chunk"],
)  # fmt: skip
def test_a_body_that_ends_early_is_told(body: bytes, transfer: str | None, content: str | None) -> None:
    assert not plain(body, transfer=transfer, content=content).whole


def test_what_unpacks_to_too_much_or_cannot_be_unpacked_is_refused() -> None:
    bomb = gzip.compress(bytes(70_000_000))
    tracemalloc.start()
    for body in (bomb, chunked(bomb)):
        with pytest.raises(CodingError, match="larger than 64 MB"):
            plain(body, transfer="chunked", content="gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000_000
    with pytest.raises(CodingError, match="br"):
        plain(PAGE, transfer=None, content="br")
    with pytest.raises(CodingError, match="broken"):
        plain(gzip.compress(PAGE)[:-8] + bytes(8), transfer=None, content="gzip")
