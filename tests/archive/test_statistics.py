"""Counts of articles, stories and firsts: each article once in a key, none dropped."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.dialects import postgresql

from archive import statistics
from archive.records import Filters, TagRole
from archive.statistics import By, counts
from crawler.cli import main
from tests.archive.ran import Ran
from tests.archive.releases import DAY

ON_BOTH_DATABASES = True

WHOLE = {"articles": 10, "clusters": 6, "firsts": 6}
"""Seven stories about a release, of which five are one cluster; an edited, an undated and a hostile one."""


def sums(rows: list[dict[str, Any]], key: str) -> dict[str, tuple[int, int, int]]:
    return {row[key]: (row["articles"], row["clusters"], row["firsts"]) for row in rows}


def test_all_together_are_one_row(ran: Ran) -> None:
    assert ran.archive.statistics() == [WHOLE]
    assert ran.archive.statistics(Filters(after=date(2030, 1, 1))) == [dict.fromkeys(WHOLE, 0)]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (
            By.OUTLET,
            {
                "hulu": (2, 2, 1),
                "kabar": (2, 2, 2),
                "suara": (2, 2, 1),
                "warta": (2, 2, 1),
                "pesisir": (1, 1, 0),
                "seruni": (1, 1, 1),
            },
        ),
        (
            By.DAY,
            {
                "2024-09-20": (4, 2, 2),
                "2024-09-21": (1, 1, 0),
                "2024-09-22": (1, 1, 0),
                "2024-09-23": (1, 1, 1),
                "2024-09-30": (2, 2, 2),
                "unknown": (1, 1, 1),
            },
        ),
        (By.WEEK, {"2024-W38": (6, 2, 2), "2024-W39": (1, 1, 1), "2024-W40": (2, 2, 2), "unknown": (1, 1, 1)}),
        (By.MONTH, {"2024-09": (9, 5, 5), "unknown": (1, 1, 1)}),
    ],
    ids=str,
)
def test_by_outlet_and_by_time_every_article_counts_once(ran: Ran, by: By, expected: dict[str, Any]) -> None:
    rows = ran.archive.statistics(by=by)
    assert sums(rows, by) == expected
    assert list(sums(rows, by)) == list(expected), "the order"
    assert sum(row["articles"] for row in rows) == WHOLE["articles"]
    assert sum(row["firsts"] for row in rows) == WHOLE["firsts"]


def test_a_region_counts_in_those_that_it_lies_in_as_the_filter_finds_it(ran: Ran) -> None:
    rows = ran.archive.statistics(by=By.REGION)
    assert sums(rows, "region") == {
        "64": (7, 3, 3),
        "64.02": (7, 3, 3),
        "64.02.10": (6, 3, 3),
        "63": (1, 1, 0),
        "63.03": (1, 1, 0),
        "none": (2, 2, 2),
        "unknown": (1, 1, 1),
    }
    assert rows[0]["name"] == "Kalimantan Timur"
    for row in rows[:-2]:
        (told,) = ran.archive.statistics(Filters(regions=(row["region"],)))
        assert told == {name: row[name] for name in told}, row


def test_topics_and_actors_and_roles(ran: Ran) -> None:
    assert sums(ran.archive.statistics(by=By.TOPIC), "topic") == {
        "daftar_pemilih": (7, 3, 3),
        "none": (2, 2, 2),
        "unknown": (1, 1, 1),
    }
    actors = ran.archive.statistics(by=By.ACTOR)
    assert sums(actors, "actor") == {"bawaslu-kukar": (1, 1, 1), "none": (8, 5, 4), "unknown": (1, 1, 1)}
    assert [row["name"] for row in actors] == ["Bawaslu Kukar", None, None]
    main_ones = ran.archive.statistics(by=By.REGION, role=TagRole.MAIN)
    assert sums(main_ones, "region") == {
        "64": (7, 3, 3),
        "64.02": (7, 3, 3),
        "none": (2, 2, 2),
        "unknown": (1, 1, 1),
    }


@pytest.mark.parametrize("by", [None, *By], ids=str)
def test_one_query_counts(ran: Ran, by: By | None) -> None:
    with ran.archive.database.read() as connection:
        asked: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
        counts(connection, Filters(), by)
    assert len(asked) == 1


def test_a_week_is_asked_for_in_the_words_of_either_database() -> None:
    week = select(statistics._KEYS[By.WEEK])
    assert "date_trunc('week', article.published_date)" in str(week.compile(dialect=postgresql.dialect()))
    assert "date(article.published_date, '-6 days', 'weekday 1')" in str(week)


def test_filters_apply_before_anything_is_counted(ran: Ran) -> None:
    on_the_day = Filters(after=DAY, before=DAY)
    assert ran.archive.statistics(on_the_day) == [{"articles": 4, "clusters": 2, "firsts": 2}]
    # Of the cluster only a later member passes: it is one story, and none that was first.
    copies = Filters(outlets=("suara",), before=DAY)
    assert ran.archive.statistics(copies) == [{"articles": 1, "clusters": 1, "firsts": 0}]


def test_the_command_prints_counts_and_says_when_they_overlap(
    ran: Ran, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    assert main([*ran.home, "stats", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [WHOLE]
    assert main([*ran.home, "stats", "--by", "month"]) == 0
    shown = capsys.readouterr()
    assert [line.split() for line in shown.out.splitlines()] == [
        ["MONTH", "ARTICLES", "CLUSTERS", "FIRSTS", "UNCOVERED"],
        ["2024-09", "9", "5", "5", "63"],
        ["unknown", "1", "1", "1", "0"],
    ]
    assert shown.err == ""
    assert main([*ran.home, "stats", "--by", "region", "--format", "csv"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[:2] == ["region,name,articles,clusters,firsts", "64,Kalimantan Timur,7,3,3"]
    assert shown.err == "an article counts under each region that it names: 10 in all, 6 stories\n"
    assert main([*ran.home, "stats", "--by", "outlet", "--after", "2030-01-01"]) == 0
    assert capsys.readouterr() == ("", "no article passes\n")
    assert main([*ran.home, "stats", "--by", "day", "--role", "main"]) == 2
    assert capsys.readouterr().err == "pilkada: --role goes with --by region or --by topic\n"
