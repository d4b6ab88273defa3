"""One hit for each story: the first hit of a cluster stands for the others, and the total is exact."""

import json
from typing import Any

import pytest

from archive.clusters import folded
from archive.records import Filters, State
from archive.seeds import AT_ONCE
from crawler.cli import main
from tests.archive.ran import Ran
from tests.archive.releases import DAY

ON_BOTH_DATABASES = True


@pytest.mark.parametrize("limit", [1, 2, 20])
@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(outlets=("suara", "hulu")),
        Filters(before=DAY),
        Filters(regions=("63",)),
        Filters(state=State.REMOVED),
    ],
    ids=["all", "outlets", "days", "a region", "none"],
)
@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_a_story_is_one_hit_whatever_is_asked(ran: Ran, sort: Any, filters: Filters, limit: int) -> None:
    every = ran.archive.search("pemilih", filters=filters, sort=sort, limit=1000)
    stories: dict[str, list[str]] = {}
    for hit in every.hits:
        cluster = hit.record["cluster"] or {"uid": hit.record["uid"]}
        stories.setdefault(cluster["uid"], []).append(hit.record["uid"])
    found = ran.archive.search("pemilih", filters=filters, sort=sort, limit=limit, collapse=True)
    assert found.total == len(stories)
    assert [(hit.record["uid"], hit.collapsed) for hit in found.hits] == [
        (uids[0], len(uids) - 1) for uids in list(stories.values())[:limit]
    ]
    scores = {hit.record["uid"]: hit.score for hit in every.hits}
    assert [hit.score for hit in found.hits] == [scores[hit.record["uid"]] for hit in found.hits]


def test_pages_of_folded_hits_neither_overlap_nor_miss(ran: Ran) -> None:
    whole = ran.archive.search("pemilih", collapse=True)
    told, after = [], None
    while True:
        page = ran.archive.search("pemilih", collapse=True, limit=1, after_key=after)
        told += [hit.record["uid"] for hit in page.hits]
        assert page.total == whole.total
        if (after := page.next) is None:
            break
    assert told == [hit.record["uid"] for hit in whole.hits]
    assert len(told) > 1


def test_few_and_many_are_folded_alike(ran: Ran) -> None:
    uids = [ran.uids[name] for name in ("padded", "event", "first", "copy")]
    strangers = [f"asing{number}" for number in range(AT_ONCE)]
    with ran.archive.database.read() as connection:
        few, many = folded(connection, uids), folded(connection, [*uids, *strangers])
    assert few == {ran.uids["padded"]: 2, ran.uids["event"]: 0}
    assert many == few | dict.fromkeys(strangers, 0)


def test_the_command_shows_how_many_copies_a_hit_has(
    ran: Ran, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    asked = [*ran.home, "search", "184.327", "--sort", "oldest", "--collapse"]
    assert main(asked) == 0
    shown = capsys.readouterr()
    assert f"  kabar 2024-09-20 {ran.uids['first']} +4 copies\n" in shown.out
    assert shown.err.startswith("2 stories, ")
    assert main([*asked, "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["total"] == 2
    assert [(hit["title"], hit["collapsed"]) for hit in answer["hits"]] == [("Berita first", 4), ("Berita event", 0)]
    assert main([*ran.home, "search", "184.327", "--format", "jsonl"]) == 0
    assert "collapsed" not in json.loads(capsys.readouterr().out.splitlines()[0])
