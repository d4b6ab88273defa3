"""What is covered of an outlet's days: told from facts, and never a day without news for a day without us."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from archive import coverage, frontier, missing, runs, totals, uncovered, visits
from archive.coverage import Day, Verdict
from archive.downtime import CrawlRun, outages
from archive.frontier import Sight
from archive.gaps import gaps
from archive.models import Address, Run
from archive.records import Filters, Outcome, Purpose, Reason, RunStatus, VisitState
from archive.series import Per
from archive.statistics import By
from archive.work import Work

ON_BOTH_DATABASES = True
FIRST = date(2025, 4, 14)
"""A Monday; the re-votes of 2025 were held that week."""
ZONE = ZoneInfo("Asia/Makassar")


def at(day: int, hour: float = 12) -> datetime:
    return datetime(2025, 4, 14, tzinfo=ZONE) + timedelta(days=day, hours=hour)


def new(room: Any) -> str:
    room.number += 1
    return f"kabar-{room.number}"


def crawl(
    room: Any,
    slug: str,
    when: datetime,
    status: RunStatus = RunStatus.OK,
    *,
    stories: tuple[tuple[str, date | None], ...] = (),
    **extra: object,
) -> Any:
    """One crawl that stores stories, each with its day, and ends."""
    room.clock = when.astimezone(UTC)
    desk = room.begin(slug)
    for path, day in stories:
        desk.store(path, f"Berita {path}", f"Isi {slug} {path}.", published_date=day)
    desk.captures.close()
    listed = {"listed": status is RunStatus.OK} | extra
    with room.database.write() as connection:
        runs.finish(connection, desk.ticket, status=status, detail="sebab", extra=listed, now=room.now())
    return desk


def crawl_of(room: Any, slug: str, when: datetime, **days: str) -> None:
    """One backfill of the daemon's that read all lists."""
    desk = crawl(room, slug, when, listed=True, **days)
    with room.database.write() as connection:
        connection.execute(update(Run).where(Run.id == desk.ticket.run_id).values(kind=Work.BACKFILL.run_kind))


def lacking(room: Any, desk: Any, path: str, said: str | None, reason: Reason | None, **look: Any) -> None:
    """A story that a source told of and that is not held."""
    told = Sight(canonical=path, raw=f"http://x.test{path}", source="listing", published=said)
    with room.database.write() as connection:
        seen = frontier.sight(connection, desk.ticket, told, rules_version=1, priority=1, now=room.now())
        if reason is not None:
            looked = {"state": VisitState.FAILED, "status": None} | look
            visits.add(
                connection,
                desk.ticket,
                address_id=seen.address_id,
                purpose=Purpose.ARTICLE,
                url=told.raw,
                at=room.now(),
                capture_id=None,
                reason=reason,
                **looked,
            )
            if looked["state"] is VisitState.REJECTED:
                frontier.done(connection, seen.address_id, Purpose.ARTICLE)
                outcome = Outcome.REJECTED
                frontier.dispose(connection, desk.ticket, seen.address_id, outcome, reason=reason, detail=None)


def covered(room: Any, slug: str, now: datetime, **days: Any) -> dict[date | None, Day]:
    with room.database.read() as connection:
        return {row.day: row for row in coverage.days(connection, [slug], now=now.astimezone(UTC), **days)}


def verdicts(rows: dict[date | None, Day]) -> list[str | None]:
    return [row.verdict for row in rows.values()]


def test_a_day_without_news_is_told_from_a_day_without_us(room: Any) -> None:
    slug = new(room)
    crawl(room, slug, at(0, 20), stories=(("/a/", FIRST),))
    crawl(room, slug, at(2, 8))
    assert verdicts(covered(room, slug, at(2, 9))) == [Verdict.HELD, Verdict.QUIET, Verdict.OPEN]
    assert verdicts(covered(room, slug, at(5, 9))) == ["held", "quiet", "down", "down", "down", "open"]
    crawl(room, slug, at(5, 10), stories=(("/b/", FIRST + timedelta(days=3)),))
    assert verdicts(covered(room, slug, at(5, 11))) == ["held", "quiet", "quiet", "held", "quiet", "open"], (
        "it caught up"
    )


def test_a_crawl_that_was_cut_short_or_confined_covers_no_day_but_its_own(room: Any) -> None:
    slug = new(room)
    crawl(room, slug, at(0, 8))
    crawl(room, slug, at(3, 8), RunStatus.PARTIAL, listed=False)
    assert verdicts(covered(room, slug, at(3, 9))) == ["down", "down", "down", "open"]
    crawl(room, slug, at(3, 10), since="2025-04-15", until="2025-04-15")
    assert verdicts(covered(room, slug, at(3, 11))) == ["down", "quiet", "down", "open"]


