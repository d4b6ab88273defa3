"""`pilkada doctor` names what is wrong, and what helps, whatever else is broken; it changes nothing."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from archive.archive import Archive
from archive.database import Database
from archive.records import Reading
from archive.settings import ArchiveSettings, Home
from bench.desk import Desk
from crawler.cli import main
from crawler.doctor import machine
from crawler.doctor.finding import Patient, State
from crawler.doctor.machine import outside
from scheduler.heartbeat import Health, Life
from scheduler.lock import outlet_lock, scheduler_lock
from tests.disk import fill, small_disk

SETTINGS = """
[crawl]
contact = "redaksi@kabar.example"

[outlets.kabar]
family = "wordpress"
name = "Kabar"
base_url = "https://kabar.example"
timezone = "Asia/Makassar"
"""
WHEN = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sehat") / "home"
    database = Database(Home(root).database_url(ArchiveSettings()))
    database.ensure()
    desk = Desk(database, ["kabar"], WHEN)
    reading = Reading(title="Banjir surut", body=("Banjir di Muara Enim surut.",), published_date=date(2026, 11, 3))
    with database.write() as connection:
        desk.store(connection, "kabar", "/1/", reading)
        connection.exec_driver_sql(f"UPDATE run SET status = 'ok', finished_at = '{WHEN:%Y-%m-%d %H:%M:%S.000000}'")
        connection.exec_driver_sql("UPDATE visit SET state = 'read'")
    archive = Archive(Home(root), database)
    archive.catch_up()
    database.dispose()
    (root / "pilkada.toml").write_text(SETTINGS)
    return root


@pytest.fixture
def home(sound: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sound, tmp_path / "home")


class Doctor:
    """The command, and what it says of one check."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self._capsys = home, capsys

    def __call__(self, status: int) -> dict[str, list[dict[str, Any]]]:
        assert main(["--home", str(self.home), "doctor", "--format", "json"]) == status
        said = self._capsys.readouterr()
        assert said.err == ""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in json.loads(said.out):
            assert set(row) == {"check", "state", "detail", "remedy"}
            assert bool(row["remedy"]) == (row["state"] != "ok"), row
            found.setdefault(row["check"], []).append(row)
        return found

    def of(self, check: str, state: str, *, among: str = "") -> str:
        """Give what the check says that has this state; nothing else is bad."""
        found = self(3 if state == "bad" else 0)
        rows = [row for row in found[check] if row["state"] == state and among in row["detail"]]
        assert rows, found[check]
        others = {name for name, several in found.items() if any(row["state"] == "bad" for row in several)}
        assert others <= {check}
        return f"{rows[0]['detail']} → {rows[0]['remedy']}"


@pytest.fixture
def doctor(home: Path, capsys: pytest.CaptureFixture[str], root_logger: None) -> Doctor:
    return Doctor(home, capsys)


def digests(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in home.rglob("*")
        if path.is_file()
    }


def test_what_is_sound_is_said_to_be_so_and_nothing_is_changed(doctor: Doctor) -> None:
    before = digests(doctor.home)
    found = doctor(0)
    states = {name: {row["state"] for row in rows} for name, rows in found.items()}
    assert {name for name, state in states.items() if state != {"ok"}} == set()
    assert len(found) >= 15
    assert digests(doctor.home) == before


def test_a_home_that_is_not_there_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    doctor = Doctor(tmp_path / "a" / "b", capsys)
    assert "first crawl makes it" in doctor.of("database", "ok")
    assert not (tmp_path / "a").exists()


