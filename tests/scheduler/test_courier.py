import functools
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import healthchanges, runs
from archive.database import Database
from archive.healthchanges import Change
from archive.records import Health
from scheduler import notices
from scheduler.alertsettings import AlertSettings
from scheduler.courier import Courier, settled
from scheduler.lock import ProcessLock
from scheduler.sender import send
from tests.crawler.commandline import until
from tests.scheduler.post import Mailbox, Webhook, deaf

NOW = datetime(2024, 11, 27, 4, 10, tzinfo=UTC)
HERE = Path(__file__).parents[2]
SEND_AND_DIE = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from archive.database import Database
from scheduler.courier import Courier
from scheduler.sender import send
from scheduler.alertsettings import AlertSettings

def send_and_die(*said):
    assert send(*said) == [True]
    os.kill(os.getpid(), signal.SIGKILL)

Courier(
    AlertSettings(to=[sys.argv[2]]), database=lambda: Database(sys.argv[1]), locks=Path(sys.argv[3]), zone="UTC",
    now=lambda: datetime.fromisoformat(sys.argv[4]), send=send_and_die,
).deliver()
"""


@pytest.fixture
def hook() -> Iterator[Webhook]:
    hook = Webhook()
    yield hook
    hook.close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    yield mailbox
    mailbox.close()


def became(
    database: Database,
    state: Health = Health.DEAD,
    *,
    outlet: str = "kukar",
    cause: str = "down",
    detail: str = "the site is down: no answer",
    at: datetime = NOW,
) -> None:
    with database.write() as connection:
        runs.register_outlet(connection, outlet, {"name": outlet}, at)
        healthchanges.append(
            connection,
            outlet,
            state=state,
            cause="" if state is Health.OK else cause,
            detail=detail,
            example=f"http://{outlet}.test/",
            since=at - timedelta(hours=2),
            now=at,
        )


def courier(database: Database, locks: Path, *to: str, now: datetime = NOW, deadline: float = 30) -> Courier:
    return Courier(
        AlertSettings(to=list(to)),
        database=lambda: database,
        locks=locks,
        zone="Asia/Makassar",
        now=lambda: now,
        send=functools.partial(send, deadline=deadline),
    )


def left(database: Database) -> int:
    with database.read() as connection:
        return len(healthchanges.untold(connection, NOW - timedelta(days=9)))


def test_a_change_reaches_mail_and_webhook_once(
    database: Database, tmp_path: Path, hook: Webhook, mailbox: Mailbox
) -> None:
    became(database, detail="the site is down:\n\x1b[2J <b>tidak</b> menjawab\u202e")
    courier(database, tmp_path, mailbox.address, hook.address).deliver()
    courier(database, tmp_path, mailbox.address, hook.address).deliver()
    (mail,), (posted,) = mailbox.mails, hook.posted
    assert mail["Subject"] == posted["title"] == "Pilkada: kukar DEAD"
    assert mail["To"] == "redaksi@kabar.test"
    assert mail.get_content_type() == "text/plain"
    text = (
        "kukar: DEAD since 2024-11-27 10:10 WITA (down)\n"
        "  the site is down: [2J <b>tidak</b> menjawab\n"
        "  Example: http://kukar.test/\n"
        "  $ pilkada --verbose crawl kukar\n"
    )
    assert mail.get_content().replace("\r\n", "\n").strip() == posted["message"].strip() == text.strip()
    assert left(database) == 0


def test_one_message_tells_of_all_that_changed(database: Database, tmp_path: Path, hook: Webhook) -> None:
    for outlet in ("kukar", "berau", "paser", "kutim"):
        became(database, outlet=outlet)
    courier(database, tmp_path, hook.address).deliver()
    (posted,) = hook.posted
    assert posted["title"] == "Pilkada: 4 outlets changed"
    assert posted["message"].count("DEAD since") == 4


def test_who_did_not_take_it_is_told_again_and_nobody_twice(
    database: Database, tmp_path: Path, hook: Webhook, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    became(database)
    hook.status = 500
    carrier = courier(database, tmp_path, mailbox.address, hook.address)
    carrier.deliver()
    assert (len(mailbox.mails), hook.posted, left(database)) == (1, [], 1)
    assert "not told to address 2 of 2, json://***" in caplog.text
    assert "geheim" not in caplog.text
    hook.status = 200
    carrier.deliver()
    assert (len(mailbox.mails), len(hook.posted), left(database)) == (1, 1, 0)


def test_an_address_that_hangs_holds_up_no_other_and_nobody_for_long(
    database: Database, tmp_path: Path, hook: Webhook
) -> None:
    became(database)
    with deaf() as address:
        began = time.monotonic()
        courier(database, tmp_path, address, hook.address, deadline=4).deliver()
        assert time.monotonic() - began < 20
    assert (hook.titles, left(database)) == (["Pilkada: kukar DEAD"], 1)


def test_the_daemon_waits_for_no_delivery_and_tells_of_its_own_trouble(
    database: Database, tmp_path: Path, hook: Webhook
) -> None:
    with deaf() as address:
        carrier = courier(database, tmp_path, hook.address, address, deadline=5)
        carrier.own_trouble("said before it began is not told")
        carrier.start()
        began = time.monotonic()
        carrier.own_trouble("pilkada.db: the disk is full")
        carrier.tell()
        carrier.own_trouble("pilkada.db: the disk is full")
        assert time.monotonic() - began < 1
        until(lambda: hook.posted, within=60)
        carrier.stop()
    assert hook.titles == ["Pilkada itself is in trouble"]
    assert "pilkada doctor" in hook.posted[0]["message"]


def test_a_kill_between_sending_and_noting_tells_twice_and_never_not(
    database: Database, tmp_path: Path, hook: Webhook
) -> None:
    became(database)
    words = [sys.executable, "-c", SEND_AND_DIE, database.url, hook.address, str(tmp_path), NOW.isoformat()]
    assert subprocess.run(words, cwd=HERE, check=False).returncode == -signal.SIGKILL
    assert (len(hook.posted), left(database)) == (1, 1)
    for _ in range(2):
        courier(database, tmp_path, hook.address).deliver()
    assert (len(hook.posted), left(database)) == (2, 0)


def test_two_processes_tell_once(database: Database, tmp_path: Path, hook: Webhook) -> None:
    became(database)
    with ProcessLock(tmp_path / "alerts.lock", "delivery of alerts"):
        courier(database, tmp_path, hook.address).deliver()
    assert (hook.posted, left(database)) == ([], 1)


def test_what_could_not_be_told_for_a_day_is_given_up_and_said(
    database: Database, tmp_path: Path, hook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    became(database)
    carrier = courier(database, tmp_path, hook.address, now=NOW + timedelta(hours=25))
    carrier.deliver()
    carrier.deliver()
    assert hook.posted == []
    given_up = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage().partition(":")[2].strip()[:30] for record in given_up] == [
        "given up after a day, not told"
    ]


def test_nobody_to_tell_is_no_trouble(database: Database, tmp_path: Path) -> None:
    became(database)
    carrier = courier(database, tmp_path)
    carrier.start()
    carrier.tell()
    carrier.own_trouble("the disk is full")
    assert left(database) == 1


def change(number: int, state: Health, *, cause: str = "down", told: timedelta | None = None) -> Change:
    return Change(
        number=number,
        outlet="kukar",
        state=state,
        cause="" if state is Health.OK else cause,
        detail="",
        example=None,
        since=NOW,
        at=NOW,
        told_at=None if told is None else NOW - told,
    )


MINUTES = timedelta(minutes=1)
DEAD, WELL = change(1, Health.DEAD), change(2, Health.OK)


@pytest.mark.parametrize(
    ("waiting", "last", "tell", "passed"),
    [
        pytest.param([DEAD], None, [1], [], id="it became unwell"),
        pytest.param([DEAD, WELL], None, [1, 2], [], id="all that was not told"),
        pytest.param([WELL], change(0, Health.DEAD, told=20 * MINUTES), [], [], id="well again may not last"),
        pytest.param([WELL], change(0, Health.DEAD, told=61 * MINUTES), [2], [], id="well again for good"),
        pytest.param(
            [WELL, change(3, Health.DEAD)], change(0, Health.DEAD, told=20 * MINUTES), [], [2, 3], id="a flap"
        ),
        pytest.param(
            [change(3, Health.BLOCKED, cause="robots")],
            change(0, Health.DEAD, told=20 * MINUTES),
            [3],
            [],
            id="unwell for another cause",
        ),
    ],
)
def test_a_flap_within_an_hour_is_one_message(
    waiting: list[Change], last: Change | None, tell: list[int], passed: list[int]
) -> None:
    told, over = settled(waiting, {"kukar": last} if last else {}, NOW)
    assert ([one.number for one in told], [one.number for one in over]) == (tell, passed)


def test_a_line_of_the_log_is_one_line() -> None:
    told = change(1, Health.BLOCKED, cause="challenge")
    assert notices.line(told) == (
        "kukar: blocked (challenge) since 2024-11-27 04:10 UTC: ; see `pilkada outlets check kukar`"
    )
    assert notices.line(WELL) == "kukar: well again"
    assert len(notices.plain("x\n" * 9000)) == notices.LONGEST_DETAIL
