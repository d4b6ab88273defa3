"""How times are printed: those of our own clock, and those of a page."""

from datetime import UTC, datetime, timedelta, timezone


def utc(moment: datetime | None) -> str | None:
    """Give a time of our own clock: ISO 8601, UTC, seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def printed(moment: datetime | None, offset: int | None) -> str | None:
    """Give a time of a page: ISO 8601 with the offset (minutes east of UTC) that it was printed with."""
    if moment is None:
        return None
    return moment.astimezone(timezone(timedelta(minutes=offset or 0))).isoformat(timespec="seconds")
