"""The command that counts articles and stories."""

from typing import Any

import click

from archive.commands import App, filter_options, make_filters
from archive.output import MisuseError, format_option, write_rows

BY = ("outlet", "day", "week", "month", "region", "topic", "actor")


@click.command()
@filter_options
@click.option("--by", type=click.Choice(BY), help="What to count by; without, all in one line.")
@click.option("--role", type=click.Choice(["main", "mention"]), help="Of regions and topics, those of this role only.")
@format_option
@click.pass_obj
def stats(app: App, /, *, by: str | None, role: str | None, output: str, **asked: Any) -> None:
    """Count articles, the stories that they are (a cluster is one), and the articles that were first."""
    if role is not None and by not in ("region", "topic"):
        raise MisuseError("--role goes with --by region or --by topic")
    from archive.records import TagRole
    from archive.statistics import By

    filters = make_filters(app, **asked)
    archive = app.archive()
    archive.look_for_copies()
    key = By(by) if by else None
    rows = archive.statistics(filters, key, role=TagRole(role) if role else None)
    write_rows(rows, output, empty="no article passes", whole=by or "")
    if key is not None and key.several and rows:
        (whole,) = archive.statistics(filters)
        said = (
            f"an article counts under each {by} that it names: {whole['articles']} in all, {whole['clusters']} stories"
        )
        click.echo(said, err=True)
