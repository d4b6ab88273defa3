"""What is in an archive, as a whole, to be compared with what is in another one."""

from pathlib import Path
from typing import Any

from archive.archive import Archive
from archive.database import sqlite_module
from archive.verify import verify


def held(root: Path) -> dict[str, Any]:
    """Give what is in an archive: its articles, every row of its tables, every byte of its WARC files."""
    connection = sqlite_module().connect(root / "pilkada.db")
    try:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names}
    finally:
        connection.close()
    files = sorted(path for path in (root / "warc").rglob("*") if path.is_file())
    return {"rows": rows, "files": {path.relative_to(root).as_posix(): path.read_bytes() for path in files}}


def articles(root: Path) -> list[dict[str, Any]]:
    archive = Archive.open(root)
    try:
        return list(archive.articles())
    finally:
        archive.database.dispose()


def assert_whole(root: Path, captures: int | None = None) -> None:
    archive = Archive.open(root)
    proof = verify(archive)
    assert (proof.damaged, proof.index) == ([], {"missing": [], "extra": []})
    assert captures is None or proof.captures == captures
    assert archive.database.check() == []
    archive.database.dispose()


def below(folder: Path) -> list[str]:
    """Give the names of all that lies in a folder, but for locks."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return sorted(name for name in found if not name.startswith("locks"))
