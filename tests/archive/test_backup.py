"""A copy of an archive that is written to meanwhile, and the archive that is made of it again."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive import cursors, takedown
from archive.archive import Archive
from archive.backup import Backup, back_up
from archive.database import Database, sqlite_module
from archive.errors import ArchiveError, ArchiveUnavailableError
from archive.records import Level
from archive.restore import restore
from archive.settings import Home
from archive.verify import verify
from crawler.cli import main
from tests.archive.whole import articles, assert_whole, below, held
from tests.disk import fill, small_disk
from tests.killed import STEP, killed_at_every_step

NOW = datetime(2024, 12, 20, 3, 0, tzinfo=UTC)


@dataclass
class Newsroom:
    """An archive of two outlets and two days: of each outlet one file is closed and one is written to."""

    home: Home
    database: Database
    bench: Any
    bench_class: Callable[..., Any]

    @property
    def archive(self) -> Archive:
        return Archive(self.home, self.database)

    def back_up(self, target: Path, **options: Any) -> Backup:
        asked = {"settings": [], "software": "0", "now": NOW} | options
        return back_up(self.database, self.home, target, **asked)


@pytest.fixture(scope="module")
def printed(
    tmp_path_factory: pytest.TempPathFactory, empty_archive: Path, bench_class: Callable[[Path, Database], Any]
) -> Path:
    root = tmp_path_factory.mktemp("printed") / "home"
    root.mkdir()
    shutil.copy(empty_archive, root / "pilkada.db")
    database = Database(f"sqlite:///{root / 'pilkada.db'}")
    bench = bench_class(root, database)
    bench.fill(outlets=("kabar", "suara"), days=2, a_day=3)
    bench.close()
    database.dispose()
    return root


@pytest.fixture
def newsroom(printed: Path, tmp_path: Path, bench_class: Callable[..., Any]) -> Iterator[Newsroom]:
    root = tmp_path / "home"
    shutil.copytree(printed, root)
    database = Database(f"sqlite:///{root / 'pilkada.db'}")
    bench = bench_class(root, database)
    bench.pass_time(days=2)
    bench.chance.seed(2025)
    yield Newsroom(home=Home(root), database=database, bench=bench, bench_class=bench_class)
    bench.close()
    database.dispose()


@pytest.mark.parametrize("name", ["cadangan.tar", "cadangan.tar.gz"])
def test_a_restored_archive_is_the_one_that_was_backed_up(
    newsroom: Newsroom, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    (newsroom.home.root / "pilkada.toml").write_text('[election]\nactors = "tokoh.csv"\n')
    (newsroom.home.root / "tokoh.csv").write_text("id,name,role\nbawaslu,Bawaslu Kukar,lembaga\n")
    file, again = tmp_path / name, tmp_path / "pulih"
    before = held(newsroom.home.root)
    assert main(["--home", str(newsroom.home.root), "db", "backup", str(file)]) == 0
    said = capsys.readouterr()
    size = f"{file.stat().st_size:,}"
    assert said.out == f"12 articles, 28 captures in 4 WARC files, {size} bytes, written to {file}\n"
    assert said.err == ""
    assert file.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, "home"]

    assert main(["--home", str(again), "db", "restore", str(file)]) == 0
    said = capsys.readouterr()
    assert said.out == f"12 articles, 28 captures in 4 WARC files restored to {again}\n"
    assert said.err.count("\n") == 1
    assert "knows no order to take an article down: give later ones again" in said.err
    assert held(again) == before
    assert articles(again) == articles(newsroom.home.root)
    assert {one for one in below(again) if "/" not in one} == {"pilkada.db", "pilkada.toml", "tokoh.csv", "warc"}
    assert_whole(again, 28)


def test_a_backup_is_a_tar_file_that_checks_itself(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.back_up(tmp_path / "cadangan.tar")
    folder = tmp_path / "lepas"
    folder.mkdir()
    subprocess.run(["tar", "-xf", str(tmp_path / "cadangan.tar"), "-C", str(folder)], check=True)
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=True)
    assert checked.stdout.count(": OK\n") == 6
    assert held(folder) == held(newsroom.home.root)


def test_what_a_crawl_writes_meanwhile_is_in_the_backup_or_not_but_never_half(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    """Between parts that are copied a story is stored, as a crawl would."""
    desk, parts, known = newsroom.bench.begin("kabar"), 0, []

    def crawl(_done: int, _of: int) -> None:
        nonlocal parts
        parts += 1
        if parts % 8 == 1:
            desk.store(f"/berita/susulan-{parts}/", f"Susulan {parts}", f"Panwas menghitung {parts} surat suara.")

    for number in range(2):
        done = newsroom.back_up(tmp_path / f"{number}.tar", on_progress=crawl)
        restore(tmp_path / f"{number}.tar", Home(tmp_path / f"pulih-{number}"))
        assert done.damaged == []
        assert_whole(tmp_path / f"pulih-{number}", done.manifest.captures)
        known.append(len(articles(tmp_path / f"pulih-{number}")))
        assert known[-1] == done.manifest.articles
    assert 12 == known[0] < known[1] < len(articles(newsroom.home.root))


def test_a_crawl_in_another_thread_disturbs_no_backup(newsroom: Newsroom, tmp_path: Path) -> None:
    desk, ended, number = newsroom.bench.begin("suara"), threading.Event(), 0

    def crawl() -> None:
        nonlocal number
        while not ended.is_set():
            desk.store(f"/berita/lain-{number}/", f"Lain {number}", "Panwas menghitung ulang surat suara.")
            number += 1

    writer = threading.Thread(target=crawl)
    writer.start()
    try:
        backups = 0
        while number < 20 and backups < 200:
            backups += 1
            done = newsroom.back_up(tmp_path / f"{backups}.tar")
            assert done.damaged == []
    finally:
        ended.set()
        writer.join()
    assert number >= 20
    restore(tmp_path / f"{backups}.tar", Home(tmp_path / "pulih"))
    assert_whole(tmp_path / "pulih", done.manifest.captures)


def take_down(newsroom: Newsroom, uid: str) -> None:
    takedown.take_down(
        newsroom.archive, uid, reason="Putusan", level=Level.BYTES, hold=lambda _: nullcontext(), now=NOW
    )


def test_a_takedown_that_comes_between_begins_the_backup_anew(newsroom: Newsroom, tmp_path: Path) -> None:
    left = [record["uid"] for record in newsroom.archive.articles()][:1]

    def meanwhile(_done: int, _of: int) -> None:
        if left:
            take_down(newsroom, left.pop())

    done = newsroom.back_up(tmp_path / "cadangan.tar", on_progress=meanwhile)
    assert (done.damaged, done.manifest.articles, done.manifest.orders.number) == ([], 11, 1)
    restore(tmp_path / "cadangan.tar", Home(tmp_path / "pulih"))
    assert_whole(tmp_path / "pulih", 27)


def test_takedowns_without_end_end_the_backup_in_one_line(newsroom: Newsroom, tmp_path: Path) -> None:
    left = [record["uid"] for record in newsroom.archive.articles() if record["outlet"] == "suara"]
    tries = []

    def meanwhile(done: int, _of: int) -> None:
        if done < 10_000:  # the manifest: a new try
            tries.append(done)
            take_down(newsroom, left.pop())

    with pytest.raises(ArchiveUnavailableError, match="a takedown is rewriting WARC files"):
        newsroom.back_up(tmp_path / "cadangan.tar", on_progress=meanwhile)
    assert len(tries) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_restore_says_which_orders_it_knows(
    newsroom: Newsroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    uids = [record["uid"] for record in newsroom.archive.articles()]
    take_down(newsroom, uids[0])
    newsroom.back_up(tmp_path / "cadangan.tar")
    take_down(newsroom, uids[1])
    assert main(["--home", str(tmp_path / "pulih"), "db", "restore", str(tmp_path / "cadangan.tar")]) == 0
    assert capsys.readouterr().err == (
        "the backup was made at 2024-12-20 03:00 UTC and knows 1 order to take an article down, the last of"
        " 2024-12-20 03:00 UTC: give later ones again\n"
    )
    assert [record["uid"] for record in articles(tmp_path / "pulih")] == uids[1:]


def test_a_damaged_archive_is_backed_up_as_it_is_and_so_restored(
    newsroom: Newsroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    first, second, third, _ = newsroom.bench.warc_files()
    data = bytearray(first.read_bytes())
    data[len(data) // 2] ^= 1
    first.write_bytes(data)
    second.write_bytes(second.read_bytes()[:-20])
    third.unlink()
    file, again = tmp_path / "cadangan.tar", tmp_path / "pulih"
    assert main(["--home", str(newsroom.home.root), "db", "backup", str(file)]) == 5
    said = capsys.readouterr().err.splitlines()
    names = [path.relative_to(newsroom.home.warc).as_posix() for path in (first, second, third)]
    assert said[0] == f"damaged: {names[0]}: 1 record is not as written"
    assert [line.partition(": ")[2].partition(": ")[0] for line in said[:-1]] == [
        names[0],
        names[1],
        names[1],
        names[2],
    ]
    assert main(["--home", str(again), "db", "restore", str(file)]) == 0
    proofs = []
    for root in (newsroom.home.root, again):
        archive = Archive.open(root)
        proofs.append(verify(archive))
        archive.database.dispose()
    assert proofs[0] == proofs[1]
    assert len(proofs[0].damaged) > 8


def test_without_the_warc_files_they_are_asked_for_by_name_and_digest(
    newsroom: Newsroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    file, again = tmp_path / "cadangan.tar", tmp_path / "pulih"
    home = ["--home", str(newsroom.home.root)]
    assert main([*home, "db", "backup", str(file), "--without-warc", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["manifest"]["warc"]] == [
        path.relative_to(newsroom.home.warc).as_posix() for path in newsroom.bench.warc_files()
    ]
    assert len(told["sums"]) == 6
    # One is in its place already, and has grown since; another one was lost and came back cut.
    whole, cut, *_ = newsroom.bench.warc_files()
    for path in (whole, cut):
        to = again / path.relative_to(newsroom.home.root)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(path.read_bytes() + b"more" if path == whole else path.read_bytes()[:-1])
    assert main(["--home", str(again), "db", "restore", str(file)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("12 articles, 28 captures in 4 WARC files, which it does not hold, restored")
    lines = said.err.splitlines()
    assert lines[1] == f"put these 3 WARC files into {again / 'warc'}, then `pilkada --home {again} verify`:"
    assert len(lines) == 5
    assert main(["--home", str(again), "verify"]) == 5
    shutil.copytree(newsroom.home.warc, again / "warc", dirs_exist_ok=True)
    assert main(["--home", str(again), "verify"]) == 0
    assert held(again) == held(newsroom.home.root)


def test_a_killed_backup_leaves_nothing_at_its_place_and_the_next_one_is_whole(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    target = tmp_path / "ke" / "cadangan.tar"
    target.parent.mkdir()
    newsroom.database.dispose()

    def back_up_alone() -> None:
        newsroom.back_up(target, on_progress=lambda done, _of: sys.audit(STEP, done))

    there = []
    for _ in killed_at_every_step(back_up_alone):
        there.append(target.exists())
        assert all(name.startswith(".pilkada-") for name in below(target.parent) if name != target.name)
        if there[-1]:
            target.rename(tmp_path / f"{len(there)}.tar")
    assert there.count(False) > 15
    for whole in tmp_path.glob("*.tar"):
        assert whole.read_bytes() == target.read_bytes()
    assert below(target.parent) == ["cadangan.tar"]
    assert below(target.parent) == ["cadangan.tar"]
    restore(target, Home(tmp_path / "pulih"))
    assert_whole(tmp_path / "pulih", 28)


def test_a_disk_without_room_is_one_line_and_leaves_nothing(
    newsroom: Newsroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    disk = tmp_path / "disk"
    words = ["--home", str(newsroom.home.root), "db", "backup", str(disk / "cadangan.tar")]
    with small_disk(disk, 2048):
        fill(disk / "beban", but_kilobytes=500)
        assert main(words) == 1
        assert "MB for a while, and its disk has 0.5 MB left" in capsys.readouterr().err
        assert below(disk) == ["beban"]
        (disk / "beban").unlink()
        with pytest.raises(ArchiveUnavailableError, match=r"cadangan\.tar cannot be written: No space left on device"):
            newsroom.back_up(disk / "cadangan.tar", on_progress=lambda *_: fill(disk / "beban"))
        assert below(disk) == ["beban"]
        (disk / "beban").unlink()
        assert main(words) == 0
        fill(disk / "beban", but_kilobytes=300)
        assert main(["--home", str(disk / "pulih"), "db", "restore", words[-1]]) == 1
        assert "MB left" in capsys.readouterr().err
        assert below(disk) == ["beban", "cadangan.tar"]


def test_a_home_that_is_read_only_is_backed_up(newsroom: Newsroom, tmp_path: Path) -> None:
    """So is a disk's snapshot of an archive that is open, whose log lies beside the database."""
    newsroom.bench.begin("kabar")
    with small_disk(tmp_path / "disk", 4096):
        root = tmp_path / "disk" / "home"
        shutil.copytree(newsroom.home.root, root)
        subprocess.run(["mount", "-o", "remount,ro", str(tmp_path / "disk")], check=True)
        assert main(["--home", str(root), "db", "backup", str(tmp_path / "cadangan.tar")]) == 0
        assert main(["--home", str(root / "pulih"), "db", "restore", str(tmp_path / "cadangan.tar")]) == 1
    restore(tmp_path / "cadangan.tar", Home(tmp_path / "pulih"))
    assert_whole(tmp_path / "pulih", 28)


