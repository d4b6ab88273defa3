import json
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from archive import changes
from archive.archive import Archive
from archive.database import Database
from archive.document import IndexDocument
from archive.index import SearchIndex
from archive.models import Capture, WarcFile
from archive.records import FileState, Reading
from archive.stories import Article, Body, ReadingRow, ReadingSource
from archive.verify import Proof, verify
from crawler.cli import main


@dataclass
class Sound:
    """An undamaged archive, and what of its files can be harmed and put back."""

    archive: Archive
    files: list[Path]

    def proof(self) -> Proof:
        return verify(self.archive)

    def name(self, file: Path) -> str:
        return str(file.relative_to(self.archive.home.warc))

    def damaged_files(self) -> set[str]:
        return {one.where.partition("@")[0] for one in self.proof().damaged if one.what != "article"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, empty_archive: Path, bench_class: Any) -> Path:
    root = tmp_path_factory.mktemp("sound") / "home"
    root.mkdir()
    shutil.copy(empty_archive, root / "pilkada.db")
    database = Database(f"sqlite:///{root / 'pilkada.db'}")
    bench = bench_class(root, database)
    bench.fill(a_day=8)
    bench.archive.catch_up()
    bench.close()
    database.dispose()
    return root


@pytest.fixture
def sound(built: Path, tmp_path: Path) -> Iterator[Sound]:
    home = tmp_path / "sound"
    shutil.copytree(built, home)
    archive = Archive.open(home)
    yield Sound(archive=archive, files=sorted(home.glob("warc/*/*.warc.gz")))
    archive.database.dispose()


def said(injected: int, found: int, false: int) -> None:
    """Print the count of a promise and hold it."""
    print(json.dumps({"injected": injected, "found": found, "false": false}))  # noqa: T201 - the promise's evidence
    assert (found, false) == (injected, 0)


def count_found(sound: Sound, injections: int, harm: Callable[[random.Random], dict[Path, bytes | None]]) -> None:
    """Harm some files, count what is found and what is blamed without cause, put them back; so many times."""
    source = random.Random(injections)
    injected = found = false = 0
    for _ in range(injections):
        harmed = harm(source)
        held = {file: file.read_bytes() for file in harmed}
        for file, content in harmed.items():
            file.unlink() if content is None else file.write_bytes(content)
        names = {sound.name(file) for file in harmed}
        blamed = sound.damaged_files()
        injected += len(harmed)
        found += len(blamed & names)
        false += len(blamed - names)
        for file, content in held.items():
            file.write_bytes(content)
    said(injected, found, false)
    assert sound.proof().damaged == []


def test_the_undamaged_archive_gives_no_alarm(sound: Sound) -> None:
    proof = sound.proof()
    assert proof.damaged == []
    assert proof.index == {"missing": [], "extra": []}
    assert proof.articles == 72
    assert proof.captures == 9 + 2 * 72
    with sound.archive.database.read() as connection:
        states = connection.execute(select(WarcFile.state, func.count()).group_by(WarcFile.state)).all()
    assert dict(states) == {FileState.CLOSED: 6, FileState.OPEN: 3}


@pytest.mark.parametrize("tears", [30, pytest.param(300, marks=pytest.mark.soak)])
def test_every_torn_tail_is_found(sound: Sound, tears: int) -> None:
    def tear(source: random.Random) -> dict[Path, bytes | None]:
        file = source.choice(sound.files)
        content = file.read_bytes()
        kept = source.choice([source.randrange(len(content)), len(content) - source.randint(1, 20)])
        return {file: content[:kept]}

    count_found(sound, tears, tear)


