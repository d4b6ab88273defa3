from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from archive import frontier, runs
from archive.errors import SupersededError
from archive.models import Due, Outlet, OutletDeclaration, Run
from archive.records import Outcome, Purpose, Reason, RunStatus

ON_BOTH_DATABASES = True


def finish(desk: Any, *, status: RunStatus = RunStatus.OK) -> runs.Counts:
    with desk.bench.database.write() as connection:
        return runs.finish(
            connection, desk.ticket, status=status, detail="", extra={"requests": 3}, now=desk.bench.now()
        )


def get(bench: Any, run_id: int) -> Any:
    with bench.database.read() as connection:
        return runs.get(connection, run_id)


def dispose(desk: Any, address_id: int, outcome: Outcome, reason: Reason | None = None) -> None:
    with desk.bench.database.write() as connection:
        frontier.done(connection, address_id, Purpose.ARTICLE)
        frontier.dispose(connection, desk.ticket, address_id, outcome, reason=reason)


def fail(desk: Any, address_id: int) -> None:
    with desk.bench.database.write() as connection:
        due = frontier.DueAddress(address_id=address_id, purpose=Purpose.ARTICLE, canonical="", url="", tries=0)
        frontier.postpone(connection, due, now=desk.bench.now())
        frontier.dispose(connection, desk.ticket, address_id, Outcome.FAILED, reason=Reason.HTTP)


def test_a_run_of_every_outcome_adds_up(bench: Any) -> None:
    first = bench.begin()
    first.store("/lama/", "Lama", "satu")
    first.store("/tetap/", "Tetap", "dua")
    left = first.sight("/sisa/")
    assert finish(first) == runs.Counts(discovered=3, new=2, left=1)
    bench.pass_time(hours=1)
    desk = bench.begin()
    for path in ("/lama/", "/tetap/"):
        desk.sight(path, modified="kemarin")
    desk.store("/lama/", "Lama", "satu lagi")
    desk.store("/tetap/", "Tetap", "dua")
    desk.store("/baru/", "Baru", "tiga")
    desk.store("/salinan/", "Baru", "tiga")
    for path, reason in (("/tag/", Reason.LISTING), ("/tag2/", Reason.LISTING), ("/hilang/", Reason.NOT_FOUND)):
        dispose(desk, desk.sight(path), Outcome.REJECTED, reason)
    fail(desk, desk.sight("/rusak/"))
    desk.sight("/nanti/")
    summed = finish(desk)
    assert summed == runs.Counts(
        discovered=7,
        carried=3,
        new=1,
        revised=1,
        unchanged=2,
        rejected={"listing": 2, "not_found": 1},
        failed=1,
        left=2,
    )
    assert summed.reconciles
    row = get(bench, desk.ticket.run_id)
    assert row.status is RunStatus.OK
    assert row.counts["rejected"] == {"listing": 2, "not_found": 1}
    assert row.counts["requests"] == 3
    assert left


def test_an_address_that_is_neither_ended_nor_due_makes_the_run_failed(bench: Any) -> None:
    desk = bench.begin()
    desk.store("/a/", "A", "satu")
    lost = desk.sight("/b/")
    with bench.database.write() as connection:
        connection.execute(delete(Due).where(Due.address_id == lost))
    summed = finish(desk)
    assert not summed.reconciles
    row = get(bench, desk.ticket.run_id)
    assert row.status is RunStatus.FAILED
    assert row.detail.startswith("the run's sums do not hold")


def test_what_an_earlier_run_left_is_carried_into_the_next(bench: Any) -> None:
    first = bench.begin()
    left, failed = first.sight("/sisa/"), first.sight("/rusak/")
    fail(first, failed)
    finish(first)
    soon = bench.begin()
    assert finish(soon) == runs.Counts(carried=1, left=1)
    bench.pass_time(minutes=15)
    later = bench.begin()
    assert finish(later) == runs.Counts(carried=2, left=2)
    assert left


