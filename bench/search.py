"""Searching, filling and opening the index, beside SQLite's FTS5 on the same articles.

`make bench-search SIZE=100000`, or `python -m bench.search --size 100000`. Articles are made as they are needed and go
through the index's public face alone; the rival gets the same ones. What is written is removed at the end: 4 GB of disk
at a million. Milliseconds are CPU time, warm, which is what a query takes on an idle machine: one thread
answers it. It is asked once unmeasured and three times measured, of which the middle one counts; percentiles are over
the different queries of a kind.
"""

import argparse
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archive.database import sqlite_module
from archive.document import IndexDocument
from archive.index import Change, SearchIndex
from archive.query import parse
from archive.search import read
from bench.newsstand import Newsstand
from bench.questions import Kind, Question, exact, kinds
from bench.rival import LIMIT, Rival

LATE = 1_000
ROUNDS = 16
"""So many times `LATE` new articles arrive: often enough for the index to merge some of them."""
OPENED = 10
MOST = 15.0
"""Seconds after which a kind of query is asked no further: FTS5 takes more than one for each at a million articles."""
LEAST = 5
"""Queries of a kind that are asked in any case."""
TARGETS = {"size": 0.7, "late": 1.0}
FRESH = "import sys; from bench.search import in_a_fresh_process; in_a_fresh_process(*sys.argv[1:])"


@dataclass(slots=True)
class Press:
    """Gives articles out and keeps what that took, and how long they were."""

    newsstand: Newsstand
    seconds: float = 0.0
    text_bytes: int = 0

    def articles(self, start: int, stop: int) -> Iterator[IndexDocument]:
        """Give the articles from one number to before another."""
        made = self.newsstand.articles(start, stop)
        while True:
            began = time.perf_counter()
            article = next(made, None)
            self.seconds += time.perf_counter() - began
            if article is None:
                return
            self.text_bytes += len(article.title.encode()) + len(article.body.encode())
            yield article

    def changes(self, start: int, stop: int) -> Iterator[Change]:
        """Give the same as changes of an archive."""
        for number, article in enumerate(self.articles(start, stop), start=start + 1):
            yield number, article.uid, article


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Milliseconds that the queries of a kind took, sorted."""

    ms: tuple[float, ...]

    def at(self, share: float) -> float:
        """Give what this share of them did not exceed."""
        return self.ms[max(0, math.ceil(share * len(self.ms)) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A kind of query, how long its queries took, and how long FTS5's where it has such."""

    kind: Kind
    ours: Times
    theirs: Times | None


@dataclass(kw_only=True)
class Found:
    """All that was measured."""

    size: int
    newsstand: Newsstand
    measured: list[Measured] = field(default_factory=list)
    agreed: int = 0
    asked: int = 0
    disagreed: list[tuple[str, int, int]] = field(default_factory=list)
    text_bytes: int = 0
    index_bytes: int = 0
    rival_bytes: int = 0
    build_seconds: float = 0.0
    rival_seconds: float = 0.0
    build_cpu: float = 0.0
    late_seconds: list[float] = field(default_factory=list)
    late_cpu: list[float] = field(default_factory=list)
    late_bytes: list[int] = field(default_factory=list)
    fresh: tuple[float, float] = (0.0, 0.0)
    opened_ms: list[float] = field(default_factory=list)

    @property
    def late(self) -> int:
        """How many articles arrive together."""
        return min(LATE, self.size)

    @property
    def rounds(self) -> int:
        """How often that many arrive."""
        return ROUNDS if self.size > ROUNDS * LATE else 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what was found; the status is 0 whatever that is."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--size", type=int, default=int(os.environ.get("SIZE", "100000")), help="articles")
    options = parser.parse_args(arguments)
    if options.size < LATE // 10:
        parser.error(f"--size must be {LATE // 10} or more")
    sys.stdout.write(table(measure(options.size)))
    return 0


