import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from sqlalchemy import func, select

from archive import duplicates, projections, sketches
from archive.archive import Archive
from archive.changes import newest
from archive.database import Database
from archive.errors import NotFoundError
from archive.models import ArchiveName
from archive.records import Filters, Key, Reading
from archive.schema import Base
from archive.settings import Home
from archive.stories import Change, Cluster, Follower, LikenessRow, Sketch, SketchMark
from bench.desk import Desk
from crawler.cli import main
from tests.archive.releases import (
    DAY,
    OUTLETS,
    PADDED,
    RELEASE,
    SAME_EVENT,
    SAME_SPEAKER,
    STORIES,
    VERBATIM,
    daily_count,
    hour,
)

ON_BOTH_DATABASES = True


class News:
    """An archive, and six outlets that tell it what they ran; each look is an hour after the one before."""

    def __init__(self, root: Path, empty: Path, database: Database) -> None:
        self._file, self._empty = root / "pilkada.db", empty
        self.database = database
        self.archive = Archive(Home(root), self.database)
        self.begin()

    def begin(self) -> None:
        """Begin with an empty archive; what SQLAlchemy compiled for the last one is used again."""
        if self.database.url.startswith("sqlite"):
            self.database.dispose()
            copy(self._empty, self._file)
        else:
            names = ", ".join(sorted({*Base.metadata.tables} - {ArchiveName.__tablename__}))
            with self.database.write() as connection:
                connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
        self._now = datetime(2024, 9, 30, tzinfo=UTC)
        self.desk = Desk(self.database, OUTLETS, self._now)

    def run(self, slug: str, title: str, *body: str, wp: str | None = None, **said: Any) -> str:
        return self.run_all([(slug, title, body, {"keys": (Key(scheme="wp", value=wp),) if wp else (), **said})])[0]

    def run_all(self, stories: Iterable[tuple[str, str, Sequence[str], dict[str, Any]]]) -> list[str]:
        """Give the uids of what some outlets run, an hour after what was run last."""
        self._now += timedelta(hours=1)
        with self.database.write() as connection:
            return [
                self.desk.store(
                    connection, slug, f"/{title}/", Reading(title=title, body=tuple(body), **said), at=self._now
                ).uid
                for slug, title, body, said in stories
            ]

    def told(self, *names: str, **instead: Any) -> dict[str, str]:
        """Run some of the stories; give their uids."""
        stories = [(name, *STORIES[name]) for name in names or STORIES]
        uids = self.run_all(
            (slug, name, instead.get("body", body), {**said, **instead.get("said", {})})
            for name, slug, body, said in stories
        )
        return dict(zip(names or STORIES, uids, strict=True))

    def matched(self) -> dict[str, tuple[int, str | None]]:
        """Look for copies; give rank and tier of all articles that are in a cluster."""
        duplicates.catch_up(self.database)
        return {title: (cluster["rank"], cluster["tier"]) for title, cluster in self.clusters().items()}

    def clusters(self) -> dict[str, dict[str, Any]]:
        """Give the clusters of articles by title, and for the cluster's name its first article's title."""
        records = list(self.archive.articles())
        titles = {record["uid"]: record["title"] for record in records}
        return {
            record["title"]: record["cluster"] | {"uid": titles[record["cluster"]["uid"]]}
            for record in records
            if record["cluster"]
        }

    def sequence(self) -> int:
        with self.database.read() as connection:
            return newest(connection)


@pytest.fixture(scope="module")
def newsroom(
    tmp_path_factory: pytest.TempPathFactory, empty_archive: Path, file_or_server: Any, request: pytest.FixtureRequest
) -> Iterator[News]:
    root = tmp_path_factory.mktemp("news")
    with file_or_server(root, request) as database:
        yield News(root, empty_archive, database)


@pytest.fixture
def news(newsroom: News) -> News:
    newsroom.begin()
    return newsroom


WHOLE = {
    "first": (1, None),
    "copy": (2, "copy"),
    "trimmed": (3, "copy"),
    "padded": (4, "copy"),
    "reworded": (5, "rewrite"),
}


def test_outlets_that_ran_a_release_are_one_cluster_and_others_are_in_none(news: News) -> None:
    uids = news.told()
    assert news.matched() == WHOLE
    found = news.clusters()["padded"]
    assert found == {"uid": "first", "size": 5, "rank": 4, "tier": "copy", "first_certain": True}
    members_come_first_one_first_with_their_evidence(news.archive, uids)
    a_list_of_clusters_says_what_is_in_them(news.archive, uids)