def test_what_was_never_listed_is_unseen_an_import_covers_nothing(room: Any) -> None:
    slug = new(room)
    crawl(room, slug, at(0, 8), RunStatus.PARTIAL, listed=False, stories=(("/a/", FIRST - timedelta(days=2)),))
    assert verdicts(covered(room, slug, at(0, 9))) == ["unseen", "unseen", "open"]


@pytest.mark.parametrize(
    ("reason", "look", "counts"),
    [
        (Reason.NETWORK, {}, {"failed": 1}),
        (Reason.HTTP, {"status": 503}, {"failed": 1}),
        (Reason.HTTP, {"status": 403}, {"blocked": 1}),
        (Reason.ROBOTS, {"state": VisitState.REJECTED}, {"blocked": 1}),
        (Reason.CHALLENGE, {"state": VisitState.REJECTED, "status": 200}, {"blocked": 1}),
        (Reason.UNREADABLE, {"state": VisitState.REJECTED, "status": 200}, {"unreadable": 1}),
        (None, {}, {"waiting": 1}),
    ],
)
def test_a_story_that_is_known_and_not_held_makes_its_day_short(
    room: Any, reason: Reason | None, look: dict[str, Any], counts: dict[str, int]
) -> None:
    slug = new(room)
    room.clock = at(0, 8).astimezone(UTC)
    desk = room.begin(slug)
    lacking(room, desk, "/hilang/", "2025-04-14T22:30:00+08:00", reason, **look)
    crawl(room, slug, at(1, 8), stories=(("/ada/", FIRST),))
    day = covered(room, slug, at(1, 9))[FIRST]
    assert (day.verdict, day.held, day.missing, day.known) == (Verdict.LACKING, 1, 1, 2)
    assert day.example == "/hilang/"
    assert {
        name: number for name in ("failed", "blocked", "unreadable", "waiting") if (number := getattr(day, name))
    } == counts


@pytest.mark.parametrize("reason", [Reason.NOT_FOUND, Reason.LISTING, Reason.TAKEN_DOWN, Reason.PASSWORD])
def test_what_is_no_article_or_is_gone_is_not_missing(room: Any, reason: Reason) -> None:
    slug = new(room)
    room.clock = at(0, 8).astimezone(UTC)
    desk = room.begin(slug)
    lacking(room, desk, "/daftar/", "2025-04-14", reason, state=VisitState.REJECTED)
    crawl(room, slug, at(1, 8))
    assert covered(room, slug, at(1, 9))[FIRST].verdict is Verdict.QUIET


def test_days_are_the_outlets_and_what_has_none_stands_apart(room: Any) -> None:
    slug = new(room)
    room.clock = at(0, 8).astimezone(UTC)
    desk = room.begin(slug)
    for path, said in (
        ("/malam/", "2025-04-14T22:30:00+08:00"),
        ("/utc/", "2025-04-14T16:30:00+00:00"),
        ("/hari/", "2025-04-15"),
        ("/entah/", None),
        ("/rusak/", "kemarin"),
    ):
        lacking(room, desk, path, said, Reason.NETWORK)
    crawl(room, slug, at(2, 8), stories=(("/tanpa/", None),))
    rows = covered(room, slug, at(2, 9))
    assert [(day and str(day), row.held, row.missing) for day, row in rows.items()] == [
        ("2025-04-14", 0, 1),
        ("2025-04-15", 0, 2),
        ("2025-04-16", 0, 0),
        (None, 1, 2),
    ]
    assert (rows[None].verdict, rows[None].basis) == (Verdict.LACKING, "unknown")
    assert [(gap.days, gap.missing) for gap in gaps(rows.values())] == [(2, 3), (0, 2)]
    assert list(covered(room, slug, at(2, 9), since=date(2025, 4, 15), until=date(2025, 4, 15))) == [
        date(2025, 4, 15),
        None,
    ]


def count(room: Any, desk: Any, total: int, first: int, last: int) -> None:
    with room.database.write() as connection:
        totals.note(
            connection,
            desk.ticket,
            "rest",
            total,
            since=at(first, 0),
            until=at(last + 1, 0),
            now=room.now(),
        )


