"""Which stories older rules read, and what must be read together with each."""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from archive import stale, visits
from archive.records import Election, Reason, VisitState
from archive.stale import AGAIN, Rules

TODAY = Rules(extractor="test 1", pack="p 1", codebook=None)
JUDGED = Election(score=0.1, about=False, evidence=(), pack="p 1")
ZONE = ZoneInfo("Asia/Makassar")
OTHER = ("Banjir surut di Loa Janan sejak subuh tadi.", "Warga membersihkan lumpur dari halaman sekolah mereka.")


def stories(desk: Any, rules: Rules = TODAY, since: date | None = None) -> list[list[str]]:
    """The paths of each story that is to be read again."""
    with desk.bench.database.read() as connection:
        found = stale.stories(
            connection, desk.ticket.outlet_id, rules, since=since, zone=ZONE,
            landed=lambda url: "/" + url.split("/", 3)[3],
        )  # fmt: skip
        paths = dict(connection.exec_driver_sql("select id, canonical from address").all())
    return [[paths[one] for one in story.address_ids] for story in found]


def test_a_reading_is_stale_by_its_extractor_or_its_pack(bench: Any) -> None:
    desk = bench.begin()
    desk.store("/a/", "Satu", election=JUDGED)
    desk.store("/b/", "Dua", *OTHER)
    assert stories(desk) == [["/b/"]], "no pack judged it"
    assert stories(desk, replace(TODAY, extractor="test 2")) == [["/a/"], ["/b/"]]
    assert stories(desk, replace(TODAY, pack="p 2")) == [["/a/"], ["/b/"]]
    assert stories(desk, replace(TODAY, codebook="p 1; regions 1")) == [["/a/"], ["/b/"]]


def test_a_day_is_that_of_publication_else_of_the_first_look(bench: Any) -> None:
    desk = bench.begin()
    today = bench.now().astimezone(ZONE).date()
    desk.store("/a/", "Satu", published_date=date(2024, 10, 1))
    desk.store("/b/", "Dua", *OTHER)
    assert stories(desk, since=date(2024, 10, 1)) == [["/a/"], ["/b/"]]
    assert stories(desk, since=date(2024, 10, 2)) == [["/b/"]]
    assert stories(desk, since=date(today.year + 1, 1, 1)) == []


def test_what_may_be_one_story_is_read_together(bench: Any) -> None:
    """A redirect to another story, a number that was used again, and a text that was shown at a further address."""
    desk = bench.begin()
    desk.store("/a/", "Satu", election=JUDGED)
    desk.store("/b/", "Dua", *OTHER, landed="/a/")
    desk.store("/c/", "Tiga", "Tiga saksi hadir di gudang.", wp="7", published_date=date(2024, 10, 1))
    desk.store("/d/", "Empat", *OTHER, "Jalan dibuka.", wp="7", published_date=date(2024, 11, 2))
    desk.store("/e/", "Lima", "Lima perahu berlabuh di Muara Muntai.", election=JUDGED)
    desk.store("/f/", "Lima", "Lima perahu berlabuh di Muara Muntai.", election=JUDGED)
    assert stories(desk) == [["/a/", "/b/"], ["/c/", "/d/"]]
    assert stories(desk, replace(TODAY, extractor="test 2")) == [["/a/", "/b/"], ["/c/", "/d/"], ["/e/", "/f/"]]


def test_what_nobody_could_read_is_tried_once_by_each_extractor(bench: Any) -> None:
    desk = bench.begin()
    desk.store("/a/", "Satu", election=JUDGED)
    desk.store("/b/", "Dua", *OTHER, election=JUDGED)
    with bench.database.write() as connection:
        visit = connection.exec_driver_sql("select max(id) from visit").scalar_one()
        visits.settle(connection, visit, VisitState.REJECTED, reason=Reason.UNREADABLE, detail="no text")
    assert stories(desk) == [["/b/"]]
    with bench.database.write() as connection:
        told = f"no text{AGAIN}{TODAY.extractor}"
        visits.settle(connection, visit, VisitState.REJECTED, reason=Reason.UNREADABLE, detail=told)
    assert stories(desk) == []
    assert stories(desk, replace(TODAY, extractor="test 2")) == [["/a/"], ["/b/"]]
