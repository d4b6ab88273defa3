"""What is about an election, through the command: judged when it is read, its public page kept, found by the filter."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.records import Election, Filters, Reading
from crawler.cli import main
from crawler.reader import page_wanted
from crawler.reading.pack import SHIPPED
from tests.crawler.commandline import Newsroom, Pilkada

DEFAULT = {"PILKADA_CRAWL__PAGES": "election"}
OTHERS = ("Harga Cabai", "Gol Menit Akhir", "Jalan Poros")
"""How the headlines begin of those of the first eight articles that are about no election."""


@dataclass(frozen=True)
class Crawled:
    """A small outlet in Kutai Kartanegara, crawled as settings are by default."""

    pilkada: Pilkada
    site: Newsroom
    report: dict[str, Any]
    paths: tuple[str, ...]

    def archive(self) -> Archive:
        return Archive.open(self.pilkada.home)

    def records(self) -> dict[str, dict[str, Any]]:
        return {record["url"].removeprefix(self.site.base_url): record for record in self.pilkada.articles()}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    pilkada = Pilkada(tmp_path_factory.mktemp("election") / "home")
    with Newsroom(8) as site:
        pilkada.declare(site.base_url, more='regions = ["64.02"]')
        report = pilkada.crawl(env=DEFAULT)
        yield Crawled(pilkada, site, report, tuple(site.paths))
        pilkada.close()


def test_the_pages_of_articles_about_an_election_are_kept_after_the_listing_work(crawled: Crawled) -> None:
    posts = crawled.site.posts
    wanted = {crawled.site.path(post) for post in posts if not post.title.startswith(OTHERS)}
    pages = [path for path in crawled.paths if not path.startswith(("/wp-json/", "/robots.txt"))]
    assert sorted(pages) == sorted(wanted), "each once"
    assert crawled.paths[-len(pages) :] == tuple(pages)
    assert (crawled.report["new"], crawled.report["evidence"], len(wanted)) == (8, 5, 5)
    roles = {path: {capture["role"] for capture in record["captures"]} for path, record in crawled.records().items()}
    assert roles == {path: {"record", "page"} if path in wanted else {"record"} for path in roles}


def test_records_exports_and_show_say_what_is_about_an_election_and_why(
    crawled: Crawled, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    records = list(crawled.records().values())
    for record in records:
        judged = record["election"]
        assert judged["about"] is not record["title"].startswith(OTHERS)
        assert 0 <= judged["score"] <= 1
        assert judged["pack"].startswith("pilkada-2024 ")
        assert bool(judged["evidence"]) or not judged["about"]
        text = f"{record['title']} {record['body']}"
        assert all(" ".join(words.split()) in " ".join(text.split()) for words in judged["evidence"])
    bawaslu = next(record for record in records if record["title"].startswith("Bawaslu Ingatkan ASN"))
    assert (bawaslu["published_date"], bawaslu["phase"]) == ("2024-10-03", "kampanye")

    file = tmp_path / "pilkada.jsonl"
    home = ["--home", str(crawled.pilkada.home)]
    assert main([*home, "export", "--election", "--to", str(file)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"5 articles written to {file}"
    assert {json.loads(line)["election"]["about"] for line in file.read_text("utf-8").splitlines()} == {True}
    assert main([*home, "show", bawaslu["uid"]]) == 0
    shown = capsys.readouterr().out
    assert f"\nelection  yes ({bawaslu['election']['score']:.2f}), " in shown
    assert "\nphase     kampanye\n" in shown


def test_topics_and_actors_are_shown_and_filtered_by_any_of_their_names(
    crawled: Crawled, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    records = crawled.records().values()
    neutral = {record["uid"] for record in records if "asn_netralitas" in {one["name"] for one in record["topics"]}}
    bodies = {record["uid"] for record in records if "bawaslu-kukar" in {one["id"] for one in record["actors"]}}
    assert 0 < len(neutral) < 8
    assert 0 < len(bodies) < 8
    home = ["--home", str(crawled.pilkada.home)]
    file = tmp_path / "pilkada.jsonl"

    def exported(*filters: str) -> set[str]:
        assert main([*home, "export", *filters, "--to", str(file)]) == 0
        capsys.readouterr()
        return {json.loads(line)["uid"] for line in file.read_text("utf-8").splitlines()}

    assert exported("--topic", "ASN_netralitas") == neutral
    assert exported("--topic", "ASN netralitas") == exported("--topic", "asn-netralitas") == neutral
    assert exported("--topic", "asn_netralitas", "--topic", "logistik") > neutral
    assert exported("--actor", "Bawaslu-Kukar") == exported("--actor", "bawaslu kutai kartanegara") == bodies
    assert exported("--topic", "asn_netralitas", "--actor", "bawaslu-kukar") == neutral & bodies
    assert exported("--topic", "calon_tunggal") == exported("--actor", "Edi Damansyah") == set()
    assert main([*home, "search", "warga", "--topic", "netral"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("pilkada: there is no topic netral in this archive; it has asn_netralitas, ")
    assert main([*home, "search", "warga", "--actor", "Siapa"]) == 2
    assert "there is no actor Siapa in this archive; it has " in capsys.readouterr().err
    assert main([*home, "show", min(neutral)]) == 0
    shown = capsys.readouterr().out
    assert "\ntopics    " in shown
    assert "(hints)\n" in shown


def test_the_filter_leaves_out_what_only_uses_the_words(crawled: Crawled) -> None:
    archive = crawled.archive()
    every = archive.search("warga", limit=50)
    about = archive.search("warga", filters=Filters(election=True), limit=50)
    assert 0 < about.total < every.total
    assert all(hit.record["election"]["about"] for hit in about.hits)
    archive.database.dispose()


def test_an_edit_or_another_pack_may_make_it_about_an_election(
    crawled: Crawled, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    """A copy of the archive, so that the tests before may come after."""
    pilkada, site = Pilkada(tmp_path / "home"), crawled.site
    shutil.copytree(crawled.pilkada.home, pilkada.home)
    post = next(post for post in site.posts if post.title.startswith("Harga Cabai"))
    site.now += timedelta(hours=1)
    site.edit(post.id, title="KPU dan Bawaslu Bahas Harga Cabai Jelang Pilkada")
    site.forget_requests()
    report = pilkada.crawl(env=DEFAULT)
    assert (report["revised"], report["evidence"], site.pages) == (1, 1, [site.path(post)])
    assert {record["election"]["about"] for record in pilkada.articles() if record["versions"] == 2} == {True}

    own = shutil.copytree(SHIPPED / "pilkada-2024", pilkada.home / "packs" / "sepak-bola")
    (own / "words.tsv").write_text("words\tkind\tweight\tvoids\ngol\tfor\t5\n", "utf-8")
    (own / "phases.tsv").write_text("start\tend\tphase\trank\tregions\tnote\tsource\n", "utf-8")
    ended = pilkada("db", "rebuild", env={"PILKADA_ELECTION__PACK": "packs/sepak-bola"})
    assert ended.status == 0, ended
    again = pilkada.articles()
    assert [record["title"][:3] for record in again if record["election"]["about"]] == ["Gol"]
    assert {(record["phase"], record["election"]["pack"][:11]) for record in again} == {(None, "sepak-bola ")}
    (own / "pack.toml").write_text("threshold = 2\n", "utf-8")
    (pilkada.home / "pilkada.toml").write_text('[election]\npack = "packs/sepak-bola"\n', "utf-8")
    assert main(["--home", str(pilkada.home), "db", "rebuild"]) == 2
    assert capsys.readouterr().err == f"pilkada: {own / 'pack.toml'}: name must be a text\n"
    assert len(pilkada.articles()) == 8, "nothing was emptied"
    pilkada.close()


@pytest.mark.parametrize(("pages", "wanted"), [("all", "YYY"), ("election", "YNN"), ("none", "NNN")])
def test_which_pages_are_wanted(pages: str, wanted: str) -> None:
    reading = Reading(title="A", body=("b",))
    about = Election(score=0.9, about=True, evidence=("KPU",), pack="x 1")
    readings = (replace(reading, election=about), replace(reading, election=replace(about, about=False)), reading)
    assert "".join("NY"[page_wanted(pages, one)] for one in readings) == wanted
