"""`show --evidence`: what an article was read from, checked and replayed by tools that are not ours."""

import gzip
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from sqlalchemy import select

from archive import evidence, store, takedown, visits
from archive.archive import Archive
from archive.errors import ArchiveError
from archive.evidence import ARTICLE, NOTE, RECORDS, SUMS, Held
from archive.evidencenote import CHECKS
from archive.foreign import Header, member
from archive.identity import Visited
from archive.intake import Intake
from archive.models import Capture
from archive.records import Level, Purpose, Reading, Role, VisitState
from archive.warc import Exchange, whole_members
from crawler.cli import main
from tests.archive.test_takedown import hold
from tests.archive.warcs import http, record
from tests.disk import fill, small_disk

ROOT = Path(__file__).resolve().parents[2]
PYWB = ROOT / ".venv-pywb"
TEXT = "Kotak suara tiba di Muara Kaman pada Senin siang, dikawal dua perahu polisi."
PAGE = f"<html><head><title>Logistik</title></head><body><h1>Logistik</h1><p>{TEXT}</p></body></html>".encode()
ANSWER = json.dumps([{"id": 7, "title": "Logistik", "content": TEXT}]).encode()


def read_from(desk: Any, path: str, sources: tuple[tuple[int, Role], ...], text: str = TEXT) -> str:
    """Store a story that was read from several records."""
    address_id, now = desk.sight(path), desk.bench.now()
    with desk.bench.database.write() as connection:
        visit_id = visits.add(
            connection, desk.ticket, address_id=address_id, purpose=Purpose.ARTICLE, url=f"http://{desk.slug}.test{path}",
            at=now, status=200, capture_id=sources[0][0],
        )  # fmt: skip
        visited = Visited(
            visit_id=visit_id, outlet_id=desk.ticket.outlet_id, outlet=desk.slug, address_id=address_id, canonical=path,
            at=now, sources=sources,
        )  # fmt: skip
        saved = store.save(connection, visited, Reading(title="Logistik", body=(text,), extractor="test 1"))
        visits.settle(connection, visit_id, VisitState.READ, text_sha256=saved.text_sha256)
    return str(saved.uid)


@pytest.fixture
def desk(bench: Any) -> Any:
    return bench.begin("kabar")


def kept_on_two_days(desk: Any) -> str:
    """Store a story from an interface's answer and, a day later, its page: two files, with other stories in both."""
    desk.keep("/lain/")
    answer = desk.keep("/wp-json/wp/v2/posts?page=1", ANSWER)
    desk.keep("/lain-lagi/")
    desk.bench.pass_time(days=1)
    desk.keep("/esok/")
    page = desk.keep("/logistik/", PAGE)
    desk.keep("/esok-lagi/")
    return read_from(desk, "/logistik/", ((answer, Role.RECORD), (page, Role.PAGE)))


@pytest.fixture(scope="module")
def handed_on(room: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, str, Path, list[Held]]:
    uid = kept_on_two_days(room.begin("kabar"))
    folder = tmp_path_factory.mktemp("bukti") / "e"
    return room.archive, uid, folder, evidence.write(room.archive, uid, folder)


@pytest.fixture
def copy(handed_on: Any, tmp_path: Path) -> Path:
    return Path(shutil.copytree(handed_on[2], tmp_path / "e"))


def steps(folder: Path) -> list[str]:
    """Give the commands of the note's steps, as they are printed."""
    note = (folder / NOTE).read_text("utf-8")
    told = note[note.index(f"{CHECKS}\n---") : note.index("\nHow to see it\n")]
    return re.findall(r"^  \$ (.+)$", told, re.MULTILINE)


