import os
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.records import Reading, Reason, Rejection
from crawler.reading import Job, Material, Page, ReadingPool, Site

SITE = Site(slug="contoh", name="Kabar Contoh", base_url="https://contoh.test", timezone="Asia/Makassar")
ROOT = Path(__file__).parents[3]
STORY = """<html><head><link rel="shortlink" href="https://contoh.test/?p=7"></head><body class="single">
<article><h1 class="entry-title">Logistik Pilkada Tiba di Gudang</h1><div class="entry-content">
<p>SAMARINDA – Sebanyak 300 kotak suara tiba di gudang, Senin (18/11/2024).</p>
<p>Petugas memeriksanya satu per satu dan mencatat tiga kotak yang rusak.</p></div></article></body></html>"""


def story(url: str = "https://contoh.test/a/") -> Material:
    page = Page(url=url, content_type="text/html", body=STORY.encode())
    return Material(site=SITE, url=url, page=page, fetched_at=datetime(2024, 11, 18, tzinfo=UTC))


def load(source: object) -> Material:
    """What a job of these tests does in the reader before it reads."""
    if source == "hang":
        while True:
            time.sleep(60)
    if source == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if source == "leak":
        return story("x" * (2 << 30))
    if source == "broken":
        raise ValueError("record cut short")
    if isinstance(source, Path) and not source.exists():
        source.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return story()


def test_a_page_that_hangs_dies_or_breaks_costs_itself_only() -> None:
    with ReadingPool(2, 512, timeout=1.0) as pool:
        bad = pool.submit(Job(("good", "hang", "good", "die", "broken", "leak"), load))
        good = pool.submit(Job((story(), story())))
        results = bad.result(timeout=30)
        assert all(isinstance(one, Reading) for one in good.result(timeout=30))
    details = [one.detail if isinstance(one, Rejection) else one.title for one in results]
    title = "Logistik Pilkada Tiba di Gudang"
    assert details == [
        title,
        "reader stopped after 1 s",
        title,
        "reader died",
        "reader failed: ValueError: record cut short",
        "reader ran out of memory",
    ]
    assert {one.reason for one in results if isinstance(one, Rejection)} == {Reason.UNREADABLE}


def test_a_reader_that_died_once_is_forgiven(tmp_path: Path) -> None:
    with ReadingPool(1, 512, timeout=5.0) as pool:
        (result,) = pool.submit(Job((tmp_path / "seen",), load)).result(timeout=30)
    assert isinstance(result, Reading)


def test_readers_that_died_while_idle_are_replaced() -> None:
    with ReadingPool(1, 512, timeout=5.0) as pool:
        assert pool.submit(Job(("good",), load)).result(timeout=30)
        host = pool._host
        assert host is not None
        for pid in list(host.pool._pool_manager.worker_manager.workers):
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
        (result,) = pool.submit(Job(("good",), load)).result(timeout=30)
    assert isinstance(result, Reading)


def test_a_stopped_pool_cancels_and_says_nothing_of_the_pages() -> None:
    pool = ReadingPool(1, 512, timeout=30.0)
    hanging = pool.submit(Job(("hang",), load))
    together = pool.submit(Job(("good", "hang"), load))
    pool.stop()
    for future in (hanging, together):
        with pytest.raises(CancelledError):
            future.result(timeout=10)
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(Job(("good",), load))


def test_a_job_without_sources_is_done_and_a_pool_without_workers_is_refused() -> None:
    with ReadingPool(1, 512) as pool:
        assert pool.submit(Job(())).result(timeout=1) == ()
    with pytest.raises(ValueError, match="needs a worker"):
        ReadingPool(0, 512)


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_readers_die_with_a_parent_that_was_killed() -> None:
    program = (
        "import time\n"
        "from crawler.reading import Job, ReadingPool\n"
        "if __name__ == '__main__':\n"
        "    pool = ReadingPool(1, 512)\n"
        "    pool._pool()\n"
        "    print(*pool._host.pool._pool_manager.worker_manager.workers, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        try:
            worker = int(parent.stdout.readline())
        finally:
            parent.kill()
    deadline = time.monotonic() + 5
    while _alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(worker)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