def measure(size: int) -> Found:
    """Fill both with `size` articles and measure all."""
    found = Found(size=size, newsstand=Newsstand(size))
    with tempfile.TemporaryDirectory(prefix="pilkada-bench-") as folder:
        home = Path(folder)
        with Rival(home / "rival.db") as rival:
            press = Press(found.newsstand)
            began = time.perf_counter()
            rival.add(press.articles(0, size))
            found.rival_bytes = rival.settle()
            found.rival_seconds = time.perf_counter() - began - press.seconds
            index = SearchIndex.open(home / "index")
            press = Press(found.newsstand)
            seconds, cpu = _spent(lambda: index.catch_up(press.changes(0, size), until=size))
            found.build_seconds, found.build_cpu = seconds - press.seconds, cpu - press.seconds
            found.text_bytes, found.index_bytes = press.text_bytes, _size(home / "index")
            _compare(found, index, rival)
            for kind in kinds(found.newsstand):
                found.measured.append(_measured(kind, index, rival))
        _open(found, home / "index")
        _arrive(found, index, home / "index")
    return found


def _compare(found: Found, index: SearchIndex, rival: Rival) -> None:
    """Ask both how many articles have a word or a phrase in exactly this form."""
    for words in exact(found.newsstand):
        question = f'"{words}"'
        ours, theirs = index.search(parse(question), limit=0).total, rival.count(question)
        found.asked += 1
        if ours == theirs:
            found.agreed += 1
        else:
            found.disagreed.append((words, ours, theirs))


def _measured(kind: Kind, index: SearchIndex, rival: Rival) -> Measured:
    def ask(question: Question) -> object:
        query = read(question.text, expand=question.expand)
        if question.facets:
            return index.facets(query, filters=question.filters)
        return index.search(query, filters=question.filters, sort=question.sort, limit=question.limit)

    theirs = [question for question in kind.questions if question.rival is not None]
    return Measured(
        kind=kind,
        ours=_times(ask, kind.questions),
        theirs=_times(lambda question: question.rival(rival), theirs) if theirs else None,  # type: ignore[misc]
    )


def _times(ask: Callable[[Question], object], questions: Sequence[Question]) -> Times:
    """Ask all once, those that were reached within `MOST` seconds thrice more; keep the middle one of each."""
    began, reached = time.perf_counter(), 0
    for question in questions:
        if reached >= LEAST and time.perf_counter() - began > MOST:
            break
        ask(question)
        reached += 1
    return Times(
        ms=tuple(sorted(statistics.median(_ms(ask, question) for _ in range(3)) for question in questions[:reached]))
    )


def _ms(ask: Callable[[Question], object], question: Question) -> float:
    began = time.process_time()
    ask(question)
    return (time.process_time() - began) * 1000


def _open(found: Found, folder: Path) -> None:
    """Open handles of their own, and ask each one question."""
    for number in range(OPENED):
        began = time.perf_counter()
        SearchIndex.open(folder).search(parse(found.newsstand.words[200 + number]))
        found.opened_ms.append((time.perf_counter() - began) * 1000)


def _arrive(found: Found, index: SearchIndex, folder: Path) -> None:
    """Let new articles arrive; keep how long each thousand takes, and how much it wrote."""
    last = found.size
    for _ in range(found.rounds):
        before = {entry.name for entry in folder.iterdir()}
        seconds, cpu = arrive(index, found.newsstand, last, found.late)
        last += found.late
        found.late_seconds.append(seconds)
        found.late_cpu.append(cpu)
        found.late_bytes.append(sum(entry.stat().st_size for entry in folder.iterdir() if entry.name not in before))
    words = [sys.executable, "-c", FRESH, str(folder), str(found.size), str(last), str(found.late)]
    told = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    found.fresh = (float(told[0]), float(told[1]))


def arrive(index: SearchIndex, newsstand: Newsstand, start: int, number: int) -> tuple[float, float]:
    """Put so many later articles into the index; give the seconds and the CPU seconds that this took."""
    changes = list(Press(newsstand).changes(start, start + number))
    return _spent(lambda: index.catch_up(changes, until=start + number))


