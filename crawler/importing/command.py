"""`pilkada import`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.output import MisuseError, format_option, write_rows
from archive.text import for_terminal

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from crawler.cli import App
    from crawler.importing.importer import Report

NAMED = 3
"""Hosts that are named where no outlet is declared at any."""
COLUMNS = ("file", "records", "taken", "known", "skipped", "new", "revised", "unchanged", "rejected")


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--outlet", help="Take only what belongs to this outlet.")
@format_option
@click.pass_obj
def import_(app: "App", files: "Sequence[Path]", *, outlet: str | None, output: str) -> int:
    """Take in captures that others made (WARC, WACZ), or have listed addresses fetched by the next crawl.

    Responses of declared outlets become visits with their own times and are read like our own; all other records are
    counted and left. Nothing is fetched. The same file a second time changes nothing.
    """
    from crawler.child import READERS
    from crawler.commands import known
    from crawler.config import election_pack
    from crawler.importing.files import kind_of
    from crawler.importing.importer import Importer, row_of
    from crawler.reading import ReadingPool
    from scheduler.processes import on_stop

    declared = app.loaded.settings.outlets
    if outlet is not None and outlet not in declared:
        raise MisuseError(f"there is no outlet {outlet}; {known(declared)}")
    kinds = [(file, kind_of(file)) for file in dict.fromkeys(files)]
    pack = election_pack(app.loaded)
    reports = []
    with ReadingPool(READERS, app.loaded.settings.crawl.memory_mb) as pool:
        importer = Importer(app.loaded, app.database(), pool, pack, only=outlet)
        with on_stop(importer.stop):
            for file, kind in kinds:
                reports.append(importer.import_file(file, kind))
                if importer.stopped:
                    break
    app.archive().catch_up()
    rows = [row_of(report) for report in reports]
    if output == "table":
        rows = [
            row
            | {
                "file": Path(report.file).name,
                "skipped": sum(report.skipped.values()),
                "rejected": sum(report.rejected.values()),
            }
            for row, report in zip(rows, reports, strict=True)
        ]
    write_rows(rows, output, COLUMNS)
    for report in reports:
        _explain(report)
    return 4 if any(report.held for report in reports) else 0


def _declare(elsewhere: "Counter[str]") -> str:
    """Say of which sites a file is, when no outlet is declared at any of them."""
    hosts = [f"{host.removesuffix(':443').removesuffix(':80')} ({n})" for host, n in elsewhere.most_common(NAMED)]
    more = f" and {len(elsewhere) - NAMED} more" if len(elsewhere) > NAMED else ""
    return (
        f"nothing was taken, since no outlet is declared at {', '.join(hosts)}{more}:"
        " declare it (its base_url tells where it is), then run this again"
    )


def _explain(report: "Report") -> None:
    """Say beside the table what its sums are made of."""
    for text in (
        report.detail,
        report.due and f"{report.due} addresses are due; the next crawl fetches them",
        report.skipped and f"skipped: {', '.join(f'{reason} {n}' for reason, n in report.skipped.most_common())}",
        not (report.taken or report.known) and report.elsewhere and _declare(report.elsewhere),
        report.zoneless
        and f"no site told a zone: set {' and '.join(f'outlets.{one}.timezone' for one in report.zoneless)}, such as"
        " Asia/Makassar, and run it again",
        report.held and f"run it again for {', '.join(report.held)}: another process was at work there",
    ):
        if text:
            click.echo(for_terminal(f"{report.file}: {text}"), err=True)
