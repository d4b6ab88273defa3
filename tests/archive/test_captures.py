import random
from functools import partial
from pathlib import Path
from typing import Any

import fastwarc
import pytest
from sqlalchemy import delete, func, select, update

from archive.captures import committed_size
from archive.errors import ArchiveUnavailableError, SupersededError
from archive.models import Capture, WarcFile
from archive.records import FileState
from archive.verify import verify
from archive.warc import Place, digest, read_response


def rows(bench: Any) -> list[Any]:
    with bench.database.read() as connection:
        return list(connection.execute(select(*Capture.__table__.c).order_by(Capture.warc_file_id, Capture.offset)))


def files(bench: Any) -> dict[str, Any]:
    with bench.database.read() as connection:
        return {row.name: row for row in connection.execute(select(*WarcFile.__table__.c).order_by(WarcFile.id))}


def keep_without_rows(desk: Any, make: Any, number: int) -> None:
    """Do what a crawl does before it is killed: records on disk, no row of them."""
    desk.captures.keep([make(f"http://kabar.test/{at}", b"isi" * at, at=desk.bench.now()) for at in range(number)])
    desk.captures.close()


def record_ids(file: Path) -> list[str]:
    return [f"<{record.record_id.strip('<>')}>" for record in fastwarc.ArchiveIterator(str(file))]


def test_a_file_is_made_with_its_first_record_and_begins_with_what_made_it(bench: Any) -> None:
    desk = bench.begin()
    assert desk.captures.repair() == []
    assert bench.warc_files() == []
    assert files(bench) == {}
    desk.keep("/a/")
    (file,) = bench.warc_files()
    assert file.relative_to(bench.home.warc) == Path("kabar/kabar-20241125.warc.gz")
    info = next(iter(fastwarc.ArchiveIterator(str(file))))
    assert info.record_type == fastwarc.WarcRecordType.warcinfo
    said = b"software: pilkada test\r\nformat: WARC File Format 1.1\r\nisPartOf: kabar\r\n"
    assert info.reader.read() == said
    assert [row.record_type for row in rows(bench)] == ["warcinfo", "response", "request"]


def test_a_row_says_where_its_record_lies_and_what_it_holds(bench: Any) -> None:
    desk = bench.begin()
    capture_id = desk.keep("/a/", b"halaman")
    row = next(row for row in rows(bench) if row.id == capture_id)
    file = bench.home.warc / "kabar" / "kabar-20241125.warc.gz"
    message = read_response(Place(path=file, offset=row.offset, length=row.length), row.sha256)
    assert message.body == b"halaman"
    assert row.payload_sha256 == digest(b"halaman")
    assert (row.url, row.status, row.content_type) == ("http://kabar.test/a/", 200, "text/html; charset=utf-8")
    assert (row.fetched_at, row.origin) == (bench.now(), "own")
    assert files(bench)["kabar/kabar-20241125.warc.gz"].size == file.stat().st_size


def test_one_file_an_outlet_and_utc_day(bench: Any) -> None:
    kabar, suara = bench.begin("kabar"), bench.begin("suara")
    for hours in (0, 22, 1):
        bench.pass_time(hours=hours)
        kabar.keep("/a/")
        suara.keep("/a/")
    assert list(files(bench)) == [
        "kabar/kabar-20241125.warc.gz",
        "suara/suara-20241125.warc.gz",
        "kabar/kabar-20241126.warc.gz",
        "suara/suara-20241126.warc.gz",
    ]
    assert verify(bench.archive).damaged == []


def test_repair_takes_up_whole_records_that_have_no_row(bench: Any, exchange: Any) -> None:
    first = bench.begin()
    first.keep("/a/")
    keep_without_rows(first, exchange, 5)
    (file,) = bench.warc_files()
    second = bench.begin()
    assert second.captures.repair() == [
        "kabar-20241125.warc.gz: took up 10 records that a crash had left without a row"
    ]
    assert [row.record_id for row in rows(bench)] == record_ids(file)
    assert second.captures.repair() == []
    second.keep("/b/")
    assert [row.record_id for row in rows(bench)] == record_ids(file)
    assert verify(bench.archive).damaged == []


