import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import StatementError

from archive.database import HEAD, Database, insert_row, sqlite_module, sqlite_warning
from archive.errors import ArchiveError, ArchiveUnavailableError, SchemaError
from archive.models import Host, Outlet, Run
from crawler.cli import main

ON_BOTH_DATABASES = True


def pragma(connection: Any, name: str) -> Any:
    return connection.execute(text(f"PRAGMA {name}")).scalar()


REFUSED = {
    "CHECK": "CHECK constraint failed|violates check constraint",
    "FOREIGN KEY": "FOREIGN KEY constraint failed|violates foreign key constraint",
    "UNIQUE": "UNIQUE constraint failed|violates unique constraint",
    "NOT NULL": "NOT NULL constraint failed|violates not-null constraint",
}
"""How each database says it."""


@pytest.mark.sqlite_only
@pytest.mark.parametrize("kind", ["read", "write"])
def test_the_pragmas_are_in_force_on_every_connection(database: Database, kind: str) -> None:
    for _ in range(2):
        with getattr(database, kind)() as connection:
            assert pragma(connection, "journal_mode") == "wal"
            assert pragma(connection, "synchronous") == 2
            assert pragma(connection, "foreign_keys") == 1
            assert pragma(connection, "busy_timeout") == 30_000
            assert pragma(connection, "trusted_schema") == 0
            assert pragma(connection, "query_only") == (kind == "read")
        database.dispose()


def test_a_read_connection_changes_nothing(database: Database) -> None:
    with pytest.raises(ArchiveUnavailableError, match=r"readonly|read-only transaction"), database.read() as connection:
        insert_row(connection, Outlet, slug="kabar", fence=0)


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            insert_row(connection, Outlet, slug="kabar", fence=0)
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()
    with database.read() as connection:
        assert connection.execute(select(Outlet.slug)).all() == []


def test_a_reader_sees_one_state_while_others_write(database: Database) -> None:
    with database.read() as reader:
        assert reader.execute(select(Outlet.slug)).all() == []
        with database.write() as writer:
            insert_row(writer, Outlet, slug="kabar", fence=0)
        assert reader.execute(select(Outlet.slug)).all() == []
    with database.read() as reader:
        assert reader.execute(select(Outlet.slug)).scalars().all() == ["kabar"]


def test_a_writer_waits_for_another(database: Database) -> None:
    other = Database(database.url)
    order, held = [], threading.Event()

    def hold() -> None:
        with other.write() as connection:
            insert_row(connection, Outlet, slug="first", fence=0)
            held.set()
            time.sleep(0.3)
            order.append("first")

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    with database.write() as connection:
        order.append("second")
        assert connection.execute(select(Outlet.slug)).scalars().all() == ["first"]
        insert_row(connection, Outlet, slug="second", fence=0)
    thread.join()
    other.dispose()
    assert order == ["first", "second"]


def test_no_write_is_lost_among_many_writers_and_readers(database: Database) -> None:
    with database.write() as connection:
        insert_row(connection, Outlet, slug="kabar", fence=0)

    def raise_fence() -> None:
        own = Database(database.url)
        for _ in range(20):
            with own.write() as connection:
                fence = connection.execute(select(Outlet.fence)).scalar_one()
                connection.execute(update(Outlet).values(fence=fence + 1))
            with own.read() as connection:
                assert connection.execute(select(Outlet.fence)).scalar_one() > fence
        own.dispose()

    threads = [threading.Thread(target=raise_fence) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.execute(select(Outlet.fence)).scalar_one() == 80


def values_of_a_run(outlet_id: int) -> dict[str, Any]:
    return {
        "outlet_id": outlet_id, "kind": "crawl", "cause": "test", "started_at": datetime.now(UTC), "detail": "",
        "counts": {}, "version": "0", "settings_digest": "", "fence": 1,
    }  # fmt: skip


def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="a naive time reached the database"), database.write() as connection:
        insert_row(
            connection, Host, scheme="http", host="a", port=80, not_before=datetime(2024, 11, 25)  # noqa: DTZ001
        )  # fmt: skip


