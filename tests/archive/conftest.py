"""A real archive on disk without a crawler: addresses are sighted, exchanges kept and readings saved by its own parts."""

import random
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive import frontier, runs, store, visits
from archive.archive import Archive
from archive.captures import CaptureStore
from archive.database import Database
from archive.frontier import Sight
from archive.identity import Visited
from archive.records import Key, Purpose, Reading, Reason, Role, VisitState
from archive.runs import RunTicket
from archive.settings import Home
from archive.spots import Spot
from archive.store import Saved
from archive.warc import Exchange
from tests.archive.ran import Ran, build

MORNING = datetime(2024, 11, 25, 1, 30, 15, 250_000, UTC)
WITA = "Asia/Makassar"
SQLITE, POSTGRES = "sqlite", "postgresql"


def make_exchange(
    url: str, body: bytes, *, at: datetime = MORNING, headers: bytes = b"", status: int = 200
) -> Exchange:
    path = "/" + url.split("/", 3)[3]
    return Exchange(
        url=url,
        sent=f"GET {path} HTTP/1.1\r\nHost: kabar.test\r\nUser-Agent: pilkada\r\n\r\n".encode(),
        received=f"HTTP/1.1 {status} OK\r\nContent-Type: text/html; charset=utf-8\r\n".encode()
        + headers
        + f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body,
        status=status,
        content_type="text/html; charset=utf-8",
        started_at=at,
    )


@dataclass
class Desk:
    """One run of one outlet; what it stores goes through the same parts as in a crawl."""

    bench: "Bench"
    slug: str
    ticket: RunTicket
    captures: CaptureStore

    def sight(self, path: str, *, modified: str | None = None, source: str = "rest", raw: str | None = None) -> int:
        told = Sight(canonical=path, raw=raw or f"http://{self.slug}.test{path}", source=source, modified=modified)
        with self.bench.database.write() as connection:
            self.ticket.check(connection)
            seen = frontier.sight(connection, self.ticket, told, rules_version=1, priority=1, now=self.bench.now())
        return seen.address_id

    def keep(self, path: str, body: bytes | None = None) -> int:
        """Keep one exchange; give the id of the response's capture."""
        page = body if body is not None else self.bench.chance.randbytes(300)
        written = self.captures.keep([make_exchange(f"http://{self.slug}.test{path}", page, at=self.bench.now())])
        with self.bench.database.write() as connection:
            self.ticket.check(connection)
            return self.captures.record(connection, written)[written[0].record_id]

    def store(
        self,
        path: str,
        title: str = "Judul",
        *body: str,
        wp: str | None = None,
        guid: str | None = None,
        landed: str | None = None,
        claimed: str | None = None,
        **said: object,
    ) -> Saved:
        """Sight an address, keep its page, and save a reading of it.

        `landed` is where redirects led, `claimed` what the page names as its own address.
        """
        address_id = self.sight(path)
        capture_id = self.keep(path)
        keys = tuple(Key(scheme=scheme, value=value) for scheme, value in (("wp", wp), ("guid", guid)) if value)
        reading = Reading(title=title, body=body or ("Isi berita.",), keys=keys, extractor="test 1", **said)
        return self.save(address_id, path, capture_id, reading, landed=landed, claimed=claimed)

    def spot(self, path: str | None) -> Spot | None:
        return Spot(canonical=path, raw=f"http://{self.slug}.test{path}", rules_version=1) if path else None

    def miss(self, path: str, reason: Reason = Reason.NOT_FOUND) -> None:
        """Visit an address and find no story there."""
        address_id = self.sight(path)
        with self.bench.database.write() as connection:
            self.ticket.check(connection)
            visits.add(
                connection,
                self.ticket,
                address_id=address_id,
                purpose=Purpose.ARTICLE,
                url=f"http://{self.slug}.test{path}",
                at=self.bench.now(),
                status=404,
                capture_id=None,
                state=VisitState.REJECTED,
                reason=reason,
            )

    def save(
        self,
        address_id: int,
        path: str,
        capture_id: int,
        reading: Reading,
        *,
        landed: str | None = None,
        claimed: str | None = None,
    ) -> Saved:
        now = self.bench.now()
        with self.bench.database.write() as connection:
            self.ticket.check(connection)
            visit_id = visits.add(
                connection,
                self.ticket,
                address_id=address_id,
                purpose=Purpose.ARTICLE,
                url=f"http://{self.slug}.test{landed or path}",
                at=now,
                status=200,
                capture_id=capture_id,
            )
            saved = store.save(
                connection,
                Visited(
                    visit_id=visit_id,
                    outlet_id=self.ticket.outlet_id,
                    outlet=self.slug,
                    address_id=address_id,
                    canonical=path,
                    at=now,
                    sources=((capture_id, Role.PAGE),),
                    landed=self.spot(landed),
                    claimed=self.spot(claimed),
                ),
                reading,
            )
            visits.settle(connection, visit_id, VisitState.READ, text_sha256=saved.text_sha256)
            frontier.done(connection, address_id, Purpose.ARTICLE)
            frontier.dispose(connection, self.ticket, address_id, saved.outcome)
        return saved