@pytest.mark.parametrize("flips", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_every_flipped_bit_is_found(sound: Sound, flips: int) -> None:
    def flip(source: random.Random) -> dict[Path, bytes | None]:
        file = source.choice(sound.files)
        content = bytearray(file.read_bytes())
        content[source.randrange(len(content))] ^= 1 << source.randrange(8)
        return {file: bytes(content)}

    count_found(sound, flips, flip)


@pytest.mark.parametrize("losses", [5, pytest.param(50, marks=pytest.mark.soak)])
def test_every_lost_file_is_found(sound: Sound, losses: int) -> None:
    def lose(source: random.Random) -> dict[Path, bytes | None]:
        return {source.choice(sound.files): None}

    count_found(sound, losses, lose)


def test_several_damages_at_once_are_all_found_and_only_they(sound: Sound) -> None:
    torn, flipped, lost = sound.files[0], sound.files[4], sound.files[8]
    torn.write_bytes(torn.read_bytes()[:-1])
    content = bytearray(flipped.read_bytes())
    content[500] ^= 1
    flipped.write_bytes(bytes(content))
    lost.unlink()
    assert sound.damaged_files() == {sound.name(torn), sound.name(flipped), sound.name(lost)}


def test_one_damaged_record_harms_only_itself_and_its_article(sound: Sound) -> None:
    with sound.archive.database.read() as connection:
        capture_id, offset, name, uid = connection.execute(
            select(Capture.id, Capture.offset, WarcFile.name, Article.uid)
            .join(WarcFile, WarcFile.id == Capture.warc_file_id)
            .join(ReadingSource, ReadingSource.capture_id == Capture.id)
            .join(Article, Article.reading_id == ReadingSource.reading_id)
            .order_by(Capture.id)
            .offset(20)
        ).first()
    file = sound.archive.home.warc / name
    content = bytearray(file.read_bytes())
    content[offset + 40] ^= 16
    file.write_bytes(bytes(content))
    found = {(one.what, one.where, one.why) for one in sound.proof().damaged}
    assert found == {
        ("capture", f"{name}@{offset}", "the bytes differ from those that were written"),
        ("article", uid, "a capture that it was read from is damaged"),
    }
    assert capture_id


def test_bytes_behind_the_last_record_of_a_closed_file_are_found(sound: Sound) -> None:
    with sound.files[0].open("ab") as file:
        file.write(b"x")
    (damage,) = sound.proof().damaged
    assert (damage.what, damage.where) == ("file", sound.name(sound.files[0]))
    assert "the closed file has" in damage.why


@pytest.mark.parametrize(
    "tail", [b"\x1f\x8b\x08\0half a record", bytes(4096)], ids=["half a record", "zeros after a power cut"]
)
def test_a_torn_tail_that_was_never_committed_is_no_damage(sound: Sound, tail: bytes) -> None:
    with sound.files[-1].open("ab") as file:
        file.write(tail)
    assert sound.proof().damaged == []


def test_a_record_that_no_row_speaks_of_is_found(sound: Sound) -> None:
    with sound.archive.database.write() as connection:
        row = connection.execute(select(Capture.id, Capture.length).where(Capture.record_type == "request")).first()
        connection.execute(delete(Capture).where(Capture.id == row.id))
    assert [(one.what, one.why) for one in sound.proof().damaged] == [
        ("file", f"{row.length} bytes belong to no record")
    ]


def test_rows_that_point_at_each_others_records_are_found(sound: Sound) -> None:
    with sound.archive.database.write() as connection:
        one, other = connection.execute(select(Capture.id, Capture.record_id).limit(2)).all()
        connection.execute(update(Capture).where(Capture.id == one.id).values(record_id="x"))
        connection.execute(update(Capture).where(Capture.id == other.id).values(record_id=one.record_id))
        connection.execute(update(Capture).where(Capture.id == one.id).values(record_id=other.record_id))
    found = [one.why.partition(":")[0] for one in sound.proof().damaged if one.what == "capture"]
    assert found == ["another record lies there"] * 2


def first_article(connection: Any) -> Any:
    return connection.execute(select(Article.id, Article.uid, Article.reading_id).order_by(Article.id)).first()


def change_body(connection: Any, article: Any) -> None:
    body = connection.execute(select(Body.text).where(Body.reading_id == article.reading_id)).scalar_one()
    connection.execute(
        update(Body).where(Body.reading_id == article.reading_id).values(text=body.replace("mengawasi", "mengabaikan"))
    )


def change_title(connection: Any, article: Any) -> None:
    connection.execute(update(ReadingRow).where(ReadingRow.id == article.reading_id).values(title="Lain"))


def drop_body(connection: Any, article: Any) -> None:
    connection.execute(delete(Body).where(Body.reading_id == article.reading_id))


def drop_sources(connection: Any, article: Any) -> None:
    connection.execute(delete(ReadingSource).where(ReadingSource.reading_id == article.reading_id))


def drop_reading(connection: Any, article: Any) -> None:
    connection.execute(update(Article).where(Article.id == article.id).values(reading_id=None))


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        pytest.param(change_body, "its text is not the one that was read", id="changed body"),
        pytest.param(change_title, "its text is not the one that was read", id="changed headline"),
        pytest.param(drop_body, "it has no text", id="no body"),
        pytest.param(drop_reading, "it has no text", id="no reading"),
        pytest.param(drop_sources, "no capture is tied to it", id="no captures"),
    ],
)
def test_an_article_that_is_not_what_was_read_is_found(
    sound: Sound, harm: Callable[[Any, Any], None], why: str
) -> None:
    with sound.archive.database.write() as connection:
        article = first_article(connection)
        harm(connection, article)
    assert [(one.what, one.where, one.why) for one in sound.proof().damaged] == [("article", article.uid, why)]


