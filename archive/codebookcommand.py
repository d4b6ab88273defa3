"""The command that prints the codebook: what every column of every export means."""

import sys

import click

from archive.output import FORMATS, MisuseError, write_rows

SHOWN = ("column", "type", "says")


@click.command()
@click.option("--of", "table", help="One kind of row: article, version, pair …; all of them unless told.")
@click.option(
    "--format",
    "output",
    type=click.Choice([*FORMATS, "markdown", "json-schema"]),
    default="table",
    show_default=True,
    help="A JSON Schema is of one kind of row, of article unless told.",
)
def codebook(*, table: str | None, output: str) -> None:
    """Print what every column of a record means, for people or as JSON Schema; no archive is needed."""
    from archive import handbook, recordschema
    from archive.codebook import TABLES

    if table is not None and table not in TABLES:
        raise MisuseError(f"--of: there are no rows {table}; there are {', '.join(TABLES)}")
    asked = [table] if table else list(TABLES)
    if output == "json-schema":
        sys.stdout.write(handbook.pretty(recordschema.document(table or "article")))
    elif output == "markdown":
        sys.stdout.write(handbook.markdown({name: (name, TABLES[name]) for name in asked}))
    else:
        rows = (row for name in asked for row in handbook.rows(name))
        write_rows(rows, output, SHOWN if table else ("of", *SHOWN), whole="column")
