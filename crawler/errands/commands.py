"""The commands that look at sites: how one would be declared, and whether one is as declared."""

from typing import TYPE_CHECKING, Any

import click

from archive.output import MisuseError, format_option, write_rows
from archive.text import for_terminal

if TYPE_CHECKING:
    from crawler.cli import App


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
        click.echo(for_terminal(f"pilkada: {found.failed}"), err=True)
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
