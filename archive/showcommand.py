"""The command that shows one article, or hands on what it was read from."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.commands import App
from archive.output import MisuseError, line, running_width, to_json, wrapped

if TYPE_CHECKING:
    from archive.archive import Archive


@click.command()
@click.argument("name", metavar="ID|URL")
@click.option("--version", type=click.IntRange(1), help="As this version had it.")
@click.option(
    "--diff",
    is_flag=True,
    help="What this version, or the last one, changed; of an only one, against its cluster's first.",
)
@click.option("--against", metavar="first|ID|URL", help="The difference to its cluster's first, or to any article.")
@click.option("--format", "output", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Into this new folder: its WARC records, and how others check them.",
)
@click.pass_obj
def show(
    app: App, name: str, *, version: int | None, diff: bool, against: str | None, output: str, evidence: Path | None
) -> None:
    """Show one article by id, uid or address: its text, its versions, its captures; as HTML, a page to keep or print."""
    from archive.orders import TakenDownError

    archive = app.archive()
    if evidence is not None:
        if diff or against is not None or output != "text":
            raise MisuseError("--evidence goes with --version alone")
        _hand_on(archive, name, evidence, version)
        return
    if diff or against is not None:
        archive.look_for_copies()
    try:
        record = archive.get(name, version=version)
    except TakenDownError as error:
        if output == "html":
            raise
        _print_taken(error.tombstone, output)
        return
    if diff or against is not None:
        other = archive.compared(record, against)
        if other is None:
            click.echo(_nothing_before(record, against), err=True)
        else:
            _print_difference(other, record, output)
    elif output == "json":
        click.echo(to_json(record))
    elif output == "html":
        from archive.printout import of_article

        click.echo(of_article(record))
    else:
        _print_article(record)


def _hand_on(archive: "Archive", name: str, folder: Path, version: int | None) -> None:
    from archive import evidence
    from archive.text import for_terminal

    held = evidence.write(archive, name, folder, version=version)
    size = sum(record.length for record in held)
    click.echo(
        for_terminal(f"{len(held)} records ({size} bytes) written to {folder}; its README.txt says how to check")
    )


def _print_taken(tombstone: dict[str, Any], output: str) -> None:
    from archive.takedowncommands import print_tombstone

    if output == "json":
        click.echo(to_json(tombstone))
    else:
        print_tombstone(tombstone)


def _nothing_before(record: dict[str, Any], against: str | None) -> str:
    if against not in (None, "first"):
        return f"{against} is the article itself: --diff shows what its versions changed"
    said = f"version {record['version']} of {record['versions']}: nothing came before it"
    if record["cluster"] and record["cluster"]["rank"] == 1:
        return f"{said}, and it is the first of its cluster: --against ID compares it with another article"
    return f"{said}, and no other outlet has its text" if record["versions"] == 1 else said


def _print_difference(old: dict[str, Any], new: dict[str, Any], output: str) -> None:
    import sys

    from archive import difference

    if output == "json":
        click.echo(to_json(difference.between(old, new)))
    elif output == "html":
        from archive.printout import of_difference

        click.echo(of_difference(old, new))
    else:
        click.echo("\n\n".join(difference.paragraphs(old, new, running_width(), coloured=sys.stdout.isatty())))


def _print_article(record: dict[str, Any]) -> None:
    from archive import particulars

    click.secho(wrapped(record["title"]), bold=True)
    click.echo()
    for name, text in particulars.of(record):
        click.echo(wrapped(f"{name:<10}{text}", subsequent_indent=" " * 10, break_on_hyphens=False))
    click.echo()
    for block in record["body"].split("\n\n"):
        click.echo(wrapped(block) + "\n")
    click.echo("captures")
    for capture in record["captures"]:
        place = "taken down" if capture["offset"] is None else f"{capture['file']} @{capture['offset']}"
        click.echo(line(f"{capture['role']:<7} {capture['fetched_at']} {place}", indent=2))
        click.echo(line(f"{capture['record_id']}", indent=4))
        click.echo(f"    sha256 {capture['sha256']}")