def members_come_first_one_first_with_their_evidence(archive: Archive, uids: dict[str, str]) -> None:
    members = archive.get(uids["reworded"])["members"]
    assert [member["title"] for member in members] == list(WHOLE)
    assert members == archive.cluster(uids["first"]) == archive.cluster(uids["copy"])
    first, copied, *_, reworded = members
    assert (first["tier"], first["after_first"], first["c3"]) == (None, None, None)
    assert (copied["outlet"], copied["c3"], copied["unquoted"], copied["quote"]) == ("suara", 1, 1, 1)
    assert reworded["figures"] == ["184327", "1987", "2641", "437", "91209", "93118"]
    assert reworded["c3"] > 0.2 > reworded["unquoted"]
    assert archive.get(uids["event"])["members"] == []
    with pytest.raises(NotFoundError, match=f"article {uids['event']} is in no cluster"):
        archive.cluster(uids["event"])


def a_list_of_clusters_says_what_is_in_them(archive: Archive, uids: dict[str, str]) -> None:
    (row,) = archive.clusters()
    assert row == {
        "uid": uids["first"], "size": 5, "outlets": 5, "copies": 3, "rewrites": 1,
        "first": "2024-09-20", "last": "2024-09-22", "first_certain": True,
        "outlet": "kabar", "title": "first", "canonical_url": "http://kabar.test/first/",
    }  # fmt: skip
    assert list(archive.clusters(Filters(outlets=("pesisir",)))) == [row]
    assert list(archive.clusters(Filters(outlets=("seruni",)))) == []
    assert list(archive.clusters(Filters(before=DAY - timedelta(days=1)))) == []


@pytest.mark.parametrize("names", list(permutations(["first", "padded", "reworded"]))[1:], ids=" ".join)
def test_the_order_of_arrival_decides_nothing(news: News, names: tuple[str, ...]) -> None:
    for name in names:
        news.told(name)
        news.matched()
    assert news.matched() == {"first": (1, None), "padded": (2, "copy"), "reworded": (3, "rewrite")}


def test_who_was_first_is_not_certain_where_a_day_is_all_that_is_known(news: News) -> None:
    news.told("first", said={"published_at": None})
    uid = news.told("copy")["copy"]
    news.matched()
    assert {cluster["first_certain"] for cluster in news.clusters().values()} == {False}
    assert [member["after_first"] for member in news.archive.cluster(uid)] == [None, False]


def test_no_article_is_tied_to_a_member_of_a_cluster(news: News) -> None:
    """The end of a chain has nothing in common with its beginning."""
    news.run("kabar", "a", *VERBATIM[:4], *SAME_SPEAKER, **hour(DAY, 8))
    news.run("suara", "b", *VERBATIM, **hour(DAY, 9))
    news.run("warta", "c", *VERBATIM[4:], *SAME_EVENT, **hour(DAY, 10))
    assert news.matched() == {"a": (1, None), "b": (2, "copy")}
    with news.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(LikenessRow)).scalar_one() == 2
    # An edit takes what ties the one in the middle to the first: now it is first itself.
    news.run("kabar", "a", *SAME_SPEAKER, **hour(DAY, 8))
    assert news.matched() == {"b": (1, None), "c": (2, "copy")}


def test_an_edit_moves_an_article_into_a_cluster_and_out_of_it(news: News) -> None:
    news.told("first")
    uid = news.told("copy", body=SAME_SPEAKER)
    assert news.matched() == {}
    for body, wanted in ((PADDED, {"first": (1, None), "copy": (2, "copy")}), (SAME_EVENT, {})):
        assert news.told("copy", body=body) == uid
        assert news.matched() == wanted


def test_an_earlier_copy_that_is_found_later_is_the_first(news: News) -> None:
    news.told("copy", "reworded")
    assert news.matched() == {"copy": (1, None), "reworded": (2, "rewrite")}
    before = news.sequence()
    news.told("first")
    assert news.matched() == {"first": (1, None), "copy": (2, "copy"), "reworded": (3, "rewrite")}
    with news.database.read() as connection:
        uids = connection.execute(select(Change.uid).where(Change.sequence > before)).scalars().all()
    assert {news.archive.get(uid)["title"] for uid in uids} == {"first", "copy", "reworded"}, "all who changed are told"