def test_a_record_taken_up_has_the_row_that_it_would_have_had(bench: Any, exchange: Any) -> None:
    desk = bench.begin()
    written = desk.captures.keep([exchange("http://kabar.test/x", b"isi", at=bench.now(), status=404)])
    desk.captures.close()
    again = bench.begin()
    again.captures.repair()
    kept = {row.record_id: row for row in rows(bench)}
    for one in written:
        row = kept[one.record_id]
        for name in ("record_type", "offset", "length", "sha256", "url", "status", "content_type", "payload_sha256"):
            assert getattr(row, name) == getattr(one, name)
        assert row.fetched_at == one.fetched_at


@pytest.mark.parametrize("earlier", [0, 3], ids=["of a new file", "behind earlier records"])
def test_repair_cuts_a_torn_tail_and_keeps_it_aside(bench: Any, exchange: Any, earlier: int) -> None:
    first = bench.begin()
    for number in range(earlier):
        first.keep(f"/a/{number}")
    keep_without_rows(first, exchange, 2)
    (file,) = bench.warc_files()
    content = file.read_bytes()
    last = record_ids(file)[-1]
    file.write_bytes(content[:-3])
    second = bench.begin()
    done = second.captures.repair()
    assert done[-1].startswith("kabar-20241125.warc.gz: cut ")
    kept = file.read_bytes()
    assert content.startswith(kept)
    assert last not in record_ids(file)
    (torn,) = (bench.home.warc / "torn").iterdir()
    assert torn.name == "kabar-20241125.warc.gz.20241125T013015"
    assert kept + torn.read_bytes() == content[:-3]
    second.keep("/b/")
    assert [row.record_id for row in rows(bench)] == record_ids(file)
    assert verify(bench.archive).damaged == []


@pytest.mark.parametrize("left", [0, 20, 260], ids=["nothing", "a piece", "almost all"])
def test_a_file_torn_before_its_first_row_begins_anew(bench: Any, exchange: Any, left: int) -> None:
    first = bench.begin()
    keep_without_rows(first, exchange, 1)
    (file,) = bench.warc_files()
    file.write_bytes(file.read_bytes()[:left])
    with bench.database.write() as connection:
        connection.execute(delete(Capture))
        connection.execute(update(WarcFile).values(size=0))
    second = bench.begin()
    second.captures.repair()
    second.keep("/a/")
    assert bench.warc_files() == [file]
    assert [row.record_id for row in rows(bench)] == record_ids(file)
    assert [row.record_type for row in rows(bench)] == ["warcinfo", "response", "request"]
    assert verify(bench.archive).damaged == []


def test_repair_closes_files_of_past_days_with_size_and_digest(bench: Any) -> None:
    bench.begin().keep("/a/")
    (file,) = bench.warc_files()
    bench.pass_time(days=1)
    second = bench.begin()
    assert second.captures.repair() == []
    row = files(bench)["kabar/kabar-20241125.warc.gz"]
    assert (row.state, row.size, row.sha256) == (
        FileState.CLOSED,
        file.stat().st_size,
        digest(file.read_bytes()),
    )
    held = file.read_bytes()
    second.keep("/b/")
    assert file.read_bytes() == held
    assert len(bench.warc_files()) == 2


def test_repair_leaves_the_days_own_file_open(bench: Any) -> None:
    bench.begin().keep("/a/")
    second = bench.begin()
    second.captures.repair()
    second.keep("/b/")
    assert {name: row.state for name, row in files(bench).items()} == {"kabar/kabar-20241125.warc.gz": FileState.OPEN}
    assert len(rows(bench)) == 5


def test_repair_touches_no_other_outlets_files(bench: Any, exchange: Any) -> None:
    other = bench.begin("suara")
    other.keep("/a/")
    with bench.warc_files()[0].open("ab") as file:
        file.write(b"in the middle of a write")
    bench.pass_time(days=1)
    assert bench.begin("kabar").captures.repair() == []
    assert files(bench)["suara/suara-20241125.warc.gz"].state is FileState.OPEN
    assert bench.warc_files()[0].read_bytes().endswith(b"in the middle of a write")


