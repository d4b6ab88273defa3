from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, create_engine, text

from archive import migrations as package
from archive.database import HEAD, REVISIONS, Database, migrations
from archive.models import Base


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


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_older_schema_is_brought_to_todays(tmp_path: Path, revision: str) -> None:
    database = Database(f"sqlite:///{tmp_path / 'pilkada.db'}")
    with database.write() as connection:
        command.upgrade(migrations(connection), revision)
    assert database.revision() == revision
    assert database.upgrade() is (revision != HEAD)
    assert database.revision() == HEAD
    assert database.check() == []
    database.dispose()
