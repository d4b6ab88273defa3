"""An article's versions as the outside sees them: what each changed, and which reading shows it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from archive.stories import Article, ReadingRow, Version
from archive.times import utc


def history(connection: Connection, uid: str) -> list[dict[str, Any]]:
    """Give an article's versions, oldest first: what each changed, and under `beside` what changed but the text."""
    from archive.history import beside  # 20 ms for what compares texts, which no search needs

    rows = connection.execute(
        select(
            Version.article_id,
            Version.since,
            Version.text_sha256,
            Version.changed,
            Version.note,
            Version.shrunken,
            ReadingRow.title,
            ReadingRow.word_count,
            ReadingRow.modified_at,
        )
        .join(Article, Article.id == Version.article_id)
        .join(ReadingRow, ReadingRow.id == Version.reading_id)
        .where(Article.uid == uid)
        .order_by(Version.since, Version.first_visit_id)
    ).all()
    edits = beside(connection, rows[0].article_id, [row.since for row in rows]) if rows else []
    return [
        {
            "version": number,
            "since": utc(row.since),
            "text_sha256": row.text_sha256,
            "title": row.title,
            "word_count": row.word_count,
            "modified_at": utc(row.modified_at),
            "changed": row.changed,
            "announced": row.note is not None if row.changed else None,
            "note": row.note,
            "shrunken": row.shrunken or [],
            "beside": [edit | {"since": utc(edit["since"])} for edit in edits[number - 1]],
        }
        for number, row in enumerate(rows, 1)
    ]


def reading_of(connection: Connection, uid: str, number: int) -> int | None:
    """Give the reading of one of an article's versions, counted from 1; None where it has not so many."""
    rows = connection.execute(
        select(Version.reading_id)
        .join(Article, Article.id == Version.article_id)
        .where(Article.uid == uid)
        .order_by(Version.since, Version.first_visit_id)
    )
    return dict(enumerate(rows.scalars(), 1)).get(number)


def looks_too_short(connection: Connection, article_ids: Sequence[int]) -> dict[int, list[str | None]]:
    """Give when each version of some articles was last seen too short to be an edit, oldest version first."""
    found: dict[int, list[str | None]] = {}
    for row in connection.execute(
        select(Version.article_id, Version.shrunken)
        .where(Version.article_id.in_(article_ids))
        .order_by(Version.since, Version.first_visit_id)
    ):
        found.setdefault(row.article_id, []).append(row.shrunken[-1] if row.shrunken else None)
    return found
