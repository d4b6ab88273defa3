"""Rows for people and for programs: the four formats that every listing command speaks."""

import csv
import io
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import click
import msgspec

from archive.text import columns as wide
from archive.text import fitted, for_csv, for_terminal

Command = TypeVar("Command", bound=Callable[..., Any])
FORMATS = ("table", "json", "jsonl", "csv")
WIDTH = 80
"""Columns of what is printed for people, where it is not a terminal that says how many it has."""
NARROWEST = 40


class MisuseError(click.ClickException):
    """What was asked for makes no sense; its text is one line and the command exits with 2."""

    exit_code = 2


def format_option(command: Command) -> Command:
    """Give a command `--format table|json|jsonl|csv` as the argument `output`."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="A table is for people, the others are for programs.",
    )(command)


def to_json(value: object) -> str:
    """Give JSON: enums by value, times in ISO 8601, text as it is."""
    return msgspec.json.encode(value).decode()


def room() -> int:
    """Give the columns that a line for people has: those of the terminal, 80 elsewhere."""
    return max(shutil.get_terminal_size((WIDTH, 24)).columns, NARROWEST) if sys.stdout.isatty() else WIDTH


def running_width() -> int:
    """Give the columns of running text: longer lines than 80 are hard to read."""
    return min(room(), WIDTH)


def wrapped(text: str, **options: Any) -> str:
    """Give a text as lines for people, broken as `textwrap` does by these options."""
    import textwrap  # 2 ms, and rows need none of it

    return textwrap.fill(for_terminal(text), running_width(), **options)


def line(text: str, indent: int = 0) -> str:
    """Give a text as one line for people, cut where it is too long."""
    return " " * indent + fitted(" ".join(for_terminal(text).split()), running_width() - indent)


def write_rows(
    rows: Iterable[Mapping[str, Any]],
    output: str,
    columns: Sequence[str] | None = None,
    *,
    empty: str | None = None,
    whole: str = "",
) -> None:
    """Print rows to stdout in one of the four formats; `columns` are those of the table, all by default.

    A row too wide for the terminal, or for 80 columns, gives up space in its widest column, the last one first.
    The column `whole` gives up none. `empty` is said on stderr instead of a table without rows.
    """
    if output == "jsonl":
        for row in rows:
            sys.stdout.write(to_json(row) + "\n")
        return
    held = list(rows)
    if output == "json":
        sys.stdout.write(msgspec.json.format(to_json(held), indent=2) + "\n")
    elif output == "csv":
        sys.stdout.write(to_csv(held))
    elif not held and empty:
        click.echo(for_terminal(empty), err=True)
    else:
        sys.stdout.write(_table(held, columns or (list(held[0]) if held else []), whole))


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Give rows as CSV with a header; its cells are those of `cell_text`, and none begins a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow([for_csv(cell_text(value)) for value in row.values()])
    return buffer.getvalue()


def cell_text(value: object) -> str:
    """Give a value as the text of one cell: nothing for None, lists joined by `; `, records and lists of them as JSON."""
    plain = msgspec.to_builtins(value)
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, (list, tuple)):
        if any(isinstance(part, dict) for part in plain):
            return to_json(plain)
        return "; ".join(cell_text(part) for part in plain)
    if isinstance(plain, dict):
        return to_json(plain)
    # Before Python 3.13 csv leaves a bare carriage return unquoted, and readers take what follows for a new row.
    return str(plain).replace("\r\n", "\n").replace("\r", "\n")


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], whole: str) -> str:
    if not rows:
        return ""
    cells = [[" ".join(for_terminal(cell_text(row.get(name))).split()) for name in columns] for row in rows]
    heads = [name.upper().replace("_", " ") for name in columns]
    widths = [max(len(head), *(wide(row[at]) for row in cells)) for at, head in enumerate(heads)]
    spare = room() - 2 * (len(widths) - 1)
    giving = [at for at, name in enumerate(columns) if name != whole]
    while sum(widths) > spare and any(widths[at] > 8 for at in giving):
        widest = max(giving, key=lambda at: (widths[at], at))
        widths[widest] -= 1
    lines = [heads, *cells]
    return "".join(
        "  ".join(_fit(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines
    )


def _fit(cell: str, width: int) -> str:
    held = fitted(cell, width)
    return held + " " * (width - wide(held))
