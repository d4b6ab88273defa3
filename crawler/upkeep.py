"""What an outlet needs besides crawls, and no network: its files closed and proved, what was left unread read."""

import asyncio
import re
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from archive.proofs import prove
from archive.records import RunStatus
from archive.settings import Home
from archive.troubles import Trouble
from crawler import offline
from crawler.crawl import Crawl
from crawler.ownzone import OwnZone
from crawler.reader import Reader
from crawler.reading import ReadingPool
from crawler.reading.pack import parse
from crawler.task import Task
from scheduler.processes import is_alive

LOOK_SECONDS = 0.5
"""How often it is asked whether to go on."""
DRAFT = re.compile(r"\..+\.(\d+)|.+\.(\d+)\.part")
"""What is written beside its place until it is whole: `.NAME.PID`, a backup `NAME.PID.part`."""
OLD = timedelta(days=1)
"""How old a draft of a process that is gone must be: its number may be another process' on another machine."""


def keep_up(task: Task, crawl: Crawl, early: Sequence[object], *, readers: int) -> None:
    """Do for an outlet what needs no network, within the task's deadline; the outlet's files are in order."""
    end = time.monotonic() + task.deadline

    def go_on() -> bool:
        return not early and time.monotonic() < end

    crawl.fetches = False
    found = crawl.tally.found
    found["swept"] = sweep(crawl.home, crawl.now())
    OwnZone(crawl)  # a zone that the site told is remembered
    if crawl.outlet.timezone:
        with ReadingPool(readers, task.memory_mb) as pool:
            asyncio.run(_read(task, crawl, pool, go_on))
    proved = prove(
        crawl.database, crawl.home.warc, crawl.ticket.outlet_id, day=crawl.now().astimezone(UTC).date(), go_on=go_on
    )
    found |= {"proved": proved.records, "damaged": proved.damaged[:20]}
    if proved.damaged:
        said = f"{len(proved.damaged)} of {proved.records} records are damaged, {proved.damaged[0]}"
        crawl.blame(RunStatus.FAILED, f"{said}; `pilkada verify` names all", kind=Trouble.OURS)
    elif not go_on():
        crawl.cut_short = "stopped by a signal" if early else "its time was over"


async def _read(task: Task, crawl: Crawl, pool: ReadingPool, go_on: Callable[[], bool]) -> None:
    reader = offline.reader(crawl, pool, parse(*task.pack))
    watch = asyncio.create_task(_stop_in_time(reader, go_on))
    try:
        await offline.read(crawl, reader)
    finally:
        watch.cancel()


async def _stop_in_time(reader: Reader, go_on: Callable[[], bool]) -> None:
    while go_on():
        await asyncio.sleep(LOOK_SECONDS)
    reader.stop()


def sweep(home: Home, now: datetime) -> list[str]:
    """Remove from a home what a process that was killed had not finished to write; give the names."""
    gone = []
    for path in sorted(home.root.iterdir()):
        named = DRAFT.fullmatch(path.name)
        if named is None or is_alive(int(named[1] or named[2])):
            continue
        with suppress(OSError):
            if now.timestamp() - path.lstat().st_mtime > OLD.total_seconds():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
                gone.append(path.name)
    return gone
