"""Versions as rows of an export: the text of each, when it was there, what it changed and how that was announced."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from archive.articles import declarations
from archive.models import Address, Outlet
from archive.stories import Article, Body, ReadingRow, Version
from archive.times import printed, utc


def rows(connection: Connection, uids: Sequence[str]) -> list[dict[str, Any]]:
    """Give the versions of some articles, in the articles' order and the oldest first.

    `since` is when a version was first seen and `until` when the next one was. A first version changed nothing, and
    neither `changed` nor `announced` of it says anything.
    """
    found = connection.execute(
        select(
            Version.since,
            Version.text_sha256,
            Version.changed,
            Version.note,
            Version.shrunken,
            Article.uid,
            Article.outlet_id,
            Outlet.slug,
            Address.canonical,
            ReadingRow.title,
            ReadingRow.word_count,
            ReadingRow.published_date,
            ReadingRow.modified_at,
            ReadingRow.modified_offset,
            ReadingRow.extractor,
            Body.text,
        )
        .select_from(Version)
        .join(Article, Article.id == Version.article_id)
        .join(Outlet, Outlet.id == Article.outlet_id)
        .join(Address, Address.id == Article.address_id)
        .join(ReadingRow, ReadingRow.id == Version.reading_id)
        .join(Body, Body.reading_id == ReadingRow.id)
        .where(Article.uid.in_(uids))
        .order_by(Article.uid, Version.since, Version.first_visit_id)
    ).all()
    declared = declarations(connection)
    held = {uid: list(some) for uid, some in groupby(found, key=lambda row: row.uid)}
    return [
        {
            "uid": uid,
            "outlet": row.slug,
            "canonical_url": declared[row.outlet_id]["base_url"].rstrip("/") + row.canonical,
            "version": number,
            "versions": len(held[uid]),
            "since": utc(row.since),
            "until": utc(following.since) if following else None,
            "title": row.title,
            "body": row.text,
            "published_date": row.published_date.isoformat() if row.published_date else None,
            "modified_at": printed(row.modified_at, row.modified_offset),
            "word_count": row.word_count,
            "changed": row.changed,
            "announced": row.note is not None if row.changed else None,
            "note": row.note,
            "shrunken": row.shrunken or [],
            "text_sha256": row.text_sha256,
            "extractor": row.extractor,
        }
        for uid in uids
        if uid in held
        for number, (row, following) in enumerate(zip(held[uid], [*held[uid][1:], None], strict=True), 1)
    ]
