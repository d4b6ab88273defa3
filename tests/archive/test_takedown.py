"""Articles taken down: what is gone, what stays, and what may not bring them back."""

import gzip
import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from archive import frontier, store, surgery, takedown, visits
from archive.archive import Archive
from archive.database import Database
from archive.errors import ArchiveError, NotFoundError
from archive.frontier import Sight
from archive.identity import Visited
from archive.models import Capture, Due, KeptReading, Sighting, Takedown, Visit
from archive.orders import LIES, RefusedError, TakenDownError
from archive.records import Filters, Key, Level, Purpose, Reading, Reason, Role, VisitState
from archive.settings import Home
from archive.stories import Body, ReadingRow
from archive.takedown import lift, plan, take_down
from archive.traces import RUN, Traces, words
from archive.verify import verify
from archive.warc import whole_members
from tests.rowfaults import faults

NOW = datetime(2024, 12, 20, 3, 0, tzinfo=UTC)
CANARY = "kenari-ungu-7731"
TITLE = "Calon Wakil Bupati Dilaporkan ke Bawaslu Soal Bagi Sembako"
BODY = (
    f"Seorang warga Desa Sumber Agung berinisial {CANARY} melapor ke Bawaslu kabupaten pada Senin siang.",
    "Ia membawa dua lembar foto dan sebuah kantong beras lima kilogram sebagai bukti awal laporannya.",
    "“Kami terima dan kami kaji selama lima hari,” kata Ketua Bawaslu Rahmat Sulaiman di kantornya.",
    "Pihak calon yang dihubungi terpisah mengatakan tidak mengetahui pembagian beras tersebut.",
    "Menurut catatan pengawas, laporan itu yang ketujuh sejak masa kampanye dimulai pada 25 September 2024.",
    "Enam laporan sebelumnya dihentikan sebab syarat materiilnya tidak dipenuhi oleh para pelapor.",
)
OTHER = (
    "KPU menetapkan jadwal rapat pleno terbuka rekapitulasi suara tingkat kabupaten di gedung olahraga.",
    "Rapat dimulai pukul sembilan pagi dan disiarkan langsung oleh radio pemerintah daerah setempat.",
)


def hold(_outlet: str) -> Any:
    return nullcontext()


def html(title: str, body: tuple[str, ...], aside: str = "") -> bytes:
    text = "".join(f"<p>{block}</p>" for block in body)
    return f"<html><h1>{title}</h1>{text}<aside>{aside}</aside></html>".encode()


@dataclass
class Press:
    """An archive of two outlets: `uid` is the article that is taken down, by its page and by a record of an answer."""

    home: Home
    database: Database
    bench: Any
    uid: str
    others: tuple[str, ...]
    copy: str

    @property
    def archive(self) -> Archive:
        return Archive(self.home, self.database)


def read(desk: Any, path: str, title: str, body: tuple[str, ...], *, page: bytes | None = None, wp: str = "") -> str:
    """Store a story from its own page."""
    address_id = desk.sight(path)
    capture_id = desk.keep(path, page or html(title, body))
    keys = (Key(scheme="wp", value=wp),) if wp else ()
    reading = Reading(title=title, body=body, keys=keys, published_date=date(2024, 11, 25), extractor="test 1")
    return str(desk.save(address_id, path, capture_id, reading).uid)


