"""Several homes of one archive on a PostgreSQL server: one scheduler, one crawl an outlet, whichever home it is of."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from archive import runs
from archive.database import Database
from archive.errors import ArchiveUnavailableError, SupersededError
from archive.runs import RunTicket
from scheduler.lock import HeldError, ProcessLock, outlet_lock, scheduler_lock
from tests.postgres import Server

NOW = datetime(2024, 11, 27, 4, 10, tzinfo=UTC)
HOLD = """
import sys, time
from pathlib import Path
from archive.database import Database
from scheduler.lock import outlet_lock
with outlet_lock(Path(sys.argv[1]), "kukar", Database(sys.argv[2])):
    print("held", flush=True)
    time.sleep(60)
"""


@dataclass(frozen=True)
class Homes:
    """Two homes of one archive."""

    url: str
    first: Path
    second: Path
    database: Database

    def outlet(self, home: Path, outlet: str = "kukar") -> ProcessLock:
        return outlet_lock(home / "locks", outlet, self.database)

    def end_sessions(self) -> int:
        """End the sessions that hold locks, as a server's restart or its keeper does; the writers' go on."""
        with psycopg.connect(self.url, autocommit=True) as keeper:
            ended = keeper.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            ).fetchall()
        return len(ended)


@pytest.fixture
def homes(postgres: Server, tmp_path: Path) -> Iterator[Homes]:
    with postgres.new() as url:
        database = Database(url)
        yield Homes(url=url, first=tmp_path / "first", second=tmp_path / "second", database=database)
        database.dispose()


def test_what_one_home_holds_is_held_for_the_other_and_its_holder_is_named(homes: Homes) -> None:
    with homes.outlet(homes.first):
        theirs = homes.outlet(homes.second)
        with pytest.raises(HeldError) as caught:
            theirs.acquire()
        holder = caught.value.holder
        assert holder is not None
        assert (holder.pid, holder.host) == (os.getpid(), socket.gethostname())
        assert str(caught.value).startswith(f"another crawl of kukar runs already: process {os.getpid()} since ")
        assert theirs.held()
        assert theirs.holder() == holder
        assert not outlet_lock(homes.second / "locks", "kukar").held(), "the file of one that was refused is free"
        with homes.outlet(homes.second, "mahakam"), scheduler_lock(homes.second / "locks", homes.database):
            pass
    assert not theirs.held()
    assert theirs.holder() is None
    with theirs, pytest.raises(HeldError):
        homes.outlet(homes.first).acquire()


def test_two_archives_on_one_server_do_not_meet(homes: Homes, postgres: Server) -> None:
    with postgres.new() as url, homes.outlet(homes.first):
        other = Database(url)
        with outlet_lock(homes.second / "locks", "kukar", other) as lock:
            assert lock.held()
        other.dispose()


def test_the_lock_of_a_killed_process_is_free_at_once(homes: Homes) -> None:
    command = [sys.executable, "-c", HOLD, str(homes.first / "locks"), homes.url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(HeldError, match=f"process {process.pid} "):
        homes.outlet(homes.second).acquire()
    process.kill()
    process.communicate()
    with homes.outlet(homes.second):
        pass


def test_a_scheduler_whose_session_ended_takes_its_lock_again_or_gives_way(homes: Homes) -> None:
    with scheduler_lock(homes.first / "locks") as first:
        first.share(homes.database)
        first.renew()
        assert homes.end_sessions() == 1
        first.renew()
        second = scheduler_lock(homes.second / "locks", homes.database)
        with pytest.raises(HeldError):
            second.acquire()
        assert homes.end_sessions() == 1
        with second, pytest.raises(HeldError, match="another scheduler runs already"):
            first.renew()
        first.renew()


def begin(database: Database, *, now: datetime) -> RunTicket:
    with database.write() as connection:
        outlet_id = runs.register_outlet(connection, "kukar", {}, now)
        return runs.begin(
            connection,
            outlet_id,
            kind="crawl",
            cause="test",
            planned_at=None,
            version="0",
            settings_digest="",
            now=now,
        )


def test_a_crawl_whose_session_ended_is_refused_its_next_write_once_another_home_has_taken_over(homes: Homes) -> None:
    with homes.outlet(homes.first):
        old = begin(homes.database, now=NOW)
        assert homes.end_sessions() == 1
        with homes.outlet(homes.second):
            with homes.database.write() as connection:
                old.check(connection)  # it may write until another one writes
            new = begin(homes.database, now=NOW + timedelta(minutes=1))
            with homes.database.write() as connection:
                new.check(connection)
            with pytest.raises(SupersededError), homes.database.write() as connection:
                old.check(connection)
    with homes.database.read() as connection:
        newest, before = runs.newest(connection)
    assert (newest.run_id, newest.status) == (new.run_id, "running")
    assert (before.run_id, before.status) == (old.run_id, "failed")


def test_a_server_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    away = Database(f"postgresql://rina:rahasia@/pilkada?host={tmp_path}")
    lock = outlet_lock(tmp_path / "locks", "kukar", away)
    for act in (lock.acquire, lock.held, lock.holder):
        with pytest.raises(ArchiveUnavailableError, match=r"rina:\*\*\*@/pilkada"):
            act()
    assert not outlet_lock(tmp_path / "locks", "kukar").held()
    away.dispose()
