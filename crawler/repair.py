"""Backfills of the days that fall short (`pilkada coverage repair`), one span of days after another."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from archive.text import for_terminal
from crawler.commands import exit_status
from crawler.report import Report
from crawler.runner import Runner, Scope, StoppedError
from scheduler.processes import on_stop

if TYPE_CHECKING:
    from crawler.cli import App

CAUSE = "repair"


def repair(app: "App", spans: Sequence[tuple[str, date, date]]) -> int:
    """Crawl spans of days (both inclusive) of outlets, say on stderr what became of each, and give the exit status.

    Raises:
        ArchiveUnavailableError: our own side failed; the spans before it were done.
    """
    runner, statuses = app.runner, []
    try:
        with on_stop(runner.interrupt):
            for outlet, first, last in spans:
                report = _crawl(runner, outlet, first, last)
                if report is None:
                    break
                app.progress.clear()
                statuses.append(report.status.value)
                click.echo(for_terminal(_told(report, first, last)), err=True)
    finally:
        app.progress.clear()
        app.archive().catch_up()
    return exit_status(statuses)


def _crawl(runner: Runner, outlet: str, first: date, last: date) -> Report | None:
    try:
        return runner.crawl(outlet, cause=CAUSE, scope=Scope(since=first, until=last))
    except StoppedError:
        return None


def _told(report: Report, first: date, last: date) -> str:
    days = f"{first}" if first == last else f"{first} to {last}"
    why = f": {report.detail}" if report.detail else ""
    return f"{report.outlet} {days}: {report.status.value}, {report.new} new, {report.requests} requests{why}"
