import json
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import ArchiveUnavailableError
from scheduler.lock import HeldError, ProcessLock, outlet_lock, scheduler_lock

NOW = datetime(2024, 11, 27, 4, 10, tzinfo=UTC)
HOLD = """
import sys, time
from pathlib import Path
from scheduler.lock import scheduler_lock
with scheduler_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(locks: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(locks)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_second_process_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    process = hold(tmp_path)
    try:
        lock = scheduler_lock(tmp_path)
        with pytest.raises(HeldError) as caught:
            lock.acquire()
        holder = caught.value.holder
        assert holder is not None
        assert (holder.pid, holder.purpose, holder.host) == (process.pid, "scheduler", socket.gethostname())
        text = str(caught.value)
        assert text == f"another scheduler runs already: process {process.pid} since {holder.since:%Y-%m-%d %H:%M} UTC"
        assert lock.held()
        assert lock.holder() == holder
    finally:
        end(process)


def test_the_lock_of_a_killed_process_is_free_at_once(tmp_path: Path) -> None:
    end(hold(tmp_path))
    assert (tmp_path / "scheduler.json").exists()
    assert not scheduler_lock(tmp_path).held()
    assert scheduler_lock(tmp_path).holder() is None
    with scheduler_lock(tmp_path) as lock:
        holder = lock.holder()
        assert holder is not None
        assert holder.purpose == "scheduler"


def test_a_freed_lock_can_be_taken_again_and_names_nobody(tmp_path: Path) -> None:
    for _ in range(3):
        with outlet_lock(tmp_path, "kukar") as lock:
            assert lock.held()
        assert not lock.held()
        assert not (tmp_path / "outlet-kukar.json").exists()
    lock.release()


def test_looking_at_a_lock_makes_no_file_and_takes_nothing(tmp_path: Path) -> None:
    assert not outlet_lock(tmp_path / "locks", "kukar").held()
    assert not (tmp_path / "locks").exists()


def test_locks_of_different_outlets_do_not_meet(tmp_path: Path) -> None:
    with outlet_lock(tmp_path, "kukar"), outlet_lock(tmp_path, "kukar-utara"), scheduler_lock(tmp_path):
        assert outlet_lock(tmp_path, "kukar").held()


def test_a_holder_on_another_machine_is_named_with_it(tmp_path: Path) -> None:
    with ProcessLock(tmp_path / "a.lock", "crawl of kukar", now=lambda: NOW):
        note = json.loads((tmp_path / "a.json").read_text())
        (tmp_path / "a.json").write_text(json.dumps(note | {"host": "tenggarong", "pid": 7}))
        with pytest.raises(
            HeldError,
            match=r"^another crawl of kukar runs already: process 7 on tenggarong since 2024-11-27 04:10 UTC$",
        ):
            ProcessLock(tmp_path / "a.lock", "crawl of kukar").acquire()


@pytest.mark.parametrize("note", [None, "", '{"pid": "x"}'], ids=["missing", "empty", "damaged"])
def test_a_holder_that_has_not_said_who_it_is_is_refused_all_the_same(tmp_path: Path, note: str | None) -> None:
    with ProcessLock(tmp_path / "a.lock", "scheduler"):
        (tmp_path / "a.json").unlink()
        if note is not None:
            (tmp_path / "a.json").write_text(note)
        with pytest.raises(HeldError, match=r"^another scheduler runs already$") as caught:
            ProcessLock(tmp_path / "a.lock", "scheduler").acquire()
        assert caught.value.holder is None


def test_a_folder_that_cannot_be_made_is_our_side_failing(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("a file")
    with pytest.raises(ArchiveUnavailableError, match=r"scheduler\.lock cannot be locked"):
        scheduler_lock(tmp_path / "locks").acquire()


RACE = """
import sys
from pathlib import Path
from scheduler.lock import HeldError, scheduler_lock
print("ready", flush=True)
sys.stdin.readline()
try:
    with scheduler_lock(Path(sys.argv[1])):
        print("won", flush=True)
        sys.stdin.readline()
except HeldError as error:
    print(error, flush=True)
"""


@pytest.mark.parametrize("number", [6, pytest.param(100, marks=pytest.mark.soak)])
def test_of_many_that_start_together_one_wins_and_the_others_name_it(tmp_path: Path, number: int) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(number)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = {racer.pid: racer.stdout.readline() for racer in racers if racer.stdout}
    winners = [pid for pid, line in said.items() if line == "won\n"]
    for racer in racers:
        racer.communicate()
    assert len(winners) == 1
    others = [line for line in said.values() if line != "won\n"]
    assert all(line.startswith(f"another scheduler runs already: process {winners[0]} since") for line in others)
