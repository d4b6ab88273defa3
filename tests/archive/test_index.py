import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import indexfolder, paging, stems
from archive.document import IndexDocument
from archive.expansions import expand
from archive.index import BATCH, Change, IndexUnusableError, SearchIndex
from archive.paging import Sort
from archive.query import QueryError, parse
from archive.records import Filters, State

DAY = 86_400


def article(uid: str, title: str = "Judul", body: str = "isi berita", **rest: object) -> IndexDocument:
    fields = {"outlet": "kaltimkita", "moment": 0} | rest
    return IndexDocument(uid=uid, title=title, body=body, **fields)


def numbered(documents: Iterable[IndexDocument], first: int = 1) -> list[Change]:
    return [(number, document.uid, document) for number, document in enumerate(documents, first)]


def filled(folder: Path, *documents: IndexDocument) -> SearchIndex:
    index = SearchIndex.open(folder / "index")
    assert index.catch_up(numbered(documents), until=len(documents)) == len(documents)
    return index


def found(index: SearchIndex, text: str, **options: object) -> list[str]:
    options = {"sort": "relevance"} | options
    result = index.search(parse(text), **options)
    assert "limit" in options or result.total == len(result.hits)
    return [hit.uid for hit in result.hits]


@pytest.fixture
def small(tmp_path: Path) -> SearchIndex:
    return filled(
        tmp_path,
        article("a", "Bawaslu ingatkan netralitas ASN", "Kutai Kartanegara siap menggelar Pilkada.", moment=300),
        article("b", "Pilkada Kukar", "Aparatur harus netral, kata Bawaslu di Penajam. Kartanegara Kutai.", moment=100),
        article("c", "Logistik", "Surat-surat suara dan 17.900 e-KTP; Jum'at, café, covid-19.", moment=200),
    )


@pytest.mark.parametrize(
    ("text", "uids"),
    [
        ("netral", ["a", "b"]),
        ("Kenetralan", ["a", "b"]),
        ("pilkada", ["b", "a"]),
        ("bawaslu asn", ["a"]),
        ('"kutai kartanegara"', ["a"]),
        ('"kartanegara kutai"', ["b"]),
        ('"netral"', ["b"]),
        ('"bawaslu ingatkan" pilkada', ["a"]),
        ("penajam", ["b"]),
        ("najam", []),
        ("17900", ["c"]),
        ("17.900", ["c"]),
        ("KTP", ["c"]),
        ("ektp", ["c"]),
        ("e-ktp", ["c"]),
        ("e ktp", ["c"]),
        ('"17900 e-ktp"', ["c"]),
        ("surat", ["c"]),
        ("surat-surat", ["c"]),
        ("suratnya", ["c"]),
        ("jumat CAFE", ["c"]),
        ("COVID-19", ["c"]),
        ("covid 19", ["c"]),
        ("gunung", []),
        ("bawaslu logistik", []),
    ],
)
def test_query_finds(small, text, uids):
    assert found(small, text) == uids
    assert set(found(small, text, sort="newest")) == set(uids)


def test_order_and_scores(small):
    both = parse("pilkada")
    assert [hit.uid for hit in small.search(both, sort="newest").hits] == ["a", "b"]
    assert [hit.uid for hit in small.search(both, sort="oldest").hits] == ["b", "a"]
    assert {hit.score for hit in small.search(both, sort="newest").hits} == {None}
    scores = [hit.score for hit in small.search(both, sort="relevance").hits]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


def test_every_word_of_every_document_finds_it(tmp_path):
    source = random.Random(7)
    roots = [line for line in (stems.DATA / "protect.txt").read_text("utf-8").split("\n") if line and line[0] != "#"]
    parts = [
        *roots,
        "Pemungutan",
        "di-APBD-kan",
        "KPU-nya",
        "50,5%",
        "1.234.567",
        "2024-11-27",
        "Ma’ruf",
        "kéÉ",
        "ß",
        "𝕏",
        "東京",
    ]
    documents = [
        article(f"u{number}", *(" ".join(source.choices(parts, k=length)) for length in (6, 60)))
        for number in range(40)
    ]
    index = filled(tmp_path, *documents)
    for document in documents:
        for word in {*document.title.split(), *document.body.split()}:
            assert document.uid in found(index, word)
            assert document.uid in found(index, f'"{word}"')