@pytest.mark.parametrize("lost", [1, 10_000, None], ids=["a byte", "all bytes", "the file"])
def test_a_file_that_lost_committed_bytes_is_closed_and_another_is_opened(bench: Any, lost: int | None) -> None:
    bench.begin().keep("/a/")
    (file,) = bench.warc_files()
    if lost is None:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-lost])
    left = file.read_bytes() if file.exists() else None
    second = bench.begin()
    second.captures.repair()
    second.keep("/b/")
    found = files(bench)
    assert [(name, row.state) for name, row in found.items()] == [
        ("kabar/kabar-20241125.warc.gz", FileState.CLOSED),
        ("kabar/kabar-20241125-2.warc.gz", FileState.OPEN),
    ]
    assert found["kabar/kabar-20241125.warc.gz"].sha256 is None
    assert (file.read_bytes() if file.exists() else None) == left
    damaged = verify(bench.archive).damaged
    assert damaged
    assert all(one.where.startswith("kabar/kabar-20241125.warc.gz") for one in damaged)
    third = bench.begin()
    assert third.captures.repair() == []
    third.keep("/c/")
    assert len(files(bench)) == 2


def test_records_whose_transaction_failed_are_taken_up_by_the_next_keep(bench: Any, exchange: Any) -> None:
    desk = bench.begin()
    desk.keep("/a/")
    written = desk.captures.keep([exchange("http://kabar.test/x", b"isi", at=bench.now())])
    with bench.database.write() as connection:
        desk.captures.record(connection, written)
        connection.rollback()
    desk.keep("/b/")
    (file,) = bench.warc_files()
    assert [row.record_id for row in rows(bench)] == record_ids(file)
    assert verify(bench.archive).damaged == []


def test_a_file_that_shrinks_under_a_crawl_is_not_written_on(bench: Any, exchange: Any) -> None:
    desk = bench.begin()
    desk.keep("/a/")
    (file,) = bench.warc_files()
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ArchiveUnavailableError, match="another process"):
        desk.keep("/b/")
    again = bench.begin()
    with pytest.raises(ArchiveUnavailableError, match="lost records"):
        again.keep("/b/")
    again.captures.repair()
    again.keep("/b/")
    assert len(bench.warc_files()) == 2


@pytest.mark.parametrize("act", ["repair", "keep", "keep in an open file"])
def test_a_superseded_crawl_touches_no_file(bench: Any, exchange: Any, act: str) -> None:
    old = bench.begin()
    old.keep("/a/")
    if act != "keep in an open file":
        old.captures.close()
    bench.begin()
    held = bench.warc_files()[0].read_bytes()
    forbidden = (
        old.captures.repair if act == "repair" else partial(old.captures.keep, [exchange("http://kabar.test/x", b"")])
    )
    with pytest.raises(SupersededError):
        forbidden()
    assert bench.warc_files()[0].read_bytes() == held


def test_repair_is_idempotent_after_any_tear(bench: Any, exchange: Any) -> None:
    source = random.Random(30)
    for number in range(12):
        desk = bench.begin()
        desk.captures.repair()
        desk.keep(f"/{number}/")
        committed = sum(file.stat().st_size for file in bench.warc_files()[-1:])
        keep_without_rows(desk, exchange, 3)
        file = bench.warc_files()[-1]
        content = file.read_bytes()
        file.write_bytes(content[: source.randint(committed, len(content))])
        bench.begin().captures.repair()
        again = bench.begin()
        assert again.captures.repair() == []
        assert [row.record_id for row in rows(bench)] == record_ids(file)
        with bench.database.read() as connection:
            (file_id,) = connection.execute(select(WarcFile.id)).scalars()
            assert committed_size(connection, file_id) == file.stat().st_size
        bench.pass_time(seconds=1)
    assert verify(bench.archive).damaged == []
    with bench.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(WarcFile)).scalar_one() == 1
