"""Indonesia's regions by their official codes (`data/regions.csv`)."""

from collections.abc import Collection
from pathlib import Path

TABLE = Path(__file__).with_name("data") / "regions.csv"


def unknown(codes: Collection[str]) -> list[str]:
    """Give those of the codes that no region has, sorted.

    The table is searched as it lies there, without being read row by row: settings ask with every command.
    """
    if not codes:
        return []
    table = TABLE.read_bytes()
    return sorted(code for code in codes if f"\n{code},".encode() not in table)