@pytest.mark.parametrize(
    ("first", "then", "stands"),
    [
        (Outcome.NEW, Outcome.UNCHANGED, Outcome.NEW),
        (Outcome.NEW, Outcome.REVISED, Outcome.NEW),
        (Outcome.UNCHANGED, Outcome.REVISED, Outcome.REVISED),
        (Outcome.FAILED, Outcome.NEW, Outcome.NEW),
        (Outcome.REJECTED, Outcome.NEW, Outcome.NEW),
        (Outcome.FAILED, Outcome.REJECTED, Outcome.FAILED),
        (Outcome.UNCHANGED, Outcome.FAILED, Outcome.UNCHANGED),
    ],
    ids=str,
)
def test_the_first_outcome_stands_unless_a_text_was_found(
    bench: Any, first: Outcome, then: Outcome, stands: Outcome
) -> None:
    desk = bench.begin()
    address_id = desk.sight("/a/")
    for outcome in (first, then):
        dispose(desk, address_id, outcome, Reason.HTTP if outcome in (Outcome.FAILED, Outcome.REJECTED) else None)
    summed = finish(desk)
    assert summed.reconciles
    ended = {"rejected": sum(summed.rejected.values())} | {
        name: getattr(summed, name) for name in ("new", "revised", "unchanged", "failed")
    }
    assert ended == {name: int(name == stands.value) for name in ended}


def test_each_run_of_an_outlet_has_a_higher_fence(bench: Any) -> None:
    fences = [bench.begin().ticket.fence for _ in range(3)]
    assert fences == [1, 2, 3]
    assert bench.begin("suara").ticket.fence == 1


def test_a_superseded_run_is_refused_on_every_write(bench: Any) -> None:
    old = bench.begin()
    address_id, capture_id = old.sight("/a/"), old.keep("/a/")
    bench.begin("suara")
    old.sight("/b/")
    new = bench.begin()
    from archive.records import Reading

    reading = Reading(title="A", body=("satu",), extractor="test 1")
    for forbidden in (
        lambda: old.sight("/c/"),
        lambda: old.keep("/c/"),
        lambda: old.save(address_id, "/a/", capture_id, reading),
        old.captures.repair,
    ):
        with pytest.raises(SupersededError, match="another crawl of this outlet has taken over"):
            forbidden()
    new.store("/a/", "A", "satu")


def test_a_dead_run_is_closed_by_the_next(bench: Any) -> None:
    dead, other = bench.begin(), bench.begin("suara")
    bench.pass_time(hours=1)
    bench.begin()
    row = get(bench, dead.ticket.run_id)
    assert (row.status, row.finished_at) == (RunStatus.FAILED, bench.now())
    assert "ended without a word" in row.detail
    assert get(bench, other.ticket.run_id).status is RunStatus.RUNNING


def test_a_dead_run_has_its_counts_and_one_that_lost_an_address_says_so(bench: Any) -> None:
    whole, harmed = bench.begin(), bench.begin("suara")
    whole.store("/a/", "A", "satu")
    for desk in (whole, harmed):
        lost = desk.sight("/b/")
    with bench.database.write() as connection:
        connection.execute(delete(Due).where(Due.address_id == lost))
    for slug in ("kabar", "suara"):
        bench.begin(slug)
    row = get(bench, whole.ticket.run_id)
    assert (row.counts["discovered"], row.counts["new"], row.counts["left"], row.detail) == (2, 1, 1, runs.DEAD)
    detail = get(bench, harmed.ticket.run_id).detail
    assert detail.startswith(f"{runs.DEAD}; {runs.BROKEN}: Counts(discovered=1,")


def test_how_a_process_ended_is_noted_beside_its_run(bench: Any) -> None:
    desk = bench.begin()
    finish(desk)
    with bench.database.write() as connection:
        runs.note_ending(connection, desk.ticket.run_id, exit_status=-9, memory_mb=210)
    row = get(bench, desk.ticket.run_id)
    assert (row.status, row.exit_status, row.memory_mb) == (RunStatus.OK, -9, 210)


