"""When something is next due, by cron's own rules."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from scheduler.errors import SchedulerError


class CadenceError(SchedulerError):
    """A cron expression cannot be read, or names no day that exists."""


def next_time(expression: str, timezone: str, after: datetime | None = None) -> datetime:
    """Give the first time after `after` (UTC) that a five-field cron expression names in a zone.

    cronsim keeps cron's rules: 0 and 7 are Sunday, day of month and day of week are ORed when both are given. Where
    the clock goes forward, a time that does not exist is run as soon as it would have been; where it goes back, a time
    that comes twice is run once.

    Raises:
        CadenceError: the expression cannot be read, or names no time within the next fifty years.
    """
    if len(expression.split()) != 5:
        raise CadenceError(f"{expression!r} is no cron expression: it must have five fields")
    start = (after or datetime(2024, 1, 1, tzinfo=UTC)).astimezone(ZoneInfo(timezone))
    try:
        # In the hour that comes twice cronsim takes the first for the second and answers with a time that is past.
        found = next(moment for moment in map(_utc, CronSim(expression, start)) if moment > start)
        if found.astimezone(start.tzinfo).utcoffset() != start.utcoffset():
            # Where a clock changes by half an hour (Australia/Lord_Howe), it leaves out the next time of `15 */6 * * *`.
            shown = (
                _utc(moment.replace(tzinfo=start.tzinfo)) for moment in CronSim(expression, start.replace(tzinfo=None))
            )
            found = min(found, next(moment for moment in shown if moment > start))
        return found
    except CronSimError as error:
        raise CadenceError(f"{expression!r} is no cron expression: {error}") from error
    except StopIteration as error:
        raise CadenceError(f"{expression!r} names no time that will ever come") from error


def next_change(timezone: str, now: datetime) -> str | None:
    """Warn in a line of a zone that changes its clock within the next two years; None where it doesn't."""
    zone = ZoneInfo(timezone)
    days = [now + timedelta(days=day) for day in range(2 * 366)]
    change = next((day for day in days if day.astimezone(zone).utcoffset() != now.astimezone(zone).utcoffset()), None)
    if change is None:
        return None
    return (
        f"schedule.timezone: in {timezone} the clock changes (next by {change:%Y-%m-%d}): times that it leaps over come "
        "late, those that it shows twice come once; Asia/Makassar and the other zones of Indonesia never change"
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
