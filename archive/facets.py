"""What a search counted, as it is shown: values with their names."""

from typing import Any

from sqlalchemy import Connection, func, select

from archive import regions
from archive.index import Facets
from archive.records import TagKind
from archive.stories import Tag


def named(connection: Connection, counted: Facets) -> dict[str, list[dict[str, Any]]]:
    """Give for each kind its values with the number of articles, the most frequent first, and months in their order.

    Regions and actors have a name beside their code or id. Articles without a day are in no month, and those that name no
    region, topic or actor in none of these.
    """
    names = {
        "region": {place.code: place.name for place in regions.places()} if counted["region"] else {},
        "actor": _actors(connection, list(counted["actor"])),
    }
    return {kind: _rows(kind, values, names.get(kind)) for kind, values in counted.items()}


def _rows(kind: str, values: dict[str, int], names: dict[str, str] | None) -> list[dict[str, Any]]:
    ordered = sorted(values.items(), key=lambda row: row[0] if kind == "month" else (-row[1], row[0]))
    return [
        {"value": value} | ({} if names is None else {"name": names.get(value)}) | {"articles": number}
        for value, number in ordered
    ]


def _actors(connection: Connection, ids: list[str]) -> dict[str, str]:
    if not ids:
        return {}
    rows = connection.execute(
        select(Tag.value, func.max(Tag.name).label("name"))
        .where(Tag.kind == TagKind.ACTOR, Tag.value.in_(ids))
        .group_by(Tag.value)
    )
    return {row.value: row.name for row in rows}
