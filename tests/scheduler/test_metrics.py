import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from archive import runs
from archive.database import Database
from archive.errors import ArchiveUnavailableError
from archive.records import RunStatus
from scheduler import ledger
from scheduler.metrics import Collector, served
from scheduler.scrapeaddress import MetricsError, place
from scheduler.settings import ScheduleSettings, faults
from scheduler.timetable import Timetable

NOW = datetime(2024, 11, 27, 4, 10, tzinfo=UTC)
OUTLETS = ("kukar", "mahakam")


def run(database: Database, outlet: str, status: RunStatus, **counts: int) -> None:
    with database.write() as connection:
        outlet_id = runs.register_outlet(connection, outlet, {"name": outlet}, NOW)
        ticket = runs.begin(
            connection,
            outlet_id,
            kind="crawl",
            cause="schedule",
            planned_at=NOW,
            version="0",
            settings_digest="",
            now=NOW,
        )
        runs.finish(connection, ticket, status=status, detail="", extra=counts, now=NOW)
        runs.note_ending(connection, ticket.run_id, exit_status=0, memory_mb=120)


def collector(database: Database) -> Collector:
    def look() -> list[dict[str, object]]:
        return ledger.standing(database, OUTLETS, Timetable(ScheduleSettings()), now=NOW, alive=lambda _outlet: False)

    return Collector(database, look, version="1.2.3", now=lambda: NOW)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def scraped(port: int) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


@pytest.fixture
def scrape(database: Database, port: int) -> Iterator[int]:
    with served(f"127.0.0.1:{port}", lambda: collector(database)):
        yield port


def test_a_scrape_tells_what_the_ledger_says(database: Database, scrape: int) -> None:
    assert scraped(scrape)["pilkada_archive_up",] == 1
    run(database, "kukar", RunStatus.OK, requests=7, bytes=900, new=3)
    run(database, "kukar", RunStatus.BLOCKED, requests=1)
    told = scraped(scrape)
    assert told["pilkada_info", "1.2.3"] == 1
    assert told["pilkada_runs_total", "crawl", "ok", "kukar"] == 1
    assert told["pilkada_runs_total", "crawl", "blocked", "kukar"] == 1
    assert told["pilkada_addresses_total", "new", "kukar"] == 3
    assert told["pilkada_requests_total", "kukar"] == 8
    assert told["pilkada_received_bytes_total", "kukar"] == 900
    assert told["pilkada_run_memory_peak_bytes", "kukar"] == 120 * 1024 * 1024
    assert told["pilkada_last_success_timestamp_seconds", "kukar"] == NOW.timestamp()
    assert told["pilkada_next_run_timestamp_seconds", "mahakam"] == NOW.timestamp() + 20 * 60
    assert ("pilkada_last_success_timestamp_seconds", "mahakam") not in told
    assert (told["pilkada_health", "kukar", "ok"], told["pilkada_health", "kukar", "dead"]) == (1, 0)
    assert told["pilkada_paused", "kukar"] == 0
    run(database, "kukar", RunStatus.OK, requests=2)
    assert scraped(scrape)["pilkada_requests_total", "kukar"] == 10, "each run is counted once"


def test_an_archive_that_cannot_be_read_is_told_and_nothing_else(database: Database, port: int) -> None:
    def broken() -> list[dict[str, object]]:
        raise ArchiveUnavailableError("the disk is gone")

    with served(f"127.0.0.1:{port}", lambda: Collector(database, broken, version="1", now=lambda: NOW)):
        assert scraped(port) == {("pilkada_info", "1"): 1, ("pilkada_archive_up",): 0}


def test_who_reads_slowly_or_never_holds_nobody_up(scrape: int) -> None:
    held = [socket.create_connection(("127.0.0.1", scrape)) for _ in range(20)]
    for one in held[:10]:
        one.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    began = time.monotonic()
    assert scraped(scrape)["pilkada_archive_up",] == 1
    assert time.monotonic() - began < 10
    for one in held:
        one.close()


def test_a_port_in_use_is_one_line(database: Database, scrape: int) -> None:
    with pytest.raises(MetricsError, match=f"^schedule.metrics: nobody can listen on 127.0.0.1:{scrape}: "):
        served(f"127.0.0.1:{scrape}", lambda: collector(database)).__enter__()


def test_without_a_setting_nobody_listens(database: Database) -> None:
    before = threading.active_count()
    with served(None, lambda: collector(database)):
        assert threading.active_count() == before


@pytest.mark.parametrize(
    ("said", "meant"),
    [("9477", ("127.0.0.1", 9477)), ("0.0.0.0:80", ("0.0.0.0", 80)), ("[::1]:9477", ("::1", 9477))],
)
def test_a_port_alone_is_this_machines_and_any_other_address_must_be_named(said: str, meant: tuple[str, int]) -> None:
    assert place(said) == meant


@pytest.mark.parametrize(
    "said", ["", ":9477", "pilkada:9477", "127.0.0.1", "127.0.0.1:0", "1.2.3:9", "127.0.0.1:99999"]
)
def test_what_is_no_address_is_refused_with_the_key(said: str) -> None:
    (wrong,) = faults(ScheduleSettings(metrics=said), ())
    assert wrong == f"schedule.metrics: {said} is no address and port, such as 127.0.0.1:9477"
