"""Labels: taken in, kept, and told wherever an article is."""

import csv
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from archive import labels, projections
from archive.labels import Coded
from archive.records import Filters, Level
from archive.takedown import take_down
from crawler.cli import main
from tests.archive.test_identity import DEBATE, EDITED

ON_BOTH_DATABASES = True


def code(bench: Any, *rows: tuple[str, str, str, str | None]) -> tuple[int, int, int, int, int]:
    coded = [
        Coded(line=line, uid=uid, coder=coder, code=name, value=value)
        for line, (uid, coder, name, value) in enumerate(rows, 2)
    ]
    done = labels.add(bench.database, coded, source="label.csv", now=bench.now())
    return done.new, done.changed, done.withdrawn, done.unchanged, len(done.unknown)


def labels_of(bench: Any, uid: str) -> list[tuple[str, str, str]]:
    return [(one["coder"], one["code"], one["value"]) for one in bench.archive.get(uid)["labels"]]


def test_what_was_said_last_counts_and_an_empty_value_withdraws(bench: Any) -> None:
    uid = bench.begin().store("/a/", "A", "Kabar satu.").uid
    assert labels_of(bench, uid) == []
    rows = (uid, "Rina", "tema", "uang"), (uid, "Budi", "tema", "uang"), (uid, "Budi", "nada", "-1")
    assert code(bench, *rows) == (3, 0, 0, 0, 0)
    assert code(bench, *rows) == (0, 0, 0, 3, 0)
    assert code(bench, (uid, "Rina", "tema", "logistik"), (uid, "Rina", "tema", "uang")) == (0, 2, 0, 0, 0)
    assert code(bench, (uid, "Budi", "tema", None), (uid, "Budi", "lain", None)) == (0, 0, 1, 1, 0)
    assert labels_of(bench, uid) == [("Budi", "nada", "-1"), ("Rina", "tema", "uang")]
    assert code(bench, ("tidakadaadaadaaa", "Rina", "tema", "uang")) == (0, 0, 0, 0, 1)


def test_every_batch_of_a_large_file_is_stored_and_twice_is_once(bench: Any) -> None:
    desk = bench.begin()
    uids = [desk.store(f"/{number}/", f"Judul {number}", f"Isi {number}.").uid for number in range(3)]
    rows = [(uids[at % 3], "model", f"kode {at // 3}", str(at)) for at in range(2 * labels.BATCH + 7)]
    assert code(bench, *rows) == (len(rows), 0, 0, 0, 0)
    assert code(bench, *rows) == (0, 0, 0, len(rows), 0)
    assert sum(len(labels_of(bench, uid)) for uid in uids) == len(rows) == len(list(bench.archive.labels()))


def test_a_rebuild_keeps_them_and_what_became_one_has_those_of_both(bench: Any) -> None:
    desk = bench.begin()
    older = desk.store("/lama/", *DEBATE).uid
    bench.pass_time(hours=1)
    newer = desk.store("/baru/", *EDITED, wp="7").uid
    code(bench, (older, "Rina", "tema", "debat"), (newer, "Budi", "tema", "kursi"), (newer, "Rina", "nada", "0"))
    desk.store("/lama/", *EDITED, wp="7", landed="/baru/")
    both = [("Budi", "tema", "kursi"), ("Rina", "nada", "0"), ("Rina", "tema", "debat")]
    assert labels_of(bench, older) == labels_of(bench, newer) == both
    assert code(bench, (newer, "Rina", "tema", "jadwal")) == (0, 1, 0, 0, 0), "its name leads to the other one"
    with bench.database.write() as connection:
        before = projections.forget(connection, desk.ticket.outlet_id, bench.now())
    assert desk.store("/lama/", *DEBATE).uid == older
    with bench.database.write() as connection:
        projections.bury(connection, desk.ticket.outlet_id, before, bench.now())
    assert ("Rina", "tema", "debat") in labels_of(bench, older)


