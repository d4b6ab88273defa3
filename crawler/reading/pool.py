"""Killable readers: a page that hangs, crashes or eats the memory of a parser costs one reader and never the crawl."""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, wait
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from typing import Any

from pebble import CONSTS, ProcessExpired, ProcessPool

from archive.records import Reading, Reason, Rejection
from crawler import logs, startup
from crawler.reading.material import Material
from scheduler import processes

logger = logging.getLogger(__name__)

Result = Reading | Rejection

LEAST_MEMORY_MB = 192
"""Python, lxml and trafilatura hold 110 MB of data before the first page."""
_OUT_OF_MEMORY = 87
_KILL_AFTER = 0.2
"""Seconds between SIGTERM, which readers ignore, and SIGKILL; pebble waits for 3."""


def as_given(source: Material) -> Material:
    """What a job of materials loads: the material itself."""
    return source


@dataclass(frozen=True, slots=True)
class Job:
    """Sources that one reader reads in a row. A pickled job may be 8 pages: that saves 10 to 25 % of the parent's CPU.

    `load` turns a source into material inside the reader (out of a WARC file, say), so that bytes need not travel.
    """

    sources: tuple[Any, ...]
    load: Callable[[Any], Material] = as_given


class ReadingPool:
    """Processes that read. Results come as futures, one result per source in the order of the job.

    A source that takes longer than `timeout` seconds, or whose reader dies twice when it has it alone, becomes
    `Rejection(UNREADABLE)`; the others of its job are read again, each alone. Use as a context manager: leaving it waits for what was submitted.
    """

    def __init__(
        self, workers: int, memory_mb: int, timeout: float = 15.0, on_start: Callable[[], None] | None = None
    ) -> None:
        if workers < 1 or memory_mb < LEAST_MEMORY_MB or timeout <= 0:
            raise ValueError(
                f"a pool needs a worker, {LEAST_MEMORY_MB} MB and a timeout: {workers=} {memory_mb=} {timeout=}"
            )
        self.workers = workers
        self._memory_mb, self._timeout, self._on_start = memory_mb, timeout, on_start
        self._lock = threading.Lock()
        self._host: _Host | None = None
        self._pending: set[Future[tuple[Result, ...]]] = set()
        self._stopped = False
        CONSTS.term_timeout = _KILL_AFTER

    def __enter__(self) -> "ReadingPool":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.stop()

    def submit(self, job: Job) -> Future[tuple[Result, ...]]:
        """Read the job's sources; the future always resolves to results unless the pool is stopped."""
        answer: Future[tuple[Result, ...]] = Future()
        answer.set_running_or_notify_cancel()
        with self._lock:
            if self._stopped:
                raise RuntimeError("the reading pool is closed")
            self._pending.add(answer)
        answer.add_done_callback(self._forget)
        if not job.sources:
            answer.set_result(())
        elif len(job.sources) == 1:
            self._alone(job, tries=2, done=lambda result: _settle(answer, (result,)))
        else:
            self._together(job, answer)
        return answer

    def close(self) -> None:
        """Wait for what was submitted, then end the readers."""
        wait(list(self._pending))
        self._stopped = True
        self._end(now=False)

    def stop(self) -> None:
        """End the readers now; what was not read is cancelled."""
        self._stopped = True
        self._end(now=True)
        for answer in list(self._pending):
            _fail(answer, CancelledError())

    def _together(self, job: Job, answer: Future[tuple[Result, ...]]) -> None:
        """All sources in one reader; if that reader is lost, each source alone."""

        def told(future: Future[tuple[Result, ...]]) -> None:
            if self._stopped:
                return  # `stop` cancels what is pending: a reader that we ended says nothing of the page
            if future.cancelled() or future.exception() is not None:
                self._one_by_one(job, answer)
            else:
                _settle(answer, future.result())

        self._schedule(job, told)

    def _one_by_one(self, job: Job, answer: Future[tuple[Result, ...]]) -> None:
        results: list[Result | None] = [None] * len(job.sources)
        missing, lock = set(range(len(job.sources))), threading.Lock()

        def collect(index: int, result: Result) -> None:
            with lock:
                results[index] = result
                missing.discard(index)
                complete = not missing
            if complete:
                _settle(answer, tuple(one for one in results if one is not None))

        for index, source in enumerate(job.sources):
            one = Job((source,), job.load)
            self._alone(one, tries=2, done=lambda result, index=index: collect(index, result))  # type: ignore[misc]

    def _alone(self, job: Job, *, tries: int, done: Callable[[Result], None]) -> None:
        """One source in one reader; a reader that died is forgiven `tries` less one times."""

        def told(future: Future[tuple[Result, ...]]) -> None:
            if self._stopped:
                return
            error = CancelledError() if future.cancelled() else future.exception()
            if error is None:
                done(future.result()[0])
            elif isinstance(error, TimeoutError):
                done(Rejection(reason=Reason.UNREADABLE, detail=f"reader stopped after {self._timeout:g} s"))
            elif tries > 1:
                self._alone(job, tries=tries - 1, done=done)
            else:
                done(Rejection(reason=Reason.UNREADABLE, detail=_death(error)))

        self._schedule(job, told)

    def _schedule(self, job: Job, told: Callable[[Future[tuple[Result, ...]]], None]) -> None:
        future: Future[tuple[Result, ...]]
        try:
            future = self._pool().schedule(read_job, args=(job,), timeout=self._timeout)
        except RuntimeError as error:
            future = Future()
            future.set_exception(error)
        future.add_done_callback(told)

    def _pool(self) -> ProcessPool:
        """The pool, or a new one where pebble gave the old one up (it does when a reader dies while it is idle)."""
        with self._lock:
            if self._stopped:
                raise RuntimeError("the pool is stopped")
            if self._host is None or not self._host.pool.active:
                if self._host is not None:
                    logger.warning("all readers are gone; starting new ones")
                    self._host.retire()
                self._host = _Host(
                    ProcessPool(
                        max_workers=self.workers,
                        initializer=_prepare,
                        initargs=(self._memory_mb, logs.in_force(), logs.heard(), self._on_start),
                        context=get_context("spawn"),
                    )
                )
            return self._host.pool

    def _end(self, *, now: bool) -> None:
        with self._lock:
            host, self._host = self._host, None
        if host is not None:
            host.retire(now=now)
            host.join()

    def _forget(self, answer: Future[tuple[Result, ...]]) -> None:
        with self._lock:
            self._pending.discard(answer)


