"""What is known by which health is judged, from an archive that real parts filled."""

from datetime import date, timedelta
from typing import Any

import pytest

from archive import frontier, healthchanges, runs, signs, visits
from archive.records import Health, Outcome, Purpose, Reason, RunStatus, VisitState
from archive.troubles import Trouble

ON_BOTH_DATABASES = True
TOLD = {"told": {"rest": 9}}


def end(room: Any, desk: Any, status: RunStatus = RunStatus.OK, **extra: object) -> None:
    desk.captures.close()
    with room.database.write() as connection:
        runs.finish(
            connection, desk.ticket, status=status, detail="why", extra=extra or TOLD, now=room.pass_time(minutes=1)
        )


def outlet(room: Any) -> str:
    room.number += 1
    return f"kabar-{room.number}"


def looked(room: Any, slug: str) -> signs.Signs:
    with room.database.read() as connection:
        found = signs.of(connection, slug, room.now())
    assert found is not None
    return found


def test_an_outlet_never_crawled_has_no_signs(room: Any) -> None:
    with room.database.read() as connection:
        assert signs.of(connection, "tidak-ada", room.now()) is None


def test_runs_say_whose_doing_their_trouble_was(room: Any) -> None:
    slug = outlet(room)
    end(room, room.begin(slug))
    end(room, room.begin(slug), RunStatus.FAILED, trouble="down", trouble_at="http://kabar.test/")
    end(room, room.begin(slug), RunStatus.FAILED)
    end(room, room.begin(slug), RunStatus.BLOCKED, trouble="of a later version")
    room.begin(slug)  # it runs
    found = looked(room, slug).runs
    assert [run.trouble for run in found] == [Trouble.OURS, Trouble.OURS, Trouble.DOWN, None]
    assert (found[2].url, found[3].told) == ("http://kabar.test/", {"rest": 9})
    room.begin(slug).captures.close()


def test_the_newest_run_is_the_last_one_whatever_the_clock_said(room: Any) -> None:
    slug = outlet(room)
    room.pass_time(hours=24)
    end(room, room.begin(slug), RunStatus.FAILED, trouble="down")
    room.pass_time(hours=-23)
    end(room, room.begin(slug))
    room.pass_time(hours=23)
    assert [run.trouble for run in looked(room, slug).runs] == [None, Trouble.DOWN]


def test_stories_say_who_told_of_them_and_what_was_read(room: Any) -> None:
    slug = outlet(room)
    first = room.begin(slug)
    first.store("/lama/", "Lama", published_date=date(2020, 1, 1))
    end(room, first)
    room.pass_time(hours=1)
    desk = room.begin(slug)
    desk.store(
        "/baru/", "Baru", "kata " * 50, published_date=room.now().date(), published_at=room.now() - timedelta(hours=1),
        authors=("Rina",), flags=("mojibake",),
    )  # fmt: skip
    missed = desk.sight("/hilang/", source="feed")
    with room.database.write() as connection:
        visits.add(
            connection, desk.ticket, address_id=missed, purpose=Purpose.ARTICLE, url="http://x.test/hilang/",
            at=room.now(), status=403, capture_id=None, state=VisitState.FAILED, reason=Reason.HTTP,
        )  # fmt: skip
        frontier.dispose(connection, desk.ticket, missed, Outcome.FAILED, reason=Reason.HTTP)
    end(room, desk)
    found = looked(room, slug)
    lost, new, old = found.stories
    assert (lost.read, lost.refused, lost.status, lost.sources, lost.printed) == (
        False, Reason.HTTP, 403, frozenset({"feed"}), None,
    )  # fmt: skip
    assert (new.read, new.backlog, new.sources) == (True, False, frozenset({"rest"}))
    assert new.printed is not None
    assert (new.printed.title, new.printed.words, new.printed.lag, new.printed.author) == ("Baru", 50, 0, True)
    assert (new.printed.age, new.printed.garbled, new.printed.section) == (timedelta(hours=1), True, False)
    assert (old.backlog, old.printed is not None and old.printed.lag) == (
        True,
        (room.now().date() - date(2020, 1, 1)).days,
    )
    assert found.told_at == desk_began(found)
    assert len(found.published) == 1, "what is years old says nothing of how often it publishes"


def desk_began(found: signs.Signs) -> Any:
    return found.runs[0].started_at


def test_what_a_backfill_finds_is_no_news(room: Any) -> None:
    slug = outlet(room)
    end(room, room.begin(slug))
    desk = room.begin(slug)
    desk.store("/dulu/", "Dulu", published_date=date(2024, 1, 1))
    end(room, desk, told={})
    found = looked(room, slug)
    assert [story.backlog for story in found.stories] == [True]
    assert found.told_at is None


def test_changes_are_appended_and_told_once(room: Any) -> None:
    slug, now = outlet(room), room.now()
    end(room, room.begin(slug))
    with room.database.write() as connection:
        for state in (Health.DEAD, Health.OK):
            healthchanges.append(
                connection, slug, state=state, cause="down", detail="", example=None, since=now, now=now
            )
    with room.database.read() as connection:
        assert healthchanges.newest(connection)[slug].state is Health.OK
        waiting = [change for change in healthchanges.untold(connection, now) if change.outlet == slug]
        assert [change.state for change in waiting] == [Health.DEAD, Health.OK]
        assert healthchanges.untold(connection, now + timedelta(seconds=1)) == []
        assert healthchanges.last_told(connection, [slug]) == {}
    with room.database.write() as connection:
        healthchanges.mark_told(connection, [waiting[0].number], now)
        healthchanges.mark_told(connection, [waiting[0].number], now + timedelta(hours=1))
    with room.database.read() as connection:
        assert healthchanges.last_told(connection, [slug])[slug].told_at == now, "what was told stays so"
        assert [change.state for change in healthchanges.untold(connection, now)] == [Health.OK]


@pytest.mark.sqlite_only
def test_signs_of_a_large_outlet_are_found_at_once(room: Any) -> None:
    with room.database.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT 1 FROM disposition JOIN run ON run.id = disposition.run_id WHERE run.outlet_id = 1"
            " AND run.started_at >= '2024-01-01' ORDER BY run.started_at DESC, run.id DESC LIMIT 200"
        ).all()
    assert not any("SCAN" in str(row) for row in plan), plan