@pytest.mark.parametrize(
    ("place", "status", "says"),
    [
        ("home", 2, "home/cadangan.tar"),
        ("home/pilkada.db", 2, "is there already: name a new one, or delete it first"),
        ("cadangan.zip", 2, "name a file that ends in .tar, or .tar.gz"),
        ("tiada/cadangan.tar", 1, "No such file or directory"),
        ("home/pilkada.db/cadangan.tar", 1, "Not a directory"),
    ],
)
def test_what_cannot_be_written_is_one_line(
    newsroom: Newsroom,
    tmp_path: Path,
    place: str,
    status: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
    root_logger: None,
) -> None:
    before = held(newsroom.home.root)
    assert main(["--home", str(newsroom.home.root), "db", "backup", str(tmp_path / place)]) == status
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("pilkada: ")
    assert said.err.endswith(f"{says}\n")
    assert said.err.count("\n") == 1
    assert held(newsroom.home.root) == before


def test_an_archive_that_is_not_there_or_not_ours_or_not_sqlite_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["--home", str(tmp_path / "kosong"), "db", "backup", str(tmp_path / "a.tar")]
    assert main(words) == 1
    assert "there is no archive in" in capsys.readouterr().err
    monkeypatch.setenv("PILKADA_ARCHIVE__URL", "postgresql://127.0.0.1:9/pilkada")
    assert main(words) == 1
    warc = tmp_path / "kosong" / "warc"
    said = f"pilkada: copy this database by its own tools, such as pg_dump, and {warc} after it\n"
    assert capsys.readouterr().err == said
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_damaged_is_no_backup(newsroom: Newsroom, tmp_path: Path) -> None:
    with newsroom.database.write() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    raw = sqlite_module().connect(newsroom.home.root / "pilkada.db")
    raw.execute("DELETE FROM warc_file WHERE id = 1")
    raw.commit()
    raw.close()
    with pytest.raises(ArchiveError, match="is damaged: capture row 1 refers to a missing warc_file"):
        newsroom.back_up(tmp_path / "cadangan.tar")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_two_backups_at_once_are_one(newsroom: Newsroom, tmp_path: Path) -> None:
    said: list[int] = []

    def meanwhile(_done: int, _of: int) -> None:
        if not said:
            words = [sys.executable, "-m", "pilkada", "--home", str(newsroom.home.root), "db", "backup"]
            said.append(subprocess.run([*words, str(tmp_path / "b.tar")], check=False, env=os.environ).returncode)

    newsroom.back_up(tmp_path / "a.tar", on_progress=meanwhile)
    assert said == [4]
    assert not (tmp_path / "b.tar").exists()