@pytest.mark.parametrize(
    "body",
    [(), ("satu",), ("satu", "dua"), ("“Siap,” kata dia.", "Ya – ‘siap’.")],
    ids=["headline only", "one block", "two blocks", "quotes"],
)
def test_no_reading_gives_a_false_alarm(bench: Any, body: tuple[str, ...]) -> None:
    desk = bench.begin()
    address_id, capture_id = desk.sight("/a/"), desk.keep("/a/")
    desk.save(address_id, "/a/", capture_id, Reading(title="Judul “besar”", body=body, extractor="test 1"))
    assert verify(bench.archive).damaged == []


def test_what_the_index_lacks_or_has_too_much_is_found(sound: Sound) -> None:
    archive = sound.archive
    with archive.database.read() as connection:
        newest = changes.newest(connection)
        lost = first_article(connection).uid
    stray = IndexDocument(uid="zzzzzzzzzzzzzzzz", outlet="kabar", title="Hantu", body="tak ada", moment=0)
    SearchIndex.open(archive.home.index, locks=archive.home.locks).catch_up(
        [(newest + 1, lost, None), (newest + 2, stray.uid, stray)], until=newest + 2
    )
    proof = sound.proof()
    assert proof.index == {"missing": [lost], "extra": [stray.uid]}
    assert proof.damaged == []


def test_an_index_that_lags_behind_is_brought_up_to_date_and_not_blamed(sound: Sound) -> None:
    shutil.rmtree(sound.archive.home.index)
    assert sound.proof().index == {"missing": [], "extra": []}


def test_a_crawl_that_goes_on_meanwhile_gives_no_alarm(sound: Sound, bench_class: Any) -> None:
    home = sound.archive.home.root
    own = Database(f"sqlite:///{home / 'pilkada.db'}")
    bench = bench_class(home, own)
    bench.pass_time(days=2, hours=1)
    # Another series of record ids than the fixture's.
    bench.chance.seed(99)
    stop, written = threading.Event(), []

    def write() -> None:
        desk = bench.begin("kabar")
        desk.captures.repair()
        while not stop.is_set():
            number = len(written)
            written.append(desk.store(f"/baru/{number}/", f"Baru {number}", f"Isi nomor {number}.").uid)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        proofs = [sound.proof() for _ in range(8)]
    finally:
        stop.set()
        writer.join()
        bench.close()
        own.dispose()
    false = sum(len(proof.damaged) + len(proof.index["missing"]) + len(proof.index["extra"]) for proof in proofs)
    said(0, 0, false)
    assert len(written) > 8
    assert proofs[0].articles < proofs[-1].articles


def run(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> tuple[int, str, str]:
    status = main(["--home", str(home), *words])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.usefixtures("root_logger")
def test_the_command_exits_with_0_on_a_sound_archive(sound: Sound, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, sound.archive.home.root, "verify", "--format", "json")
    assert status == 0
    assert json.loads(out) == {
        "captures": 153, "articles": 72, "taken_down": 0, "damaged": [], "index": {"missing": [], "extra": []}
    }  # fmt: skip
    assert err == "153 captures, 72 articles, 0 damaged; index: 0 missing, 0 too many\n"


@pytest.mark.usefixtures("root_logger")
@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
def test_the_command_exits_with_5_on_damage(sound: Sound, capsys: pytest.CaptureFixture[str], output: str) -> None:
    sound.files[3].unlink()
    status, out, _ = run(capsys, sound.archive.home.root, "verify", "--format", output)
    assert status == 5
    assert sound.name(sound.files[3])[:20] in out
    if output == "json":
        damaged = json.loads(out)["damaged"]
        assert {frozenset(one) for one in damaged} == {frozenset({"what", "where", "why"})}
        assert len(damaged) == 17 + 8


@pytest.mark.usefixtures("root_logger")
def test_the_command_exits_with_5_on_an_index_that_has_too_much(
    sound: Sound, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = sound.archive
    with archive.database.read() as connection:
        newest = changes.newest(connection)
    stray = IndexDocument(uid="zzzzzzzzzzzzzzzz", outlet="kabar", title="Hantu", body="tak ada", moment=0)
    SearchIndex.open(archive.home.index, locks=archive.home.locks).catch_up(
        [(newest + 1, stray.uid, stray)], until=newest + 1
    )
    assert run(capsys, archive.home.root, "verify")[0] == 5


@pytest.mark.usefixtures("root_logger")
def test_the_command_exits_with_1_where_there_is_no_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, tmp_path / "none", "verify")
    assert (status, out) == (1, "")
    assert err.startswith("pilkada: there is no archive in")
    assert err.count("\n") == 1
