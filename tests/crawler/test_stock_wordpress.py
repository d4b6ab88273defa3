"""The recorded WordPress, crawled through the command line: what its editor entered is what is stored."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.crawler.commandline import NO_PAGES, SLUG, Pilkada
from tests.crawler.gold import REASON, gold, paragraphs, plain, shared
from tests.rowfaults import faults

FOLDER = shared() or Path("absent")
RECORDING = FOLDER / "captures" / "wordpress-stock.warc.gz"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=REASON)

FLOOR_OF_BODIES = 54


@contextmanager
def replayed(log: Path, *more: str) -> Iterator[str]:
    """Serve the recording on a free port; the log has one line a request."""
    tool = FOLDER / "tools" / "replay.py"
    command = [sys.executable, str(tool), str(RECORDING), "--port", "0", "--log", str(log), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip().rstrip("/")
        finally:
            server.kill()


def pages_asked_for(log: Path) -> list[str]:
    targets = [line.split()[1] for line in log.read_text("utf-8").splitlines()]
    return [target for target in targets if not target.startswith(("/robots.txt", "/wp-json/"))]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pilkada, dict[str, Any], list[str]]]:
    """A home after the first crawl, its report, and the pages that were asked for."""
    folder = tmp_path_factory.mktemp("stock")
    pilkada = Pilkada(folder / "home")
    with replayed(folder / "first.log") as address:
        pilkada.declare(address)
        report = pilkada.crawl()
    yield pilkada, report, pages_asked_for(folder / "first.log")
    pilkada.close()


@pytest.fixture(scope="module")
def exported(
    crawled: tuple[Pilkada, dict[str, Any], list[str]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """The articles as `pilkada export` writes them, by path."""
    file = tmp_path_factory.mktemp("export") / "artikel.jsonl"
    ended = crawled[0]("export", "--to", str(file))
    assert (ended.status, ended.out.splitlines()[0]) == (0, f"54 articles written to {file}")
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return {urlsplit(record["canonical_url"]).path: record for record in records}


def test_exactly_the_public_posts_are_stored(
    crawled: tuple[Pilkada, dict[str, Any], list[str]], exported: dict[str, dict[str, Any]]
) -> None:
    pilkada, report, pages = crawled
    assert (report["status"], report["discovered"], report["new"]) == ("ok", 55, 54)
    assert report["rejected"] == {"password": 1}
    assert set(exported) == {story["path"] for story in gold(FOLDER)}
    assert len(pages) == len(set(pages)) == 54
    pilkada.assert_sound(54)


def test_every_record_is_one_by_the_schema_that_users_are_given(exported: dict[str, dict[str, Any]]) -> None:
    assert [fault for record in exported.values() for fault in faults("article", record)] == []


def test_every_field_is_what_the_editor_entered(exported: dict[str, dict[str, Any]]) -> None:
    for story in gold(FOLDER):
        record = exported[story["path"]]
        for name in ("title", "published_at", "authors", "editors", "section", "tags", "caption"):
            assert record[name] == story[name], (story["path"], name)


def test_bodies_are_the_editors_paragraphs_repeats_included(exported: dict[str, dict[str, Any]]) -> None:
    equal = [
        [plain(block) for block in exported[story["path"]]["body"].split("\n\n")] == list(paragraphs(story))
        for story in gold(FOLDER)
    ]
    assert len(equal) == 54
    assert sum(equal) >= FLOOR_OF_BODIES


def test_a_seed_is_found_by_words_of_its_own(
    crawled: tuple[Pilkada, dict[str, Any], list[str]],
) -> None:
    (seed,) = (FOLDER / "seeds").glob("000_*.txt")
    title, *_ = seed.read_text("utf-8").splitlines()
    for query in ("netralitas ASN Kukar Bambang Arwanto", '"kerawanan pemilu" netralitas', " ".join(words(title))):
        found = crawled[0]("search", query, "--format", "json").json()
        assert plain(title) in {hit["title"] for hit in found["hits"]}, query
    assert found["hits"][0]["title"] == plain(title)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_a_second_crawl_elsewhere_finds_nothing_new_and_asks_for_no_page(
    crawled: tuple[Pilkada, dict[str, Any], list[str]], exported: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    """The recording is served at another port, as a mirror of what was declared."""
    pilkada, _, _ = crawled
    for number in range(2):
        log = tmp_path / f"{number}.log"
        with replayed(log) as address:
            report = pilkada.crawl("--base-url", address)
        assert (report["status"], report["discovered"], report["new"], report["revised"]) == ("ok", 0, 0, 0)
        assert pages_asked_for(log) == []
        assert report["requests"] == len(log.read_text("utf-8").splitlines())
    assert {record["uid"] for record in pilkada.articles()} == {record["uid"] for record in exported.values()}
    pilkada.assert_sound(54)


PAGED = {"/ekonomi/07/09/2024/ketua-kpu-barito-selatan-meminta-sekolah-menyiapkan-ruang-belajar-tambahan/"}


@pytest.mark.parametrize(
    "rest", ["401", *(pytest.param(form, marks=pytest.mark.soak) for form in ("403", "404", "html"))]
)
def test_a_closed_interface_costs_no_story(exported: dict[str, dict[str, Any]], tmp_path: Path, rest: str) -> None:
    """By the feed the same stories come with the same titles, texts and times."""
    pilkada = Pilkada(tmp_path / "home")
    log = tmp_path / "requests.log"
    with replayed(log, "--rest", rest) as address:
        pilkada.declare(address)
        report = pilkada.crawl(env=NO_PAGES)
    assert (report["status"], report["new"], report["failed"], report["left"]) == ("ok", 54, 0, 0)
    assert report["rejected"] == {"password": 1}
    assert not set(pages_asked_for(log)) & set(exported), "no page is needed"
    held = {urlsplit(record["canonical_url"]).path: record for record in pilkada.articles()}
    assert held.keys() == exported.keys()
    for path, record in held.items():
        assert record["published_source"] == "feed"
        for name in ("title", "published_at"):
            assert record[name] == exported[path][name], (path, name)
        # WordPress gives the first page only of a story of several pages to its feed, and no sign of the others.
        if path not in PAGED:
            for name in ("body", "authors", "editors"):
                assert record[name] == exported[path][name], (path, name)
        else:
            assert exported[path]["body"].startswith(record["body"]), path
    pilkada.assert_sound(54)
    pilkada.close()


def test_a_backfill_of_all_posts_costs_three_requests(tmp_path: Path) -> None:
    pilkada = Pilkada(tmp_path / "home")
    log = tmp_path / "requests.log"
    with replayed(log) as address:
        pilkada.declare(address)
        file = pilkada.home / "pilkada.toml"
        file.write_text(file.read_text("utf-8").replace('timezone = "Asia/Makassar"\n', ""), "utf-8")
        report = pilkada.crawl("--since", "2024-01-01", env=NO_PAGES)
    assert (report["status"], report["new"], report["rejected"]) == ("ok", 54, {"password": 1})
    assert len(log.read_text("utf-8").splitlines()) <= 3, "robots.txt and what tells the zone among them"
    assert {record["published_at"][-6:] for record in pilkada.articles()} == {"+08:00"}
    pilkada.close()


# ---- the recording imported as a file ----


SAME = (
    *("uid", "title", "body", "removed", "lead", "dateline", "dateline_outlet", "place", "authors", "editors"),
    *("credit", "advertorial_mark", "published_date", "published_at", "published_source", "modified_at", "section"),
    *("tags", "caption", "photo_credit", "captions", "language", "word_count", "flags", "state", "versions"),
    *("extractor",),
)
"""What must be the same; addresses have the port at which they were met, and times are each one's own."""


