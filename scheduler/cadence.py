"""When something is next due, by cron's own rules."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError


class CadenceError(Exception):
    """A cron expression cannot be read, or names no day that exists."""


def next_time(expression: str, timezone: str, after: datetime | None = None) -> datetime:
    """Give the first time after `after` (UTC) that a five-field cron expression names in a zone.

    cronsim keeps cron's rules: 0 and 7 are Sunday, day of month and day of week are ORed when both are given.

    Raises:
        CadenceError: the expression cannot be read, or names no time within the next fifty years.
    """
    start = (after or datetime(2024, 1, 1, tzinfo=UTC)).astimezone(ZoneInfo(timezone))
    try:
        return next(CronSim(expression, start)).astimezone(UTC)
    except CronSimError as error:
        raise CadenceError(f"{expression!r} is no cron expression: {error}") from error
    except StopIteration as error:
        raise CadenceError(f"{expression!r} names no time that will ever come") from error
