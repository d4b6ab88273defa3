from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import healthchanges, runs
from archive.database import Database
from archive.healthchanges import Change
from archive.records import Health, RunStatus
from scheduler.digest import DailyDigest, compose, gathered

NOW = datetime(2024, 11, 27, 23, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ROBOTS = Change(
    number=1,
    outlet="mahakam",
    state=Health.BLOCKED,
    cause="robots",
    detail="robots.txt asks not to fetch http://mahakam.test/category/all, and so it was in each of the crawls since",
    example="http://mahakam.test/robots.txt",
    since=NOW - 2 * DAY,
    at=NOW - 2 * DAY,
    told_at=None,
)
TEXT = """\
The 24 hours before 2024-11-28 07:00 WITA

OUTLET                        STATE        NEW  REVISED  REMOVED  CRAWLS  FAILED
mahakam                       blocked        0        0        0      48      48
paser                         not crawled    0        0        0       0       0
kukar                         ok            12        1        2      48       1
kutim                         paused         0        0        0       0       0

WHAT NEEDS A HAND
mahakam: BLOCKED since 2024-11-26 07:00 WITA (robots)
  robots.txt asks not to fetch http://mahakam.test/category/all, and so it was
  in each of the crawls since
  Example: http://mahakam.test/robots.txt
  $ pilkada outlets check mahakam
  Not crawled at all in this time: paser. Does a scheduler run?
  $ pilkada schedule status

DAYS THAT FALL SHORT
  kukar 2024-11-25: 3 of 9 held, the site was down
"""


def test_a_digest_says_what_came_and_what_needs_a_hand() -> None:
    brought = {
        "kukar": Counter(new=12, revised=1, removed=2, crawls=48, ended_badly=1),
        "mahakam": Counter(crawls=48, ended_badly=48),
    }
    title, text = compose(
        ["kukar", "mahakam", "paser", "kutim"],
        {"mahakam": ROBOTS},
        brought,
        now=NOW,
        span=DAY,
        zone="Asia/Makassar",
        short=["kukar 2024-11-25: 3 of 9 held,\nthe site was down"],
        paused=["kutim"],
    )
    assert title == "Pilkada: 12 new, 1 blocked, 1 not crawled, 1 ok, 1 paused"
    assert text == TEXT
    assert max(map(len, text.splitlines())) <= 80


def test_a_digest_of_an_archive_adds_up_its_runs(database: Database) -> None:
    for at, status, new in (
        (NOW - 2 * DAY, RunStatus.OK, 5),
        (NOW - DAY / 2, RunStatus.OK, 2),
        (NOW, RunStatus.HELD, 0),
    ):
        with database.write() as connection:
            outlet_id = runs.register_outlet(connection, "kukar", {"name": "Kukar"}, at)
            ticket = runs.begin(
                connection, outlet_id, kind="crawl", cause="", planned_at=at, version="", settings_digest="", now=at
            )
            runs.finish(connection, ticket, status=status, detail="", extra={"new": new}, now=at)
            healthchanges.append(
                connection, "kukar", state=Health.OK, cause="", detail="", example=None, since=at, now=at
            )
    title, text = gathered(database, ["kukar"], now=NOW, zone="UTC")
    assert title == "Pilkada: 2 new, 1 ok"
    assert "kukar                         ok             2        0        0       1       0" in text
    assert "HAND" not in text


class Sent:
    """A digest whose clock is set by hand, and what it sent."""

    def __init__(self, note: Path) -> None:
        self.note, self.now = note, NOW
        self.told: list[datetime] = []
        self.taken = [True]
        self.start()

    def start(self) -> None:
        """Begin as a new process does."""
        self.digest = DailyDigest(
            "0 7 * * *",
            zone="Asia/Makassar",
            note=self.note,
            now=lambda: self.now,
            make=lambda: ("title", "text"),
            announce=self.announce,
        )

    def announce(self, _title: str, _text: str) -> Sequence[bool]:
        self.told.append(self.now)
        return self.taken

    def at(self, **later: float) -> list[datetime]:
        self.now = NOW + timedelta(**later)
        self.digest.tick()
        return self.told


def test_a_digest_is_sent_once_a_day_across_restarts(tmp_path: Path) -> None:
    sent = Sent(tmp_path / "locks" / "digest.json")
    assert sent.at(hours=-3) == []
    first = [NOW + timedelta(minutes=1)]
    assert sent.at(minutes=1) == first, "23:00 UTC is seven o'clock"
    assert sent.at(minutes=2) == first
    sent.start()
    assert sent.at(hours=23) == first
    assert len(sent.at(days=6)) == 2, "days that were missed are one digest"
    assert len(sent.at(days=6, hours=1)) == 2
    assert len(sent.at(days=-9)) == 2, "a clock that was set back begins anew"


def test_a_digest_that_nobody_took_is_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    sent = Sent(tmp_path / "digest.json")
    sent.at(hours=-1)
    sent.taken = [False, False]
    assert len(sent.at(minutes=1)) == 1
    assert len(sent.at(minutes=2)) == 1, "not at once"
    assert "not taken by anyone" in caplog.text
    sent.start()
    sent.taken = [True, False]
    assert len(sent.at(minutes=3)) == 2
    assert len(sent.at(minutes=4)) == 2


def test_a_note_that_cannot_be_written_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "locks").write_text("a file")
    assert Sent(tmp_path / "locks" / "digest.json").at(hours=1) == []
    assert "cannot be written" in caplog.text
