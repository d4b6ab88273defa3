"""Regions, topics and actors of readings: their rows, in and out, and what a filter asks of them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select

from archive.records import Filters, Reading, Span, TagKind
from archive.stories import Article, ReadingRow, Tag

_INSERT = insert(Tag)
_HELD = (TagKind.REGION, "regions"), (TagKind.TOPIC, "topics"), (TagKind.ACTOR, "actors")


def add(connection: Connection, reading_id: int, reading: Reading) -> None:
    """Store what a reading is about."""
    rows = [
        *(
            _row(reading_id, TagKind.REGION, at, one.code, one.name, one.role, one.spans, level=one.level)
            for at, one in enumerate(reading.regions)
        ),
        *(
            _row(reading_id, TagKind.TOPIC, at, one.name, one.name, one.role, one.spans, modality=one.modality)
            for at, one in enumerate(reading.topics)
        ),
        *(
            _row(reading_id, TagKind.ACTOR, at, one.id, one.name, one.role, one.spans)
            for at, one in enumerate(reading.actors)
        ),
    ]
    if rows:
        connection.execute(_INSERT, rows)


def of(connection: Connection, reading_ids: Sequence[int]) -> dict[int, dict[str, list[dict[str, Any]]]]:
    """Give `regions`, `topics` and `actors` of readings as records have them, those that weigh most first."""
    found: dict[int, dict[str, list[dict[str, Any]]]] = {
        reading_id: {name: [] for _, name in _HELD} for reading_id in reading_ids
    }
    rows = connection.execute(select(Tag.__table__).where(Tag.reading_id.in_(reading_ids)).order_by(Tag.place))
    for row in rows:
        found[row.reading_id][dict(_HELD)[row.kind]].append(_record(row))
    return found


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """Give what the tags of an article's reading must fulfil; of several values of a kind one is enough."""
    wanted: list[ColumnElement[bool]] = []
    for kind, values in (
        (TagKind.REGION, filters.regions),
        (TagKind.TOPIC, filters.topics),
        (TagKind.ACTOR, filters.actors),
    ):
        if values:
            named: list[ColumnElement[bool]] = [Tag.value.in_(values)]
            if kind is TagKind.REGION:
                named.extend(Tag.value.startswith(f"{code}.", autoescape=True) for code in values)
            held = select(Tag.value).where(Tag.reading_id == Article.reading_id, Tag.kind == kind, or_(*named))
            wanted.append(held.correlate(Article).exists())
    return wanted


def named(connection: Connection, reading_ids: Sequence[int]) -> dict[int, dict[TagKind, dict[str, str]]]:
    """Give the codes, names and ids by which readings are found, each with its name.

    A region is found by those that it lies in too; these have no name here, unless the reading names them itself.
    """
    found: dict[int, dict[TagKind, dict[str, str]]] = {reading_id: {} for reading_id in reading_ids}
    rows = connection.execute(
        select(Tag.reading_id, Tag.kind, Tag.value, Tag.name).where(Tag.reading_id.in_(reading_ids)).order_by(Tag.place)
    )
    for row in rows:
        held = found[row.reading_id].setdefault(row.kind, {})
        if row.kind is TagKind.REGION:
            for code in within(row.value):
                held.setdefault(code, "")
        held[row.value] = row.name
    return found


def within(code: str) -> Iterable[str]:
    """Give a region's code and those of the regions that it lies in, the widest first."""
    parts = code.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def known(connection: Connection, kind: TagKind) -> list[tuple[str, str]]:
    """Give value and name of all tags of a kind, sorted; of topics and actors there are few."""
    rows = connection.execute(select(Tag.value, Tag.name).where(Tag.kind == kind).distinct().order_by(Tag.value))
    return [(row.value, row.name) for row in rows]


def unlooked(connection: Connection) -> int:
    """Count the articles of which nobody looked what they are about."""
    held = select(func.count()).select_from(Article).join(ReadingRow, ReadingRow.id == Article.reading_id)
    return connection.execute(held.where(ReadingRow.codebook.is_(None))).scalar_one()


def _row(
    reading_id: int, kind: TagKind, place: int, value: str, name: str, role: str, spans: Sequence[Span], **said: Any
) -> dict[str, Any]:
    return {
        "reading_id": reading_id,
        "kind": kind,
        "value": value,
        "place": place,
        "name": name,
        "level": None,
        "role": str(role),
        "modality": None,
        "spans": [asdict(span) for span in spans],
        **said,
    }


def _record(row: Any) -> dict[str, Any]:
    if row.kind is TagKind.REGION:
        said = {"code": row.value, "name": row.name, "level": row.level, "role": row.role}
    elif row.kind is TagKind.TOPIC:
        modality = row.modality.value if row.modality else None
        said = {"name": row.name, "role": row.role, "modality": modality}
    else:
        said = {"id": row.value, "name": row.name, "role": row.role}
    return {**said, "spans": row.spans}
