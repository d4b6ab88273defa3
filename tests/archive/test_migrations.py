import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import ANY

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, create_engine, event, text

from archive import migrations as package
from archive.database import HEAD, REVISIONS, Database, Upgrade, sqlite_module
from archive.errors import ArchiveError, ArchiveUnavailableError
from archive.schema import Base
from archive.upgrade import migrations
from crawler.cli import main
from tests.archive.old_rows import ROWS_0001
from tests.disk import fill, small_disk

LATER = {
    "archive_name",
    "health_change",
    "source_total",
    "label",
    "kept_reading",
    "takedown",
    "takedown_key",
    "cluster",
    "event",
    "follower",
    "likeness",
    "sketch",
    "sketch_mark",
    "spending",
    "tag",
}
"""Tables that newer schemas made."""


def test_the_migrations_make_the_tables_of_the_models(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": Base.metadata}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_make_the_checks_and_indexes_of_the_models(database: Database) -> None:
    """Alembic compares neither CHECK constraints nor the condition of a partial index."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        wanted = pieces(connection)
    engine.dispose()
    with database.read() as connection:
        made = pieces(connection)
    assert made == wanted
    checks = sum(
        isinstance(one, CheckConstraint) for table in Base.metadata.tables.values() for one in table.constraints
    )
    assert sum("CHECK" in piece for piece in wanted) == checks > 10


def pieces(connection: Connection) -> set[str]:
    """Give the lines of the schema that make constraints and indexes."""
    rows = connection.execute(text("SELECT tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    lines = {f"{table}: {line.strip().rstrip(',')}" for table, sql in rows for line in sql.splitlines()}
    kinds = ("CONSTRAINT", "CREATE INDEX", "CREATE UNIQUE INDEX")
    return {line for line in lines if any(kind in line for kind in kinds) and not line.startswith("alembic_version")}


def test_the_known_revisions_are_those_of_the_folder() -> None:
    scripts = ScriptDirectory.from_config(migrations())
    known = [script.revision for script in scripts.walk_revisions()][::-1]
    assert tuple(known) == REVISIONS
    assert scripts.get_heads() == [HEAD]
    folder = Path(package.__file__).with_name("versions")
    assert sorted(file.name.partition("_")[0] for file in folder.glob("0*.py")) == sorted(REVISIONS)


@pytest.mark.parametrize(
    ("revision", "wanted"),
    [
        ("0001", "9d26c2ac73944a1e8fc3d1532babc15d0ff2ee3453a6c017bf22e6bad8c43842"),
        ("0002", "a9c23de596dc9f5f154ae087b3a18e4531b48cd4e81a02c50d815b6621c6f7bb"),
    ],
)
def test_a_released_revision_never_changes(revision: str, wanted: str) -> None:
    """Archives out there were made by it: what is missing comes with the next revision."""
    (file,) = Path(package.__file__).with_name("versions").glob(f"{revision}_*.py")
    assert hashlib.sha256(file.read_text("utf-8").encode()).hexdigest() == wanted


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_older_schema_is_brought_to_todays(tmp_path: Path, revision: str) -> None:
    database = Database(f"sqlite:///{tmp_path / 'pilkada.db'}")
    with database.write() as connection:
        command.upgrade(migrations(connection), revision)
    assert database.revision() == revision
    assert (database.upgrade() is None) is (revision == HEAD)
    assert database.revision() == HEAD
    assert database.check() == []
    database.dispose()


def test_foreign_keys_are_off_while_a_migration_runs_and_on_in_all_else(old: Database) -> None:
    seen: list[object] = []

    def look(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().startswith("DROP TABLE"):
            seen.append(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())

    event.listen(Engine, "before_cursor_execute", look)
    try:
        old.upgrade()
    finally:
        event.remove(Engine, "before_cursor_execute", look)
    assert seen
    assert set(seen) == {0}
    with old.write() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Database]:
    """An archive of schema 0001 with rows in every table."""
    (tmp_path / "old").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'old' / 'pilkada.db'}")
    with database.write() as connection:
        command.upgrade(migrations(connection), "0001")
        for table, rows in ROWS_0001.items():
            for row in rows:
                names = ", ".join(f'"{name}"' for name in row)
                marks = ", ".join(f":{name}" for name in row)
                connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)
    yield database
    database.dispose()


def tables(path: Path) -> dict[str, list[dict[str, object]]]:
    """Give every row of every table of a database file, as a program without our models reads it."""
    connection = sqlite_module().connect(path)
    connection.row_factory = lambda cursor, row: {
        about[0]: value for about, value in zip(cursor.description, row, strict=True)
    }
    try:
        named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {one["name"]: connection.execute(f"SELECT * FROM {one['name']}").fetchall() for one in named.fetchall()}
    finally:
        connection.close()


def test_an_archive_of_the_first_schema_keeps_every_row_and_reference(old: Database) -> None:
    before = tables(old.path)
    assert {name for name, rows in before.items() if rows} == {*Base.metadata.tables, "alembic_version"} - LATER
    done = old.upgrade()
    after = tables(old.path)
    assert done == Upgrade(before="0001", copy=old.path.with_name(f"pilkada.db.before-{HEAD}"))
    for row in before["sighting"]:
        row |= {"section_said": None, "capture_id": None}
    for row in before["reading"]:
        row |= {"election": None, "about_election": None, "phase": None, "codebook": None}
    for row in before["version"]:
        row |= {"changed": None, "note": None, "shrunken": None}
    for row in before["run"]:
        row |= {"exit_status": None, "memory_mb": None}
    for row in before["visit"]:
        row |= {"notice": None}
    for row in before["capture"]:
        row |= {"takedown_id": None}
    for row in before["article"]:
        row |= {"seen_again_at": None, "first_missed_at": None, "missed_because": None, "notice": None}
    before |= {**{name: [] for name in LATER}, "alembic_version": [{"version_num": HEAD}]}
    before["archive_name"] = [{"name": ANY}]
    assert after == before
    assert old.check() == []
    with old.write() as connection:
        connection.execute(text("UPDATE sighting SET section_said = 'Politik', capture_id = 3 WHERE id = 1"))
        connection.execute(text("UPDATE reading_source SET role = 'listing' WHERE capture_id = 3"))
    assert old.check() == []


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE sighting SET capture_id = 999", "FOREIGN KEY"),
        ("UPDATE sighting SET source = 'rest', address_id = 1", "UNIQUE"),
        ("UPDATE reading_source SET role = 'hero'", "CHECK"),
        ("UPDATE reading_source SET capture_id = 999 WHERE capture_id = 3", "FOREIGN KEY"),
        ("DELETE FROM capture WHERE id = 3", "FOREIGN KEY"),
        ("DELETE FROM address WHERE id = 9", "FOREIGN KEY"),
    ],
)
def test_an_upgraded_archive_refuses_what_a_new_one_does(old: Database, statement: str, why: str) -> None:
    old.upgrade()
    with pytest.raises(ArchiveUnavailableError, match=f"{why} constraint failed"), old.write() as connection:
        connection.execute(text(statement))


def test_the_copy_is_the_archive_as_it_was(old: Database) -> None:
    before = tables(old.path)
    old.path.chmod(0o640)
    done = old.upgrade()
    assert done is not None
    assert done.copy is not None
    assert tables(done.copy) == before
    assert done.copy.stat().st_mode & 0o777 == 0o640
    again = Database(f"sqlite:///{done.copy}")
    assert again.check() == []
    again.dispose()


def test_a_copy_that_is_there_already_is_not_written_over(old: Database) -> None:
    held = [old.path.with_name(f"pilkada.db.before-{HEAD}{number}") for number in ("", "-2")]
    for file in held:
        file.write_text("mine")
    done = old.upgrade()
    assert done is not None
    assert done.copy == old.path.with_name(f"pilkada.db.before-{HEAD}-3")
    assert [file.read_text() for file in held] == ["mine", "mine"]


def test_an_upgrade_that_would_break_a_reference_changes_nothing(old: Database) -> None:
    with closing(sqlite_module().connect(old.path)) as raw:
        raw.execute("DELETE FROM address WHERE id = 9")
        raw.commit()
    before = tables(old.path)
    with pytest.raises(ArchiveError, match="would break 2 references; nothing was changed"):
        old.upgrade()
    assert tables(old.path) == before
    assert [file.name for file in old.path.parent.glob("*before*")] == []


@pytest.mark.parametrize("words", [["crawl", "kabar"], ["search", "debat"], ["show", "1"], ["schedule", "runs"]])
def test_a_command_on_an_older_archive_says_what_to_do(
    old: Database, words: list[str], capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    declared = 'family = "wordpress"\nname = "Kabar"\nbase_url = "http://127.0.0.1:9"\ntimezone = "Asia/Makassar"\n'
    (old.path.parent / "pilkada.toml").write_text(f"[outlets.kabar]\n{declared}[crawl]\ncontact = 'a@kabar.example'\n")
    home = ["--home", str(old.path.parent)]
    assert main([*home, *words]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"pilkada: {old.path} has schema 0001, {HEAD} is needed: run `pilkada db upgrade`\n"
    assert old.revision() == "0001"

    assert main([*home, "db", "upgrade"]) == 0
    copy = old.path.with_name(f"pilkada.db.before-{HEAD}")
    assert capsys.readouterr().err.splitlines() == [
        f"the schema is up to date now; the database as it was lies in {copy}",
        "of 1 articles no region, topic or actor is known: `pilkada reextract` looks",
    ]
    assert main([*home, "db", "upgrade"]) == 0
    assert capsys.readouterr().err == "the schema was up to date\n"


@pytest.fixture
def disk(old: Database, tmp_path: Path) -> Iterator[Path]:
    """An archive of schema 0001 on a disk of its own."""
    old.dispose()
    home = tmp_path / "disk"
    with small_disk(home, 8192):
        shutil.copy(old.path, home)
        yield home


@pytest.mark.parametrize(
    ("room", "says"),
    [
        pytest.param(0, "disk I/O error (the disk is full)", id="nothing can be opened"),
        pytest.param(100, "no copy can be put beside it before the upgrade: database or disk is full", id="no copy"),
        pytest.param(300, "database or disk is full", id="a copy and no more"),
    ],
)
def test_a_disk_without_room_is_one_line_and_changes_nothing(
    disk: Path, room: int, says: str, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    before = tables(disk / "pilkada.db")
    fill(disk / "beban", but_kilobytes=room)
    assert main(["--home", str(disk), "db", "upgrade"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"pilkada: {disk / 'pilkada.db'}")
    assert said.endswith(f"{says}\n")
    assert said.count("\n") == 1
    assert {file.name for file in disk.iterdir()} <= {"beban", "pilkada.db", "pilkada.db-shm", "pilkada.db-wal"}
    (disk / "beban").unlink()
    assert tables(disk / "pilkada.db") == before
    assert main(["--home", str(disk), "db", "upgrade"]) == 0
    assert len(tables(disk / f"pilkada.db.before-{HEAD}")) == len(before)


def test_a_folder_that_is_read_only_is_one_line_and_changes_nothing(
    disk: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    held = (disk / "pilkada.db").read_bytes()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert main(["--home", str(disk), "db", "upgrade"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"pilkada: {disk / 'pilkada.db'}")
    assert said.count("\n") == 1
    assert said.endswith(f"({disk} is read-only)\n")
    assert [file.name for file in disk.iterdir()] == ["pilkada.db"]
    assert (disk / "pilkada.db").read_bytes() == held


def test_a_copy_that_cannot_be_written_stops_the_upgrade(old: Database) -> None:
    wall = old.path.with_name(f"pilkada.db.before-{HEAD}.part")
    wall.mkdir()
    before = tables(old.path)
    with pytest.raises(
        ArchiveUnavailableError, match=r"pilkada\.db was left as it is, since no copy can be put beside"
    ):
        old.upgrade()
    assert tables(old.path) == before