def test_a_count_of_the_site_makes_a_day_complete_or_short(room: Any) -> None:
    slug = new(room)
    crawl(room, slug, at(0, 8))
    room.clock = at(3, 8).astimezone(UTC)
    desk = room.begin(slug)
    for number in range(2):
        told = Sight(
            canonical=f"/{number}/", raw=f"http://x.test/{number}/", source="rest", published="2025-04-15T01:00:00"
        )
        with room.database.write() as connection:
            frontier.sight(connection, desk.ticket, told, rules_version=1, priority=1, now=room.now())
        desk.store(f"/{number}/", f"Judul {number}", f"Isi {slug} {number}.", published_date=date(2025, 4, 15))
    count(room, desk, 2, 1, 1)
    count(room, desk, 3, 2, 2)
    crawl(room, slug, at(3, 9))
    rows = covered(room, slug, at(3, 10))
    assert verdicts(rows) == ["quiet", "complete", "lacking", "open"]
    assert rows[date(2025, 4, 16)].uncounted == rows[date(2025, 4, 16)].missing == 3
    assert [gap.cause for gap in gaps(rows.values())] == ["the site counts more stories than it names"]
    count(room, desk, 9, 0, 2)
    assert covered(room, slug, at(3, 10))[None].uncounted == 7, "of which of the days nobody knows"


def test_a_thin_day_is_told_by_eight_weeks_of_its_own_and_never_without(room: Any) -> None:
    slug = new(room)
    weeks = [FIRST + timedelta(days=7 * number) for number in range(10)]
    stories = [(f"/{day}/{number}/", day) for day in weeks[:9] for number in range(6)] + [("/satu/", weeks[9])]
    crawl(room, slug, at(7 * 9 + 1, 8), stories=tuple(stories))
    rows = covered(room, slug, at(7 * 9 + 1, 9))
    assert rows[weeks[9]].verdict is Verdict.THIN
    assert rows[weeks[8]].verdict is Verdict.HELD
    assert rows[weeks[9] - timedelta(days=1)].verdict is Verdict.QUIET, "Sundays have nothing"


def test_gaps_of_one_cause_are_one_and_name_what_helps(room: Any) -> None:
    slug = new(room)
    for hour in range(9):
        crawl(room, slug, at(0, 8 + hour))
    crawl(room, slug, at(1, 8), RunStatus.FAILED, trouble="down")
    crawl(room, slug, at(2, 8), RunStatus.FAILED, trouble="down")
    rows = covered(room, slug, at(3, 12))
    (gap,) = gaps(rows.values())
    assert (gap.first, gap.last, gap.days, gap.verdict) == (FIRST, date(2025, 4, 16), 3, Verdict.DOWN)
    assert (gap.cause, gap.command) == ("the site was down", f"pilkada crawl {slug}")
    assert [row.hours_down for row in rows.values()] == [0.0, 16.0, 24.0, 12.0]


def test_what_is_missing_can_be_made_due_at_once(room: Any) -> None:
    slug = new(room)
    room.clock = at(0, 8).astimezone(UTC)
    desk = room.begin(slug)
    for path, said in (("/senin/", "2025-04-14"), ("/selasa/", "2025-04-15")):
        lacking(room, desk, path, said, Reason.NETWORK)
    later = (at(9) - timedelta(days=1)).astimezone(UTC)
    with room.database.write() as connection:
        for due in frontier.take_due(connection, desk.ticket, limit=9, now=room.now()):
            frontier.postpone(connection, due, now=later)
        assert missing.hasten(connection, slug, FIRST, FIRST, room.now()) == 1
        taken = frontier.take_due(connection, desk.ticket, limit=9, now=room.now())
        assert [due.canonical for due in taken] == ["/senin/"]
        assert missing.hasten(connection, "tidak-ada", FIRST, FIRST, room.now()) == 0


def test_no_key_of_an_article_is_looked_for_among_all(room: Any) -> None:
    statement = select(Address.id).where(Address.outlet_id == 1, ~missing.held_at(1))
    with room.database.read() as connection:
        if connection.dialect.name != "sqlite":
            pytest.skip("the plan is SQLite's")
        text = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
    keys = [row.detail for row in plan if "article_key" in row.detail]
    assert len(keys) == 2
    assert all(line.startswith("SEARCH") and "value=?" in line for line in keys), plan


# ---- hours without a crawl ----


def made(
    hours: list[float], *, failed: tuple[float, ...] = (), missed: dict[float, float] | None = None
) -> list[CrawlRun]:
    """Crawls at some hours, in order of time."""
    missed = missed or {}
    return [
        CrawlRun(
            cause="missed" if hour in missed else "schedule",
            planned_at=at(0, missed.get(hour, hour)),
            started_at=at(0, hour),
            finished_at=at(0, hour),
            status=RunStatus.FAILED if hour in failed else RunStatus.OK,
            detail="",
            trouble=None,
            listed=True,
            since=None,
            until=None,
        )
        for hour in sorted([*hours, *failed])
    ]


