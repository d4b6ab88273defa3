import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from scheduler import processes

WAITS = "import time; print('up', flush=True); time.sleep(60)"


@pytest.mark.parametrize(
    ("platform", "says"),
    [
        ("win32", ["no limit on memory", "not closed cleanly", "does not notice"]),
        ("darwin", ["no limit"]),
        ("linux", []),
    ],
)
def test_what_a_system_cannot_do_is_one_line(platform: str, says: list[str]) -> None:
    said = processes.shortcomings(platform)
    assert (said is None) is (not says)
    assert all(part in (said or "") for part in says)
    assert "\n" not in (said or "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_stop_is_heard_and_the_handlers_are_put_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    heard = []
    with processes.on_stop(lambda: heard.append(number)):
        for _ in range(2):
            signal.raise_signal(number)
    assert heard == [number, number]
    assert signal.getsignal(number) is before


def test_a_stop_unwinds_what_runs_as_ctrl_c_does() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), processes.stop_unwinds():
        processes.stop_self()
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_handlers_are_put_back_after_an_error() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(RuntimeError, match="inside"), processes.on_stop(lambda: None):
        raise RuntimeError("inside")
    assert signal.getsignal(signal.SIGTERM) is before


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"from scheduler import processes\n{code}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_stop_that_comes_early_is_remembered() -> None:
    done = run("told = processes.remember_stop()\nassert not told\nprocesses.stop_self()\nprint(len(told))")
    assert (done.stdout, done.returncode) == ("1\n", 0), done.stderr


def test_a_process_that_ignores_interrupts_goes_on() -> None:
    done = run(
        "import signal\nprocesses.ignore_interrupts()\n"
        "for number in (signal.SIGTERM, signal.SIGINT):\n    signal.raise_signal(number)\nprint('on')"
    )
    assert (done.stdout, done.returncode) == ("on\n", 0), done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its limit")
def test_an_allocation_past_the_limit_fails() -> None:
    done = run(
        "processes.limit_memory(200)\nbytearray(50_000_000)\n"
        "try:\n    bytearray(400_000_000)\nexcept MemoryError:\n    print('refused')"
    )
    assert (done.stdout, done.returncode) == ("refused\n", 0), done.stderr


def start(code: str) -> "subprocess.Popen[bytes]":
    return processes.start_child([sys.executable, "-c", code], dict(os.environ))


def test_a_child_is_asked_to_stop() -> None:
    child = start(WAITS)
    assert child.stdout is not None
    with child:
        assert child.stdout.readline().strip() == b"up"
        processes.terminate(child.pid)
        assert child.wait(10) != 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no groups of processes")
def test_a_child_is_ended_with_all_that_it_started() -> None:
    child = start(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WAITS!r}])")
    assert child.stdout is not None
    with child:
        assert child.stdout.readline().strip() == b"up"
        processes.kill_group(child.pid)
        assert child.stdout.read() == b"", "the pipe is open for as long as the grandchild lives"
        assert processes.ending(child.wait(10)) == "was ended by SIGKILL"
    processes.kill_group(child.pid)
    processes.terminate(child.pid)


HOLDS = "import time\nheld = bytearray(150_000_000)\nheld[::4096] = b'x' * len(held[::4096])\nprint('up', flush=True)\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_what_a_killed_child_held_is_known_to_who_waits_for_it() -> None:
    """Asked of a process of its own: tests before this one may have held more than the child."""
    done = run(
        f"import os, resource, sys\nchild = processes.start_child([sys.executable, '-c', {HOLDS + WAITS!r}], dict(os.environ))\n"
        "child.stdout.readline()\nprocesses.kill_group(child.pid)\nended = processes.wait_for(child)\n"
        "assert child.returncode == ended.status\n"
        # What pytest's own process has held is handed down: where that was more, nothing is told of the child.
        "more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 140_000\n"
        "print(ended.status, more if ended.memory_mb is None else 140 < ended.memory_mb < 250)"
    )
    assert (done.stdout, done.stderr) == ("-9 True\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_a_peak_counts_living_children_in_and_is_not_taken_for_that_of_a_child() -> None:
    done = run(
        f"import os, sys\nbefore = processes.peak_mb()\n"
        f"child = processes.start_child([sys.executable, '-c', {HOLDS + WAITS!r}], dict(os.environ))\n"
        "child.stdout.readline()\nprint(140 < processes.peak_mb() - before < 250)\n"
        "processes.kill_group(child.pid)\nprocesses.wait_for(child)\nprint(processes.peak_mb() < before + 20)\n"
        f"exec({HOLDS!r})\n"
        "child = processes.start_child([sys.executable, '-c', 'pass'], dict(os.environ))\n"
        "print(processes.wait_for(child))"
    )
    assert done.stdout.splitlines() == ["True", "True", "up", "Ended(status=0, memory_mb=None)"], done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_a_child_ends_when_its_parent_is_killed() -> None:
    inner = f"from scheduler import processes; processes.die_with_parent(); {WAITS}"
    parent = start(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])")
    assert parent.stdout is not None
    with parent:
        assert parent.stdout.readline().strip() == b"up"
        began = time.monotonic()
        parent.kill()
        ended = threading.Timer(10, processes.kill_group, [parent.pid])
        ended.start()
        assert parent.stdout.read() == b""
        ended.cancel()
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (0, "ended with exit status 0"),
        (3, "ended with exit status 3"),
        (-9, "was ended by SIGKILL"),
        (-63, "was ended by signal 63"),
    ],
)
def test_an_ending_is_said_in_words(status: int, says: str) -> None:
    assert processes.ending(status) == says
