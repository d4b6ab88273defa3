"""Any older archive opens, and an upgrade keeps a backup (P16): from every schema that there was, killed where it may be."""

import shutil
import sys
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import ANY

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, event, text

from archive.archive import Archive
from archive.database import HEAD, REVISIONS, Database
from archive.upgrade import migrations
from archive.verify import verify
from tests.archive.old_rows import ROWS_0001, ROWS_LATER
from tests.archive.test_migrations import tables
from tests.conftest import Promise
from tests.killed import STEP, killed_at, steps_of

Rows = dict[str, list[dict[str, object]]]


def insert(connection: Connection, rows: Rows) -> None:
    for table, several in rows.items():
        for row in several:
            names = ", ".join(f'"{name}"' for name in row)
            connection.execute(
                text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})"), row
            )


@contextmanager
def at_schema(path: Path, revision: str) -> Iterator[Connection]:
    """Give a connection to a database that was brought to a schema; all of it is in the file afterwards."""
    engine = Database(f"sqlite:///{path}")._for_migrations()
    with engine.begin() as connection:
        command.upgrade(migrations(connection), revision)
        yield connection
    engine.dispose()


def raised(path: Path, revision: str) -> None:
    """Bring a database to a schema, as the version of its time would have, and fill the tables that this one made."""
    with at_schema(path, revision) as connection:
        there = {name for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
        new = {
            name
            for name in there & ROWS_LATER.keys()
            if not connection.exec_driver_sql(f"SELECT 1 FROM {name}").first()
        }
        insert(
            connection,
            ROWS_0001 if revision == "0001" else {name: ROWS_LATER[name] for name in ROWS_LATER if name in new},
        )


@pytest.fixture(scope="module")
def olds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A database of each schema, with rows in every table that it had."""
    folder = tmp_path_factory.mktemp("olds")
    made: dict[str, Path] = {}
    for before, revision in zip(("", *REVISIONS), REVISIONS, strict=False):
        made[revision] = folder / revision / "pilkada.db"
        made[revision].parent.mkdir()
        if before:
            shutil.copy(made[before], made[revision])
        raised(made[revision], revision)
    return made


def assert_kept(after: Rows, before: Rows) -> None:
    """Every row of the older schema is there, with every value that it had; nothing else but what schemas add."""
    for table, rows in before.items():
        if table == "alembic_version":
            continue
        held = after[table]
        assert len(held) == len(rows), table
        named = [{name: row[name] for name in old} for row, old in zip(held, rows, strict=True)]
        assert named == rows, table
    added = {table: rows for table, rows in after.items() if table not in before and rows}
    assert added in ({}, {"archive_name": [{"name": ANY}]})


def test_every_table_of_every_schema_has_rows(olds: dict[str, Path]) -> None:
    for revision, path in olds.items():
        found = tables(path)
        assert {name for name, rows in found.items() if not rows} == set()
        assert found["alembic_version"] == [{"version_num": revision}]
    assert len(found) > 35


def upgraded_after_a_kill(original: Path, point: int, folder: Path) -> str:
    """Kill an upgrade at a point of its way and make it again; give which schema the kill left."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = Path(shutil.copy(original, folder))
    before = tables(original)
    database = Database(f"sqlite:///{path}")
    assert killed_at(lambda: _told(database), point), "there is no such step"
    database = Database(f"sqlite:///{path}")
    left = database.revision()
    assert left in (original.parent.name, HEAD)
    if left != HEAD:
        assert tables(path) == before
        done = database.upgrade()
        assert done is not None
        assert done.before == left
    assert_kept(tables(path), before)
    assert database.check() == []
    database.dispose()
    # The copy of a killed upgrade stays beside that of the one which was made; each is whole.
    copies = sorted(path.parent.glob("pilkada.db.before-*"))
    assert copies
    assert not [copy for copy in copies if copy.suffix == ".part"]
    assert all(tables(copy) == before for copy in copies)
    return str(left)


def _told(database: Database) -> None:
    """Upgrade, and tell of every statement: SQLite's own writes are none that Python hears of."""
    event.listen(Engine, "before_cursor_execute", lambda *_: sys.audit(STEP))
    event.listen(Engine, "commit", lambda _: sys.audit(STEP))
    database.upgrade()
    sys.audit(STEP)


def older_archives_open(olds: dict[str, Path], tmp_path: Path, promise: Promise, kills: int) -> None:
    """Upgrade an archive of each older schema, and kill so many upgrades of each; the last kill comes after the commit."""
    left: list[str] = []
    older = [revision for revision in olds if revision != HEAD]
    for number, revision in enumerate(older, start=1):
        original = olds[revision]
        (tmp_path / revision).mkdir()
        path = Path(shutil.copy(original, tmp_path / revision))
        steps = steps_of(lambda: _told(Database(f"sqlite:///{path}")))  # noqa: B023 - it is done at once
        assert_kept(tables(path), tables(original))
        assert tables(path.with_name(f"pilkada.db.before-{HEAD}")) == tables(original)
        # Where there is one kill only, each schema's is at another point of its way.
        points = [steps * at // kills for at in range(1, kills + 1)] if kills > 1 else [steps * number // len(older)]
        left += [upgraded_after_a_kill(original, point, tmp_path / "killed") for point in points]
    new = left.count(HEAD)
    assert 0 < new < len(left)
    promise("P16", injected=len(left), recovered=len(left), lost=0, schemas=len(older), found_old=len(left) - new)


def test_any_older_archive_opens_and_a_kill_leaves_the_old_or_the_new(
    olds: dict[str, Path], tmp_path: Path, promise: Promise
) -> None:
    older_archives_open(olds, tmp_path, promise, 1)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_any_older_archive_opens_after_a_kill_at_each_of_twenty_points(
    olds: dict[str, Path], tmp_path: Path, promise: Promise
) -> None:
    older_archives_open(olds, tmp_path, promise, 20)


def digests_hold(tmp_path: Path, revisions: Sequence[str]) -> None:
    """The first version's archive as each later one would have left it: every digest holds, every article is the same."""
    exported: set[str] = set()
    with tarfile.open(Path(__file__).with_name("first.tar.xz")) as file:
        file.extractall(tmp_path / "first", filter="data")
    for revision in revisions:
        root = shutil.copytree(tmp_path / "first", tmp_path / revision)
        with at_schema(root / "pilkada.db", revision):
            pass
        database = Database(f"sqlite:///{root / 'pilkada.db'}")
        database.upgrade()
        database.dispose()
        archive = Archive.open(root)
        proof = verify(archive)
        assert (proof.captures, proof.articles, proof.damaged) == (17, 6, [])
        exported.add(str(list(archive.articles())))
        archive.database.dispose()
    assert len(exported) == 1


def test_the_bytes_of_an_older_archive_are_what_they_were(tmp_path: Path) -> None:
    digests_hold(tmp_path, REVISIONS[::4])


@pytest.mark.soak
def test_the_bytes_of_an_archive_of_each_schema_are_what_they_were(tmp_path: Path) -> None:
    digests_hold(tmp_path, REVISIONS)
