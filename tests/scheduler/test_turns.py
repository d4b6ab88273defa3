from archive.work import Work
from scheduler.due import Key
from scheduler.turns import Turns


def crawl(outlet: str) -> Key:
    return outlet, Work.CRAWL


def turns(*waiting: Key, parallel: int = 2, hosts: dict[str, str] | None = None) -> Turns:
    made = Turns(hosts or {}, parallel)
    for key in waiting:
        made.wait(key)
    return made


def test_who_came_first_is_served_first_and_the_next_when_a_place_is_free() -> None:
    row = turns(crawl("kukar"), crawl("etam"), crawl("mahakam"))
    row.wait(crawl("kukar"))
    assert list(row.next()) == [crawl("kukar"), crawl("etam")]
    row.wait(crawl("kukar"))
    row.done("kukar")
    assert list(row.next()) == [crawl("mahakam")]
    row.done("mahakam")
    assert list(row.next()) == [crawl("kukar")]


def test_an_outlet_is_worked_on_once_at_a_time_whatever_the_work_and_holds_no_place_meanwhile() -> None:
    row = turns(crawl("kukar"), ("kukar", Work.VISITS), crawl("etam"))
    assert list(row.next()) == [crawl("kukar"), crawl("etam")]
    row.done("kukar")
    row.wait(crawl("kukar"))
    assert list(row.next()) == [("kukar", Work.VISITS)], "crawls that are always due do not keep visits out"


def test_outlets_at_one_host_take_turns() -> None:
    hosts = {"kukar": "media.test", "etam": "media.test"}
    row = turns(crawl("kukar"), crawl("etam"), crawl("mahakam"), hosts=hosts)
    assert list(row.next()) == [crawl("kukar"), crawl("mahakam")]
    row.done("kukar")
    assert list(row.next()) == [crawl("etam")]


def test_what_is_no_crawl_leaves_a_place_for_crawls_where_there_are_two() -> None:
    backfills = [(outlet, Work.BACKFILL) for outlet in ("kukar", "etam", "mahakam")]
    row = turns(*backfills, crawl("berau"), parallel=3)
    assert list(row.next()) == [*backfills[:2], crawl("berau")]
    assert list(turns(*backfills, parallel=1).next()) == backfills[:1]


def test_what_is_not_due_any_more_leaves_the_row() -> None:
    row = turns(crawl("kukar"), crawl("etam"))
    row.keep({crawl("etam"): None})
    assert list(row.next()) == [crawl("etam")]