def test_a_person_reads_a_line_each_with_what_helps(doctor: Doctor, capsys: pytest.CaptureFixture[str]) -> None:
    (doctor.home / "pilkada.toml").write_text(SETTINGS.replace('contact = "redaksi@kabar.example"', ""))
    assert main(["--home", str(doctor.home), "doctor"]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert {line[:5] for line in lines} == {"ok   ", "bad  "}
    (bad,) = (line for line in lines if line.startswith("bad"))
    assert bad.startswith("bad  contact: crawl.contact is unset: kabar cannot be crawled → contact = ")


def rows(home: Path, *statements: str) -> None:
    database = Database(Home(home).database_url(ArchiveSettings()))
    with database.write() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    database.dispose()


def settings(text: str) -> Callable[[Path], None]:
    return lambda home: (home / "pilkada.toml").write_text(text) and None


def revision(number: str) -> Callable[[Path], None]:
    return lambda home: rows(home, f"UPDATE alembic_version SET version_num = '{number}'")


def files(*names: str) -> Callable[[Path], None]:
    def make(home: Path) -> None:
        for name in names:
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text("x")

    return make


def beat(home: Path, **changed: Any) -> None:
    """Have a daemon of this process have written its sign of life just now."""
    now = datetime.now(UTC)
    told: dict[str, Any] = {
        "life": Life.RUNNING,
        "pid": 1,
        "host": "mesin",
        "version": "0",
        "every": 30.0,
        "trouble": None,
    }
    told |= {"started_at": now, "at": now, "settings_read_at": now, "next_run": None, "running": [], "outlets": {}}
    (home / "health.json").write_bytes(msgspec.json.encode(Health(**told | {"refused": None} | changed)))


FAULTS: dict[str, tuple[Callable[[Path], object], str, str, str]] = {
    "settings-broken": (settings("[crawl\n"), "settings", "bad", "is not valid TOML"),
    "settings-unknown": (settings(f"{SETTINGS}[lain]\na = 1\n"), "settings", "bad", "unknown key lain"),
    "no-contact": (settings(SETTINGS.replace("contact", "# contact")), "contact", "bad", "kabar cannot be crawled"),
    "no-outlet": (
        settings(SETTINGS.replace("timezone", "enabled = false\ntimezone")),
        "outlets",
        "warn",
        "pilkada init",
    ),
    "no-pack": (settings(f'{SETTINGS}[election]\npack = "./tidak-ada"\n'), "election", "bad", "tidak-ada"),
    "summer-time": (settings(f'{SETTINGS}[schedule]\ntimezone = "Europe/Berlin"\n'), "zones", "warn", "summer time"),
    "log-file": (settings(f'{SETTINGS}[log]\nfile = "pilkada.toml/a.log"\n'), "log", "bad", "cannot be written"),
    "old-schema": (revision("0003"), "database", "bad", "pilkada db upgrade"),
    "newer-schema": (revision("0999"), "database", "bad", "newer than this Pilkada knows"),
    "no-database": (
        lambda home: (home / "pilkada.db").write_bytes(b"bukan " * 999),
        "database",
        "bad",
        "not a database",
    ),
    "no-server": (
        settings(f'{SETTINGS}[archive]\nurl = "postgresql://orang:rahasia-sekali@127.0.0.1:9/x"\n'),
        *("database", "bad", "refused"),
    ),
    "no-address": (
        settings(f'{SETTINGS}[archive]\nurl = "pilkada.db"\n'),
        "database",
        "bad",
        "is not a database address",
    ),
    "open-run": (lambda home: rows(home, "UPDATE run SET status = 'running'"), "runs", "warn", "killed: 1 of kabar"),
    "unread": (lambda home: rows(home, "UPDATE visit SET state = 'unread'"), "runs", "warn", "pilkada crawl kabar"),
    "clock": (
        lambda home: rows(
            home, f"UPDATE run SET started_at = '{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d 00:00:00}'"
        ),
        *("clock", "bad", "the archive has a row of"),
    ),
    "other-index": (lambda home: (home / "index" / "stamp.json").write_text("{}"), "index", "warn", "another version"),
    "index-ahead": (lambda home: rows(home, "DELETE FROM change"), "index", "warn", "that the database does not"),
    "index-behind": (lambda home: rows(home, "UPDATE change SET sequence = 99"), "index", "ok", "98 changes behind"),
    "drafts": (
        files("pilkada.db.before-0012.part", ".restoring/x"),
        "remains",
        "warn",
        ".restoring, pilkada.db.before",
    ),
    "copies": (
        files("pilkada.db.before-0012", "index.old-1/a"),
        "remains",
        "warn",
        "index.old-1, pilkada.db.before-0012",
    ),
    "torn": (files("warc/torn/kabar-1"), "remains", "ok", "1 torn ends"),
    "stale-lock": (
        files("locks/outlet-kabar.lock", "locks/outlet-kabar.json"),
        "locks",
        "ok",
        "killed while they held it",
    ),
    "killed-daemon": (beat, "daemon", "bad", "was killed"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_what_helps(doctor: Doctor, fault: str) -> None:
    inject, check, state, said = FAULTS[fault]
    inject(doctor.home)
    before = digests(doctor.home)
    line = doctor.of(check, state, among="" if state != "ok" else said)
    assert said in line
    assert "rahasia-sekali" not in line
    assert digests(doctor.home).keys() == before.keys()


def test_who_is_at_work_is_said_and_is_no_fault(doctor: Doctor) -> None:
    rows(doctor.home, "UPDATE run SET status = 'running'")
    with outlet_lock(doctor.home / "locks", "kabar"):
        found = doctor(0)
    assert f"outlet-kabar by process {os.getpid()} since" in found["locks"][0]["detail"]
    assert found["runs"][0]["state"] == "ok"


def test_a_daemon_without_a_sign_of_life_is_a_fault(doctor: Doctor) -> None:
    with scheduler_lock(doctor.home / "locks"):
        assert "gives no sign of life" in doctor.of("daemon", "bad")
        beat(doctor.home)
        assert "the daemon lives" in doctor.of("daemon", "ok")
        beat(doctor.home, refused="unknown key lain")
        assert "unknown key lain" in doctor.of("daemon", "warn")
        beat(doctor.home, at=datetime(2026, 1, 1, tzinfo=UTC))
        assert "gives no sign of life" in doctor.of("daemon", "bad")


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_settings_with_a_secret_are_nobody_elses(doctor: Doctor, mode: int) -> None:
    file = doctor.home / "pilkada.toml"
    file.write_text(f'{SETTINGS}[archive]\nurl = "postgresql://orang:rahasia-sekali@127.0.0.1:9/x"\n')
    file.chmod(mode)
    said = [row for row in doctor(3)["permissions"] if row["state"] == "warn"]
    assert [row["remedy"] for row in said] == ([f"chmod 600 {file}"] if mode == 0o644 else [])


def test_a_disk_that_is_nearly_full_is_a_fault(doctor: Doctor, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2_000):
        doctor.home = tmp_path / "disk"
        fill(doctor.home / "beban", but_kilobytes=90)
        assert "less than the reserve" in doctor.of("disk", "bad")
        shutil.copy(tmp_path / "home" / "pilkada.toml", doctor.home)
        subprocess.run(["mount", "-o", "remount,ro", str(doctor.home)], check=True)
        assert f"{doctor.home} cannot be written" in doctor(3)["permissions"][0]["detail"]


@pytest.mark.parametrize(
    ("version", "bounds", "out"),
    [
        ("2.19.0", ">=2.19,<2.20", False),
        ("2.18.4", ">=2.19,<2.20", True),
        ("2.20.0", "<2.20,>=2.19", True),
        ("26.1", ">=25.5", False),
        ("1.10", ">=1.9", False),
        ("2.0.0rc1", ">=2.0", False),
        ("3", ">=3.0.0", False),
        ("7.0", "", False),
    ],
)
def test_a_version_is_held_against_its_bounds(version: str, bounds: str, out: bool) -> None:
    assert outside(version, bounds) is out


def test_a_year_in_which_there_was_no_pilkada_is_a_fault(home: Path) -> None:
    for year, state in ((1970, State.BAD), (2024, State.BAD), (2030, State.OK), (2106, State.BAD)):
        (finding,) = machine.clock(Patient(Home(home), None, datetime(year, 6, 1, tzinfo=UTC)))
        assert finding.state is state


def test_it_works_where_a_library_is_missing(doctor: Doctor) -> None:
    """The packages' check alone needs them all; the others import what they look at."""
    code = "import sys; sys.modules['tantivy'] = None; from crawler.cli import main; sys.exit(main(sys.argv[1:]))"
    words = [sys.executable, "-c", code, "--home", str(doctor.home), "doctor", "--format", "jsonl"]
    done = subprocess.run(words, cwd=Path.cwd(), capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    found = {row["check"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert found["index"]["detail"].startswith("could not be looked at: ModuleNotFoundError")
    assert found["daemon"]["state"] == "ok"
