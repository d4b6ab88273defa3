"""Cursors: up to which change somebody has heard of an archive, as a text that they hand back for what came after.

A cursor names the archive, the sequence of a change, and a digest of that change: where a backup was restored, or a file
copied back, other changes have these numbers, and a cursor of the state that was lost is refused.

A sequence must be seen only once all before it are, or what ended later would be passed over. So writers wait for one
another: at an SQLite file for its write lock, on PostgreSQL for an advisory lock (`archive.postgres`).
"""

import hashlib
import zlib
from base64 import b32decode, b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select

from archive import articles, orders
from archive.changes import newest
from archive.columns import ARTICLE, TEXT, Columns
from archive.errors import ArchiveError
from archive.models import ArchiveName, Outlet, TakedownKey
from archive.records import ChangeKind, Filters
from archive.stories import Article, ArticleKey, Change

COLUMNS: Columns = {**ARTICLE, "tombstone": TEXT}
"""What is said of an article among what changed; of one that is gone all but `uid` and `tombstone` are null."""
_NAME, _NUMBER, _DIGEST, _SUM = 6, 6, 5, 3
"""Bytes of a cursor's parts: which archive, which change, what that change was, and a sum against slips of the pen."""
_ALL = "export without --since-cursor gives all articles and a new one"


class CursorError(ArchiveError):
    """A text that is no cursor of this archive as it is; one line says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The records of one state of an archive, one at a time, and the cursor after which all that is newer comes."""

    rows: Iterator[dict[str, Any]]
    columns: Columns
    cursor: str
    connection: Connection
    """By which more is asked of the same state."""


def give(connection: Connection, until: int | None = None) -> str:
    """Give the cursor of what a connection sees, or of its state at an earlier sequence."""
    sequence = newest(connection) if until is None else min(until, newest(connection))
    body = _archive(connection) + sequence.to_bytes(_NUMBER) + _what(connection, sequence)
    return b32encode(body + _sum(body)).decode().lower()


def read(connection: Connection, cursor: str) -> int:
    """Give the sequence that a cursor names.

    Raises:
        CursorError: it is none, or one of another archive, or of a state of this one that is no more.
    """
    try:
        held = b32decode(cursor.strip().upper())
    except ValueError:
        held = b""
    body = held[:-_SUM]
    if len(body) != _NAME + _NUMBER + _DIGEST or _sum(body) != held[-_SUM:]:
        raise CursorError(f"{cursor.strip()[:80]!r} is no cursor as an export prints it: was all of it copied?")
    if body[:_NAME] != _archive(connection):
        raise CursorError(f"the cursor is of another archive: {_ALL}")
    sequence = int.from_bytes(body[_NAME : _NAME + _NUMBER])
    if sequence > newest(connection) or body[-_DIGEST:] != _what(connection, sequence):
        raise CursorError(f"the cursor is of a state that a backup has replaced since: {_ALL}")
    return sequence


def changed(
    connection: Connection, since: int, filters: Filters, found: frozenset[str] | None = None
) -> Iterator[dict[str, Any]]:
    """Give what changed after a sequence, each article once and as it is now, in the order of the last changes.

    An article that passes the filters, and is among those `found` if a search is made, comes as its record. Any other
    that was there at the sequence comes as a tombstone that says why: what it was then nobody knows, so it is told of
    whether it passed then or not.
    """
    last = func.max(Change.sequence)
    told = select(Change.uid).where(Change.sequence > since).group_by(Change.uid).order_by(last)
    uids = iter(connection.execute(told.execution_options(yield_per=articles.BATCH)).scalars())
    while some := list(islice(uids, articles.BATCH)):
        records = articles.by_uid(connection, [uid for uid in some if found is None or uid in found], filters)
        others = [uid for uid in some if uid not in records]
        gone = _tombstones(connection, others, since, filters)
        for uid in some:
            if uid in records:
                yield records[uid] | {"tombstone": None}
            elif uid in gone:
                yield dict.fromkeys(COLUMNS) | {"uid": uid, "tombstone": gone[uid]}


def _tombstones(connection: Connection, uids: list[str], since: int, filters: Filters) -> dict[str, str]:
    """Say why some articles are no more, as far as they were there at a sequence and of an outlet that passes."""
    at = select(func.max(Change.sequence)).where(Change.uid.in_(uids), Change.sequence <= since).group_by(Change.uid)
    there = Change.sequence.in_(at), Change.kind != ChangeKind.TOMBSTONE
    before = connection.execute(select(Change.uid).where(*there)).scalars().all()
    held = {
        row.uid: row.slug
        for row in connection.execute(select(Article.uid, Outlet.slug).join(Outlet).where(Article.uid.in_(before)))
    }
    why = dict.fromkeys(before, "unreadable")
    for key, reason in ((ArticleKey, "merged"), (TakedownKey, "taken_down")):
        led = key.scheme == orders.UID, key.until.is_(None), key.value.in_(before)
        why |= dict.fromkeys(connection.execute(select(key.value).where(*led)).scalars(), reason)
    why |= dict.fromkeys(held, "filtered")
    return {uid: why[uid] for uid in before if not filters.outlets or held.get(uid) in (None, *filters.outlets)}


def _archive(connection: Connection) -> bytes:
    return bytes.fromhex(connection.execute(select(ArchiveName.name)).scalar_one())


def _what(connection: Connection, sequence: int) -> bytes:
    """Give a digest of the change that has a sequence."""
    row = connection.execute(select(Change.uid, Change.kind, Change.at).where(Change.sequence == sequence)).first()
    told = f"{row.uid} {row.kind.value} {row.at.isoformat()}" if row else ""
    return hashlib.blake2b(told.encode(), digest_size=_DIGEST).digest()


def _sum(body: bytes) -> bytes:
    return zlib.crc32(body).to_bytes(4)[:_SUM]
