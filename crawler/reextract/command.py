"""`pilkada reextract`."""

import sys
from typing import TYPE_CHECKING, Any

import click

from archive.commands import Day
from archive.output import format_option, to_json, write_rows
from archive.text import for_terminal

if TYPE_CHECKING:
    from datetime import date

    from crawler.cli import App
    from crawler.reextract.outlets import Report


@click.command()
@click.option("--outlet", "outlets", multiple=True, help="Of this outlet; may be repeated.")
@click.option("--since", type=Day(), help="Only stories of this day and later; undated ones by when they were seen.")
@click.option("--dry-run", is_flag=True, help="Say what would change, with examples, and change nothing.")
@format_option
@click.pass_obj
def reextract(app: "App", *, outlets: tuple[str, ...], since: "date | None", dry_run: bool, output: str) -> int:
    """Read again, by today's rules, what older ones read, and what nobody could read; touches no network.

    Says in how many articles each field changed. A run that is stopped or killed has read whole stories, and the same
    command goes on with the others; where nothing is left to do it reads nothing.
    """
    from crawler.reading import ReadingPool
    from crawler.reextract.outlets import Reextract
    from scheduler.processes import on_stop, usable_cores

    archive = app.archive()
    terminal = sys.stderr.isatty()
    with ReadingPool(usable_cores(), app.loaded.settings.crawl.memory_mb) as pool:
        task = Reextract(app.loaded, app.database(), pool, rehearsal=dry_run)
        if terminal:
            task.on_progress = _progress
        with on_stop(task.stop):
            report = task.run(outlets, since)
    if terminal:
        click.echo("\r\x1b[K", nl=False, err=True)
    if not dry_run:
        archive.catch_up()
    _print(report, output, dry_run=dry_run)
    for line in _explained(report):
        click.echo(for_terminal(line), err=True)
    return 4 if report.held and not report.done else 0


def _progress(outlet: str, done: int, total: int) -> None:
    click.echo(f"\r\x1b[K{outlet}: {done} of {total} stories read", nl=False, err=True)


def _print(report: "Report", output: str, *, dry_run: bool) -> None:
    from dataclasses import asdict

    from crawler.reextract.differences import side_by_side

    tally = report.tally
    differences = tally.differences
    fields = dict(differences.fields.most_common())
    if output == "json":
        answer: dict[str, Any] = {
            "read": tally.read,
            "articles": tally.articles,
            "changed": differences.changed,
            "new": differences.new,
            "lost": differences.lost,
            "rejected": dict(tally.rejected),
            "left": tally.left,
            "held": report.held,
            "fields": fields,
            "examples": [asdict(example) for example in differences.examples],
        }
        click.echo(to_json(answer))
        return
    write_rows([{"field": name, "changed": number} for name, number in fields.items()], output)
    if output == "table":
        for line in side_by_side(differences.examples, list(fields)):
            click.echo(line)
    if not tally.read:
        click.echo("older rules read nothing that is held: there is nothing to read again", err=True)
        return
    would = "would change" if dry_run else "changed"
    click.echo(
        f"{tally.read} visits of {tally.articles} articles read: {differences.changed} {would}, "
        f"{differences.new} new, {differences.lost} lost",
        err=True,
    )


def _explained(report: "Report") -> list[str]:
    """Say what was left, and why."""
    left = report.tally.left
    return [
        *(f"{slug}: left as it is, since no settings declare it any more" for slug in report.undeclared),
        *(f"{slug}: left as it is: no site told its zone, set outlets.{slug}.timezone" for slug in report.zoneless),
        *(f"{slug}: left, since another process is at work there; run it again" for slug in report.held),
        *([f"{len(left)} stories left, since their bytes are damaged or cannot be read: {left[0]}, …"] if left else []),
    ]