def recorded_at() -> str:
    with RECORDING.open("rb") as file:
        parts = urlsplit(next(iter(ArchiveIterator(file))).rec_headers.get_header("WARC-Target-URI"))
    return f"{parts.scheme}://{parts.netloc}"


def by_path(pilkada: Pilkada) -> dict[str, dict[str, Any]]:
    return {urlsplit(record["canonical_url"]).path: record for record in pilkada.articles()}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pilkada, dict[str, Any]]]:
    """A home into which the recording was imported, and the report."""
    pilkada = Pilkada(tmp_path_factory.mktemp("imported") / "home")
    pilkada.declare(recorded_at())
    ended = pilkada("import", str(RECORDING), "--format", "json")
    assert ended.status == 0, ended
    (report,) = ended.json()
    yield pilkada, report
    pilkada.close()


def assert_same(pilkada: Pilkada, crawled: Pilkada) -> None:
    ours, theirs = by_path(pilkada), by_path(crawled)
    assert ours.keys() == theirs.keys() == {story["path"] for story in gold(FOLDER)}
    for path, record in ours.items():
        other = theirs[path]
        assert {name: record[name] for name in SAME} == {name: other[name] for name in SAME}
        assert len(record["related"]) == len(other["related"])
    pilkada.assert_sound(54)


