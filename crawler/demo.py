"""`pilkada demo`: the whole thing on a sample outlet that this machine serves itself."""

import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from archive.output import MisuseError

SETTINGS = """\
[crawl]
allow_hosts = ["{host}"]

[outlets.kabar-sampel]
family = "wordpress"
name = "Kabar Sampel"
base_url = "{base_url}"
timezone = "Asia/Makassar"
regions = ["64.02"]

[schedule]
crawl = "*/30 * * * *"
"""
QUERY = "pemungutan suara ulang"
REAL = """\
The same with a real outlet that runs WordPress:

  pilkada --home {home} init        asks for your contact, the outlet and its zone
  pilkada --home {home} crawl --all
  pilkada --home {home} schedule run
"""


@click.command()
@click.option("--keep", type=click.Path(path_type=Path), help="A new folder for the demo's archive; kept afterwards.")
@click.pass_context
def demo(ctx: click.Context, keep: Path | None) -> int:
    """Set up, serve, crawl, report, search and schedule a sample outlet of 30 articles, in under a minute."""
    from crawler.sample import SampleSite

    with ExitStack() as stack:
        stack.enter_context(_own_settings())
        if keep is None:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pilkada-demo-")))
        elif keep.exists() and any(keep.iterdir()):
            raise MisuseError(f"--keep: {keep} is not empty")
        else:
            home = keep.absolute()
            home.mkdir(parents=True, exist_ok=True)
        site = stack.enter_context(SampleSite(clock=lambda: datetime.now(UTC)))
        host = site.base_url.partition("//")[2]
        (home / "pilkada.toml").write_text(SETTINGS.format(host=host, base_url=site.base_url), "utf-8")
        click.echo(f"A sample outlet of 30 articles is served at {site.base_url}; its archive is {home}\n")
        status = _tour(home)
        click.echo(REAL.format(home="~/pilkada"))
        if keep is not None:
            click.echo(f"The demo's archive is kept: pilkada --home {home} search …")
        ctx.exit(status)


@contextmanager
def _own_settings() -> Iterator[None]:
    """Hide the settings in the environment: with `PILKADA_ARCHIVE__URL` the sample would go into a real archive."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PILKADA_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _tour(home: Path) -> int:
    """Run the everyday commands one after another; give the first status that is not 0."""
    from archive.archive import Archive

    steps: list[Sequence[str]] = [
        ["outlets", "list"],
        ["crawl", "--all"],
        ["crawl", "--all"],
        ["search", QUERY, "--limit", "3"],
    ]
    for step in steps:
        if status := _run(home, step):
            return status
    hit = Archive.open(home).search(QUERY, limit=1).hits[0]
    for step in (["show", hit.record["uid"]], ["verify"], ["schedule", "list"], ["schedule", "runs"]):
        if status := _run(home, step):
            return status
    return 0


def _run(home: Path, step: Sequence[str]) -> int:
    from crawler.cli import main

    click.secho(f"$ pilkada {shlex.join(step)}", bold=True)
    sys.stdout.flush()
    status = main(["--home", str(home), *step])
    click.echo()
    return status
