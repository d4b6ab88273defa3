"""Which looks at an article make versions, what each is said to have changed, and that a rebuild says the same."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest

from archive import projections, versions
from archive.errors import NotFoundError
from archive.records import Filters, Outcome, Reading, Reason, State
from archive.store import Saved
from archive.visits import unread_again
from crawler.cli import main

ON_BOTH_DATABASES = True

TITLE = "KPU Barito Hulu Tetapkan Hasil Pilkada"
BODY = (
    "Ketua KPU Barito Hulu, Rudi Hartono, mengatakan pasangan nomor urut 1 meraih 1.234 suara.",
    "Menurut Rudi, rekapitulasi berlangsung tertib. Sebanyak tiga saksi menolak menandatangani berita acara.",
    "“Kami siap menghadapi gugatan,” ujarnya kepada wartawan pada Rabu (27/11/2024).",
    "Bupati Siti Aminah hadir di lokasi bersama jajaran kepolisian. Ia meminta semua pihak menerima hasilnya.",
    "Rekapitulasi tingkat provinsi dijadwalkan pekan depan di gedung serbaguna, dan terbuka bagi umum.",
)
FIXED = (BODY[0].replace("1.234", "1.324"), *BODY[1:])
NOTED = (*FIXED, "Ralat: semula tertulis 1.234 suara.")
RENAMED = tuple(block.replace("Hartono", "Hartanto") for block in NOTED)
SET_ANEW = (*BODY[:2], BODY[2].replace("“", '"').replace("”", '"').replace("(", "\u00a0("), *BODY[3:])
TORN, TEASER = BODY[:1], (f"{BODY[0][:60]}…",)


@pytest.fixture
def desk(room: Any) -> Any:
    room.number += 1
    room.pass_time(days=30)
    return room.begin(f"kabar{room.number}")


def look(desk: Any, body: Sequence[str], hours: float, title: str = TITLE, **said: Any) -> Saved:
    """Look at the story so many hours after the test began."""
    before = desk.bench.clock
    desk.bench.pass_time(hours=hours)
    extractor = said.pop("extractor", "test 1")
    reading = Reading(title=title, body=tuple(body), extractor=extractor, **said)
    saved: Saved = desk.save(desk.sight("/a/"), "/a/", desk.keep("/a/", b"halaman"), reading)
    desk.bench.clock = before
    return saved


def story(desk: Any, uid: str) -> dict[str, Any]:
    record: dict[str, Any] = desk.bench.archive.get(uid)
    return record


def told(desk: Any, uid: str) -> list[tuple[str, bool | None]]:
    return [(" ".join(version["changed"]), version["announced"]) for version in story(desk, uid)["history"]]


def test_each_version_tells_what_it_changed_and_whether_that_was_announced(desk: Any) -> None:
    looks = [(BODY, 0), (FIXED, 1), (NOTED, 2), (RENAMED, 3), (RENAMED, 9)]
    saved = [look(desk, *one) for one in looks]
    assert [one.outcome for one in saved] == [Outcome.NEW, *[Outcome.REVISED] * 3, Outcome.UNCHANGED]
    uid = saved[0].uid
    assert told(desk, uid) == [("", None), ("figures", False), ("body", True), ("names", False)]
    assert story(desk, uid)["history"][2]["note"] == "Ralat: semula tertulis 1.234 suara."
    assert look(desk, RENAMED, 12, "Hasil Pilkada Barito Hulu Ditetapkan").outcome is Outcome.REVISED
    assert told(desk, uid)[-1] == ("headline", False)


@pytest.mark.parametrize("other", [{"extractor": "test 2"}, {}], ids=["another extractor", "quotes and blanks"])
def test_how_a_text_is_set_or_read_makes_no_version(desk: Any, other: dict[str, str]) -> None:
    uid = look(desk, BODY, 0).uid
    anew = BODY[:-1] if other else SET_ANEW
    assert look(desk, anew, 1, **other).outcome is Outcome.UNCHANGED
    record = story(desk, uid)
    assert (record["versions"], record["changed"], record["body"]) == (1, False, "\n\n".join(anew))
    assert look(desk, (anew[0].replace("1.234", "1.324"), *anew[1:]), 2, **other).outcome is Outcome.REVISED
    assert told(desk, uid)[-1] == ("figures", False)


def test_what_changes_beside_the_text_is_kept_and_makes_no_version(desk: Any) -> None:
    uid = look(desk, BODY, 0, tags=("KPU",), authors=("Rina Kartika",)).uid
    look(desk, BODY, 2, tags=("KPU", "Sengketa"), authors=("Rina Kartika",))
    look(desk, FIXED, 4, tags=("KPU", "Sengketa"), authors=("Rina Kartika",))
    look(desk, FIXED, 6, tags=("KPU", "Sengketa"), authors=("Sabran",))
    record = story(desk, uid)
    assert record["versions"] == 2
    begun = desk.bench.clock
    assert [
        [(edit["since"] > begun.strftime("%Y"), edit["changed"]) for edit in version["beside"]]
        for version in record["history"]
    ] == [[(True, ["tags"])], [(True, ["byline"])]]


def test_a_page_that_lost_most_of_its_text_is_flagged_and_no_version(desk: Any) -> None:
    uid = look(desk, BODY, 0).uid
    torn = look(desk, TORN, 1)
    assert (torn.uid, torn.outcome) == (uid, Outcome.UNCHANGED)
    record = story(desk, uid)
    assert (record["versions"], record["body"], record["flags"]) == (1, "\n\n".join(BODY), ["shrunken"])
    assert len(record["history"][0]["shrunken"]) == 1
    assert look(desk, TEASER, 3).outcome is Outcome.UNCHANGED, "within six hours"
    look(desk, BODY, 8)
    assert look(desk, TORN, 9).outcome is Outcome.UNCHANGED, "it was whole in between"
    look(desk, BODY, 10)
    record = story(desk, uid)
    assert (record["versions"], record["flags"], len(record["history"][0]["shrunken"])) == (1, [], 3)
    assert look(desk, FIXED, 11).outcome is Outcome.REVISED
    assert told(desk, uid) == [("", None), ("figures", False)]


def test_a_text_that_stays_short_is_a_version_since_it_was_short(desk: Any) -> None:
    uid = look(desk, BODY, 0).uid
    look(desk, TORN, 1)
    assert look(desk, TORN, 7.5).outcome is Outcome.REVISED
    record = story(desk, uid)
    assert (record["versions"], record["body"], record["flags"]) == (2, TORN[0], [])
    first, second = record["history"]
    assert first["shrunken"] == []
    assert (second["changed"], second["announced"]) == (["body"], False)
    assert look(desk, BODY, 8).outcome is Outcome.REVISED, "what comes back is an edit too"


def test_pages_without_a_story_are_no_edits(desk: Any) -> None:
    uid = look(desk, BODY, 0).uid
    for reason in (Reason.CHALLENGE, Reason.HTTP, Reason.UNREADABLE, Reason.SOFT_404):
        desk.bench.pass_time(hours=1)
        desk.miss("/a/", reason)
    assert look(desk, BODY, 1).outcome is Outcome.UNCHANGED
    assert story(desk, uid)["versions"] == 1


def whole(desk: Any, uid: str) -> tuple[Any, ...]:
    record = story(desk, uid)
    return record["body"], record["flags"], record["versions"], record["first_seen_at"], record["history"]


CASES = {
    "edits": ((BODY, 0), (FIXED, 1), (NOTED, 2), (BODY, 3)),
    "torn and confirmed": ((BODY, 0), (TORN, 1), (TORN, 8), (FIXED, 20)),
    "torn and mended": ((BODY, 0), (TORN, 1), (BODY, 2), (TORN, 9)),
    "set anew": ((BODY, 0), (SET_ANEW, 1), (FIXED, 2), (SET_ANEW, 3)),
}


@pytest.mark.parametrize("looks", CASES.values(), ids=CASES)
def test_every_order_of_learning_gives_the_same_versions(
    room: Any, looks: Sequence[tuple[Sequence[str], float]]
) -> None:
    found = []
    for order in list(permutations(looks))[::7]:
        room.number += 1
        desk = room.begin(f"kabar{room.number}")
        uid = [look(desk, body, hours).uid for body, hours in order][-1]
        found.append(whole(desk, uid))
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize("looks", CASES.values(), ids=CASES)
def test_made_again_from_the_facts_they_are_the_same(desk: Any, looks: Sequence[tuple[Sequence[str], float]]) -> None:
    uid = [look(desk, body, hours).uid for body, hours in looks][-1]
    held = whole(desk, uid)
    with desk.bench.database.write() as connection:
        projections.forget(connection, desk.ticket.outlet_id, desk.bench.now())
        assert unread_again(connection, desk.ticket) == len(looks)
    assert [look(desk, body, hours).uid for body, hours in looks][-1] == uid
    assert whole(desk, uid) == held


def test_a_version_is_shown_as_it_was(desk: Any) -> None:
    uid = look(desk, BODY, 0).uid
    look(desk, FIXED, 1, "Judul Baru", tags=("KPU",))
    archive = desk.bench.archive
    first, last = archive.get(uid, version=1), archive.get(uid, version=2)
    assert (first["title"], first["body"], first["tags"], first["version"]) == (TITLE, "\n\n".join(BODY), [], 1)
    assert (first["versions"], first["captures"] != last["captures"]) == (2, True)
    assert last == archive.get(uid)
    with pytest.raises(NotFoundError, match="has 2 versions, and no 3"):
        archive.get(uid, version=3)


def test_what_changed_and_what_state_it_is_in_can_be_asked_for(desk: Any) -> None:
    changed = look(desk, BODY, 0).uid
    look(desk, FIXED, 1)
    slug = (desk.slug,)
    desk.store("/b/", "Rekapitulasi Suara Ditunda", "Rekapitulasi suara ditunda hingga Jumat karena banjir.")
    archive = desk.bench.archive
    for filters, number in (
        (Filters(outlets=slug), 2),
        (Filters(outlets=slug, changed=True), 1),
        (Filters(outlets=slug, state=State.LIVE), 2),
        (Filters(outlets=slug, changed=True, state=State.REMOVED), 0),
    ):
        assert len(list(archive.articles(filters))) == number
        assert archive.search("rekapitulasi", filters=filters).total == number
    (held,) = archive.articles(Filters(outlets=slug, changed=True))
    assert held["uid"] == changed
    with desk.bench.database.read() as connection:
        assert versions.reading_of(connection, changed, 3) is None


def test_the_command_line_shows_versions_and_their_difference(
    desk: Any, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    uid = look(desk, BODY, 0).uid
    home = ["--home", str(desk.bench.home.root)]
    assert main([*home, "show", uid, "--diff"]) == 0
    assert tuple(capsys.readouterr()) == (
        "",
        "version 1 of 1: nothing came before it, and no other outlet has its text\n",
    )
    look(desk, NOTED, 1)
    assert main([*home, "show", uid, "--diff"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "1 meraih [-1.234-] {+1.324+} suara." in shown
    assert "; figures; announced: Ralat: semula tertulis 1.234 suara. KPU" in shown
    assert "{+Ralat: semula tertulis 1.234 suara.+}" in shown
    assert "(4 paragraphs unchanged)" in shown
    assert main([*home, "show", uid, "--version", "1"]) == 0
    shown = capsys.readouterr().out
    assert "version 1 of 2" in shown
    assert "meraih 1.234 suara" in shown.replace("\n", " ")
    assert "edited    version 2, " in shown
    assert main([*home, "show", uid, "--diff", "--format", "json"]) == 0
    assert '"changed":["figures"],"announced":true,"note":"Ralat: ' in capsys.readouterr().out
    assert main([*home, "show", uid, "--version", "3"]) == 1
    assert capsys.readouterr().err == f"pilkada: article {uid} has 2 versions, and no 3\n"
    for state, number in (("live", 1), ("removed", 0)):
        words = ["search", "rekapitulasi", "--outlet", desk.slug, "--changed", "--state", state]
        assert main([*home, *words]) == 0
        assert capsys.readouterr().err.startswith(f"{number} article")
