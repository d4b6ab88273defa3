import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from archive import articles
from archive.errors import NotFoundError
from archive.records import Election, Filters, Outcome, Related, Removed, State, Trust

ON_BOTH_DATABASES = True

WITA = timezone(timedelta(hours=8))
NULL = type(None)
CONTRACT = {
    "id": int, "uid": str, "url": str, "canonical_url": str, "outlet": str, "outlet_name": str, "title": str,
    "body": str, "removed": list, "lead": (str, NULL), "dateline": (str, NULL), "dateline_outlet": (str, NULL),
    "place": (str, NULL), "authors": list, "editors": list, "credit": (str, NULL), "advertorial_mark": (str, NULL),
    "published_date": (str, NULL), "published_at": (str, NULL), "published_source": (str, NULL),
    "modified_at": (str, NULL), "first_seen_at": str, "last_seen_at": str, "removed_at": (str, NULL),
    "section": (str, NULL), "tags": list, "image_url": (str, NULL), "caption": (str, NULL),
    "photo_credit": (str, NULL), "captions": list, "related": list, "language": (str, NULL), "word_count": int,
    "election": (dict, NULL), "regions": (list, NULL), "topics": (list, NULL), "actors": (list, NULL),
    "phase": (str, NULL), "flags": list, "state": str, "version": int, "versions": int, "changed": bool,
    "cluster": (dict, NULL), "captures": list, "extractor": str, "labels": list,
}  # fmt: skip
"""The table of CONTRACT.md; null stands for what this version does not compute yet."""

FULL = {
    "canonical": "http://kabar.test/penuh/", "removed": (Removed(rule="share", text="Bagikan"),),
    "dateline": "Kabar.test, TENGGARONG -", "dateline_outlet": "Kabar.test", "place": "Tenggarong",
    "authors": ("Rina Wijaya",), "editors": ("Budi",), "credit": "(rw/bd)", "advertorial_mark": "(adv)",
    "published_date": date(2024, 11, 25), "published_at": datetime(2024, 11, 25, 7, 5, tzinfo=WITA),
    "published_source": Trust.JSONLD, "modified_at": datetime(2024, 11, 25, 0, 5, tzinfo=UTC), "section": "Politik",
    "tags": ("pilkada", "kukar"), "image_url": "http://kabar.test/a.jpg", "caption": "Suasana.",
    "photo_credit": "Ist", "captions": ("Lagi.",), "related": (Related(text="Baca", url="http://kabar.test/b/"),),
    "language": "id", "flags": ("short",), "phase": "kampanye",
    "election": Election(score=0.91, about=True, evidence=("Pilkada", "KPU"), pack="pilkada-2024 0123456789ab"),
}  # fmt: skip


def test_a_record_has_the_fields_of_the_contract_in_their_types(bench: Any) -> None:
    desk = bench.begin()
    desk.store("/kosong/", "Kosong", "Isi.")
    desk.store("/penuh/", "Penuh", "Alinea satu.", "Alinea dua.", **FULL)
    for record in bench.archive.articles():
        assert set(record) == set(CONTRACT)
        assert tuple(record) == articles.FIELDS, "the header of an export without rows"
        assert {name: type(value) for name, value in record.items() if not isinstance(value, CONTRACT[name])} == {}


def test_a_record_says_what_was_read(bench: Any) -> None:
    desk = bench.begin(name="Kabar Kita", base_url="https://kabar.example")
    desk.store("/penuh/", "Penuh", "Alinea satu.", "Alinea dua.", **FULL)
    (record,) = bench.archive.articles()
    assert record["url"] == "http://kabar.test/penuh/"
    assert record["canonical_url"] == "https://kabar.example/penuh/"
    assert (record["outlet"], record["outlet_name"]) == ("kabar", "Kabar Kita")
    assert (record["body"], record["lead"]) == ("Alinea satu.\n\nAlinea dua.", "Alinea satu.")
    assert record["removed"] == [{"rule": "share", "text": "Bagikan"}]
    assert record["related"] == [{"text": "Baca", "url": "http://kabar.test/b/"}]
    assert (record["published_date"], record["published_at"]) == ("2024-11-25", "2024-11-25T07:05:00+08:00")
    assert (record["modified_at"], record["published_source"]) == ("2024-11-25T00:05:00+00:00", "jsonld")
    assert (record["word_count"], record["state"], record["changed"]) == (4, "live", False)
    assert record["election"] == {
        "score": 0.91, "about": True, "evidence": ["Pilkada", "KPU"], "pack": "pilkada-2024 0123456789ab",
    }  # fmt: skip
    assert record["phase"] == "kampanye"
    for name in ("authors", "editors", "tags", "captions", "flags"):
        assert record[name] == list(FULL[name])
    for name in ("dateline", "dateline_outlet", "place", "credit", "section", "image_url", "caption", "photo_credit"):
        assert record[name] == FULL[name]
    (capture,) = record["captures"]
    assert set(capture) == {"record_id", "file", "offset", "length", "sha256", "fetched_at", "role"}
    assert capture["file"] == "kabar/kabar-20241125.warc.gz"
    assert re.fullmatch(r"<urn:uuid:[0-9a-f-]{36}>", capture["record_id"])
    assert re.fullmatch(r"[0-9a-f]{64}", capture["sha256"])
    assert capture["fetched_at"] == "2024-11-25T01:30:15Z"


def test_the_newest_declaration_names_the_outlet(bench: Any) -> None:
    bench.begin(name="Lama").store("/a/", "A", "satu")
    for name in ("Baru", "Lama", "Baru"):
        bench.pass_time(days=1)
        bench.begin(name=name)
    (record,) = bench.archive.articles()
    assert record["outlet_name"] == "Baru"


