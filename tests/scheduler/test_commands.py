import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from archive import agenda, runs
from archive.agenda import Action
from archive.database import Database
from archive.settings import Home
from archive.work import Work
from scheduler.commands import App, schedule
from scheduler.due import Errand
from scheduler.heartbeat import Life, read
from scheduler.lock import HeldError, scheduler_lock
from scheduler.reload import Renewal
from scheduler.settings import Profile, ScheduleSettings
from scheduler.timetable import Timetable
from scheduler.watch import Watch
from tests.scheduler.nobody import nobody

DAEMON = """
import sys, threading
from pathlib import Path
from archive.database import Database
from archive.settings import Home
from scheduler.commands import schedule
from scheduler.heartbeat import Life, read
from scheduler.lock import HeldError
from scheduler.settings import ScheduleSettings
from scheduler.timetable import Timetable
from tests.scheduler.nobody import nobody

class App:
    home = Home(Path(sys.argv[1]))
    schedule = ScheduleSettings(crawl="0 0 29 2 *", jitter=0.0)
    timetable = Timetable(schedule)
    hosts = {}
    outlets = ["kukar", "mahakam"]
    version = "0"
    told = threading.Event()

    @property
    def watch(self):
        return nobody(self.home, self.database)

    def database(self):
        return Database(f"sqlite:///{self.home.root / 'pilkada.db'}")

    def work(self, errand):
        print(f"{errand.outlet} {errand.cause}", flush=True)
        (threading.Event() if sys.argv[2:] == ["deaf"] else self.told).wait(300)

    def renewed(self):
        raise AssertionError

    def hindrance(self):
        return None

    def interrupt(self):
        self.told.set()

try:
    schedule(["run"], obj=App(), standalone_mode=False)
except HeldError as error:
    print(error, file=sys.stderr)
    sys.exit(4)
"""


@dataclass
class Asked:
    """The command line's own object, with crawls that do nothing."""

    home: Home
    schedule: ScheduleSettings = field(default_factory=lambda: ScheduleSettings(maintenance=""))
    outlets: tuple[str, ...] = ("kukar", "mahakam")
    version: str = "0"

    @property
    def watch(self) -> Watch:
        return nobody(self.home, self.database)

    def database(self) -> Database:
        return Database(f"sqlite:///{self.home.root / 'pilkada.db'}")

    def database_to_read(self) -> Database:
        return self.database()

    @property
    def timetable(self) -> Timetable:
        return Timetable(self.schedule)

    @property
    def hosts(self) -> Mapping[str, str]:
        return {}

    def renewed(self) -> Renewal:
        return Renewal(timetable=self.timetable, outlets=self.outlets, hosts={}, take_effect=lambda: None)

    def work(self, errand: Errand) -> None:  # noqa: ARG002
        raise AssertionError("no listing crawls")

    def interrupt(self) -> None:
        raise AssertionError("no listing crawls")


@pytest.fixture
def app(database: Database) -> App:
    return Asked(home=Home(database.path.parent))


def pilkada(app: App, *words: str) -> Result:
    return CliRunner().invoke(schedule, words, obj=app)