def pages(index: SearchIndex, text: str, sort: str, limit: int) -> list[list[str]]:
    """The uids of each page, from the first to the one that is empty."""
    told: list[list[str]] = []
    after = None
    while hits := index.search(parse(text), sort=sort, limit=limit, after=after).hits:
        told.append([hit.uid for hit in hits])
        after = paging.read(paging.key(Sort(sort), hits[-1].place), Sort(sort))
    return told


def test_equals_come_in_the_same_order_on_every_page(tmp_path):
    documents = [article(f"{number:03}", moment=number % 2) for number in range(300)]
    random.Random(1).shuffle(documents)
    index = filled(tmp_path, *documents)
    wanted = sorted((f"{number:03}" for number in range(300)), key=lambda uid: (-(int(uid) % 2), uid))
    for sort in ("newest", "relevance"):
        told = pages(index, "berita", sort, 70)
        assert [len(page) for page in told] == [70, 70, 70, 70, 20]
        assert [uid for page in told for uid in page] == wanted
    oldest = [uid for page in pages(index, "berita", "oldest", 70) for uid in page]
    assert oldest == [*sorted(wanted[150:]), *sorted(wanted[:150])]
    assert index.search(parse("berita"), limit=0).total == 300
    with pytest.raises(ValueError):
        index.search(parse("berita"), limit=-1)


def test_pages_by_time_stay_apart_while_articles_come(tmp_path):
    index = filled(tmp_path, *(article(f"{number}", moment=number) for number in range(10)))
    first = index.search(parse("berita"), limit=4)
    changes = [(11, "newer", article("newer", moment=99)), (12, "7", None), (13, "older", article("older", moment=4))]
    index.catch_up(changes, until=13)
    rest = index.search(parse("berita"), limit=99, after=first.hits[-1].place)
    assert [hit.uid for hit in first.hits] == ["9", "8", "7", "6"]
    assert [hit.uid for hit in rest.hits] == ["5", "4", "older", "3", "2", "1", "0"]
    assert rest.total == 11


def test_pages_by_relevance_go_down_the_scores(tmp_path):
    source = random.Random(3)
    words = ["pilkada", "kukar", "suara", "damai"]
    index = filled(
        tmp_path,
        *(
            article(f"{number:03}", body=" ".join(source.choices(words, k=source.randint(3, 9))), moment=number * DAY)
            for number in range(400)
        ),
    )
    whole = index.search(parse("pilkada kukar"), sort="relevance", limit=400)
    assert [uid for page in pages(index, "pilkada kukar", "relevance", 7) for uid in page] == [
        hit.uid for hit in whole.hits
    ]
    assert len(whole.hits) == whole.total > 150


def test_of_two_that_are_alike_the_newer_is_worth_a_little_more(tmp_path):
    year = 365 * DAY
    index = filled(
        tmp_path,
        article("old", "Pilkada", moment=1_700_000_000),
        article("new", "Pilkada", moment=1_700_000_000 + year),
        article("more", "Pilkada", "pilkada pilkada", moment=1_700_000_000 - 2 * year),
    )
    hits = index.search(parse("pilkada"), sort="relevance").hits
    assert [hit.uid for hit in hits] == ["more", "new", "old"]
    assert hits[1].score / hits[2].score == pytest.approx(1.1, abs=0.002)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    """Three articles for the query language; `b` is the one with names and tags."""
    return filled(
        tmp_path_factory.mktemp("spoken"),
        article("a", "Bawaslu ingatkan netralitas ASN", "Pemungutan suara ulang digelar di Kutai Kartanegara."),
        article(
            "b",
            "Kampanye di Samarinda",
            "Aparatur sipil negara diminta netral. PSU tidak ada. Dana kampanyenya 17.900 juta.",
            outlet="prokal-teng",
            authors=("Rina Wijaya", "Andi"),
            place="Kutai Kartanegara",
            tags=("Pilkada 2024", "netral"),
            actors=("edi-d",),
            actor_names=("Edi Damansyah",),
        ),
        article("c", "Harga cabai", "Pedagang pasar Kutai menunggu penetapan harga.", place="Penajam"),
    )


