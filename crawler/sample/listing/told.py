"""How the listing site tells the time: in Indonesian, in the zone of South Sumatra."""

from datetime import datetime, timedelta, timezone

from crawler.sample.months import MONTHS

ZONE_NAME = "Asia/Jakarta"
ZONE = timezone(timedelta(hours=7), "WIB")
"""The zone of the newsroom; Jakarta has had no clock changes since 1964, so a fixed offset says the same."""


def day(moment: datetime) -> str:
    """The day as `d F Y`, in the zone that `moment` carries: `7 November 2024`."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago that was, as Carbon's `diffForHumans` says it: the largest unit, floored, at least one second."""
    then, today = moment.astimezone(ZONE), now.astimezone(ZONE)
    months = (today.year - then.year) * 12 + today.month - then.month
    if (today.day, today.time()) < (then.day, then.time()):
        months -= 1
    past = today - then
    counts = (
        (months // 12, "tahun"),
        (months, "bulan"),
        (past.days // 7, "minggu"),
        (past.days, "hari"),
        (past.seconds // 3600, "jam"),
        (past.seconds // 60, "menit"),
        (max(past.seconds, 1), "detik"),
    )
    count, unit = next(counted for counted in counts if counted[0] > 0)
    return f"{count} {unit} yang lalu"
