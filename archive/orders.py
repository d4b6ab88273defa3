"""Orders to take articles down, as all must heed them who meet an address, a name or a text again.

An order closes the addresses of a story: nothing becomes due there, what sources say of it is not noted, and the visits
that showed it are read no more. A story that turns up under another address is known by its system's name, its text's
digest, or what its text shares with the one that was taken down.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, or_, select, update

from archive.errors import NotFoundError
from archive.models import (
    Address,
    AddressAlias,
    Capture,
    KeptReading,
    Outlet,
    OutletDeclaration,
    Takedown,
    TakedownKey,
    Visit,
    WarcFile,
)
from archive.records import Key, Level, Reading, Reason
from archive.times import utc
from archive.traces import AKIN, SAME, Traces

ADDRESS, TEXT, UID = "address", "text", "uid"
"""Schemes of an order's keys beside those of the systems (`records.NUMBER`, `GUID`)."""
ORDER = (Level.LIFTED, Level.HIDDEN, Level.TEXT, Level.BYTES)
"""The levels, each going further than the ones before."""

_STANDS = TakedownKey.until.is_(None)
_FORMER = (
    select(AddressAlias.raw)
    .join(Address, Address.id == AddressAlias.address_id)
    .where(
        Address.outlet_id == bindparam("outlet"),
        Address.canonical == bindparam("canonical"),
        AddressAlias.raw.startswith("/"),
    )
)
_CLOSED = (
    select(TakedownKey.uid)
    .where(
        TakedownKey.outlet_id == bindparam("outlet"),
        TakedownKey.scheme == ADDRESS,
        or_(TakedownKey.value == bindparam("canonical"), TakedownKey.value.in_(_FORMER)),
        _STANDS,
    )
    .limit(1)
)
_LAST = select(*Takedown.__table__.c).where(Takedown.uid == bindparam("uid")).order_by(Takedown.id.desc()).limit(1)
_HERE = select(Address.outlet_id, Address.canonical).where(Address.id == bindparam("address"))

LIES = Capture.takedown_id.is_(None)
"""The condition that a capture's bytes are in its file still."""
KEPT = Visit.capture_id.is_not(None) & Visit.capture_id.not_in(select(Capture.id).where(~LIES))
"""The condition that the bytes that a visit showed are kept."""
READABLE = or_(KEPT, Visit.id.in_(select(KeptReading.visit_id)))
"""The condition that the bytes that a visit showed are kept, or what was read of them."""


class TakenDownError(NotFoundError):
    """A person ordered that an article be taken down; `tombstone` is what is left of it."""

    def __init__(self, tombstone: dict[str, Any]) -> None:
        self.tombstone = tombstone
        day = tombstone["ordered_at"][:10]
        super().__init__(f"article {tombstone['uid']} was taken down on {day}: {tombstone['reason']}")


class RefusedError(Exception):
    """What was read is a story that was taken down; `uid` names it."""

    def __init__(self, uid: str) -> None:
        self.uid = uid
        super().__init__(uid)


def closed(connection: Connection, outlet_id: int, canonical: str) -> str | None:
    """Give the uid of the story that was taken down at an address, or of which it is a further page; None if none was.

    Every address that a source tells of is asked for: 39 µs each.
    """
    asked = {"outlet": outlet_id, "canonical": canonical.partition("#")[0]}
    return connection.execute(_CLOSED, asked).scalar()


def is_closed(connection: Connection, address_id: int) -> bool:
    """Say whether a story was taken down at an address."""
    row = connection.execute(_HERE, {"address": address_id}).one()
    return closed(connection, row.outlet_id, row.canonical) is not None


def removed_at(connection: Connection, outlet_id: int, canonical: str) -> bool:
    """Say whether the bytes of what stood at an address were ordered away, so that none of it may be kept again."""
    uid = closed(connection, outlet_id, canonical)
    return uid is not None and last(connection, uid).level is Level.BYTES


def refuse(connection: Connection, outlet_id: int, keys: Iterable[Key], reading: Reading, text_sha256: str) -> None:
    """Refuse a text that is no held article's and that was taken down at its outlet.

    Raises:
        RefusedError: it was.
    """
    rows = connection.execute(
        select(TakedownKey.uid, TakedownKey.scheme, TakedownKey.value).where(
            TakedownKey.outlet_id == outlet_id, _STANDS
        )
    ).all()
    if not rows:
        return
    names = {(key.scheme, key.value) for key in keys}
    body = "\n\n".join(reading.body)
    for uid in dict.fromkeys(row.uid for row in rows):
        own = {(row.scheme, row.value) for row in rows if row.uid == uid}
        share = Traces.read(last(connection, uid).traces).within(body).share
        if (TEXT, text_sha256) in own or share >= (AKIN if own & names else SAME):
            raise RefusedError(uid)


def standing(connection: Connection, outlet_id: int) -> list[str]:
    """Give the uids of an outlet's articles that are taken down."""
    uids = select(TakedownKey.uid).where(TakedownKey.outlet_id == outlet_id, _STANDS).distinct()
    return sorted(connection.execute(uids).scalars())


