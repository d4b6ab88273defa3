"""What an archive on a PostgreSQL server does as one in an SQLite file does, and where it says so."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from archive.archive import Archive
from archive.database import HEAD, REVISIONS, Database, Upgrade
from archive.errors import ArchiveError, ArchiveUnavailableError
from archive.records import Filters, State
from archive.schema import Base
from archive.statistics import By
from archive.upgrade import migrations
from tests.archive.old_rows import ROWS_0001
from tests.archive.ran import build
from tests.postgres import Server


@pytest.fixture
def bare(postgres: Server) -> Iterator[Database]:
    """A database without tables."""
    with postgres.new(template="template0") as url:
        database = Database(url)
        yield database
        database.dispose()


def test_the_migrations_make_the_tables_of_the_models(bare: Database) -> None:
    assert bare.revision() is None
    assert bare.upgrade() == Upgrade(before=None, copy=None)
    assert bare.revision() == HEAD
    assert bare.upgrade() is None
    bare.ensure()
    with bare.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": Base.metadata}
        )
        assert compare_metadata(context, Base.metadata) == []
    assert bare.check() == []


def test_the_migrations_make_the_checks_and_indexes_of_the_models(bare: Database, postgres: Server) -> None:
    """Alembic compares neither CHECK constraints nor the condition of a partial index."""
    bare.ensure()
    with bare.read() as connection:
        made = pieces(connection)
    with postgres.new(template="template0") as url:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        Base.metadata.create_all(engine)
        with engine.connect() as connection:
            wanted = pieces(connection)
        engine.dispose()
    assert made == wanted
    assert sum("CHECK" in str(piece) for piece in wanted) > 10


def pieces(connection: Connection) -> set[tuple[str, ...]]:
    """Give the constraints, indexes and columns of a schema, in the server's words."""
    rows = connection.execute(
        text(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace "
            "UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
            "UNION ALL SELECT table_name, column_name, concat(data_type, is_nullable, column_default, is_identity) "
            "FROM information_schema.columns WHERE table_schema = 'public'"
        )
    )
    return {tuple(row) for row in rows if "alembic_version" not in row[0]}


def test_an_archive_of_the_first_schema_keeps_every_row(bare: Database) -> None:
    with bare.write() as connection:
        command.upgrade(migrations(connection), "0001")
        for table, rows in ROWS_0001.items():
            for row in rows:
                names, marks = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
                connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)
        before = {table: connection.execute(text(f"SELECT * FROM {table}")).mappings().all() for table in ROWS_0001}
    assert bare.upgrade() == Upgrade(before="0001", copy=None)
    with bare.read() as connection:
        for table, rows in before.items():
            names = ", ".join(f'"{name}"' for name in rows[0])
            assert connection.execute(text(f"SELECT {names} FROM {table}")).mappings().all() == rows
    with pytest.raises(ArchiveUnavailableError, match="ck_reading_source_role"), bare.write() as connection:
        connection.execute(text("UPDATE reading_source SET role = 'hero'"))


def test_processes_may_make_the_same_archive_at_once(bare: Database) -> None:
    code = f"from archive.database import Database; Database({bare.url!r}).ensure()"
    makers = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [maker.communicate(timeout=60)[1] for maker in makers]
    assert [maker.returncode for maker in makers] == [0, 0], said
    assert bare.revision() == HEAD


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param(
            "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'id' LOCALE 'C'", "UTF8 and orders them as ICU", id="ICU"
        ),
        pytest.param("ENCODING 'LATIN1' LOCALE 'C'", "LATIN1 and orders them as C", id="latin"),
    ],
)
def test_a_database_that_would_order_or_hold_texts_otherwise_is_refused(
    postgres: Server, options: str, says: str
) -> None:
    database = Database(postgres.make(options))
    with pytest.raises(ArchiveError, match=rf"{says}.*createdb --template template0 --encoding UTF8 --locale C"):
        database.ensure()
    assert database.revision() is None


def test_another_programs_database_is_refused_and_left_alone(bare: Database) -> None:
    with bare.write() as connection:
        connection.execute(text("CREATE TABLE note (words text)"))
    with pytest.raises(ArchiveError, match="is a database of another program"):
        bare.ensure()


def test_a_server_that_cannot_be_reached_is_one_line_without_the_password(tmp_path: Path) -> None:
    database = Database(f"postgresql://rina:rahasia@/pilkada?host={tmp_path}")
    with pytest.raises(ArchiveUnavailableError, match=r"^postgresql://rina:\*\*\*@/pilkada") as raised:
        database.ensure()
    assert "rahasia" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_needs_a_file_says_that_there_is_none(bare: Database, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="is no file and lies in no folder: give the archive's folder"):
        Archive.open(bare.url)
    bare.ensure()
    assert list(Archive.open(tmp_path, url=bare.url).articles()) == []


def told(archive: Archive) -> dict[str, Any]:
    """Give all that an archive tells of what it holds."""
    live = Filters(state=State.LIVE)
    return {
        "articles": list(archive.articles()),
        "versions": list(archive.versions()),
        "pairs": list(archive.pairs()),
        "clusters": list(archive.clusters()),
        "counts": [archive.statistics(live, by) for by in (None, *By)],
        "found": [
            [(hit.record, hit.snippet) for hit in archive.search(query, sort=sort, collapse=collapse).hits]
            for query in ("surat suara", "bawaslu", '"surat suara rusak"')
            for sort in ("relevance", "newest", "oldest")
            for collapse in (False, True)
        ],
        "matching": list(archive.matching("suara")),
    }


def test_the_same_series_of_saves_is_told_alike_by_both(postgres: Server, empty_archive: Path, tmp_path: Path) -> None:
    results = []
    with postgres.new() as url:
        file = shutil.copy(empty_archive, tmp_path / "pilkada.db")
        for database in (Database(f"sqlite:///{file}"), Database(url)):
            folder = tmp_path / str(len(results))
            folder.mkdir()
            ran = build(folder, database)
            results.append(told(ran.archive))
            database.dispose()
    assert results[0] == results[1]


def test_connections_that_the_server_closed_are_opened_again(bare: Database) -> None:
    bare.ensure()
    other = Database(bare.url)
    with other.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"))
    for act in (bare.read, bare.write):
        with act() as connection:
            assert connection.execute(text("SELECT count(*) FROM outlet")).scalar_one() == 0
    other.dispose()


def test_a_vacuum_takes_what_was_deleted_out_of_the_tables(bare: Database) -> None:
    bare.ensure()
    size = text("SELECT pg_relation_size('follower')")
    with bare.write() as connection:
        connection.execute(text("INSERT INTO follower SELECT repeat('x', 90) || i, 0 FROM generate_series(1, 2000) i"))
    with bare.write() as connection:
        connection.execute(text("DELETE FROM follower"))
        assert connection.execute(size).scalar_one() > 100_000
    bare.scrub()
    with bare.read() as connection:
        assert connection.execute(size).scalar_one() == 0


def test_every_revision_is_reached_on_a_server_too(bare: Database) -> None:
    for revision in REVISIONS:
        with bare.write() as connection:
            command.upgrade(migrations(connection), revision)
        assert bare.revision() == revision
