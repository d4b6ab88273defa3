"""What was read of records that a takedown removed: kept as it was read, since nobody can read those records again.

A takedown removes whole records, since a record without one of its stories would be a forgery. The other stories of an
API's answer keep their texts: a rebuild takes what was read of them from here.
"""

from collections.abc import Collection
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, or_, select, update

from archive import changes
from archive.models import Capture, KeptReading, Visit
from archive.orders import LIES
from archive.records import (
    Actor,
    Election,
    Key,
    Reading,
    Reason,
    Region,
    Related,
    Removed,
    Role,
    Span,
    Topic,
    VisitState,
)
from archive.stories import ADDRESS, UID, Article, ArticleKey, Body, ReadingRow, ReadingSource
from archive.tags import of as tags_of
from archive.traces import Traces

Kept = tuple[Reading, tuple[tuple[int, Role], ...]]
"""A reading, and the captures that it was made of."""


def of(connection: Connection, visit_ids: Collection[int]) -> dict[int, Kept]:
    """Give what is kept of some visits, by their ids."""
    rows = connection.execute(select(KeptReading.__table__).where(KeptReading.visit_id.in_(visit_ids)))
    return {
        row.visit_id: (
            msgspec.convert(row.reading, Reading),
            tuple((capture_id, Role(role)) for capture_id, role in row.sources),
        )
        for row in rows
    }


def keep(connection: Connection, capture_ids: Collection[int]) -> int:
    """Keep what was read of some captures, but of stories that are taken down; give of how many visits.

    Of a visit that showed what was held already, the reading that was held is kept.
    """
    gave = ReadingSource.role != Role.LISTING
    made = select(ReadingSource.reading_id).where(ReadingSource.capture_id.in_(capture_ids), gave)
    # A page is read with its story's record: without that it would be another reading.
    beside = select(ReadingSource.capture_id).where(ReadingSource.reading_id.in_(made), gave)
    visits = connection.execute(
        select(Visit.id, Visit.capture_id, Visit.text_sha256)
        .where(
            or_(Visit.capture_id.in_(capture_ids), Visit.capture_id.in_(beside)),
            Visit.state == VisitState.READ,
            Visit.text_sha256.is_not(None),
            Visit.reason.is_distinct_from(Reason.TAKEN_DOWN),
            Visit.id.not_in(select(KeptReading.visit_id)),
        )
        .order_by(Visit.id)
    ).all()
    rows = [
        {"visit_id": visit.id, "reading": msgspec.to_builtins(_reading(connection, row)), "sources": sources}
        for visit in visits
        if (row := _row(connection, visit)) is not None
        and (sources := _sources(connection, row.id, visit.capture_id)) is not None
    ]
    if rows:
        connection.execute(insert(KeptReading), rows)
    return len(rows)


def drop(connection: Connection, visit_ids: Collection[int]) -> None:
    """Drop what is kept of visits to a story that is taken down itself."""
    connection.execute(delete(KeptReading).where(KeptReading.visit_id.in_(visit_ids)))