@dataclass
class Bench:
    """A home, a clock that stands still until it is told, and ids that are the same in every run."""

    home: Home
    database: Database
    clock: datetime = MORNING
    opened: list[CaptureStore] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(2024))

    def now(self) -> datetime:
        return self.clock

    def pass_time(self, **delta: float) -> datetime:
        self.clock += timedelta(**delta)
        return self.clock

    def new_id(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    @property
    def archive(self) -> Archive:
        return Archive(self.home, self.database)

    def begin(self, slug: str = "kabar", *, database: Database | None = None, **declared: object) -> Desk:
        declared = {"name": slug.title(), "base_url": f"http://{slug}.test/", "timezone": WITA} | declared
        database = database or self.database
        with database.write() as connection:
            outlet_id = runs.register_outlet(connection, slug, declared, self.now())
            ticket = runs.begin(
                connection,
                outlet_id,
                kind="crawl",
                cause="test",
                planned_at=None,
                version="0",
                settings_digest="",
                now=self.now(),
            )
        captures = CaptureStore(
            database,
            self.home.warc,
            ticket=ticket,
            slug=slug,
            software="pilkada test",
            new_id=self.new_id,
            now=self.now,
        )
        self.opened.append(captures)
        return Desk(bench=self, slug=slug, ticket=ticket, captures=captures)

    def close(self) -> None:
        for captures in self.opened:
            captures.close()

    def warc_files(self) -> list[Path]:
        return sorted(path for path in self.home.warc.glob("*/*.warc.gz") if path.parent.name != "torn")

    def fill(self, *, outlets: tuple[str, ...] = ("kabar", "suara", "warta"), days: int = 3, a_day: int = 8) -> None:
        """Store articles of some outlets on some days: the files of all days but the last are closed."""
        for day in range(days):
            for slug in outlets:
                desk = self.begin(slug)
                desk.captures.repair()
                for number in range(a_day):
                    desk.store(
                        f"/berita/{day}-{number}/",
                        f"Berita {number} hari {day} dari {slug}",
                        f"Bawaslu mengawasi {self.chance.getrandbits(64)} surat suara.",
                        "“Kami siap,” kata ketuanya.",
                        published_date=date(2024, 11, 25) + timedelta(days=day),
                    )
                    self.pass_time(seconds=1)
                desk.captures.close()
            if day + 1 < days:
                self.pass_time(days=1)


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "pilkada.db"
    database = Database(f"sqlite:///{file}")
    database.ensure()
    database.dispose()
    return file


@pytest.fixture
def home(tmp_path: Path, empty_archive: Path) -> Home:
    root = tmp_path / "home"
    root.mkdir()
    shutil.copy(empty_archive, root / "pilkada.db")
    return Home(root)


@contextmanager
def opened(kind: str, root: Path, ask: Callable[[str], Any]) -> Iterator[Database]:
    """Open an empty archive's database: the file in a folder, or one on the server, which `ask` gives."""
    with ExitStack() as stack:
        url = f"sqlite:///{root / 'pilkada.db'}" if kind == SQLITE else stack.enter_context(ask("postgres").new())
        if kind == POSTGRES:
            (root / "pilkada.toml").write_text(f'[archive]\nurl = "{url}"\n')
        database = Database(url)
        stack.callback(database.dispose)
        yield database


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of a file that says so on both databases, but those that are about SQLite's file."""
    if not getattr(metafunc.module, "ON_BOTH_DATABASES", False):
        return
    if metafunc.definition.get_closest_marker("sqlite_only") is not None:
        return
    for fixture, scope in (("database", "function"), ("room", "module"), ("newsroom", "module"), ("ran", "session")):
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, (SQLITE, POSTGRES), indirect=True, scope=scope)


@pytest.fixture
def database(home: Home, request: pytest.FixtureRequest) -> Iterator[Database]:
    with opened(getattr(request, "param", SQLITE), home.root, request.getfixturevalue) as database:
        yield database


@pytest.fixture
def bench(home: Home, database: Database) -> Iterator[Bench]:
    bench = Bench(home=home, database=database)
    yield bench
    bench.close()


@pytest.fixture(scope="session")
def bench_class() -> Callable[[Path, Database], Bench]:
    """What makes a bench in a home of one's own; pytest gives no other way to a class of this file."""
    return lambda root, database: Bench(home=Home(root), database=database)


@pytest.fixture(scope="module")
def room(
    tmp_path_factory: pytest.TempPathFactory,
    empty_archive: Path,
    bench_class: Callable[[Path, Database], Any],
    request: pytest.FixtureRequest,
) -> Iterator[Any]:
    """One archive for all tests of a file, which count the outlets that they begin in `number`."""
    root = tmp_path_factory.mktemp("room")
    shutil.copy(empty_archive, root / "pilkada.db")
    with opened(getattr(request, "param", SQLITE), root, request.getfixturevalue) as database:
        bench = bench_class(root, database)
        bench.number = 0
        yield bench
        bench.close()


@pytest.fixture(name="exchange")
def _exchange() -> Callable[..., Exchange]:
    return make_exchange


@pytest.fixture(scope="module")
def file_or_server(
    request: pytest.FixtureRequest,
) -> Callable[[Path, pytest.FixtureRequest], AbstractContextManager[Database]]:
    """What opens an empty archive for a fixture of one's own, on the database that it was asked for."""
    return lambda root, asked: opened(getattr(asked, "param", SQLITE), root, request.getfixturevalue)


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory, empty_archive: Path, request: pytest.FixtureRequest) -> Iterator[Ran]:
    """What outlets ran in a week, for tests that only read it."""
    root = tmp_path_factory.mktemp("ran")
    shutil.copy(empty_archive, root / "pilkada.db")
    with opened(getattr(request, "param", SQLITE), root, request.getfixturevalue) as database:
        yield build(root, database)
