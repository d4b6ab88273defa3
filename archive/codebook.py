"""What every column of exported rows means: one description, of which codebook and JSON Schema are made.

Names, order and types come from `archive.columns`, meanings from `data/codebook.toml`, values from `archive.records`.
"""

import ast
import inspect
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from archive import columns, long, records
from archive.columns import Columns, Kind, Many, Shape, paths

FILE = Path(__file__).with_name("data") / "codebook.toml"
TABLES: Mapping[str, Columns] = {
    "article": columns.ARTICLE,
    "version": columns.VERSION,
    "pair": columns.PAIR,
    "count": columns.COUNT,
    "coverage": columns.COVERAGE,
    **{name: long.columns(name) for name in long.TABLES},
}
"""The kinds of rows that are described."""

_NAMES = {
    Kind.TEXT: "text",
    Kind.DAY: "day",
    Kind.INTEGER: "whole number",
    Kind.NUMBER: "number",
    Kind.TRUTH: "true or false",
}
_KNOWN = {"says", "from", "null", "empty", "values", "never", "form", "unit", "least", "most", "quotes", "like"}


class CodebookError(Exception):
    """The description and the columns do not fit together; a bug, which a test finds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a value is written, for people and as a pattern of ECMA 262."""

    says: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column, or a part of the records in one (`captures.sha256`), and what is known of its values."""

    path: str
    shape: Shape
    says: str
    source: str
    null: str | None = None
    """What null means; None where there is always a value."""
    empty: str | None = None
    """What an empty list means."""
    values: Mapping[str, str] | None = None
    """The only values and what each says; of a list, those in it."""
    form: Form | None = None
    unit: str | None = None
    least: int | None = None
    most: int | None = None
    quotes: bool = False
    """Whether it holds words of the article's text."""

    @property
    def kind(self) -> str:
        """Its type, for people."""
        return _kind(self.shape)


def _kind(shape: Shape) -> str:
    if isinstance(shape, Many):
        return "list of records" if isinstance(shape.of, Mapping) else f"list of {_kind(shape.of)}s"
    return "record" if isinstance(shape, Mapping) else _NAMES[shape]


def fields(table: str) -> tuple[Field, ...]:
    """Describe the columns of a kind of row in their order, each with its parts behind it.

    Raises:
        CodebookError: a column is not described, or what is described is no column.
    """
    described = _described(table)
    walked = paths(TABLES[table])
    if odd := sorted(described.keys() ^ walked.keys()):
        raise CodebookError(f"{table}: {', '.join(odd)} is not described, or is no column")
    return tuple(_field(table, path, shape) for path, shape in walked.items())


def without_quotes(table: str) -> Columns:
    """Give the columns of a kind of row without those that hold words of an article's text."""
    told = {field.path for field in fields(table) if field.quotes}
    return {name: _bare(shape, name, told) for name, shape in TABLES[table].items() if name not in told}


def quoting(table: str) -> list[str]:
    """Give the columns and parts that `without_quotes` leaves out; of a column that goes none of its parts."""
    told = [field.path for field in fields(table) if field.quotes]
    return [path for path in told if not any(path.startswith(f"{other}.") for other in told)]


def _bare(shape: Shape, path: str, told: Collection[str]) -> Shape:
    if isinstance(shape, Many):
        return Many(_bare(shape.of, path, told))
    if isinstance(shape, Mapping):
        parts = {name: (f"{path}.{name}", part) for name, part in shape.items()}
        return {name: _bare(part, at, told) for name, (at, part) in parts.items() if at not in told}
    return shape


def says(table: str) -> str:
    """Say what a row of a table is."""
    said: str = _entries()["rows"][table]
    return said


def described(field: Field) -> str:
    """Give all that is known of a column's values but type and source, in one line."""
    told = [field.says, *(f"`{value}`: {said}." for value, said in (field.values or {}).items())]
    told += [f"Written as {field.form.says}."] if field.form else []
    told += [f"In {field.unit}."] if field.unit else []
    told += [f"Null: {field.null}."] if field.null else []
    told += [f"Empty list: {field.empty}."] if field.empty else []
    return " ".join(told)


@cache
def _entries() -> Mapping[str, Any]:
    held: dict[str, Any] = tomllib.loads(FILE.read_text("utf-8"))
    return held


def _described(table: str) -> Mapping[str, Any]:
    """Give what is written of a table's columns; those of a long table are the parts of the list that it is made of."""
    if table not in long.TABLES:
        described: dict[str, Any] = _entries()[table]
        return described
    parts = (name for name in TABLES[table] if name != "uid")
    return {"uid": {"like": "article.uid"}} | {
        name: {"like": "long.spans" if name == "spans" else f"article.{table}.{name}"} for name in parts
    }


def _said(table: str, path: str) -> dict[str, Any]:
    """Give what is written of a column, with what is written of the one that it is like."""
    said: dict[str, Any] = (_entries()["long"] if table == "long" else _described(table))[path]
    if strange := said.keys() - _KNOWN:
        raise CodebookError(f"{table}.{path} has {', '.join(sorted(strange))}, which says nothing")
    like = said.get("like")
    return _said(*like.split(".", 1)) | said if like else said


def _field(table: str, path: str, shape: Shape) -> Field:
    held, said = _entries(), _said(table, path)
    form, values = said.get("form"), said.get("values")
    field = Field(
        path=path,
        shape=shape,
        says=said["says"],
        source=held["sources"][said["from"]],
        form=Form(**held["forms"][form]) if form else None,
        values=None if values is None else _values(values, said.get("never", ())),
        empty=said.get("empty") if isinstance(shape, Many) else None,
        **{name: said[name] for name in ("null", "unit", "least", "most", "quotes") if name in said},
    )
    if shape is Kind.DAY:
        field = replace(field, form=Form(**held["forms"]["day"]))
    return field


def _values(name: str, never: Collection[str]) -> dict[str, str]:
    return {value: said for value, said in meanings(name).items() if value not in never}


@cache
def meanings(name: str) -> Mapping[str, str]:
    """Give the values of an enum of `archive.records`, or of a list of the codebook's own, and what each says.

    Of an enum it is what stands below a value there, else what the codebook says.

    Raises:
        CodebookError: there are no such values, or one says nothing.
    """
    said: dict[str, str] = _entries()["values"].get(name, {})
    members = [member.value for member in getattr(records, name, ())] or list(said)
    for kind in ast.parse(inspect.getsource(records)).body:
        if isinstance(kind, ast.ClassDef) and kind.name == name:
            said = {value: text for lines in pairwise(kind.body) for value, text in _member(*lines)} | said
    if not members or said.keys() != set(members):
        raise CodebookError(f"{name}: there are no such values, or one of them says nothing")
    return {value: said[value] for value in members}


def _member(line: ast.stmt, below: ast.stmt) -> Iterator[tuple[str, str]]:
    """Give the value of an enum's member and what the text below says of it, where two lines are such."""
    if isinstance(line, ast.Assign) and isinstance(below, ast.Expr):
        yield ast.literal_eval(line.value), " ".join(ast.literal_eval(below.value).rstrip(".").split())
