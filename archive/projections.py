"""Projections emptied before they are made again from facts, and what a rebuild did not bring back."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Select, delete, select

from archive import changes, duplicates
from archive.identity import claim, make_uid
from archive.models import Address, AddressAlias, Outlet
from archive.records import ChangeKind, Key
from archive.stories import UID, Article, ArticleKey, Body, Event, ReadingRow, ReadingSource, Tag, Version
from archive.union import tell

FEW = 1000
"""Below so many names they are asked for one by one, and not looked for among all of the outlet's."""


def forget(connection: Connection, outlet_id: int, now: datetime) -> set[str]:
    """Empty the projections of one outlet and give the uids that led to an article; facts stay as they are.

    Readers are told that the articles are gone: a rebuild that is killed never says which did not come back. Clusters
    join outlets: they are forgotten as a whole, and made again by who next brings the archive up to date.
    """
    duplicates.clear(connection, now)
    uids = _uids(connection, outlet_id)
    changes.note(connection, Article.outlet_id == outlet_id, now, ChangeKind.TOMBSTONE)
    _delete(connection, select(Article.id).where(Article.outlet_id == outlet_id))
    return uids


def take_out(connection: Connection, article_ids: Collection[int]) -> tuple[dict[str, int], set[str]]:
    """Empty the projections of some articles; give the id of each by its uid, and the uids that led to one besides."""
    named = connection.execute(select(Article.uid, Article.id).where(Article.id.in_(article_ids)))
    ids = {row.uid: row.id for row in named}
    led = select(ArticleKey.value).where(ArticleKey.article_id.in_(article_ids), ArticleKey.scheme == UID)
    others = set(connection.execute(led).scalars())
    _delete(connection, select(Article.id).where(Article.id.in_(article_ids)))
    return ids, others


def _delete(connection: Connection, mine: Select[int]) -> None:
    readings = select(ReadingRow.id).where(ReadingRow.article_id.in_(mine))
    for table, condition in (
        (Version, Version.article_id.in_(mine)),
        (Event, Event.article_id.in_(mine)),
        (ReadingSource, ReadingSource.reading_id.in_(readings)),
        (Body, Body.reading_id.in_(readings)),
        (Tag, Tag.reading_id.in_(readings)),
        (ReadingRow, ReadingRow.article_id.in_(mine)),
        (ArticleKey, ArticleKey.article_id.in_(mine)),
        (Article, Article.id.in_(mine)),
    ):
        connection.execute(delete(table).where(condition))


def bury(connection: Connection, outlet_id: int, before: set[str], now: datetime) -> int:
    """Tell readers of the articles that reading again did not bring back; give how many.

    Names of articles that newer rules for addresses had made one lead to that one again: no visit shows that they were
    two.
    """
    lost = before - _uids(connection, outlet_id, among=before)
    for uid, article_id in _of_former_addresses(connection, outlet_id).items() if lost else ():
        if uid in lost:
            claim(connection, article_id, outlet_id, [Key(scheme=UID, value=uid)], now)
            changes.note(connection, Article.id == article_id, now)  # it has the other one's labels
            lost.remove(uid)
    for uid in sorted(lost):
        if changes.last(connection, uid) is not ChangeKind.TOMBSTONE:
            tell(connection, 0, uid, ChangeKind.TOMBSTONE, now)
    return len(lost)


def _uids(connection: Connection, outlet_id: int, among: Collection[str] | None = None) -> set[str]:
    """Give the uids that lead to an article of an outlet, all or those of some."""
    own = select(Article.uid).where(Article.outlet_id == outlet_id)
    led = select(ArticleKey.value).where(ArticleKey.outlet_id == outlet_id, ArticleKey.scheme == UID)
    if among is not None and len(among) < FEW:
        own, led = own.where(Article.uid.in_(among)), led.where(ArticleKey.value.in_(among))
    return {*connection.execute(own).scalars(), *connection.execute(led).scalars()}


def _of_former_addresses(connection: Connection, outlet_id: int) -> dict[str, int]:
    """Give the first names of stories at addresses as older rules had them, and the articles that stand there now."""
    rows = connection.execute(
        select(Outlet.slug, AddressAlias.raw, Article.id)
        .join(Address, Address.id == AddressAlias.address_id)
        .join(Outlet, Outlet.id == Address.outlet_id)
        .join(Article, Article.address_id == Address.id)
        .where(Address.outlet_id == outlet_id, AddressAlias.raw.startswith("/"))
    )
    return {make_uid(row.slug, row.raw, 0): row.id for row in rows}