def read_record(desk: Any, capture_id: int, path: str, title: str, body: tuple[str, ...], wp: str) -> str:
    """Store a story from a record in an answer that is kept."""
    address_id = desk.sight(path)
    now = desk.bench.now()
    with desk.bench.database.write() as connection:
        visit_id = visits.add(
            connection, desk.ticket, address_id=address_id, purpose=Purpose.ARTICLE, url=f"http://{desk.slug}.test{path}",
            at=now, status=200, capture_id=capture_id, record=wp,
        )  # fmt: skip
        visited = Visited(
            visit_id=visit_id, outlet_id=desk.ticket.outlet_id, outlet=desk.slug, address_id=address_id, canonical=path,
            at=now, sources=((capture_id, Role.RECORD),),
        )  # fmt: skip
        keys = (Key(scheme="wp", value=wp),)
        reading = Reading(
            title=title, body=body, keys=keys, published_date=date(2024, 11, 25), authors=("Rina",), extractor="test 1"
        )
        saved = store.save(connection, visited, reading)
        visits.settle(connection, visit_id, VisitState.READ, text_sha256=saved.text_sha256)
        frontier.done(connection, address_id, Purpose.ARTICLE)
        frontier.dispose(connection, desk.ticket, address_id, saved.outcome)
    return str(saved.uid)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory, empty_archive: Path, bench_class: Callable[..., Any]) -> Path:
    """The archive as files, made once; each test works in a copy."""
    root = tmp_path_factory.mktemp("press") / "home"
    root.mkdir()
    shutil.copy(empty_archive, root / "pilkada.db")
    database = Database(f"sqlite:///{root / 'pilkada.db'}")
    bench = bench_class(root, database)
    desk = bench.begin("kabar")
    listing = "".join(f'<a href="/b/{n}/">{title}</a>' for n, title in ((1, TITLE), (2, "Jadwal Rapat Pleno")))
    listed = desk.keep("/berita/", f"<ul>{listing}</ul>".encode())
    answer = f'[{{"id":1,"content":"{BODY[0]} {BODY[1]}"}},{{"id":3,"content":"{OTHER[0]}"}}]'
    told = desk.keep("/wp-json/wp/v2/posts", answer.replace("“", "\\u201c").encode())
    read_record(desk, told, "/b/1/", TITLE, BODY, "1")
    read_record(desk, told, "/b/3/", "Rapat Pleno Dimulai Pukul Sembilan Pagi", OTHER[:1], "3")
    bench.pass_time(minutes=5)
    read(desk, "/b/1/", TITLE, BODY, wp="1")
    read(desk, "/b/2/", "Jadwal Rapat Pleno Terbuka Kabupaten", OTHER, page=html("Jadwal", OTHER, aside=TITLE), wp="2")
    with database.write() as connection:
        first = select(Sighting.id).limit(1).scalar_subquery()
        connection.execute(update(Sighting).where(Sighting.id == first).values(title_said=TITLE, capture_id=listed))
    desk.captures.close()
    bench.pass_time(days=1)
    # The next day the first one's file is closed.
    desk = bench.begin("kabar")
    desk.captures.repair()
    read(desk, "/b/4/", "Logistik Tiba di Gudang KPU", ("Kotak suara tiba dengan dua truk dari pelabuhan.",) * 2)
    suara = bench.begin("suara")
    copied = read(suara, "/9/", TITLE, BODY)
    bench.close()
    archive = Archive(Home(root), database)
    archive.catch_up()
    assert archive.get(copied)["cluster"]["rank"] == 2
    database.dispose()
    return root


@pytest.fixture
def press(printed: Path, tmp_path: Path, bench_class: Callable[..., Any]) -> Iterator[Press]:
    root = tmp_path / "home"
    shutil.copytree(printed, root)
    database = Database(f"sqlite:///{root / 'pilkada.db'}")
    archive = Archive(Home(root), database)
    uids = {record["canonical_url"]: record["uid"] for record in archive.articles()}
    others = tuple(uids[f"http://kabar.test/b/{number}/"] for number in (2, 3, 4))
    bench = bench_class(root, database)
    yield Press(
        home=Home(root), database=database, bench=bench, uid=uids["http://kabar.test/b/1/"], others=others,
        copy=uids["http://suara.test/9/"],
    )  # fmt: skip
    bench.close()
    database.dispose()


def order(press: Press, level: Level = Level.HIDDEN, **options: Any) -> takedown.Done:
    return take_down(
        press.archive, options.pop("name", press.uid), reason="Putusan pengadilan", level=level, hold=hold, now=NOW,
        **options,
    )  # fmt: skip


def holding(home: Path, canary: str, *, besides: str = "suara") -> list[str]:
    """Give the files under a home that hold a text, as it is or in a gzip member."""
    found = []
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        data = path.read_bytes()
        if path.name.endswith(".gz"):
            data += b"".join(gzip.decompress(member) for _, member in whole_members(path, 0))
        if canary.encode() in data and besides not in path.name:
            found.append(path.name)
    return found


def shown(press: Press) -> dict[str, dict[str, Any]]:
    """Give the records of the articles, without what tells of clusters and where records lie."""
    left = ("cluster", "captures", "id")
    return {
        record["uid"]: {name: value for name, value in record.items() if name not in left}
        for record in press.archive.articles()
    }