def in_a_fresh_process(folder: str, size: str, start: str, number: str) -> None:
    """Let articles arrive where no word's stem is known yet, as after each crawl; print what it took."""
    index = SearchIndex.open(Path(folder))
    assert index.applied == int(start)
    sys.stdout.write(" ".join(map(str, arrive(index, Newsstand(int(size)), int(start), int(number)))))


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    began, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - used


def _size(folder: Path) -> int:
    return sum(entry.stat().st_size for entry in folder.iterdir())


def table(found: Found) -> str:
    """Give what was found as lines of at most 80 columns."""
    text = found.text_bytes
    late = statistics.median(found.late_seconds)
    sqlite = f"SQLite {sqlite_module().sqlite_version}"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = [
        f"{found.size:,} articles, {text / found.size / 1000:.1f} KB of text each",
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} CPUs, {sqlite}",
        "",
        f"{'CPU MS, WARM':<31}{'QUERIES':>8}{'P50':>7}{'P95':>7}{'TARGET':>13}{'FTS5':>7}{'P95':>7}",
        *(_row(one) for one in found.measured),
        "",
        f"{'INDEX':<46}{'':>7}{'TARGET':>13}{'FTS5':>14}",
        _line("bytes of the index by bytes of text", f"{found.index_bytes / text:.2f}",
              _verdict(found.index_bytes / text, TARGETS["size"], ""), f"{found.rival_bytes / text:.2f}"),
        _line("articles put in, a second", f"{found.size / found.build_seconds:,.0f}", "",
              f"{found.size / found.rival_seconds:,.0f}"),
        _line("articles put in, a CPU second", f"{found.size / found.build_cpu:,.0f}", "", ""),
        *(
            _line(f"{found.late:,} new articles, s{what}", f"{value:.2f}", _verdict(value, TARGETS["late"], "s"), "")
            for what, value in (
                ("", late), (", CPU", statistics.median(found.late_cpu)),
                (f", slowest of {found.rounds}", max(found.late_seconds)),
                (", fresh process", found.fresh[0]), (", fresh process, CPU", found.fresh[1]),
            )
        ),
        _line("most that a thousand wrote, MB", f"{max(found.late_bytes) / 1e6:.1f}", "", ""),
        _line("opened and asked once, ms", f"{statistics.median(found.opened_ms):.1f}", "", ""),
        "",
        f"Hit counts are those of FTS5 for {found.agreed} of {found.asked} exact words and phrases.",
        f"Most memory: {memory:,.0f} MB. FTS5 knows no stems and is not asked for totals, which",
        f"our answers have, beside the first {LIMIT}; its newest come by row, unsorted.",
    ]  # fmt: skip
    lines += [f"  {words}: {ours:,}, and {theirs:,} by FTS5" for words, ours, theirs in found.disagreed[:10]]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _row(one: Measured) -> str:
    theirs = "".join(f"{_short(one.theirs.at(share)):>7}" for share in (0.5, 0.95)) if one.theirs else ""
    p50, p95 = one.ours.at(0.5), one.ours.at(0.95)
    verdict = _verdict(p95, one.kind.target, "") if one.kind.target else ""
    return f"{one.kind.name:<31}{len(one.ours.ms):>8}{_short(p50):>7}{_short(p95):>7}{verdict:>13}{theirs}"


def _line(what: str, ours: str, verdict: str, theirs: str) -> str:
    return f"{what:<46}{ours:>7}{verdict:>13}{theirs:>14}"


def _verdict(value: float, target: float, unit: str) -> str:
    return f"{target:g}{unit} {'ok' if value <= target else 'OVER'}"


def _short(ms: float) -> str:
    return f"{ms:.0f}" if ms >= 100 else f"{ms:.1f}" if ms >= 1 else f"{ms:.2f}"


if __name__ == "__main__":
    sys.exit(main())
