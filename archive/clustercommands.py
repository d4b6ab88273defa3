"""The commands that show which outlets ran the same story."""

from typing import Any

import click

from archive.commands import App, filter_options, make_filters
from archive.output import format_option, write_rows

LIST_COLUMNS = ("uid", "size", "copies", "rewrites", "first", "outlet", "title")
SHOW_COLUMNS = ("rank", "published_date", "outlet", "tier", "unquoted", "c3", "uid", "title")


@click.group()
def clusters() -> None:
    """Stories that several outlets ran: copies of one text, and rewrites of one source."""


@clusters.command("list")
@filter_options
@format_option
@click.pass_obj
def list_(app: App, /, *, output: str, **asked: Any) -> None:
    """List the clusters in which an article passes the filters, the newest first; the outlet is that of the first."""
    filters = make_filters(app, **asked)
    archive = app.archive()
    archive.look_for_copies()
    rows = archive.clusters(filters)
    write_rows(rows, output, LIST_COLUMNS, empty="no article has a copy at another outlet", whole="uid")


@clusters.command("show")
@click.argument("name", metavar="ID|URL")
@format_option
@click.pass_obj
def show(app: App, name: str, *, output: str) -> None:
    """Show the articles of a cluster, first one first, by its uid or by any of its articles."""
    archive = app.archive()
    archive.look_for_copies()
    rows = archive.cluster(name)
    write_rows(rows, output, SHOW_COLUMNS, whole="uid")
    if unsure := sum(row["after_first"] is False for row in rows):
        click.echo(f"{unsure} of the others may have been first: on one day without times, nobody can tell", err=True)
