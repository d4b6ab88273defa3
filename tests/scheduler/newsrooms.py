"""When small newsrooms publish: by day and by night, on Sundays and around Lebaran, some in batches."""

import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.silence import in_lebaran

WITA = ZoneInfo("Asia/Makassar")


def newsroom(seed: int, start: datetime, *, days: int, a_day: float) -> list[datetime]:
    """Publication times of an outlet whose habits follow from a seed, oldest first."""
    chance = random.Random(seed)
    batch, sunday = chance.choice((1, 1, 2, 4)), chance.choice((0.0, 0.1, 0.5, 1.0))
    hours = [chance.random() + 0.1 if 6 <= hour <= 22 else 0.0 for hour in range(24)]
    times = []
    for number in range(days):
        day = (start + timedelta(days=number)).astimezone(WITA).date()
        left = a_day * chance.gammavariate(4, 0.25) * (sunday if day.weekday() == 6 else 1.0)
        left *= chance.choice((0.0, 0.2, 0.4)) if in_lebaran(day) else 1.0
        while (left := left - chance.expovariate(1) * batch) > 0:
            at = time(chance.choices(range(24), hours)[0], chance.randrange(60))
            first = datetime.combine(day, at, WITA)
            times += [(first + timedelta(minutes=minute)).astimezone(UTC) for minute in range(batch)]
    return sorted(times)