@pytest.fixture
def dated(bench: Any) -> Any:
    for slug in ("kabar", "suara"):
        desk = bench.begin(slug)
        for day in (24, 25, 26):
            desk.store(f"/{day}/", f"{slug} {day}", f"Hari {day}.", published_date=date(2024, 11, day))
        desk.store("/tanpa/", f"{slug} tanpa", "Tanpa hari.")
    return bench


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        pytest.param(
            Filters(outlets=("kabar",)), ["kabar 24", "kabar 25", "kabar 26", "kabar tanpa"], id="an outlet"
        ),
        pytest.param(Filters(after=date(2024, 11, 26)), ["kabar 26", "suara 26"], id="after is inclusive"),
        pytest.param(Filters(before=date(2024, 11, 24)), ["kabar 24", "suara 24"], id="before is inclusive"),
        pytest.param(
            Filters(outlets=("suara",), after=date(2024, 11, 25), before=date(2024, 11, 25)), ["suara 25"], id="a day"
        ),
        pytest.param(Filters(state=State.REMOVED), [], id="state"),
    ],
)  # fmt: skip
def test_filters_take_what_they_say(dated: Any, filters: Filters, titles: list[str]) -> None:
    assert [record["title"] for record in dated.archive.articles(filters)] == titles
    with dated.database.read() as connection:
        assert articles.count(connection, filters) == len(titles)


def test_the_filter_election_takes_what_is_about_one_and_not_what_nobody_judged(bench: Any) -> None:
    desk = bench.begin()
    for name, about in (("ya", True), ("bukan", False)):
        judged = Election(score=0.5, about=about, evidence=(), pack="x 1")
        desk.store(f"/{name}/", name, "Soal pilkada.", election=judged)
    uid = desk.store("/lama/", "lama", "Soal pilkada.").uid
    only = Filters(election=True)
    assert [record["title"] for record in bench.archive.articles(only)] == ["ya"]
    with bench.database.read() as connection:
        assert articles.count(connection, only) == 1
    assert [hit.record["title"] for hit in bench.archive.search("pilkada", filters=only).hits] == ["ya"]
    assert bench.archive.search("pilkada").total == 3
    assert bench.archive.get(uid)["election"] is None, "read before there were packs"


def test_another_judgement_of_the_same_text_is_another_reading_and_no_new_version(bench: Any) -> None:
    desk = bench.begin()
    for score in (0.4, 0.6):
        judged = Election(score=score, about=score > 0.5, evidence=(), pack=f"x {score}")
        saved = desk.store("/a/", "A", "satu", election=judged)
    assert saved.outcome is Outcome.UNCHANGED
    record = bench.archive.get(saved.uid)
    assert (record["election"]["about"], record["versions"]) == (True, 1)
    assert bench.archive.search("satu", filters=Filters(election=True)).total == 1


def test_records_are_streamed_in_batches_without_loss_or_repeat(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles, "BATCH", 3)
    desk = bench.begin()
    for number in range(10):
        desk.store(f"/{number}/", f"Judul {number}", f"Isi {number}.")
    found = [record["id"] for record in bench.archive.articles()]
    assert found == sorted(set(found))
    assert len(found) == 10
    with bench.database.read() as connection:
        uids = [record["uid"] for record in articles.stream(connection, Filters())]
        assert set(articles.by_uid(connection, [*uids, "zzzzzzzzzzzzzzzz"])) == set(uids)


def test_an_article_is_found_by_id_uid_and_any_address(bench: Any) -> None:
    desk = bench.begin()
    desk.sight("/a/", raw="https://www.kabar.test/a/?utm_source=x")
    uid = desk.store("/a/", "A", "satu").uid
    number = bench.archive.get(uid)["id"]
    for name in (
        str(number), uid, f" {uid} ", "/a/", "/a", "http://kabar.test/a/", "https://lain.test/a/",
        "https://www.kabar.test/a/?utm_source=x",
    ):  # fmt: skip
        assert bench.archive.get(name)["uid"] == uid
    assert bench.archive.get(uid)["history"][0]["version"] == 1


@pytest.mark.parametrize("name", ["999", "9" * 40, "zzzzzzzzzzzzzzzz", "/none/", "", "٣", "http://[", "'; --"])
def test_what_is_not_there_is_said_to_be_missing(bench: Any, name: str) -> None:
    bench.begin().store("/a/", "A", "satu")
    with pytest.raises(NotFoundError, match="there is no article"):
        bench.archive.get(name)


def test_an_article_that_a_stopped_rebuild_left_without_text_is_said_to_be_missing(bench: Any) -> None:
    from sqlalchemy import update

    from archive.stories import Article

    uid = bench.begin().store("/a/", "A", "satu").uid
    with bench.database.write() as connection:
        connection.execute(update(Article).values(reading_id=None))
    with pytest.raises(NotFoundError, match="there is no article"):
        bench.archive.get(uid)


def test_what_nobody_looked_for_is_null_and_what_was_not_found_is_empty(bench: Any) -> None:
    desk = bench.begin()
    desk.store("/lama/", "Lama", "Soal pilkada.")
    desk.store("/baru/", "Baru", "Soal pilkada kedua.", codebook="x 1")
    with bench.database.read() as connection:
        old, new = articles.stream(connection, Filters())
    assert [old[name] for name in ("regions", "topics", "actors")] == [None, None, None]
    assert [new[name] for name in ("regions", "topics", "actors")] == [[], [], []]