def test_the_file_gives_the_articles_of_the_crawl(
    imported: tuple[Pilkada, dict[str, Any]], crawled: tuple[Pilkada, dict[str, Any], list[str]]
) -> None:
    pilkada, report = imported
    assert (report["new"], report["revised"]) == (54, 0)
    assert_same(pilkada, crawled[0])


def test_our_own_files_give_the_articles_of_their_crawl(
    crawled: tuple[Pilkada, dict[str, Any], list[str]], tmp_path: Path
) -> None:
    pilkada = Pilkada(tmp_path / "home")
    pilkada.declare(crawled[0].rows("select json_extract(declared, '$.base_url') from outlet_declaration")[-1][0])
    files = sorted(map(str, (crawled[0].home / "warc").rglob("*.warc.gz")))
    (report,) = pilkada("import", *files, "--format", "json").json()
    assert (report["new"], report["revised"]) == (54, 0)
    assert_same(pilkada, crawled[0])
    pilkada.close()


def test_its_records_are_counted_each_once(imported: tuple[Pilkada, dict[str, Any]]) -> None:
    _, report = imported
    assert report["records"] == 604
    assert report["taken"] + report["known"] + sum(report["skipped"].values()) == 604
    assert report["skipped"]["request"] == 302
    assert report["rejected"]["password"] == 1


def test_a_second_import_adds_nothing(imported: tuple[Pilkada, dict[str, Any]]) -> None:
    pilkada, first = imported

    def state() -> tuple[object, ...]:
        files = {path: path.stat().st_size for path in (pilkada.home / "warc").rglob("*") if path.is_file()}
        tables = [name for (name,) in pilkada.rows("select name from sqlite_master where type = 'table'")]
        return files, *(pilkada.rows(f"select count(*) from {name}") for name in tables if name != "run")

    before = state()
    (report,) = pilkada("import", str(RECORDING), "--format", "json").json()
    assert state() == before
    assert (report["taken"], report["known"]) == (0, first["taken"])
    assert (report["new"], report["revised"], report["unchanged"]) == (0, 0, 0)


def test_a_rebuild_gives_the_same_articles(imported: tuple[Pilkada, dict[str, Any]]) -> None:
    pilkada, _ = imported
    before = [{**record, "id": 0} for record in pilkada.articles()]
    assert pilkada("db", "rebuild").status == 0
    after = [{**record, "id": 0} for record in pilkada.articles()]
    assert sorted(after, key=lambda record: record["uid"]) == sorted(before, key=lambda record: record["uid"])
    pilkada.assert_sound(54)


def test_a_crawl_after_the_import_fetches_no_page_again(
    imported: tuple[Pilkada, dict[str, Any]], tmp_path: Path
) -> None:
    pilkada, _ = imported
    with replayed(tmp_path / "log") as address:
        report = pilkada.crawl("--base-url", address, env={"PILKADA_CRAWL__PAGES": "none"})
    assert (report["outlet"], report["status"], report["new"], report["revised"]) == (SLUG, "ok", 0, 0)
    assert report["requests"] <= 3