def test_a_hidden_article_is_in_no_search_list_or_cluster_and_its_tombstone_tells_why(press: Press) -> None:
    before = press.archive.statistics(Filters())[0]["articles"]
    with press.database.read() as connection:
        cursor = connection.exec_driver_sql("SELECT max(sequence) FROM change").scalar_one()
    done = order(press)
    assert (done.uid, done.versions, done.before) == (press.uid, 1, Level.LIFTED)
    assert [hit.record["outlet"] for hit in press.archive.search(f'"{CANARY}"').hits] == ["suara"]
    assert press.archive.statistics(Filters())[0]["articles"] == before - 1
    assert press.archive.get(press.copy)["cluster"] is None
    with pytest.raises(TakenDownError, match="was taken down on 2024-12-20: Putusan pengadilan") as raised:
        press.archive.get("http://kabar.test/b/1/")
    tombstone = raised.value.tombstone
    assert (tombstone["uid"], tombstone["outlet"], tombstone["level"]) == (press.uid, "kabar", "hidden")
    assert len(tombstone["texts"][0]["text_sha256"]) == 64
    assert [capture["removed"] for capture in tombstone["captures"]] == [False, False]
    with press.database.read() as connection:
        told = connection.exec_driver_sql(
            f"SELECT uid, kind FROM change WHERE sequence > {cursor} AND kind = 'tombstone'"
        ).all()
    assert told == [(press.uid, "tombstone")]
    assert verify(press.archive).damaged == []


def test_the_bytes_are_nowhere_under_the_home_and_other_stories_keep_theirs(press: Press) -> None:
    (press.home.warc / "torn").mkdir()
    torn = gzip.compress(html(TITLE, BODY))
    (press.home.warc / "torn" / "kabar-20241125.warc.gz.20241126T013015").write_bytes(torn[: len(torn) - 20])
    (press.home.root / "index.old-1").mkdir()
    (press.home.root / "index.old-1" / "abc.store").write_text(" ".join(BODY))
    before = shown(press)
    assert holding(press.home.root, CANARY)
    # The listing, the answer of the API with its other story, and its own page; a page that lists its headline is spared.
    planned = plan(press.archive, press.uid, level=Level.BYTES, mentions=False)
    done = order(press, Level.BYTES, mentions=False)
    assert (planned.records, len(planned.holdings.shared), planned.mentions) == (3, 2, 1)
    assert (done.records, done.kept, done.mentions) == (3, 1, 1)
    # At the other outlet it is another article, in its own file; the one index and database hold that one's text.
    assert holding(press.home.root / "warc", CANARY) == []
    left = shown(press)
    del before[press.uid]
    assert left == before
    records = list(press.archive.articles())
    assert None in {capture["offset"] for record in records for capture in record["captures"]}
    assert [fault for record in records for fault in faults("article", record)] == []
    proof = verify(press.archive)
    assert (proof.damaged, proof.taken_down, proof.index) == ([], 3, {"missing": [], "extra": []})
    order(press, Level.BYTES, name=press.copy, mentions=False)
    assert holding(press.home.root, CANARY, besides="never") == []
    names = {path.name for path in press.home.root.iterdir() if not path.name.startswith("pilkada.db-")}
    assert names == {"index", "locks", "pilkada.db", "warc"}


@pytest.mark.parametrize(
    "told",
    [
        f'<a href="/lain/">{TITLE[:30]} ...</a> <p>{BODY[0][:90]} ...</p>',
        f'<a href="http://kabar.test/b/1">{TITLE[:30]} ...</a> <p>{CANARY}</p>',
        f'{{"link":"http:\\/\\/kabar.test\\/b\\/1\\/","excerpt":"{CANARY}"}}',
        f'<a href="/lain/"><img src="1.jpg" alt="{TITLE}"></a> <p>{CANARY}</p>',
    ],
    ids=["a lead", "a link", "a link in an answer", "a headline in a picture's words"],
)
def test_lists_go_that_tell_of_it_however_little(press: Press, told: str) -> None:
    desk = _desk(press)
    desk.keep("/b/", told.encode())
    kept = (
        desk.keep("/b/2/", b'<a href="/b/12/">Rapat Pleno</a>'),
        desk.keep("/sitemap.xml", b"<urlset><loc>/b/1/</loc>"),
    )
    desk.captures.close()
    assert order(press, Level.BYTES, mentions=False).records == 4
    assert holding(press.home.root / "warc", CANARY) == []
    with press.database.read() as connection:
        assert len(connection.execute(select(Capture.id).where(Capture.id.in_(kept), LIES)).all()) == 2


