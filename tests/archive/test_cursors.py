"""Cursors: whoever applies what comes after them holds what a full export gives."""

import json
import shutil
import subprocess
import sys
from base64 import b32decode, b32encode
from collections import Counter
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from archive.archive import Archive
from archive.cursors import CursorError
from archive.database import Database
from archive.models import ArchiveName
from archive.records import Filters, Level, Reading, State
from archive.settings import Home
from archive.takedown import take_down
from bench.desk import Desk
from crawler.cli import main
from tests.archive.newsweeks import Newsweeks
from tests.archive.releases import RELEASE
from tests.archive.test_identity import DEBATE, EDITED

ON_BOTH_DATABASES = True
MORNING = datetime(2024, 11, 25, 1, 30, tzinfo=UTC)
ASKED: dict[str, tuple[Filters, str | None]] = {
    "all": (Filters(), None),
    "an outlet": (Filters(outlets=("kabar",)), None),
    "what is live": (Filters(state=State.LIVE), None),
    "what was changed": (Filters(changed=True), None),
    "a search": (Filters(), "pemilih"),
}


class Holder:
    """Somebody who holds an archive's records and takes what changed, with one filter or search."""

    def __init__(self, archive: Any, filters: Filters = ASKED["all"][0], query: str | None = None) -> None:
        self.archive, self.filters, self.query = archive, filters, query
        self.filtered = query is not None or filters != Filters()
        self.held: dict[str, Any] = {}
        self.gone = Counter[str]()
        self.cursor: str | None = None

    def take(self) -> list[dict[str, Any]]:
        with self.archive.snapshot(self.filters, self.query, since=self.cursor) as snapshot:
            rows = list(snapshot.rows)
        if self.cursor is not None:
            assert all(tuple(row) == tuple(snapshot.columns) for row in rows)
        self.cursor = snapshot.cursor
        for row in rows:
            if why := row.pop("tombstone", None):
                self.gone[why] += 1
                # Without filters nothing is told to be gone that was not there.
                assert row["uid"] in self.held or self.filtered
                self.held.pop(row["uid"], None)
            else:
                self.held[row["uid"]] = row
        return rows

    def full(self) -> dict[str, Any]:
        with self.archive.snapshot(self.filters, self.query) as snapshot:
            return {row["uid"]: row for row in snapshot.rows}


def play(bench: Any, seed: int, steps: int) -> None:
    weeks = Newsweeks(bench, seed)
    holders = {name: Holder(bench.archive, *asked) for name, asked in ASKED.items()}
    done: list[str] = []

    def compare() -> None:
        for name, holder in holders.items():
            holder.take()
            wanted = holder.full()
            for uid in wanted.keys() | holder.held.keys():
                one, other = holder.held.get(uid), wanted.get(uid)
                differs = [key for key in other if one[key] != other[key]] if one and other else (one, other)
                assert one == other, f"{name} after {done}: {differs}"

    weeks.in_between = compare  # type: ignore[method-assign]
    for _ in range(steps):
        done.append(weeks.step())
        if weeks.chance.random() < 0.6:
            compare()
    compare()


@pytest.mark.sqlite_only
@pytest.mark.parametrize("seed", range(2))
def test_what_is_applied_step_by_step_is_what_a_full_export_gives(bench: Any, seed: int) -> None:
    play(bench, seed, 40)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 120))
def test_it_is_after_many_weeks_too(bench: Any, seed: int) -> None:
    play(bench, seed, 80)


def cursor_of(archive: Any) -> str:
    with archive.snapshot() as snapshot:
        return str(snapshot.cursor)


def take(archive: Any, cursor: str, filters: Filters = ASKED["all"][0]) -> list[tuple[str, str | None]]:
    """Give uids and why they are gone of what changed after a cursor."""
    with archive.snapshot(filters, since=cursor) as snapshot:
        return [(row["uid"], row["tombstone"]) for row in snapshot.rows]


def test_only_what_changed_comes_once_and_in_the_order_of_its_last_change(bench: Any) -> None:
    desk = bench.begin()
    one, two, three = (desk.store(f"/{name}/", name.title(), f"Kabar {name} hari ini.").uid for name in "abc")
    cursor = cursor_of(bench.archive)
    assert take(bench.archive, cursor) == []
    desk.store("/b/", "B", "Kabar b diralat.")
    desk.store("/a/", "A", "Kabar a diralat.")
    desk.store("/b/", "B", "Kabar b diralat lagi.")
    four = desk.store("/d/", "D", "Kabar d.").uid
    assert take(bench.archive, cursor) == [(one, None), (two, None), (four, None)]
    assert cursor_of(bench.archive) == cursor_of(bench.archive) != cursor
    assert three not in dict(take(bench.archive, cursor))