def first_failure(folder: Path, commands: list[str] | None = None) -> str | None:
    """Run commands one by one as a reader does; give the first that fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in steps(folder) if commands is None else commands:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env={"PATH": path, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return command
    return None


def renew_sums(folder: Path) -> None:
    """Write the digests anew, as who changed a file would."""
    names = (RECORDS, ARTICLE, NOTE)
    (folder / SUMS).write_text("".join(f"{sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names))


def test_records_are_copied_byte_for_byte_with_their_requests(handed_on: Any) -> None:
    archive, uid, folder, held = handed_on
    assert sorted(path.name for path in folder.iterdir()) == sorted([RECORDS, ARTICLE, SUMS, NOTE])
    kinds = ["warcinfo", "response", "request"]
    assert [(one.kind, one.role) for one in held] == list(
        zip(kinds * 2, ["", "record", "", "", "page", ""], strict=True)
    )
    members = dict(whole_members(folder / RECORDS, 0))
    assert [(one.offset, sha256(members[one.offset]).hexdigest()) for one in held] == [
        (one.offset, one.sha256) for one in held
    ]
    assert sum(map(len, members.values())) == (folder / RECORDS).stat().st_size
    with archive.database.read() as connection:
        kept = dict(connection.execute(select(Capture.record_id, Capture.sha256)).all())
    assert {one.record_id: one.sha256 for one in held}.items() <= kept.items()
    files = [path.read_bytes() for path in archive.home.warc.rglob("*.warc.gz")]
    assert all(any(one in whole for whole in files) for one in members.values())
    assert json.loads((folder / ARTICLE).read_bytes()) == archive.get(uid)


def test_two_readers_that_are_not_ours_take_the_file(handed_on: Any) -> None:
    _, _, folder, held = handed_on
    with (folder / RECORDS).open("rb") as file:
        read = [
            (one.record_id, one.headers["WARC-Type"], one.verify_block_digest())
            for one in FastIterator(file, parse_http=False)
        ]
    assert read == [(one.record_id, one.kind, True) for one in held]
    with (folder / RECORDS).open("rb") as file:
        bodies = [one.reader.read() for one in FastIterator(file) if one.headers["WARC-Type"] == "response"]
    assert bodies == [ANSWER, PAGE]


def test_the_steps_of_the_note_hold_as_they_are_printed(copy: Path, handed_on: Any) -> None:
    commands = steps(copy)
    assert [command.split()[0] for command in commands[:4]] == ["sha256sum", "gzip", "warcio", "fastwarc"]
    assert len(commands) == 4 + len(handed_on[3]) + 2
    assert first_failure(copy) is None
    note = (copy / NOTE).read_text("utf-8")
    assert all(one.record_id in note and one.sha256 in note and one.at in note for one in handed_on[3])
    assert max(len(line) for line in note.splitlines() if not re.match(r" +(\$|sha256|address)", line)) <= 80


@pytest.mark.parametrize("name", [RECORDS, ARTICLE, NOTE])
def test_one_byte_that_is_changed_is_found(copy: Path, name: str) -> None:
    path, commands = copy / name, steps(copy)
    whole = path.read_bytes()
    for at in range(0, len(whole), len(whole) // 9):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert first_failure(copy, commands) == "sha256sum -c SHA256SUMS"


def test_one_byte_is_found_also_by_who_is_given_new_sums(copy: Path, handed_on: Any) -> None:
    path, commands = copy / RECORDS, steps(copy)
    whole = path.read_bytes()
    page = next(one for one in handed_on[3] if one.role == "page")
    # In a gzip header lie bytes that no checksum covers: its time, and the system that wrote it.
    for at in (page.offset + 4, page.offset + 9, page.offset + 40, page.offset + page.length - 2, len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        renew_sums(copy)
        assert first_failure(copy, commands) is not None


def test_another_text_that_is_packed_anew_is_found(copy: Path) -> None:
    commands = steps(copy)
    members = [
        gzip.decompress(one).replace(b"Senin siang", b"Rabu malam!") for _, one in whole_members(copy / RECORDS, 0)
    ]
    (copy / RECORDS).write_bytes(b"".join(map(gzip.compress, members)))
    renew_sums(copy)
    assert first_failure(copy, commands) == "warcio check records.warc.gz"
    assert first_failure(copy, [commands[3]]) == commands[3]
    assert "Muara Kaman" in (copy / ARTICLE).read_text("utf-8")


def test_an_earlier_version_is_handed_on_with_its_own_records(desk: Any, tmp_path: Path) -> None:
    first = read_from(desk, "/a/", ((desk.keep("/a/", PAGE), Role.PAGE),))
    desk.bench.pass_time(days=1)
    edited = TEXT.replace("dua perahu", "tiga perahu") + " Rombongan lalu menuju Kota Bangun."
    assert read_from(desk, "/a/", ((desk.keep("/a/", PAGE.replace(b"dua", b"tiga")), Role.PAGE),), edited) == first
    held = {
        number: evidence.write(desk.bench.archive, first, tmp_path / str(number), version=number) for number in (1, 2)
    }
    assert {one.record_id for one in held[1]} & {one.record_id for one in held[2]} == set()
    assert "version 1 of 2" in (tmp_path / "1" / NOTE).read_text("utf-8")
    assert b"dua perahu" in gzip.decompress((tmp_path / "1" / RECORDS).read_bytes())


def test_what_others_captured_is_handed_on_too(desk: Any, tmp_path: Path) -> None:
    """A record of an import is as it was there, and has no digests of its own."""
    bench = desk.bench
    shelf = Intake(
        bench.database, bench.home.warc, ticket=desk.ticket, slug="kabar", software="pilkada test", new_id=bench.new_id,
        now=bench.now,
    )  # fmt: skip
    head, _, block = record("response", "http://kabar.test/lama/", http(PAGE)).partition(b"\r\n\r\n")
    fields = tuple(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    _, packed = member(Header(tuple((name, value) for name, value in fields), head + b"\r\n\r\n"), block[:-4])
    written = shelf.keep([packed])
    with bench.database.write() as connection:
        capture_id = shelf.record(connection, written)[written[0].record_id]
    shelf.close()
    uid = read_from(desk, "/lama/", ((capture_id, Role.PAGE),))
    held = evidence.write(bench.archive, uid, tmp_path / "e")
    assert [(one.kind, one.imported) for one in held] == [("warcinfo", False), ("response", True)]
    assert first_failure(tmp_path / "e") is None
    note = (tmp_path / "e" / NOTE).read_text("utf-8")
    assert "response, imported, gave the page" in note
    assert "captured by others" in note


def test_the_command_says_what_it_wrote_and_keeps_what_is_there(
    handed_on: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, uid, _, _ = handed_on
    show = ["--home", str(archive.home.root), "show", uid]
    folder = tmp_path / "bukti"
    folder.mkdir()
    assert main([*show, "--evidence", str(folder)]) == 0
    assert f"6 records ({(folder / RECORDS).stat().st_size} bytes) written to {folder}" in capsys.readouterr().out
    before = {path: path.read_bytes() for path in folder.iterdir()}
    for target, status, said in (
        (folder, 2, f"{folder} is not empty: name a folder that is not there yet"),
        (folder / NOTE, 2, "is not empty"),
        (tmp_path / "tiada" / "e", 1, "cannot be written: No such file or directory"),
        (folder / NOTE / "e", 1, "cannot be written: Not a directory"),
    ):
        assert main([*show, "--evidence", str(target)]) == status
        printed = capsys.readouterr()
        assert (printed.out, printed.err.count("\n")) == ("", 1)
        assert said in printed.err
    assert main([*show, "--evidence", str(tmp_path / "e"), "--diff"]) == 2
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert list(tmp_path.iterdir()) == [folder]


def test_a_disk_that_is_full_leaves_nothing(handed_on: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive, uid, _, _ = handed_on
    with small_disk(tmp_path / "disk", 64):
        for spare in (0, 4, 8):  # full before the first file, and between the others
            fill(tmp_path / "disk" / "full", but_kilobytes=spare)
            words = ["show", uid, "--evidence", str(tmp_path / "disk" / "e")]
            assert main(["--home", str(archive.home.root), *words]) == 1
            assert capsys.readouterr().err == f"pilkada: {words[-1]} cannot be written: No space left on device\n"
            assert [path.name for path in (tmp_path / "disk").iterdir()] == ["full"]


def damage(bench: Any, uid: str) -> str:
    bench.close()
    capture = bench.archive.get(uid)["captures"][-1]
    path = bench.home.warc / capture["file"]
    data = bytearray(path.read_bytes())
    data[capture["offset"] + 30] ^= 1
    path.write_bytes(data)
    return "the bytes differ from those that were written: there is no evidence to hand on"


def lose(bench: Any, uid: str) -> str:
    bench.close()
    (bench.home.warc / bench.archive.get(uid)["captures"][-1]["file"]).unlink()
    return "the file is missing"


def take_down(bench: Any, uid: str) -> str:
    takedown.take_down(bench.archive, uid, reason="Permintaan.", level=Level.BYTES, hold=hold, now=bench.now())
    return "was taken down on 2024-11-26: Permintaan."


@pytest.mark.parametrize("harm", [damage, lose, take_down])
def test_what_cannot_be_proven_is_one_line_and_no_folder(
    desk: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[Any, str], str]
) -> None:
    uid = kept_on_two_days(desk)
    said = harm(desk.bench, uid)
    target = tmp_path / "bukti" / "e"
    target.parent.mkdir()
    assert main(["--home", str(desk.bench.home.root), "show", uid, "--evidence", str(target)]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert said in printed.err
    assert list(target.parent.iterdir()) == []


def test_a_record_that_went_with_another_story_is_no_evidence(desk: Any, tmp_path: Path) -> None:
    """Two stories of one answer: the order that removes the one takes the record of both."""
    answer = desk.keep("/wp-json/wp/v2/posts?page=1", ANSWER)
    other = read_from(
        desk, "/b/", ((answer, Role.RECORD),), "Rapat pleno dimulai pukul sembilan pagi di gedung olahraga."
    )
    uid = read_from(desk, "/a/", ((answer, Role.RECORD),))
    take_down(desk.bench, uid)
    with pytest.raises(ArchiveError, match=r"^record <urn:uuid:.*> was taken down: there is no evidence to hand on$"):
        evidence.write(desk.bench.archive, other, tmp_path / "e")
    assert not (tmp_path / "e").exists()


def test_a_header_whose_lines_end_with_a_newline_alone_is_checked_by_what_reads_it(desk: Any, tmp_path: Path) -> None:
    """Some servers end lines so; browsers and warcio take that, FastWARC does not and would say that it was changed."""
    received = b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + PAGE
    exchange = Exchange(
        url="http://kabar.test/a/", sent=b"GET /a/ HTTP/1.1\r\n\r\n", received=received, status=200,
        content_type="text/html", started_at=desk.bench.now(),
    )  # fmt: skip
    written = desk.captures.keep([exchange])
    with desk.bench.database.write() as connection:
        capture_id = desk.captures.record(connection, written)[written[0].record_id]
    uid = read_from(desk, "/a/", ((capture_id, Role.PAGE),))
    evidence.write(desk.bench.archive, uid, tmp_path / "e")
    assert first_failure(tmp_path / "e") is None
    assert sum("python3" in command for command in steps(tmp_path / "e")) == 1


def test_a_story_that_is_hidden_is_not_handed_on_in_the_record_of_another(desk: Any, tmp_path: Path) -> None:
    """It stands in an answer from which both were read, and in a feed that only told of it."""
    hidden = "Rapat pleno dimulai pukul sembilan pagi di gedung olahraga dan dijaga dua ratus polisi."
    answer = desk.keep("/wp-json/wp/v2/posts?page=1", ANSWER)
    feed = desk.keep("/feed/", f"<item><title>Rapat</title><description>{hidden}</description></item>".encode())
    uids = {
        "answer": read_from(desk, "/a/", ((answer, Role.RECORD),)),
        "feed": read_from(desk, "/b/", ((desk.keep("/b/", PAGE), Role.PAGE), (feed, Role.LISTING)), f"{TEXT} Besok."),
        "page": read_from(desk, "/c/", ((desk.keep("/c/", PAGE), Role.PAGE),), f"{TEXT} Lusa."),
    }
    taken = read_from(desk, "/rapat/", ((answer, Role.RECORD),), hidden)
    archive, now = desk.bench.archive, desk.bench.now()
    takedown.take_down(archive, taken, reason="Permintaan.", level=Level.HIDDEN, hold=hold, now=now)
    for name in ("answer", "feed"):
        with pytest.raises(ArchiveError, match=f"holds article {taken} too, which was taken down: it is not handed on"):
            evidence.write(archive, uids[name], tmp_path / "e")
        assert not (tmp_path / "e").exists()
    assert evidence.write(archive, uids["page"], tmp_path / "e")


@pytest.fixture
def replayed(copy: Path) -> Iterator[str]:
    """The evidence in pywb, as the note says, on a port of its own; gives the collection's address."""
    if not (PYWB / ".installed").exists():
        pytest.skip("pywb is not installed: `make test` does that where this Python can have it")
    (told,) = re.findall(r"^  \$ (wb-manager init .+)$", (copy / NOTE).read_text("utf-8"), re.MULTILINE)
    *made, served = told.split(" && ")
    for words in map(str.split, made):
        subprocess.run([PYWB / "bin" / words[0], *words[1:]], cwd=copy, check=True, capture_output=True, timeout=30)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = served.split()
    with (copy / "log").open("wb") as log:
        server = subprocess.Popen(
            [PYWB / "bin" / words[0], *words[1:], "-p", str(port)], cwd=copy, stdout=log, stderr=log
        )
    try:
        yield f"http://127.0.0.1:{port}/bukti"
    finally:
        server.kill()
        server.wait()


def fetched(url: str, *, within: float = 20) -> tuple[bytes, str]:
    """Give what an address answers and of when it says that is, once its server has started."""
    until = time.monotonic() + within
    while True:
        try:
            with urllib.request.urlopen(url, timeout=within) as answer:
                return answer.read(), answer.headers["Memento-Datetime"]
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def test_pywb_replays_the_page(replayed: str) -> None:
    body, when = fetched(f"{replayed}/20241126013015id_/http://kabar.test/logistik/")
    assert body == PAGE
    assert when == "Tue, 26 Nov 2024 01:30:15 GMT"
    body, _ = fetched(f"{replayed}/20241126013015mp_/http://kabar.test/logistik/")
    assert TEXT in body.decode()
