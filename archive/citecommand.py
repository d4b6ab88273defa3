"""The command that cites an article."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

import click

from archive.commands import App
from archive.output import MisuseError

_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?", re.ASCII | re.DOTALL)


@click.command()
@click.argument("name", metavar="ID|URL[@TIME]")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "bibtex", "ris", "csl"]),
    default="text",
    show_default=True,
    help="A line in Indonesian, or what reference managers open.",
)
@click.pass_obj
def cite(app: App, name: str, *, output: str) -> None:
    """Cite one article by id, uid or address, with its capture's digest.

    With @TIME (2024-11-27, or a time with its zone) as it stood then; a day means its end, in the outlet's zone.
    """
    from archive import citation, references
    from archive.orders import TakenDownError
    from archive.output import to_json, wrapped
    from archive.takedowncommands import print_tombstone

    name, at = _parted(name)
    _refuse_future(at)
    try:
        cited = citation.cite(app.archive(), name, at)
    except TakenDownError as error:
        if output != "text":
            raise
        print_tombstone(error.tombstone)
        return
    if output == "text":
        click.echo(wrapped(references.as_text(cited), break_long_words=False, break_on_hyphens=False))
        return
    made = {
        "bibtex": lambda: references.as_bibtex(cited),
        "ris": lambda: references.as_ris(cited),
        "csl": lambda: to_json(references.as_csl(cited)) + "\n",
    }[output]()
    # As bytes: where a system writes its own line ends, those of RIS would be doubled.
    click.echo(made.encode(), nl=False)


def _parted(name: str) -> tuple[str, date | datetime | None]:
    """Part what names an article from the time that stands behind it; an address may hold an @ of its own."""
    article, sign, said = name.rpartition("@")
    if not sign or (not _TIME.fullmatch(said) and "/" in name):
        return name, None
    try:
        if len(said) == len("2024-11-27"):
            return article, date.fromisoformat(said)
        at = datetime.fromisoformat(said)
    except ValueError:
        raise MisuseError(f"@{said} is no day such as 2024-11-27, and no time such as 2024-11-27T09:00+08:00") from None
    if at.tzinfo is None:
        raise MisuseError(f"@{said} names no zone: write it with its offset, such as {said}+08:00")
    return article, at


def _refuse_future(at: date | datetime | None) -> None:
    if at is None:
        return
    # A day begins first where clocks are fourteen hours ahead.
    begins = at if isinstance(at, datetime) else datetime.combine(at, time(), timezone(timedelta(hours=14)))
    if begins > datetime.now(UTC):
        raise MisuseError(f"@{at} is yet to come: nobody has seen the article then")