def clear(connection: Connection, traces: Traces, now: datetime) -> None:
    """Take headlines out of what is kept of other stories: of their links, and of what was cut out of their texts."""

    def other(pieces: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [piece for piece in pieces if not traces.within(piece["text"]).headline]

    for kept in connection.execute(select(KeptReading.visit_id, KeptReading.reading)).all():
        told = kept.reading | {name: other(kept.reading[name]) for name in ("related", "removed")}
        if told != kept.reading:
            here = KeptReading.visit_id == kept.visit_id
            connection.execute(update(KeptReading).where(here).values(reading=told))
    gone = select(ReadingSource.reading_id).join(Capture, Capture.id == ReadingSource.capture_id).where(~LIES)
    whole = select(Body.reading_id, Body.removed, ReadingRow.related).join(ReadingRow, ReadingRow.id == Body.reading_id)
    for row in connection.execute(whole.where(Body.reading_id.in_(gone))).all():
        related, removed = other(row.related), other(row.removed)
        if (related, removed) == (row.related, row.removed):
            continue
        connection.execute(update(ReadingRow).where(ReadingRow.id == row.reading_id).values(related=related))
        connection.execute(update(Body).where(Body.reading_id == row.reading_id).values(removed=removed))
        changes.note(connection, Article.reading_id == row.reading_id, now)


def _row(connection: Connection, visit: Any) -> Any:
    """Give the last reading that was made of a visit, else one of the same text from the same capture."""
    own = select(ReadingRow.id).where(ReadingRow.visit_id == visit.id).order_by(ReadingRow.id.desc()).limit(1)
    found = connection.execute(own).scalar()
    if found is None:
        same = (
            select(ReadingRow.id)
            .join(ReadingSource, ReadingSource.reading_id == ReadingRow.id)
            .where(ReadingRow.text_sha256 == visit.text_sha256, ReadingSource.capture_id == visit.capture_id)
        )
        found = connection.execute(same.order_by(ReadingRow.id.desc()).limit(1)).scalar()
    if found is None:
        return None
    whole = select(*ReadingRow.__table__.c, Body.text, Body.removed).join(Body, Body.reading_id == ReadingRow.id)
    return connection.execute(whole.where(ReadingRow.id == found)).one()


def _sources(connection: Connection, reading_id: int, capture_id: int | None) -> list[list[Any]]:
    rows = connection.execute(
        select(ReadingSource.capture_id, ReadingSource.role).where(ReadingSource.reading_id == reading_id)
    ).all()
    # Its own capture goes first, as where a record or a page is read.
    rows = sorted(rows, key=lambda row: (row.capture_id != capture_id, row.capture_id))
    return [[row.capture_id, row.role.value] for row in rows]


def _reading(connection: Connection, row: Any) -> Reading:
    about = tags_of(connection, [row.id])[row.id]
    keys = connection.execute(
        select(ArticleKey.scheme, ArticleKey.value)
        .where(
            ArticleKey.article_id == row.article_id,
            ArticleKey.scheme.not_in([ADDRESS, UID]),
            ArticleKey.until.is_(None),
        )
        .order_by(ArticleKey.id)
    )
    held = row.election
    return Reading(
        title=row.title,
        body=tuple(row.text.split("\n\n")) if row.text else (),
        keys=tuple(Key(scheme=key.scheme, value=key.value) for key in keys),
        removed=tuple(Removed(**piece) for piece in row.removed),
        dateline=row.dateline,
        dateline_outlet=row.dateline_outlet,
        place=row.place,
        authors=tuple(row.authors),
        editors=tuple(row.editors),
        credit=row.credit,
        advertorial_mark=row.advertorial_mark,
        published_date=row.published_date,
        published_at=_printed(row.published_at, row.published_offset),
        published_source=row.published_source,
        modified_at=_printed(row.modified_at, row.modified_offset),
        section=row.section,
        tags=tuple(row.tags),
        image_url=row.image_url,
        caption=row.caption,
        photo_credit=row.photo_credit,
        captions=tuple(row.captions),
        related=tuple(Related(**link) for link in row.related),
        language=row.language,
        flags=tuple(row.flags),
        election=held
        and Election(
            score=held["score"], about=bool(row.about_election), evidence=tuple(held["evidence"]), pack=held["pack"]
        ),
        phase=row.phase,
        regions=tuple(Region(**tag | {"spans": _spans(tag)}) for tag in about["regions"]),
        topics=tuple(Topic(**tag | {"spans": _spans(tag)}) for tag in about["topics"]),
        actors=tuple(Actor(**tag | {"spans": _spans(tag)}) for tag in about["actors"]),
        codebook=row.codebook,
        extractor=row.extractor,
    )


def _spans(tag: dict[str, Any]) -> tuple[Span, ...]:
    return tuple(Span(**span) for span in tag["spans"])


def _printed(moment: datetime | None, minutes: int | None) -> datetime | None:
    """Give a time with the offset with which it was printed."""
    return moment and moment.astimezone(timezone(timedelta(minutes=minutes or 0)))
