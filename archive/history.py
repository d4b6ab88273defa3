"""An article's versions, in the order of time: made again where a look at it was learned of late."""

from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, bindparam, delete, select

from archive.database import insert_row
from archive.models import Address, Visit
from archive.stories import Article, ArticleKey, ReadingRow, Version

Look = tuple[datetime, int, str]
"""When an article was looked at, by which visit, and the digest of the text that it showed."""


def rewrite(connection: Connection, article_id: int, look: Look) -> bool:
    """Make an article's versions again from all looks at it, `look` included; say whether they are others than before.

    A version is a run of looks at the same text, so what they are does not depend on the order in which we learned of
    them: an imported capture of last year goes before, between or into what we saw ourselves.
    """
    before = connection.execute(_VERSIONS.where(Version.article_id == article_id)).all()
    texts = select(ReadingRow.text_sha256).where(ReadingRow.article_id == article_id)
    addresses = (
        select(Address.id)
        .join(ArticleKey, (ArticleKey.value == Address.canonical) & (ArticleKey.outlet_id == Address.outlet_id))
        .where(ArticleKey.article_id == article_id, ArticleKey.scheme == "address")
    )
    # An address may have shown another story once: only this one's texts count.
    rows = connection.execute(
        select(Visit.at, Visit.id, Visit.text_sha256).where(
            Visit.address_id.in_(addresses), Visit.text_sha256.in_(texts), Visit.id != look[1]
        )
    )
    looks = sorted([*((row.at, row.id, row.text_sha256) for row in rows), look])
    firsts = [next(run) for _, run in groupby(looks, key=itemgetter(2))]
    after = [(visit_id, sha256, at) for at, visit_id, sha256 in firsts]
    if [tuple(row) for row in before] == after:
        return False
    connection.execute(delete(Version).where(Version.article_id == article_id))
    for visit_id, sha256, at in after:
        insert_row(
            connection,
            Version,
            article_id=article_id,
            first_visit_id=visit_id,
            reading_id=_reading(connection, article_id, sha256, at),
            text_sha256=sha256,
            since=at,
        )
    return True


_VERSIONS = select(Version.first_visit_id, Version.text_sha256, Version.since).order_by(
    Version.since, Version.first_visit_id
)


def _reading(connection: Connection, article_id: int, text_sha256: str, at: datetime) -> int:
    """Give the reading that shows a text: the first one that was seen from then on, else the last one before."""
    rows = connection.execute(
        select(Visit.at, ReadingRow.id)
        .join(Visit, Visit.id == ReadingRow.visit_id)
        .where(ReadingRow.article_id == article_id, ReadingRow.text_sha256 == text_sha256)
        .order_by(Visit.at, ReadingRow.id)
    ).all()
    return int(next((row.id for row in rows if row.at >= at), rows[-1].id))


_SEEN = select(Article.first_seen_at, Article.last_seen_at).where(Article.id == bindparam("article"))


def seen(connection: Connection, article_id: int) -> tuple[datetime, datetime]:
    """Give when an article was seen first and last."""
    row = connection.execute(_SEEN, {"article": article_id}).one()
    return row.first_seen_at, row.last_seen_at