def test_what_came_and_went_since_is_not_told_of(bench: Any) -> None:
    desk = bench.begin()
    kept = desk.store("/a/", *DEBATE).uid
    cursor = cursor_of(bench.archive)
    gone = desk.store("/b/", *EDITED, wp="7").uid
    between = cursor_of(bench.archive)
    desk.store("/a/", *EDITED, wp="7", landed="/b/")
    assert take(bench.archive, between) == [(gone, "merged"), (kept, None)]
    assert take(bench.archive, cursor) == [(kept, None)]


def test_a_record_that_says_something_else_beside_its_words_is_told_of(bench: Any) -> None:
    """The table of what nobody but an export hears of; each of these was missed once by a cursor."""
    desk = bench.begin()
    uids = [desk.store(f"/{name}/", name, f"Kabar {name} hari ini.").uid for name in "abc"]
    other = Desk(bench.database, ("suara",), bench.now())

    def seen(hours: int, *text: str) -> str:
        reading = Reading(title="Lain", body=text or ("Kabar lain.",), extractor="test 1")
        with bench.database.write() as connection:
            return other.store(connection, "suara", "/x/", reading, at=MORNING + timedelta(hours=hours)).uid

    lone = seen(0)
    cursor = cursor_of(bench.archive)

    def told() -> list[str]:
        nonlocal cursor
        with bench.archive.snapshot(since=cursor) as snapshot:
            cursor = snapshot.cursor
            return [row["uid"] for row in snapshot.rows]

    seen(9)
    assert told() == [lone], "seen last at another time, without another capture"
    bench.pass_time(hours=5)
    desk.store("/a/", "a", "Kabar a hari ini.")
    assert told() == [uids[0]]
    bench.pass_time(hours=-1)
    desk.store("/a/", "a", "Kabar a hari ini.")
    assert told() == [uids[0]], "a capture that is learned of late"
    bench.begin(name="Kabar Baru")
    assert told() == uids, "the outlet has another name"
    bench.begin(name="Kabar Baru", delay=7)
    assert told() == [], "which stands in no record"
    desk.captures.close()
    take_down(bench.archive, uids[0], reason="salah", level=Level.BYTES, hold=lambda _: nullcontext(), now=bench.now())
    assert told() == uids, "the others' records lie elsewhere in the file"


def test_who_comes_before_whom_in_a_cluster_is_told_of(bench: Any) -> None:
    day = date(2024, 9, 20)

    def store(slug: str, hour: int) -> str:
        at = datetime(2024, 9, 20, hour, tzinfo=UTC)
        return str(bench.begin(slug).store("/b/", slug, *RELEASE, published_date=day, published_at=at).uid)

    uids = [store(slug, hour) for hour, slug in enumerate(("hulu", "kabar", "suara"), 1)]
    cursor = cursor_of(bench.archive)
    assert store("kabar", 5) == uids[1]
    with bench.archive.snapshot(since=cursor) as snapshot:
        ranks = {row["uid"]: row["cluster"]["rank"] for row in snapshot.rows}
    assert ranks == dict(zip(uids, (1, 3, 2), strict=True))


def test_what_is_only_noted_hides_no_text_from_who_looks_for_copies(bench: Any) -> None:
    """Both stand in one batch of changes, of which the last counts."""
    for slug in ("hulu", "kabar"):
        desk = bench.begin(slug)
        uid = desk.store("/b/", slug, *RELEASE, published_date=date(2024, 9, 20)).uid
        bench.pass_time(hours=1)
        desk.store("/b/", slug, *RELEASE, published_date=date(2024, 9, 20))
    with bench.archive.snapshot() as snapshot:
        assert {row["cluster"] and row["cluster"]["size"] for row in snapshot.rows} == {2}, uid
    assert bench.archive.search("pemilih").total == 2


def test_what_no_longer_passes_is_told_of_and_what_never_was_there_is_not(bench: Any) -> None:
    desk, other = bench.begin(), bench.begin("suara")
    first = desk.store("/a/", "A", "Kabar satu.", section="Politik").uid
    other.store("/x/", "X", "Kabar lain.")
    cursor = cursor_of(bench.archive)
    ours = Filters(outlets=("kabar",), changed=True)
    desk.store("/a/", "A", "Kabar satu.", section="Daerah")
    desk.store("/new/", "Baru", "Kabar baru.")
    other.store("/x/", "X", "Kabar lain diralat.")
    assert take(bench.archive, cursor, ours) == [(first, "filtered")]


