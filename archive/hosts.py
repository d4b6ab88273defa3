"""Hosts: the copy of robots.txt in force, and until when a host wants to be left alone."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from archive.database import insert_row
from archive.models import Capture, Host


def robots_copy(connection: Connection, key: tuple[str, int]) -> tuple[int, datetime, int | None] | None:
    """Give status, age and capture of the robots.txt that a host (name, port) last gave."""
    row = connection.execute(
        select(Host.robots_status, Host.robots_fetched_at, Host.robots_capture_id).where(
            Host.host == key[0], Host.port == key[1]
        )
    ).first()
    if row is None or row.robots_status is None or row.robots_fetched_at is None:
        return None
    return row.robots_status, row.robots_fetched_at, row.robots_capture_id


def robots_digest(connection: Connection, key: tuple[str, int]) -> str | None:
    """Give the SHA-256 of the body of the robots.txt that is kept for a host."""
    return connection.execute(
        select(Capture.payload_sha256)
        .join(Host, Host.robots_capture_id == Capture.id)
        .where(Host.host == key[0], Host.port == key[1])
    ).scalar()


def note_robots(
    connection: Connection, key: tuple[str, int], *, scheme: str, status: int, capture_id: int | None, now: datetime
) -> None:
    """Note what a host answered for robots.txt; without a new capture the one that is kept stays in force."""
    values: dict[str, object] = {"robots_status": status, "robots_fetched_at": now}
    if capture_id is not None:
        values["robots_capture_id"] = capture_id
    _upsert(connection, key, scheme, values)


def not_before(connection: Connection, key: tuple[str, int]) -> datetime | None:
    """Give until when a host wants to be left alone."""
    return connection.execute(select(Host.not_before).where(Host.host == key[0], Host.port == key[1])).scalar()


def leave_alone(connection: Connection, key: tuple[str, int], *, scheme: str, until: datetime) -> None:
    """Note until when a host wants to be left alone."""
    _upsert(connection, key, scheme, {"not_before": until})


def _upsert(connection: Connection, key: tuple[str, int], scheme: str, values: dict[str, object]) -> None:
    host_id = connection.execute(select(Host.id).where(Host.host == key[0], Host.port == key[1])).scalar()
    if host_id is None:
        insert_row(connection, Host, scheme=scheme, host=key[0], port=key[1], **values)
    else:
        connection.execute(update(Host).where(Host.id == host_id).values(**values))
