import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.database import Database


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "pilkada.db"
    database = Database(f"sqlite:///{file}")
    database.ensure()
    database.dispose()
    return file


@pytest.fixture
def database(empty_archive: Path, tmp_path: Path) -> Iterator[Database]:
    file = tmp_path / "pilkada.db"
    shutil.copy(empty_archive, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.dispose()