def daemon(home: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", DAEMON, str(home), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ready(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    return process.stderr.readline()


@pytest.fixture
def running(database: Database) -> Iterator[subprocess.Popen[str]]:
    process = daemon(database.path.parent)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_the_daemon_cleanly_with_its_crawls(
    database: Database, running: subprocess.Popen[str], number: signal.Signals
) -> None:
    line = ready(running)
    assert line.startswith("scheduler: 2 outlets, next: kukar at 2028-02-29 00:00, zone Asia/Makassar")
    with database.write() as connection:
        agenda.ask(connection, "kukar", Action.TRIGGER, datetime.now(UTC))
    assert running.stdout is not None
    assert running.stdout.readline() == "kukar trigger\n"
    began = time.monotonic()
    running.send_signal(number)
    rest, errors = running.communicate(timeout=10)
    assert time.monotonic() - began < 3
    assert (running.returncode, rest, errors) == (0, "", "")
    assert not (database.path.parent / "locks" / "scheduler.json").exists()


@pytest.mark.soak
def test_a_crawl_that_does_not_end_holds_the_daemon_for_less_than_thirty_seconds(database: Database) -> None:
    process = daemon(database.path.parent, "deaf")
    ready(process)
    with database.write() as connection:
        agenda.ask(connection, "kukar", Action.TRIGGER, datetime.now(UTC))
    assert process.stdout is not None
    assert process.stdout.readline() == "kukar trigger\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 1


def test_a_second_daemon_is_refused_and_named_the_first(database: Database, running: subprocess.Popen[str]) -> None:
    ready(running)
    second = daemon(database.path.parent)
    _, errors = second.communicate(timeout=10)
    assert second.returncode == 4
    assert errors.startswith(f"another scheduler runs already: process {running.pid} since ")
    assert errors.count("\n") == 1


def test_a_killed_daemon_is_no_obstacle_and_its_crawl_is_not_begun_again(
    database: Database, running: subprocess.Popen[str]
) -> None:
    missed = datetime.now(UTC) - timedelta(days=3)
    ready(running)
    running.kill()
    running.communicate()
    with database.write() as connection:
        agenda.appoint(connection, "kukar", Work.CRAWL, expression="0 0 29 2 *", next_at=missed)
    for expected in ("kukar at once", "kukar at 2028-02-29"):
        process = daemon(database.path.parent)
        try:
            assert expected in ready(process)
            if "once" in expected:
                assert process.stdout is not None
                assert process.stdout.readline() == "kukar missed\n"
        finally:
            process.kill()
            process.communicate()


def test_a_daemon_that_is_refused_changes_nothing(app: App) -> None:
    with scheduler_lock(app.home.locks):
        result = pilkada(app, "run")
    assert isinstance(result.exception, HeldError)
    assert json.loads(pilkada(app, "list", "--format", "json").stdout)[0]["outlet"] == "kukar"


def test_without_outlets_there_is_nothing_to_run(database: Database) -> None:
    result = pilkada(Asked(home=Home(database.path.parent), outlets=()), "run")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "no outlet is enabled" in result.stderr


def test_a_trigger_is_written_down_and_says_that_nobody_takes_it(app: App) -> None:
    result = pilkada(app, "trigger", "kukar")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no scheduler is running" in result.stderr
    with app.database().read() as connection:
        assert agenda.asked(connection, Action.TRIGGER) == ["kukar"]


def test_a_trigger_says_who_takes_it(app: App) -> None:
    with scheduler_lock(app.home.locks) as lock:
        holder = lock.holder()
        result = pilkada(app, "trigger", "kukar")
    assert holder is not None
    assert f"the scheduler (process {holder.pid}) takes it" in result.stderr


@pytest.mark.parametrize("words", [("trigger", "samarinda"), ("runs", "--outlet", "samarinda")], ids=lambda w: w[0])
def test_an_unknown_outlet_is_misuse_and_the_known_ones_are_named(app: App, words: tuple[str, ...]) -> None:
    result = pilkada(app, *words)
    assert result.exit_code == 2
    assert result.stderr == "Error: there is no outlet samarinda; known are kukar, mahakam\n"


def test_status_is_a_list_of_what_the_contract_names(app: App) -> None:
    result = pilkada(app, "status", "--format", "json")
    assert result.exit_code == 0
    first, second = json.loads(result.stdout)
    assert (first["outlet"], second["outlet"]) == ("kukar", "mahakam")
    assert list(first) == [
        "outlet",
        "state",
        "last_success",
        "last_run",
        "last_outcome",
        "next_run",
        "trouble",
        "paused",
        "health",
        "health_since",
        "articles_per_day",
        "usual_per_day",
    ]
    assert datetime.fromisoformat(first["next_run"]) > datetime.now(UTC)
    assert first["next_run"].endswith("Z")
    assert (first["state"], first["last_run"], first["trouble"]) == ("never", None, None)


def check(app: App, *words: str) -> tuple[object, str]:
    """The exit status of `schedule status --check`, and what it says on stderr."""
    result = CliRunner().invoke(schedule, ["status", "--check", *words], obj=app, standalone_mode=False)
    return result.return_value, result.stderr


def test_a_check_needs_no_daemon_where_none_ever_ran_but_outlets_that_are_crawled(app: App) -> None:
    assert check(app, "--format", "json") == (3, "kukar: was never crawled\nmahakam: was never crawled\n")
    with app.database().write() as connection:
        for outlet in app.outlets:
            outlet_id = runs.register_outlet(connection, outlet, {}, datetime.now(UTC))
            runs.note_held(
                connection, outlet_id, kind="crawl", cause="t", planned_at=None, detail="", now=datetime.now(UTC)
            )
    assert check(app, "--format", "json") == (0, "")


def test_a_check_sees_a_daemon_that_works_one_that_hangs_and_one_that_is_gone(
    app: App, running: subprocess.Popen[str]
) -> None:
    ready(running)
    assert check(app, "--format", "json") == (0, "")
    file = app.home.health_file
    health = read(file)
    assert health is not None
    assert (health.life, health.pid, health.outlets, health.every) == (Life.RUNNING, running.pid, {"never": 2}, 30)
    assert health.next_run is not None
    assert health.next_run.outlet == "kukar"

    running.send_signal(signal.SIGSTOP)
    late = msgspec.structs.replace(health, at=health.at - timedelta(seconds=61))
    file.write_bytes(msgspec.json.encode(late))
    status, said = check(app, "--format", "json")
    assert (status, said.count("\n")) == (3, 1)
    assert said.startswith(f"the scheduler (process {running.pid}) hangs: its last sign of life is of ")
    assert pilkada(app, "status").exit_code == 0, "a listing is no check"
    running.send_signal(signal.SIGCONT)

    running.kill()
    running.communicate()
    status, said = check(app)
    assert (status, "ended without a word" in said) == (3, True)


def test_a_daemon_that_was_stopped_is_missed(app: App, running: subprocess.Popen[str]) -> None:
    ready(running)
    running.terminate()
    running.communicate(timeout=10)
    status, said = check(app, "--format", "json")
    assert status == 3
    assert said.startswith("the scheduler was stopped at ")


def test_a_table_has_its_times_in_the_zone_of_the_schedule(database: Database) -> None:
    settings = ScheduleSettings(crawl="15 6 * * *", maintenance="", timezone="Asia/Jayapura")
    result = pilkada(Asked(home=Home(database.path.parent), schedule=settings), "list")
    assert result.exit_code == 0
    heading, *rows = result.stdout.splitlines()
    assert heading.split() == ["OUTLET", "WORK", "EXPRESSION", "NEXT", "RUN", "NOTE"]
    assert len(rows) == 2
    assert " 06:15" in rows[0]
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


def test_no_runs_are_an_empty_list(app: App) -> None:
    assert pilkada(app, "runs", "--format", "json").stdout.strip() == "[]"
    assert pilkada(app, "runs").stdout == ""


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, scheduler.commands; print([m for m in ('sqlalchemy', 'cronsim') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_a_pause_is_shown_and_taken_back(app: App) -> None:
    assert "is paused; go on with" in pilkada(app, "pause", "kukar").stderr
    assert "was paused already, at " in pilkada(app, "pause", "kukar").stderr
    row, other = json.loads(pilkada(app, "list", "--format", "json").stdout)
    assert (row["next_run"], other["paused"]) == (None, None)
    assert datetime.fromisoformat(row["paused"]) <= datetime.now(UTC)
    assert "paused since " in pilkada(app, "list").stdout.splitlines()[1]
    status = json.loads(pilkada(app, "status", "--format", "json").stdout)[0]
    assert (status["state"], status["trouble"][:12]) == ("never", "paused since")
    assert pilkada(app, "resume", "kukar").exit_code == 0
    assert json.loads(pilkada(app, "list", "--format", "json").stdout)[0]["paused"] is None
    again = pilkada(app, "resume", "kukar")
    assert (again.exit_code, again.stderr) == (2, "Error: kukar is not paused\n")


def test_any_work_can_be_asked_for(app: App) -> None:
    assert pilkada(app, "trigger", "kukar", "--work", "maintenance").exit_code == 0
    with app.database().read() as connection:
        assert agenda.triggered(connection) == [("kukar", Work.MAINTENANCE)]


def test_a_list_says_which_profile_holds_and_a_zone_that_changes_its_clock_is_warned_of(database: Database) -> None:
    today = datetime.now(UTC).date()
    profile = Profile(from_=today - timedelta(days=3), until=today + timedelta(days=3), crawl="*/10 * * * *")
    settings = ScheduleSettings(maintenance="", timezone="Europe/Berlin", profiles={"minggu": profile})
    shown = Asked(home=Home(database.path.parent), schedule=settings)
    result = pilkada(shown, "list")
    first = result.stdout.splitlines()[1]
    assert first.split()[:3] == ["kukar", "crawl", "*/10"]
    assert f"minggu until {today + timedelta(days=4)} 00:00" in first
    assert result.stderr.startswith("schedule.timezone: in Europe/Berlin the clock changes (next by ")
    assert result.stderr.count("\n") == 1
    (row, _) = json.loads(pilkada(shown, "list", "--format", "json").stdout)
    assert row["profile"] == "minggu"
