"""The commands that look at sites: how one would be declared, and whether one is as declared."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.output import MisuseError, format_option, write_rows
from archive.text import for_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.cli import App
    from crawler.errands.told import Errand, Finding


@click.command()
@click.argument("url")
@format_option
@click.pass_obj
def probe(app: "App", url: str, output: str) -> int:
    """Look at a site that is not declared, and print how it would be.

    At most 15 requests are sent, robots.txt first, and nothing is stored. The table is a section of pilkada.toml, with
    what is unsure as comments: `pilkada outlets probe URL >> pilkada.toml`.
    """
    import msgspec

    from crawler.errands.block import block, slug_for
    from crawler.errands.send import probing, send
    from crawler.goldens import outlet_at

    errand = probing(app.loaded, url, log_level=app.log_level)
    declared = app.loaded.settings.outlets
    if (slug := outlet_at(url, declared)) is not None:
        file = app.home.settings_file
        how = (
            f"`pilkada outlets check {slug}` asks it" if declared[slug].enabled else f"write [outlets.{slug}] in {file}"
        )
        raise MisuseError(f"{url} is declared as {slug}: {how}")
    found = send(errand)
    if found.failed is not None:
        click.echo(for_terminal(f"pilkada: {_at(url, found.failed)}"), err=True)
        return 3
    if output == "table":
        click.echo(block(found, app.loaded), nl=False)
        for line in found.unsure:  # whoever appends the block sees no comments
            click.echo(for_terminal(f"unsure: {line}"), err=True)
        return 0
    facts: dict[str, Any] = msgspec.to_builtins(found)
    kept = (
        "family",
        "name",
        "base_url",
        "timezone",
        "zone_by",
        "lists",
        "stories",
        "tells",
        "sources",
        "articles",
        "unsure",
        "requests",
    )
    write_rows([{"outlet": slug_for(found, declared), **{key: facts[key] for key in kept}}], output)
    return 0


def _at(url: str, failed: str) -> str:
    """Say of which address it is that nothing was found out; of one that is silent, what to do about it."""
    said = failed if url in failed else f"{url}: {failed}"
    return f"{said}; does that address open in a browser?" if "did not answer" in failed else said


@click.command()
@click.argument("outlets", nargs=-1)
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="Write what a maintainer needs into FILE."
)
@format_option
@click.pass_obj
def check(app: "App", outlets: "Sequence[str]", *, report: Path | None, output: str) -> int:
    """Ask outlets, those that are enabled unless some are named, whether they are as declared.

    Each declared source is asked once and three stories are read; at most 15 requests are sent to a site, and no article
    is stored. Exit status 3 says that something is not as declared.
    """
    from crawler.commands import chosen
    from crawler.errands import letter
    from crawler.errands.send import checking
    from crawler.errands.table import facts, rows

    slugs = chosen(app, outlets, everything=not outlets)
    declared = app.loaded.settings.outlets
    errands = {slug: checking(app.loaded, slug, log_level=app.log_level) for slug in slugs}
    found = {slug: _looked(app, errand) for slug, errand in errands.items()}
    if report is not None:
        letter.write(report.absolute(), found, declared, contact=app.loaded.settings.crawl.contact)
        click.echo(f"wrote {report}: read it before you send it", err=True)
    if output in ("table", "csv"):
        write_rows([row for slug, finding in found.items() for row in rows(slug, finding)], output)
    else:
        write_rows([facts(slug, declared[slug], finding) for slug, finding in found.items()], output)
    for slug, finding in found.items():
        for line in [*finding.wrong, *([finding.failed] if finding.failed else [])]:
            click.echo(for_terminal(f"{slug}: not as declared: {line}"), err=True)
    return 3 if any(finding.wrong or finding.failed for finding in found.values()) else 0


def _looked(app: "App", errand: "Errand") -> "Finding":
    """Run a check, unless the host asked to be left alone; where it asks for that now, crawls will hear of it."""
    from datetime import UTC, datetime

    from archive import hosts
    from crawler.crawl import host_key, left_alone
    from crawler.errands.send import send
    from crawler.errands.told import Finding
    from crawler.guard import Boundary, authority

    boundary = Boundary((errand.url,))
    with app.database_to_read().read() as connection:
        until = left_alone(connection, boundary, datetime.now(UTC))
    if until is not None:
        return Finding(failed=f"the site asked to be left alone until {until:%Y-%m-%d %H:%M} UTC")
    found = send(errand)
    host = authority(errand.url)
    if found.left_alone is not None and host is not None:
        with app.database().write() as connection:
            hosts.leave_alone(connection, host_key(host), scheme=errand.url.partition(":")[0], until=found.left_alone)
    return found