def test_weeks_apart_a_text_is_another_story(news: News) -> None:
    news.told("first")
    news.told("copy", said=hour(DAY + timedelta(days=sketches.WINDOW + 1), 9))
    assert news.matched() == {}
    news.told("copy", said=hour(DAY + timedelta(days=sketches.WINDOW), 9))
    assert news.matched() == {"first": (1, None), "copy": (2, "copy")}, "its day was corrected"


def test_clusters_are_listed_newest_first_whatever_came_first(news: News) -> None:
    days = [DAY + timedelta(days=number) for number in (30, 0, 60)]
    for day in days:
        for number, slug in enumerate(("kabar", "suara")):
            news.run(slug, f"{slug}-{day}", *VERBATIM, **hour(day, 9 + number))
    news.matched()
    assert [row["first"] for row in news.archive.clusters()] == [day.isoformat() for day in sorted(days, reverse=True)]


def test_two_articles_of_one_outlet_are_no_cluster_but_may_both_be_in_one(news: News) -> None:
    news.told("copy")
    news.run("suara", "lain", *PADDED, **hour(DAY, 12))
    assert news.matched() == {}
    news.told("first")
    assert news.matched() == {"first": (1, None), "copy": (2, "copy"), "lain": (3, "copy")}


def test_a_piece_that_recurs_is_in_no_cluster(news: News) -> None:
    figures = ("12.417", "10.986", "96", "21,97"), ("38.204", "35.771", "271", "62,01")
    for slug in ("kabar", "suara"):
        for number, said in enumerate(figures, 1):
            day = DAY + timedelta(days=number)
            news.run(slug, f"{slug}-{number}", *daily_count(number, *said), published_date=day)
    assert news.matched() == {}
    with news.database.read() as connection:
        assert set(connection.execute(select(Cluster.seed_id)).scalars()) == {None}


def test_a_phrase_that_a_crowd_uses_joins_nobody_and_is_kept_for_no_more(
    news: News, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sketches, "CROWD", 3)
    for number, slug in enumerate(OUTLETS):
        words = [f"{slug} kata{chr(97 + number)}{chr(97 + at % 26)}{chr(97 + at // 26)} lain" for at in range(60)]
        news.run(slug, slug, " ".join(words), RELEASE[3], published_date=DAY)
    assert news.matched() == {}
    with news.database.read() as connection:
        holders = connection.execute(select(func.count()).select_from(SketchMark).group_by(SketchMark.mark)).scalars()
        assert max(holders) == 3


def test_a_text_that_is_everywhere_still_finds_its_first(news: News, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketches, "CROWD", 3)
    for number, slug in enumerate(OUTLETS):
        news.run(slug, slug, *VERBATIM, **hour(DAY, 8 + number))
    assert news.matched() == {slug: (rank, "copy" if rank > 1 else None) for rank, slug in enumerate(OUTLETS, 1)}


def test_articles_that_prove_to_be_one_are_one_in_their_cluster(news: News) -> None:
    old = news.run("kabar", "a", *VERBATIM, wp="1", **hour(DAY, 9))
    new = news.run("kabar", "b", *PADDED, **hour(DAY, 8))
    news.told("copy")
    assert news.matched() == {"b": (1, None), "copy": (2, "copy")}, "a is at the outlet of b"
    assert news.run("kabar", "b", *PADDED, wp="1", **hour(DAY, 8)) == old != new
    assert news.matched() == {"b": (1, None), "copy": (2, "copy")}
    assert news.database.check() == []


def made(news: News) -> list[str]:
    """Give sketches, pairs and clusters with uids in place of ids."""
    uids = {record["id"]: record["uid"] for record in news.archive.articles()}

    def named(table: Any, *columns: str) -> Callable[[Any], str]:
        return lambda row: repr(
            (
                table.name,
                *(uids.get(value, value) if name in columns else value for name, value in row._mapping.items()),
            )
        )

    found: list[str] = []
    with news.database.read() as connection:
        for model, columns in (
            (Sketch, ("article_id",)),
            (SketchMark, ("article_id",)),
            (LikenessRow, ("one_id", "other_id")),
            (Cluster, ("article_id", "seed_id")),
        ):
            table = model.__table__
            found.extend(map(named(table, *columns), connection.execute(select(table))))
    return sorted(found)


