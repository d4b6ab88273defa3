"""The codebook as people read it: Markdown, or rows for a table or a spreadsheet."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from archive.codebook import described, fields, says
from archive.columns import Columns, paths
from archive.output import to_json

_HEAD = "| column | type | what it says | from |\n| --- | --- | --- | --- |\n"


def rows(table: str) -> Iterator[dict[str, Any]]:
    """Give a row for each column of a table, and for each part of the records in one."""
    for field in fields(table):
        yield {
            "of": table,
            "column": field.path,
            "type": field.kind,
            "says": field.says,
            "values": [f"{value}: {said}" for value, said in (field.values or {}).items()],
            "form": field.form.says if field.form else None,
            "pattern": field.form.pattern if field.form else None,
            "unit": field.unit,
            "least": field.least,
            "most": field.most,
            "null": field.null,
            "empty": field.empty,
            "from": field.source,
            "quotes": field.quotes,
        }


def markdown(tables: Mapping[str, tuple[str, Columns]]) -> str:
    """Give a section for each file: by its name, the table that its rows are of, and the columns that it has."""
    parts = []
    for name, (table, held) in tables.items():
        kept = set(paths(held))
        lines = [
            f"| `{field.path}` | {field.kind} | {_cell(described(field))} | {_cell(field.source)} |\n"
            for field in fields(table)
            if field.path in kept
        ]
        parts.append(f"## {name}\n\n{says(table)}\n\n{_HEAD}{''.join(lines)}")
    return "\n".join(parts)


def pretty(value: object) -> str:
    """Give JSON for files that people read, too: indented, its keys as they are."""
    return msgspec.json.format(to_json(value), indent=2) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