@pytest.mark.sqlite_only
def test_a_cursor_is_refused_elsewhere_later_and_before(bench: Any, bench_class: Any, tmp_path: Path) -> None:
    desk = bench.begin()
    desk.store("/a/", "A", "Kabar satu.")
    early = cursor_of(bench.archive)
    bench.database.dispose()
    shutil.copytree(bench.home.root, tmp_path / "copy")
    desk.store("/b/", "B", "Kabar dua.")
    late = cursor_of(bench.archive)
    restored = Database(f"sqlite:///{tmp_path / 'copy' / 'pilkada.db'}")
    archive = Archive(Home(tmp_path / "copy"), restored)
    assert take(archive, early) == []
    with pytest.raises(CursorError, match="a state that a backup has replaced since: export without --since-cursor"):
        take(archive, late)
    again = bench_class(tmp_path / "copy", restored)
    again.chance.seed(2025)
    again.begin().store("/c/", "C", "Kabar tiga.")  # its change has the number of the lost one
    again.close()
    with pytest.raises(CursorError, match="a state that a backup has replaced"):
        take(archive, late)
    with restored.write() as connection:
        connection.execute(update(ArchiveName).values(name="0" * 12))
    with pytest.raises(CursorError, match="of another archive"):
        take(archive, early)
    restored.dispose()


def altered(cursor: str) -> list[str]:
    held = b32decode(cursor.upper())
    flipped = [held[:at] + bytes([held[at] ^ 1]) + held[at + 1 :] for at in range(len(held))]
    return [b32encode(one).decode().lower() for one in flipped]


def test_what_is_no_cursor_is_refused(bench: Any) -> None:
    bench.begin().store("/a/", "A", "Kabar satu.")
    cursor = cursor_of(bench.archive)
    for text in ("", "12", "kabar", "ma======", "a" * 32, "é" * 32, cursor[:-1], cursor + "a", *altered(cursor)):
        with pytest.raises(CursorError, match="is no cursor as an export prints it"):
            take(bench.archive, text)
    assert take(bench.archive, f" {cursor.upper()}\n") == []


def test_a_cursor_of_an_empty_archive_tells_of_all_that_comes(bench: Any) -> None:
    cursor = cursor_of(bench.archive)
    assert take(bench.archive, cursor) == []
    uid = bench.begin().store("/a/", "A", "Kabar satu.").uid
    assert take(bench.archive, cursor) == [(uid, None)]


@pytest.mark.usefixtures("root_logger")
def test_the_command_goes_on_from_a_cursor(bench: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def export(*words: str, name: str = "a.jsonl") -> tuple[int, str, str]:
        status = main(["--home", str(bench.home.root), "export", "--to", str(tmp_path / name), *words])
        said = capsys.readouterr()
        return status, said.out.replace(str(tmp_path), "").strip(), said.err

    desk = bench.begin()
    desk.store("/a/", *DEBATE)
    gone = desk.store("/b/", *EDITED, wp="7").uid
    status, said, _ = export()
    assert status == 0
    cursor = said.split()[-1]
    assert said == f"2 articles written to /a.jsonl\nnext cursor: {cursor}"
    assert export("--since-cursor", cursor)[1] == f"0 articles written to /a.jsonl\nnext cursor: {cursor}"
    desk.store("/a/", *EDITED, wp="7", landed="/b/")
    assert export("--since-cursor", cursor)[1].startswith("1 article and 1 tombstone written to /a.jsonl\n")
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()]
    assert [(row["uid"], row["tombstone"]) for row in rows if row["tombstone"]] == [(gone, "merged")]
    assert {value for row in rows if row["tombstone"] for value in row.values()} == {None, gone, "merged"}
    export("--since-cursor", cursor, name="a.csv")
    assert (tmp_path / "a.csv").read_text("utf-8").splitlines()[0].endswith(",tombstone")
    status, said, err = export("--since-cursor", "kabar")
    assert (status, said, err.count("\n")) == (2, "", 1)
    assert "'kabar' is no cursor" in err
    assert export("--since-cursor", cursor, "--versions")[0] == 2


@pytest.mark.sqlite_only
@pytest.mark.parametrize("seconds", [2, pytest.param(60, marks=pytest.mark.soak)])
def test_nothing_is_missed_while_one_writes_and_eight_search(home: Home, seconds: int) -> None:
    """No lock error, no lost write, nothing committed that a later search or increment misses or repeats."""
    words = [sys.executable, "-m", "tests.archive.live", str(home.root), str(seconds)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=seconds * 5 + 60)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {role: told["failed"] for role, told in said.items() if "failed" in told} == {}
    readers = [told for role, told in said.items() if role.startswith("reader")]
    assert [told["missed"] for told in readers] == [[]] * 8
    assert min(told["searches"] for told in readers) > 1
    taken = said["taker"]
    assert (taken["twice"], taken["differ"]) == ([], [])
    written = said["writer"]["words"]
    archive = Archive.open(home.root)
    texts = " ".join(row["body"] for row in archive.articles())
    assert [word for word in written if f" {word}." not in texts] == []
    assert archive.search("siaran").total == taken["articles"] > 0
    archive.database.dispose()
    # The first one also looks for copies, and waits for who writes.
    searches, slowest = sum(told["searches"] for told in readers), max(told["slowest"] for told in readers[1:])
    sys.stdout.write(
        f"\n{len(written)} stories and edits written, {searches} searches (the slowest two in {slowest:.2f} s), "
        f"{taken['rows']} rows in {taken['increments']} increments: nothing missed, nothing twice\n"
    )