def test_made_again_clusters_are_the_same(news: News) -> None:
    for name in STORIES:
        news.told(name)
        news.matched()
    before = made(news)
    assert sum(one.startswith("('likeness'") for one in before) > 5
    with news.database.write() as connection:
        duplicates.clear(connection, datetime.now(UTC))
    assert made(news) == []
    assert duplicates.catch_up(news.database) == len(STORIES)
    assert made(news) == before


def test_an_outlet_can_be_forgotten_and_read_again(news: News) -> None:
    news.told("first", "copy", "reworded")
    before = news.matched()
    with news.database.write() as connection:
        projections.forget(connection, news.desk.runs["kabar"].outlet_id, datetime.now(UTC))
    assert news.database.check() == []
    assert news.matched() == {"copy": (1, None), "reworded": (2, "rewrite")}
    news.told("first")
    assert news.matched() == before


def test_an_article_that_goes_leaves_its_cluster(news: News) -> None:
    uids = news.told("first", "copy", "reworded")
    news.matched()
    before = news.sequence()
    with news.database.write() as connection:
        outlet_id = news.desk.runs["kabar"].outlet_id
        ids, _ = projections.take_out(connection, [news.archive.get(uids["first"])["id"]])
        assert projections.bury(connection, outlet_id, {*ids}, datetime.now(UTC)) == 1
    assert news.matched() == {"copy": (1, None), "reworded": (2, "rewrite")}
    assert not any(uids["first"] in row for row in made(news))
    with news.database.read() as connection:
        told = connection.execute(select(Change.uid).where(Change.sequence > before)).scalars().all()
    assert sorted(told) == sorted(uids.values())


def test_what_was_looked_at_is_not_looked_at_again(news: News) -> None:
    news.told("first", "copy")
    assert duplicates.catch_up(news.database) == 2
    reached = news.sequence()
    assert duplicates.catch_up(news.database) == 0
    assert news.sequence() == reached
    news.told("first", said={"section": "Politik"})
    assert duplicates.catch_up(news.database) == 0, "its text and its day are the same"
    with news.database.read() as connection:
        assert connection.execute(select(Follower.sequence)).scalar_one() == news.sequence()


def test_the_commands_show_who_ran_a_story(
    news: News, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    home = ["--home", str(news.archive.home.root)]
    uids = news.told("first", "copy", "event")
    assert main([*home, "clusters", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["UID", "SIZE", "COPIES", "REWRITES", "FIRST", "OUTLET", "TITLE"]
    assert [line.split() for line in lines[1:]] == [[uids["first"], "2", "1", "0", "2024-09-20", "kabar", "first"]]
    assert main([*home, "clusters", "list", "--outlet", "seruni"]) == 0
    assert capsys.readouterr().err == "no article has a copy at another outlet\n"

    assert main([*home, "clusters", "show", uids["copy"]]) == 0
    shown = capsys.readouterr()
    assert [line.split()[0] for line in shown.out.splitlines()] == ["RANK", "1", "2"]
    assert shown.err == ""
    assert main([*home, "clusters", "show", uids["copy"], "--format", "jsonl"]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == news.archive.cluster(uids["first"])
    assert main([*home, "clusters", "show", uids["event"]]) == 1
    assert capsys.readouterr().err.startswith(f"pilkada: article {uids['event']} is in no cluster: ")

    assert main([*home, "show", uids["copy"]]) == 0
    assert f"cluster   copy of {uids['first']} (kabar), number 2 of 2\n" in capsys.readouterr().out
    news.told("first", said={"published_at": None})
    news.matched()
    assert main([*home, "show", uids["first"]]) == 0
    assert "number 2 of 2; which was first is not certain" in " ".join(capsys.readouterr().out.split())
    assert main([*home, "clusters", "show", uids["first"]]) == 0
    assert capsys.readouterr().err.startswith("1 of the others may have been first")

    # An export looks for copies too: a crawl that was killed, or goes on, has stored more than it has compared.
    news.told("trimmed")
    file = tmp_path / "a.jsonl"
    assert main([*home, "export", "--to", str(file)]) == 0
    shared = [json.loads(line)["cluster"] for line in file.read_text("utf-8").splitlines()]
    assert [cluster["size"] for cluster in shared if cluster] == [3, 3, 3]