def test_what_is_taken_down_has_none_and_they_are_kept(bench: Any) -> None:
    desk = bench.begin()
    uid = desk.store("/a/", "A", "Kabar satu.").uid
    code(bench, (uid, "Rina", "tema", "uang"))
    desk.captures.close()
    take_down(
        bench.archive, uid, reason="salah", level=Level.TEXT, hold=lambda _: nullcontext(), now=bench.now()
    )  # fmt: skip
    assert list(bench.archive.labels()) == []
    assert code(bench, (uid, "Rina", "tema", "lain")) == (0, 0, 0, 0, 1)
    with bench.database.read() as connection:
        assert connection.exec_driver_sql("SELECT value FROM label").scalars().all() == ["uang"]


@pytest.mark.usefixtures("root_logger")
def test_they_come_back_from_a_spreadsheet_and_leave_with_every_export(
    bench: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        status = main(["--home", str(bench.home.root), *words])
        return status, *capsys.readouterr()

    uid = bench.begin().store("/a/", "A", "Kabar satu.").uid
    other = bench.begin("suara").store("/b/", "B", "Kabar dua.").uid
    file = tmp_path / "label.csv"
    assert run("export", "--to", str(tmp_path / "uid.csv"))[0] == 0
    with (tmp_path / "uid.csv").open(encoding="utf-8", newline="") as opened:
        uids = [row["uid"] for row in csv.DictReader(opened)]
    lines = ["uid;coder;code;value", *(f"{name};Rina;nada;-1" for name in uids), "tiadatiadatiadaa;Rina;nada;1"]
    file.write_text("\ufeff" + "\r\n".join(lines), "utf-8", newline="")
    assert run("label", "import", str(file)) == (
        3,
        "FILE       NEW  CHANGED  WITHDRAWN  UNCHANGED  UNKNOWN\nlabel.csv  2    0        0          0          1\n",
        "line 4: tiadatiadatiadaa is no article of this archive\n",
    )
    told = [{"coder": "Rina", "code": "nada", "value": "-1"}]
    said = run("export", "--to", str(tmp_path / "a.jsonl"))[1]
    assert [json.loads(line)["labels"] for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()] == [told] * 2
    assert json.loads(run("search", "kabar", "--format", "json")[1])["hits"][0]["labels"] == told
    assert "labels    nada = -1 (Rina)" in run("show", uid)[1]
    assert [json.loads(line)["uid"] for line in run("label", "list", "--format", "jsonl")[1].splitlines()] == [
        uid,
        other,
    ]
    assert (
        run("label", "list", "--format", "csv", "--outlet", "suara")[1]
        .splitlines()[1]
        .startswith(f"{other},suara,Rina")
    )
    run("label", "import", str(file))
    cursor = said.split()[-1]
    assert run("export", "--since-cursor", cursor, "--to", str(file))[1].startswith("0 articles"), "nothing was new"
    file.write_text(f"uid,coder,code,value\n{uid},Rina,nada,\n", "utf-8")
    answer = json.loads(run("label", "import", str(file), "--format", "json")[1])
    assert (answer[0]["withdrawn"], answer[0]["unknown_uids"]) == (1, [])
    assert run("export", "--since-cursor", cursor, "--to", str(tmp_path / "b.jsonl"))[1].startswith("1 article ")
    file.write_text("uid,coder,kode,value\n", "utf-8")
    assert run("label", "import", str(file)) == (2, "", "pilkada: label.csv: line 1 has no code\n")


def test_lists_take_the_filters(bench: Any) -> None:
    first = bench.begin().store("/a/", "A", "Kabar satu.").uid
    second = bench.begin("suara").store("/b/", "B", "Kabar dua.").uid
    code(bench, (second, "Rina", "tema", "b"), (first, "Rina", "tema", "a"), (first, "Budi", "tema", "a"))
    listed = [(one["uid"], one["coder"], one["value"]) for one in bench.archive.labels()]
    assert listed == [(first, "Budi", "a"), (first, "Rina", "a"), (second, "Rina", "b")]
    assert [one["uid"] for one in bench.archive.labels(Filters(outlets=("suara",)))] == [second]