HOURLY = [float(hour) for hour in range(30)]
BY_DAY = [float(24 * day + hour) for day in range(4) for hour in range(6, 23)]


@pytest.mark.parametrize(
    ("runs", "now", "wanted"),
    [
        pytest.param([], 50, [], id="never crawled"),
        pytest.param(made([0.0]), 50, [], id="one crawl says nothing of the next"),
        pytest.param(made(HOURLY), 31, [], id="as usual"),
        pytest.param(made(HOURLY), 35, [(30, 35)], id="longer than three usual spaces"),
        pytest.param(made(HOURLY[:20]), 30, [], id="not watched for a day"),
        pytest.param(made([*HOURLY, 40.0]), 40.5, [(30, 40)], id="over"),
        pytest.param(made([0.0, 9.0], failed=(2.0, 5.0)), 10, [(2, 9)], id="failed until it succeeded"),
        pytest.param(made([0.0], failed=(2.0,)), 10, [(2, 10)], id="failed and goes on"),
        pytest.param(made([0.0, 30.0], missed={30.0: 3.0}), 31, [(3, 30)], id="made up for what was missed"),
        pytest.param(made(BY_DAY), 24 * 4 + 5, [], id="rests at night"),
        pytest.param(made(BY_DAY), 24 * 4 + 12, [(24 * 3 + 23, 24 * 4 + 12)], id="did not wake"),
        pytest.param(made(BY_DAY[:-12]), 24 * 4, [(24 * 3 + 11, 24 * 4)], id="fell asleep early"),
    ],
)
def test_hours_without_a_crawl_are_told_by_the_runs_alone(
    runs: list[CrawlRun], now: float, wanted: list[tuple[float, float]]
) -> None:
    found = outages(runs, at(0, now))
    assert [(one.start, one.end) for one in found] == [(at(0, start), at(0, end)) for start, end in wanted]


# ---- what counts cannot speak for ----


def test_a_period_of_which_nothing_is_known_is_told_from_one_without_articles(room: Any) -> None:
    slug = new(room)
    crawl(room, slug, at(0, 8), stories=(("/a/", FIRST - timedelta(days=8)),))
    crawl(room, slug, at(1, 8), RunStatus.FAILED, listed=False, trouble="down")
    filters = Filters(outlets=(slug,), before=FIRST + timedelta(days=1))
    days = room.archive.covered(filters, at(3, 8).astimezone(UTC))
    rows = uncovered.counted(room.archive.statistics(filters, By.WEEK), By.WEEK, days)
    assert [(row["week"], row["articles"], row["uncovered"]) for row in rows] == [
        ("2025-W14", 1, 0),
        ("2025-W16", 0, 2),
    ]
    assert uncovered.spans(days) == ((FIRST, FIRST + timedelta(days=1)),)
    assert uncovered.within(uncovered.spans(days), Per.DAY, [FIRST + timedelta(days=1)]) == (
        (FIRST + timedelta(days=1),) * 2,
    )
    (note,) = uncovered.notes(days, filters)
    assert note == f"Hatched: days of which nothing is known, since no crawl has succeeded after them ({slug} 2)."
    assert room.archive.covered(Filters(outlets=(slug,), after=date(2026, 1, 1)), room.now()) == []


def test_a_backfill_by_the_daemon_has_looked_at_its_days_and_is_no_crawl(room: Any) -> None:
    """Else the daemon asked for the same days every day and they were down for ever."""
    slug = new(room)
    crawl(room, slug, at(0), stories=(("/a", FIRST),))
    crawl(room, slug, at(1), RunStatus.FAILED)
    crawl_of(room, slug, at(2), since="2025-04-14", until="2025-04-14")
    with room.database.read() as connection:
        first, second = coverage.days(connection, [slug], now=at(2, 13))[:2]
    assert first.verdict is Verdict.HELD
    assert second.verdict is Verdict.DOWN
    assert second.hours_down > 0


def test_a_programs_zero_time_is_no_day(room: Any) -> None:
    """Else the days from the year 1 on were asked for, all 700,000, and ended in an overflow."""
    slug = new(room)
    desk = crawl(room, slug, at(0), stories=(("/a", FIRST),))
    lacking(room, desk, "/nol", "0001-01-01T00:00:00+00:00", None)
    with room.database.read() as connection:
        found = coverage.days(connection, [slug], now=at(1))
    assert [row.day for row in found] == [FIRST, FIRST + timedelta(days=1), None]