class _Host(threading.Thread):
    """The thread from which a pool's readers are started, and that outlives them.

    The kernel sends its death signal when the *starting thread* ends (processes.die_with_parent), and pebble starts
    its first workers in whichever thread asks first.
    """

    def __init__(self, pool: ProcessPool) -> None:
        super().__init__(name="reading-host", daemon=True)
        self.pool = pool
        self._ready = threading.Event()
        self._retired = threading.Event()
        self._now = True
        self.start()
        self._ready.wait()

    def run(self) -> None:
        """Start the pool, and end it when it is retired."""
        try:
            _ = self.pool.active
        finally:
            self._ready.set()
        self._retired.wait()
        if self._now or not self.pool.active:
            self.pool.stop()  # type: ignore[no-untyped-call]
        else:
            self.pool.close()  # type: ignore[no-untyped-call]
        self.pool.join()

    def retire(self, *, now: bool = True) -> None:
        """Let the pool end, at once or when its queue is empty."""
        self._now = now
        self._retired.set()


def read_job(job: Job) -> tuple[Result, ...]:
    """Read all sources of a job, in a reader. An error of ours is an outcome of that page, logged with its trace."""
    return tuple(_read_one(source, job.load) for source in job.sources)


def _read_one(source: object, load: Callable[[Any], Material]) -> Result:
    from crawler.reading.page import read

    try:
        return read(load(source))
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except Exception as error:
        logger.exception("reader failed at %s", getattr(source, "url", source))
        return Rejection(reason=Reason.UNREADABLE, detail=f"reader failed: {type(error).__name__}: {error}"[:300])


def _prepare(memory_mb: int, log: logs.Options, level: str, on_start: Callable[[], None] | None) -> None:
    logs.begin(log, level)
    processes.ignore_interrupts()
    processes.die_with_parent()
    processes.limit_memory(memory_mb)
    startup.begin()
    import_module("crawler.reading.page")  # here, in the reader alone, and not within the first page's time
    logging.getLogger("trafilatura").setLevel(logging.ERROR)  # it warns of every page that it finds too short
    startup.imported()
    if on_start is not None:
        on_start()


def _death(error: BaseException) -> str:
    if isinstance(error, ProcessExpired) and error.exitcode == _OUT_OF_MEMORY:
        return "reader ran out of memory"
    return "reader died"


def tells_of_reader(rejection: Rejection) -> bool:
    """Say whether what could not be read tells of a reader that was lost, and not of the page alone."""
    return rejection.reason is Reason.UNREADABLE and rejection.detail.startswith("reader ")


def _settle(answer: Future[tuple[Result, ...]], results: Sequence[Result]) -> None:
    if not answer.done():
        answer.set_result(tuple(results))


def _fail(answer: Future[tuple[Result, ...]], error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)
