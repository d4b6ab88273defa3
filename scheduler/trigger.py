"""Our cadence in the form that APScheduler asks for."""

from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger

from scheduler.due import Cadence


class CadenceTrigger(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    """Fires at the times of a cron expression, put off by chance by `jitter` seconds at most.

    The jitter is added to the named time, never to a time that already has one, so that it does not add up.
    """

    __slots__ = ("cadence", "chance", "expression", "jitter", "timezone")

    def __init__(
        self, expression: str, timezone: str, *, jitter: float, cadence: Cadence, chance: Callable[[], float]
    ) -> None:
        self.expression = expression
        self.timezone = timezone
        self.jitter = jitter
        self.cadence = cadence
        self.chance = chance

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:  # noqa: ARG002
        """Give the first named time after now, put off; what was missed is the agenda's business."""
        return self.put_off(self.cadence(self.expression, self.timezone, now))

    def put_off(self, moment: datetime) -> datetime:
        """Give a time up to `jitter` seconds later."""
        return moment + timedelta(seconds=self.jitter * self.chance())
