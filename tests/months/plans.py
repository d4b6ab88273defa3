"""The plans that are played: a month of twenty outlets, and some days of a few."""

from datetime import timedelta

from tests.months.town import DAY, HOUR, START, Ill, Plan


def ill(outlet: str, kind: str, since: float, days: float) -> Ill:
    """What is wrong with an outlet from a day of the plan on, for so many days."""
    return Ill(outlet=outlet, kind=kind, since=START + since * DAY, until=START + (since + days) * DAY)


SMALL = Plan(
    days=3,
    each=1,
    a_day=4,
    history=5,
    ills=(ill("kabar-1", "503", 1.1, 0.8), ill("kaltim-1", "slow", 0.5, 0.3), ill("kalteng-1", "robots", 0.9, 0.7)),
    down=((START + 2.3 * DAY, START + 2.6 * DAY),),
    killed=(START + 10 * HOUR,),
    wrong=((START + 30 * HOUR, START + 33 * HOUR, timedelta(hours=-1)),),
    delayed=("sumsel-1",),
)
MONTH = Plan(
    days=30,
    each=5,
    a_day=3,
    history=18,
    ills=(
        ill("kabar-1", "503", 4.1, 0.3),
        ill("kabar-2", "503", 9.1, 3.0),
        ill("kabar-3", "robots", 12.2, 5.0),
        ill("kabar-4", "silent", 14.0, 16.0),
        ill("kaltim-1", "refused", 6.1, 2.0),
        ill("kaltim-2", "challenge", 8.1, 1.5),
        ill("kaltim-3", "slow", 3.0, 4.0),
        ill("kaltim-4", "redesign", 15.0, 15.0),
        ill("kalteng-1", "robots", 9.2, 2.0),
        ill("kalteng-2", "refused", 20.1, 0.3),
        ill("kalteng-3", "challenge", 16.1, 4.0),
        ill("sumsel-1", "503", 11.1, 1.0),
        ill("sumsel-2", "robots", 19.2, 3.0),
        ill("sumsel-3", "redesign", 13.0, 17.0),
        ill("sumsel-4", "refused", 24.1, 2.0),
    ),
    down=((START + 22.4 * DAY, START + 23.6 * DAY), (START + 27.4 * DAY, START + 27.5 * DAY)),
    killed=(START + 5 * DAY + 10 * HOUR, START + 17 * DAY + 4 * HOUR),
    wrong=(
        (START + 7 * DAY + 6 * HOUR, START + 7 * DAY + 9 * HOUR, timedelta(hours=-1)),
        (START + 18 * DAY + 6 * HOUR, START + 18 * DAY + 15 * HOUR, timedelta(days=1)),
    ),
    delayed=("kabar-5", "sumsel-5"),
)
DAYS = Plan(
    days=8,
    each=2,
    a_day=4,
    history=16,
    ills=(
        ill("kabar-1", "503", 2.1, 1.5),
        ill("kabar-2", "silent", 1.5, 7.0),
        ill("kaltim-1", "refused", 3.1, 1.0),
        ill("kaltim-2", "challenge", 1.1, 1.4),
        ill("kalteng-1", "robots", 1.2, 1.5),
        ill("sumsel-1", "redesign", 3.5, 4.5),
    ),
    down=((START + 6.4 * DAY, START + 7.1 * DAY),),
    killed=(START + 1 * DAY + 10 * HOUR,),
    wrong=((START + 2 * DAY + 6 * HOUR, START + 2 * DAY + 15 * HOUR, DAY),),
)
"""Between the two: a clock that is a day ahead, a redesign and silence."""
