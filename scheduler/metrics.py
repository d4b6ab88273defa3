"""What the ledger says in the form that Prometheus reads, on a port of the daemon that is off unless set."""

import ipaddress
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from archive import tallies
from archive.database import Database
from archive.errors import ArchiveError
from archive.records import Health
from archive.tallies import Totals
from scheduler.scrapeaddress import MetricsError, place

if TYPE_CHECKING:
    from prometheus_client.core import Metric

logger = logging.getLogger(__name__)

_MEGABYTE = 1024 * 1024

Look = Callable[[], Sequence[Mapping[str, Any]]]
"""Gives the rows of `schedule status`."""


class Collector:
    """Asks the ledger when it is asked itself; the labels are outlets, kinds and states, of which there are few."""

    def __init__(self, database: Database, look: Look, *, version: str, now: Callable[[], datetime]) -> None:
        self._database, self._look, self._version, self._now = database, look, version, now
        self._totals = Totals()
        self._one_at_a_time = threading.Lock()

    def collect(self) -> Iterable["Metric"]:
        """Give all metrics; where the archive cannot be read, that alone."""
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        yield InfoMetricFamily("pilkada", "The daemon that answers.", value={"version": self._version})
        with self._one_at_a_time:
            try:
                found = [*self._of_runs(), *self._of_outlets()]
            except ArchiveError as error:
                logger.warning("metrics: %s", error)
                found = []
        yield GaugeMetricFamily("pilkada_archive_up", "Whether the archive can be read.", value=float(bool(found)))
        yield from found

    def _of_runs(self) -> Iterator["Metric"]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        with self._database.read() as connection:
            self._totals.look(connection)
            articles, waiting = tallies.held(connection), tallies.due(connection, self._now())
        runs = CounterMetricFamily(
            "pilkada_runs", "Runs that ended, and due ones not taken.", labels=("outlet", "kind", "outcome")
        )
        for labels, number in sorted(self._totals.runs.items()):
            runs.add_metric(labels, number)
        addresses = CounterMetricFamily(
            "pilkada_addresses", "Addresses by what became of them in a run.", labels=("outlet", "outcome")
        )
        for ended, number in sorted(self._totals.addresses.items()):
            addresses.add_metric(ended, number)
        yield from (runs, addresses)
        for name, told, metric in (
            ("requests", "Requests sent.", "pilkada_requests"),
            ("bytes", "Bytes received.", "pilkada_received_bytes"),
        ):
            family = CounterMetricFamily(metric, told, labels=("outlet",))
            for (outlet, what), number in sorted(self._totals.sums.items()):
                if what == name:
                    family.add_metric((outlet,), number)
            yield family
        peaks = {outlet: peak * _MEGABYTE for outlet, peak in self._totals.memory_mb.items()}
        for metric, told, values in (
            ("pilkada_run_memory_peak_bytes", "The most that the newest run's processes held.", peaks),
            ("pilkada_articles", "Articles held.", articles),
            ("pilkada_due", "Addresses that are due to be fetched now.", waiting),
        ):
            gauge = GaugeMetricFamily(metric, told, labels=("outlet",))
            for outlet, value in sorted(values.items()):
                gauge.add_metric((outlet,), value)
            yield gauge

    def _of_outlets(self) -> Iterator["Metric"]:
        from prometheus_client.core import GaugeMetricFamily

        rows = self._look()
        for column, metric, told in (
            ("last_success", "pilkada_last_success_timestamp_seconds", "When it was last crawled to the end."),
            ("next_run", "pilkada_next_run_timestamp_seconds", "When it is crawled next."),
        ):
            gauge = GaugeMetricFamily(metric, told, labels=("outlet",))
            for row in rows:
                if row[column] is not None:
                    gauge.add_metric((row["outlet"],), row[column].timestamp())
            yield gauge
        paused = GaugeMetricFamily("pilkada_paused", "Whether a person has nothing done.", labels=("outlet",))
        health = GaugeMetricFamily(
            "pilkada_health", "1 for the state in which an outlet is by its own history.", labels=("outlet", "state")
        )
        for row in rows:
            paused.add_metric((row["outlet"],), float(row["paused"] is not None))
            for state in Health if row["health"] is not None else ():
                health.add_metric((row["outlet"], state.value), float(row["health"] == state))
        yield from (paused, health)


@contextmanager
def served(address: str | None, collector: Callable[[], Collector]) -> Iterator[None]:
    """Answer scrapes at an address meanwhile, each in a thread of its own; at none where there is none.

    Raises:
        MetricsError: another program listens there, or it is no address of this machine.
    """
    if address is None:
        yield
        return
    from prometheus_client import CollectorRegistry, start_http_server

    host, port = place(address)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector())
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        raise MetricsError(f"schedule.metrics: nobody can listen on {address}: {error.strerror}") from error
    if not ipaddress.ip_address(host).is_loopback:
        logger.warning("metrics: whoever reaches %s can read them: nothing asks for a password", address)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(1)