@pytest.mark.parametrize(
    ("text", "uids"),
    [
        ("netral", "ab"),
        ("=netral", "b"),
        ('"netral"', "b"),
        ("=Netralitas", "a"),
        ("kampany*", "b"),
        ("kampanyen*", "b"),
        ("kut*", "ac"),
        ("title:samarinda", "b"),
        ("title:kutai", ""),
        ("title:netral", "a"),
        ("title:=netral", ""),
        ("title:net*", "a"),
        ('title:"ingatkan netralitas"', "a"),
        ("author:rina", "b"),
        ('author:"rina wijaya"', "b"),
        ('author:"wijaya andi"', ""),
        ("author:wijay*", "b"),
        ("author:kutai", ""),
        ("place:kutai", "b"),
        ("place:(penajam OR kutai)", "bc"),
        ("outlet:prokal-teng", "b"),
        ('outlet:"prokal teng"', "b"),
        ("outlet:Kaltimkita", "ac"),
        ("outlet:kalt*", "ac"),
        ("outlet:kaltim", ""),
        ("tag:netral", "b"),
        ('tag:"pilkada 2024"', "b"),
        ("tag:netralitas", ""),
        ("actor:damansyah", "b"),
        ("actor:edi-d", "b"),
        ("actor:bawaslu", ""),
        ("kutai OR samarinda", "abc"),
        ("kutai -bawaslu", "c"),
        ("kutai NOT (bawaslu OR pedagang)", ""),
        ("-kutai", "b"),
        ("-kutai OR cabai", "bc"),
        ("(netral OR harga) kutai", "ac"),
        ("title:(bawaslu OR cabai) -ulang", "c"),
        ("17900", "b"),
        ('"17.900 juta"', "b"),
    ],
)
def test_the_query_language(spoken, text, uids):
    for sort in Sort:
        assert "".join(sorted(found(spoken, text, sort=sort))) == uids


@pytest.mark.parametrize(
    ("text", "uids", "alone"),
    [
        ("psu", "ab", "b"),
        ("pemungutan suara ulang", "ab", "a"),
        ("asn", "ab", "a"),
        ("aparatur sipil negara", "ab", "b"),
        ("-asn", "bc", "bc"),
        ("asn -psu", "a", "a"),
    ],
)
def test_abbreviations_find_what_they_stand_for_and_are_found_by_it(spoken, text, uids, alone):
    for sort in Sort:
        told = spoken.search(expand(parse(text)), sort=sort)
        assert "".join(sorted(hit.uid for hit in told.hits)) == uids
        assert "".join(sorted(found(spoken, text, sort=sort))) == alone


def test_what_was_typed_weighs_more_than_another_way_to_say_it(spoken):
    assert [hit.uid for hit in spoken.search(expand(parse("psu")), sort="relevance").hits] == ["b", "a"]


def test_facets_count_all_that_a_query_finds(tmp_path):
    index = filled(
        tmp_path,
        article("a", published=date(2024, 11, 30), regions=("64", "64.02", "64.02.06"), topics=("psu",), election=True),
        article("b", published=date(2024, 12, 1), regions=("64",), topics=("psu", "logistik"), outlet="Prokal-Teng"),
        article("c", state=State.REMOVED, actors=("Edi.D 1",)),
        article("d", body="lain"),
    )
    assert index.facets(parse("berita")) == {
        "outlet": {"kaltimkita": 2, "Prokal-Teng": 1},
        "month": {"2024-11": 1, "2024-12": 1},
        "region": {"64": 2, "64.02": 1},
        "topic": {"psu": 2, "logistik": 1},
        "actor": {"Edi.D 1": 1},
        "state": {"live": 2, "removed": 1},
        "election": {"false": 2, "true": 1},
    }
    assert index.facets(parse("berita"), filters=Filters(regions=("64.02.06",)))["topic"] == {"psu": 1}
    index.catch_up([(5, "a", None)], until=5)
    assert index.facets(parse("berita"))["region"] == {"64": 1}


