"""Room on the disk: how much stays free, so that what is under way can be ended in order and read afterwards."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveUnavailableError

RESERVE_MB = 1024
"""What stays free unless settings say otherwise: SQLite's log, an index and an upgrade's copy need some of it."""
SHARE = 20
"""The reserve is no more than this part of the disk where settings name none: an archive may lie on a small one."""
_MEGABYTE = 1024 * 1024


class NoRoomError(ArchiveUnavailableError):
    """So little of a disk is free that nothing more is fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is free of the disk on which a folder lies, and what shall stay so, both in bytes."""

    folder: Path
    free: int
    reserve: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """What must stay free of the disks of some folders: so many megabytes, 0 for none, None for the usual."""

    folders: tuple[Path, ...]
    megabytes: int | None = None

    def rooms(self) -> Iterator[Room]:
        """Give what is free where each folder lies, or will; a disk that cannot be asked is left out."""
        for folder in self.folders:
            there = next((place for place in (folder, *folder.parents) if place.is_dir()), None)
            try:
                usage = shutil.disk_usage(there or folder)
            except OSError:
                continue
            usual = min(RESERVE_MB * _MEGABYTE, usage.total // SHARE)
            reserve = usual if self.megabytes is None else self.megabytes * _MEGABYTE
            yield Room(folder=there or folder, free=usage.free, reserve=reserve)

    def shortage(self) -> str | None:
        """Say in one line where too little is free, None where there is enough."""
        for room in self.rooms():
            if room.free < room.reserve:
                return (
                    f"the disk of {room.folder} is nearly full: {in_mb(room.free)} MB are free, and {in_mb(room.reserve)} MB"
                    " are kept free (crawl.reserve_mb); crawls go on by themselves once there is room"
                )
        return None

    def check(self) -> None:
        """Refuse to go on where too little is free.

        Raises:
            NoRoomError: the text names the folder, what is free and what shall stay so.
        """
        if lacking := self.shortage():
            raise NoRoomError(lacking)


def in_mb(size: int) -> str:
    """Give bytes as megabytes, with a decimal where there are few."""
    return f"{size / _MEGABYTE:.1f}" if size < 10 * _MEGABYTE else f"{size // _MEGABYTE}"