def is_name(connection: Connection, outlet_id: int, uid: str) -> bool:
    """Say whether a uid is that of an article that was taken down: no other story is given it."""
    named = (TakedownKey.outlet_id == outlet_id, TakedownKey.scheme == UID, TakedownKey.value == uid, _STANDS)
    return connection.execute(select(TakedownKey.id).where(*named).limit(1)).first() is not None


def last(connection: Connection, uid: str) -> Any:
    """Give the order that stands for an article, as its row."""
    return connection.execute(_LAST, {"uid": uid}).one()


def named(connection: Connection, name: str) -> str | None:
    """Give the uid of an article that is taken down, from a uid or an address that it had; None where none is."""
    path = name.strip()
    if "://" in path:
        path = "/" + path.split("://", 1)[1].partition("/")[2]
    path = path.partition("?")[0]
    found = select(TakedownKey.uid).where(
        _STANDS,
        or_(
            (TakedownKey.scheme == UID) & (TakedownKey.value == name.strip()),
            (TakedownKey.scheme == ADDRESS) & TakedownKey.value.in_({path, f"{path}/"}),
        ),
    )
    return connection.execute(found.order_by(TakedownKey.id).limit(1)).scalar()


def unfinished(connection: Connection) -> list[str]:
    """Give the uids of articles of which an order was not carried out to its end."""
    newest = select(func.max(Takedown.id)).group_by(Takedown.uid)
    rows = select(Takedown.uid).where(Takedown.id.in_(newest), Takedown.done_at.is_(None)).order_by(Takedown.id)
    return list(connection.execute(rows).scalars())


def tombstone(connection: Connection, uid: str) -> dict[str, Any]:
    """Give what is left of an article: what was ordered, why and when, where it stood, and digests."""
    order = last(connection, uid)
    canonical = connection.execute(
        select(TakedownKey.value).where(TakedownKey.uid == uid, TakedownKey.scheme == ADDRESS).order_by(TakedownKey.id)
    ).scalar()
    slug = connection.execute(select(Outlet.slug).where(Outlet.id == order.outlet_id)).scalar_one()
    declared = connection.execute(
        select(OutletDeclaration.declared)
        .where(OutletDeclaration.outlet_id == order.outlet_id)
        .order_by(OutletDeclaration.id.desc())
        .limit(1)
    ).scalar_one()
    captures = connection.execute(
        select(Capture, WarcFile.name)
        .join(WarcFile, WarcFile.id == Capture.warc_file_id)
        .where(Capture.id.in_(select(Visit.capture_id).where(*shown_by(uid))))
        .order_by(Capture.id)
    )
    return {
        "uid": uid,
        "outlet": slug,
        "outlet_name": declared["name"],
        "canonical_url": declared["base_url"].rstrip("/") + str(canonical),
        "state": "taken_down",
        "level": order.level.value,
        "reason": order.reason,
        "ordered_at": utc(order.at),
        "done_at": utc(order.done_at),
        **order.left,
        "captures": [
            {
                "record_id": row.record_id,
                "file": row.name,
                "sha256": row.sha256,
                "payload_sha256": row.payload_sha256,
                "fetched_at": utc(row.fetched_at),
                "removed": row.takedown_id is not None,
            }
            for row in captures
        ],
    }


def shown_by(uid: str) -> tuple[ColumnElement[bool], ...]:
    """Say which visits showed an article that was taken down."""
    return Visit.reason == Reason.TAKEN_DOWN, Visit.detail == uid


def heeded() -> tuple[ColumnElement[bool], ...]:
    """Say which visits may be read as far as orders go: their story stands, and their bytes or what they gave are kept."""
    return Visit.reason.is_distinct_from(Reason.TAKEN_DOWN), READABLE


def reopen(connection: Connection, uid: str) -> None:
    """Note that what was taken down turned up again, so that the order has to be carried out once more."""
    order = last(connection, uid)
    connection.execute(update(Takedown).where(Takedown.id == order.id).values(done_at=None))


def add_keys(connection: Connection, outlet_id: int, uid: str, names: Iterable[tuple[str, str]]) -> None:
    """Note by what an article that is taken down is known, what is noted already left out."""
    held = set(keys(connection, uid))
    rows = [
        {"outlet_id": outlet_id, "uid": uid, "scheme": scheme, "value": value, "until": None}
        for scheme, value in dict.fromkeys(names)
        if (scheme, value) not in held
    ]
    if rows:
        connection.execute(insert(TakedownKey), rows)


def keys(connection: Connection, uid: str) -> list[tuple[str, str]]:
    """Give scheme and value of all by which an article that is taken down is known."""
    rows = connection.execute(select(TakedownKey.scheme, TakedownKey.value).where(TakedownKey.uid == uid, _STANDS))
    return [(row.scheme, row.value) for row in rows]


def drop_keys(connection: Connection, uid: str, now: datetime) -> None:
    """Open what was closed for an article's sake."""
    mine = (TakedownKey.uid == uid, _STANDS)
    connection.execute(update(TakedownKey).where(*mine).values(until=now))
