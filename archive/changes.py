"""The change sequence, as those who follow it read it: what the index must hear of."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, literal, select

from archive import tags
from archive.document import IndexDocument
from archive.models import Outlet
from archive.records import ChangeKind, TagKind
from archive.stories import Article, Body, Change, ReadingRow, Version

BATCH = 200
"""Articles that are put together at once: their tags are fetched by one query."""
_NUMBER = select(func.count()).select_from(Version).where(Version.article_id == Article.id).scalar_subquery()


def after(connection: Connection, sequence: int) -> Iterator[tuple[int, str, IndexDocument | None]]:
    """Give what the index must hear of after a sequence, in order; of an article only its last change, as it is now."""
    last = (
        select(func.max(Change.sequence).label("sequence"), Change.uid)
        .where(Change.sequence > sequence, Change.kind != ChangeKind.NOTED)
        .group_by(Change.uid)
        .subquery()
    )
    rows = connection.execute(
        select(
            last.c.sequence,
            last.c.uid,
            Outlet.slug,
            ReadingRow.id.label("reading_id"),
            ReadingRow.title,
            Body.text,
            Article.moment,
            Article.published_date,
            Article.state,
            _NUMBER.label("versions"),
            ReadingRow.authors,
            ReadingRow.place,
            ReadingRow.tags,
            ReadingRow.about_election,
        )
        .outerjoin(Article, Article.uid == last.c.uid)
        .outerjoin(Outlet, Outlet.id == Article.outlet_id)
        .outerjoin(ReadingRow, ReadingRow.id == Article.reading_id)
        .outerjoin(Body, Body.reading_id == ReadingRow.id)
        .order_by(last.c.sequence)
        .execution_options(yield_per=BATCH)
    )
    for batch in rows.partitions(BATCH):
        about = tags.named(connection, [row.reading_id for row in batch if row.reading_id is not None])
        for row in batch:
            document = None
            if row.text is not None:
                named = about[row.reading_id]
                document = IndexDocument(
                    uid=row.uid,
                    outlet=row.slug,
                    title=row.title,
                    body=row.text,
                    moment=row.moment,
                    published=row.published_date,
                    authors=tuple(row.authors),
                    place=row.place,
                    tags=tuple(row.tags),
                    state=row.state,
                    changed=row.versions > 1,
                    election=row.about_election is True,
                    regions=tuple(named.get(TagKind.REGION, ())),
                    topics=tuple(named.get(TagKind.TOPIC, ())),
                    actors=tuple(named.get(TagKind.ACTOR, ())),
                    actor_names=tuple(named.get(TagKind.ACTOR, {}).values()),
                )
            yield row.sequence, row.uid, document


def note(
    connection: Connection, which: ColumnElement[bool], now: datetime, kind: ChangeKind = ChangeKind.NOTED
) -> None:
    """Tell of some articles at once: unless told, that their records say something else beside their words."""
    rows = select(Article.id, Article.uid, literal(kind, Change.kind.type), literal(now, Change.at.type))
    columns = [Change.article_id, Change.uid, Change.kind, Change.at]
    connection.execute(insert(Change).from_select(columns, rows.where(which).order_by(Article.id)))


def last(connection: Connection, uid: str) -> ChangeKind | None:
    """Give what was told last of an article."""
    told = select(Change.kind).where(Change.uid == uid).order_by(Change.sequence.desc()).limit(1)
    return connection.execute(told).scalar()


def newest(connection: Connection) -> int:
    """Give the sequence of the newest change; 0 in an empty archive."""
    return connection.execute(select(func.max(Change.sequence))).scalar() or 0
