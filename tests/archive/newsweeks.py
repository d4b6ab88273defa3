"""Weeks of six newsrooms by chance: stories, copies, edits, removals, merges, imports, takedowns, rebuilds, new names."""

import random
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from archive import articles, frontier, labels, orders, projections, removals, store, visits
from archive.errors import ArchiveError
from archive.identity import Visited
from archive.labels import Coded
from archive.looks import Rule
from archive.models import Address, Visit
from archive.orders import RefusedError
from archive.records import Key, Level, Purpose, Reading, Reason, Role, VisitState
from archive.rekey import rekey
from archive.stories import Change
from archive.takedown import lift, take_down
from tests.archive.releases import PADDED, RELEASE, REWORDED, SAME_EVENT, SAME_SPEAKER, VERBATIM

SLUGS = ("hulu", "kabar", "suara")
TEXTS = (VERBATIM, PADDED, REWORDED, RELEASE[:4], SAME_EVENT, SAME_SPEAKER)
FIRST = date(2024, 9, 20)


class Newsweeks:
    """What newsrooms do, one thing by chance at a time; all of it goes through the archive's own parts."""

    def __init__(self, bench: Any, seed: int) -> None:
        self.bench, self.chance = bench, random.Random(seed)
        self.archive = bench.archive
        self.desks = {slug: bench.begin(slug) for slug in SLUGS}
        self.stories: list[tuple[str, str, Reading]] = []
        self.looks: list[tuple[Visited, Reading | None]] = []
        self.taken: list[str] = []
        self.doing = {
            self.publish: 6, self.look_again: 3, self.look_briefly: 2, self.edit: 4, self.miss: 3, self.move: 3,
            self.learn_late: 2, self.take_down: 2, self.lift: 1, self.rename: 2, self.rebuild: 1, self.renew: 2,
            self.code: 3,
        }  # fmt: skip

    def step(self) -> str:
        """Do one thing; give its name."""
        self.bench.pass_time(hours=self.chance.randint(1, 9), microseconds=1)
        (doing,) = self.chance.choices(list(self.doing), list(self.doing.values()))
        if self.stories or doing == self.publish:
            doing()
        return doing.__name__

    def publish(self) -> None:
        slug, number = self.chance.choice(SLUGS), len(self.stories)
        text = self.chance.choice(TEXTS) if self.chance.random() < 0.7 else (f"Kabar nomor {number} saja.",)
        day = FIRST + timedelta(days=self.chance.randint(0, 3)) if self.chance.random() < 0.7 else None
        reading = Reading(title=f"Judul {number}", body=text, published_date=day, extractor="test 1")
        if day and self.chance.random() < 0.5:
            moment = datetime(day.year, day.month, day.day, self.chance.randint(0, 15), 7, tzinfo=UTC)
            reading = self.changed(reading, published_at=moment)
        self.stories.append((slug, f"/b/{number}/", reading))
        self.look(slug, f"/b/{number}/", reading)

    def changed(self, reading: Reading, **said: Any) -> Reading:
        return Reading(**{name: getattr(reading, name) for name in reading.__slots__} | said)

    def any(self) -> tuple[int, str, str, Reading]:
        number = self.chance.randrange(len(self.stories))
        return number, *self.stories[number]

    def look_again(self) -> None:
        _, slug, path, reading = self.any()
        self.look(slug, path, reading)

    def edit(self) -> None:
        number, slug, path, reading = self.any()
        said = self.chance.choice(
            (
                {"body": (*reading.body, f"Tambahan pukul {self.bench.clock:%H.%M} WITA.")},
                {"published_date": FIRST + timedelta(days=self.chance.randint(0, 6)), "published_at": None},
                {"authors": ("Rina",), "section": "Politik"},
                {"body": self.chance.choice(TEXTS)},
            )
        )
        reading = self.changed(reading, **said)
        self.stories[number] = slug, path, reading
        self.look(slug, path, reading)

    def learn_late(self) -> None:
        _, slug, path, reading = self.any()
        now = self.bench.clock
        self.bench.clock = now - timedelta(days=self.chance.randint(1, 9))
        self.look(
            slug, path, self.chance.choice((reading, self.changed(reading, body=(*reading.body, "Naskah lama."))))
        )
        self.bench.clock = now

    def move(self) -> None:
        """Give a story a number and another address; or have one that is held elsewhere with an edit prove to be it."""
        number, slug, path, reading = self.any()
        keyed = self.changed(reading, keys=(Key(scheme="wp", value=str(number)),))
        there = f"{path}pindah/"
        if self.chance.random() < 0.5:
            self.look(slug, path, keyed)
            self.look(slug, there, keyed)
        else:
            edited = self.changed(keyed, title=f"{reading.title} Malam", body=(*reading.body, "Warga menunggu."))
            self.look(slug, there, edited)
            self.in_between()
            self.bench.pass_time(hours=1)
            self.look(slug, path, edited, landed=there)

    def look_briefly(self) -> None:
        """Look at a page of which no bytes are kept, since it shows what is held."""
        _, slug, path, _ = self.any()
        self.note(slug, path, state=VisitState.READ, status=304, purpose=Purpose.RECHECK)

    def miss(self) -> None:
        _, slug, path, _ = self.any()
        for _ in range(self.chance.choice((1, 3))):
            self.note(slug, path, state=VisitState.REJECTED, status=404, purpose=Purpose.RECHECK, reason=Reason.GONE)
            self.bench.pass_time(hours=13)

    def take_down(self) -> None:
        _, slug, path, _ = self.any()
        if uid := self.held(slug, path):
            level = self.chance.choice((Level.HIDDEN, Level.TEXT, Level.BYTES))
            self.desks[slug].captures.close()
            take_down(
                self.archive, uid, reason="salah", level=level, hold=lambda _: nullcontext(), now=self.bench.now()
            )
            self.desks[slug] = self.bench.begin(slug)
            self.taken.append(uid)

    def lift(self) -> None:
        """Undo an order; what the visits showed is read again as the next crawl would."""
        if self.taken:
            try:
                lift(self.archive, self.taken.pop(), reason="benar", hold=lambda _: nullcontext(), now=self.bench.now())
            except ArchiveError:
                return
            for visited, reading in self.looks:
                if reading is not None and self.visit(visited).state is VisitState.UNREAD:
                    self.read(visited, reading)

    def code(self) -> None:
        """Take in what somebody coded of articles, those too that became part of another or were taken down."""
        with self.bench.database.read() as connection:
            uids = connection.execute(select(Change.uid).distinct().order_by(Change.uid)).scalars().all()
        rows = [
            Coded(
                line=line, uid=self.chance.choice(uids), coder=self.chance.choice("AB"), code="tema",
                value=self.chance.choice(("uang", "logistik", None)),
            )
            for line in range(2, 5)
        ]  # fmt: skip
        labels.add(self.bench.database, rows, source="label.csv", now=self.bench.now())

    def rename(self) -> None:
        slug = self.chance.choice(SLUGS)
        self.desks[slug] = self.bench.begin(
            slug, name=f"{slug} {self.bench.clock:%d}", base_url=f"http://{self.chance.choice('abc')}.{slug}.test/"
        )

    def renew(self) -> None:
        """Bring an outlet's addresses to rules that put its stories elsewhere."""
        slug = self.chance.choice(SLUGS)
        desk = self.desks[slug]
        version = len(self.looks) + 2
        part = self.chance.choice("xyz")

        def forms(raw: str) -> tuple[str, str | None]:
            return f"/{part}/" + raw.split("/", 3)[-1].split("/", 1)[-1].lstrip("/"), None

        with self.bench.database.write() as connection:
            rekey(connection, desk.ticket.outlet_id, version=version, forms=forms, now=self.bench.now(), rule=Rule())

    def rebuild(self) -> None:
        slug = self.chance.choice(SLUGS)
        with self.bench.database.write() as connection:
            before = projections.forget(connection, self.desks[slug].ticket.outlet_id, self.bench.now())
        self.in_between()
        for visited, reading in list(self.looks):
            if visited.outlet == slug and self.visit(visited).reason is not Reason.TAKEN_DOWN:
                self.read(visited, reading)
        with self.bench.database.write() as connection:
            projections.bury(connection, self.desks[slug].ticket.outlet_id, before, self.bench.now())

    def in_between(self) -> None:
        """Do nothing; a reader may come in the middle of something."""

    def held(self, slug: str, path: str) -> str | None:
        with self.bench.database.read() as connection:
            return articles.resolve(connection, f"http://{slug}.test{path}")

    def look(self, slug: str, path: str, reading: Reading, landed: str | None = None) -> None:
        """See a page, whose bytes are kept; `landed` is where redirects led."""
        if not self.sight(slug, path):
            return
        capture_id = self.desks[slug].keep(path)
        visited = self.note(slug, path, landed=landed, capture_id=capture_id, reading=reading)
        self.read(visited, reading)

    def sight(self, slug: str, path: str) -> int | None:
        """Give the id of an address where nothing was taken down."""
        address_id = int(self.desks[slug].sight(path))
        with self.bench.database.read() as connection:
            return None if orders.is_closed(connection, address_id) else address_id

    def note(
        self, slug: str, path: str, reading: Reading | None = None, landed: str | None = None, **said: Any
    ) -> Visited:
        desk, now = self.desks[slug], self.bench.now()
        told = {"purpose": Purpose.ARTICLE, "status": 200, "capture_id": None} | said
        address_id = self.desks[slug].sight(path)
        with self.bench.database.write() as connection:
            visit_id = visits.add(
                connection,
                desk.ticket,
                address_id=address_id,
                url=f"http://{slug}.test{landed or path}",
                at=now,
                **told,
            )
            if told["status"] == 304:
                visits.settle(connection, visit_id, VisitState.READ, text_sha256="as held")
            if reading is None:
                removals.settle(connection, visit_id, Rule(), now=now)
        capture_id = told["capture_id"]
        visited = Visited(
            visit_id=visit_id, outlet_id=desk.ticket.outlet_id, outlet=slug, address_id=address_id, canonical=path,
            at=now, sources=((capture_id, Role.PAGE),) if capture_id else (), landed=desk.spot(landed),
        )  # fmt: skip
        self.looks.append((visited, reading))
        return visited

    def visit(self, visited: Visited) -> Any:
        with self.bench.database.read() as connection:
            return connection.execute(select(*Visit.__table__.c).where(Visit.id == visited.visit_id)).one()

    def read(self, visited: Visited, reading: Reading | None) -> None:
        """Store what a visit showed, as a crawl does and a rebuild once more."""
        row = self.visit(visited)
        with self.bench.database.write() as connection:
            if reading is not None:
                here = replace(visited, address_id=row.address_id, canonical=_canonical(connection, row.address_id))
                try:
                    saved = store.save(connection, here, reading)
                    visits.settle(connection, visited.visit_id, VisitState.READ, text_sha256=saved.text_sha256)
                except RefusedError:
                    visits.settle(connection, visited.visit_id, VisitState.REJECTED, reason=Reason.UNREADABLE)
                frontier.done(connection, row.address_id, Purpose.ARTICLE)
            removals.settle(connection, visited.visit_id, Rule(), now=self.bench.now())


def _canonical(connection: Any, address_id: int) -> str:
    return str(connection.execute(select(Address.canonical).where(Address.id == address_id)).scalar_one())