def test_a_closed_run_is_not_closed_again(bench: Any) -> None:
    desk = bench.begin()
    bench.begin()
    finish(desk)
    assert get(bench, desk.ticket.run_id).status is RunStatus.FAILED
    other = bench.begin("suara")
    finish(other, status=RunStatus.PARTIAL)
    with bench.database.write() as connection:
        runs.close_dead(connection, other.ticket.run_id, detail="killed", now=bench.now())
    assert get(bench, other.ticket.run_id).status is RunStatus.PARTIAL


def test_a_run_whose_process_was_killed_is_closed_with_what_it_did(bench: Any) -> None:
    desk = bench.begin()
    desk.store("/a/", "A", "satu")
    desk.sight("/b/")
    with bench.database.write() as connection:
        done = {"requests": 7, "bytes": 90}
        runs.close_dead(connection, desk.ticket.run_id, detail="killed by signal 9", extra=done, now=bench.now())
    row = get(bench, desk.ticket.run_id)
    assert (row.status, row.detail) == (RunStatus.FAILED, "killed by signal 9")
    assert (row.counts["discovered"], row.counts["new"], row.counts["left"]) == (2, 1, 1)
    assert (row.counts["requests"], row.counts["bytes"]) == (7, 90)


def test_a_run_that_was_not_taken_is_written_down(bench: Any) -> None:
    desk = bench.begin()
    planned = bench.now() - timedelta(minutes=1)
    with bench.database.write() as connection:
        run_id = runs.note_held(
            connection,
            desk.ticket.outlet_id,
            kind="crawl",
            cause="schedule",
            planned_at=planned,
            detail="held by 7",
            now=bench.now(),
        )
        desk.ticket.check(connection)
    row = get(bench, run_id)
    assert (row.status, row.planned_at, row.finished_at) == (RunStatus.HELD, planned, bench.now())
    assert get(bench, desk.ticket.run_id).status is RunStatus.RUNNING


def test_newest_runs_come_first_and_last_success_counts_partial_ones(bench: Any) -> None:
    ids = []
    for slug, status in (
        ("kabar", RunStatus.OK), ("suara", RunStatus.OK), ("kabar", RunStatus.PARTIAL), ("kabar", RunStatus.BLOCKED)
    ):  # fmt: skip
        desk = bench.begin(slug)
        bench.pass_time(hours=1)
        finish(desk, status=status)
        ids.append(desk.ticket.run_id)
    with bench.database.read() as connection:
        assert [row.run_id for row in runs.newest(connection)] == ids[::-1]
        assert [row.run_id for row in runs.newest(connection, outlets=["kabar"], limit=2)] == [ids[3], ids[2]]
        assert runs.last_success(connection, "kabar") == bench.now() - timedelta(hours=1)
        assert runs.last_success(connection, "none") is None
        assert runs.outlet_slugs(connection) == ["kabar", "suara"]
        assert runs.get(connection, 999) is None


def test_a_declaration_is_noted_when_it_changes(bench: Any) -> None:
    for name in ("Kabar", "Kabar", "Kabar Kita", "Kabar"):
        bench.begin(name=name)
    with bench.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(Outlet)).scalar_one() == 1
        declared = connection.execute(select(OutletDeclaration.declared).order_by(OutletDeclaration.id)).scalars()
        assert [one["name"] for one in declared] == ["Kabar", "Kabar Kita", "Kabar"]


def test_evidence_pages_that_are_due_are_counted(bench: Any) -> None:
    desk = bench.begin()
    saved = desk.sight("/a/")
    with bench.database.write() as connection:
        frontier.make_due(connection, desk.ticket, saved, Purpose.EVIDENCE, priority=0, now=bench.now())
        assert runs.evidence_left(connection, desk.ticket.outlet_id, bench.now()) == 1
        connection.execute(update(Due).values(next_at=bench.now() + timedelta(hours=1)))
        assert runs.evidence_left(connection, desk.ticket.outlet_id, bench.now()) == 0
        assert connection.execute(select(func.count()).select_from(Run)).scalar_one() == 1
