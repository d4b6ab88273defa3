"""One article as it is shown, the cluster that it is in, and what it is compared with."""

from typing import Any

from sqlalchemy import Connection

from archive import articles, clusters, orders, removals, versions
from archive.errors import NotFoundError

_NO_CLUSTER = "article {} is in no cluster: no other outlet has its text, as far as is known"
_OF_MEMBERS = (
    *("outlet", "outlet_name", "title", "published_date", "published_at", "first_seen_at", "canonical_url"),
    *("word_count", "state"),
)


def article(connection: Connection, name: str, version: int | None = None) -> dict[str, Any]:
    """Give one article, as it is or as a version of it was, with its history, its cluster and what became of it.

    Raises:
        NotFoundError: there is no such article, or it has no such version; if it was taken down, a TakenDownError.
    """
    uid = _resolve(connection, name)
    record = articles.by_uid(connection, [uid])[uid]
    if version is not None:
        held = record["versions"]
        earlier = articles.of_version(connection, uid, version)
        if earlier is None:
            raise NotFoundError(f"article {name} has {held} version{'' if held == 1 else 's'}, and no {version}")
        record = earlier
    return (
        record
        | {"history": versions.history(connection, uid), "members": _members(connection, uid)}
        | removals.of(connection, uid)
    )


def compared(connection: Connection, record: dict[str, Any], against: str | None) -> dict[str, Any] | None:
    """Give what an article is to be compared with; None where nothing came before it (`Archive.compared` says more).

    Raises:
        NotFoundError: there is no such article, or it is in no cluster.
    """
    if against is None and record["version"] > 1:
        return article(connection, record["uid"], record["version"] - 1)
    if against not in (None, "first"):
        other = article(connection, str(against))
        return None if other["uid"] == record["uid"] else other
    first = next((member["uid"] for member in record["members"]), None)
    if first is None and against is not None:
        raise NotFoundError(_NO_CLUSTER.format(record["uid"]))
    if first in (None, record["uid"]) or (against is None and record["versions"] > 1):
        return None
    return article(connection, str(first))


def cluster(connection: Connection, name: str) -> list[dict[str, Any]]:
    """Give the articles of the cluster that an article is in, first one first, and what they share with the first.

    Raises:
        NotFoundError: there is no such article, or it is in no cluster.
    """
    members = _members(connection, _resolve(connection, name))
    if not members:
        raise NotFoundError(_NO_CLUSTER.format(name))
    return members


def _resolve(connection: Connection, name: str) -> str:
    """Give the uid of an article that can be shown."""
    uid = articles.resolve(connection, name)
    if uid is None and (taken := orders.named(connection, name)) is not None:
        raise orders.TakenDownError(orders.tombstone(connection, taken))
    if uid is None or not articles.by_uid(connection, [uid]):
        raise NotFoundError(f"there is no article {name} in this archive")
    return uid


def _members(connection: Connection, uid: str) -> list[dict[str, Any]]:
    told = clusters.members(connection, uid)
    records = articles.by_uid(connection, [member["uid"] for member in told])
    return [
        member | {name: records[member["uid"]][name] for name in _OF_MEMBERS}
        for member in told
        if member["uid"] in records
    ]
