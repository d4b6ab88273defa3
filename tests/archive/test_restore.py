"""What is no backup, not whole, hostile or in the way is one line, and nothing is left of it."""

import gzip
import io
import json
import shutil
import sys
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive import manifest, tarball
from archive.archive import Archive
from archive.backup import back_up
from archive.errors import ArchiveError, ArchiveUnavailableError, SchemaError
from archive.manifest import BackupError
from archive.restore import restore
from archive.settings import Home
from archive.unpacking import told_by
from crawler.cli import main
from tests.archive.whole import assert_whole, below, held
from tests.killed import STEP, killed_at_every_step

Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture(scope="module")
def backup(room: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with settings of four outlets' files."""
    room.fill(outlets=("kabar", "suara"), days=2, a_day=2)
    (room.home.root / "pilkada.toml").write_text("[crawl]\ndelay = 3.0\n")
    file = tmp_path_factory.mktemp("backup") / "cadangan.tar"
    back_up(
        room.database, room.home, file, settings=[room.home.settings_file], software="0",
        now=datetime(2024, 12, 20, 3, tzinfo=UTC),
    )  # fmt: skip
    return file


@pytest.fixture
def members(backup: Path) -> Members:
    with tarfile.open(backup) as file:
        return [(info, file.extractfile(info).read()) for info in file]  # type: ignore[union-attr]


def packed(members: Members, file: Path, *, settle: bool = True) -> Path:
    """Write a backup of these members, whose digests are right, as whoever made it would see to."""
    if settle:
        sums = {
            info.name: tarball.digest([data]) for info, data in members if info.isreg() and info.name != "SHA256SUMS"
        }
        members = [(info, manifest.sums(sums) if info.name == "SHA256SUMS" else data) for info, data in members]
    with tarfile.open(file, "w", format=tarfile.GNU_FORMAT) as target:
        for info, data in members:
            info.size = len(data) if info.isreg() else 0
            target.addfile(info, io.BytesIO(data))
    return file


def refused(file: Path, home: Path, error: type[ArchiveError] = BackupError) -> str:
    with pytest.raises(error) as caught:
        restore(file, Home(home))
    assert not home.exists()
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(f"{file} cannot be restored: ")
    return said.partition(": ")[2]


def test_a_backup_that_is_cut_anywhere_is_refused(backup: Path, tmp_path: Path) -> None:
    data = backup.read_bytes()
    edges = {1, 100, 511, 512, 513, len(data) - 1700, len(data) - 2300}
    for at in sorted(edges | set(range(7, len(data) - 1700, len(data) // 25))):
        (tmp_path / "cut.tar").write_bytes(data[:at])
        assert refused(tmp_path / "cut.tar", tmp_path / "pulih") == "it is not whole", at
    for at in (20, 5000, len(gzip.compress(data)) - 900):
        (tmp_path / "cut.tar.gz").write_bytes(gzip.compress(data, mtime=0)[:at])
        assert refused(tmp_path / "cut.tar.gz", tmp_path / "pulih") == "it is not whole", at


def test_a_backup_of_which_a_byte_has_changed_is_refused_or_the_same(room: Any, backup: Path, tmp_path: Path) -> None:
    """Some bytes of a tar file say nothing: padding, owners, times."""
    data, told = bytearray(backup.read_bytes()), told_by(backup)
    refusals = 0
    for at in sorted({*range(512, 1400, 29), *range(300, len(data) - 1024, len(data) // 30)}):
        data[at] ^= 0x40
        (tmp_path / "a.tar").write_bytes(data)
        data[at] ^= 0x40
        try:
            done = restore(tmp_path / "a.tar", Home(tmp_path / "pulih"))
        except ArchiveError:
            refusals += 1
            assert not (tmp_path / "pulih").exists()
        else:
            assert (held(tmp_path / "pulih"), done.manifest) == (held(room.home.root), told)
            shutil.rmtree(tmp_path / "pulih")
    assert refusals > 50


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "it is not whole", id="empty"),
        pytest.param(b"SQLite format 3\0" + bytes(9000), "a header in it cannot be read", id="a database"),
        pytest.param(b"\x1f\x8b" + bytes(2000), "it is not whole", id="no gzip"),
        pytest.param(gzip.compress(bytes(50_000_000)), "it is no backup of Pilkada", id="zeros without end"),
        pytest.param(tarball.header("foto.jpg", 0, 0) + bytes(1024), "it is no backup of Pilkada", id="another tar"),
        pytest.param(tarball.header("manifest.json", 70_000_000, 0), "manifest.json in it is too long", id="too long"),
        pytest.param(tarball.header("manifest.json", 10**15, 0), "manifest.json in it is too long", id="a petabyte"),
        pytest.param(
            tarball.header("manifest.json", 2, 0) + b"[]" + bytes(510),
            "its manifest cannot be read: Expected `object`, got `array`",
            id="no manifest",
        ),
        pytest.param(
            tarball.header("manifest.json", 20_480, 0) + b'{"x":' + b"[" * 20_475,
            "its manifest cannot be read: ",
            id="deep",
        ),
        pytest.param(
            tarball.header("manifest.json", 12, 0) + b'{"format":2}' + bytes(500),
            "a newer Pilkada made it: upgrade Pilkada",
            id="a newer format",
        ),
    ],
)
def test_a_file_that_is_no_backup_is_refused(
    tmp_path: Path, data: bytes, says: str, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    file = tmp_path / "asing.tar"
    file.write_bytes(data)
    assert main(["--home", str(tmp_path / "pulih"), "db", "restore", str(file)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"pilkada: {file} cannot be restored: {says}")
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == [file]


Change = Callable[[dict[str, Any]], None]


def renamed(kind: str, name: str) -> Change:
    return lambda told: told[kind][0].update(name=name)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        *(
            pytest.param(renamed("settings", name), f"its manifest names {name!r}, as no backup does", id=repr(name))
            for name in (
                "../luar", "/etc/cron.d/luar", "a/../../luar", "C:luar", "a\\b", "", ".", "a//b", "a\n", "a\0b", "a ",
                "luar.", "pilkada.db-wal", "PILKADA.DB", "index/meta.json", "locks/x", "WARC/x", ".restoring/x",
            )
        ),
        pytest.param(renamed("warc", "../pilkada.db"), "its manifest names 'warc/../pilkada.db'", id="warc"),
        pytest.param(renamed("warc", "suara/suara-20241126.warc.gz"), "its manifest names 'warc/suara/suara-20241126.warc.gz'", id="twice"),
        pytest.param(lambda told: told["warc"][0].update(held=-1), "its manifest cannot be read", id="negative"),
        pytest.param(lambda told: told["warc"][0].update(held=10**9), "its manifest tells sizes", id="longer"),
        pytest.param(lambda told: told.update(warc=[]), "SHA256SUMS is not where its manifest has it", id="more files"),
        pytest.param(
            lambda told: told["warc"].append({"name": "a/b.warc.gz", "size": 9, "held": 0}),
            "its manifest tells of other WARC files than its database",
            id="a file that no row has",
        ),
        pytest.param(lambda told: told.update(database=10**12), "is not where its manifest has it", id="a size"),
        pytest.param(lambda told: told.update(schema="0001"), "of another schema than its database", id="a schema"),
        pytest.param(lambda told: told.update(format=2), "a newer Pilkada made it: upgrade Pilkada", id="a format"),
    ],
)  # fmt: skip
def test_a_manifest_that_lies_is_refused(members: Members, tmp_path: Path, change: Change, says: str) -> None:
    told = json.loads(members[0][1])
    change(told)
    members[0] = (members[0][0], json.dumps(told).encode())
    if told["database"] == 10**12:
        with pytest.raises(ArchiveUnavailableError, match=r"needs 1,000,000\.0 MB for it, and its disk has"):
            restore(packed(members, tmp_path / "a.tar"), Home(tmp_path / "pulih"))
    else:
        assert says in refused(packed(members, tmp_path / "a.tar"), tmp_path / "pulih")
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar"]


def test_a_newer_schema_is_refused(members: Members, tmp_path: Path) -> None:
    told = json.loads(members[0][1]) | {"schema": "9999"}
    members[0] = (members[0][0], json.dumps(told).encode())
    said = refused(packed(members, tmp_path / "a.tar"), tmp_path / "pulih", SchemaError)
    assert said.startswith("a newer Pilkada made it (schema 9999, this one knows ")


def linked(info: tarfile.TarInfo, kind: bytes) -> None:
    info.type, info.linkname = kind, "../../luar"


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE,
             tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME]
)  # fmt: skip
@pytest.mark.parametrize("at", [0, 1, 3])
def test_anything_but_plain_files_is_refused(backup: Path, tmp_path: Path, kind: bytes, at: int) -> None:
    with tarfile.open(backup) as file:
        place = file.getmembers()[at].offset
    data = bytearray(backup.read_bytes())
    info = tarfile.TarInfo.frombuf(data[place : place + 512], "utf-8", "strict")
    linked(info, kind)
    data[place : place + 512] = info.tobuf(tarfile.GNU_FORMAT)[:512]
    (tmp_path / "a.tar").write_bytes(data)
    assert "in it is no plain file" in refused(tmp_path / "a.tar", tmp_path / "pulih")


def test_files_in_another_order_doubled_or_besides_are_refused(members: Members, tmp_path: Path) -> None:
    more = tarfile.TarInfo("luar")
    for number, wrong in enumerate(
        (
            [members[0], members[0], *members[1:]],
            [members[0], members[2], members[1], *members[3:]],
            [*members[:-1], members[1], members[-1]],
            [*members[:-1], (more, b"x"), members[-1]],
            members[:-1],
        )
    ):
        refused(packed(wrong, tmp_path / f"{number}.tar"), tmp_path / "pulih")


def test_a_database_that_is_none_or_damaged_is_refused(members: Members, tmp_path: Path) -> None:
    info, data = members[1]
    members[1] = (info, b"\0" * len(data))
    assert "its database cannot be read" in refused(packed(members, tmp_path / "a.tar"), tmp_path / "pulih")
    middle = len(data) // 2 // 4096 * 4096
    members[1] = (info, data[:middle] + b"\xff" * 4096 + data[middle + 4096 :])
    assert "its database" in refused(packed(members, tmp_path / "b.tar"), tmp_path / "pulih")


@pytest.fixture
def words(backup: Path, tmp_path: Path) -> list[str]:
    return ["--home", str(tmp_path / "pulih"), "db", "restore", str(backup)]


def test_a_home_that_has_an_archive_or_warc_files_is_left_alone(
    room: Any, backup: Path, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    before = held(room.home.root)
    assert main(["--home", str(room.home.root), *words[2:]]) == 2
    assert "holds an archive: name a new --home, or move that one away" in capsys.readouterr().err
    with pytest.raises(ArchiveError, match="holds an archive"):
        restore(backup, room.home)
    assert held(room.home.root) == before

    home = tmp_path / "pulih"
    (home / "warc").mkdir(parents=True)
    (home / "warc" / "catatan.txt").write_text("milik saya")
    assert main(words) == 2
    assert "holds files already: name a new --home, or move them away" in capsys.readouterr().err
    assert below(home) == ["warc", "warc/catatan.txt"]
    (home / "warc" / "catatan.txt").unlink()
    assert main(words) == 0
    assert held(home) == before

    (tmp_path / "berkas").write_text("milik saya")
    assert main(["--home", str(tmp_path / "berkas"), *words[2:]]) in (1, 2)
    assert capsys.readouterr().err.count("\n") == 2  # of the restore before, and this one's
    assert (tmp_path / "berkas").read_text() == "milik saya"


def test_the_log_of_a_database_that_is_gone_is_never_played_into_the_restored_one(
    room: Any, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    home = tmp_path / "pulih"
    home.mkdir()
    with room.database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE asing (id INTEGER)")
    shutil.copy(room.home.root / "pilkada.db-wal", home)
    with room.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE asing")
    assert main(words) == 2
    assert "holds pilkada.db-wal, the log of a database that is gone" in capsys.readouterr().err
    assert below(home) == ["pilkada.db-wal"]
    (home / "pilkada.db-wal").unlink()
    assert main(words) == 0
    assert held(home) == held(room.home.root)


def test_settings_that_are_there_stay_and_settings_that_lead_elsewhere_stand_aside(
    members: Members, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    home = tmp_path / "pulih"
    home.mkdir()
    (home / "pilkada.toml").write_text("[crawl]\ndelay = 5.0\n")
    assert main(words) == 0
    assert "pilkada.toml.restored: put aside, since there were settings already" in capsys.readouterr().err
    assert (home / "pilkada.toml").read_text() == "[crawl]\ndelay = 5.0\n"
    assert (home / "pilkada.toml.restored").read_text() == "[crawl]\ndelay = 3.0\n"

    elsewhere = f'[archive]\nurl = "sqlite:///{tmp_path}/lain.db"\n'.encode()
    told = json.loads(members[0][1])
    told["settings"][0].update(size=len(elsewhere), held=len(elsewhere))
    members[0], members[2] = (members[0][0], json.dumps(told).encode()), (members[2][0], elsewhere)
    packed(members, tmp_path / "a.tar")
    lain = ["--home", str(tmp_path / "lain"), "db"]
    assert main([*lain, "restore", str(tmp_path / "a.tar")]) == 0
    assert main([*lain, "check"]) == 0
    assert not (tmp_path / "lain.db").exists()
    assert "pilkada.toml.restored" in below(tmp_path / "lain")


def test_a_setting_that_names_a_database_elsewhere_refuses_a_restore(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("PILKADA_ARCHIVE__URL", f"sqlite:///{tmp_path}/lain.db")
    assert main(words) == 2
    assert capsys.readouterr().err == (
        "pilkada: archive.url (PILKADA_ARCHIVE__URL) names a database, and a backup is restored to the home:"
        " unset it meanwhile\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_an_index_of_another_archive_is_made_again(backup: Path, ran: Any, tmp_path: Path) -> None:
    """It says up to which change it goes: a search would believe that it knows this archive's."""
    home = Home(tmp_path / "pulih")
    assert ran.archive.search("warga").total > 0
    shutil.copytree(ran.archive.home.index, home.index)
    restore(backup, home)
    archive = Archive.open(home.root)
    assert archive.search("mengawasi").total == 8
    assert archive.search("rukmana").total == 0
    archive.database.dispose()


def test_what_was_put_into_a_home_after_a_kill_is_left_alone(backup: Path, tmp_path: Path) -> None:
    """The kill came before the settings were moved: those that stand there now are somebody's own."""
    home = tmp_path / "pulih"
    (home / ".restoring").mkdir(parents=True)
    (home / ".restoring" / "placing.json").write_text('{"pilkada.toml": "pilkada.toml", "warc/": "warc/"}')
    for name in ("pilkada.db", "pilkada.toml"):
        (home / ".restoring" / name).write_text("setengah")
    (home / "pilkada.toml").write_text("[crawl]\ndelay = 5.0\n")
    (home / "warc").mkdir()
    (home / "warc" / "setengah.warc.gz").write_text("setengah")
    restore(backup, Home(home))
    assert (home / "pilkada.toml").read_text() == "[crawl]\ndelay = 5.0\n"
    assert not (home / "warc" / "setengah.warc.gz").exists()
    assert_whole(home, 20)


@pytest.fixture
def steps(backup: Path, tmp_path: Path) -> Iterator[int]:
    """Kill a restore before each of its steps; give which step it is after each kill."""
    home = Home(tmp_path / "pulih")
    return killed_at_every_step(lambda: _restore(backup, home))


def _restore(backup: Path, home: Home) -> None:
    restore(backup, home, on_progress=lambda done, _of: sys.audit(STEP, done))


def test_a_killed_restore_leaves_no_archive_or_a_whole_one_and_the_next_try_works(
    room: Any, backup: Path, tmp_path: Path, steps: Iterator[int]
) -> None:
    home, wanted = tmp_path / "pulih", held(room.home.root)
    found: list[bool] = []
    for step in steps:
        found.append((home / "pilkada.db").exists())
        if found[-1]:
            assert held(home) == wanted, step
            assert (home / "pilkada.toml").exists()
            shutil.rmtree(home)
        elif step % 3 == 0:  # the next try, in what the kill left; in between, kills upon kills
            restore(backup, Home(home))
            assert held(home) == wanted, step
            assert not (home / ".restoring").exists()
            shutil.rmtree(home)
    assert (found.count(False) > 30, found.count(True) > 0) == (True, True)
    assert_whole(home, 20)