@pytest.mark.sqlite_only
def test_a_time_comes_back_as_utc(database: Database) -> None:
    moment = datetime(2024, 11, 25, 0, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=8)))
    with database.write() as connection:
        insert_row(connection, Host, scheme="http", host="a", port=80, not_before=moment)
        held = connection.execute(select(Host.not_before)).scalar_one()
        assert (held, held.utcoffset()) == (moment, timedelta(0))
        stored = connection.execute(text("SELECT not_before FROM host")).scalar_one()
    assert stored == "2024-11-24 16:30:00.123456"


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"status": "lost"}, id="an unknown status"),
        pytest.param({"status": None}, id="no status"),
    ],
)
def test_the_model_refuses_what_is_no_member(database: Database, values: dict[str, Any]) -> None:
    with database.write() as connection:
        outlet_id = insert_row(connection, Outlet, slug="kabar", fence=0)
    with pytest.raises((StatementError, ArchiveUnavailableError)), database.write() as connection:
        insert_row(connection, Run, **values_of_a_run(outlet_id) | values)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE run SET status = 'lost'", "CHECK"),
        ("UPDATE due SET purpose = 'fun'", "CHECK"),
        ("UPDATE visit SET state = 'seen'", "CHECK"),
        ("UPDATE visit SET reason = 'because'", "CHECK"),
        ("UPDATE disposition SET outcome = 'gone'", "CHECK"),
        ("UPDATE disposition SET entry = 'found'", "CHECK"),
        ("UPDATE warc_file SET state = 'shut'", "CHECK"),
        ("UPDATE article SET state = 'dead'", "CHECK"),
        ("UPDATE reading SET published_source = 'rumour'", "CHECK"),
        ("UPDATE reading_source SET role = 'hero'", "CHECK"),
        ("UPDATE change SET kind = 'delete'", "CHECK"),
        ("UPDATE change SET sequence = 0", "CHECK"),
        ("UPDATE capture SET warc_file_id = 999", "FOREIGN KEY"),
        ("UPDATE visit SET capture_id = 999", "FOREIGN KEY"),
        ("UPDATE visit SET address_id = 999", "FOREIGN KEY"),
        ("UPDATE due SET lease_run_id = 999", "FOREIGN KEY"),
        ("UPDATE article_key SET article_id = 999", "FOREIGN KEY"),
        ("UPDATE reading_source SET capture_id = 999", "FOREIGN KEY"),
        ("DELETE FROM outlet", "FOREIGN KEY"),
        ("DELETE FROM run", "FOREIGN KEY"),
        ("DELETE FROM capture", "FOREIGN KEY"),
        ("DELETE FROM article", "FOREIGN KEY"),
        ("UPDATE capture SET record_id = 'x'", "UNIQUE"),
        ('UPDATE capture SET "offset" = 0', "UNIQUE"),
        ("UPDATE address SET canonical = '/a/'", "UNIQUE"),
        ("UPDATE article SET uid = 'x'", "UNIQUE"),
        ("UPDATE article_key SET value = 'x'", "UNIQUE"),
        ("UPDATE outlet SET slug = 'kabar'", "UNIQUE"),
        ("UPDATE article SET uid = NULL", "NOT NULL"),
    ],
)
def test_the_schema_itself_refuses(bench: Any, statement: str, why: str) -> None:
    bench.begin("suara").sight("/c/")
    desk = bench.begin()
    desk.sight("/due/")
    for path in ("/a/", "/b/"):
        desk.store(path, path, path)
    with (
        pytest.raises(ArchiveUnavailableError, match=REFUSED[why]),
        bench.database.write() as connection,
    ):
        connection.execute(text(statement))


def test_one_article_holds_an_open_key_and_any_number_a_closed_one(bench: Any) -> None:
    desk = bench.begin()
    for number in range(3):
        desk.store("/a/", f"Judul {number}", f"Isi {number}.", wp=str(number))
    with bench.database.read() as connection:
        keys = connection.execute(
            text("SELECT until IS NULL FROM article_key WHERE scheme = 'address' AND value = '/a/' ORDER BY id")
        ).scalars()
        assert list(keys) == [0, 0, 1]