def test_filters(tmp_path):
    index = filled(
        tmp_path,
        article("mon", published=date(2024, 11, 25), outlet="x"),
        article("tue", published=date(2024, 11, 26), outlet="y", state=State.REMOVED),
        article("wed", published=date(2024, 11, 27), outlet="z-1", election=True),
        article("never", outlet="x"),
    )

    def passing(**filters: object) -> set[str]:
        return set(found(index, "berita", filters=Filters(**filters)))

    assert passing() == {"mon", "tue", "wed", "never"}
    assert passing(after=date(2024, 11, 26)) == {"tue", "wed"}
    assert passing(before=date(2024, 11, 26)) == {"mon", "tue"}
    assert passing(after=date(2024, 11, 26), before=date(2024, 11, 26)) == {"tue"}
    assert passing(after=date(2024, 11, 27), before=date(2024, 11, 26)) == set()
    assert passing(after=date.min, before=date.max) == {"mon", "tue", "wed"}
    assert passing(outlets=("x",)) == {"mon", "never"}
    assert passing(outlets=("x", "z-1"), after=date(2024, 1, 1)) == {"mon", "wed"}
    assert passing(outlets=("X",)) == set()
    assert passing(state=State.LIVE) == {"mon", "wed", "never"}
    assert passing(state=State.REMOVED, outlets=("y",)) == {"tue"}
    assert passing(election=True) == {"wed"}
    assert passing(election=True, outlets=("x",)) == set()


def test_filters_change_no_score(small):
    plain = small.search(parse("pilkada"), sort="relevance")
    assert small.search(parse("pilkada"), sort="relevance", filters=Filters(outlets=("kaltimkita",))) == plain


def test_revision_replaces_and_tombstone_removes(small):
    assert small.applied == 3
    changes = [(4, "a", article("a", "Gunung")), (6, "b", None), (9, "b", None), (12, "x", None)]
    assert small.catch_up(changes, until=12) == 4
    assert small.applied == 12
    assert found(small, "netral") == []
    assert found(small, "gunung") == ["a"]
    assert small.uids() == {"a", "c"}


def test_only_changes_that_are_new_and_not_beyond_the_end_are_applied(small):
    changes = [(3, "c", None), (4, "d", article("d", "Gunung")), (7, "e", article("e", "Gunung"))]
    assert small.catch_up(changes, until=5) == 1
    assert (small.applied, small.uids()) == (5, {"a", "b", "c", "d"})
    assert small.catch_up(changes, until=5) == 0
    assert small.catch_up(changes, until=2) == 0
    assert small.catch_up(changes, until=7) == 1
    assert found(small, "gunung") == ["d", "e"]


def test_what_was_applied_before_a_kill_is_applied_again_without_harm(small, tmp_path):
    seal = tmp_path / "index" / "applied"
    before = seal.read_text("utf-8")
    changes = [(4, "d", article("d", "Gunung")), (5, "a", None), (6, "d", article("d", "Lembah"))]
    small.catch_up(changes, until=6)
    seal.write_text(before, "utf-8")  # as if killed between Tantivy's commit and ours
    again = SearchIndex.open(tmp_path / "index")
    assert again.applied == 3
    assert again.catch_up(changes, until=6) == 3
    assert again.uids() == {"b", "c", "d"}
    assert found(again, "gunung") == []
    assert found(again, "lembah") == ["d"]
    assert not list(tmp_path.glob("index.old*"))


def test_a_feed_that_breaks_leaves_what_was_committed_and_no_lock(small):
    def broken() -> Iterator[Change]:
        yield from numbered([article(f"n{number}", "Gunung") for number in range(BATCH + 10)], 4)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        small.catch_up(broken(), until=99_999)
    assert small.applied == 3 + BATCH
    assert len(found(small, "gunung", limit=99_999)) == BATCH
    assert small.catch_up([(20_000, "z", None)], until=20_000) == 1


def test_changes_out_of_order_are_refused(small):
    with pytest.raises(ValueError, match="change 4 comes after change 5"):
        small.catch_up([(5, "x", None), (4, "y", None)], until=5)
    assert small.applied == 3


def test_without_an_index_nothing_is_found_and_nothing_made(tmp_path):
    index = SearchIndex.open(tmp_path / "index")
    assert (index.applied, index.uids()) == (0, set())
    assert index.search(parse("kukar")).total == 0
    assert index.catch_up([], until=0) == 0
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "index").mkdir()
    assert index.search(parse("kukar")).total == 0
    assert index.catch_up([], until=4) == 0
    assert index.applied == 4
    assert index.search(parse("kukar")).total == 0
    assert index.uids() == set()