def test_pages_that_only_print_the_headline_go_too(press: Press) -> None:
    link = [{"text": f"Baca juga: {TITLE}", "url": "http://kabar.test/b/1/"}, {"text": "Rapat", "url": "/b/3/"}]
    with press.database.write() as connection:
        page = connection.execute(select(ReadingRow.id).where(ReadingRow.title.startswith("Jadwal"))).scalar_one()
        connection.execute(update(ReadingRow).where(ReadingRow.id == page).values(related=link))
        cut = [{"rule": "see_also", "text": f"Baca juga: {TITLE}"}]
        connection.execute(update(Body).where(Body.reading_id == page).values(removed=cut))
    with press.archive.snapshot() as snapshot:
        held, cursor = {row["uid"]: row for row in snapshot.rows}, snapshot.cursor
    done = order(press, Level.BYTES)
    assert (done.records, done.kept, done.mentions) == (4, 2, 0)
    with press.archive.snapshot(since=cursor) as snapshot:
        for row in snapshot.rows:
            assert (row.pop("tombstone") == "taken_down") is (row["uid"] == press.uid)
            held[row["uid"]] = row
    assert held.pop(press.uid)["title"] is None
    assert held == {row["uid"]: row for row in press.archive.articles()}, "its links and its records are told of too"
    order(press, Level.BYTES, name=press.copy)
    assert holding(press.home.root, TITLE, besides="never") == []
    assert press.archive.get(press.others[0])["body"] == "\n\n".join(OTHER)
    assert press.archive.get(press.others[0])["related"] == link[1:]
    assert press.archive.get(press.others[0])["captures"][0]["offset"] is None


@pytest.mark.parametrize("level", [Level.TEXT, Level.BYTES])
def test_what_sources_said_of_it_goes_with_its_text(press: Press, level: Level) -> None:
    order(press, level)
    with press.database.read() as connection:
        said = connection.execute(select(Sighting.title_said).where(Sighting.title_said.is_not(None))).all()
    assert said == []


def test_a_level_is_raised_and_never_lowered(press: Press) -> None:
    assert order(press, Level.HIDDEN).before is Level.LIFTED
    done = order(press, Level.BYTES, name="http://kabar.test/b/1/")
    assert (done.before, done.records, done.kept) == (Level.HIDDEN, 4, 2)
    again = order(press, Level.HIDDEN)
    assert (again.before, again.records) == (Level.BYTES, 0)
    with press.database.read() as connection:
        rows = connection.execute(select(Takedown.__table__).order_by(Takedown.id)).all()
    assert [(row.level, row.done_at) for row in rows] == [(Level.HIDDEN, NOW), (Level.BYTES, NOW)]
    apart = len(words(" ".join(BODY))) // RUN
    assert [len(Traces.read(row.traces).runs) for row in rows] == [apart, apart], "no digests that give the text back"
    assert holding(press.home.root / "warc", CANARY) == []


def test_a_wrong_order_is_lifted_and_its_visits_are_read_again(press: Press) -> None:
    with pytest.raises(NotFoundError):
        order(press, name="tidakada")
    order(press, Level.TEXT)
    assert lift(press.archive, press.uid, reason="Salah alamat", hold=hold, now=NOW) == press.uid
    with press.database.read() as connection:
        states = connection.execute(select(Visit.state, Visit.reason).order_by(Visit.id)).all()
        assert (VisitState.UNREAD, None) in [tuple(row) for row in states]
        assert Reason.TAKEN_DOWN not in [row.reason for row in states]
    with pytest.raises(ArchiveError, match="there is no article"):
        lift(press.archive, press.uid, reason="Salah alamat", hold=hold, now=NOW)
    desk = _desk(press)
    assert read(desk, "/b/1/", TITLE, BODY, wp="1") == press.uid


def test_bytes_that_are_gone_do_not_come_back(press: Press) -> None:
    order(press, Level.BYTES)
    with pytest.raises(ArchiveError, match="cannot come back: its bytes were removed"):
        lift(press.archive, press.uid, reason="Salah alamat", hold=hold, now=NOW)


def test_what_was_kept_of_a_story_is_there_while_that_one_is_hidden_and_goes_with_its_own_text(press: Press) -> None:
    order(press, Level.BYTES, mentions=False)
    beside = press.others[1]
    order(press, Level.HIDDEN, name=beside)
    assert lift(press.archive, beside, reason="Salah alamat", hold=hold, now=NOW) == beside
    assert read_record(_desk(press), 2, "/b/3/", "Rapat Pleno Dimulai Pukul Sembilan Pagi", OTHER[:1], "3") == beside
    order(press, Level.TEXT, name=beside)
    with press.database.read() as connection:
        assert connection.execute(select(KeptReading.visit_id)).all() == []
    with pytest.raises(ArchiveError, match="its bytes were removed with another story's"):
        lift(press.archive, beside, reason="Salah alamat", hold=hold, now=NOW)


def _desk(press: Press) -> Any:
    press.bench.clock = NOW
    press.bench.chance.seed(7)
    return press.bench.begin("kabar")