@pytest.mark.sqlite_only
def test_deleting_a_row_never_deletes_another(database: Database) -> None:
    with database.read() as connection:
        schema = "\n".join(connection.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")).scalars())
    assert "FOREIGN KEY" in schema
    assert "CASCADE" not in schema


def test_a_rowid_of_the_change_sequence_is_never_used_again(bench: Any) -> None:
    bench.begin().store("/a/", "A", "satu")
    with bench.database.write() as connection:
        connection.execute(text("DELETE FROM change"))
        connection.execute(
            text("INSERT INTO change (article_id, uid, kind, at) VALUES (1, 'x', 'upsert', '2024-11-25 00:00:00.0')")
        )
        assert connection.execute(text("SELECT sequence FROM change")).scalar_one() == 2


# ---- made, opened, refused ----


def test_ensure_makes_an_archive_and_its_folder(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'home' / 'pilkada.db'}")
    assert database.revision() is None
    database.ensure()
    assert database.revision() == HEAD
    assert database.check() == []
    database.ensure()
    assert database.upgrade() is None
    database.dispose()


def test_ensure_takes_an_empty_file_for_no_archive(tmp_path: Path) -> None:
    (tmp_path / "pilkada.db").touch()
    database = Database(f"sqlite:///{tmp_path / 'pilkada.db'}")
    database.ensure()
    assert database.revision() == HEAD
    database.dispose()


def test_a_newer_archive_is_refused_by_name_and_left_alone(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    for act in (database.ensure, database.upgrade):
        with pytest.raises(
            SchemaError,
            match=r"(pilkada\.db|archive_\d+\?host=.*) was made by a newer Pilkada \(schema 0999, this one knows",
        ):
            act()
    assert database.revision() == "0999"


@pytest.mark.parametrize(
    "content",
    [b"no database at all, but a text of some length " * 40, b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 4080],
    ids=["text", "zeros", "a broken header"],
)
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "pilkada.db"
    file.write_bytes(content)
    database = Database(f"sqlite:///{file}")
    for act in (database.revision, database.ensure, database.upgrade):
        with pytest.raises(ArchiveUnavailableError, match=r"pilkada\.db: "):
            act()
    database.dispose()
    assert file.read_bytes() == content


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "pilkada.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE note (text)")
    other.close()
    held = file.read_bytes()
    database = Database(f"sqlite:///{file}")
    with pytest.raises(ArchiveError, match=r"pilkada\.db is a database of another program"):
        database.ensure()
    database.dispose()
    with sqlite3.connect(file) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("note",)]
    other.close()
    assert len(file.read_bytes()) == len(held)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    database = Database(f"sqlite:///{tmp_path / 'file' / 'home' / 'pilkada.db'}")
    with pytest.raises(ArchiveUnavailableError, match="file/home cannot be made: "):
        database.ensure()


@pytest.mark.parametrize("name", ["d" * 300, "folder"], ids=["a name too long", "a folder of that name"])
def test_a_place_that_no_file_can_take_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    database = Database(f"sqlite:///{tmp_path / name}")
    with pytest.raises(ArchiveUnavailableError):
        database.ensure()


@pytest.mark.parametrize(
    "url", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://localhost/pilkada", "", "sqlite:///"]
)
def test_an_address_of_neither_database_is_refused(url: str) -> None:
    with pytest.raises(ArchiveError, match=r"archive\.url"):
        Database(url)


def test_two_processes_may_make_the_same_archive_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'home' / 'pilkada.db'}"
    code = f"from archive.database import Database; database = Database({url!r}); database.ensure(); database.dispose()"
    makers = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [maker.communicate(timeout=60)[1] for maker in makers]
    assert [maker.returncode for maker in makers] == [0, 0, 0], said
    database = Database(url)
    assert database.revision() == HEAD
    assert database.check() == []
    database.dispose()


@pytest.mark.sqlite_only
def test_check_finds_a_reference_to_nothing(bench: Any) -> None:
    bench.begin().store("/a/", "A", "satu")
    assert bench.database.check() == []
    with sqlite3.connect(bench.database.path) as raw:
        raw.execute("DELETE FROM address")
    raw.close()
    found = bench.database.check()
    assert "visit row 1 refers to a missing address" in found


@pytest.mark.sqlite_only
def test_a_broken_page_is_said_in_one_line(bench: Any, capsys: pytest.CaptureFixture[str], root_logger: None) -> None:
    bench.fill(outlets=("kabar",), days=1, a_day=4)
    bench.database.dispose()
    content = bytearray(bench.database.path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    bench.database.path.write_bytes(bytes(content))
    for suffix in ("-wal", "-shm"):
        bench.database.path.with_name(f"pilkada.db{suffix}").unlink(missing_ok=True)
    assert main(["--home", str(bench.home.root), "verify"]) == 1
    said = capsys.readouterr()
    assert "malformed" in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_the_sqlite_in_use_is_new_enough_here() -> None:
    if sqlite_module() is sqlite3:
        pytest.skip("pysqlite3 is not installed on this platform")
    assert sqlite_warning() is None


def test_rows_are_inserted_under_their_ids(database: Database) -> None:
    with database.write() as connection:
        ids = [insert_row(connection, Outlet, slug=slug, fence=0) for slug in ("a", "b")]
        assert connection.execute(select(Outlet.id).order_by(Outlet.id)).scalars().all() == ids
        connection.execute(delete(Outlet))
        connection.execute(insert(Outlet).values(slug="c", fence=0))
        assert connection.execute(select(Outlet.slug)).scalars().all() == ["c"]
