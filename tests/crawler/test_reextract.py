"""Stories that older rules read are read again from what is kept: like a rebuild, and never a gap."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive import visits
from archive.output import WIDTH
from archive.projections import take_out
from archive.records import Reason, VisitState
from crawler.child import READERS
from crawler.cli import main
from crawler.config import SettingsError, load
from crawler.reader import A_JOB
from crawler.reading import ReadingPool
from crawler.reading.pack import SHIPPED
from crawler.rebuild import rebuild_all
from crawler.reextract.again import Tally
from crawler.reextract.differences import Example, shown, side_by_side
from crawler.reextract.outlets import Reextract
from scheduler.lock import outlet_lock
from tests.archive.warcs import each_packed
from tests.crawler.captures import SEEN, TEXT, Bench, page, seen
from tests.crawler.commandline import SLUG
from tests.crawler.test_import_pages import one_of_three

MANY = 12
"""Stories of one look each: more than one batch."""
AT_HOME = page("Rekapitulasi Kecamatan Rampung", *TEXT[:2])


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool(READERS, 512) as pool:
        yield pool


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, pool: ReadingPool) -> Path:
    """A home with a story that was edited and shown before in a third way, one in three pages, one without text, others."""
    bench = Bench(tmp_path_factory.mktemp("imported") / "home", pool)
    days = [
        seen("/a/", page("Kotak Suara Dijaga", *TEXT[:count]), name=f"a{day}", at=SEEN + timedelta(days=day))
        for day, count in ((0, 2), (1, 3), (2, 3), (3, 2))
    ]
    many = [seen(f"/berita-{number}/", page(f"Berita {number}", *TEXT, f"Catatan {number}.")) for number in range(MANY)]
    bench.take(each_packed(*days, *many, *(one_of_three(number) for number in (1, 2, 3))))
    bench.take(each_packed(seen("/kosong/", page("Kosong", "")), seen("/pindah/", AT_HOME)))
    bench.archive.catch_up()
    bench.close()
    return bench.pilkada.home


@pytest.fixture
def bench(tmp_path: Path, imported: Path, pool: ReadingPool) -> Iterator[Bench]:
    """That home, as the tests may change it; what was rejected was tried by today's extractor once more."""
    home = tmp_path / "home"
    shutil.copytree(imported, home)
    (home / "pilkada.toml").unlink()
    bench = Bench(home, pool)
    yield bench
    bench.close()


def grow_old(bench: Bench, where: str = "1") -> None:
    """Have readings be as an older extractor might have left them."""
    of = f"(select id from reading where {where})"
    longer = "text_sha256 = 'lama' || text_sha256"
    with bench.archive.database.write() as connection:
        for statement in (
            f"update body set text = 'BAGIKAN' || char(10) || char(10) || text where reading_id in {of}",
            f"update version set {longer} where reading_id in {of}",
            f"update visit set {longer} where id in (select visit_id from reading where {where})",
            f"update reading set {longer}, extractor = 'lama', title = title || ' - Kabar' where {where}",
        ):
            connection.exec_driver_sql(statement)


def again(bench: Bench, pool: ReadingPool, since: date | None = None, *, rehearsal: bool = False) -> Tally:
    """Read again; the sums of the run are proved by `db check` where it matters."""
    return Reextract(bench.loaded, bench.archive.database, pool, rehearsal=rehearsal).run((), since).tally


def held(bench: Bench) -> dict[str, Any]:
    """Every record with its versions, and what is known of every visit."""
    records = {record["uid"]: bench.archive.get(record["uid"]) for record in bench.archive.articles()}
    told = bench.pilkada.rows("select id, state, reason, text_sha256 from visit")
    return {**{uid: {**record, "id": 0} for uid, record in records.items()}, "visits": told}


def everything(bench: Bench) -> list[Any]:
    """Every row of every table."""
    tables = bench.pilkada.rows("select name from sqlite_master where type = 'table' order by name")
    return [bench.pilkada.rows(f'select * from "{name}"') for (name,) in tables]