def scramble(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(bytes(byte ^ 0x5A for byte in content))


def replace_stamp(folder: Path, **other: object) -> None:
    stamp = folder / "stamp.json"
    stamp.write_text(json.dumps(json.loads(stamp.read_text("utf-8")) | other), "utf-8")


DAMAGE = {
    "another engine": lambda folder: replace_stamp(folder, engine="tantivy v0.1"),
    "another schema": lambda folder: replace_stamp(folder, schema=0),
    "another stemmer": lambda folder: replace_stamp(folder, stemmer="0"),
    "no stamp": lambda folder: (folder / "stamp.json").unlink(),
    "scrambled stamp": lambda folder: scramble(folder / "stamp.json"),
    "scrambled seal": lambda folder: scramble(folder / "applied"),
    "no seal": lambda folder: (folder / "applied").unlink(),
    "no meta.json": lambda folder: (folder / "meta.json").unlink(),
    "scrambled meta.json": lambda folder: scramble(folder / "meta.json"),
    "empty meta.json": lambda folder: (folder / "meta.json").write_text("{}"),
    "cut meta.json": lambda folder: (folder / "meta.json").write_bytes((folder / "meta.json").read_bytes()[:99]),
    "a foreign file": lambda folder: (folder / "diary.txt").write_text("Dear diary"),
    "a foreign folder": lambda folder: (folder / "photos").mkdir(),
    "nothing of ours": lambda folder: (shutil.rmtree(folder), folder.mkdir(), (folder / "x.txt").write_text("x")),
    **{
        f"no .{kind}": lambda folder, kind=kind: next(folder.glob(f"*.{kind}")).unlink() for kind in indexfolder.SEGMENT
    },
    **{
        f"scrambled .{kind}": lambda folder, kind=kind: scramble(next(folder.glob(f"*.{kind}")))
        for kind in indexfolder.SEGMENT
    },
    "cut segment": lambda folder: os.truncate(next(folder.glob("*.idx")), 10),
    "scrambled deletes": lambda folder: scramble(next(folder.glob("*.del"))),
}


@pytest.mark.parametrize("harm", DAMAGE.values(), ids=DAMAGE)
def test_an_index_that_cannot_be_trusted_is_moved_aside_and_made_again(tmp_path, harm):
    changes = [*numbered([article("a", "Gunung"), article("b", "Gunung")]), (3, "b", None), (4, "c", article("c"))]
    opened = SearchIndex.open(tmp_path / "index")
    opened.catch_up(changes[:2], until=2)
    opened.catch_up(changes, until=4)
    harm(tmp_path / "index")
    fresh = SearchIndex.open(tmp_path / "index")
    assert fresh.applied == 0
    with pytest.raises(IndexUnusableError, match="can't be used"):
        fresh.search(parse("gunung"))
    assert opened.catch_up(lambda after: [*changes, (5, "d", article("d"))][after:], until=5) == 5
    assert (tmp_path / "index.old-1").is_dir()
    for index in (opened, fresh):
        assert found(index, "gunung") == ["a"]
        assert index.uids() == {"a", "c", "d"}
        assert index.applied == 5


def test_each_folder_moved_aside_gets_a_name_of_its_own(tmp_path):
    index = filled(tmp_path, article("a"))
    for _ in range(2):
        (tmp_path / "index" / "stamp.json").write_text("{}", "utf-8")
        assert index.catch_up(numbered([article("a")]), until=1) == 1
    assert {path.name for path in tmp_path.glob("index*")} == {"index", "index.old-1", "index.old-2"}


def test_a_copy_with_other_file_times_is_trusted(small, tmp_path):
    shutil.copytree(tmp_path / "index", tmp_path / "copy", copy_function=shutil.copyfile)
    copy = SearchIndex.open(tmp_path / "copy")
    assert copy.applied == 3
    assert found(copy, "netral") == ["a", "b"]


def test_a_feed_that_was_asked_for_before_the_index_was_lost_does_not_fill_it(small, tmp_path):
    assert small.applied == 3
    (tmp_path / "index" / "stamp.json").write_text("{}", "utf-8")
    assert small.catch_up([(4, "d", article("d"))], until=4) == 0
    assert small.applied == 0
    assert small.catch_up([*numbered([article("a")]), (4, "d", article("d"))], until=4) == 2
    assert small.uids() == {"a", "d"}


def run(code: str, *arguments: object, **options: object) -> "subprocess.Popen[str]":
    program = "import sys\nfrom pathlib import Path\nfrom archive.index import SearchIndex\n" + textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


def test_while_another_process_holds_the_lock_one_searches_and_leaves_the_rest_to_it(small, tmp_path):
    holder = """
        from filelock import FileLock
        with FileLock(sys.argv[1]):
            print("held", flush=True)
            sys.stdin.read()
    """
    with run(holder, tmp_path / "locks" / "index.lock") as other:
        assert other.stdout.readline() == "held\n"
        assert small.catch_up([(4, "a", None)], until=4, timeout=0.05) == 0
        assert small.applied == 3
        assert found(small, "netral") == ["a", "b"]
        other.stdin.close()
        assert small.catch_up([(4, "a", None)], until=4) == 1
    assert found(small, "netral") == ["b"]


def test_another_process_searches_while_this_one_commits(tmp_path):
    """It sees whole commits only: totals that grow by hundreds, and at last all of them."""
    index = filled(tmp_path, article("first"))
    reader = """
        from archive.query import parse
        index, query, totals = SearchIndex.open(Path(sys.argv[1])), parse("berita"), [0]
        print("ready", flush=True)
        while totals[-1] < 1501:
            total = index.search(query, limit=5).total
            assert total % 100 == 1 and total >= totals[-1], totals
            totals.append(total)
        print(len(set(totals)))
    """
    with run(reader, tmp_path / "index") as other:
        assert other.stdout.readline() == "ready\n"
        for start in range(2, 1502, 100):
            index.catch_up(numbered([article(f"u{start + n}") for n in range(100)], start), until=start + 99)
        assert int(other.communicate(timeout=60)[0]) > 2
    assert other.returncode == 0


def test_killed_while_writing_it_goes_on_from_the_last_commit(tmp_path):
    writer = """
        import os, signal
        import archive.index as module
        from archive.document import IndexDocument
        module.BATCH = 100
        def changes():
            for n in range(1, 1001):
                if n == 950:
                    os.kill(os.getpid(), signal.SIGKILL)
                yield n, f"u{n}", IndexDocument(uid=f"u{n}", outlet="o", title="Judul", body="berita", moment=n)
        SearchIndex.open(Path(sys.argv[1])).catch_up(changes(), until=1000)
    """
    with run(writer, tmp_path / "index") as other:
        other.communicate(timeout=60)
    index = SearchIndex.open(tmp_path / "index")
    assert index.applied == 900
    assert index.search(parse("berita")).total == 900
    assert index.catch_up(numbered(article(f"u{n}") for n in range(1, 1001)), until=1000) == 100
    assert index.uids() == {f"u{n}" for n in range(1, 1001)}
    assert not list(tmp_path.glob("index.old*"))


def test_a_full_disk_gives_one_line_and_leaves_what_was_there(tmp_path):
    index = filled(tmp_path, article("a", "Gunung"))
    writer = """
        import resource, signal
        from archive.errors import ArchiveUnavailableError
        from archive.document import IndexDocument
        index = SearchIndex.open(Path(sys.argv[1]))
        documents = [
            (n, f"u{n}", IndexDocument(uid=f"u{n}", outlet="o", title="Judul", body=f"berita{n} " * 300, moment=n))
            for n in range(2, 500)
        ]
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))
        try:
            index.catch_up(documents, until=500)
        except ArchiveUnavailableError as error:
            print(len(str(error).splitlines()), index.applied)
    """
    with run(writer, tmp_path / "index", stderr=subprocess.DEVNULL) as other:
        assert other.communicate(timeout=60)[0] == "1 1\n"
    assert found(index, "gunung") == ["a"]
    assert index.catch_up(numbered([article("b", "Gunung")], 2), until=2) == 1
    assert index.uids() == {"a", "b"}


def test_on_a_disk_that_cannot_be_written_one_searches_and_nothing_is_made(tmp_path):
    """By a process without rights: whoever runs this test may well be root, who has them all."""
    home = Path(tempfile.mkdtemp(prefix="pilkada-test-"))
    index = filled(home, article("a", "Gunung"))
    assert index.applied == 1
    names = {path.relative_to(home): path.stat().st_mtime_ns for path in home.rglob("*")}
    reader = """
        import encodings.idna, filelock, os, tempfile
        from archive.query import parse
        from archive import stems
        stems.fingerprint(), stems.stem("membaca")
        if os.getuid() == 0:
            os.setgid(65534), os.setuid(65534)
        index = SearchIndex.open(Path(sys.argv[1]))
        assert index.catch_up([(2, "a", None)], until=2, timeout=1) == 0
        print(index.applied, index.search(parse("gunung")).total, *index.uids())
    """
    for path in [home, *home.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with run(reader, home / "index") as other:
            assert other.communicate(timeout=60)[0] == "1 1 a\n"
        assert {path.relative_to(home): path.stat().st_mtime_ns for path in home.rglob("*")} == names
    finally:
        for path in [home, *home.rglob("*")]:
            path.chmod(0o755)
        shutil.rmtree(home)


SYNTAX = r"""
" "" \"\"\" \' ` * ** ? ! : ; , . … - -- + ++ ~ ^ ( ) () )( [ ] {} < > = == / \ | || & && % $ # @ _ __ 0
a* a*b =a =a* -a -(a NOT( (a) ((a ) title:( title:"a" title:-a author:=a actor:* tag:a* outlet:(a) titel:a a:b =
covid-19 50% C++ C# .NET AND OR NOT NEAR( NEAR/3 AND* title:x body_stem:x uid:a *:* a* a~2 a^5 +a -a !a [a TO b]
{a} <a> a/b a\b \" /./ 1=1-- DROP ${x} %s %n {0} ../../etc "a a" a"b"c "a"b"c
"""
NASTY = [
    *SYNTAX.split(),
    *['"a b', '"a "b"', "\x00", "a\x00b", "\x1b[31m", "\u202eabc", "\udcff", "🗳️", "é" * 500, "ﷺ", "ß", "İ", "½"],
    *["a " * 500, '"' + "a " * 400 + '"', "x" * 10_000, "(" * 1000, "a-" * 500, "'" * 999 + "a", " ", "\n", ""],
]


@pytest.mark.parametrize("text", NASTY, ids=map(ascii, range(len(NASTY))))
def test_any_text_gives_hits_or_none_or_a_message(shared_index, text):
    ask(shared_index, text)


@given(text=st.one_of(st.text(max_size=60), st.lists(st.sampled_from(NASTY), max_size=5).map(" ".join)))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_text_gives_hits_or_none_or_a_message(shared_index, text):
    ask(shared_index, text)


@pytest.mark.parametrize("number", [1_000, pytest.param(10_000, marks=pytest.mark.soak)])
def test_random_queries_of_the_language_give_hits_or_none_or_a_message(shared_index, number):
    source = random.Random(11)
    signs = [
        *'()"=*-:|&%“”\x00🗳',
        " ",
        "  ",
        *NASTY[:60],
        "AND",
        "OR",
        "NOT",
        "title:",
        "tag:",
        "outlet:",
        "psu",
        "kotak kosong",
    ]
    understood = 0
    for _ in range(number):
        text = "".join(source.choice(signs) + source.choice(["", " "]) for _ in range(source.randint(1, 12)))
        with suppress(QueryError):
            parse(text)
            understood += 1
        ask(shared_index, text)
    assert number / 20 < understood < number


@pytest.fixture(scope="module")
def shared_index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    return filled(tmp_path_factory.mktemp("shared"), article("a", "A b c", " ".join(NASTY)), article("b"))


def ask(index: SearchIndex, text: str) -> None:
    with suppress(QueryError):
        query = expand(parse(text))
        totals = {index.search(query, sort=sort).total for sort in ("newest", "oldest", "relevance")}
        assert len(totals) == 1


def test_importing_it_is_quick_and_needs_no_database():
    code = """
        import archive.query, archive.stems
        print(*sorted({"sqlalchemy", "Sastrawi", "filelock", "importlib.metadata"} & set(sys.modules)))
    """
    with run(code) as other:
        assert other.communicate(timeout=60)[0] == "\n"
