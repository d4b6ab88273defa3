"""The command as a person or a script runs it, and the sample outlet with what a test does to it."""

import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.archive import Archive
from archive.database import Database, sqlite_module
from archive.health import findings
from archive.verify import verify
from crawler.sample import SampleSite
from crawler.sample.posts import Status, sample_posts
from crawler.sample.server import Answer
from tests.crawler.warm import warm

SLUG = "kabar-sampel"
NO_PAGES = {"PILKADA_CRAWL__PAGES": "none"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str
    seconds: float

    def json(self) -> Any:
        return json.loads(self.out)

    def complaint(self) -> str:
        """The one line that a failing command says, without the program's name."""
        (line,) = self.err.splitlines()
        assert line.startswith("pilkada: "), line
        return line.removeprefix("pilkada: ")


class Pilkada:
    """The command on one home, each time in a process of its own (`warm`), in a folder that has nothing to do with it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._opened: list[Database] = []

    def __call__(self, *words: str, env: Mapping[str, str] | None = None, timeout: float = 60) -> Ended:
        began = time.monotonic()
        done = warm().run(["--home", str(self.home), *words], environment(env), tempfile.gettempdir(), timeout)
        assert "Traceback" not in done.stderr, done.stderr
        return Ended(status=done.returncode, out=done.stdout, err=done.stderr, seconds=time.monotonic() - began)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "pilkada", "--home", str(self.home), *words]

    @contextmanager
    def running(self, *words: str, env: Mapping[str, str] | None = None) -> Iterator["Running"]:
        """Start a command and go on; what is left of it at the end is killed."""
        running = Running(self.command(*words), env)
        try:
            yield running
        finally:
            running.finish()

    def crawl(self, *words: str, status: int = 0, env: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Crawl the sample outlet and give its report.

        Of an archive that is not there yet a copy is used: to make one anew takes 0.2 s, and `__call__` does.
        """
        if self.home.is_dir() and not (file := self.home / "pilkada.db").exists():
            file.write_bytes(empty_database())
        ended = self("crawl", SLUG, *words, "--format", "json", env=env)
        assert ended.status == status, ended
        (report,) = ended.json()
        assert isinstance(report, dict)
        assert summed(report), report
        return report

    def declare(
        self,
        base_url: str,
        *,
        slug: str = SLUG,
        family: str = "wordpress",
        timezone: str = "Asia/Makassar",
        more: str = "",
        top: str = "",
    ) -> None:
        """Write settings with one outlet, or add another; all public pages are kept unless the environment says otherwise."""
        self.home.mkdir(parents=True, exist_ok=True)
        file = self.home / "pilkada.toml"
        text = (
            file.read_text("utf-8")
            if file.exists()
            else f'{top}\n[crawl]\npages = "all"\nallow_hosts = ["127.0.0.1:0"]\n'
        )
        host = urlsplit(base_url).netloc
        text = text.replace("allow_hosts = [", f'allow_hosts = ["{host}", ')
        text += f'\n[outlets.{slug}]\nfamily = "{family}"\nname = "Kabar Sampel"\nbase_url = "{base_url}"\n'
        file.write_text(text + f'timezone = "{timezone}"\n{more}\n', "utf-8")

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Look into the database."""
        database = Database(f"sqlite:///{self.home / 'pilkada.db'}")
        try:
            with database.read() as connection:
                return [tuple(row) for row in connection.exec_driver_sql(statement)]
        finally:
            database.dispose()

    def change(self, statement: str) -> None:
        """Change the database behind the program's back."""
        connection = sqlite_module().connect(self.home / "pilkada.db")
        try:
            connection.execute(statement)
            connection.commit()
        finally:
            connection.close()

    def articles(self) -> list[dict[str, Any]]:
        """Every article."""
        return list(self._archive().articles())

    def assert_sound(self, articles: int) -> None:
        """Assert that the archive is in order and has so many articles, each once."""
        archive = self._archive()
        proof = verify(archive)
        assert (proof.articles, proof.damaged, proof.index) == (articles, [], {"missing": [], "extra": []})
        assert findings(archive.database) == []
        records = self.articles()
        assert len(records) == articles
        assert len({record["canonical_url"] for record in records}) == articles
        assert len({record["title"] for record in records}) == articles

    def _archive(self) -> Archive:
        archive = Archive.open(self.home)
        self._opened.append(archive.database)
        return archive

    def close(self) -> None:
        for database in self._opened:
            database.dispose()


class Running:
    """A command that runs."""

    def __init__(self, command: list[str], env: Mapping[str, str] | None) -> None:
        self._out, self._err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - closed by `finish`
        # Every process that the command starts inherits the mark, whatever session or parent it gets.
        self.mark = f"PILKADA_TEST={os.urandom(8).hex()}"
        name, _, value = self.mark.partition("=")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            env=environment({**(env or {}), name: value}),
            cwd=tempfile.gettempdir(),
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def out(self) -> str:
        return self._read(self._out)

    @property
    def err(self) -> str:
        return self._read(self._err)

    @staticmethod
    def _read(file: Any) -> str:
        return os.pread(file.fileno(), 10_000_000, 0).decode()

    def family(self) -> dict[int, str]:
        """The living processes of this command, the command itself included, by id with what each is."""
        return {pid: words for pid, words in processes() if is_marked(pid, self.mark)}

    def find(self, word: str) -> int | None:
        """The newest process of this command that has a word in its command line."""
        return max((pid for pid, words in self.family().items() if word in words), default=None)

    def end(self, number: int = signal.SIGTERM, *, within: float) -> Ended:
        """Send a signal and wait for the end."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.wait(within=within, began=began)

    def wait(self, *, within: float, began: float | None = None) -> Ended:
        began = began or time.monotonic()
        status = self.process.wait(timeout=within)
        return Ended(status=status, out=self.out, err=self.err, seconds=time.monotonic() - began)

    def finish(self) -> None:
        for pid in self.family():
            kill(pid)
        self.process.wait()
        self._out.close()
        self._err.close()


class Newsroom(SampleSite):
    """The sample outlet with its own clock, and with the times at which it was asked."""

    def __init__(self, number: int | None = None, *, port: int = 0) -> None:
        self.now = datetime(2025, 6, 1, tzinfo=UTC)
        self.arrivals: list[float] = []
        self._started = time.monotonic()
        posts = sample_posts()
        if number is not None:
            told = {post.title: post for post in posts if post.date < self.now and post.status is Status.PUBLISH}
            posts = tuple(told.values())[:number]
        super().__init__(
            clock=lambda: self.now + timedelta(seconds=time.monotonic() - self._started), posts=posts, port=port
        )

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        self.arrivals.append(time.monotonic())
        return super().answer(target, headers)

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order, without queries."""
        return [urlsplit(target).path for _, target, _ in self.requests]

    @property
    def pages(self) -> list[str]:
        """The pages of articles that were asked for."""
        return [path for path in self.paths if path != "/robots.txt" and not path.startswith("/wp-json/")]

    @property
    def listings(self) -> list[str]:
        return [path for path in self.paths if path.startswith("/wp-json/")]


@functools.cache
def empty_database() -> bytes:
    """An archive that was just made."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pilkada.db"
        database = Database(f"sqlite:///{file}")
        database.ensure()
        database.dispose()
        assert [one.name for one in Path(folder).iterdir()] == [file.name], "not all is in the one file"
        return file.read_bytes()


def summed(report: Mapping[str, Any]) -> bool:
    """Say whether a report's sum holds (CONTRACT.md)."""
    ended = sum(report[name] for name in ("new", "revised", "unchanged", "failed", "left"))
    return bool(ended + sum(report["rejected"].values()) == report["discovered"] + report["carried"])


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: ours, without settings of Pilkada that the person at this machine may have."""
    # Where tests run in several processes, their width stands in the environment and would go before a terminal's.
    theirs = ("PILKADA_", "COLUMNS", "LINES")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    return {**kept, **(more or {})}


def until(happened: Callable[[], Any], *, within: float = 20, every: float = 0.02) -> Any:
    """Wait until something holds and give it; fail when it does not in time."""
    end = time.monotonic() + within
    while not (found := happened()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(every)
    return found


def processes() -> Iterator[tuple[int, str]]:
    """Every living process that we may look at, with its command line; zombies are dead."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if folder.joinpath("stat").read_text().rpartition(")")[2].split()[0] != "Z":
                yield int(folder.name), folder.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue


def is_marked(pid: int, mark: str) -> bool:
    try:
        return mark.encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def kill(pid: int) -> None:
    """End a process by force; it may have ended already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
