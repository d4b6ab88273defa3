"""What commands print for programs can be parsed, and different commands say the same of one archive."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada

SMALL = pytest.mark.parametrize("site", [6], indirect=True, ids=["6 articles"])


def answer(pilkada: Pilkada, *words: str) -> Any:
    ended = pilkada(*words, "--format", "json")
    assert ended.status == 0, ended
    return ended.json()


def test_search_show_and_export_agree_on_an_article(crawled: Pilkada, tmp_path: Path) -> None:
    found = answer(crawled, "search", "netralitas ASN")
    assert set(found) == {"query", "expanded", "total", "took_ms", "hits", "facets", "next"}
    assert found["total"] == len(found["hits"]) > 0
    hit = found["hits"][0]
    assert {"snippet", "score"} <= set(hit)
    assert "body" not in hit
    shown = answer(crawled, "show", hit["uid"])
    for name in ("id", "uid", "url", "canonical_url", "outlet", "title", "published_at", "authors", "tags", "place"):
        assert shown[name] == hit[name], name
    assert answer(crawled, "show", str(hit["id"]))["uid"] == hit["uid"]
    assert answer(crawled, "show", hit["canonical_url"])["uid"] == hit["uid"]
    assert {"history", "members", "captures"} <= set(shown)
    assert {capture["role"] for capture in shown["captures"]} == {"record", "page"}

    lines, table = tmp_path / "artikel.jsonl", tmp_path / "artikel.csv"
    assert crawled("export", "--to", str(lines)).status == crawled("export", "--to", str(table)).status == 0
    records = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8"))))
    assert len(records) == len(rows) == 30
    (record,) = (record for record in records if record["uid"] == hit["uid"])
    assert record["body"] == shown["body"]
    assert [row["title"] for row in rows] == [record["title"] for record in records]
    some = tmp_path / "sebagian.jsonl"
    assert crawled("export", "--to", str(some), "--query", "netralitas ASN").out.startswith(f"{found['total']} ")


def test_filters_and_sorting_hold_in_search_and_export(crawled: Pilkada, tmp_path: Path) -> None:
    words = ("--after", "2024-11-01", "--before", "2024-11-30")
    found = answer(crawled, "search", "warga", *words, "--sort", "oldest", "--limit", "1000")
    days = [hit["published_date"] for hit in found["hits"]]
    assert days == sorted(days)
    assert all("2024-11-01" <= day <= "2024-11-30" for day in days)
    file = tmp_path / "artikel.jsonl"
    ended = crawled("export", "--to", str(file), *words, "--query", "warga")
    assert ended.out.splitlines()[0] == f"{found['total']} articles written to {file}"


def test_outlets_config_and_schedule_say_what_was_declared_and_done(crawled: Pilkada, site: Newsroom) -> None:
    (listed,) = [outlet for outlet in answer(crawled, "outlets", "list") if outlet["enabled"]]
    (shown,) = answer(crawled, "outlets", "show", SLUG)
    for name in ("outlet", "name", "family", "base_url", "timezone", "enabled"):
        assert shown[name] == listed[name]
    assert (shown["base_url"], shown["articles"], shown["last_outcome"]) == (site.base_url, 30, "ok")
    (standing,) = answer(crawled, "schedule", "status")
    assert list(standing) == [
        "outlet", "state", "last_success", "last_run", "last_outcome", "next_run", "trouble", "paused", "health",
        "health_since",
        "articles_per_day",
        "usual_per_day",
    ]  # fmt: skip
    (run,) = answer(crawled, "schedule", "runs")
    assert standing["last_run"] == run["started_at"]
    assert standing["last_success"] == run["finished_at"]
    assert to_the_second(standing["last_run"]) == to_the_second(shown["last_run"])
    assert to_the_second(standing["last_success"]) == to_the_second(shown["last_success"])
    assert (run["outlet"], run["cause"], run["new"]) == (SLUG, "command", 30)
    planned, upkeep = answer(crawled, "schedule", "list")
    assert (planned["work"], upkeep["work"]) == ("crawl", "maintenance")
    assert (planned["expression"], planned["next_run"]) == (shown["schedule"], standing["next_run"])
    settings = {row["key"]: row for row in answer(crawled, "config")}
    assert settings["home"]["value"] == str(crawled.home)
    assert settings[f"outlets.{SLUG}.base_url"]["value"] == site.base_url
    assert settings["crawl.delay"] == {"key": "crawl.delay", "value": 2.0, "origin": "default"}
    assert settings["crawl.allow_hosts"]["origin"] == str(crawled.home / "pilkada.toml")


def to_the_second(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(microsecond=0)


def test_a_password_in_the_databases_address_is_masked(crawled: Pilkada) -> None:
    env = {"PILKADA_ARCHIVE__URL": "postgresql://pilkada:rahasia@localhost/pilkada"}
    ended = crawled("config", env=env)
    assert "rahasia" not in ended.out + ended.err
    refused = crawled("verify", env=env)
    assert refused.status == 1
    assert "rahasia" not in refused.err


def test_a_rebuild_gives_the_same_articles(crawled: Pilkada, site: Newsroom) -> None:
    before = facts(crawled)
    ended = crawled("db", "rebuild")
    assert ended.status == 0, ended
    assert site.requests == []
    assert facts(crawled) == before
    assert len(before) == 30
    crawled.assert_sound(30)
    report = crawled.crawl()
    assert (report["status"], report["new"], report["revised"], report["discovered"]) == ("ok", 0, 0, 0)


def facts(pilkada: Pilkada) -> dict[str, dict[str, Any]]:
    """What a rebuild must give again; how an address begins follows from where the outlet is declared today."""
    names = ("title", "body", "published_at", "authors", "tags", "first_seen_at", "last_seen_at", "captures", "history")
    return {
        record["uid"]: {
            "path": urlsplit(record["canonical_url"]).path,
            **{name: record[name] for name in names if name in record},
        }
        for record in pilkada.articles()
    }


@SMALL
def test_init_writes_settings_that_a_crawl_can_use(tmp_path: Path, site: Newsroom) -> None:
    pilkada = Pilkada(tmp_path / "home")
    words = ["--outlet", "kukar", "--name", 'Kabar "Kukar"', "--timezone", "Asia/Makassar", "--url", site.base_url]
    assert pilkada("init", *words).status == 2
    written = pilkada("init", *words, "--contact", "redaksi@example.id")
    assert written.status == 0, written
    env = {**NO_PAGES, "PILKADA_CRAWL__ALLOW_HOSTS": site.host}
    ended = pilkada("crawl", "--all", "--format", "json", env=env)
    assert ended.status == 0, ended
    assert [(report["outlet"], report["new"]) for report in ended.json()] == [("kukar", 6)]
    pilkada.close()


def test_a_loopback_outlet_that_is_not_allowed_is_not_reached(tmp_path: Path, site: Newsroom) -> None:
    pilkada = Pilkada(tmp_path / "home")
    pilkada.declare(site.base_url)
    ended = pilkada("crawl", SLUG, "--format", "json", env={"PILKADA_CRAWL__ALLOW_HOSTS": "127.0.0.1:9"})
    assert ended.status == 3, ended
    assert ended.json()[0]["status"] == "failed"
    assert site.requests == []


def test_reports_are_rows_in_every_format(crawled: Pilkada) -> None:
    lines = crawled("crawl", SLUG, "--format", "jsonl", env=NO_PAGES).out.splitlines()
    assert [json.loads(line)["outlet"] for line in lines] == [SLUG]
    (row,) = csv.DictReader(io.StringIO(crawled("schedule", "runs", "--limit", "1", "--format", "csv").out))
    assert (row["outlet"], row["status"]) == (SLUG, "ok")
    heading, line = crawled("schedule", "status").out.splitlines()
    assert heading.startswith("OUTLET")
    assert line.startswith(SLUG)
