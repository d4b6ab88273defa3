"""Counts over time: the same as `stats` prints, day by day, and nothing made up between them or beyond."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from archive.archive import Archive
from archive.output import MisuseError
from archive.records import Actor, Filters, Reading, Region, TagRole, Topic
from archive.regions import places
from archive.series import MOST, Per, Series
from archive.statistics import By
from bench.desk import Desk

ON_BOTH_DATABASES = True

FIRST, LAST = date(2024, 8, 14), date(2025, 2, 3)
OUTLETS = tuple(f"kabar-{number:02}" for number in range(11))
LATE = "warta-baru"
"""An outlet of which nothing is held before December."""
TOPICS = tuple(f"topik_{number}" for number in range(12))


@pytest.fixture(scope="module")
def archive(room: Any) -> Archive:
    chance = random.Random(64)
    desk = Desk(room.database, (*OUTLETS, LATE), datetime(2025, 3, 1, tzinfo=UTC))
    codes = [place for place in places() if place.code.startswith(("64", "63.03"))]
    ends = [
        (FIRST, OUTLETS[0]),
        (LAST, OUTLETS[1]),
        *[(date(2024, 12, 9) + timedelta(days=3 * n), LATE) for n in range(3)],
    ]
    days = [FIRST + timedelta(days=chance.randrange((LAST - FIRST).days)) for _ in range(90)]
    plan = [*ends, *((day, OUTLETS[int(chance.triangular(0, 10.99, 0))]) for day in days), *[(None, OUTLETS[2])] * 4]
    with room.database.write() as connection:
        for number, (day, slug) in enumerate(plan):
            looked, role = number % 17 > 0, chance.choice(list(TagRole))
            regions = chance.sample(codes, chance.randrange(3) if looked else 0)
            topics = chance.sample(TOPICS, chance.randrange(4) if looked else 0)
            reading = Reading(
                title=f"Berita {number}",
                body=(f"Panitia mencatat {chance.getrandbits(90)} lembar.",),
                published_date=day,
                codebook="buku 1" if looked else None,
                regions=tuple(Region(code=one.code, name=one.name, level=one.level, role=role) for one in regions),
                topics=tuple(Topic(name=one, role=role) for one in topics),
                actors=tuple(Actor(id=f"a{n}", name=f"Aktor {n}", role="") for n in range(number % 3 if looked else 0)),
            )
            desk.store(connection, slug, f"/b/{number}/", reading)
    held: Archive = room.archive
    return held


def keys(record: dict[str, Any], by: By, role: TagRole | None) -> set[str]:
    if by is By.OUTLET:
        return {record["outlet"]}
    if by is By.ACTOR:
        return {actor["id"] for actor in record["actors"] or ()}
    if by is By.TOPIC:
        return {topic["name"] for topic in record["topics"] or () if role in (None, topic["role"])}
    codes = [region["code"] for region in record["regions"] or () if role in (None, region["role"])]
    return {".".join(code.split(".")[:end]) for code in codes for end in range(1, code.count(".") + 2)}


@pytest.mark.parametrize("per", Per)
@pytest.mark.parametrize(
    ("by", "role"),
    [(By.OUTLET, None), (By.REGION, None), (By.REGION, TagRole.MAIN), (By.TOPIC, None), (By.ACTOR, None)],
    ids=["outlet", "region", "main-region", "topic", "actor"],
)
def test_each_series_sums_up_to_what_stats_prints(archive: Archive, by: By, role: TagRole | None, per: Per) -> None:
    counted = archive.over_time(by=by, per=per, role=role)
    assert counted.rows == archive.statistics(by=by, role=role)
    told = {row[by]: row["articles"] for row in counted.rows}
    line = counted.timeline
    assert line is not None
    top = [one for one in line.series if one.key is not None]
    assert {one.key for one in top} == {row[by] for row in counted.rows[: len(top)]}
    assert [one.total for one in top] == sorted((one.total for one in top), reverse=True)
    assert {one.key: one.total + one.undated for one in top} == {one.key: told[one.key] for one in top}
    assert line.nameless == {key: told[key] for key in ("none", "unknown") if key in told}
    assert line.keys == len(told) - len(line.nameless)
    assert (line.articles, line.undated) == (95, 4)

    apart = {one.key for one in top}
    expected: dict[str | None, Counter[date]] = {one.key: Counter() for one in line.series}
    for record in archive.articles():
        if record["published_date"]:
            named = keys(record, by, role)
            start = per.start(date.fromisoformat(record["published_date"]))
            for key in (named & apart) | ({None} if named - apart else set()):
                expected[key][start] += 1
    for one in line.series:
        counts = {start: number for start, number in zip(line.starts, one.counts, strict=True) if number}
        assert counts == dict(expected[one.key]), one.key
    if line.others:
        assert (len(top), line.others) == (MOST, line.keys - MOST)


@pytest.mark.parametrize("by", [None, By.DAY, By.WEEK, By.MONTH], ids=str)
def test_without_keys_there_is_one_series_of_all(archive: Archive, by: By | None) -> None:
    counted = archive.over_time(by=by)
    line = counted.timeline
    assert line is not None
    (whole,) = line.series
    assert (whole.key, whole.total, whole.undated) == (None, 95, 4)
    assert line.per == (by or Per.WEEK), "174 days are shown by week unless told"
    if by is not None:
        told = {row[by]: row["articles"] for row in counted.rows}
        assert sorted(number for number in whole.counts if number) == sorted(
            number for key, number in told.items() if key != "unknown"
        )


def test_periods_run_from_the_first_to_the_last_article_without_a_gap(archive: Archive) -> None:
    for per in Per:
        line = archive.over_time(per=per).timeline
        assert line is not None
        assert (line.first, line.last) == (FIRST, LAST)
        assert (line.starts[0], line.starts[-1]) == (per.start(FIRST), per.start(LAST))
        assert [per.end(start) + timedelta(days=1) for start in line.starts[:-1]] == list(line.starts[1:])
    narrow = archive.over_time(Filters(after=date(2024, 1, 1), before=date(2025, 12, 31))).timeline
    assert narrow is not None
    assert (narrow.first, narrow.last) == (FIRST, LAST), "days that were asked for and hold nothing are not invented"


def test_a_day_without_articles_is_zero_and_an_outlet_is_silent_only_between_its_first_and_its_last(
    archive: Archive,
) -> None:
    line = archive.over_time(by=By.OUTLET, per=Per.DAY).timeline
    assert line is not None
    assert LATE not in {one.key for one in line.series}
    only = archive.over_time(Filters(outlets=(LATE, OUTLETS[0])), By.OUTLET, per=Per.DAY).timeline
    assert only is not None
    late: Series = next(one for one in only.series if one.key == LATE)
    told = dict(zip(only.starts, late.counts, strict=True))
    assert told[date(2024, 12, 8)] is None
    assert [told[date(2024, 12, day)] for day in range(9, 17)] == [1, 0, 0, 1, 0, 0, 1, None]
    topics = archive.over_time(by=By.TOPIC, per=Per.DAY).timeline
    assert topics is not None
    assert all(None not in one.counts for one in topics.series), "that a topic was not spoken of is known"


def test_where_nothing_can_be_drawn_there_is_no_timeline(archive: Archive) -> None:
    assert archive.over_time(Filters(after=date(2030, 1, 1)), By.OUTLET).timeline is None
    nobody = archive.over_time(Filters(actors=("nobody",)))
    assert (nobody.timeline, nobody.undated) == (None, 0)


@pytest.mark.parametrize(
    ("per", "day", "start", "end"),
    [
        (Per.WEEK, date(2025, 1, 1), date(2024, 12, 30), date(2025, 1, 5)),
        (Per.MONTH, date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        (Per.MONTH, date(9999, 12, 5), date(9999, 12, 1), date.max),
        (Per.WEEK, date.max, date(9999, 12, 27), date.max),
        (Per.WEEK, date.min, date.min, date(1, 1, 7)),
        (Per.DAY, date.max, date.max, date.max),
    ],
)
def test_a_period_holds_its_days(per: Per, day: date, start: date, end: date) -> None:
    assert (per.start(day), per.end(day)) == (start, end)


@pytest.mark.parametrize(
    ("days", "per"), [(1, Per.DAY), (92, Per.DAY), (93, Per.WEEK), (750, Per.WEEK), (751, Per.MONTH)]
)
def test_what_a_point_counts_follows_from_how_many_days_there_are(days: int, per: Per) -> None:
    assert Per.fitting(days) is per


def test_a_day_far_off_is_named_and_not_drawn_for_ever(bench: Any) -> None:
    desk = bench.begin()
    desk.store("/a/", "Jauh", published_date=date(1, 1, 1))
    desk.store("/b/", "Dekat", published_date=date(9999, 12, 31))
    for per, more in (Per.DAY, True), (Per.WEEK, True), (Per.MONTH, False):
        with pytest.raises(MisuseError, match="between 0001-01-01 and 9999-12-31") as told:
            bench.archive.over_time(per=per)
        assert ("--per month" in told.value.message) is more
    line = bench.archive.over_time(Filters(after=date(9999, 1, 1)), per=Per.MONTH).timeline
    assert line is not None
    assert line.starts == (date(9999, 12, 1),)
