"""The commands that take in what others coded of articles, and list it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from archive.commands import App, filter_options, make_filters
from archive.output import format_option, write_rows
from archive.text import for_terminal

NAMED = 20
"""Unknown articles that are named where a table is printed; the other formats name all."""
COLUMNS = ("file", "new", "changed", "withdrawn", "unchanged", "unknown")


@click.group()
def label() -> None:
    """What you or a program coded of articles: taken in, listed, and written with every export."""


@label.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@format_option
@click.pass_obj
def import_(app: App, file: Path, *, output: str) -> int:
    """Take in labels from FILE.csv or FILE.jsonl with uid, coder, code and value; an empty value withdraws one.

    The file is looked through first: where a line is wrong, nothing is taken. Lines whose article the archive does not
    have are counted and named, and the exit status is 3.
    """
    from archive import labels
    from archive.labelfile import read

    for _ in read(file):
        pass
    done = labels.add(app.archive().database, read(file), source=file.name, now=datetime.now(UTC))
    row = {
        "file": file.name,
        "new": done.new,
        "changed": done.changed,
        "withdrawn": done.withdrawn,
        "unchanged": done.unchanged,
        "unknown": len(done.unknown),
        "unknown_uids": list(dict.fromkeys(uid for _, uid in done.unknown)),
    }
    write_rows([row], output, COLUMNS)
    for line, uid in done.unknown[:NAMED] if output == "table" else ():
        click.echo(for_terminal(f"line {line}: {uid} is no article of this archive"), err=True)
    if output == "table" and len(done.unknown) > NAMED:
        click.echo(f"and {len(done.unknown) - NAMED} more", err=True)
    return 3 if done.unknown else 0


@label.command("list")
@filter_options
@format_option
@click.pass_obj
def list_(app: App, /, *, output: str, **asked: Any) -> None:
    """List the labels of the articles that pass the filters, each as it was said last."""
    write_rows(
        app.archive().labels(make_filters(app, **asked)),
        output,
        ("uid", "outlet", "coder", "code", "value", "at"),
        empty="no label of such an article is known: `pilkada label import FILE` takes some in",
        whole="uid",
    )