def test_what_older_rules_read_becomes_what_a_rebuild_gives(bench: Bench, pool: ReadingPool) -> None:
    again(bench, pool)
    before, ids = held(bench), {record["uid"]: record["id"] for record in bench.archive.articles()}
    newest = bench.row("select max(sequence) from change")[0]
    grow_old(bench)
    assert held(bench) != before
    tally = again(bench, pool)
    assert (tally.differences.changed, tally.differences.new, tally.differences.lost) == (MANY + 3, 0, 0)
    assert held(bench) == before
    assert {record["uid"]: record["id"] for record in bench.archive.articles()} == ids
    assert bench.article("/a/")["versions"] == 3, "a changed extractor makes no version"
    told = bench.pilkada.rows(f"select distinct uid from change where sequence > {newest} and kind = 'upsert'")
    assert {uid for (uid,) in told} == ids.keys()
    assert again(bench, pool) == Tally(), "nothing is left to do"
    rebuild_all(bench.loaded, bench.archive.database)
    assert held(bench) == before
    bench.assert_sound(MANY + 3)


def test_a_dry_run_counts_each_field_and_changes_nothing(bench: Bench, pool: ReadingPool) -> None:
    grow_old(bench, "title like 'Berita%'")
    rows = everything(bench)
    told = again(bench, pool, rehearsal=True)
    assert everything(bench) == rows
    differences = told.differences
    assert (differences.changed, dict(differences.fields)) == (MANY, {"title": MANY, "body": MANY})
    found = {example.field: (example.before, example.after) for example in reversed(differences.examples)}
    assert found["title"] == ("Berita 0 - Kabar", "Berita 0")
    assert found["body"] == ("BAGIKAN", None)
    assert len(differences.examples) == 2 * len(differences.fields)
    lines = list(side_by_side(differences.examples, [*differences.fields]))
    assert "Berita 0 - Kabar                       | Berita 0" in lines
    assert max(map(len, lines)) <= WIDTH
    assert again(bench, pool) == told, "it does what it said"


def test_an_example_shows_what_differs() -> None:
    """Of texts and lists what only one side has, of records the keys; on a screen without the places of words."""
    first, second, third = ({"name": name, "role": "main", "spans": [name]} for name in ("a", "b", "c"))
    assert shown("topics", [first, second], [first, third]) == ([second], [third])
    assert shown("tags", ["a", "b"], ["b", "a"]) == (["a", "b"], ["b", "a"])
    assert shown("election", {"about": True, "score": 0.6, "pack": "x 1"}, {"about": False, "score": 0.6, "pack": "x 2"}) == (
        {"about": True},
        {"about": False},
    )  # fmt: skip
    example = Example(field="topics", uid="u", before=None, after=[second])
    assert list(side_by_side([example], ["topics"]))[2].split(" | ")[1] == '[{"name":"b","role":"main"}]'


def test_what_could_not_be_read_is_tried_once_more(bench: Bench, pool: ReadingPool) -> None:
    """A reader that was killed left a rejection; a page without text is left alone once today's rules found none."""
    (visit, article) = bench.row("select visit_id, article_id from reading where title like 'Rekapitulasi%'")
    with bench.archive.database.write() as connection:
        take_out(connection, [article])
        visits.settle(connection, visit, VisitState.REJECTED, reason=Reason.UNREADABLE, detail="reader died")
    tally = again(bench, pool)
    assert (tally.read, tally.differences.new, dict(tally.rejected)) == (2, 1, {"unreadable": 1})
    assert bench.article("/pindah/")["body"] == "\n\n".join(TEXT[:2])
    assert again(bench, pool).read == 0


def test_another_pack_judges_what_is_held(bench: Bench, pool: ReadingPool) -> None:
    own = shutil.copytree(SHIPPED / "pilkada-2024", bench.pilkada.home / "packs" / "ketat")
    file = own / "pack.toml"
    file.write_text(re.sub(r"threshold = .*", "threshold = 0.9999", file.read_text("utf-8")), "utf-8")
    bench.loaded = load(bench.pilkada.home, environment={"PILKADA_ELECTION__PACK": "packs/ketat"})
    about = sum(record["election"]["about"] for record in bench.archive.articles())
    tally = again(bench, pool)
    assert about > MANY
    assert not any(record["election"]["about"] for record in bench.archive.articles())
    assert (tally.articles, tally.differences.fields["election"]) == (MANY + 3, about)
    assert tally.differences.fields.keys() == {"election", "topics"}, "topics are looked for in what is about one"


