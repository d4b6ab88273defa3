from typing import Any

import pytest
from sqlalchemy import delete, text, update

from archive import frontier, rechecks, runs
from archive.health import findings
from archive.looks import Rule
from archive.models import Disposition, Due, Run, Visit
from archive.records import Entry, Outcome, Purpose, RunStatus
from archive.stories import Article
from crawler.cli import main


@pytest.fixture
def worked(bench: Any) -> Any:
    desk = bench.begin()
    desk.store("/a/", "A", "satu")
    desk.sight("/sisa/")
    with bench.database.write() as connection:
        runs.finish(connection, desk.ticket, status=RunStatus.PARTIAL, detail="", extra={}, now=bench.now())
    return bench


def test_a_sound_archive_has_no_findings(worked: Any) -> None:
    assert findings(worked.database) == []
    worked.begin().store("/sisa/", "B", "dua")
    assert findings(worked.database) == []


def test_a_look_that_showed_the_text_that_is_held_needs_no_capture(worked: Any) -> None:
    ticket = worked.begin().ticket
    with worked.database.write() as connection:
        (held,) = rechecks.newest_live(connection, ticket, 0, 9)
        rechecks.seen(connection, ticket, held, Rule(), at=worked.now(), url=held.url, status=304)
    assert findings(worked.database) == []


def lose_an_address(connection: Any) -> None:
    connection.execute(delete(Due))


def reject_without_reason(connection: Any) -> None:
    connection.execute(update(Disposition).values(outcome=Outcome.REJECTED))


def miscount(connection: Any) -> None:
    connection.execute(update(Run).values(counts={"discovered": 2, "new": 1, "rejected": {}}))


def lose_a_reading(connection: Any) -> None:
    connection.execute(update(Article).values(reading_id=None))


def lose_a_capture(connection: Any) -> None:
    connection.execute(update(Visit).values(capture_id=None))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lose_an_address, ["run 1: 1 addresses have no outcome, no visit and are not due"]),
        (reject_without_reason, ["run 1: 2 rejections have no reason"]),
        (miscount, ["run 1: its counts do not add up"]),
        (lose_a_reading, ["1 articles have no reading: run `pilkada db rebuild`"]),
        (lose_a_capture, ["1 visits count as read but have no capture"]),
    ],
    ids=lambda harm: harm.__name__ if callable(harm) else "",
)
def test_what_is_wrong_is_found(worked: Any, harm: Any, said: list[str]) -> None:
    with worked.database.write() as connection:
        harm(connection)
    assert findings(worked.database) == said


def test_an_address_that_was_visited_later_is_not_lost(worked: Any) -> None:
    desk = worked.begin()
    desk.store("/sisa/", "B", "dua")
    with worked.database.write() as connection:
        frontier.done(connection, 2, Purpose.ARTICLE)
    assert findings(worked.database) == []


@pytest.mark.parametrize("status", [RunStatus.OK, RunStatus.FAILED])
def test_an_address_that_was_visited_earlier_and_is_lost_now_is_found(worked: Any, status: RunStatus) -> None:
    desk = worked.begin()
    again = desk.sight("/a/", modified="kemarin")
    with worked.database.write() as connection:
        runs.finish(connection, desk.ticket, status=status, detail="", extra={}, now=worked.now())
        assert findings(worked.database) == []
        frontier.done(connection, again, Purpose.ARTICLE)
    assert findings(worked.database) == ["run 2: 1 addresses have no outcome, no visit and are not due"]
    worked.begin()
    desk = worked.begin()
    with worked.database.write() as connection:
        frontier.enter(connection, desk.ticket, again, Entry.CARRIED)
        frontier.dispose(connection, desk.ticket, again, Outcome.UNCHANGED)
    assert findings(worked.database) == [], "a later run told what became of it"


@pytest.mark.usefixtures("root_logger")
def test_the_command_exits_with_5_on_a_finding(worked: Any, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--home", str(worked.home.root), "db", "check", "--format", "jsonl"]
    assert main(arguments) == 0
    with worked.database.write() as connection:
        connection.execute(text("UPDATE article SET reading_id = NULL"))
    capsys.readouterr()
    assert main(arguments) == 5
    assert capsys.readouterr().out == '{"finding":"1 articles have no reading: run `pilkada db rebuild`"}\n'
