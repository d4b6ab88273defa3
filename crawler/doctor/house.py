"""Checks of the home: the disk that it lies on, who may read and write it, who is at work in it, what was left behind."""

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from archive.room import Reserve, in_mb
from crawler.doctor.finding import Finding, Patient, bad, ok, warn

NETWORKED = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afs",
    "ceph",
    "glusterfs",
    "9p",
    "davfs",
    "fuse.sshfs",
    "fuse.rclone",
}
"""File systems on which neither SQLite's log nor our locks can be trusted."""
_DRAFTS = ("*.part*", ".restoring*", ".*.[0-9]*", "index.new", "warc/*/*.taking")
"""By what backups, upgrades, restores, exports, indexes and takedowns call what they have not yet put in its place."""
_MEGABYTE = 1024 * 1024


def disk(patient: Patient) -> Iterator[Finding]:
    """Room on the disk, and what kind of file system it is."""
    root = _there(patient.home.root)
    asked = patient.settings.crawl.reserve_mb if patient.settings else None
    for room in Reserve(folders=(root,), megabytes=asked).rooms():
        said = f"{in_mb(room.free)} MB free at {root}"
        if room.free < room.reserve:
            below = f"{said}, less than the reserve of {in_mb(room.reserve)} MB"
            yield bad(below, "make room, or move the home to a larger disk")
        elif room.free < 2 * room.reserve:
            yield warn(f"{said}, and crawls stop below {in_mb(room.reserve)} MB", "make room soon")
        else:
            yield ok(said)
    kind = _file_system(root)
    if kind in NETWORKED:
        yield bad(f"the home lies on a network file system ({kind})", "put the home on a disk of this machine")


def _there(path: Path) -> Path:
    """Give the nearest folder that exists."""
    return next((folder for folder in (path, *path.parents) if folder.is_dir()), Path("/"))


def _file_system(path: Path) -> str | None:
    """Give the kind of the file system on which a folder lies, None where the system does not tell."""
    try:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines()]
    except OSError:
        return None
    place = path.resolve()
    over = [(mount[1], mount[2]) for mount in mounts if place.is_relative_to(mount[1].replace("\\040", " "))]
    return max(over, key=lambda mount: len(mount[0]))[1] if over else None


def permissions(patient: Patient) -> Iterator[Finding]:
    """Who may write what a crawl writes, and who may read what holds secrets."""
    home = patient.home
    if not home.root.is_dir():
        yield ok(f"{home.root} is not there yet: the first crawl makes it")
        return
    places = [home.root, home.warc, home.index, home.locks, home.health_file, *home.root.glob("pilkada.db*")]
    places += [folder for folder in home.warc.glob("*") if folder.is_dir()]
    barred = [path for path in places if path.exists() and not os.access(path, os.W_OK)]
    for path in barred:
        yield bad(f"{path} cannot be written", "give it to the user that crawls (chown -R)")
    if not barred:
        yield ok(f"{home.root} can be written")
    yield from _readable_by_others(patient)


def _readable_by_others(patient: Patient) -> Iterator[Finding]:
    from msgspec import to_builtins

    from crawler.secrets import in_settings

    file = patient.home.settings_file
    if patient.settings is None or not file.exists() or not in_settings(to_builtins(patient.settings)):
        return
    if file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield warn(f"{file} holds secrets and others may read it", f"chmod 600 {file}")


def locks(patient: Patient) -> Iterator[Finding]:
    """Who is at work, and notes of who is not any more."""
    from scheduler.lock import ProcessLock

    folder = patient.home.locks
    if folder.exists() and not folder.is_dir():
        yield bad(f"{folder} is no folder: nothing can be crawled", f"delete {folder}")
        return
    held, stale = [], []
    for path in sorted(folder.glob("*.lock")):
        lock = ProcessLock(path, path.stem)
        if not lock.held():
            stale += [path.stem] if path.with_suffix(".json").exists() else []
            continue
        holder = lock.holder()
        if holder is None:
            held.append(path.stem)
            continue
        held.append(f"{path.stem} by process {holder.pid} since {holder.since:%Y-%m-%d %H:%M} UTC")
        if holder.host != socket.gethostname():
            yield warn(
                f"{path.stem} is held on {holder.host}, and this is {socket.gethostname()}",
                "let one machine alone write to a home",
            )
    yield ok(f"held: {'; '.join(held)}" if held else "nobody is at work")
    if stale:
        yield ok(f"killed while they held it: {', '.join(stale)}; the next one repairs what they left")


def daemon(patient: Patient) -> Iterator[Finding]:
    """The daemon by its sign of life."""
    from scheduler import heartbeat
    from scheduler.lock import scheduler_lock

    running = scheduler_lock(patient.home.locks).held()
    health = heartbeat.read(patient.home.health_file)
    if not running:
        ended = health is None or health.life is heartbeat.Life.STOPPED
        said = "no daemon runs: crawls begin by cron or by hand" if ended else "the daemon was killed"
        yield ok(said) if ended else bad(said, "pilkada schedule run")
    elif health is None or health.stale(patient.now):
        yield bad(
            "the daemon gives no sign of life", "end it and start it again; its last lines in the log may say why"
        )
    elif health.trouble:
        yield bad(f"the daemon cannot work: {health.trouble}", "see the other lines")
    elif health.refused:
        yield warn(f"the daemon goes by older settings: {health.refused}", "correct them, then send it SIGHUP")
    else:
        yield ok(f"the daemon lives: process {health.pid} since {health.started_at:%Y-%m-%d %H:%M} UTC")


def remains(patient: Patient) -> Iterator[Finding]:
    """What crashes and upgrades left: harmless, but room that nobody uses."""
    home = patient.home
    drafts = [path for pattern in _DRAFTS for path in home.root.glob(pattern)]
    old = sorted({*home.root.glob("index.old-*"), *home.root.glob("pilkada.db.before-*")})
    torn = list((home.warc / "torn").glob("*"))
    if drafts:
        yield warn(f"half-written: {', '.join(sorted(path.name for path in drafts))}", "delete them while nothing runs")
    if old:
        size = sum(_size(path) for path in old) // _MEGABYTE
        yield warn(
            f"{size} MB of older copies: {', '.join(path.name for path in old)}", "delete what you do not go back to"
        )
    if torn:
        yield ok(f"{len(torn)} torn ends of WARC files are kept in {home.warc / 'torn'}")


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def log(patient: Patient) -> Iterator[Finding]:
    """The file that gets the log lines, if settings name one."""
    if patient.settings is None or patient.settings.log.file is None:
        return
    file = patient.home.root / patient.settings.log.file
    place = next(path for path in (file, *file.parents) if path.exists())
    if os.access(place, os.W_OK) and place.is_dir() is (place != file):
        yield ok(f"log lines go to {file}")
    else:
        yield bad(f"log.file {file} cannot be written", "name another under [log], or give it to the user that crawls")