def test_a_day_confines_it_to_stories_since(bench: Bench, pool: ReadingPool) -> None:
    again(bench, pool)
    grow_old(bench)
    with bench.archive.database.write() as connection:
        connection.exec_driver_sql(
            "update article set published_date = '2025-05-01' where id in"
            " (select article_id from reading where title like 'Berita%')"
        )
    assert again(bench, pool, SEEN.date(), rehearsal=True).articles == 3
    assert again(bench, pool, SEEN.date() + timedelta(days=1), rehearsal=True).articles == 0


def test_what_is_damaged_stays_as_it_was_read(bench: Bench, pool: ReadingPool) -> None:
    before = bench.article("/berita-3/")
    place = before["captures"][0]
    file = bench.pilkada.home / "warc" / place["file"]
    data = bytearray(file.read_bytes())
    data[place["offset"] + place["length"] // 2] ^= 0xFF
    file.write_bytes(data)
    grow_old(bench, "title like 'Berita 3%'")
    tally = again(bench, pool)
    assert (len(tally.left), tally.articles) == (1, 0)
    assert bench.article("/berita-3/")["uid"] == before["uid"]


def test_one_that_is_stopped_goes_on_and_no_article_is_missed_meanwhile(bench: Bench, pool: ReadingPool) -> None:
    again(bench, pool)
    before = held(bench)
    grow_old(bench)
    task = Reextract(bench.loaded, bench.archive.database, pool)
    task.on_progress = lambda *_: task.stop()
    report = task.run((), None)
    assert report.tally.articles == A_JOB
    assert bench.row("select kind, status from run order by id desc limit 1") == ("reextract", "partial")
    assert [record["uid"] for record in bench.archive.articles()] == [uid for uid in before if uid != "visits"]
    assert again(bench, pool).articles == MANY + 3 - A_JOB
    assert held(bench) == before


@pytest.mark.soak
def test_one_that_is_killed_has_read_whole_stories_and_the_next_goes_on(bench: Bench, pool: ReadingPool) -> None:
    again(bench, pool)
    before = held(bench)
    grow_old(bench)
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from archive.database import Database\n"
        "from crawler.config import load\n"
        "from crawler.reading import ReadingPool\n"
        "from crawler.reextract.outlets import Reextract\n"
        "if __name__ == '__main__':\n"
        "    loaded = load(Path(sys.argv[1]), environment={})\n"
        "    with ReadingPool(1, 512) as pool:\n"
        "        task = Reextract(loaded, Database(sys.argv[2]), pool)\n"
        "        task.on_progress = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "        task.run((), None)\n"
    )
    words = [sys.executable, "-c", code, str(bench.pilkada.home), bench.archive.database.url]
    assert subprocess.run(words, env=dict(os.environ), check=False, timeout=30).returncode == -signal.SIGKILL
    assert len(list(bench.archive.articles())) == MANY + 3, "each is there all the time"
    assert 0 < again(bench, pool).articles < MANY
    assert held(bench) == before
    bench.assert_sound(MANY + 3)


def test_outlets_that_cannot_be_read(
    bench: Bench, pool: ReadingPool, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    command = ["--home", str(bench.pilkada.home), "reextract"]
    grow_old(bench, "title like 'Berita 1%'")
    with outlet_lock(bench.loaded.home.locks, SLUG):
        assert main(command) == 4
        assert f"{SLUG}: left, since another process" in capsys.readouterr().err
        assert main([*command, "--dry-run", "--format", "csv"]) == 0, "a rehearsal holds nothing up"
    assert "title,3" in capsys.readouterr().out.splitlines()
    assert main([*command, "--outlet", "lain"]) == 2
    assert "there is no outlet lain" in capsys.readouterr().err
    settings = bench.pilkada.home / "pilkada.toml"
    settings.write_text(settings.read_text("utf-8").replace(f"[outlets.{SLUG}]", "[outlets.baru]"), "utf-8")
    bench.loaded = load(bench.pilkada.home, environment={})
    assert Reextract(bench.loaded, bench.archive.database, pool).run((), None).undeclared == [SLUG]
    with pytest.raises(SettingsError, match="no settings declare"):
        Reextract(bench.loaded, bench.archive.database, pool).run([SLUG], None)
