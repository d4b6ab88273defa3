"""The JSON Schema of exported rows, made of the codebook: strict, so that what it lets pass is a row of ours."""

from collections.abc import Mapping
from typing import Any

from archive.codebook import TABLES, Field, described, fields, says
from archive.columns import Columns, Kind, Many, Shape

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = {
    Kind.TEXT: "string",
    Kind.DAY: "string",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.TRUTH: "boolean",
}


def document(table: str) -> dict[str, Any]:
    """Give the JSON Schema, draft 2020-12, of a row of a table."""
    return {"$schema": DIALECT, "title": table, **schema(table)}


def collection(tables: Mapping[str, tuple[str, Columns]]) -> dict[str, Any]:
    """Give one JSON Schema of several files: under `$defs` each by its name, made of a table and the columns that it has."""
    return {"$schema": DIALECT, "$defs": {name: schema(table, held) for name, (table, held) in tables.items()}}


def schema(table: str, held: Columns | None = None) -> dict[str, Any]:
    """Give the JSON Schema of a row that has all columns of a table, or all of `held`, and no others."""
    told = {field.path: field for field in fields(table)}
    return {"description": says(table), **_object(held or TABLES[table], "", told)}


def _object(parts: Columns, path: str, told: Mapping[str, Field]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _property(shape, f"{path}{name}", told) for name, shape in parts.items()},
        "required": list(parts),
        "additionalProperties": False,
    }


def _property(shape: Shape, path: str, told: Mapping[str, Field]) -> dict[str, Any]:
    field = told[path]
    if isinstance(shape, Many):
        parts = shape.of
        items = _object(parts, f"{path}.", told) if isinstance(parts, Mapping) else _value(field, parts)
        said: dict[str, Any] = {"type": "array", "items": items}
    elif isinstance(shape, Mapping):
        said = _object(shape, f"{path}.", told)
    else:
        said = _value(field, shape)
    if field.null is not None:
        said["type"] = [said["type"], "null"]
        if "enum" in said:
            said["enum"] = [*said["enum"], None]
    return {"description": described(field), **said}


def _value(field: Field, kind: Shape) -> dict[str, Any]:
    assert isinstance(kind, Kind)
    rules = {
        "enum": list(field.values) if field.values else None,
        "pattern": field.form.pattern if field.form else None,
        "minimum": field.least,
        "maximum": field.most,
    }
    return {"type": _TYPES[kind], **{name: rule for name, rule in rules.items() if rule is not None}}
