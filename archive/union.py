"""Articles that prove to be one story become one; both names go on leading to it."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from archive import history
from archive.database import insert_row
from archive.models import Visit
from archive.records import ChangeKind
from archive.stories import UID, Article, ArticleKey, Change, Event, ReadingRow, Version


def tell(connection: Connection, article_id: int, uid: str, kind: ChangeKind, now: datetime) -> None:
    """Add to the sequence that index, cursors and exports follow."""
    insert_row(connection, Change, article_id=article_id, uid=uid, kind=kind, at=now)


def unite(connection: Connection, kept_id: int, other_id: int, now: datetime) -> None:
    """Make one article of two: all that was read of the other is the kept one's, which shows what was read last.

    The other's `uid` becomes a key of the kept one and is told as gone; texts that follow each other and are the same
    are one version. Whether it is public all looks at both say, which the caller has yet to settle (`removals`).
    """
    rows = connection.execute(select(Article.__table__).where(Article.id.in_([kept_id, other_id]))).all()
    kept, other = sorted(rows, key=lambda row: row.id != kept_id)
    for model in (ReadingRow, Version, ArticleKey):
        connection.execute(update(model).where(model.article_id == other_id).values(article_id=kept_id))
    insert_row(
        connection,
        ArticleKey,
        article_id=kept_id,
        outlet_id=kept.outlet_id,
        scheme=UID,
        value=other.uid,
        since=other.first_seen_at,
        until=None,
    )
    connection.execute(delete(Event).where(Event.article_id.in_([kept_id, other_id])))
    connection.execute(delete(Article).where(Article.id == other_id))
    newest = connection.execute(
        select(ReadingRow.id)
        .join(Visit, Visit.id == ReadingRow.visit_id)
        .where(ReadingRow.article_id == kept_id)
        .order_by(Visit.at.desc(), ReadingRow.visit_id.desc(), ReadingRow.id.desc())
        .limit(1)
    ).scalar()
    shown = other if newest == other.reading_id else kept
    first_seen_at = min(kept.first_seen_at, other.first_seen_at)
    connection.execute(
        update(Article)
        .where(Article.id == kept_id)
        .values(
            reading_id=shown.reading_id,
            published_date=shown.published_date,
            moment=shown.moment if shown.published_date else int(first_seen_at.timestamp()),
            first_seen_at=first_seen_at,
            last_seen_at=max(kept.last_seen_at, other.last_seen_at),
        )
    )
    history.rewrite(connection, kept_id)
    tell(connection, kept_id, other.uid, ChangeKind.TOMBSTONE, now)
    tell(connection, kept_id, kept.uid, ChangeKind.UPSERT, now)
