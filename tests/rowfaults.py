"""What is wrong with exported rows, by the JSON Schema that users are given and a validator that is not ours."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from archive import recordschema


@cache
def validator(table: str) -> Any:
    return Draft202012Validator(recordschema.document(table))


def faults(table: str, row: Mapping[str, Any]) -> list[str]:
    """Say where a row is none of its table, and why."""
    return [
        f"{row.get('uid')} {'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator(table).iter_errors(row)
    ]
