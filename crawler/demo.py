"""`pilkada demo`: the whole thing on four sample outlets that this machine serves itself."""

import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.output import MisuseError

if TYPE_CHECKING:
    from crawler.sample import SampleOutlet

SETTINGS = """\
[crawl]
allow_hosts = [{hosts}]

[schedule]
crawl = "*/30 * * * *"
"""
OUTLET = """
[outlets.{slug}]
family = "{family}"
name = "{name}"
base_url = "{base_url}"
timezone = "{zone}"
"""
QUERY = "pemungutan suara ulang"
REAL = """\
The same with a real outlet:

  pilkada --home {home} init        asks for your contact, the outlet and its zone
  pilkada --home {home} crawl --all
  pilkada --home {home} schedule run
"""


@click.command()
@click.option("--keep", type=click.Path(path_type=Path), help="A new folder for the demo's archive; kept afterwards.")
@click.pass_context
def demo(ctx: click.Context, keep: Path | None) -> int:
    """Set up, serve, crawl, report, search and schedule four sample outlets, in under a minute."""
    from crawler.sample import SAMPLES

    with ExitStack() as stack:
        stack.enter_context(_own_settings())
        if keep is None:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pilkada-demo-")))
        elif keep.exists() and any(keep.iterdir()):
            raise MisuseError(f"--keep: {keep} is not empty")
        else:
            home = keep.absolute()
            home.mkdir(parents=True, exist_ok=True)
        sites = {slug: stack.enter_context(sample(clock=lambda: datetime.now(UTC))) for slug, sample in SAMPLES.items()}
        (home / "pilkada.toml").write_text(settings(sites), "utf-8")
        click.echo(f"Four sample outlets are served by this machine; their archive is {home}\n")
        for slug, site in sites.items():
            click.echo(f"  {slug:14} {site.family:10} {len(site.public):3} articles at {site.base_url}")
        click.echo()
        status = _tour(home, sites)
        click.echo(REAL.format(home="~/pilkada"))
        if keep is not None:
            click.echo(f"The demo's archive is kept: pilkada --home {home} search …")
        ctx.exit(status)


def settings(sites: "Mapping[str, SampleOutlet]") -> str:
    """Give a pilkada.toml that declares running sample outlets."""
    hosts = ", ".join(f'"{site.base_url.partition("//")[2]}"' for site in sites.values())
    return SETTINGS.format(hosts=hosts) + "".join(
        OUTLET.format(slug=slug, family=site.family, name=site.name, base_url=site.base_url, zone=site.zone_name)
        for slug, site in sites.items()
    )


@contextmanager
def _own_settings() -> Iterator[None]:
    """Hide the settings in the environment: with `PILKADA_ARCHIVE__URL` the sample would go into a real archive."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PILKADA_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _tour(home: Path, sites: "Mapping[str, SampleOutlet]") -> int:
    """Run the everyday commands one after another; give the first status that is not 0."""
    from archive.archive import Archive

    for step in (["outlets", "list"], ["crawl", "--all"]):
        if status := _run(home, step):
            return status
    if status := _compare(home, sites):
        return status
    for step in (["crawl", "--all"], ["search", QUERY, "--limit", "3"]):
        if status := _run(home, step):
            return status
    hit = Archive.open(home).search(QUERY, limit=1).hits[0]
    for step in (["show", hit.record["uid"]], ["verify"], ["schedule", "list"], ["schedule", "runs"]):
        if status := _run(home, step):
            return status
    return 0


def _compare(home: Path, sites: "Mapping[str, SampleOutlet]") -> int:
    """Say how many of the articles that the sites show are held, and how many others; 3 unless it is all and none."""
    from archive.archive import Archive

    public = {site.address(post).rstrip("/") for site in sites.values() for post in site.public}
    held = {record["canonical_url"].rstrip("/") for record in Archive.open(home).articles()}
    click.echo(
        f"Held: {len(held & public)} of the {len(public)} articles that anyone can open there, {len(held - public)} others.\n"
    )
    return 0 if held == public else 3


def _run(home: Path, step: Sequence[str]) -> int:
    from crawler.cli import main

    click.secho(f"$ pilkada {shlex.join(step)}", bold=True)
    sys.stdout.flush()
    status = main(["--home", str(home), *step])
    click.echo()
    return status