@pytest.mark.parametrize(
    ("path", "title", "body", "wp"),
    [
        ("/b/1/", TITLE, BODY, "1"),
        ("/b/1/", "Dugaan Bagi Sembako Dikaji", (BODY[0], BODY[1], "Kajian diperpanjang dua hari lagi."), "1"),
        ("/arsip/sembako/", TITLE, BODY, ""),
        ("/arsip/sembako/", "Laporan Soal Sembako", (*BODY[:4], "Laporan dicabut pelapornya."), ""),
    ],
    ids=["the same", "edited at its address", "at another address", "edited at another address"],
)
def test_a_story_that_was_taken_down_is_not_stored_again(
    press: Press, path: str, title: str, body: tuple[str, ...], wp: str
) -> None:
    order(press)
    desk = _desk(press)
    with pytest.raises(RefusedError) as raised:
        read(desk, path, title, body, wp=wp)
    assert raised.value.uid == press.uid


def test_another_story_under_its_number_is_a_story_of_its_own(press: Press) -> None:
    order(press)
    body = ("Festival perahu naga digelar di sungai selama tiga hari dan diikuti tiga puluh regu dari hulu.",)
    uid = read(_desk(press), "/budaya/9/", "Festival Perahu Naga", body, wp="1")
    assert press.archive.get(uid)["title"] == "Festival Perahu Naga"


def test_its_address_is_due_no_more_and_nothing_is_noted_of_it(press: Press) -> None:
    order(press, Level.TEXT)
    desk = _desk(press)
    told = Sight(canonical="/b/1/", raw="http://kabar.test/b/1/?utm=x", source="feed", title=TITLE, modified="2025")
    with press.database.write() as connection:
        seen = frontier.sight(connection, desk.ticket, told, rules_version=1, priority=1, now=NOW)
        frontier.make_due(connection, desk.ticket, seen.address_id, Purpose.ARTICLE, priority=1, now=NOW)
        assert (seen.fresh, seen.changed) == (False, False)
        assert connection.execute(select(Due.id)).all() == []
        assert connection.execute(select(Sighting.id).where(Sighting.source == "feed")).all() == []


def test_a_kill_between_the_rows_and_the_file_is_finished_by_the_next_crawl_or_command(press: Press) -> None:
    old = {path: path.read_bytes() for path in press.home.warc.rglob("*.warc.gz")}
    order(press, Level.BYTES)
    path = next(path for path, data in old.items() if path.read_bytes() != data)
    path.rename(path.with_name(path.name + surgery.BESIDE))
    path.write_bytes(old[path])
    with press.database.write() as connection:
        connection.execute(update(Takedown).values(done_at=None))
    told = [(damage.what, damage.where) for damage in verify(press.archive).damaged]
    assert ("takedown", press.uid) in told
    assert ("file", path.relative_to(press.home.warc).as_posix()) in told
    order(press, Level.BYTES)
    assert verify(press.archive).damaged == []
    assert holding(press.home.root / "warc", CANARY) == []
    assert list(press.home.warc.rglob(f"*{surgery.BESIDE}")) == []


def test_a_kill_before_the_rows_leaves_the_file_as_it_was(press: Press) -> None:
    path = next(press.home.warc.rglob("kabar-20241125.warc.gz"))
    beside = path.with_name(path.name + surgery.BESIDE)
    beside.write_bytes(path.read_bytes()[:900])
    assert surgery.finish(press.database, press.home.warc, "kabar") == []
    assert not beside.exists()
    assert verify(press.archive).damaged == []


def test_a_step_that_cannot_be_taken_leaves_an_order_that_the_same_command_finishes(press: Press) -> None:
    path = next(press.home.warc.rglob("kabar-20241125.warc.gz"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    with pytest.raises(ArchiveError, match="is as it was: the file ends before the record does"):
        order(press, Level.BYTES)
    assert [damage.where for damage in verify(press.archive).damaged if damage.what == "takedown"] == [press.uid]
    assert press.archive.search(f'"{CANARY}"').total == 1
    path.write_bytes(whole)
    order(press, Level.BYTES)
    assert verify(press.archive).damaged == []
    assert holding(press.home.root / "warc", CANARY) == []


def test_a_file_that_is_lost_holds_nothing_to_remove(press: Press) -> None:
    next(press.home.warc.rglob("kabar-20241125.warc.gz")).unlink()
    assert order(press, Level.BYTES).records == 2


def test_copies_that_upgrades_made_are_named_and_go_when_that_is_asked_for(press: Press) -> None:
    copy = press.home.root / "pilkada.db.before-0010"
    shutil.copy(press.home.root / "pilkada.db", copy)
    assert order(press).copies == []
    assert order(press, Level.TEXT).copies == [copy]
    done = order(press, Level.TEXT, and_copies=True)
    assert (done.copies, done.remains, copy.exists()) == ([], [copy.name], False)