def test_a_cursor_from_before_the_backup_goes_on_and_a_later_one_is_refused(newsroom: Newsroom, tmp_path: Path) -> None:
    """What the archive told after the backup was made, the restored one tells otherwise under the same numbers."""

    def cursor(database: Database) -> str:
        with database.read() as connection:
            return cursors.give(connection)

    desk = newsroom.bench.begin("kabar")
    before = cursor(newsroom.database)
    desk.store("/berita/susulan-1/", "Susulan 1", "Panwas menghitung 1 surat suara.")
    newsroom.back_up(tmp_path / "cadangan.tar")
    desk.store("/berita/susulan-2/", "Susulan 2", "Panwas menghitung 2 surat suara.")
    later = cursor(newsroom.database)
    restore(tmp_path / "cadangan.tar", Home(tmp_path / "pulih"))
    database = Database(f"sqlite:///{tmp_path / 'pulih' / 'pilkada.db'}")
    newsroom.bench.pass_time(days=1)
    fresh = newsroom.bench_class(tmp_path / "pulih", database)
    fresh.chance.seed(2026)
    fresh.pass_time(days=5)
    for number in (3, 4):
        with database.read() as connection:
            assert cursors.read(connection, before) == 12
            with pytest.raises(cursors.CursorError, match="of a state that a backup has replaced"):
                cursors.read(connection, later)
        fresh.begin("kabar").store(f"/berita/lain-{number}/", f"Lain {number}", f"Panwas menghitung {number} kotak.")
    fresh.close()
    database.dispose()
