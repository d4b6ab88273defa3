"""Whether the folder of the search index can be trusted: what made it, how far it goes, what its files looked like.

Beside Tantivy's own files it holds `stamp.json` (what made it) and `applied` (the seal: how many of the archive's changes
are in it, and size, time and CRC of each file then). Files are sealed because Tantivy checks none of them when it opens
an index: a scrambled one answers wrongly, or aborts the process.
"""

import json
import logging
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy
from tantivy.tantivy import __version__ as ENGINE  # noqa: N812 - names the engine and its format

from archive import fields, stems
from archive.durable import sync

logger = logging.getLogger(__name__)

SEGMENT = ("idx", "pos", "term", "store", "fast", "fieldnorm")
_OWN = re.compile(r"\..*|[0-9a-f]{32}\.[a-z0-9.]+|(?:stamp|meta)\.json|applied|(?:stamp|applied)\.tmp")

Identity = tuple[tuple[int, int, int], ...]


def stamp() -> dict[str, Any]:
    """What makes an index today; an index made by anything else is made again."""
    return {"engine": ENGINE, "schema": fields.VERSION, "stemmer": stems.fingerprint()}


def identity(folder: Path) -> Identity | None:
    """Another value after each commit and after the folder was replaced; None if there is no index at all."""
    seen = []
    for name in ("stamp.json", "meta.json"):
        try:
            stat = (folder / name).stat()
        except FileNotFoundError:
            continue
        seen.append((stat.st_ino, stat.st_mtime_ns, stat.st_size))
    return tuple(seen) if seen or (folder.is_dir() and any(folder.iterdir())) else None


def trouble(folder: Path) -> str | None:
    """Why the index can't be trusted, in a few words; None if it can.

    Raises:
        PermissionError: it can't even be read; that is no reason to make it again.
    """
    made = _read(folder / "stamp.json")
    if made != stamp():
        return "it was made by another version" if isinstance(made, dict) else "it bears no stamp of ours"
    if strange := next((entry.name for entry in folder.iterdir() if not _OWN.fullmatch(entry.name)), None):
        return f"it holds {strange!r}, which isn't ours"
    files = _files(folder)
    if files is None:
        return "its list of segments can't be read"
    seal = _seal(folder)
    if seal is None:
        return "its seal can't be read"
    for name in files:
        path = folder / name
        try:
            stat = path.stat()
        except FileNotFoundError:
            return f"{name} is missing"
        size, changed, checksum = seal["files"].get(name, (stat.st_size, stat.st_mtime_ns, 0))
        # A copy (a restored backup) has other times: then, and only then, is the file read (1 GB takes a second).
        if stat.st_size != size or (stat.st_mtime_ns != changed and _checksum(path) != checksum):
            return f"{name} isn't as it was written"
    return None


def applied(folder: Path) -> int:
    """The sequence up to which changes are in the index."""
    seal = _seal(folder)
    return 0 if seal is None else int(seal["sequence"])


def make(folder: Path) -> None:
    """Puts an empty, stamped index in place of nothing; a reader never sees half of it."""
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    tantivy.Index(fields.schema(), path=str(new))
    _write(new / "stamp.json", stamp())
    seal(new, 0)
    if folder.is_dir():
        folder.rmdir()
    new.rename(folder)


def move_aside(folder: Path, why: str) -> Path:
    """Renames a folder that isn't trusted to `<name>.old-<n>` and says so."""
    number = 1
    while (old := folder.with_name(f"{folder.name}.old-{number}")).exists():
        number += 1
    folder.rename(old)
    logger.warning("search index %s: %s; moved to %s and made again", folder, why, old.name)
    return old


def seal(folder: Path, sequence: int, *, files: bool = True) -> None:
    """Writes down, after a commit, what is in the index; with `files` also what they look like.

    Not while Tantivy merges: the files may go.
    """
    known = (_seal(folder) or {"files": {}})["files"]
    sealed = {}
    for name in (_files(folder) or ()) if files else ():
        stat = (folder / name).stat()
        old = known.get(name)
        if old is None or old[:2] != [stat.st_size, stat.st_mtime_ns]:
            old = [stat.st_size, stat.st_mtime_ns, _checksum(folder / name)]
        sealed[name] = old
    # Tantivy writes these two for their owner alone, whatever the umask; the web page may run as another user.
    for name in ("meta.json", ".managed.json"):
        (folder / name).chmod((folder / "stamp.json").stat().st_mode & 0o777)
    _write(folder / "applied", {"sequence": sequence, "files": sealed})


@contextmanager
def openable(folder: Path) -> Iterator[Path]:
    """A folder through which Tantivy can open the index; needed no longer once it has.

    To open one, Tantivy creates a lock file beside the segments (tantivy issue 557), which a read-only disk refuses: there
    it gets a folder of links.
    """
    if os.access(folder, os.W_OK):
        yield folder
        return
    # Tantivy's own thread may make and drop its lock file there while the folder is being removed.
    with tempfile.TemporaryDirectory(prefix="pilkada-index-", ignore_cleanup_errors=True) as links:
        for entry in folder.iterdir():
            if not entry.name.startswith("."):
                (Path(links) / entry.name).symlink_to(entry.resolve())
        yield Path(links)
    shutil.rmtree(links, ignore_errors=True)


def _files(folder: Path) -> list[str] | None:
    """The files of the last commit, or None if that isn't known."""
    meta = _read(folder / "meta.json")
    try:
        names = []
        for segment in meta["segments"]:
            name = str(segment["segment_id"]).replace("-", "")
            names += [f"{name}.{extension}" for extension in SEGMENT]
            if segment["deletes"] is not None:
                names.append(f"{name}.{segment['deletes']['opstamp']}.del")
    except (KeyError, TypeError):
        return None
    return names


def _seal(folder: Path) -> dict[str, Any] | None:
    read = _read(folder / "applied")
    fits = isinstance(read, dict) and isinstance(read.get("sequence"), int) and isinstance(read.get("files"), dict)
    return read if fits else None


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            value = zlib.crc32(block, value)
    return value


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, IsADirectoryError, ValueError):
        return None


def _write(path: Path, value: object) -> None:
    """Replaces a file at once: whoever reads it, or comes after a power cut, finds the old or the new one."""
    new = path.with_name(f"{path.name.removesuffix('.json')}.tmp")
    with new.open("w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync(path.parent)
