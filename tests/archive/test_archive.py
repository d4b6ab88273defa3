"""The archive as one object, as Python users open it."""

from pathlib import Path

import pytest

from archive.archive import Archive
from archive.database import Database
from archive.errors import NotFoundError
from archive.settings import Home


def made(folder: Path, name: str = "pilkada.db") -> str:
    folder.mkdir(exist_ok=True)
    url = f"sqlite:///{folder / name}"
    database = Database(url)
    database.ensure()
    database.dispose()
    return url


def test_an_archive_is_opened_by_its_home(tmp_path: Path) -> None:
    made(tmp_path)
    archive = Archive.open(tmp_path)
    assert (archive.home, list(archive.articles())) == (Home(tmp_path), [])
    archive.database.dispose()


def test_an_archive_is_opened_by_the_address_of_its_database(tmp_path: Path) -> None:
    archive = Archive.open(made(tmp_path / "lain", "arsip.db"))
    assert archive.home == Home(tmp_path / "lain")
    assert archive.database.path.name == "arsip.db"
    archive.database.dispose()


def test_the_homes_settings_name_the_database(tmp_path: Path) -> None:
    url = made(tmp_path / "lain", "arsip.db")
    (tmp_path / "pilkada.toml").write_text(f'[archive]\nurl = "{url}"\n')
    archive = Archive.open(tmp_path)
    assert archive.database.url == url
    archive.database.dispose()


@pytest.mark.parametrize("settings", ["", "[[[", "archive = 1", "[archive]\nurl = 7"])
def test_an_archive_that_is_not_there_is_not_made(tmp_path: Path, settings: str) -> None:
    (tmp_path / "pilkada.toml").write_text(settings)
    with pytest.raises(NotFoundError, match="there is no archive"):
        Archive.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["pilkada.toml"]


def test_it_is_the_public_face(tmp_path: Path) -> None:
    import pilkada

    assert pilkada.Archive is Archive
